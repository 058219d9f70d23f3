"""Importing exports into a store: the story of ``chiso import``, read downward."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from chiso.errors import CannotWriteError, Place, Problem, Text, UsageError
from chiso.records.progress import SILENT, Progress
from chiso.records.store.importing import Exports, Imported, import_exports
from chiso.records.store.manifest import NAME, Manifest, manifest_bytes, read_manifest, refuse_pattern
from chiso.reporting.files import write_whole
from chiso.terms.columns import COUNTED_TABLES

_LOCK = ".lock"


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What ``import`` is asked: exports, how they are read, and the folder of the store."""

    records: tuple[Path, ...]
    store: Path
    units: Path | None = None
    reported: tuple[Path, ...] = ()
    mappings: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()
    prune: bool = False


def import_into(request: ImportRequest, progress: Progress = SILENT) -> Imported:
    """Return what an import did; the store is whole before and after it, whatever happens in between.

    Raises RecordsError as reading the exports does, UsageError for a folder that holds something else,
    CannotWriteError where the store cannot be written or another import is at it.
    """
    folder = request.store
    _refuse_other_folder(request)
    with _alone(folder):
        before = read_manifest(folder / NAME) if (folder / NAME).is_file() else None
        _sweep(folder, before)
        exports = Exports(
            request.records, request.units, request.reported, request.mappings, request.corrections
        )
        try:
            imported = import_exports(exports, folder, before, prune=request.prune, progress=progress)
            _to_disk(folder, imported.manifest)
            write_whole(folder / NAME, manifest_bytes(imported.manifest))
        except OSError as error:
            raise CannotWriteError(_cannot_write(folder)) from error
        return imported


def _refuse_other_folder(request: ImportRequest) -> None:
    """Raise UsageError where the store would stand among other files, or is read itself."""
    refuse_pattern(request.store)
    folder = request.store.resolve()
    if any(folder == path.resolve() or folder in path.resolve().parents for path in request.records):
        message = Text(vi="Kho là đầu vào của chính nó", en="The store would be its own input")
        raise UsageError(Problem(message, Place(str(request.store)), _OWN_FOLDER))
    if not request.store.is_dir():
        if request.store.exists():
            message = Text(vi="Đây là tệp, không phải thư mục", en="This is a file, not a folder")
            raise UsageError(Problem(message, Place(str(request.store)), _OWN_FOLDER))
        return
    ours = {NAME, _LOCK, *COUNTED_TABLES}
    others = [path.name for path in request.store.iterdir() if path.name not in ours]
    if others:
        message = Text(
            vi=f"Thư mục có tệp không thuộc kho nào: {sorted(others)[0]}",
            en=f"The folder holds what is no part of a store: {sorted(others)[0]}",
        )
        raise UsageError(Problem(message, Place(str(request.store)), _OWN_FOLDER))


_OWN_FOLDER = Text(
    vi="Chọn một thư mục mới, hoặc thư mục của một kho", en="Choose a new folder, or that of a store"
)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the store against other imports."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            yield
    except Timeout as error:
        message = Text(vi="Một lệnh chiso import khác đang ghi kho này", en="Another import is at this store")
        hint = Text(vi="Đợi lệnh đó xong rồi chạy lại", en="Wait until it is done, then run again")
        raise CannotWriteError(Problem(message, Place(str(folder)), hint)) from error
    except OSError as error:
        raise CannotWriteError(_cannot_write(folder)) from error


def _sweep(folder: Path, before: Manifest | None) -> None:
    """Remove what no manifest names: pieces of the import before the last, and of one that was killed.

    What the last import replaced stays until the next one, for a run that may be reading it.
    """
    named = set() if before is None else {p.path for table in before.tables.values() for p in table.pieces}
    for name in COUNTED_TABLES:
        for path in sorted((folder / name).rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(folder).as_posix() not in named:
                path.unlink()


def _to_disk(folder: Path, manifest: Manifest) -> None:
    """Bring the pieces of the last import down to the disk: the manifest must not be there before them."""
    for table in manifest.tables.values():
        for piece in table.pieces:
            if f"/{manifest.generation:06}/" in piece.path:
                with (folder / piece.path).open("rb+") as stream:
                    os.fsync(stream.fileno())


def _cannot_write(folder: Path) -> Problem:
    return Problem(
        Text(
            vi="Không ghi được kho; kho cũ (nếu có) còn nguyên",
            en="Cannot write the store; the old one, if any, stands",
        ),
        Place(str(folder)),
        Text(
            vi="Xem đường dẫn có đúng và đĩa còn chỗ không",
            en="See whether the path is right and the disk has room",
        ),
    )
