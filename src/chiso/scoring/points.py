"""From counts to points: index, group, total. All division and rounding is arithmetic's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from chiso import arithmetic
from chiso.catalogue.formula import GroupRule, IndexRule, PointsRule, RuleSet
from chiso.catalogue.model import Bilingual, Rounding
from chiso.records.dataset import ReportedFigure
from chiso.scoring.available import Missing
from chiso.scoring.counts import Cell, Counts, evaluate
from chiso.scoring.earlier import NO_BASIS, Bases, Basis
from chiso.scoring.measure import DenominatorMissing, IndexMeasures
from chiso.scoring.reported import Reported
from chiso.scoring.scoreboard import GroupScore, Outcome, Score, UnitOutcome, UnitScore
from chiso.terms.columns import CASES
from chiso.terms.period import Judgement
from chiso.terms.unit import Unit, UnitTree

_NO_POINTS = Decimal("0.00")


@dataclass(frozen=True)
class _Earned:
    percent: Decimal | None
    value: Decimal | None
    points: Decimal | None
    maximum: Decimal
    no_cases: bool
    lacking: bool = False


class Scorer:
    """Scores the cells of one run; ``unit`` gives one unit, with or without a key of the split."""

    def __init__(
        self,
        rules: RuleSet,
        units: UnitTree,
        counts: Counts,
        measures: Mapping[str, IndexMeasures | Missing],
        reported: Reported,
        judgement: Judgement,
        *,
        splittable: frozenset[str] | None = None,
        given: Mapping[tuple[str, str], Score] | None = None,
    ) -> None:
        self._rules = rules
        self._units = units
        self._counts = counts
        self._measures = measures
        self._reported = reported
        self._units_reported = {code for code, _ in (*reported.by_index, *reported.by_group)}
        self._bases = Bases(reported.earlier, judgement)
        self._provisional = judgement.provisional
        self._splittable = splittable
        # Scores that stand as they are, by unit and index: nothing is counted for them.
        self._given = given or {}
        # Units share most of their counts, so each distinct pair is worked out once.
        self._earned: dict[tuple[str, int | None, int | None, Basis], _Earned] = {}
        self._inherited: dict[tuple[Cell, str], Score] = {}

    def unit(self, unit: Unit, key: str | None = None, key_name: str | None = None) -> UnitScore:
        """Return the unit's scores, groups, total, band and outcome."""
        cell = Cell(unit.code, key)
        scores: list[Score] = []
        groups: list[GroupScore] = []
        for group in self._rules.groups:
            own = [self._score(index, group.rounding, unit, cell) for index in group.indices]
            figure = self._reported.by_group.get((unit.code, group.code)) if key is None else None
            if figure is not None:
                own = [_covered(score, index) for score, index in zip(own, group.indices, strict=True)]
                groups.append(_reported_group(figure, group))
            else:
                groups.append(group_score(group, own))
            scores.extend(own)
        total = arithmetic.sum_points(group.points for group in groups if group.points is not None)
        maximum = arithmetic.sum_points(group.max_points for group in groups)
        outcome = self._unit_outcome(scores)
        complete = outcome != "partial" and maximum == self._rules.total
        return UnitScore(
            unit=unit,
            key=key,
            key_name=key_name,
            scores=tuple(scores),
            groups=tuple(groups),
            total=total,
            max_points=maximum,
            band=band_of(total, self._rules) if complete else None,
            outcome=outcome,
            has_records=any(self._counts.rows.get(cell, {}).values()) or self._is_reported(unit, key),
            cases=self._counts.rows.get(cell, {}).get(CASES.name, 0),
        )

    def _is_reported(self, unit: Unit, key: str | None) -> bool:
        return key is None and unit.code in self._units_reported

    def _unit_outcome(self, scores: Iterable[Score]) -> UnitOutcome:
        if any(score.outcome == "missing_data" for score in scores):
            return "partial"
        return "provisional" if self._provisional else "scored"

    def _score(self, index: IndexRule, rounding: Rounding, unit: Unit, cell: Cell) -> Score:
        if self._splittable is not None and index.code not in self._splittable:
            return _empty(index, "not_applicable", _NO_POINTS)
        if unit.level not in index.applies_to:
            maximum = index.points if self._rules.not_applicable_keeps_maximum else _NO_POINTS
            return _empty(index, "not_applicable", maximum)
        if cell.key is None and (unit.code, index.code) in self._given:
            return self._given[unit.code, index.code]
        figure = self._reported.by_index.get((unit.code, index.code)) if cell.key is None else None
        if index.status == "unknown" and index.scored and figure is None:
            # A rule nobody knows scores nobody, least of all with 0.
            return _empty(index, "missing_data", _NO_POINTS)
        if figure is not None:
            return self._from_figure(index, rounding, unit.code, figure)
        if index.measured_at and unit.level not in index.measured_at:
            return self._from_above(index, rounding, unit, cell.key)
        return self._from_counts(index, rounding, cell)

    def _from_counts(self, index: IndexRule, rounding: Rounding, cell: Cell) -> Score:
        measures, subtree = self._measures.get(index.code), index.rollup == "subtree"
        outcome: Outcome = "provisional" if self._provisional else "scored"
        if isinstance(measures, DenominatorMissing) and self._bases.falls_back(index):
            numerator = evaluate(measures.numerator, self._counts, cell, subtree=subtree)
            return self._from_pair(index, rounding, cell.unit_code, numerator, None, outcome)
        if not isinstance(measures, IndexMeasures):
            return _empty(index, "missing_data", _NO_POINTS)
        numerator = evaluate(measures.numerator, self._counts, cell, subtree=subtree)
        denominator = evaluate(measures.denominator, self._counts, cell, subtree=subtree)
        undetermined = 0
        if measures.undetermined is not None:
            undetermined = evaluate(measures.undetermined, self._counts, cell, subtree=subtree) or 0
        score = self._from_pair(index, rounding, cell.unit_code, numerator, denominator, outcome)
        return replace(score, undetermined=undetermined)

    def _from_above(self, index: IndexRule, rounding: Rounding, unit: Unit, key: str | None) -> Score:
        """Take the score of the nearest unit above at whose level the index is measured."""
        above = measuring_unit(index, unit, self._units)
        if above is None:
            return _empty(index, "missing_data", _NO_POINTS)
        cell = Cell(above.code, key)
        if (cell, index.code) not in self._inherited:
            score = self._score(index, rounding, above, cell)
            kept = score.outcome in ("missing_data", "not_applicable")
            inherited = score if kept else replace(score, outcome="inherited", undetermined=0)
            self._inherited[cell, index.code] = inherited
        return self._inherited[cell, index.code]

    def _from_figure(
        self, index: IndexRule, rounding: Rounding, unit_code: str, figure: ReportedFigure
    ) -> Score:
        if figure.numerator is not None:
            pair = (figure.numerator, figure.denominator)
            return self._from_pair(index, rounding, unit_code, *pair, "reported")
        outcome: Outcome = "reported" if index.scored else "analysis"
        if figure.percent is not None:
            basis = self._bases.of(index, unit_code, denominator_known=True)
            earned = _from_percent(index, rounding, figure.percent, basis)
            return _score_of(index, None, None, earned, outcome, basis)
        points = None if figure.points is None else arithmetic.round_half_up(figure.points, rounding.points)
        earned = _Earned(None, None, points, index.points, no_cases=False)
        return _score_of(index, None, None, earned, outcome)

    def _from_pair(
        self,
        index: IndexRule,
        rounding: Rounding,
        unit_code: str,
        numerator: int | None,
        denominator: int | None,
        outcome: Outcome,
    ) -> Score:
        basis = self._bases.of(index, unit_code, denominator_known=denominator is not None)
        key = (index.code, numerator, denominator, basis)
        if key not in self._earned:
            self._earned[key] = _earn(index, rounding, numerator, denominator, basis)
        earned = self._earned[key]
        if not index.scored:
            outcome = "analysis"
        elif earned.no_cases and outcome != "reported":
            outcome = "no_cases"
        return _score_of(index, numerator, denominator, earned, outcome, basis)


