"""What periods are called in running text: Tháng 8 năm 2026, August 2026."""

from __future__ import annotations

from chiso.errors import Text
from chiso.reporting.tables import day_text
from chiso.terms.period import Period

_ROMAN = ("I", "II", "III", "IV")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_THIRDS = (Text("đầu", "First"), Text("giữa", "Second"), Text("cuối", "Last"))


def period_name(period: Period) -> Text:
    """Return what a period is called; one without a name of its own is told by its first and last day."""
    first, year = period.first_day, period.first_day.year
    month = Text(f"tháng {first.month} năm {year}", f"{_MONTHS[first.month - 1]} {year}")
    match period.kind:
        case "year":
            return Text(f"Năm {year}", f"{year}")
        case "quarter":
            number = (first.month + 2) // 3
            return Text(f"Quý {_ROMAN[number - 1]} năm {year}", f"Quarter {number} of {year}")
        case "month":
            return Text(month.vi.capitalize(), month.en)
        case "ten_days":
            third = _THIRDS[(first.day - 1) // 10]
            return Text(f"Mười ngày {third.vi} {month.vi}", f"{third.en} ten days of {month.en}")
        case _:
            vi, en = ([day_text(day, lang) for day in (first, period.last_day)] for lang in ("vi", "en"))
            return Text(f"Từ {vi[0]} đến {vi[1]}", f"{en[0]} to {en[1]}")
