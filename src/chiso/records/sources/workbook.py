"""XLSX, XLS and ODS workbooks, read by calamine: every visible sheet, merged cells filled."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import python_calamine as calamine
from lxml import etree

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.sources.cell import Cell, Format, RawRow
from chiso.records.sources.container import ARCHIVE_FAULTS, ZIP_MAGIC, Container, damaged, locked, refuse_bomb
from chiso.records.sources.ole import is_sound

_BLOCK = 1 << 20
# calamine lays a sheet out as a full rectangle, 24 bytes a cell: one stray cell far out would take all
# memory, and a program that finds none is killed. A rectangle as large as these cells fits a small PC;
# a larger one must have something in it.
_ALWAYS_ALLOWED_CELLS = 20_000_000
_MOST_CELLS = 70_000_000
_LEAST_FILLED = 4
# Where every spreadsheet ends.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
# The address of a cell beyond column Z or row 99,999; as calamine does, it takes either quotation mark.
_FAR_CELL = re.compile(rb"""r\s*=\s*["']\s*(?:([A-Za-z]{2,})(\d+)|([A-Za-z])(\d{6,}))""")
_NEAR_COLUMNS, _NEAR_ROWS = 26, 99_999
_CELL = re.compile(rb"""r\s*=\s*["']\s*([A-Za-z]+)(\d+)""")
_LONGEST_TAG = 512
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
# calamine shows an error such as #N/A as an empty cell; an empty due date would count as in time.
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d+)"[^>]*?t="e"')
ERROR = "#N/A"
# A formula that no spreadsheet has worked out: what stands there nobody knows.
_UNSOLVED = re.compile(
    rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d+)"[^>]*>\s*<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Enough of a number to know that it is beyond every bound.
_MOST_FIGURES = 9
_MOST_MERGED_CELLS = 2_000_000


@dataclass(frozen=True)
class Workbook:
    """An open workbook; its sheets share it."""

    container: Container
    format: Format
    book: calamine.CalamineWorkbook
    errors: Mapping[str, frozenset[tuple[int, int]]]


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet of a workbook."""

    workbook: Workbook
    name: str
    encoding: str | None = None
    separator: str | None = None
    headings: tuple[str, ...] | None = None
    hidden: bool = False

    @property
    def container(self) -> Container:
        """The workbook's file."""
        return self.workbook.container

    @property
    def format(self) -> Format:
        """What the workbook is."""
        return self.workbook.format

    @cached_property
    def _sheet(self) -> calamine.CalamineSheet:
        with _faults_told(self.container):
            return self.workbook.book.get_sheet_by_name(self.name)

    def rows(self) -> Iterator[RawRow]:
        """Yield every row from the sheet's first, as wide as its used area."""
        with _faults_told(self.container):
            yield from self._rows()

    def _rows(self) -> Iterator[RawRow]:
        sheet = self._sheet
        if sheet.start is None:
            return
        # calamine begins at the first row whatever stands in it, but at the first column in use.
        before: list[Cell] = [""] * sheet.start[1]
        merged = self._merged()
        errors: dict[int, list[int]] = {}
        for row, column in self.workbook.errors.get(self.name, ()):
            errors.setdefault(row, []).append(column)
        for number, values in enumerate(sheet.iter_rows()):
            cells: list[Cell] = before + cast("list[Cell]", values)
            for column, value in merged.get(number, ()):
                if column < len(cells) and cells[column] == "":
                    cells[column] = value
            for column in errors.get(number, ()):
                if column < len(cells):
                    cells[column] = ERROR
            yield RawRow(cells)

    def _merged(self) -> dict[int, list[tuple[int, Cell]]]:
        """Return, by row, the cells that lie under a merged one and what stands in it."""
        ranges = self._sheet.merged_cell_ranges or []
        wanted = [area for area in ranges if area[0] != area[1]]
        if not wanted or sum((b[0] - a[0] + 1) * (b[1] - a[1] + 1) for a, b in wanted) > _MOST_MERGED_CELLS:
            return {}
        corners: dict[int, list[int]] = {}
        for (row, column), _ in wanted:
            corners.setdefault(row, []).append(column)
        assert self._sheet.start is not None
        first_column = self._sheet.start[1]
        values: dict[tuple[int, int], Cell] = {}
        for number, cells in enumerate(self._sheet.iter_rows()):
            for column in corners.get(number, ()):
                if 0 <= column - first_column < len(cells):
                    values[number, column] = cast(Cell, cells[column - first_column])
        filled: dict[int, list[tuple[int, Cell]]] = {}
        for (top, left), (bottom, right) in wanted:
            value = values.get((top, left), "")
            for row in range(top, bottom + 1):
                filled.setdefault(row, []).extend((column, value) for column in range(left, right + 1))
        return filled


