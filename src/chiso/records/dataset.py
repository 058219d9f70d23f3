"""What was loaded: typed tables in a DuckDB connection, the registry, and every row's whereabouts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

import duckdb

from chiso.errors import Problem, Text
from chiso.records.part import Origin, Part
from chiso.records.sources.cell import sheet_label
from chiso.terms.columns import ColumnSpec, TableSpec
from chiso.terms.unit import UnitTree

# What is set aside before anything is counted; the column of that name in every typed table.
NOT_SET_ASIDE, QUARANTINED, SUPERSEDED = 0, 1, 2
# Titles, totals and the like stand among the records only until all of them are known.
NOT_A_RECORD = 3


@dataclass(frozen=True)
class SourceFile:
    """One file, or one sheet of it: what it was taken for, and how its rows fared.

    ``columns`` are canonical names with the headings as the file spells them. ``not_records`` counts
    the rows that are no records, by what they are: title, blank, group, total, repeated_header,
    column_numbers, note; they are not in ``rows_read``. ``recovered`` counts, by column, codes that the
    file holds as numbers and that were restored.
    """

    path: str
    table: str
    sha256: str
    header_row: int
    rows_read: int
    columns: Mapping[str, str]
    format: str = "csv"
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    not_records: Mapping[str, int] = field(default_factory=dict)
    recovered: Mapping[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The file's name for messages, with the sheet where it has several."""
        return sheet_label(self.path, self.sheet)


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that could not be used: where, and why. It never holds what stood in the row."""

    file: str
    row: int
    column: str | None
    reason: Text
    sheet: str | None = None
    # The canonical column; ``column`` is the heading as the file spells it.
    canonical: str | None = None

    @property
    def label(self) -> str:
        """The file's name for messages, with the sheet where it has several."""
        return sheet_label(self.file, self.sheet)


@dataclass(frozen=True)
class Unopened:
    """Rows of a store that were not read: those outside every period asked for, and older states."""

    outside: int = 0
    superseded: int = 0


NOTHING_UNOPENED = Unopened()


class Reach(Protocol):
    """What a run that only counts asks of records: which rows of a store cannot matter to it.

    Older states count nowhere, so that how many there are is all that it asks of them.
    """

    def cannot_hold(self, table: str, present: Mapping[str, frozenset[str]]) -> Callable[[Profile], bool]:
        """Return the proof that no row of a profile of ``table`` is in any period asked for.

        ``present`` are the columns that every file has, by table.
        """


@dataclass(frozen=True)
class Profile:
    """Rows that are alike in the state of a case and in which days they have.

    ``days`` are, by column, the first and the last day (None where no row has one) and whether some row has
    none. ``states`` are columns with the one value, a word's position or None, that all rows have.
    """

    rows: int
    days: Mapping[str, tuple[date | None, date | None, bool]]
    states: Mapping[str, int | None]


@dataclass(frozen=True)
class LoadedTable:
    """A typed table: its columns present in every file of it, and its rows set aside.

    ``parts`` tell which rows come from which file; the n-th of ``typed_columns`` has the n-th bit of
    ``unread``. Of these columns those ``beside`` set no row aside. ``unopened`` rows are
    among those read and those superseded; the table itself lacks them.
    """

    spec: TableSpec
    columns: frozenset[str]
    rows_read: int
    quarantined: int
    superseded: int
    parts: tuple[Part[Origin], ...] = ()
    typed_columns: tuple[ColumnSpec, ...] = ()
    beside: frozenset[str] = frozenset()
    unopened: Unopened = NOTHING_UNOPENED

    def place_of(self, position: int) -> tuple[str, int]:
        """Return the label of the file and the row number of a position in the table."""
        part = next(part for part in self.parts if part.first <= position < part.end)
        return part.file.label, part.row_number(position)


@dataclass(frozen=True)
class ReportedFigure:
    """A figure that no record shows, or the portal's own: counts, percent or points; all None is null.

    One count may stand without the other: whether that is of use, the catalogue says.
    """

    unit_code: str
    name: str
    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    points: Decimal | None
    period: str | None
    scope: str | None
    file: str
    row: int


class Cluster(Protocol):
    """Where the typed tables lie that are too large for this process; statements are in DuckDB's words."""

    def small_table(
        self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], types: Sequence[str]
    ) -> None:
        """Put a table of few rows beside the others."""

    def calendar(self, counts: Sequence[int]) -> None:
        """Put the calendar beside the tables: for each day how many working days there were up to it."""

    def fetch(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement that gives few."""


@dataclass(frozen=True)
class Records:
    """Everything read for a run. The typed tables live in ``connection`` under their own names.

    With a ``cluster`` they live there instead, ready to be counted but not to be listed.

    Units stand in them by the registry's codes. ``reported_unreadable`` counts the rows of reported
    figures that were set aside.
    """

    connection: duckdb.DuckDBPyConnection
    units: UnitTree
    tables: Mapping[str, LoadedTable]
    reported: tuple[ReportedFigure, ...]
    reported_unreadable: int
    files: tuple[SourceFile, ...]
    quarantine: tuple[QuarantinedRow, ...]
    notes: tuple[Problem, ...]
    # How many sheets and tables of the files hold something and are not read; the notes name them.
    unread: int = 0
    # What rows of a store were left out for, None where none were.
    reach: Reach | None = None
    cluster: Cluster | None = None
