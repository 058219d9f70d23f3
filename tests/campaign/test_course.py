"""The straight line, the states and what is still needed, worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chiso.errors import Text
from chiso.scoring.campaign.course import (
    Needed,
    State,
    course_on,
    days_left,
    needed,
    new_needed,
    repairs_needed,
    state_on,
)
from chiso.scoring.campaign.model import (
    Better,
    Campaign,
    Criterion,
    Inputs,
    Milestone,
    Participants,
    Quantity,
)
from chiso.terms.working_days import load_working_days

NAME = Text("?", "?")
ONLINE = Criterion("online", NAME, "3.3")


def percent(number: int) -> Fraction:
    return Fraction(number, 100)


def a_campaign(*targets: tuple[int, int], days: int = 20) -> Campaign:
    """A campaign from 1/3/2024, with a target in percent for each day given."""
    start = date(2024, 3, 1)
    milestones = tuple(
        Milestone(
            f"day-{day}", NAME, start.replace(day=day), None, {"online": Quantity(percent(target), True)}
        )
        for day, target in targets
    )
    end = start.replace(day=days)
    takes_part = Participants(("U",))
    return Campaign("c", NAME, start, end, takes_part, (ONLINE,), (), milestones, (), Inputs(), "c.yaml", "0")


def line_on(campaign: Campaign, day: int, baseline: int | None, better: Better = "higher") -> Fraction | None:
    start = None if baseline is None else percent(baseline)
    course = course_on(campaign, ONLINE, start, date(2024, 3, day), better)
    assert course is not None
    return course.line


@pytest.mark.parametrize(
    ("day", "line"),
    [
        # From 10 % on the eve of day 1 to 30 % on day 10: two points a day.
        (1, 12),
        (5, 20),
        (9, 28),
        (10, 30),
        # From there to 70 % on day 20: four points a day, whatever was reached on day 10.
        (11, 34),
        (15, 50),
        (20, 70),
    ],
)
def test_the_line_leads_from_target_to_target(day: int, line: int) -> None:
    assert line_on(a_campaign((10, 30), (20, 70)), day, baseline=10) == percent(line)


def test_the_line_is_exact_where_percents_do_not_divide() -> None:
    # 10 % + (30 − 10) % × 1 / 3
    assert line_on(a_campaign((3, 30)), 1, baseline=10) == percent(10) + percent(20) / 3


def test_after_the_last_milestone_its_target_stays() -> None:
    course = course_on(a_campaign((10, 30)), ONLINE, percent(10), date(2024, 3, 15), "higher")
    assert course is not None
    assert (course.milestone.id, course.line) == ("day-10", percent(30))


def test_who_began_better_than_the_target_is_not_asked_to_get_worse() -> None:
    assert line_on(a_campaign((10, 30)), 1, baseline=90) == percent(30)


def test_without_a_baseline_no_line_leads_to_the_first_milestone_but_one_to_the_second() -> None:
    campaign = a_campaign((10, 30), (20, 70))
    assert line_on(campaign, 5, baseline=None) is None
    assert line_on(campaign, 15, baseline=None) == percent(50)


def test_where_lower_is_better_the_line_falls() -> None:
    # From 60 to 20 in ten days: four a day.
    assert line_on(a_campaign((10, 20)), 5, baseline=60, better="lower") == percent(40)


@pytest.mark.parametrize(
    ("day", "value", "state"),
    [
        (5, 20, "on_the_way"),  # on the line
        (5, 19, "behind"),
        (5, 30, "met"),  # what day 10 asks for is there on day 5
        (10, 30, "met"),
        (10, 29, "missed"),
        (11, 30, "behind"),  # the next milestone asks for 70 %, the line for 34 %
        (20, 69, "missed"),
        (5, None, "no_data"),
    ],
)
def test_states(day: int, value: int | None, state: State) -> None:
    on = date(2024, 3, day)
    course = course_on(a_campaign((10, 30), (20, 70)), ONLINE, percent(10), on, "higher")
    assert course is not None
    found = None if value is None else percent(value)
    assert state_on(found, course, on, "higher") == state


@pytest.mark.parametrize(("value", "state"), [(20, "met"), (40, "on_the_way"), (41, "behind")])
def test_states_where_lower_is_better(value: int, state: State) -> None:
    on = date(2024, 3, 5)
    course = course_on(a_campaign((10, 20)), ONLINE, percent(60), on, "lower")
    assert course is not None
    assert state_on(percent(value), course, on, "lower") == state


def test_without_a_line_a_value_is_neither_on_the_way_nor_behind() -> None:
    on = date(2024, 3, 5)
    course = course_on(a_campaign((10, 30)), ONLINE, None, on, "higher")
    assert course is not None
    assert state_on(percent(20), course, on, "higher") == "no_line"
    assert state_on(percent(30), course, on, "higher") == "met"


@pytest.mark.parametrize(
    ("counts", "target", "by_repair", "by_new"),
    [
        # 3 of 10, 50 % wanted: 5 of 10, or 7 of 14.
        ((3, 10), 50, 2, 4),
        # 2 of 9, 50 % wanted: 4.5 of 9, so 5; or 7 of 14.
        ((2, 9), 50, 3, 5),
        ((5, 10), 50, 0, 0),
        # All of them wanted: the late one cannot be outnumbered.
        ((9, 10), 100, 1, None),
        ((10, 10), 100, 0, 0),
        # Reported counts may exceed the whole.
        ((12, 10), 100, 0, 0),
    ],
)
def test_what_is_needed(counts: tuple[int, int], target: int, by_repair: int, by_new: int | None) -> None:
    assert needed("cases", counts, percent(target), 0) == Needed("cases", by_repair, by_new, None, None)


def test_a_target_above_the_whole_is_reached_by_nothing() -> None:
    assert repairs_needed(10, 10, percent(110)) is None
    assert new_needed(10, 10, percent(110)) is None


def test_what_is_needed_is_spread_over_working_days_and_rounded_up() -> None:
    # Wednesday 24/4/2024 to Friday 10/5/2024: 29/4, 30/4 and 1/5 are off, Saturday 4/5 is worked.
    # 25, 26 April; 2, 3, 4, 6, 7, 8, 9, 10 May: ten days.
    campaign = a_campaign((10, 30))
    course = course_on(campaign, ONLINE, percent(10), date(2024, 3, 5), "higher")
    assert course is not None
    late = Milestone("m", NAME, date(2024, 5, 10), None, {})
    moved = type(course)(late, course.target, course.line)
    left = days_left(moved, date(2024, 4, 24), load_working_days())
    assert left == 10
    # 30 of 100, 50 % wanted: 20 by repair, 40 new ones; in ten days 2 and 4 a day.
    assert needed("cases", (30, 100), percent(50), left) == Needed("cases", 20, 40, 2, 4)
    # One more case takes a day with three.
    assert needed("cases", (29, 100), percent(50), left).by_repair_a_day == 3


def test_no_day_is_left_on_the_milestone_itself() -> None:
    on = date(2024, 3, 10)
    course = course_on(a_campaign((10, 30)), ONLINE, percent(10), on, "higher")
    assert course is not None
    assert days_left(course, on, load_working_days()) == 0


counts = st.integers(1, 30).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
shares = st.integers(0, 100).map(percent)


@given(counts, shares)
def test_repairs_are_enough_and_none_is_too_much(pair: tuple[int, int], target: Fraction) -> None:
    numerator, denominator = pair
    enough = [
        repairs
        for repairs in range(denominator - numerator + 1)
        if Fraction(numerator + repairs, denominator) >= target
    ]
    assert repairs_needed(numerator, denominator, target) == min(enough)


@given(counts, shares)
def test_new_ones_are_enough_and_none_is_too_much(pair: tuple[int, int], target: Fraction) -> None:
    numerator, denominator = pair
    # Of 30 at most, with one per cent of room at least, 3000 new ones are always enough.
    enough = next(
        (new for new in range(3_001) if Fraction(numerator + new, denominator + new) >= target), None
    )
    assert new_needed(numerator, denominator, target) == enough


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 20))
def test_the_line_never_leaves_baseline_and_target(baseline: int, first: int, second: int, day: int) -> None:
    line = line_on(a_campaign((10, first), (20, second)), day, baseline=baseline)
    assert line is not None
    low, high = min(baseline, first, second), max(baseline, first, second)
    assert percent(low) <= line <= percent(high)
    if day in (10, 20):
        assert line == percent(first if day == 10 else second)