def open_workbook(container: Container, form: Format) -> list[WorkbookSheet]:
    """Return the sheets; raises RecordsError where the workbook is locked, damaged or a bomb."""
    with _faults_told(container):
        with container.open() as stream:
            is_archive = stream.read(4) == ZIP_MAGIC
        if not is_archive and _is_encrypted(container):
            raise RecordsError(locked(container.path))
        errors = _look_inside(container) if is_archive else {}
        if not is_archive:
            with container.seekable() as stream:
                if not is_sound(stream.read()):
                    raise RecordsError(damaged(container.path))
        # By its path the workbook would be told by the suffix.
        with container.seekable() as stream:
            book = calamine.load_workbook(stream)
    workbook = Workbook(container, form, book, errors)
    return [
        WorkbookSheet(workbook, sheet.name, hidden=sheet.visible != calamine.SheetVisibleEnum.Visible)
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]


@contextmanager
def _faults_told(container: Container) -> Iterator[None]:
    """Turn whatever the reader of workbooks raises into the message that the file is locked or damaged."""
    try:
        yield
    except calamine.PasswordError as error:
        raise RecordsError(locked(container.path)) from error
    except (
        calamine.CalamineError,
        calamine.XmlError,
        calamine.ZipError,
        etree.LxmlError,
        *ARCHIVE_FAULTS,
    ) as error:
        raise RecordsError(damaged(container.path)) from error
    except BaseException as error:
        # A workbook that makes its reader panic is damaged; the class has no name to import it by.
        if type(error).__name__ != "PanicException":
            raise
        raise RecordsError(damaged(container.path)) from error


def _is_encrypted(container: Container) -> bool:
    """Return whether an OLE file holds an encrypted XLSX: Excel keeps one in a stream of this name."""
    kept = b""
    with container.open() as stream:
        while block := stream.read(_BLOCK):
            if _ENCRYPTED in kept + block:
                return True
            kept = block[-len(_ENCRYPTED) :]
    return False


def _look_inside(container: Container) -> dict[str, frozenset[tuple[int, int]]]:
    """Return, by sheet, the rows and columns (from 0) of error cells in an XLSX file.

    Raises RecordsError where a sheet would be laid out over more cells than any export has.
    """
    errors: dict[str, frozenset[tuple[int, int]]] = {}
    with container.seekable() as stream, zipfile.ZipFile(stream) as archive:
        refuse_bomb(archive, container.path)
        names = _sheet_names(archive)
        for entry in archive.namelist():
            if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                errors[names.get(entry, "")] = _measure_sheet(archive, entry, container)
            elif entry == "content.xml":
                _measure_ods(archive, container)
            elif entry.endswith(".xml"):
                _read_through(archive, entry)
    return errors


