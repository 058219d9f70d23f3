"""The records behind an index, each with its state and the clause that decided.

Where an index counts rows, each row of its tables is a record. Where it counts distinct codes, each code
is one. What they add to numerator and denominator sums up to both, unless a measure multiplies or takes
the least or largest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from chiso.scoring.code_scan import CodeScan
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures
from chiso.scoring.row_scan import RowScan
from chiso.scoring.standing import SignedCount, Standing, StandingRecord, adds_up, signed_counts


class RecordsBehind:
    """The records of some units behind one index, in all states but those in quarantine."""

    def __init__(self, engine: Engine, measures: IndexMeasures, units: Sequence[str]) -> None:
        self._engine = engine
        self._units = units
        self._numerator = tuple(signed_counts(measures.numerator))
        self._denominator = tuple(signed_counts(measures.denominator))
        self.adds_up = adds_up(measures.numerator) and adds_up(measures.denominator)

    def tally(self) -> list[tuple[str, Standing, int]]:
        """Return table, standing and number of records, one row for each; a code's is the denominator's."""
        found: Counter[tuple[str, Standing]] = Counter()
        for scan in self._row_scans:
            for table, standing, rows in scan.tally():
                found[table, standing] += rows
        found.update((record.table, record.standing) for record in self._codes)
        return [(table, standing, records) for (table, standing), records in found.items()]

    def records(self) -> Iterator[StandingRecord]:
        """Yield every record: rows in the order in which they were read, then codes in their own order."""
        for scan in self._row_scans:
            yield from scan.records()
        yield from self._codes

    @cached_property
    def _row_scans(self) -> tuple[RowScan, ...]:
        numerator, denominator = _of_rows(self._numerator), _of_rows(self._denominator)
        tables = dict.fromkeys(entry.count.table for entry in (*denominator, *numerator))
        return tuple(RowScan(self._engine, table, numerator, denominator, self._units) for table in tables)

    @cached_property
    def _codes(self) -> tuple[StandingRecord, ...]:
        numerator, denominator = _of_codes(self._numerator), _of_codes(self._denominator)
        if not numerator and not denominator:
            return ()
        return tuple(CodeScan(self._engine, numerator, denominator, self._units).records())


def _of_rows(counts: Sequence[SignedCount]) -> list[SignedCount]:
    return [entry for entry in counts if entry.count.kind != "distinct"]


def _of_codes(counts: Sequence[SignedCount]) -> list[SignedCount]:
    return [entry for entry in counts if entry.count.kind == "distinct"]
