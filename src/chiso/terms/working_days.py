"""Working days (ngày làm việc) of public offices, 1990 to 2099.

The holidays package knows the public holidays; a dated table of government swap days is laid over
it, and a user's own table over both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import yaml

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.terms.columns import FIRST_DAY, LAST_DAY

_FORM = Text(
    vi="Mỗi mục swap_days có day_off, worked (ngày dạng 2026-01-02) và document; "
    "mỗi mục unsettled có holiday và day_off",
    en="Each swap_days entry has day_off, worked (dates like 2026-01-02) and document; "
    "each unsettled entry has holiday and day_off",
)


@dataclass(frozen=True)
class SwapDays:
    """The days a table declares off or worked, and the holidays it does not take as days off."""

    off: frozenset[date]
    worked: frozenset[date]
    holidays_off: dict[str, bool]


@dataclass(frozen=True)
class WorkingDays:
    """The days off and the weekend days worked; everything else follows the week."""

    days_off: frozenset[date]
    weekend_days_worked: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work on ``day``."""
        if day.weekday() >= 5:
            return day in self.weekend_days_worked
        return day not in self.days_off

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Working days from 1/1/1990 up to and including each day; position 0 is 1/1/1990."""
        counts, total, day = [], 0, FIRST_DAY
        while day <= LAST_DAY:
            total += self.is_working_day(day)
            counts.append(total)
            day += timedelta(days=1)
        return tuple(counts)

    def between(self, start: date, end: date) -> int:
        """Return the working days d with start < d ≤ end; negative when reversed."""
        return self.counts[(end - FIRST_DAY).days] - self.counts[(start - FIRST_DAY).days]

    def after(self, start: date, number: int) -> date | None:
        """Return the working day that comes as the ``number``-th after ``start``; ``start`` itself for 0.

        A number below 0 counts backwards, to the last day that is so many working days before. None for a
        day that the calendar does not reach.
        """
        if number == 0:
            return start
        position = bisect_left(self.counts, self.counts[(start - FIRST_DAY).days] + number)
        inside = number > -self.counts[(start - FIRST_DAY).days] and position < len(self.counts)
        return FIRST_DAY + timedelta(days=position) if inside else None


def load_working_days(own_table: Path | None = None) -> WorkingDays:
    """Return the calendar of working days, with ``own_table`` laid over the shipped swap days.

    Raises RecordsError when the own table is missing or not of the documented form.
    """
    return _shipped() if own_table is None else _built([_read_own_table(own_table)])


@cache
def _shipped() -> WorkingDays:
    return _built([])


def _built(own_tables: list[SwapDays]) -> WorkingDays:
    # Imported here: what needs no working day should not wait for it.
    import holidays

    shipped = yaml.safe_load(files("chiso.terms").joinpath("working_days.yaml").read_text("utf-8"))
    tables = [_swap_days(shipped), *own_tables]
    settled = {name: off for table in tables for name, off in table.holidays_off.items()}
    vietnam = holidays.country_holidays(
        "VN", years=range(FIRST_DAY.year, LAST_DAY.year + 1), language="en_US"
    )
    days_off = {
        day
        for day, name in vietnam.items()
        if not any(name.startswith(other) and not off for other, off in settled.items())
    }
    worked = set(vietnam.weekend_workdays)
    for table in tables:
        days_off = (days_off | table.off) - table.worked
        worked = (worked | table.worked) - table.off
    return WorkingDays(frozenset(days_off), frozenset(worked))


def _read_own_table(path: Path) -> SwapDays:
    try:
        data = yaml.safe_load(path.read_text("utf-8-sig"))
        return _swap_days(data)
    except OSError as error:
        message = Text(vi="Không đọc được bảng ngày làm việc", en="Cannot read the working-day table")
        raise RecordsError(Problem(message, Place(str(path)), _FORM)) from error
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        message = Text(
            vi="Bảng ngày làm việc không đúng dạng", en="The working-day table is not of the right form"
        )
        raise RecordsError(Problem(message, Place(str(path)), _FORM)) from error


def _swap_days(data: object) -> SwapDays:
    if not isinstance(data, dict):
        raise TypeError("a mapping is needed")
    swaps = data.get("swap_days") or []
    unsettled = data.get("unsettled") or []
    return SwapDays(
        off=frozenset(_dates(entry.get("day_off") for entry in swaps)),
        worked=frozenset(_dates(entry.get("worked") for entry in swaps)),
        holidays_off={str(entry["holiday"]): bool(entry["day_off"]) for entry in unsettled},
    )


def _dates(values: Iterable[object]) -> list[date]:
    given = [value for value in values if value is not None]
    if any(type(value) is not date for value in given):
        raise ValueError("not a date")
    return [value for value in given if isinstance(value, date)]
