"""Tables → the bytes of any format that results are written in."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from chiso.errors import Language, Text
from chiso.reporting.files import csv_text, parquet_bytes, xlsx_bytes
from chiso.reporting.forms import UNKNOWN_WIDTH
from chiso.reporting.tables import ReportTable

SCORES = Text(vi="Điểm", en="Scores")


def rendered(
    form: str,
    table: ReportTable,
    language: Language,
    *,
    lines: Sequence[str],
    as_json: Callable[[], str],
    shown: ReportTable | None = None,
    sheet: Text = SCORES,
    as_xlsx: Callable[[], bytes] | None = None,
    for_excel: bool = False,
    width: int = UNKNOWN_WIDTH,
) -> bytes:
    """Return a result in one format: ``csv``, ``json``, ``parquet``, ``xlsx`` or ``table``.

    ``lines`` are the notes, on a sheet of their own in a workbook and under a table for people; ``shown``
    is the table as people read it, ``as_xlsx`` the workbook where it is not just the table.
    """
    match form:
        case "csv":
            return csv_text(table, for_excel=for_excel).encode()
        case "json":
            return as_json().encode()
        case "parquet":
            return parquet_bytes(table)
        case "xlsx":
            return as_xlsx() if as_xlsx is not None else xlsx_bytes(table, language, lines, sheet)
        case _:
            return _page(table if shown is None else shown, lines, language, width).encode()


def _page(table: ReportTable, lines: Sequence[str], language: Language, width: int) -> str:
    from chiso.reporting.console import print_notes, print_table

    stream = io.StringIO()
    print_table(table, stream, language, width=width)
    print_notes(lines, stream, width=width)
    return stream.getvalue()
