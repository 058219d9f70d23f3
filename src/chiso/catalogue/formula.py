"""The meaning of a catalogue in one edition on one day: measures as typed trees, ready to count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

from chiso.catalogue.expression import Definition, Expression, Logic
from chiso.catalogue.model import (
    Band,
    Bilingual,
    Reading,
    Rounding,
    RuleKind,
    Source,
    Status,
    Test,
    ZeroRule,
)
from chiso.catalogue.scope import Scope
from chiso.terms.columns import TABLES
from chiso.terms.period import PeriodKind
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


def own_condition(numerator: Measure, denominator: Measure) -> Expression | None:
    """Return what a numerator asks beyond its denominator, None where it is no count inside of it."""
    if not isinstance(numerator, Count) or not isinstance(denominator, Count):
        return None
    if (numerator.table, numerator.kind, numerator.of) != (
        denominator.table,
        denominator.kind,
        denominator.of,
    ):
        return None
    match numerator.where:
        case Logic(operator="and", operands=(first, second)) if first == denominator.where:
            return second
        case where if denominator.where is None:
            return where
        case _:
            return None


def with_trees(measure: Measure, change: Callable[[Expression], Expression]) -> Measure:
    """Return the measure with each of its conditions and values changed."""
    match measure:
        case Count(of=of, where=where, within=within):
            inside = None if within is None else with_trees(within, change)
            assert inside is None or isinstance(inside, Count)
            return replace(
                measure,
                of=None if of is None else change(of),
                where=None if where is None else change(where),
                within=inside,
            )
        case Combination(parts=parts):
            return replace(measure, parts=tuple(with_trees(part, change) for part in parts))
        case _:
            return measure


@dataclass(frozen=True)
class ExclusionRule:
    """Rows of the period that are left out, and why."""

    when: Expression
    reason: Bilingual


@dataclass(frozen=True)
class TermRule:
    """The time a record has where ``when`` holds (always if None).

    It ends ``days``, ``working_days`` or ``working_hours`` (so many to a working day) after ``start``, on
    that day itself if none is given. What was used up of it is judged on ``until``. Without ``start`` and
    ``until`` no number of days can be told. While the time ``stands_still`` it does not run out.
    """

    when: Expression | None
    start: Expression | None
    days: Expression | None
    working_days: Expression | None
    working_hours: Expression | None
    hours_per_day: int | None
    until: Expression | None
    stands_still: bool
    note: Bilingual | None


@dataclass(frozen=True)
class DeadlineRule:
    """Which records are late, and their days; the first of ``terms`` that holds says by how much."""

    received_on: Expression
    due_on: Expression
    ended_on: Expression
    open: Expression
    late: Expression
    terms: tuple[TermRule, ...]


@dataclass(frozen=True)
class TableRules:
    """Which rows of a records table belong to the period, what is defined over it, which are late."""

    population: Expression
    exclusions: tuple[ExclusionRule, ...]
    looked_up: Expression | None = None
    deadline: DeadlineRule | None = None
    definitions: tuple[Definition, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class PointsRule:
    """From a value (ratio 0..1, or a mean in its unit) to a share of the maximum points."""

    kind: RuleKind
    full_at: Fraction | None
    none_at: Fraction | None
    steps: tuple[tuple[Fraction, Fraction], ...]

    @property
    def falling(self) -> bool:
        """Whether a lower value earns no less than a higher one."""
        return self.kind in ("lower_is_better", "at_most")


@dataclass(frozen=True)
class FallbackRule:
    """Which earlier denominator stands in for one that is not known, and which share of it.

    Shares go by the kind of the period scored; a kind without a share has no fallback.
    """

    index: str
    period: str
    shares: tuple[tuple[PeriodKind, Fraction], ...]

    def share(self, kind: PeriodKind) -> Fraction | None:
        """Return the share for a kind of period, None where there is none."""
        return dict(self.shares).get(kind)


@dataclass(frozen=True)
class BaselineRule:
    """From which earlier ratio (0..1) growth is measured; from ``enough_at`` on all points are earned."""

    index: str
    period: str
    enough_at: Fraction | None


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
    """A component index in force: what is counted, and what it earns.

    ``when_due`` is there where the index is not due yet: the rule that scores it from the day ``due`` on.
    """

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
    task: bool = False
    fallback: FallbackRule | None = None
    baseline: BaselineRule | None = None
    per_year: bool = False
    due: date | None = None
    when_due: IndexRule | None = None

    @property
    def scored(self) -> bool:
        """Whether the index earns points; otherwise it is for analysis only."""
        return self.rule.kind != "analysis"

    @property
    def is_share(self) -> bool:
        """Whether numerator and denominator make a share of a whole, by itself or in its growth."""
        return self.value_unit in ("percent", "percentage_point")

    def on_day(self, day: date) -> IndexRule:
        """Return the index as it is judged on ``day``: before it is due it is for analysis only."""
        if self.due is None or day >= self.due or not self.scored:
            return self
        return replace(self, rule=replace(self.rule, kind="analysis"), points=Decimal("0.00"), when_due=self)


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
    # Other readings of the same rules, for explaining a portal's figures; none of them scores.
    readings: tuple[Reading, ...] = ()

    @property
    def indices(self) -> tuple[IndexRule, ...]:
        """Every index, in the catalogue's order."""
        return tuple(index for group in self.groups for index in group.indices)

    def scope(self, table: str) -> Scope:
        """Return what names mean in a condition over ``table``, as in the catalogue itself."""
        definitions = self.tables[table].definitions if table in self.tables else ()
        bodies = {definition.name: definition.body for definition in definitions}
        words = {each.name: each.words for each in definitions if each.words is not None}
        return Scope(TABLES[table], bodies.get, tuple(bodies), words)

    def on_day(self, day: date) -> RuleSet:
        """Return the rules as they judge on ``day``: indices that are not due then are for analysis only."""
        if all(index.due is None for index in self.indices):
            return self
        groups = []
        for group in self.groups:
            indices = tuple(index.on_day(day) for index in group.indices)
            points = sum((index.points for index in indices), Decimal("0.00"))
            groups.append(replace(group, indices=indices, points=points))
        return replace(self, groups=tuple(groups))

    def group_of(self, index: IndexRule) -> GroupRule:
        """Return the group that ``index`` belongs to."""
        return next(group for group in self.groups if group.code == index.group)
