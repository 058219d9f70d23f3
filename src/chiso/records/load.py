"""Loading records: files → recognised → typed tables, nothing lost on the way."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import duckdb

from chiso.errors import CannotWriteError, Place, Problem, RecordsError, Text, plural
from chiso.records.assignment_rows import holds_assignments
from chiso.records.cells import quoted
from chiso.records.corrections import Corrections, load_corrections
from chiso.records.dataset import LoadedTable, QuarantinedRow, Records, ReportedFigure, SourceFile
from chiso.records.mapping import Spelling, load_spelling
from chiso.records.part import Part
from chiso.records.personal import drop_personal_columns
from chiso.records.progress import SILENT, Progress
from chiso.records.set_aside import (
    lacking_notes,
    leave_out,
    quarantined_rows,
    sealed,
    settle_units,
    supersede,
)
from chiso.records.small import read_reported, read_units
from chiso.records.sources.container import sha256_of
from chiso.records.table_file import TableFile, open_tables
from chiso.records.typed_table import TypedTable
from chiso.terms.columns import COUNTED_TABLES
from chiso.terms.unit import UnitTree

# What a folder may hold as exports; a file given by name may have any suffix.
_SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".parquet"),
    *(".gz", ".zip", ".xml", ".html", ".htm"),
)
# Files of these kinds lie in folders for other reasons too; unknown ones are named, not refused.
_OFTEN_SOMETHING_ELSE = (".txt", ".json", ".xml", ".html", ".htm", ".zip", ".gz")
_ASSIGNMENTS = Text(
    vi="Bảng phân công, không phải hồ sơ: dùng với --assignments",
    en="Assignments, no records: for --assignments",
)
_NO_REGISTRY_NOTE = Text(
    vi="Không có danh mục đơn vị (units): chưa xét đơn vị nào có trong danh mục",
    en="There is no registry of units: whether a unit is known was not looked at",
)
# A broken export may quarantine every row; the list of details is for reading, the count is exact.
MOST_QUARANTINE_DETAILS = 1_000


def load_records(
    paths: Iterable[str | Path],
    *,
    units: str | Path | None = None,
    reported: Iterable[str | Path] = (),
    needed: Mapping[str, Collection[str]] | None = None,
    mappings: Iterable[str | Path] = (),
    corrections: Iterable[str | Path] = (),
    show_officials: bool = False,
    registry_needed: bool = True,
    progress: Progress = SILENT,
    spark: str | None = None,
) -> Records:
    """Return the records in ``paths`` (files or folders), typed, with every row accounted for.

    ``units`` names the registry where it is not among the records. ``needed`` limits each table to the
    columns a catalogue uses; without it every known column is read. ``mappings`` are YAML files that
    spell headings and values as a source system does; ``corrections`` are filled forms of
    ``--quarantine``. Officials stay codes unless ``show_officials``. Without a registry units are not
    looked at where it is not ``registry_needed``. With ``spark`` (a master's name, "" for the one that
    runs) Spark reads and keeps the tables; it takes UTF-8 CSV and Parquet. Raises RecordsError when a file
    is missing or not understood, or no registry is found; a row that cannot be read is set aside instead.
    """
    given = [Path(path) for path in paths]
    mapping_files = [Path(path) for path in mappings]
    spelling = load_spelling(mapping_files)
    corrected = load_corrections(Path(path) for path in corrections)
    notes = list(_left_out(given))
    unread: list[Problem] = []
    files = _open_all(given, units, reported, spelling, notes, unread)
    registry = [file for file in files if file.recognised.table.name == "units"]
    if registry or registry_needed:
        _check_registry(registry, explicit=units is not None)
        tree, registry_part = read_units(registry[0], corrected)
    else:
        tree, registry_part = UnitTree(()), None
        notes.append(Problem(_NO_REGISTRY_NOTE))
    loader = _loader(spark)(tree, needed, [file.path for file in files], corrected, progress, show_officials)
    for file in files:
        if file.recognised.table.name in COUNTED_TABLES:
            loader.add(file)
    for file in files:
        if file.recognised.table.name == "reported":
            loader.add_reported(file)
    if registry_part is not None:
        loader.add_source(registry_part, sha256_of(registry[0].path))
    corrected.check_used()
    notes.extend(corrected.notes())
    notes.extend(_mapping_notes(mapping_files))
    return loader.finish([*notes, *unread], len(unread))


def _mapping_notes(files: Iterable[Path]) -> Iterator[Problem]:
    """Yield which mappings were used, by their hashes: what they say bears on the score."""
    for path in files:
        short = sha256_of(path)[:12]
        message = Text(vi=f"Dùng ánh xạ này (sha256 {short}…)", en=f"This mapping is used (sha256 {short}…)")
        yield Problem(message, Place(str(path)))


def _open_all(
    paths: Iterable[Path],
    units: str | Path | None,
    reported: Iterable[str | Path],
    spelling: Spelling,
    notes: list[Problem],
    unread: list[Problem],
) -> list[TableFile]:
    problems: list[Problem] = []
    files: list[TableFile] = []
    explicit = [(Path(units), "units")] if units is not None else []
    explicit += [(Path(path), "reported") for path in reported]
    found = [(path, inside) for path, inside in _expanded(paths, problems)]
    opened: set[Path] = set()
    for path, wanted in explicit:
        opened.add(path)
        files.extend(_opened(path, spelling, wanted, problems, unread))
    for path, inside in found:
        if path in opened:
            continue
        opened.add(path)
        tolerated = inside and path.suffix.lower() in _OFTEN_SOMETHING_ELSE
        faults: list[Problem] = []
        files.extend(_opened(path, spelling, None, faults, unread))
        if faults and holds_assignments(path):
            faults = [Problem(_ASSIGNMENTS, Place(str(path)))]
            tolerated = inside
        # A readme beside the records is no reason to refuse them all, but it is named.
        (notes if tolerated else problems).extend(faults)
    if problems:
        raise RecordsError(problems)
    if units is not None:
        chosen = Path(units)
        files = [f for f in files if f.recognised.table.name != "units" or f.path == chosen]
    return files


def _opened(
    path: Path, spelling: Spelling, wanted: str | None, problems: list[Problem], unread: list[Problem]
) -> list[TableFile]:
    try:
        tables = open_tables(path, spelling, unread)
    except RecordsError as error:
        problems.extend(error.problems)
        return []
    if wanted is None:
        return tables
    fitting = [table for table in tables if table.recognised.table.name == wanted]
    if not fitting:
        name = tables[0].recognised.table.name
        message = Text(
            vi=f"Cần bảng {wanted}, tệp này là bảng {name}",
            en=f"Table {wanted} is needed here, this file holds {name}",
        )
        problems.append(Problem(message, Place(str(path))))
    return fitting


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files that ``paths`` name, those inside folders included; raises RecordsError."""
    problems: list[Problem] = []
    found = [path for path, _ in _expanded(paths, problems)]
    if problems:
        raise RecordsError(problems)
    return found


