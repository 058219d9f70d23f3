"""Each planted change is found under its cause, with its exact points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chiso import run
from chiso.errors import CannotScoreError
from chiso.scoring.comparing.comparison import MovedCase
from chiso.scoring.scoreboard import index_rows, total_rows
from tests.compare.town import (
    COLUMNS,
    RULES,
    TODAY,
    UNITS,
    a_case,
    a_side,
    adds_up,
    compared,
    from_counts,
    index_of,
    the_town,
    told,
    unit_of,
)

MERGED = UNITS.replace("C2,Xã Hai,commune,P,,,,", "C2,Xã Hai,commune,P,,2026-08-20,C1,")


def _with(rows: list[tuple[str, ...]], number: str, *row: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the rows with those of a number exchanged for others."""
    return [*(kept for kept in rows if kept[0] != number), *row]


def test_nothing_changed(tmp_path: Path) -> None:
    # The other way round: the order of rows is no change.
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town()[::-1]))
    assert found.causes == ()
    assert told(unit_of(found, "C1").total) == ("7.30", {}, "7.30")
    assert list(found.moved_cases({"C1", "C2"})) == []


def test_both_ends_are_what_score_gives(tmp_path: Path) -> None:
    sides = (
        a_side(tmp_path / "a", the_town()),
        a_side(tmp_path / "b", the_town(), units=MERGED, as_of=date(2026, 8, 25)),
    )
    found = compared(*sides)
    for asked, side in zip(sides, (found.before, found.after), strict=True):
        board = run.score(
            run.ScoreRequest(
                records=(Path(asked.operand),), catalogue=asked.catalogue, period="2026-08", as_of=asked.as_of
            ),
            TODAY,
        )
        assert total_rows(side.board) == total_rows(board)
        assert index_rows(side.board) == index_rows(board)
    for unit in found.units:
        if unit.before is not None and unit.after is not None:
            assert unit.total is not None
            assert (unit.total.before, unit.total.after) == (unit.before.score.total, unit.after.score.total)


def test_a_new_case(tmp_path: Path) -> None:
    # In time and online: 6 × 9 / 11 = 4.909…, 4 × (6 / 11) / 0.8 = 2.727…
    after = [*the_town(), a_case("K11", online=True)]
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after))
    assert told(index_of(found, "C1", "1")) == ("4.80", {"new": "+0.11"}, "4.91")
    assert told(index_of(found, "C1", "2")) == ("2.50", {"new": "+0.23"}, "2.73")
    assert told(unit_of(found, "C1").total) == ("7.30", {"new": "+0.34"}, "7.64")
    assert told(unit_of(found, "C1").groups["progress"]) == ("7.30", {"new": "+0.34"}, "7.64")
    assert list(found.moved_cases({"C1"})) == [
        MovedCase("C1", "1", "cases", "K11", "new", 1, 1),
        MovedCase("C1", "2", "cases", "K11", "new", 1, 1),
    ]
    assert told(unit_of(found, "C2").total) == ("1.50", {}, "1.50")


def test_a_removed_case(tmp_path: Path) -> None:
    # K1 was in time and online: 6 × 7 / 9 = 4.666…, 4 × (4 / 9) / 0.8 = 2.222…
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", _with(the_town(), "K1")))
    assert told(index_of(found, "C1", "1")) == ("4.80", {"removed": "-0.13"}, "4.67")
    assert told(index_of(found, "C1", "2")) == ("2.50", {"removed": "-0.28"}, "2.22")
    assert [case.record_id for case in found.moved_cases({"C1"})] == ["K1", "K1"]


def test_a_finished_case(tmp_path: Path) -> None:
    # K10 was open past its due day; its finish, in time, was recorded since: 6 × 9 / 10.
    after = _with(the_town(), "K10", a_case("K10", finished="13/08/2026"))
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after))
    assert told(unit_of(found, "C1").total) == ("7.30", {"finished": "+0.60"}, "7.90")
    assert list(found.moved_cases({"C1"})) == [MovedCase("C1", "1", "cases", "K10", "finished", 1, 0)]


