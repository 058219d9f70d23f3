"""A statutory form → a workbook as offices file it, its sums as formulas."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from chiso.catalogue.statutory_forms import FIRST_NUMBER, FormColumn
from chiso.errors import Language, Text
from chiso.reporting.files import new_workbook
from chiso.reporting.statutory_paper import (
    HEADING_ROWS,
    Paper,
    column_numbers,
    headings_of,
    name_on_paper,
    paper_notes,
    paper_of,
)
from chiso.scoring.statutory import StatutoryForm
from chiso.scoring.statutory_rows import FormRow

# What stands above the table: three lines, then what is counted.
_FIRST_HEADING = 4
_NUMBERS = _FIRST_HEADING + HEADING_ROWS
_FIRST_ROW = _NUMBERS + 1
_BEFORE = FIRST_NUMBER - 1
_A4 = 9


def statutory_workbook(form: StatutoryForm, language: Language) -> bytes:
    """Return a workbook with the form on its first sheet, A4 across, and the notes on the second."""
    stream = io.BytesIO()
    workbook = new_workbook(stream)
    formats = _formats(workbook)
    sheet = workbook.add_worksheet(form.head.code)
    _write_above(sheet, form, paper_of(form, language), formats)
    _write_headings(sheet, form, formats, language)
    for position, row in enumerate(form.rows):
        _write_row(sheet, form, position, row, formats, language)
    end = _FIRST_ROW + len(form.rows)
    _write_signatures(sheet, form, end + 1, paper_of(form, language), formats)
    _set_up_page(sheet, form, end + 6)
    remarks = workbook.add_worksheet(Text(vi="Ghi chú", en="Notes").in_language(language))
    remarks.set_column(0, 0, 120, workbook.add_format({"text_wrap": True}))
    for number, line in enumerate(paper_notes(form, language)):
        remarks.write_string(number, 0, line)
    remarks.set_paper(_A4)
    remarks.set_landscape()
    remarks.fit_to_pages(1, 0)
    workbook.close()
    return stream.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    paper = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
    framed = {**paper, "border": 1, "text_wrap": True}
    number = {**framed, "num_format": "#,##0", "align": "right", "indent": 1}
    rate = {**framed, "num_format": "0.00", "align": "right"}
    bold = {"bold": True}
    return {
        "left": workbook.add_format({**paper, "text_wrap": True, "valign": "top"}),
        "title": workbook.add_format(
            {**paper, **bold, "font_size": 13, "align": "center", "text_wrap": True}
        ),
        "middle": workbook.add_format({**paper, "align": "center"}),
        "italic": workbook.add_format({**paper, "italic": True, "align": "right"}),
        "dated": workbook.add_format({**paper, "italic": True, "align": "center"}),
        "signer": workbook.add_format({**paper, **bold, "align": "center"}),
        "heading": workbook.add_format({**framed, **bold, "align": "center"}),
        "number_of_column": workbook.add_format(
            {**framed, "italic": True, "align": "center", "font_size": 9}
        ),
        "place": workbook.add_format({**framed, "align": "center"}),
        "name": workbook.add_format(framed),
        "count": workbook.add_format(number),
        "percent": workbook.add_format(rate),
        "sum name": workbook.add_format({**framed, **bold}),
        "sum count": workbook.add_format({**number, **bold}),
        "sum percent": workbook.add_format({**rate, **bold}),
    }


def _write_above(sheet: Any, form: StatutoryForm, paper: Paper, formats: Mapping[str, Any]) -> None:
    last = _BEFORE + len(form.forms.columns()) - 1
    right = last - 4
    sheet.merge_range(0, 0, 2, 1, "\n".join(paper.left), formats["left"])
    sheet.merge_range(0, 2, 0, right - 1, paper.title, formats["title"])
    sheet.merge_range(1, 2, 1, right - 1, paper.middle[0], formats["middle"])
    sheet.merge_range(2, 2, 2, right - 1, " ".join(paper.middle[1:]), formats["middle"])
    sheet.merge_range(0, right, 2, last, "\n".join(paper.right), formats["left"])
    sheet.merge_range(3, 2, 3, last, paper.unit_of_count, formats["italic"])
    sheet.set_row(0, 52)


def _write_headings(sheet: Any, form: StatutoryForm, formats: Mapping[str, Any], language: Language) -> None:
    for heading in headings_of(form):
        text = heading.text.in_language(language)
        top, bottom = _FIRST_HEADING + heading.first_row, _FIRST_HEADING + heading.last_row
        if (top, heading.first) == (bottom, heading.last):
            sheet.write_string(top, heading.first, text, formats["heading"])
        else:
            sheet.merge_range(top, heading.first, bottom, heading.last, text, formats["heading"])
    for position, text in enumerate(column_numbers(form.forms, language)):
        sheet.write_string(_NUMBERS, position, text, formats["number_of_column"])
    sheet.set_row(_FIRST_HEADING + HEADING_ROWS - 1, 48)
    sheet.set_row(_NUMBERS, 36)


def _write_row(
    sheet: Any,
    form: StatutoryForm,
    position: int,
    row: FormRow,
    formats: Mapping[str, Any],
    language: Language,
) -> None:
    line = _FIRST_ROW + position
    single = row.kind in ("unit", "field")
    prefix = "" if single else "sum "
    if single:
        place = sum(each.kind == row.kind for each in form.rows[: position + 1])
        sheet.write_number(line, 0, place, formats["place"])
    else:
        sheet.write_blank(line, 0, None, formats["place"])
    sheet.write_string(line, 1, name_on_paper(row, language), formats[f"{prefix}name"])
    columns = form.forms.columns()
    places = {column.code: _BEFORE + n for n, column in enumerate(columns)}
    for column in columns:
        place = places[column.code]
        value = form.rates[position][column.code] if column.kind == "rate" else row.counts[column.code]
        kind = formats[f"{prefix}{'percent' if column.kind == 'rate' else 'count'}"]
        formula = _formula(form, column, row, position, places)
        if formula is not None:
            # The number goes along, for programs that show a sheet without working it out.
            sheet.write_formula(line, place, formula, kind, "" if value is None else float(value))
        elif value is None:
            sheet.write_blank(line, place, None, kind)
        else:
            sheet.write_number(line, place, int(value), kind)


def _formula(
    form: StatutoryForm, column: FormColumn, row: FormRow, position: int, places: Mapping[str, int]
) -> str | None:
    """Return the formula of a cell, None where it holds a count or what it rests on is not known."""
    line = _FIRST_ROW + position

    def known(*codes: str) -> bool:
        return all(row.counts[code] is not None for code in codes)

    if column.kind == "rate":
        rate = next(rate for rate in form.forms.rates if rate.code == column.code)
        above = "+".join(xl_rowcol_to_cell(line, places[code]) for code in rate.numerator)
        below = xl_rowcol_to_cell(line, places[rate.denominator])
        whole = known(*rate.numerator, rate.denominator)
        return f'=IF({below}=0,"",ROUND(100*({above})/{below},2))' if whole else None
    if column.sum_of and known(*column.sum_of):
        first, last = places[column.sum_of[0]], places[column.sum_of[-1]]
        return f"=SUM({xl_range(line, first, line, last)})"
    if row.kind in ("sum", "total") and position > row.first and known(column.code):
        place = places[column.code]
        rows = xl_range(_FIRST_ROW + row.first, place, line - 1, place)
        # Sums among the rows must not be counted twice: SUBTOTAL passes over others of its kind.
        return f"=SUBTOTAL(9,{rows})" if _nested(form) else f"=SUM({rows})"
    return None


def _nested(form: StatutoryForm) -> bool:
    return any(row.kind == "sum" for row in form.rows)


def _write_signatures(
    sheet: Any, form: StatutoryForm, line: int, paper: Paper, formats: Mapping[str, Any]
) -> None:
    last = _BEFORE + len(form.forms.columns()) - 1
    (left, left_note), (right, right_note) = paper.signatures
    sheet.merge_range(line, last - 6, line, last, paper.dated, formats["dated"])
    sheet.merge_range(line + 1, 0, line + 1, 1, left, formats["signer"])
    sheet.merge_range(line + 2, 0, line + 2, 1, left_note, formats["dated"])
    sheet.merge_range(line + 1, last - 6, line + 1, last, right, formats["signer"])
    sheet.merge_range(line + 2, last - 6, line + 2, last, right_note, formats["dated"])


def _set_up_page(sheet: Any, form: StatutoryForm, last_line: int) -> None:
    """A4 across, the headings on every page, margins of an official document, pages numbered."""
    last = _BEFORE + len(form.forms.columns()) - 1
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 34)
    sheet.set_column(_BEFORE, last, 8.5)
    sheet.freeze_panes(_FIRST_ROW, _BEFORE)
    sheet.repeat_rows(_FIRST_HEADING, _NUMBERS)
    sheet.print_area(0, 0, last_line, last)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # In inches: 3 cm to the left, 2 cm elsewhere.
    sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)
    sheet.set_header("&C&P", {"margin": 0.4})
