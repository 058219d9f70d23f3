"""Hostile files are refused with a message and exit code 11, soon and in little memory."""

from __future__ import annotations

import functools
import gzip
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.builders import a_folder
from tests.corpus.base import UNITS, dated_cases, grid
from tests.corpus.formats import delimited, html, ods, parquet, xlsx, xml2003

import chiso
from chiso.errors import ExitCode, RecordsError

_MIB = 1 << 20
# What one refusal may cost on a slow computer; each takes about a second here.
_SECONDS = 60
# Linux counts every thread's stack and the engine's own reserve in this.
_ADDRESSES = 4 << 30

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_CELL = b'office:value-type="string"><text:p>x</text:p></table:table-cell>'
_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol0 "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
).encode()
_SECRET = "bi-mat-trong-tep-khac"


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _book(changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    parts = _parts(xlsx({"Hồ sơ": grid(*dated_cases())}))
    return _zip({name: changes.get(name, bytes)(content) for name, content in parts.items()})


def _stray(address: str, row: str = "", quote: str = '"', *, last: bool = True) -> bytes:
    """Return a workbook with one more cell, at ``address``."""
    cell = f"<row{row}><c r={quote}{address}{quote} t='inlineStr'><is><t>x</t></is></c></row>".encode()
    old, new = (b"</sheetData>", cell + b"</sheetData>") if last else (b"<sheetData>", b"<sheetData>" + cell)
    return _book({SHEET: lambda sheet: sheet.replace(old, new)})


@functools.cache
def _shared(count: int) -> bytes:
    return _book({STRINGS: lambda text: text.replace(b"</sst>", b"<si><t>aaaa</t></si>" * count + b"</sst>")})


def _lying() -> bytes:
    """Return a workbook with a huge part that claims to be small."""
    content = bytearray(_shared(8 * _MIB))
    place = 0
    while (place := content.find(STRINGS.encode(), place)) >= 0:
        for magic, header, size in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
            if content[place - header : place - header + 4] == magic:
                struct.pack_into("<I", content, place - header + size, 1_000)
        place += 1
    return bytes(content)


def _sheet_of(rows: bytes) -> bytes:
    """Return an ODS file with further rows."""
    parts = _parts(ods({"Hồ sơ": grid(*dated_cases())}))
    parts["content.xml"] = parts["content.xml"].replace(b"</table:table>", rows + b"</table:table>")
    return _zip(parts)


def _xml(start: bytes = b"", inside: bytes = b"", attribute: bytes = b"") -> bytes:
    text = xml2003({"Hồ sơ": grid(*dated_cases())})
    text = text.replace(b"<Workbook", start + b"<Workbook" + attribute, 1)
    return text.replace(b"Ch\xe1\xbb\xa9ng th\xe1\xbb\xb1c", inside or b"x", 1)


def _encrypted() -> bytes:
    """Return what Excel keeps a workbook with a password in: an OLE file with a stream of this name."""
    from xlwt.CompoundDoc import XlsDoc

    stream = io.BytesIO()
    XlsDoc().save(stream, b"\0" * 5_000)
    content = bytearray(stream.getvalue())
    place = content.find("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage"
    content[place : place + 64] = name.encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<H", content, place + 64, 2 * len(name) + 2)
    return bytes(content)


_MANY_KEYS = [{"MaHoSo": f"K{n}", "DonViXuLy": "C1", f"x{n}": 1} for n in range(3_000)]
_WORKSHEET = b'<Worksheet ss:Name="a"><Table><Row ss:Index="1048576"><Cell/></Row></Table></Worksheet>'
_WORKBOOK = (
    b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    b'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
)

# File name, its bytes, and what the message says.
HOSTILE: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("bomb.zip", lambda: _zip({"a.csv": b"0" * (100 * _MIB)}), "swells beyond reason"),
    ("bomb.csv.gz", lambda: gzip.compress(b"0" * (100 * _MIB)), "longer than 16 million|swells"),
    ("lines.csv.gz", lambda: gzip.compress(b"case_id,unit_code\n" * (8 * _MIB)), "swells beyond reason"),
    ("strings.xlsx", lambda: _shared(8 * _MIB), "swells beyond reason"),
    ("strings.xlsx.gz", lambda: gzip.compress(_shared(8 * _MIB)), "swells beyond reason"),
    ("strings.zip", lambda: _zip({"a.xlsx": _shared(8 * _MIB)}), "swells beyond reason"),
    ("lying.xlsx", _lying, "damaged"),
    ("far.xlsx", lambda: _stray("XFD1048576", " r='1048576'"), "used area is beyond reason"),
    ("far-gz.xlsx", lambda: gzip.compress(_stray("XFD1048576")), "used area is beyond reason"),
    ("no-row.xlsx", lambda: _stray("XFD1048576"), "used area is beyond reason"),
    ("apostrophes.xlsx", lambda: _stray("XFD1048576", quote="'"), "used area is beyond reason"),
    ("small-letters.xlsx", lambda: _stray("xfd1048576"), "used area is beyond reason"),
    ("first.xlsx", lambda: _stray("XFD1048576", last=False), "used area is beyond reason"),
    ("two-letters.xlsx", lambda: _stray("ZZ1048576"), "used area is beyond reason"),
    ("beyond-the-last-row.xlsx", lambda: _stray("A99999999999"), "used area is beyond reason"),
    ("beyond-the-last-column.xlsx", lambda: _stray("ZZZZZZZ9"), "used area is beyond reason"),
    ("cut-sheet.xlsx", lambda: _book({SHEET: lambda sheet: sheet[: len(sheet) // 2]}), "damaged"),
    ("cut.xlsx", lambda: _stray("A9")[:3_000], "damaged"),
    ("cut.xlsx.gz", lambda: gzip.compress(_stray("A9")[:3_000]), "damaged"),
    ("password.xlsx", _encrypted, "password"),
    (
        "columns.ods",
        lambda: _sheet_of(
            b'<table:table-row><table:table-cell table:number-columns-repeated="500000000" '
            + _CELL
            + b"</table:table-row>"
        ),
        "used area is beyond reason",
    ),
    (
        "columns-after-the-type.ods",
        lambda: _sheet_of(
            b'<table:table-row><table:table-cell office:value-type="string" '
            b'table:number-columns-repeated="500000000"><text:p>x</text:p></table:table-cell>'
            b"</table:table-row>"
        ),
        "used area is beyond reason",
    ),
    (
        "rows.ods",
        lambda: _sheet_of(
            b'<table:table-row table:number-rows-repeated="1000000000"><table:table-cell '
            + _CELL
            + b"</table:table-row>"
        ),
        "used area is beyond reason",
    ),
    (
        "blank-rows-before-a-cell.ods",
        lambda: _sheet_of(
            b'<table:table-row table:number-rows-repeated="1000000000"><table:table-cell/>'
            b"</table:table-row><table:table-row><table:table-cell " + _CELL + b"</table:table-row>"
        ),
        "used area is beyond reason",
    ),
    ("laughs.xml", lambda: _xml(_LAUGHS, b"&lol9;"), "DOCTYPE|damaged"),
    ("laughs-attribute.xml", lambda: _xml(_LAUGHS, attribute=b' a="&lol9;"'), "DOCTYPE|damaged"),
    (
        "laughs-strings.xlsx",
        lambda: _book(
            {STRINGS: lambda text: text.replace(b"<sst", _LAUGHS + b"<sst").replace(b">STT<", b">&lol9;<")}
        ),
        "damaged",
    ),
    (
        "laughs-book.xlsx",
        lambda: _book(
            {BOOK: lambda text: text.replace(b"<workbook", _LAUGHS + b'<workbook a="&lol9;"')},
        ),
        "damaged|no table",
    ),
    ("row-far-down.xml", lambda: _WORKBOOK + _WORKSHEET * 2_000 + b"</Workbook>", "long beyond reason"),
    ("deep.json", lambda: b"[" * _MIB + b"]" * _MIB, "nests deeper"),
    ("deep-objects.json", lambda: b'{"a":' * _MIB, "nests deeper"),
    ("one-list.json", lambda: b"[[" + b"{}," * (8 * _MIB) + b"{}]]", "longer than 16 million"),
    (
        "list-in-a-record.json",
        lambda: b'[{"MaHoSo":"K1","DonViXuLy":"C1","x":[' + b"{}," * (8 * _MIB) + b"{}]}]",
        "longer than 16 million",
    ),
    ("long-text.json", lambda: b'[{"MaHoSo":"' + b"a" * (40 * _MIB) + b'"}]', "longer than 16 million"),
    ("many-keys.json", lambda: json.dumps(_MANY_KEYS).encode(), "different keys"),
    (
        "long-number.json",
        lambda: b'[{"MaHoSo":"K1","DonViXuLy":' + b"9" * 6_000 + b"}]",
        "a number of more than 1,000 figures",
    ),
    (
        "long-line.csv",
        lambda: b"case_id,unit_code\n" + b"K" * 50_000_000 + b",C1\n",
        "longer than 16 million",
    ),
    ("long-header.csv", lambda: b"case_id,unit_code," + b"K" * 50_000_000, "longer than 16 million"),
    (
        "span.xls",
        lambda: html(grid()).replace("<td>", "<td colspan=1000000000 rowspan=1000000000>").encode(),
        "No heading",
    ),
    ("nested.xls", lambda: b"<html><table><tr><td>" + b"<div>" * _MIB, "no table of data|damaged"),
    (
        "nested-tables.xls",
        lambda: b"<html>" + b"<table><tr><td>" * 100_000,
        "no table of data|damaged|more than",
    ),
    ("many-tables.xls", lambda: b"<table><tr><td>a</td></tr></table>" * 20_000, "more than 1,000 tables"),
    ("several.zip", lambda: _zip({"a.csv": b"x", "b.csv": b"x"}), "holds 2 files"),
    ("zip-in-zip.zip", lambda: _zip({"a.zip": _zip({"a.csv": delimited(grid()).encode()})}), "no table"),
    ("half.parquet", lambda: (content := parquet(grid()))[: len(content) // 2], "damaged"),
)

_LOAD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]),) * 2)
import chiso
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[4:]:
    try:
        chiso.load_records([path], units=sys.argv[1])
        print(json.dumps([path, 0, "", "", 0]))
    except chiso.ChisoError as error:
        (problem,) = error.problems
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        texts = [problem.in_language(language) for language in ("vi", "en")]
        print(json.dumps([path, error.exit_code, *texts, more]))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str, int]]:
    """Return, by file, the exit code, both messages and the memory (KiB) that all files so far have cost."""
    pytest.importorskip("xlwt", reason="an OLE file is written with xlwt")
    folder = tmp_path_factory.mktemp("hostile")
    units = folder / "registry.csv"
    units.write_text(UNITS, encoding="utf-8")
    for name, content, _ in HOSTILE:
        (folder / name).write_bytes(content())
    paths = [str(folder / name) for name, _, _ in HOSTILE]
    # A process of its own, that may not take more memory than a small PC has: a bomb would end it.
    outcome = subprocess.run(
        [sys.executable, "-c", _LOAD, str(units), "-", str(_ADDRESSES), *paths],
        capture_output=True,
        timeout=_SECONDS * len(paths),
        check=False,
    )
    lines = [json.loads(line) for line in outcome.stdout.splitlines()]
    return {Path(path).name: (code, vi, en, more) for path, code, vi, en, more in lines}


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, _, words in HOSTILE])
def test_a_hostile_file_is_refused(
    refusals: dict[str, tuple[int, str, str, int]], name: str, words: str
) -> None:
    assert name in refusals, "the process did not live to read it"
    code, vi, en, memory = refusals[name]
    assert code == ExitCode.RECORDS
    assert any(word in en for word in words.split("|")), en
    assert vi != en
    assert name in vi and name in en
    assert memory < 400 * 1024, f"{memory} KiB"


