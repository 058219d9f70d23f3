"""What the pages of a site tell, worked out once for all pages and both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from chiso.catalogue.formula import IndexRule
from chiso.catalogue.model import Band
from chiso.scoring.comparing.comparison import UnitComparison
from chiso.scoring.explain import Loss
from chiso.scoring.rank import League, Rank
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import Score, UnitScore
from chiso.terms.text import alphabetical
from chiso.terms.unit import Level, Unit

# From this percent of the maximum on a result belongs to a step of shades; the first is the palest.
STEPS = (100, 90, 75, 50, 25, 0)
# What stands beside the points of a cell that has come about otherwise than by the unit's own records.
MARKS: Mapping[str, str] = {
    "inherited": "↑",
    "reported": "*",
    "no_cases": "°",
    "provisional": "~",
}
# What stands in a cell without points.
BLANKS: Mapping[str, str] = {
    "missing_data": "?",
    "no_cases": "°",
    "whole_group": "=",
}


@dataclass(frozen=True)
class Change:
    """What a unit gained or lost since the period before, and the places it rose (below 0: fell).

    ``points`` is None where there is nothing to compare, ``places`` also where it was ranked against
    others, or for another maximum; ``alike`` is whether as many points were to be earned then.
    """

    points: Decimal | None = None
    total_before: Decimal | None = None
    place_before: int | None = None
    places: int | None = None
    alike: bool = True


@dataclass(frozen=True)
class Cell:
    """One unit × index as a cell tells it; ``step`` is its shade, None where there is nothing to earn."""

    points: Decimal | None
    mark: str
    step: int | None


@dataclass(frozen=True)
class Ranking:
    """One ranking of the board: the places of those of its units that are asked for."""

    league: League
    ranks: tuple[Rank, ...]

    @property
    def best(self) -> UnitScore:
        """The unit that stands first of those shown."""
        return self.ranks[0].score

    @property
    def last(self) -> UnitScore:
        """The unit that stands last of those shown."""
        return self.ranks[-1].score


@dataclass(frozen=True)
class OfIndex:
    """What one unit has of an index; ``outcome`` is None where its group is reported as a whole."""

    unit: UnitScore
    score: Score
    cell: Cell
    outcome: str | None


def step_of(points: Decimal | None, max_points: Decimal) -> int | None:
    """Return the step of shades that points belong to, 0 the palest; None where none can be earned."""
    if points is None or not max_points:
        return None
    return next(number for number, percent in enumerate(STEPS) if points * 100 >= percent * max_points)


class Facts:
    """What is told of a report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.board = report.board
        self.rules = report.board.rules

    @cached_property
    def indices(self) -> tuple[IndexRule, ...]:
        """The indices asked for, in the catalogue's order."""
        chosen = self.board.chosen
        return tuple(index for index in self.rules.indices if chosen is None or index.code in chosen)

    @cached_property
    def scored_indices(self) -> tuple[IndexRule, ...]:
        """Those of the indices that earn points."""
        return tuple(index for index in self.indices if index.scored)

    @cached_property
    def top(self) -> Unit | None:
        """The one unit above all others of the whole board, None where there are several."""
        codes = {score.unit.code for score in self.report.whole.units}
        tops = [s.unit for s in self.report.whole.units if s.unit.parent_code not in codes]
        return tops[0] if len(tops) == 1 else None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of every unit of the whole board, by code."""
        return {score.unit.code: score.unit.name for score in self.report.whole.units}

    @cached_property
    def shown(self) -> frozenset[str]:
        """The codes of the units that have a page."""
        return frozenset(score.unit.code for score in self.board.units)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of every unit shown in Vietnamese alphabetical order, by code."""
        units = sorted(
            (score.unit for score in self.board.units), key=lambda unit: (alphabetical(unit.name), unit.code)
        )
        return {unit.code: number for number, unit in enumerate(units)}

    @cached_property
    def rankings(self) -> tuple[Ranking, ...]:
        """Every ranking with at least one unit shown, those of more points to earn first in their level."""
        found: dict[League, list[Rank]] = {}
        for rank in self.report.ranks:
            if rank.score.unit.code in self.shown:
                found.setdefault(rank.league, []).append(rank)
        return tuple(Ranking(league, tuple(ranks)) for league, ranks in found.items())

    def only_top(self, ranking: Ranking) -> bool:
        """Return whether a ranking is of nobody but the unit above all others."""
        return ranking.league.units == 1 and self.top is not None and ranking.best.unit == self.top

    def ranks_of(self, level: Level) -> list[Rank]:
        """Return the units shown of a level, ranking by ranking."""
        return [rank for own in self.rankings if own.league.level == level for rank in own.ranks]

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the units shown, the highest first."""
        return tuple(dict.fromkeys(ranking.league.level for ranking in self.rankings))

    def band_number(self, unit: UnitScore) -> int | None:
        """Return the place of a unit's band among all bands, the best first; None without one."""
        return None if unit.band is None else self._band_numbers[unit.band.vi]

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """The bands, the best first."""
        return tuple(sorted(self.rules.bands, key=lambda band: -band.from_))

    @cached_property
    def _band_numbers(self) -> Mapping[str, int]:
        return {band.name.vi: number for number, band in enumerate(self.bands)}

    def band_counts(self, ranks: Sequence[Rank]) -> list[int]:
        """Return how many units each band has, the best first, and at the end how many have none."""
        counts = Counter(self.band_number(rank.score) for rank in ranks)
        return [*(counts[number] for number in range(len(self.bands))), counts[None]]

    def change(self, code: str) -> Change:
        """Return what changed for a unit since the period before."""
        now, past, compared = self.report.rank_of[code], self.report.past(code), self.compared(code)
        if past is None:
            if compared is None or compared.total is None:
                return Change()
            return Change(compared.total.change, compared.total.before)
        alike = past.max_points == now.league.max_points
        return Change(
            points=now.score.total - past.total,
            total_before=past.total,
            place_before=past.place if alike else None,
            places=past.place - now.place if alike else None,
            alike=alike,
        )

    def directions(self, ranks: Sequence[Rank]) -> tuple[int, int, int]:
        """Return how many units gained points, lost some, and kept theirs since the period before."""
        changes = [self.change(rank.score.unit.code).points for rank in ranks]
        told = [points for points in changes if points is not None]
        return sum(p > 0 for p in told), sum(p < 0 for p in told), sum(p == 0 for p in told)

    def compared(self, code: str) -> UnitComparison | None:
        """Return what changed for a unit by index, None where nothing can be compared."""
        return self._compared.get(code)

    @cached_property
    def _compared(self) -> Mapping[str, UnitComparison]:
        comparison = self.report.comparison
        return {} if comparison is None else {own.unit.code: own for own in comparison.units}

    def index_changes(self, code: str) -> Mapping[str, Decimal | None]:
        """Return by index what a unit gained or lost since the period before."""
        compared = self.compared(code)
        if compared is None or compared.total is None:
            return {}
        return {own.index: own.points.change for own in compared.indices}

    def cells(self, unit: UnitScore) -> list[Cell]:
        """Return the cells of a unit, one for each index that earns points."""
        by_code = {score.index: score for score in unit.scores}
        reported = {group.group for group in unit.groups if group.reported}
        return [self._cell(by_code[index.code], reported) for index in self.scored_indices]

    @staticmethod
    def _cell(score: Score, reported: set[str]) -> Cell:
        outcome = "whole_group" if score.group in reported else score.outcome
        if score.points is None or outcome == "whole_group":
            return Cell(None, BLANKS.get(outcome, ""), None)
        return Cell(score.points, MARKS.get(outcome, ""), step_of(score.points, score.max_points))

    def of_index(self, code: str) -> list[OfIndex]:
        """Return what every unit shown has of an index: most points first, without points last."""
        position = self._positions[code]
        found = []
        for unit in self.board.units:
            score = unit.scores[position]
            reported = {group.group for group in unit.groups if group.reported}
            outcome = None if score.group in reported else self.outcome(self.rules.indices[position], score)
            found.append(OfIndex(unit, score, self._cell(score, reported), outcome))
        return sorted(found, key=self._by_points)

    @staticmethod
    def outcome(index: IndexRule, score: Score) -> str:
        """Return the outcome of a score as people are told it: an index that is not due is named so."""
        return "not_due" if index.when_due is not None and score.outcome == "analysis" else score.outcome

    def position(self, loss: Loss) -> int:
        """Return where a loss stands in the catalogue's order."""
        if loss.index is None:
            return self._positions[loss.group.indices[0].code]
        return self._positions[loss.index.code]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {index.code: number for number, index in enumerate(self.rules.indices)}

    def _by_points(self, own: OfIndex) -> tuple[bool, Decimal, Decimal, int]:
        points, value = own.cell.points, own.score.value
        return (
            points is None,
            -(points or Decimal(0)),
            -(value or Decimal(0)),
            self.order[own.unit.unit.code],
        )
