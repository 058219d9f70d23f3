"""Open rows resolved either way: how low and how high each unit's total could come out.

Open are rows in quarantine, rows that lack the data to place them in the period, and rows for which a
condition is undetermined. Each of them may count fully, count as failing, or not be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from chiso.catalogue.expression import IsNull, Logic, Not, and_
from chiso.catalogue.formula import Combination, Constant, Count, IndexRule, Measure, counts_in
from chiso.scoring.compile import QUARANTINED, UNDETERMINED, Wanted
from chiso.scoring.counts import Cell, combined
from chiso.scoring.either_way import TotalRange
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures, measures_of
from chiso.scoring.points import measuring_unit, points_for_counts
from chiso.scoring.scoreboard import GroupScore, Score, Scoreboard, UnitScore

_NOTHING = Decimal("0.00")
_BY_ROWS = ("rows", "distinct")
_COUNTED_HERE = ("scored", "provisional", "no_cases")


@dataclass(frozen=True)
class OpenRows:
    """The range of every unit's total; see ``Robustness`` for what could not be placed or bounded."""

    ranges: Mapping[str, TotalRange]
    without_unit: Mapping[str, int]
    unbounded: tuple[str, ...]


def open_rows(engine: Engine, board: Scoreboard, units: Iterable[UnitScore]) -> OpenRows:
    """Return how far open rows could move the total of each of ``units``; ``board`` has them all."""
    resolver = _Resolver(engine, board)
    ranges = {unit.unit.code: resolver.total_range(unit) for unit in units}
    return OpenRows(ranges, dict(resolver.without_unit), tuple(resolver.unbounded))


class _Resolver:
    """Works out the range of points of each index at each unit it is measured at, once."""

    def __init__(self, engine: Engine, board: Scoreboard) -> None:
        self._units = engine.records.units
        self._reported = {
            (unit.unit.code, score.index)
            for unit in board.units
            for score, group in _with_groups(unit)
            if score.outcome == "reported" and not group.reported
        }
        self._rules = {
            index.code: (index, group.rounding) for group in engine.rules.groups for index in group.indices
        }
        measures = measures_of(engine.rules, engine.present)
        self._measures = {
            code: entry
            for code, entry in measures.items()
            if isinstance(entry, IndexMeasures) and self._rules[code][0].scored
        }
        self._counts = engine.count(tuple(dict.fromkeys(self._wanted())))
        self.without_unit: Counter[str] = Counter()
        self.unbounded: dict[str, None] = {}
        self._not_placed = self._rows_not_placed(engine)
        self._ranges: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}

    def total_range(self, unit: UnitScore) -> TotalRange:
        """Return how low and how high the unit's total could come out."""
        least = most = unit.total
        above_least = above_most = _NOTHING
        above: list[tuple[str, str]] = []
        for score, group in _with_groups(unit):
            if group.reported or score.index not in self._measures:
                continue
            points = score.points or _NOTHING
            if score.outcome in _COUNTED_HERE:
                low, high = self._range(score, unit.unit.code)
                least, most = least + low - points, most + high - points
            elif score.outcome == "inherited":
                index, _ = self._rules[score.index]
                source = measuring_unit(index, unit.unit, self._units)
                low, high = (points, points) if source is None else self._range(score, source.code)
                if source is not None and low < high:
                    above.append((score.index, source.code))
                    above_least, above_most = above_least + low - points, above_most + high - points
        return TotalRange(least, most, above_least, above_most, tuple(above))

    def _range(self, score: Score, unit_code: str) -> tuple[Decimal, Decimal]:
        """Return the least and the most points of an index that is measured at a unit."""
        key = (score.index, unit_code)
        if key not in self._ranges:
            self._ranges[key] = self._resolved(score, unit_code)
        return self._ranges[key]

    def _resolved(self, score: Score, unit_code: str) -> tuple[Decimal, Decimal]:
        index, rounding = self._rules[score.index]
        points = score.points or _NOTHING
        if (unit_code, index.code) in self._reported:
            return points, points
        if index.on_zero == "exclude" and not score.denominator:
            # With a case the maximum would rise, and the unit be ranked among others.
            return points, points
        pairs = self._pairs(index, unit_code)
        if pairs is None:
            self.unbounded[index.code] = None
            return points, points
        others = {pair for pair in pairs if pair != (score.numerator, score.denominator)}
        possible = [
            points,
            *(points_for_counts(index, rounding, *pair, score.basis) or _NOTHING for pair in others),
        ]
        return min(possible), max(possible)

    def _pairs(self, index: IndexRule, unit_code: str) -> list[tuple[int, int]] | None:
        """Return the numerators and denominators between which all resolutions lie; None if unbounded."""
        measures = self._measures[index.code]
        cell, subtree = Cell(unit_code), index.rollup == "subtree"
        numerator = self._bounds(measures.numerator, cell, subtree)
        denominator = self._bounds(measures.denominator, cell, subtree)
        if numerator is None or denominator is None:
            return None
        (fewest, most), (smallest, largest) = numerator, denominator
        if not _lies_inside(measures.numerator, measures.denominator):
            # Nothing says that the one lies within the other, so each may be at either end.
            pairs = [(fewest, largest), (fewest, smallest), (most, largest), (most, smallest)]
            return pairs if smallest > 0 else [*pairs, (most, min(1, largest))]
        undecided = _undecided(measures)
        inside = most - fewest if undecided is None else self._rows(undecided, cell, subtree)
        return extremes_inside(fewest, smallest, inside, largest - smallest)

    def _bounds(self, measure: Measure, cell: Cell, subtree: bool) -> tuple[int, int] | None:
        """Return the least and the most that a measure could be; None where open rows leave it unbounded."""
        match measure:
            case Constant(value=value):
                return value, value
            case Count(table=table, kind=kind):
                found = self._counts.value(Wanted(measure, subtree), cell)
                open_count = _open(measure)
                rows = self._not_placed_in(table, cell, subtree)
                rows += 0 if open_count is None else self._rows(open_count, cell, subtree)
                if found is None or (rows and kind not in _BY_ROWS):
                    return None
                return found, found + rows
            case Combination(kind=kind, parts=parts):
                bounds = [self._bounds(part, cell, subtree) for part in parts]
                known = [bound for bound in bounds if bound is not None]
                if len(known) < len(bounds):
                    return None
                # Each kind is monotone in each part, so the extremes lie at the corners.
                corners = [combined(kind, corner) for corner in product(*known)]
                return min(corners), max(corners)

    def _rows(self, count: Count, cell: Cell, subtree: bool) -> int:
        return self._counts.value(Wanted(count, subtree), cell) or 0

    def _not_placed_in(self, table: str, cell: Cell, subtree: bool) -> int:
        return self._not_placed[subtree][table, cell.unit_code]

    def _wanted(self) -> Iterator[Wanted]:
        """Yield what is counted: the measures again, and beside each the rows that are open in it."""
        for code, measures in self._measures.items():
            subtree = self._rules[code][0].rollup == "subtree"
            for measure in (measures.numerator, measures.denominator):
                counts = tuple(counts_in(measure))
                nested = {count.within for count in counts if count.within is not None}
                for count in counts:
                    if count in nested:
                        continue
                    yield Wanted(count, subtree)
                    open_count = _open(count)
                    if open_count is not None:
                        yield Wanted(open_count, subtree)
            undecided = _undecided(measures)
            if undecided is not None:
                yield Wanted(undecided, subtree)

    def _rows_not_placed(self, engine: Engine) -> dict[bool, Counter[tuple[str, str]]]:
        """Return the rows of each table that may belong to the period, by unit: its own, and all below."""
        own: Counter[tuple[str, str]] = Counter()
        below: Counter[tuple[str, str]] = Counter()
        used = {count.table for m in self._measures.values() for count in _counts_of(m)}
        for table in sorted(used & set(engine.tables)):
            for tallied in engine.tally(table, []):
                if tallied.fate not in (QUARANTINED, UNDETERMINED):
                    continue
                if tallied.unit_code is None:
                    self.without_unit[table] += tallied.rows
                    continue
                own[table, tallied.unit_code] += tallied.rows
                below[table, tallied.unit_code] += tallied.rows
                for unit in self._units.ancestors(tallied.unit_code):
                    below[table, unit.code] += tallied.rows
        return {False: own, True: below}


