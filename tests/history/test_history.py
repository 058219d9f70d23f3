"""What is kept in a history: whole boards, every revision, never half a run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import chiso
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.errors import CannotWriteError, RecordsError, UsageError
from chiso.history import schema, store
from chiso.history.proof import problems_of
from chiso.history.rows import OtherInput
from chiso.history.store import History, Kept
from chiso.scoring.scoreboard import Scoreboard
from tests.builders import CASES, a_catalogue, a_folder
from tests.conftest import ROOT, CommandLine
from tests.schemas import validator_of

NOON = datetime.fromisoformat("2026-10-10T12:00:00")
SAMPLES = ROOT / "samples" / "gia-lai-2026"


def a_board(folder: Path, catalogue: Catalogue, period: str = "2026-08", cases: str = CASES) -> Scoreboard:
    records = chiso.load_records([a_folder(folder, cases=cases)])
    return chiso.score(catalogue, records, period, as_of=date(2026, 10, 10))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return load_catalogue(a_catalogue(tmp_path))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.duckdb")


def without_circumstances(board: Scoreboard) -> Scoreboard:
    """A board as a history keeps it: bare names of files, and no places of rows set aside."""
    files = tuple(replace(file, path=Path(file.path).name) for file in board.provenance.files)
    return replace(board, quarantine=(), provenance=replace(board.provenance, files=files))


def test_what_is_kept_comes_back_whole(tmp_path: Path, catalogue: Catalogue, history: History) -> None:
    # K2 lacks its unit's due date: it stands open; a fourth row is set aside.
    board = a_board(tmp_path / "in", catalogue, cases=CASES + "K4,C9,direct,04/08/2026,,,,10\n")
    assert board.quarantine
    (added,) = history.add([Kept(board, "P", catalogue, (OtherInput("mapping", "m.yaml", "ab"),))], NOON)
    assert (added.number, added.revision, added.new) == (1, 1, True)
    assert history.board(1) == without_circumstances(board)
    entry = history.run(1)
    assert (entry.period, entry.series, entry.catalogue) == ("2026-08", "P", board.rules.catalogue)
    assert (entry.current, entry.provisional, entry.units) == (True, False, 3)
    assert history.catalogue(entry.catalogue_sha256).content == catalogue.content


def test_a_year_of_the_samples_comes_back_whole(history: History) -> None:
    """Blank, missing, inherited and reported figures, notes with places, codes beyond denominators."""
    catalogue = load_catalogue()
    board = chiso.score(catalogue, chiso.load_records([SAMPLES]), "2026", as_of=date(2026, 10, 10))
    history.add([Kept(board, "H21", catalogue)], NOON)
    kept = history.board(1)
    assert kept.units == board.units
    assert (kept.fates, kept.missing, kept.beyond) == (board.fates, board.missing, board.beyond)
    assert kept.rules == board.rules
    shown = [str(score.points) for unit in kept.units for score in unit.scores]
    assert shown == [str(score.points) for unit in board.units for score in unit.scores]
    assert not problems_of(history)


def test_the_same_run_again_adds_nothing_and_leaves_the_file_alone(
    tmp_path: Path, catalogue: Catalogue, history: History
) -> None:
    kept = Kept(a_board(tmp_path / "in", catalogue), "P", catalogue)
    history.add([kept], NOON)
    before = history.path.read_bytes(), history.path.stat().st_mtime_ns
    (again,) = history.add([kept], datetime.fromisoformat("2027-01-01"))
    assert (again.number, again.new) == (1, False)
    assert (history.path.read_bytes(), history.path.stat().st_mtime_ns) == before


def test_every_revision_stays_and_the_last_is_current(
    tmp_path: Path, catalogue: Catalogue, history: History
) -> None:
    """K2 is put right, then it is not: the third run says what the first did, and is the last word."""
    first = a_board(tmp_path / "a", catalogue)
    second = a_board(tmp_path / "b", catalogue, cases=CASES.replace("17/08/2026", "14/08/2026"))
    for board in (first, second, first):
        history.add([Kept(board, "P", catalogue)], NOON)
    assert [(entry.number, entry.revision, entry.current) for entry in history.runs()] == [
        (1, 1, False),
        (2, 2, False),
        (3, 3, True),
    ]
    assert [history.board(number).unit("C1").total for number in (1, 2, 3)] == [
        Decimal("5.50"),
        Decimal("8.50"),
        Decimal("5.50"),
    ]


def test_series_periods_and_catalogues_are_apart(
    tmp_path: Path, catalogue: Catalogue, history: History
) -> None:
    august, september = (a_board(tmp_path / p, catalogue, p) for p in ("2026-08", "2026-09"))
    history.add(
        [Kept(august, "P", catalogue), Kept(september, "P", catalogue), Kept(august, "Q", catalogue)], NOON
    )
    assert [(entry.series, entry.period, entry.revision) for entry in history.runs()] == [
        ("P", "2026-08", 1),
        ("P", "2026-09", 1),
        ("Q", "2026-08", 1),
    ]
    with pytest.raises(UsageError):
        history.current("2026-08")
    found = history.current("2026-08", series="Q")
    assert found is not None and found.number == 3
    assert history.current("2026-07") is None


def test_all_boards_are_kept_or_none(
    tmp_path: Path, catalogue: Catalogue, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    august, september = (a_board(tmp_path / p, catalogue, p) for p in ("2026-08", "2026-09"))
    history.add([Kept(august, "before", catalogue)], NOON)
    insert, calls = store._insert_rows, []

    def failing(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 9:
            raise duckdb.IOException("no room")
        insert(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_insert_rows", failing)
    with pytest.raises(CannotWriteError):
        history.add([Kept(august, "P", catalogue), Kept(september, "P", catalogue)], NOON)
    assert [entry.series for entry in history.runs()] == ["before"]
    assert not problems_of(history)


def changed(history: History, statement: str) -> list[str]:
    with duckdb.connect(str(history.path)) as connection:
        connection.execute(statement)
    return [problem.message.en for problem in problems_of(history)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE scores SET points = points + 1 WHERE run = 2 AND unit_code = 'C1'", "Run 2 was changed"),
        ("UPDATE units SET unit_name = 'x' WHERE run = 1 AND unit_code = 'C1'", "Run 1 was changed"),
        ("UPDATE inputs SET sha256 = 'x' WHERE run = 1 AND position = 0", "Run 1 was changed"),
        ("UPDATE fates SET in_population = 0 WHERE run = 1", "Run 1 was changed"),
        ("DELETE FROM scores WHERE run = 1 AND unit_code = 'C2'", "Run 1 was changed"),
        ("DELETE FROM runs WHERE run = 1", "revisions 2, some are missing"),
        ("DELETE FROM runs WHERE run = 2", "Run 2 was deleted: table inputs still has rows of it"),
        ("DELETE FROM catalogues", "that runs need is not there"),
        ("DROP VIEW current_totals", "The view current_totals is not there"),
        ("UPDATE catalogues SET content = 'x'::BLOB", "was changed inside the file"),
    ],
)
def test_a_change_inside_the_file_is_found(
    tmp_path: Path, catalogue: Catalogue, history: History, statement: str, said: str
) -> None:
    for cases in (CASES, CASES.replace("17/08/2026", "14/08/2026")):
        history.add([Kept(a_board(tmp_path / "in", catalogue, cases=cases), "P", catalogue)], NOON)
    assert not problems_of(history)
    assert any(said in line for line in changed(history, statement))


def test_a_newer_form_is_refused_and_an_older_one_brought_forward(
    tmp_path: Path, catalogue: Catalogue, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(a_board(tmp_path / "in", catalogue), "P", catalogue)
    history.add([kept], NOON)
    with monkeypatch.context() as later:
        # A later chiso has one migration more.
        migrations = (*schema.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN later VARCHAR DEFAULT 'x'",))
        later.setattr(store, "MIGRATIONS", migrations)
        later.setattr(store, "VERSION", len(migrations))
        assert [entry.number for entry in history.runs()] == [1]
        with duckdb.connect(str(history.path), read_only=True) as connection:
            assert connection.execute("SELECT later FROM runs").fetchall() == [("x",)]
            versions = connection.execute("SELECT version FROM history_version ORDER BY 1").fetchall()
        assert [version for (version,) in versions] == [*range(1, len(migrations) + 1)]
    with pytest.raises(RecordsError, match="of a newer chiso"):
        history.runs()
    with pytest.raises(RecordsError, match="of a newer chiso"):
        history.add([kept], NOON)


@pytest.mark.parametrize("content", [b"not a database", b"", b"DUCK" * 3000])
def test_what_is_no_history_is_refused_and_left_alone(
    tmp_path: Path, catalogue: Catalogue, history: History, content: bytes
) -> None:
    history.path.write_bytes(content)
    kept = Kept(a_board(tmp_path / "in", catalogue), "P", catalogue)
    with pytest.raises((RecordsError, CannotWriteError)):
        history.add([kept], NOON)
    assert history.path.read_bytes() == content


def test_another_database_is_refused(tmp_path: Path, catalogue: Catalogue, history: History) -> None:
    with duckdb.connect(str(history.path)) as connection:
        connection.execute("CREATE TABLE accounts (x INTEGER)")
    with pytest.raises(RecordsError, match="no history of chiso"):
        history.add([Kept(a_board(tmp_path / "in", catalogue), "P", catalogue)], NOON)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, catalogue: Catalogue) -> None:
    history = History(tmp_path / "nowhere" / "history.duckdb")
    with pytest.raises(CannotWriteError, match="Cannot write the history"):
        history.add([Kept(a_board(tmp_path / "in", catalogue), "P", catalogue)], NOON)


# The command line


def test_the_whole_board_is_kept_whichever_units_are_shown(tmp_path: Path, chiso: CommandLine) -> None:
    folder, file = a_folder(tmp_path / "in"), tmp_path / "h.duckdb"
    small = ("--catalogue", a_catalogue(tmp_path), "--lang", "en")
    outcome = chiso("score", folder, "--period", "2026-08", "--history", file, "--unit", "C1", *small)
    assert outcome.code == 0
    assert "Xã Một" in outcome.stdout and "Xã Hai" not in outcome.stdout
    assert f"{file}: kept run 1\n" in outcome.stderr
    shown = chiso("history", "show", file, "2026-08", "--format", "csv")
    assert (
        shown.stdout
        == chiso("score", folder, "--period", "2026-08", *small, "--lang", "vi", "--format", "csv").stdout
    )
    again = chiso("score", folder, "--period", "2026-08", "--history", file, *small)
    assert f"{file}: 1 already there, unchanged\n" in again.stderr


def test_list_show_export_and_verify(tmp_path: Path, chiso: CommandLine) -> None:
    folder, file = a_folder(tmp_path / "in"), tmp_path / "h.duckdb"
    small = ("--catalogue", a_catalogue(tmp_path), "--as-of", "2026-10-10")
    for cases in (CASES, CASES.replace("17/08/2026", "14/08/2026")):
        a_folder(folder, cases=cases)
        assert chiso("score", folder, "--periods", "2026-08..2026-10", "--history", file, *small).code == 0
    listed = chiso("history", "list", file, "--lang", "en")
    assert listed.stdout.count("replaced") == 3
    assert listed.stdout.count("provisional") == 2
    data = json.loads(chiso("history", "list", file, "--format", "json").stdout)
    assert not [error.message for error in validator_of("history").iter_errors(data)]
    assert [(run["run"], run["revision"], run["current"]) for run in data["runs"]] == [
        *((number, 1, False) for number in (1, 2, 3)),
        *((number, 2, True) for number in (4, 5, 6)),
    ]
    rows = list(csv.DictReader(io.StringIO(chiso("history", "export", file).stdout)))
    assert {(row["run"], row["period"]) for row in rows} == {
        ("4", "2026-08"),
        ("5", "2026-09"),
        ("6", "2026-10"),
    }
    every = chiso("history", "export", file, "--revisions", "--period", "2026-08").stdout
    assert {row["run"] for row in csv.DictReader(io.StringIO(every))} == {"1", "4"}
    first = chiso("history", "show", file, "run:1", "--format", "csv", "--detail", "index").stdout
    assert "2026-08,C1,Xã Một,commune,progress,1,1,2,50.00" in first
    assert chiso("history", "verify", file).code == 0
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE units SET total = 100 WHERE run = 4")
    outcome = chiso("history", "verify", file, "--lang", "en")
    assert outcome.code == 14
    assert outcome.stdout == f"{file}: Run 4 was changed: the hash of its content does not agree\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("list", "none.duckdb"), 11, "no such history file"),
        (("show", "{file}", "run:7"), 2, "The history has no run 7"),
        (("show", "{file}", "2025-01"), 2, "The history has no “2025-01”"),
        (("show", "{file}", "run:x"), 2, "The history has no “run:x”"),
        (("export", "{file}", "-o", "{file}"), 2, "no format goes with"),
    ],
)
def test_mistakes_with_a_history(
    tmp_path: Path, chiso: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    folder, file = a_folder(tmp_path / "in"), tmp_path / "h.duckdb"
    chiso("score", folder, "--period", "2026-08", "--history", file, "--catalogue", a_catalogue(tmp_path))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    outcome = chiso("history", *(a.replace("{file}", str(file)) for a in arguments), "--lang", "en")
    assert (outcome.code, outcome.stdout) == (code, "")
    assert said in outcome.stderr
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--by", "channel", "--history", "h.duckdb"), "does not go with --by"),
        (("--series", "P"), "--series needs --history"),
    ],
)
def test_what_does_not_go_together(
    tmp_path: Path, chiso: CommandLine, options: tuple[str, ...], said: str
) -> None:
    outcome = chiso("score", a_folder(tmp_path / "in"), "--period", "2026-08", *options, "--lang", "en")
    assert outcome.code == 2
    assert said in outcome.stderr


def test_the_views_are_what_the_document_says(tmp_path: Path, chiso: CommandLine) -> None:
    folder, file = a_folder(tmp_path / "in"), tmp_path / "h.duckdb"
    chiso("score", folder, "--period", "2026-08", "--history", file, "--catalogue", a_catalogue(tmp_path))
    with duckdb.connect(str(file), read_only=True) as connection:
        views = connection.execute(
            "SELECT view_name, column_name FROM duckdb_views() v "
            "JOIN duckdb_columns() c ON c.table_name = v.view_name WHERE NOT v.internal"
        ).fetchall()
        totals = connection.execute("SELECT unit_code, total FROM current_totals").fetchall()
    assert totals == [("P", 0), ("C1", Decimal("5.5")), ("C2", Decimal("10"))]
    text = (ROOT / "docs" / "history.md").read_text("utf-8")
    assert views and all(f"`{name}`" in text for view in views for name in view)
