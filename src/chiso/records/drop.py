"""Cases left out on purpose: files list their numbers, and for a while the records lack their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.cells import identifier, typed
from chiso.records.dataset import QUARANTINED, SUPERSEDED, Records
from chiso.records.layout import SEARCHED_ROWS
from chiso.records.mapping import Spelling
from chiso.records.sources.cell import Cell, Sheet, is_blank, shown
from chiso.records.sources.container import open_container, sha256_of
from chiso.records.sources.delimited import DelimitedText, encoding_of
from chiso.records.sources.open import open_sheets
from chiso.records.textual import textual
from chiso.terms.columns import CASES
from chiso.terms.text import folded

_NUMBER = CASES.columns[CASES.key[0]]


@dataclass(frozen=True)
class CaseList:
    """A file that lists cases: their numbers as it writes them, each with its row."""

    path: str
    sha256: str
    numbers: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Dropped:
    """What a list took away: how many cases, and the rows whose number no record has."""

    path: str
    sha256: str
    cases: int
    unknown_rows: tuple[int, ...]


def read_case_lists(paths: Iterable[Path], spelling: Spelling) -> tuple[CaseList, ...]:
    """Return the case numbers listed in files of any format that records have.

    Raises RecordsError with every file that lacks a column of case numbers, and every row whose number
    cannot be read: a case passed over silently would stay in the score.
    """
    lists: list[CaseList] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            lists.append(_read(path, spelling, problems))
        except RecordsError as error:
            problems.extend(error.problems)
    if problems:
        raise RecordsError(problems)
    return tuple(lists)


@dataclass(frozen=True)
class Without:
    """The records as if the listed cases were in no export; what each list did; how many rows are gone."""

    records: Records
    dropped: tuple[Dropped, ...]
    rows: int


@contextmanager
def without_cases(records: Records, lists: Sequence[CaseList]) -> Iterator[Without]:
    """Yield the records without the listed cases: all states of a number go, those set aside too.

    The rows are missing from the records' own tables while the context lasts, and are there again after it.
    """
    if not lists or CASES.name not in records.tables:
        dropped = (
            Dropped(each.path, each.sha256, 0, tuple(row for row, _ in each.numbers)) for each in lists
        )
        yield Without(records, tuple(dropped), 0)
        return
    records.connection.begin()
    try:
        yield _without(records, lists)
    finally:
        records.connection.rollback()


def _without(records: Records, lists: Sequence[CaseList]) -> Without:
    connection, key = records.connection, identifier(_NUMBER.name)
    loaded = records.tables[CASES.name]
    listed = [(n, row, number) for n, each in enumerate(lists) for row, number in each.numbers]
    columns = list(zip(*listed, strict=True)) or [(), (), ()]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE dropped AS "
        f"SELECT list_no, row_no, {typed(_NUMBER, 'cell', {})} AS number FROM ("
        "SELECT unnest(CAST(? AS INTEGER[])) AS list_no, unnest(CAST(? AS BIGINT[])) AS row_no, "
        "unnest(CAST(? AS VARCHAR[])) AS cell)",
        [list(column) for column in columns],
    )
    there = f"number IN (SELECT {key} FROM {CASES.name} WHERE {key} IS NOT NULL)"
    found = connection.execute(
        f"SELECT list_no, count(DISTINCT number) FROM dropped WHERE {there} GROUP BY list_no"
    ).fetchall()
    lacking = connection.execute(
        f"SELECT list_no, row_no FROM dropped WHERE NOT coalesce({there}, false) ORDER BY row_no"
    ).fetchall()
    of_listed = f"FROM {CASES.name} WHERE {key} IN (SELECT number FROM dropped)"
    positions = [int(p) for (p,) in connection.execute(f"SELECT rowid {of_listed}").fetchall()]
    connection.execute(f"DELETE {of_listed}")
    (counts,) = connection.execute(
        f"SELECT count(*), count(*) FILTER (set_aside = {QUARANTINED}), "
        f"count(*) FILTER (set_aside = {SUPERSEDED}) FROM {CASES.name}"
    ).fetchall()
    left = replace(loaded, rows_read=counts[0], quarantined=counts[1], superseded=counts[2])
    places = set(map(loaded.place_of, positions))
    kept = tuple(row for row in records.quarantine if (row.label, row.row) not in places)
    cases = dict(found)
    unknown: dict[int, list[int]] = {}
    for list_no, row in lacking:
        unknown.setdefault(list_no, []).append(int(row))
    return Without(
        replace(records, tables={**records.tables, CASES.name: left}, quarantine=kept),
        tuple(
            Dropped(each.path, each.sha256, cases.get(n, 0), tuple(unknown.get(n, ())))
            for n, each in enumerate(lists)
        ),
        len(positions),
    )


def _read(path: Path, spelling: Spelling, problems: list[Problem]) -> CaseList:
    sheets = open_sheets(path) or [_single_column(path)]
    found = [table for sheet in sheets if (table := _column(sheet, spelling)) is not None]
    if not found:
        headings = ", ".join(spelling.known_spellings(CASES, _NUMBER.name)[:4])
        raise RecordsError(
            Problem(
                Text(vi="Không có cột mã hồ sơ", en="There is no column of case numbers"),
                Place(str(path)),
                Text(vi=f"Tiêu đề cột: {headings}", en=f"Its heading may be: {headings}"),
            )
        )
    if found[0].sheet.format == "csv":
        # The separator is the one that parts most headings.
        found = [max(found, key=lambda table: table.width)]
    numbers: list[tuple[int, str]] = []
    for table in found:
        numbers.extend(_numbers(path, table, problems))
    return CaseList(str(path), sha256_of(path), tuple(numbers))


def _single_column(path: Path) -> Sheet:
    """Return the lines of a text without any separator."""
    container = open_container(path)
    return DelimitedText(container, encoding_of(container), ",")


@dataclass(frozen=True)
class _Column:
    """Where in a sheet the case numbers stand: below ``header_row``, counted from 1, 0 for named columns."""

    sheet: Sheet
    header_row: int
    position: int
    heading: str
    width: int


def _column(sheet: Sheet, spelling: Spelling) -> _Column | None:
    if sheet.hidden:
        return None
    known = spelling.columns_by_heading(CASES.name)
    rows: list[tuple[int, Sequence[Cell]]] = [(0, sheet.headings)] if sheet.headings is not None else []
    for number, row in enumerate(islice(sheet.rows(), SEARCHED_ROWS), start=1):
        rows.append((number, row.cells or ()))
    for number, cells in rows:
        headings = [shown(cell) for cell in cells]
        for position, heading in enumerate(headings):
            if known.get(folded(heading)) == _NUMBER.name:
                return _Column(sheet, number, position, heading, len(headings))
    return None


def _numbers(path: Path, table: _Column, problems: list[Problem]) -> Iterable[tuple[int, str]]:
    rows = islice(table.sheet.rows(), table.header_row, None)
    for number, row in enumerate(rows, start=table.header_row + 1):
        place = Place(str(path), row=number, heading=table.heading)
        if row.cells is None:
            problems.append(Problem(row.fault or Text(vi="dòng hỏng", en="a broken row"), place))
            continue
        cell = row.cells[table.position] if table.position < len(row.cells) else None
        if is_blank(cell):
            continue
        found = textual(cell, _NUMBER, table.sheet.encoding)
        if found.fault is not None or found.text is None:
            problems.append(Problem(found.fault or Text(vi="không đọc được", en="cannot be read"), place))
            continue
        yield number, _as_exported(found.text)


def _as_exported(text: str) -> str:
    # Our own results put an apostrophe before what a spreadsheet would run as a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
