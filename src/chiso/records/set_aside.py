"""What is set aside before anything is counted, why, and how much: unknown units and superseded states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chiso.errors import Place, Problem, Text
from chiso.records.cells import identifier
from chiso.records.dataset import NOT_SET_ASIDE, QUARANTINED, SUPERSEDED, LoadedTable, QuarantinedRow
from chiso.records.small import UNKNOWN_UNIT
from chiso.records.typed_table import UNREADABLE, Part, TypedTable
from chiso.terms.text import folded
from chiso.terms.unit import UnitTree

_MISSING = Text(vi="để trống", en="is empty")


def settle_units(table: TypedTable, units: UnitTree) -> None:
    """Give every row its unit's code as the registry has it; set aside the rows whose unit none has.

    A unit may be given by its code, or by its name where only one unit of the registry bears it.
    """
    columns = [column.name for column in table.columns if column.name in ("unit_code", "unit_name")]
    if not columns:
        return
    texts = _codes_by_text(table, columns, units)
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


def _codes_by_text(table: TypedTable, columns: Iterable[str], units: UnitTree) -> dict[str, str]:
    """Return the unit's code for every text that the table uses for a unit the registry knows."""
    by_name: dict[str, list[str]] = {}
    for unit in units:
        by_name.setdefault(folded(unit.name), []).append(unit.code)
    matched = {}
    for column in columns:
        rows = table.connection.execute(
            f"SELECT DISTINCT {column} FROM {table.spec.name} WHERE {column} IS NOT NULL"
        ).fetchall()
        for (text,) in rows:
            codes = [text] if text in units else by_name.get(folded(text), [])
            if len(codes) == 1:
                matched[str(text)] = codes[0]
    return matched


def supersede(table: TypedTable) -> None:
    """Of several states of one key the newest stays: by its newest_by columns, then row order."""
    spec = table.spec
    keys = ", ".join(identifier(name) for name in spec.key)
    newest = "".join(f"{identifier(name)} DESC NULLS LAST, " for name in spec.newest_by)
    usable = f"FROM {spec.name} WHERE set_aside = {NOT_SET_ASIDE}"
    # Only keys whose hash comes up twice are looked at one by one. Three short statements: in one,
    # the planner would carry every row through the whole of it.
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash({keys}) AS h {usable} "
        "GROUP BY h HAVING count(*) > 1"
    )
    table.connection.execute(
        "CREATE OR REPLACE TEMP TABLE older AS SELECT row_id FROM ("
        f"SELECT rowid AS row_id, row_number() OVER (PARTITION BY {keys} ORDER BY {newest}rowid DESC) "
        f"AS place {usable} AND hash({keys}) IN (FROM repeated)) WHERE place > 1"
    )
    table.connection.execute(f"UPDATE {spec.name} SET set_aside = {SUPERSEDED} WHERE rowid IN (FROM older)")


def quarantined_rows(table: TypedTable, most: int) -> Iterator[QuarantinedRow]:
    """Yield where the table's first rows in quarantine stand, and why each is there."""
    rows = table.connection.execute(
        f"SELECT rowid, unread FROM {table.spec.name} WHERE set_aside = {QUARANTINED} "
        f"ORDER BY rowid LIMIT {max(most, 0)}"
    ).fetchall()
    for row_id, unread in rows:
        part = next(part for part in table.parts if part.first <= row_id < part.end)
        number = row_id - part.first + part.file.header_row + 1
        for column, reason in _reasons(table, part, row_id, unread):
            heading = None if column is None else part.file.heading(column)
            yield QuarantinedRow(str(part.file.path), number, heading, reason)


def _reasons(table: TypedTable, part: Part, row_id: int, unread: int) -> Iterator[tuple[str | None, Text]]:
    if row_id in part.broken:
        yield None, part.broken[row_id]
        return
    if not unread:
        yield "unit_code" if "unit_code" in part.file.recognised.positions else "unit_name", UNKNOWN_UNIT
    for position, column in enumerate(table.columns):
        if unread >> position & 1:
            missing = column.name in table.spec.required and column.kind not in UNREADABLE
            yield column.name, _MISSING if missing else UNREADABLE[column.kind]


def sealed(table: TypedTable) -> LoadedTable:
    """Return what the table holds, with its rows set aside counted."""
    (row,) = table.connection.execute(
        f"SELECT count(*), count(*) FILTER (set_aside = {QUARANTINED}), "
        f"count(*) FILTER (set_aside = {SUPERSEDED}) FROM {table.spec.name}"
    ).fetchall()
    present = [frozenset(part.file.recognised.positions) for part in table.parts]
    columns = frozenset.intersection(*present)
    if any("unit_name" in positions for positions in present):
        columns |= {"unit_code"}
    return LoadedTable(table.spec, columns, *row)


def lacking_notes(tables: Iterable[TypedTable]) -> Iterator[Problem]:
    """Yield a note for each column that some files of a table have and others lack."""
    for table in tables:
        union = {name for part in table.parts for name in part.file.recognised.positions}
        for part in table.parts:
            lacking = sorted(union - set(part.file.recognised.positions) - {"unit_name"})
            if lacking:
                yield Problem(
                    Text(
                        vi=f"Thiếu cột mà tệp khác của bảng {table.spec.name} có: {', '.join(lacking)}",
                        en=f"Lacks columns that other {table.spec.name} files have: {', '.join(lacking)}",
                    ),
                    Place(str(part.file.path)),
                )
