"""Earlier figures: denominators fallen back on, growth, a year's worth, tasks and due days, sums visible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.builders import UNITS, a_folder
from tests.catalogues import catalogue_text, group_entry, index_entry

import chiso
from chiso.scoring.due import due_of
from chiso.scoring.earlier import EarlierFigure, EarlierFigures
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Provenance, Score, Scoreboard
from chiso.terms.period import judge, parse_period
from chiso.terms.working_days import load_working_days

HEAD = "unit_code,index,numerator,denominator,percent,points,period\n"
SHARES = {"month": "1/12", "quarter": "1/4", "year": 1}
SYNCED = {"fallback": {"denominator_of": "1", "period": "last_year", "share": SHARES}}


def index(code: str = "1", **keys: object) -> dict[str, object]:
    """Return an index as reported, worth ten points, full at 100 %."""
    entry = index_entry(code, None, None, **({"reported_only": True} | keys))
    return {key: value for key, value in entry.items() if value is not None}


def counted(numerator: object, denominator: object, **keys: object) -> dict[str, object]:
    """Return index 1 as counted over records, worth ten points, full at 100 %."""
    return index_entry("1", numerator, denominator, **keys)


def scored(
    tmp_path: Path,
    indices: list[dict[str, object]],
    *rows: str,
    period: str = "2026-08",
    as_of: date = date(2026, 12, 31),
    arithmetic: str = "decimal",
    earlier: Mapping[tuple[str, str, str], EarlierFigure] | None = None,
    split_by: str | None = None,
    **files: str,
) -> Scoreboard:
    tables = {
        "cases": {"population": "received_on between :period_start and :as_of"},
        "employees": {"population": "valid_from <= :as_of"},
    }
    path = tmp_path / "catalogue.yaml"
    path.write_text(catalogue_text(tables, [group_entry("g", indices, arithmetic)]), "utf-8")
    catalogue = chiso.load_catalogue(path)
    folder = a_folder(tmp_path / "in", reported=HEAD + "".join(f"{row}\n" for row in rows), **files)
    records = chiso.load_records([folder])
    judgement = judge(parse_period(period, as_of), as_of)
    return score_records(
        catalogue.rules(judgement.period.last_day),
        records,
        judgement,
        load_working_days(None),
        Provenance("0", "catalogue.yaml", "", (), False),
        split_by=split_by,
        earlier=EarlierFigures(earlier or {}),
    )


def of(board: Scoreboard, unit: str = "C1", code: str = "1") -> Score:
    return next(score for score in board.unit(unit).scores if score.index == code)


def told(score: Score) -> tuple[object, ...]:
    value = None if score.value is None else str(score.value)
    points = None if score.points is None else str(score.points)
    return score.numerator, score.denominator, value, points, score.outcome


# A denominator that is not known


@pytest.mark.parametrize(
    ("period", "synced", "value", "points"),
    [
        ("2026-08", 80, "80.00", "8.00"),  # 80 / (1,200 × 1/12 = 100)
        ("2026-Q3", 80, "26.67", "2.67"),  # 80 / (1,200 × 1/4 = 300) = 26.666… %
        ("2026", 300, "25.00", "2.50"),  # 300 / 1,200
        ("2026-08", 150, "150.00", "10.00"),  # never more than the maximum
    ],
)
def test_a_share_of_last_years_denominator_stands_in(
    tmp_path: Path, period: str, synced: int, value: str, points: str
) -> None:
    board = scored(
        tmp_path, [index(**SYNCED)], f"C1,1,{synced},,,,{period}", "C1,1,,1200,,,2025", period=period
    )
    assert told(of(board)) == (synced, None, value, points, "reported")


def test_the_share_is_exact(tmp_path: Path) -> None:
    """1,201 / 12 is no whole number: 10 × 100 / (1,201 / 12) = 10 × 1200 / 1201 = 9.9916… → 9.99."""
    board = scored(tmp_path, [index(**SYNCED)], "C1,1,100,,,,2026-08", "C1,1,900,1201,,,2025")
    assert told(of(board)) == (100, None, "99.92", "9.99", "reported")


def test_on_doubles_the_percent_is_rounded_first(tmp_path: Path) -> None:
    """80 / 300 = 26.666… % → 26.67 %; 10 × 26.67 / 100 = 2.667 → 2.67."""
    rows = ("C1,1,80,,,,2026-Q3", "C1,1,,1200,,,2025")
    board = scored(tmp_path, [index(**SYNCED)], *rows, period="2026-Q3", arithmetic="double")
    assert told(of(board)) == (80, None, "26.67", "2.67", "reported")


def test_without_an_earlier_figure_nothing_is_earned_whatever_0_of_0_earns(tmp_path: Path) -> None:
    board = scored(tmp_path, [index(on_zero="full", **SYNCED)], "C1,1,80,,,,2026-08", "C1,1,,,90,,2025")
    assert told(of(board)) == (80, None, None, "0.00", "reported")
    assert of(board).max_points == 10


def test_an_earlier_denominator_of_0_is_a_denominator_of_0(tmp_path: Path) -> None:
    board = scored(tmp_path, [index(on_zero="full", **SYNCED)], "C1,1,80,,,,2026-08", "C1,1,0,0,,,2025")
    assert told(of(board)) == (80, None, None, "10.00", "reported")


def test_a_denominator_that_is_known_needs_no_other(tmp_path: Path) -> None:
    rows = ("C1,1,80,160,,,2026-08", "C2,1,0,0,,,2026-08", "C1,1,1,1200,,,2025", "C2,1,1,1200,,,2025")
    board = scored(tmp_path, [index(**SYNCED)], *rows)
    assert told(of(board)) == (80, 160, "50.00", "5.00", "reported")
    assert told(of(board, "C2")) == (0, 0, None, "0.00", "reported")
    assert board.fates[-1].earlier == 0


@pytest.mark.parametrize("period", ["2026-08-D2", "2026-ytd", "2026-08-01..2026-08-20"])
def test_other_kinds_of_period_have_no_fallback(tmp_path: Path, period: str) -> None:
    rows = (f"C1,1,80,,,,{period}", "C1,1,,1200,,,2025", f"C2,1,1,2,,,{period}")
    board = scored(tmp_path, [index(**SYNCED)], *rows, period=period, as_of=date(2026, 8, 31))
    assert of(board).outcome == "missing_data"
    (row,) = board.quarantine
    assert (row.row, row.reason.en) == (2, "numerator and denominator go together")
    fates = board.fates[-1]
    assert (fates.rows_read, fates.in_population, fates.outside_period, fates.quarantined) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    "row", ["C1,1,,90,,,2026-08", "C1,1,80,,70,,2026-08", "C1,2,80,,,,2026-08", "C1,g,80,,,,"]
)
def test_half_a_pair_of_counts_is_set_aside_as_before(tmp_path: Path, row: str) -> None:
    indices = [index(**SYNCED), index("2")]
    board = scored(tmp_path, indices, row, "C2,1,1,2,,,", "C1,1,,1200,,,2025")
    assert [told(of(board, code=code))[3:] for code in ("1", "2")] == [(None, "missing_data")] * 2
    assert [row.row for row in board.quarantine] == [2]


def test_rows_used_as_earlier_figures_are_told_and_the_fates_add_up(tmp_path: Path) -> None:
    rows = ("C1,1,80,,,,2026-08", "C1,1,1,1200,,,2025", "C2,1,1,1300,,,2025", "C1,1,1,1100,,,2024")
    fates = scored(tmp_path, [index(**SYNCED)], *rows).fates[-1]
    assert (fates.rows_read, fates.in_population, fates.outside_period, fates.earlier) == (4, 1, 3, 1)
    assert fates.accounted == fates.rows_read


def test_records_that_tell_the_numerator_only_fall_back_too(tmp_path: Path) -> None:
    """Two cases are online; what they are two of, the employees would say, and there is no such table."""
    counts = ({"records": "cases", "where": "channel = 'online'"}, {"records": "employees"})
    rows = ("C1,1,30,48,,,2025", "C3,1,1,1,,,2025")
    units = UNITS + "C3,Xã Ba,commune,P\n"
    board = scored(tmp_path, [counted(*counts, **SYNCED)], *rows, units=units)
    # 1 / (48 × 1/12 = 4); C2 has one case and no figure of 2025; C3 none of 1 × 1/12.
    assert told(of(board)) == (1, None, "25.00", "2.50", "scored")
    assert told(of(board, "C2")) == (1, None, None, "0.00", "scored")
    assert told(of(board, "C3")) == (0, None, "0.00", "0.00", "scored")
    without = scored(tmp_path, [counted(*counts)], *rows, units=units)
    assert of(without).outcome == "missing_data"


def test_what_is_known_from_elsewhere_counts_and_a_reported_row_before_it(tmp_path: Path) -> None:
    known = {
        ("C1", "1", "2025"): EarlierFigure(None, 2400, None, "history.duckdb"),
        ("C2", "1", "2025"): EarlierFigure(None, 2400, None, "history.duckdb"),
    }
    rows = ("C1,1,50,,,,2026-08", "C2,1,50,,,,2026-08", "C2,1,,1200,,,2025")
    board = scored(tmp_path, [index(**SYNCED)], *rows, earlier=known)
    assert str(of(board).value) == "25.00"  # 50 / 200
    assert str(of(board, "C2").value) == "50.00"  # 50 / 100
    assert board.fates[-1].earlier == 1


# Growth

GROWN = {
    "value_unit": "percentage_point",
    "baseline": {"ratio_of": "2", "period": "2025"},
    "full_points_at": "20%",
}


@pytest.mark.parametrize(
    ("row", "start", "value", "points"),
    [
        ("C1,1,45,100,,,2026-08", "C1,2,30,100,,,2025", "15.00", "7.50"),  # 15 of 20 points: 10 × 15/20
        ("C1,1,,,45,,2026-08", "C1,2,,,30,,2025", "15.00", "7.50"),
        ("C1,1,1,3,,,2026-08", "C1,2,1,4,,,2025", "8.33", "4.17"),  # 1/3 − 1/4 = 1/12 = 8.333… %
        ("C1,1,60,100,,,2026-08", "C1,2,30,100,,,2025", "30.00", "10.00"),
        ("C1,1,20,100,,,2026-08", "C1,2,30,100,,,2025", "-10.00", "0.00"),
    ],
)
def test_growth_is_a_difference_of_ratios(
    tmp_path: Path, row: str, start: str, value: str, points: str
) -> None:
    board = scored(tmp_path, [index(**GROWN), index("2")], row, start)
    score = of(board)
    assert (str(score.value), str(score.points), score.outcome) == (value, points, "reported")


def test_without_a_start_growth_is_not_0_but_missing(tmp_path: Path) -> None:
    rows = ("C1,1,45,100,,,2026-08", "C1,2,30,100,,,2024", "C1,2,,,,3,2025")
    board = scored(tmp_path, [index(**GROWN), index("2")], *rows)
    assert told(of(board)) == (45, 100, None, None, "missing_data")
    assert str(of(board).percent) == "45.00"
    assert of(board).max_points == 0
    assert board.unit("C1").outcome == "partial"
    (missing,) = [entry for entry in board.missing if entry.index == "1"]
    assert missing.lacks == ("reported",)
    assert missing.told.en == "lacks the figure of index 2 in 2025"


def test_who_is_at_the_top_need_not_grow(tmp_path: Path) -> None:
    capped = GROWN | {"baseline": {"ratio_of": "1", "period": "last_year", "enough_at": "100%"}}
    rows = ("C1,1,50,50,,,2026-08", "C1,1,95,100,,,2025", "C2,1,99,100,,,2026-08", "C2,1,95,100,,,2025")
    board = scored(tmp_path, [index(rule="pass_fail", **capped)], *rows)
    assert told(of(board)) == (50, 50, "5.00", "10.00", "reported")
    assert told(of(board, "C2")) == (99, 100, "4.00", "0.00", "reported")


def test_growth_of_an_official_is_not_told(tmp_path: Path) -> None:
    """What growth starts from is the unit's."""
    cases = "case_id,unit_code,officer_code,channel,received_at\nK1,C1,A,online,03/08/2026\n"
    indices = [counted({"where": "channel = 'online'"}, {"records": "cases"}, **GROWN), index("2")]
    whole = scored(tmp_path, indices, "C1,2,1,2,,,2025", cases=cases)
    assert told(of(whole)) == (1, 1, "50.00", "10.00", "scored")
    split = scored(tmp_path, indices, "C1,2,1,2,,,2025", cases=cases, split_by="officer")
    assert [score.outcome for score in split.units[0].scores] == ["not_applicable", "not_applicable"]


