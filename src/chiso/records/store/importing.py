"""Importing: exports → typed Parquet. Only new and changed files are read, what they change is written anew.

Files of the store are never written over: an import adds its own, and the manifest, put into its place last,
tells which count.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.corrections import load_corrections
from chiso.records.load import mapping_notes
from chiso.records.loader import Loader, PersonalNote, ReadFile
from chiso.records.mapping import load_spelling
from chiso.records.opening import AskedFile, asked_files, check_registry, left_out, open_all
from chiso.records.part import Part
from chiso.records.progress import SILENT, Progress
from chiso.records.small import read_units
from chiso.records.sources.container import sha256_of
from chiso.records.store.manifest import (
    REMARKS,
    Manifest,
    Note,
    Remark,
    Source,
    StoredFile,
    StoredTable,
)
from chiso.records.store.writing import Change, Found, Incoming, set_doubtful_apart, write_table
from chiso.records.table_file import TableFile
from chiso.terms.columns import COUNTED_TABLES, TABLES
from chiso.terms.steps import step
from chiso.terms.unit import UnitTree


class LostRowsError(Exception):
    """The rows of a store do not add up to those of its files: a fault of chiso itself."""


@dataclass(frozen=True)
class Exports:
    """What is imported, and how it is read."""

    paths: tuple[Path, ...]
    units: Path | None = None
    reported: tuple[Path, ...] = ()
    mappings: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Imported:
    """What an import did: the store as it is now, and the files by what became of them.

    ``read`` are new or changed; ``unchanged`` were given and not read; ``kept`` were not given and are there,
    ``vanished`` are not there any more: their records stay, unless they were ``pruned``. ``anew`` says why
    all files were read, if they were.
    """

    manifest: Manifest
    read: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    vanished: tuple[str, ...]
    pruned: tuple[str, ...]
    anew: Text | None = None


def import_exports(
    exports: Exports,
    folder: Path,
    before: Manifest | None,
    *,
    prune: bool = False,
    progress: Progress = SILENT,
) -> Imported:
    """Return what the store in ``folder`` holds once the exports are imported; its pieces are written.

    The manifest is left to the caller. Raises RecordsError as reading the exports would, and where all
    files have to be read again and one is gone.
    """
    run = _Import(exports, folder, before, prune, progress)
    found = run.opened()
    why = run.why_anew(found)
    if why is not None:
        run = _Import(exports, folder, before, prune, progress, anew=run.everything(found))
        found = run.opened()
    return replace(run.imported(found), anew=why)


@dataclass(frozen=True)
class _Opened:
    """The tables to be read, the registry among them if it is new, and the units that hold from now on.

    ``replaced`` tells that a registry which was not given again is none any more.
    """

    tables: tuple[TableFile, ...]
    registry: tuple[Part[TableFile], str] | None
    units: UnitTree
    replaced: bool
    notes: tuple[Problem, ...]
    unread: tuple[Problem, ...]


class _Import:
    def __init__(
        self,
        exports: Exports,
        folder: Path,
        before: Manifest | None,
        prune: bool,
        progress: Progress,
        anew: Sequence[AskedFile] | None = None,
    ) -> None:
        """Take stock of what is given and what is there; with ``anew`` all these files are read."""
        self._exports = exports
        self._folder = folder
        self._before = before
        self._prune = prune
        self._progress = progress
        self._spelling = load_spelling(exports.mappings)
        self._corrections = load_corrections(exports.corrections)
        self._problems: list[Problem] = []
        if anew is None:
            asked = asked_files(exports.paths, exports.units, exports.reported, self._problems)
        else:
            asked = list(anew)
        self._asked = _each_once(asked)
        self._hashes = {_key(each): sha256_of(each.path) for each in self._asked if each.path.is_file()}
        self._stored = {file.path: file for file in (() if before is None else before.files)}
        not_given = [file for path, file in self._stored.items() if path not in self._hashes]
        gone = [file for file in not_given if not Path(file.path).is_file()]
        self._pruned = gone if prune else []
        self._vanished = [] if prune or anew is not None else gone
        self._kept = [] if anew is not None else [file for file in not_given if file not in self._pruned]
        self._unchanged = [each for each in self._asked if anew is None and self._is_unchanged(each)]
        self._read = [each for each in self._asked if each not in self._unchanged]
        self._tables_before = {} if before is None or anew is not None else before.tables

    def _is_unchanged(self, asked: AskedFile) -> bool:
        file = self._stored.get(_key(asked))
        return file is not None and file.fingerprint == self._fingerprint(asked)

    def _fingerprint(self, asked: AskedFile) -> str:
        """Return what tells whether reading a file could give anything else than before."""
        sha256 = self._hashes[_key(asked)]
        mappings = [sha256_of(path) for path in self._exports.mappings]
        corrections = self._corrections.fingerprint(asked.path, sha256)
        said = json.dumps([str(asked.path), sha256, asked.wanted, mappings, corrections])
        return hashlib.sha256(said.encode()).hexdigest()

    def opened(self) -> _Opened:
        """Open what has to be read, and settle which registry holds."""
        notes: list[Problem] = []
        unread: list[Problem] = []
        tables = open_all(self._read, self._spelling, notes, unread, self._problems)
        found = [table for table in tables if table.recognised.table.name == "units"]
        known = [
            source.file.label
            for each in self._unchanged
            for source in self._stored[_key(each)].sources
            if source.file.table == "units"
        ]
        explicit = self._exports.units is not None
        if found and explicit and not any(table.path == self._exports.units for table in found):
            # The one that was named is known already.
            tables = [table for table in tables if table not in found]
            found = []
        if found or known or self._before is None:
            check_registry([*(table.label for table in found), *known], explicit=explicit)
        registry = None
        if found:
            units, part = read_units(found[0], self._corrections)
            registry = (part, sha256_of(found[0].path))
        else:
            assert self._before is not None  # without a registry nothing was ever imported
            units = UnitTree(self._before.units)
        replaced = bool(found or known)
        return _Opened(tuple(tables), registry, units, replaced, tuple(notes), tuple(unread))

    def why_anew(self, opened: _Opened) -> Text | None:
        """Return why all files of the store have to be read again, None if they need not."""
        if self._before is None:
            return None
        if tuple(opened.units) != self._before.units:
            return _OTHER_UNITS
        stays = [path for path in self._order() if path in self._stored]
        counted = {path for path in stays if _is_counted(self._stored[path])}
        before = [path for path in self._stored if path in counted]
        return _OTHER_ORDER if [path for path in stays if path in counted] != before else None

    def _order(self) -> list[str]:
        """Return the files of the store as they will stand: as given, or what is new behind the others."""
        given = [_key(each) for each in self._asked]
        if not self._kept:
            return list(dict.fromkeys(given))
        pruned = {file.path for file in self._pruned}
        return list(dict.fromkeys([*(path for path in self._stored if path not in pruned), *given]))

    def everything(self, opened: _Opened) -> list[AskedFile]:
        """Return every file of the store and every one given; raises RecordsError if one is gone."""
        if self._vanished:
            raise RecordsError([Problem(_GONE, Place(file.given), _BRING_BACK) for file in self._vanished])
        given = {_key(each): each for each in self._asked}
        everything = []
        for path in self._order():
            if path in given:
                everything.append(given[path])
            elif not opened.replaced or _tables_of(self._stored[path]) != {"units"}:
                file = self._stored[path]
                everything.append(AskedFile(Path(file.given), file.wanted, False))
        return everything

    def imported(self, opened: _Opened) -> Imported:
        """Read the tables, and write what they change."""
        paths = [table.path for table in opened.tables]
        loader = Loader(
            opened.units, None, {}, paths, self._corrections, self._progress, False, store=self._folder
        )
        with step("read"):
            for table in opened.tables:
                if table.recognised.table.name in COUNTED_TABLES:
                    loader.add(table)
            for table in opened.tables:
                if table.recognised.table.name == "reported":
                    loader.add_reported(table)
        if opened.registry is not None:
            loader.add_source(*opened.registry)
        for each in self._unchanged:
            self._corrections.used_before(each.path, self._hashes[_key(each)])
        self._corrections.check_used()
        with step("settle"):
            notes = loader.settle()
        first = 1 + max(
            (source.number for file in self._stored.values() for source in file.sources), default=0
        )
        numbered = dict(enumerate(loader.read, start=first))
        found, tables = self._write(loader, numbered, opened)
        sources: dict[str, list[Source]] = {}
        for number, read in numbered.items():
            source = _source(number, read, notes, found.get(number))
            sources.setdefault(str(read.part.file.path.resolve()), []).append(source)
        files = tuple(self._files(sources, opened))
        manifest = Manifest(
            generation=self._generation,
            units=tuple(opened.units),
            files=files,
            tables=tables,
            remarks=tuple(self._remarks(opened)),
        )
        _require_all_rows(manifest)
        return Imported(
            manifest=manifest,
            read=tuple(str(each.path) for each in self._read if _key(each) in sources),
            unchanged=tuple(str(each.path) for each in self._unchanged),
            kept=tuple(file.given for file in self._kept if file not in self._vanished),
            vanished=tuple(file.given for file in self._vanished),
            pruned=tuple(file.given for file in self._pruned),
        )

    @property
    def _generation(self) -> int:
        return 1 if self._before is None else self._before.generation + 1

    def _write(
        self, loader: Loader, numbered: Mapping[int, ReadFile], opened: _Opened
    ) -> tuple[dict[int, Found], dict[str, StoredTable]]:
        """Write every table that changes; return what is wrong with the rows read, and the tables."""
        found: dict[int, Found] = {}
        tables: dict[str, StoredTable] = {}
        stay = {_key(each) for each in self._unchanged} | {file.path for file in self._kept}
        for name in COUNTED_TABLES:
            incoming = None
            if name in loader.tables:
                own = {n: each for n, each in numbered.items() if each.source.table == name}
                incoming = Incoming(loader.tables[name], own)
                with step("settle"):
                    found |= set_doubtful_apart(loader.connection, incoming, opened.units)
            before = self._tables_before.get(name)
            if before is None and incoming is None:
                continue
            of_table: dict[str, list[int]] = {}
            for path, file in self._stored.items():
                of_table[path] = [source.number for source in file.sources if source.file.table == name]
            gone = [n for path, numbers in of_table.items() if path not in stay for n in numbers]
            if before is not None and incoming is None and not gone:
                tables[name] = before
                continue
            by_path: dict[str, list[int]] = {}
            for number, each in {} if incoming is None else incoming.files.items():
                by_path.setdefault(str(each.part.file.path.resolve()), []).append(number)
            order = [
                number
                for path in self._order()
                for number in (of_table.get(path, []) if path in stay else by_path.get(path, []))
            ]
            change = Change(incoming, frozenset(gone), tuple(order))
            with step("write"):
                table = write_table(
                    loader.connection, TABLES[name], self._folder, before, change, self._generation
                )
            if order:
                tables[name] = table
        return found, tables

    def _files(self, sources: Mapping[str, Sequence[Source]], opened: _Opened) -> Iterator[StoredFile]:
        """Yield the files of the store in their order."""
        given = {_key(each): each for each in self._asked}
        unchanged = {_key(each) for each in self._unchanged}
        kept = {file.path for file in self._kept}
        for path in self._order():
            if path in unchanged:
                yield self._stored[path]
            elif path in kept:
                file = self._stored[path]
                left = [s for s in file.sources if not (opened.replaced and s.file.table == "units")]
                if left:
                    yield replace(file, sources=tuple(left))
            elif path in sources:
                asked = given[path]
                yield StoredFile(
                    str(asked.path),
                    path,
                    asked.wanted,
                    self._hashes[path],
                    self._fingerprint(asked),
                    tuple(sources[path]),
                )

    def _remarks(self, opened: _Opened) -> Iterator[Remark]:
        """Yield what is said of the store as a whole, kind by kind: of files not given again as before."""
        now: dict[str, list[Problem]] = {
            "folder": list(left_out(self._exports.paths)),
            "no_table": list(opened.notes),
            "correction": list(self._corrections.notes()),
            "mapping": list(mapping_notes(self._exports.mappings)),
            "unread": list(opened.unread),
        }
        before = () if self._before is None else self._before.remarks
        said = {problem.place for problems in now.values() for problem in problems}
        for about in REMARKS:
            for remark in before:
                if remark.about == about and remark.problem.place not in said and self._holds(remark):
                    yield remark
            yield from (Remark(about, problem) for problem in now[about])

    def _holds(self, remark: Remark) -> bool:
        """Return whether what an earlier import said of a place is still so."""
        place = remark.problem.place
        if place is None:
            return False
        path = Path(place.file).resolve()
        if remark.about in ("correction", "mapping"):
            return bool(self._kept)
        if remark.about == "unread":
            return str(path) in {file.path for file in self._kept} | {_key(each) for each in self._unchanged}
        return path.parent not in {each.resolve() for each in self._exports.paths}


_OTHER_UNITS = Text(
    vi="danh mục đơn vị khác trước: đọc lại mọi tệp",
    en="the registry of units is another: all files are read",
)
_OTHER_ORDER = Text(
    vi="thứ tự các tệp khác trước: đọc lại mọi tệp",
    en="the files come in another order: all of them are read",
)
_GONE = Text(
    vi="Cần đọc lại mọi tệp của kho, mà tệp này không còn",
    en="Every file of the store has to be read again, and this one is gone",
)
_BRING_BACK = Text(
    vi="Đặt tệp lại chỗ cũ, hoặc thêm --prune để bỏ hồ sơ của nó",
    en="Put it back where it was, or give --prune to take its records out",
)


def _key(asked: AskedFile) -> str:
    return str(asked.path.resolve())


def _each_once(asked: Iterable[AskedFile]) -> list[AskedFile]:
    """Return the files, those that are given under several names once."""
    found: dict[str, AskedFile] = {}
    for each in asked:
        found.setdefault(_key(each), each)
    return list(found.values())


def _tables_of(file: StoredFile) -> set[str]:
    return {source.file.table for source in file.sources}


def _is_counted(file: StoredFile) -> bool:
    return not _tables_of(file).isdisjoint(COUNTED_TABLES)


def _source(number: int, each: ReadFile, personal: Sequence[PersonalNote], found: Found | None) -> Source:
    part, reported = each.part, each.reported
    return Source(
        number=number,
        file=each.source,
        below=part.end - part.first,
        constants=tuple(part.file.recognised.constants),
        notes=tuple(Note(column, problem) for column, problem in each.notes),
        personal=tuple(Note(column, problem) for own, column, problem in personal if own is part),
        faults=() if found is None else found.faults,
        reasons={} if found is None else found.reasons,
        figures=() if reported is None else reported.figures,
        quarantine=() if reported is None else reported.quarantine,
    )


def _require_all_rows(manifest: Manifest) -> None:
    """Raise LostRowsError unless every row that was read stands in some piece, once."""
    stand: Counter[int] = Counter()
    for table in manifest.tables.values():
        for piece in table.pieces:
            stand.update(piece.sources)
    for source in manifest.sources:
        if source.file.table in COUNTED_TABLES and stand.pop(source.number, 0) != source.file.rows_read:
            raise LostRowsError(f"source {source.number}: {source.file.rows_read} rows read")
    if stand:
        raise LostRowsError(f"rows of sources that are not there: {sorted(stand)}")
