"""HTML tables saved as .xls, and XML Spreadsheet 2003: both parsed as they stream in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from lxml import etree

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.sources.cell import HEAD_ROWS, MOST_TABLES, Cell, Format, RawRow
from chiso.records.sources.container import Container, damaged
from chiso.records.sources.delimited import as_utf8, encoding_of
from chiso.records.sources.encoding import marked_again
from chiso.terms.numbers import number_text

# A cell may span the whole page, but a span of millions is an attack on memory.
_WIDEST = 1_024
_TALLEST = 100_000
# Rows left out in an XML Spreadsheet are blank ones; a few letters may stand for all that a sheet can have.
_MOST_LEFT_OUT = 1_048_576
# Merged cells are repeated in every row they reach. Beyond this many, a file of a few lines would keep a
# run busy for hours; a large table may have more, but not many times as many as cells of its own.
_MOST_MERGED_CELLS = 2_000_000
_MOST_MERGED_PER_CELL = 50
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


@dataclass
class _Table:
    """A table while it is read: the row under way, and cells that reach down into later rows."""

    number: int
    container: Container
    cells: list[Cell] = field(default_factory=list)
    # Column → what a cell above puts there, and for how many more rows.
    hanging: dict[int, tuple[Cell, int]] = field(default_factory=dict)
    inside_row: bool = False
    own: int = 0
    repeated: int = 0

    def put(self, value: Cell, across: int, down: int) -> None:
        self._take_hanging()
        self.own += 1
        for _ in range(across):
            if len(self.cells) >= _WIDEST:
                return
            if down > 1:
                self.hanging[len(self.cells)] = (value, down - 1)
            self.cells.append(value)

    def skip_to(self, column: int) -> None:
        self._take_hanging()
        while len(self.cells) < min(column, _WIDEST):
            self.cells.append("")

    def _take_hanging(self) -> None:
        while (column := len(self.cells)) in self.hanging and column < _WIDEST:
            value, rows = self.hanging.pop(column)
            self.repeated += 1
            if rows > 1:
                self._later[column] = (value, rows - 1)
            self.cells.append(value)

    def start_row(self) -> None:
        self.inside_row = True
        self._later: dict[int, tuple[Cell, int]] = {}
        self.cells = []

    def end_row(self) -> RawRow:
        if not self.hanging and not self._later:
            self.inside_row = False
            return RawRow(self.cells)
        self._take_hanging()
        self.hanging.update(self._later)
        # A cell may hang below where this row ends.
        for column in sorted(set(self.hanging) - set(self._later)):
            if column >= len(self.cells):
                self.skip_to(column)
                self._take_hanging()
        self.hanging.update(self._later)
        self.inside_row = False
        if self.repeated > max(_MOST_MERGED_CELLS, self.own * _MOST_MERGED_PER_CELL):
            raise RecordsError(_too_far(self.container))
        return RawRow(self.cells)


def _span(text: str | None, largest: int) -> int:
    figures = re.fullmatch(r"\s*0*([1-9][0-9]*)\s*", text or "")
    # More figures than these are beyond any span, and int() has a limit of its own.
    return min(int(figures[1][:9]), largest) if figures else 1


@dataclass(frozen=True)
class HtmlTable:
    """The ``number``-th table of a page, counted from 1; nested ones count for themselves."""

    container: Container
    encoding: str
    number: int
    name: str | None
    head: tuple[RawRow, ...] = field(repr=False)
    format: Format = "html"
    separator: str | None = None
    headings: tuple[str, ...] | None = None
    hidden: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Yield the table's rows, cells that span others repeated in all of them."""
        yield from self.head
        if len(self.head) == HEAD_ROWS:
            every = _html_rows(self.container, self.encoding)
            yield from islice((row for number, row in every if number == self.number), HEAD_ROWS, None)


def open_html(container: Container) -> list[HtmlTable]:
    """Return the page's tables; raises RecordsError where there is none."""
    encoding = encoding_of(container)
    heads: dict[int, list[RawRow]] = {}
    for number, row in _html_rows(container, encoding):
        _keep(heads.setdefault(number, []), row)
        _refuse_many(heads, container)
    return [
        HtmlTable(container, encoding, number, str(number) if len(heads) > 1 else None, tuple(heads[number]))
        for number in sorted(heads)
    ]


def _keep(head: list[RawRow], row: RawRow) -> None:
    if len(head) < HEAD_ROWS:
        head.append(row)


def _refuse_many(tables: Sized, container: Container) -> None:
    if len(tables) > MOST_TABLES:
        raise RecordsError(
            Problem(
                Text(
                    vi=f"Tệp có hơn {number_text(MOST_TABLES, 'vi')} bảng, không đọc",
                    en=f"The file holds more than {number_text(MOST_TABLES, 'en')} tables; it is not read",
                ),
                Place(str(container.path)),
                Text(vi="Xuất lại thành một bảng", en="Export it as one table"),
            )
        )


def _html_rows(container: Container, encoding: str) -> Iterator[tuple[int, RawRow]]:
    parser = etree.HTMLPullParser(events=("start", "end"), encoding="utf-8", huge_tree=False)
    open_tables: list[_Table] = []
    count = 0
    try:
        for block in as_utf8(container, encoding):
            parser.feed(block)
            for event, element in parser.read_events():
                tag = element.tag
                if event == "start" and tag == "table":
                    count += 1
                    open_tables.append(_Table(count, container))
                elif not open_tables:
                    continue
                elif event == "start" and tag == "tr":
                    open_tables[-1].start_row()
                elif event == "end" and tag in ("td", "th") and open_tables[-1].inside_row:
                    across = _span(element.get("colspan"), _WIDEST)
                    down = _span(element.get("rowspan"), _TALLEST)
                    open_tables[-1].put(_html_text(element), across, down)
                elif event == "end" and tag == "tr" and open_tables[-1].inside_row:
                    yield open_tables[-1].number, open_tables[-1].end_row()
                    element.clear()
                elif event == "end" and tag == "table":
                    open_tables.pop()
                    element.clear()
    except etree.LxmlError as error:
        raise RecordsError(damaged(container.path)) from error


