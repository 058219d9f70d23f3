"""What a campaign says: its days, criteria, baselines, milestones and report days. Not what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

from chiso.catalogue.values import Quantity
from chiso.errors import Text
from chiso.terms.unit import Level

MilestoneKind = Literal["interim", "final"]
MILESTONE_KINDS: tuple[MilestoneKind, ...] = get_args(MilestoneKind)
ReportKind = Literal["interim", "final", "regular"]
Better = Literal["higher", "lower"]
BETTER: tuple[Better, ...] = get_args(Better)


@dataclass(frozen=True)
class Criterion:
    """What the campaign looks at: an index or a group of the catalogue, under the campaign's own name.

    ``better`` says which way is up where the index's own rule does not.
    """

    code: str
    name: Text
    measure: str
    better: Better | None = None


@dataclass(frozen=True)
class Baseline:
    """Where a unit stood before the campaign; ``unit`` None holds for every unit that takes part.

    A criterion without a value has none known: no line leads from it.
    """

    unit: str | None
    day: date | None
    total: Decimal | None
    rank: int | None
    of: int | None
    values: Mapping[str, Quantity]


@dataclass(frozen=True)
class Milestone:
    """A day by which targets are to be reached, by code of the criterion."""

    id: str
    name: Text
    day: date
    kind: MilestoneKind | None
    targets: Mapping[str, Quantity]


@dataclass(frozen=True)
class ReportDay:
    """A day on which the campaign is reported, numbered from 1."""

    number: int
    day: date
    kind: ReportKind


@dataclass(frozen=True)
class Participants:
    """Which units take part: those named, or those of a level, below a unit."""

    units: tuple[str, ...] = ()
    level: Level | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Inputs:
    """What the campaign's file names to be read; the command line may name others in their place."""

    records: tuple[Path, ...] = ()
    reported: tuple[Path, ...] = ()
    units: Path | None = None
    mapping: tuple[Path, ...] = ()
    corrections: tuple[Path, ...] = ()
    catalogue: Path | None = None
    edition: str | None = None
    working_days: Path | None = None
    assignments: Path | None = None

    def paths(self) -> tuple[Path, ...]:
        """Return every file named."""
        single = (self.units, self.catalogue, self.working_days, self.assignments)
        several = (*self.records, *self.reported, *self.mapping, *self.corrections)
        return (*several, *(path for path in single if path is not None))


@dataclass(frozen=True)
class Campaign:
    """A campaign without faults, from the first day of ``start`` to the last of ``end``."""

    id: str
    title: Text
    start: date
    end: date
    takes_part: Participants
    criteria: tuple[Criterion, ...]
    baselines: tuple[Baseline, ...]
    milestones: tuple[Milestone, ...]
    reports: tuple[ReportDay, ...]
    inputs: Inputs
    file: str
    sha256: str

    @property
    def days(self) -> int:
        """How many days the campaign has, both ends included."""
        return self.day_number(self.end)

    def day_number(self, day: date) -> int:
        """Return which day of the campaign it is: 1 for the first, so the days that are over by its end."""
        return (day - self.start).days + 1

    def date_of(self, number: int) -> date:
        """Return the date of a day of the campaign, from 1 on."""
        return day_of_campaign(self.start, number)

    def report_on(self, day: date) -> ReportDay | None:
        """Return the report of that day, None where there is none."""
        return next((report for report in self.reports if report.day == day), None)

    def baseline_of(self, unit: str) -> Baseline | None:
        """Return a unit's own baseline, else the one of all units, else None."""
        own = [baseline for baseline in self.baselines if baseline.unit == unit]
        common = [baseline for baseline in self.baselines if baseline.unit is None]
        return next(iter((*own, *common)), None)


def day_of_campaign(start: date, number: int) -> date:
    """Return the date of day ``number`` of what begins on ``start``, which is day 1."""
    return start + timedelta(days=number - 1)
