"""A table of cells → the bytes of a file, one function per format; the same table gives the same bytes."""

from __future__ import annotations

import csv
import gzip
import html as html_escapes
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import duckdb
import xlsxwriter

_MADE = datetime.fromisoformat("2026-09-01")


class Html(str):
    """A cell of an HTML table that is markup already."""


@dataclass(frozen=True)
class Formula:
    """A spreadsheet formula and the result stored with it."""

    text: str
    result: str | float


Cell = str | int | float | bool | datetime | Formula | None
Rows = Sequence[Sequence[Cell]]
# Position of a cell, counted from 0 → how many rows and columns it spans.
Spans = Mapping[tuple[int, int], tuple[int, int]]


def at(text: str) -> datetime:
    """Return the local time that ISO ``text`` tells."""
    return datetime.fromisoformat(text)


def delimited(rows: Rows, separator: str = ",", line_end: str = "\r\n") -> str:
    """Return ``rows`` as delimited text."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=line_end).writerows(rows)
    return stream.getvalue()


def gzipped(content: bytes) -> bytes:
    """Return ``content`` compressed."""
    return gzip.compress(content, mtime=0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of ``files``; the first may be stored first and plain, as ODS wants it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            plain = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, plain)
    return stream.getvalue()


def xlsx(
    sheets: Mapping[str, Rows],
    *,
    spans: Spans | None = None,
    hidden: Sequence[str] = (),
    from_1904: bool = False,
    first: tuple[int, int] = (0, 0),
) -> bytes:
    """Return a workbook; ``spans`` are merged on every sheet, ``first`` is where each table begins."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "date_1904": from_1904}
    workbook = xlsxwriter.Workbook(stream, options)
    workbook.set_properties({"created": _MADE})
    dates = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for number, cells in enumerate(rows, start=first[0]):
            for column, cell in enumerate(cells, start=first[1]):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, dates)
                elif isinstance(cell, Formula):
                    sheet.write_formula(number, column, cell.text, dates, cell.result)
                elif isinstance(cell, str) and cell:
                    sheet.write_string(number, column, cell)
                elif cell is not None and cell != "":
                    sheet.write(number, column, cell)
        for (number, column), (high, wide) in (spans or {}).items():
            sheet.merge_range(number, column, number + high - 1, column + wide - 1, rows[number][column])
    workbook.close()
    return stream.getvalue()


def xls(sheets: Mapping[str, Rows]) -> bytes:
    """Return a workbook of Excel 97–2003; needs xlwt."""
    import xlwt

    workbook = xlwt.Workbook(encoding="utf-8")
    dates = xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm:ss")
    for name, rows in sheets.items():
        sheet = workbook.add_sheet(name)
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write(number, column, cell, dates)
                elif cell is not None and cell != "":
                    sheet.write(number, column, cell)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


_ODS_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(sheets: Mapping[str, Rows]) -> bytes:
    """Return an OpenDocument spreadsheet; equal neighbours are written once, with how often they repeat."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(_ods_rows(rows))}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_SPACES} '
        f'office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": _ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped({name: text.encode() for name, text in parts.items()})


def _ods_rows(rows: Rows) -> list[str]:
    return [
        f"<table:table-row{_repeated('rows', len(list(same)))}>{cells}</table:table-row>"
        for cells, same in groupby("".join(_ods_cells(cells)) for cells in rows)
    ]


def _ods_cells(cells: Sequence[Cell]) -> list[str]:
    return [
        f"<table:table-cell{_repeated('columns', len(list(same)))}{cell}"
        for cell, same in groupby(_ods_cell(cell) for cell in cells)
    ]


def _repeated(what: str, times: int) -> str:
    return "" if times == 1 else f' table:number-{what}-repeated="{times}"'


def _ods_cell(cell: Cell) -> str:
    match cell:
        case None | "":
            return "/>"
        case bool():
            value, shown = f'boolean" office:boolean-value="{str(cell).lower()}', str(cell).upper()
        case int() | float():
            value, shown = f'float" office:value="{cell!r}', str(cell)
        case datetime():
            value, shown = f'date" office:date-value="{cell:%Y-%m-%dT%H:%M:%S}', f"{cell:%d/%m/%Y}"
        case _:
            value, shown = "string", escape(str(cell))
    return f' office:value-type="{value}"><text:p>{shown}</text:p></table:table-cell>'


def html(rows: Rows, spans: Spans | None = None, before: str = "") -> str:
    """Return a page with one table, as systems save it under a spreadsheet's name; ``before`` is markup."""
    spans = spans or {}
    covered = _covered(spans)
    lines = []
    for number, cells in enumerate(rows):
        shown = []
        for column, cell in enumerate(cells):
            if (number, column) in covered:
                continue
            high, wide = spans.get((number, column), (1, 1))
            span = (f' rowspan="{high}"' if high > 1 else "") + (f' colspan="{wide}"' if wide > 1 else "")
            text = cell if isinstance(cell, Html) else html_escapes.escape("" if cell is None else str(cell))
            shown.append(f"<td{span}>{text}</td>")
        lines.append(f"<tr>{''.join(shown)}</tr>\n")
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8">'
        "<style>td {mso-number-format:'\\@'; border: 1px solid}</style></head>\n"
        f"<body>{before}<table border=1>\n{''.join(lines)}</table></body></html>\n"
    )


