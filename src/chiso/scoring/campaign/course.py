"""The straight line of a plan, where a value stands beside it, and what is still missing to the target.

value
60 % ┤                              ● target of day 100
     │                          ·
30 % ┤              ●·······         ● targets; · the line
     │       ·
 0 % ●·                              the baseline, on the eve of day 1
     └───────────────┴───────────────┴
     0              50              100  days that are over
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from chiso import arithmetic
from chiso.scoring.campaign.model import Better, Campaign, Criterion, Milestone
from chiso.terms.working_days import WorkingDays

State = Literal["met", "on_the_way", "behind", "missed", "no_line", "no_data", "few_cases"]


@dataclass(frozen=True)
class Course:
    """What the plan asks of one criterion on a day.

    ``milestone`` is the next one with a target for it, or after the last one the last; ``line`` is where
    the straight line to it stands, None where no value leads to it.
    """

    milestone: Milestone
    target: Fraction
    line: Fraction | None


@dataclass(frozen=True)
class Needed:
    """How many rows of ``table`` are missing to a share: put right, or new ones that all count.

    None where that way does not lead there. By working day left the numbers are rounded up, None where no
    day is left.
    """

    table: str
    by_repair: int | None
    by_new: int | None
    by_repair_a_day: int | None
    by_new_a_day: int | None


def reaches(value: Fraction, wanted: Fraction, better: Better) -> bool:
    """Return whether a value is as good as what is wanted."""
    return value >= wanted if better == "higher" else value <= wanted


def course_on(
    campaign: Campaign, criterion: Criterion, baseline: Fraction | None, day: date, better: Better
) -> Course | None:
    """Return what is asked on ``day``; None where no milestone has a target for the criterion.

    The line leads from the last milestone's target, before the first from the baseline, to the next
    target, by the days that are over. Who began better than the target is not asked to get worse: the line
    is the target itself.
    """
    ahead = [milestone for milestone in campaign.milestones if criterion.code in milestone.targets]
    if not ahead:
        return None
    next_one = next((milestone for milestone in ahead if milestone.day >= day), ahead[-1])
    target = next_one.targets[criterion.code].value
    if next_one.day <= day:
        return Course(next_one, target, target)
    earlier = [milestone for milestone in ahead if milestone.day < next_one.day]
    start, begun = baseline, 0
    if earlier:
        start, begun = earlier[-1].targets[criterion.code].value, campaign.day_number(earlier[-1].day)
    if start is None:
        return Course(next_one, target, None)
    if reaches(start, target, better):
        return Course(next_one, target, target)
    days = campaign.day_number(next_one.day) - begun
    line = arithmetic.on_line(start, target, campaign.day_number(day) - begun, days)
    return Course(next_one, target, line)


def state_on(value: Fraction | None, course: Course, day: date, better: Better) -> State:
    """Return how a value stands: on a milestone's day and after the last one it is met or missed."""
    if value is None:
        return "no_data"
    if reaches(value, course.target, better):
        return "met"
    if course.milestone.day <= day:
        return "missed"
    if course.line is None:
        return "no_line"
    return "on_the_way" if reaches(value, course.line, better) else "behind"


def repairs_needed(numerator: int, denominator: int, target: Fraction) -> int | None:
    """Return the fewest rows of the denominator that must come to count; None where all are too few."""
    missing = max(0, arithmetic.least_whole(target * denominator) - numerator)
    return missing if missing == 0 or numerator + missing <= denominator else None


def new_needed(numerator: int, denominator: int, target: Fraction) -> int | None:
    """Return the fewest new rows that lift the share to ``target`` if all of them count; None: none can."""
    short = target * denominator - numerator
    if short <= 0:
        return 0
    room = arithmetic.ratio(short, 1 - target)
    return None if room is None or room < 0 else arithmetic.least_whole(room)


def needed(
    table: str,
    counts: tuple[int, int],
    target: Fraction,
    days_left: int,
) -> Needed:
    """Return what is missing to a target, of a numerator and a denominator above 0."""
    repair, new = repairs_needed(*counts, target), new_needed(*counts, target)

    def a_day(number: int | None) -> int | None:
        return None if number is None else arithmetic.per_day(number, days_left)

    return Needed(table, repair, new, a_day(repair), a_day(new))


def days_left(course: Course, day: date, working_days: WorkingDays) -> int:
    """Return the working days after ``day`` up to the milestone; 0 once it is there."""
    return max(0, working_days.between(day, course.milestone.day))


def passed(milestones: Sequence[Milestone], day: date) -> tuple[Milestone, ...]:
    """Return the milestones whose day is over by the end of ``day``."""
    return tuple(milestone for milestone in milestones if milestone.day <= day)
