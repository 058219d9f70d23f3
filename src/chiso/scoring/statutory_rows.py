"""The rows of a statutory form: units in the order of their tree, with a sum for each parent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chiso.terms.unit import Unit, UnitTree

RowKind = Literal["unit", "sum", "field", "total"]
Values = Mapping[str, int | None]


@dataclass(frozen=True)
class FormRow:
    """What stands in each column for a unit, a field, a parent with all units below it, or in total.

    ``unit`` is there for a unit and for a sum; a field has a code or a name or both, and neither where
    records tell none. A count is None where the records do not tell it. A sum and a total go over the
    rows of single units or fields from the ``first`` row of the form on up to themselves.
    """

    kind: RowKind
    unit: Unit | None
    field_id: str | None
    field_name: str | None
    counts: Values
    first: int = 0


def by_unit(registry: UnitTree, chosen: Sequence[Unit], values: Callable[[Unit], Values]) -> list[FormRow]:
    """Return a row for each of ``chosen``, each followed by those below it, and the sums of parents.

    A parent has a sum where more than one row stands in it, yet not all: that is the total.
    """
    wanted = {unit.code for unit in chosen}
    # What has nobody chosen in it is not visited.
    visited = wanted | {above.code for unit in chosen for above in registry.ancestors(unit.code)}
    children: dict[str | None, list[Unit]] = {}
    for unit in registry:
        parent = unit.parent_code if unit.parent_code in registry else None
        if unit.code in visited:
            children.setdefault(parent, []).append(unit)
    rows: list[FormRow] = []
    # A sum that goes over the same rows as the one just above it says nothing new.
    summed: set[tuple[int, int]] = set()

    def visit(unit: Unit) -> None:
        first = len(rows)
        if unit.code in wanted:
            rows.append(FormRow("unit", unit, None, None, values(unit)))
        for child in children.get(unit.code, ()):
            visit(child)
        single = [row for row in rows[first:] if row.kind == "unit"]
        if unit.code in children and 1 < len(single) < len(chosen) and (first, len(single)) not in summed:
            summed.add((first, len(single)))
            rows.append(FormRow("sum", unit, None, None, added(single), first))

    for top in children.get(None, ()):
        visit(top)
    return rows


def total_of(rows: Sequence[FormRow], none: Values) -> FormRow:
    """Return the total of the rows of single units or fields; ``none`` is that of no row at all."""
    single = [row for row in rows if row.kind != "sum"]
    return FormRow("total", None, None, None, added(single) if single else none)


def added(rows: Sequence[FormRow]) -> Values:
    """Return the sum of every column over one or more rows; None where a row does not know it."""
    total: dict[str, int | None] = {}
    for code in rows[0].counts:
        parts = [row.counts[code] for row in rows]
        known = [part for part in parts if part is not None]
        total[code] = sum(known) if len(known) == len(parts) else None
    return total
