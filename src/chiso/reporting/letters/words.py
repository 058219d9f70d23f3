"""Days, periods and numbers as an official letter writes them, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from chiso.errors import Language
from chiso.reporting.tables import day_text, number_text
from chiso.terms.period import Period

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_TENS_VI = ("thứ nhất", "thứ hai", "thứ ba")
_TENS_EN = ("first", "second", "third")


def long_day(day: date, language: Language) -> str:
    """Return a day in full: ngày 05 tháng 02 năm 2026, a nought before days under ten, months 1 and 2."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"ngày {day.day:02} tháng {_month(day)} năm {day.year}"


def _month(day: date) -> str:
    return f"{day.month:02}" if day.month < 3 else f"{day.month}"


def period_words(period: Period, language: Language) -> str:
    """Return a period as a sentence names it: tháng 8 năm 2026, quý III năm 2026."""
    first, last = period.first_day, period.last_day
    quarter, tens = (first.month + 2) // 3, min((first.day + 9) // 10, 3) - 1
    if language == "en":
        month = f"{_MONTHS[first.month - 1]} {first.year}"
        return {
            "year": f"{first.year}",
            "quarter": f"quarter {quarter} of {first.year}",
            "month": month,
            "ten_days": f"the {_TENS_EN[tens]} ten days of {month}",
            "year_to_date": f"{first.year} up to {long_day(last, 'en')}",
            "range": f"the days from {long_day(first, 'en')} to {long_day(last, 'en')}",
        }[period.kind]
    month = f"tháng {_month(first)} năm {first.year}"
    return {
        "year": f"năm {first.year}",
        "quarter": f"quý {roman(quarter)} năm {first.year}",
        "month": month,
        "ten_days": f"mười ngày {_TENS_VI[tens]} của {month}",
        "year_to_date": f"từ đầu năm {first.year} đến {long_day(last, 'vi')}",
        "range": f"từ {long_day(first, 'vi')} đến {long_day(last, 'vi')}",
    }[period.kind]


def roman(number: int) -> str:
    """Return a number from 1 to 49 in Roman figures, as annexes and quarters bear it."""
    text = ""
    for value, figure in _ROMAN:
        while number >= value:
            text += figure
            number -= value
    return text


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
