"""The same 1,000 cases in every form score the same, to the byte."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from tests.conftest import CommandLine, Outcome
from tests.corpus.thousand import FORMS, HOW_MANY, REGISTRY, Form

_SCORE = ("--period", "2026-08", "--as-of", "2026-08-31", "--detail", "index", "--format", "csv")


def _scored(form: Form, folder: Path) -> Outcome:
    if "cases.xls" in (files := form.files()) and files["cases.xls"].startswith(b"\xd0\xcf"):
        pytest.importorskip("xlwt")
    for name, content in {**files, **REGISTRY}.items():
        (folder / name).write_bytes(content)
    return CommandLine()("score", folder, *_SCORE, "--lang", "en")


def _fates(outcome: Outcome) -> list[str]:
    return [line for line in outcome.stderr.splitlines() if line.strip().startswith("cases: read")]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return _scored(FORMS[0], tmp_path_factory.mktemp("plain"))


def test_the_plain_form_says_something(plain: Outcome) -> None:
    assert plain.code == 0
    (fates,) = _fates(plain)
    assert f"read {HOW_MANY:,} = " in fates
    assert fates.endswith("quarantined 0")
    scored = [row for row in csv.DictReader(io.StringIO(plain.stdout)) if row["outcome"] == "scored"]
    assert len({row["index"] for row in scored}) >= 10
    assert {row["unit_code"] for row in scored} >= {"C1", "C2", "C3"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_scores_the_same(form: Form, tmp_path: Path, plain: Outcome) -> None:
    outcome = _scored(form, tmp_path)
    assert outcome.code == 0, outcome.stderr
    assert _fates(outcome) == _fates(plain)
    assert outcome.stdout == plain.stdout
