"""Putting the results of a period where they belong: all of them, or what stood there before.

Results are written aside, brought to the disk and renamed into their place. A run that was killed between
two renames leaves both the old and the new folder whole beside the place; the next run puts that right.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chiso.errors import CannotWriteError, Place, Problem, Text

Contents = Mapping[str, bytes]
# What stands beside the place of results while they are put there.
_LEFT = re.compile(r"\.(?P<name>.+)\.(?P<what>former|part-\w+)")


@dataclass(frozen=True)
class Staged:
    """The results of a period, whole, beside the place where they belong."""

    aside: Path
    folder: Path


def repair(parent: Path, ours: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Put right what killed runs left in a folder of results; return the places that it concerned.

    Results that stand beside their place come back to it where nothing else stands there. What was staged
    is thrown away. ``ours`` tells whether a folder of results is of this batch; others are left alone. Raises
    CannotWriteError where that cannot be done.
    """
    concerned: list[Path] = []
    for path in sorted(parent.iterdir()) if parent.is_dir() else ():
        match = _LEFT.fullmatch(path.name)
        if match is None or not path.is_dir() or path.is_symlink():
            continue
        folder = path.with_name(match["name"])
        # Half removed, it has lost its manifest; beside this batch's own results it is what stood there.
        if match["what"] == "former" and not (ours(path) or ours(folder)):
            continue
        try:
            if match["what"] == "former" and not folder.exists():
                path.rename(folder)
            else:
                shutil.rmtree(path)
        except OSError as error:
            raise CannotWriteError(_cannot_write(folder)) from error
        concerned.append(folder)
    return tuple(dict.fromkeys(concerned))


def stands_there(folder: Path, contents: Contents) -> bool:
    """Return whether a folder holds exactly these files with exactly these bytes."""
    try:
        found = {path.name for path in folder.iterdir()}
        return found == set(contents) and all(
            hashlib.sha256((folder / name).read_bytes()).digest() == hashlib.sha256(content).digest()
            for name, content in contents.items()
        )
    except OSError:
        return False


def stage(folder: Path, contents: Contents) -> Staged:
    """Write the results of a period beside their place, down to the disk.

    Raises CannotWriteError where there is no room or no way; nothing is left of them then.
    """
    aside: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(folder)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_aside_prefix(folder)))
        for name, content in contents.items():
            with (aside / name).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        # mkdtemp makes a folder for the owner alone; the results get the usual rights.
        mask = os.umask(0)
        os.umask(mask)
        aside.chmod(0o777 & ~mask)
        _sync(aside)
    except OSError as error:
        raise CannotWriteError(_cannot_write(folder)) from error
    except BaseException:
        raise
    else:
        staged, aside = Staged(aside, folder), None
        return staged
    finally:
        # Whatever ended the writing, Ctrl-C too.
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


def publish(staged: Iterable[Staged]) -> None:
    """Put staged results into their places, one period after the other.

    Raises CannotWriteError where a place cannot be taken; what stood there before stands there still.
    """
    waiting = list(staged)
    try:
        while waiting:
            _publish(waiting[0])
            waiting.pop(0)
    finally:
        discard(waiting)


def discard(staged: Iterable[Staged]) -> None:
    """Throw away results that are not to be put into their places."""
    for each in staged:
        shutil.rmtree(each.aside, ignore_errors=True)


def _publish(staged: Staged) -> None:
    folder, former = staged.folder, _former(staged.folder)
    try:
        moved = folder.exists()
        if moved:
            folder.rename(former)
        try:
            staged.aside.rename(folder)
        except OSError:
            if moved:
                former.rename(folder)
            raise
        _sync(folder.parent)
    except OSError as error:
        raise CannotWriteError(_cannot_write(folder)) from error
    shutil.rmtree(former, ignore_errors=True)


def _former(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.former")


def _aside_prefix(folder: Path) -> str:
    return f".{folder.name}.part-"


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system lets a folder be opened for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(folder: Path) -> Problem:
    return Problem(
        Text(
            vi="Không ghi được kết quả; kết quả cũ còn nguyên",
            en="Cannot write the results; the old ones stand",
        ),
        Place(str(folder)),
        Text(
            vi="Xem đường dẫn có đúng, đĩa còn chỗ, và không tệp nào trong đó đang mở",
            en="See whether the path is right, the disk has room, and no file in it is open",
        ),
    )
