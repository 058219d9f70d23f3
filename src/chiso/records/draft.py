"""A draft of a mapping file from the headings of exports: what is known, what is near, what is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from chiso.records.layout import SEARCHED_ROWS, find_header
from chiso.records.mapping import Spelling
from chiso.records.sources.cell import Sheet, is_blank, shown
from chiso.records.sources.open import open_sheets
from chiso.terms.columns import TABLES
from chiso.terms.text import composed

_EXPLANATION = """\
# Draft of a mapping. A line that begins with # is not in force: look at it, put it right, and take the
# mark away. Use it with --mapping. The form is described in docs/reading.md.
# Bản nháp ánh xạ. Dòng bắt đầu bằng # chưa có hiệu lực: xem lại, sửa và bỏ dấu #. Dùng với --mapping.
"""


def draft_mapping(paths: Iterable[Path], spelling: Spelling) -> str:
    """Return the YAML text of a draft for the files; raises RecordsError for a file that cannot be opened.

    It holds headings alone, never a cell.
    """
    lines: list[str] = []
    names: list[str] = []
    for path in paths:
        for table, headings in _headings(path, spelling):
            names.append(path.name)
            lines.append(f"  # {path.name}")
            lines.extend(_table_lines(table, headings, spelling))
    name = json.dumps(Path(names[0]).stem if names else "draft", ensure_ascii=False)
    return f"{_EXPLANATION}mapping: {name}\ntables:\n" + "\n".join(lines or ["  {}"]) + "\n"


def _headings(path: Path, spelling: Spelling) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the table and headings of each sheet; without known headings, those that look like some."""
    sheets = open_sheets(path)
    found = []
    for sheet in sheets:
        rows = list(islice(sheet.rows(), SEARCHED_ROWS))
        header = find_header(sheet, rows, spelling)
        if header is not None:
            found.append((header.recognised.hits, header.recognised.table.name, header.headings))
    if not found:
        widest = max((_likely_headings(sheet) for sheet in sheets), key=len, default=())
        if widest:
            yield "cases", widest
        return
    # Delimited text is there once for each separator it might have.
    for _, table, headings in [max(found)] if sheets[0].format == "csv" else found:
        yield table, headings


def _likely_headings(sheet: Sheet) -> Sequence[str]:
    """Return the first of the rows with most texts in it: headings have no gaps."""
    if sheet.headings is not None:
        return sheet.headings
    rows = [row.cells or () for row in islice(sheet.rows(), SEARCHED_ROWS)]
    best: Sequence[str] = ()
    for cells in rows:
        texts = [composed(shown(cell)) for cell in cells]
        filled = sum(not is_blank(cell) for cell in cells)
        if filled > sum(map(bool, best)) and not any(text[:1].isdigit() for text in texts):
            best = texts
    return best


def _table_lines(table: str, headings: Sequence[str], spelling: Spelling) -> Iterator[str]:
    spec = TABLES[table]
    recognised = spelling.recognise(headings)
    known = {}
    if recognised is not None and recognised.table.name == table:
        known = {place: column for column, place in recognised.positions.items()}
    yield f"  {table}:"
    yield "    columns:"
    for position, heading in enumerate(headings):
        if not heading:
            continue
        quoted = json.dumps(heading, ensure_ascii=False)
        if position in known:
            yield f"      {known[position]}: [{quoted}]"
        elif spelling.is_personal(heading):
            yield f"      # {quoted}: personal, never read"
        elif (near := spelling.near_miss(spec, heading)) is not None:
            yield f"      # {near[1]}: [{quoted}]  # nearly “{near[0]}”"
        else:
            yield f"      # ?: [{quoted}]"
    there = set(known.values())
    missing = [c for c in spec.required if c not in there and not (c == "unit_code" and "unit_name" in there)]
    if missing:
        yield "    # Required and not found: name the heading above, or give a value for every row."
        yield "    # constants:"
        yield from (f'    #   {column}: ""' for column in missing)
