"""A table of assignments, in any format that records have → its rows as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text, suggestion
from chiso.records.corrections import load_corrections
from chiso.records.mapping import Spelling, assignment_spelling
from chiso.records.sources.open import open_sheets, unknown_format
from chiso.records.table_file import TableFile, table_in
from chiso.records.text_rows import TextRow, text_rows
from chiso.terms.columns import ASSIGNMENTS
from chiso.terms.written import WrittenRow

_OWNERS = ("lead", "responsible")


def read_assignment_rows(path: Path) -> tuple[list[WrittenRow], list[str], list[Problem]]:
    """Return the rows of every table of assignments in a file, its headings that are not used, and faults.

    Raises RecordsError where the file cannot be read or holds no such table.
    """
    spelling = assignment_spelling()
    sheets = open_sheets(path)
    if not sheets:
        raise RecordsError(unknown_format(path))
    tables = [table for sheet in sheets if not sheet.hidden and (table := table_in(path, sheet, spelling))]
    if not tables:
        raise RecordsError(_no_table(path))
    if sheets[0].format == "csv":
        # The separator is the one under which most headings are known.
        tables = [max(tables, key=lambda table: table.recognised.hits)]
    rows: list[WrittenRow] = []
    unused: list[str] = []
    problems: list[Problem] = []
    for table in tables:
        found = [*_heading_problems(table, spelling)]
        problems.extend(found)
        unused.extend(_unused(table))
        if found:
            continue
        for row in text_rows(table, load_corrections(()))[1]:
            faults = [*_cell_problems(table, row)]
            problems.extend(faults)
            if row.cells is not None and not faults:
                rows.append(_written(table, row))
    return rows, unused, problems


def holds_assignments(path: Path) -> bool:
    """Return whether a file that is no table of records is one of assignments."""
    spelling = assignment_spelling()
    try:
        tables = [table_in(path, sheet, spelling) for sheet in open_sheets(path)]
    except RecordsError:
        return False
    return any(table is not None and not [*_heading_problems(table, spelling)] for table in tables)


def _unused(table: TableFile) -> list[str]:
    used = {*table.recognised.positions.values(), *table.recognised.seconds.values()}
    return [heading for place, heading in enumerate(table.headings) if heading and place not in used]


def _heading_problems(table: TableFile, spelling: Spelling) -> Iterator[Problem]:
    place = Place(table.label, row=table.header_row or None)
    there = table.recognised.columns
    for heading in _unused(table):
        near = spelling.near_miss(ASSIGNMENTS, heading)
        if near is not None and near[1] not in there:
            message = Text(vi=f"Không có cột “{heading}”", en=f"There is no column “{heading}”")
            yield Problem(message, place, suggestion(near[0], [near[0]]))
    for column, position in table.recognised.passed_over:
        first, second = table.heading(column), table.headings[position]
        message = Text(
            vi=f"“{first}” và “{second}” cùng là cột {column}",
            en=f"“{first}” and “{second}” are both column {column}",
        )
        hint = Text(vi="Bỏ hoặc đổi tên một cột", en="Take one of them away, or rename it")
        yield Problem(message, place, hint)
    if "index" not in there:
        yield Problem(
            Text(vi="Thiếu cột chỉ số (index)", en="The column of indices (index) is missing"), place, _FORM
        )
    if not there & set(_OWNERS):
        yield Problem(
            Text(
                vi="Thiếu cột đơn vị chủ trì (lead) hoặc người chịu trách nhiệm (responsible)",
                en="A column of leads (lead) or of responsible ones (responsible) is missing",
            ),
            place,
            _FORM,
        )


def _cell_problems(table: TableFile, row: TextRow) -> Iterator[Problem]:
    for column, fault in row.faults:
        heading = None if column is None else table.heading(column)
        yield Problem(fault, Place(table.label, row=row.number, heading=heading))


def _written(table: TableFile, row: TextRow) -> WrittenRow:
    cells = row.cells or {}
    texts = {column: text for column, text in cells.items() if text}
    places = {
        column: Place(table.label, row=row.number, heading=table.heading(column))
        for column in ASSIGNMENTS.columns
        if column in table.recognised.positions
    }
    for column in ("report_deadline", "time"):
        # A workbook keeps the day together with midnight.
        if column in texts:
            texts[column] = texts[column].removesuffix(" 00:00:00")
    return WrittenRow(texts, Place(table.label, row=row.number), places)


def _no_table(path: Path) -> Problem:
    return Problem(
        Text(vi="Không nhận ra tiêu đề của bảng phân công", en="No heading of assignments was recognised"),
        Place(str(path)),
        _FORM,
    )


_FORM = Text(
    vi=f"Các cột: {', '.join(ASSIGNMENTS.columns)}; hoặc Chỉ số, Đơn vị chủ trì, Đơn vị phối hợp, "
    "Người thực hiện, Thời gian, Kết quả, Thời hạn báo cáo",
    en=f"Columns: {', '.join(ASSIGNMENTS.columns)}; or Chỉ số, Đơn vị chủ trì, Đơn vị phối hợp, "
    "Người thực hiện, Thời gian, Kết quả, Thời hạn báo cáo",
)
