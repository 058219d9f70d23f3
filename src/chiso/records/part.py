"""One file's rows inside a typed table, and how a row's position there tells its number in the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from chiso.errors import Text
from chiso.records.layout import NotRecord
from chiso.records.table_file import TableFile


@dataclass
class Part:
    """Positions ``first`` up to but not including ``end`` of a typed table.

    ``broken`` says why a row is, ``cell_faults`` which cell could not be made text; ``not_records``
    holds what the rows are that are none. ``recovered`` counts, by column, codes restored from numbers.
    """

    file: TableFile
    first: int
    end: int
    broken: dict[int, Text] = field(default_factory=dict)
    cell_faults: dict[int, list[tuple[str, Text]]] = field(default_factory=dict)
    not_records: dict[int, NotRecord] = field(default_factory=dict)
    recovered: Counter[str] = field(default_factory=Counter)
    # Columns that turned out to hold citizens' numbers.
    not_read: set[str] = field(default_factory=set)

    @property
    def records(self) -> int:
        """How many of the rows are records."""
        return self.end - self.first - len(self.not_records)

    def row_number(self, position: int) -> int:
        """Return the row's number as a spreadsheet or an editor shows it, from 1."""
        return position - self.first + self.file.header_row + 1
