"""One file per encoding and per way of spelling the same letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from tests.corpus.base import EXPECTED, Entry, cases, dated_cases, grid, headed, text_entry
from tests.corpus.formats import Cell, Rows, delimited, xlsx
from tests.corpus.letters import as_1258_with_whole_letters, as_tcvn3, as_vni


def _rewritten(rows: Rows, rewrite: Callable[[str], str]) -> list[list[Cell]]:
    return [[rewrite(cell) if isinstance(cell, str) else cell for cell in cells] for cells in rows]


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _one_bad_byte() -> bytes:
    content = delimited(grid()).encode()
    place = "Xã Hai".encode()
    assert content.count(place) == 1
    return content.replace(place, b"X\xe3 Hai")


_OLD_TONES = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Hồ sơ có thành phần số hoá", "Được số hoá"),
    ("K1", "Xã Hoà Thuỷ", "03/08/2026", "Có", "Không"),
    ("K2", "XÃ HÒA THỦY", "04/08/2026", "Không", "Có"),
    ("K3", "Xã  Hoà Thủy", "05/08/2026", "có", "không"),
)
_TONES_EXPECTED = (
    {"case_id": "K1", "unit_code": "C3", "digitized": True, "component_digitized": False},
    {"case_id": "K2", "unit_code": "C3", "digitized": False, "component_digitized": True},
    {"case_id": "K3", "unit_code": "C3", "digitized": True, "component_digitized": False},
)


ENTRIES = (
    text_entry("utf-8-mark.csv", "UTF-8 with a byte order mark", encoding="utf-8-sig"),
    text_entry(
        "unicode-text-le.txt",
        "Excel's Unicode Text: UTF-16 LE with its mark, tab-separated",
        encoding="utf-16-le",
        separator="\t",
    ),
    text_entry(
        "unicode-text-be.txt",
        "UTF-16 BE with its mark, tab-separated",
        encoding="utf-16-be",
        separator="\t",
    ),
    Entry(
        "utf-16-without-mark.csv",
        "UTF-16 LE without a byte order mark",
        lambda: delimited(grid()).encode("utf-16-le"),
        "csv",
        EXPECTED,
        encoding="utf-16-le",
        separator=",",
    ),
    text_entry(
        "windows-1258.csv",
        "windows-1258 as a keyboard writes it: every tone a byte of its own",
        encoding="windows-1258",
    ),
    Entry(
        "windows-1258-converted.csv",
        "windows-1258 as Windows converts to it: whole letters where the page has them",
        lambda: as_1258_with_whole_letters(delimited(grid(), ";")),
        "csv",
        EXPECTED,
        encoding="windows-1258",
        separator=";",
    ),
    text_entry("tcvn3.csv", "TCVN3 (ABC)", encoding="tcvn3"),
    text_entry("vni.csv", "VNI-Windows", encoding="vni"),
    text_entry(
        "decomposed.csv",
        "UTF-8 with every letter decomposed (NFD)",
        _rewritten(grid(), _decomposed),
    ),
    text_entry("old-tones.csv", "tone marks on the other vowel: hoà, thuỷ", _OLD_TONES, _TONES_EXPECTED),
    Entry(
        "one-bad-byte.csv",
        "UTF-8 with one row that holds a byte of another encoding",
        _one_bad_byte,
        "csv",
        (EXPECTED[0], EXPECTED[2]),
        encoding="utf-8",
        separator=",",
        quarantined=((3, "unit_name"),),
    ),
    Entry(
        "vni-letters.xlsx",
        "XLSX typed in a VNI font: its letters are VNI's bytes read as Latin-1",
        lambda: xlsx({"Sheet1": _rewritten(grid(*dated_cases()), as_vni)}),
        "xlsx",
        EXPECTED,
        encoding="vni",
    ),
    Entry(
        "tcvn3-letters.xlsx",
        "XLSX typed in an ABC font: its letters are TCVN3's bytes read as Latin-1",
        lambda: xlsx({"Sheet1": _rewritten(grid(*dated_cases()), as_tcvn3)}),
        "xlsx",
        EXPECTED,
        encoding="tcvn3",
    ),
    Entry(
        "decomposed.xlsx",
        "XLSX with every letter decomposed (NFD)",
        lambda: xlsx({"Sheet1": _rewritten(grid(*cases()), _decomposed)}),
        "xlsx",
        EXPECTED,
    ),
)
