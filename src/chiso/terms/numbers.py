"""Numbers and days as people write them: 1.234,56 and 31/08/2026 in Vietnamese."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from chiso.arithmetic import plain
from chiso.errors import Language


def number_text(value: Decimal | int, language: Language) -> str:
    """Return a number as people write it: 1.234,56 in Vietnamese, 1,234.56 in English."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def signed_text(value: Decimal | int, language: Language) -> str:
    """Return a change or difference as people write it: +1.50, −1.50, 0.00."""
    text = number_text(-value if value < 0 else value, language)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def shortest_text(value: Decimal, language: Language) -> str:
    """Return a number without needless noughts: 10 for 10.00, 2.5 for 2.50 (in Vietnamese 2,5)."""
    return with_mark(plain(value), language)


def with_mark(text: str, language: Language) -> str:
    """Return numbers that stand with a decimal point (97.5%) with the mark of the language (97,5%)."""
    return text.replace(".", ",") if language == "vi" else text


def day_text(day: date, language: Language) -> str:
    """Return a day as people write it: 31/08/2026 in Vietnamese, 2026-08-31 in English."""
    return f"{day:%d/%m/%Y}" if language == "vi" else day.isoformat()
