"""The same 1,000 cases in every form that chiso reads: whatever the form, the scores are the same."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tests.corpus.base import PERSONAL, UNITS
from tests.corpus.formats import (
    Cell,
    Spans,
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
from tests.corpus.letters import as_1258_with_whole_letters, as_tcvn3, as_vni, encoded

HOW_MANY = 1_000
_SEED = 766

PROCEDURES: tuple[tuple[str, str, str, str], ...] = (
    # Code, name, code and name of its field.
    ("2.000815", "Chứng thực bản sao từ bản chính", "CT", "Chứng thực"),
    ("1.001193", "Đăng ký khai sinh", "HT", "Hộ tịch"),
    ("1.000894", "Đăng ký kết hôn", "HT", "Hộ tịch"),
    ("1.005120", "Đăng ký quyền sử dụng đất", "DD", "Đất đai"),
    ("1.010833", "Cấp giấy xác nhận thân nhân", "NC", "Người có công"),
    ("1.001776", "Trợ giúp xã hội hằng tháng", "BT", "Bảo trợ xã hội"),
)

PROCEDURE_TABLE = """\
unit_code,procedure_id,procedure_name,field_id,online_level,fee_bearing,payment_integrated,paper_result,for_citizens
""" + "".join(
    f"{unit},{code},{name},{field},{level},{fee},{integrated},{paper},true\n"
    for unit in ("C1", "C2", "C3")
    for (code, name, field, _), (level, fee, integrated, paper) in zip(
        PROCEDURES,
        (
            *(("full", "true", "true", "true"), ("full", "false", "false", "true")),
            *(("partial", "true", "false", "true"), ("partial", "true", "true", "false")),
            *(("full", "false", "false", "true"), ("none", "false", "false", "false")),
        ),
        strict=True,
    )
)

SERVICE_TABLE = "unit_code,service_id,procedure_id,online_level\n" + "".join(
    f"{unit},DV-{unit}-{number},{code},{'full' if number % 2 else 'partial'}\n"
    for unit in ("C1", "C2", "C3")
    for number, (code, *_) in enumerate(PROCEDURES[:4], start=1)
)
PETITION_TABLE = """\
petition_id,unit_code,received_at,due_at,answered_at,status,satisfied,repeated,case_id,subject
PA-1,C1,03/08/2026,24/08/2026,10/08/2026,answered,true,false,,procedure
PA-2,C1,04/08/2026,11/08/2026,,processing,,false,,staff
PA-3,C2,05/08/2026,26/08/2026,27/08/2026,answered,false,false,,procedure
"""

_UNIT_NAMES = {"C1": "Xã Một", "C2": "Xã Hai", "C3": "Xã Hòa Thủy"}
# Canonical column → the headings of an export in Vietnamese and of the flattened national schema.
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "case_id": ("Mã hồ sơ", "MaHoSo"),
    "procedure_id": ("Mã TTHC", "MaTTHC"),
    "procedure_name": ("Tên thủ tục hành chính", "TenTTHC"),
    "field_id": ("Mã lĩnh vực", "MaLinhVuc"),
    "field_name": ("Lĩnh vực", "TenLinhVuc"),
    "unit_code": ("Mã đơn vị", "DonViXuLy"),
    "officer_code": ("Mã cán bộ", "MaCanBo"),
    "channel": ("Hình thức nộp", "KenhThucHien"),
    "submitted_at": ("Ngày nộp", "NgayNopHoSo"),
    "received_at": ("Ngày tiếp nhận", "NgayTiepNhan"),
    "due_at": ("Ngày hẹn trả", "NgayHenTra"),
    "finished_at": ("Ngày kết thúc xử lý", "NgayKetThucXuLy"),
    "returned_at": ("Ngày trả", "NgayTra"),
    "status": ("Trạng thái hồ sơ", "TrangThaiHoSo"),
    "supplement_requests": ("Số lần bổ sung", "SoLanBoSung"),
    "supplement_requested_at": ("Ngày yêu cầu bổ sung", "NgayBoSung"),
    "supplement_done_at": ("Ngày bổ sung xong", "NgayTiepNhanBoSung"),
    "component_file": ("Tệp thành phần hồ sơ", "DuongDanTaiTepTin"),
    "digitized": ("Hồ sơ có thành phần số hóa", "HoSoCoThanhPhanSoHoa"),
    "component_digitized": ("Được số hóa", "DuocSoHoa"),
    "component_reused": ("Tái sử dụng", "DuocTaiSuDung"),
    "from_personal_store": ("Lấy từ kho dữ liệu", "DuocLayTuKhoDMQG"),
    "result_code": ("Kết quả điện tử", "MaGiayToKetQua"),
    "result_link": ("Đường dẫn kết quả", "DuongDanTepTinKetQua"),
    "vneid_verified": ("Xác thực VNeID", "TaiKhoanDuocXacThucVoiVNeID"),
    "population_db": ("Mã CSDL", "MaCSDL"),
    "fee": ("Phí, lệ phí", "LePhi"),
    "payment": ("Thanh toán trực tuyến", "DuocThanhToanTrucTuyen"),
    "rating": ("Đánh giá", "DanhGia"),
    "synced": ("Đã đồng bộ", "DaDongBo"),
}
_DATES = tuple(name for name in _COLUMNS if name.endswith("_at"))
_BOOLEANS = ("digitized", "component_digitized", "from_personal_store", "vneid_verified", "synced")
_NUMBERS = ("supplement_requests", "component_reused", "fee")
_PERSONAL_NATIONAL = {
    "ChuHoSo": "Chủ hồ sơ",
    "SoDienThoai": "Số điện thoại",
    "TrichYeuHoSo": "Nội dung hồ sơ",
}
# Word of an enum → how exports write it, and the national code.
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "channel": {
        "direct": ("Trực tiếp", "1"),
        "online": ("Trực tuyến", "2"),
        "postal": ("Qua bưu chính công ích", "3"),
    },
    "status": {
        "received": ("Được tiếp nhận", "2"),
        "processing": ("Đang xử lý", "4"),
        "supplement_requested": ("Yêu cầu bổ sung giấy tờ", "5"),
        "withdrawn": ("Công dân yêu cầu rút hồ sơ", "7"),
        "processed": ("Đã xử lý xong", "9"),
        "returned": ("Đã trả kết quả", "10"),
    },
    "payment": {
        "none": ("Không", "0"),
        "portal": ("Cổng dịch vụ công quốc gia", "1"),
        "gateway": ("Cổng của bộ/tỉnh", "2"),
        "requested": ("Đã yêu cầu", "3"),
    },
    "rating": {
        "satisfied": ("Hài lòng", "Hài lòng"),
        "dissatisfied": ("Không hài lòng", "Không hài lòng"),
    },
}

Case = Mapping[str, Cell]


@cache
def cases() -> tuple[Case, ...]:
    """Return the cases as typed values; the last ten are older states of the first ten."""
    chance = random.Random(_SEED)
    made = [_case(number, chance) for number in range(1, HOW_MANY - 9)]
    older = [case | {"status": "processing", "finished_at": None, "returned_at": None} for case in made[:10]]
    return (*made, *({**case, "received_at": case["submitted_at"]} for case in older))


def _case(number: int, chance: random.Random) -> dict[str, Cell]:
    unit = chance.choice(("C1", "C1", "C2", "C3"))
    code, name, field, field_name = chance.choice(PROCEDURES)
    submitted = at("2026-07-06 07:30") + timedelta(minutes=chance.randrange(0, 54 * 24 * 60))
    received = submitted + timedelta(minutes=chance.randrange(1, 900))
    due = received + timedelta(days=chance.randrange(2, 21))
    # The first ten are finished, so that their older states are older.
    finished = received + timedelta(minutes=chance.randrange(60, 25_000))
    done = number <= 10 or (finished < at("2026-09-01") and chance.random() < 0.9)
    returned = finished + timedelta(hours=5) if done and chance.random() < 0.7 else None
    asked = received + timedelta(hours=3) if chance.random() < 0.15 else None
    answered = asked + timedelta(hours=20) if asked and chance.random() < 0.8 else None
    open_status = "supplement_requested" if asked and not answered else "processing"
    file = chance.random() < 0.6
    result = done and chance.random() < 0.7
    return {
        "case_id": f"{unit}-{received:%y%m%d}-{number:04}",
        **{"procedure_id": code, "procedure_name": name, "field_id": field, "field_name": field_name},
        "unit_code": unit,
        "officer_code": f"CB-{unit}-{chance.randrange(1, 5)}",
        "channel": chance.choice(("online", "online", "online", "direct", "postal")),
        **{"submitted_at": submitted, "received_at": received, "due_at": due},
        **{"finished_at": finished if done else None, "returned_at": returned},
        "status": "returned" if returned else "processed" if done else open_status,
        "supplement_requests": 1 if asked else 0,
        **{"supplement_requested_at": asked, "supplement_done_at": answered},
        "component_file": f"/tep/{number}.pdf" if file else None,
        "digitized": chance.random() < 0.4,
        "component_digitized": chance.random() < 0.5,
        "component_reused": chance.choice((0, 0, 1, 2)),
        "from_personal_store": chance.random() < 0.2,
        "result_code": f"KQ-{number}" if result else None,
        "result_link": f"/kq/{number}.pdf" if result and chance.random() < 0.9 else None,
        "vneid_verified": chance.random() < 0.5,
        "population_db": chance.choice((None, "1", "7", "1;7")),
        "fee": chance.choice((None, 0, 15000, 50000, 1234000)),
        "payment": chance.choice(("none", "portal", "gateway", "requested")),
        "rating": chance.choice((None, None, "satisfied", "satisfied", "dissatisfied")),
        "synced": chance.random() < 0.95,
    }


def _as_text(column: str, value: Cell, *, national: bool = False) -> str:
    if value is None:
        return ""
    if column in _WORDS:
        return _WORDS[column][str(value)][national]
    if isinstance(value, bool):
        return ("0", "1")[value] if national else ("Không", "Có")[value]
    if isinstance(value, datetime):
        return f"{value:%Y%m%d%H%M%S}" if national else f"{value:%d/%m/%Y %H:%M:%S}"
    return str(value)


def _personal(number: int) -> list[Cell]:
    return [values[number % 3] for values in PERSONAL.values()]


def text_table(*, national: bool = False, thousands: bool = False) -> list[list[Cell]]:
    """Return the cases as text under Vietnamese or national headings, personal columns with them."""
    table: list[list[Cell]] = [[*(spelt[national] for spelt in _COLUMNS.values()), *PERSONAL]]
    for number, case in enumerate(cases()):
        cells: list[Cell] = [_as_text(column, case[column], national=national) for column in _COLUMNS]
        if thousands and case["fee"] is not None:
            cells[list(_COLUMNS).index("fee")] = f"{case['fee']:,}".replace(",", ".")
        table.append([*cells, *_personal(number)])
    return table


def typed_table() -> list[list[Cell]]:
    """Return the cases as a spreadsheet holds them: real dates, numbers and booleans."""
    table: list[list[Cell]] = [[*(spelt[0] for spelt in _COLUMNS.values()), *PERSONAL]]
    for number, case in enumerate(cases()):
        cells = [
            case[column] if column in (*_DATES, *_BOOLEANS, *_NUMBERS) else _as_text(column, case[column])
            for column in _COLUMNS
        ]
        table.append([*cells, *_personal(number)])
    return table


def _canonical_table() -> list[list[Cell]]:
    def written(value: Cell) -> Cell:
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:%Y-%m-%dT%H:%M:%S}" if isinstance(value, datetime) else value

    return [list(_COLUMNS), *([written(case[column]) for column in _COLUMNS] for case in cases())]


def _by_unit_name(table: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    position = list(_COLUMNS).index("unit_code")
    rows = [
        [*cells[:position], _UNIT_NAMES.get(str(cells[position])), *cells[position + 1 :]] for cells in table
    ]
    rows[0][position] = "Đơn vị giải quyết"
    return rows


def synced() -> list[dict[str, object]]:
    """Return the cases as objects of the national sync schema."""
    return [_object(number, case) for number, case in enumerate(cases())]


def _object(number: int, case: Case) -> dict[str, object]:
    value = {column: _as_text(column, case[column], national=True) for column in _COLUMNS}
    listed = {
        *("component_file", "component_digitized", "component_reused", "from_personal_store", "fee"),
        *("result_code", "result_link", "population_db", "supplement_requests"),
        *("supplement_requested_at", "supplement_done_at"),
    }
    flat = {national: value[column] for column, (_, national) in _COLUMNS.items() if column not in listed}
    # A second paper that adds nothing to what the first says.
    papers = [
        {
            "DuongDanTaiTepTin": value["component_file"],
            "DuocSoHoa": value["component_digitized"],
            "DuocTaiSuDung": value["component_reused"],
            "DuocLayTuKhoDMQG": value["from_personal_store"],
        },
        {"DuongDanTaiTepTin": "", "DuocSoHoa": "0", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"},
    ]
    fees = [] if case["fee"] is None else [{"Gia": value["fee"]}, {"Gia": "0"}]
    results = [{"DuongDanTepTinKetQua": value["result_link"], "MaGiayToKetQua": value["result_code"]}]
    asked = {
        "NgayBoSung": value["supplement_requested_at"],
        "NgayTiepNhanBoSung": value["supplement_done_at"],
    }
    return {
        **flat,
        **{national: PERSONAL[heading][number % 3] for national, heading in _PERSONAL_NATIONAL.items()},
        "TaiLieuNop": papers,
        "DanhSachLePhi": fees,
        "DanhSachGiayToKetQua": results if value["result_code"] else [],
        "DSKetNoiCSDL": [{"MaCSDL": code} for code in value["population_db"].split(";") if code],
        "DanhSachHoSoBoSung": [asked] if case["supplement_requests"] else [],
    }


def printed() -> tuple[list[list[Cell]], Spans]:
    """Return the cases as a printed list: titles, two rows of headings, groups, totals, pages, notes."""
    unnumbered, *rows = text_table()
    headings = ["STT", *unnumbered]
    records = [[str(number), *cells] for number, cells in enumerate(rows, start=1)]
    width = len(headings)
    dates = [headings.index(_COLUMNS[column][0]) for column in ("received_at", "due_at")]
    first, last = dates[0], dates[-1]
    above = [heading if not first <= position <= last else "" for position, heading in enumerate(headings)]
    above[first] = "Thời gian"
    below = [heading if first <= position <= last else "" for position, heading in enumerate(headings)]

    def alone(text: str) -> list[Cell]:
        return [text, *[""] * (width - 1)]

    body: list[list[Cell]] = []
    for start in range(0, len(records), 250):
        body.append(alone(f"{'I' * (start // 250 + 1)}. Lĩnh vực thứ {start // 250 + 1}"))
        body += records[start : start + 250]
        body.append(alone("Cộng"))
    table = [
        *(alone("Danh sách hồ sơ thủ tục hành chính"), alone("Tháng 8 năm 2026"), alone("")),
        *(above, below),
        [f"({number})" for number in range(1, width + 1)],
        *(*body, alone("Tổng cộng"), alone("")),
        *(alone("Ghi chú: Số liệu kết xuất từ hệ thống."), alone("Người lập biểu")),
    ]
    spans = {(3, position): (2, 1) for position in range(width) if not first <= position <= last}
    return table, spans | {(3, first): (1, last - first + 1), (0, 0): (1, width)}


def _halves(table: Sequence[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    middle = len(table) // 2
    yield list(table[:middle])
    yield [table[0], *table[middle:]]


def _two_sheets(table: Sequence[Sequence[Cell]]) -> dict[str, list[Sequence[Cell]]]:
    return dict(zip(("Nửa đầu", "Nửa sau"), _halves(table), strict=True))


def _parquet_types() -> dict[str, str]:
    kinds = dict.fromkeys(_DATES, "TIMESTAMP") | dict.fromkeys(_BOOLEANS, "BOOLEAN")
    kinds |= dict.fromkeys(_NUMBERS, "BIGINT")
    return {_COLUMNS[column][0]: kind for column, kind in kinds.items()}


def _letters(table: Sequence[Sequence[Cell]], rewrite: Callable[[str], str]) -> list[list[Cell]]:
    return [[rewrite(cell) if isinstance(cell, str) else cell for cell in cells] for cells in table]


@dataclass(frozen=True)
class Form:
    """One way to write the cases: the files it takes."""

    name: str
    files: Callable[[], Mapping[str, bytes]]


def _text(name: str, encoding: str, separator: str = ",", **how: bool) -> Form:
    return Form(name, lambda: {"cases.csv": encoded(delimited(text_table(**how), separator), encoding)})


FORMS: tuple[Form, ...] = (
    _text("csv", "utf-8"),
    _text("csv with a mark and semicolons, thousands dots", "utf-8-sig", ";", thousands=True),
    _text("tabs", "utf-8", "\t"),
    _text("bars", "utf-8", "|"),
    _text("national headings", "utf-8", national=True),
    _text("utf-16 le", "utf-16-le", "\t"),
    _text("utf-16 be", "utf-16-be", "\t"),
    _text("windows-1258", "windows-1258", ";"),
    _text("tcvn3", "tcvn3"),
    _text("vni", "vni"),
    Form("utf-16 without a mark", lambda: {"cases.csv": delimited(text_table()).encode("utf-16-le")}),
    Form(
        "windows-1258 with whole letters",
        lambda: {"cases.csv": as_1258_with_whole_letters(delimited(text_table()))},
    ),
    Form(
        "decomposed",
        lambda: {"cases.csv": unicodedata.normalize("NFD", delimited(text_table())).encode()},
    ),
    Form("canonical headings", lambda: {"cases.csv": delimited(_canonical_table()).encode()}),
    Form("names of units", lambda: {"cases.csv": delimited(_by_unit_name(text_table())).encode()}),
    Form(
        "two files",
        lambda: {
            f"cases {number}.csv": delimited(half).encode()
            for number, half in enumerate(_halves(text_table()), start=1)
        },
    ),
    Form("gzip", lambda: {"cases.csv.gz": gzipped(delimited(text_table()).encode())}),
    Form("zip", lambda: {"cases.zip": zipped({"cases.csv": delimited(text_table()).encode()})}),
    Form("printed csv", lambda: {"cases.csv": delimited(printed()[0], ";").encode()}),
    Form("printed vni", lambda: {"cases.csv": encoded(delimited(printed()[0], ";"), "vni")}),
    Form("xlsx", lambda: {"cases.xlsx": xlsx({"Hồ sơ": typed_table()})}),
    Form("xlsx of text", lambda: {"cases.xlsx": xlsx({"Hồ sơ": text_table()})}),
    Form("xlsx with two sheets", lambda: {"cases.xlsx": xlsx(_two_sheets(typed_table()))}),
    Form(
        "xlsx in an ABC font",
        lambda: {"cases.xlsx": xlsx({"Sheet1": _letters(typed_table(), as_tcvn3)})},
    ),
    Form("xlsx in a VNI font", lambda: {"cases.xlsx": xlsx({"Sheet1": _letters(typed_table(), as_vni)})}),
    Form("printed xlsx", lambda: {"cases.xlsx": xlsx({"Sheet1": printed()[0]}, spans=printed()[1])}),
    Form("xls", lambda: {"cases.xls": xls({"Hồ sơ": typed_table()})}),
    Form("printed xls", lambda: {"cases.xls": xls({"Hồ sơ": printed()[0]})}),
    Form("ods", lambda: {"cases.ods": ods({"Hồ sơ": typed_table()})}),
    Form("html named xls", lambda: {"cases.xls": html(text_table()).encode()}),
    Form("printed html", lambda: {"cases.xls": html(*printed()).encode("utf-8-sig")}),
    Form("xml spreadsheet", lambda: {"cases.xml": xml2003({"Hồ sơ": typed_table()})}),
    Form("printed xml spreadsheet", lambda: {"cases.xls": xml2003({"Hồ sơ": printed()[0]}, printed()[1])}),
    Form("parquet", lambda: {"cases.parquet": parquet(typed_table(), _parquet_types())}),
    Form("parquet of text", lambda: {"cases.parquet": parquet(text_table())}),
    Form("json", lambda: {"cases.json": as_json(synced())}),
    Form(
        "json of a request",
        lambda: {"cases.json": as_json({"service": "DongBoHoSoMC", "data": synced()})},
    ),
    Form("json lines", lambda: {"cases.jsonl": json_lines(synced())}),
)

# The tables that stand beside the cases, the same in every form.
REGISTRY = {
    "units.csv": UNITS.encode(),
    "procedures.csv": PROCEDURE_TABLE.encode(),
    "services.csv": SERVICE_TABLE.encode(),
    "petitions.csv": PETITION_TABLE.encode(),
}
