"""Rows behind an index: each row of a table is one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chiso.catalogue.expression import Column, Expression, Literal_
from chiso.catalogue.formula import Count
from chiso.errors import Text
from chiso.scoring.compile import IN_POPULATION
from chiso.scoring.deciding import Truths, deciding
from chiso.scoring.engine import Engine
from chiso.scoring.standing import (
    SignedCount,
    Standing,
    StandingRecord,
    holds,
    of_failing,
    of_fate,
    parts_of,
    truths_of,
)
from chiso.terms.columns import TABLES, record_id

_NOTHING_TO_COUNT = Text(vi="ô cần tính để trống", en="the value to be counted is empty")

Amounts = Mapping[Expression, object]


class RowScan:
    """Judges the rows of one table for the counts of an index that count, sum or compare rows of it."""

    def __init__(
        self,
        engine: Engine,
        table: str,
        numerator: Sequence[SignedCount],
        denominator: Sequence[SignedCount],
        units: Sequence[str],
    ) -> None:
        self._engine = engine
        self._table = TABLES[table]
        self._units = units
        self._rules = engine.tables[table]
        self._numerator = [entry for entry in numerator if entry.count.table == table]
        self._denominator = [entry for entry in denominator if entry.count.table == table]
        counts = [entry.count for entry in (*self._numerator, *self._denominator)]
        self._parts = parts_of([self._rules.population, *(count.where for count in counts)])
        self._amounts = tuple(dict.fromkeys(count.of for count in counts if count.of is not None))
        self._known: dict[tuple[object, ...], Standing | None] = {}

    def tally(self) -> Iterator[tuple[str, Standing, int]]:
        """Yield the table, a standing, and a number of rows that have it; a standing may come again."""
        name = self._table.name
        for row in self._engine.tally(name, [*self._parts, *self._amounts], self._units):
            standing = self._standing(row.fate, row.values)
            if standing is not None:
                yield name, standing, row.rows

    def records(self) -> Iterator[StandingRecord]:
        """Yield every row that is not in quarantine, in the order in which it was read."""
        name = self._table.name
        read = {column.name for column in self._engine.records.tables[name].typed_columns}
        own: list[Expression] = [Column(column, "text") for column in self._table.own_key if column in read]
        has_officer = "officer_code" in read
        officer: Expression = Column("officer_code", "text") if has_officer else Literal_(None, "null")
        judged = len(own) + 1
        for row in self._engine.rows(name, [*own, officer, *self._parts, *self._amounts], self._units):
            standing = self._standing(row.fate, row.values[judged:])
            if standing is None:
                continue
            number = record_id(row.values[: len(own)])
            code = row.values[len(own)]
            yield StandingRecord(name, number, row.unit_code, None if code is None else str(code), standing)

    def _standing(self, fate: int, values: tuple[object, ...]) -> Standing | None:
        key = (fate, *values)
        if key not in self._known:
            self._known[key] = self._judged(fate, values)
        return self._known[key]

    def _judged(self, fate: int, values: tuple[object, ...]) -> Standing | None:
        truths = truths_of(self._parts, values[: len(self._parts)])
        if fate != IN_POPULATION:
            return of_fate(fate, self._table.name, self._rules, truths)
        amounts = dict(zip(self._amounts, values[len(self._parts) :], strict=True))
        numerator = sum(_weight(entry, truths, amounts) for entry in self._numerator)
        denominator = sum(_weight(entry, truths, amounts) for entry in self._denominator)
        if numerator > 0:
            return Standing("counted", None, None, numerator, denominator)
        if any(_is_met(entry.count, truths, amounts) for entry in self._denominator):
            # What is summed or compared may be 0 or less and counts all the same.
            by_rows = bool(self._numerator) and all(e.count.kind == "rows" for e in self._numerator)
            standing = of_failing(self._numerator, truths) if by_rows else Standing("counted")
            return replace(standing, numerator=numerator, denominator=denominator)
        return self._outside(truths)

    def _outside(self, truths: Truths) -> Standing:
        """Return the standing of a row of the period that the index does not ask about."""
        where = (self._denominator or self._numerator)[0].count.where
        if where is None or holds(where, truths) is True:
            return Standing("outside", told=_NOTHING_TO_COUNT)
        return Standing("outside", deciding(where, truths, self._table.name))


def _is_met(count: Count, truths: Truths, amounts: Amounts) -> bool:
    return holds(count.where, truths) is True and (count.of is None or amounts[count.of] is not None)


def _weight(entry: SignedCount, truths: Truths, amounts: Amounts) -> int:
    count = entry.count
    if not _is_met(count, truths, amounts):
        return 0
    return entry.sign if count.of is None else entry.sign * int(amounts[count.of])  # type: ignore[call-overload]
