"""Runs that are killed, disks that are full: no half result, no broken history, the next run completes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chiso.history.store import History
from tests.batch.test_run import AUGUST, BATCH, assert_whole, changed, everything
from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX systems")
PERIODS = ("2026-08", "2026-09")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    a_folder(tmp_path / "in")
    a_catalogue(tmp_path)
    (tmp_path / "batch.yaml").write_text(BATCH, "utf-8")
    return tmp_path


def command(place: Path) -> list[str]:
    run = [sys.executable, "-m", "chiso", "run", str(place / "batch.yaml")]
    return [*run, "--periods", f"{PERIODS[0]}..{PERIODS[-1]}", "--as-of", "2026-10-10", "--lang", "en"]


def numbered(place: Path, number: int) -> None:
    """Change the records so that the next run has something to write."""
    due = 14 + number % 5
    a_folder(place / "in", cases=CASES + f"N{number},C1,online,05/08/2026,{due}/08/2026,16/08/2026,,10\n")


def assert_sound(place: Path, chiso: CommandLine) -> None:
    """Demand that what stands there is whole, and that nothing is lost beside its place."""
    for period in PERIODS:
        folder = place / "out" / period
        if folder.exists():
            assert_whole(place, period)
        former = folder.with_name(f".{period}.former")
        if not folder.exists() and former.exists():
            # Killed between two renames: the old results stand whole beside their place.
            assert (former / "manifest.json").exists()
    if (place / "history.duckdb").exists():
        verified = chiso("history", "verify", place / "history.duckdb", "--lang", "en")
        assert verified.code == 0, verified.stdout + verified.stderr


def assert_complete(place: Path, chiso: CommandLine) -> None:
    outcome = chiso(*command(place)[3:])
    assert outcome.code == 0, outcome.stderr
    for period in PERIODS:
        assert_whole(place, period)
    assert {path.name for path in (place / "out").iterdir()} == set(PERIODS)
    assert_sound(place, chiso)
    before = everything(place)
    assert chiso(*command(place)[3:]).code == 0
    assert everything(place) == before


def killed_at_random(place: Path, chiso: CommandLine, moments: int) -> None:
    chance = random.Random(766)
    started = time.monotonic()
    subprocess.run(command(place), check=True, capture_output=True)
    whole = time.monotonic() - started
    for number in range(moments):
        numbered(place, number)
        process = subprocess.Popen(command(place), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        # Most of a run is reading; what is written is written towards its end.
        time.sleep(whole * chance.betavariate(4, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_sound(place, chiso)
        if number % 5 == 4:
            assert_complete(place, chiso)
    assert_complete(place, chiso)


def test_a_killed_run_leaves_nothing_half_done(place: Path, chiso: CommandLine) -> None:
    killed_at_random(place, chiso, 2)


@pytest.mark.long
def test_runs_killed_at_fifty_moments_leave_nothing_half_done(place: Path, chiso: CommandLine) -> None:
    killed_at_random(place, chiso, 50)


def limited(place: Path, most_bytes: int) -> subprocess.CompletedProcess[str]:
    """Run with no file longer than so many bytes, as on a full disk; a limit holds for every user."""
    script = (
        "import resource, runpy, sys; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, {most_bytes})); "
        "sys.argv = sys.argv[1:]; runpy.run_module('chiso', run_name='__main__')"
    )
    arguments = [sys.executable, "-c", script, "chiso", *command(place)[3:]]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "most_bytes", [pytest.param(0, marks=pytest.mark.long), 700, pytest.param(5_000, marks=pytest.mark.long)]
)
def test_a_full_disk_leaves_the_last_good_month(place: Path, chiso: CommandLine, most_bytes: int) -> None:
    assert chiso(*command(place)[3:]).code == 0
    before = everything(place)
    numbered(place, 1)
    outcome = limited(place, most_bytes)
    assert outcome.returncode == 13, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert_sound(place, chiso)
    after = everything(place)
    assert all(after[name] == entry for name, entry in before.items() if name.startswith(("out", "history")))
    assert_complete(place, chiso)


def test_results_fit_on_the_disk_and_the_history_does_not(place: Path, chiso: CommandLine) -> None:
    """The results are written first and stand; the history is as it was; the next run keeps them."""
    communes = "".join(f"M{number},Xã Thứ {number},commune,P\n" for number in range(300))
    (place / "in/units.csv").write_text(UNITS + communes, "utf-8")
    files = "    - {file: totals.csv, what: score, with_records: true}\nhistory: history.duckdb\n"
    (place / "batch.yaml").write_text(BATCH[: BATCH.index("    - {file")] + files, "utf-8")
    assert chiso(*command(place)[3:]).code == 0
    kept = len(History(place / "history.duckdb").runs())
    numbered(place, 1)
    outcome = limited(place, 10_000)
    assert outcome.returncode == 13, outcome.stderr
    assert "Cannot write the history" in outcome.stderr
    assert_sound(place, chiso)
    assert len(History(place / "history.duckdb").runs()) == kept == 2
    assert_complete(place, chiso)
    assert len(History(place / "history.duckdb").runs()) == 4


def test_a_first_run_on_a_full_disk_leaves_nothing(place: Path, chiso: CommandLine) -> None:
    outcome = limited(place, 700)
    assert outcome.returncode == 13, outcome.stderr
    assert not (place / "out").exists() or not list((place / "out").iterdir())
    assert not (place / "history.duckdb").exists()
    assert_complete(place, chiso)


def test_a_run_that_is_asked_to_end_puts_everything_away(place: Path, chiso: CommandLine) -> None:
    assert chiso("run", place / "batch.yaml", *AUGUST).code == 0
    changed(
        place, "  units: in/units.csv\n", "  units: in/units.csv\n  wait: {for: 1 hour, every: 1 second}\n"
    )
    (place / "in/cases.csv").rename(place / "later.csv")
    before = everything(place)
    process = subprocess.Popen(command(place), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "No file fits" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1
    assert everything(place) == before
