"""Lists of late records → a workbook in the form of the annexes that offices file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Language, Text
from chiso.reporting.files import LONGEST_SHEET, height_of, new_workbook
from chiso.reporting.late_tables import LABELS, late_notes, list_title, numbered
from chiso.reporting.tables import day_text
from chiso.scoring.late import LateLists
from chiso.scoring.late_records import ListedRecord, ListName

_SHEETS: Mapping[ListName, Text] = {
    "finished": Text(vi="Phụ lục I", en="Annex I"),
    "open": Text(vi="Phụ lục II", en="Annex II"),
    "due": Text(vi="Sắp đến hạn", en="Due soon"),
}
_TITLES: Mapping[ListName, Text] = {
    "finished": Text(vi="đã giải quyết quá hạn", en="finished late"),
    "open": Text(vi="chưa giải quyết, đã quá hạn", en="still open and late"),
    "due": Text(vi="sắp đến hạn", en="due soon"),
}
_NUMBER = Text(vi="STT", en="No.")
_HEADER_ROW = 3
# Of each column the width that its cells need on paper; the note takes what is left of A4 across.
_WIDTHS: Mapping[str, float] = {
    "number": 5,
    "unit_name": 26,
    "officer_code": 13,
    "working_days_late": 11,
    "working_days_left": 11,
    "note": 34,
}


def late_workbook(lists: LateLists, language: Language) -> bytes:
    """Return a workbook with one sheet per list, grouped by unit, and the notes on the last.

    A list that is longer than a sheet goes on in further sheets.
    """
    stream = io.BytesIO()
    workbook = new_workbook(stream)
    write_late_lists(workbook, lists, language)
    remarks = workbook.add_worksheet(Text(vi="Ghi chú", en="Notes").in_language(language))
    remarks.set_column(0, 0, 120, workbook.add_format({"text_wrap": True}))
    for number, line in enumerate(late_notes(lists, language)):
        remarks.write_string(number, 0, line)
    workbook.close()
    return stream.getvalue()


def write_late_lists(workbook: Any, lists: LateLists, language: Language) -> None:
    """Add the sheets of the lists to a workbook, in the form in which offices file them."""
    paper: dict[str, Any] = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
    framed = {**paper, "border": 1, "text_wrap": True}
    formats = {
        "title": workbook.add_format({**paper, "bold": True, "font_size": 13, "align": "center"}),
        "subtitle": workbook.add_format({**paper, "italic": True, "align": "center"}),
        "heading": workbook.add_format({**framed, "bold": True, "align": "center", "valign": "vcenter"}),
        "group": workbook.add_format({**framed, "bold": True}),
        "text": workbook.add_format(framed),
        "integer": workbook.add_format({**framed, "num_format": "#,##0"}),
        "day": workbook.add_format({**framed, "num_format": "dd/mm/yyyy", "align": "center"}),
    }
    for name in lists.lists:
        records = [record for record in lists.records if record.list == name]
        number = 1
        for part, piece in enumerate(_pieces(records, lists), start=1):
            title = _SHEETS[name].in_language(language)
            sheet = workbook.add_worksheet(title if part == 1 else f"{title} ({part})")
            _write_list(sheet, lists, name, piece, number, formats, language)
            number += len(piece)


def _pieces(records: Sequence[ListedRecord], lists: LateLists) -> Iterator[list[ListedRecord]]:
    """Yield the records in pieces that a sheet has room for, headings of groups included; one at least."""
    piece: list[ListedRecord] = []
    rows = _HEADER_ROW + 1
    for record in records:
        opens_group = not piece or _group(piece[-1], lists) != _group(record, lists)
        if piece and rows + opens_group + 1 > LONGEST_SHEET:
            yield piece
            piece, rows, opens_group = [], _HEADER_ROW + 1, True
        piece.append(record)
        rows += opens_group + 1
    yield piece


def _columns(lists: LateLists, name: ListName) -> list[str]:
    official = ["officer_code"] if "officer_code" in lists.table.columns else []
    ended = ["ended_on"] if name == "finished" else []
    days = "working_days_left" if name == "due" else "working_days_late"
    shown = [*ended, "unit_name", *official, days, "note"]
    return ["number", lists.table.own_key[0], "received_on", "due_on", *shown]


def _write_list(
    sheet: Any,
    lists: LateLists,
    name: ListName,
    records: Sequence[ListedRecord],
    first_number: int,
    formats: Mapping[str, Any],
    language: Language,
) -> None:
    columns = _columns(lists, name)
    last = len(columns) - 1
    for row, (text, kind) in enumerate(_above(lists, name, language)):
        sheet.merge_range(row, 0, row, last, text, formats[kind])
    widest = max((len(record.number) for record in records), default=0)
    heads = []
    for position, column in enumerate(columns):
        label = (_NUMBER if column == "number" else LABELS[column]).in_language(language)
        width = _width(column, lists, widest)
        sheet.write_string(_HEADER_ROW, position, label, formats["heading"])
        sheet.set_column(position, position, width)
        heads.append((label, width - 2))
    sheet.set_row(_HEADER_ROW, height_of(heads))
    row, number = _HEADER_ROW + 1, first_number
    for (_, official), group in groupby(records, key=lambda record: _group(record, lists)):
        members = list(group)
        text = f"{_group_text(members[0], official)} ({numbered(len(members), lists).in_language(language)})"
        sheet.merge_range(row, 0, row, last, text, formats["group"])
        row += 1
        for record in members:
            _write_record(sheet, row, columns, number, record, formats, language)
            number += 1
            row += 1
    _set_up_page(sheet)


def _width(column: str, lists: LateLists, widest: int) -> float:
    if column == lists.table.own_key[0]:
        return max(14, widest + 2)
    return _WIDTHS.get(column, 12)


def _above(lists: LateLists, name: ListName, language: Language) -> list[tuple[str, str]]:
    """Return the lines above the headings: annex, title, period and day of judgement."""
    judgement = lists.judgement
    as_of = day_text(judgement.as_of, language)
    period = Text(vi=f"Kỳ {judgement.period.label}", en=f"Period {judgement.period.label}")
    if name == "due":
        period = list_title(name, lists.within)
    many, title = vocabulary().tables[lists.table.name].called(0), _TITLES[name]
    title = Text(vi=f"Danh sách {many.vi} {title.vi}", en=f"{many.en} {title.en}")
    line = Text(vi=f"({period.vi}, tính đến {as_of})", en=f"({period.en}, as of {as_of})")
    return [
        (_SHEETS[name].in_language(language), "title"),
        (title.in_language(language).upper(), "title"),
        (line.in_language(language), "subtitle"),
    ]


def _group(record: ListedRecord, lists: LateLists) -> tuple[str, str | None]:
    return record.unit.code, record.described["officer_code"] if lists.order == "officer" else None


def _group_text(record: ListedRecord, official: str | None) -> str:
    unit = f"{record.unit.code} {record.unit.name}"
    return unit if official is None else f"{unit} · {official}"


def _write_record(
    sheet: Any,
    row: int,
    columns: Sequence[str],
    number: int,
    record: ListedRecord,
    formats: Mapping[str, Any],
    language: Language,
) -> None:
    values: dict[str, str | int | date | None] = {
        "number": number,
        "received_on": record.received_on,
        "due_on": record.due_on,
        "ended_on": record.ended_on,
        "unit_name": record.unit.name,
        "officer_code": record.described["officer_code"],
        "working_days_late": record.days_late,
        "working_days_left": record.days_left,
        "note": "; ".join(note.in_language(language) for note in record.notes) or None,
    }
    # The texts that may take several lines.
    wrapped = [
        (text, _WIDTHS[name]) for name in ("unit_name", "note") if isinstance(text := values[name], str)
    ]
    if any(len(text) > width for text, width in wrapped):
        sheet.set_row(row, height_of(wrapped))
    for position, column in enumerate(columns):
        value = values.get(column, record.number)
        if value is None:
            sheet.write_blank(row, position, None, formats["text"])
        elif isinstance(value, date):
            sheet.write_datetime(row, position, value, formats["day"])
        elif isinstance(value, int):
            sheet.write_number(row, position, value, formats["integer"])
        else:
            sheet.write_string(row, position, value, formats["text"])


def _set_up_page(sheet: Any) -> None:
    """A4 across, the headings on every page, margins of an official document, pages numbered."""
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # In inches: 3 cm to the left, 2 cm elsewhere.
    sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)
    sheet.set_header("&C&P", {"margin": 0.4})
