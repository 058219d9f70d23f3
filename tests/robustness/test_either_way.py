"""Open rows resolved either way: the ranges are those of going through every resolution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_catalogue, a_folder

import chiso
from chiso.catalogue.formula import PointsRule
from chiso.run import RobustnessRequest, robustness
from chiso.scoring.either_way import TotalRange, may_change_places, places_either_way
from chiso.scoring.open_rows import extremes_inside
from chiso.scoring.points import _share
from chiso.scoring.robustness import PlaceRange, Robustness

DAY = date(2026, 8, 31)
UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,Xã Một,commune,P
C2,Xã Hai,commune,P
C3,Xã Ba,commune,P
"""
HEADER = "case_id,unit_code,channel,received_at,due_at,finished_at,status\n"
# The ways a row may be: in time and online, late and at the counter, or not there.
FULLY = "{id},{unit},online,03/08/2026,14/08/2026,10/08/2026,10\n"
FAILING = "{id},{unit},direct,03/08/2026,14/08/2026,17/08/2026,10\n"
# Late but online, in time but at the counter.
ONLINE = "{id},{unit},online,03/08/2026,14/08/2026,17/08/2026,10\n"
IN_TIME = "{id},{unit},direct,03/08/2026,14/08/2026,10/08/2026,10\n"
UNREADABLE = "{id},{unit},online,03/08/2026,31/02/2026,10/08/2026,10\n"
WITHOUT_DUE_DAY = "{id},{unit},online,03/08/2026,,10/08/2026,10\n"


def cases(**units: Sequence[str]) -> str:
    """The rows of each unit, numbered."""
    numbered = [(unit, n, row) for unit, own in units.items() for n, row in enumerate(own)]
    return HEADER + "".join(row.format(id=f"{unit}-{n}", unit=unit) for unit, n, row in numbered)


def robust(folder: Path, *changes: tuple[str, str], level: str = "commune") -> Robustness:
    """What ``robustness`` finds in a folder under the small catalogue, changed."""
    catalogue = a_catalogue(folder.parent, *changes)
    request = RobustnessRequest(
        records=(folder,), period="2026-08", catalogue=catalogue, level=level, redraws=20
    )
    return robustness(request, DAY)


# Four settled rows and one in quarantine: 3 of 4 in time, 2 of 4 online.
ONE = [FULLY, FULLY, IN_TIME, FAILING]
# 1 of 2 in time, both online; for the second nothing says when it was due.
TWO = [FULLY]
THREE = [FULLY] * 5
RESOLVED_ONE = [[], [FULLY.replace("{id}", "{id}x")], [FAILING.replace("{id}", "{id}x")]]
RESOLVED_TWO = [[FULLY.replace("{id}", "{id}x")], [ONLINE.replace("{id}", "{id}x")]]


def worlds(tmp_path: Path) -> Iterator[dict[str, Decimal]]:
    """The totals of the three communes, scored, under every resolution of the two open rows."""
    catalogue = chiso.load_catalogue(a_catalogue(tmp_path))
    for n, (one, two) in enumerate(product(RESOLVED_ONE, RESOLVED_TWO)):
        text = cases(C1=ONE + one, C2=TWO + two, C3=THREE)
        records = chiso.load_records([a_folder(tmp_path / f"world{n}", units=UNITS, cases=text)])
        board = chiso.score(catalogue, records, "2026-08", as_of=DAY)
        yield {unit.unit.code: unit.total for unit in board.units if unit.unit.level == "commune"}


def test_three_units_stand_as_every_resolution_lets_them(tmp_path: Path) -> None:
    """C1: 3/4 · 6 + 2/4 ÷ 80 % · 4 = 4.50 + 2.50 = 7.00, with the open row between 5.60 and 7.80.

    Late and at the counter: 3/5 · 6 + 2/5 ÷ 80 % · 4 = 3.60 + 2.00. In time and online: 4.80 + 3.00.
    C2: 1/2 · 6 + 4 (2/2 online) = 7.00, and once the due day is known 7.00 or 10.00. C3: 10.00.
    """
    open_cases = cases(C1=[*ONE, UNREADABLE], C2=[*TWO, WITHOUT_DUE_DAY], C3=THREE)
    result = robust(a_folder(tmp_path / "open", units=UNITS, cases=open_cases))
    (league,) = result.leagues
    found = {
        unit.rank.score.unit.code: (unit.rank.place, unit.least_total, unit.most_total, unit.either_way)
        for unit in league.units
    }
    assert found == {
        "C3": (1, Decimal("10.00"), Decimal("10.00"), PlaceRange(1, 1)),
        "C1": (2, Decimal("5.60"), Decimal("7.80"), PlaceRange(2, 3)),
        "C2": (2, Decimal("7.00"), Decimal("10.00"), PlaceRange(1, 3)),
    }

    totals = list(worlds(tmp_path))
    for code, (_, least, most, places) in found.items():
        assert (least, most) == (min(t[code] for t in totals), max(t[code] for t in totals))
        ranks = [1 + sum(other > world[code] for other in world.values()) for world in totals]
        assert places == PlaceRange(min(ranks), max(ranks))