def measuring_unit(index: IndexRule, unit: Unit, units: UnitTree) -> Unit | None:
    """Return the nearest unit above at whose level the index is measured; None if there is none."""
    return next((other for other in units.ancestors(unit.code) if other.level in index.measured_at), None)


def points_for_counts(
    index: IndexRule,
    rounding: Rounding,
    numerator: int | None,
    denominator: int | None,
    basis: Basis = NO_BASIS,
) -> Decimal | None:
    """Return the points that counts earn; None where the zero rule leaves it blank or nothing is scored."""
    return _earn(index, rounding, numerator, denominator, basis).points


def points_for_percent(
    index: IndexRule, rounding: Rounding, percent: Decimal, basis: Basis = NO_BASIS
) -> Decimal | None:
    """Return the points that a percent (0..100) earns; None for an index without points."""
    return _from_percent(index, rounding, percent, basis).points


def band_of(total: Decimal, rules: RuleSet) -> Bilingual | None:
    """Return the name of the band that a total lies in, None below the lowest."""
    return next((band.name for band in rules.bands if total >= band.from_), None)


def score_of_pair(
    index: IndexRule,
    rounding: Rounding,
    numerator: int | None,
    denominator: int | None,
    basis: Basis = NO_BASIS,
) -> Score:
    """Return what a unit scores in ``index`` whose counts are these (None: nothing to measure).

    ``outcome`` is scored or no_cases.
    """
    earned = _earn(index, rounding, numerator, denominator, basis)
    outcome: Outcome = "no_cases" if earned.no_cases else "scored"
    return _score_of(index, numerator, denominator, earned, outcome, basis)


