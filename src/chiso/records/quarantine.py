"""What was set aside, row by row: forms to correct it, and older states with the rule that chose.

Of a row only what cannot be a person's gets into a form: dates, amounts, words of a list, codes. What
might be is left as it is in the file, and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from chiso.errors import Text
from chiso.records.cells import identifier
from chiso.records.corrections import AS_IN_FILE
from chiso.records.dataset import NOT_SET_ASIDE, SUPERSEDED, LoadedTable, QuarantinedRow, Records
from chiso.records.part import Origin, Part
from chiso.records.personal_text import may_be_personal_code
from chiso.records.set_aside import quarantined_rows
from chiso.records.sources.cell import Cell, shown
from chiso.records.table_file import TableFile, rows_of
from chiso.records.textual import textual
from chiso.records.typed_table import rows_by_line
from chiso.terms.columns import ColumnSpec, TableSpec
from chiso.terms.text import folded
from chiso.terms.unit import UnitTree

_CODE = re.compile(r"(?=.*[0-9])[A-Za-zĐđ0-9][A-Za-zĐđ0-9./_-]{0,39}")


@dataclass(frozen=True)
class FormRow:
    """One row to correct: where it stands, why it was set aside, and what is safe to show of it."""

    file: str
    sheet: str
    row: int
    sha256: str
    reasons: tuple[QuarantinedRow, ...]
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """The rows of one table to correct; ``columns`` are those of the table that its files have."""

    table: TableSpec
    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]


def correction_forms(records: Records) -> Iterator[Form]:
    """Yield a form for each table that has rows in quarantine."""
    hashes = {(source.path, source.sheet or ""): source.sha256 for source in records.files}
    for table in records.tables.values():
        if not table.quarantined:
            continue
        there = {name for part in table.parts for name in part.file.headed}
        columns = tuple(
            column.name
            for column in table.typed_columns
            # What stands in a cell beside may be anything, and nobody has looked at it.
            if column.name in {*there, *table.spec.required, "unit_code"} - table.beside
        )
        reasons: dict[tuple[str, str, int], list[QuarantinedRow]] = {}
        for fault in quarantined_rows(records.connection, table, None):
            reasons.setdefault((fault.file, fault.sheet or "", fault.row), []).append(fault)
        rows: list[FormRow] = []
        for part in table.parts:
            path, sheet = str(part.file.path), part.file.sheet_name or ""
            wanted = {row for file, name, row in reasons if (file, name) == (path, sheet)}
            for number, cells in _shown_rows(part, wanted, columns, records.units):
                faults = tuple(reasons[path, sheet, number])
                at_fault = {fault.canonical for fault in faults}
                # What is at fault has to be written anew.
                safe = {name: "" if name in at_fault else cells[name] for name in columns}
                rows.append(FormRow(part.file.path.name, sheet, number, hashes[path, sheet], faults, safe))
        yield Form(table.spec, columns, tuple(rows))


def _shown_rows(
    part: Part[Origin], wanted: Collection[int], columns: Sequence[str], units: UnitTree
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the wanted rows of a part by number, with what is safe to show of them."""
    if isinstance(part.file, TableFile):
        yield from safe_rows(cast(Part[TableFile], part), wanted, columns, units)
        return
    for position, cells in part.safe_cells.items():
        number = part.row_number(position)
        if number in wanted:
            yield number, {name: cells.get(name, "") for name in columns}


def safe_rows(
    part: Part[TableFile], wanted: Collection[int], columns: Sequence[str], units: UnitTree
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the wanted rows of a file by number, with what is safe to show of each of the columns.

    A cell that holds more is ``AS_IN_FILE``; of a row whose cells cannot be told apart all are empty.
    """
    if not wanted:
        return
    if part.by_line:
        positions = {part.first + number - part.row_number(part.first) for number in wanted}
        for position, cells in rows_by_line(part, positions):
            yield part.row_number(position), _safe_cells(part.file, cells, columns, units)
        return
    last = max(wanted)
    for position, row in enumerate(rows_of(part.file), start=part.first):
        number = part.row_number(position)
        if number in wanted:
            yield number, _safe_cells(part.file, row.cells, columns, units)
        if number >= last:
            return


def _safe_cells(
    file: TableFile, cells: Sequence[Cell] | None, columns: Sequence[str], units: UnitTree
) -> dict[str, str]:
    if cells is None:
        return dict.fromkeys(columns, "")
    recognised = file.recognised
    safe = {}
    for name in columns:
        cell = recognised.cell(cells, name)
        text = textual(cell, recognised.table.columns[name]).text or ""
        safe[name] = _safe(recognised.table.columns[name], text.strip(), units)
        if not safe[name] and shown(cell).strip():
            safe[name] = AS_IN_FILE
    return safe


def _safe(column: ColumnSpec, text: str, units: UnitTree) -> str:
    """Return what may be shown of a cell that is not at fault: "" for what may not."""
    match column.kind:
        case "officer" | "presence":
            return ""
        case "text" | "unit" if column.name == "unit_name":
            return text if any(folded(unit.name) == folded(text) for unit in units) else ""
        case "text" | "unit":
            is_code = _CODE.fullmatch(text) is not None and not may_be_personal_code(text)
            return text if is_code or text in units else ""
        case _:
            return text


@dataclass(frozen=True)
class SupersededRow:
    """An older state: where it stands, where the newest does, and the rule that chose."""

    table: str
    file: str
    row: int
    newest_file: str
    newest_row: int
    rule: Text


def superseded_rows(records: Records) -> Iterator[SupersededRow]:
    """Yield every older state of a key, in the order of the files."""
    for table in records.tables.values():
        if table.superseded:
            yield from _older_states(records, table)


def _older_states(records: Records, table: LoadedTable) -> Iterator[SupersededRow]:
    spec = table.spec
    same = " AND ".join(
        f"o.{identifier(name)} IS NOT DISTINCT FROM n.{identifier(name)}" for name in spec.key
    )
    newer = [f"n.{identifier(name)} IS DISTINCT FROM o.{identifier(name)}" for name in spec.newest_by]
    rule = "CASE " + " ".join(f"WHEN {condition} THEN {n}" for n, condition in enumerate(newer))
    rule = f"{rule} ELSE {len(newer)} END" if newer else "0"
    rows = records.connection.execute(
        f"SELECT o.rowid, n.rowid, {rule} FROM {spec.name} o JOIN {spec.name} n ON {same} "
        f"WHERE o.set_aside = {SUPERSEDED} AND n.set_aside = {NOT_SET_ASIDE} ORDER BY o.rowid"
    ).fetchall()
    for older, newest, number in rows:
        by = spec.newest_by[number] if number < len(spec.newest_by) else None
        reason = (
            Text(vi="dòng sau", en="the later row")
            if by is None
            else Text(vi=f"{by} mới hơn", en=f"a newer {by}")
        )
        yield SupersededRow(spec.name, *table.place_of(older), *table.place_of(newest), reason)
