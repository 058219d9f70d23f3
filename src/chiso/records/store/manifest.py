"""The manifest of a store: which files it was made from, what became of their rows, and where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.dataset import Profile, QuarantinedRow, ReportedFigure, SourceFile
from chiso.terms.columns import ColumnSpec
from chiso.terms.unit import Unit
from chiso.version import __version__

NAME = "store.json"
SCHEMA_VERSION = "1.0"

# Rows that count if their day does; older states of the same key; rows of which the columns that are read
# decide whether they can be used, with all states of the same key.
Kind = Literal["newest", "older", "apart"]
# What is said of the whole: the order in which a reading of the files themselves says it.
REMARKS = ("folder", "no_table", "correction", "mapping", "unread")


@dataclass(frozen=True)
class Piece:
    """One Parquet file: rows of one kind and label; ``sources`` tells how many are from which source."""

    path: str
    kind: Kind
    label: str
    rows: int
    bytes: int
    sha256: str
    sources: Mapping[int, int]
    profiles: tuple[Profile, ...]


@dataclass(frozen=True)
class Fault:
    """How many rows of a source have a fault: in which column (None: the whole row), and which."""

    column: str | None
    reason: Text
    rows: int


@dataclass(frozen=True)
class StoredTable:
    """A table's rows."""

    pieces: tuple[Piece, ...]

    def rows(self, kind: Kind) -> int:
        """Return the number of rows of a kind."""
        return sum(piece.rows for piece in self.pieces if piece.kind == kind)


@dataclass(frozen=True)
class Note:
    """What is said of a file: always, or only where the column that it is about is read."""

    column: str | None
    problem: Problem


@dataclass(frozen=True)
class Source:
    """A sheet that the store was made from, whose ``number`` stands in each of its rows.

    ``below`` is how many rows it has below the header, records or not; ``reasons`` say by column why cells
    could not be read; ``personal`` are notes of columns that hold citizens' numbers.
    """

    number: int
    file: SourceFile
    below: int
    constants: tuple[str, ...]
    notes: tuple[Note, ...]
    personal: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()
    reasons: Mapping[str, Text] = field(default_factory=dict)
    figures: tuple[ReportedFigure, ...] = ()
    quarantine: tuple[QuarantinedRow, ...] = ()


@dataclass(frozen=True)
class StoredFile:
    """A file that the store was made from: as it was given, where it stands, and how it was read.

    ``wanted`` is the table it was given for, None where it was to tell itself. The ``fingerprint`` changes
    with everything that decides what reading it gives, but for the registry.
    """

    given: str
    path: str
    wanted: str | None
    sha256: str
    fingerprint: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Remark:
    """What is said of the import as a whole; ``about`` is one of ``REMARKS``."""

    about: str
    problem: Problem


@dataclass(frozen=True)
class Manifest:
    """A store as it stands after its ``generation``-th import."""

    generation: int
    units: tuple[Unit, ...]
    files: tuple[StoredFile, ...]
    tables: Mapping[str, StoredTable]
    remarks: tuple[Remark, ...]
    chiso_version: str = __version__

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every source, in the order of the files."""
        return tuple(source for file in self.files for source in file.sources)

    def of_table(self, table: str) -> tuple[Source, ...]:
        """Return the sources of a table, in the order of the files."""
        return tuple(source for source in self.sources if source.file.table == table)


@dataclass(frozen=True)
class StoredOrigin:
    """What is known of a file whose rows stand in a store."""

    source: Source

    @property
    def path(self) -> Path:
        """The file as it was given to the import."""
        return Path(self.source.file.path)

    @property
    def sheet_name(self) -> str | None:
        """The sheet, None where a file has but one."""
        return self.source.file.sheet

    @property
    def label(self) -> str:
        """The file's name for messages, with the sheet where it has several."""
        return self.source.file.label

    @property
    def header_row(self) -> int:
        """The last row of the header."""
        return self.source.file.header_row

    @property
    def columns(self) -> frozenset[str]:
        """The columns that have a value, from the file or the mapping."""
        return self.headed | frozenset(self.source.constants)

    @property
    def headed(self) -> frozenset[str]:
        """The columns that stand in the file itself."""
        return frozenset(self.source.file.columns)

    def heading(self, column: str) -> str:
        """Return the heading of a canonical column as the file spells it."""
        return self.source.file.columns.get(column, column)

    def reason(self, column: ColumnSpec) -> Text:
        """Return why a filled cell of a column gave no value."""
        return self.source.reasons[column.name]


