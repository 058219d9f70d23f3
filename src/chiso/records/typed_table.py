"""One typed table: the rows of its files in order, every cell typed, every unreadable cell marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import duckdb

from chiso.errors import Text
from chiso.records.cells import bounded, identifier, quoted, sql_type, typed, unreadable
from chiso.records.dataset import NOT_SET_ASIDE, QUARANTINED
from chiso.records.text_file import Contents, TextFile, blank_lines, rows_of, survey
from chiso.terms.columns import TableSpec

_ROWS_AT_A_TIME = 50_000

# What a cell of each kind should have been; kinds that are not here can hold anything.
UNREADABLE: Mapping[str, Text] = {
    "timestamp": Text(vi="không phải một ngày có thật", en="is not a real date"),
    "date": Text(vi="không phải một ngày có thật", en="is not a real date"),
    "integer": Text(vi="không phải số nguyên", en="is not a whole number"),
    "money": Text(vi="không phải số tiền nguyên (VND)", en="is not a whole amount in VND"),
    "boolean": Text(vi="không phải có/không", en="is neither yes nor no"),
    "enum": Text(vi="không có trong danh mục giá trị", en="is none of the allowed words"),
}


@dataclass
class Part:
    """One file's rows inside a typed table: positions ``first`` up to but not including ``end``."""

    file: TextFile
    first: int
    end: int
    broken: dict[int, Text]


class TypedTable:
    """Rows stand in the order of the files, so that a row's position tells its number.

    Besides its columns the table has ``unread``, a bit for each column whose cell is at fault, and
    ``set_aside``.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, spec: TableSpec, needed: Collection[str] | None
    ) -> None:
        """Make the empty table with the ``needed`` columns (all if None) and those every table needs."""
        wanted = set(spec.columns) if needed is None else set(needed)
        wanted |= {*spec.key, *spec.newest_by, *spec.required}
        if "unit_code" in spec.columns and "unit_name" in spec.columns:
            wanted.add("unit_name")
        self.connection = connection
        self.spec = spec
        self.columns = tuple(column for column in spec.columns.values() if column.name in wanted)
        self.parts: list[Part] = []
        columns = ", ".join(f"{identifier(column.name)} {sql_type(column)}" for column in self.columns)
        connection.execute(f"CREATE TEMP TABLE {spec.name} ({columns}, unread BIGINT, set_aside UTINYINT)")

    def add(self, file: TextFile) -> tuple[Part, Contents]:
        """Type the rows of ``file``; return where they stand and what the file holds in all."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            surveyed = pool.submit(survey, file.path)
            self.connection.begin()
            part = self._read_directly(file)
            contents = surveyed.result()
        if part is not None and _is_whole(part, contents):
            self.connection.commit()
        else:
            # Not strictly well-formed, line breaks in quotes, or rows swallowed by a stray quotation
            # mark: only reading row by row tells.
            self.connection.rollback()
            part = self._read_row_by_row(file)
        self.parts.append(part)
        return part, contents

    def _rows(self) -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {self.spec.name}").fetchall()[0][0])

    def _read_directly(self, file: TextFile) -> Part | None:
        """Let DuckDB read a strictly well-formed file; None where it is not."""
        if set("*?[") & set(str(file.path)):
            # DuckDB would take the name for a pattern, and might find another file by it.
            return None
        names = [f"c{position}" for position in range(file.width)]
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
        source = (
            f"read_csv({quoted(str(file.path))}, header=false, skip={file.header_line}, "
            f"delim={quoted(file.separator)}, quote='\"', escape='\"', auto_detect=false, "
            f"strict_mode=true, null_padding=false, ignore_errors=false, nullstr='', "
            f"encoding='utf-8', columns={{{columns}}})"
        )
        first = self._rows()
        cells = {name: f"c{position}" for name, position in file.recognised.positions.items()}
        try:
            self._insert(cells, source)
        except duckdb.Error:
            # DuckDB's message quotes the line, so it is not passed on; row by row says what is wrong.
            return None
        return Part(file, first, self._rows(), {})

    def _read_row_by_row(self, file: TextFile) -> Part:
        first = self._rows()
        broken: dict[int, Text] = {}
        positions = file.recognised.positions
        read = [column.name for column in self.columns if column.name in positions]
        position = first
        rows = rows_of(file)
        while chunk := list(islice(rows, _ROWS_AT_A_TIME)):
            cells: dict[str, list[str | None]] = {name: [] for name in read}
            for row in chunk:
                if row.cells is None:
                    assert row.fault is not None
                    broken[position] = row.fault
                for name in read:
                    cells[name].append(row.cells[positions[name]] if row.cells is not None else None)
                position += 1
            source = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {identifier(name)}" for name in read)
            names = {name: identifier(name) for name in read}
            self._insert(names, f"(SELECT {source})", [cells[name] for name in read])
        if broken:
            self.connection.execute(
                f"UPDATE {self.spec.name} SET set_aside = {QUARANTINED}, unread = 0 "
                "WHERE rowid IN (SELECT unnest(CAST(? AS BIGINT[])))",
                [list(broken)],
            )
        return Part(file, first, self._rows(), broken)

    def _insert(
        self,
        cells: Mapping[str, str],
        source: str,
        parameters: Sequence[Sequence[str | None]] = (),
    ) -> None:
        """Type the columns of ``source``; mark cells that are filled but cannot be read."""
        present = [column for column in self.columns if column.name in cells]
        names = {column.name: identifier(column.name) for column in present}
        raw = ", ".join(f"{cells[c.name]} AS {_raw(c.name)}" for c in present)
        parse = ", ".join(
            f"{_raw(c.name)}, {typed(self.spec.name, c, _raw(c.name))} AS {names[c.name]}" for c in present
        )
        bound = ", ".join(f"{_raw(c.name)}, {bounded(c, names[c.name])} AS {names[c.name]}" for c in present)
        faults = [
            f"CASE WHEN {condition} THEN {1 << position} ELSE 0 END"
            for position, condition in self._fault_conditions(cells)
        ]
        unread = " + ".join(faults) or "0"
        values = ", ".join(names.get(column.name, "NULL") for column in self.columns)
        self.connection.execute(
            f"INSERT INTO {self.spec.name} "
            f"SELECT {values}, unread, CASE WHEN unread = 0 THEN {NOT_SET_ASIDE} ELSE {QUARANTINED} END "
            f"FROM (SELECT *, {unread} AS unread FROM (SELECT {bound} FROM (SELECT {parse} "
            f"FROM (SELECT {raw} FROM {source}))))",
            parameters,
        )

    def _fault_conditions(self, cells: Mapping[str, str]) -> Iterator[tuple[int, str]]:
        """Yield the bit and the condition of every fault a row may have."""
        for position, column in enumerate(self.columns):
            if column.name not in cells:
                continue
            name = identifier(column.name)
            if column.name == "unit_code" and "unit_name" in cells:
                continue
            if column.name in self.spec.required:
                yield position, f"{name} IS NULL"
            elif column.kind in UNREADABLE:
                yield position, unreadable(_raw(column.name), name)


def _is_whole(part: Part, contents: Contents) -> bool:
    """Return whether every line of the file that is not blank became a row."""
    if contents.lone_returns:
        return False
    rows = part.end - part.first
    if rows + part.file.header_line == contents.lines:
        return True
    return rows + part.file.header_row == contents.lines - blank_lines(part.file.path)


def _raw(column: str) -> str:
    """Return the identifier of a column's cells before they are typed."""
    return identifier(f"raw {column}")
