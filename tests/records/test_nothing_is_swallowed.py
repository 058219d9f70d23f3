"""Rows that a careless reader would lose or read wrongly: each is read right, set aside, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import UNITS, a_folder
from tests.conftest import CommandLine

import chiso
from chiso.errors import RecordsError
from chiso.records.dataset import Records

HEADINGS = (
    "Mã hồ sơ",
    "Đơn vị",
    "Chủ hồ sơ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày có kết quả",
    "Trạng thái",
)


def row(number: int, name: str = "A") -> tuple[str, ...]:
    day = f"{number:02}/08/2026"
    return (f"K{number}", "C1", name, day, "20/08/2026", "10/08/2026", "Đã trả kết quả")


def load(tmp_path: Path, lines: list[tuple[str, ...]], separator: str = ";") -> Records:
    text = "".join(separator.join(cells) + "\n" for cells in lines)
    return chiso.load_records([a_folder(tmp_path / "in", cases=text)])


@pytest.mark.parametrize("apart", [1, 2, 7])
@pytest.mark.parametrize("closing", ['Công ty "Ánh Dương"', 'Công ty Ánh Dương"', '"'])
def test_two_stray_quotation_marks_swallow_no_row_between_them(
    tmp_path: Path, apart: int, closing: str
) -> None:
    """Seven cases were gone: a mark in one name closed in another, and the cells came out even."""
    lines = [row(number) for number in range(1, 21)]
    lines[5] = row(6, '"Hộ kinh doanh Hoa')
    lines[5 + apart] = row(6 + apart, closing)
    records = load(tmp_path, [HEADINGS, *lines])
    assert records.tables["cases"].rows_read == 20
    kept = records.connection.execute("SELECT count(*) FROM cases WHERE set_aside = 0").fetchall()[0][0]
    assert kept >= 18
    assert {fault.row for fault in records.quarantine} <= {7, 7 + apart}
    assert 7 in {fault.row for fault in records.quarantine}


def test_an_address_over_several_lines_is_one_cell(tmp_path: Path) -> None:
    address = '"Thôn 1, xã Một,\nhuyện Hai, tỉnh Ba,\nViệt Nam"'
    records = load(tmp_path, [HEADINGS, row(1, address), row(2)], separator=",")
    assert records.quarantine == ()
    assert records.tables["cases"].rows_read == 2


def test_below_other_headings_nothing_is_read_by_the_first(tmp_path: Path) -> None:
    """Half the cases were late: the second header had the due date and the end date change places."""
    other = (*HEADINGS[:4], HEADINGS[5], HEADINGS[4], HEADINGS[6])
    with pytest.raises(RecordsError, match="row 4: Here stand other headings than above"):
        load(tmp_path, [HEADINGS, row(1), row(2), other, row(3)])
    records = load(tmp_path / "again", [HEADINGS, row(1), row(2), HEADINGS, row(3)])
    assert records.tables["cases"].rows_read == 3


def _page(*tables: list[tuple[str, ...]]) -> str:
    def table(lines: list[tuple[str, ...]]) -> str:
        return (
            "<table>"
            + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in lines)
            + "</table>"
        )

    return "<html><body>" + "<p>x</p>".join(map(table, tables)) + "</body></html>"


def test_a_second_table_without_headings_is_told_and_stops_a_strict_run(
    tmp_path: Path, chiso: CommandLine
) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").unlink()
    page = _page([HEADINGS, row(1), row(2)], [row(3), row(4)], [("Người lập", "Thủ trưởng")])
    (folder / "cases.xls").write_text(page, encoding="utf-8")
    asked = ("score", folder, "--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
    outcome = chiso(*asked)
    notes = " ".join(outcome.stdout.split())
    assert "Sheet “2” is not read: none of its headings is known" in notes
    assert "Sheet “3”" not in notes
    strict = chiso(*asked, "--strict")
    assert strict.code == 14
    assert "1 sheet or table holds something that is not read" in strict.stderr
    page_of_check = chiso("check", folder, "--lang", "en").stdout
    assert "No fault was found in what was read." in page_of_check


def test_two_tables_side_by_side_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="are there two tables side by side"):
        load(tmp_path, [(*HEADINGS, *HEADINGS), (*row(1), *row(2))])


def test_a_formula_that_was_never_worked_out_is_no_empty_cell(tmp_path: Path) -> None:
    import openpyxl

    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["case_id", "unit_code", "received_at", "due_at"])
    sheet.append(["K1", "C1", "03/08/2026", "=C2+14"])
    sheet.append(["K2", "C1", "03/08/2026", None])
    book.save(folder / "cases.xlsx")
    records = chiso.load_records([folder])
    assert [(fault.row, fault.column) for fault in records.quarantine] == [(2, "due_at")]


def test_the_end_mark_of_old_programs_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "cases.csv").write_bytes(b"case_id,unit_code\nK1,C1\n\x1a")
    records = chiso.load_records([tmp_path])
    assert (records.tables["cases"].rows_read, records.quarantine) == (1, ())


def test_a_hard_blank_stands_between_date_and_time(tmp_path: Path) -> None:
    records = load(tmp_path, [("case_id", "unit_code", "received_at"), ("K1", "C1", "03/08/2026\u00a014:05")])
    assert records.quarantine == ()


def test_a_unit_and_a_state_without_a_number_are_a_poor_record(tmp_path: Path) -> None:
    poor = ("", "Xã Một", "", "", "", "", "Đã trả kết quả")
    records = load(tmp_path, [HEADINGS, row(1), poor])
    assert records.tables["cases"].rows_read == 2
    assert [fault.row for fault in records.quarantine] == [3]


@pytest.mark.parametrize("code", ["0912.345.678", "xaxoi-0912-345-678", "HồQuốcDũng", "Dũng,Hồ"])
def test_an_official_stays_a_local_code(tmp_path: Path, code: str) -> None:
    records = load(tmp_path, [("case_id", "unit_code", "officer_code"), ("K1", "C1", code)])
    ((officer,),) = records.connection.execute("SELECT officer_code FROM cases").fetchall()
    assert officer.startswith("cb-")
