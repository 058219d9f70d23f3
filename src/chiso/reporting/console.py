"""Tables for the terminal, legible at 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from chiso.errors import Language
from chiso.reporting.tables import OUTCOMES, Column, ReportTable, Value, number_text

# Below this width codes make way for names.
_WIDE = 100
_WIDER = 110
_NEVER_SHOWN = frozenset({"period", "level", "value_unit", "group"})
_NAMES = frozenset({"unit_name", "key_name", "index_name"})
_LEAST_NAME_WIDTH = 12
_NEVER_BROKEN = frozenset({"unit_code", "index", "band", "key"})


def print_table(table: ReportTable, stream: TextIO, language: Language, *, width: int | None = None) -> None:
    """Print ``table`` with labels in ``language``; columns that tell nothing are left out."""
    console = Console(file=stream, width=width, highlight=False, soft_wrap=False)
    shown = _shown(table, console.width)
    view = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for position in shown:
        column = table.columns[position]
        number = column.kind != "text"
        label = column.label.in_language(language)
        view.add_column(
            label.replace(" ", "\n") if number else label,
            justify="right" if number else "left",
            overflow="fold",
            # A number is never broken; a name may go on in the next line.
            no_wrap=number or column.name in _NEVER_BROKEN,
            min_width=_LEAST_NAME_WIDTH if column.name in _NAMES else None,
            header_style="bold",
        )
    for row in table.rows:
        view.add_row(*(_cell(table.columns[p], row[p], language) for p in shown))
    console.print(view)


def _shown(table: ReportTable, width: int) -> list[int]:
    names = [column.name for column in table.columns]
    return [
        position
        for position, column in enumerate(table.columns)
        if column.name not in _NEVER_SHOWN and _tells(table, column.name, names, width)
    ]


def _tells(table: ReportTable, name: str, names: Sequence[str], width: int) -> bool:
    """Return whether a column says something that the others do not."""
    values = table.column(name)
    by_index = "index" in names
    one_unit = (by_index or "key" in names) and len(set(values)) == 1
    match name:
        case "unit_code":
            return not one_unit and (by_index or width >= _WIDE)
        case "unit_name":
            return not one_unit and (not by_index or width >= _WIDE)
        case "value":
            return values != table.column("percent")
        case "max_points" if not by_index:
            return len(set(values)) > 1 or "key" in names
        case "outcome" if not by_index:
            return "partial" in values and width >= _WIDER
        case "points" | "band" | "percent":
            return True
        case _:
            return any(value is not None for value in values)


def _cell(column: Column, value: Value, language: Language) -> RichText:
    if value is None:
        return RichText("–", style="dim")
    if column.name == "outcome":
        return RichText(OUTCOMES[str(value)].in_language(language))
    if isinstance(value, (int, Decimal)):
        return RichText(number_text(value, language))
    return RichText(value)


def print_notes(lines: Sequence[str], stream: TextIO, *, width: int | None = None) -> None:
    """Print notes as a list, wrapped to the terminal."""
    console = Console(file=stream, width=width, highlight=False)
    notes = Table.grid(padding=(0, 1, 0, 0))
    for line in lines:
        notes.add_row("·", RichText(line))
    console.print(notes)
