"""One file per format, and files that are not what their name says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.corpus.base import EXPECTED, PERSONAL, Entry, cases, dated_cases, grid, headed, text_entry
from tests.corpus.formats import (
    Cell,
    Formula,
    Html,
    as_json,
    at,
    delimited,
    gzipped,
    html,
    json_lines,
    ods,
    parquet,
    xls,
    xlsx,
    xml2003,
    zipped,
)

_DATES = ("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý")
# Days since 30/12/1899 of the three cases' dates.
_SERIALS: Mapping[str, Sequence[Cell]] = {
    "Ngày tiếp nhận": (46237.34375, 46238, 46239),
    "Ngày hẹn trả": (46244, 46248, 46269),
    "Ngày kết thúc xử lý": (46241.6875, 46251, ""),
}


def _national(number: int, **more: object) -> dict[str, object]:
    """Return one of the three cases as the national sync sends it: every value a string."""
    case = EXPECTED[number]
    finished = case["finished_at"]
    return {
        "MaHoSo": case["case_id"],
        "MaTTHC": case["procedure_id"],
        "TenTTHC": case["procedure_name"],
        "KenhThucHien": {"online": "2", "direct": None, "postal": "3"}[str(case["channel"])],
        "SoGiayToChuHoSo": PERSONAL["Số CMND/CCCD"][number],
        "ChuHoSo": PERSONAL["Chủ hồ sơ"][number],
        "SoDienThoai": PERSONAL["Số điện thoại"][number],
        "Email": PERSONAL["Email"][number],
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": PERSONAL["Số CMND/CCCD"][number]}],
        "TrichYeuHoSo": PERSONAL["Nội dung hồ sơ"][number],
        "NgayTiepNhan": f"{case['received_at']:%Y%m%d%H%M%S}",
        "NgayHenTra": f"{case['due_at']:%Y%m%d%H%M%S}",
        "NgayKetThucXuLy": f"{finished:%Y%m%d%H%M%S}" if finished else "",
        "TrangThaiHoSo": {"returned": "10", "processed": "9", "processing": "4"}[str(case["status"])],
        "DonViXuLy": case["unit_code"],
        **more,
    }


_LISTS_ONE: dict[str, object] = {
    "HoSoCoThanhPhanSoHoa": "1",
    "DSKetNoiCSDL": [{"MaCSDL": "1"}, {"MaCSDL": "7"}],
    "TaiLieuNop": [
        {"TenTepDinhKem": f"{PERSONAL['Chủ hồ sơ'][0]}.pdf", "DuongDanTaiTepTin": "/tep/1a.pdf"}
        | {"DuocSoHoa": "0", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"},
        {"TenTepDinhKem": "tep.pdf", "DuongDanTaiTepTin": "/tep/1b.pdf"}
        | {"DuocSoHoa": "1", "DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "1"},
        {"TenTepDinhKem": "tep.pdf", "DuongDanTaiTepTin": "/tep/1c.pdf"}
        | {"DuocSoHoa": "0", "DuocTaiSuDung": "1", "DuocLayTuKhoDMQG": "0"},
    ],
    "DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": "50000"}, {"TenPhiLePhi": "Lệ phí", "Gia": "15000"}],
    "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "/kq/1.pdf", "MaGiayToKetQua": "KQ-1"}],
    "DanhSachHoSoBoSung": [
        {"NoiDungBoSung": PERSONAL["Nội dung hồ sơ"][0], "NgayBoSung": "20260804090000"}
        | {"NgayTiepNhanBoSung": "20260805100000"},
        {"NoiDungBoSung": "", "NgayBoSung": "20260806090000", "NgayTiepNhanBoSung": "20260806110000"},
    ],
}
_LISTS_TWO: dict[str, object] = {
    "HoSoCoThanhPhanSoHoa": "0",
    "DSKetNoiCSDL": [],
    "TaiLieuNop": [{"DuongDanTaiTepTin": "", "DuocSoHoa": "0"}],
    "DanhSachLePhi": [],
    "DanhSachGiayToKetQua": [],
    "DanhSachHoSoBoSung": [],
}
_LISTS_THREE: dict[str, object] = {
    "HoSoCoThanhPhanSoHoa": "0",
    "DSKetNoiCSDL": [{"MaCSDL": "3"}],
    "TaiLieuNop": [{"DuongDanTaiTepTin": "", "DuocSoHoa": "0"} | {"DuocTaiSuDung": "1"}],
    "DanhSachLePhi": [{"Gia": "0"}, {"Gia": "0"}],
    "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "", "MaGiayToKetQua": "KQ-3"}],
    "DanhSachHoSoBoSung": [{"NgayBoSung": "20260807090000", "NgayTiepNhanBoSung": ""}],
    # Named for the first time in the last object.
    "DanhGia": "Hài lòng",
}
_FLATTENED: tuple[dict[str, Any], ...] = (
    {
        **{"digitized": True, "population_db": "1;7", "component_file": True, "component_digitized": True},
        **{"component_reused": 2, "from_personal_store": True, "fee": 65000, "result_code": True},
        **{"result_link": True, "supplement_requests": 2, "rating": None},
        "supplement_requested_at": at("2026-08-04 09:00"),
        "supplement_done_at": at("2026-08-06 11:00"),
    },
    {
        **{"digitized": False, "component_file": None, "component_digitized": False, "fee": None},
        **{"result_code": None, "result_link": None, "supplement_requests": 0, "rating": None},
        **{"supplement_requested_at": None, "supplement_done_at": None},
    },
    {
        **{"digitized": False, "population_db": "3", "component_file": None, "component_digitized": False},
        **{"component_reused": 1, "fee": 0, "result_code": True, "result_link": None},
        **{"supplement_requests": 1, "supplement_done_at": None, "rating": "satisfied"},
        "supplement_requested_at": at("2026-08-07 09:00"),
    },
)
_SYNCED = (_national(0, **_LISTS_ONE), _national(1, **_LISTS_TWO), _national(2, **_LISTS_THREE))
_NATIONAL = [{**case, **flat} for case, flat in zip(EXPECTED, _FLATTENED, strict=True)]

_TYPED = {
    **{heading: "TIMESTAMP" for heading in _DATES},
    **{"STT": "BIGINT", "Đã đồng bộ": "BOOLEAN", "Phí, lệ phí": "BIGINT", "Ngày nộp": "TIMESTAMPTZ"},
}


def _typed_parquet() -> bytes:
    # The first was submitted at 20:30 UTC: already the next day here.
    submitted = (at("2026-08-02 20:30+00:00"), None, at("2026-08-04 02:00+00:00"))
    more = zip((True, False, None), (65000, 0, None), submitted, strict=True)
    rows = [[*cells, *extra] for cells, extra in zip(dated_cases(), more, strict=True)]
    headings = [*grid()[0], "Đã đồng bộ", "Phí, lệ phí", "Ngày nộp"]
    return parquet([headings, *([cell if cell != "" else None for cell in row] for row in rows)], _TYPED)


_TYPED_MORE: tuple[dict[str, Any], ...] = (
    {"synced": True, "fee": 65000, "submitted_at": at("2026-08-03 03:30")},
    {"synced": False, "fee": 0, "submitted_at": None},
    {"synced": None, "fee": None, "submitted_at": at("2026-08-04 09:00")},
)


def _two_tables() -> dict[str, list[list[Cell]]]:
    petitions = headed(
        ("Mã PAKN", "Mã đơn vị", "Ngày tiếp nhận", "Hạn xử lý", "Ngày trả lời", "Trạng thái"),
        ("PA-1", "C1", "03/08/2026", "24/08/2026", "", "Đang xử lý"),
    )
    return {"Phản ánh": petitions, "Hồ sơ": grid(*dated_cases())}


def _formulas() -> list[list[Cell]]:
    table = grid(*dated_cases())
    received = table[0].index("Ngày tiếp nhận")
    due = table[0].index("Ngày hẹn trả")
    table[2][received] = Formula("=DATE(2026,8,4)", 46238)
    table[3][due] = Formula("=NA()", "#N/A")
    return table


def _html_page() -> str:
    table: list[list[Cell]] = grid()
    position = table[0].index("Ngày tiếp nhận")
    table[0][position] = Html("Ng&agrave;y<br>tiếp nhận")
    table[1][position] = Html("03/08/2026<br />08:15:00")
    table[2][table[0].index("Tên thủ tục hành chính")] = Html("<b>Đăng k&yacute;</b>&nbsp;quyền sử dụng đất")
    table[3][table[0].index("Ngày kết thúc xử lý")] = Html("&nbsp;")
    return html(table, before="<h3>DANH SÁCH HỒ SƠ</h3>")


def _petitions() -> list[list[Cell]]:
    return headed(
        ("Mã PAKN", "Mã đơn vị", "Ngày tiếp nhận", "Hạn xử lý", "Ngày trả lời", "Trạng thái", "Hài lòng"),
        ("PA-1", "C1", "03/08/2026", "24/08/2026", "10/08/2026", "Đã trả lời", "Có"),
        ("PA-2", "C2", "04/08/2026", "25/08/2026", "", "Đang xử lý", ""),
        ("PA-3", "C9", "04/08/2026", "25/08/2026", "", "Đang xử lý", ""),
    )


def _procedures() -> list[list[Cell]]:
    return headed(
        ("Mã đơn vị", "Mã TTHC", "Tên TTHC", "Mức độ trực tuyến", "Có phí", "Hiệu lực từ"),
        ("P", 2.000815, "Chứng thực bản sao", "Toàn trình", True, at("2025-07-01")),
        ("P", 1.00512, "Đăng ký khai sinh", "Một phần", False, at("2025-07-01")),
        ("P", 1.0, "Thủ tục mất số", "Không", False, at("2025-07-01")),
    )


_TWO_SHEETS = {
    "Hướng dẫn": [["Tệp này có hai trang dữ liệu"], ["Mỗi xã một trang"]],
    "Xã Một": grid(dated_cases()[0]),
    "Trống": [],
    "Các xã khác": grid(*dated_cases()[1:]),
    "Danh mục": [["Mã", "Nghĩa"], [4, "Đang xử lý"], [9, "Đã xử lý xong"]],
}

ENTRIES = (
    text_entry("plain.csv", "CSV as it should be"),
    text_entry("plain.tsv", "tab-separated values", separator="\t"),
    Entry(
        "compressed.csv.gz",
        "CSV compressed with gzip",
        lambda: gzipped(delimited(grid()).encode()),
        "csv",
        EXPECTED,
        encoding="utf-8",
        separator=",",
    ),
    Entry(
        "archive.zip",
        "one CSV inside a zip archive",
        lambda: zipped({"ho-so/thang 8.csv": delimited(grid(), ";").encode("utf-8-sig")}),
        "csv",
        EXPECTED,
        encoding="utf-8-sig",
        separator=";",
    ),
    Entry(
        "typed.parquet",
        "Parquet with timestamps (one with a zone), integers and booleans",
        _typed_parquet,
        "parquet",
        [{**case, **more} for case, more in zip(EXPECTED, _TYPED_MORE, strict=True)],
    ),
    Entry(
        "text.parquet",
        "Parquet with nothing but text, one date wrong",
        lambda: parquet(grid(*cases(), *cases({"Ngày hẹn trả": ("31/02/2026",) * 3})[:1])),
        "parquet",
        EXPECTED,
        rows_read=4,
        quarantined=((4, "due_at"),),
    ),
    Entry(
        "national.json",
        "the national sync's objects in an array, nested lists flattened, a key first in the last object",
        lambda: as_json(_SYNCED),
        "json",
        _NATIONAL,
        encoding="utf-8",
    ),
    Entry(
        "national-body.json",
        "a sync request: service and data; one object without number, one with no real date",
        lambda: as_json(
            {
                "service": "DongBoHoSoMC",
                "isUpdating": "True",
                "data": [
                    _SYNCED[0],
                    _national(1, MaHoSo=""),
                    *_SYNCED[1:],
                    _national(2, NgayHenTra="20260231"),
                ],
            }
        ),
        "json",
        _NATIONAL,
        encoding="utf-8",
        rows_read=5,
        quarantined=((2, "case_id"), (5, "due_at")),
    ),
    Entry(
        "national.jsonl",
        "one object a line; a broken line and a blank one",
        lambda: json_lines(
            [_SYNCED[0], '{"MaHoSo": "C1-260803-0009", "ChuHoSo": ', _SYNCED[1], "", _SYNCED[2]]
        ),
        "jsonl",
        _NATIONAL,
        encoding="utf-8",
        rows_read=4,
        quarantined=((2, None),),
        not_records={"blank": 1},
    ),
    Entry(
        "dates.xlsx", "XLSX with real dates", lambda: xlsx({"Hồ sơ": grid(*dated_cases())}), "xlsx", EXPECTED
    ),
    Entry("text.xlsx", "XLSX with dates as text", lambda: xlsx({"Hồ sơ": grid()}), "xlsx", EXPECTED),
    Entry(
        "serials.xlsx",
        "XLSX with dates as bare serial numbers",
        lambda: xlsx({"Hồ sơ": grid(*cases(_SERIALS))}),
        "xlsx",
        EXPECTED,
    ),
    Entry(
        "from-1904.xlsx",
        "XLSX that counts its days from 1904",
        lambda: xlsx({"Hồ sơ": grid(*dated_cases())}, from_1904=True),
        "xlsx",
        EXPECTED,
    ),
    Entry(
        "two-sheets.xlsx",
        "XLSX with cases on two sheets; an empty, a hidden and a guiding sheet beside them",
        lambda: xlsx(_TWO_SHEETS, hidden=("Danh mục",)),
        "xlsx",
        EXPECTED,
        sheets=("Xã Một", "Các xã khác"),
    ),
    Entry(
        "two-tables.xlsx",
        "XLSX with petitions on one sheet and cases on the other",
        lambda: xlsx(_two_tables()),
        "xlsx",
        EXPECTED,
        sheets=("Hồ sơ",),
    ),
    Entry(
        "away-from-the-corner.xlsx",
        "XLSX whose table begins at C4; one date wrong",
        lambda: xlsx({"Hồ sơ": grid(*dated_cases(), *cases({"Ngày hẹn trả": ("x",) * 3})[:1])}, first=(3, 2)),
        "xlsx",
        EXPECTED,
        rows_read=4,
        quarantined=((8, "due_at"),),
        not_records={"blank": 3},
    ),
    Entry(
        "formulas.xlsx",
        "XLSX with a date by formula, and an error where a date should be",
        lambda: xlsx({"Hồ sơ": _formulas()}),
        "xlsx",
        EXPECTED[:2],
        quarantined=((4, "due_at"),),
    ),
    Entry("dates.xls", "XLS with real dates", lambda: xls({"Hồ sơ": grid(*dated_cases())}), "xls", EXPECTED),
    Entry("dates.ods", "ODS with real dates", lambda: ods({"Hồ sơ": grid(*dated_cases())}), "ods", EXPECTED),
    Entry(
        "repeated.ods",
        "ODS with blank rows written once as repeated; one date wrong after them",
        lambda: ods(
            {
                "Hồ sơ": [
                    *grid(*dated_cases()),
                    *([""] * 17 for _ in range(2)),
                    *cases({"Ngày hẹn trả": ("31/02/2026",) * 3})[:1],
                ]
            }
        ),
        "ods",
        EXPECTED,
        rows_read=4,
        quarantined=((7, "due_at"),),
        not_records={"blank": 2},
    ),
    Entry(
        "page.xls",
        "an HTML table saved as .xls: entities, line breaks inside cells",
        lambda: _html_page().encode(),
        "html",
        EXPECTED,
        encoding="utf-8",
    ),
    Entry(
        "spreadsheet-2003.xml",
        "XML Spreadsheet 2003: cells and a row passed over by ss:Index",
        lambda: xml2003({"Hồ sơ": [*grid(*dated_cases()[:2]), [], dated_cases()[2]]}),
        "xml2003",
        EXPECTED,
        encoding="utf-8",
        not_records={"blank": 1},
    ),
    Entry(
        "really-xlsx.xls",
        "XLSX named .xls",
        lambda: xlsx({"Hồ sơ": grid(*dated_cases())}),
        "xlsx",
        EXPECTED,
    ),
    Entry(
        "really-xml.xls",
        "XML Spreadsheet 2003 named .xls",
        lambda: xml2003({"Hồ sơ": grid(*dated_cases())}),
        "xml2003",
        EXPECTED,
        encoding="utf-8",
    ),
    text_entry("really-csv.xls", "CSV named .xls"),
    text_entry("really-tsv.csv", "tab-separated values named .csv", separator="\t"),
    Entry(
        "really-html.xlsx",
        "an HTML table named .xlsx",
        lambda: html(grid()).encode("utf-8-sig"),
        "html",
        EXPECTED,
        encoding="utf-8-sig",
    ),
    Entry(
        "petitions.xls",
        "petitions, not cases, as an HTML table; one of an unknown unit",
        lambda: html(_petitions()).encode(),
        "html",
        (
            {"petition_id": "PA-1", "unit_code": "C1", "answered_at": at("2026-08-10")}
            | {"status": "answered", "satisfied": True},
            {"petition_id": "PA-2", "unit_code": "C2", "answered_at": None}
            | {"status": "processing", "satisfied": None},
        ),
        encoding="utf-8",
        quarantined=((4, "unit_code"),),
        table="petitions",
    ),
    Entry(
        "procedures.xlsx",
        "procedures whose codes Excel took for numbers",
        lambda: xlsx({"Danh mục TTHC": _procedures()}),
        "xlsx",
        (
            {"procedure_id": "2.000815", "online_level": "full", "fee_bearing": True},
            {"procedure_id": "1.005120", "online_level": "partial", "fee_bearing": False},
        ),
        quarantined=((4, "procedure_id"),),
        table="procedures",
    ),
)
