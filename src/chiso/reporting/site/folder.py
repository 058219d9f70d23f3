"""Putting a site into its folder: all of it, or what stood there before; what others put there stays.

A list of the site's files with their hashes stands beside them (``sha256sum -c`` reads it): by it the next
site knows which files are its own to replace. The new site is written aside and renamed into its place,
the old one kept until that is done; a run that is killed on the way is undone by the next one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chiso.errors import CannotWriteError, Place, Problem, Text

LIST = "chiso-site.sha256"
_NEW, _OLD = ".chiso-site.new", ".chiso-site.old"
_LINE = re.compile(r"(?P<hash>[0-9a-f]{64})  (?P<name>(?:[a-z]+/)?[A-Za-z0-9][A-Za-z0-9.~-]*)")


def write_site(folder: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write a site's files, one after the other as they come; return how many.

    Raises CannotWriteError where that cannot be done, or where a file that no site wrote bears the name of
    a page; the folder is as it was then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _undo(folder)
        try:
            ours = _listed(folder / LIST)
            new = _stage(folder, files, ours)
            _swap(folder, ours, new)
        except BaseException:
            # Whatever ended the writing, Ctrl-C too.
            _undo(folder)
            raise
        _remove(folder)
        return len(new)
    except OSError as error:
        raise CannotWriteError(
            Problem(
                Text(
                    vi="Không ghi được trang web; trang cũ còn nguyên",
                    en="Cannot write the site; the old one stands",
                ),
                Place(str(folder)),
                Text(
                    vi="Xem đường dẫn có đúng, đĩa còn chỗ, và không tệp nào trong đó đang mở",
                    en="See whether the path is right, the disk has room, and no file in it is open",
                ),
            )
        ) from error


def _listed(path: Path) -> Mapping[str, str]:
    """Return the files of a list with their hashes; nothing where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {match["name"]: match["hash"] for line in lines if (match := _LINE.fullmatch(line))}


def _stage(folder: Path, files: Iterable[tuple[str, bytes]], ours: Mapping[str, str]) -> list[str]:
    """Write the new site aside, its list too; return the names of its files."""
    hashes: dict[str, str] = {}
    for name, content in files:
        if name not in ours and (folder / name).exists():
            raise CannotWriteError(_foreign(folder / name))
        target = folder / _NEW / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        hashes[name] = hashlib.sha256(content).hexdigest()
    listed = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    (folder / _NEW / LIST).write_bytes(listed.encode())
    if hasattr(os, "sync"):
        os.sync()
    return list(hashes)


def _foreign(path: Path) -> Problem:
    return Problem(
        Text(
            vi="Tệp này không do chiso ghi, nhưng trùng tên một trang",
            en="This file is not of a site that chiso wrote, yet has the name of a page",
        ),
        Place(str(path)),
        Text(vi="Chọn thư mục khác, hoặc dời tệp đó đi", en="Choose another folder, or move that file away"),
    )


def _swap(folder: Path, ours: Mapping[str, str], new: list[str]) -> None:
    """Put the old site aside and the new one into its place; the list comes last."""
    replaced = set(new)
    (folder / _OLD).mkdir()
    for name, digest in ours.items():
        path = folder / name
        # A page that was changed since and is not written anew is no longer only ours.
        if path.is_file() and (name in replaced or hashlib.sha256(path.read_bytes()).hexdigest() == digest):
            _move(path, folder / _OLD / name)
    if (folder / LIST).exists():
        _move(folder / LIST, folder / _OLD / LIST)
    for name in [*new, LIST]:
        _move(folder / _NEW / name, folder / name)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _undo(folder: Path) -> None:
    """Bring back what a site that was not finished had put aside; a finished one is left alone."""
    new, old = folder / _NEW, folder / _OLD
    if old.exists() and (new / LIST).exists():
        for name in _listed(new / LIST):
            # Taken back rather than removed: undoing may be cut short too, and is then done again.
            if not (new / name).exists() and (folder / name).exists():
                _move(folder / name, new / name)
        for path in _files(old):
            target = folder / path.relative_to(old)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    _remove(folder)


def _remove(folder: Path) -> None:
    # Of the two the old site goes first: without it there is nothing to undo.
    for name in (_OLD, _NEW):
        if (folder / name).exists():
            shutil.rmtree(folder / name)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
