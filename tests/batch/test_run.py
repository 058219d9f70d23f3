"""``chiso run``: whole months unattended, all results or what stood before, and the proof of each."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from chiso.errors import RecordsError, UsageError
from chiso.history.store import History
from chiso.run.batch import BatchRequest, Log, Surroundings, run_batch
from chiso.run.batch.load import load_batch
from chiso.run.batch.publish import publish, repair, stage
from tests.builders import CASES, a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.schemas import validator_of

BATCH = """\
batch: phu-an
inputs:
  records: ["in/cases*.csv"]
  units: in/units.csv
catalogue: small.yaml
language: en
outputs:
  folder: "out/{period}"
  files:
    - {file: totals.csv, what: score}
    - {file: indices.csv, what: score, detail: index}
    - {file: board.json, what: score}
    - {file: ranking.xlsx, what: rank, level: commune}
    - {file: page.txt, what: rank, level: commune}
    - {file: board.parquet, what: score}
    - {file: change.csv, what: compare}
history: history.duckdb
"""
MONTHS = ("--periods", "2026-08..2026-10", "--as-of", "2026-10-10", "--lang", "en")
AUGUST = ("--period", "2026-08", "--as-of", "2026-10-10", "--lang", "en")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a batch file, a catalogue and records."""
    a_folder(tmp_path / "in")
    # As in the sets that are in force: received in the period, or before and not ended before it.
    a_catalogue(
        tmp_path,
        (
            "population: received_on <= :as_of",
            "population: received_on <= :as_of and coalesce(ended_on >= :period_start, true)",
        ),
    )
    (tmp_path / "batch.yaml").write_text(BATCH, "utf-8")
    return tmp_path


def changed(place: Path, old: str, new: str, file: str = "batch.yaml") -> None:
    text = (place / file).read_text("utf-8")
    assert old in text
    (place / file).write_text(text.replace(old, new), "utf-8")