def test_a_row_that_lacks_the_data_to_place_it_is_open(tmp_path: Path) -> None:
    """A case without a day of receipt may belong to the period: C1 has 1 of 1, or 1 of 2, or 2 of 2."""
    undated = "{id},{unit},online,,14/08/2026,10/08/2026,10\n"
    text = cases(C1=[FULLY, undated], C2=[FAILING], C3=THREE)
    result = robust(a_folder(tmp_path / "open", units=UNITS, cases=text))
    (one,) = [u for u in result.leagues[0].units if u.rank.score.unit.code == "C1"]
    # 1/2 · 6 + 1/2 ÷ 80 % · 4 = 3.00 + 2.50.
    assert (one.least_total, one.most_total) == (Decimal("5.50"), Decimal("10.00"))


def test_rows_that_no_unit_answers_for_are_in_no_range_and_told(tmp_path: Path) -> None:
    text = cases(C1=ONE, C2=TWO, C3=THREE) + FULLY.format(id="X", unit="không có")
    result = robust(a_folder(tmp_path / "open", units=UNITS, cases=text))
    assert result.without_unit == {"cases": 1}
    assert all(unit.least_total == unit.most_total for unit in result.leagues[0].units)


def test_rows_below_move_a_unit_above(tmp_path: Path) -> None:
    """The province counts what its communes count: 3 of 4 in time, and one row open: 3/5 to 4/5 of 6."""
    changed = ("applies_to: [commune]", "applies_to: [province, commune]")
    folder = a_folder(tmp_path / "open", units=UNITS, cases=cases(C1=[*ONE, UNREADABLE]))
    (league,) = robust(folder, changed, level="province").leagues
    (province,) = league.units
    assert (province.least_total, province.most_total) == (Decimal("3.60"), Decimal("4.80"))


def test_a_reported_figure_stands_whatever_the_rows(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path / "open",
        units=UNITS,
        cases=cases(C1=[*ONE, UNREADABLE], C2=TWO, C3=THREE),
        reported="unit_code,index,numerator,denominator,percent,points\nC1,1,3,4,,\nC1,2,2,4,,\n",
    )
    result = robust(folder)
    assert all(unit.least_total == unit.most_total for unit in result.leagues[0].units)


SUBTRACTED = """\
        denominator: {records: cases, count: distinct case_id}
        numerator:
          subtract:
            - {count: distinct case_id}
            - {count: distinct case_id, where: "not coalesce(on_time, false)"}
"""
PLAIN = "        denominator: {records: cases}\n        numerator: {where: on_time}\n"


def test_measures_that_subtract_are_bounded_part_by_part(tmp_path: Path) -> None:
    """In time = 4 cases − 1 late. With one row open: all 4..5, late 1..2, so 2..4 of 4..5: 2/5 to 4/4."""
    folder = a_folder(tmp_path / "open", units=UNITS, cases=cases(C1=[*ONE, UNREADABLE], C2=TWO, C3=THREE))
    (league,) = robust(folder, (PLAIN, SUBTRACTED)).leagues
    (one,) = [unit for unit in league.units if unit.rank.score.unit.code == "C1"]
    # 2/5 · 6 + 2.00 online at the least, 4/4 · 6 + 3.00 at the most.
    assert (one.least_total, one.most_total) == (Decimal("4.40"), Decimal("9.00"))


SHARE = """\
        numerator: {where: "channel = 'online'"}
        points: {2024-01-01: 4, 2025-07-01: 4}
        full_points_at: {2024-01-01: 50%, 2025-07-01: 80%}
"""
MEAN = """\
        numerator: {sum: "days(received_on, finished_on)"}
        value_unit: working_day
        rule: lower_is_better
        points: 4
        full_points_at: 1
        no_points_at: 9
"""


