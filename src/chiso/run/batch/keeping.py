"""What a batch has written and kept before: its own folders, and boards that it did not get to keep.

Before results are put into their places their boards are written beside the history. They are removed once
the history has them; whoever finds them there completes what was begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from chiso.errors import CannotWriteError, Place, Problem, RecordsError, Text
from chiso.history.store import Added, History
from chiso.run.batch.manifest import NAME, Manifest, read_manifest
from chiso.run.batch.model import Batch
from chiso.run.batch.patterns import parents_of_results
from chiso.run.history import keep
from chiso.run.preparing import PeriodRequest
from chiso.scoring.scoreboard import Scoreboard

_NAMES_TOLD = 5


def manifest_in(folder: Path, batch: Batch) -> Manifest | None:
    """Return the manifest of a folder of results, None where it holds none of this batch."""
    try:
        manifest = read_manifest(folder / NAME)
    except RecordsError:
        return None
    return manifest if manifest.data["batch"]["name"] == batch.name else None


def refuse_to_replace(folder: Path, batch: Batch) -> None:
    """Raise CannotWriteError where a folder holds anything that this batch did not write."""
    if folder.is_symlink():
        raise CannotWriteError(
            Problem(
                Text(vi="Thư mục kết quả là một liên kết", en="The folder of results is a link"),
                Place(str(folder)),
                Text(vi="Thay bằng thư mục thật", en="Put a real folder in its place"),
            )
        )
    if not folder.is_dir():
        return
    manifest = manifest_in(folder, batch)
    known = {NAME} if manifest is not None else set()
    if manifest is not None:
        known |= {entry["file"] for entry in manifest.data["outputs"]}
    strangers = sorted(path.name for path in folder.iterdir() if path.name not in known)
    if strangers:
        names = ", ".join(strangers[:_NAMES_TOLD]) + (", …" if len(strangers) > _NAMES_TOLD else "")
        raise CannotWriteError(
            Problem(
                Text(
                    vi=f"Thư mục kết quả có tệp không do lô này ghi: {names}",
                    en=f"The folder of results holds files that this batch did not write: {names}",
                ),
                Place(str(folder)),
                Text(
                    vi="Chuyển các tệp đó đi nơi khác, hoặc chọn thư mục khác trong outputs.folder",
                    en="Move them away, or choose another outputs.folder",
                ),
            )
        )


def _pending(history: Path) -> History:
    return History(history.with_name(f".{history.name}.pending"))


def _files_of(history: History) -> Iterator[Path]:
    yield history.path
    yield history.path.with_name(f"{history.path.name}.wal")


def announce(
    history: Path, kept: Sequence[tuple[PeriodRequest, Scoreboard]], now: datetime, series: str
) -> None:
    """Write boards beside the history before their results are put into their places.

    Raises CannotWriteError where they cannot be written there; then no result is either.
    """
    if kept:
        keep(_pending(history).path, kept, now, series)


def complete(batch: Batch, history: Path, now: datetime) -> tuple[Added, ...]:
    """Keep the boards whose results stand in their places and that a killed run did not get to keep."""
    pending = _pending(history)
    if not any(path.exists() for path in _files_of(pending)):
        return ()
    try:
        runs = pending.runs()
    except RecordsError:
        # It was killed while it wrote them, so nothing was put into its place.
        runs = ()
    standing = {manifest.data["content_sha256"] for manifest in _manifests(batch)}
    wanted = [entry.number for entry in runs if entry.content_sha256 in standing]
    added = History(history).take_over(pending, wanted, now) if wanted else ()
    forget(history)
    return added


def forget(history: Path) -> None:
    """Remove what was written beside the history: it is kept, or it never came to be."""
    for path in _files_of(_pending(history)):
        path.unlink(missing_ok=True)


def _manifests(batch: Batch) -> Iterator[Manifest]:
    for parent in parents_of_results(batch):
        for folder in sorted(parent.iterdir()):
            found = manifest_in(folder, batch) if folder.is_dir() else None
            if found is not None:
                yield found
