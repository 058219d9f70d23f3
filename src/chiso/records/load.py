"""Loading records: files → recognised → typed tables, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.assignment_rows import holds_assignments
from chiso.records.corrections import load_corrections
from chiso.records.dataset import Records
from chiso.records.loader import Loader
from chiso.records.mapping import Spelling, load_spelling
from chiso.records.progress import SILENT, Progress
from chiso.records.small import read_units
from chiso.records.sources.container import sha256_of
from chiso.records.table_file import TableFile, open_tables
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
) -> Records:
    """Return the records in ``paths`` (files or folders), typed, with every row accounted for.

    ``units`` names the registry where it is not among the records. ``needed`` limits each table to the
    columns a catalogue uses; without it every known column is read. ``mappings`` are YAML files that
    spell headings and values as a source system does; ``corrections`` are filled forms of
    ``--quarantine``. Officials stay codes unless ``show_officials``. Without a registry units are not
    looked at where it is not ``registry_needed``. Raises RecordsError when a file is missing or not
    understood, or no registry is found; a row that cannot be read is set aside instead.
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
    loader = Loader(tree, needed, [file.path for file in files], corrected, progress, show_officials)
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
