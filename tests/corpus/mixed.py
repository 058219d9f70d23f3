"""Files as they really come: several traits at once."""

from __future__ import annotations

from tests.corpus.base import EXPECTED, Entry, cases, dated_cases, grid, row, text_entry
from tests.corpus.by_layout import (
    GROUPS,
    NOTES,
    NUMBERS,
    PRINTED_COUNTS,
    REGISTER_EXPECTED,
    TITLES,
    WRONG_DATE,
    printed,
    register,
    total,
)
from tests.corpus.formats import delimited, gzipped, html, xlsx, zipped
from tests.corpus.letters import as_vni, encoded

_SENTENCES = [row(0, "Danh sách hồ sơ của xã Một"), row(0, "Tháng 8 năm 2026")]
_LATIN = [
    *_SENTENCES,
    *grid(GROUPS[0], *cases()[:2], total("Tổng cộng", "2"), row(), *cases()[2:], WRONG_DATE),
]
_LATIN_COUNTS = {"title": 2, "group": 1, "total": 1, "blank": 1}

ENTRIES = (
    text_entry(
        "mixed-1258.csv",
        "windows-1258, semicolons, titles, groups, totals, a wrong date",
        _LATIN,
        encoding="windows-1258",
        separator=";",
        rows_read=4,
        quarantined=((10, "due_at"),),
        not_records=_LATIN_COUNTS,
    ),
    text_entry(
        "mixed-tcvn3.txt",
        "TCVN3, tabs, titles, groups, totals, a wrong date",
        _LATIN,
        encoding="tcvn3",
        separator="\t",
        rows_read=4,
        quarantined=((10, "due_at"),),
        not_records=_LATIN_COUNTS,
    ),
    text_entry(
        "mixed-vni.csv",
        "VNI, semicolons, titles, groups, totals, a wrong date",
        _LATIN,
        encoding="vni",
        separator=";",
        rows_read=4,
        quarantined=((10, "due_at"),),
        not_records=_LATIN_COUNTS,
    ),
    text_entry(
        "mixed-unicode-text.xls",
        "UTF-16 text named .xls: the printed register, title to signature",
        printed(cases())[0],
        REGISTER_EXPECTED,
        encoding="utf-16-le",
        separator="\t",
        not_records=PRINTED_COUNTS,
    ),
    Entry(
        "mixed-archive.zip",
        "a zip archive with UTF-16 text: titles, column numbers, notes",
        lambda: zipped(
            {"export.txt": encoded(delimited([*TITLES, *grid(NUMBERS, *cases(), *NOTES)], "\t"), "utf-16-be")}
        ),
        "csv",
        EXPECTED,
        encoding="utf-16-be",
        separator="\t",
        not_records={"title": 4, "blank": 1, "column_numbers": 1, "note": 4},
    ),
    Entry(
        "mixed-compressed.gz",
        "gzip of windows-1258 with a header of two rows",
        lambda: gzipped(encoded(delimited(register([*cases(), WRONG_DATE]), ";"), "windows-1258")),
        "csv",
        REGISTER_EXPECTED,
        encoding="windows-1258",
        separator=";",
        rows_read=4,
        quarantined=((6, "due_at"),),
    ),
    Entry(
        "mixed-vni-register.xlsx",
        "XLSX typed in a VNI font: a header of two rows, real dates",
        lambda: xlsx(
            {
                "Thang 8": [
                    [as_vni(cell) if isinstance(cell, str) else cell for cell in cells]
                    for cells in register(dated_cases())
                ]
            }
        ),
        "xlsx",
        REGISTER_EXPECTED,
        encoding="vni",
    ),
    Entry(
        "mixed-sheets.xlsx",
        "XLSX with two printed registers: one has two records, the other a record and a wrong date",
        lambda: xlsx(
            {
                "Xã Một, Hai": printed(dated_cases()[:2])[0],
                "Khác": printed([*dated_cases()[2:], WRONG_DATE])[0],
            }
        ),
        "xlsx",
        REGISTER_EXPECTED,
        rows_read=4,
        quarantined=((10, "due_at"),),
        not_records={kind: 2 * count for kind, count in PRINTED_COUNTS.items()},
        sheets=("Xã Một, Hai", "Khác"),
    ),
    Entry(
        "mixed-page.html",
        "an HTML page with a mark at its start: titles, column numbers, groups, totals, repeated header",
        lambda: html(
            [
                *TITLES,
                *grid(NUMBERS, GROUPS[0], *cases()[:1], total("Cộng", "1"), grid()[0], *cases()[1:], *NOTES),
            ],
            {(3, 4): (1, 4)},
        ).encode("utf-8-sig"),
        "html",
        EXPECTED,
        encoding="utf-8-sig",
        not_records={"title": 4, "blank": 1, "column_numbers": 1, "group": 1, "total": 1}
        | {"repeated_header": 1, "note": 4},
    ),
)
