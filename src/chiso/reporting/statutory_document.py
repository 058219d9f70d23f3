"""A statutory form → a document to sign: A4 across, in the layout of official papers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from chiso.catalogue.statutory_forms import FIRST_NUMBER
from chiso.errors import Language, Text
from chiso.reporting.statutory_paper import (
    HEADING_ROWS,
    Paper,
    column_numbers,
    headings_of,
    name_on_paper,
    paper_notes,
    paper_of,
)
from chiso.reporting.statutory_tables import form_values
from chiso.reporting.tables import Value, number_text
from chiso.scoring.statutory import StatutoryForm

_FONT = "Times New Roman"
# In millimetres; what the first two columns leave is shared by the others.
_PAPER, _LEFT, _RIGHT, _EDGE = (297, 210), 30, 15, 20
_PLACE_WIDTH, _NAME_WIDTH = 9, 52
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def statutory_document(form: StatutoryForm, language: Language) -> bytes:
    """Return the form as a document, the notes on a page of their own behind it."""
    document: Any = Document()
    _set_up(document)
    paper = paper_of(form, language)
    _write_above(document, paper)
    _write_table(document, form, language)
    _write_signatures(document, paper)
    document.add_page_break()
    title = document.add_paragraph()
    title.add_run(Text(vi="Ghi chú", en="Notes").in_language(language)).bold = True
    for line in paper_notes(form, language):
        document.add_paragraph(line).paragraph_format.space_after = Pt(3)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: Any) -> None:
    """A4 across, margins and font of official papers, page numbers on top from the second page on."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(size) for size in _PAPER)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    section.top_margin = section.bottom_margin = Mm(_EDGE)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = number.add_run()
        if kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _width() -> int:
    return _PAPER[0] - _LEFT - _RIGHT


def _write_above(document: Any, paper: Paper) -> None:
    """What stands beside each other above the table: the form's number, its title, who reports to whom."""
    widths = (55, _width() - 55 - 65, 65)
    cells = _unframed(document, widths)
    _lines(cells[0], [(paper.left[0], True), *((line, False) for line in paper.left[1:])], 11)
    _lines(cells[1], [(paper.title, True), *((line, False) for line in paper.middle)], 12, centred=True)
    _lines(cells[2], [(line, False) for line in paper.right], 11)
    counted = document.add_paragraph()
    counted.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = counted.add_run(paper.unit_of_count)
    run.italic, run.font.size = True, Pt(11)
    counted.paragraph_format.space_before = counted.paragraph_format.space_after = Pt(4)


def _unframed(document: Any, widths: Sequence[int]) -> list[Any]:
    """Return the cells of a table of one row without a frame."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _mark(table.rows[0], "w:cantSplit")
    cells = list(table.rows[0].cells)
    for column, cell, width in zip(table.columns, cells, widths, strict=True):
        column.width = cell.width = Mm(width)
    return cells


def _lines(cell: Any, lines: Sequence[tuple[str, bool]], size: int, *, centred: bool = False) -> None:
    """Write lines, bold or not, into a cell."""
    for number, (text, bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        if centred:
            paragraph.alignment = _CENTRE
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(size)


def _write_table(document: Any, form: StatutoryForm, language: Language) -> None:
    numbers = column_numbers(form.forms, language)
    table = document.add_table(rows=HEADING_ROWS + 2, cols=len(numbers))
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    others = (_width() - _PLACE_WIDTH - _NAME_WIDTH) / (len(numbers) - FIRST_NUMBER + 1)
    widths = [_PLACE_WIDTH, _NAME_WIDTH, *[others] * (len(numbers) - FIRST_NUMBER + 1)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for heading in headings_of(form):
        first = table.cell(heading.first_row, heading.first)
        merged = first.merge(table.cell(heading.last_row, heading.last))
        _fill(merged, heading.text.in_language(language), bold=True)
    for cell, text in zip(table.rows[HEADING_ROWS].cells, numbers, strict=True):
        _fill(cell, text, size=7.5)
    for row in table.rows[: HEADING_ROWS + 1]:
        _mark(row, "w:tblHeader")
    _write_rows(table, form, language)


def _fill(cell: Any, text: str, *, bold: bool = False, size: float = 9) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = _CENTRE
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    _tighten(cell)


def _tighten(cell: Any) -> None:
    """Leave little room beside the text of a narrow cell."""
    margins = OxmlElement("w:tcMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "40")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell._tc.get_or_add_tcPr().append(margins)


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _write_rows(table: Any, form: StatutoryForm, language: Language) -> None:
    """Write the rows as copies of the last one: thousands of rows made one by one would take minutes."""
    pattern = table.rows[HEADING_ROWS + 1]
    _mark(pattern, "w:cantSplit")
    for position, cell in enumerate(pattern.cells):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = (
            (_CENTRE, WD_ALIGN_PARAGRAPH.LEFT)[position] if position < 2 else (WD_ALIGN_PARAGRAPH.RIGHT)
        )
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
        paragraph.add_run("?").font.size = Pt(10)
        _tighten(cell)
    number = 0
    for row, values in zip(form.rows, form_values(form), strict=True):
        single = row.kind in ("unit", "field")
        number += single
        texts = [str(number) if single else "", name_on_paper(row, language)]
        texts += [_cell_text(value, language) for value in values]
        copied = deepcopy(pattern._tr)
        for run, text in zip(copied.iter(qn("w:r")), texts, strict=True):
            run.find(qn("w:t")).text = text
            if not single:
                run.get_or_add_rPr().append(OxmlElement("w:b"))
        table._tbl.append(copied)
    table._tbl.remove(pattern._tr)
    # Nobody signs a page without a line of the form on it.
    for paragraph in copied.iter(qn("w:p")):
        paragraph.get_or_add_pPr().get_or_add_keepNext()


def _cell_text(value: Value, language: Language) -> str:
    return number_text(value, language) if isinstance(value, (int, Decimal)) else "–"


def _write_signatures(document: Any, paper: Paper) -> None:
    document.add_paragraph().paragraph_format.keep_with_next = True
    left, right = _unframed(document, (_width() // 2, _width() - _width() // 2))
    (prepared, prepared_note), (head, head_note) = paper.signatures
    _lines(left, [("", False), (prepared, True), (prepared_note, False)], 12, centred=True)
    _lines(right, [(paper.dated, False), (head, True), (head_note, False)], 12, centred=True)
