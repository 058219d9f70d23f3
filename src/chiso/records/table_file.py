"""A table in a file: which one, under which headings, and its rows one by one with what they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.layout import SEARCHED_ROWS, Guess, Header, RowReader, find_header
from chiso.records.mapping import Recognised, Spelling
from chiso.records.personal_text import holds_personal_number
from chiso.records.reasons import unreadable_reason
from chiso.records.sources.cell import Cell, Sheet, is_blank, sheet_label
from chiso.records.sources.delimited import DelimitedText
from chiso.records.sources.encoding import CONVERSIONS
from chiso.records.sources.open import open_sheets, unknown_format
from chiso.terms.columns import TABLES, ColumnSpec, TableSpec
from chiso.terms.numbers import number_text
from chiso.terms.text import folded

# A page has tables for its looks; a sheet that holds something was meant to be read.
_WITH_SHEETS = frozenset({"xlsx", "xls", "ods", "xml2003", "html"})
_HIDDEN = Text(vi="trang ẩn", en="it is hidden")
_NO_HEADING = Text(vi="không nhận ra tiêu đề cột", en="none of its headings is known")


@dataclass(frozen=True)
class TableFile:
    """A sheet whose header is understood. Its rows begin below ``header_row``, counted from 1."""

    path: Path
    sheet: Sheet
    header: Header
    spelling: Spelling
    titles: int
    blank_titles: int

    @property
    def recognised(self) -> Recognised:
        """The table and where its columns stand."""
        return self.header.recognised

    @property
    def header_row(self) -> int:
        """The last row of the header."""
        return self.header.last_row

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings as the file spells them."""
        return self.header.headings

    @property
    def width(self) -> int:
        """How many columns the header has."""
        return len(self.headings)

    @property
    def sheet_size(self) -> int | None:
        """The file's size in bytes, None where it is packed."""
        container = self.sheet.container
        return None if container.packing is not None else container.path.stat().st_size

    @property
    def label(self) -> str:
        """The file's name for messages, with the sheet where it has several."""
        return sheet_label(str(self.path), self.sheet.name)

    @property
    def sheet_name(self) -> str | None:
        """The sheet, None where a file has but one."""
        return self.sheet.name

    @property
    def columns(self) -> frozenset[str]:
        """The columns that have a value, from the file or the mapping."""
        return self.recognised.columns

    @property
    def headed(self) -> frozenset[str]:
        """The columns that stand in the file itself."""
        return frozenset(self.recognised.positions)

    def heading(self, column: str) -> str:
        """Return the heading of a canonical column as the file spells it."""
        position = self.recognised.positions.get(column)
        return column if position is None else self.headings[position]

    def reason(self, column: ColumnSpec) -> Text:
        """Return why a filled cell of a column gave no value, with the words that would have."""
        return unreadable_reason(column, self.spelling)


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. ``cells`` is None where it is broken, and ``fault`` says how.

    ``guess`` says what the row may be if it is no record.
    """

    cells: Sequence[Cell] | None
    fault: Text | None = None
    guess: Guess | None = None


def open_tables(path: Path, spelling: Spelling, unread: list[Problem] | None = None) -> list[TableFile]:
    """Return the tables in a file; raises RecordsError where none is understood.

    ``unread`` takes in which sheets and tables of the file hold something and are not read.
    """
    sheets = open_sheets(path)
    if not sheets:
        raise RecordsError(unknown_format(path))
    found = [
        table
        for sheet in sheets
        if not sheet.hidden and (table := table_in(path, sheet, spelling)) is not None
    ]
    if sheets[0].format == "csv" and found:
        # The separator is the one under which most headings are known.
        found = [max(found, key=lambda table: table.recognised.hits)]
    if not found:
        raise RecordsError(_unknown_header(Place(str(path))))
    if unread is not None:
        widths = {table.width for table in found}
        unread.extend(_unread_sheets(path, sheets, {table.sheet.name for table in found}, widths))
    problems = []
    for table in found:
        place = Place(table.label)
        if {"max_points", "outcome"} <= {folded(heading) for heading in table.headings}:
            problems.append(_own_result(place))
        elif table.recognised.missing:
            problems.append(_missing_columns(table, place))
        elif (twice := _key_twice(table)) is not None:
            problems.append(twice)
    if problems:
        raise RecordsError(problems)
    return found


def _key_twice(file: TableFile) -> Problem | None:
    """Return the fault of a sheet with two tables side by side: only one of them would be read."""
    for column, place in file.recognised.passed_over:
        heading = file.heading(column)
        if column in file.recognised.table.key and folded(file.headings[place]) == folded(heading):
            return Problem(
                Text(
                    vi=f"Cột “{heading}” có hai lần: hai bảng đặt cạnh nhau?",
                    en=f"Column “{heading}” stands twice: are there two tables side by side?",
                ),
                Place(file.label, row=file.header_row),
                Text(vi="Tách thành hai tệp hoặc hai trang", en="Make two files or two sheets of it"),
            )
    return None


def _unread_sheets(
    path: Path, sheets: Sequence[Sheet], read: Collection[str | None], widths: Collection[int]
) -> Iterator[Problem]:
    """Yield a note for each sheet of a workbook or page that holds something and is not read.

    Of the tables of a page only those as wide as one that is read: others are there for its looks.
    """
    place = Place(str(path))
    for sheet in sheets:
        if sheet.name in read or sheet.format not in _WITH_SHEETS:
            continue
        if sheet.format == "html" and not any(len(row.cells or ()) in widths for row in sheet.rows()):
            continue
        if any(not is_blank(cell) for row in sheet.rows() for cell in row.cells or ()):
            why = _HIDDEN if sheet.hidden else _NO_HEADING
            message = Text(
                vi=f"Không đọc trang “{sheet.name}”: {why.vi}",
                en=f"Sheet “{sheet.name}” is not read: {why.en}",
            )
            yield Problem(message, place)


def table_in(path: Path, sheet: Sheet, spelling: Spelling) -> TableFile | None:
    """Return the table in a sheet, None where no header is understood; it may lack required columns."""
    rows = list(islice(sheet.rows(), SEARCHED_ROWS))
    header = find_header(sheet, rows, spelling)
    if header is None:
        return None
    before = rows[: max(header.last_row - header.rows, 0)]
    blank = sum(row.cells is not None and all(map(is_blank, row.cells)) for row in before)
    # Where a row of data was taken for headings, nothing of a citizen may come out as one.
    hidden = tuple("…" if holds_personal_number(text) else text for text in header.headings)
    header = replace(header, headings=hidden)
    own = spelling.for_headings(header.headings)
    return TableFile(path, sheet, header, own, len(before) - blank, blank)


def rows_of(file: TableFile, watch: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Yield every row below the header, broken ones marked as such, and those that may be no records.

    ``watch`` is told of the bytes read, where the format is read as a stream.
    """
    reader = RowReader(file.header, file.spelling)
    sheet = file.sheet
    if watch is not None and isinstance(sheet, DelimitedText):
        sheet = replace(sheet, container=replace(sheet.container, watch=watch))
    convert = CONVERSIONS[file.header.conversion] if file.header.conversion else None
    first = True
    for number, raw in enumerate(islice(sheet.rows(), file.header_row, None), start=file.header_row + 1):
        if raw.cells is None:
            yield Row(None, raw.fault)
            continue
        cells = raw.cells
        if convert is not None:
            cells = [convert(cell) if isinstance(cell, str) else cell for cell in cells]
        guess = reader.guess(cells, first=first)
        if guess == "other_header":
            raise RecordsError(other_header(file, number))
        first = guess in ("repeated_header", "blank")
        yield _whole(cells, guess, file)


