"""What is set aside before anything is counted, why, and how much: unknown units and superseded states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import duckdb

from chiso.errors import Place, Problem, Text
from chiso.records.cells import MAY_BE_UNREADABLE, identifier
from chiso.records.dataset import (
    NOT_A_RECORD,
    NOT_SET_ASIDE,
    QUARANTINED,
    SUPERSEDED,
    LoadedTable,
    QuarantinedRow,
)
from chiso.records.part import Origin, Part
from chiso.records.reasons import MISSING
from chiso.records.small import UNKNOWN_UNIT
from chiso.records.typed_table import TypedTable
from chiso.terms.columns import ColumnSpec, TableSpec
from chiso.terms.text import folded
from chiso.terms.unit import UnitTree


def settle_units(table: TypedTable, units: UnitTree) -> None:
    """Give every row its unit's code as the registry has it; set aside the rows whose unit none has.

    A unit may be given by its code, or by its name where only one unit of the registry bears it.
    """
    columns = [column.name for column in table.columns if column.name in ("unit_code", "unit_name")]
    if not columns:
        return
    texts = codes_by_text(_spellings(table, columns), units)
    known = "(SELECT unnest(CAST($texts AS VARCHAR[])) AS known, unnest(CAST($codes AS VARCHAR[])) AS code)"
    pairs = {"texts": list(texts), "codes": list(texts.values())}
    name = table.spec.name
    if "unit_name" in columns:
        # Where the code is lacking or no registry has it, the name decides.
        table.connection.execute(
            f"UPDATE {name} SET unit_code = unit_name FROM {known} WHERE unit_name = known AND "
            f"(unit_code IS NULL OR unit_code NOT IN (SELECT unnest(CAST($texts AS VARCHAR[]))))",
            pairs,
        )
    table.connection.execute(
        f"UPDATE {name} SET unit_code = code FROM {known} WHERE unit_code = known AND known <> code", pairs
    )
    table.connection.execute(
        f"UPDATE {name} SET set_aside = {QUARANTINED} WHERE set_aside = {NOT_SET_ASIDE} "
        "AND (unit_code IS NULL OR unit_code NOT IN (SELECT unnest(CAST($codes AS VARCHAR[]))))",
        {"codes": pairs["codes"]},
    )


def _spellings(table: TypedTable, columns: Iterable[str]) -> Iterator[str]:
    """Yield the texts that a table uses for units."""
    for column in columns:
        rows = table.connection.execute(
            f"SELECT DISTINCT {column} FROM {table.spec.name} WHERE {column} IS NOT NULL"
        ).fetchall()
        yield from (str(text) for (text,) in rows)


def codes_by_text(texts: Iterable[str], units: UnitTree) -> dict[str, str]:
    """Return the unit's code for every text that stands for a unit the registry knows."""
    by_name: dict[str, list[str]] = {}
    for unit in units:
        by_name.setdefault(folded(unit.name), []).append(unit.code)
    matched = {}
    for text in texts:
        codes = [text] if text in units else by_name.get(folded(text), [])
        if len(codes) == 1:
            matched[text] = codes[0]
    return matched


def supersede(connection: duckdb.DuckDBPyConnection, spec: TableSpec, name: str) -> None:
    """Of several states of one key in table ``name`` the newest stays: by newest_by, then row order."""
    keys = ", ".join(identifier(column) for column in spec.key)
    newest = "".join(f"{identifier(column)} DESC NULLS LAST, " for column in spec.newest_by)
    usable = f"FROM {name} WHERE set_aside = {NOT_SET_ASIDE}"
    # Only keys whose hash comes up twice are looked at one by one. Three short statements: in one,
    # the planner would carry every row through the whole of it.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash({keys}) AS h {usable} "
        "GROUP BY h HAVING count(*) > 1"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE older AS SELECT row_id FROM ("
        f"SELECT rowid AS row_id, row_number() OVER (PARTITION BY {keys} ORDER BY {newest}rowid DESC) "
        f"AS place {usable} AND hash({keys}) IN (FROM repeated)) WHERE place > 1"
    )
    connection.execute(f"UPDATE {name} SET set_aside = {SUPERSEDED} WHERE rowid IN (FROM older)")


