"""The integers of a run: what each unit (and split key) counts, and the fate of every row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chiso.catalogue.formula import Combination, CombinationKind, Constant, Count, Measure
from chiso.scoring.compile import Wanted


@dataclass(frozen=True)
class Cell:
    """Where a count belongs: a unit, and one key of the split ("" where a row has none)."""

    unit_code: str
    key: str | None = None


@dataclass(frozen=True)
class ExcludedRows:
    """Rows of the period left out, by reason (vi, en)."""

    vi: str
    en: str
    rows: int


@dataclass(frozen=True)
class Fates:
    """Where the rows of one table went; the parts add up to ``rows_read``.

    ``earlier`` says how many of the rows outside the period are earlier figures that an index rests on.
    """

    table: str
    rows_read: int
    in_population: int
    outside_period: int
    excluded: tuple[ExcludedRows, ...]
    quarantined: int
    earlier: int = 0

    @property
    def accounted(self) -> int:
        """The sum of all fates."""
        excluded = sum(entry.rows for entry in self.excluded)
        return self.in_population + self.outside_period + excluded + self.quarantined


@dataclass(frozen=True)
class Counts:
    """Integers by cell; a cell that is absent had no row.

    ``rows`` says how many rows of which table a cell has in the population, those of units below
    included; ``key_names`` names the split's keys.
    """

    values: Mapping[Cell, Mapping[Wanted, int | None]]
    rows: Mapping[Cell, Mapping[str, int]]
    key_names: Mapping[str, str]
    fates: tuple[Fates, ...]

    def value(self, wanted: Wanted, cell: Cell) -> int | None:
        """Return the integer; 0 where no row counted, None for a minimum or maximum of nothing."""
        found = self.values.get(cell, {}).get(wanted)
        if found is None and wanted.count.kind not in ("min", "max"):
            return 0
        return found


def evaluate(measure: Measure, counts: Counts, cell: Cell, *, subtree: bool) -> int | None:
    """Return the integer that ``measure`` gives in ``cell``; None where nothing was measured."""
    match measure:
        case Constant(value=value):
            return value
        case Count():
            return counts.value(Wanted(measure, subtree), cell)
        case Combination(kind=kind, parts=parts):
            values = [evaluate(part, counts, cell, subtree=subtree) for part in parts]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            return combined(kind, known)


def combined(kind: CombinationKind, values: Sequence[int]) -> int:
    """Return what the parts of a combination come to."""
    first, *others = values
    match kind:
        case "add":
            return sum(values)
        case "subtract":
            return first - sum(others)
        case "multiply":
            return math.prod(values)
        case _:
            return max(values)
