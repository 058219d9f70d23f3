"""How far reading has come: told to whoever watches, to nobody by default."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

_SECONDS_BETWEEN_LOOKS = 0.2


class Progress:
    """What a watcher is told. This one does nothing."""

    def file(self, label: str, size: int | None) -> None:
        """A file is begun; ``size`` in bytes, None where it is packed."""

    def bytes_read(self, count: int) -> None:
        """So many more bytes of the file are read."""

    def share_read(self, share: float, lines: int | None) -> None:
        """The file is read up to this share, 0..1; ``lines`` is how many it has, once that is known."""

    def rows_read(self, count: int) -> None:
        """So many more rows are read."""


SILENT = Progress()


@contextmanager
def watched(
    connection: duckdb.DuckDBPyConnection, progress: Progress, lines: Callable[[], int | None]
) -> Iterator[None]:
    """Tell ``progress`` how far the connection's statement has come, until the block ends."""
    if progress is SILENT:
        yield
        return
    done = threading.Event()

    def look() -> None:
        while not done.wait(_SECONDS_BETWEEN_LOOKS):
            progress.share_read(max(connection.query_progress(), 0.0) / 100, lines())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