def test_an_edited_case(tmp_path: Path) -> None:
    # K6 becomes online: 4 × (6 / 10) / 0.8 = 3.00.
    after = _with(the_town(), "K6", a_case("K6", online=True))
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after))
    assert told(unit_of(found, "C1").total) == ("7.30", {"edited": "+0.50"}, "7.80")
    assert list(found.moved_cases({"C1"})) == [MovedCase("C1", "2", "cases", "K6", "edited", 1, 0)]


def test_an_edit_that_moves_a_case_out_of_the_period_is_an_edit(tmp_path: Path) -> None:
    after = _with(the_town(), "K1", a_case("K1", online=True, received="03/09/2026", finished=""))
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after))
    assert told(unit_of(found, "C1").total) == ("7.30", {"edited": "-0.41"}, "6.89")


def test_a_case_that_moves_to_another_unit_is_edited_at_both(tmp_path: Path) -> None:
    # C1 without K8: 6 × 7 / 9 = 4.67, 4 × (5 / 9) / 0.8 = 2.78; C2 with it: 6 × 2 / 5 = 2.40.
    after = _with(the_town(), "K8", a_case("K8", "C2"))
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after))
    assert told(unit_of(found, "C1").total) == ("7.30", {"edited": "+0.15"}, "7.45")
    assert told(unit_of(found, "C2").total) == ("1.50", {"edited": "+0.90"}, "2.40")
    moved = [
        (case.unit_code, case.index, case.numerator, case.denominator)
        for case in found.moved_cases({"C1", "C2"})
    ]
    assert sorted(moved) == [("C1", "1", -1, -1), ("C1", "2", 0, -1), ("C2", "1", 1, 1), ("C2", "2", 0, 1)]


def test_a_merged_unit(tmp_path: Path) -> None:
    # Together 9 of 14 in time and 5 online: 6 × 9 / 14 = 3.857…, 4 × (5 / 14) / 0.8 = 1.785…
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town(), units=MERGED))
    for by_records in (True, False):
        found = found if by_records else from_counts(found)
        assert found.by_records is by_records
        assert told(index_of(found, "C1", "1")) == ("4.80", {"units": "-0.94"}, "3.86")
        assert told(index_of(found, "C1", "2")) == ("2.50", {"units": "-0.71"}, "1.79")
        assert unit_of(found, "C1").made_of == (("C2", 1),)
        assert found.causes == ("units",)


def test_a_new_unit_is_compared_with_what_went_into_it(tmp_path: Path) -> None:
    # From August on there is only N, made of C1 and C2; one case more, in time and online: 10 and 6 of 15.
    ended = UNITS
    for code in ("C1,Xã Một", "C2,Xã Hai"):
        ended = ended.replace(f"{code},commune,P,,,,", f"{code},commune,P,,2026-08-31,N,")
    ended += "N,Xã Mới,commune,P,2026-09-01,,,\n"
    cases = [a_case(*row[:2], online=row[2] == "online", finished="", received=row[3]) for row in the_town()]
    before = a_side(tmp_path / "a", cases)
    later = [*cases, a_case("K11", "N", online=True, received="02/09/2026", due="30/09/2026", finished="")]
    found = compared(before, a_side(tmp_path / "b", later, units=ended, period="2026-09"))
    for by_records in (True, False):
        found = found if by_records else from_counts(found)
        unit = unit_of(found, "N")
        assert unit.recast and unit.before is None
        assert unit.made_of == (("C1", 1), ("C2", 1))
        # All of August's cases are open and late: 0 of 14 in time, 5 online, 4 × (5 / 14) / 0.8 = 1.79;
        # then 6 × 1 / 15 = 0.40 and 4 × (6 / 15) / 0.8 = 2.00.
        assert told(unit.total) == ("1.79", {"new" if by_records else "counts": "+0.61"}, "2.40")
        ended_unit = unit_of(found, "C2")
        assert ended_unit.total is None and ended_unit.after is None
        assert ended_unit.became == (("N", 1),)


DIVIDED = (
    UNITS.replace("C2,Xã Hai,commune,P,,,,", "C2,Xã Hai,commune,P,,2026-07-31,C1;C3,25%;75%")
    + "C3,Xã Ba,commune,P,2026-08-01,,,\n"
)


