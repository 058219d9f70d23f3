"""Two scoreboards of one period, before and after a change, unit by unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.catalogue.overlay import Overlaid
from chiso.records.drop import Dropped
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.scoreboard import Score, Scoreboard
from chiso.terms.unit import Unit

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class ScoreChange:
    """One index of a unit before and after."""

    before: Score
    after: Score

    @property
    def points(self) -> Decimal | None:
        """What the unit gains (below 0: loses) in points; None where neither before nor after has any.

        No points add nothing to a total, so a gain from none is the whole of the new points.
        """
        if self.before.points is None and self.after.points is None:
            return None
        return (self.after.points or _NOTHING) - (self.before.points or _NOTHING)

    @property
    def differs(self) -> bool:
        """Whether counts, points, maximum or outcome are not what they were."""
        return self.before != self.after


@dataclass(frozen=True)
class UnitChange:
    """One unit before and after, with its places among all units of its level."""

    before: Rank
    after: Rank

    @property
    def unit(self) -> Unit:
        """Whose scores these are."""
        return self.before.score.unit

    @property
    def total(self) -> Decimal:
        """What the unit gains (below 0: loses) in total points."""
        return self.after.score.total - self.before.score.total

    @property
    def changes_league(self) -> bool:
        """Whether its maximum is another, so that it is ranked against other units than before."""
        return self.after.league.max_points != self.before.league.max_points

    @property
    def scores(self) -> tuple[ScoreChange, ...]:
        """Its indices, in the catalogue's order."""
        pairs = zip(self.before.score.scores, self.after.score.scores, strict=True)
        return tuple(ScoreChange(before, after) for before, after in pairs)


@dataclass(frozen=True)
class Whatif:
    """What a change does: both boards, the units asked for, and the change itself.

    ``rows_dropped`` are the rows of all cases that the lists took away.
    """

    before: Scoreboard
    after: Scoreboard
    units: tuple[UnitChange, ...]
    overlaid: Overlaid
    dropped: tuple[Dropped, ...]
    rows_dropped: int


def unit_changes(before: Scoreboard, after: Scoreboard, codes: Collection[str]) -> tuple[UnitChange, ...]:
    """Return the units of ``codes`` in registry order, ranked among all units of both boards."""
    first = {rank.score.unit.code: rank for rank in rank_units(before.units)}
    then = {rank.score.unit.code: rank for rank in rank_units(after.units)}
    listed = [score.unit.code for score in before.units]
    return tuple(UnitChange(first[code], then[code]) for code in listed if code in codes)


def with_records_of_either(before: Scoreboard, after: Scoreboard) -> Scoreboard:
    """Return the board before, on which a unit has records if it has any before or after."""
    also = {score.unit.code for score in after.units if score.has_records}
    units = tuple(
        replace(score, has_records=score.has_records or score.unit.code in also) for score in before.units
    )
    return replace(before, units=units)
