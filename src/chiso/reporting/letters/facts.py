"""What a letter may say of a report: plain values that templates name, in the language of the letter."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Repair:
    """A kind of work and how many records it would make count."""

    name: str
    records: int


@dataclass(frozen=True)
class IndexFact:
    """One scored index over the units reported: how many of them met it, which is full points.

    Others ``missed`` it, or can do neither (``no_data``: no cases, or data are missing, which ``missing``
    counts). Counts and points are there where one unit is reported; ``lost``, ``not_counted`` (records),
    ``repairable`` and ``repairs`` are sums over the units. ``inherited`` says that a unit above decides it,
    ``applies`` that any of the units has a part in it, else its points are only a gap in the maximum.
    ``outcome`` is in words; ``owner`` answers for it, None where nobody is known to.
    """

    code: str
    name: str
    met: int
    missed: int
    no_data: int
    missing: int
    lost: Decimal
    not_counted: int | None
    repairable: int
    gain: Decimal | None
    repairs: tuple[Repair, ...]
    remedy: str
    inherited: bool
    applies: bool
    numerator: int | None = None
    denominator: int | None = None
    percent: Decimal | None = None
    points: Decimal | None = None
    maximum: Decimal | None = None
    outcome: str = ""
    owner: str | None = None


@dataclass(frozen=True)
class UnitFact:
    """A unit with its total, band and place; ``change`` and what was before are None where not known."""

    code: str
    name: str
    points: Decimal
    maximum: Decimal
    band: str | None
    place: int
    of: int
    partial: bool
    points_before: Decimal | None
    place_before: int | None
    change: Decimal | None


@dataclass(frozen=True)
class Named:
    """A name with a number."""

    name: str
    number: int


@dataclass(frozen=True)
class LeagueFact:
    """Units ranked against each other: their level, how many they are, who leads and who comes last."""

    level: str
    units: int
    maximum: Decimal
    partial: int
    first: tuple[UnitFact, ...]
    last: tuple[UnitFact, ...]
    bands: tuple[Named, ...]


@dataclass(frozen=True)
class Change:
    """An index before and after; ``risen`` and ``fallen`` are numbers of units."""

    code: str
    name: str
    before: Decimal | None
    after: Decimal | None
    change: Decimal
    counts_before: str | None = None
    counts_after: str | None = None
    risen: int = 0
    fallen: int = 0


@dataclass(frozen=True)
class Part:
    """A cause of a change, in words, and the points it moved."""

    cause: str
    points: Decimal


@dataclass(frozen=True)
class Compared:
    """What changed since the period ``before``: numbers of units, those that moved most, indices, causes.

    ``rows`` are all changed indices, most first; ``causes`` are sums over the units. ``added`` units were not
    there before and are compared with nothing.
    """

    before: str
    risen: int
    fallen: int
    same: int
    added: int
    rose_most: tuple[UnitFact, ...]
    fell_most: tuple[UnitFact, ...]
    causes: tuple[Part, ...]
    rows: tuple[Change, ...]


@dataclass(frozen=True)
class LateUnit:
    """How many records of a unit there are in the period, and how many stand on each list."""

    name: str
    records: int
    finished: int
    open: int
    due: int


@dataclass(frozen=True)
class Late:
    """The late lists in numbers; ``units`` are those that have any record on a list, most late first."""

    records: int
    finished: int
    open: int
    due: int
    within: int
    undetermined: int
    units: tuple[LateUnit, ...]


@dataclass(frozen=True)
class Past:
    """The unit reported in an earlier period."""

    period: str
    points: Decimal
    maximum: Decimal
    place: int
    of: int
    band: str | None


@dataclass(frozen=True)
class Owner:
    """Who answers for indices, and which of theirs are met, missed, or without data."""

    name: str
    met: tuple[str, ...]
    missed: tuple[str, ...]
    no_data: tuple[str, ...]


@dataclass(frozen=True)
class PeriodFact:
    """The period reported, in words, with its days."""

    words: str
    label: str
    kind: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Catalogue:
    """The index set by which was scored."""

    title: str
    edition: str
    edition_title: str


@dataclass(frozen=True)
class GroupFact:
    """A group of the one unit reported, now and before."""

    name: str
    points: Decimal | None
    maximum: Decimal
    before: Decimal | None
    change: Decimal | None


@dataclass(frozen=True)
class ReportFacts:
    """Everything that a template of a report may name, but for office, kind and annexes.

    ``one`` is the unit where one alone is reported; ``groups``, ``course`` and ``plan`` are of it. Else
    ``leagues`` tell the ranking. ``before`` names the period before. ``compared``, ``late`` and ``owners``
    are None where there is nothing to tell from; ``not_compared`` and ``lacking`` say why. ``lost`` are the
    indices that lost points, most first; ``missing`` those for which data are missing. Units
    ``without_records`` have none. ``inferred`` are codes of indices by inferred rules.
    """

    period: PeriodFact
    as_of: date
    provisional: bool
    catalogue: Catalogue
    units: int
    without_records: int
    one: UnitFact | None
    groups: tuple[GroupFact, ...]
    leagues: tuple[LeagueFact, ...]
    before: str | None
    compared: Compared | None
    not_compared: tuple[str, ...]
    indices: tuple[IndexFact, ...]
    met: tuple[IndexFact, ...]
    missed: tuple[IndexFact, ...]
    lost: tuple[IndexFact, ...]
    missing: tuple[IndexFact, ...]
    late: Late | None
    course: tuple[Past, ...]
    plan: tuple[str, ...]
    owners: tuple[Owner, ...] | None
    lacking: tuple[str, ...]
    inferred: tuple[str, ...]

    def named(self) -> dict[str, object]:
        """Return every fact by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}
