"""Delimited text files: finding the header, and reading rows whole however they are quoted.

A clean file is read by DuckDB directly. One that is not strictly well-formed is read here row by row,
so that each broken row is set aside with its number instead of taking others with it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.mapping import Recognised, known_spellings, recognise
from chiso.terms.columns import TABLES, TableSpec
from chiso.terms.text import composed, folded

_SEPARATORS = (",", ";", "\t", "|")
_SNIFFED_BYTES = 256 * 1024
_BLOCK = 1 << 20
_HEADER_SEARCHED_ROWS = 20
# A line ends at LF, CR LF or CR and nowhere else: a name may well hold a vertical tab.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
# As long a cell as DuckDB admits; the csv module's own limit would refuse a long text.
csv.field_size_limit(16 * 1024 * 1024)
# A quoted cell that has not closed after so many lines was never meant to be open.
_LONGEST_CELL_LINES = 100


@dataclass(frozen=True)
class TextFile:
    """A delimited file whose header is understood; ``header_row`` counts from 1."""

    path: Path
    separator: str
    header_row: int
    header_line: int
    headings: tuple[str, ...]
    recognised: Recognised

    @property
    def width(self) -> int:
        """How many columns the header has."""
        return len(self.headings)

    def heading(self, column: str) -> str:
        """Return the heading of a canonical column as the file spells it."""
        position = self.recognised.positions.get(column)
        return column if position is None else self.headings[position]


@dataclass(frozen=True)
class Contents:
    """What a whole pass over a file's bytes tells: its hash and its number of lines.

    Where ``lone_returns`` is true some line may end at a CR alone, and ``lines`` does not count it.
    """

    sha256: str
    lines: int
    lone_returns: bool


@dataclass(frozen=True)
class Row:
    """One row as read; ``cells`` is None where the row is broken, and ``fault`` says how."""

    cells: Sequence[str] | None
    fault: Text | None = None


def open_text(path: Path) -> TextFile:
    """Return the file with its separator and header; raises RecordsError when it is not understood."""
    place = Place(str(path))
    try:
        with path.open("rb") as stream:
            start = stream.read(_SNIFFED_BYTES)
    except OSError as error:
        message = Text(vi="Không đọc được tệp", en="Cannot read the file")
        raise RecordsError(Problem(message, place)) from error
    if not start.strip(b"\xef\xbb\xbf \r\n\t"):
        raise RecordsError(Problem(Text(vi="Tệp rỗng", en="The file is empty"), place))
    text = _decoded(start, place)
    lines = _LINE.findall(text)[:_HEADER_SEARCHED_ROWS]
    best: tuple[Recognised, str, int, list[str]] | None = None
    for separator in _SEPARATORS:
        for number, line in enumerate(lines, start=1):
            if separator not in line:
                continue
            headings = next(csv.reader([line], delimiter=separator), [])
            recognised = recognise(headings)
            if recognised is not None and (best is None or recognised.hits > best[0].hits):
                best = (recognised, separator, number, headings)
    if best is None:
        raise RecordsError(_unknown_header(place))
    recognised, separator, line_number, headings = best
    if {"max_points", "outcome"} <= {folded(heading) for heading in headings}:
        raise RecordsError(_own_result(place))
    if recognised.missing:
        raise RecordsError(_missing_columns(recognised, place, line_number))
    blank = sum(1 for line in lines[: line_number - 1] if not line.strip())
    row = line_number - blank
    return TextFile(path, separator, row, line_number, tuple(map(composed, headings)), recognised)


def _decoded(start: bytes, place: Place) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:4096]:
        raise RecordsError(_not_utf8(place))
    text = start.decode("utf-8-sig", errors="replace")
    if text[:2] == "PK":
        raise RecordsError(_not_text(place))
    # A cut-off last character is no fault; a file of another encoding has many.
    if text.count("\ufffd") > 1 and "\ufffd" in _LINE.findall(text)[0]:
        raise RecordsError(_not_utf8(place))
    return text


def _not_utf8(place: Place) -> Problem:
    return Problem(
        Text(vi="Tệp không ở dạng UTF-8", en="The file is not in UTF-8"),
        place,
        Text(
            vi="Trong Excel: Lưu thành → CSV UTF-8 (phân cách bằng dấu phẩy)",
            en="In Excel: Save as → CSV UTF-8 (comma delimited)",
        ),
    )


def _not_text(place: Place) -> Problem:
    return Problem(
        Text(vi="Tệp không phải văn bản CSV", en="The file is not CSV text"),
        place,
        Text(vi="Lưu lại dưới dạng CSV UTF-8", en="Save it as CSV UTF-8"),
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
            vi=f"Các bảng: {tables}. Mẫu trống: chiso sample --templates -o THƯ_MỤC",
            en=f"Tables: {tables}. Empty templates: chiso sample --templates -o FOLDER",
        ),
    )


def _own_result(place: Place) -> Problem:
    return Problem(
        Text(vi="Đây là kết quả của chiso, không phải hồ sơ", en="This is a result of chiso, not records"),
        place,
        Text(vi="Để kết quả ở thư mục khác", en="Keep results in another folder"),
    )


def _missing_columns(recognised: Recognised, place: Place, line: int) -> Problem:
    table = recognised.table
    listed = "; ".join(f"{column} ({', '.join(_spellings(table, column))})" for column in recognised.missing)
    return Problem(
        Text(
            vi=f"Giống bảng {table.name} nhưng thiếu cột: {listed}",
            en=f"Looks like table {table.name} but lacks columns: {listed}",
        ),
        Place(place.file, line),
        Text(
            vi="Mẫu trống với mọi cột: chiso sample --templates -o THƯ_MỤC",
            en="Empty templates with every column: chiso sample --templates -o FOLDER",
        ),
    )


def _spellings(table: TableSpec, column: str) -> tuple[str, ...]:
    """Return the headings that would do; a unit may be given by name too."""
    by_name = ("unit_name",) if column == "unit_code" and "unit_name" in table.columns else ()
    return tuple(word for name in (column, *by_name) for word in known_spellings(table, name)[1:4])


def survey(path: Path) -> Contents:
    """Return the file's hash and its number of lines, in one pass."""
    digest = hashlib.sha256()
    lines = returns = paired = 0
    last = b"\n"
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            if b"\r" in block:
                returns += block.count(b"\r")
                paired += block.count(b"\r\n")
            paired += last == b"\r" and block[:1] == b"\n"
            last = block[-1:]
    return Contents(digest.hexdigest(), lines + (last != b"\n"), returns != paired)


