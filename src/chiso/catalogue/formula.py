"""The meaning of a catalogue in one edition on one day: measures as typed trees, ready to count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

from chiso.catalogue.expression import Expression
from chiso.catalogue.model import Band, Bilingual, Rounding, RuleKind, Source, Status, Test, ZeroRule
from chiso.terms.unit import Level

CountKind = Literal["rows", "distinct", "sum", "min", "max"]
CombinationKind = Literal["add", "subtract", "multiply", "largest"]


@dataclass(frozen=True)
class Count:
    """An integer over the rows of ``table`` that fulfil ``where`` (all rows of the population if None).

    ``of`` is the value counted distinct, summed, or of which the least or largest is taken; rows where
    it is null are passed over. ``within`` keeps only keys that the other count has too.
    """

    table: str
    kind: CountKind
    of: Expression | None
    where: Expression | None
    within: Count | None = None

    def __hash__(self) -> int:
        # Counts are the keys of every result; their trees are hashed once.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.table, self.kind, self.of, self.where, self.within))


@dataclass(frozen=True)
class Combination:
    """Arithmetic over measures."""

    kind: CombinationKind
    parts: tuple[Measure, ...]


@dataclass(frozen=True)
class Constant:
    """A fixed integer."""

    value: int


Measure: TypeAlias = Count | Combination | Constant


def counts_in(measure: Measure | None) -> Iterator[Count]:
    """Yield every count that ``measure`` needs, those it must lie within included."""
    match measure:
        case Count(within=within):
            yield measure
            if within is not None:
                yield from counts_in(within)
        case Combination(parts=parts):
            for part in parts:
                yield from counts_in(part)
        case _:
            return


@dataclass(frozen=True)
class ExclusionRule:
    """Rows of the period that are left out, and why."""

    when: Expression
    reason: Bilingual


@dataclass(frozen=True)
class TableRules:
    """Which rows of a records table belong to the period's population."""

    population: Expression
    exclusions: tuple[ExclusionRule, ...]
    looked_up: Expression | None = None


@dataclass(frozen=True)
class PointsRule:
    """From a value (ratio 0..1, or a mean in its unit) to a share of the maximum points."""

    kind: RuleKind
    full_at: Fraction | None
    none_at: Fraction | None
    steps: tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True)
class RepairRule:
    """What may still be put right for a record of ``table`` that fulfils ``when``, and at which effort.

    ``sets`` pairs the columns that the repair fills with the constant, or the day, that they get. Repairs
    of one kind are one and the same work, whichever indices name them.
    """

    kind: str
    table: str
    when: Expression
    sets: tuple[tuple[str, Expression], ...]
    effort: int
    name: Bilingual


@dataclass(frozen=True)
class IndexRule:
    """A component index in force: what is counted, and what it earns."""

    code: str
    group: str
    name: Bilingual
    aliases: tuple[str, ...]
    numerator: Measure | None
    denominator: Measure | None
    value_unit: str
    points: Decimal
    rule: PointsRule
    on_zero: ZeroRule
    rollup: Literal["subtree", "own"]
    measured_at: tuple[Level, ...]
    applies_to: tuple[Level, ...]
    status: Status
    source: Source
    remedy: Bilingual
    repairs: tuple[RepairRule, ...]
    tests: tuple[Test, ...]

    @property
    def scored(self) -> bool:
        """Whether the index earns points; otherwise it is for analysis only."""
        return self.rule.kind != "analysis"


@dataclass(frozen=True)
class GroupRule:
    """A group in force, with its indices in the catalogue's order."""

    code: str
    name: Bilingual
    short: Bilingual
    points: Decimal
    rounding: Rounding
    indices: tuple[IndexRule, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything a run needs of a catalogue: one edition on one day."""

    catalogue: str
    title: Bilingual
    edition: str
    edition_title: Bilingual
    effective_on: date
    not_applicable_keeps_maximum: bool
    total: Decimal | None
    bands: tuple[Band, ...]
    tables: Mapping[str, TableRules]
    groups: tuple[GroupRule, ...]
    test_defaults: Mapping[str, Mapping[str, str | int | bool | date | None]]
    test_period: str | None

    @property
    def indices(self) -> tuple[IndexRule, ...]:
        """Every index, in the catalogue's order."""
        return tuple(index for group in self.groups for index in group.indices)

    def group_of(self, index: IndexRule) -> GroupRule:
        """Return the group that ``index`` belongs to."""
        return next(group for group in self.groups if group.code == index.group)
