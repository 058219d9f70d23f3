"""The shape of a catalogue on one day: what may be written where.

Conditions are still text here; formula.py turns them into typed trees.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chiso.terms.unit import Level

Status = Literal["issued", "inferred", "unknown"]
ZeroRule = Literal["full", "zero", "blank", "exclude"]
RuleKind = Literal["linear", "lower_is_better", "steps", "pass_fail", "at_most", "analysis"]
ValueUnit = Literal["percent", "percentage_point", "working_day", "minute", "case", "count"]
ReadingCause = Literal["date_rule", "status", "formula"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_FRACTION = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")


def _quantity(value: Any) -> Any:
    """Return the exact value of ``80%`` or of a number; anything else is left for the error."""
    if isinstance(value, str) and (match := _PERCENT.fullmatch(value)):
        return Fraction(match[1]) / 100
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Fraction(value)
    raise ValueError("quantity")


def _share(value: Any) -> Any:
    """Return the exact value of ``1/12``, or of anything that is a quantity, if it is above 0."""
    if isinstance(value, str) and (match := _FRACTION.fullmatch(value)):
        return Fraction(int(match[1]), int(match[2]))
    if _is_above_zero(value):
        return _quantity(value)
    raise ValueError("share")


def _is_above_zero(value: Any) -> bool:
    if isinstance(value, str):
        return _PERCENT.fullmatch(value) is not None and _quantity(value) > 0
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value > 0


def _points(value: Any) -> Any:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value >= 0:
        return Decimal(value) + Decimal("0.00")  # shown with two places, as points are
    raise ValueError("points")


Quantity = Annotated[Fraction, BeforeValidator(_quantity)]
Share = Annotated[Fraction, BeforeValidator(_share)]
Points = Annotated[Decimal, BeforeValidator(_points)]


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True, populate_by_name=False
    )


class Bilingual(_Entry):
    """A text in both languages."""

    vi: str
    en: str


class Edition(_Entry):
    """An edition: from its first day until the next edition's."""

    id: str
    from_: date = Field(alias="from")
    title: Bilingual
    not_applicable: Literal["keeps_maximum", "lowers_maximum"]


class Band(_Entry):
    """A band (xếp loại) of totals: from this many points up to the next band."""

    from_: Points = Field(alias="from")
    name: Bilingual


class Exclusion(_Entry):
    """Rows of the period that are left out, and why."""

    when: str
    reason: Bilingual


class Term(_Entry):
    """The time a record has: so many days from a day on, as far as it was used up on another.

    Without ``from`` and ``until`` no number of days can be told, whatever the days are.
    """

    when: str | None = None
    from_: str | None = Field(default=None, alias="from")
    days: str | None = None
    working_days: str | None = None
    working_hours: str | None = None
    hours_per_day: Annotated[int, Field(ge=1)] | None = None
    until: str | None = None
    stands_still: bool = False
    note: Bilingual | None = None


class Deadline(_Entry):
    """Which records of a table are late, and the days by which a list of them is told."""

    received_on: str
    due_on: str
    ended_on: str
    open: str
    late: str
    terms: list[Term] = []


class RecordRules(_Entry):
    """What counts of one records table: its population in the period, and named definitions.

    ``looked_up`` says which rows other tables' look-ups find, inside the population or not; without it
    all of them. ``words`` says how definitions are called when conditions are told in words.
    """

    population: str
    looked_up: str | None = None
    excluded: list[Exclusion] = []
    definitions: dict[str, str] = {}
    words: dict[str, Bilingual] = {}
    deadline: Deadline | None = None


class Rounding(_Entry):
    """Decimals of percent and points, and the arithmetic they are reached by."""

    percent: Annotated[int, Field(ge=0, le=6)] = 2
    points: Annotated[int, Field(ge=0, le=6)] = 2
    arithmetic: Literal["decimal", "double"] = "decimal"


class Measure(_Entry):
    """A count, sum, minimum or maximum over records, or arithmetic over measures.

    Exactly one way of measuring is given; a numerator without ``records`` is counted inside the
    denominator.
    """

    records: str | None = None
    count: str | None = None
    sum: str | None = None
    min: str | None = None
    max: str | None = None
    where: str | None = None
    within: Literal["denominator"] | None = None
    add: list[Measure] | None = None
    subtract: list[Measure] | None = None
    multiply: list[Measure] | None = None
    largest: list[Measure] | None = None
    constant: int | None = None


