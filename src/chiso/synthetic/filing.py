"""The cases of one commune as they are filed: procedure, outcome, dates, officer and number."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chiso.synthetic.chance import draw, happens
from chiso.synthetic.course import (
    CARRIED_OVER,
    FINISHED,
    LATE,
    WITH_SUPPLEMENT,
    Course,
    CourseMaker,
    Outcome,
)
from chiso.synthetic.figures import CommuneFigures, SampleProcedure, Shape
from chiso.synthetic.procedures_in_use import ProceduresInUse


@dataclass(eq=False)
class SampleCase:
    """One case file; filing fills the first part, marking the second. No fee known is None."""

    procedure: SampleProcedure
    obligation: bool
    outcome: Outcome
    carried_over: bool
    course: Course
    officer: int
    serial: int = 0

    channel: str = "direct"
    submitted_at: datetime | None = None
    component_file: bool = False
    digitized: bool = False
    component_digitized: bool = False
    from_personal_store: bool = False
    result_code: bool = False
    result_link: bool = False
    vneid_verified: bool = False
    population_db: str = ""
    fee: int | None = None
    payment: str = "none"
    rating: str = ""
    petitioned: bool = False

    @property
    def late(self) -> bool:
        """Whether the case counts as late on the day of judgement."""
        return self.outcome in LATE

    @property
    def finished(self) -> bool:
        """Whether the case came to a result."""
        return self.outcome in FINISHED


@dataclass(frozen=True, eq=False)
class _Filed:
    """A case before anything is known but its procedure and whether a fee is due."""

    procedure: SampleProcedure
    obligation: bool


def file_cases(
    chance: random.Random,
    figures: CommuneFigures,
    procedures: ProceduresInUse,
    shape: Shape,
    courses: CourseMaker,
) -> list[SampleCase]:
    """Return the commune's cases in the order of their receipt, numbered by day, not yet marked."""
    filed = _filed(chance, figures, procedures, shape)
    outcomes = _outcomes(chance, filed, figures, shape)
    carried_over = _carried_over(chance, filed, outcomes, figures, shape)
    desks = _desks(filed, figures.officers)
    everyone = range(1, figures.officers + 1)
    cases = []
    for case in filed:
        outcome, carried = outcomes[case], case in carried_over
        at_own_desk = happens(chance, shape.own_officer)
        officer = chance.choice(desks[case.procedure.field_id] if at_own_desk else everyone)
        course = courses.course(outcome, case.procedure.time_limit, carried)
        cases.append(SampleCase(case.procedure, case.obligation, outcome, carried, course, officer))
    cases.sort(key=lambda case: case.course.received_at)
    received_that_day: Counter[str] = Counter()
    for numbered in cases:
        day = numbered.course.received_at.date().isoformat()
        received_that_day[day] += 1
        numbered.serial = received_that_day[day]
    return cases


def _filed(
    chance: random.Random, figures: CommuneFigures, procedures: ProceduresInUse, shape: Shape
) -> list[_Filed]:
    """Return so many cases with an obligation to pay, so many exempt, so many without a fee at all."""
    owed = figures.cases_paid_online.denominator
    exempt = round((figures.cases - owed) * shape.fee_exempt)
    with_fee = (*procedures.paid, *procedures.unpaid)
    owing = (*_spread(chance, procedures.paid, owed - len(procedures.unpaid)), *procedures.unpaid)
    owing_nothing = (
        *chance.choices(with_fee, [procedure.demand for procedure in with_fee], k=exempt),
        *_spread(chance, procedures.free, figures.cases - owed - exempt),
    )
    return [
        *(_Filed(procedure, obligation=True) for procedure in owing),
        *(_Filed(procedure, obligation=False) for procedure in owing_nothing),
    ]


def _spread(
    chance: random.Random, procedures: Sequence[SampleProcedure], count: int
) -> list[SampleProcedure]:
    """Return ``count`` procedures, each at least once, those in demand more often."""
    weights = [procedure.demand for procedure in procedures]
    return [*procedures, *chance.choices(procedures, weights, k=count - len(procedures))]


def _outcomes(
    chance: random.Random, filed: Sequence[_Filed], figures: CommuneFigures, shape: Shape
) -> dict[_Filed, Outcome]:
    """Return the outcome of each case; the late ones are as many as the figures say."""
    late_count = figures.cases_on_time.remainder
    wanted_late = _wanted(shape.outcomes_late, late_count)
    wanted_late[Outcome.FINISHED_LATE] = late_count - sum(wanted_late.values())
    wanted_in_time = _wanted(shape.outcomes_in_time, len(filed))
    wanted_in_time[Outcome.FINISHED_WITHOUT_DUE_DATE] = shape.no_due_date
    outcomes: dict[_Filed, Outcome] = {}
    for outcome, count in {**wanted_late, **wanted_in_time}.items():
        least_limit = shape.least_limit_for_supplement if outcome in WITH_SUPPLEMENT else 1
        candidates = [
            case for case in filed if case not in outcomes and case.procedure.time_limit >= least_limit
        ]
        # Slower procedures go wrong more often.
        outcomes.update(dict.fromkeys(draw(chance, candidates, count, _time_limit), outcome))
    return {case: outcomes.get(case, Outcome.FINISHED_IN_TIME) for case in filed}


def _wanted(shares: Mapping[str, float], whole: int) -> dict[Outcome, int]:
    """Return how many cases of ``whole`` each outcome out of the ordinary takes, at least one."""
    return {Outcome(name): max(1, round(whole * share)) for name, share in shares.items()}


def _carried_over(
    chance: random.Random,
    filed: Sequence[_Filed],
    outcomes: Mapping[_Filed, Outcome],
    figures: CommuneFigures,
    shape: Shape,
) -> frozenset[_Filed]:
    """Return the cases received in the year before: mostly those of the slower procedures."""
    candidates = [
        case
        for case in filed
        if outcomes[case] in CARRIED_OVER and case.procedure.time_limit >= shape.least_limit_carried_over
    ]
    return frozenset(draw(chance, candidates, figures.cases - figures.cases_received_in_period, _time_limit))


def _time_limit(case: _Filed) -> float:
    return case.procedure.time_limit


def _desks(filed: Sequence[_Filed], officers: int) -> dict[str, range]:
    """Return the officers of each field, by number: as many as its share of the cases asks for."""
    cases_of_field = Counter(case.procedure.field_id for case in filed)
    desks: dict[str, range] = {}
    before = 0
    for field_id in sorted(cases_of_field):
        after = before + cases_of_field[field_id]
        first = before * officers // len(filed)
        last = (after * officers - 1) // len(filed)
        desks[field_id] = range(first + 1, last + 2)
        before = after
    return desks