def everything(place: Path) -> dict[str, tuple[str, int]]:
    """Every file with its hash and the time it was last written."""
    return {
        str(path.relative_to(place)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(place.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def manifest(place: Path, period: str = "2026-08") -> dict[str, Any]:
    data: dict[str, Any] = json.loads((place / "out" / period / "manifest.json").read_text("utf-8"))
    return data


def assert_whole(place: Path, period: str = "2026-08") -> None:
    """Demand that what stands in a period's folder is what its manifest says."""
    folder = place / "out" / period
    outputs = {entry["file"]: entry["sha256"] for entry in manifest(place, period)["outputs"]}
    assert {path.name for path in folder.iterdir()} == {*outputs, "manifest.json"}
    for name, sha256 in outputs.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_months_come_out_as_each_alone_and_a_second_run_changes_nothing(
    place: Path, chiso: CommandLine
) -> None:
    outcome = chiso("run", place / "batch.yaml", *MONTHS)
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout == ""
    small = ("--catalogue", place / "small.yaml", "--as-of", "2026-10-10", "--lang", "en", "--format", "csv")
    for period in ("2026-08", "2026-09", "2026-10"):
        assert_whole(place, period)
        for name, detail in (("totals.csv", "total"), ("indices.csv", "index")):
            alone = chiso("score", place / "in", "--period", period, *small, "--detail", detail)
            assert (place / "out" / period / name).read_text("utf-8") == alone.stdout
    before = everything(place)
    again = chiso("run", place / "batch.yaml", *MONTHS)
    assert again.code == 0
    assert again.stderr.count("nothing has changed") == 3
    assert everything(place) == before
    assert chiso("history", "verify", place / "history.duckdb").code == 0


def test_the_manifest_says_what_went_in_and_what_came_out(place: Path, chiso: CommandLine) -> None:
    changed(place, "K3,C2,online,05/08/2026", "K3,C2,online,35/08/2026", "in/cases.csv")
    assert chiso("run", place / "batch.yaml", *AUGUST).code == 0
    data = manifest(place)
    assert not [error.message for error in validator_of("manifest").iter_errors(data)]
    given = {entry["file"]: entry["sha256"] for entry in data["inputs"]}
    assert set(given) == {"in/cases.csv", "in/units.csv", "small.yaml"}
    for name, sha256 in given.items():
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == sha256
    # 3 cases read: 2 in the period, 1 set aside for its date.
    (cases,) = data["rows"]
    assert (cases["read"], cases["in_population"], cases["quarantined"]) == (3, 2, 1)
    assert data["period"]["as_of"] == "2026-08-31"
    assert str(place) not in json.dumps(data)
    assert "35/08" not in json.dumps(data)


def test_a_change_in_the_records_replaces_the_month_and_keeps_the_revision(
    place: Path, chiso: CommandLine
) -> None:
    """K2 is finished in time after all: C1 has 2 of 2, 6.00 instead of 3.00."""
    chiso("run", place / "batch.yaml", *AUGUST)
    changed(place, "17/08/2026", "14/08/2026", "in/cases.csv")
    assert chiso("run", place / "batch.yaml", *AUGUST).code == 0
    assert_whole(place)
    assert [row["total"] for row in rows_of(place / "out/2026-08/totals.csv")] == ["0.00", "8.50", "10.00"]
    history = History(place / "history.duckdb")
    assert [(entry.period, entry.revision) for entry in history.runs()] == [("2026-08", 1), ("2026-08", 2)]


def test_a_comparison_is_with_the_month_before_as_it_was_kept(place: Path, chiso: CommandLine) -> None:
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert "2026-08: not compared: the history has no period before" in outcome.stderr
    assert not (place / "out/2026-08/change.csv").exists()
    assert chiso("run", place / "batch.yaml", "--period", "2026-09", "--as-of", "2026-10-10").code == 0
    (first, *_) = manifest(place, "2026-09")["compared_with"]
    (august, _) = History(place / "history.duckdb").runs()
    assert (first["period"], first["content_sha256"]) == ("2026-08", august.content_sha256)
    for row in rows_of(place / "out/2026-09/change.csv"):
        if row["total_before"] and row["total_after"]:
            assert float(row["total_after"]) - float(row["total_before"]) == pytest.approx(
                float(row["change"])
            )


def test_an_old_result_is_proved_bit_for_bit(place: Path, chiso: CommandLine) -> None:
    chiso("run", place / "batch.yaml", *MONTHS)
    # It is proved wherever the folder has gone, and whatever the batch file says by now.
    moved = place.with_name("moved")
    shutil.copytree(place, moved)
    (moved / "batch.yaml").write_text("batch: other\n", "utf-8")
    before = everything(moved)
    for period in ("2026-08", "2026-09", "2026-10"):
        outcome = chiso("run", "--replay", moved / "out" / period / "manifest.json", "--lang", "en")
        assert outcome.code == 0, outcome.stdout + outcome.stderr
        files = len(manifest(moved, period)["outputs"])
        assert outcome.stdout.count("the same, bit for bit") == files
    assert everything(moved) == before


def test_what_cannot_be_proved_is_told(place: Path, chiso: CommandLine) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    target = place / "out/2026-08/manifest.json"
    (place / "out/2026-08/totals.csv").write_text("tampered", "utf-8")
    outcome = chiso("run", "--replay", target, "--lang", "en")
    assert outcome.code == 14
    assert "totals.csv: The file beside the manifest is not the one that the run wrote" in outcome.stdout
    text = target.read_text("utf-8").replace('"in_population": 3', '"in_population": 4')
    target.write_text(text, "utf-8")
    outcome = chiso("run", "--replay", target, "--lang", "en")
    assert outcome.code == 14
    assert "manifest.json: It does not come out the same" in outcome.stdout
    changed(place, "17/08/2026", "14/08/2026", "in/cases.csv")
    (place / "in/units.csv").rename(place / "in/other.txt")
    outcome = chiso("run", "--replay", target, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (11, "")
    assert "in/cases.csv: This file is not what it was" in outcome.stderr
    assert "in/units.csv: This file is gone" in outcome.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_what_is_no_manifest(place: Path, chiso: CommandLine, content: str) -> None:
    (place / "manifest.json").write_text(content, "utf-8")
    assert_no_manifest(place / "manifest.json", chiso)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("inputs", [1]),
        ("inputs", [{"role": "spies", "file": "x", "sha256": "y"}]),
        ("period", {}),
        ("period", {"label": "2026-08", "as_of": "x"}),
        ("outputs", [{}]),
        ("outputs", 7),
        ("compared_with", [{"with": "zz", "period": "x", "content_sha256": "y"}]),
        ("gates_accepted", None),
        ("select", [1]),
        ("batch", {"name": "x", "file": "y", "folder": ".", "text": 7}),
    ],
)
def test_a_damaged_manifest(place: Path, chiso: CommandLine, key: str, value: object) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    target = place / "out/2026-08/manifest.json"
    data = manifest(place)
    data[key] = value
    target.write_text(json.dumps(data), "utf-8")
    assert_no_manifest(target, chiso)


def assert_no_manifest(target: Path, chiso: CommandLine) -> None:
    outcome = chiso("run", "--replay", target, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (11, "")
    assert "This is no manifest of chiso run" in outcome.stderr


def test_a_selection_stands_apart_and_is_not_kept(place: Path, chiso: CommandLine) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    before = everything(place)
    outcome = chiso("run", place / "batch.yaml", *AUGUST, "--select", "unit:C1", "--select", "index:1")
    assert outcome.code == 0, outcome.stderr
    folder = place / "out/2026-08-selection"
    rows = rows_of(folder / "indices.csv")
    assert [(row["unit_code"], row["index"], row["points"]) for row in rows] == [("C1", "1", "3.00")]
    # Places are among all communes: C2 is first.
    assert "2" in (folder / "page.txt").read_text("utf-8").split("Xã Một")[0].splitlines()[-1]
    after = {name: entry for name, entry in everything(place).items() if "selection" not in name}
    assert after == before
    unknown = chiso("run", place / "batch.yaml", *AUGUST, "--select", "index:9.9")
    assert unknown.code == 2
    assert "--select: “index:9.9” is not understood" in unknown.stderr


def test_a_dry_run_reads_names_only(place: Path, chiso: CommandLine) -> None:
    (place / "in/cases.csv").write_text("nothing that could be read", "utf-8")
    before = everything(place)
    outcome = chiso("run", place / "batch.yaml", *AUGUST, "--dry-run")
    assert outcome.code == 0
    assert outcome.stdout.startswith("2026-08: reads cases.csv; writes totals.csv, indices.csv,")
    assert everything(place) == before
    (place / "in/cases.csv").unlink()
    outcome = chiso("run", place / "batch.yaml", *AUGUST, "--dry-run")
    assert (outcome.code, outcome.stdout) == (11, "")
    assert "No file fits “in/cases*.csv”" in outcome.stderr


# Gates


def gated(place: Path, gates: str) -> None:
    (place / "batch.yaml").write_text(BATCH + f"gates: {gates}\n", "utf-8")


def test_too_many_rows_in_quarantine(place: Path, chiso: CommandLine) -> None:
    """1 of 3 cases is set aside, more than 30 %, not more than 40 %."""
    changed(place, "05/08/2026", "35/08/2026", "in/cases.csv")
    gated(place, "{most_quarantined: 30%}")
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 14
    assert "2026-08: cases: 1 of 3 rows are quarantined" in outcome.stderr
    assert "→ If the records are right, run again with --accept quarantined" in outcome.stderr
    assert not (place / "out").exists() and not (place / "history.duckdb").exists()
    accepted = chiso("run", place / "batch.yaml", *AUGUST, "--accept", "quarantined")
    assert accepted.code == 0
    assert manifest(place)["gates_accepted"] == ["quarantined"]
    gated(place, "{most_quarantined: 40%}")
    assert chiso("run", place / "batch.yaml", *AUGUST).code == 0


LATER = """\
K4,C2,online,03/09/2026,14/09/2026,10/09/2026,,10
"""


@pytest.mark.parametrize(
    ("gates", "gate", "said"),
    [
        # August has 3 cases. September has K4 and K3, still open from August: 2 of 3 = 67 %.
        ("{fewest_rows: {cases: 70%}}", "rows", "cases: 2 rows in the period, 3 in 2026-08"),
        ("{most_rows: {cases: 60%}}", "rows", "cases: 2 rows in the period, 3 in 2026-08"),
        ("{units_stay: true}", "units", "1 unit with records in 2026-08 has none now: C1"),
        # C2: 10 of 10 in August; in September K3 is late: 1 of 2 in time, 3.00, and 4.00 for both online.
        ("{largest_jump: 2.99}", "jump", "2 units jump too far from 2026-08: C1 5.5 → 0, C2 10 → 7"),
    ],
)
def test_a_month_held_against_the_one_before(
    place: Path, chiso: CommandLine, gates: str, gate: str, said: str
) -> None:
    a_folder(place / "in", cases=CASES + LATER)
    gated(place, gates)
    outcome = chiso("run", place / "batch.yaml", "--periods", "2026-08..2026-09", *MONTHS[2:])
    assert outcome.code == 15, outcome.stderr
    assert f"2026-09: {said}" in outcome.stderr
    assert_whole(place)
    assert not (place / "out/2026-09").exists()
    assert [entry.period for entry in History(place / "history.duckdb").runs()] == ["2026-08"]
    # Alone it fails whole; against the month that was kept, as against the one of the same run.
    alone = ("--period", "2026-09", *MONTHS[2:])
    assert chiso("run", place / "batch.yaml", *alone).code == 14
    assert chiso("run", place / "batch.yaml", *alone, "--accept", gate).code == 0


@pytest.mark.parametrize(
    "gates", ["{fewest_rows: {cases: 66%}}", "{most_rows: {cases: 67%}}", "{largest_jump: 5.5}"]
)
def test_a_month_within_its_bounds(place: Path, chiso: CommandLine, gates: str) -> None:
    a_folder(place / "in", cases=CASES + LATER)
    gated(place, gates)
    assert chiso("run", place / "batch.yaml", "--periods", "2026-08..2026-09", *MONTHS[2:]).code == 0


def test_a_running_month_is_not_held_against_a_whole_one(place: Path, chiso: CommandLine) -> None:
    gated(place, "{units_stay: true}")
    running = ("--as-of", "2026-09-15")
    outcome = chiso("run", place / "batch.yaml", "--periods", "2026-08..2026-09", *running)
    assert outcome.code == 0, outcome.stderr


# Inputs that are not there


def test_one_month_without_inputs_leaves_the_others(place: Path, chiso: CommandLine) -> None:
    changed(place, '"in/cases*.csv"', '"in/{period}/*.csv"')
    (place / "in/2026-08").mkdir()
    (place / "in/cases.csv").rename(place / "in/2026-08/cases.csv")
    outcome = chiso("run", place / "batch.yaml", "--periods", "2026-08..2026-09", *MONTHS[2:])
    assert outcome.code == 15
    assert "2026-09: batch.yaml: No file fits “in/2026-09/*.csv”" in outcome.stderr
    assert_whole(place)
    assert chiso("run", place / "batch.yaml", "--period", "2026-09", *MONTHS[2:]).code == 11


def surroundings(
    told: io.StringIO, sleep: Callable[[float], None], clock: Callable[[], float]
) -> Surroundings:
    def noon() -> datetime:
        return datetime.fromisoformat("2026-10-10T12:00:00")

    return Surroundings(Log(told, noon, "en"), noon, clock, sleep)


@pytest.mark.parametrize(("comes_after", "done"), [(3, True), (30, False)])
def test_missing_inputs_are_looked_for_again_within_their_time(
    place: Path, comes_after: int, done: bool
) -> None:
    """Every 10 minutes for 2 hours: what comes after 30 minutes is found, what comes after 5 hours is not."""
    changed(place, "  units: in/units.csv\n", "  units: in/units.csv\n  wait: {for: 2 hours, every: 10 m}\n")
    (place / "in/cases.csv").rename(place / "later.csv")
    passed: list[float] = []

    def sleep(seconds: float) -> None:
        passed.append(seconds)
        if len(passed) == comes_after:
            (place / "later.csv").rename(place / "in/cases.csv")

    told = io.StringIO()
    request = BatchRequest(file=place / "batch.yaml", periods="2026-08")
    result = run_batch(request, surroundings(told, sleep, lambda: sum(passed)))
    assert [outcome.state for outcome in result.outcomes] == ["written" if done else "failed"]
    assert passed == [600.0] * (3 if done else 12)
    assert told.getvalue().count("No file fits") == len(passed) + (not done)
    if not done:
        assert isinstance(result.outcomes[0].error, RecordsError)


# Two runs, and paths that cannot be


def test_a_second_run_leaves_with_a_message_or_waits(place: Path, chiso: CommandLine) -> None:
    lock = FileLock(place / ".batch.yaml.lock")
    with lock:
        outcome = chiso("run", place / "batch.yaml", *AUGUST)
        assert (outcome.code, outcome.stdout) == (13, "")
        assert "Another run of this batch has not ended" in outcome.stderr
        assert not (place / "out").exists()
    held = threading.Event()

    def hold() -> None:
        with FileLock(place / ".batch.yaml.lock"):
            held.set()
            time.sleep(0.7)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    outcome = chiso("run", place / "batch.yaml", *AUGUST, "--wait", "1")
    other.join()
    assert outcome.code == 0
    assert "waiting for another run to end" in outcome.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"out/{period}"', '"in/cases.csv/{period}"'),
        ("history.duckdb", "in/cases.csv/history.duckdb"),
        ("history.duckdb", "nowhere/history.duckdb"),
    ],
)
def test_a_path_that_cannot_be_made_leaves_the_last_good_month(
    place: Path, chiso: CommandLine, old: str, new: str
) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    before = everything(place)
    changed(place, old, new)
    changed(place, "K1,C1,online", "K1,C1,direct", "in/cases.csv")
    outcome = chiso("run", place / "batch.yaml", "--period", "2026-09", *MONTHS[2:])
    assert outcome.code == 13, outcome.stderr
    after = everything(place)
    assert all(after[name] == entry for name, entry in before.items() if name.startswith(("out", "history")))
    assert chiso("history", "verify", place / "history.duckdb").code == 0


def test_a_file_in_the_place_of_the_folder_is_not_replaced(place: Path, chiso: CommandLine) -> None:
    (place / "out").mkdir()
    (place / "out/2026-08").write_text("mine", "utf-8")
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 13
    assert (place / "out/2026-08").read_text("utf-8") == "mine"
    assert [path.name for path in (place / "out").iterdir()] == ["2026-08"]


def test_all_results_stand_or_none(place: Path) -> None:
    """The second period cannot take its place: what was staged for it is thrown away, the first stands."""
    first, second = place / "out/a", place / "out/b"
    staged = [stage(folder, {"x.txt": b"new"}) for folder in (first, second)]
    (place / "out/b").write_text("in the way", "utf-8")
    (place / "out/.b.former").mkdir()
    (place / "out/.b.former/old.txt").write_text("old", "utf-8")
    from chiso.errors import CannotWriteError

    with pytest.raises(CannotWriteError):
        publish(staged)
    assert (first / "x.txt").read_bytes() == b"new"
    assert second.read_text("utf-8") == "in the way"
    assert sorted(path.name for path in (place / "out").iterdir()) == [".b.former", "a", "b"]


def test_what_a_killed_run_left_is_put_right(place: Path) -> None:
    """Between its two renames the old results stand beside their place: they come back."""
    folder = place / "out/2026-08"
    stage(folder, {"x.txt": b"new"})
    former = folder.with_name(".2026-08.former")
    former.mkdir()
    (former / "x.txt").write_bytes(b"old")
    assert repair(place / "out", lambda path: path == former) == (folder,)
    assert (folder / "x.txt").read_bytes() == b"old"
    assert [path.name for path in (place / "out").iterdir()] == ["2026-08"]
    assert not repair(place / "out", lambda path: True)


def test_what_a_killed_run_had_half_removed_is_removed(place: Path, chiso: CommandLine) -> None:
    """Killed while it removed the former results: their manifest is gone, the new ones stand."""
    chiso("run", place / "batch.yaml", *AUGUST)
    former = place / "out/.2026-08.former"
    former.mkdir()
    (former / "totals.csv").write_text("old", "utf-8")
    assert chiso("run", place / "batch.yaml", "--period", "2026-09", *MONTHS[2:]).code == 0
    assert {path.name for path in (place / "out").iterdir()} == {"2026-08", "2026-09"}
    assert_whole(place)


def test_any_run_brings_back_what_a_killed_one_left_of_another_period(
    place: Path, chiso: CommandLine
) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    (place / "out/2026-08").rename(place / "out/.2026-08.former")
    (place / "out/.2025-01.former").mkdir()
    (place / "out/.2025-01.former/mine.txt").write_text("mine", "utf-8")
    outcome = chiso("run", place / "batch.yaml", "--period", "2026-09", *MONTHS[2:])
    assert outcome.code == 0
    assert "put right what a run that was ended left" in outcome.stderr
    assert_whole(place)
    # What no batch has written is not a batch's to touch.
    assert (place / "out/.2025-01.former/mine.txt").exists()


def test_a_board_that_was_written_and_not_kept_is_kept_by_the_next_run_of_any_period(
    place: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended between putting the results into their place and keeping them."""
    chiso("run", place / "batch.yaml", *AUGUST)
    changed(place, "17/08/2026", "14/08/2026", "in/cases.csv")
    add = History.add

    def ended(self: History, *arguments: Any) -> Any:
        if self.path.name == "history.duckdb":
            raise KeyboardInterrupt
        return add(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(History, "add", ended)
        assert chiso("run", place / "batch.yaml", *AUGUST).code == 1
    history = History(place / "history.duckdb")
    assert [entry.revision for entry in history.runs()] == [1]
    outcome = chiso("run", place / "batch.yaml", "--period", "2026-09", *MONTHS[2:])
    assert outcome.code == 0, outcome.stderr
    assert [(entry.period, entry.revision) for entry in history.runs()] == [
        ("2026-08", 1),
        ("2026-08", 2),
        ("2026-09", 1),
    ]
    kept = history.current("2026-08")
    assert kept is not None and kept.content_sha256 == manifest(place)["content_sha256"]
    assert manifest(place, "2026-09")["compared_with"][0]["content_sha256"] == kept.content_sha256
    assert not list(place.glob(".history*"))


@pytest.mark.parametrize("name", ["my-letter.txt", "totals.csv.bak"])
def test_a_folder_with_files_of_others_is_not_replaced(place: Path, chiso: CommandLine, name: str) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    (place / "out/2026-08" / name).write_text("mine", "utf-8")
    before = everything(place)
    changed(place, "17/08/2026", "14/08/2026", "in/cases.csv")
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 13
    assert f"files that this batch did not write: {name}" in outcome.stderr
    assert {k: v for k, v in everything(place).items() if k.startswith("out")} == {
        k: v for k, v in before.items() if k.startswith("out")
    }


def test_the_results_of_another_batch_are_not_replaced(place: Path, chiso: CommandLine) -> None:
    chiso("run", place / "batch.yaml", *AUGUST)
    (place / "other.yaml").write_text(BATCH.replace("batch: phu-an", "batch: other"), "utf-8")
    outcome = chiso("run", place / "other.yaml", *AUGUST)
    assert outcome.code == 13
    assert "files that this batch did not write" in outcome.stderr
    assert manifest(place)["batch"]["name"] == "phu-an"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('"in/cases*.csv"', '"out/{period}/cases.csv"', "cases.csv"),
        ("history: history.duckdb", "history: out/2026-08/history.duckdb", "history.duckdb"),
    ],
)
def test_results_do_not_go_where_the_batch_reads(
    place: Path, chiso: CommandLine, old: str, new: str, name: str
) -> None:
    (place / "out/2026-08").mkdir(parents=True)
    shutil.copy(place / "in/cases.csv", place / "out/2026-08/cases.csv")
    changed(place, old, new)
    before = everything(place)
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 2, outcome.stderr
    assert f"holds files that the batch needs: {name}" in outcome.stderr
    assert everything(place) == before


def test_a_link_in_the_place_of_the_folder_is_refused(place: Path, chiso: CommandLine) -> None:
    (place / "real").mkdir()
    (place / "out").mkdir()
    (place / "out/2026-08").symlink_to(place / "real")
    for _ in range(2):
        outcome = chiso("run", place / "batch.yaml", *AUGUST)
        assert outcome.code == 13
        assert "The folder of results is a link" in outcome.stderr
    assert [path.name for path in (place / "out").iterdir()] == ["2026-08"]


@pytest.mark.parametrize("pattern", ["in/**.csv", "in/**/**.csv", "/", "in/a\\0.csv"])
def test_a_pattern_that_is_none(place: Path, chiso: CommandLine, pattern: str) -> None:
    changed(place, '"in/cases*.csv"', f'"{pattern}"')
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 2
    assert "This is no pattern of files" in outcome.stderr


# The batch file


def test_every_fault_of_a_batch_file_is_told_at_once(place: Path, chiso: CommandLine) -> None:
    (place / "batch.yaml").write_text(
        """\
batch: x
inputs: {records: "in/{perid}.csv", wait: {for: soon}, unit: a.csv}
outputs:
  folder: out
  files:
    - {file: a/b.csv, what: score}
    - {file: c.parquet, what: compare}
    - {file: d.csv, what: scores}
    - {file: d.csv, what: rank, level: village}
gates: {most_quarantined: 3, fewest_rows: {case: 10%}, units_stay: 1}
language: fr
""",
        "utf-8",
    )
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert (outcome.code, outcome.stdout) == (2, "")
    for said in (
        "batch.yaml:2:19: There is no placeholder {perid}",
        "“for” must be a span like 5 minutes, 2 hours",
        "Unknown key “unit”",
        "The folder must hold {period}",
        "“file” must be the name of a file without folders",
        "compare cannot be written to a file ending in “.parquet”",
        "“scores” is not allowed for “what”",
        "“file” d.csv stands twice",
        "“village” is not allowed for “level”",
        "“most_quarantined” must be a share like 50%",
        "Unknown key “case”",
        "“units_stay” must be true or false",
        "“fr” is not allowed for “language”",
    ):
        assert said in outcome.stderr, said


def test_batch_files_that_are_none(place: Path) -> None:
    with pytest.raises(UsageError, match="Cannot read the batch file"):
        load_batch(place / "none.yaml")
    (place / "batch.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        load_batch(place / "batch.yaml")
    (place / "batch.yaml").write_text("a: [", "utf-8")
    with pytest.raises(UsageError):
        load_batch(place / "batch.yaml")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--period", "2026-08", "--accept", "all"), "--accept: there is no gate “all”"),
        (("--period", "2026-08", "--select", "C1"), "--select: “C1” is not understood"),
        (
            (
                "--period",
                "2027-08",
            ),
            "had not begun",
        ),
        ((), "either --period or --periods is needed"),
        (("--replay", "x.json", "--period", "2026-08"), "--replay takes everything from the manifest"),
    ],
)
def test_mistakes_on_the_command_line(
    place: Path, chiso: CommandLine, options: tuple[str, ...], said: str
) -> None:
    outcome = chiso("run", place / "batch.yaml", *options, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr


# The log


def test_the_log_is_json_lines_that_hold_no_value_of_a_row(place: Path, chiso: CommandLine) -> None:
    changed(place, "K3,C2,online,05/08/2026", "Nguyễn Văn Mẫu,C2,online,35/08/2026", "in/cases.csv")
    log = place / "run.log"
    for _ in range(2):
        outcome = chiso("run", place / "batch.yaml", *AUGUST, "--log-file", log)
        assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "", "")
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [event["event"] for event in events] == [
        *("scoring", "not_compared", "written", "kept", "finished"),
        *("scoring", "not_compared", "unchanged", "finished"),
    ]
    assert all({"at", "level", "event", "message"} <= set(event) for event in events)
    assert "Mẫu" not in log.read_text("utf-8")
    # What ends a run is in the log as well.
    lock = FileLock(place / ".batch.yaml.lock")
    with lock:
        assert chiso("run", place / "batch.yaml", *AUGUST, "--log-file", log).code == 13
    last = [json.loads(line) for line in log.read_text("utf-8").splitlines()][-2:]
    assert [(event["event"], event["exit_code"]) for event in last] == [("failed", 13), ("finished", 13)]
    missing = chiso("run", place / "batch.yaml", *AUGUST, "--log-file", place / "none" / "run.log")
    assert missing.code == 13
    assert "Cannot write the log" in missing.stderr
