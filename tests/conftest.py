"""Shared by all tests: where the samples are, a command line in-process, and which tests run when."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
_MARKED = ("browser", "bundle", "long", "lowest", "office", "spark")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--marked",
        action="store_true",
        help="run the marked tests as well, and fail where one of them would have to be skipped",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--marked"):
        return
    for item in items:
        marks = [mark for mark in _MARKED if item.get_closest_marker(mark)]
        if marks:
            item.add_marker(pytest.mark.skip(reason=f"marked {marks[0]}: runs with --marked, see .ci/run"))


@pytest.fixture(autouse=True)
def _no_language_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "120")


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    stdout: str
    stderr: str
    code: int


class CommandLine:
    """Runs ``chiso`` in this process, with stdout and stderr apart."""

    def __call__(self, *arguments: str | os.PathLike[str]) -> Outcome:
        from chiso.cli import main

        result = CliRunner().invoke(main, [os.fspath(argument) for argument in arguments])
        return Outcome(result.stdout, result.stderr, result.exit_code)


@pytest.fixture
def chiso() -> CommandLine:
    return CommandLine()


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "samples"


@pytest.fixture(scope="session")
def golden() -> Path:
    return ROOT / "tests" / "golden"
