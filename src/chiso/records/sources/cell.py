"""What a source yields: rows of raw cells, each row at the number a spreadsheet or an editor shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from chiso.errors import Text
from chiso.records.sources.container import Container

# Text formats yield text alone; a workbook knows numbers and dates.
Cell = str | bool | int | float | Decimal | datetime | date | time | timedelta | None

Format = Literal["csv", "xlsx", "xls", "ods", "html", "xml2003", "json", "jsonl", "parquet"]


# A header is looked for in so many first rows; a file of many tables keeps them from its first reading.
HEAD_ROWS = 60
# More tables than this in one file are no export: each would be looked through for records.
MOST_TABLES = 1_000


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row; ``cells`` is None where the row is broken, and ``fault`` says how."""

    cells: Sequence[Cell] | None
    fault: Text | None = None


class Sheet(Protocol):
    """One table of cells inside a file. Rows follow each other without a gap, from number 1."""

    @property
    def container(self) -> Container:
        """The file and how it is packed."""

    @property
    def format(self) -> Format:
        """What the file is."""

    @property
    def name(self) -> str | None:
        """The sheet's name, where a file may hold several."""

    @property
    def encoding(self) -> str | None:
        """The encoding of a text file."""

    @property
    def separator(self) -> str | None:
        """What parts the cells of delimited text."""

    @property
    def hidden(self) -> bool:
        """Whether a workbook does not show the sheet; it is not read then."""

    @property
    def headings(self) -> tuple[str, ...] | None:
        """The names of the columns where the format has them; None where a row of headings must be found."""

    def rows(self) -> Iterator[RawRow]:
        """Yield every row from the first, blank ones included; may be called again."""


def sheet_label(path: str, sheet: str | None) -> str:
    """Return a file's name for messages, with the sheet in brackets where it has several."""
    return path if sheet is None else f"{path} [{sheet}]"


def is_blank(cell: Cell) -> bool:
    """Return whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """Return the text a reader sees in a cell, "" for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
