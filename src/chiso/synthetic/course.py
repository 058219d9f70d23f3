"""The course of one case: its dates and status, drawn so that it turns out as asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from chiso.synthetic.chance import delay, happens
from chiso.synthetic.figures import Shape
from chiso.synthetic.office_days import OfficeDays

_ATTEMPTS = 1000


class Outcome(StrEnum):
    """How a case stands on the day of judgement; the words are those of the figures file."""

    FINISHED_IN_TIME = "finished_in_time"
    FINISHED_WITHOUT_DUE_DATE = "finished_without_due_date"
    FINISHED_BY_SUBTRACTED_WAIT = "finished_by_subtracted_wait"
    OPEN_IN_TIME = "open_in_time"
    WAITING_ASKED_ONCE = "waiting_asked_once"
    REFUSED = "refused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    FINISHED_LATE = "finished_late"
    LATE_DESPITE_WAIT = "late_despite_wait"
    OPEN_LATE = "open_late"
    WAITING_ASKED_TWICE = "waiting_asked_twice"
    WAITING_ASKED_TOO_LATE = "waiting_asked_too_late"
    STOPPED_LATE = "stopped_late"


FINISHED = frozenset(
    {
        Outcome.FINISHED_IN_TIME,
        Outcome.FINISHED_WITHOUT_DUE_DATE,
        Outcome.FINISHED_BY_SUBTRACTED_WAIT,
        Outcome.FINISHED_LATE,
        Outcome.LATE_DESPITE_WAIT,
    }
)
LATE = frozenset(
    {
        Outcome.FINISHED_LATE,
        Outcome.LATE_DESPITE_WAIT,
        Outcome.OPEN_LATE,
        Outcome.WAITING_ASKED_TWICE,
        Outcome.WAITING_ASKED_TOO_LATE,
        Outcome.STOPPED_LATE,
    }
)
# What a case received in the year before may have come to.
CARRIED_OVER = frozenset(
    {
        Outcome.FINISHED_IN_TIME,
        Outcome.FINISHED_BY_SUBTRACTED_WAIT,
        Outcome.FINISHED_LATE,
        Outcome.LATE_DESPITE_WAIT,
        Outcome.OPEN_LATE,
    }
)
# What needs room between receipt and due day for asking the citizen.
WITH_SUPPLEMENT = frozenset(
    {
        Outcome.FINISHED_BY_SUBTRACTED_WAIT,
        Outcome.LATE_DESPITE_WAIT,
        Outcome.WAITING_ASKED_ONCE,
        Outcome.WAITING_ASKED_TWICE,
        Outcome.WAITING_ASKED_TOO_LATE,
    }
)


@dataclass(frozen=True)
class Course:
    """The dates and the status of one case; None is what has not happened."""

    received_at: datetime
    due_at: datetime | None
    status: str
    supplement_requests: int = 0
    supplement_requested_at: datetime | None = None
    supplement_done_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    refused_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def closed_at(self) -> datetime | None:
        """When the case ended, or None while it is open."""
        return self.finished_at or self.returned_at or self.stopped_at or self.refused_at


@dataclass(frozen=True)
class _Plan:
    """Days of a course by the number of the working day; None is what does not happen."""

    received: int
    requested: int | None = None
    done: int | None = None
    closed: int | None = None


@dataclass(frozen=True)
class _Wait:
    """A supplement asked for and brought; closing counts as in time until ``last_in_time``."""

    received: int
    requested: int
    done: int
    due: int
    last_in_time: int

    def closed_on(self, number: int) -> _Plan:
        """Return the plan of a case closed on that working day."""
        return _Plan(self.received, self.requested, self.done, number)


class CourseMaker:
    """Draws courses for one commune between the first day of the period and the day of judgement."""

    def __init__(
        self, chance: random.Random, days: OfficeDays, shape: Shape, first_day: date, as_of: date
    ) -> None:
        self._chance = chance
        self._days = days
        self._shape = shape
        self._start = days.first_from(shape.carried_over_from)
        self._first = days.first_from(first_day)
        self._last = days.last_until(as_of)
        self._receipt_days = range(self._first, self._last + 1)
        self._receipt_weights = days.weights(self._receipt_days, shape.receipts_by_month)
        self._plans: dict[Outcome, Callable[[int, bool], _Plan | None]] = {
            Outcome.FINISHED_IN_TIME: self._finished_in_time,
            Outcome.FINISHED_WITHOUT_DUE_DATE: self._closed_in_time,
            Outcome.FINISHED_BY_SUBTRACTED_WAIT: self._finished_by_subtracted_wait,
            Outcome.OPEN_IN_TIME: self._open_in_time,
            Outcome.WAITING_ASKED_ONCE: self._waiting_in_time,
            Outcome.REFUSED: self._closed_in_time,
            Outcome.STOPPED: self._closed_in_time,
            Outcome.WITHDRAWN: self._closed_in_time,
            Outcome.FINISHED_LATE: self._closed_late,
            Outcome.LATE_DESPITE_WAIT: self._late_despite_wait,
            Outcome.OPEN_LATE: self._open_late,
            Outcome.WAITING_ASKED_TWICE: self._waiting_in_time,
            Outcome.WAITING_ASKED_TOO_LATE: self._waiting_asked_too_late,
            Outcome.STOPPED_LATE: self._closed_late,
        }

    def course(self, outcome: Outcome, time_limit: int, carried_over: bool) -> Course:
        """Return a course that ends in ``outcome``; ``time_limit`` is in working days."""
        for _ in range(_ATTEMPTS):
            plan = self._plans[outcome](time_limit, carried_over)
            if plan is not None:
                return self._dated(plan, outcome, time_limit)
        raise ValueError(f"no course for {outcome} within {time_limit} working days")

    def _received(self, carried_over: bool) -> int:
        if carried_over:
            return self._chance.randrange(self._start, self._first)
        return self._chance.choices(self._receipt_days, self._receipt_weights)[0]

    def _between(self, first: int, last: int) -> int:
        return self._chance.randint(first, last)

    def _closed_in_time(self, limit: int, carried_over: bool) -> _Plan:
        if carried_over:
            # Only cases that fall due in the new year can still be finished in time in it.
            received = self._between(max(self._start, self._first - limit), self._first - 1)
        else:
            received = self._received(carried_over)
        earliest = max(received, self._first)
        latest = min(received + limit, self._last)
        elapsed = (latest - earliest + 1) * self._chance.random() ** self._shape.earliness
        return _Plan(received, closed=earliest + int(elapsed))

    def _finished_in_time(self, limit: int, carried_over: bool) -> _Plan:
        plan = self._closed_in_time(limit, carried_over)
        closed = plan.closed if plan.closed is not None else plan.received
        too_short = limit < self._shape.least_limit_for_supplement or closed == plan.received
        if too_short or not happens(self._chance, self._shape.supplement_in_time):
            return plan
        requested = self._between(plan.received, closed - 1)
        return replace(plan, requested=requested, done=self._between(requested + 1, closed))

    def _closed_late(self, limit: int, carried_over: bool) -> _Plan | None:
        received = self._received(carried_over)
        due = received + limit
        if carried_over:
            latest = self._first + self._shape.carried_over_finish_within
            earliest = max(self._first, due + 1)
            return _Plan(received, closed=self._between(earliest, latest)) if earliest <= latest else None
        closed = due + delay(self._chance, self._shape.mean_delay)
        return _Plan(received, closed=closed) if closed <= self._last else None

    def _supplemented(self, limit: int, carried_over: bool) -> _Wait:
        received = self._received(carried_over)
        due = received + limit
        requested = self._between(received + 1, due)
        done = requested + self._between(1, self._shape.longest_wait)
        waited = self._days.calendar_days(requested, done)
        last_in_time = due
        while self._days.calendar_days(due, last_in_time + 1) <= waited:
            last_in_time += 1
        return _Wait(received, requested, done, due, last_in_time)

    def _finished_by_subtracted_wait(self, limit: int, carried_over: bool) -> _Plan | None:
        wait = self._supplemented(limit, carried_over)
        earliest = max(wait.due + 1, wait.done, self._first)
        latest = min(wait.last_in_time, self._last)
        return wait.closed_on(self._between(earliest, latest)) if earliest <= latest else None

    def _late_despite_wait(self, limit: int, carried_over: bool) -> _Plan | None:
        wait = self._supplemented(limit, carried_over)
        earliest = max(wait.last_in_time + 1, wait.done, self._first)
        closed = earliest - 1 + delay(self._chance, self._shape.mean_delay)
        return wait.closed_on(closed) if closed <= self._last else None

    def _open_in_time(self, limit: int, carried_over: bool) -> _Plan:
        return _Plan(self._between(self._last + 1 - limit, self._last))

    def _open_late(self, limit: int, carried_over: bool) -> _Plan | None:
        if carried_over:
            received = self._received(carried_over)
        else:
            received = self._last + 1 - limit - delay(self._chance, self._shape.mean_delay_open)
        in_place = carried_over or received >= self._first
        return _Plan(received) if in_place and received + limit <= self._last else None

    def _waiting(self, first_after: int, last_after: int) -> _Plan | None:
        """Return a case asked for a supplement so many working days after its receipt, none come."""
        received = self._between(self._last - self._shape.waiting_since_at_most, self._last - 1)
        last = min(received + last_after, self._last)
        if received + first_after > last:
            return None
        return _Plan(received, requested=self._between(received + first_after, last))

    def _waiting_in_time(self, limit: int, carried_over: bool) -> _Plan | None:
        return self._waiting(1, limit)

    def _waiting_asked_too_late(self, limit: int, carried_over: bool) -> _Plan | None:
        return self._waiting(limit + 1, limit + self._shape.longest_wait)

    def _dated(self, plan: _Plan, outcome: Outcome, limit: int) -> Course:
        """Return the plan as a course with times of day and a status."""
        received_at = self._days.receipt(self._chance, plan.received)
        # Eight working hours a day bring the due time to the hour of receipt, so finishing later on
        # the due day is in time by date only.
        due_at = datetime.combine(self._days.days[plan.received + limit], received_at.time())
        course = Course(received_at, due_at, status="processing")
        latest = received_at
        if plan.requested is not None:
            latest = self._days.after(self._chance, plan.requested, latest)
            asked = 2 if happens(self._chance, self._shape.asked_twice) else 1
            course = replace(course, supplement_requests=asked, supplement_requested_at=latest)
        if plan.done is not None:
            latest = self._days.after(self._chance, plan.done, latest)
            course = replace(course, supplement_done_at=latest)
        if plan.closed is not None:
            latest = self._days.after(self._chance, plan.closed, latest)
            if outcome in FINISHED:
                course = self._finished(course, latest, plan.closed)
        match outcome:
            case Outcome.FINISHED_WITHOUT_DUE_DATE:
                return replace(course, due_at=None)
            case Outcome.WAITING_ASKED_ONCE | Outcome.WAITING_ASKED_TOO_LATE:
                return replace(course, status="supplement_requested", supplement_requests=1)
            case Outcome.WAITING_ASKED_TWICE:
                return replace(course, status="supplement_requested", supplement_requests=2)
            case Outcome.REFUSED:
                return replace(course, status="stopped", refused_at=latest)
            case Outcome.STOPPED | Outcome.STOPPED_LATE:
                return replace(course, status="stopped", stopped_at=latest)
            case Outcome.WITHDRAWN:
                return replace(course, status="withdrawn", stopped_at=latest)
            case _:
                return course

    def _finished(self, course: Course, finished_at: datetime, closed: int) -> Course:
        returned = closed + self._chance.randint(0, self._shape.longest_return)
        if returned > self._last or happens(self._chance, self._shape.not_yet_returned):
            return replace(course, status="processed", finished_at=finished_at)
        returned_at = self._days.after(self._chance, returned, finished_at)
        return replace(course, status="returned", finished_at=finished_at, returned_at=returned_at)
