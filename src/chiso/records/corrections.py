"""Corrected rows: each takes the place of a row by file and row number, before anything is typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text, plural, suggestion
from chiso.records.sources.cell import RawRow, shown
from chiso.records.sources.container import sha256_of
from chiso.records.sources.open import open_sheets
from chiso.records.table_file import TableFile
from chiso.terms.columns import TABLES
from chiso.terms.numbers import number_text
from chiso.terms.text import composed

# What a form holds beside the columns of its table.
FORM_COLUMNS = ("file", "sheet", "row", "table", "sha256", "faults", "reason")
# In a form this stands for what the file says; a citizen's data never gets into a form.
AS_IN_FILE = "…"
# And this says that nothing stands there: a cell at fault that is left empty was not looked at.
NOTHING = "-"


@dataclass(frozen=True)
class _Correction:
    """One row of a form: which row of which file it replaces, and by what."""

    place: Place
    file: str
    sheet: str
    row: int
    table: str
    sha256: str
    cells: Mapping[str, str]


@dataclass
class Corrections:
    """Corrected rows. Those without a hash are for any file of the name."""

    rows: tuple[_Correction, ...] = ()
    # How many rows of each form are not filled in; they stay in quarantine.
    unfilled: Mapping[Path, int] = field(default_factory=dict)
    _used: set[int] = field(default_factory=set)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def of(self, file: TableFile) -> Mapping[int, Mapping[str, str]]:
        """Return the corrected cells of a file's rows, by row number and canonical column.

        Corrections that were drawn up for other bytes than the file has are left to ``check_used``.
        """
        name, sheet = file.path.name, file.sheet.name or ""
        table = file.recognised.table.name
        mine = [(n, entry) for n, entry in enumerate(self.rows) if (entry.file, entry.sheet) == (name, sheet)]
        if not mine:
            return {}
        self._seen.add((name, sheet))
        sha256 = sha256_of(file.path)
        fitting = {n: entry for n, entry in mine if entry.sha256 in ("", sha256) and entry.table == table}
        self._used.update(fitting)
        return {entry.row: entry.cells for entry in fitting.values()}

    def fingerprint(self, path: Path, sha256: str) -> str:
        """Return what tells the corrections of a file with these bytes from others; "" where it has none."""
        own = [
            [entry.sheet, entry.row, entry.table, sorted(entry.cells.items())]
            for entry in self.rows
            if entry.file == path.name and entry.sha256 in ("", sha256)
        ]
        return json.dumps(own, ensure_ascii=False) if own else ""

    def used_before(self, path: Path, sha256: str) -> None:
        """Note that the corrections of a file with these bytes are in use, though it is not read again."""
        self._used.update(
            number
            for number, entry in enumerate(self.rows)
            if entry.file == path.name and entry.sha256 in ("", sha256)
        )

    def check_rows(self, file: TableFile, last_row: int) -> None:
        """Raise RecordsError for corrections of rows that the file does not have."""
        there = range(file.header_row + 1, last_row + 1)
        problems = [
            Problem(
                Text(vi=f"tệp không có dòng {row} để sửa", en=f"there is no row {row} to correct"),
                Place(file.label),
            )
            for row in self.of(file)
            if row not in there
        ]
        if problems:
            raise RecordsError(problems)

    def check_used(self) -> None:
        """Raise RecordsError for corrections that replaced no row: they would be lost silently."""
        unused: dict[tuple[str, str], _Correction] = {}
        for number, entry in enumerate(self.rows):
            if number not in self._used:
                unused.setdefault((entry.file, entry.sheet), entry)
        problems = [
            Problem(_CHANGED, entry.place, _CHANGED_HINT)
            if key in self._seen
            else Problem(_NOT_READ, entry.place, _NOT_READ_HINT)
            for key, entry in unused.items()
        ]
        if problems:
            raise RecordsError(problems)

    def notes(self) -> Iterable[Problem]:
        """Yield which forms were used, and how many rows they replaced."""
        for path, left in self.unfilled.items():
            count = sum(entry.place.file == str(path) for entry in self.rows)
            rows = plural(count, "row", "rows")
            vi = f"Đã sửa {number_text(count, 'vi')} dòng theo phiếu này"
            en = f"{number_text(count, 'en')} {rows} corrected by this form"
            if left:
                vi += f"; {number_text(left, 'vi')} dòng chưa điền ô trống, vẫn cách ly"
                stay = plural(left, "is not filled in and stays", "are not filled in and stay")
                en += f"; {number_text(left, 'en')} {stay} in quarantine"
            yield Problem(Text(vi, en), Place(str(path)))


_CHANGED = Text(
    vi="Tệp đã thay đổi từ khi lập phiếu sửa (hoặc là bảng khác); số dòng có thể sai",
    en="The file has changed since the corrections were drawn up (or is another table); rows may have moved",
)
_NOT_READ = Text(
    vi="Phiếu sửa nói về tệp không được đọc", en="The corrections are of a file that is not read"
)
_NOT_READ_HINT = Text(
    vi="Đưa cả tệp đó vào lệnh, hoặc xóa các dòng này khỏi phiếu",
    en="Give that file too, or delete these rows from the form",
)
_CHANGED_HINT = Text(
    vi="Chạy lại --quarantine và sửa phiếu mới", en="Run --quarantine again and use its form"
)


def load_corrections(paths: Iterable[Path]) -> Corrections:
    """Return the corrections in forms that ``--quarantine`` wrote; raises RecordsError with every fault."""
    sources = tuple(paths)
    problems: list[Problem] = []
    rows: list[_Correction] = []
    unfilled: dict[Path, int] = {}
    for path in sources:
        open_rows: list[int] = []
        _read_form(path, rows, open_rows, problems)
        unfilled[path] = len(open_rows)
    places: dict[tuple[str, str, int, str], _Correction] = {}
    for entry in rows:
        key = entry.file, entry.sheet, entry.row, entry.sha256
        if key in places:
            twice = Text(vi="dòng này được sửa hai lần", en="this row is corrected twice")
            problems.append(Problem(twice, entry.place))
        places[key] = entry
    if problems:
        raise RecordsError(problems)
    return Corrections(tuple(rows), unfilled)


def _read_form(path: Path, found: list[_Correction], unfilled: list[int], problems: list[Problem]) -> None:
    is_form = False
    for sheet in open_sheets(path):
        rows = list(sheet.rows())
        headings = [composed(shown(cell)) for cell in rows[0].cells or ()] if rows else []
        if {"file", "row", "table"} <= set(headings):
            is_form = True
            _read_rows(path, headings, rows[1:], found, unfilled, problems)
    if not is_form:
        message = Text(
            vi="Không phải phiếu sửa của --quarantine", en="This is no form that --quarantine wrote"
        )
        problems.append(Problem(message, Place(str(path))))


def _is_filled_in(columns: Mapping[str, str], faults: Sequence[str]) -> bool:
    """Return whether something stands in every cell that was at fault; in any cell of a broken row.

    A unit may be given by its code or its name.
    """
    if not faults:
        return any(columns.values())
    unit = columns.get("unit_code") or columns.get("unit_name")
    return all(columns.get(name) or (name in ("unit_code", "unit_name") and unit) for name in faults)


def _read_rows(
    path: Path,
    headings: list[str],
    rows: list[RawRow],
    found: list[_Correction],
    unfilled: list[int],
    problems: list[Problem],
) -> None:
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
            fault(number, "table", Text(vi="không có bảng này", en="there is no such table"))
            continue
        if not cells["row"].isdecimal():
            fault(number, "row", Text(vi="không phải số dòng", en="is no row number"))
            continue
        columns = {name: text for name, text in cells.items() if name and name not in FORM_COLUMNS}
        faults = [name for name in cells.get("faults", "").split(";") if name]
        if "faults" in cells and not _is_filled_in(columns, faults):
            unfilled.append(number)
            continue
        columns = {name: "" if text == NOTHING else text for name, text in columns.items()}
        for name in columns:
            if name not in table.columns:
                message = Text(vi=f"không có cột {name}", en=f"there is no column {name}")
                fault(number, name, message, suggestion(name, table.columns))
        found.append(
            _Correction(
                place=Place(str(path), row=number, heading="row"),
                # A form may come from another computer, with another way to that folder.
                file=cells["file"].replace("\\", "/").rpartition("/")[2],
                sheet=cells.get("sheet", ""),
                row=int(cells["row"]),
                table=table.name,
                sha256=cells.get("sha256", ""),
                cells=columns,
            )
        )
