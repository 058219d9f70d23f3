"""What was loaded: typed tables in a DuckDB connection, the registry, and every row's whereabouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from chiso.errors import Problem, Text
from chiso.terms.columns import TableSpec
from chiso.terms.unit import UnitTree

# What is set aside before anything is counted; the column of that name in every typed table.
NOT_SET_ASIDE, QUARANTINED, SUPERSEDED = 0, 1, 2


@dataclass(frozen=True)
class SourceFile:
    """One file read: what it was taken for, and how its rows fared."""

    path: str
    table: str
    sha256: str
    separator: str
    header_row: int
    rows_read: int
    columns: Mapping[str, str]


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that could not be used: where, and why. It never holds what stood in the row."""

    file: str
    row: int
    column: str | None
    reason: Text


@dataclass(frozen=True)
class LoadedTable:
    """A typed table: its columns present in every file of it, and its rows set aside."""

    spec: TableSpec
    columns: frozenset[str]
    rows_read: int
    quarantined: int
    superseded: int


@dataclass(frozen=True)
class ReportedFigure:
    """A figure that no record shows, or the portal's own: counts, percent or points; all None is null."""

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


@dataclass(frozen=True)
class Records:
    """Everything read for a run. The typed tables live in ``connection`` under their own names.

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