def test_a_mean_that_open_rows_leave_unbounded_keeps_its_points_and_is_told(tmp_path: Path) -> None:
    """C1 has 2 of 2 in time after 7 days: 6.00 + (9 − 7) / (9 − 1) · 4 = 7.00; in time it may be 2 of 3."""
    folder = a_folder(tmp_path / "open", units=UNITS, cases=cases(C1=[FULLY, FULLY, UNREADABLE], C2=[FULLY]))
    result = robust(folder, (SHARE, MEAN))
    assert result.unbounded == ("2",)
    (one,) = [unit for unit in result.leagues[0].units if unit.rank.score.unit.code == "C1"]
    # 2/3 · 6 = 4.00, and 1.00 for the mean.
    assert (one.least_total, one.most_total) == (Decimal("5.00"), Decimal("7.00"))


ALL = """\
        numerator: {where: "case_id is not null"}
        points: 4
        full_points_at: 50%
"""
WITHIN = """\
        denominator: {records: procedures, count: distinct procedure_id}
        numerator: {records: cases, count: distinct procedure_id, where: on_time, within: denominator}
"""


def test_codes_within_the_denominator_are_never_more_than_it_has(tmp_path: Path) -> None:
    """Of 2 procedures 1 has a case in time; a case without due day and one in quarantine may add the other.

    2 of 2 at the most, though two rows are open: 6.00; 1 of 2 at the least: 3.00.
    """
    header = "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at\n"
    rows = [
        "1,C1,1.1,direct,03/08/2026,14/08/2026,10/08/2026\n",
        "2,C1,1.2,direct,03/08/2026,,10/08/2026\n",
        "3,C1,1.2,direct,03/08/2026,31/02/2026,10/08/2026\n",
    ]
    folder = a_folder(
        tmp_path / "open",
        units=UNITS,
        cases=header + "".join(rows),
        procedures="unit_code,procedure_id\nC1,1.1\nC1,1.2\n",
    )
    listed = ("records:\n  cases:", "records:\n  procedures: {population: unit.exists}\n  cases:")
    (league,) = robust(folder, (PLAIN, WITHIN), listed, (SHARE, ALL)).leagues
    (one,) = [unit for unit in league.units if unit.rank.score.unit.code == "C1"]
    assert (one.least_total, one.most_total) == (Decimal("3.00") + 4, Decimal("6.00") + 4)


def test_what_is_inherited_moves_with_the_rows_of_the_unit_above(tmp_path: Path) -> None:
    """Index 1 is the province's: 4 of 5 in time, one row open: 4/6 to 5/6 of 6 points for every commune.

    That its group is reported whole for the province itself changes nothing for those below.
    """
    above = ("applies_to: [commune]", "measured_at: [province]\n        applies_to: [province, commune]")
    text = cases(C1=[*ONE, UNREADABLE], C2=TWO)
    for name, more in (("counted", {}), ("whole", {"reported": WHOLE_GROUP})):
        folder = a_folder(tmp_path / name, units=UNITS, cases=text, **more)
        units = {unit.rank.score.unit.code: unit for unit in robust(folder, above).leagues[0].units}
        # 4/5 · 6 = 4.80 and 4.00 online, full at 80 %; 4/6 · 6 = 4.00, 5/6 · 6 = 5.00.
        assert units["C2"].rank.score.total == Decimal("8.80")
        assert (units["C2"].least_total, units["C2"].most_total) == (Decimal("8.00"), Decimal("9.00"))
        # C1 online: 2/4 to 80 % = 2.50 now, 2/5 = 2.00 or 3/5 = 3.00; never up to C2 with the same index 1.
        assert (units["C1"].least_total, units["C1"].most_total) == (Decimal("6.00"), Decimal("8.00"))
        assert units["C2"].either_way == PlaceRange(1, 1)
        # C3 has no case: blank for index 2, and the province's points for index 1.
        assert units["C3"].either_way == PlaceRange(3, 3)


WHOLE_GROUP = "unit_code,index,numerator,denominator,percent,points\nP,progress,,,,9\n"


def test_an_index_that_would_change_the_maximum_stays(tmp_path: Path) -> None:
    """C1 has no case but an open one, and 0 of 0 leaves the maximum: with it C1 would be ranked elsewhere."""
    folder = a_folder(tmp_path / "open", units=UNITS, cases=cases(C1=[UNREADABLE], C2=TWO, C3=THREE))
    changes = (("on_zero: zero", "on_zero: exclude"), ("on_zero: blank", "on_zero: exclude"))
    leagues = robust(folder, *changes).leagues
    (one,) = next(league.units for league in leagues if league.league.max_points == 0)
    assert one.rank.score.unit.code == "C1"
    assert one.least_total == one.most_total == 0


