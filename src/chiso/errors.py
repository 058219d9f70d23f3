"""What can go wrong, said so that the reader knows what to do.

Every message exists in Vietnamese and English. A message names a place (file, line, column or row)
and never repeats what stands in a record: a cell may hold a citizen's name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Literal, NamedTuple

Language = Literal["vi", "en"]


class ExitCode(IntEnum):
    """The exit codes scripts rely on."""

    DONE = 0
    BUG = 1
    USAGE = 2
    CATALOGUE = 10
    RECORDS = 11
    CANNOT_SCORE = 12
    CANNOT_WRITE = 13
    GATE_FAILED = 14
    PARTLY_DONE = 15


class Text(NamedTuple):
    """One message in both languages."""

    vi: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the message in ``language``."""
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True)
class Place:
    """Where a problem stands: a file with a line and column, or a file with a row and a heading."""

    file: str
    line: int | None = None
    column: int | None = None
    row: int | None = None
    heading: str | None = None

    def in_language(self, language: Language) -> str:
        """Return the place as a reader looks for it, for instance ``cases.csv, row 7, due_at``."""
        text = self.file
        if self.line is not None:
            text += f":{self.line}"
            if self.column is not None:
                text += f":{self.column}"
        if self.row is not None:
            text += f", {'dòng' if language == 'vi' else 'row'} {self.row}"
        if self.heading is not None:
            text += f", {'cột' if language == 'vi' else 'column'} {self.heading}"
        return text


@dataclass(frozen=True)
class Problem:
    """One fault: what is wrong, where, and what to do about it."""

    message: Text
    place: Place | None = None
    hint: Text | None = None

    def in_language(self, language: Language) -> str:
        """Return the fault in one line (two where there is a hint)."""
        place = f"{self.place.in_language(language)}: " if self.place else ""
        hint = f"\n  → {self.hint.in_language(language)}" if self.hint else ""
        return f"{place}{self.message.in_language(language)}{hint}"


class ChisoError(Exception):
    """A fault the user can put right; carries every problem found, not only the first."""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.in_language("en") for problem in self.problems))


class UsageError(ChisoError):
    """A wrong option, period, unit or level."""

    exit_code = ExitCode.USAGE


class CatalogueError(ChisoError):
    """The catalogue cannot be used as it is written."""

    exit_code = ExitCode.CATALOGUE


class RecordsError(ChisoError):
    """Records, units or reported figures are missing or cannot be read."""

    exit_code = ExitCode.RECORDS


class CannotScoreError(ChisoError):
    """Everything was read, yet nothing can be scored."""

    exit_code = ExitCode.CANNOT_SCORE


class GateFailedError(ChisoError):
    """Everything was done, yet the result is not good enough for what was asked."""

    exit_code = ExitCode.GATE_FAILED


class CannotWriteError(ChisoError):
    """The result cannot be written where it was asked for."""

    exit_code = ExitCode.CANNOT_WRITE


def suggestion(word: str, allowed: Iterable[str]) -> Text | None:
    """Return "did you mean" for the allowed word nearest to ``word``, or None if none is near."""
    by_folded = {choice.casefold(): choice for choice in allowed}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    if not near:
        return None
    nearest = by_folded[near[0]]
    return Text(vi=f"Có phải ý bạn là “{nearest}”?", en=f"Did you mean “{nearest}”?")


def plural(number: int | Decimal, one: str, more: str) -> str:
    """Return the English words that go with ``number``; Vietnamese needs no such thing."""
    return one if number == 1 else more


def allowed_words(words: Iterable[str]) -> Text:
    """Return the hint that lists what may stand here."""
    listed = ", ".join(words)
    return Text(vi=f"Được phép: {listed}", en=f"Allowed: {listed}")
