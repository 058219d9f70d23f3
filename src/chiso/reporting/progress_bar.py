"""How far reading has come, on a terminal: bytes, rows, rate, time left. Nothing where nobody watches."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from chiso.errors import Language, Text
from chiso.records.progress import Progress as Watcher

# Small files are read before anybody could look.
_WORTH_SHOWING = 8 << 20


class ProgressBar(Watcher):
    """One line a file on standard error; it goes away when reading is done."""

    def __init__(self, language: Language) -> None:
        rows = Text(vi="dòng", en="rows").in_language(language)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            DownloadColumn(binary_units=True),
            TextColumn("{task.fields[rows]:,} " + rows),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._task: TaskID | None = None
        self._size = 0
        self._rows = 0

    def __enter__(self) -> ProgressBar:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        self._bar.stop()

    def file(self, label: str, size: int | None) -> None:
        """Show a file that is worth it."""
        self._end()
        self._size, self._rows = size or 0, 0
        if size is None or size >= _WORTH_SHOWING:
            self._task = self._bar.add_task(Path(label).name, total=size, rows=0)

    def bytes_read(self, count: int) -> None:
        """Move the bar on."""
        if self._task is not None:
            self._bar.advance(self._task, count)

    def share_read(self, share: float, lines: int | None) -> None:
        """Move the bar to a share of the file."""
        if self._task is not None:
            rows = 0 if lines is None else round(share * lines)
            self._bar.update(self._task, completed=share * self._size, rows=rows)

    def rows_read(self, count: int) -> None:
        """Show how many rows there are so far."""
        self._rows += count
        if self._task is not None:
            self._bar.update(self._task, rows=self._rows)

    def _end(self) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