def manifest_at(path: Path) -> Path | None:
    """Return the manifest of the store that ``path`` names, itself or by its folder; None if it is none."""
    file = path / NAME if path.is_dir() else path
    return file if file.name == NAME and file.is_file() else None


def refuse_pattern(folder: Path) -> None:
    """Raise RecordsError for a folder whose name the database would take for a pattern of others."""
    if set("*?[") & set(str(folder)):
        message = Text(
            vi="Đường dẫn của kho không được có * ? [", en="The path of a store must not have * ? [ in it"
        )
        hint = Text(vi="Đổi tên thư mục", en="Rename the folder")
        raise RecordsError(Problem(message, Place(str(folder)), hint))


def read_manifest(file: Path) -> Manifest:
    """Return a manifest; raises RecordsError where it cannot be read or another release wrote it."""
    refuse_pattern(file.parent)
    try:
        data = json.loads(file.read_bytes())
        version = data["chiso_version"]
        same = version == __version__ and data["schema_version"] == SCHEMA_VERSION
        manifest = _manifest_of(data) if same else None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        message = Text(vi="Không đọc được bản kê của kho", en="The manifest of the store cannot be read")
        raise RecordsError(Problem(message, Place(str(file)), _IMPORT_ANEW)) from error
    if manifest is None:
        message = Text(
            vi=f"Kho do chiso {version} ghi; bản này đọc ô có thể khác",
            en=f"chiso {version} wrote the store; this release may read cells otherwise",
        )
        raise RecordsError(Problem(message, Place(str(file)), _IMPORT_ANEW))
    return manifest