def _covered(spans: Spans) -> set[tuple[int, int]]:
    return {
        (number + down, column + right)
        for (number, column), (high, wide) in spans.items()
        for down in range(high)
        for right in range(wide)
        if down or right
    }


def xml2003(sheets: Mapping[str, Rows], spans: Spans | None = None) -> bytes:
    """Return an XML Spreadsheet 2003; blank rows and cells are skipped by ss:Index."""
    tables = "".join(
        f"<Worksheet ss:Name={quoteattr(name)}><Table>{_xml_rows(rows, spans or {})}</Table></Worksheet>"
        for name, rows in sheets.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{tables}</Workbook>\n'
    ).encode()


def _xml_rows(rows: Rows, spans: Spans) -> str:
    covered = _covered(spans)
    lines = []
    next_row = 1
    for number, cells in enumerate(rows):
        shown = []
        next_column = 1
        for column, cell in enumerate(cells):
            if (number, column) in covered or cell is None or cell == "":
                continue
            high, wide = spans.get((number, column), (1, 1))
            place = "" if next_column == column + 1 else f' ss:Index="{column + 1}"'
            across = (f' ss:MergeAcross="{wide - 1}"' if wide > 1 else "") + (
                f' ss:MergeDown="{high - 1}"' if high > 1 else ""
            )
            shown.append(f"<Cell{place}{across}>{_xml_data(cell)}</Cell>")
            next_column = column + 1 + wide
        if shown:
            place = "" if next_row == number + 1 else f' ss:Index="{number + 1}"'
            lines.append(f"<Row{place}>{''.join(shown)}</Row>\n")
            next_row = number + 2
    return "".join(lines)


def _xml_data(cell: Cell) -> str:
    match cell:
        case bool():
            kind, text = "Boolean", str(int(cell))
        case int() | float():
            kind, text = "Number", repr(cell)
        case datetime():
            kind, text = "DateTime", f"{cell:%Y-%m-%dT%H:%M:%S}.000"
        case _:
            kind, text = "String", escape(str(cell))
    return f'<Data ss:Type="{kind}">{text}</Data>'


def parquet(rows: Rows, types: Mapping[str, str] | None = None) -> bytes:
    """Return a Parquet file of headings and rows; a heading without a DuckDB type is text."""
    headings = [str(heading) for heading in rows[0]]
    columns = ", ".join(f'"{heading}" {(types or {}).get(heading, "VARCHAR")}' for heading in headings)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "table.parquet"
        connection.execute(f"CREATE TABLE exported ({columns})")
        marks = ", ".join("?" for _ in headings)
        connection.executemany(f"INSERT INTO exported VALUES ({marks})", [list(cells) for cells in rows[1:]])
        connection.execute(f"COPY exported TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def as_json(value: object) -> bytes:
    """Return ``value`` as JSON over several lines."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def json_lines(values: Sequence[object]) -> bytes:
    """Return one line of JSON for each of ``values``; a text stands as it is."""
    lines = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    return "".join(line + "\n" for line in lines).encode()
