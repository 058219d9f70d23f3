"""XLSX, XLS and ODS workbooks, read by calamine: every visible sheet, merged cells filled."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, cast

import python_calamine as calamine
from lxml import etree

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.sources.cell import Cell, Format, RawRow
from chiso.records.sources.container import ARCHIVE_FAULTS, ZIP_MAGIC, Container, damaged, locked
from chiso.records.sources.ole import is_sound

_BLOCK = 1 << 20
# calamine lays a sheet out as a full rectangle; one stray cell far out would take all memory, and a want
# of memory ends the process without a word. So many cells take about 2 GB: 57 columns of the longest sheet.
_MOST_CELLS = 60_000_000
_FARTHEST_COLUMN = 1_024
_LAST_ROW = 1_048_576
# Columns from AA on: what stands left of them never makes a sheet too large.
_FAR_CELL = re.compile(rb'r="([A-Z]{2,3})(\d+)"')
_ANY_CELL = re.compile(rb'r="[A-Z]{1,3}(\d+)"')
# From 1,050,000 on: a row that no program writes. Nearly every block is passed over by the quicker one.
_LONG_ROW = re.compile(rb'r="[A-Z]{0,3}\d{7}')
_NO_ROW = re.compile(rb'\br="[A-Z]{0,3}(?:\d{8}|[2-9]\d{6}|1[1-9]\d{5}|10[5-9]\d{4})')
_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"')
_LONGEST_TAG = 512
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
# Empty cells and rows are repeated to the edge of every ODS sheet; filled ones never so often.
_REPEATED_FILLED = re.compile(rb'number-columns-repeated="(\d{4,})"[^>]*office:value')
# calamine shows an error such as #N/A as an empty cell; an empty due date would count as in time.
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d+)"[^>]*?t="e"')
ERROR = "#N/A"
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


@contextmanager
def _faults_told(container: Container) -> Iterator[None]:
    """Turn what calamine and zipfile raise into RecordsError."""
    try:
        yield
    except RecordsError:
        raise
    except calamine.PasswordError as error:
        raise RecordsError(locked(container.path)) from error
    except (calamine.CalamineError, *ARCHIVE_FAULTS) as error:
        raise RecordsError(damaged(container.path)) from error
    except BaseException as error:
        # A panic in calamine's Rust is no Exception to Python, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise RecordsError(damaged(container.path)) from error


def open_workbook(container: Container, form: Format) -> list[WorkbookSheet]:
    """Return the sheets; raises RecordsError where the workbook is locked, damaged or a bomb."""
    with _faults_told(container):
        with container.open() as stream:
            is_archive = stream.read(4) == ZIP_MAGIC
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


def _look_inside(container: Container) -> dict[str, frozenset[tuple[int, int]]]:
    """Return, by sheet, the rows and columns (from 0) of error cells in an XLSX file.

    Raises RecordsError where a sheet would be laid out over more cells than any export has.
    """
    errors: dict[str, frozenset[tuple[int, int]]] = {}
    with container.seekable() as stream, zipfile.ZipFile(stream) as archive:
        names = _sheet_names(archive)
        for entry in archive.namelist():
            if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                with archive.open(entry) as part:
                    found = _measure_sheet(cast(BinaryIO, part), container)
                errors[names.get(entry, "")] = found
            elif entry == "content.xml":
                with archive.open(entry) as part:
                    _measure_ods(cast(BinaryIO, part), container)
    return errors


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


def _measure_sheet(stream: BinaryIO, container: Container) -> frozenset[tuple[int, int]]:
    columns, rows = 1, 1
    errors: set[tuple[int, int]] = set()
    kept = b""
    while block := stream.read(_BLOCK):
        text = kept + block
        if _LONG_ROW.search(text) and _NO_ROW.search(text):
            raise RecordsError(_too_wide(container))
        far = _FAR_CELL.findall(text)
        columns = max(columns, *map(_number_of, {letters for letters, _ in far}), 1)
        found = _ROW.findall(text)[-1:]
        if columns * _LAST_ROW > _MOST_CELLS:
            found += _ANY_CELL.findall(text)
        rows = max(rows, *map(int, found), 1)
        if b't="e"' in text:
            errors.update(
                (int(row) - 1, _number_of(letters) - 1) for letters, row in _ERROR_CELL.findall(text)
            )
        kept = text[-_LONGEST_TAG:]
    if columns * rows > _MOST_CELLS:
        raise RecordsError(_too_wide(container))
    return frozenset(errors)


def _measure_ods(stream: BinaryIO, container: Container) -> None:
    kept = b""
    while block := stream.read(_BLOCK):
        text = kept + block
        if any(int(times) > _FARTHEST_COLUMN for times in _REPEATED_FILLED.findall(text)):
            raise RecordsError(_too_wide(container))
        kept = text[-_LONGEST_TAG:]


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
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