def test_a_divided_unit_is_recast_by_its_shares(tmp_path: Path) -> None:
    cases = [
        a_case(
            row[0],
            row[1],
            online=row[2] == "online",
            received="03/07/2026",
            finished=row[5].replace("/08/", "/07/"),
            due="14/07/2026",
        )
        for row in the_town()
    ]
    moved = [
        a_case(row[0], "C3", finished=row[5]) if row[1] == "C2" else a_case(*row[:2]) for row in the_town()
    ]
    before = a_side(tmp_path / "a", cases, period="2026-07")
    found = compared(before, a_side(tmp_path / "b", moved, units=DIVIDED))
    for by_records in (True, False):
        found = found if by_records else from_counts(found)
        # C1 gets a quarter of C2's 1 / 4 and 0 / 4: 6 × 8.25 / 11 = 4.50, 4 × (5 / 11) / 0.8 = 2.27.
        index = index_of(found, "C1", "1")
        assert told(index)[1]["units"] == "-0.30"
        assert told(index_of(found, "C1", "2"))[1]["units"] == "-0.23"
        # C3 gets three quarters of them: 6 × 0.75 / 3.
        unit = unit_of(found, "C3")
        assert unit.recast and told(unit.total)[0] == "1.50"
        # Which case did it cannot be told of what was divided.
        assert set(told(index)[1]) <= {"units", "counts"}
        assert set(told(unit.total)[1]) <= {"counts"}
        # The province has the same cases whole.
        assert not found.chain.cast.divided("P")


def test_a_unit_that_is_divided_within_the_period_has_its_cases_on_both_sides(tmp_path: Path) -> None:
    units = DIVIDED.replace("2026-07-31", "2026-08-20")
    found = compared(
        a_side(tmp_path / "a", the_town(), units=units), a_side(tmp_path / "b", the_town(), units=units)
    )
    assert found.causes == from_counts(found).causes == ()
    assert told(unit_of(found, "C2").total) == ("1.50", {}, "1.50")


def test_what_was_divided_is_not_told_by_another_formula(tmp_path: Path) -> None:
    # C2 kept a quarter for C1: 6 × 8.25 / 11 = 4.50; what the new formula makes of it nobody knows.
    rules = RULES.replace("where: on_time", "where: finished_on is not null")
    cases = [(*row[:3], "03/07/2026", "14/07/2026", row[5].replace("/08/", "/07/")) for row in the_town()]
    before = a_side(tmp_path / "a", cases, period="2026-07")
    found = compared(before, a_side(tmp_path / "b", the_town(), units=DIVIDED, rules=rules))
    assert set(told(index_of(found, "C1", "1"))[1]) == {"units", "counts"}
    assert ("C1", "1") in found.chain.not_recast and ("C1", "2") not in found.chain.not_recast
    assert "catalogue" in told(index_of(found, "P", "1"))[1] or told(index_of(found, "P", "1"))[0] is None


def test_codes_counted_once_are_not_added_up_without_records(tmp_path: Path) -> None:
    # Both communes have the procedure T: together it is one code, which counts alone do not show.
    rules = RULES.replace(
        "denominator: {records: cases}\n        numerator: {where: \"channel = 'online'\"}",
        "denominator: {records: cases, count: distinct procedure_id}\n"
        "        numerator: {where: \"channel = 'online'\"}\n        rollup: own",
        1,
    )
    assert "distinct" in rules
    columns = (*COLUMNS, "procedure_id")
    cases = [(*row, "T") for row in the_town()]
    found = compared(
        a_side(tmp_path / "a", cases, rules=rules, columns=columns),
        a_side(tmp_path / "b", cases, rules=rules, columns=columns, units=MERGED),
    )
    assert found.chain.not_recast == ()
    assert told(index_of(found, "C1", "2")) == ("4.00", {}, "4.00")
    only = from_counts(found)
    assert ("C1", "2") in only.chain.not_recast
    assert told(index_of(only, "C1", "1")) == ("4.80", {"units": "-0.94"}, "3.86")
    assert told(index_of(only, "C1", "2")) == ("4.00", {}, "4.00")


