"""A message as Markdown, for mail programs and sites that render it."""

from __future__ import annotations

from decimal import Decimal

from chiso.errors import Language
from chiso.reporting.markdown import escaped, heading, item, table
from chiso.reporting.messages.message import Message
from chiso.reporting.tables import ReportTable, Value, number_text


def markdown_page(told: Message, language: Language) -> str:
    """Return the message with its tables as Markdown has them; nothing in a name is taken for a sign."""
    lines = heading(1, told.title)
    for section in told.sections:
        lines += heading(2, section.heading)
        for title, rows in section.tables:
            lines += [] if title is None else [f"**{escaped(title)}**", ""]
            lines += _table(rows, language)
        lines += [item(line) for line in section.lines]
        lines += [""] if section.lines else []
    return "\n".join(lines)


def _table(own: ReportTable, language: Language) -> list[str]:
    heads = [escaped(column.label.in_language(language)) for column in own.columns]
    numbers = [position for position, column in enumerate(own.columns) if column.kind != "text"]
    return table(heads, [[_cell(value, language) for value in row] for row in own.rows], numbers)


def _cell(value: Value, language: Language) -> str:
    match value:
        case None:
            return "–"
        case int() | Decimal():
            return number_text(value, language)
        case _:
            return escaped(value)
