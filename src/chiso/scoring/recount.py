"""Counting the same rows otherwise: other fates counted, or counted for other units.

The rows are tallied once by what can matter (their unit, fate, and whether they fulfil a count); every
other way of counting them is then added up in memory. It yields what the engine yields where nothing is
counted otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from chiso.catalogue.expression import Column, Expression, Literal_
from chiso.catalogue.formula import Count
from chiso.scoring.compile import IN_POPULATION, OUTSIDE, QUARANTINED, SUPERSEDED, Wanted
from chiso.scoring.counts import Cell, Counts
from chiso.scoring.engine import Engine, ListedRow
from chiso.terms.columns import CASES, TABLES
from chiso.terms.unit import UnitTree

_T = TypeVar("_T")
_TRUE = Literal_(True, "boolean")
_SET_ASIDE = (QUARANTINED, SUPERSEDED)


class Origin(NamedTuple):
    """Where a row stands before anything is counted.

    ``unit`` answers for it, ``recorded`` is the unit in the record. ``in_period`` says whether a row set
    aside would be of the period and not excluded. ``elsewhere`` is the unit that another list has the case
    under, None where that list lacks it; it is ``unit`` where there is no such list.
    """

    table: str
    unit: str | None
    recorded: str | None
    fate: int
    in_period: bool
    elsewhere: str | None


Included = Callable[[Origin], bool]
CountedFor = Callable[[Origin], str | None]


def as_counted(origin: Origin) -> bool:
    """Return whether a row counts as the catalogue says."""
    return origin.fate == IN_POPULATION


def with_fate(fate: int, table: str = CASES.name) -> Included:
    """Return that rows of one more fate count, if they are of the period."""
    return lambda origin: (
        as_counted(origin) or (origin.fate == fate and origin.in_period and origin.table == table)
    )


def listed_elsewhere(origin: Origin) -> bool:
    """Return whether a row counts and stands in the other list too."""
    return as_counted(origin) and origin.elsewhere is not None


def by_answering_unit(origin: Origin) -> str | None:
    """Return the unit that answers for a row."""
    return origin.unit


@dataclass(frozen=True)
class UnitsCounted:
    """For which unit a row counts, and the units whose rows do not go up to those above."""

    of: CountedFor = by_answering_unit
    not_rolled_up: frozenset[str] = frozenset()


class Recount:
    """The rows of an engine, ready to be counted otherwise; sums and extremes are not counted here."""

    def __init__(
        self,
        engine: Engine,
        wanted: Iterable[Wanted],
        elsewhere: Mapping[str, str] | None = None,
        known: Recount | None = None,
    ) -> None:
        """Tally what ``wanted`` counts; what ``known`` has tallied by the same rules is taken from there."""
        self._tables = engine.tables
        self._units: UnitTree = engine.records.units
        self._elsewhere = elsewhere
        self._wanted = [entry for entry in wanted if _countable(entry.count)]
        self._rows: dict[Count, dict[Origin, int]] = {}
        self._codes: dict[Count, dict[Origin, set[str]]] = {}
        counts = {part for entry in self._wanted for part in _with_within(entry.count)}
        for table in sorted({count.table for count in counts}):
            of_table = [count for count in counts if count.table == table]
            if known is not None and known._tables.get(table) == engine.tables.get(table):
                of_table = [count for count in of_table if not self._taken(count, known)]
            if table in engine.tables:
                self._tally_rows(engine, table, [count for count in of_table if count.kind == "rows"])
                for count in of_table:
                    if count.kind == "distinct":
                        self._tally_codes(engine, table, count)

    def _taken(self, count: Count, known: Recount) -> bool:
        if count in known._rows:
            self._rows[count] = known._rows[count]
        elif count in known._codes:
            self._codes[count] = known._codes[count]
        return count in self._rows or count in self._codes

    def counts(self, included: Included, units: UnitsCounted) -> Counts:
        """Return every wanted count over the rows included, for the units they count for."""
        values: dict[Cell, dict[Wanted, int | None]] = defaultdict(dict)
        codes: dict[Count, dict[str, set[str]]] = {}
        for entry in self._wanted:
            if entry.count.kind == "rows":
                own = self._own_rows(entry.count, included, units)
                for unit, rows in _rolled_up(own, entry.subtree, self._above(units)):
                    cell = values[Cell(unit)]
                    cell[entry] = (cell.get(entry) or 0) + rows
                continue
            sets = self._own_codes(entry.count, included, units, codes)
            together: dict[str, set[str]] = defaultdict(set)
            for unit, own_codes in _rolled_up(sets, entry.subtree, self._above(units)):
                together[unit] |= own_codes
            for unit, all_codes in together.items():
                values[Cell(unit)][entry] = len(all_codes)
        return Counts(values, {}, {}, ())

    def _own_rows(self, count: Count, included: Included, units: UnitsCounted) -> dict[str, int]:
        own: dict[str, int] = defaultdict(int)
        for origin, rows in self._rows.get(count, {}).items():
            unit = units.of(origin)
            if unit is not None and included(origin):
                own[unit] += rows
        return own

    def _own_codes(
        self,
        count: Count,
        included: Included,
        units: UnitsCounted,
        known: dict[Count, dict[str, set[str]]],
    ) -> dict[str, set[str]]:
        if count in known:
            return known[count]
        own: dict[str, set[str]] = defaultdict(set)
        for origin, codes in self._codes.get(count, {}).items():
            unit = units.of(origin)
            if unit is not None and included(origin):
                own[unit] |= codes
        if count.within is not None:
            inside = self._own_codes(count.within, included, units, known)
            own = {unit: codes & inside.get(unit, set()) for unit, codes in own.items()}
        known[count] = own
        return own

    def _above(self, units: UnitsCounted) -> Callable[[str], Iterator[str]]:
        def above(code: str) -> Iterator[str]:
            if code not in units.not_rolled_up:
                yield from (unit.code for unit in self._units.ancestors(code))

        return above

    def _tally_rows(self, engine: Engine, table: str, counts: Sequence[Count]) -> None:
        if not counts:
            return
        self._rows.update((count, {}) for count in counts)
        conditions = [count.where or _TRUE for count in counts]
        for row, origin, fulfilled in self._listed(engine, table, conditions):
            for count, holds in zip(counts, fulfilled, strict=True):
                if holds:
                    of_count = self._rows[count]
                    of_count[origin] = of_count.get(origin, 0) + row.rows

    def _tally_codes(self, engine: Engine, table: str, count: Count) -> None:
        assert count.of is not None  # a distinct count says of what
        found: dict[Origin, set[str]] = {}
        self._codes[count] = found
        for _, origin, (holds, code) in self._listed(engine, table, [count.where or _TRUE, count.of]):
            if holds and code is not None:
                found.setdefault(origin, set()).add(str(code))

    def _listed(
        self, engine: Engine, table: str, selected: Sequence[Expression]
    ) -> Iterator[tuple[ListedRow, Origin, tuple[object, ...]]]:
        """Yield each row (or kind of row) with its origin and the values of ``selected``."""
        rules = engine.tables[table]
        placing = [rules.population, *(exclusion.when for exclusion in rules.exclusions)]
        named = [Column("unit_code", "text")] if "unit_code" in TABLES[table].columns else []
        by_case = self._elsewhere is not None and table == CASES.name
        keys: list[Expression] = [*named, *([Column("case_id", "text")] if by_case else []), *placing]
        listing = engine.rows if by_case else engine.tally
        for row in listing(table, [*keys, *selected]):
            values = list(row.values)
            own = values.pop(0) if named else None
            recorded = None if own is None else str(own)
            elsewhere = row.unit_code
            if by_case and self._elsewhere is not None:
                elsewhere = self._elsewhere.get(str(values.pop(0)))
            population, *excluded = values[: len(placing)]
            # What is set aside was never placed: it is of the period if its own days say so.
            in_period = row.fate != OUTSIDE
            if row.fate in _SET_ASIDE:
                in_period = population is not False and True not in excluded
            origin = Origin(table, row.unit_code, recorded, row.fate, in_period, elsewhere)
            yield row, origin, tuple(values[len(placing) :])


def _countable(count: Count) -> bool:
    return count.kind in ("rows", "distinct")


def _with_within(count: Count) -> Iterator[Count]:
    yield count
    if count.within is not None:
        yield from _with_within(count.within)


def _rolled_up(
    own: Mapping[str, _T], subtree: bool, above: Callable[[str], Iterator[str]]
) -> Iterator[tuple[str, _T]]:
    for unit, found in own.items():
        yield unit, found
        if subtree:
            for ancestor in above(unit):
                yield ancestor, found