_IMPORT_ANEW = Text(
    vi="Chạy chiso import từ các tệp gốc vào một thư mục mới",
    en="Run chiso import from the exports again, into a new folder",
)


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return a manifest as it stands in the store."""
    data = {
        "store": "chiso",
        "schema_version": SCHEMA_VERSION,
        "chiso_version": manifest.chiso_version,
        "generation": manifest.generation,
        "files": [_file_entry(file) for file in manifest.files],
        "remarks": [{"about": remark.about, **_problem_entry(remark.problem)} for remark in manifest.remarks],
        "tables": {name: _table_entry(manifest, name) for name in manifest.tables},
        "units": [[*map(_plain, asdict(unit).values())] for unit in manifest.units],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value


def _table_entry(manifest: Manifest, name: str) -> dict[str, object]:
    table = manifest.tables[name]
    return {
        "rows_read": sum(source.file.rows_read for source in manifest.of_table(name)),
        "newest": table.rows("newest"),
        "older": table.rows("older"),
        "apart": table.rows("apart"),
        "pieces": [
            {
                **{key: getattr(piece, key) for key in ("path", "kind", "label", "rows", "bytes", "sha256")},
                "sources": {str(number): rows for number, rows in sorted(piece.sources.items())},
                "profiles": [
                    {
                        "rows": profile.rows,
                        "days": {
                            column: [_plain(first), _plain(last), lacking]
                            for column, (first, last, lacking) in profile.days.items()
                        },
                        "states": dict(profile.states),
                    }
                    for profile in piece.profiles
                ],
            }
            for piece in table.pieces
        ],
    }


def _file_entry(file: StoredFile) -> dict[str, object]:
    return {
        "file": file.given,
        "path": file.path,
        "wanted": file.wanted,
        "sha256": file.sha256,
        "fingerprint": file.fingerprint,
        "sources": [
            {
                "number": source.number,
                "below": source.below,
                **{key: value for key, value in asdict(source.file).items() if key not in ("path", "sha256")},
                "constants": list(source.constants),
                "notes": [_note_entry(note) for note in source.notes],
                "personal": [_note_entry(note) for note in source.personal],
                "faults": [
                    {"column": fault.column, "reason": _text_entry(fault.reason), "rows": fault.rows}
                    for fault in source.faults
                ],
                "reasons": {column: _text_entry(text) for column, text in source.reasons.items()},
                "figures": [[*map(_plain, asdict(figure).values())] for figure in source.figures],
                "quarantine": [
                    {**asdict(row), "reason": _text_entry(row.reason)} for row in source.quarantine
                ],
            }
            for source in file.sources
        ],
    }


def _text_entry(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _note_entry(note: Note) -> dict[str, object]:
    return {"column": note.column, **_problem_entry(note.problem)}


def _problem_entry(problem: Problem) -> dict[str, object]:
    return {
        "message": _text_entry(problem.message),
        "place": None if problem.place is None else asdict(problem.place),
        "hint": None if problem.hint is None else _text_entry(problem.hint),
    }


def _manifest_of(data: Mapping[str, Any]) -> Manifest:
    return Manifest(
        generation=data["generation"],
        units=tuple(_unit_of(values) for values in data["units"]),
        files=tuple(_file_of(entry) for entry in data["files"]),
        tables={
            name: StoredTable(tuple(_pieces_of(entry["pieces"]))) for name, entry in data["tables"].items()
        },
        remarks=tuple(Remark(entry["about"], _problem_of(entry)) for entry in data["remarks"]),
        chiso_version=data["chiso_version"],
    )


def _unit_of(values: list[Any]) -> Unit:
    unit = Unit(*values)
    return replace(unit, valid_from=_day_of(unit.valid_from), valid_to=_day_of(unit.valid_to))


def _day_of(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text))


def _pieces_of(entries: list[Any]) -> Iterator[Piece]:
    for entry in entries:
        profiles = tuple(
            Profile(
                each["rows"],
                {
                    column: (_day_of(first), _day_of(last), lacking)
                    for column, (first, last, lacking) in each["days"].items()
                },
                each["states"],
            )
            for each in entry["profiles"]
        )
        sources = {int(number): rows for number, rows in entry["sources"].items()}
        yield Piece(**{**entry, "sources": sources, "profiles": profiles})


def _faults_of(entries: list[Any]) -> Iterator[Fault]:
    for entry in entries:
        yield Fault(entry["column"], Text(**entry["reason"]), entry["rows"])


def _file_of(entry: Mapping[str, Any]) -> StoredFile:
    given, sha256 = entry["file"], entry["sha256"]
    sources = tuple(_source_of(each, given, sha256) for each in entry["sources"])
    return StoredFile(given, entry["path"], entry["wanted"], sha256, entry["fingerprint"], sources)


_OF_FILE = (
    *("table", "header_row", "rows_read", "columns", "format", "sheet", "encoding", "separator"),
    *("not_records", "recovered"),
)


def _source_of(entry: Mapping[str, Any], given: str, sha256: str) -> Source:
    return Source(
        number=entry["number"],
        file=SourceFile(path=given, sha256=sha256, **{key: entry[key] for key in _OF_FILE}),
        below=entry["below"],
        constants=tuple(entry["constants"]),
        notes=tuple(_note_of(note) for note in entry["notes"]),
        personal=tuple(_note_of(note) for note in entry["personal"]),
        faults=tuple(_faults_of(entry["faults"])),
        reasons={column: Text(**text) for column, text in entry["reasons"].items()},
        figures=tuple(_figure_of(values) for values in entry["figures"]),
        quarantine=tuple(
            QuarantinedRow(**{**row, "reason": Text(**row["reason"])}) for row in entry["quarantine"]
        ),
    )


def _figure_of(values: list[Any]) -> ReportedFigure:
    figure = ReportedFigure(*values)
    percent, points = figure.percent, figure.points
    return replace(
        figure,
        percent=None if percent is None else Decimal(percent),
        points=None if points is None else Decimal(points),
    )


def _note_of(entry: Mapping[str, Any]) -> Note:
    return Note(entry["column"], _problem_of(entry))


def _problem_of(entry: Mapping[str, Any]) -> Problem:
    place, hint = entry["place"], entry["hint"]
    return Problem(
        Text(**entry["message"]),
        None if place is None else Place(**place),
        None if hint is None else Text(**hint),
    )
