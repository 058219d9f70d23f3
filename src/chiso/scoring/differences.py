"""What a reconciliation finds: ours beside the portal's, and each difference in points split by cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from chiso import arithmetic
from chiso.catalogue.formula import RuleSet
from chiso.errors import Problem, Text
from chiso.records.dataset import QuarantinedRow
from chiso.scoring.counts import Fates
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.unit import Unit

# In the order in which the way from our counts to the portal's points is walked.
Cause = Literal["rows", "date_rule", "unit_mapping", "status", "formula", "rounding", "unexplained"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
# reproduced: counting so gives the portal's counts (or, from its counts, its points) exactly.
# points_only: counting so gives the portal's points, whose counts are not published.
# fits: as many rows would do, but which rows they are the data do not tell.
# no_data: our records have nothing to set against the portal's figure.
Evidence = Literal["reproduced", "points_only", "fits", "no_data", "none"]

_NO_POINTS = Decimal("0.00")


@dataclass(frozen=True)
class Figures:
    """One side of a comparison; None is absent. ``points`` None adds 0."""

    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    points: Decimal | None

    @property
    def added(self) -> Decimal:
        """What the points add to a sum."""
        return _NO_POINTS if self.points is None else self.points


@dataclass(frozen=True)
class Part:
    """One step from ours to theirs: its cause, and by how much it moves counts and points.

    ``hypothesis`` is the id of what was tried (a reading of the catalogue, or a way of counting).
    """

    cause: Cause
    hypothesis: str
    name: Text
    numerator: int | None
    denominator: int | None
    points: Decimal
    evidence: Evidence


@dataclass(frozen=True)
class Difference:
    """One unit × index, or × a group that the portal publishes as a whole (``index`` None).

    ``parts`` add up to ``difference`` exactly; there are none where nothing differs.
    """

    unit: Unit
    group: str
    index: str | None
    ours: Figures
    theirs: Figures
    parts: tuple[Part, ...]

    @property
    def difference(self) -> Decimal:
        """The portal's points less ours."""
        return self.theirs.added - self.ours.added

    @property
    def differs(self) -> bool:
        """Whether points or counts differ."""
        return bool(self.difference) or bool(self.parts)


@dataclass(frozen=True)
class Sum:
    """Differences added up: of a group or of a unit, over what both sides have."""

    ours: Decimal
    theirs: Decimal
    causes: dict[Cause, Decimal]
    compared: int

    @property
    def difference(self) -> Decimal:
        """The portal's points less ours."""
        return self.theirs - self.ours


@dataclass(frozen=True)
class UnitDifferences:
    """Everything compared of one unit, in the catalogue's order."""

    unit: Unit
    differences: tuple[Difference, ...]

    def of_group(self, group: str) -> tuple[Difference, ...]:
        """Return the differences of one group."""
        return tuple(entry for entry in self.differences if entry.group == group)


@dataclass(frozen=True)
class ListedCase:
    """A case that one side lacks, or has under another unit; None is the side without it."""

    case_id: str
    our_unit: str | None
    portal_unit: str | None


@dataclass(frozen=True)
class Reconciliation:
    """Ours beside the portal's, unit by unit; our own scoreboard is left as it is.

    ``portal_fates`` tell where the rows of the portal's file went.
    """

    board: Scoreboard
    units: tuple[UnitDifferences, ...]
    cases: tuple[ListedCase, ...]
    portal_file: str
    portal_sha256: str
    portal_fates: Fates | None
    quarantine: tuple[QuarantinedRow, ...]
    notes: tuple[Problem, ...]

    @property
    def rules(self) -> RuleSet:
        """The rules that ours were scored by."""
        return self.board.rules


def added_up(differences: Sequence[Difference]) -> Sum:
    """Return the sum of differences, cause by cause."""
    causes = dict.fromkeys(CAUSES, _NO_POINTS)
    for entry in differences:
        for part in entry.parts:
            causes[part.cause] += part.points
    return Sum(
        ours=arithmetic.sum_points(entry.ours.added for entry in differences),
        theirs=arithmetic.sum_points(entry.theirs.added for entry in differences),
        causes=causes,
        compared=len(differences),
    )


def all_differences(units: Iterable[UnitDifferences]) -> tuple[Difference, ...]:
    """Return the differences of several units, one after the other."""
    return tuple(entry for unit in units for entry in unit.differences)
