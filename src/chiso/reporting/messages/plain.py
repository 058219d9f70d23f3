"""A message as plain text: 72 columns, as mails have them."""

from __future__ import annotations

import io
import textwrap
import unicodedata

from chiso.errors import Language
from chiso.reporting.console import print_table
from chiso.reporting.messages.message import Message
from chiso.reporting.tables import ReportTable

COLUMNS = 72


def plain_text(told: Message, language: Language) -> str:
    """Return the message, its tables aligned; every letter is one column wide, since all are composed."""
    lines = [*textwrap.wrap(told.title.upper(), COLUMNS), ""]
    for section in told.sections:
        lines += [section.heading, "-" * len(section.heading), ""]
        for title, table in section.tables:
            lines += [] if title is None else textwrap.wrap(title, COLUMNS)
            lines += [*_aligned(table, language), ""]
        for line in section.lines:
            lines += textwrap.wrap(line, COLUMNS, initial_indent="- ", subsequent_indent="  ")
        lines += [""] if section.lines else []
    return unicodedata.normalize("NFC", "\n".join(lines))


def _aligned(table: ReportTable, language: Language) -> list[str]:
    stream = io.StringIO()
    print_table(table, stream, language, width=COLUMNS)
    return [line.rstrip() for line in stream.getvalue().splitlines()]
