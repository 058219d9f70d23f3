"""One file per way of writing a cell, and per fault of a row."""

from __future__ import annotations

from datetime import datetime

from tests.corpus.base import EXPECTED, Entry, Row, cases, grid, headed, text_entry
from tests.corpus.formats import at, delimited, html, ods, xls, xlsx

_NOON = at("2026-08-03 14:05:09")
_DAY = at("2026-08-03")
_NEXT_MORNING = at("2026-08-04 03:30")

DATES: dict[str, datetime] = {
    "03/08/2026 14:05:09": _NOON,
    "03/08/2026 14:05": at("2026-08-03 14:05"),
    "03/08/2026": _DAY,
    "3/8/2026": _DAY,
    "2026-08-03 14:05:09": _NOON,
    "2026-08-03": _DAY,
    "2026-08-03T14:05:09": _NOON,
    "2026-08-03T14:05:09.250": at("2026-08-03 14:05:09.25"),
    "20260803140509": _NOON,
    "20260803": _DAY,
    # Late in the evening in UTC is the next day here.
    "2026-08-03T20:30:00Z": _NEXT_MORNING,
    "2026-08-03T20:30:00.000Z": _NEXT_MORNING,
    "2026-08-03T20:30:00+00:00": _NEXT_MORNING,
    "2026-08-03T20:30:00+07:00": at("2026-08-03 20:30"),
    "46237.5": at("2026-08-03 12:00"),
    "46237": _DAY,
    "  03/08/2026 ": _DAY,
    # Day before month, also where both could be either.
    "08/03/2026": at("2026-03-08"),
}
NO_DATES = ("31/02/2026", "2026-13-01", "08/31/2026", "hôm qua", "0", "01/01/0026", "3.8.2026")

_DATE_TABLE = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận"),
    *((f"K{number}", "Xã Một", text) for number, text in enumerate((*DATES, *NO_DATES))),
)
_DATES_EXPECTED = tuple(
    {"case_id": f"K{number}", "received_at": date} for number, date in enumerate(DATES.values())
)

_FEES = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Phí, lệ phí"),
    ("K1", "Xã Một", "03/08/2026", "1.234.000"),
    ("K2", "Xã Một", "03/08/2026", "50000,00"),
    ("K3", "Xã Một", "03/08/2026", "50.000"),
    ("K4", "Xã Một", "03/08/2026", "1.234.000,00"),
    ("K5", "Xã Một", "03/08/2026", "0"),
    ("K6", "Xã Một", "03/08/2026", ""),
    ("K7", "Xã Một", "03/08/2026", "1.234,56"),
    ("K8", "Xã Một", "03/08/2026", "miễn"),
)
_FEES_EXPECTED = tuple(
    {"case_id": f"K{number}", "fee": fee}
    for number, fee in enumerate((1234000, 50000, 50000, 1234000, 0, None), start=1)
)

_CODES = headed(
    ("Mã hồ sơ", "Mã TTHC", "Đơn vị giải quyết", "Ngày tiếp nhận", "Trạng thái hồ sơ"),
    (12345, 2.000815, "Xã Một", at("2026-08-03"), 10),
    ("K2", 1.00512, "Xã Một", at("2026-08-03"), 9.0),
    # What the number was before Excel shortened it cannot be told.
    ("K3", 1.0, "Xã Một", at("2026-08-03"), 4),
    (1234567890123456789.0, "1.005129", "Xã Một", at("2026-08-03"), 4),
    (26080300001.0, "1.005129.000.00.00.H99", "Xã Hai", 20260803140509, 4),
)
_CODES_EXPECTED: tuple[Row, ...] = (
    {"case_id": "12345", "procedure_id": "2.000815", "status": "returned", "received_at": _DAY},
    {"case_id": "K2", "procedure_id": "1.005120", "status": "processed", "received_at": _DAY},
    {"case_id": "26080300001", "procedure_id": "1.005129.000.00.00.H99", "received_at": _NOON},
)
_LOST_CODES = ((4, "procedure_id"), (5, "case_id"))

_STATUSES = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Trạng thái hồ sơ"),
    ("K1", "Xã Một", "03/08/2026", "9.0"),
    ("K2", "Xã Một", "03/08/2026", "10"),
    ("K3", "Xã Một", "03/08/2026", "ĐÃ TRẢ KẾT QUẢ"),
    ("K4", "Xã Một", "03/08/2026", " Yêu cầu  bổ sung giấy tờ "),
    ("K5", "Xã Một", "03/08/2026", "Công dân yêu cầu rút hồ sơ"),
    ("K6", "Xã Một", "03/08/2026", "11"),
    ("K7", "Xã Một", "03/08/2026", "0"),
    ("K8", "Xã Một", "03/08/2026", "Đã gửi lên mây"),
)
_STATUSES_EXPECTED = tuple(
    {"case_id": f"K{number}", "status": word}
    for number, word in enumerate(
        ("processed", "returned", "returned", "supplement_requested", "withdrawn"), start=1
    )
)