def test_a_changed_target(tmp_path: Path) -> None:
    # Full at 90 %: 6 × 0.8 / 0.9 = 5.333…
    rules = RULES.replace("full_points_at: 100%", "full_points_at: 90%")
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town(), rules=rules))
    for by_records in (True, False):
        found = found if by_records else from_counts(found)
        assert told(unit_of(found, "C1").total) == ("7.30", {"catalogue": "+0.53"}, "7.83")
        assert told(index_of(found, "C2", "1")) == ("1.50", {"catalogue": "+0.17"}, "1.67")


def test_another_formula_is_rescored_with_records_and_refused_without(tmp_path: Path) -> None:
    # Not counting what came by post changes nothing here; "not direct" is the same five cases as "online".
    rules = RULES.replace("where: on_time", "where: finished_on is not null")
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town(), rules=rules))
    # Nine of ten are finished: 6 × 9 / 10 = 5.40.
    assert told(index_of(found, "C1", "1")) == ("4.80", {"catalogue": "+0.60"}, "5.40")
    with pytest.raises(CannotScoreError) as refused:
        from_counts(found)
    head, *named = refused.value.problems
    assert head.hint is not None and "--edition" in head.hint.en
    assert [problem.message.en for problem in named] == ["Index 1 In time: another formula"]


def test_rounding_moves_a_hundredth_at_most(tmp_path: Path) -> None:
    # 6 × 93.25 % is 5.595, which rounds up; as a double it lies below and gives 5.59.
    cases = [a_case(f"R{n}", finished="10/08/2026" if n < 373 else "17/08/2026") for n in range(400)]
    rules = RULES.replace(
        "    points: 10\n    indices:", "    points: 10\n    rounding: {arithmetic: double}\n    indices:", 1
    )
    assert "double" in rules
    found = compared(a_side(tmp_path / "a", cases), a_side(tmp_path / "b", cases, rules=rules))
    assert told(index_of(found, "C1", "1")) == ("5.60", {"rounding": "-0.01"}, "5.59")
    assert told(index_of(from_counts(found), "C1", "1")) == ("5.60", {"rounding": "-0.01"}, "5.59")


def test_fewer_decimals_are_a_change_of_the_catalogue(tmp_path: Path) -> None:
    # 6 × 8 / 10 = 4.80 becomes 5 without decimals: that is no rounding of a hundredth.
    rules = RULES.replace(
        "    points: 10\n    indices:", "    points: 10\n    rounding: {points: 0}\n    indices:", 1
    )
    found = compared(a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town(), rules=rules))
    assert told(index_of(found, "C1", "1")) == ("4.80", {"catalogue": "+0.20"}, "5.00")


def test_reported_figures(tmp_path: Path) -> None:
    # 9 of 10 reported in the place of 8: 6 × 9 / 10.
    reported = "unit_code,index,numerator,denominator\nC1,1,9,10\n"
    plain, told_by_report = (
        a_side(tmp_path / "a", the_town()),
        a_side(tmp_path / "b", the_town(), reported=reported),
    )
    found = compared(plain, told_by_report)
    assert told(unit_of(found, "C1").total) == ("7.30", {"reported": "+0.60"}, "7.90")
    assert told(unit_of(from_counts(found), "C1").total) == ("7.30", {"reported": "+0.60"}, "7.90")
    back = compared(told_by_report, plain)
    assert told(unit_of(back, "C1").total) == ("7.90", {"reported": "-0.60"}, "7.30")


def test_a_group_reported_whole(tmp_path: Path) -> None:
    reported = "unit_code,index,points\nC1,progress,9.5\n"
    found = compared(
        a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", the_town(), reported=reported)
    )
    unit = unit_of(found, "C1")
    assert told(unit.total) == ("7.30", {"reported": "+2.20"}, "9.50")
    assert told(unit.groups["progress"]) == ("7.30", {"reported": "+2.20"}, "9.50")


