"""One typed table: the rows of its files in order, every cell typed, every unreadable cell marked."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

import duckdb

from chiso.errors import RecordsError
from chiso.records.cells import identifier, quoted, sql_type
from chiso.records.corrections import AS_IN_FILE, Corrections
from chiso.records.dataset import NOT_A_RECORD, QUARANTINED
from chiso.records.layout import Guess, RowReader, settled
from chiso.records.part import Part
from chiso.records.progress import Progress, watched
from chiso.records.sources.container import sha256_of
from chiso.records.sources.delimited import DelimitedText, quotes_open
from chiso.records.sources.encoding import UTF8, UTF8_MARKED
from chiso.records.survey import Contents, survey
from chiso.records.table_file import Row, TableFile, other_header, rows_of
from chiso.records.textual import LOST_DIGITS, textual
from chiso.records.typed_rows import cells_of, columns_read, typed_rows
from chiso.terms.columns import ColumnSpec, TableSpec

_ROWS_AT_A_TIME = 50_000
# A code as a spreadsheet writes it that took it for a number.
LOST_CODE = "[0-9]([.,][0-9]+)?E\\+[0-9]+"
# What a total or a repeated heading begins with in SQL's eyes; Python then looks at the whole row.
_SUSPECT_WORDS = "^(tổng|cộng|total|grand total)"


class TypedTable:
    """Rows stand in the order of the files, so that a row's position tells its number.

    Besides its columns the table has ``unread``, a bit for each column whose cell is at fault, and
    ``set_aside``. No cell of a column ``beside`` is ever at fault.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        spec: TableSpec,
        needed: Collection[str] | None,
        *,
        beside: Collection[str] = (),
        show_officials: bool = False,
    ) -> None:
        """Make the empty table with the ``needed`` columns (all if None) and those every table needs.

        A cell ``beside`` them that cannot be read is absent; its row stays.
        """
        self.beside = frozenset(beside) - {column.name for column in columns_read(spec, needed)}
        self.connection = connection
        self.spec = spec
        self.columns = columns_read(spec, needed, beside)
        self.parts: list[Part[TableFile]] = []
        self._show_officials = show_officials
        columns = ", ".join(f"{identifier(column.name)} {sql_type(column)}" for column in self.columns)
        connection.execute(f"CREATE TEMP TABLE {spec.name} ({columns}, unread BIGINT, set_aside UTINYINT)")

    def add(
        self, file: TableFile, corrections: Corrections, progress: Progress
    ) -> tuple[Part[TableFile], str]:
        """Type the rows of ``file``; return where they stand and the file's hash."""
        progress.file(file.label, file.sheet_size)
        part, sha256 = None, None
        corrected = corrections.of(file)
        if not corrected and _may_be_direct(file):
            part, sha256 = self._read_directly(file, progress)
        if part is None:
            sha256 = sha256 or sha256_of(file.path)
            part = self._read_row_by_row(file, corrected, progress)
            corrections.check_rows(file, part.row_number(part.end - 1))
        assert sha256 is not None
        self.parts.append(part)
        return part, sha256

    def _rows(self) -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {self.spec.name}").fetchall()[0][0])

    def _read_directly(self, file: TableFile, progress: Progress) -> tuple[Part[TableFile] | None, str]:
        """Let DuckDB read a strictly well-formed file; no part where it is not."""
        assert isinstance(file.sheet, DelimitedText)
        first = self._rows()
        self.connection.begin()
        with ThreadPoolExecutor(max_workers=1) as pool:
            surveyed = pool.submit(survey, file.sheet.container)
            try:
                with watched(self.connection, progress, lambda: _lines_so_far(surveyed)):
                    self._insert(file, cells_of(file, "c{}".format), _direct_source(file))
                part = Part(file, first, self._rows(), by_line=True)
            except duckdb.InterruptException:
                raise
            except duckdb.Error:
                # DuckDB's message quotes the line, so it is not passed on; row by row says what is wrong.
                part = None
            contents = surveyed.result()
        if part is None or not _is_whole(part, contents):
            # Line breaks in quotes, or rows swallowed by a stray quotation mark: only reading row by row
            # tells.
            self.connection.rollback()
            return None, contents.sha256
        self.connection.commit()
        progress.rows_read(part.end - part.first)
        self._leave_out(part, self._guesses(part))
        return part, contents.sha256

    def _guesses(self, part: Part[TableFile]) -> dict[int, Guess]:
        """Return what the rows of a part that DuckDB read may be, where they may be no records."""
        lacking = [f"{identifier(name)} IS NULL" for name in self.spec.required]
        key = identifier(self.spec.key[0])
        headings = [part.file.heading(self.spec.key[0]).lower()]
        found = self.connection.execute(
            f"SELECT rowid FROM {self.spec.name} WHERE rowid >= $first AND "
            f"(rowid = $first OR {' OR '.join(lacking)} "
            # Nearly every key ends in a figure and is longer than a number of one or two: no closer look.
            f"OR CASE WHEN right({key}, 1) BETWEEN '0' AND '9' THEN FALSE "
            f"ELSE NOT regexp_matches({key}, '[0-9]') END "
            f"OR CASE WHEN lower(left({key}, 1)) IN ('t', 'c', 'g') "
            f"THEN regexp_matches(lower({key}), $words) ELSE FALSE END "
            f"OR lower({key}) IN (SELECT unnest($headings)) "
            f"OR CASE WHEN length({key}) <= 4 THEN regexp_full_match({key}, '\\(?\\d{{1,2}}\\)?') "
            f"ELSE FALSE END) ORDER BY rowid",
            {"first": part.first, "words": _SUSPECT_WORDS, "headings": headings},
        ).fetchall()
        wanted = {int(position) for (position,) in found}
        if not wanted:
            return {}
        reader = RowReader(part.file.header, part.file.spelling)
        guesses: dict[int, Guess] = {}
        below_header = part.first
        for position, cells in rows_by_line(part, wanted):
            guess = reader.guess(cells, first=position == below_header)
            if guess == "other_header":
                raise RecordsError(other_header(part.file, part.row_number(position)))
            if guess == "repeated_header":
                below_header = position + 1
            if guess is not None:
                guesses[position] = guess
        return guesses

    def _leave_out(self, part: Part[TableFile], guesses: Mapping[int, Guess]) -> None:
        """Settle which rows are no records, and mark them."""
        last = next((p for p in range(part.end - 1, part.first - 1, -1) if p not in guesses), None)
        for position, kind in settled(guesses, last):
            if kind is not None:
                part.not_records[position] = kind
                part.broken.pop(position, None)
                part.cell_faults.pop(position, None)
        self._set_aside(part.not_records, NOT_A_RECORD)
        self._find_lost_codes(part)
        self._set_aside(part.broken, QUARANTINED)
        self._set_aside([p for p in part.cell_faults if p not in part.broken], QUARANTINED, keep_unread=True)

    def _find_lost_codes(self, part: Part[TableFile]) -> None:
        """Note the codes that a spreadsheet wrote as 1,23457E+18: their digits are lost."""
        for column in self.columns:
            if (column.name not in self.spec.key and column.decimals is None) or column.kind == "date":
                continue
            if column.name in self.beside:
                continue
            name = identifier(column.name)
            found = self.connection.execute(
                f"SELECT rowid FROM {self.spec.name} WHERE rowid >= ? AND contains({name}, 'E+') "
                f"AND regexp_full_match({name}, '{LOST_CODE}')",
                [part.first],
            ).fetchall()
            for (position,) in found:
                if position not in part.broken and position not in part.not_records:
                    part.cell_faults.setdefault(position, []).append((column.name, LOST_DIGITS))

    def _set_aside(self, positions: Collection[int], fate: int, *, keep_unread: bool = False) -> None:
        if positions:
            unread = "unread" if keep_unread else "0"
            self.connection.execute(
                f"UPDATE {self.spec.name} SET set_aside = {fate}, unread = {unread} "
                "WHERE rowid IN (SELECT unnest(CAST(? AS BIGINT[])))",
                [list(positions)],
            )

    def _read_row_by_row(
        self, file: TableFile, corrected: Mapping[int, Mapping[str, str]], progress: Progress
    ) -> Part[TableFile]:
        first = self._rows()
        part = Part(file, first, first)
        guesses: dict[int, Guess] = {}
        there = {*file.recognised.positions, *(name for cells in corrected.values() for name in cells)}
        read = [column for column in self.columns if column.name in there]
        rows = rows_of(file, progress.bytes_read)
        while chunk := list(islice(rows, _ROWS_AT_A_TIME)):
            cells: dict[str, list[str | None]] = {column.name: [] for column in read}
            for position, row in enumerate(chunk, start=part.end):
                correction = corrected.get(part.row_number(position))
                if correction is None:
                    if row.guess is not None:
                        guesses[position] = row.guess
                    if row.fault is not None:
                        part.broken[position] = row.fault
                for column in read:
                    judged = column.name not in self.beside
                    text = _cell_text(part, position, row, column, correction, judged=judged)
                    cells[column.name].append(text)
            constants = {name: quoted(text) for name, text in file.recognised.constants.items()}
            source = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {identifier(name)}" for name in cells)
            names = {**constants, **{name: identifier(name) for name in cells}}
            self._insert(file, names, f"(SELECT {source})", list(cells.values()))
            part.end += len(chunk)
            progress.rows_read(len(chunk))
        self._leave_out(part, guesses)
        return part

    def _insert(
        self,
        file: TableFile,
        cells: Mapping[str, str],
        source: str,
        parameters: Sequence[Sequence[str | None]] = (),
    ) -> None:
        """Type the columns of ``source``; mark cells that are filled but cannot be read."""
        rows = typed_rows(
            *(file, self.columns, cells, source), beside=self.beside, show_officials=self._show_officials
        )
        self.connection.execute(f"INSERT INTO {self.spec.name} {rows}", parameters)