# A system that numbers its states in its own way: what the words say counts.
_TWO_STATUSES = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "TrangThaiHoSo", "Trạng thái"),
    ("K1", "Xã Một", "03/08/2026", "8", "Đã xử lý xong"),
    ("K2", "Xã Một", "03/08/2026", "9", "Đã trả kết quả"),
    ("K3", "Xã Một", "03/08/2026", "11", "Đang xử lý"),
)
_TWO_STATUSES_EXPECTED = (
    {"case_id": "K1", "status": "processed"},
    {"case_id": "K2", "status": "returned"},
    {"case_id": "K3", "status": "processing"},
)

_CHANNELS = {
    **{"Trực tiếp": "direct", "Nộp trực tiếp": "direct", "": "direct", "1": "direct"},
    **{"Trực tuyến": "online", "Nộp trực tuyến": "online", "Qua mạng": "online", "2": "online"},
    **{"Qua bưu chính công ích": "postal", "Qua BCCI": "postal", "Dịch vụ bưu chính": "postal"},
    **{"3": "postal", "QUA MẠNG ": "online"},
}
_CHANNEL_TABLE = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Hình thức nộp"),
    *((f"K{number}", "Xã Một", "03/08/2026", word) for number, word in enumerate((*_CHANNELS, "Bồ câu"))),
)
_CHANNELS_EXPECTED = tuple(
    {"case_id": f"K{number}", "channel": channel} for number, channel in enumerate(_CHANNELS.values())
)

_FOUR = ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Ngày hẹn trả")
_ROW_FAULTS = headed(
    _FOUR,
    ("K1", "Xã Một", "03/08/2026", "10/08/2026"),
    ("K2", "Xã Một", "03/08/2026"),
    ("K3", "Xã Một", "03/08/2026", "10/08/2026", "thừa", "thừa", "thừa", "thừa"),
    ("K4", "Xã Một", "31/02/2026", "10/08/2026"),
    ("K5", "Xã Không Có", "03/08/2026", "10/08/2026"),
    ("", "Xã Một", "03/08/2026", "10/08/2026"),
    ("K7", "", "03/08/2026", "10/08/2026"),
    ("K8", "Xã Hai", "03/08/2026", "hôm qua"),
    ("K9", "Xã Hai", "30/02/2026", "31/02/2026"),
    ("K10", "Xã Hai", "03/08/2026", "10/08/2026"),
)
_SHEET_FAULTS = headed(_FOUR, *(line for line in (cells[:4] for cells in _ROW_FAULTS[1:]) if len(line) == 4))
_FAULTY = (
    (5, "received_at"),
    (6, "unit_name"),
    (7, "case_id"),
    (8, "unit_name"),
    (9, "due_at"),
    (10, "received_at"),
    (10, "due_at"),
)


def _stray_quote() -> bytes:
    lines = delimited(grid()).splitlines(keepends=True)
    # A quotation mark inside a cell is a letter; one that opens a cell and never closes is a fault.
    lines[1] = lines[1].replace("Chứng thực bản sao", 'Chứng thực 5" bản sao')
    lines[2] = lines[2].replace("Đăng ký quyền", '"Đăng ký quyền')
    return "".join(lines).encode()


def _nul() -> bytes:
    return delimited(grid()).encode().replace(b"C2-260804-0002", b"C2-260804\x00-0002")


def _in_quotes() -> list[list[object]]:
    names = ("Cấp\nbản sao", 'có "ngoặc" và , phẩy', "một\r\nhai\r\nba")
    wrong = cases({"Ngày hẹn trả": ("31/02/2026",) * 3})[:1]
    return [list(cells) for cells in grid(*cases({"Tên thủ tục hành chính": names}), *wrong)]