def reaches_all(index: IndexRule, rounding: Rounding, score: Score) -> bool | None:
    """Return whether a score's figures reach all points of ``index``; None where nothing was measured."""
    if score.numerator is not None:
        earned = _earn(index, rounding, score.numerator, score.denominator, score.basis)
    elif score.percent is not None:
        earned = _from_percent(index, rounding, score.percent, score.basis)
    else:
        return None if score.points is None else score.points == index.points
    return None if earned.no_cases or earned.lacking else earned.points == index.points


def _earn(
    index: IndexRule, rounding: Rounding, numerator: int | None, denominator: int | None, basis: Basis
) -> _Earned:
    known = basis.denominator(denominator)
    if known is None and numerator is not None and basis.fallback is not None:
        # What the rule falls back on is not there either: that earns nothing, whatever 0 of 0 earns.
        return _Earned(None, None, _NO_POINTS if index.scored else None, index.points, no_cases=False)
    ratio = None if numerator is None or known is None else arithmetic.ratio(numerator, known)
    if ratio is None or numerator is None:
        return _on_zero(index, rounding)
    if _on_doubles(index, rounding):
        places = rounding.percent
        percent = (
            arithmetic.percent(ratio, places)
            if denominator is None
            else arithmetic.percent_on_doubles(numerator, denominator, places)
        )
        return _from_percent(index, rounding, percent, basis)
    return _from_ratio(index, rounding, ratio, basis)


def _on_doubles(index: IndexRule, rounding: Rounding) -> bool:
    return rounding.arithmetic == "double" and index.rule.kind == "linear" and index.value_unit == "percent"


def _from_ratio(index: IndexRule, rounding: Rounding, ratio: Fraction, basis: Basis) -> _Earned:
    exact = basis.value(ratio)
    percent = arithmetic.percent(ratio, rounding.percent) if index.is_share else None
    if exact is None:
        # What it grows from is not known: no points, and none that could be lost.
        return _Earned(percent, None, None, _NO_POINTS, no_cases=False, lacking=True)
    rounded = arithmetic.percent if index.is_share else arithmetic.round_half_up
    points = None
    if index.scored:
        share = Fraction(1) if _is_enough(index, ratio) else _share(index.rule, exact)
        points = arithmetic.points_of(share, index.points, rounding.points)
    return _Earned(percent, rounded(exact, rounding.percent), points, index.points, no_cases=False)


def _is_enough(index: IndexRule, ratio: Fraction) -> bool:
    """Return whether no growth is asked for any more, however high the ratio."""
    enough_at = None if index.baseline is None else index.baseline.enough_at
    return enough_at is not None and ratio >= enough_at


def _from_percent(index: IndexRule, rounding: Rounding, percent: Decimal, basis: Basis) -> _Earned:
    if _on_doubles(index, rounding):
        assert index.rule.full_at is not None  # the catalogue was checked
        shown = arithmetic.round_half_up(percent, rounding.percent)
        points = arithmetic.points_on_doubles(shown, index.points, index.rule.full_at, rounding.points)
        return _Earned(shown, shown, points, index.points, no_cases=False)
    return _from_ratio(index, rounding, arithmetic.ratio_of_percent(percent), basis)