def leave_out(table: TypedTable) -> None:
    """Delete the rows that are no records; their places stay empty, so that row numbers still hold."""
    table.connection.execute(f"DELETE FROM {table.spec.name} WHERE set_aside = {NOT_A_RECORD}")


def quarantined_rows(
    records: duckdb.DuckDBPyConnection, table: LoadedTable, most: int | None
) -> Iterator[QuarantinedRow]:
    """Yield where a table's rows in quarantine stand (the first ``most`` of them), and why each is there."""
    limit = "" if most is None else f"LIMIT {max(most, 0)}"
    rows = records.execute(
        f"SELECT rowid, unread FROM {table.spec.name} WHERE set_aside = {QUARANTINED} ORDER BY rowid {limit}"
    ).fetchall()
    yield from quarantined_at(table, rows)


def quarantined_at(table: LoadedTable, rows: Iterable[tuple[int, int]]) -> Iterator[QuarantinedRow]:
    """Yield why rows are in quarantine, given by their positions and their bits of ``unread``."""
    for row_id, unread in rows:
        part = next(part for part in table.parts if part.first <= row_id < part.end)
        for column, reason in _reasons(table, part, row_id, unread):
            heading = None if column is None else part.file.heading(column)
            name = part.file.sheet_name
            yield QuarantinedRow(str(part.file.path), part.row_number(row_id), heading, reason, name, column)


def _reasons(
    table: LoadedTable, part: Part[Origin], row_id: int, unread: int
) -> Iterator[tuple[str | None, Text]]:
    if row_id in part.broken:
        yield None, part.broken[row_id]
        return
    faults = dict(part.cell_faults.get(row_id, ()))
    yield from faults.items()
    for position, column in enumerate(table.typed_columns):
        if unread >> position & 1 and column.name not in faults:
            yield column.name, _reason(column, part, required=column.name in table.spec.required)
    if not unread and not faults:
        yield "unit_code" if "unit_code" in part.file.headed else "unit_name", UNKNOWN_UNIT


def _reason(column: ColumnSpec, part: Part[Origin], *, required: bool) -> Text:
    if required and column.kind not in MAY_BE_UNREADABLE:
        return MISSING
    reason = part.file.reason(column)
    # Of a required day only this is known: that there is none to be read.
    return Text(f"{MISSING.vi}, hoặc {reason.vi}", f"{MISSING.en}, or {reason.en}") if required else reason


def sealed(table: TypedTable) -> LoadedTable:
    """Return what the table holds, with its rows set aside counted."""
    (row,) = table.connection.execute(
        f"SELECT count(*), count(*) FILTER (set_aside = {QUARANTINED}), "
        f"count(*) FILTER (set_aside = {SUPERSEDED}) FROM {table.spec.name}"
    ).fetchall()
    rows, quarantined, superseded = row
    columns = columns_of_all(table.parts)
    return LoadedTable(
        *(table.spec, columns, rows, quarantined, superseded, tuple(table.parts), table.columns, table.beside)
    )


def columns_of_all(parts: Sequence[Part[Origin]]) -> frozenset[str]:
    """Return the columns that every file of a table has; a unit's name does for its code."""
    present = [part.file.columns for part in parts]
    columns = frozenset.intersection(*present)
    return columns | {"unit_code"} if any("unit_name" in there for there in present) else columns


def lacking_notes(tables: Iterable[LoadedTable]) -> Iterator[Problem]:
    """Yield a note for each column that some files of a table have and others lack."""
    for table in tables:
        union = {name for part in table.parts for name in part.file.columns}
        for part in table.parts:
            lacking = sorted(union - part.file.columns - {"unit_name"})
            if lacking:
                name = table.spec.name
                yield Problem(
                    Text(
                        vi=f"Thiếu cột mà tệp khác của bảng {name} có: {', '.join(lacking)}",
                        en=f"Lacks columns that other {name} files have: {', '.join(lacking)}",
                    ),
                    Place(part.file.label),
                )