_STATES = headed(
    ("Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
    # Finished beats open, finished later beats earlier, otherwise received later.
    ("A", "Xã Một", "03/08/2026", "", "Đang xử lý"),
    ("A", "Xã Một", "03/08/2026", "10/08/2026", "Đã xử lý xong"),
    ("A", "Xã Một", "03/08/2026", "07/08/2026", "Đã trả kết quả"),
    ("B", "Xã Hai", "05/08/2026", "", "Đang xử lý"),
    ("B", "Xã Hai", "04/08/2026", "", "Được tiếp nhận"),
    ("B", "Xã Hai", "31/08/2026", "31/09/2026", "Đã xử lý xong"),
)
_NEWEST = (
    {"case_id": "A", "finished_at": at("2026-08-10"), "status": "processed"},
    {"case_id": "B", "received_at": at("2026-08-05"), "status": "processing"},
)

ENTRIES = (
    text_entry(
        "dates.csv",
        "every form of a date, and what is none",
        _DATE_TABLE,
        _DATES_EXPECTED,
        rows_read=len(DATES) + len(NO_DATES),
        quarantined=tuple((2 + len(DATES) + number, "received_at") for number in range(len(NO_DATES))),
    ),
    text_entry(
        "fees.csv",
        "decimal comma and thousands dot in fees",
        _FEES,
        _FEES_EXPECTED,
        separator=";",
        rows_read=8,
        quarantined=((8, "fee"), (9, "fee")),
    ),
    Entry(
        "codes.xlsx",
        "codes and case numbers that Excel took for numbers",
        lambda: xlsx({"Sheet1": _CODES}),
        "xlsx",
        _CODES_EXPECTED,
        rows_read=5,
        quarantined=_LOST_CODES,
    ),
    Entry(
        "codes.xls",
        "codes and case numbers as numbers in XLS",
        lambda: xls({"Sheet1": _CODES}),
        "xls",
        _CODES_EXPECTED,
        rows_read=5,
        quarantined=_LOST_CODES,
    ),
    Entry(
        "codes.ods",
        "codes and case numbers as numbers in ODS",
        lambda: ods({"Sheet1": _CODES}),
        "ods",
        _CODES_EXPECTED,
        rows_read=5,
        quarantined=_LOST_CODES,
    ),
    text_entry(
        "scientific.csv",
        "a CSV that Excel saved after taking a case number for a number",
        headed(_FOUR, ("1,23457E+18", "Xã Một", "03/08/2026", ""), ("K2", "Xã Một", "03/08/2026", "")),
        ({"case_id": "K2"},),
        separator=";",
        rows_read=2,
        quarantined=((2, "case_id"),),
    ),
    text_entry(
        "status.csv",
        "states as words and as numbers; numbers that mean none",
        _STATUSES,
        _STATUSES_EXPECTED,
        rows_read=8,
        quarantined=tuple((number, "status") for number in (7, 8, 9)),
    ),
    text_entry(
        "two-status-columns.csv",
        "a state as number and as words: the words decide",
        _TWO_STATUSES,
        _TWO_STATUSES_EXPECTED,
    ),
    text_entry(
        "channels.csv",
        "every word for a channel, and one that is none",
        _CHANNEL_TABLE,
        _CHANNELS_EXPECTED,
        rows_read=len(_CHANNELS) + 1,
        quarantined=((2 + len(_CHANNELS), "channel"),),
    ),
    text_entry(
        "row-faults.csv",
        "too few and too many cells, no real date, unknown and missing unit, missing case number",
        _ROW_FAULTS,
        ({"case_id": "K1"}, {"case_id": "K10"}),
        rows_read=10,
        quarantined=((3, None), (4, None), *_FAULTY),
    ),
    Entry(
        "row-faults.xls",
        "the same faults in an HTML table, where short rows have nothing to tell them",
        lambda: html(_SHEET_FAULTS).encode(),
        "html",
        ({"case_id": "K1"}, {"case_id": "K3"}, {"case_id": "K10"}),
        encoding="utf-8",
        rows_read=9,
        quarantined=tuple((number - 1, column) for number, column in _FAULTY),
    ),
    Entry(
        "stray-quotes.csv",
        "a quotation mark inside a cell, and one that never closes",
        _stray_quote,
        "csv",
        ({**EXPECTED[0], "procedure_name": 'Chứng thực 5" bản sao'}, EXPECTED[2]),
        encoding="utf-8",
        separator=",",
        quarantined=((3, None),),
    ),
    text_entry(
        "line-breaks.csv",
        "line breaks, quotation marks and separators inside quoted cells; a row counts once",
        _in_quotes(),  # type: ignore[arg-type]
        tuple({key: value for key, value in case.items() if key != "procedure_name"} for case in EXPECTED),
        rows_read=4,
        quarantined=((5, "due_at"),),
    ),
    Entry(
        "nul.csv",
        "a NUL byte in a cell",
        _nul,
        "csv",
        (EXPECTED[0], EXPECTED[2]),
        encoding="utf-8",
        separator=",",
        quarantined=((3, None),),
    ),
    text_entry(
        "states.csv",
        "several states of one case number: the newest counts, an unreadable one supersedes nothing",
        _STATES,
        _NEWEST,
        rows_read=6,
        quarantined=((7, "finished_at"),),
        superseded=3,
    ),
)
