"""Corrected rows: each takes the place of a row by file and row number, before anything is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text, suggestion
from chiso.records.sources.cell import RawRow, shown
from chiso.records.sources.open import open_sheets
from chiso.records.table_file import TableFile
from chiso.terms.columns import TABLES
from chiso.terms.text import composed

# What a form holds beside the columns of its table.
FORM_COLUMNS = ("file", "sheet", "row", "table", "sha256", "reason")
# In a form this stands for what the file says; a citizen's data never gets into a form.
AS_IN_FILE = "…"


@dataclass
class Corrections:
    """Corrected cells by file and sheet, then row number, then canonical column."""

    rows: dict[tuple[str, str], dict[int, Mapping[str, str]]] = field(default_factory=dict)
    hashes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    sources: tuple[Path, ...] = ()

    def of(self, file: TableFile) -> Mapping[int, Mapping[str, str]]:
        """Return the corrections of a file's rows."""
        key = _key(file)
        if key in self.rows:
            self.used.add(key)
        return self.rows.get(key, {})

    def check_hash(self, file: TableFile, sha256: str) -> None:
        """Raise RecordsError where the form was made from other bytes: its row numbers may be wrong."""
        if self.hashes.get(_key(file), set()) - {sha256, ""}:
            raise RecordsError(
                Problem(
                    Text(
                        vi="Tệp đã thay đổi từ khi lập phiếu sửa; số dòng có thể sai",
                        en="The file has changed since the corrections were drawn up; rows may have moved",
                    ),
                    Place(file.label),
                    Text(
                        vi="Chạy lại --quarantine và sửa phiếu mới",
                        en="Run --quarantine again and use its form",
                    ),
                )
            )

    def check_rows(self, file: TableFile, last_row: int) -> None:
        """Raise RecordsError for corrections of rows that the file does not have."""
        there = range(file.header_row + 1, last_row + 1)
        problems = [
            Problem(
                Text(vi=f"tệp không có dòng {row} để sửa", en=f"there is no row {row} to correct"),
                Place(file.label),
            )
            for row in self.rows.get(_key(file), {})
            if row not in there
        ]
        if problems:
            raise RecordsError(problems)

    def check_used(self) -> None:
        """Raise RecordsError for corrections of files that were not read: they would be lost silently."""
        unused = [file for file in self.rows if file not in self.used]
        if unused:
            message = Text(
                vi="Phiếu sửa nói về tệp không được đọc: ",
                en="The corrections are of files that are not read: ",
            )
            names = ", ".join(f"{name} [{sheet}]" if sheet else name for name, sheet in unused)
            raise RecordsError(Problem(Text(vi=message.vi + names, en=message.en + names)))


def _key(file: TableFile) -> tuple[str, str]:
    return file.path.name, file.sheet.name or ""


def load_corrections(paths: Iterable[Path]) -> Corrections:
    """Return the corrections in forms that ``--quarantine`` wrote; raises RecordsError with every fault."""
    corrections = Corrections(sources=tuple(paths))
    problems: list[Problem] = []
    for path in corrections.sources:
        problems.extend(_read_form(path, corrections))
    if problems:
        raise RecordsError(problems)
    return corrections


def _read_form(path: Path, corrections: Corrections) -> list[Problem]:
    problems: list[Problem] = []
    is_form = False
    for sheet in open_sheets(path):
        rows = list(sheet.rows())
        headings = [composed(shown(cell)) for cell in rows[0].cells or ()] if rows else []
        if {"file", "row", "table"} <= set(headings):
            is_form = True
            problems.extend(_rows(path, headings, rows[1:], corrections))
    if is_form:
        return problems
    return [
        Problem(
            Text(vi="Không phải phiếu sửa của --quarantine", en="This is no form that --quarantine wrote"),
            Place(str(path)),
        )
    ]


def _rows(path: Path, headings: list[str], rows: list[RawRow], corrections: Corrections) -> list[Problem]:
    problems: list[Problem] = []

    def fault(number: int, heading: str | None, message: Text, hint: Text | None = None) -> None:
        problems.append(Problem(message, Place(str(path), row=number, heading=heading), hint))

    for number, row in enumerate(rows, start=2):
        if row.cells is None:
            fault(number, None, row.fault or Text(vi="dòng hỏng", en="a broken row"))
            continue
        texts = [shown(cell).strip() for cell in row.cells]
        if not any(texts):
            continue
        cells = dict(zip(headings, texts, strict=False))
        table = TABLES.get(cells["table"])
        if table is None:
            fault(number, "table", Text(vi="không có bảng này", en="there is no such table"), None)
            continue
        if not cells["row"].isdigit():
            fault(number, "row", Text(vi="không phải số dòng", en="is no row number"))
            continue
        columns = {name: text for name, text in cells.items() if name and name not in FORM_COLUMNS}
        for name in columns:
            if name not in table.columns:
                message = Text(vi=f"không có cột {name}", en=f"there is no column {name}")
                fault(number, name, message, suggestion(name, table.columns))
        # A form may come from another computer, with another way to that folder.
        key = Path(cells["file"].replace("\\", "/")).name, cells.get("sheet", "")
        there = corrections.rows.setdefault(key, {})
        if int(cells["row"]) in there:
            fault(number, "row", Text(vi="dòng này được sửa hai lần", en="this row is corrected twice"))
        there[int(cells["row"])] = columns
        corrections.hashes.setdefault(key, set()).add(cells.get("sha256", ""))
    return problems
