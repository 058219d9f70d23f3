"""One report of a campaign: every unit and official beside what the plan asks on that day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from chiso.catalogue.assignments import Assignment, Assignments
from chiso.catalogue.formula import GroupRule, RuleSet
from chiso.scoring.campaign.course import (
    Course,
    Needed,
    State,
    course_on,
    days_left,
    needed,
    passed,
    state_on,
)
from chiso.scoring.campaign.measured import (
    Measure,
    Measured,
    better,
    counted_table,
    measure_of,
    measured,
)
from chiso.scoring.campaign.model import Baseline, Campaign, Criterion, Milestone, ReportDay
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.scoring.withheld import Withheld
from chiso.terms.working_days import WorkingDays


@dataclass(frozen=True)
class Standing:
    """One criterion of a unit or an official on a day; ``course`` is None where nothing is asked.

    ``owners`` answer for it: of a group without an owner of its own those of its indices. ``days_left`` are
    the working days after that day up to the milestone.
    """

    criterion: Criterion
    measure: Measure
    measured: Measured
    baseline: Fraction | None
    course: Course | None
    state: State
    owners: tuple[Assignment, ...] = ()
    days_left: int = 0
    needed: Needed | None = None


@dataclass(frozen=True)
class PassedMilestone:
    """A milestone whose day is over, with what each of its criteria was on that day: met or missed."""

    milestone: Milestone
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class UnitStanding:
    """A unit that takes part: its score since the campaign began, its criteria, the milestones passed."""

    score: UnitScore
    baseline: Baseline | None
    standings: tuple[Standing, ...]
    passed: tuple[PassedMilestone, ...]


@dataclass(frozen=True)
class OfficialStanding:
    """An official of a unit, by code, in the criteria that can be told apart by official.

    Where too few cases stand behind a criterion only counts are told: its state is ``few_cases`` and there is
    no value; of what citizens said there is no numerator either.
    """

    score: UnitScore
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class CampaignReport:
    """The campaign on a day. ``officials`` is None where they were not asked for.

    ``report`` is the report of that day, None where the plan has none. ``undivided`` are the criteria that
    cannot be told by official. ``assignments`` say who answers for which index, None where none were given.
    """

    day: date
    report: ReportDay | None
    board: Scoreboard
    units: tuple[UnitStanding, ...]
    officials: tuple[OfficialStanding, ...] | None = None
    undivided: tuple[Criterion, ...] = ()
    assignments: Assignments | None = None


def owners_of(measure: Measure, assignments: Assignments | None) -> tuple[Assignment, ...]:
    """Return who answers for an index or group: of a group without an owner those of its indices."""
    if assignments is None:
        return ()
    if isinstance(measure, GroupRule):
        own = assignments.by_group.get(measure.code)
        found = [assignments.of(index) for index in measure.indices] if own is None else [own]
    else:
        found = [assignments.of(measure)]
    return tuple(dict.fromkeys(assignment for assignment in found if assignment is not None))


def of_owner(
    criteria: Sequence[Criterion], rules: RuleSet, assignments: Assignments, code: str
) -> tuple[Criterion, ...]:
    """Return the criteria that ``code`` answers for; raises UsageError where it answers for no index."""
    assignments.indices_of(rules, code)
    return tuple(
        criterion
        for criterion in criteria
        if any(own.is_of(code) for own in owners_of(_measure(criterion, rules), assignments))
    )


def report_on(
    campaign: Campaign,
    day: date,
    boards: Mapping[date, Scoreboard],
    codes: Sequence[str],
    working_days: WorkingDays,
    by_official: Scoreboard | None = None,
    assignments: Assignments | None = None,
) -> CampaignReport:
    """Return the report of ``day``. ``boards`` are those of that day and of each milestone passed by then.

    A milestone without a board, since nothing could be scored on its day, is left out.
    ``codes`` are the units that take part. ``by_official`` is the board of the day split by official.
    """
    board = boards[day]
    units = tuple(_unit(campaign, day, boards, code, working_days, assignments) for code in codes)
    report = CampaignReport(day, campaign.report_on(day), board, units, assignments=assignments)
    if by_official is None:
        return report
    criteria = [(criterion, _measure(criterion, by_official.rules)) for criterion in campaign.criteria]
    whole = [
        criterion
        for criterion, measure in criteria
        if not any(_splits(criterion, measure, unit) for unit in by_official.units)
    ]
    officials = tuple(_officials(campaign, day, by_official, codes))
    return replace(report, officials=officials, undivided=tuple(whole))


def _unit(
    campaign: Campaign,
    day: date,
    boards: Mapping[date, Scoreboard],
    code: str,
    working_days: WorkingDays,
    assignments: Assignments | None,
) -> UnitStanding:
    board = boards[day]
    score = board.unit(code)
    standings = _standings(
        campaign, day, board.rules, score, campaign.criteria, working_days, assignments=assignments
    )
    return UnitStanding(
        score=score,
        baseline=campaign.baseline_of(code),
        standings=tuple(standings),
        passed=tuple(
            _passed(campaign, milestone, boards[milestone.day], code)
            for milestone in passed(campaign.milestones, day)
            if milestone.day in boards
        ),
    )


def _passed(campaign: Campaign, milestone: Milestone, board: Scoreboard, code: str) -> PassedMilestone:
    criteria = [criterion for criterion in campaign.criteria if criterion.code in milestone.targets]
    unit = board.unit(code)
    return PassedMilestone(milestone, tuple(_standings(campaign, milestone.day, board.rules, unit, criteria)))


def _officials(
    campaign: Campaign, day: date, board: Scoreboard, codes: Sequence[str]
) -> Iterator[OfficialStanding]:
    for unit in board.units:
        if unit.unit.code not in codes:
            continue
        criteria = [
            criterion
            for criterion in campaign.criteria
            if _splits(criterion, _measure(criterion, board.rules), unit)
        ]
        withheld = board.withheld(unit)
        standings = _standings(campaign, day, board.rules, unit, criteria)
        yield OfficialStanding(unit, tuple(_told(each, withheld) for each in standings))


def _splits(criterion: Criterion, measure: Measure, unit: UnitScore) -> bool:
    return counted_table(measure) is not None and (
        measured(criterion, measure, unit).outcome != "not_applicable"
    )


def _told(standing: Standing, withheld: Withheld) -> Standing:
    """Return a standing as far as it may be told: by counts only where it would tell of few people."""
    code = standing.measure.code
    if code not in withheld.indices | withheld.groups:
        return standing
    few = replace(standing.measured, value=None, shown=None)
    if code in withheld.opinions:
        few = replace(few, numerator=None)
    return replace(standing, measured=few, state="few_cases")


def _standings(
    campaign: Campaign,
    day: date,
    rules: RuleSet,
    unit: UnitScore,
    criteria: Sequence[Criterion],
    working_days: WorkingDays | None = None,
    assignments: Assignments | None = None,
) -> Iterator[Standing]:
    """Yield the criteria of a unit; what is still needed only with ``working_days``."""
    baseline = campaign.baseline_of(unit.unit.code)
    for criterion in criteria:
        measure = _measure(criterion, rules)
        way = better(criterion, measure)
        found = measured(criterion, measure, unit)
        before = baseline.values.get(criterion.code) if baseline is not None else None
        start = None if before is None else before.value
        course = course_on(campaign, criterion, start, day, way)
        state: State = "no_data" if course is None else state_on(found.value, course, day, way)
        owners = owners_of(measure, assignments)
        standing = Standing(criterion, measure, found, start, course, state, owners)
        if course is not None and working_days is not None:
            left = days_left(course, day, working_days)
            missing = _needed(measure, found, course, left)
            standing = replace(standing, days_left=left, needed=missing)
        yield standing


def _needed(measure: Measure, found: Measured, course: Course, left: int) -> Needed | None:
    """Return what is missing; None for groups, means and the like, and what a unit above answers for."""
    table = counted_table(measure)
    if table is None or found.outcome == "inherited" or not found.denominator or found.numerator is None:
        return None
    return needed(table, (found.numerator, found.denominator), course.target, left)


def _measure(criterion: Criterion, rules: RuleSet) -> Measure:
    measure = measure_of(criterion, rules)
    assert measure is not None  # the campaign was held against these rules
    return measure
