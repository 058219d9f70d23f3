"""A slow walk through case files: the lists of late cases as an official makes them with a calendar.

It shares nothing with chiso but which days are worked. Rows are dictionaries of days and plain values; an
empty cell is None.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chiso.terms.columns import FIRST_DAY, LAST_DAY
from chiso.terms.working_days import WorkingDays

Row = Mapping[str, object]


@dataclass(frozen=True)
class Walked:
    """Where a case stands: on a list with its working days late or left, or undetermined."""

    list: str
    late: int | None = None
    left: int | None = None


@dataclass(frozen=True)
class Walk:
    """Judges one case after the other."""

    first_day: date
    as_of: date
    working_days: WorkingDays
    within: int

    def worked(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to ``end``; negative when reversed."""
        days = days_worked(self.working_days)
        return bisect_right(days, end) - bisect_right(days, start)

    def place(self, case: Row, procedure: Row | None) -> Walked | None:
        """Return the list a case stands on, None if on none."""
        opened = day(case, "received_at") or day(case, "submitted_at")
        ends = ("finished_at", "returned_at", "stopped_at", "refused_at")
        closed = next((found for name in ends if (found := day(case, name))), None)
        if opened is None or opened > self.as_of or (closed is not None and closed < self.first_day):
            return None
        if case.get("status") in ("registered", "not_received"):
            return None
        if case.get("status") == "withdrawn" and day(case, "received_at") is None:
            return None
        is_open = closed is None or closed > self.as_of
        late_list = "open" if is_open else "finished"
        asked, answered = day(case, "supplement_requested_at"), day(case, "supplement_done_at")
        waiting = case.get("status") == "supplement_requested" and is_open
        if waiting:
            if int(str(case.get("supplement_requests") or 0)) > 1:
                return Walked(late_list)
            # The clock stands still from the day it was asked for.
            judged, asked, answered = min(asked or self.as_of, self.as_of), None, None
        else:
            judged = self.as_of if is_open else closed
        assert judged is not None
        waited = waited_worked = 0
        if asked is not None and answered is not None:
            # What was waited up to the day of judgement.
            waited = max((answered - asked).days - max((answered - judged).days, 0), 0)
            after = max(self.worked(judged, answered), 0)
            waited_worked = max(self.worked(asked, answered) - after, 0)
        days = self._days_over(case, procedure, opened, judged, waited, waited_worked)
        if days is None:
            return Walked("undetermined")
        is_late, over = days
        if is_late:
            return Walked(late_list, late=over)
        if is_open and not waiting and judged == self.as_of and -over <= self.within:
            return Walked("due", left=-over)
        return None

    def _days_over(
        self, case: Row, procedure: Row | None, opened: date, judged: date, waited: int, waited_worked: int
    ) -> tuple[bool, int] | None:
        """Return whether a case is late, and by how many working days (below 0: so many are left)."""
        due = day(case, "due_at")
        if due is not None:
            last = due + timedelta(days=waited)
            return judged > last, self.worked(last, judged)
        limit = None if procedure is None else procedure.get("time_limit")
        if procedure is None or limit is None:
            return None
        allowed, used = int(str(limit)), self.worked(opened, judged) - waited_worked
        match procedure.get("time_limit_unit"):
            case "working_day":
                return used > allowed, used - allowed
            case "hour":
                # Every working day used is eight hours.
                return 8 * used > allowed, used - allowed // 8
            case "day":
                taken = (judged - opened).days - waited
                beyond = taken - allowed
                # So far away that no calendar has it: not late, and not due.
                if allowed > 100_000:
                    return False, -allowed
                return beyond > 0, self.worked(opened + timedelta(days=allowed + waited), judged)
            case _:
                return None


@cache
def days_worked(working_days: WorkingDays) -> list[date]:
    """Return every working day of the calendar, in order."""
    days = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in days if working_days.is_working_day(day)]


def day(row: Row, name: str) -> date | None:
    """Return the day of a moment, None where the cell is empty."""
    value = row.get(name)
    if value is None:
        return None
    assert isinstance(value, date)
    return date(value.year, value.month, value.day)
