"""What the fuzz targets found (docs/fuzzing.md): each input made small, and what must come of it."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from tests.builders import UNITS

import chiso
from chiso.errors import RecordsError
from chiso.records.sources.ole import is_sound

CASES = b"case_id,unit_code,received_at\nK1,C1,03/08/2026\n"
_SHEET = """\
<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>
<Row>{head}</Row><Row {row}>{cells}</Row></Table></Worksheet></Workbook>
"""


def loaded(folder: Path, content: bytes) -> tuple[int, Sequence[tuple[int, str | None]]]:
    """Return how many rows of the file count, and the row and column of each one set aside."""
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "input.csv").write_bytes(content)
    records = chiso.load_records([folder])
    with records.connection:
        table = records.tables["cases"]
        aside = [(row.row, row.canonical) for row in records.quarantine]
        return table.rows_read - table.quarantined - table.superseded, aside


def refused(folder: Path, content: bytes) -> str:
    """Return the words in which the file is refused."""
    with pytest.raises(RecordsError) as error:
        loaded(folder, content)
    assert all(problem.message.vi and problem.message.en for problem in error.value.problems)
    return str(error.value)


def a_case(**cells: str) -> str:
    """Return a JSON object; cells are given as JSON."""
    plain = {"case_id": '"K1"', "unit_code": '"C1"', "received_at": '"03/08/2026"', "due_at": '"04/08/2026"'}
    return "{" + ",".join(f'"{name}":{cell}' for name, cell in {**plain, "fee": "1", **cells}.items()) + "}"


def an_xml_sheet(head: str = "", row: str = "", received: str = "2026-08-03T00:00:00.000") -> bytes:
    """Return an XML Spreadsheet with one case; ``head`` and ``row`` go into its first cell and row."""
    names = ("case_id", "unit_code", "received_at")
    texts = [f'<Data ss:Type="String">{text}</Data>' for text in (*names, "K1", "C1")]
    texts.append(f'<Data ss:Type="DateTime">{received}</Data>')
    cells = [f"<Cell>{text}</Cell>" for text in texts]
    cells[0] = cells[0].replace("<Cell>", f"<Cell {head}>")
    return _SHEET.format(head="".join(cells[:3]), row=row, cells="".join(cells[3:])).encode()


def a_workbook(sheet: str) -> bytes:
    """Return the least XLSX file: one sheet with the rows given."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return a_zip(
        {
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{relations}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships {package}><Relationship Id="rId1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
        }
    )


def a_zip(entries: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def changed(content: bytes, mark: bytes, offset: int) -> bytes:
    """Return the bytes with the one at ``offset`` behind ``mark`` made 99."""
    place = content.index(mark) + offset
    return content[:place] + b"c" + content[place + 1 :]


@pytest.mark.parametrize("lines", [False, True], ids=["array", "lines"])
@pytest.mark.parametrize("number", ["1e5000", "1e999999999999"])
def test_a_number_too_large_to_write_out_is_an_unreadable_cell(
    tmp_path: Path, number: str, lines: bool
) -> None:
    # Written out it filled the memory for minutes, or ended in an error of Python's.
    text = f"{a_case(fee=number)}\n{a_case()}\n" if lines else f"[{a_case(fee=number)},{a_case()}]"
    assert loaded(tmp_path, text.encode()) == (1, [(1, "fee")])


def test_an_exponent_beyond_all_numbers_is_a_damaged_file_or_line(tmp_path: Path) -> None:
    number = "1e" + 30 * "9"
    assert "damaged" in refused(tmp_path, f"[{a_case(fee=number)}]".encode())
    assert loaded(tmp_path, f"{a_case()}\n{a_case(fee=number)}\n".encode()) == (1, [(2, None)])


def test_a_number_of_thousands_of_figures_is_refused_before_it_ends_the_process(tmp_path: Path) -> None:
    # ijson's parser in C falls over it with a segmentation fault.
    assert "1,000 figures" in refused(tmp_path, f"[{a_case(fee=5000 * '9')}]".encode())
    # In a text it is no number.
    quoted = '"' + 5000 * "9" + '"'
    assert loaded(tmp_path, f"[{a_case(note=quoted)}]".encode()) == (1, [])


def test_half_a_letter_in_a_line_sets_the_line_aside(tmp_path: Path) -> None:
    broken = a_case(case_id=r'"K\ud83d"')
    assert loaded(tmp_path, f"{a_case()}\n{broken}\n".encode()) == (1, [(2, None)])
    # Both halves are a letter.
    whole = a_case(case_id=r'"K\ud83d\ude00"')
    assert loaded(tmp_path, f"{a_case()}\n{whole}\n".encode()) == (2, [])


def test_a_raised_figure_is_no_number(tmp_path: Path) -> None:
    # "²" is a digit to Python, and yet int() refuses it.
    files = '[{"DuocTaiSuDung": "²"}]'
    assert loaded(tmp_path, f"[{a_case(TaiLieuNop=files)}]".encode()) == (1, [])
    page = (
        "<table><tr><th colspan='²'>case_id<th>unit_code<th>received_at<tr><td>K1<td>C1<td>03/08/2026</table>"
    )
    assert loaded(tmp_path, page.encode()) == (1, [])


def test_the_last_moment_of_the_year_9999_is_a_date_out_of_bounds(tmp_path: Path) -> None:
    assert loaded(tmp_path, an_xml_sheet(received="9999-12-31T23:59:59.999")) == (0, [(2, "received_at")])


def test_a_merged_cell_that_reaches_beyond_reason_is_refused(tmp_path: Path) -> None:
    # Three rows that stood for a hundred million cells kept a run busy for minutes.
    sheet = an_xml_sheet('ss:MergeDown="99999" ss:MergeAcross="1000"', row='ss:Index="5000"')
    assert "Merged cells" in refused(tmp_path, sheet)


@pytest.mark.parametrize("kind", ["UUID", "ENUM('K1')", "BIT"])
def test_a_code_of_any_parquet_type_is_its_text(tmp_path: Path, kind: str) -> None:
    code = {"UUID": "uuid()", "BIT": "'101'"}.get(kind, "'K1'")
    assert loaded(tmp_path, a_parquet(tmp_path, f"CAST({code} AS {kind})", "'03/08/2026'")) == (1, [])


@pytest.mark.parametrize("moment", ["TIMESTAMP 'infinity'", "DATE 'infinity'", "TIMESTAMP '20000-01-01'"])
def test_a_parquet_moment_that_python_does_not_know_is_set_aside(tmp_path: Path, moment: str) -> None:
    assert loaded(tmp_path, a_parquet(tmp_path, "'K1'", moment)) == (0, [(1, "received_at")])


def a_parquet(folder: Path, case_id: str, received: str) -> bytes:
    path = folder / "content"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {case_id} AS case_id, 'C1' AS unit_code, {received} AS received_at) "
            f"TO '{path}' (FORMAT parquet)"
        )
    return path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"PK\x03\x04 no archive"),
        a_zip({"cases.csv": b"PK\x03\x04 no archive"}),
        # A method of packing, a version and a name that do not exist.
        changed(a_zip({"a": CASES}), b"PK\x01\x02", 10),
        changed(a_zip({"a": CASES}), b"PK\x01\x02", 6),
        changed(a_zip({"a": CASES}), b"PK\x03\x04", 26),
    ],
    ids=["packed garbage", "garbage in a zip", "method", "version", "name"],
)
def test_a_damaged_archive_is_told(tmp_path: Path, content: bytes) -> None:
    assert "damaged" in refused(tmp_path, content)