def _cell_text(
    part: Part[TableFile],
    position: int,
    row: Row,
    column: ColumnSpec,
    correction: Mapping[str, str] | None,
    *,
    judged: bool,
) -> str | None:
    """Return a cell's text: the corrected one where there is one, else the file's.

    What went wrong is noted where the column is ``judged``.
    """
    if correction is not None:
        text = correction.get(column.name, AS_IN_FILE)
        if text != AS_IN_FILE:
            return text
    if row.cells is None:
        return None
    cell = part.file.recognised.cell(row.cells, column.name)
    if isinstance(cell, str) and cell.isascii():
        return cell
    found = textual(cell, column, part.file.sheet.encoding)
    if not judged:
        return found.text
    if found.fault is not None:
        part.cell_faults.setdefault(position, []).append((column.name, found.fault))
    part.recovered[column.name] += found.recovered
    return found.text


def _may_be_direct(file: TableFile) -> bool:
    """Return whether DuckDB may read the file: plain UTF-8 text, a header of whole lines, no odd name."""
    sheet = file.sheet
    if not isinstance(sheet, DelimitedText) or sheet.encoding not in (UTF8, UTF8_MARKED):
        return False
    if sheet.container.packing == "zip" or file.header.conversion is not None:
        return False
    # DuckDB would take the name for a pattern, and might find another file by it.
    return not set("*?[") & set(str(file.path)) and _header_is_lines(file, sheet)


