"""Reading a report's workbook back, as a spreadsheet shows it; and having an office suite recalculate one."""

from __future__ import annotations

import io
import re
import subprocess
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from chiso.reporting.tables import OUTCOMES
from chiso.scoring.report import Origin, Report
from chiso.scoring.scoreboard import Scoreboard

ABSENT = "–"
DETAIL = "Index detail"
HEADER_ROW = 4
# Recalculate whatever is opened, whoever wrote it.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">\
<value>0</value></prop></item>
</oor:items>
"""


def a_report(board: Scoreboard, **more: Any) -> Report:
    """Return a report of a board alone."""
    parts: dict[str, Any] = {"course": (), "before": None, "shortfalls": {}, "late": None, "plans": None}
    return Report(board=board, whole=board, origin=Origin(), **{**parts, **more})


def opened(content: bytes | Path, *, formulas: bool = False) -> openpyxl.Workbook:
    """Return a workbook, its cells as values or as formulas."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    with warnings.catch_warnings():
        # It does not know data bars, and says so.
        warnings.filterwarnings("ignore", message=".*extension is not supported", category=UserWarning)
        return openpyxl.load_workbook(stream, data_only=not formulas)


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the rows below the headings, by heading."""
    head, *rows = sheet.iter_rows(min_row=HEADER_ROW, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def rankings(book: openpyxl.Workbook) -> dict[str, dict[str, Any]]:
    """Return the row of every unit in its ranking, by code."""
    names = [name for name in book.sheetnames if name.startswith("Ranking ")]
    return {row["Code"]: row for name in names for row in table(book[name])}


def figures(book: openpyxl.Workbook) -> dict[str, Any]:
    """Return what the workbook says of each unit and each index, in plain values."""
    found: dict[str, Any] = {}
    for code, row in rankings(book).items():
        groups = tuple(value for name, value in row.items() if name and re.search(r" \([\d.]+\)$", name))
        found[code] = (row["Rank"], *groups, row["Total"], row["Max"], row["Band"])
    for row in table(book[DETAIL]):
        key = f"{row['Code']} {row['Index']}"
        found[key] = (row["Percent or value"], row["Points"], row["Max"], row["Outcome"])
    return found


def expected(report: Report) -> dict[str, Any]:
    """Return what the board of a report says, in the same form, in English."""
    found: dict[str, Any] = {}
    for unit in report.board.units:
        groups = tuple(_shown(group.points) for group in unit.groups)
        band = ABSENT if unit.band is None else unit.band.en
        place = report.rank_of[unit.unit.code].place
        totals = (float(unit.total), float(unit.max_points))
        found[unit.unit.code] = (place, *groups, *totals, band)
        for score in unit.scores:
            shown = (_shown(score.value), _shown(score.points), float(score.max_points))
            found[f"{unit.unit.code} {score.index}"] = (*shown, OUTCOMES[score.outcome].en)
    return found


def _shown(value: Any) -> float | str:
    return ABSENT if value is None else float(value)


def formula_cells(content: bytes | Path) -> Iterator[tuple[str, str]]:
    """Yield sheet and address of every cell with a formula."""
    book = opened(content, formulas=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate


def with_wrong_results(content: bytes) -> bytes:
    """Return the workbook with a wrong result kept beside every formula."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                text = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>-777</v>", text)
            new.writestr(entry, text)
    return stream.getvalue()


def with_cells(content: bytes, changes: Mapping[tuple[str, str], int]) -> bytes:
    """Return the workbook with cells of the detail changed, by unit and index and by heading.

    No results are kept.
    """
    book = opened(content, formulas=True)
    sheet = book[DETAIL]
    head = [cell.value for cell in sheet[HEADER_ROW]]
    left = dict(changes)
    for row in sheet.iter_rows(min_row=HEADER_ROW + 1):
        key = f"{row[head.index('Code')].value} {row[head.index('Index')].value}"
        for heading in ("Numerator", "Denominator"):
            if (key, heading) in left:
                cell = row[head.index(heading)]
                assert not cell.protection.locked, f"{key} may not be changed"
                cell.value = left.pop((key, heading))
    assert not left, left
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def recalculated(books: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """Return the workbooks as an office suite writes them after recalculating every formula."""
    given, profile, out = (folder / name for name in ("given", "profile", "out"))
    for each in (given, profile / "user", out):
        each.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, "utf-8")
    files = [given / f"{name}.xlsx" for name in books]
    for file, content in zip(files, books.values(), strict=True):
        file.write_bytes(content)
    convert = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    command: Sequence[str] = [*convert, "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: out / f"{name}.xlsx" for name in books}
