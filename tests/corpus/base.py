"""What the corpus's files are made of: an entry, the registry, three plain cases, planted personal data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.corpus.formats import Cell, at, delimited
from tests.corpus.letters import encoded

Format = Literal["csv", "xlsx", "xls", "ods", "html", "xml2003", "json", "jsonl", "parquet"]
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Entry:
    """One file and what must come of it.

    ``expected`` are the rows that count, in order: canonical column → value, enums by their word.
    ``quarantined`` are row number, counted as the file's own program counts, and canonical column
    (None: the row as a whole). ``rows_read`` is what both and ``superseded`` add up to. ``sheets`` are
    those that hold the table, where a workbook has several.
    """

    name: str
    trait: str
    content: Callable[[], bytes]
    format: Format
    expected: Sequence[Row]
    encoding: str | None = None
    separator: str | None = None
    rows_read: int = 3
    quarantined: Sequence[tuple[int, str | None]] = ()
    not_records: Mapping[str, int] = field(default_factory=dict)
    superseded: int = 0
    sheets: Sequence[str] = ()
    table: str = "cases"


UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,Xã Một,commune,P
C2,Xã Hai,commune,P
C3,Xã Hòa Thủy,commune,P
"""

# Whatever of this comes out of chiso anywhere is a leak. All of it is made up.
_NAMES = ("Người Nộp Thử Một", "Người Nộp Thử Hai", "Người Nộp Thử Ba")
_PHONES = ("0900000001", "0900000002", "0900000003")
_NUMBERS = ("079099000001", "290000002", "079099000003")
_ADDRESSES = ("Số 1 Đường Thử", "Số 2 Đường Thử", "Số 3 Đường Thử")
_MAILS = ("nop.mot@vidu.example", "nop.hai@vidu.example", "nop.ba@vidu.example")
_TEXTS = ("Giấy tờ riêng của ông Thử", "Giấy tờ riêng của bà Thử", "Giấy tờ riêng của cháu Thử")
OFFICER = "Cán Bộ Thử Nghiệm"
SIGNATORY = "Người Ký Thử Chín"
# As a spreadsheet shows a number whose leading zero it has lost.
_CUT_NUMBERS = tuple(number.lstrip("0") for number in _NUMBERS)
PLANTED = (*_NAMES, *_PHONES, *_CUT_NUMBERS, *_ADDRESSES, *_MAILS, *_TEXTS, OFFICER, SIGNATORY)

PERSONAL = {
    "Chủ hồ sơ": _NAMES,
    "Số điện thoại": _PHONES,
    "Số CMND/CCCD": _NUMBERS,
    "Địa chỉ": _ADDRESSES,
    "Email": _MAILS,
    "Nội dung hồ sơ": _TEXTS,
}