# A year's worth


@pytest.mark.parametrize(
    ("period", "as_of", "value"),
    [
        ("2026", date(2026, 12, 31), "3.00"),  # 3 cases / 1 employee × 365 / 365
        ("2026-08", date(2026, 12, 31), "35.32"),  # × 365 / 31 = 35.3225…
        ("2026-08", date(2026, 8, 10), "109.50"),  # provisional: × 365 / 10
        ("2024-02", date(2024, 12, 31), "37.86"),  # × 366 / 29 = 37.862…
    ],
)
def test_a_period_is_reckoned_up_to_a_year_by_its_days(
    tmp_path: Path, period: str, as_of: date, value: str
) -> None:
    counts = ({"records": "cases"}, {"records": "employees", "count": "distinct officer_code"})
    entry = counted(*counts, value_unit="case", per_year=True, full_points_at=100)
    day = f"03/{period[5:7] or '08'}/{period[:4]}"
    cases = "case_id,unit_code,received_at\n" + "".join(f"K{n},C1,{day}\n" for n in range(3))
    employees = "unit_code,officer_code,valid_from\nC1,A,2020-01-01\n"
    board = scored(
        tmp_path, [entry], "C2,1,1,1,,,", period=period, as_of=as_of, cases=cases, employees=employees
    )
    score = of(board)
    assert (score.numerator, score.denominator, str(score.value)) == (3, 1, value)
    assert score.points == (score.value or Decimal(0)).min(Decimal(100)).scaleb(-1).quantize(Decimal("0.01"))


