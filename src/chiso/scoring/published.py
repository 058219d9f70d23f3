"""What a portal publishes, unit by unit, beside our own score of the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from chiso import arithmetic
from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.records.dataset import ReportedFigure
from chiso.scoring.differences import Figures
from chiso.scoring.earlier import NO_BASIS, Basis
from chiso.scoring.reported import Reported
from chiso.scoring.scoreboard import GroupScore, Score, UnitScore
from chiso.terms.unit import Unit

_NO_POINTS = Decimal("0.00")
Key = tuple[str, str]
# A figure of which only the points are published may be met by chance: so many must agree.
LEAST_COMPANY = 2


@dataclass(frozen=True)
class Published:
    """A figure of the portal: of an index, or of a whole group (``index`` None).

    ``by_our_rule`` is what its counts (or its percent) earn under our rule, None where it gives neither.
    ``basis`` is what else its value rests on.
    """

    unit: Unit
    group: GroupRule
    index: IndexRule | None
    figures: Figures
    by_our_rule: Decimal | None
    basis: Basis = NO_BASIS

    @property
    def key(self) -> Key:
        """The unit, and the code of the index or group."""
        return self.unit.code, self.group.code if self.index is None else self.index.code

    @property
    def has_counts(self) -> bool:
        """Whether the counts themselves are published: only they can bear a hypothesis out alone."""
        return self.index is not None and self.figures.denominator is not None


def published(rules: RuleSet, portal: Reported, theirs: Mapping[str, UnitScore]) -> Iterator[Published]:
    """Yield every figure of the portal that earns points, of the units in ``theirs``, in our order.

    ``theirs`` are those units' scores with the portal's figures in the place of ours.
    """
    for code, unit_score in theirs.items():
        for group in rules.groups:
            figure = portal.by_group.get((code, group.code))
            if figure is not None:
                points = group_score(unit_score, group.code).points
                yield Published(unit_score.unit, group, None, _figures(figure, None, points), None)
            for index in group.indices:
                figure = portal.by_index.get((code, index.code))
                if figure is not None and index.scored:
                    score = index_score(unit_score, index.code)
                    given = figure.numerator is not None or figure.percent is not None
                    points = score.points
                    if figure.points is not None:
                        points = arithmetic.round_half_up(figure.points, group.rounding.points)
                    own = (score.points or _NO_POINTS) if given else None
                    figures = _figures(figure, score.percent, points)
                    yield Published(unit_score.unit, group, index, figures, own, score.basis)


def _figures(figure: ReportedFigure, percent: Decimal | None, points: Decimal | None) -> Figures:
    return Figures(figure.numerator, figure.denominator, percent, points)


def ours_of(entry: Published, score: UnitScore) -> Figures:
    """Return our own figures of what the portal publishes."""
    if entry.index is None:
        return Figures(None, None, None, group_score(score, entry.group.code).points)
    own = index_score(score, entry.index.code)
    return Figures(own.numerator, own.denominator, own.percent, own.points)


def fits(entry: Published, score: UnitScore) -> bool:
    """Return whether a score has the portal's figures: its counts, else its percent, else its points."""
    if entry.index is None:
        lacking = any(own.outcome == "missing_data" for own in score.scores if own.group == entry.group.code)
        return not lacking and _same(group_score(score, entry.group.code).points, entry.figures.points)
    own = index_score(score, entry.index.code)
    if own.outcome == "missing_data":
        return False
    if entry.has_counts:
        return (own.numerator, own.denominator) == (entry.figures.numerator, entry.figures.denominator)
    if entry.by_our_rule is not None and own.percent is not None:
        return own.percent == entry.figures.percent
    return _same(own.points, entry.figures.points)


def _same(points: Decimal | None, others: Decimal | None) -> bool:
    return (points or _NO_POINTS) == (others or _NO_POINTS)


def index_score(score: UnitScore, code: str) -> Score:
    """Return the score of one index of a unit."""
    return next(own for own in score.scores if own.index == code)


def group_score(score: UnitScore, code: str) -> GroupScore:
    """Return the score of one group of a unit."""
    return next(own for own in score.groups if own.group == code)