@pytest.mark.parametrize("suffix", ["xml", "xlsx"])
def test_an_entity_from_outside_is_not_read(tmp_path: Path, suffix: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(_SECRET, encoding="utf-8")
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
    strings = {STRINGS: lambda text: text.replace(b"<sst", entity + b"<sst").replace(b">STT<", b">&x;<")}
    content = _xml(entity, b"&x;") if suffix == "xml" else _book(strings)
    folder = a_folder(tmp_path / "in")
    path = folder / f"outside.{suffix}"
    path.write_bytes(content)
    with pytest.raises(RecordsError) as refused:
        chiso.load_records([path], units=folder / "units.csv")
    assert _SECRET not in str(refused.value)


@pytest.mark.parametrize("innermost", ["[]", "{}", "[1]", "[[],[],[]]"])
def test_json_may_nest_as_deep_as_the_message_says(tmp_path: Path, innermost: str) -> None:
    # A list of records and a record, then lists, then what stands innermost.
    levels = 2 if innermost.startswith("[[") else 1
    for depth in (32, 33):
        lists = depth - 2 - levels
        nested = "[" * lists + innermost + "]" * lists
        content = f'[{{"MaHoSo":"K1","DonViXuLy":"C1","x":{nested}}}]'.encode()
        if depth == 32:
            assert _loaded(tmp_path, "deep.json", content).tables["cases"].rows_read == 1
        else:
            with pytest.raises(RecordsError, match="nests deeper than 32 levels"):
                _loaded(tmp_path, "deep.json", content)


def test_a_declared_size_alone_does_no_harm(tmp_path: Path) -> None:
    content = _book({SHEET: lambda sheet: sheet.replace(b'ref="A1:Q4"', b'ref="A1:XFD1048576"')})
    assert content != _book({})
    records = _loaded(tmp_path, "declared.xlsx", content)
    assert records.tables["cases"].rows_read == 3


def test_the_million_blank_rows_at_the_end_of_every_ods_sheet_do_no_harm(tmp_path: Path) -> None:
    blank = (
        b'<table:table-row table:number-rows-repeated="1048570">'
        b'<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    records = _loaded(tmp_path, "plain.ods", _sheet_of(blank))
    assert records.tables["cases"].rows_read == 3
    assert records.files[0].not_records == {}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ('{"MaHoSo":"K1","DonViXuLy":"C1","SoLanBoSung":1e999999999}', "SoLanBoSung"),
        ('{"MaHoSo":"K1","DonViXuLy":"C1","NgayTiepNhan":-1e999999999}', "NgayTiepNhan"),
        ('{"MaHoSo":"K\\ud800","DonViXuLy":"C1"}', None),
        ('{"MaHoSo":"K1","DonViXuLy":"C1","SoLanBoSung":1e9999999999999999999999}', None),
    ],
    ids=["huge number", "huge date", "half a letter", "endless exponent"],
)
def test_a_hostile_value_sets_its_line_aside(tmp_path: Path, line: str, column: str | None) -> None:
    good = '{"MaHoSo":"K0","DonViXuLy":"C1","SoLanBoSung":1,"NgayTiepNhan":"20260803"}\n'
    records = _loaded(tmp_path, "lines.jsonl", f"{line}\n{good}".encode())
    assert [(row.row, row.column) for row in records.quarantine] == [(1, column)]
    assert records.tables["cases"].rows_read == 2


