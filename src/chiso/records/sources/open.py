"""A path → the sheets of cells in it. What a file is, its first bytes tell; its suffix is not asked."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.sources.cell import Sheet
from chiso.records.sources.container import ARCHIVE_FAULTS, ZIP_MAGIC, Container, damaged, open_container
from chiso.records.sources.delimited import candidates, encoding_of
from chiso.records.sources.encoding import codec_of

_HEAD = 64 * 1024
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET_MAGIC = b"PAR1"
# Formats that a folder of exports often holds besides, so that their owner is told in plain words.
_OTHER_MAGICS = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"7z\xbc\xaf", b"Rar!", b"{\\rtf", b"BM", b"MZ"),
    *(b"SQLite format 3", b"\x7fELF"),
)


def open_sheets(path: Path) -> Sequence[Sheet]:
    """Return every sheet of a file. Of delimited text there is one for each separator it may have.

    Raises RecordsError where the file is missing, empty, damaged, locked, a bomb or of no known format.
    """
    container = open_container(path)
    with container.open() as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00"):
        raise RecordsError(Problem(Text(vi="Tệp rỗng", en="The file is empty"), Place(str(path))))
    if head.startswith(_PARQUET_MAGIC) and container.packing is None:
        from chiso.records.sources.parquet import open_parquet

        return open_parquet(container)
    if head.startswith((_OLE_MAGIC, ZIP_MAGIC)):
        return _workbook(container, head)
    if head.startswith(_OTHER_MAGICS):
        raise RecordsError(unknown_format(path))
    return _text(container, head)


def _workbook(container: Container, head: bytes) -> Sequence[Sheet]:
    from chiso.records.sources.workbook import open_workbook

    if head.startswith(_OLE_MAGIC):
        return open_workbook(container, "xls")
    try:
        with container.seekable() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except ARCHIVE_FAULTS as error:
        raise RecordsError(damaged(container.path)) from error
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return open_workbook(container, "xlsx")
    if "content.xml" in names:
        return open_workbook(container, "ods")
    raise RecordsError(unknown_format(container.path))


def _text(container: Container, head: bytes) -> Sequence[Sheet]:
    start = head.decode(codec_of(encoding_of(container)), errors="replace").lstrip("\ufeff \r\n\t")
    lowered = start[:4096].lower()
    if start[:1] in ("{", "["):
        from chiso.records.sources.json_records import open_json

        return open_json(container)
    if start[:1] == "<":
        from chiso.records.sources.markup import open_html, open_xml

        if "urn:schemas-microsoft-com:office:spreadsheet" in start and "<html" not in lowered:
            return open_xml(container)
        if start.startswith("<?xml") and "<html" not in lowered and "<table" not in lowered:
            return open_xml(container)
        return open_html(container)
    return list(candidates(container))


def unknown_format(path: Path) -> Problem:
    """Return the fault of a file that no reader understands."""
    return Problem(
        Text(vi="Tệp không phải bảng dữ liệu", en="The file is no table of data"),
        Place(str(path)),
        Text(
            vi="Đọc được: CSV, XLSX, XLS, ODS, bảng HTML, XML Spreadsheet 2003, JSON, Parquet, .gz, .zip",
            en="Read are CSV, XLSX, XLS, ODS, HTML tables, XML Spreadsheet 2003, JSON, Parquet, .gz, .zip",
        ),
    )
