"""How source systems spell headings and values: the shipped mappings and the user's own, together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import yaml

from chiso.errors import Problem, RecordsError, Text
from chiso.records.mapping_file import SystemMapping, read_mapping
from chiso.records.sources.cell import Cell, is_blank
from chiso.terms.columns import ASSIGNMENTS, TABLES, ColumnSpec, TableSpec
from chiso.terms.text import folded, tone_styles

# Earlier ones win where two spell the same heading.
_SHIPPED = ("canonical", "national", "vietnamese", "igate", "thanh-hoa")
# How near a heading must be to a known one to be suggested; it is never taken for it.
_NEAR = 0.75


@dataclass(frozen=True)
class Recognised:
    """A file's table, the position of each canonical column found, and required columns not found.

    ``passed_over`` are further headings for a column that another heading already serves; ``seconds``
    are those of them that are read where the first is empty. ``constants`` hold for every row.
    """

    table: TableSpec
    positions: Mapping[str, int]
    missing: tuple[str, ...]
    passed_over: tuple[tuple[str, int], ...] = ()
    seconds: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def hits(self) -> int:
        """How many headings are columns of the table."""
        return len(self.positions)

    def cell(self, cells: Sequence[Cell], column: str) -> Cell:
        """Return what a row has in ``column``, the second heading's cell where the first is empty.

        None for a column that the file does not have.
        """
        if column not in self.positions:
            return None
        cell = cells[self.positions[column]]
        return cells[self.seconds[column]] if column in self.seconds and is_blank(cell) else cell

    @property
    def columns(self) -> frozenset[str]:
        """The columns that have a value, from the file or the mapping."""
        return frozenset(self.positions) | frozenset(self.constants)


class Spelling:
    """Several mappings together, earlier ones first in rank."""

    def __init__(
        self, mappings: Iterable[SystemMapping], tables: Mapping[str, TableSpec] | None = None
    ) -> None:
        """Take mappings for ``tables``, those of records unless others are given."""
        self.mappings = tuple(mappings)
        self.tables = TABLES if tables is None else tables

    def for_headings(self, headings: Iterable[str]) -> Spelling:
        """Return the spelling of a file: without mappings that are for files with other headings."""
        if not any(mapping.applies_when for mapping in self.mappings):
            return self
        there = set(map(folded, headings))
        fitting = (m for m in self.mappings if there.issuperset(map(folded, m.applies_when)))
        return Spelling(fitting, self.tables)

    def recognise(self, headings: Sequence[str]) -> Recognised | None:
        """Return the table whose columns most headings name, or None if fewer than two are known.

        Of tables with equally many, one whose required columns are all there comes first.
        """
        fitting = self.for_headings(headings)
        folded_headings = [folded(heading) for heading in headings]
        # Most rows that are looked at are rows of data.
        if sum(heading in fitting.all_headings for heading in folded_headings) < 2:
            return None
        found = [fitting._match(spec, folded_headings) for spec in self.tables.values()]
        best = max(found, key=lambda match: (match.hits, -len(match.missing)))
        return best if best.hits >= 2 else None

    def _match(self, spec: TableSpec, headings: Sequence[str]) -> Recognised:
        """Return which columns of ``spec`` the folded headings name.

        Of several headings that name one column, the one whose spelling stands first wins; one heading
        serves one column.
        """
        known = self._columns_by_spelling[spec.name]
        best: dict[str, tuple[int, int]] = {}
        named: list[tuple[str, int]] = []
        for position, heading in enumerate(headings):
            if heading in known:
                column, order = known[heading]
                named.append((column, position))
                if column not in best or order < best[column][0]:
                    best[column] = (order, position)
        positions = {column: best[column][1] for column in spec.columns if column in best}
        constants = {c: text for c, text in self.constants(spec.name).items() if c not in positions}
        there = {*positions, *constants}
        missing = tuple(
            # A unit may be given by name where no column holds its code.
            column
            for column in spec.required
            if column not in there and not (column == "unit_code" and "unit_name" in there)
        )
        passed_over = tuple((column, place) for column, place in named if positions[column] != place)
        return Recognised(spec, positions, missing, passed_over, constants=constants)

    @cached_property
    def _columns_by_spelling(self) -> Mapping[str, Mapping[str, tuple[str, int]]]:
        """Return, by table, folded spelling → column and the spelling's order among the column's own."""
        result: dict[str, dict[str, tuple[str, int]]] = {}
        for table, spec in self.tables.items():
            known: dict[str, tuple[str, int]] = {}
            # A user's mapping may give a heading another column than a shipped one does.
            for mapping in self.mappings:
                for column, spellings in mapping.table(table).columns.items():
                    for spelling in spellings:
                        order = self.known_spellings(spec, column).index(spelling)
                        known.setdefault(folded(spelling), (column, order))
            for column in spec.columns:
                known.setdefault(folded(column), (column, 0))
            result[table] = known
        return result

    def columns_by_heading(self, table: str) -> Mapping[str, str]:
        """Return the column of ``table`` that each known heading (folded) names."""
        return {heading: column for heading, (column, _) in self._columns_by_spelling[table].items()}

    @cached_property
    def all_headings(self) -> frozenset[str]:
        """Every known heading of every table, folded."""
        return frozenset(heading for known in self._columns_by_spelling.values() for heading in known)

    def known_spellings(self, spec: TableSpec, column: str) -> tuple[str, ...]:
        """Return every heading under which ``column`` is found, canonical name first."""
        spelt = [s for m in self.mappings for s in m.table(spec.name).columns.get(column, ())]
        return tuple(dict.fromkeys((column, *spelt)))

    def value_spellings(self, table: str, column: ColumnSpec) -> Mapping[str, str]:
        """Return spelling (folded) → canonical word for an enum or boolean column.

        Figures are also spelt as a spreadsheet may write them: ``9.0`` for 9.
        """
        words = ("true", "false") if column.kind == "boolean" else column.values
        name = "boolean" if column.kind == "boolean" else column.name
        result = {word: word for word in words}
        has_own = any(name in mapping.table(table).values for mapping in self.mappings)
        for mapping in self.mappings:
            own = mapping.table(table).values.get(name, {})
            # A table with words of its own does not take another table's.
            for spelt in (own,) if has_own else (own, mapping.values.get(name, {})):
                for word, others in spelt.items():
                    for other in others if word in words else ():
                        for text in _forms(other):
                            result.setdefault(text, word)
        return result

    def constants(self, table: str) -> Mapping[str, str]:
        """Return the values that a mapping gives every row of ``table``."""
        given: dict[str, str] = {}
        for mapping in reversed(self.mappings):
            given.update(mapping.table(table).constants)
        return given

    def source_of(self, table: str, heading: str) -> str | None:
        """Return the name of the mapping that knows a heading; None for canonical names."""
        wanted = folded(heading)
        for mapping in self.mappings:
            for spellings in mapping.table(table).columns.values():
                if any(folded(spelling) == wanted for spelling in spellings):
                    return mapping.mapping
        return None

    def is_personal(self, heading: str) -> bool:
        """Return whether a heading that is no column of ours stands over personal data."""
        text = folded(heading)
        return any(text.startswith(folded(word)) for m in self.mappings for word in m.personal)

    def doubt_about(self, table: str, heading: str) -> Text | None:
        """Return why a heading may mean something else in another system.

        None where it does not, or where a mapping of the user's says what it means.
        """
        source = self.source_of(table, heading)
        for mapping in self.mappings:
            for doubtful, why in mapping.doubtful.items():
                if folded(doubtful) == folded(heading) and source in (None, *_SHIPPED):
                    return why.text
        return None

    def other_list(self, column: str) -> Text | None:
        """Return how systems disagree on a column's codes."""
        return next((m.other_lists[column].text for m in self.mappings if column in m.other_lists), None)

    def near_miss(self, spec: TableSpec, heading: str) -> tuple[str, str] | None:
        """Return the known heading that is nearly this one, and its column: to be suggested, never taken."""
        spelt = {folded(s): (s, c) for c in spec.columns for s in self.known_spellings(spec, c)}
        near = difflib.get_close_matches(folded(heading), spelt, n=1, cutoff=_NEAR)
        return spelt[near[0]] if near else None


