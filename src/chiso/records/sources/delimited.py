"""Delimited text in any encoding: rows whole however they are quoted, each broken one told by its number."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from chiso.errors import RecordsError, Text
from chiso.records.sources.cell import Format, RawRow
from chiso.records.sources.container import LONGEST_LINE, Container, endless_line
from chiso.records.sources.encoding import (
    UTF8,
    UTF8_MARKED,
    codec_of,
    converted,
    likely_encoding,
    marked_encoding,
    readable,
)

SEPARATORS = (",", ";", "\t", "|")
_SNIFFED_BYTES = 256 * 1024
# As long a cell as DuckDB admits; the csv module's own limit would refuse a long text.
csv.field_size_limit(LONGEST_LINE)
# A quoted cell that has not closed after so many lines was never meant to be open.
_LONGEST_CELL_LINES = 100
# A line inside a quoted cell with fewer separators is no row.
_LEAST_SEPARATORS = 3
# What old programs put at the end of a text.
_END_MARK = "\x1a"
# Excel's own hint about the separator, which it shows to nobody.
_SEPARATOR_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class DelimitedText:
    """Delimited text in a file."""

    container: Container
    encoding: str
    separator: str
    format: Format = "csv"
    name: str | None = None
    headings: tuple[str, ...] | None = None
    hidden: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Yield every line or quoted record as a row."""
        with self.container.open() as stream:
            codec = codec_of(self.encoding)
            # newline="" keeps line ends as they are. What cannot be decoded becomes a lone surrogate.
            with io.TextIOWrapper(stream, encoding=codec, errors="chiso-escape", newline="") as text:
                lines = _Lines(text, self)
                while line := lines.next():
                    yield self._row(line, lines)

    def _row(self, line: str, lines: _Lines) -> RawRow:
        """Return the row that begins with ``line``, taking further lines while a quoted cell is open."""
        taken = [line]
        open_ = quotes_open(line, self.separator)
        while open_ and len(taken) < _LONGEST_CELL_LINES:
            following = lines.next()
            if not following:
                break
            taken.append(following)
            open_ = quotes_open(following, self.separator, open_=True)
        if open_:
            lines.put_back(taken[1:])
            return RawRow(None, Text(vi="ngoặc kép không đóng", en="a quotation mark is not closed"))
        text = "".join(taken)
        if len(taken) > 1 and self._swallows_rows(text):
            lines.put_back(taken[1:])
            return RawRow(None, Text(vi="ngoặc kép không đóng", en="a quotation mark is not closed"))
        if text.strip() == _END_MARK:
            return RawRow([])
        if "\0" in text:
            return RawRow(None, Text(vi="có ký tự NUL", en="has a NUL character"))
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.separator), [])
        except csv.Error:
            return RawRow(None, Text(vi="có ô quá dài", en="has a cell that is too long"))
        return RawRow(cells)

    def _swallows_rows(self, text: str) -> bool:
        """Return whether a quoted cell over several lines is none: two stray marks with rows between them.

        What follows a closing mark is a separator, and the lines inside a cell are no rows themselves.
        """
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True), [])
        except csv.Error:
            return True
        most = max(_LEAST_SEPARATORS, len(cells) // 2)
        return any(
            line.count(self.separator) >= most for cell in cells if "\n" in cell for line in cell.split("\n")
        )


class _Lines:
    """The lines of a file, of which some may be put back to be read again."""

    def __init__(self, stream: io.TextIOWrapper, source: DelimitedText) -> None:
        self._stream = stream
        self._source = source
        self._put_back: deque[str] = deque()
        self._plain = source.encoding in (UTF8, UTF8_MARKED)

    def next(self) -> str:
        """Return the next line with its end, "" after the last."""
        if self._put_back:
            return self._put_back.popleft()
        line = self._stream.readline(LONGEST_LINE)
        if len(line) >= LONGEST_LINE:
            raise RecordsError(endless_line(self._source.container.path))
        return line if self._plain else converted(line, self._source.encoding)

    def put_back(self, lines: Sequence[str]) -> None:
        """Let ``lines`` be read next, in their order."""
        self._put_back.extendleft(reversed(lines))


def quotes_open(text: str, separator: str, *, open_: bool = False) -> bool:
    """Return whether a quoted cell is still open at the end of ``text``; ``open_``: at its start already."""
    opening = separator + '"'
    position = 0
    if not open_ and text.startswith('"'):
        open_, position = True, 1
    # From one quotation mark that matters to the next: a long text is gone through in no time.
    while True:
        if not open_:
            found = text.find(opening, position)
            if found < 0:
                return False
            open_, position = True, found + 2
        found = text.find('"', position)
        if found < 0:
            return True
        # Two together are a letter of the cell.
        open_ = text.startswith('"', found + 1)
        position = found + (2 if open_ else 1)


def encoding_of(container: Container) -> str:
    """Return the encoding of a text file, told by its first letters beyond ASCII."""
    with container.open() as stream:
        start = stream.read(_SNIFFED_BYTES)
        marked = marked_encoding(start)
        if marked is not None:
            return marked
        sample = start
        # An export may have plain headings and codes for a long way before the first Vietnamese name.
        while sample.isascii() and (block := stream.read(_SNIFFED_BYTES)):
            sample = block
    first = next((place for place, byte in enumerate(sample) if byte > 0x7F), 0)
    # Not to begin or end in the middle of a letter.
    near = sample[sample.rfind(b"\n", 0, first) + 1 :]
    return likely_encoding(near[: near.rfind(b"\n") + 1] or near)


def as_utf8(container: Container, encoding: str) -> Generator[bytes, None, None]:
    """Yield the content's text in UTF-8, block by block; what cannot be decoded becomes ``LOST``."""
    with (
        container.open() as stream,
        io.TextIOWrapper(stream, encoding=codec_of(encoding), errors="chiso-escape", newline="") as text,
    ):
        mark = "\ufeff"
        while block := text.read(_SNIFFED_BYTES):
            # A letter and its marks may be parted by the end of a block, but not by the end of a line.
            whole = (block + text.readline(LONGEST_LINE)).removeprefix(mark)
            mark = ""
            yield readable(converted(whole, encoding)).encode("utf-8")


class Utf8Stream(io.RawIOBase):
    """The content's text in UTF-8 as a stream of bytes, without a byte order mark."""

    def __init__(self, container: Container, encoding: str) -> None:
        self._blocks = as_utf8(container, encoding)
        self._rest = b""

    def readable(self) -> bool:
        """Return true: it is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` as far as one block goes."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Close the file."""
        self._blocks.close()
        super().close()


def candidates(container: Container) -> Iterator[DelimitedText]:
    """Yield the file under each separator it might have; only its owner's headings tell which is right."""
    encoding = encoding_of(container)
    with container.open() as stream:
        start = stream.read(_SNIFFED_BYTES).decode(codec_of(encoding), errors="replace").lstrip("\ufeff")
    hint = _SEPARATOR_HINT.fullmatch(start.partition("\n")[0])
    separators = (hint[1],) if hint and hint[1] in SEPARATORS else SEPARATORS
    for separator in separators:
        if separator in start:
            yield DelimitedText(container, encoding, separator)
