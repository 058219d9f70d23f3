"""Two catalogues compared over time: each difference with the days on which it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args

from chiso.catalogue.comparison import compare
from chiso.catalogue.difference import Difference, Subject, SubjectKind, flat, keys, pairs, whole
from chiso.catalogue.load import Catalogue
from chiso.catalogue.model import Edition
from chiso.catalogue.stretches import Days, Side, days_of, side_on, stretches_from
from chiso.errors import Text


@dataclass(frozen=True)
class Change:
    """A difference, and the days on which it holds: it touches the periods that end on one of them.

    ``days`` is None where two editions are compared, whatever their days.
    """

    difference: Difference
    days: Days | None


def changes(old: Catalogue, new: Catalogue) -> tuple[Change, ...]:
    """Return what another catalogue says otherwise: the file's own keys first, indices last."""
    found = [*_of_editions(old, new)]
    for days in stretches_from([*old.first_days(), *new.first_days()]):
        there = compare(side_on(old, days.first), side_on(new, days.first))
        found += [Change(difference, days) for difference in there]
    return tuple(_by_subject(_merged(found)))


def changes_between(catalogue: Catalogue, old_edition: str, new_edition: str) -> tuple[Change, ...]:
    """Return what the last words of one edition say otherwise than those of another.

    Raises UsageError when there is no such edition.
    """
    sides = []
    for edition in (old_edition, new_edition):
        rules = catalogue.rules(date.max, edition)
        sides.append(Side(catalogue.text(_last_day(catalogue, edition)), rules))
    keeps = [side.rules.not_applicable_keeps_maximum for side in sides]
    found = compare(*sides)
    if keeps[0] != keeps[1]:
        named = catalogue.edition(new_edition)
        found += keys(
            Subject("edition", new_edition, Text(named.title.vi, named.title.en)),
            {"not_applicable": catalogue.edition(old_edition).not_applicable},
            {"not_applicable": named.not_applicable},
        )
    return tuple(Change(difference, None) for difference in found)


def _last_day(catalogue: Catalogue, edition: str) -> date:
    return days_of(edition, catalogue).last or date.max


def _of_editions(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """Yield what differs of the editions; scores move where units lacking an index have another maximum."""
    found = pairs(old.editions, new.editions, (lambda edition: edition.id, lambda edition: edition.from_))
    for before, after in found:
        edition = after or before
        assert edition is not None  # one side has it
        subject = Subject(
            "edition",
            before.id if before is not None else edition.id,
            Text(edition.title.vi, edition.title.en),
        )
        if before is None or after is None:
            days = days_of(edition.id, old if after is None else new)
            difference = whole(subject, before.title if before else None, after.title if after else None)
            yield Change(replace(difference, moves_scores=_maximum_moves(old, new, days)), days)
            continue
        for difference in keys(subject, flat(before), flat(after)):
            days = _joint_days(before, after, old, new)
            if difference.key == "from":
                first, last = sorted((before.from_, after.from_))
                days = Days(first, last - timedelta(days=1))
            if difference.key in ("from", "not_applicable"):
                difference = replace(difference, moves_scores=_maximum_moves(old, new, days))
            yield Change(difference, days)


def _joint_days(before: Edition, after: Edition, old: Catalogue, new: Catalogue) -> Days:
    """Return the days on which an edition is in force in either catalogue."""
    both = [days_of(before.id, old), days_of(after.id, new)]
    ends = [days.last for days in both if days.last is not None]
    return Days(min(days.first for days in both), max(ends) if len(ends) == len(both) else None)


def _maximum_moves(old: Catalogue, new: Catalogue, days: Days) -> bool:
    """Return whether on some of the days the maximum of units lacking an index is another."""
    starts = {day for day in (*old.first_days(), *new.first_days(), days.first) if day >= days.first}
    return any(
        old.edition_on(day).not_applicable != new.edition_on(day).not_applicable
        for day in starts
        if days.last is None or day <= days.last
    )


def _merged(found: Iterable[Change]) -> Iterator[Change]:
    """Yield one change for a difference that goes on from one stretch of days to the next."""
    running: dict[tuple[object, ...], list[Change]] = {}
    for change in found:
        parts = running.setdefault(change.difference.about, [])
        last = parts[-1] if parts else None
        if (
            last is not None
            and last.days is not None
            and change.days is not None
            and last.days.before(change.days)
        ):
            parts[-1] = Change(
                _together(last.difference, change.difference), Days(last.days.first, change.days.last)
            )
        else:
            parts.append(change)
    for parts in running.values():
        yield from parts


def _by_subject(found: Iterable[Change]) -> list[Change]:
    """Return the changes kind by kind, those of one subject together, in the order of the catalogue."""
    listed = list(found)
    places = {
        subject: place for place, subject in enumerate(dict.fromkeys(c.difference.subject for c in listed))
    }
    kinds = get_args(SubjectKind)
    return sorted(
        listed, key=lambda c: (kinds.index(c.difference.subject.kind), places[c.difference.subject])
    )


def _together(one: Difference, other: Difference) -> Difference:
    return replace(
        other,
        moves_scores=one.moves_scores or other.moves_scores,
        indices=tuple(dict.fromkeys([*one.indices, *other.indices])),
    )
