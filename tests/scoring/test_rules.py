"""From counts to points: small tables that can be read aloud, the sum visible in each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.builders import CASES, UNITS, a_catalogue, a_folder

import chiso
from chiso.scoring.scoreboard import Scoreboard, UnitScore


def scored(
    tmp_path: Path,
    *changes: tuple[str, str],
    period: str = "2026-08",
    as_of: date = date(2026, 8, 31),
    edition: str | None = None,
    **files: str,
) -> Scoreboard:
    catalogue = chiso.load_catalogue(a_catalogue(tmp_path, *changes))
    records = chiso.load_records([a_folder(tmp_path / "in", **files)])
    return chiso.score(catalogue, records, period, as_of=as_of, edition=edition)


def points(score: UnitScore) -> list[str | None]:
    return [None if cell.points is None else str(cell.points) for cell in score.scores]


def outcomes(score: UnitScore) -> list[str]:
    return [cell.outcome for cell in score.scores]


def test_a_parent_counts_the_records_of_all_units_below_it(tmp_path: Path) -> None:
    """C1 has 1 of 2, C2 1 of 1: the province 2 of 3 = 66.67 %, never the mean of 50 % and 100 %."""
    board = scored(tmp_path, ("applies_to: [commune]", "applies_to: [commune, province]"))
    cell = board.unit("P").scores[0]
    assert (cell.numerator, cell.denominator, str(cell.percent), str(cell.points)) == (2, 3, "66.67", "4.00")


def test_own_rows_only(tmp_path: Path) -> None:
    board = scored(
        tmp_path,
        ("points: 6\n", "points: 6\n        rollup: own\n"),
        ("applies_to: [commune]", "applies_to: [commune, province]"),
    )
    assert (board.unit("P").scores[0].numerator, board.unit("P").scores[0].denominator) == (0, 0)
    assert board.unit("C1").scores[0].denominator == 2


def test_distinct_codes_are_counted_once_over_units_below(tmp_path: Path) -> None:
    """Procedure A is used in both communes, B in one: two in the province, not three."""
    cases = "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,returned_at\n" + "".join(
        f"K{n},{unit},{procedure},online,03/08/2026,04/08/2026,04/08/2026,\n"
        for n, (unit, procedure) in enumerate([("C1", "A"), ("C1", "A"), ("C1", "B"), ("C2", "A")])
    )
    board = scored(
        tmp_path,
        ("denominator: {records: cases}", "denominator: {records: cases, count: distinct procedure_id}"),
        ("applies_to: [commune]", "applies_to: [commune, province]"),
        cases=cases,
    )
    counted = {code: board.unit(code).scores[0].denominator for code in ("C1", "C2", "P")}
    assert counted == {"C1": 2, "C2": 1, "P": 2}


@pytest.mark.parametrize(
    ("rule", "given", "maximum", "total"),
    [
        ("full", "6.00", "10.00", "6.00"),
        ("zero", "0.00", "10.00", "0.00"),
        ("blank", None, "10.00", "0.00"),
        ("exclude", None, "4.00", "0.00"),
    ],
)
def test_nothing_of_nothing(tmp_path: Path, rule: str, given: str | None, maximum: str, total: str) -> None:
    board = scored(tmp_path, ("on_zero: zero", f"on_zero: {rule}"), units=UNITS + "C3,Xã Ba,commune,P\n")
    score = board.unit("C3")
    assert points(score) == [given, None]
    assert (str(score.max_points), str(score.total)) == (maximum, total)
    assert outcomes(score) == ["no_cases", "no_cases"]
    assert score.scores[0].percent is None


def test_an_index_that_does_not_apply_adds_nothing_and_the_edition_says_what_the_maximum_does(
    tmp_path: Path,
) -> None:
    change = ("applies_to: [commune]", "applies_to: [province]")
    later = scored(tmp_path, change).unit("C1")
    earlier = scored(tmp_path, change, edition="first").unit("C1")
    assert (outcomes(later)[0], points(later)[0]) == ("not_applicable", None)
    assert (str(later.max_points), str(earlier.max_points)) == ("4.00", "10.00")


def test_an_index_measuring_unit_is_taken_from_there(tmp_path: Path) -> None:
    board = scored(
        tmp_path,
        ("points: 6\n", "points: 6\n        measured_at: [province]\n"),
        ("applies_to: [commune]", "applies_to: [commune, province]"),
    )
    cell = board.unit("C1").scores[0]
    assert (cell.outcome, cell.numerator, cell.denominator) == ("inherited", 2, 3)
    assert board.unit("P").scores[0].outcome == "scored"


def test_a_reported_figure_beats_records_and_inheritance(tmp_path: Path) -> None:
    reported = "unit_code,index,numerator,denominator,percent,points\nC1,on_time,3,4,,1\nC2,ON_TIME,,,25,\n"
    board = scored(tmp_path, reported=reported)
    first, second = board.unit("C1").scores[0], board.unit("C2").scores[0]
    # 3/4 of 6 = 4.50: points are taken only where no counts are given. 25 % of 6 = 1.50.
    assert (str(first.points), first.outcome) == ("4.50", "reported")
    assert (str(second.points), second.outcome, second.denominator) == ("1.50", "reported", None)


def test_a_reported_row_without_figures_is_null_and_keeps_the_maximum(tmp_path: Path) -> None:
    board = scored(
        tmp_path, reported="unit_code,index,numerator,denominator,percent,points\nC1,on_time,,,,\n"
    )
    score = board.unit("C1")
    assert (points(score)[0], str(score.max_points), score.outcome) == (None, "10.00", "scored")


def test_an_edition_holds_until_the_next_and_its_dated_values_with_it(tmp_path: Path) -> None:
    """Half of the cases are online. Target 50 % gives 4.00; from 1/7/2025 80 % gives 50/80 of 4 = 2.50."""
    assert points(scored(tmp_path).unit("C1"))[1] == "2.50"
    assert points(scored(tmp_path, edition="first").unit("C1"))[1] == "4.00"
    cases = CASES.replace("/2026", "/2025")
    second_half = scored(tmp_path, period="2025-08", as_of=date(2025, 8, 31), cases=cases)
    assert points(second_half.unit("C1"))[1] == "2.50"
    first_half = scored(
        tmp_path, period="2025-06", as_of=date(2025, 6, 30), cases=cases.replace("/08/", "/06/")
    )
    assert (first_half.rules.edition, points(first_half.unit("C1"))[1]) == ("second", "4.00")


def test_a_period_over_two_editions_is_noted(tmp_path: Path) -> None:
    cases = CASES.replace("/2026", "/2025")
    board = scored(tmp_path, period="2024-12-01..2025-08-31", as_of=date(2025, 8, 31), cases=cases)
    assert board.provenance.edition_note
    assert board.rules.edition == "second"


def test_a_period_that_still_runs_is_provisional(tmp_path: Path) -> None:
    """On 12/8 case K2 (due 14/8, finished 17/8) was still in time."""
    board = scored(tmp_path, as_of=date(2026, 8, 12))
    score = board.unit("C1")
    assert (score.outcome, outcomes(score)) == ("provisional", ["provisional", "provisional"])
    assert points(score)[0] == "6.00"


def test_points_are_never_asked_of_a_later_day_than_the_periods_last(tmp_path: Path) -> None:
    board = scored(tmp_path, as_of=date(2026, 12, 31))
    assert board.judgement.as_of == date(2026, 8, 31)
    assert board.unit("C1").outcome == "scored"


def test_bands_go_by_the_rounded_total_and_only_where_nothing_is_missing(tmp_path: Path) -> None:
    full = scored(tmp_path)
    assert [board.band.en if board.band else None for board in full.units] == [None, "Weak", "Good"]
    partial = scored(tmp_path, cases=CASES.replace("channel", "kênh nào"))
    assert (partial.unit("C2").outcome, partial.unit("C2").band) == ("partial", None)
    assert str(partial.unit("C2").max_points) == "6.00"
    assert [(missing.index, missing.lacks) for missing in partial.missing] == [("2", ("cases.channel",))]


def test_lower_is_better(tmp_path: Path) -> None:
    """Mean waiting: (20 + 40) / 2 = 30 minutes; full points up to 15, none from 45: (45 − 30) / 30 of 6."""
    cases = (
        "case_id,unit_code,channel,received_at,due_at,finished_at,waiting_minutes\n"
        "K1,C1,online,03/08/2026,14/08/2026,10/08/2026,20\nK2,C1,online,03/08/2026,14/08/2026,10/08/2026,40\n"
    )
    board = scored(
        tmp_path,
        ("numerator: {where: on_time}", "numerator: {sum: waiting_minutes}\n        value_unit: minute"),
        (
            "full_points_at: 100%",
            "full_points_at: 15\n        no_points_at: 45\n        rule: lower_is_better",
        ),
        cases=cases,
    )
    cell = board.unit("C1").scores[0]
    assert (cell.percent, str(cell.value), str(cell.points)) == (None, "30.00", "3.00")


def test_steps_and_pass_or_fail(tmp_path: Path) -> None:
    """Half in time: the step from 50 % gives half of 6; pass at 80 % fails."""
    steps = "rule: steps\n        steps: [{from: 50%, share: 50%}, {from: 90%, share: 100%}]"
    assert points(scored(tmp_path, ("full_points_at: 100%", steps)).unit("C1"))[0] == "3.00"
    passed = ("full_points_at: 100%", "full_points_at: 80%\n        rule: pass_fail")
    assert [points(scored(tmp_path, passed).unit(code))[0] for code in ("C1", "C2")] == ["0.00", "6.00"]


def test_undetermined_records_do_not_count_and_are_shown(tmp_path: Path) -> None:
    board = scored(
        tmp_path, cases=CASES.replace("K1,C1,online,03/08/2026,14/08/2026", "K1,C1,online,03/08/2026,")
    )
    cell = board.unit("C1").scores[0]
    assert (cell.numerator, cell.denominator, cell.undetermined) == (0, 2, 1)


def test_a_unit_that_ended_leaves_its_records_to_its_successor(tmp_path: Path) -> None:
    units = (
        "unit_code,unit_name,level,parent_code,valid_from,valid_to,successor_code\n"
        "C1,Xã Một cũ,commune,,,30/06/2026,C2\nC2,Xã Hai,commune,,,,\n"
    )
    board = scored(tmp_path, units=units)
    assert [score.unit.code for score in board.units] == ["C2"]
    assert board.unit("C2").scores[0].denominator == 3


def test_a_rule_nobody_knows_scores_nobody(tmp_path: Path) -> None:
    board = scored(tmp_path, ("status: issued", "status: unknown"))
    score = board.unit("C2")
    assert (outcomes(score)[0], points(score)[0], str(score.max_points)) == ("missing_data", None, "4.00")
    reported = "unit_code,index,points\nC2,on_time,5\n"
    assert (
        points(scored(tmp_path, ("status: issued", "status: unknown"), reported=reported).unit("C2"))[0]
        == "5.00"
    )


def test_scoreboards_are_frozen_and_turn_into_frames(tmp_path: Path) -> None:
    board = scored(tmp_path)
    with pytest.raises(AttributeError):
        board.units = ()  # type: ignore[misc]
    frame = board.to_pandas()
    assert list(frame["total"]) == [Decimal("0.00"), Decimal("5.50"), Decimal("10.00")]
    detail = board.to_pandas("index")
    assert len(detail) == 3 * 2
    assert detail["points"].iloc[2] == Decimal("3.00")


def test_units_with_another_maximum_are_ranked_apart(tmp_path: Path) -> None:
    reported = "unit_code,index,points\nC3,progress,9\n"
    units = UNITS + "C3,Xã Ba,commune,P\nC4,Xã Tư,commune,P\n"
    board = scored(tmp_path, ("on_zero: zero", "on_zero: exclude"), units=units, reported=reported)
    places = [(rank.place, rank.score.unit.code) for rank in chiso.rank(board, "commune")]
    # C4 has no cases, so only 4 of 10 points can be earned there: it has a ranking of its own.
    assert places == [(1, "C2"), (2, "C3"), (3, "C1"), (1, "C4")]


def test_peer_groups(tmp_path: Path) -> None:
    units = "unit_code,unit_name,level,peer_group\nC1,Xã Một,commune,núi\nC2,Xã Hai,commune,biển\n"
    board = scored(tmp_path, units=units)
    ranks = chiso.rank(board, "commune", by_peer_group=True)
    assert [(rank.place, rank.score.unit.code) for rank in ranks] == [(1, "C2"), (1, "C1")]


def test_the_shipped_catalogue_passes_its_own_tests() -> None:
    from chiso.scoring.catalogue_tests import run_catalogue_tests
    from chiso.terms.working_days import load_working_days

    results = run_catalogue_tests(chiso.load_catalogue(), load_working_days())
    assert [result for result in results if not result.passed] == []
    assert len(results) > 120


def test_a_failing_test_in_a_catalogue_is_seen(tmp_path: Path) -> None:
    from chiso.scoring.catalogue_tests import run_catalogue_tests
    from chiso.terms.working_days import load_working_days

    given = "given: {cases: [{received_at: 2026-08-03}]}, expect: {numerator: 1, denominator: 1}"
    tests = f"status: issued\n        tests:\n          - {{name: wrong, {given}}}"
    catalogue = chiso.load_catalogue(a_catalogue(tmp_path, ("status: issued", tests)))
    results = run_catalogue_tests(catalogue, load_working_days())
    assert [(result.edition, result.passed, result.counted) for result in results] == [
        ("first", False, (0, 1)),
        ("second", False, (0, 1)),
    ]


def test_no_index_code_and_no_threshold_stands_in_the_code() -> None:
    import re

    source = Path(chiso.__file__).parent
    codes = re.compile(r"""["'][1-5]\.[1-9]["']""")
    found = [
        f"{path.relative_to(source)}: {line}"
        for path in source.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if codes.search(line) and not line.startswith("SCHEMA_VERSION = ")
    ]
    assert found == []
