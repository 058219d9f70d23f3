"""Reading a store: the records that its exports give, without reading rows that cannot matter."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.cells import identifier
from chiso.records.dataset import (
    NOT_SET_ASIDE,
    QUARANTINED,
    SUPERSEDED,
    LoadedTable,
    QuarantinedRow,
    Reach,
    Records,
    SourceFile,
    Unopened,
)
from chiso.records.loader import MOST_QUARANTINE_DETAILS, ReadFile, ReportedRows, connect
from chiso.records.part import Origin, Part
from chiso.records.set_aside import columns_of_all, lacking_notes, quarantined_rows, supersede
from chiso.records.store import columns as stored
from chiso.records.store.manifest import Manifest, Note, Piece, Source, StoredOrigin
from chiso.records.typed_rows import columns_read
from chiso.terms.columns import COUNTED_TABLES, TABLES, ColumnSpec, TableSpec
from chiso.terms.steps import tell_opened
from chiso.terms.unit import UnitTree


def read_store(
    file: Path,
    manifest: Manifest,
    needed: Mapping[str, Collection[str]] | None,
    beside: Mapping[str, Collection[str]],
    reported: Iterable[ReadFile],
    reach: Reach | None,
) -> Records:
    """Return the records of a store, its tables typed as far as ``needed``, and ``beside`` that.

    ``reported`` are further figures, read beside it. With a ``reach`` rows that it proves to lie outside are
    left where they are. Raises RecordsError where a piece is gone.
    """
    reading = _Reading(file.parent, manifest, needed, beside, reach)
    tables = {name: reading.table(TABLES[name]) for name in reading.names}
    return reading.records(tables, tuple(reported))


class _Reading:
    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        needed: Mapping[str, Collection[str]] | None,
        beside: Mapping[str, Collection[str]],
        reach: Reach | None,
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._needed = needed
        self._beside = beside
        self._reach = reach
        counted = [source.file.table for source in manifest.sources if source.file.table in COUNTED_TABLES]
        self.names = tuple(dict.fromkeys(counted))
        self._parts = {name: tuple(_parts(manifest.of_table(name))) for name in self.names}
        self._present = {name: columns_of_all(parts) for name, parts in self._parts.items()}
        self._chosen = {name: self._pieces(name) for name in self.names}
        self._check_pieces()
        paths = [self._path(piece) for pieces in self._chosen.values() for piece in pieces]
        self._connection = connect(paths)
        self._quarantine: list[QuarantinedRow] = []

    def _path(self, piece: Piece) -> Path:
        return self._folder / piece.path

    def _pieces(self, name: str) -> tuple[Piece, ...]:
        """Return the pieces of a table that are opened."""
        pieces = self._manifest.tables[name].pieces
        if self._reach is None:
            return pieces
        outside = self._reach.cannot_hold(name, self._present)
        return tuple(
            piece
            for piece in pieces
            if piece.kind == "apart" or (piece.kind == "newest" and not all(map(outside, piece.profiles)))
        )

    def _check_pieces(self) -> None:
        problems = []
        for piece in (piece for pieces in self._chosen.values() for piece in pieces):
            path = self._path(piece)
            if not path.is_file() or path.stat().st_size != piece.bytes:
                message = Text(
                    vi="Tệp này của kho mất hoặc bị thay đổi",
                    en="This file of the store is gone, or is not what it was",
                )
                problems.append(Problem(message, Place(str(path)), _RUN_AGAIN))
        if problems:
            raise RecordsError(problems)

    def table(self, spec: TableSpec) -> LoadedTable:
        """Put a table beside the others as reading its files would have left it, and return what it holds."""
        columns = self._columns(spec)
        everything, parts = self._manifest.tables[spec.name], self._parts[spec.name]
        opened = self._chosen[spec.name]
        self._read_apart(spec, columns, [piece for piece in opened if piece.kind == "apart"])
        quarantined, superseded = self._set_aside(spec)
        names = stored.listed(column.name for column in columns)
        position = _position(self._manifest.of_table(spec.name), parts)
        selected = [f"SELECT {names}, unread, set_aside, rowid FROM {_apart(spec)}"]
        for kind, fate in (("newest", NOT_SET_ASIDE), ("older", SUPERSEDED)):
            paths = [self._path(piece) for piece in opened if piece.kind == kind]
            if paths:
                selected.append(
                    f"SELECT {names}, CAST(0 AS BIGINT), CAST({fate} AS UTINYINT), {position} "
                    f"FROM {stored.read_parquet(paths)}"
                )
        # Where rows are only counted each is looked at once or twice; anything else looks again and again.
        form = "TABLE" if self._reach is None else "VIEW"
        union = " UNION ALL ".join(selected)
        self._connection.execute(f"CREATE TEMP {form} {spec.name} AS {union}")
        left = [piece for piece in everything.pieces if piece not in opened]
        names_opened = tuple(piece.label or piece.kind for piece in opened)
        tell_opened(spec.name, names_opened, len(everything.pieces))
        loaded = LoadedTable(
            spec=spec,
            columns=self._present[spec.name],
            rows_read=sum(source.file.rows_read for source in self._manifest.of_table(spec.name)),
            quarantined=quarantined,
            superseded=superseded + everything.rows("older"),
            parts=parts,
            typed_columns=columns,
            beside=frozenset(column.name for column in columns) - self._judged(spec.name),
            unopened=Unopened(
                outside=sum(piece.rows for piece in left if piece.kind == "newest"),
                superseded=sum(piece.rows for piece in left if piece.kind == "older"),
            ),
        )
        room = MOST_QUARANTINE_DETAILS - len(self._quarantine)
        self._quarantine.extend(quarantined_rows(self._connection, loaded, room))
        return loaded

    def _read_apart(self, spec: TableSpec, columns: tuple[ColumnSpec, ...], pieces: list[Piece]) -> None:
        """Read the rows set apart; which of them are in quarantine, the columns that are judged decide."""
        every, judged = list(spec.columns), self._judged(spec.name)
        bits = [(every.index(c.name), number) for number, c in enumerate(columns) if c.name in judged]
        mask = sum(1 << there for there, _ in bits)
        unread, faults = identifier(stored.UNREAD), identifier(stored.CELL_FAULTS)
        here = " + ".join(f"(({unread} >> {there}) & 1) * {1 << number}" for there, number in bits)
        at_fault = (
            f"{identifier(stored.BROKEN)} OR NOT {identifier(stored.UNIT_KNOWN)} "
            f"OR {unread} & {mask} <> 0 OR {faults} & {mask} <> 0"
        )
        names = stored.listed(column.name for column in columns)
        parts = self._parts[spec.name]
        position = _position(self._manifest.of_table(spec.name), parts)
        source = stored.read_parquet([self._path(piece) for piece in pieces])
        if not pieces:
            source = stored.no_rows(spec, apart=True)
        self._connection.execute(
            f"CREATE TEMP TABLE {_apart(spec)} AS SELECT {names}, {here} AS unread, "
            f"CAST(CASE WHEN {at_fault} THEN {QUARANTINED} ELSE {NOT_SET_ASIDE} END AS UTINYINT) "
            "AS set_aside, "
            f"{position} AS rowid, {stored.FAULTS}, {stored.CELLS} FROM {source}"
        )
        told = self._connection.execute(
            f"SELECT rowid, {stored.FAULTS}, {stored.CELLS} FROM {_apart(spec)} "
            f"WHERE set_aside = {QUARANTINED} ORDER BY rowid"
        )
        number = 0
        while rows := told.fetchmany(_ROWS_AT_A_TIME):
            for row_id, texts, cells in rows:
                while row_id >= parts[number].end:
                    number += 1
                _tell(parts[number], row_id, texts, cells, judged)

    def _set_aside(self, spec: TableSpec) -> tuple[int, int]:
        """Mark older states among the rows set apart; return how many rows are in quarantine, and older."""
        supersede(self._connection, spec, _apart(spec))
        ((quarantined, superseded),) = self._connection.execute(
            f"SELECT count(*) FILTER (set_aside = {QUARANTINED}), "
            f"count(*) FILTER (set_aside = {SUPERSEDED}) FROM {_apart(spec)}"
        ).fetchall()
        return quarantined, superseded

    def records(self, tables: Mapping[str, LoadedTable], reported: tuple[ReadFile, ...]) -> Records:
        """Return the records: what is said of them is what reading the files would have said."""
        manifest = self._manifest
        sources = manifest.sources
        counted = [source for source in sources if source.file.table in COUNTED_TABLES]
        told = [source for source in sources if source.file.table == "reported"]
        registry = [source for source in sources if source.file.table == "units"]
        figures = [each.reported for each in reported if each.reported is not None]
        figures += [ReportedRows(source.figures, source.quarantine) for source in told]
        of_reported = tuple(row for each in figures for row in each.quarantine)
        notes = [remark.problem for remark in manifest.remarks]
        for source in counted:
            notes.extend(_about(source.notes, self._judged(source.file.table)))
        notes.extend(problem for each in reported for _, problem in each.notes)
        for source in (*told, *registry):
            notes.extend(_about(source.notes, self._judged(source.file.table)))
        for name in self.names:
            for source in manifest.of_table(name):
                notes.extend(_about(source.personal, {column.name for column in self._columns(TABLES[name])}))
        return Records(
            connection=self._connection,
            units=UnitTree(manifest.units),
            tables=tables,
            reported=tuple(figure for each in figures for figure in each.figures),
            reported_unreadable=len({(row.label, row.row) for row in of_reported}),
            files=(
                *map(self._source_file, counted),
                *(each.source for each in reported),
                *(source.file for source in (*told, *registry)),
            ),
            quarantine=(*of_reported, *self._quarantine),
            notes=(*notes, *lacking_notes(tables.values())),
            unread=sum(remark.about == "unread" for remark in manifest.remarks),
            reach=self._reach,
        )

    def _source_file(self, source: Source) -> SourceFile:
        judged, file = self._judged(source.file.table), source.file
        recovered = {column: count for column, count in file.recovered.items() if column in judged}
        return replace(file, recovered=recovered)

    def _columns(self, spec: TableSpec) -> tuple[ColumnSpec, ...]:
        """Return the columns that are read of a table."""
        needed = None if self._needed is None else self._needed.get(spec.name, ())
        return columns_read(spec, needed, self._beside.get(spec.name, ()))

    def _judged(self, table: str) -> frozenset[str]:
        """Return the columns that set rows of a table aside; of those that are not counted all do."""
        needed = self._needed if table in COUNTED_TABLES else None
        columns = columns_read(TABLES[table], None if needed is None else needed.get(table, ()))
        return frozenset(column.name for column in columns)


def _about(notes: Iterable[Note], columns: Collection[str]) -> Iterator[Problem]:
    """Yield what is said of a file, or of these columns of it."""
    for note in notes:
        if note.column is None or note.column in columns:
            yield note.problem


_ROWS_AT_A_TIME = 10_000
_RUN_AGAIN = Text(
    vi="Nếu chiso import vừa chạy cùng lúc thì chạy lại; nếu không, nhập lại vào một thư mục mới",
    en="If chiso import ran at the same time run again; if not, import again into a new folder",
)


def _apart(spec: TableSpec) -> str:
    return f"{spec.name}_apart"


def _parts(sources: Iterable[Source]) -> Iterator[Part[Origin]]:
    """Yield where the rows of each source would stand if its file were read."""
    first = 0
    for source in sources:
        yield Part(StoredOrigin(source), first, first + source.below)
        first += source.below


def _position(sources: Iterable[Source], parts: Iterable[Part[Origin]]) -> str:
    """Return the SQL of the position at which a row would stand if its file were read."""
    firsts = {source.number: part.first for source, part in zip(sources, parts, strict=True)}
    listed = ", ".join(str(firsts.get(number, 0)) for number in range(1, max(firsts) + 1))
    return f"CAST([{listed}] AS BIGINT[])[{identifier(stored.SOURCE)}] + {identifier(stored.ROW)}"


def _tell(
    part: Part[Origin], position: int, faults: str | None, cells: str | None, judged: Collection[str]
) -> None:
    """Note why a row set apart cannot be used, and what is safe to show of it."""
    for column, vi, en in [] if faults is None else json.loads(faults):
        if column is None:
            part.broken[position] = Text(vi, en)
        elif column in judged:
            part.cell_faults.setdefault(position, []).append((column, Text(vi, en)))
    if cells is not None:
        part.safe_cells[position] = json.loads(cells)
