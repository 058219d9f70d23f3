"""Stretches of days on which a catalogue says the same, and what it says on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue
from chiso.catalogue.model import CatalogueText

Value = TypeVar("Value")


@dataclass(frozen=True)
class Days:
    """A stretch of days, both ends inclusive; ``last`` is None where it has no end."""

    first: date
    last: date | None

    def before(self, other: Days) -> bool:
        """Return whether ``other`` begins on the day after this one ends."""
        return self.last is not None and self.last + timedelta(days=1) == other.first


@dataclass(frozen=True)
class Side:
    """A catalogue on one day: as written, and what that means."""

    text: CatalogueText
    rules: RuleSet


@dataclass(frozen=True)
class Dated(Generic[Value]):
    """A value and the days on which it holds."""

    value: Value
    days: Days


def side_on(catalogue: Catalogue, day: date) -> Side:
    """Return the catalogue on ``day``."""
    return Side(catalogue.text(day), catalogue.rules(day))


def days_of(edition_id: str, catalogue: Catalogue) -> Days:
    """Return the days on which an edition is in force; raises UsageError when there is no such edition."""
    edition = catalogue.edition(edition_id)
    starts = stretches_from(edition.from_ for edition in catalogue.editions)
    return next(days for days in starts if days.first == edition.from_)


def stretches_from(first_days: Iterable[date]) -> list[Days]:
    """Return the stretches that begin on the given days, the last of them without an end."""
    starts = sorted(set(first_days))
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return [Days(first, last) for first, last in zip(starts, [*ends, None], strict=True)]


def stretches(catalogue: Catalogue, edition_id: str | None = None) -> list[Dated[Side]]:
    """Return the catalogue over time, or over the days of one edition."""
    within = None if edition_id is None else days_of(edition_id, catalogue)
    return [
        Dated(side_on(catalogue, days.first), days)
        for days in stretches_from(catalogue.first_days())
        if within is None
        or (days.first >= within.first and (within.last is None or days.first <= within.last))
    ]


def over_time(sides: Sequence[Dated[Side]], value: Callable[[Side], Value]) -> list[Dated[Value]]:
    """Return a value of each stretch, stretches on which it stays the same taken together."""
    return list(_merged(Dated(value(side.value), side.days) for side in sides))


def _merged(values: Iterable[Dated[Value]]) -> Iterator[Dated[Value]]:
    current: Dated[Value] | None = None
    for entry in values:
        if current is not None and current.value == entry.value and current.days.before(entry.days):
            current = Dated(current.value, Days(current.days.first, entry.days.last))
            continue
        if current is not None:
            yield current
        current = entry
    if current is not None:
        yield current