def test_a_moment_at_the_end_of_time_sets_its_row_aside(tmp_path: Path) -> None:
    text = xml2003({"Hồ sơ": grid(*dated_cases())})
    changed = text.replace(b"2026-08-03T08:15:00.000", b"9999-12-31T23:59:59.900")
    assert changed != text
    records = _loaded(tmp_path, "end.xml", changed)
    assert [(row.row, row.column) for row in records.quarantine] == [(2, "Ngày tiếp nhận")]


def _loaded(folder: Path, name: str, content: bytes) -> chiso.Records:
    (folder / name).write_bytes(content)
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    return chiso.load_records([folder / name], units=folder / "units.csv")


@pytest.mark.parametrize(
    "name",
    [
        *('"hai".csv', "100%.csv", "Hồ sơ tháng 8.csv", "hồ sơ [1].csv", "a*b?.csv", "a'b.csv", "a;b,c.csv"),
        *("%s.xlsx", "{0}.xlsx", "hồ sơ [1].xlsx", "[ab].parquet", "a'b%.parquet", "[1] x.json"),
    ],
)
def test_an_odd_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    contents = {
        ".csv": delimited(grid()).encode(),
        ".xlsx": xlsx({"Hồ sơ": grid()}),
        ".parquet": parquet(grid()),
        ".json": json.dumps([dict(zip(grid()[0], row, strict=True)) for row in grid()[1:]]).encode(),
    }
    try:
        records = _loaded(tmp_path, name, contents[Path(name).suffix])
    except OSError:
        pytest.skip("this system has no such names")
    assert (records.files[0].path, records.tables["cases"].rows_read) == (str(tmp_path / name), 3)


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    folder = a_folder(tmp_path / "in")
    with pytest.raises(RecordsError, match="The folder holds no file of records"):
        chiso.load_records([tmp_path / "x.csv"], units=folder / "units.csv")
    (folder / "y.csv").mkdir()
    assert chiso.load_records([folder]).tables["cases"].rows_read == 3


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    loop = tmp_path / "loop.csv"
    try:
        loop.symlink_to(loop)
    except OSError:
        pytest.skip("this system has no links")
    with pytest.raises(RecordsError, match=r"loop\.csv"):
        chiso.load_records([loop], units=folder / "units.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").chmod(0)
    with pytest.raises(RecordsError, match="Cannot read the file"):
        chiso.load_records([folder])


def test_a_byte_gone_wrong_in_a_column_that_is_not_read_does_no_harm(tmp_path: Path) -> None:
    content = "case_id,unit_code,Chủ hồ sơ\nK1,C1,x\n,,Tổng cộng: 2\n".encode().replace(b"x", b"\x8d")
    records = _loaded(tmp_path, "cases.csv", content)
    assert (records.tables["cases"].rows_read, records.tables["cases"].quarantined) == (1, 0)
    assert records.files[0].not_records == {"total": 1}