def _whole(cells: Sequence[Cell], guess: Guess | None, file: TableFile) -> Row:
    """Return the row with as many cells as the header has; delimited text must have them itself."""
    width = file.width
    if len(cells) == width:
        return Row(cells, None, guess)
    if file.sheet.format == "csv":
        return Row(None, wrong_width(len(cells), width), guess)
    return Row([*cells[:width], *[""] * (width - len(cells))], None, guess)


def wrong_width(cells: int, width: int) -> Text:
    """Return the fault of a row with more or fewer cells than the header has columns."""
    return Text(
        vi=f"có {number_text(cells, 'vi')} ô, tiêu đề có {number_text(width, 'vi')} cột",
        en=f"has {number_text(cells, 'en')} cells, the header has {number_text(width, 'en')} columns",
    )


def other_header(file: TableFile, row: int) -> Problem:
    """Return the fault of a table whose columns change on the way."""
    return Problem(
        Text(
            vi="Ở dòng này có tiêu đề cột khác ở trên; các dòng dưới không đọc được theo tiêu đề trên",
            en="Here stand other headings than above; what is below cannot be read by those above",
        ),
        Place(file.label, row=row),
        Text(vi="Tách thành hai tệp hoặc hai trang", en="Make two files or two sheets of it"),
    )


