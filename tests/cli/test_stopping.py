"""A run that is stopped leaves nothing behind: no temp file, no half-written result, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.builders import UNITS

from chiso.reporting import files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

# Long enough to be in the middle of reading on any computer.
_ROWS = 400_000
_HEADER = "case_id,unit_code,received_at,due_at,finished_at,status,field_name\n"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("big")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    row = "03/08/2026,14/08/2026,10/08/2026,10,\u0110\u00e2\u0301t \u0111ai\n"
    text = "".join(f"C1-260803-{number:07},C1,{row}" for number in range(_ROWS))
    # Not UTF-8, so that it is read row by row.
    (folder / "cases.csv").write_bytes((_HEADER + text).encode("cp1258"))
    return folder


@pytest.fixture
def in_the_engine(tmp_path: Path) -> Path:
    """A run that stops itself in the middle of a statement of the engine's."""
    script = tmp_path / "run.py"
    script.write_text(_IN_THE_ENGINE, encoding="utf-8")
    return script


# DuckDB ends an interrupted statement so, whatever the interruption was.
_IN_THE_ENGINE = """
import os, sys, time
import chiso.run
from chiso.cli import main

def score(*arguments, **options):
    try:
        os.kill(os.getpid(), int(sys.argv.pop()))
        time.sleep(10)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None

chiso.run.score = score
main(["score", ".", "--period", "2026-08", "--lang", "en"])
"""


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_inside_the_engine_is_a_stop(in_the_engine: Path, asked: signal.Signals) -> None:
    command = (sys.executable, str(in_the_engine), str(int(asked)))
    run = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stdout, run.stderr.decode().split()) == (1, b"", ["Stopped"])


def _time_to_begin() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import duckdb, pandas"], check=True)
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("asked", "output"),
    [
        pytest.param(signal.SIGINT, "out.xlsx", id="Ctrl-C"),
        pytest.param(signal.SIGTERM, "out.csv", id="SIGTERM"),
        # Every signal with every output: it takes waiting for.
        pytest.param(signal.SIGINT, "out.csv", id="Ctrl-C, csv", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, "out.xlsx", id="SIGTERM, xlsx", marks=pytest.mark.long),
    ],
)
def test_a_stopped_run_leaves_nothing(
    records: Path, tmp_path: Path, asked: signal.Signals, output: str
) -> None:
    temporary, results = tmp_path / "temporary", tmp_path / "results"
    temporary.mkdir()
    results.mkdir()
    (results / output).write_text("before", encoding="utf-8")
    command = (
        *(sys.executable, "-m", "chiso", "score", str(records), "--lang", "en"),
        *("--period", "2026-08", "--as-of", "2026-08-31", "-o", str(results / output)),
    )
    run = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Before its imports are done a program cannot put anything away; they take longer on a busy computer.
    time.sleep(1.5 + 2 * _time_to_begin())
    assert run.poll() is None, "it was over before it could be stopped"
    run.send_signal(asked)
    stdout, stderr = run.communicate(timeout=60)
    assert run.returncode == 1
    assert stdout == b""
    assert stderr.decode().split() == ["Stopped"]
    assert list(temporary.iterdir()) == []
    assert [path.name for path in results.iterdir()] == [output]
    assert (results / output).read_text(encoding="utf-8") == "before"


def test_a_stop_while_writing_leaves_what_stood_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before", encoding="utf-8")

    def stopped(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        files.write_whole(target, b"half")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text(encoding="utf-8") == "before"