# Tasks, bounds and due days

DUE = {"due": "DUE"}


def with_day(text: str, day: str) -> str:
    return text.replace('"DUE"', day)


def test_a_task_is_done_when_all_of_it_is(tmp_path: Path) -> None:
    task = {
        key: value
        for key, value in index(task=True).items()
        if key not in ("full_points_at", "reported_only")
    }
    units = UNITS + "C3,Xã Ba,commune,P\nC4,Xã Bốn,commune,P\n"
    board = scored(tmp_path, [task], "C1,1,1,1,,,", "C2,1,2,3,,,", "C3,1,,,100,,", units=units)
    assert [str(of(board, unit).points) for unit in ("C1", "C2", "C3")] == ["10.00", "0.00", "10.00"]
    assert of(board, "C4").outcome == "missing_data"


@pytest.mark.parametrize(("longest", "points"), [(29, "10.00"), (30, "10.00"), (31, "0.00")])
def test_at_most(tmp_path: Path, longest: int, points: str) -> None:
    keys = {"rule": "at_most", "value_unit": "minute", "full_points_at": 30}
    board = scored(tmp_path, [index(**keys)], f"C1,1,{longest},1,,,")
    assert str(of(board).points) == points


@pytest.mark.parametrize(
    ("as_of", "row", "points", "maximum", "outcome", "state"),
    [
        (date(2026, 8, 30), "C1,1,1,2,,,", None, 0, "analysis", "not_due"),
        (date(2026, 8, 30), "C1,1,2,2,,,", None, 0, "analysis", "met"),
        (date(2026, 8, 30), "C2,1,2,2,,,", None, 0, "analysis", "not_due"),
        (date(2026, 8, 31), "C1,1,1,2,,,", "0.00", 10, "reported", "overdue"),
        (date(2026, 8, 31), "C1,1,2,2,,,", "10.00", 10, "reported", "met"),
        (date(2026, 8, 31), "C2,1,2,2,,,", None, 0, "missing_data", "unknown"),
        (date(2026, 8, 31), "C1,1,,,,,", None, 10, "reported", "unknown"),
        (date(2026, 8, 31), "C1,1,,,,10,", "10.00", 10, "reported", "met"),
    ],
)
def test_a_target_binds_from_its_day_on(
    tmp_path: Path, as_of: date, row: str, points: str | None, maximum: int, outcome: str, state: str
) -> None:
    path = tmp_path / "catalogue.yaml"
    entry = group_entry("g", [index(rule="pass_fail", **DUE)])
    path.write_text(with_day(catalogue_text({}, [entry]), "2026-08-31"), "utf-8")
    folder = a_folder(tmp_path / "in", reported=f"{HEAD}{row}\n")
    catalogue = chiso.load_catalogue(path)
    board = chiso.score(catalogue, chiso.load_records([folder]), "2026-08", as_of=as_of)
    score = of(board)
    assert (None if score.points is None else str(score.points), score.outcome) == (points, outcome)
    assert score.max_points == maximum == board.unit("C1").max_points
    (rule,) = board.rules.indices
    due = due_of(rule, board.rules.groups[0].rounding, score)
    assert due is not None and (due.day, due.state) == (date(2026, 8, 31), state)


def test_points_of_what_is_not_due_are_of_no_use(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    entry = group_entry("g", [index(rule="pass_fail", **DUE), index("2")])
    path.write_text(with_day(catalogue_text({}, [entry]), "2026-08-31"), "utf-8")
    folder = a_folder(tmp_path / "in", reported=f"{HEAD}C1,1,,,,10,\nC1,2,1,2,,,\n")
    board = chiso.score(
        chiso.load_catalogue(path), chiso.load_records([folder]), "2026-08", as_of=date(2026, 8, 30)
    )
    assert [note.message.en for note in board.notes] == [
        "not used: index 1 earns no points before 2026-08-31"
    ]
