"""Headings → columns: which table a file holds, and how its columns and values are spelt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from chiso.terms.columns import TABLES, ColumnSpec, TableSpec
from chiso.terms.text import folded


@dataclass(frozen=True)
class Recognised:
    """A file's table, the position of each canonical column found, and required columns not found.

    ``passed_over`` are further headings for a column that another heading already serves.
    """

    table: TableSpec
    positions: Mapping[str, int]
    missing: tuple[str, ...]
    passed_over: tuple[tuple[str, int], ...] = ()

    @property
    def hits(self) -> int:
        """How many headings are columns of the table."""
        return len(self.positions)


def recognise(headings: Sequence[str]) -> Recognised | None:
    """Return the table whose columns most headings name, or None if fewer than two are known.

    Of tables with equally many, one whose required columns are all there comes first.
    """
    folded_headings = [folded(heading) for heading in headings]
    found = [_match(spec, folded_headings) for spec in TABLES.values()]
    best = max(found, key=lambda match: (match.hits, -len(match.missing)))
    return best if best.hits >= 2 else None


def _match(spec: TableSpec, headings: Sequence[str]) -> Recognised:
    """Return which columns of ``spec`` the folded headings name.

    Of several headings that name one column, the one whose spelling stands first wins; one heading
    serves one column.
    """
    known = _columns_by_spelling(spec.name)
    best: dict[str, tuple[int, int]] = {}
    named: list[tuple[str, int]] = []
    for position, heading in enumerate(headings):
        if heading in known:
            column, order = known[heading]
            named.append((column, position))
            if column not in best or order < best[column][0]:
                best[column] = (order, position)
    positions = {column: best[column][1] for column in spec.columns if column in best}
    missing = tuple(column for column in spec.required if not _has(column, positions))
    passed_over = tuple((column, position) for column, position in named if positions[column] != position)
    return Recognised(spec, positions, missing, passed_over)


def _has(column: str, positions: Mapping[str, int]) -> bool:
    # A unit may be given by name where no column holds its code.
    return column in positions or (column == "unit_code" and "unit_name" in positions)


def known_spellings(spec: TableSpec, column: str) -> tuple[str, ...]:
    """Return every heading under which ``column`` is found, canonical name first."""
    return (column, *_column_spellings(spec.name, column))


def value_spellings(table: str, column: ColumnSpec) -> Mapping[str, str]:
    """Return spelling (folded) → canonical word for an enum or boolean column."""
    data = _spellings()
    words = ("true", "false") if column.kind == "boolean" else column.values
    name = "boolean" if column.kind == "boolean" else column.name
    own = data["table_values"].get(table, {}).get(name)
    spelt = own if own is not None else data["values"].get(name, {})
    result = {word: word for word in words}
    for word, others in spelt.items():
        if word in words:
            result.update({folded(other): word for other in others})
    return result


@cache
def _columns_by_spelling(table: str) -> Mapping[str, tuple[str, int]]:
    """Return folded spelling → column and the spelling's order among the column's own."""
    known: dict[str, tuple[str, int]] = {}
    for column in TABLES[table].columns:
        for order, spelling in enumerate((column, *_column_spellings(table, column))):
            known.setdefault(folded(spelling), (column, order))
    return known


def _column_spellings(table: str, column: str) -> tuple[str, ...]:
    return tuple(_spellings()["columns"].get(table, {}).get(column, ()))


@cache
def _spellings() -> dict[str, dict[str, dict[str, dict[str, list[str]]]]]:
    text = files("chiso.records").joinpath("mappings/spellings.yaml").read_text("utf-8")
    data: dict[str, dict[str, dict[str, dict[str, list[str]]]]] = yaml.safe_load(text)
    return data
