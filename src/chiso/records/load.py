"""Loading records: files → recognised → typed tables, nothing lost on the way."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.cells import quoted
from chiso.records.dataset import QuarantinedRow, Records, ReportedFigure, SourceFile
from chiso.records.set_aside import (
    lacking_notes,
    quarantined_rows,
    sealed,
    settle_units,
    supersede,
)
from chiso.records.small import read_reported, read_units
from chiso.records.text_file import Contents, TextFile, open_text, survey
from chiso.records.typed_table import TypedTable
from chiso.terms.columns import COUNTED_TABLES
from chiso.terms.unit import UnitTree

_SUFFIXES = (".csv", ".tsv", ".txt")
# Exports that a later version may read; today their owner is told that they were not.
_UNREAD_SUFFIXES = (".xlsx", ".xls", ".ods", ".json", ".jsonl", ".parquet", ".gz", ".zip", ".xml", ".html")
# A broken export may quarantine every row; the list of details is for reading, the count is exact.
MOST_QUARANTINE_DETAILS = 1_000


def load_records(
    paths: Iterable[str | Path],
    *,
    units: str | Path | None = None,
    reported: Iterable[str | Path] = (),
    needed: Mapping[str, Collection[str]] | None = None,
) -> Records:
    """Return the records in ``paths`` (files or folders), typed, with every row accounted for.

    ``units`` names the registry where it is not among the records. ``needed`` limits each table to the
    columns a catalogue uses; without it every known column is read. Raises RecordsError when a file is
    missing or not understood, or no registry is found; a row that cannot be read is set aside instead.
    """
    given = [Path(path) for path in paths]
    notes = list(_left_out(given))
    files = _open_all(given, units, reported)
    registry = [file for file in files if file.recognised.table.name == "units"]
    tree = _registry(registry, explicit=units is not None)
    loader = _Loader(tree, needed, [file.path for file in files])
    for file in files:
        if file.recognised.table.name in COUNTED_TABLES:
            loader.add(file)
    for file in files:
        if file.recognised.table.name == "reported":
            loader.add_reported(file)
    for file in registry:
        loader.add_source(file, survey(file.path), len(tree))
    return loader.finish(notes)


def _open_all(
    paths: Iterable[Path], units: str | Path | None, reported: Iterable[str | Path]
) -> list[TextFile]:
    problems: list[Problem] = []
    files: list[TextFile] = []
    explicit = [(Path(units), "units")] if units is not None else []
    explicit += [(Path(path), "reported") for path in reported]
    found = [(path, None) for path in _expanded(paths, problems)]
    for path, wanted in (*explicit, *found):
        if any(path == file.path for file in files):
            continue
        try:
            file = open_text(path)
        except RecordsError as error:
            problems.extend(error.problems)
            continue
        if wanted is not None and file.recognised.table.name != wanted:
            name = file.recognised.table.name
            message = Text(
                vi=f"Cần bảng {wanted}, tệp này là bảng {name}",
                en=f"Table {wanted} is needed here, this file holds {name}",
            )
            problems.append(Problem(message, Place(str(path))))
        files.append(file)
    if problems:
        raise RecordsError(problems)
    if units is not None:
        chosen = Path(units)
        files = [f for f in files if f.recognised.table.name != "units" or f.path == chosen]
    return files


def _expanded(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for given in paths:
        if given.is_dir():
            inside = sorted(path for path in given.iterdir() if _is_export(path))
            if not inside:
                message = Text(vi="Thư mục không có tệp CSV nào", en="The folder holds no CSV file")
                problems.append(Problem(message, Place(str(given))))
            yield from inside
        elif given.exists():
            yield given
        else:
            message = Text(vi="Không có tệp hay thư mục này", en="There is no such file or folder")
            problems.append(Problem(message, Place(str(given))))


def _is_export(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _SUFFIXES


def _left_out(paths: Iterable[Path]) -> Iterator[Problem]:
    """Yield a note for everything in a folder that may hold records and is not read."""
    for folder in paths:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir() or path.suffix.lower() in _UNREAD_SUFFIXES:
                yield Problem(
                    Text(
                        vi="Không đọc: chỉ đọc tệp CSV nằm ngay trong thư mục",
                        en="Not read: only CSV files in the folder itself are",
                    ),
                    Place(str(path)),
                )


def _registry(files: Sequence[TextFile], *, explicit: bool) -> UnitTree:
    if not files:
        raise RecordsError(
            Problem(
                Text(vi="Chưa có danh mục đơn vị (units)", en="There is no registry of units"),
                hint=Text(
                    vi="Đặt units.csv cạnh hồ sơ hoặc dùng --units TỆP; mẫu: chiso sample --templates",
                    en="Put units.csv beside the records or use --units FILE; see chiso sample --templates",
                ),
            )
        )
    if len(files) > 1 and not explicit:
        listed = ", ".join(str(file.path) for file in files)
        raise RecordsError(
            Problem(
                Text(vi=f"Có nhiều danh mục đơn vị: {listed}", en=f"There are several registries: {listed}"),
                hint=Text(vi="Chọn một bằng --units TỆP", en="Choose one by --units FILE"),
            )
        )
    return read_units(files[0])


class _Loader:
    """Fills the typed tables file by file; ``finish`` marks what is set aside and seals the result."""

    def __init__(
        self, units: UnitTree, needed: Mapping[str, Collection[str]] | None, paths: Iterable[Path]
    ) -> None:
        self._units = units
        self._needed = needed
        self._connection = _connect(paths)
        self._tables: dict[str, TypedTable] = {}
        self._sources: list[SourceFile] = []
        self._reported: list[ReportedFigure] = []
        self._reported_unreadable = 0
        self._passed_over: list[Problem] = []
        self._quarantine: list[QuarantinedRow] = []

    def add(self, file: TextFile) -> None:
        """Type the rows of ``file`` into its table."""
        spec = file.recognised.table
        if spec.name not in self._tables:
            needed = None if self._needed is None else self._needed.get(spec.name, ())
            self._tables[spec.name] = TypedTable(self._connection, spec, needed)
        part, contents = self._tables[spec.name].add(file)
        self.add_source(file, contents, part.end - part.first)

    def add_reported(self, file: TextFile) -> None:
        """Read reported figures."""
        figures, quarantine = read_reported(file, self._units)
        self._reported.extend(figures)
        self._quarantine.extend(quarantine)
        unreadable = len({row.row for row in quarantine})
        self._reported_unreadable += unreadable
        self.add_source(file, survey(file.path), len(figures) + unreadable)

    def add_source(self, file: TextFile, contents: Contents, rows: int) -> None:
        """Note what a file was taken for."""
        for column, position in file.recognised.passed_over:
            heading, used = file.headings[position], file.heading(column)
            message = Text(
                vi=f"Cột “{heading}” bị bỏ qua: {column} đã lấy từ cột “{used}”",
                en=f"Column “{heading}” is passed over: {column} is taken from “{used}”",
            )
            self._passed_over.append(Problem(message, Place(str(file.path))))
        self._sources.append(
            SourceFile(
                path=str(file.path),
                table=file.recognised.table.name,
                sha256=contents.sha256,
                separator=file.separator,
                header_row=file.header_row,
                rows_read=rows,
                columns={column: file.heading(column) for column in file.recognised.positions},
            )
        )

    def finish(self, notes: Iterable[Problem]) -> Records:
        """Mark unknown units and superseded states, count what is set aside, and seal the records."""
        for table in self._tables.values():
            settle_units(table, self._units)
            supersede(table)
            room = MOST_QUARANTINE_DETAILS - len(self._quarantine)
            self._quarantine.extend(quarantined_rows(table, room))
        return Records(
            connection=self._connection,
            units=self._units,
            tables={name: sealed(table) for name, table in self._tables.items()},
            reported=tuple(self._reported),
            reported_unreadable=self._reported_unreadable,
            files=tuple(self._sources),
            quarantine=tuple(self._quarantine),
            notes=(*notes, *self._passed_over, *lacking_notes(self._tables.values())),
        )


def _connect(paths: Iterable[Path]) -> duckdb.DuckDBPyConnection:
    """Return a connection that may read the given files and nothing else."""
    connection = duckdb.connect(":memory:")
    folder = Path(tempfile.gettempdir()) / f"chiso-{uuid.uuid4().hex}"
    # Whatever spills to disk goes with the connection.
    weakref.finalize(connection, shutil.rmtree, folder, True)
    connection.execute(f"SET temp_directory = {quoted(str(folder))}")
    connection.execute(f"SET allowed_paths = [{', '.join(quoted(str(path)) for path in paths)}]")
    connection.execute(f"SET allowed_directories = [{quoted(str(folder))}]")
    # The tables live as long as the run; writing them out tidily half-way would only cost time.
    connection.execute("SET checkpoint_threshold = '1TB'")
    # Row positions are row numbers, so rows must stay in the order of the file.
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_external_access = false")
    return connection
