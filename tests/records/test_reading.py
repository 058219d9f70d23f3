"""How exports are read: headings, separators, spellings, dates, codes, and what is never read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.builders import UNITS, a_folder

import chiso
from chiso.errors import RecordsError
from chiso.records.dataset import Records


def load(folder: Path, **files: str) -> Records:
    return chiso.load_records([a_folder(folder / "in", **files)])


def cells(records: Records, columns: str, table: str = "cases") -> list[tuple[Any, ...]]:
    return records.connection.execute(f"SELECT {columns} FROM {table} ORDER BY rowid").fetchall()


# As an export writes it → as chiso understands it (Vietnam's time).
DATES = {
    "03/08/2026 14:05:09": "2026-08-03 14:05:09",
    "03/08/2026 14:05": "2026-08-03 14:05:00",
    "03/08/2026": "2026-08-03 00:00:00",
    "3/8/2026": "2026-08-03 00:00:00",
    "2026-08-03 14:05:09": "2026-08-03 14:05:09",
    "2026-08-03": "2026-08-03 00:00:00",
    "2026-08-03T14:05:09": "2026-08-03 14:05:09",
    "2026-08-03T14:05:09.250": "2026-08-03 14:05:09.250000",
    "20260803140509": "2026-08-03 14:05:09",
    "20260803": "2026-08-03 00:00:00",
    # A time of another zone is moved to +07: late in the evening in UTC is the next day here.
    "2026-08-03T20:30:00Z": "2026-08-04 03:30:00",
    "2026-08-03T20:30:00.000Z": "2026-08-04 03:30:00",
    "2026-08-03T20:30:00+07:00": "2026-08-03 20:30:00",
    # Excel's serial number of 3/8/2026, noon.
    "46237.5": "2026-08-03 12:00:00",
    "46237": "2026-08-03 00:00:00",
    "  03/08/2026 ": "2026-08-03 00:00:00",
}
NO_DATES = [
    "31/02/2026",
    "2026-13-01",
    "08/31/2026",
    "hôm qua",
    "0",
    "12345678901",
    "01/01/0026",
    "01/01/2300",
    "3.8.2026",
]


def test_every_date_form_is_read_day_first_and_in_vietnams_time(tmp_path: Path) -> None:
    rows = "".join(f'K{n},C1,"{text}"\n' for n, text in enumerate(DATES))
    records = load(tmp_path, cases="case_id,unit_code,received_at\n" + rows)
    assert [str(row[0]) for row in cells(records, "received_at")] == list(DATES.values())
    assert records.quarantine == ()


def test_what_is_no_date_sets_its_row_aside(tmp_path: Path) -> None:
    rows = "".join(f"K{n},C1,{text}\n" for n, text in enumerate(NO_DATES))
    records = load(tmp_path, cases="case_id,unit_code,received_at\n" + rows)
    assert [(row.row, row.column, row.reason.en[:18]) for row in records.quarantine] == [
        (number, "received_at", "is not a real date") for number in range(2, 2 + len(NO_DATES))
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends(tmp_path: Path, separator: str, mark: str, line_end: str) -> None:
    rows = [["case_id", "unit_code", "received_at"], ["K1", "C1", "03/08/2026"], ["K2", "C2", "04/08/2026"]]
    text = mark + line_end.join(separator.join(row) for row in rows) + line_end
    records = load(tmp_path, cases=text)
    assert cells(records, "case_id, unit_code") == [("K1", "C1"), ("K2", "C2")]
    assert records.files[0].rows_read == 2


def test_vietnamese_headings_and_values(tmp_path: Path) -> None:
    text = (
        "Số hồ sơ;Tên thủ tục hành chính;Phòng ban;Ngày tiếp nhận;Ngày hẹn trả;Trạng thái hồ sơ;"
        "Hình thức nộp;Đánh giá;Thanh toán trực tuyến;Phí, lệ phí;Đã đồng bộ\n"
        "K1;Khai sinh;Xã Một;03/08/2026;05/08/2026;Đã trả kết quả;Trực tuyến;Hài lòng;Không;50.000;Có\n"
        "K2;Khai tử;XÃ HAI;03/08/2026;05/08/2026;ĐANG XỬ LÝ;;Không hài lòng;1;0;0\n"
    )
    records = load(tmp_path, cases=text)
    assert records.quarantine == ()
    found = cells(records, "case_id, unit_code, status, channel, rating, payment, fee, synced")
    assert found == [
        ("K1", "C1", 9, 1, 0, 0, 50000, True),
        # An empty channel means direct, as in the national schema.
        ("K2", "C2", 3, 0, 1, 1, 0, False),
    ]


def test_the_national_schema_flattened(tmp_path: Path) -> None:
    text = (
        "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,TrangThaiHoSo,DuocThanhToanTrucTuyen,"
        "HoSoCoThanhPhanSoHoa,DuocTaiSuDung,DuongDanTepTinKetQua,ChuHoSo\n"
        "K1,1.000815,C1,2,20260803080000,20260805170000,10,2,1,0,/kq.pdf,Người Nộp\n"
    )
    records = load(tmp_path, cases=text)
    found = cells(records, "procedure_id, channel, status, payment, digitized, component_reused, result_link")
    assert found == [("1.000815", 1, 9, 2, True, 0, True)]


def test_codes_stay_as_they_are_written(tmp_path: Path) -> None:
    text = "case_id,unit_code,procedure_id\n0012,C1,3.10\nNA,C1,1.005129.000.00.00.H21\n1e5,C1,TRUE\n"
    records = load(tmp_path, cases=text)
    assert cells(records, "case_id, procedure_id") == [
        ("0012", "3.10"),
        ("NA", "1.005129.000.00.00.H21"),
        ("1e5", "TRUE"),
    ]


def test_whole_numbers_only(tmp_path: Path) -> None:
    rows = "A,C1,2,1.234.000\nB,C1,2.0,50000\nC,C1,2.5,0\nD,C1,x,12.5\n"
    text = "case_id,unit_code,supplement_requests,fee\n" + rows
    records = load(tmp_path, cases=text)
    assert cells(records, "supplement_requests, fee")[:2] == [(2, 1234000), (2, 50000)]
    assert [(row.row, row.column) for row in records.quarantine] == [
        (4, "supplement_requests"),
        (5, "supplement_requests"),
        (5, "fee"),
    ]


def test_two_spellings_of_one_text_are_one(tmp_path: Path) -> None:
    """Decomposed letters (as some systems export) and composed ones are the same name and code."""
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "Xã Một")
    text = f"{unicodedata.normalize('NFD', 'Mã hồ sơ')},Đơn vị,Lĩnh vực\nK1,{decomposed},{decomposed}\n"
    records = load(tmp_path, cases=text)
    assert cells(records, "field_name") == [("Xã Một",)]
    assert cells(records, "unit_code") == [("C1",)]


def test_personal_columns_are_never_read(tmp_path: Path) -> None:
    text = (
        "Mã hồ sơ,Đơn vị,Chủ hồ sơ,Số CMND/HC/Thẻ CC,Số điện thoại,Nội dung hồ sơ,Đường dẫn kết quả,"
        "Cán bộ xử lý\n"
        "K1,C1,Nguyễn Thị Mẫu,012345678901,0912345678,xin cho bà Mẫu,/ho-so/nguyen-thi-mau.pdf,Trần Văn Mẫu\n"
    )
    records = load(tmp_path, cases=text)
    everything = str(cells(records, "*")) + str(records.files) + str(records.quarantine)
    for personal in ("Nguyễn", "012345678901", "0912345678", "xin cho", "nguyen-thi-mau", "Trần"):
        assert personal not in everything
    assert cells(records, "result_link") == [(True,)]
    ((officer,),) = cells(records, "officer_code")
    assert officer.startswith("cb-")


def test_title_rows_stand_before_the_header(tmp_path: Path) -> None:
    text = "ỦY BAN NHÂN DÂN XÃ MỘT,,\n\nDANH SÁCH HỒ SƠ,,\ncase_id,unit_code,received_at\nK1,C1,31/02/2026\n"
    records = load(tmp_path, cases=text)
    assert [(row.row, row.column) for row in records.quarantine] == [(5, "received_at")]
    assert records.files[0].not_records == {"title": 2, "blank": 1}


def test_rows_in_quotes_over_several_lines_are_one_row(tmp_path: Path) -> None:
    text = (
        'case_id,unit_code,procedure_name\nK1,C1,"Cấp\nbản sao"\nK2,C1,"có ""ngoặc"" và , phẩy"\n\nK3,C1,x\n'
    )
    records = load(tmp_path, cases=text)
    assert [row[0] for row in cells(records, "case_id")] == ["K1", "K2", "K3"]
    assert records.files[0].rows_read == 3


def test_a_quotation_mark_left_open_takes_only_its_own_row(tmp_path: Path) -> None:
    good = "".join(f"K{n},C1,03/08/2026\n" for n in range(200))
    records = load(tmp_path, cases=f'case_id,unit_code,received_at\nX,C1,"03/08/2026\n{good}')
    assert records.tables["cases"].rows_read == 201
    assert [(row.row, row.reason.en) for row in records.quarantine] == [(2, "a quotation mark is not closed")]


def test_an_undecodable_byte_sets_aside_its_row_only(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").write_bytes(b"case_id,unit_code\nK1,C1\nK\xff2,C1\nK3,C1\n")
    records = chiso.load_records([folder])
    assert [(row.row, row.reason.en) for row in records.quarantine] == [(3, "a byte is not UTF-8")]
    assert records.tables["cases"].rows_read == 3


def test_the_newest_state_of_a_case_number_counts(tmp_path: Path) -> None:
    """Newest by the day of finishing, then of receipt, then the later row."""
    text = (
        "case_id,unit_code,received_at,finished_at\n"
        "A,C1,01/08/2026,09/08/2026\nA,C1,01/08/2026,\n"  # finished beats open
        "B,C1,01/08/2026,\nB,C1,02/08/2026,\n"  # received later
        "C,C1,01/08/2026,\nC,C2,01/08/2026,\n"  # otherwise the later row, whatever its unit
    )
    records = load(tmp_path, cases=text)
    assert [row[0] for row in cells(records, "set_aside")] == [0, 2, 2, 0, 2, 0]


def test_a_state_that_cannot_be_read_supersedes_nothing(tmp_path: Path) -> None:
    text = "case_id,unit_code,received_at,finished_at\nA,C1,01/08/2026,\nA,C1,01/08/2026,40/08/2026\n"
    records = load(tmp_path, cases=text)
    assert [row[0] for row in cells(records, "set_aside")] == [0, 1]


def test_several_files_of_one_table_are_one(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        cases="case_id,unit_code,status\nK1,C1,4\n",
        more="unit_code,case_id,received_at\nC2,K2,31/02/2026\n",
    )
    assert records.tables["cases"].rows_read == 2
    # What a file lacks, the table lacks; and it is said.
    assert "status" not in records.tables["cases"].columns
    assert {note.place.file.rsplit("/", 1)[-1] for note in records.notes if note.place} == {
        "cases.csv",
        "more.csv",
    }
    (row,) = records.quarantine
    assert (row.file.rsplit("/", 1)[-1], row.row, row.column) == ("more.csv", 2, "received_at")


def test_a_file_name_with_a_pattern_in_it_is_only_a_name(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").rename(folder / "cases 1.csv")
    (folder / "cases [1].csv").write_text("case_id,unit_code\nOTHER,C1\n", encoding="utf-8")
    records = chiso.load_records([folder / "cases [1].csv", folder / "units.csv"])
    assert [row[0] for row in cells(records, "case_id")] == ["OTHER"]


def test_the_connection_reads_nothing_but_the_files_given(tmp_path: Path) -> None:
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    records = load(tmp_path)
    with pytest.raises(duckdb.Error):
        records.connection.execute(f"SELECT * FROM read_csv('{secret}')")


def test_units_in_a_folder_of_their_own(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    units = tmp_path / "registry.csv"
    units.write_text(UNITS + "C9,Xã Chín,commune,P\n", encoding="utf-8")
    records = chiso.load_records([folder], units=units)
    assert "C9" in records.units


def test_two_headings_for_one_column_are_told(tmp_path: Path) -> None:
    text = "case_id,unit_code,due_at,NgayHenTra\nK1,C1,03/08/2026,04/08/2026\n"
    records = load(tmp_path, cases=text)
    assert [note.message.en for note in records.notes] == [
        "Column “NgayHenTra” is passed over: due_at is taken from “due_at”"
    ]


def test_what_a_folder_holds_and_is_not_read_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "tháng 8").mkdir()
    (folder / "đọc tôi.txt").write_text("Số liệu tháng 8; lấy từ hệ thống một cửa", encoding="utf-8")
    (folder / "~$cases.xlsx").write_bytes(b"x")
    records = chiso.load_records([folder])
    assert [Path(note.place.file).name for note in records.notes if note.place] == ["tháng 8", "đọc tôi.txt"]


def test_a_result_of_chiso_is_not_taken_for_reported_figures(tmp_path: Path) -> None:
    header = "period,unit_code,group,index,numerator,denominator,percent,points,max_points,outcome\n"
    with pytest.raises(RecordsError, match="a result of chiso, not records"):
        load(tmp_path, scores=header + "2026-08,C1,g,1,1,2,50.00,3.00,6.00,scored\n")


@pytest.mark.parametrize("value", ["bimat@x.vn", "0912345678", "079123456789", "Trần Văn Mẫu"])
def test_what_may_name_an_official_becomes_a_local_code(tmp_path: Path, value: str) -> None:
    records = load(tmp_path, cases=f"case_id,unit_code,officer_code\nK1,C1,{value}\nK2,C1,CB-01\n")
    (first,), (second,) = cells(records, "officer_code")
    assert first.startswith("cb-")
    assert second == "CB-01"


def test_sheets_that_are_not_read_are_told(tmp_path: Path) -> None:
    import xlsxwriter

    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").unlink()
    book = xlsxwriter.Workbook(str(folder / "cases.xlsx"))
    for name, rows in (
        ("Hồ sơ", [["case_id", "unit_code"], ["K1", "C1"]]),
        ("Khác", [["Cột", "Khác"], ["a", "b"]]),
        ("Ẩn", [["case_id", "unit_code"], ["K2", "C1"]]),
        ("Trống", []),
    ):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if name == "Ẩn":
            sheet.hide()
    book.close()
    records = chiso.load_records([folder])
    assert cells(records, "case_id") == [("K1",)]
    assert [note.message.en for note in records.notes] == [
        "Sheet “Khác” is not read: none of its headings is known",
        "Sheet “Ẩn” is not read: it is hidden",
    ]
