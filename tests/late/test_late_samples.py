"""The lists over the samples are those of a slow walk through the files, case by case, day by day."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

import chiso
from chiso.records.dataset import Records
from chiso.scoring.engine import Engine
from chiso.scoring.late import LateLists, late_lists
from chiso.scoring.score import scoreboard_of
from chiso.scoring.scoreboard import Provenance
from chiso.terms.columns import CASES
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.working_days import load_working_days
from tests.late.walk import Walk, Walked

TODAY = date(2026, 10, 10)
NOTHING = Provenance("0", "", "", (), False)
RUNS = [("2026", TODAY), ("2026-08", date(2026, 8, 31))]


def read(folder: Path, pattern: str) -> list[dict[str, object]]:
    """Return the rows of files: moments as such, empty cells None, all else as text."""
    rows = []
    for file in sorted(folder.glob(pattern)):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows += [{name: cell(name, text) for name, text in row.items()} for row in csv.DictReader(stream)]
    return rows


def cell(name: str, text: str) -> object:
    if not text:
        return None
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S") if name.endswith("_at") else text  # noqa: DTZ007


def walked(folder: Path, judgement: Judgement, within: int) -> tuple[dict[str, Walked], int]:
    """Return every case on a list, and how many are undetermined, by the slow walk."""
    walk = Walk(judgement.period.first_day, judgement.as_of, load_working_days(), within)
    procedures = {(row["unit_code"], row["procedure_id"]): row for row in read(folder, "procedures.csv")}
    found = {
        str(case["case_id"]): place
        for case in read(folder, "cases-*.csv")
        if (place := walk.place(case, procedures.get((case["unit_code"], case["procedure_id"]))))
    }
    listed = {number: place for number, place in found.items() if place.list != "undetermined"}
    return listed, len(found) - len(listed)


@pytest.fixture(scope="module")
def records(samples: Path) -> Records:
    return chiso.load_records([samples / "gia-lai-2026"])


@pytest.fixture(scope="module", params=RUNS, ids=[period for period, _ in RUNS])
def engine(request: pytest.FixtureRequest, records: Records) -> Engine:
    period, as_of = request.param
    judgement = judge(parse_period(period, TODAY), as_of)
    rules = chiso.load_catalogue().rules(judgement.period.last_day)
    return Engine(records, rules, judgement, load_working_days())


@pytest.fixture
def lists(engine: Engine) -> LateLists:
    units = tuple(engine.records.units)
    return late_lists(engine, CASES, load_working_days(), NOTHING, units=units, within=5)


def test_the_lists_are_those_of_a_slow_walk(samples: Path, lists: LateLists) -> None:
    expected, undetermined = walked(samples / "gia-lai-2026", lists.judgement, 5)
    found = {
        record.number: Walked(record.list, late=record.days_late, left=record.days_left)
        for record in lists.records
    }
    assert len(found) == len(lists.records) > 50
    assert found == expected
    assert lists.undetermined == undetermined
    for record in lists.records:
        assert record.number.startswith(record.unit.code)
        assert (record.ended_on is None) == (record.list != "finished")


def test_what_index_2_1_does_not_count_is_listed_and_nothing_else(engine: Engine, lists: LateLists) -> None:
    """Denominator − numerator = finished late + open and late + undetermined, in every unit."""
    own = {
        counts.unit.code: counts.listed["finished"] + counts.listed["open"] + counts.undetermined
        for counts in lists.units
    }
    board = scoreboard_of(engine, NOTHING)
    position = [index.code for index in board.rules.indices].index("2.1")
    for unit in board.units:
        score = unit.scores[position]
        # Every other unit of the sample is below the province.
        counted = own.values() if unit.unit.level == "province" else [own.get(unit.unit.code, 0)]
        assert score.denominator is not None and score.numerator is not None
        assert score.denominator - score.numerator == sum(counted)
    assert sum(own.values()) > 50
