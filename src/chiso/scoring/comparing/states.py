"""The points of units at one step between the two boards, and what lies between neighbouring steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.scoring.comparing.side import CAUSES, Cause
from chiso.scoring.scoreboard import UnitScore

_NOTHING = Decimal("0.00")


class LostPointsError(Exception):
    """The steps do not lead from one board to the other: a fault of chiso itself."""


@dataclass(frozen=True)
class Points:
    """The published points of one unit; None where there are none to earn or no data."""

    indices: Mapping[str, Decimal | None]
    groups: Mapping[str, Decimal | None]
    total: Decimal


def points_of(score: UnitScore) -> Points:
    """Return the published points of a unit."""
    return Points(
        {own.index: own.points for own in score.scores},
        {group.group: group.points for group in score.groups},
        score.total,
    )


@dataclass(frozen=True)
class State:
    """Every unit's points once the causes up to ``cause`` have had their effect, by unit code."""

    cause: Cause
    units: Mapping[str, Points]


@dataclass(frozen=True)
class Attributed:
    """Points before and after, and the parts of the change by cause: before + parts = after.

    No points add nothing to a total, so a part from none is the whole of the new points.
    """

    before: Decimal | None
    after: Decimal | None
    parts: Mapping[Cause, Decimal]

    @property
    def change(self) -> Decimal | None:
        """What is gained (below 0: lost); None where there are no points before or after."""
        if self.before is None and self.after is None:
            return None
        return (self.after or _NOTHING) - (self.before or _NOTHING)


def attributed(steps: Sequence[tuple[Cause, Decimal | None]], before: Decimal | None) -> Attributed:
    """Return the parts between ``before`` and the last of ``steps``; every cause has one, 0 if it has none.

    Raises LostPointsError where they do not add up.
    """
    parts = dict.fromkeys(CAUSES, _NOTHING)
    value = before
    for cause, points in steps:
        parts[cause] += (points or _NOTHING) - (value or _NOTHING)
        value = points
    found = Attributed(before, value, parts)
    if (before or _NOTHING) + sum(parts.values(), _NOTHING) != (value or _NOTHING):
        raise LostPointsError(f"{before} + {parts} != {value}")
    return found