def extremes_inside(numerator: int, denominator: int, inside: int, joining: int) -> list[tuple[int, int]]:
    """Return the counts with the extreme ratios, where a numerator lies inside its denominator.

    ``inside`` rows of the denominator may be in the numerator too; ``joining`` rows may be in both, in the
    denominator alone, or in neither. Every rule of points is monotone, so its extremes are among these.
    """
    larger = denominator + joining
    return [
        (numerator, denominator),
        (numerator, larger),
        (min(numerator + inside, denominator), denominator),
        (min(numerator + inside + joining, larger), larger),
    ]


def _with_groups(unit: UnitScore) -> Iterator[tuple[Score, GroupScore]]:
    groups = {group.group: group for group in unit.groups}
    return ((score, groups[score.group]) for score in unit.scores)


def _counts_of(measures: IndexMeasures) -> Iterator[Count]:
    yield from counts_in(measures.numerator)
    yield from counts_in(measures.denominator)


def _open(count: Count) -> Count | None:
    """Return the count of rows for which the condition of ``count`` is undetermined."""
    return None if count.where is None else Count(count.table, "rows", None, IsNull(count.where))


def _undecided(measures: IndexMeasures) -> Count | None:
    """Return the count of rows that are in the denominator while the numerator's condition is undetermined.

    None where the two do not count the rows of one table, one inside the other.
    """
    numerator, denominator = measures.numerator, measures.denominator
    if not (isinstance(numerator, Count) and isinstance(denominator, Count)):
        return None
    if numerator.within is not None or numerator.where is None:
        return None
    settled = None if denominator.where is None else Not(IsNull(denominator.where))
    return Count(numerator.table, "rows", None, and_(IsNull(numerator.where), settled))


def _lies_inside(numerator: Measure, denominator: Measure) -> bool:
    """Return whether everything that the numerator counts is counted in the denominator too."""
    if not (isinstance(numerator, Count) and isinstance(denominator, Count)):
        return False
    if numerator.within is not None:
        return numerator.within == denominator
    same_things = (numerator.table, numerator.kind, numerator.of) == (
        *(denominator.table, denominator.kind, denominator.of),
    )
    if not same_things or numerator.kind not in _BY_ROWS:
        return False
    match numerator.where:
        case _ if denominator.where is None or numerator.where == denominator.where:
            return True
        case Logic(operator="and", operands=operands):
            return denominator.where in operands
        case _:
            return False