class Step(_Entry):
    """From this value on, this share of the points."""

    from_: Quantity = Field(alias="from")
    share: Quantity


class PeriodShares(_Entry):
    """By kind of period, which share of an earlier figure falls to one such period; None: none is known."""

    month: Share | None = None
    quarter: Share | None = None
    year: Share | None = None
    ten_days: Share | None = None


class Fallback(_Entry):
    """What stands in for a denominator that is not known: a share of the one an index had in ``period``."""

    denominator_of: str
    period: str
    share: PeriodShares


class Baseline(_Entry):
    """The earlier ratio that growth is measured from; from ``enough_at`` on no growth is asked for."""

    ratio_of: str
    period: str
    enough_at: Quantity | None = None


class Source(_Entry):
    """Where the rule stands."""

    document: str
    place: str | None = None
    note: Bilingual | None = None


class Repair(_Entry):
    """What may still be put right for a record that does not count, without changing a fact."""

    kind: str
    records: str | None = None
    when: str
    sets: dict[str, str | int | bool]
    effort: Annotated[int, Field(ge=1)] = 1
    name: Bilingual


class Expectation(_Entry):
    """What a test's records must give; null where nothing is determined."""

    numerator: int | None = None
    denominator: int | None = None


class Test(_Entry):
    """Records of one unit and the counts they must give."""

    __test__ = False  # not a test case of ours, whatever pytest makes of the name

    name: str
    given: dict[str, list[dict[str, str | int | bool | date | None]]]
    expect: Expectation
    period: str | None = None
    as_of: date | None = None
    level: Level | None = None


class ComponentIndex(_Entry):
    """One component index (chỉ số thành phần)."""

    code: str
    name: Bilingual
    aliases: list[str] = []
    numerator: Measure | None = None
    denominator: Measure | None = None
    reported_only: bool = False
    task: bool = False
    fallback: Fallback | None = None
    baseline: Baseline | None = None
    per_year: bool = False
    value_unit: ValueUnit = "percent"
    rule: RuleKind = "linear"
    points: Points | None = None
    full_points_at: Quantity | None = None
    no_points_at: Quantity | None = None
    steps: list[Step] = []
    due: date | None = None
    on_zero: ZeroRule
    rollup: Literal["subtree", "own"] = "subtree"
    measured_at: Literal["unit"] | list[Level] = "unit"
    applies_to: list[Level]
    status: Status
    source: Source
    remedy: Bilingual
    repairs: list[Repair] = []
    tests: list[Test] = []


class Group(_Entry):
    """A group of component indices (nhóm chỉ số)."""

    code: str
    name: Bilingual
    short: Bilingual
    points: Points
    rounding: Rounding = Rounding()
    indices: Annotated[list[ComponentIndex], Field(min_length=1)]


class ReadingRecords(_Entry):
    """What a reading says anew of one records table.

    In its conditions ``on_time_as_issued`` is the catalogue's own ``on_time``, and so for every definition
    and for ``population``.
    """

    population: str | None = None
    definitions: dict[str, str] = {}


class IndexReading(_Entry):
    """What a reading counts for an index in place of the catalogue's own measures."""

    denominator: Measure | None = None
    numerator: Measure | None = None


class Reading(_Entry):
    """Another reading of the rules that a portal may go by; it never scores, it only explains."""

    id: str
    cause: ReadingCause
    name: Bilingual
    source: Source | None = None
    records: dict[str, ReadingRecords] = {}
    indices: dict[str, IndexReading] = {}


class CatalogueText(_Entry):
    """A whole catalogue file on one day."""

    catalogue: str
    title: Bilingual
    editions: Annotated[list[Edition], Field(min_length=1)]
    total: Points | None = None
    bands: list[Band] = []
    records: dict[str, RecordRules] = {}
    test_defaults: dict[str, dict[str, str | int | bool | date | None]] = {}
    test_period: str | None = None
    groups: Annotated[list[Group], Field(min_length=1)]
    readings: list[Reading] = []
