"""What an unattended run tells while it works: lines for people, or JSON lines for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from chiso.errors import CannotWriteError, ChisoError, Language, Place, Problem, Text

Level = Literal["info", "warning", "error"]


class Log:
    """Writes each event as it comes: as JSON lines to a file where one is given, else as lines to a stream.

    An event never holds a row's value; files, periods, units and counts are all it tells.
    """

    def __init__(
        self, stream: TextIO, now: Callable[[], datetime], language: Language, file: Path | None = None
    ) -> None:
        """Begin a log; raises CannotWriteError where its file cannot be opened."""
        self._now = now
        self._language = language
        self._stream = stream
        self._file: TextIO | None = None
        self.file_path = file
        if file is not None:
            try:
                self._file = file.open("a", encoding="utf-8", newline="\n")
            except OSError as error:
                raise CannotWriteError(_cannot_log(file)) from error

    def tell(self, event: str, message: Text, level: Level = "info", **details: object) -> None:
        """Write one event; ``details`` go into the JSON beside its message."""
        at = self._now().isoformat(timespec="seconds")
        said = message.in_language(self._language)
        if self._file is None:
            self._stream.write(f"{at} {said}\n")
            self._stream.flush()
            return
        entry = {"at": at, "level": level, "event": event, **details, "message": said}
        try:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            # A full disk must not make the results worse than they are; what is left is told here.
            self._file = None
            self._stream.write(
                f"{at} {_cannot_log(self.file_path or Path()).in_language(self._language)}\n"
                f"{at} {said} ({type(error).__name__})\n"
            )

    def tell_end(self, error: ChisoError) -> None:
        """Write what ended the run; on a stream whoever asked for the run is told it there."""
        if self._file is None:
            return
        code = int(error.exit_code)
        for problem in error.problems:
            told = Text(problem.in_language("vi"), problem.in_language("en"))
            self.tell("failed", told, "error", exit_code=code)
        ended = Text(vi=f"dừng, mã thoát {code}", en=f"ended with exit code {code}")
        self.tell("finished", ended, "error", exit_code=code)

    def close(self) -> None:
        """End the log."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _cannot_log(file: Path) -> Problem:
    return Problem(Text(vi="Không ghi được nhật ký", en="Cannot write the log"), Place(str(file)))
