"""Filling the typed tables file by file, and sealing what came of it."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import duckdb

from chiso.errors import CannotWriteError, Place, Problem, Text, plural
from chiso.records.cells import quoted
from chiso.records.corrections import Corrections
from chiso.records.dataset import Cluster, LoadedTable, QuarantinedRow, Records, ReportedFigure, SourceFile
from chiso.records.part import Part
from chiso.records.personal import drop_personal_columns, forget_personal_names
from chiso.records.progress import Progress
from chiso.records.set_aside import (
    lacking_notes,
    leave_out,
    quarantined_rows,
    sealed,
    settle_units,
    supersede,
)
from chiso.records.small import read_reported
from chiso.records.sources.container import sha256_of
from chiso.records.table_file import TableFile
from chiso.records.typed_table import TypedTable
from chiso.terms.numbers import number_text
from chiso.terms.unit import UnitTree

# A broken export may quarantine every row; the list of details is for reading, the count is exact.
MOST_QUARANTINE_DETAILS = 1_000

# An import types every column of every row, and sorts the rows into many files at once: what does not fit
# into this waits on the disk, however much memory there is.
_MEMORY_OF_IMPORT = "1GB"

# What is said of a file; with the column that it is said of, where it is said only if that is read.
FileNote: TypeAlias = tuple[str | None, Problem]
PersonalNote: TypeAlias = tuple[Part[TableFile], str, Problem]


@dataclass(frozen=True)
class ReportedRows:
    """The reported figures of one file, and its rows set aside."""

    figures: tuple[ReportedFigure, ...]
    quarantine: tuple[QuarantinedRow, ...]


@dataclass(frozen=True)
class ReadFile:
    """One file, or one sheet of it, that was read: what it was taken for, its rows, what is said of it."""

    source: SourceFile
    part: Part[TableFile]
    notes: tuple[FileNote, ...]
    reported: ReportedRows | None


class Loader:
    """Fills the typed tables file by file; ``finish`` marks what is set aside and seals the result."""

    def __init__(
        self,
        units: UnitTree,
        needed: Mapping[str, Collection[str]] | None,
        beside: Mapping[str, Collection[str]],
        paths: Iterable[Path],
        corrections: Corrections,
        progress: Progress,
        show_officials: bool,
        store: Path | None = None,
    ) -> None:
        self._units = units
        self._needed = needed
        self._beside = beside
        self._corrections = corrections
        self._progress = progress
        self._show_officials = show_officials
        self.connection = connect(paths, store)
        self.tables: dict[str, TypedTable] = {}
        self.read: list[ReadFile] = []
        self._reported: list[ReportedFigure] = []
        self._reported_unreadable = 0
        self._quarantine: list[QuarantinedRow] = []

    def add(self, file: TableFile) -> None:
        """Type the rows of ``file`` into its table."""
        spec = file.recognised.table
        if spec.name not in self.tables:
            needed = None if self._needed is None else self._needed.get(spec.name, ())
            self.tables[spec.name] = TypedTable(
                self.connection,
                spec,
                needed,
                beside=self._beside.get(spec.name, ()),
                show_officials=self._show_officials,
            )
        part, sha256 = self.tables[spec.name].add(file, self._corrections, self._progress)
        self.add_source(part, sha256)

    def add_reported(self, file: TableFile) -> None:
        """Read reported figures."""
        figures, quarantine, part = read_reported(file, self._units, self._corrections)
        self._reported.extend(figures)
        self._quarantine.extend(quarantine)
        self._reported_unreadable += len({row.row for row in quarantine})
        self.add_source(part, sha256_of(file.path), ReportedRows(tuple(figures), tuple(quarantine)))

    def add_source(self, part: Part[TableFile], sha256: str, reported: ReportedRows | None = None) -> None:
        """Note what a file was taken for."""
        file = part.file
        kinds = Counter(part.not_records.values())
        kinds.update({"title": file.titles, "blank": file.blank_titles})
        source = SourceFile(
            path=str(file.path),
            table=file.recognised.table.name,
            sha256=sha256,
            header_row=file.header_row,
            rows_read=part.records,
            columns={column: file.heading(column) for column in file.recognised.positions},
            format=file.sheet.format,
            sheet=file.sheet.name,
            encoding=file.header.conversion or file.sheet.encoding,
            separator=file.sheet.separator,
            not_records={kind: count for kind, count in sorted(kinds.items()) if count},
            recovered={column: count for column, count in part.recovered.items() if count},
        )
        self.read.append(ReadFile(source, part, tuple(_file_notes(part)), reported))

    def settle(self) -> list[PersonalNote]:
        """Take out what is no record and what is personal, and give every row its unit's code.

        Return what is to be said of columns that are not read.
        """
        notes: list[PersonalNote] = []
        for table in self.tables.values():
            leave_out(table)
            notes.extend(drop_personal_columns(table))
            if len(self._units):
                settle_units(table, self._units)
            forget_personal_names(table, self._units)
        return notes

    def finish(self, notes: Iterable[Problem], unread: int) -> Records:
        """Mark unknown units and superseded states, count what is set aside, and seal the records."""
        personal = [note for _, _, note in self.settle()]
        sealed_tables: dict[str, LoadedTable] = {}
        for name, table in self.tables.items():
            supersede(self.connection, table.spec, name)
            sealed_tables[name] = sealed(table)
            room = MOST_QUARANTINE_DETAILS - len(self._quarantine)
            self._quarantine.extend(quarantined_rows(self.connection, sealed_tables[name], room))
        return self._records(sealed_tables, notes, personal, unread)

    def _records(
        self,
        tables: Mapping[str, LoadedTable],
        notes: Iterable[Problem],
        personal: Iterable[Problem],
        unread: int,
        cluster: Cluster | None = None,
    ) -> Records:
        """Return the records, and all that is said of them."""
        of_files = [problem for each in self.read for _, problem in each.notes]
        return Records(
            connection=self.connection,
            units=self._units,
            tables=tables,
            reported=tuple(self._reported),
            reported_unreadable=self._reported_unreadable,
            files=tuple(each.source for each in self.read),
            quarantine=tuple(self._quarantine),
            notes=(*notes, *of_files, *personal, *lacking_notes(tables.values())),
            unread=unread,
            cluster=cluster,
        )


def _file_notes(part: Part[TableFile]) -> Iterator[FileNote]:
    """Yield what the owner of a file should know of how it was read."""
    file = part.file
    place = Place(file.label)
    for column, position in file.recognised.passed_over:
        heading, used = file.headings[position], file.heading(column)
        message = Text(
            vi=f"Cột “{heading}” bị bỏ qua: {column} đã lấy từ cột “{used}”",
            en=f"Column “{heading}” is passed over: {column} is taken from “{used}”",
        )
        yield None, Problem(message, place)
    for column in file.recognised.positions:
        heading = file.heading(column)
        doubt = file.spelling.doubt_about(file.recognised.table.name, heading)
        if doubt is not None:
            vi, en = f"Cột “{heading}” ({column}): {doubt.vi}", f"Column “{heading}” ({column}): {doubt.en}"
            yield None, Problem(Text(vi, en), place)
    for column, count in part.recovered.items():
        if count:
            heading = file.heading(column)
            codes = plural(count, "code", "codes")
            were = plural(count, "was a number and is", "were numbers and are")
            message = Text(
                vi=f"{number_text(count, 'vi')} mã trong cột “{heading}” bị lưu thành số, đã khôi phục",
                en=f"{number_text(count, 'en')} {codes} in column “{heading}” {were} restored",
            )
            yield column, Problem(message, place)


def _temporary_folder() -> Path:
    """Return where what does not fit into memory may go; raises CannotWriteError where there is no such."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise CannotWriteError(
            Problem(
                Text(vi="Không có thư mục tạm nào ghi được", en="No temporary folder can be written to"),
                hint=Text(
                    vi="Xem đĩa còn chỗ không, hoặc đặt biến TMPDIR",
                    en="See whether the disk has room, or set the variable TMPDIR",
                ),
            )
        ) from error


def connect(paths: Iterable[Path], store: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that may read the given files, write into the ``store``, and nothing else."""
    connection = duckdb.connect(":memory:")
    folder = _temporary_folder() / f"chiso-{uuid.uuid4().hex}"
    # Whatever spills to disk goes with the connection.
    weakref.finalize(connection, shutil.rmtree, folder, True)
    connection.execute(f"SET temp_directory = {quoted(str(folder))}")
    connection.execute(f"SET allowed_paths = [{', '.join(quoted(str(path)) for path in paths)}]")
    folders = [folder] if store is None else [folder, store]
    connection.execute(f"SET allowed_directories = [{', '.join(quoted(str(each)) for each in folders)}]")
    if store is not None:
        connection.execute(f"SET memory_limit = '{_MEMORY_OF_IMPORT}'")
    # The tables live as long as the run; writing them out tidily half-way would only cost time.
    connection.execute("SET checkpoint_threshold = '1TB'")
    # Progress is kept for whoever asks for it; DuckDB itself prints nothing.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    # Row positions are row numbers, so rows must stay in the order of the file.
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_external_access = false")
    return connection
