"""Values as an official letter writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from chiso.errors import Language
from chiso.reporting.tables import day_text, number_text


def shown(value: object, language: Language) -> str:
    """Return a value as a letter writes it; what is absent is a dash, never 0."""
    match value:
        case None:
            return "–"
        case bool():
            return str(value)
        case int() | Decimal():
            return number_text(value, language)
        case date():
            return day_text(value, language)
        case _:
            return str(value)
