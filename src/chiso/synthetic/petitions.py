"""The petitions of one commune: each turns out as the figures file says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chiso.synthetic.figures import CommuneFigures, PetitionFigure, Shape
from chiso.synthetic.filing import SampleCase
from chiso.synthetic.office_days import OfficeDays


@dataclass(frozen=True)
class SamplePetition:
    """One petition; ``case`` is the case it is about, if any."""

    figure: PetitionFigure
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None
    case: SampleCase | None


def make_petitions(
    chance: random.Random,
    cases: Sequence[SampleCase],
    figures: CommuneFigures,
    shape: Shape,
    days: OfficeDays,
    first_day: date,
    as_of: date,
) -> list[SamplePetition]:
    """Return the petitions in the order of their receipt, and mark the cases they are about."""
    petitions = []
    for figure in figures.petitions:
        received, answered = _span(chance, figure, shape, days.first_from(first_day), days.last_until(as_of))
        received_at = days.receipt(chance, received)
        due_at = datetime.combine(days.days[received + shape.petition_working_days], received_at.time())
        answered_at = None if answered is None else days.after(chance, answered, received_at)
        case = _case_before(chance, cases, received_at) if figure.about_a_case else None
        if case is not None:
            case.petitioned = True
        petitions.append(SamplePetition(figure, received_at, due_at, answered_at, case))
    return sorted(petitions, key=lambda petition: petition.received_at)


def _span(
    chance: random.Random, figure: PetitionFigure, shape: Shape, first: int, last: int
) -> tuple[int, int | None]:
    """Return the working days, by number, of receipt and answer."""
    limit = shape.petition_working_days
    match figure.answer:
        case "in_time":
            received = chance.randint(last - 10 * limit, last - limit)
            return received, chance.randint(received + 1, received + limit)
        case "late":
            received = chance.randint(last - 10 * limit, last - 2 * limit)
            return received, chance.randint(received + limit + 1, last)
        case "open_in_time":
            return chance.randint(last + 1 - limit, last), None
        case "open_late":
            return chance.randint(last - 3 * limit, last - limit), None


def _case_before(chance: random.Random, cases: Sequence[SampleCase], moment: datetime) -> SampleCase:
    """Return a case closed in time before ``moment``, about which nobody complained yet."""
    closed = [
        case
        for case in cases
        if not case.late
        and not case.petitioned
        and case.course.closed_at is not None
        and case.course.closed_at < moment
    ]
    return chance.choice(closed)