def test_a_column_that_one_side_lacks(tmp_path: Path) -> None:
    # Without channel index 2 has no data; its points are no case's doing, and the new case is told apart.
    place = COLUMNS.index("channel")
    short = [(*row[:place], *row[place + 1 :]) for row in the_town()]
    columns = (*COLUMNS[:place], *COLUMNS[place + 1 :])
    after = [*the_town(), a_case("K11", online=True)]
    found = compared(a_side(tmp_path / "a", short, columns=columns), a_side(tmp_path / "b", after))
    assert told(index_of(found, "C1", "2")) == (None, {"data": "+2.73"}, "2.73")
    assert told(index_of(found, "C1", "1")) == ("4.80", {"new": "+0.11"}, "4.91")
    assert told(unit_of(found, "C1").total) == ("4.80", {"data": "+2.73", "new": "+0.11"}, "7.64")
    assert told(index_of(from_counts(found), "C1", "2")) == (None, {"data": "+2.73"}, "2.73")


def test_two_months_of_one_export(tmp_path: Path) -> None:
    cases = [
        a_case("1"),  # August alone
        a_case("2", due="05/09/2026", finished="04/09/2026"),  # open in August, in time then and later
        a_case("3", due="05/09/2026", finished="15/09/2026"),  # in time so far in August, late in September
        a_case("4", due="20/09/2026", finished="10/10/2026"),  # open in both; overdue only in September
        a_case("5", received="02/09/2026", due="30/09/2026", finished="09/09/2026"),  # September alone
    ]
    request = a_side(tmp_path / "a", cases)
    found = compared(request, replace(request, period="2026-09"))
    # 4 / 4 − case 1: 3 / 3; + case 5: 4 / 4; case 3 finished late: 3 / 4; case 4 overdue by now: 2 / 4.
    assert told(index_of(found, "C1", "1")) == ("6.00", {"finished": "-1.50", "time": "-1.50"}, "3.00")
    assert [(case.record_id, case.cause) for case in found.moved_cases({"C1"}) if case.index == "1"] == [
        *(("1", "removed"), ("5", "new"), ("3", "finished"), ("4", "time")),
    ]


def test_time_passes_between_two_days_of_one_period(tmp_path: Path) -> None:
    cases = [a_case("1"), a_case("2", due="20/08/2026", finished="")]
    found = compared(
        a_side(tmp_path / "a", cases, as_of=date(2026, 8, 15)),
        a_side(tmp_path / "b", cases, as_of=date(2026, 8, 31)),
    )
    assert told(index_of(found, "C1", "1")) == ("6.00", {"time": "-3.00"}, "3.00")
    assert found.before.board.judgement.provisional and not found.after.board.judgement.provisional


def test_all_at_once_in_the_fixed_order(tmp_path: Path) -> None:
    rules = RULES.replace("full_points_at: 100%", "full_points_at: 90%")
    after = _with(the_town(), "K1")  # removed
    after = _with(after, "K10", a_case("K10", finished="13/08/2026"))  # finished
    after = _with(after, "K6", a_case("K6", online=True))  # edited
    after.append(a_case("K11", online=True))  # new
    found = compared(
        a_side(tmp_path / "a", the_town()), a_side(tmp_path / "b", after, units=MERGED, rules=rules)
    )
    index = index_of(found, "C1", "1")
    # 8/10 = 4.80; 9/14 = 3.857…; at 90 % 4.285…; 8/13 = 4.102…; 9/14 = 4.285…; 10/14 = 4.761…
    assert told(index) == (
        "4.80",
        {"units": "-0.94", "catalogue": "+0.43", "removed": "-0.19", "new": "+0.19", "finished": "+0.47"},
        "4.76",
    )
    # 5/10 = 2.50; 5/14 = 1.785…; 4/13 = 1.538…; 5/14 = 1.785…; 6/14 = 2.142…
    assert told(index_of(found, "C1", "2")) == (
        "2.50",
        {"units": "-0.71", "removed": "-0.25", "new": "+0.25", "edited": "+0.35"},
        "2.14",
    )
    total = unit_of(found, "C1").total
    assert total is not None and adds_up(total)
    assert [cause for cause, part in total.parts.items() if part] == list(found.causes)