def _unknown_header(place: Place) -> Problem:
    tables = ", ".join(TABLES)
    return Problem(
        Text(
            vi="Không nhận ra tiêu đề cột nào của các bảng hồ sơ",
            en="No heading of any records table was recognised",
        ),
        place,
        Text(
            vi=f"Các bảng: {tables}. Mẫu trống: chiso sample --templates -o THƯ_MỤC; tên cột khác: --mapping",
            en=f"Tables: {tables}. Templates: chiso sample --templates -o FOLDER; other names: --mapping",
        ),
    )


def _own_result(place: Place) -> Problem:
    return Problem(
        Text(vi="Đây là kết quả của chiso, không phải hồ sơ", en="This is a result of chiso, not records"),
        place,
        Text(vi="Để kết quả ở thư mục khác", en="Keep results in another folder"),
    )


def _missing_columns(file: TableFile, place: Place) -> Problem:
    recognised = file.recognised
    table = recognised.table
    listed = "; ".join(
        f"{column} ({', '.join(_spellings(file.spelling, table, column))})" for column in recognised.missing
    )
    near = [
        Text(vi=f"“{heading}” gần giống “{known[0]}”", en=f"“{heading}” is nearly “{known[0]}”")
        for position, heading in enumerate(file.headings)
        if heading
        and position not in recognised.positions.values()
        and (known := file.spelling.near_miss(table, heading)) is not None
        and known[1] in (*recognised.missing, "unit_name")
    ]
    vi = "; ".join(text.vi for text in near)
    en = "; ".join(text.en for text in near)
    return Problem(
        Text(
            vi=f"Giống bảng {table.name} nhưng thiếu cột: {listed}",
            en=f"Looks like table {table.name} but lacks columns: {listed}",
        ),
        Place(place.file, file.header_row or None),
        Text(
            vi=(f"{vi}. " if vi else "")
            + "Khai báo tên cột bằng --mapping TỆP (nháp: chiso check --write-mapping TỆP), "
            "hoặc xem mẫu: chiso sample --templates",
            en=(f"{en}. " if en else "")
            + "Name the columns in a --mapping FILE (a draft: chiso check --write-mapping FILE), "
            "or see the templates: chiso sample --templates",
        ),
    )


def _spellings(spelling: Spelling, table: TableSpec, column: str) -> tuple[str, ...]:
    """Return the headings that would do; a unit may be given by name too."""
    by_name = ("unit_name",) if column == "unit_code" and "unit_name" in table.columns else ()
    return tuple(word for name in (column, *by_name) for word in spelling.known_spellings(table, name)[1:4])
