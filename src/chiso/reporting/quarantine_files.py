"""What was set aside → files: a table for scripts, a form to correct by hand, older states and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from chiso.errors import CannotWriteError, Language, Place, Problem, Text
from chiso.records.corrections import FORM_COLUMNS
from chiso.records.dataset import Records
from chiso.records.quarantine import Form, FormRow, correction_forms, superseded_rows
from chiso.reporting.files import harmless, write_whole

FORM_NAME = "corrections.xlsx"
SUPERSEDED_NAME = "superseded.csv"
_INSTRUCTION = Text(
    vi="Điền ô vàng: “-” nếu không có gì. “…” nghĩa là giữ như trong tệp. "
    "Rồi chạy lại với --corrections và tệp này; dòng chưa điền vẫn bị cách ly.",
    en="Fill in what is yellow: “-” if nothing stands there. “…” keeps what the file says. "
    "Then run again with --corrections and this file; rows not filled in stay in quarantine.",
)


def write_quarantine(folder: Path, records: Records, language: Language) -> list[Path]:
    """Write ``quarantine-TABLE.csv``, the form and ``superseded.csv`` into ``folder``; return their paths.

    What an earlier run wrote there and no longer holds is removed. Raises CannotWriteError.
    """
    forms = list(correction_forms(records))
    contents = {f"quarantine-{form.table.name}.csv": _form_csv(form, language) for form in forms}
    if forms:
        contents[FORM_NAME] = _workbook(forms, language)
    contents[SUPERSEDED_NAME] = _superseded_csv(records, language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob("quarantine-*.csv"), folder / FORM_NAME):
            if old.name not in contents:
                old.unlink(missing_ok=True)
    except OSError as error:
        message = Text(vi="Không ghi được vào thư mục", en="Cannot write into the folder")
        raise CannotWriteError(Problem(message, Place(str(folder)))) from error
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def _cells(form: Form, row: FormRow, language: Language) -> list[str]:
    reasons = "; ".join(
        f"{fault.column}: {fault.reason.in_language(language)}"
        if fault.column
        else fault.reason.in_language(language)
        for fault in row.reasons
    )
    faults = ";".join(dict.fromkeys(fault.canonical for fault in row.reasons if fault.canonical))
    fixed = [
        *(harmless(row.file), harmless(row.sheet), str(row.row), form.table.name),
        *(row.sha256, faults, harmless(reasons)),
    ]
    return fixed + [row.cells.get(column, "") for column in form.columns]


def _form_csv(form: Form, language: Language) -> bytes:
    rows = [[*FORM_COLUMNS, *form.columns], *(_cells(form, row, language) for row in form.rows)]
    return _csv(rows)


def _superseded_csv(records: Records, language: Language) -> bytes:
    header = ["table", "file", "row", "newest_file", "newest_row", "rule"]
    rows = [
        [
            row.table,
            harmless(row.file),
            str(row.row),
            harmless(row.newest_file),
            str(row.newest_row),
            row.rule.in_language(language),
        ]
        for row in superseded_rows(records)
    ]
    return _csv([header, *rows])


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _workbook(forms: Sequence[Form], language: Language) -> bytes:
    """Return the forms as a workbook of text cells, one sheet a table: no code becomes a number in it."""
    import xlsxwriter

    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    text = workbook.add_format({"num_format": "@"})
    empty = workbook.add_format({"num_format": "@", "bg_color": "#FFF2CC", "border": 1})
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for form in forms:
        sheet = workbook.add_worksheet(form.table.name)
        headings = [*FORM_COLUMNS, *form.columns]
        for position, heading in enumerate(headings):
            sheet.write_string(0, position, heading, bold)
            sheet.set_column(position, position, 48 if heading == "reason" else 16, text)
        for hidden in ("sha256", "faults"):
            position = headings.index(hidden)
            sheet.set_column(position, position, None, text, {"hidden": True})
        for number, row in enumerate(form.rows, start=1):
            at_fault = {fault.canonical for fault in row.reasons}
            for position, cell in enumerate(_cells(form, row, language)):
                # A row whose cells cannot be told apart is to be written anew as a whole.
                asked = headings[position] in at_fault or (None in at_fault and position >= len(FORM_COLUMNS))
                sheet.write_string(number, position, cell, empty if asked else text)
        sheet.freeze_panes(1, 3)
        sheet.write_comment(0, 0, _INSTRUCTION.in_language(language), {"width": 320, "height": 90})
    workbook.close()
    return stream.getvalue()
