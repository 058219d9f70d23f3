"""Tables for the terminal, legible at 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.segment import Segments
from rich.table import Table
from rich.text import Text as RichText

from chiso.errors import Language, Text
from chiso.reporting.tables import LABELS, OUTCOMES, VALUE_UNITS, Column, ReportTable, Value, number_text

# Below this width codes make way for names.
_WIDE = 100
_WIDER = 110
_NEVER_SHOWN = frozenset({"period", "level", "group"})
_NAMES = frozenset({"unit_name", "key_name", "index_name"})
_LEAST_NAME_WIDTH = 12
_NEVER_BROKEN = frozenset(
    (
        *("unit_code", "index", "band", "key"),
        *("case_id", "petition_id", "officer_code", "received_on", "due_on", "ended_on"),
    )
)


def print_table(table: ReportTable, stream: TextIO, language: Language, *, width: int | None = None) -> None:
    """Print ``table`` with labels in ``language``; columns that tell nothing are left out."""
    console = Console(file=stream, width=width, highlight=False, soft_wrap=False)
    table = _with_units(table, language)
    if console.width < _WIDE:
        table = _with_pairs(table, language)
    shown = _shown(table, console.width)
    # Where there is little room, it goes to the names rather than between the columns.
    padding = (0, 1 if console.width >= _WIDE else 0, 0, 0)
    view = Table(box=SIMPLE_HEAD, pad_edge=False, padding=padding, show_edge=False)
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
            min_width=_least_width(table, column, language),
            header_style="bold",
        )
    for line, row in enumerate(table.rows):
        if line in table.headings:
            view.add_row()
        view.add_row(*(_cell(table.columns[p], row[p], language) for p in shown))
    if not table.headings:
        console.print(view)
        return
    headings = [table.headings[line].in_language(language) for line in sorted(table.headings)]
    _print_with_headings(view, headings, console)


def _print_with_headings(view: Table, headings: Sequence[str], console: Console) -> None:
    """Print ``view`` with the next heading, as wide as the terminal, in the place of each empty line."""
    left = list(headings)
    for line in console.render_lines(view, pad=False):
        if any(segment.text.strip() for segment in line):
            console.print(Segments(line), soft_wrap=True)
            console.line()
        elif left:
            if len(left) < len(headings):
                console.line()
            console.print(RichText(left.pop(0), style="bold"))


def _with_units(table: ReportTable, language: Language) -> ReportTable:
    """Return the table with percents, means and the like in one column, each with its unit."""

    def shown(_percent: Value, value: Value, unit: Value) -> Value:
        if not isinstance(value, Decimal):
            return value
        word = VALUE_UNITS[str(unit)].in_language(language)
        return f"{number_text(value, language)} {word}".rstrip()

    return _merged(
        table, ("percent", "value", "value_unit"), Column("value", "decimal", LABELS["value"]), shown
    )


def _with_pairs(table: ReportTable, language: Language) -> ReportTable:
    """Return the table with numerator and denominator in one column, which leaves more room for names."""

    def shown(numerator: Value, denominator: Value) -> Value:
        if not isinstance(denominator, int):
            return None
        # What few citizens said is not told, but how many they are.
        above = number_text(numerator, language) if isinstance(numerator, int) else "–"
        return f"{above} / {number_text(denominator, language)}"

    # A number's heading breaks at blanks; the stroke stays with the first word.
    label = Text(vi="Tử\u00a0số\u00a0/ mẫu\u00a0số", en="Numerator\u00a0/ denominator")
    return _merged(table, ("numerator", "denominator"), Column("counts", "integer", label), shown)


def _merged(
    table: ReportTable, names: Sequence[str], column: Column, shown: Callable[..., Value]
) -> ReportTable:
    """Return the table with one column in the place of those named, which stand side by side."""
    first = next((n for n, column in enumerate(table.columns) if column.name == names[0]), None)
    if first is None:
        return table
    after = first + len(names)
    return ReportTable(
        (*table.columns[:first], column, *table.columns[after:]),
        tuple((*row[:first], shown(*row[first:after]), *row[after:]) for row in table.rows),
        table.headings,
    )


def _least_width(table: ReportTable, column: Column, language: Language) -> int | None:
    """Return the width below which a column that may go on in the next line would break its words."""
    if column.name in _NAMES:
        return _LEAST_NAME_WIDTH
    if column.name != "outcome":
        return None
    texts = (_cell(column, value, language).plain for value in set(table.column("outcome")))
    return max((len(word) for text in texts for word in text.split()), default=None)


def _shown(table: ReportTable, width: int) -> list[int]:
    names = [column.name for column in table.columns]
    return [
        position
        for position, column in enumerate(table.columns)
        if column.name not in _NEVER_SHOWN
        and column.shown_from <= width
        and _tells(table, column.name, names, width)
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
        case "index_name":
            # Beside the codes of several units a narrow table has no room for it.
            several_units = "unit_code" in names and len(set(table.column("unit_code"))) > 1
            return width >= _WIDE or not several_units
        case "max_points" if "lost" in names and width < _WIDE:
            # It is the points and what was lost together.
            return False
        case "max_points" if not by_index:
            return (len(set(values)) > 1 and not table.headings) or "key" in names
        case "outcome" if not by_index:
            return "partial" in values and width >= _WIDER
        case "points" | "band" | "value":
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
