"""Why a unit has its points: where they are lost, what each index counted, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso import arithmetic
from chiso.catalogue.formula import GroupRule, IndexRule
from chiso.records.dataset import ReportedFigure
from chiso.scoring.available import Missing
from chiso.scoring.behind import RecordsBehind
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures, measures_of
from chiso.scoring.points import measuring_unit
from chiso.scoring.rank import Rank
from chiso.scoring.reported import Reported, match_reported
from chiso.scoring.scoreboard import (
    GroupScore,
    Score,
    Scoreboard,
    UnitScore,
)
from chiso.terms.text import alphabetical
from chiso.terms.unit import Unit


@dataclass(frozen=True)
class Loss:
    """What a unit lost at one index, or at a group that is reported as a whole.

    ``points`` and ``lost`` are None where nothing can be earned; ``not_counted`` is how many records of
    the denominator the numerator lacks, None where no records were counted.
    """

    group: GroupRule
    index: IndexRule | None
    score: Score | None
    points: Decimal | None
    max_points: Decimal
    lost: Decimal | None
    not_counted: int | None


@dataclass(frozen=True)
class KeyLoss:
    """What one key of a split (an official, a field, …) has of one index or of all that can be split.

    ``lost`` is its share of the points lost, by its share of the records that do not count; None for an
    official with fewer than five cases. ``numerator`` and ``denominator`` are sums over the indices. All
    but the denominator are None where they would tell what few citizens said.
    """

    key: str
    key_name: str | None
    numerator: int | None
    denominator: int
    not_counted: int | None
    lost: Decimal | None


@dataclass(frozen=True)
class IndexExplanation:
    """One index of one unit: its rule and score, whose figure it is, and the records behind it.

    ``behind`` is None where no records decide: the figure is reported, data are missing, or the index
    does not apply to the unit. ``figure`` is the reported one.
    """

    group: GroupRule
    index: IndexRule
    score: Score
    measured: Unit
    figure: ReportedFigure | None
    measures: IndexMeasures | None
    missing: Missing | None
    behind: RecordsBehind | None


@dataclass(frozen=True)
class GroupExplanation:
    """One group of one unit: its sum, or the figure that was reported for the whole of it."""

    group: GroupRule
    score: GroupScore
    figure: ReportedFigure | None


@dataclass(frozen=True)
class UnitExplanation:
    """Why a unit has its points.

    ``losses`` cover the groups and indices asked for, most lost first. ``groups`` and ``indices`` are
    those asked for by name; ``listed`` are all indices whose records are of interest. ``keys`` has a row
    for each key of the split ``by``, over those indices that it can tell apart, ``split_indices``.
    """

    board: Scoreboard
    unit: UnitScore
    rank: Rank | None
    losses: tuple[Loss, ...]
    groups: tuple[GroupExplanation, ...]
    indices: tuple[IndexExplanation, ...]
    listed: tuple[IndexExplanation, ...]
    by: str | None
    keys: tuple[KeyLoss, ...]
    split_indices: tuple[str, ...]


class Explainer:
    """Explains the scores of one run."""

    def __init__(self, engine: Engine, board: Scoreboard) -> None:
        self._engine = engine
        self.board = board
        self._measures = measures_of(engine.rules, engine.present)
        records = engine.records
        self._reported: Reported = match_reported(
            records.reported,
            engine.rules,
            records.units,
            engine.judgement.period.label,
            records.reported_unreadable,
        )

    def index(self, unit: UnitScore, index: IndexRule) -> IndexExplanation:
        """Return the explanation of one index of a unit."""
        group = self._engine.rules.group_of(index)
        score = _score_of(unit, index)
        measured = unit.unit
        figure = self._reported.by_index.get((measured.code, index.code))
        if score.outcome == "inherited":
            above = measuring_unit(index, unit.unit, self._engine.records.units)
            assert above is not None  # it was inherited from there
            measured = above
            figure = self._reported.by_index.get((above.code, index.code))
        own = self._measures.get(index.code)
        measures = own if isinstance(own, IndexMeasures) else None
        counted = figure is None and score.outcome not in ("not_applicable", "missing_data", "reported")
        behind = None
        if counted and measures is not None:
            behind = RecordsBehind(self._engine, measures, self._units(measured, index))
        return IndexExplanation(
            group=group,
            index=index,
            score=score,
            measured=measured,
            figure=figure,
            measures=measures,
            missing=own if isinstance(own, Missing) else None,
            behind=behind,
        )

    def group(self, unit: UnitScore, group: GroupRule) -> GroupExplanation:
        """Return the explanation of one group of a unit."""
        score = next(score for score in unit.groups if score.group == group.code)
        figure = self._reported.by_group.get((unit.unit.code, group.code))
        return GroupExplanation(group, score, figure)

    def _units(self, unit: Unit, index: IndexRule) -> list[str]:
        below = self._engine.records.units.below(unit.code) if index.rollup == "subtree" else ()
        return [unit.code, *(other.code for other in below)]


def losses(groups: Iterable[GroupRule], unit: UnitScore) -> list[Loss]:
    """Return what a unit lost at every index of ``groups``, most first, then in the catalogue's order."""
    found: list[Loss] = []
    for group in groups:
        of_group = next(score for score in unit.groups if score.group == group.code)
        if of_group.reported:
            lost = of_group.max_points - (of_group.points or 0)
            found.append(Loss(group, None, None, of_group.points, of_group.max_points, lost, None))
            continue
        found += [_loss(group, index, _score_of(unit, index)) for index in group.indices]
    return sorted(found, key=lambda loss: -(loss.lost or Decimal(0)))


