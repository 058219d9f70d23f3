"""Loading records: files → recognised → typed tables, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text, UsageError
from chiso.records.corrections import Corrections, load_corrections
from chiso.records.dataset import Reach, Records
from chiso.records.loader import Loader
from chiso.records.mapping import load_spelling
from chiso.records.opening import asked_files, check_registry, left_out, open_all
from chiso.records.progress import SILENT, Progress
from chiso.records.small import read_units
from chiso.records.sources.container import sha256_of
from chiso.records.store.manifest import manifest_at, read_manifest
from chiso.records.store.reading import read_store
from chiso.terms.columns import COUNTED_TABLES
from chiso.terms.unit import UnitTree

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
    beside: Mapping[str, Collection[str]] | None = None,
    mappings: Iterable[str | Path] = (),
    corrections: Iterable[str | Path] = (),
    show_officials: bool = False,
    registry_needed: bool = True,
    progress: Progress = SILENT,
    reach: Reach | None = None,
    spark: str | None = None,
) -> Records:
    """Return the records in ``paths`` (files or folders), typed, with every row accounted for.

    ``units`` names the registry where it is not among the records. ``needed`` limits each table to the
    columns a catalogue uses; without it every known column is read. Columns ``beside`` them are read too,
    and set no row aside: what cannot be read of them is absent. ``mappings`` are YAML files that
    spell headings and values as a source system does; ``corrections`` are filled forms of
    ``--quarantine``. Officials stay codes unless ``show_officials``. Without a registry units are not
    looked at where it is not ``registry_needed``. A store among ``paths`` stands for the exports it was made
    from; of its rows those may be left out that a ``reach`` proves to lie outside. With ``spark`` (a master's
    name, "" for the one that runs) Spark reads and keeps the tables; it takes UTF-8 CSV and Parquet. Raises
    RecordsError when a file is missing or not understood, or no registry is found; a row that cannot be read
    is set aside instead.
    """
    given = [Path(path) for path in paths]
    stores = [found for path in given if (found := manifest_at(path)) is not None]
    if stores:
        settled = (units, mappings, corrections)
        _refuse_what_is_settled(stores, *settled, show_officials=show_officials, spark=spark is not None)
        others = [path for path in given if manifest_at(path) is None]
        return _read_from_store(stores[0], others, reported, needed, beside or {}, reach)
    mapping_files = [Path(path) for path in mappings]
    spelling = load_spelling(mapping_files)
    corrected = load_corrections(Path(path) for path in corrections)
    notes = list(left_out(given))
    unread: list[Problem] = []
    problems: list[Problem] = []
    asked = asked_files(given, units, reported, problems)
    files = open_all(asked, spelling, notes, unread, problems)
    registry = [file for file in files if file.recognised.table.name == "units"]
    if registry or registry_needed:
        check_registry([file.label for file in registry], explicit=units is not None)
        tree, registry_part = read_units(registry[0], corrected)
    else:
        tree, registry_part = UnitTree(()), None
        notes.append(Problem(_NO_REGISTRY_NOTE))
    paths_read = [file.path for file in files]
    loader = _loader(spark)(tree, needed, beside or {}, paths_read, corrected, progress, show_officials)
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
    notes.extend(mapping_notes(mapping_files))
    return loader.finish([*notes, *unread], len(unread))


def mapping_notes(files: Iterable[Path]) -> Iterator[Problem]:
    """Yield which mappings were used, by their hashes: what they say bears on the score."""
    for path in files:
        short = sha256_of(path)[:12]
        message = Text(vi=f"Dùng ánh xạ này (sha256 {short}…)", en=f"This mapping is used (sha256 {short}…)")
        yield Problem(message, Place(str(path)))


def _loader(spark: str | None) -> Callable[..., Loader]:
    if spark is None:
        return Loader
    from chiso.records.spark.load import SparkLoader

    return partial(SparkLoader, spark or None)


def _read_from_store(
    file: Path,
    others: Sequence[Path],
    reported: Iterable[str | Path],
    needed: Mapping[str, Collection[str]] | None,
    beside: Mapping[str, Collection[str]],
    reach: Reach | None,
) -> Records:
    """Return the records of a store, with reported figures beside it."""
    manifest = read_manifest(file)
    notes: list[Problem] = [*left_out(others)]
    unread: list[Problem] = []
    problems: list[Problem] = []
    asked = asked_files(others, None, reported, problems)
    files = open_all(asked, load_spelling(()), notes, unread, problems)
    others_given = [table for table in files if table.recognised.table.name != "reported"]
    if others_given:
        raise RecordsError([Problem(_NOT_BESIDE, Place(table.label), _IMPORT_IT) for table in others_given])
    paths = [table.path for table in files]
    loader = Loader(UnitTree(manifest.units), None, {}, paths, Corrections(), SILENT, show_officials=False)
    for table in files:
        loader.add_reported(table)
    records = read_store(file, manifest, needed, beside, loader.read, reach)
    return replace(records, notes=(*notes, *unread, *records.notes), unread=records.unread + len(unread))


_NOT_BESIDE = Text(
    vi="Bên cạnh một kho chỉ đọc thêm số báo cáo", en="Beside a store only reported figures are read"
)
_IMPORT_IT = Text(
    vi="Nhập tệp này vào kho: chiso import TỆP -o KHO",
    en="Import this file into the store: chiso import FILE -o STORE",
)
_ONE_STORE = Text(vi="Chỉ đọc được một kho trong một lần chạy", en="Only one store can be read in a run")
_ALL_IN_ONE = Text(vi="Nhập mọi tệp vào cùng một kho", en="Import all files into one and the same store")


def _refuse_what_is_settled(
    stores: Sequence[Path],
    units: str | Path | None,
    mappings: Iterable[str | Path],
    corrections: Iterable[str | Path],
    *,
    show_officials: bool,
    spark: bool,
) -> None:
    """Raise UsageError for what does not go with a store: another, Spark, what its import has settled."""
    problems = []
    if len(stores) > 1:
        problems.append(Problem(_ONE_STORE, hint=_ALL_IN_ONE))
    given = {
        "--units": units is not None,
        "--mapping": bool(tuple(mappings)),
        "--corrections": bool(tuple(corrections)),
    }
    for option in (option for option, there in given.items() if there):
        message = Text(
            vi=f"{option} không dùng được với kho: kho đã đọc xong các tệp",
            en=f"{option} does not go with a store: its files have been read",
        )
        hint = Text(
            vi=f"Nhập lại: chiso import HỒ_SƠ… {option} TỆP -o KHO",
            en=f"Import again: chiso import RECORDS… {option} FILE -o STORE",
        )
        problems.append(Problem(message, hint=hint))
    if show_officials:
        message = Text(
            vi="--show-officials không dùng được với kho: kho không giữ tên cán bộ",
            en="--show-officials does not go with a store: it keeps no names of officials",
        )
        problems.append(Problem(message, hint=Text(vi="Đọc thẳng các tệp gốc", en="Read the exports")))
    if spark:
        message = Text(
            vi="--engine không dùng được với kho: Spark không đọc kho",
            en="--engine does not go with a store: Spark reads none",
        )
        hint = Text(
            vi="Chấm từ kho không có --engine, hoặc đưa tệp gốc cho Spark",
            en="Score from the store without --engine, or give Spark the exports",
        )
        problems.append(Problem(message, hint=hint))
    if problems:
        raise UsageError(problems)
