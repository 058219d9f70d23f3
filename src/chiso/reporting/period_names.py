"""Days and periods in running text: tháng 8 năm 2026, ngày 05 tháng 02 năm 2026."""

from __future__ import annotations

from datetime import date

from chiso.errors import Language, Text
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


def period_name(period: Period) -> Text:
    """Return what a period is called where its name begins a line: Tháng 8 năm 2026."""
    vi, en = period_words(period, "vi"), period_words(period, "en")
    return Text(vi[:1].upper() + vi[1:], en[:1].upper() + en[1:])