def _on_zero(index: IndexRule, rounding: Rounding) -> _Earned:
    if not index.scored:
        return _Earned(None, None, None, _NO_POINTS, no_cases=True)
    match index.on_zero:
        case "full":
            return _Earned(
                None, None, arithmetic.round_half_up(index.points, rounding.points), index.points, True
            )
        case "zero":
            return _Earned(None, None, _NO_POINTS, index.points, True)
        case "blank":
            return _Earned(None, None, None, index.points, True)
        case "exclude":
            return _Earned(None, None, None, _NO_POINTS, True)


def _share(rule: PointsRule, value: Fraction) -> Fraction:
    """Return the share (0..1) of the points that ``value`` earns."""
    match rule:
        case PointsRule(kind="steps", steps=steps):
            return max((share for start, share in steps if value >= start), default=Fraction(0))
        case PointsRule(kind="pass_fail", full_at=Fraction() as full_at):
            return Fraction(int(value >= full_at))
        case PointsRule(kind="at_most", full_at=Fraction() as full_at):
            return Fraction(int(value <= full_at))
        case PointsRule(kind="lower_is_better", full_at=Fraction() as full_at, none_at=Fraction() as none_at):
            return arithmetic.share_down_to(value, full_at, none_at)
        case PointsRule(full_at=Fraction() as full_at):
            return arithmetic.share_up_to(value, full_at)
        case _:
            raise AssertionError("the catalogue was checked: a scored rule has its target")


def _score_of(
    index: IndexRule,
    numerator: int | None,
    denominator: int | None,
    earned: _Earned,
    outcome: Outcome,
    basis: Basis = NO_BASIS,
) -> Score:
    if earned.lacking and index.scored:
        outcome = "missing_data"
    return Score(
        index=index.code,
        group=index.group,
        numerator=numerator,
        denominator=denominator,
        percent=earned.percent,
        value=earned.value,
        value_unit=index.value_unit,
        points=earned.points,
        max_points=earned.maximum,
        outcome=outcome,
        basis=basis,
    )


def _empty(index: IndexRule, outcome: Outcome, maximum: Decimal) -> Score:
    earned = _Earned(None, None, None, maximum if index.scored else _NO_POINTS, no_cases=False)
    return _score_of(index, None, None, earned, "analysis" if _no_loss(index, outcome) else outcome)


def _no_loss(index: IndexRule, outcome: Outcome) -> bool:
    # An index for analysis that lacks data costs nobody a point and makes no result partial.
    return not index.scored and outcome == "missing_data"


def _covered(score: Score, index: IndexRule) -> Score:
    """Return an index's score where the whole group is reported: nothing of its own."""
    if not index.scored:
        return score
    earned = _Earned(None, None, None, index.points, no_cases=False)
    return _score_of(index, None, None, earned, "reported")


def score_without_data(index: IndexRule) -> Score:
    """Return what stands for a unit's score in ``index`` where nothing is known of it."""
    return _empty(index, "missing_data", _NO_POINTS)


def group_score(group: GroupRule, scores: Iterable[Score]) -> GroupScore:
    """Return the sum of a group's rounded index points, added as the group's arithmetic has it."""
    scores = list(scores)
    points = [score.points for score in scores if score.points is not None]
    maximum = arithmetic.sum_points(score.max_points for score in scores)
    if not points and not maximum:
        return GroupScore(group.code, None, maximum)
    if group.rounding.arithmetic == "double":
        total = arithmetic.sum_on_doubles(points, group.rounding.points)
    else:
        total = arithmetic.sum_points(points)
    return GroupScore(group.code, total, maximum)


def _reported_group(figure: ReportedFigure, group: GroupRule) -> GroupScore:
    places = group.rounding.points
    ratio: Fraction | None = None
    if figure.numerator is not None and figure.denominator is not None:
        ratio = arithmetic.ratio(figure.numerator, figure.denominator)
    elif figure.percent is not None:
        ratio = arithmetic.ratio_of_percent(figure.percent)
    if ratio is not None:
        share = arithmetic.share_up_to(ratio, Fraction(1))
        points = arithmetic.points_of(share, group.points, places)
    else:
        points = arithmetic.round_half_up(figure.points or _NO_POINTS, places)
    return GroupScore(group.code, points, group.points, reported=True)
