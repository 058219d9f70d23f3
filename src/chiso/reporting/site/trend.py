"""The course of a unit's total over the periods, as points on a small picture and as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chiso.arithmetic import ratio, round_half_up
from chiso.catalogue.model import Bilingual
from chiso.scoring.report import Report
from chiso.terms.period import Period

_WIDTH, _HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 28, 34
# Room for the labels of the first and the last dot.
_INSIDE = 32


@dataclass(frozen=True)
class Step:
    """A unit in one period; ``total`` and what follows are None where it was not there."""

    period: Period
    total: Decimal | None
    max_points: Decimal | None
    place: int | None
    of: int | None
    band: Bilingual | None


@dataclass(frozen=True)
class Dot:
    """A step on the picture; ``y`` is None where there is no total."""

    step: Step
    x: Decimal
    y: Decimal | None


@dataclass(frozen=True)
class Trend:
    """The picture: its size, a dot for each period, the lines between neighbours, the height of marks."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[tuple[Dot, ...], ...]
    marks: tuple[tuple[Decimal, Decimal], ...]

    @property
    def left(self) -> int:
        """Where the picture's lines begin."""
        return _LEFT

    @property
    def right(self) -> int:
        """Where the picture's lines end."""
        return self.width - _RIGHT

    @property
    def steps(self) -> tuple[Step, ...]:
        """The course, the oldest period first."""
        return tuple(dot.step for dot in self.dots)


def trend(report: Report, code: str) -> Trend | None:
    """Return the course of a unit, None where no earlier period tells of it."""
    steps = _steps(report, code)
    if not any(step.total is not None for step in steps[:-1]):
        return None
    most = max(step.max_points for step in steps if step.max_points is not None)
    if not most:
        return None
    dots = tuple(_dot(step, n, len(steps), most) for n, step in enumerate(steps))
    marks = tuple((value, _y(value, most)) for value in (Decimal(0), _half(most), most))
    return Trend(_WIDTH, _HEIGHT, dots, tuple(_lines(dots)), marks)


def _steps(report: Report, code: str) -> list[Step]:
    steps = []
    for past in report.course:
        own = past.totals.get(code)
        known = (None,) * 5 if own is None else (own.total, own.max_points, own.place, own.of, own.band)
        steps.append(Step(past.judgement.period, *known))
    rank = report.rank_of[code]
    now = rank.score
    steps.append(
        Step(
            report.board.judgement.period, now.total, now.max_points, rank.place, rank.league.units, now.band
        )
    )
    return steps


def _dot(step: Step, number: int, steps: int, most: Decimal) -> Dot:
    across = ratio(number * (_WIDTH - _LEFT - _RIGHT - 2 * _INSIDE), steps - 1) or Fraction(0)
    x = round_half_up(_LEFT + _INSIDE + across, 1)
    return Dot(step, x, None if step.total is None else _y(step.total, most))


def _y(value: Decimal, most: Decimal) -> Decimal:
    share = ratio(Fraction(value), Fraction(most))
    assert share is not None  # a trend without points is none
    return round_half_up(_TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _half(value: Decimal) -> Decimal:
    return round_half_up(Fraction(value) * Fraction(1, 2), 2)


def _lines(dots: Sequence[Dot]) -> list[tuple[Dot, ...]]:
    """Return the runs of dots between which no period is missing."""
    lines: list[list[Dot]] = [[]]
    for dot in dots:
        if dot.y is None:
            lines.append([])
        else:
            lines[-1].append(dot)
    return [tuple(line) for line in lines if len(line) > 1]
