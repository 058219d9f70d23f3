"""Periods (kỳ): what a run scores, both ends inclusive."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chiso.errors import Problem, Text, UsageError
from chiso.terms.columns import FIRST_DAY, LAST_DAY

PeriodKind = Literal["year", "quarter", "month", "ten_days", "year_to_date", "range"]

# Names the whole calendar year before the one in which a period ends.
LAST_YEAR = "last_year"

_FORMS = Text(
    vi="Dạng được phép: 2026, 2026-Q3, 2026-08, 2026-08-D2 (mười ngày thứ hai), 2026-ytd, "
    "2024-03-22..2024-06-29, last-month",
    en="Allowed forms: 2026, 2026-Q3, 2026-08, 2026-08-D2 (second ten days), 2026-ytd, "
    "2024-03-22..2024-06-29, last-month",
)

_LISTS = Text(
    vi="Ví dụ 2026-01..2026-10, 2026-Q1..2026-Q3, hoặc 2026-08,2026-Q3,2026",
    en="For instance 2026-01..2026-10, 2026-Q1..2026-Q3, or 2026-08,2026-Q3,2026",
)
# The kinds of which one follows another.
FOLLOWED: tuple[PeriodKind, ...] = ("year", "quarter", "month", "ten_days")


@dataclass(frozen=True)
class Period:
    """A span of days: ``first_day`` and ``last_day`` both belong to it."""

    label: str
    kind: PeriodKind
    first_day: date
    last_day: date

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def parse_period(text: str, today: date) -> Period:
    """Return the period that ``text`` names; ``today`` resolves ``last-month``.

    Raises UsageError when the text is none of the allowed forms or names days that do not exist.
    """
    text = text.strip()
    if text == "last-month":
        last = today.replace(day=1) - timedelta(days=1)
        return _month(last.year, last.month)
    try:
        period = _parse(text) if text.isascii() else None
    except ValueError:
        period = None
    # Outside these bounds there is no calendar of working days.
    known = period is not None and FIRST_DAY <= period.first_day <= period.last_day <= LAST_DAY
    if period is None or not known:
        raise UsageError(
            Problem(
                Text(vi=f"Không hiểu kỳ “{text}”", en=f"Not a period: “{text}”"),
                hint=_FORMS,
            )
        )
    return period


def parse_fixed_period(text: str) -> Period:
    """Return the period that ``text`` names, the same on whatever day it is read.

    Raises UsageError as ``parse_period`` does, and for ``last-month``.
    """
    if text.strip() == "last-month":
        raise UsageError(
            Problem(
                Text(
                    vi="“last-month” mỗi ngày một khác, không dùng được ở đây",
                    en="“last-month” changes with the day, so it cannot stand here",
                )
            )
        )
    return parse_period(text, FIRST_DAY)


def parse_periods(text: str, today: date) -> tuple[Period, ...]:
    """Return the periods that ``text`` lists, each once, in the order of the text.

    Between commas stands a period, or two of one kind with ``..`` between them for all from the first to the
    last: ``2026-01..2026-10``, ``2025-Q4..2026-Q2,2026``. Two days stay one period. Raises UsageError for a
    list with a fault, all of them told.
    """
    found: dict[Period, None] = {}
    problems: list[Problem] = []
    for part in text.split(","):
        try:
            found.update(dict.fromkeys(_run_of_periods(part.strip(), today)))
        except UsageError as error:
            problems.extend(error.problems)
    if problems:
        raise UsageError(problems)
    return tuple(found)


def _run_of_periods(text: str, today: date) -> Iterator[Period]:
    """Yield the periods of one part of a list."""
    ends = [end.strip() for end in text.split("..")]
    if len(ends) != 2 or all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", end) for end in ends):
        yield parse_period(text, today)
        return
    first, last = (parse_period(end, today) for end in ends)
    if first.kind != last.kind or first.kind not in FOLLOWED or first.first_day > last.first_day:
        raise UsageError(
            Problem(
                Text(
                    vi=f"“{text}” không phải các kỳ cùng loại, từ trước đến sau",
                    en=f"“{text}” are not periods of one kind, from earlier to later",
                ),
                hint=_LISTS,
            )
        )
    period = first
    while period.first_day <= last.first_day:
        yield period
        if period.last_day == LAST_DAY:
            return
        period = next_period(period)


def next_period(period: Period) -> Period:
    """Return the year, quarter, month or ten days that follows; of other kinds there is none to follow."""
    return _holding(period.kind, period.last_day + timedelta(days=1))


def previous_period(period: Period) -> Period | None:
    """Return the year, quarter, month or ten days before, None for other kinds and before the calendar."""
    before = period.first_day - timedelta(days=1)
    return _holding(period.kind, before) if period.kind in FOLLOWED and before >= FIRST_DAY else None


def same_period_last_year(period: Period) -> Period | None:
    """Return the year, quarter, month or ten days of the same name a year before, None for other kinds."""
    year = period.first_day.year - 1
    if period.kind not in FOLLOWED or year < FIRST_DAY.year:
        return None
    return _holding(period.kind, period.first_day.replace(year=year))


def _holding(kind: PeriodKind, day: date) -> Period:
    """Return the period of that kind which ``day`` lies in."""
    labels: dict[PeriodKind, str] = {
        "year": f"{day.year}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "month": f"{day.year}-{day.month:02}",
        "ten_days": f"{day.year}-{day.month:02}-D{min((day.day + 9) // 10, 3)}",
    }
    found = _parse(labels[kind])
    assert found is not None  # such labels are periods
    return found


def earlier_label(name: str, period: Period) -> str:
    """Return the label of the earlier period that ``name`` means in ``period``: ``last_year``, or itself."""
    return f"{period.last_day.year - 1:04}" if name == LAST_YEAR else name


def _parse(text: str) -> Period | None:
    if match := re.fullmatch(r"(\d{4})", text):
        year = int(match[1])
        return Period(text, "year", date(year, 1, 1), date(year, 12, 31))
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = int(match[1]), int(match[2])
        first = date(year, 3 * quarter - 2, 1)
        return Period(text, "quarter", first, _month(year, 3 * quarter).last_day)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return _month(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-(\d{2})-D([123])", text):
        month = _month(int(match[1]), int(match[2]))
        part = int(match[3])
        first = month.first_day.replace(day=10 * part - 9)
        last = month.last_day if part == 3 else month.first_day.replace(day=10 * part)
        return Period(text, "ten_days", first, last)
    if match := re.fullmatch(r"(\d{4})-ytd", text):
        year = int(match[1])
        return Period(text, "year_to_date", date(year, 1, 1), date(year, 12, 31))
    if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
        first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
        return Period(text, "range", first, last)
    return None


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    return Period(f"{year:04}-{month:02}", "month", first, last)


@dataclass(frozen=True)
class Judgement:
    """A period and the day on which its open cases are judged.

    ``as_of`` is the period's last day, or today (or the day asked for) while the period runs; a
    running period is provisional.
    """

    period: Period
    as_of: date

    @property
    def days_so_far(self) -> int:
        """How many days of the period have been judged: all of them once it is over."""
        return (self.as_of - self.period.first_day).days + 1

    @property
    def days_of_year(self) -> int:
        """How many days the calendar year of the day of judgement has."""
        return 366 if calendar.isleap(self.as_of.year) else 365

    @property
    def provisional(self) -> bool:
        """Whether the period still ran on the day of judgement."""
        return self.as_of < self.period.last_day


def judge(period: Period, as_of: date) -> Judgement:
    """Return the period judged on ``as_of``, or on its last day if that is earlier.

    A year to date ends on the day of judgement and is not provisional by itself. Raises UsageError
    when the period had not begun on ``as_of``.
    """
    if as_of < period.first_day:
        raise UsageError(
            Problem(
                Text(
                    vi=f"Kỳ {period.label} chưa bắt đầu vào ngày {as_of:%d/%m/%Y}",
                    en=f"Period {period.label} had not begun on {as_of:%Y-%m-%d}",
                ),
                hint=Text(
                    vi="Chọn kỳ khác, hoặc đặt --as-of trong kỳ",
                    en="Choose another period, or an --as-of inside it",
                ),
            )
        )
    day = min(as_of, period.last_day)
    if period.kind == "year_to_date":
        period = Period(period.label, period.kind, period.first_day, day)
    return Judgement(period, day)
