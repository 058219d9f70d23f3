"""The frozen result of a run: every score with its counts, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from chiso.catalogue.assignments import Assignment, Assignments, assignment_cells
from chiso.catalogue.formula import GroupRule, RuleSet
from chiso.catalogue.model import Bilingual
from chiso.errors import Problem, Text
from chiso.records.dataset import QuarantinedRow, SourceFile
from chiso.scoring.counts import Fates
from chiso.scoring.earlier import NO_BASIS, Basis
from chiso.scoring.withheld import NOTHING, Withheld, withheld_of
from chiso.terms.period import Judgement
from chiso.terms.unit import Unit

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal[
    "scored",
    "no_cases",
    "not_applicable",
    "inherited",
    "reported",
    "missing_data",
    "provisional",
    "analysis",
]
UnitOutcome = Literal["scored", "partial", "provisional"]
# What stands in the place of an outcome where only counts are shown.
FEW_CASES = "few_cases"


@dataclass(frozen=True)
class Score:
    """One unit × index. Percent is 0..100; ``points`` is None where nothing is scored (it adds 0).

    ``denominator`` is None where a share of an earlier one stands in for it: ``basis`` says which.
    """

    index: str
    group: str
    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    value: Decimal | None
    value_unit: str
    points: Decimal | None
    max_points: Decimal
    outcome: Outcome
    undetermined: int = 0
    basis: Basis = NO_BASIS


@dataclass(frozen=True)
class GroupScore:
    """One unit × group: the sum of its rounded index points, or the group's reported points.

    ``points`` is None where no index of the group can earn any, for want of data; it adds 0.
    """

    group: str
    points: Decimal | None
    max_points: Decimal
    reported: bool = False


@dataclass(frozen=True)
class UnitScore:
    """One unit (and one key of the split), with its scores in the catalogue's order.

    ``cases`` is how many cases it has in the period, those of units below it included.
    """

    unit: Unit
    key: str | None
    key_name: str | None
    scores: tuple[Score, ...]
    groups: tuple[GroupScore, ...]
    total: Decimal
    max_points: Decimal
    band: Bilingual | None
    outcome: UnitOutcome
    has_records: bool
    cases: int = 0


@dataclass(frozen=True)
class MissingIndex:
    """An index without data, and the columns or tables (``table.column``) it lacks.

    ``lacks`` lists them all; ``told`` says in words which of them would do in place of others.
    """

    index: str
    lacks: tuple[str, ...]
    told: Text


@dataclass(frozen=True)
class BeyondCount:
    """Codes that an index's numerator met and its denominator lacks, summed over the units scored."""

    index: str
    codes: int


@dataclass(frozen=True)
class Provenance:
    """What the numbers were computed from."""

    chiso_version: str
    catalogue_file: str
    catalogue_sha256: str
    files: tuple[SourceFile, ...]
    edition_note: bool


@dataclass(frozen=True)
class Scoreboard:
    """All units of one run, in registry order, with the fate of every row read.

    ``assignments`` say who answers for which index, where that is asked for. ``chosen`` are the codes of
    the indices asked for, None for all; points of groups and totals are of all indices nevertheless.
    ``registry`` holds every unit, those included that do not exist in the period.
    """

    rules: RuleSet
    judgement: Judgement
    split: str | None
    units: tuple[UnitScore, ...]
    fates: tuple[Fates, ...]
    missing: tuple[MissingIndex, ...]
    beyond: tuple[BeyondCount, ...]
    quarantine: tuple[QuarantinedRow, ...]
    notes: tuple[Problem, ...]
    provenance: Provenance
    assignments: Assignments | None = None
    chosen: frozenset[str] | None = None
    registry: tuple[Unit, ...] = ()

    @property
    def groups(self) -> tuple[GroupRule, ...]:
        """The groups in the catalogue's order."""
        return self.rules.groups

    @property
    def inferred(self) -> tuple[str, ...]:
        """Codes of the indices whose rule is inferred or unknown."""
        return tuple(index.code for index in self.rules.indices if index.status != "issued")

    def unit(self, code: str) -> UnitScore:
        """Return the score of one unit; raises KeyError when it is not on the board."""
        for score in self.units:
            if score.unit.code == code and score.key is None:
                return score
        raise KeyError(code)

    def shown(self, unit: UnitScore) -> tuple[Score, ...]:
        """Return the scores of the indices asked for, in the catalogue's order."""
        if self.chosen is None:
            return unit.scores
        return tuple(score for score in unit.scores if score.index in self.chosen)

    def assigned(self) -> Mapping[str, Assignment | None]:
        """Return who answers for each index, by code; nothing where no assignments are given."""
        if self.assignments is None:
            return {}
        return {index.code: self.assignments.of(index) for index in self.rules.indices}

    def withheld(self, unit: UnitScore) -> Withheld:
        """Return what is not told of a score, since it would tell of few people; nothing of a whole unit."""
        return self._withheld.get((unit.unit.code, unit.key), NOTHING)

    @cached_property
    def _withheld(self) -> Mapping[tuple[str, str | None], Withheld]:
        if self.split is None:
            return {}
        return withheld_of(self.units, self.rules, officials=self.split == "officer")

    def to_pandas(self, detail: Literal["total", "index"] = "total") -> pd.DataFrame:
        """Return one row per unit (``total``) or per unit × index (``index``), as the CSV has them.

        Numbers are Decimal, so that nothing is rounded on the way; what is absent is None.
        """
        import pandas as pd

        rows = list(index_rows(self) if detail == "index" else total_rows(self))
        return pd.DataFrame(rows, dtype="object")


def total_rows(board: Scoreboard) -> list[dict[str, object]]:
    """Return one row per unit (and key): identity, points by group, total, maximum, band, outcome."""
    return [_total_row(board, unit) for unit in board.units]


def _total_row(board: Scoreboard, unit: UnitScore) -> dict[str, object]:
    withheld = board.withheld(unit)
    return {
        **_identity(board, unit),
        **{g.group: None if g.group in withheld.groups else g.points for g in unit.groups},
        "total": None if withheld.total else unit.total,
        "max_points": unit.max_points,
        "band": unit.band,
        "outcome": FEW_CASES if withheld.total else unit.outcome,
    }


def index_rows(board: Scoreboard) -> list[dict[str, object]]:
    """Return one row per unit (and key) × index asked for, with who answers for it if that is known."""
    assigned = board.assigned()
    cells = {code: assignment_cells(assignment) for code, assignment in assigned.items()}
    return [
        {**_index_row(board, unit, score), **cells.get(score.index, {})}
        for unit in board.units
        for score in board.shown(unit)
    ]


def _index_row(board: Scoreboard, unit: UnitScore, score: Score) -> dict[str, object]:
    withheld = board.withheld(unit)
    few = score.index in withheld.indices
    return {
        **_identity(board, unit),
        "group": score.group,
        "index": score.index,
        "numerator": None if score.index in withheld.opinions else score.numerator,
        "denominator": score.denominator,
        "percent": None if few else score.percent,
        "value": None if few else score.value,
        "value_unit": score.value_unit,
        "points": None if few else score.points,
        "max_points": score.max_points,
        "outcome": FEW_CASES if few else score.outcome,
    }


def _identity(board: Scoreboard, score: UnitScore) -> Mapping[str, object]:
    identity: dict[str, object] = {
        "period": board.judgement.period.label,
        "unit_code": score.unit.code,
        "unit_name": score.unit.name,
        "level": score.unit.level,
    }
    if board.split is not None:
        identity |= {"key": score.key, "key_name": score.key_name}
    return identity