def _loss(group: GroupRule, index: IndexRule, score: Score) -> Loss:
    not_counted = None
    if score.numerator is not None and score.denominator is not None and index.is_share:
        not_counted = score.denominator - score.numerator
    # A blank score earns nothing of a maximum that is kept; without a maximum there is nothing to lose.
    lost = score.max_points - (score.points or 0) if index.scored and score.max_points else None
    return Loss(group, index, score, score.points, score.max_points, lost, not_counted)


def key_losses(whole: UnitScore, by_key: Scoreboard, codes: Sequence[str]) -> list[KeyLoss]:
    """Return what each key of a unit's split has of the points that it lost at the indices ``codes``.

    Indices that cannot be split are left out. The shares of an index add up to what it lost. Most lost
    stands first; keys that are told by counts only follow.
    """
    split = by_key.units
    sums = {part.key: [0, 0, 0] for part in split}
    lost = {part.key: Decimal("0.00") for part in split}
    told = splittable(split, codes)
    for code in told:
        score = next(score for score in whole.scores if score.index == code)
        parts = [next(s for s in part.scores if s.index == code) for part in split]
        missed = [max((p.denominator or 0) - (p.numerator or 0), 0) for p in parts]
        points = score.max_points - (score.points or 0)
        shares = arithmetic.apportioned(points, missed, 2)
        for part, own, share, not_counted in zip(split, parts, shares, missed, strict=True):
            sums[part.key][0] += own.numerator or 0
            sums[part.key][1] += own.denominator or 0
            sums[part.key][2] += not_counted
            lost[part.key] += share
    found = []
    for part in split:
        numerator, denominator, not_counted = sums[part.key]
        withheld = by_key.withheld(part)
        few = not withheld.indices.isdisjoint(told)
        few_said = not withheld.opinions.isdisjoint(told)
        found.append(
            KeyLoss(
                part.key or "",
                part.key_name,
                None if few_said else numerator,
                denominator,
                None if few_said else not_counted,
                None if few else lost[part.key],
            )
        )
    return sorted(
        found, key=lambda loss: (loss.lost is None, -(loss.lost or 0), alphabetical(loss.key), loss.key)
    )


def splittable(split: Sequence[UnitScore], codes: Sequence[str]) -> list[str]:
    """Return those of ``codes`` whose counts a split tells apart."""
    told: Mapping[str, bool] = {
        score.index: score.outcome not in ("not_applicable", "missing_data")
        for part in split[:1]
        for score in part.scores
    }
    return [code for code in codes if told.get(code, False)]


def _score_of(unit: UnitScore, index: IndexRule) -> Score:
    return next(score for score in unit.scores if score.index == index.code)
