"""Measures as sums of counts, and the indices whose counts a unit's own repairs can move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.arithmetic import sum_points
from chiso.catalogue.formula import Combination, Constant, Count, IndexRule, Measure, RuleSet
from chiso.catalogue.model import Rounding
from chiso.scoring.available import Missing
from chiso.scoring.compile import Wanted
from chiso.scoring.earlier import NO_BASIS, Basis
from chiso.scoring.measure import IndexMeasures
from chiso.scoring.points import band_of, group_score, score_of_pair
from chiso.scoring.scoreboard import Score, UnitScore

_FROM_COUNTS = frozenset(("scored", "provisional", "no_cases"))


@dataclass(frozen=True)
class Linear:
    """A sum of counts, each so many times, and a constant."""

    constant: int
    terms: tuple[tuple[int, Wanted], ...]


@dataclass(frozen=True)
class OpenIndex:
    """An index that the unit's own records decide, and its counts as they stand."""

    rule: IndexRule
    rounding: Rounding
    numerator: Linear
    denominator: Linear
    counted: tuple[int, int]
    basis: Basis = NO_BASIS

    def points(self, numerator: int, denominator: int) -> Decimal:
        """Return the points that these counts earn, 0 where nothing is scored."""
        points = self.score(numerator, denominator).points
        return Decimal("0.00") if points is None else points

    def score(self, numerator: int, denominator: int) -> Score:
        """Return the score that these counts earn."""
        return score_of_pair(self.rule, self.rounding, numerator, denominator, self.basis)


def linear(measure: Measure, *, subtree: bool) -> Linear | None:
    """Return ``measure`` as a sum of counts, None where it is none (a least, a largest, a product)."""
    match measure:
        case Constant(value=value):
            return Linear(value, ())
        case Count(kind="min" | "max"):
            return None
        case Count():
            return Linear(0, ((1, Wanted(measure, subtree)),))
        case Combination(kind=kind, parts=parts):
            sums = [linear(part, subtree=subtree) for part in parts]
            known = [part for part in sums if part is not None]
            return _combined(kind, known) if len(known) == len(sums) else None


def _combined(kind: str, parts: list[Linear]) -> Linear | None:
    result = parts[0]
    for part in parts[1:]:
        match kind:
            case "add":
                result = _sum(result, part, 1)
            case "subtract":
                result = _sum(result, part, -1)
            case "multiply" if not part.terms or not result.terms:
                factor, other = (result, part) if part.terms else (part, result)
                result = _sum(Linear(0, ()), other, factor.constant)
            case _:
                return None
    return result


def _sum(one: Linear, other: Linear, factor: int) -> Linear:
    terms = tuple((factor * times, wanted) for times, wanted in other.terms)
    return Linear(one.constant + factor * other.constant, one.terms + terms)


def open_indices(
    rules: RuleSet, unit: UnitScore, measures: Mapping[str, IndexMeasures | Missing]
) -> tuple[OpenIndex, ...]:
    """Return the indices that the unit's own records decide and whose measures are sums of counts."""
    scores = {score.index: score for score in unit.scores}
    return tuple(
        found
        for group in rules.groups
        for rule in group.indices
        if (found := _open(rule, group.rounding, scores[rule.code], measures.get(rule.code))) is not None
    )


def _open(
    rule: IndexRule, rounding: Rounding, score: Score, measures: IndexMeasures | Missing | None
) -> OpenIndex | None:
    if not isinstance(measures, IndexMeasures) or score.outcome not in _FROM_COUNTS:
        return None
    subtree = rule.rollup == "subtree"
    numerator = linear(measures.numerator, subtree=subtree)
    denominator = linear(measures.denominator, subtree=subtree)
    known = score.numerator is not None and score.denominator is not None
    if numerator is None or denominator is None or not known:
        return None
    assert score.numerator is not None and score.denominator is not None
    counted = (score.numerator, score.denominator)
    return OpenIndex(rule, rounding, numerator, denominator, counted, score.basis)


def closed_measures(
    rules: RuleSet, unit: UnitScore, measures: Mapping[str, IndexMeasures | Missing]
) -> Iterator[tuple[IndexRule, IndexMeasures]]:
    """Yield the scored indices that hang on the unit's records, yet not as a plan can reckon with.

    Their measures are no sums of counts, or they are inherited from a unit above that counts the
    records of all units below it.
    """
    for rule, score in zip(rules.indices, unit.scores, strict=True):
        own = measures.get(rule.code)
        if not isinstance(own, IndexMeasures) or not rule.scored:
            continue
        inherited = score.outcome == "inherited" and rule.rollup == "subtree"
        counted = score.outcome in _FROM_COUNTS
        subtree = rule.rollup == "subtree"
        sums = (linear(own.numerator, subtree=subtree), linear(own.denominator, subtree=subtree))
        if inherited or (counted and None in sums):
            yield rule, own


def rescored(before: UnitScore, rules: RuleSet, changed: Mapping[str, Score]) -> UnitScore:
    """Return the unit's score with the scores of ``changed`` in the place of its own, by code."""
    scores = tuple(_changed(score, changed.get(score.index)) for score in before.scores)
    groups = tuple(
        group
        if group.reported
        else group_score(rule, [score for score in scores if score.group == rule.code])
        for rule, group in zip(rules.groups, before.groups, strict=True)
    )
    total = sum_points(group.points for group in groups if group.points is not None)
    maximum = sum_points(group.max_points for group in groups)
    band = band_of(total, rules) if before.outcome != "partial" and maximum == rules.total else None
    return replace(before, scores=scores, groups=groups, total=total, max_points=maximum, band=band)


def _changed(score: Score, new: Score | None) -> Score:
    if new is None:
        return score
    return replace(
        score,
        numerator=new.numerator,
        denominator=new.denominator,
        percent=new.percent,
        value=new.value,
        points=new.points,
        max_points=new.max_points,
    )
