"""What a report tells: one scoreboard, and around it the course, the changes, what was lost, what is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from chiso.catalogue.model import Bilingual
from chiso.errors import CannotScoreError, Problem, Text
from chiso.scoring.comparing.comparison import BoardComparison, compare_boards
from chiso.scoring.comparing.side import Side
from chiso.scoring.late import LateLists
from chiso.scoring.planning.plan import Plan
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.scoreboard import Scoreboard
from chiso.scoring.shortfalls import Shortfall
from chiso.terms.period import Judgement
from chiso.terms.unit import UnitTree


@dataclass(frozen=True)
class PastTotal:
    """A unit's total in an earlier period, its place there, and the points of each group by its code."""

    total: Decimal
    max_points: Decimal
    place: int
    of: int
    band: Bilingual | None
    groups: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Past:
    """One earlier period: the total of every unit that was there, by unit code."""

    judgement: Judgement
    edition: str
    totals: Mapping[str, PastTotal]


@dataclass(frozen=True)
class Origin:
    """Where the scoreboard comes from: records that were read, or the ``run`` of a ``history``."""

    history: str | None = None
    run: int | None = None


@dataclass(frozen=True)
class Report:
    """What every report is made from. Every score in it is the scoreboard's.

    ``whole`` is the board of all units, ``board`` that of the units asked for. ``course`` are earlier
    periods, the oldest first, of the same kind; ``before`` is the whole board of the last of them, None
    where there is none. ``shortfalls`` are there for every unit of the board. ``late`` and ``plans`` (the
    least work to the next band, by unit code) are None where records were not read or not asked, and
    ``lacking`` says why for readers.
    """

    board: Scoreboard
    whole: Scoreboard
    course: tuple[Past, ...]
    before: Scoreboard | None
    shortfalls: Mapping[str, tuple[Shortfall, ...]]
    late: LateLists | None
    plans: Mapping[str, Plan] | None
    origin: Origin
    lacking: tuple[Text, ...] = ()

    @cached_property
    def ranks(self) -> tuple[Rank, ...]:
        """The ranking of all units, each level apart; a unit of ``board`` keeps its place among all."""
        return rank_units(self.whole.units)

    @cached_property
    def rank_of(self) -> Mapping[str, Rank]:
        """The place of every unit among all units of its level, by unit code."""
        return {rank.score.unit.code: rank for rank in self.ranks}

    @cached_property
    def comparison(self) -> BoardComparison | None:
        """What changed since the period before, for all units, told by counts; None without one.

        None as well where the formulas have changed and counts alone cannot tell: see ``not_compared``.
        """
        return None if self.before is None else self._compared[0]

    @property
    def not_compared(self) -> tuple[Problem, ...]:
        """Why the causes of the change cannot be told, where there is a period before."""
        return () if self.before is None else self._compared[1]

    @cached_property
    def _compared(self) -> tuple[BoardComparison | None, tuple[Problem, ...]]:
        assert self.before is not None
        before, after = (
            Side(board.judgement.period.label, board, UnitTree(board.registry))
            for board in (self.before, self.whole)
        )
        try:
            return compare_boards(before, after), ()
        except CannotScoreError as error:
            return None, tuple(error.problems)

    def past(self, unit_code: str) -> PastTotal | None:
        """Return what a unit had in the period before, None where it was not there."""
        return self.course[-1].totals.get(unit_code) if self.course else None


def past_of(board: Scoreboard) -> Past:
    """Return what a later report keeps of a board of all units."""
    totals = {
        rank.score.unit.code: PastTotal(
            total=rank.score.total,
            max_points=rank.score.max_points,
            place=rank.place,
            of=rank.league.units,
            band=rank.score.band,
            groups={group.group: group.points for group in rank.score.groups},
        )
        for rank in rank_units(board.units)
    }
    return Past(board.judgement, board.rules.edition, totals)
