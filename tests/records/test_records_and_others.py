"""Rows that look like what they are not: a record is never left out, and what is none is told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.corpus.base import UNITS
from tests.corpus.formats import Cell, delimited, xlsx

import chiso
from chiso.records.corrections import Corrections
from chiso.records.mapping import shipped_spelling
from chiso.records.table_file import open_tables
from chiso.records.text_rows import text_rows

WIDE = (
    *("STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Đơn vị giải quyết", "Ngày tiếp nhận", "Ngày hẹn trả"),
    *("Trạng thái hồ sơ", "Ghi chú"),
)
NARROW = ("Mã hồ sơ", "Tên thủ tục hành chính", "Đơn vị giải quyết")
FOUR = ("Mã hồ sơ", "Tên thủ tục hành chính", "Đơn vị giải quyết", "Ngày tiếp nhận")
_FIRST = ("1", "C1-260803-0001", "Khai sinh", "Xã Một", "03/08/2026", "05/08/2026", "Đang xử lý", "")
_LAST = ("9", "C1-260803-0009", "Khai tử", "Xã Hai", "03/08/2026", "05/08/2026", "Đang xử lý", "")


def _wide(number: str, case: str, name: str, unit: str, *more: str) -> tuple[str, ...]:
    return (number, case, name, unit, *more, *[""] * (len(WIDE) - 4 - len(more)))


def _fates(folder: Path, rows: Sequence[Sequence[Cell]], form: str = "csv") -> tuple[Mapping[str, int], int]:
    """Return how many rows are no records, by kind, and how many are."""
    table = [list(row) for row in rows]
    path = folder / f"cases.{form}"
    path.write_bytes(xlsx({"Sheet1": table}) if form == "xlsx" else delimited(table).encode())
    (file,) = open_tables(path, shipped_spelling())
    part, records = text_rows(file, Corrections())
    return dict(Counter(part.not_records.values())), len(records)


# Records, some of them broken: in quarantine perhaps, but never left out.
RECORDS: dict[str, tuple[str, ...]] = {
    "a procedure of summing up": _wide("2", "K2", "Tổng hợp danh sách hộ nghèo", "Xã Một", "03/08/2026"),
    "a community": _wide("2", "K2", "Cộng đồng dân cư thôn Một", "Xã Một", "03/08/2026"),
    "a procedure named total": _wide("2", "K2", "Tổng cộng nợ thuế", "Xã Một", "03/08/2026"),
    "a procedure named count": _wide("2", "K2", "Tổng số", "Xã Một", "03/08/2026"),
    "summing up without an id": _wide("2", "", "Tổng hợp danh sách hộ nghèo", "Xã Một", "03/08/2026"),
    "total without an id, with a date": _wide("2", "", "Tổng cộng nợ thuế", "Xã Một", "03/08/2026"),
    "count without an id, with a unit": _wide("2", "", "Tổng số lao động nước ngoài", "Xã Một", ""),
    "no more than id and unit": _wide("", "K2", "", "Xã Một"),
    "no more than an id": _wide("", "K2", "", ""),
    "an id without figures": _wide("2", "HOSOMOI", "Khai sinh", "Xã Một", "03/08/2026"),
    "an id of words": _wide("2", "hồ sơ giấy", "Khai sinh", "Xã Một", "03/08/2026"),
    "an id of words alone with its unit": _wide("2", "hồ sơ giấy", "", "Xã Một"),
    "an id that begins with T": _wide("2", "TONG-01", "Khai sinh", "Xã Một"),
    "an id named total": _wide("2", "TOTAL-01", "Khai sinh", "Xã Một", "03/08/2026"),
    "an id named sum with figures": _wide("2", "CỘNG01", "Khai sinh", "Xã Một", "03/08/2026"),
    "a small number for an id": _wide("2", "2", "Khai sinh", "Xã Một", "03/08/2026"),
    "numbers throughout": _wide("1", "2", "3", "4", "", ""),
    "a bracketed id": _wide("2", "(2)", "Khai sinh", "Xã Một", "03/08/2026"),
    "a procedure with a Roman number": _wide("2", "K2", "I. Lĩnh vực đất đai", "Xã Một", "03/08/2026"),
    "a note for a procedure": _wide("2", "K2", "Ghi chú: cấp lại", "Xã Một", "03/08/2026"),
    "a heading for a procedure": _wide("2", "K2", "Tên thủ tục hành chính", "Đơn vị giải quyết"),
    "two headings in a record": _wide("2", "K2", "Thủ tục", "Xã Một", "Ngày tiếp nhận", "Ngày hẹn trả"),
    "a date alone": _wide("2", "", "", "", "03/08/2026"),
    "a unit alone with a date": _wide("", "", "", "Xã Một", "03/08/2026"),
    "a state alone with a number": _wide("2", "", "", "", "", "", "Đang xử lý"),
    "a name and a state": _wide("2", "", "Đăng ký khai sinh", "Xã Một", "", "", "Đang xử lý"),
    "a name and a unit": _wide("2", "", "Đăng ký khai sinh", "Xã Một"),
    "a name, a unit and a note": _wide("2", "", "Đăng ký khai sinh", "Xã Một", "", "", "", "bổ sung sau"),
    "an officer's initials for an id": _wide("2", "A", "Khai sinh", "Xã Một", "03/08/2026"),
    "a total of a case": _wide("2", "K2", "Khai sinh", "Xã Một", "", "", "", "Tổng cộng"),
    "a sum in the number's place": _wide("Tổng", "K2", "Khai sinh", "Xã Một", "03/08/2026"),
    "a group's name beside an id": _wide("I. Lĩnh vực đất đai", "K2", "", ""),
    "an id with blanks in it": _wide("2", "C1 260803 0002", "", "", ""),
    "an id with blanks and a unit": _wide("2", "Số 12 năm 2026", "", "Xã Một"),
    "an id with blanks alone": _wide("", "Số 12 năm 2026", "", ""),
}
# What is no record, wherever it stands, with what it is told to be.
OTHERS: dict[str, tuple[tuple[str, ...], str]] = {
    "a total": (_wide("", "Tổng cộng", "2", ""), "total"),
    "a total in its first cell": (_wide("Tổng cộng: 2 hồ sơ", "", "", ""), "total"),
    "a sum": (_wide("", "Cộng", "", "", "2"), "total"),
    "a sum with a colon": (_wide("", "", "Tổng:", "", "2"), "total"),
    "a count of cases": (_wide("Tổng số hồ sơ: 2", "", "", ""), "total"),
    "a numbered total": (_wide("I", "Tổng số", "2", ""), "total"),
    "a total in capitals": (_wide("", "TỔNG CỘNG", "", "2"), "total"),
    "an English total": (_wide("", "Grand total", "", "2"), "total"),
    "a field": (_wide("Lĩnh vực: Đất đai", "", "", ""), "group"),
    "a field with a Roman number": (_wide("I", "Lĩnh vực đất đai", "", ""), "group"),
    "a unit over its records": (_wide("A. Ủy ban nhân dân xã Một", "", "", ""), "group"),
    "a blank row": (_wide("", "", "", ""), "blank"),
    "blanks": (_wide(" ", "\u00a0", "", ""), "blank"),
    "the header again": (tuple(WIDE), "repeated_header"),
    "most of the header again": (
        _wide("STT", "Mã hồ sơ", "Tên thủ tục", "Đơn vị giải quyết"),
        "repeated_header",
    ),
}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("place", ["first", "between", "last"])
@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_never_left_out(tmp_path: Path, name: str, place: str, form: str) -> None:
    row = RECORDS[name]
    body = {"first": (row, _FIRST, _LAST), "between": (_FIRST, row, _LAST), "last": (_FIRST, _LAST, row)}
    assert _fates(tmp_path, [WIDE, *body[place]], form) == ({}, 3)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_record_is_told_apart(tmp_path: Path, name: str, form: str) -> None:
    row, kind = OTHERS[name]
    assert _fates(tmp_path, [WIDE, _FIRST, row, _LAST], form) == ({kind: 1}, 2)


_NARROW_RECORDS = (
    ("1", "2", "3"),
    ("K2", "Tổng hợp danh sách", "Xã Một"),
    ("K3", "", "Xã Một"),
    ("K4", "Khai sinh", ""),
    ("", "Đăng ký khai sinh", ""),
    ("hồ sơ giấy", "", ""),
    ("hồ sơ giấy", "Đăng ký khai sinh", "Xã Một"),
    ("2", "Khai sinh", "Xã Một"),
    ("", "", "Xã Một"),
)


def test_in_a_narrow_table_everything_but_a_total_is_a_record(tmp_path: Path) -> None:
    rows = [("K0", "Khai sinh", "Xã Một"), *_NARROW_RECORDS, ("", "Tổng cộng", "")]
    assert _fates(tmp_path, [NARROW, *rows]) == ({"total": 1}, len(rows) - 1)


def test_records_numbered_from_one_right_below_the_header(tmp_path: Path) -> None:
    rows = [(str(number), "Khai sinh", "Xã Một", "03/08/2026") for number in (1, 2, 3)]
    assert _fates(tmp_path, [FOUR, *rows]) == ({}, 3)


def test_both_ways_of_reading_agree(tmp_path: Path) -> None:
    """A plain file is read by the engine, one with a line break in quotes row by row."""
    rows = [WIDE, _FIRST, *(row for row, _ in OTHERS.values()), *RECORDS.values(), _LAST]
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    found = []
    for name in ("Khai tử", "Khai\ntử"):
        table = delimited([*rows, _wide("10", "K10", name, "Xã Một", "03/08/2026")])
        (tmp_path / "cases.csv").write_text(table, encoding="utf-8", newline="")
        records = chiso.load_records([tmp_path / "cases.csv"], units=tmp_path / "units.csv")
        table_read = records.tables["cases"]
        file = next(file for file in records.files if file.table == "cases")
        found.append((dict(file.not_records), table_read.rows_read, table_read.quarantined))
    assert found[0] == found[1]
    assert found[0][1] == len(RECORDS) + 3


@pytest.mark.parametrize(
    "again",
    [
        (WIDE, WIDE),
        (WIDE, _wide("STT", "Mã hồ sơ", "Tên thủ tục", "Đơn vị giải quyết")),
        ((*WIDE[:-1], "Hình thức nộp"),),
    ],
    ids=["twice over", "nearly twice over", "with one more known heading"],
)
def test_a_header_further_down_makes_no_titles_of_the_records_above(
    tmp_path: Path, again: Sequence[Sequence[str]]
) -> None:
    kinds, records = _fates(tmp_path, [("DANH SÁCH HỒ SƠ",), WIDE, _FIRST, *again, _LAST])
    assert (kinds, records) == ({"repeated_header": len(again)}, 2)
