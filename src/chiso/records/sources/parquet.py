"""Parquet files: typed columns, read by DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from chiso.errors import RecordsError
from chiso.records.sources.cell import Format, RawRow
from chiso.records.sources.container import Container, damaged

_ROWS_AT_A_TIME = 20_000
# Names and texts that are no UTF-8 end in errors of the binding's own.
_FAULTS = (duckdb.Error, RuntimeError, ValueError, OverflowError)
# What Python sees as the cells of other sources; anything else (lists, UUIDs, enums, …) is given as text.
_PLAIN = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)"
    r"|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?"
)


@dataclass(frozen=True)
class ParquetFile:
    """The rows of a Parquet file in their order."""

    container: Container
    headings: tuple[str, ...]
    format: Format = "parquet"
    name: str | None = None
    encoding: str | None = None
    separator: str | None = None
    hidden: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Yield every row; a moment with a zone is given in Vietnam's time."""
        with _connect(self.container) as connection:
            try:
                result = connection.execute(f"SELECT {_columns(connection)} FROM source")
                while chunk := result.fetchmany(_ROWS_AT_A_TIME):
                    for cells in chunk:
                        yield RawRow(cells)
            except _FAULTS as error:
                raise RecordsError(damaged(self.container.path)) from error


def open_parquet(container: Container) -> list[ParquetFile]:
    """Return the file with the names of its columns; raises RecordsError where it is damaged."""
    with _connect(container) as connection:
        try:
            described = connection.execute("DESCRIBE source").fetchall()
        except _FAULTS as error:
            raise RecordsError(damaged(container.path)) from error
    return [ParquetFile(container, tuple(str(row[0]) for row in described))]


def _connect(container: Container) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET preserve_insertion_order = true")
        # As a parameter the path is no pattern and cannot end its quotation.
        connection.from_parquet(_literal(str(container.path))).create_view("source")
    except _FAULTS as error:
        connection.close()
        raise RecordsError(damaged(container.path)) from error
    return connection


def _literal(path: str) -> str:
    """Return the path so that DuckDB does not take it for a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _columns(connection: duckdb.DuckDBPyConnection) -> str:
    """Return each column as Python shall see it: nested ones as text, moments in Vietnam's time."""
    parts = []
    for name, kind, *_ in connection.execute("DESCRIBE source").fetchall():
        column = '"' + name.replace('"', '""') + '"'
        if kind == "TIMESTAMP WITH TIME ZONE":
            column = f"make_timestamp(epoch_us({column}) + {7 * 3600 * 1_000_000})"
        elif kind == "BLOB":
            column = "NULL"
        elif not _PLAIN.fullmatch(kind):
            column = f"CAST({column} AS VARCHAR)"
        parts.append(column)
    return ", ".join(parts)
