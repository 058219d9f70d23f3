"""The rows of a small table as texts by column, what are no records left out, corrections in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chiso.errors import Text
from chiso.records.corrections import AS_IN_FILE, Corrections
from chiso.records.layout import Guess, settled
from chiso.records.part import Part
from chiso.records.table_file import Row, TableFile, rows_of
from chiso.records.textual import textual
from chiso.terms.text import composed


@dataclass(frozen=True)
class TextRow:
    """One record: its number in the file and its texts by canonical column, None where it is broken."""

    number: int
    cells: Mapping[str, str] | None
    faults: tuple[tuple[str | None, Text], ...] = ()


def text_rows(file: TableFile, corrections: Corrections) -> tuple[Part[TableFile], list[TextRow]]:
    """Return the records of a file, and what its other rows are."""
    part = Part(file, 0, 0)
    corrected = corrections.of(file)
    rows: dict[int, TextRow] = {}
    guesses: dict[int, Guess] = {}
    for position, row in enumerate(rows_of(file)):
        number = part.row_number(position)
        if row.guess is not None and number not in corrected:
            guesses[position] = row.guess
        rows[position] = _text_row(part, position, row, corrected.get(number))
    part.end = len(rows)
    corrections.check_rows(file, part.row_number(part.end - 1))
    last = max((position for position in rows if position not in guesses), default=None)
    part.not_records = {position: kind for position, kind in settled(guesses, last) if kind is not None}
    return part, [row for position, row in rows.items() if position not in part.not_records]


def _text_row(
    part: Part[TableFile], position: int, row: Row, correction: Mapping[str, str] | None
) -> TextRow:
    file, number = part.file, part.row_number(position)
    recognised = file.recognised
    texts = dict(recognised.constants)
    faults: list[tuple[str | None, Text]] = []
    if row.cells is None and correction is None:
        return TextRow(number, None, () if row.fault is None else ((None, row.fault),))
    for column in recognised.positions:
        if row.cells is None:
            continue
        cell = recognised.cell(row.cells, column)
        found = textual(cell, recognised.table.columns[column], file.sheet.encoding)
        if found.fault is not None and (correction or {}).get(column, AS_IN_FILE) == AS_IN_FILE:
            faults.append((column, found.fault))
        part.recovered[column] += found.recovered
        texts[column] = composed(found.text or "")
    for column, text in (correction or {}).items():
        if text != AS_IN_FILE:
            texts[column] = composed(text)
    return TextRow(number, texts, tuple(faults))
