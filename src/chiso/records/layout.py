"""Where a table begins in a sheet, and which rows below are no records: totals, groups, headers again, notes.

A row is left out only where it is clear that it is none. In doubt it stays a record, and is set aside
with its number if it cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Literal

from chiso.records.mapping import Recognised, Spelling
from chiso.records.sources.cell import HEAD_ROWS, Cell, RawRow, Sheet, is_blank, shown
from chiso.records.sources.encoding import CONVERSIONS, readable
from chiso.terms.text import composed, folded

# Agency, motto, title, period, notes: a header further down than this is not looked for.
SEARCHED_ROWS = HEAD_ROWS

NotRecord = Literal["title", "blank", "group", "total", "repeated_header", "column_numbers", "note"]
# What a row might be; a prose row is a group or a note if no record stands in it, else a broken record.
# Below another header the columns are others: nothing there can be read by the first.
Guess = Literal[
    "blank", "total", "repeated_header", "other_header", "column_numbers", "one_text", "few_texts"
]

# "Tổng" alone is a total, but "tổng hợp" or "tổng đài" may begin the name of a procedure.
_TOTAL = re.compile(r"(tổng cộng|tổng số|cộng dồn|grand total)\b.*|(tổng|cộng|total)\W*\d*\W*")
_DATE = re.compile(r"\d+[/-]\d+[/-]\d+.*")
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2}|[a-z])\)?(\s*=.*)?")
# An enumerator may stand before a group's name or a note.
_ENUMERATOR = re.compile(r"[ivxIVX]{1,5}[.)]?|[A-Za-zđĐ][.)]?|\d{1,3}[.)]?|[-*+•]")
_ROW_NUMBER = re.compile(r"\d{1,3}[.)]?")
_MOST_TEXTS_OF_A_NOTE = 3
# "Số 12 năm 2026" may be a case's number, "Xã Một, ngày 01 tháng 9 năm 2026" is none.
_MOST_WORDS_OF_A_CODE = 4
# In a narrower table one text may well be what is left of a record.
_LEAST_WIDTH = 5
# So many known headings in a row make a header of it.
_LEAST_HEADINGS = 3


@dataclass(frozen=True)
class Header:
    """The row of headings, or two rows made one; ``last_row`` counts from 1 and is 0 for named columns."""

    last_row: int
    rows: int
    headings: tuple[str, ...]
    recognised: Recognised
    # The font encoding of a sheet whose letters stand for others.
    conversion: str | None = None
    # By column, what its rows say there, folded.
    written: tuple[frozenset[str], ...] = ()


def find_header(sheet: Sheet, rows: Sequence[RawRow], spelling: Spelling) -> Header | None:
    """Return the header with most known headings among the first rows; of equals the plainer, the first."""
    if sheet.headings is not None:
        recognised = spelling.recognise(sheet.headings)
        named = tuple(map(composed, sheet.headings))
        return None if recognised is None else Header(0, 0, named, recognised)
    best = _best_header(rows, spelling, None)
    if best is None and sheet.encoding in (None, "utf-8", "utf-8-sig"):
        # Old fonts write Vietnamese as other Latin letters, and programs keep it so.
        found = [_best_header(rows, spelling, conversion) for conversion in CONVERSIONS]
        best = max(filter(None, found), key=lambda header: header.recognised.hits, default=None)
    return None if best is None else _prefer_words(best, rows)


def _best_header(rows: Sequence[RawRow], spelling: Spelling, conversion: str | None) -> Header | None:
    convert = CONVERSIONS[conversion] if conversion else str
    texts = [[composed(readable(convert(shown(cell)))) for cell in row.cells or ()] for row in rows]
    found: list[Header] = []
    for number, row in enumerate(texts, start=1):
        if len(row) < 2:
            continue
        single = spelling.recognise(row)
        if single is not None:
            found.append(Header(number, 1, tuple(row), single, conversion, _written(row)))
        below = texts[number] if number < len(texts) else []
        if not below:
            continue
        headings = _merged_headings(row, below, spelling.all_headings)
        double = spelling.recognise(headings)
        # Two rows are one header where that knows more than either row alone, or where a heading
        # reaches over both.
        alone = max((known.hits for known in (single, spelling.recognise(below)) if known), default=0)
        if double is not None and (double.hits > alone or _share_a_heading(row, below)):
            written = _written(row, below)
            found.append(Header(number + 1, 2, tuple(headings), double, conversion, written))
    if not found:
        return None
    most = max(header.recognised.hits for header in found)
    # A header may be repeated further down, and better spelt there: what stands above it then would be
    # taken for titles. The first that will do is the header.
    will_do = [
        header
        for header in found
        if header.recognised.hits == most
        or (not header.recognised.missing and header.recognised.hits * 2 >= most)
    ]
    return min(will_do, key=lambda h: (h.last_row - h.rows, -h.recognised.hits, -h.rows))


def _written(*rows: Sequence[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(folded, texts)) for texts in zip_longest(*rows, fillvalue=""))


def _share_a_heading(upper: Sequence[str], lower: Sequence[str]) -> bool:
    return any(top and folded(top) == folded(bottom) for top, bottom in zip(upper, lower, strict=False))


def _merged_headings(upper: Sequence[str], lower: Sequence[str], known: frozenset[str]) -> list[str]:
    """Return the headings of two rows: the lower one's, with the upper one's where that says more.

    A heading above several columns stands in the first of them alone, or is repeated over each.
    """
    width = max(len(upper), len(lower))
    headings = []
    above = ""
    for position in range(width):
        top = upper[position] if position < len(upper) else ""
        bottom = lower[position] if position < len(lower) else ""
        above = top or above
        if not bottom or folded(bottom) == folded(top):
            headings.append(top)
            continue
        joined = f"{above} {bottom}".strip()
        headings.append(joined if folded(joined) in known else bottom)
    return headings


def _prefer_words(header: Header, rows: Sequence[RawRow]) -> Header:
    """Return the header with word columns before figure columns: systems number their states differently."""
    recognised = header.recognised
    positions = dict(recognised.positions)
    seconds: dict[str, int] = {}
    for column, place in recognised.passed_over:
        if recognised.table.columns[column].kind != "enum" or column in seconds:
            continue
        first = positions[column]
        below = [row.cells for row in rows[header.last_row :] if row.cells is not None]
        if not _has_words(below, first) and _has_words(below, place):
            first, place = place, first
        positions[column], seconds[column] = first, place
    passed_over = tuple(
        (column, place)
        for column, place in chain(recognised.positions.items(), recognised.passed_over)
        if place not in (positions[column], seconds.get(column))
    )
    changed = replace(recognised, positions=positions, seconds=seconds, passed_over=passed_over)
    return replace(header, recognised=changed)


def _has_words(rows: Sequence[Sequence[Cell]], position: int) -> bool:
    cells = [shown(row[position]) for row in rows if position < len(row)]
    return any(any(letter.isalpha() for letter in cell) for cell in cells)


class RowReader:
    """Tells records from other rows below one header."""

    def __init__(self, header: Header, spelling: Spelling) -> None:
        self.header = header
        self._columns = spelling.columns_by_heading(header.recognised.table.name)
        recognised = header.recognised
        served = chain(recognised.passed_over, recognised.seconds.items(), recognised.positions.items())
        # The column that each heading names, whether or not another heading serves it.
        self._column_at = {place: column for column, place in served}
        # What each column of a list may hold.
        self._words = {
            place: frozenset(spelling.value_spellings(header.recognised.table.name, spec))
            for name, place in header.recognised.positions.items()
            if (spec := header.recognised.table.columns[name]).kind == "enum"
        }
        table, positions = header.recognised.table, header.recognised.positions
        self._width = len(header.headings)
        self._required = [positions[name] for name in table.required if name in positions]
        if "unit_name" in positions and "unit_code" not in positions:
            self._required.append(positions["unit_name"])
        self._key = next((positions[name] for name in table.key if name in positions), 0)
        self._known = frozenset(positions.values())
        self._headings = tuple(map(folded, header.headings))
        self._named = sum(map(bool, self._headings))

    def guess(self, cells: Sequence[Cell], *, first: bool) -> Guess | None:
        """Return what a row is if it is no record, None for a record; ``first``: right below a header."""
        if len(cells) == self._width and not any(is_blank(cells[place]) for place in self._required):
            key = shown(cells[self._key]).strip()
            # Nearly every row is one of these: a code with figures in it, which no heading is.
            if not first and any(map(str.isdigit, key)) and key[:1] not in "tTcC(":
                return None
            if (header := self._header(cells)) is not None:
                return header
            if first and self._is_numbering(cells):
                return "column_numbers"
            if self._is_total(cells):
                return "total"
            # A merged cell is repeated over the whole row.
            return self._prose(cells) if len({shown(cell) for cell in cells}) == 1 else None
        if all(is_blank(cell) for cell in cells):
            return "blank"
        if (header := self._header(cells)) is not None:
            return header
        if first and self._is_numbering(cells):
            return "column_numbers"
        return "total" if self._is_total(cells) else self._prose(cells)

    def _header(self, cells: Sequence[Cell]) -> Guess | None:
        """Return whether a row is the header again, to the word, or another one; None for neither."""
        texts = [(place, folded(shown(cell))) for place, cell in enumerate(cells) if not is_blank(cell)]
        written = self.header.written
        if len(texts) >= 2 and all(place < len(written) and text in written[place] for place, text in texts):
            return "repeated_header"
        named = [(place, self._columns[text]) for place, text in texts if text in self._columns]
        if len(named) < _LEAST_HEADINGS or len(named) * 2 <= len(texts):
            return None
        # The same headings spelt otherwise, or one more beside them, change nothing.
        return "repeated_header" if all(self._stands_there(*heading) for heading in named) else "other_header"

    def _stands_there(self, place: int, column: str) -> bool:
        """Return whether the header has ``column`` at ``place``, or neither of them anywhere."""
        if place in self._column_at:
            return self._column_at[place] == column
        return column not in self._column_at.values()

    def _is_numbering(self, cells: Sequence[Cell]) -> bool:
        """Columns are numbered from 1 or (1) on, those before them lettered from A on."""
        marks = [
            _COLUMN_NUMBER.fullmatch(shown(cell).strip().lower()) for cell in cells if not is_blank(cell)
        ]
        # Numbers in a few columns may as well be a poor record.
        if len(marks) < 3 or len(marks) * 4 < self._named * 3 or not all(marks):
            return False
        names = [mark[1] for mark in marks if mark is not None]
        letters = [name for name in names if name.isalpha()]
        numbers = [int(name) for name in names[len(letters) :] if name.isdigit()]
        return letters == list("abcdefghij"[: len(letters)]) and numbers == list(
            range(1, len(names) - len(letters) + 1)
        )

    def _is_total(self, cells: Sequence[Cell]) -> bool:
        """A total says so in its first words, and no case number stands in the row."""
        key = shown(cells[self._key]) if self._key < len(cells) else ""
        if key.strip() and _is_code(key) and not _TOTAL.fullmatch(folded(key)):
            return False
        needed = [folded(shown(cells[place])) for place in self._required if place < len(cells)]
        # Where a unit is named, "Tổng số lao động nước ngoài" is a procedure.
        if any(any(map(str.isalpha, text)) and not _TOTAL.fullmatch(text) for text in needed):
            return False
        texts = [text for cell in cells[: self._width] if (text := folded(shown(cell)))]
        if any(_DATE.fullmatch(text) for text in texts):
            return False
        leading = [text for text in texts[:2] if not _ENUMERATOR.fullmatch(text)]
        return bool(leading) and _TOTAL.fullmatch(leading[0]) is not None

    def _prose(self, cells: Sequence[Cell]) -> Guess | None:
        """Return whether a row holds nothing but a text or a few: words, no codes or figures."""
        filled = [(place, shown(cell).strip()) for place, cell in enumerate(cells) if not is_blank(cell)]
        # One merged cell is repeated wherever it reaches.
        texts = {text for place, text in filled if place in self._known or not _ENUMERATOR.fullmatch(text)}
        if not texts:
            return None
        if not all(_is_prose(text) for text in texts):
            return None
        if self._may_be_record(filled, texts):
            return None
        if any(folded(text) in self._words.get(place, ()) for place, text in filled):
            # A state stands where states stand, as in a unit and a state without a number: a poor record.
            return None
        if len(texts) == 1:
            return "one_text" if self._width >= _LEAST_WIDTH and len(cells) in (1, self._width) else None
        narrow = len(filled) * 2 > self._width
        return None if narrow or len(texts) > _MOST_TEXTS_OF_A_NOTE else "few_texts"

    def _may_be_record(self, filled: Sequence[tuple[int, str]], texts: Collection[str]) -> bool:
        """Return whether a row of texts has a record's number, or what may be the number of a case."""
        keys = [text for place, text in filled if place == self._key]
        if any(len(text.split()) <= _MOST_WORDS_OF_A_CODE and _has_figure(text) for text in keys):
            return True
        places = [place for place, text in filled if text in texts]
        numbers = [place for place, text in filled if text not in texts and _ROW_NUMBER.fullmatch(text)]
        # Groups are numbered too, but then the name follows at once, and nothing follows the name.
        return bool(numbers) and (len(texts) > 1 or min(places) > numbers[0] + 1)


def _has_figure(text: str) -> bool:
    return any(map(str.isdigit, text))


def _is_code(text: str) -> bool:
    return " " not in text.strip() and any(letter.isdigit() for letter in text)


def _is_prose(text: str) -> bool:
    return len(text.split()) >= 2 and any(letter.isalpha() for letter in text)


def settled(guesses: Mapping[int, Guess], last_record: int | None) -> Iterator[tuple[int, NotRecord | None]]:
    """Yield what each guessed row is once the place of the last sure record is known; None for a record."""
    end = -1 if last_record is None else last_record
    # A group may have no record and yet a total of nothing.
    last_total = max((p for p, guess in guesses.items() if guess in ("total", "repeated_header")), default=-1)
    for position, guess in guesses.items():
        after = position > end
        match guess:
            case "one_text":
                yield position, "note" if after and position > last_total else "group"
            case "few_texts":
                yield position, "note" if after else None
            case "other_header":
                yield position, None
            case _:
                yield position, guess