def _read_through(archive: zipfile.ZipFile, entry: str) -> None:
    """Unpack a part once and forget it: a part that is larger than it claims fails here, not in calamine."""
    with archive.open(entry) as part:
        while part.read(_BLOCK):
            pass


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of the sheet that each part of an XLSX file holds."""
    try:
        relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _PARSER)
        sheets = etree.fromstring(archive.read("xl/workbook.xml"), _PARSER)
    except (KeyError, etree.XMLSyntaxError):
        return {}
    targets = {str(relation.get("Id")): str(relation.get("Target")) for relation in relations}
    names = {}
    for sheet in sheets.iter("{*}sheet"):
        key = next((value for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        target = targets.get(str(key), "").removeprefix("/").removeprefix("xl/")
        names[f"xl/{target}"] = str(sheet.get("name"))
    return names


def _measure_sheet(archive: zipfile.ZipFile, entry: str, container: Container) -> frozenset[tuple[int, int]]:
    """Return where a sheet has error cells; raises RecordsError where one cell stands too far out."""
    columns, rows, cells = _NEAR_COLUMNS, _NEAR_ROWS, 0
    errors: set[tuple[int, int]] = set()
    for text in _overlapping_blocks(archive, entry):
        for letters, row, letter, far_row in _FAR_CELL.findall(text):
            columns = max(columns, _number_of(letters or letter))
            rows = max(rows, int((row or far_row)[:_MOST_FIGURES]))
        cells += text.count(b"<c ") + text.count(b":c ")
        if b't="e"' in text:
            errors.update(
                (int(row) - 1, _number_of(letters) - 1) for letters, row in _ERROR_CELL.findall(text)
            )
        if b"<f" in text or b":f" in text:
            errors.update((int(row) - 1, _number_of(letters) - 1) for letters, row in _UNSOLVED.findall(text))
    if _is_beyond_reason(rows, columns, cells):
        # Seldom needed, and slower: where the last row and column are to the letter.
        columns = rows = 1
        for text in _overlapping_blocks(archive, entry):
            for letters, row in _CELL.findall(text):
                columns = max(columns, _number_of(letters))
                rows = max(rows, int(row[:_MOST_FIGURES]))
        if _is_beyond_reason(rows, columns, cells):
            raise RecordsError(_too_wide(container))
    return frozenset(errors)


def _overlapping_blocks(archive: zipfile.ZipFile, entry: str) -> Iterator[bytes]:
    """Yield a part block by block, each with the end of the one before, so that every tag is whole once."""
    kept = b""
    with archive.open(entry) as part:
        while block := part.read(_BLOCK):
            yield kept + block
            kept = block[-_LONGEST_TAG:]


def _is_beyond_reason(rows: int, columns: int, cells: int) -> bool:
    """Return whether a sheet that ends there and has so many cells would be laid out over too many."""
    allowed = min(max(_ALWAYS_ALLOWED_CELLS, cells * _LEAST_FILLED), _MOST_CELLS)
    return rows > _LAST_ROW or columns > _LAST_COLUMN or rows * columns > allowed


def _measure_ods(archive: zipfile.ZipFile, container: Container) -> None:
    """Raise RecordsError where cells or rows are said to repeat beyond reason; only filled ones count."""
    with archive.open("content.xml") as part:
        rows = columns = cells = pending = 0
        events = etree.iterparse(
            part,
            events=("end",),
            tag=("{*}table-row", "{*}table"),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )
        for _, element in events:
            if etree.QName(element).localname == "table":
                rows = columns = cells = pending = 0
                element.clear()
                continue
            width, filled = _filled_width(element)
            # Every sheet ends in a million blank rows, which are not laid out.
            pending += _repeats(element, "rows")
            if filled:
                rows, pending = rows + pending, 0
                columns, cells = max(columns, width), cells + filled
            if _is_beyond_reason(rows, columns, cells):
                raise RecordsError(_too_wide(container))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _filled_width(row: etree._Element) -> tuple[int, int]:
    """Return where a row's last filled cell ends, counted from 1, and how many cells are filled."""
    column = width = filled = 0
    for cell in row:
        column += _repeats(cell, "columns")
        # A filled cell has a value or a paragraph.
        if len(cell) or any(name.startswith(_ODS_OFFICE) for name in cell.attrib):
            width, filled = column, filled + 1
    return width, filled


def _repeats(element: etree._Element, what: str) -> int:
    text = element.get(f"{_ODS_TABLE}number-{what}-repeated", "1")
    return int(text[:_MOST_FIGURES]) if text.isdigit() else 1


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:_MOST_FIGURES]:
        number = number * 26 + letter - 64
    return number


def _too_wide(container: Container) -> Problem:
    return Problem(
        Text(
            vi="Trang tính trải rộng bất thường (có ô rất xa bảng), không đọc",
            en="The sheet's used area is beyond reason (a cell stands far out); it is not read",
        ),
        Place(str(container.path)),
        Text(vi="Chép bảng sang một tệp mới", en="Copy the table into a new file"),
    )
