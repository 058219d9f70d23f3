"""Tables → bytes of a file: CSV, Parquet, XLSX; and writing them so that no half file is ever left."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from chiso.errors import CannotWriteError, Language, Place, Problem, Text
from chiso.reporting.tables import ReportTable, Value

if TYPE_CHECKING:
    import xlsxwriter

# How many rows a sheet can have.
LONGEST_SHEET = 1_048_576
_LINE_HEIGHT = 16
# The first moment that an archive can tell of; a workbook is one, a Word document another.
NO_TIME = datetime.fromisoformat("1980-01-01")


def csv_text(table: ReportTable, *, for_excel: bool = False) -> str:
    """Return the table as CSV: machine names, two decimals, a point, null empty, LF.

    ``for_excel`` puts a byte order mark in front and parts cells by semicolons.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";" if for_excel else ",", lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return ("\ufeff" if for_excel else "") + stream.getvalue()


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, int):
        return str(value)
    return harmless(value)


def harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def parquet_bytes(table: ReportTable) -> bytes:
    """Return the table as Parquet: text, BIGINT and DECIMAL(12, 2) columns.

    Raises CannotWriteError where there is no room for it on its way.
    """
    import duckdb
    import pandas as pd

    kinds = {"text": "VARCHAR", "integer": "BIGINT", "decimal": "DECIMAL(12, 2)"}
    # Decimals travel as text, so that nothing is rounded on the way.
    frame = pd.DataFrame(
        {
            column.name: pd.Series(
                [None if value is None else str(value) for value in table.column(column.name)],
                dtype="object",
            )
            for column in table.columns
        }
    )
    selected = ", ".join(
        f'CAST("{column.name}" AS {kinds[column.kind]}) AS "{column.name}"' for column in table.columns
    )
    try:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            connection.register("report", frame)
            target = Path(folder) / "report.parquet"
            connection.execute(f"COPY (SELECT {selected} FROM report) TO '{target}' (FORMAT parquet)")
            return target.read_bytes()
    except (duckdb.IOException, OSError) as error:
        raise CannotWriteError(
            Problem(
                Text(vi="Không ghi được tệp tạm", en="Cannot write a temporary file"),
                Place(tempfile.gettempdir()),
                Text(vi="Xem đĩa còn chỗ không", en="See whether the disk has room"),
            )
        ) from error


def new_workbook(stream: io.BytesIO, title: str = "") -> xlsxwriter.Workbook:
    """Return an empty workbook that goes into ``stream``: no text is a formula, and no clock is in it.

    The same content gives the same bytes, today and later. Its properties name a title, no person.
    """
    import xlsxwriter

    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"created": NO_TIME, **({"title": title} if title else {})})
    return workbook


def height_of(texts: Iterable[tuple[str, float]]) -> int:
    """Return the height of a sheet's row, in points, whose wrapped texts stand in columns of these widths.

    Spreadsheets do not all find it by themselves.
    """
    return _LINE_HEIGHT * max(len(wrap(text, max(1, int(width)))) or 1 for text, width in texts)


def without_clock(archive: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """Return a zip archive with the same entries, none of which tells when it was made.

    ``replaced`` are entries that have another content in the new archive.
    """
    other = replaced or {}
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, NO_TIME.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(entry, other[name] if name in other else source.read(name))
    return stream.getvalue()


def xlsx_bytes(table: ReportTable, language: Language, notes: Sequence[str], name: Text) -> bytes:
    """Return a plain workbook: the table with labels on a sheet of that name, the notes on a second one."""
    stream = io.BytesIO()
    workbook = new_workbook(stream)
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    decimal = workbook.add_format({"num_format": "#,##0.00"})
    sheet = workbook.add_worksheet(name.in_language(language))
    for position, column in enumerate(table.columns):
        sheet.write_string(0, position, column.label.in_language(language), bold)
        sheet.set_column(position, position, _width(table, position))
    for number, row in enumerate(table.rows, start=1):
        for position, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, position, float(value), decimal)
            elif isinstance(value, int):
                sheet.write_number(number, position, value)
            elif value is not None:
                sheet.write_string(number, position, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    remarks = workbook.add_worksheet("Ghi chú" if language == "vi" else "Notes")
    remarks.set_column(0, 0, 120, workbook.add_format({"text_wrap": True}))
    for number, line in enumerate(notes):
        remarks.write_string(number, 0, line)
    workbook.close()
    return stream.getvalue()


def _width(table: ReportTable, position: int) -> int:
    column = table.columns[position]
    if column.kind != "text":
        return 11
    longest = max((len(str(row[position] or "")) for row in table.rows), default=0)
    return min(max(longest, len(column.label.vi), 8) + 2, 48)


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` in one go: either all of it stands there, or what stood before.

    Raises CannotWriteError when it cannot be written.
    """
    write_parts(path, [content])


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write ``parts``, one after the other as they come, to ``path``: all of it, or what stood before.

    Raises CannotWriteError when it cannot be written.
    """
    temporary: Path | None = None
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            # A device or a pipe: there is nothing to keep whole, and nothing may take its place.
            with target.open("wb") as stream:
                stream.writelines(parts)
            return
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes a file for the owner alone; the result gets the usual rights.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise CannotWriteError(
            Problem(
                Text(vi="Không ghi được tệp", en="Cannot write the file"),
                Place(str(path)),
                Text(
                    vi="Xem thư mục có tồn tại, còn chỗ, và tệp có đang mở không",
                    en="See whether the folder exists, has room, and the file is not open elsewhere",
                ),
            )
        ) from error
    finally:
        # Whatever ended the writing, Ctrl-C too.
        if temporary is not None:
            temporary.unlink(missing_ok=True)