RULES = [
    PointsRule("linear", Fraction(4, 5), None, ()),
    PointsRule("pass_fail", Fraction(1, 2), None, ()),
    PointsRule("lower_is_better", Fraction(1, 10), Fraction(1, 2), ()),
    PointsRule("steps", None, None, ((Fraction(1, 3), Fraction(1, 2)), (Fraction(3, 4), Fraction(1)))),
]


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 4), st.integers(0, 4), st.sampled_from(RULES))
def test_extremes_are_those_of_every_resolution(
    met: int, failed: int, inside: int, joining: int, rule: PointsRule
) -> None:
    """``inside`` of the failed may be met after all; ``joining`` rows may be met, failed or not there."""
    inside = min(inside, failed)
    every = {
        (met + decided + full, met + failed + full + failing)
        for decided in range(inside + 1)
        for full in range(joining + 1)
        for failing in range(joining + 1 - full)
    }
    found = set(extremes_inside(met, met + failed, inside, joining))
    assert found <= every

    def ends(pairs: set[tuple[int, int]]) -> tuple[Fraction, Fraction]:
        shares = [_share(rule, Fraction(n, d)) for n, d in pairs if d]
        return min(shares, default=Fraction(0)), max(shares, default=Fraction(0))

    assert ends(found) == ends(every)


# Ranges of totals, without files

A_PARENT = (("1", "P"),)
ANOTHER = (("1", "Q"),)


def a_range(least: int, most: int) -> TotalRange:
    return TotalRange(Decimal(least), Decimal(most))


def test_equal_totals_share_the_better_place_in_ranges_too() -> None:
    """50..60 and 60 may be level: the first may be first with the other, the other is first for certain."""
    assert places_either_way([a_range(50, 60), a_range(60, 60)]) == [PlaceRange(1, 2), PlaceRange(1, 1)]


def test_what_hangs_on_the_unit_above_cancels_between_its_units() -> None:
    """A has a point more than B whatever their province's own 0 to 2 points come to; C is of another."""
    above, nothing = (Decimal(0), Decimal(2)), Decimal(0)
    a = TotalRange(Decimal(11), Decimal(11), *above, A_PARENT)
    b = TotalRange(Decimal(10), Decimal(10), *above, A_PARENT)
    c = TotalRange(Decimal(11), Decimal(11), nothing, Decimal(0), ())
    assert places_either_way([a, b]) == [PlaceRange(1, 1), PlaceRange(2, 2)]
    assert not may_change_places(a, b)
    assert places_either_way([a, b, c]) == [PlaceRange(1, 1), PlaceRange(2, 3), PlaceRange(1, 3)]
    assert may_change_places(c, b)


@st.composite
def three_or_four(draw: st.DrawFn) -> list[TotalRange]:
    shared = {
        above: (Decimal(-draw(st.integers(0, 3))), Decimal(draw(st.integers(0, 3))))
        for above in (A_PARENT, ANOTHER)
    }
    ranges = []
    for _ in range(draw(st.integers(1, 4))):
        least = draw(st.integers(0, 8))
        most = least + draw(st.integers(0, 4))
        above = draw(st.sampled_from([(), A_PARENT, ANOTHER]))
        ranges.append(TotalRange(Decimal(least), Decimal(most), *shared.get(above, (Decimal(0),) * 2), above))
    return ranges


@given(three_or_four())
def test_places_are_those_of_every_combination(ranges: list[TotalRange]) -> None:
    """Each unit at either end, and each part from above at either end, the same for all it goes to."""
    ends = {entry.above: (entry.above_least, entry.above_most) for entry in ranges}
    seen: list[set[int]] = [set() for _ in ranges]
    for own in product(*((entry.least, entry.most) for entry in ranges)):
        for chosen in product(*ends.values()):
            part = dict(zip(ends, chosen, strict=True))
            totals = [total + part[entry.above] for total, entry in zip(own, ranges, strict=True)]
            for places, total in zip(seen, totals, strict=True):
                places.add(1 + sum(other > total for other in totals))
    assert places_either_way(ranges) == [PlaceRange(min(places), max(places)) for places in seen]
