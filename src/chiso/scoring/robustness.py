"""How firm a ranking is: the frozen result of redrawing weights, leaving out, resolving and sampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chiso.scoring.rank import League, Rank
from chiso.scoring.scoreboard import Scoreboard


@dataclass(frozen=True)
class Settings:
    """How a ranking is tried: ``spread`` and ``confidence`` are shares (0..1)."""

    redraws: int
    spread: Fraction
    confidence: Fraction
    seed: int


@dataclass(frozen=True)
class PlaceRange:
    """The best and the worst place, both inclusive."""

    best: int
    worst: int

    def holding(self, place: int) -> PlaceRange:
        """Return the range, stretched as far as it takes to hold ``place``."""
        return PlaceRange(min(self.best, place), max(self.worst, place))


@dataclass(frozen=True)
class LeftOut:
    """The index (or group that is one item) whose leaving out moves a unit furthest, and its place then."""

    item: str
    place: int


@dataclass(frozen=True)
class UnitRobustness:
    """A ranked unit with the places that each source of doubt, by itself, could give it.

    ``left_out`` is None where leaving out any one index changes nothing. ``least_total`` and
    ``most_total`` are what the unit's total could be once its open rows are resolved.
    """

    rank: Rank
    weights: PlaceRange
    without_one: PlaceRange
    left_out: LeftOut | None
    either_way: PlaceRange
    least_total: Decimal
    most_total: Decimal
    small_numbers: PlaceRange

    @property
    def overall(self) -> PlaceRange:
        """The best and the worst place that any one source could give."""
        sources = (self.weights, self.without_one, self.either_way, self.small_numbers)
        return PlaceRange(min(s.best for s in sources), max(s.worst for s in sources))


@dataclass(frozen=True)
class Pair:
    """Two neighbours of a ranking that cannot be told apart, and why.

    ``weights`` and ``small_numbers`` are the shares of redraws, in percent (0..100), in which the unit
    below had the higher total; ``either_way`` says whether open rows could make it reach the other.
    """

    above: Rank
    below: Rank
    weights: Decimal
    small_numbers: Decimal
    either_way: bool


@dataclass(frozen=True)
class Influence:
    """How far places move when an index (or a group that is one item) is left out, over a whole ranking."""

    item: str
    mean_shift: Decimal
    greatest_shift: int
    units_moved: int


@dataclass(frozen=True)
class LeagueRobustness:
    """One ranking: its units in order, neighbours that cannot be told apart, and what each index does."""

    league: League
    units: tuple[UnitRobustness, ...]
    pairs: tuple[Pair, ...]
    influences: tuple[Influence, ...]


@dataclass(frozen=True)
class Robustness:
    """The firmness of every ranking of a scoreboard.

    ``without_unit`` counts, by table, open rows that no unit answers for: they are in no range.
    ``unbounded`` are the indices for which nothing says how far open rows could move them.
    """

    board: Scoreboard
    settings: Settings
    leagues: tuple[LeagueRobustness, ...]
    without_unit: Mapping[str, int]
    unbounded: tuple[str, ...]