def _expanded(paths: Iterable[Path], problems: list[Problem]) -> Iterator[tuple[Path, bool]]:
    """Yield every file, and whether it was found inside a folder."""
    for given in paths:
        if given.is_dir():
            inside = sorted(path for path in given.iterdir() if _is_export(path))
            if not inside:
                message = Text(vi="Thư mục không có tệp hồ sơ nào", en="The folder holds no file of records")
                problems.append(Problem(message, Place(str(given))))
            yield from ((path, True) for path in inside)
        elif given.exists():
            yield given, False
        else:
            message = Text(vi="Không có tệp hay thư mục này", en="There is no such file or folder")
            problems.append(Problem(message, Place(str(given))))


def _is_export(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _SUFFIXES and not _is_lock(path)


def _is_lock(path: Path) -> bool:
    # What office programs put beside a file that is open.
    return path.name.startswith(("~$", ".~lock", "._"))


def _left_out(paths: Iterable[Path]) -> Iterator[Problem]:
    """Yield a note for everything in a folder that may hold records and is not read."""
    for folder in paths:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir():
                yield Problem(
                    Text(
                        vi="Không đọc: chỉ đọc tệp nằm ngay trong thư mục",
                        en="Not read: only files in the folder itself are",
                    ),
                    Place(str(path)),
                )


def _check_registry(files: Sequence[TableFile], *, explicit: bool) -> None:
    """Raise RecordsError unless there is one registry of units."""
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
        listed = ", ".join(file.label for file in files)
        raise RecordsError(
            Problem(
                Text(vi=f"Có nhiều danh mục đơn vị: {listed}", en=f"There are several registries: {listed}"),
                hint=Text(vi="Chọn một bằng --units TỆP", en="Choose one by --units FILE"),
            )
        )


def _loader(spark: str | None) -> Callable[..., Loader]:
    if spark is None:
        return Loader
    from chiso.records.spark.load import SparkLoader

    return partial(SparkLoader, spark or None)


class Loader:
    """Fills the typed tables file by file; ``finish`` marks what is set aside and seals the result."""

    def __init__(
        self,
        units: UnitTree,
        needed: Mapping[str, Collection[str]] | None,
        paths: Iterable[Path],
        corrections: Corrections,
        progress: Progress,
        show_officials: bool,
    ) -> None:
        self._units = units
        self._needed = needed
        self._corrections = corrections
        self._progress = progress
        self._show_officials = show_officials
        self._connection = _connect(paths)
        self._tables: dict[str, TypedTable] = {}
        self._sources: list[SourceFile] = []
        self._reported: list[ReportedFigure] = []
        self._reported_unreadable = 0
        self._notes: list[Problem] = []
        self._quarantine: list[QuarantinedRow] = []

    def add(self, file: TableFile) -> None:
        """Type the rows of ``file`` into its table."""
        spec = file.recognised.table
        if spec.name not in self._tables:
            needed = None if self._needed is None else self._needed.get(spec.name, ())
            self._tables[spec.name] = TypedTable(
                self._connection, spec, needed, show_officials=self._show_officials
            )
        part, sha256 = self._tables[spec.name].add(file, self._corrections, self._progress)
        self.add_source(part, sha256)

    def add_reported(self, file: TableFile) -> None:
        """Read reported figures."""
        figures, quarantine, part = read_reported(file, self._units, self._corrections)
        self._reported.extend(figures)
        self._quarantine.extend(quarantine)
        self._reported_unreadable += len({row.row for row in quarantine})
        self.add_source(part, sha256_of(file.path))

    def add_source(self, part: Part, sha256: str) -> None:
        """Note what a file was taken for."""
        file = part.file
        self._notes.extend(_file_notes(part))
        kinds = Counter(part.not_records.values())
        kinds.update({"title": file.titles, "blank": file.blank_titles})
        self._sources.append(
            SourceFile(
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
        )

    def finish(self, notes: Iterable[Problem], unread: int) -> Records:
        """Mark unknown units and superseded states, count what is set aside, and seal the records."""
        sealed_tables: dict[str, LoadedTable] = {}
        for name, table in self._tables.items():
            leave_out(table)
            self._notes.extend(drop_personal_columns(table))
            if len(self._units):
                settle_units(table, self._units)
            supersede(table)
            sealed_tables[name] = sealed(table)
            room = MOST_QUARANTINE_DETAILS - len(self._quarantine)
            self._quarantine.extend(quarantined_rows(self._connection, sealed_tables[name], room))
        return Records(
            connection=self._connection,
            units=self._units,
            tables=sealed_tables,
            reported=tuple(self._reported),
            reported_unreadable=self._reported_unreadable,
            files=tuple(self._sources),
            quarantine=tuple(self._quarantine),
            notes=(*notes, *self._notes, *lacking_notes(table.parts for table in self._tables.values())),
            unread=unread,
        )


def _file_notes(part: Part) -> Iterator[Problem]:
    """Yield what the owner of a file should know of how it was read."""
    file = part.file
    place = Place(file.label)
    for column, position in file.recognised.passed_over:
        heading, used = file.headings[position], file.heading(column)
        message = Text(
            vi=f"Cột “{heading}” bị bỏ qua: {column} đã lấy từ cột “{used}”",
            en=f"Column “{heading}” is passed over: {column} is taken from “{used}”",
        )
        yield Problem(message, place)
    for column in file.recognised.positions:
        heading = file.heading(column)
        doubt = file.spelling.doubt_about(file.recognised.table.name, heading)
        if doubt is not None:
            vi, en = f"Cột “{heading}” ({column}): {doubt.vi}", f"Column “{heading}” ({column}): {doubt.en}"
            yield Problem(Text(vi, en), place)
    for column, count in part.recovered.items():
        if count:
            heading = file.heading(column)
            codes = plural(count, "code", "codes")
            were = plural(count, "was a number and is", "were numbers and are")
            message = Text(
                vi=f"{count} mã trong cột “{heading}” bị lưu thành số, đã khôi phục",
                en=f"{count} {codes} in column “{heading}” {were} restored",
            )
            yield Problem(message, place)


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


def _connect(paths: Iterable[Path]) -> duckdb.DuckDBPyConnection:
    """Return a connection that may read the given files and nothing else."""
    connection = duckdb.connect(":memory:")
    folder = _temporary_folder() / f"chiso-{uuid.uuid4().hex}"
    # Whatever spills to disk goes with the connection.
    weakref.finalize(connection, shutil.rmtree, folder, True)
    connection.execute(f"SET temp_directory = {quoted(str(folder))}")
    connection.execute(f"SET allowed_paths = [{', '.join(quoted(str(path)) for path in paths)}]")
    connection.execute(f"SET allowed_directories = [{quoted(str(folder))}]")
    # The tables live as long as the run; writing them out tidily half-way would only cost time.
    connection.execute("SET checkpoint_threshold = '1TB'")
    # Progress is kept for whoever asks for it; DuckDB itself prints nothing.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    # Row positions are row numbers, so rows must stay in the order of the file.
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_external_access = false")
    return connection