def _html_text(element: etree._Element) -> str:
    parts = []
    for piece in element.iter():
        if piece.tag == "br":
            parts.append(" ")
        if piece.text and isinstance(piece.tag, str) and piece.tag not in ("script", "style"):
            parts.append(piece.text)
        if piece is not element and piece.tail:
            parts.append(piece.tail)
    return marked_again(" ".join("".join(parts).split()))


@dataclass(frozen=True)
class XmlSheet:
    """One worksheet of an XML Spreadsheet 2003 file."""

    container: Container
    number: int
    name: str
    encoding: str
    head: tuple[RawRow, ...] = field(repr=False)
    format: Format = "xml2003"
    separator: str | None = None
    headings: tuple[str, ...] | None = None
    hidden: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Yield the sheet's rows, merged cells repeated, rows left out as blank ones."""
        yield from self.head
        if len(self.head) == HEAD_ROWS:
            every = _xml_rows(self.container, self.encoding)
            own = (row for number, _, row in every if number == self.number and row is not None)
            yield from islice(own, HEAD_ROWS, None)


def open_xml(container: Container) -> list[XmlSheet]:
    """Return the worksheets; raises RecordsError where the file is damaged or declares entities."""
    encoding = encoding_of(container)
    names: dict[int, str] = {}
    heads: dict[int, list[RawRow]] = {}
    for number, name, row in _xml_rows(container, encoding):
        names[number] = name
        head = heads.setdefault(number, [])
        if row is not None:
            _keep(head, row)
        _refuse_many(heads, container)
    return [
        XmlSheet(container, number, name, encoding, tuple(heads[number])) for number, name in names.items()
    ]


def _xml_rows(container: Container, encoding: str) -> Iterator[tuple[int, str, RawRow | None]]:
    """Yield each sheet once without a row, then its rows with the sheet's number and name."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    sheet, name = 0, ""
    table = _Table(0, container)
    done = left_out = 0
    try:
        for block in as_utf8(container, encoding):
            parser.feed(block)
            for event, element in parser.read_events():
                tag = element.tag
                if event == "start" and element.getparent() is None:
                    _refuse_entities(element, container)
                if event == "start" and tag == f"{_SS}Worksheet":
                    sheet, name, done = sheet + 1, element.get(f"{_SS}Name") or str(sheet + 1), 0
                    table = _Table(sheet, container)
                    yield sheet, name, None
                elif event == "start" and tag == f"{_SS}Row":
                    wanted = int(element.get(f"{_SS}Index") or done + 1)
                    left_out += max(wanted - done - 1, 0)
                    if left_out > _MOST_LEFT_OUT:
                        raise RecordsError(_too_long(container))
                    while done + 1 < wanted:
                        table.start_row()
                        yield sheet, name, table.end_row()
                        done += 1
                    table.start_row()
                elif event == "end" and tag == f"{_SS}Cell":
                    _put_xml_cell(element, table)
                elif event == "end" and tag == f"{_SS}Row":
                    yield sheet, name, table.end_row()
                    done += 1
                    element.clear()
                    # What was read is let go, or the whole file would stay in memory.
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        parser.close()
    except (etree.LxmlError, ValueError) as error:
        raise RecordsError(damaged(container.path)) from error


def _too_long(container: Container) -> Problem:
    return Problem(
        Text(
            vi="Trang tính dài bất thường (có dòng rất xa bảng), không đọc",
            en="The sheet is long beyond reason (a row stands far down); it is not read",
        ),
        Place(str(container.path)),
        Text(vi="Chép bảng sang một tệp mới", en="Copy the table into a new file"),
    )


def _put_xml_cell(element: etree._Element, table: _Table) -> None:
    index = element.get(f"{_SS}Index")
    if index is not None:
        table.skip_to(int(index) - 1)
    data = element.find(f"{_SS}Data")
    across = int(element.get(f"{_SS}MergeAcross") or 0) + 1
    down = int(element.get(f"{_SS}MergeDown") or 0) + 1
    value: Cell = ""
    if data is not None:
        text = "".join(str(part) for part in data.itertext())
        value = _xml_value(data.get(f"{_SS}Type") or "String", text)
    table.put(value, min(across, _WIDEST), min(down, _TALLEST))


def _xml_value(kind: str, text: str) -> Cell:
    match kind:
        case "Number":
            return float(text)
        case "DateTime":
            return datetime.fromisoformat(text)
        case "Boolean":
            return text == "1"
        case _:
            return marked_again(text)


def _refuse_entities(element: etree._Element, container: Container) -> None:
    document = element.getroottree().docinfo
    if document.internalDTD is not None:
        raise RecordsError(
            Problem(
                Text(
                    vi="Tệp XML khai báo DOCTYPE, có thể gây tràn bộ nhớ, không đọc",
                    en="The XML file declares a DOCTYPE, which may swell without end; it is not read",
                ),
                Place(str(container.path)),
                Text(vi="Xuất lại dưới dạng XLSX hoặc CSV", en="Export it as XLSX or CSV"),
            )
        )


def _too_far(container: Container) -> Problem:
    return Problem(
        Text(
            vi="Ô gộp trải rộng bất thường, không đọc",
            en="Merged cells reach beyond reason; the table is not read",
        ),
        Place(str(container.path)),
        Text(vi="Bỏ gộp ô rồi xuất lại", en="Unmerge the cells and export it again"),
    )
