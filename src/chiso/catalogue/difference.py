"""What differs between two entries of catalogues, key by key."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chiso.arithmetic import plain, quantity
from chiso.catalogue.model import Bilingual
from chiso.errors import Text

SubjectKind = Literal["catalogue", "edition", "band", "table", "definition", "group", "index", "reading"]
Entry = TypeVar("Entry", bound=BaseModel)

# Keys by whose values no count, value, point, total or band changes; every other key may change some.
_NEVER_MOVE = frozenset(
    (
        *("catalogue", "id", "title", "name", "short", "remedy", "source", "repairs", "tests"),
        *("test_defaults", "test_period", "words", "order"),
    )
)


@dataclass(frozen=True)
class Subject:
    """What differs: an index or group by code, an edition by id, a band by its points, a table by name.

    A definition is named as ``cases.on_time``, a reading by its id. ``title`` is what people call it.
    """

    kind: SubjectKind
    name: str
    title: Text | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Value:
    """A value: what it means, how it is written, and in words where it is a condition or measure.

    Two values are the same that mean the same, however they are written.
    """

    meaning: str
    written: Text = field(compare=False)
    words: Text | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Difference:
    """One key that differs, or a whole subject that only one side has (``key`` is then empty).

    ``item`` names the exclusion, repair or test within the subject. A side that says nothing is None.
    ``indices`` are those whose results can change with it; ``moves_scores`` says whether anything can.
    """

    subject: Subject
    key: str
    item: str | None
    old: Value | None
    new: Value | None
    moves_scores: bool
    indices: tuple[str, ...]

    @property
    def about(self) -> tuple[object, ...]:
        """What is the same for one and the same difference on several days."""
        return (self.subject, self.key, self.item, self.old, self.new)


def pairs(
    old: Sequence[Entry], new: Sequence[Entry], identities: Sequence[Callable[[Entry], Hashable | None]]
) -> list[tuple[Entry | None, Entry | None]]:
    """Return the entries of both sides that belong together, by the first identity that they share.

    An identity of None belongs to nothing. What has no partner stands alone.
    """
    partner: dict[int, Entry] = {}
    left = list(new)
    for identity in identities:
        for position, entry in enumerate(old):
            mine = identity(entry)
            found = next((other for other in left if mine is not None and identity(other) == mine), None)
            if position not in partner and found is not None:
                partner[position] = found
                left = [other for other in left if other is not found]
    return [*((entry, partner.get(n)) for n, entry in enumerate(old)), *((None, entry) for entry in left)]


def flat(entry: BaseModel | None, skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the values of an entry by key, those of entries within it by ``source.note.vi`` and the like."""
    values: dict[str, Any] = {}
    for name, described in _fields(entry) if entry is not None else ():
        value, key = getattr(entry, name), described.alias or name
        if name in skip:
            continue
        if isinstance(value, BaseModel):
            values.update({f"{key}.{inner}": of_inner for inner, of_inner in flat(value).items()})
        else:
            values[key] = value
    return values


def deep(value: object, above: str = "") -> dict[str, Any]:
    """Return every value below one by its whole key, those of lists by their number from 1.

    Texts are the same however their lines are broken.
    """
    if isinstance(value, BaseModel):
        named = [(described.alias or name, getattr(value, name)) for name, described in _fields(value)]
    elif isinstance(value, dict):
        named = list(value.items())
    elif isinstance(value, list):
        named = [(str(number), entry) for number, entry in enumerate(value, start=1)]
    else:
        return {above: " ".join(value.split()) if isinstance(value, str) else value}
    found: dict[str, Any] = {}
    for key, inner in named:
        found.update(deep(inner, f"{above}.{key}" if above else str(key)))
    return found


def _fields(entry: BaseModel) -> Iterable[tuple[str, FieldInfo]]:
    return type(entry).model_fields.items()


def keys(
    subject: Subject,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    above: str = "",
    *,
    indices: tuple[str, ...] = (),
    moves: bool | None = None,
) -> Iterator[Difference]:
    """Yield what differs of two entries' values; keys stand below ``above``."""
    for key in names(before, after):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        path = f"{above}.{key}" if above else key
        moved = _may_move(path, old, new) if moves is None else moves
        yield differs(
            subject, path, value_of(old), value_of(new), indices=indices if moved else (), moves=moved
        )


def _may_move(path: str, old: object, new: object) -> bool:
    key = path.split(".")[0]
    if key == "status":
        # Only an index of unknown status is not scored.
        return "unknown" in (old, new)
    return key not in _NEVER_MOVE


def order(subject: Subject, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    """Yield that what both sides have stands in another order."""
    before, after = [code for code in old if code in new], [code for code in new if code in old]
    if before != after:
        yield differs(subject, "order", listed(before), listed(after), moves=False)


def whole(
    subject: Subject,
    old: Bilingual | None,
    new: Bilingual | None,
    indices: tuple[str, ...] = (),
    *,
    key: str = "",
    item: str | None = None,
) -> Difference:
    """Return that only one side has the subject, or the item in it."""
    values = [None if name is None else Value(name.vi, Text(name.vi, name.en)) for name in (old, new)]
    moves = (
        key not in _NEVER_MOVE and subject.kind != "reading" and (subject.kind != "table" or bool(indices))
    )
    return differs(subject, key, *values, item=item, indices=indices if moves else (), moves=moves)


def differs(
    subject: Subject,
    key: str,
    old: Value | None,
    new: Value | None,
    *,
    item: str | None = None,
    indices: tuple[str, ...] = (),
    moves: bool = True,
) -> Difference:
    """Return that a key has another value."""
    return Difference(subject, key, item, old, new, moves, indices)


def value_of(value: object) -> Value | None:
    """Return a value as it would be written; None for what says nothing."""
    if value is None or value == "" or value == [] or value == {}:
        return None
    return value_as(_written(value))


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case Fraction():
            return quantity(value, as_percent=True)
        case list():
            return (
                ", ".join(map(str, value)) if all(isinstance(part, str) for part in value) else _json(value)
            )
        case dict():
            return _json(value)
        case _:
            return str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_in_json)


def _in_json(value: object) -> str:
    assert isinstance(value, date)  # JSON has everything else that a catalogue may hold
    return value.isoformat()


def value_as(written: str, *, meaning: str | None = None, words: Text | None = None) -> Value:
    """Return a value that both languages write alike; it means what is written if nothing else is said."""
    return Value(written if meaning is None else meaning, Text(written, written), words)


def listed(codes: Sequence[str]) -> Value:
    """Return codes in their order."""
    return value_as(", ".join(codes))


def names(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return the names of both sides, those of the old one first."""
    return list(dict.fromkeys([*old, *new]))