def _header_is_lines(file: TableFile, sheet: DelimitedText) -> bool:
    with sheet.container.open() as stream:
        lines = [stream.readline().decode("utf-8", "replace") for _ in range(file.header_row)]
    return not any(quotes_open(line.removeprefix("\ufeff"), sheet.separator) for line in lines)


def _direct_source(file: TableFile) -> str:
    names = [f"c{position}" for position in range(file.width)]
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    assert isinstance(file.sheet, DelimitedText)
    packing = "gzip" if file.sheet.container.packing == "gzip" else "none"
    return (
        f"read_csv({quoted(str(file.path))}, header=false, skip={file.header_row}, "
        f"delim={quoted(file.sheet.separator)}, quote='\"', escape='\"', auto_detect=false, "
        f"strict_mode=true, null_padding=false, ignore_errors=false, nullstr='', "
        f"compression='{packing}', encoding='utf-8', columns={{{columns}}})"
    )


def _lines_so_far(surveyed: Future[Contents]) -> int | None:
    return surveyed.result().lines if surveyed.done() else None


def _is_whole(part: Part[TableFile], contents: Contents) -> bool:
    """Return whether every line below the header became a row."""
    return not contents.odd and part.end - part.first + part.file.header_row == contents.lines


def rows_by_line(part: Part[TableFile], wanted: Collection[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of the rows at some positions of a part whose every line is a row."""
    sheet = part.file.sheet
    assert isinstance(sheet, DelimitedText)
    last = max(wanted)
    with sheet.container.open() as stream:
        lines = islice(stream, part.file.header_row, None)
        # The engine looks at no byte of a column that is not needed; such a byte decides nothing here either.
        for position, line in enumerate(lines, start=part.first):
            if position in wanted:
                # DuckDB minds a broken byte only in a column that is read.
                text = line.decode("utf-8", "replace")
                yield position, next(csv.reader([text], delimiter=sheet.separator))
            if position >= last:
                break
