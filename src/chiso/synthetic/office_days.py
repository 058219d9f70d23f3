"""Working days by number, and times of day inside office hours."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from chiso.terms.working_days import WorkingDays

_MORNING = (time(7, 30), time(11, 30))
_AFTERNOON = (time(13, 30), time(17, 0))
# New cases are taken in until an hour before closing, so that the day has room for what follows.
_LAST_HOUR = 3600


def _seconds(span: tuple[time, time]) -> int:
    start, end = span
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) * 60


_OFFICE_SECONDS = _seconds(_MORNING) + _seconds(_AFTERNOON)


class OfficeDays:
    """The working days from ``first`` to ``last``, each with its number from 0 on."""

    def __init__(self, calendar: WorkingDays, first: date, last: date) -> None:
        span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        self.days: tuple[date, ...] = tuple(day for day in span if calendar.is_working_day(day))

    def first_from(self, day: date) -> int:
        """Return the number of the first working day on or after ``day``."""
        return next(number for number, other in enumerate(self.days) if other >= day)

    def last_until(self, day: date) -> int:
        """Return the number of the last working day on or before ``day``."""
        return max(number for number, other in enumerate(self.days) if other <= day)

    def calendar_days(self, start: int, end: int) -> int:
        """Return the calendar days from working day number ``start`` to ``end``."""
        return (self.days[end] - self.days[start]).days

    def weights(self, numbers: range, by_month: Mapping[int, int]) -> list[int]:
        """Return the month's weight of each working day in ``numbers``."""
        return [by_month[self.days[number].month] for number in numbers]

    def receipt(self, chance: random.Random, number: int) -> datetime:
        """Return a moment of that day at which the counter takes in cases."""
        return self._moment(number, chance.randrange(_OFFICE_SECONDS - _LAST_HOUR))

    def after(self, chance: random.Random, number: int, earlier: datetime) -> datetime:
        """Return a moment of that day in office hours, later than ``earlier`` where they share the day."""
        start = self._position(earlier) + 1 if earlier.date() == self.days[number] else 0
        return self._moment(number, chance.randrange(min(start, _OFFICE_SECONDS - 1), _OFFICE_SECONDS))

    def before(self, chance: random.Random, number: int, later: datetime) -> datetime:
        """Return a moment of that day in office hours, not later than ``later``."""
        end = self._position(later) + 1 if later.date() == self.days[number] else _OFFICE_SECONDS
        return self._moment(number, chance.randrange(end))

    def _moment(self, number: int, position: int) -> datetime:
        morning = _seconds(_MORNING)
        if position < morning:
            start, seconds = _MORNING[0], position
        else:
            start, seconds = _AFTERNOON[0], position - morning
        return datetime.combine(self.days[number], start) + timedelta(seconds=seconds)

    def _position(self, moment: datetime) -> int:
        if moment.time() < _AFTERNOON[0]:
            return (moment - datetime.combine(moment.date(), _MORNING[0])).seconds
        return _seconds(_MORNING) + (moment - datetime.combine(moment.date(), _AFTERNOON[0])).seconds