def blank_lines(path: Path) -> int:
    """Return how many lines of a file hold nothing at all."""
    blank = 0
    last = b"\n"
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            joined = last + block
            blank += joined.count(b"\n\n") + joined.count(b"\n\r\n")
            last = block[-2:] if block[-2:] == b"\n\r" else block[-1:]
    return blank


def rows_of(file: TextFile) -> Iterator[Row]:
    """Yield every row below the header, blank ones left out, broken ones marked as such."""
    # newline="" keeps line ends as they are; a byte that is not UTF-8 becomes a surrogate, told by its row.
    with file.path.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
        lines = _Lines(stream)
        for _ in range(file.header_line):
            lines.next()
        while line := lines.next():
            if line.strip(" \r\n\t"):
                yield _one_row(line, lines, file)


class _Lines:
    """The lines of a file, of which some may be put back to be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._put_back: deque[str] = deque()

    def next(self) -> str:
        """Return the next line with its end, "" after the last."""
        return self._put_back.popleft() if self._put_back else self._stream.readline()

    def put_back(self, lines: Sequence[str]) -> None:
        """Let ``lines`` be read next, in their order."""
        self._put_back.extendleft(reversed(lines))


def _one_row(line: str, lines: _Lines, file: TextFile) -> Row:
    """Return the row that begins with ``line``, taking further lines while a quoted cell is open."""
    taken = [line]
    while _quotes_open("".join(taken), file.separator) and len(taken) < _LONGEST_CELL_LINES:
        following = lines.next()
        if not following:
            break
        taken.append(following)
    text = "".join(taken)
    if _quotes_open(text, file.separator):
        lines.put_back(taken[1:])
        return Row(None, Text(vi="ngoặc kép không đóng", en="a quotation mark is not closed"))
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        return Row(None, Text(vi="có byte không phải UTF-8", en="a byte is not UTF-8"))
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=file.separator), [])
    except csv.Error:
        return Row(None, Text(vi="có ô quá dài", en="has a cell that is too long"))
    if len(cells) != file.width:
        return Row(
            None,
            Text(
                vi=f"có {len(cells)} ô, tiêu đề có {file.width} cột",
                en=f"has {len(cells)} cells, the header has {file.width} columns",
            ),
        )
    return Row(cells)


def _quotes_open(text: str, separator: str) -> bool:
    """Return whether a quoted cell is still open at the end of ``text``."""
    if '"' not in text:
        return False
    open_ = False
    at_start = True
    position = 0
    while position < len(text):
        character = text[position]
        if open_:
            if character == '"':
                if text[position + 1 : position + 2] == '"':
                    position += 1
                else:
                    open_ = False
        elif character == '"' and at_start:
            open_ = True
        at_start = not open_ and character == separator
        position += 1
    return open_