HEADINGS = (
    *("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Đơn vị giải quyết"),
    *("Chủ hồ sơ", "Số điện thoại", "Số CMND/CCCD", "Địa chỉ", "Email"),
    *("Hình thức nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
    *("Cán bộ xử lý", "Nội dung hồ sơ"),
)
_CASES = (
    (
        *("1", "C1-260803-0001", "2.000815", "Chứng thực bản sao", "Xã Một", "Trực tuyến"),
        *("03/08/2026 08:15:00", "10/08/2026", "07/08/2026 16:30:00", "Đã trả kết quả"),
    ),
    (
        *("2", "C2-260804-0002", "1.005129", "Đăng ký quyền sử dụng đất", "Xã Hai", "Trực tiếp"),
        *("04/08/2026", "14/08/2026", "17/08/2026", "Đã xử lý xong"),
    ),
    (
        *("3", "C3-260805-0003", "1.001193", "Đăng ký khai sinh", "Xã Hòa Thủy", "Qua bưu chính công ích"),
        *("05/08/2026", "04/09/2026", "", "Đang xử lý"),
    ),
)
_PLAIN = tuple(name for name in HEADINGS if name not in PERSONAL and name != "Cán bộ xử lý")

# The three cases as every file of the corpus holds them where it does not say otherwise.
EXPECTED: tuple[dict[str, Cell], ...] = (
    {
        "case_id": "C1-260803-0001",
        "procedure_id": "2.000815",
        "procedure_name": "Chứng thực bản sao",
        "unit_code": "C1",
        "channel": "online",
        "received_at": at("2026-08-03 08:15"),
        "due_at": at("2026-08-10"),
        "finished_at": at("2026-08-07 16:30"),
        "status": "returned",
    },
    {
        "case_id": "C2-260804-0002",
        "procedure_id": "1.005129",
        "procedure_name": "Đăng ký quyền sử dụng đất",
        "unit_code": "C2",
        "channel": "direct",
        "received_at": at("2026-08-04"),
        "due_at": at("2026-08-14"),
        "finished_at": at("2026-08-17"),
        "status": "processed",
    },
    {
        "case_id": "C3-260805-0003",
        "procedure_id": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "unit_code": "C3",
        "channel": "postal",
        "received_at": at("2026-08-05"),
        "due_at": at("2026-09-04"),
        "finished_at": None,
        "status": "processing",
    },
)
_DATED = {"Ngày tiếp nhận": "received_at", "Ngày hẹn trả": "due_at", "Ngày kết thúc xử lý": "finished_at"}


def cases(changes: Mapping[str, Sequence[Cell]] | None = None) -> list[list[Cell]]:
    """Return the three cases, all text; ``changes`` gives some columns anew by their heading."""
    records: list[dict[str, Cell]] = []
    for number, plain in enumerate(_CASES):
        record: dict[str, Cell] = dict(zip(_PLAIN, plain, strict=True))
        record |= {heading: values[number] for heading, values in PERSONAL.items()}
        record["Cán bộ xử lý"] = OFFICER
        record |= {heading: values[number] for heading, values in (changes or {}).items()}
        records.append(record)
    return [[record[heading] for heading in HEADINGS] for record in records]


def dated_cases() -> list[list[Cell]]:
    """Return the three cases with real dates and numbers, as a spreadsheet holds them."""
    dates = {heading: [case[column] for case in EXPECTED] for heading, column in _DATED.items()}
    numbers = tuple(int(number) for number in _NUMBERS)
    return cases({"STT": (1, 2, 3), "Số CMND/CCCD": numbers, **dates})


def only(*columns: str) -> list[dict[str, Cell]]:
    """Return the three cases' values in some columns."""
    return [{column: case[column] for column in columns} for case in EXPECTED]


def grid(*rows: Sequence[Cell]) -> list[list[Cell]]:
    """Return the headings and ``rows`` (the three cases where none are given)."""
    return [list(HEADINGS), *(list(row) for row in rows or cases())]


def row(position: int = 0, text: Cell = "") -> list[Cell]:
    """Return a row that is blank but for ``text`` at ``position``."""
    cells: list[Cell] = [""] * len(HEADINGS)
    cells[position] = text
    return cells


def headed(headings: Sequence[str], *rows: Sequence[Cell]) -> list[list[Cell]]:
    """Return a table of chosen headings with personal columns beside it; a row of another width stays."""
    table: list[list[Cell]] = [[*headings, "Chủ hồ sơ", "Số CMND/CCCD"]]
    for number, cells in enumerate(rows):
        personal = (PERSONAL["Chủ hồ sơ"][number % 3], PERSONAL["Số CMND/CCCD"][number % 3])
        table.append([*cells, *personal] if len(cells) == len(headings) else list(cells))
    return table


def text_entry(
    name: str,
    trait: str,
    rows: Sequence[Sequence[Cell]] | None = None,
    expected: Sequence[Row] = EXPECTED,
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    **counts: Any,
) -> Entry:
    """Return an entry that is a delimited text of ``rows`` (the three cases under their headings)."""

    def content() -> bytes:
        return encoded(delimited(rows if rows is not None else grid(), separator), encoding)

    return Entry(name, trait, content, "csv", expected, encoding=encoding, separator=separator, **counts)
