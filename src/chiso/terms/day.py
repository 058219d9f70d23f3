"""A day as people and files write it."""

from __future__ import annotations

from datetime import date, datetime

_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d")


def parse_day(text: str) -> date | None:
    """Return the day, None for an empty cell; raises ValueError for anything else."""
    if not text:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(text)
