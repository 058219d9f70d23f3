"""A slow count of the forms: case by case, as an official fills them in with a calendar.

It shares nothing with chiso but the walk that tells lateness, which shares nothing but the calendar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from tests.late.walk import Row, Walk, day


def filled_in(
    cases: Iterable[Row], procedures: Mapping[tuple[object, object], Row], walk: Walk, by: str
) -> dict[object, Counter[str]]:
    """Return how often each column is met, by what stands in the column ``by`` of the cases."""
    found: dict[object, Counter[str]] = {}
    for case in cases:
        procedure = procedures.get((case["unit_code"], case.get("procedure_id")))
        columns = columns_of(case, procedure, walk)
        if columns:
            found.setdefault(case.get(by), Counter()).update(columns)
    return found


def columns_of(case: Row, procedure: Row | None, walk: Walk) -> list[str]:
    """Return the columns that a case stands in, none if it is none of the form's."""
    begun = day(case, "received_at") or day(case, "submitted_at")
    done = day(case, "finished_at") or day(case, "returned_at")
    ended = done or day(case, "stopped_at") or day(case, "refused_at")
    status = case.get("status")
    if begun is None or begun > walk.as_of or (ended is not None and ended < walk.first_day):
        return []
    if status in ("registered", "not_received"):
        return []
    if status == "withdrawn" and day(case, "received_at") is None:
        return []
    columns = ["received", _received(case, begun, walk)]
    walked = walk.place(case, procedure)
    is_late = walked is not None and walked.list in ("open", "finished")
    asked = day(case, "supplement_requested_at")
    awaits = status == "supplement_requested" and (asked is None or asked <= walk.as_of)
    if ended is not None and ended <= walk.as_of:
        return [*columns, "handled", *_handled(case, done, is_late=is_late, status=status)]
    stands_still = awaits or status in ("payment_requested", "withdrawn", "stopped")
    columns += ["open", "open_late" if is_late and not stands_still else "open_in_time"]
    return [*columns, "of_supplement"] if awaits else columns


def _received(case: Row, begun: date, walk: Walk) -> str:
    if begun < walk.first_day:
        return "carried_over"
    return "received_online" if case.get("channel") == "online" else "received_otherwise"


def _handled(case: Row, done: date | None, *, is_late: bool, status: object) -> list[str]:
    if done is None or status in ("withdrawn", "stopped"):
        return ["handled_on_time", "of_no_result"]
    due = day(case, "due_at")
    if is_late:
        return ["handled_late"]
    return ["handled_early" if due is not None and done < due else "handled_on_time"]
