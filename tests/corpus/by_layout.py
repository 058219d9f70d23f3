"""One file per layout: what stands around the records, and where they begin."""

from __future__ import annotations

from collections.abc import Sequence

from tests.corpus.base import (
    EXPECTED,
    HEADINGS,
    SIGNATORY,
    Entry,
    cases,
    dated_cases,
    grid,
    headed,
    only,
    row,
    text_entry,
)
from tests.corpus.formats import Cell, Spans, delimited, html, ods, xls, xlsx, xml2003

WRONG_DATE = cases({"Ngày hẹn trả": ("31/02/2026",) * 3})[0]

TITLES: tuple[list[Cell], ...] = (
    [*row(0, "ỦY BAN NHÂN DÂN XÃ MỘT")[:9], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", *row()[10:]],
    [*row(0, "BỘ PHẬN MỘT CỬA")[:9], "Độc lập - Tự do - Hạnh phúc", *row()[10:]],
    row(),
    row(4, "DANH SÁCH HỒ SƠ THỦ TỤC HÀNH CHÍNH"),
    row(4, "Từ ngày 01/08/2026 đến ngày 31/08/2026"),
)
LONG_TITLES: tuple[list[Cell], ...] = (
    *TITLES,
    row(0, "Đơn vị: Ủy ban nhân dân xã Một"),
    row(0, "Người kết xuất: Bộ phận một cửa"),
    row(0, "Thời điểm kết xuất: 01/09/2026 07:30"),
    row(),
)
NUMBERS: list[Cell] = [f"({number})" for number in range(1, len(HEADINGS) + 1)]
GROUPS = (row(0, "I. Lĩnh vực chứng thực"), row(0, "II. Lĩnh vực đất đai"), row(0, "III. Lĩnh vực hộ tịch"))
NOTES: tuple[list[Cell], ...] = (
    row(0, "Ghi chú: Số liệu kết xuất từ hệ thống một cửa điện tử."),
    row(10, "Xã Một, ngày 01 tháng 9 năm 2026"),
    [*row(1, "NGƯỜI LẬP BIỂU")[:10], "THỦ TRƯỞNG ĐƠN VỊ", *row()[11:]],
    [*row(1, "(Ký, ghi rõ họ tên)")[:10], "(Ký, đóng dấu)", *row()[11:]],
)


def total(text: str, number: str) -> list[Cell]:
    """Return a row of totals: its name in the first cell, how many further on."""
    return [text, "", "", number, *row()[4:]]


# As the register of cases prescribes it: three dates under one heading.
_ABOVE: list[Cell] = [
    *("STT", "Số hồ sơ", "Tên thủ tục", "Đơn vị giải quyết", "Chủ hồ sơ", "Số điện thoại"),
    *("Ngày, tháng, năm", "", "", "Trạng thái", "Ghi chú"),
]
_BELOW: list[Cell] = [*[""] * 6, "Nhận hồ sơ", "Hẹn trả kết quả", "Ngày có kết quả", "", ""]
_SPANS = {(0, 6): (1, 3), **{(0, column): (2, 1) for column in (0, 1, 2, 3, 4, 5, 9, 10)}}
_REGISTER_COLUMNS = (
    *("STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Đơn vị giải quyết", "Chủ hồ sơ"),
    *("Số điện thoại", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"),
    "Nội dung hồ sơ",
)
REGISTER_EXPECTED = only(
    *("case_id", "procedure_name", "unit_code", "received_at", "due_at", "finished_at", "status")
)


def register(records: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Return ``records`` under a header of two rows."""
    positions = [HEADINGS.index(name) for name in _REGISTER_COLUMNS]
    return [list(_ABOVE), list(_BELOW), *([cells[position] for position in positions] for cells in records)]


def printed(records: Sequence[Sequence[Cell]]) -> tuple[list[list[Cell]], Spans]:
    """Return the register as it is printed, title to signature, and its merged cells.

    Of three records they stand in rows 9, 10 and 13: 5 rows of titles, one of them blank, two of
    headings, one of column numbers.
    """
    width = len(_ABOVE)
    above, below, *body = register(records)
    numbers: list[Cell] = [f"({number})" for number in range(1, width + 1)]
    table = [
        *([*cells[:5], *cells[9:10], *[""] * 5] for cells in TITLES),
        above,
        below,
        numbers,
        *body[:2],
        ["Cộng", "", "2", *[""] * 8],
        ["II. Lĩnh vực hộ tịch", *[""] * 10],
        *body[2:],
        ["Tổng cộng", "", str(len(records)), *[""] * 8],
        [""] * width,
        ["Ghi chú: Số liệu kết xuất từ hệ thống một cửa điện tử.", *[""] * 10],
        ["", "NGƯỜI LẬP BIỂU", *[""] * 5, "THỦ TRƯỞNG ĐƠN VỊ", *[""] * 3],
        [""] * width,
        ["", SIGNATORY, *[""] * 9],
    ]
    spans = {(number + 5, column): span for (number, column), span in _SPANS.items()}
    return table, spans | {(0, 0): (1, 5), (3, 4): (1, 3), (11, 0): (1, width)}


PRINTED_COUNTS = {
    **{"title": 4, "column_numbers": 1, "group": 1, "total": 2, "note": 3, "blank": 3},
}


def _excel_separator_line() -> bytes:
    return b"sep=;\r\n" + delimited(grid(), ";").encode()


def _short_notes() -> bytes:
    """Rows beside the records that have no cells but their own."""
    lines = delimited(grid()).splitlines()
    lines[2:2] = ["II. Lĩnh vực đất đai"]
    return "\r\n".join(["DANH SÁCH HỒ SƠ", "", *lines, "", "NGƯỜI LẬP BIỂU", ""]).encode()


_BLANK_COLUMNS = [["", *cells[:5], "", "", *cells[5:], ""] for cells in grid(*cases(), WRONG_DATE)]
# Records, however much they look like what stands around records.
_LOOK_ALIKES = headed(
    ("Mã hồ sơ", "Tên thủ tục hành chính", "Đơn vị giải quyết", "Ngày tiếp nhận", "Trạng thái hồ sơ"),
    ("K1", "Tổng cộng nợ thuế", "Xã Một", "03/08/2026", "Đang xử lý"),
    ("K2", "I. Lĩnh vực đất đai", "Xã Hai", "04/08/2026", "Đang xử lý"),
    ("K3", "Ghi chú: cấp lại", "Xã Một", "05/08/2026", "Đang xử lý"),
    ("4", "(2)", "Xã Một", "", ""),
    ("K5", "", "", "", ""),
    ("K6", "", "", "", "", "", ""),
    ("", "Tên thủ tục hành chính", "Xã Một", "06/08/2026", "Đang xử lý"),
)

ENTRIES = (
    text_entry(
        "titles.csv",
        "rows of titles above the header, one of them blank",
        [*TITLES, *grid(*cases(), WRONG_DATE)],
        rows_read=4,
        quarantined=((10, "due_at"),),
        not_records={"title": 4, "blank": 1},
    ),
    Entry(
        "titles.xlsx",
        "XLSX with eight rows of titles",
        lambda: xlsx({"Sheet1": [*LONG_TITLES, *grid(*dated_cases(), WRONG_DATE)]}),
        "xlsx",
        EXPECTED,
        rows_read=4,
        quarantined=((14, "due_at"),),
        not_records={"title": 7, "blank": 2},
    ),
    text_entry(
        "two-row-header.csv",
        "a header of two rows, the upper one with blanks where cells were merged",
        register([*cases(), WRONG_DATE]),
        REGISTER_EXPECTED,
        rows_read=4,
        quarantined=((6, "due_at"),),
    ),
    Entry(
        "two-row-header.xlsx",
        "XLSX with a header of two rows and merged cells",
        lambda: xlsx({"Sheet1": register([*dated_cases(), WRONG_DATE])}, spans=_SPANS),
        "xlsx",
        REGISTER_EXPECTED,
        rows_read=4,
        quarantined=((6, "due_at"),),
    ),
    Entry(
        "two-row-header.xls",
        "an HTML table with rowspan and colspan in its header",
        lambda: html(register([*cases(), WRONG_DATE]), _SPANS).encode(),
        "html",
        REGISTER_EXPECTED,
        encoding="utf-8",
        rows_read=4,
        quarantined=((6, "due_at"),),
    ),
    Entry(
        "two-row-header.xml",
        "XML Spreadsheet 2003 with ss:MergeAcross and ss:MergeDown in its header",
        lambda: xml2003({"Sheet1": register([*dated_cases(), WRONG_DATE])}, _SPANS),
        "xml2003",
        REGISTER_EXPECTED,
        encoding="utf-8",
        rows_read=4,
        quarantined=((6, "due_at"),),
    ),
    text_entry(
        "column-numbers.csv",
        "a row of column numbers (1) (2) (3) under the header",
        [HEADINGS, NUMBERS, *cases()],
        not_records={"column_numbers": 1},
    ),
    Entry(
        "column-numbers.xlsx",
        "XLSX with a row of column numbers, as numbers",
        lambda: xlsx({"Sheet1": [HEADINGS, list(range(1, len(HEADINGS) + 1)), *dated_cases()]}),
        "xlsx",
        EXPECTED,
        not_records={"column_numbers": 1},
    ),
    text_entry(
        "groups.csv",
        "a row for each group of records, alone in its first cell",
        grid(*(cells for pair in zip(GROUPS, cases(), strict=True) for cells in pair)),
        not_records={"group": 3},
    ),
    text_entry(
        "totals.csv",
        "totals in the middle and at the end",
        grid(*cases()[:2], total("Cộng", "2"), *cases()[2:], total("TỔNG CỘNG", "3")),
        not_records={"total": 2},
    ),
    text_entry(
        "printed-pages.csv",
        "the header repeated on every printed page, column numbers with it",
        [HEADINGS, NUMBERS, *cases()[:1], HEADINGS, NUMBERS, *cases()[1:], HEADINGS, WRONG_DATE],
        rows_read=4,
        quarantined=((9, "due_at"),),
        not_records={"repeated_header": 2, "column_numbers": 2},
    ),
    text_entry(
        "notes.csv",
        "notes and a signature block below the records",
        grid(*cases(), *NOTES),
        not_records={"note": 4},
    ),
    Entry(
        "short-rows.csv",
        "title, group and note without the separators that a spreadsheet would add",
        _short_notes,
        "csv",
        EXPECTED,
        encoding="utf-8",
        separator=",",
        not_records={"title": 1, "blank": 2, "group": 1, "note": 1},
    ),
    text_entry(
        "blank-rows.csv",
        "rows of nothing but separators",
        grid(row(), *cases()[:2], row(), row(), *cases()[2:], WRONG_DATE),
        rows_read=4,
        quarantined=((8, "due_at"),),
        not_records={"blank": 3},
    ),
    Entry(
        "blank-lines.csv",
        "blank lines between the records, one of them with blanks in it",
        lambda: delimited(grid(*cases(), WRONG_DATE)).replace("\r\n2,", "\r\n\r\n  \r\n2,").encode(),
        "csv",
        EXPECTED,
        encoding="utf-8",
        separator=",",
        rows_read=4,
        quarantined=((7, "due_at"),),
        not_records={"blank": 2},
    ),
    text_entry(
        "blank-columns.csv",
        "columns without heading or content, the first of all among them",
        _BLANK_COLUMNS,
        rows_read=4,
        quarantined=((5, "due_at"),),
    ),
    text_entry("semicolons.csv", "semicolons between the cells", separator=";"),
    text_entry("bars.csv", "bars between the cells", separator="|"),
    Entry(
        "excel-separator.csv",
        "a first line that tells Excel the separator",
        _excel_separator_line,
        "csv",
        EXPECTED,
        encoding="utf-8",
        separator=";",
        not_records={"title": 1},
    ),
    text_entry(
        "look-alikes.csv",
        "records that look like totals, groups and notes; rows in doubt are set aside, not dropped",
        _LOOK_ALIKES,
        (
            {"case_id": "K1", "procedure_name": "Tổng cộng nợ thuế"},
            {"case_id": "K2", "procedure_name": "I. Lĩnh vực đất đai"},
            {"case_id": "K3", "procedure_name": "Ghi chú: cấp lại"},
            {"case_id": "4", "procedure_name": "(2)"},
        ),
        rows_read=7,
        quarantined=((6, "unit_name"), (7, "unit_name"), (8, "case_id")),
    ),
    text_entry(
        "printed.csv",
        "the whole printed register as CSV, semicolons",
        printed(cases())[0],
        REGISTER_EXPECTED,
        separator=";",
        not_records=PRINTED_COUNTS,
    ),
    Entry(
        "printed.xlsx",
        "the whole printed register as XLSX with merged cells",
        lambda: xlsx({"Sheet1": printed(dated_cases())[0]}, spans=printed(cases())[1]),
        "xlsx",
        REGISTER_EXPECTED,
        not_records=PRINTED_COUNTS,
    ),
    Entry(
        "printed.xls",
        "the whole printed register as an HTML table saved as .xls",
        lambda: html(*printed(cases())).encode(),
        "html",
        REGISTER_EXPECTED,
        encoding="utf-8",
        not_records=PRINTED_COUNTS,
    ),
    Entry(
        "printed-97.xls",
        "the whole printed register as XLS",
        lambda: xls({"Sheet1": printed(dated_cases())[0]}),
        "xls",
        REGISTER_EXPECTED,
        not_records=PRINTED_COUNTS,
    ),
    Entry(
        "printed.ods",
        "the whole printed register as ODS",
        lambda: ods({"Sheet1": printed(dated_cases())[0]}),
        "ods",
        REGISTER_EXPECTED,
        not_records=PRINTED_COUNTS,
    ),
)