def _forms(spelling: str) -> Iterable[str]:
    text = folded(spelling)
    yield from tone_styles(text)
    if text.isdigit():
        yield f"{text}.0"


@cache
def shipped_spelling() -> Spelling:
    """Return the spelling of the mappings that chiso carries."""
    return Spelling(_shipped(name) for name in _SHIPPED)


@cache
def assignment_spelling() -> Spelling:
    """Return how tables of assignments are spelt; they are looked for in no other file."""
    return Spelling([_shipped("assignments")], {ASSIGNMENTS.name: ASSIGNMENTS})


def _shipped(name: str) -> SystemMapping:
    text = files("chiso.records").joinpath(f"mappings/{name}.yaml").read_text("utf-8")
    return SystemMapping.model_validate(yaml.safe_load(text))


def load_spelling(own: Iterable[Path]) -> Spelling:
    """Return the shipped spelling with the user's mappings before it; raises RecordsError with all faults."""
    problems: list[Problem] = []
    mappings: list[SystemMapping] = []
    for path in own:
        try:
            mappings.append(read_mapping(path))
        except RecordsError as error:
            problems.extend(error.problems)
    if problems:
        raise RecordsError(problems)
    return Spelling((*mappings, *shipped_spelling().mappings)) if mappings else shipped_spelling()
