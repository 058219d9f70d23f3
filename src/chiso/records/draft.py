"""A draft of a mapping file from the headings of exports: what is known, what is near, what is open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from chiso.records.layout import SEARCHED_ROWS, find_header
from chiso.records.mapping import Spelling
from chiso.records.personal_text import holds_personal_number
from chiso.records.sources.cell import Sheet, is_blank, shown
from chiso.records.sources.open import open_sheets
from chiso.terms.columns import TABLES, ColumnSpec
from chiso.terms.text import composed, folded

_EXPLANATION = """\
# Draft of a mapping. A line that begins with # is not in force: look at it, put it right, and take the
# mark away. Use it with --mapping. The form is described in docs/reading.md.
# Bản nháp ánh xạ. Dòng bắt đầu bằng # chưa có hiệu lực: xem lại, sửa và bỏ dấu #. Dùng với --mapping.
"""
_LOOKED_AT = 5_000
# A state of a case comes up again and again, and in words that such states are made of. What does not
# might be anything, a name among other things, and stays in the file.
_LEAST_TIMES = 3
_LEAST_WORDS = 2
_WORDS_OF_STATES = frozenset(
    word
    for words in (
        "hồ sơ chờ đang đã tạm dừng trình ký duyệt phê thẩm định chuyển luân xong hoàn thành hủy hết hạn trễ",
        "đúng trước quá thuế cho phép liên thông kết quả giải quyết bộ phận một cửa lãnh đạo thụ lý nộp phí",
    )
    for word in words.split()
)


@dataclass
class _Sheet:
    """The headings of one sheet, and words of its lists that no mapping knows."""

    file: str
    table: str
    headings: Sequence[str]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


def draft_mapping(paths: Iterable[Path], spelling: Spelling) -> str:
    """Return the YAML text of a draft for the files; raises RecordsError for a file that cannot be opened."""
    sheets = [sheet for path in paths for sheet in _sheets(path, spelling)]
    name = json.dumps(Path(sheets[0].file).stem if sheets else "draft", ensure_ascii=False)
    lines = [f"{_EXPLANATION}mapping: {name}", "tables:" if sheets else "tables: {}"]
    for table in dict.fromkeys(sheet.table for sheet in sheets):
        same = [sheet for sheet in sheets if sheet.table == table]
        lines.append(f"  # {', '.join(dict.fromkeys(sheet.file for sheet in same))}")
        lines.append(f"  {table}:")
        lines.extend(_column_lines(table, same, spelling))
        lines.extend(_value_lines(same))
    return "\n".join(lines) + "\n"


def _sheets(path: Path, spelling: Spelling) -> Iterator[_Sheet]:
    """Yield the sheets that hold a table; where no heading is known, the one that looks most like one."""
    opened = open_sheets(path)
    found: list[tuple[int, _Sheet]] = []
    for sheet in opened:
        rows = list(islice(sheet.rows(), SEARCHED_ROWS))
        header = find_header(sheet, rows, spelling)
        if header is not None:
            table = header.recognised.table.name
            words = {
                name: _unknown_words(sheet, header.last_row, place, table, spec, spelling)
                for name, place in header.recognised.positions.items()
                if (spec := TABLES[table].columns[name]).kind == "enum"
            }
            found.append((header.recognised.hits, _Sheet(path.name, table, header.headings, words)))
    if not found:
        widest = max((_likely_headings(sheet, spelling) for sheet in opened), key=len, default=())
        if widest:
            yield _Sheet(path.name, "cases", widest)
        return
    # Delimited text is there once for each separator it might have.
    best = max(found, key=lambda pair: pair[0])
    for _, sheet_found in [best] if opened[0].format == "csv" else found:
        yield sheet_found


def _likely_headings(sheet: Sheet, spelling: Spelling) -> Sequence[str]:
    """Return the row that reads like headings, nothing where none does: it might be a citizen's.

    Headings begin with the words that headings begin with (ngày, mã, tên, …), and hold no figures.
    """
    starts = {heading.split()[0] for heading in spelling.all_headings if not heading.isascii()}
    if sheet.headings is not None:
        return sheet.headings
    best: Sequence[str] = ()
    for row in islice(sheet.rows(), SEARCHED_ROWS):
        texts = [composed(shown(cell)) for cell in row.cells or ()]
        filled = [text for text in texts if text]
        likely = sum(folded(text).split()[0] in starts for text in filled)
        plain = not any(sum(map(str.isdigit, text)) > 1 for text in filled)
        if plain and likely * 2 > len(filled) > sum(map(bool, best)):
            best = texts
    return best


def _unknown_words(
    sheet: Sheet, header_row: int, position: int, table: str, column: ColumnSpec, spelling: Spelling
) -> Sequence[str]:
    known = spelling.value_spellings(table, column)
    vocabulary = {word for text in known for word in text.split()} | _WORDS_OF_STATES
    counted: Counter[str] = Counter()
    for row in islice(sheet.rows(), header_row, header_row + _LOOKED_AT):
        if row.cells is not None and position < len(row.cells) and not is_blank(row.cells[position]):
            counted[composed(shown(row.cells[position]))] += 1
    return [
        text
        for text, times in counted.most_common()
        if times >= _LEAST_TIMES
        and folded(text) not in known
        and not any(map(str.isdigit, text))
        and len(folded(text).split()) >= _LEAST_WORDS
        and vocabulary.issuperset(folded(text).split())
    ]


def _column_lines(table: str, sheets: Sequence[_Sheet], spelling: Spelling) -> Iterator[str]:
    spec = TABLES[table]
    known: dict[str, list[str]] = {}
    open_: dict[str, str] = {}
    for sheet in sheets:
        recognised = spelling.recognise(sheet.headings)
        positions = recognised.positions if recognised is not None and recognised.table is spec else {}
        taken = {place: column for column, place in positions.items()}
        for position, text in enumerate(sheet.headings):
            heading = "" if holds_personal_number(text) else text
            quoted = json.dumps(heading, ensure_ascii=False)
            if position in taken:
                if heading not in known.setdefault(taken[position], []):
                    known[taken[position]].append(heading)
            elif not heading:
                continue
            elif spelling.is_personal(heading):
                open_[heading] = f"{quoted}: personal, never read"
            elif (near := spelling.near_miss(spec, heading)) is not None:
                open_[heading] = f"{near[1]}: [{quoted}]  # nearly “{near[0]}”"
            else:
                open_[heading] = f"?: [{quoted}]"
    yield "    columns:"
    for column, headings in known.items():
        yield f"      {column}: {json.dumps(headings, ensure_ascii=False)}"
    yield from (f"      # {line}" for line in open_.values())
    lacking = [c for c in spec.required if c not in known and not (c == "unit_code" and "unit_name" in known)]
    if lacking:
        yield "    # Required and not found: name the heading above, or give a value for every row."
        yield "    # constants:"
        yield from (f'    #   {column}: ""' for column in lacking)


def _value_lines(sheets: Sequence[_Sheet]) -> Iterator[str]:
    words: dict[str, dict[str, None]] = {}
    for sheet in sheets:
        for column, texts in sheet.words.items():
            words.setdefault(column, {}).update(dict.fromkeys(texts))
    if any(words.values()):
        yield "    # values:"
    for column, unknown in words.items():
        if unknown:
            yield f"    #   {column}:"
            yield f"    #     ?: {json.dumps(list(unknown), ensure_ascii=False)}"
