"""One file's rows inside a typed table, and how a row's position there tells its number in the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from chiso.errors import Text
from chiso.records.layout import NotRecord
from chiso.terms.columns import ColumnSpec


class Origin(Protocol):
    """What is known of the file, or the sheet of it, that rows came from."""

    @property
    def path(self) -> Path:
        """The file as it was given."""

    @property
    def sheet_name(self) -> str | None:
        """The sheet, None where a file has but one."""

    @property
    def label(self) -> str:
        """The file's name for messages, with the sheet where it has several."""

    @property
    def header_row(self) -> int:
        """The last row of the header."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns that have a value, from the file or the mapping."""

    @property
    def headed(self) -> frozenset[str]:
        """The columns that stand in the file itself."""

    def heading(self, column: str) -> str:
        """Return the heading of a canonical column as the file spells it."""

    def reason(self, column: ColumnSpec) -> Text:
        """Return why a filled cell of a column gave no value."""


File = TypeVar("File", bound=Origin, covariant=True)


@dataclass
class Part(Generic[File]):
    """Positions ``first`` up to but not including ``end`` of a typed table.

    ``broken`` says why a row is, ``cell_faults`` which cell could not be made text; ``not_records``
    holds what the rows are that are none. ``recovered`` counts, by column, codes restored from numbers.
    """

    file: File
    first: int
    end: int
    broken: dict[int, Text] = field(default_factory=dict)
    cell_faults: dict[int, list[tuple[str, Text]]] = field(default_factory=dict)
    not_records: dict[int, NotRecord] = field(default_factory=dict)
    recovered: Counter[str] = field(default_factory=Counter)
    # Columns that turned out to hold citizens' numbers.
    not_read: set[str] = field(default_factory=set)
    # Whether every row is a line of the file, so that a row is found without reading those before it.
    by_line: bool = False
    # What is safe to show of rows in quarantine, where the file itself is not at hand.
    safe_cells: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How many of the rows are records."""
        return self.end - self.first - len(self.not_records)

    def row_number(self, position: int) -> int:
        """Return the row's number as a spreadsheet or an editor shows it, from 1."""
        return position - self.first + self.file.header_row + 1