def test_a_workbook_that_points_to_a_text_it_lacks_is_damaged(tmp_path: Path) -> None:
    sheet = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    assert "damaged" in refused(tmp_path, a_workbook(sheet))


@pytest.mark.parametrize("far", ["ZZ1048576", "A99999999", "B2000000"])
def test_a_stray_cell_far_out_is_refused_before_it_takes_all_memory(tmp_path: Path, far: str) -> None:
    # The want of memory ended the process; only columns from AAA on were looked at.
    sheet = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="{far}"><v>1</v></c></row>'
    assert "beyond reason" in refused(tmp_path, a_workbook(sheet))


def test_a_broken_byte_in_a_column_that_is_not_read_leaves_the_row(tmp_path: Path) -> None:
    # DuckDB does not mind it; the second look at rows that may be none did.
    rows = "Tổng cộng".encode() + b",,,\xf3\nK1,C1,03/08/2026,\xf3\n"
    content = b"case_id,unit_code,received_at,note\n" + rows
    assert loaded(tmp_path, content) == (1, [])


def test_an_xls_file_whose_sectors_lead_in_a_circle_is_damaged(tmp_path: Path) -> None:
    # calamine followed them until the memory was gone, and the process with it.
    assert is_sound(an_xls_frame(chain=(0xFFFFFFFD, 0xFFFFFFFE)))
    assert not is_sound(an_xls_frame(chain=(0xFFFFFFFD, 2, 1)))
    assert "damaged" in refused(tmp_path, an_xls_frame(chain=(0xFFFFFFFD, 1)))


def test_an_xls_file_that_tells_of_more_than_it_has_is_damaged(tmp_path: Path) -> None:
    content = an_xls_frame(chain=(0xFFFFFFFD, 0xFFFFFFFE), length=1 << 31)
    assert not is_sound(content)
    assert "damaged" in refused(tmp_path, content)


def an_xls_frame(chain: Sequence[int], length: int = 0) -> bytes:
    """Return the frame of an XLS file: sector 0 holds the chains, sector 1 the name of one stream."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header = mark + bytes(16) + struct.pack("<5H6x9I", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    tables = struct.pack("<109I", 0, *[free] * 108)
    chains = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    name = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 22, 5, 1)
    entry = name.ljust(116, b"\0") + struct.pack("<3I", end, length, 0)
    return header + tables + chains + entry.ljust(512, b"\0") + bytes(512)


def test_an_xls_cell_beyond_the_last_column_is_refused_before_it_takes_all_memory(tmp_path: Path) -> None:
    xlwt = pytest.importorskip("xlwt", reason="XLS files are written with xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, heading in enumerate(("case_id", "unit_code", "received_at")):
        sheet.write(0, column, heading)
    sheet.write(60_001, 201, 1)
    book.save(tmp_path / "content")
    content = (tmp_path / "content").read_bytes()
    assert is_sound(content)
    cell = struct.pack("<2H", 60_001, 201)
    assert content.count(cell) == 1
    assert "damaged" in refused(tmp_path, content.replace(cell, struct.pack("<2H", 60_001, 60_001)))
