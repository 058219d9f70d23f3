"""Scores made from the counts of a board, where the records themselves cannot be counted anew."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from chiso import arithmetic
from chiso.catalogue.formula import Combination, Count, IndexRule, Measure, RuleSet
from chiso.catalogue.model import Rounding
from chiso.records.dataset import ReportedFigure
from chiso.scoring.available import Missing
from chiso.scoring.comparing.registries import Recast
from chiso.scoring.comparing.side import Side
from chiso.scoring.counts import Counts
from chiso.scoring.measure import IndexMeasures
from chiso.scoring.points import (
    Scorer,
    measuring_unit,
    points_for_percent,
    score_of_pair,
)
from chiso.scoring.reported import Reported
from chiso.scoring.scoreboard import GroupScore, Score, Scoreboard
from chiso.terms.period import Judgement
from chiso.terms.unit import Unit, UnitTree

# By unit and index, or unit and group.
Scores = Mapping[tuple[str, str], Score]
Groups = Mapping[tuple[str, str], GroupScore]

# A unit to which an index does not apply has no data for it either.
_NO_DATA = ("missing_data", "not_applicable")
_NOTHING_COUNTED = Counts({}, {}, {}, ())


def scores_on(board: Scoreboard, units: UnitTree) -> dict[tuple[str, str], Score]:
    """Return the scores of a board by unit and index, but those that a scorer comes to by itself.

    That is what does not apply, and what is inherited from a unit on the board.
    """
    listed = {score.unit.code for score in board.units}
    found: dict[tuple[str, str], Score] = {}
    rules = {index.code: index for index in board.rules.indices}
    for unit in board.units:
        for score in unit.scores:
            if score.outcome == "not_applicable":
                continue
            if score.outcome == "inherited":
                above = measuring_unit(rules[score.index], unit.unit, units)
                if above is not None and above.code in listed:
                    continue
            found[unit.unit.code, score.index] = score
    return found


def groups_on(board: Scoreboard) -> dict[tuple[str, str], GroupScore]:
    """Return the groups whose points are reported as a whole, by unit and group."""
    return {
        (unit.unit.code, group.group): group
        for unit in board.units
        for group in unit.groups
        if group.reported
    }


def scored_again(score: Score, index: IndexRule, rounding: Rounding) -> Score:
    """Return what the counts of a score earn by another rule and rounding.

    Without counts a reported percent is scored anew, and reported points stay within the maximum.
    """
    if score.outcome == "missing_data" or not index.scored:
        return score
    known = score.denominator is not None or score.basis.fallback is not None
    if score.outcome == "no_cases" or (score.numerator is not None and known):
        found = score_of_pair(index, rounding, score.numerator, score.denominator, score.basis)
        return replace(found, outcome=score.outcome, undetermined=score.undetermined)
    if score.percent is not None:
        points = points_for_percent(index, rounding, score.percent, score.basis)
        return replace(score, group=index.group, points=points, max_points=index.points)
    points = None
    if score.points is not None:
        points = arithmetic.round_half_up(min(score.points, index.points), rounding.points)
    return replace(score, group=index.group, points=points, max_points=index.points)


def rescored(scores: Scores, rules: RuleSet) -> dict[tuple[str, str], Score]:
    """Return the scores that rules give to the same counts; indices that the rules lack are left out."""
    roundings = {group.code: group.rounding for group in rules.groups}
    by_code = {index.code: index for index in rules.indices}
    return {
        (unit, code): scored_again(score, by_code[code], roundings[by_code[code].group])
        for (unit, code), score in scores.items()
        if code in by_code
    }


def scorer(
    rules: RuleSet,
    units: UnitTree,
    given: Scores,
    groups: Groups,
    counts: Counts = _NOTHING_COUNTED,
    measures: Mapping[str, IndexMeasures | Missing] | None = None,
    *,
    judgement: Judgement,
) -> Scorer:
    """Return what scores units of which some scores are given, by default all."""
    known = {group.code for group in rules.groups}
    figures = {
        (unit, code): ReportedFigure(unit, code, None, None, None, group.points, None, None, "", 0)
        for (unit, code), group in groups.items()
        if code in known
    }
    reported = Reported({}, figures, (), (), None)
    return Scorer(rules, units, counts, measures or {}, reported, judgement, given=given)


class RecastScores:
    """What the units on a board score in terms of another registry, from their counts alone."""

    def __init__(self, before: Side, cast: Recast) -> None:
        self._before = before
        self._cast = cast
        self._rules = before.board.rules
        self._roundings = {group.code: group.rounding for group in self._rules.groups}
        self._on_board = {
            (unit.unit.code, score.index): score for unit in before.board.units for score in unit.scores
        }

    def of(self, unit: Unit, index: IndexRule) -> Score | None:
        """Return the score of what went into a unit, None where its counts cannot be added up.

        Codes that are counted once cannot, nor least and largest values, nor figures without counts.
        """
        if not (_adds_up(index.numerator) and _adds_up(index.denominator)):
            return None
        pair = self._own(unit, index.code) if index.rollup == "own" else self._whole(unit, index.code)
        if pair is None or min(pair) < 0:
            return None
        scale = math.lcm(pair[0].denominator, pair[1].denominator)
        numerator, denominator = int(pair[0] * scale), int(pair[1] * scale)
        return score_of_pair(index, self._roundings[index.group], numerator, denominator)

    def had_data(self, unit: Unit, index: IndexRule) -> bool:
        """Return whether a unit that went into this one had data for an index."""
        sources = self._cast.whole.get(unit.code, {})
        found = (self._on_board.get((code, index.code)) for code in sources)
        return any(score is not None and score.outcome not in _NO_DATA for score in found)

    def _own(self, unit: Unit, index: str) -> tuple[Fraction, Fraction] | None:
        sources = self._cast.own.get(unit.code, {})
        return _sum((self._pair(code, index), share) for code, share in sources.items())

    def _whole(self, unit: Unit, index: str) -> tuple[Fraction, Fraction] | None:
        sources = self._cast.whole.get(unit.code, {})
        parts: list[tuple[tuple[Fraction, Fraction] | None, Fraction]] = []
        taken: set[str] = set()
        for code in self._from_above:
            if code not in sources or code in taken:
                continue
            share, below = sources[code], self._below[code]
            if all(sources.get(other) == share for other in below):
                parts.append((self._pair(code, index), share))
                taken.update(below)
            else:
                children = ((self._pair(child, index), Fraction(-1)) for child in self._children[code])
                parts.append((_sum([(self._pair(code, index), Fraction(1)), *children]), share))
        return _sum(parts)

    def _pair(self, code: str, index: str) -> tuple[Fraction, Fraction] | None:
        score = self._on_board.get((code, index))
        if score is None or score.numerator is None or score.denominator is None:
            return None
        return Fraction(score.numerator), Fraction(score.denominator)

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        """The units on the board above each, nearest first."""
        listed = {unit.unit.code for unit in self._before.board.units}
        return {
            code: tuple(unit.code for unit in self._before.units.ancestors(code) if unit.code in listed)
            for code in listed
        }

    @cached_property
    def _from_above(self) -> list[str]:
        return sorted(self._parents, key=lambda code: len(self._parents[code]))

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        below: dict[str, list[str]] = {code: [] for code in self._parents}
        for code, above in self._parents.items():
            for parent in above:
                below[parent].append(code)
        return below

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {code: [] for code in self._parents}
        for code, above in self._parents.items():
            for parent in above[:1]:
                children[parent].append(code)
        return children


def _sum(
    parts: Iterable[tuple[tuple[Fraction, Fraction] | None, Fraction]],
) -> tuple[Fraction, Fraction] | None:
    numerator = denominator = Fraction(0)
    for pair, share in parts:
        if pair is None:
            return None
        numerator += pair[0] * share
        denominator += pair[1] * share
    return numerator, denominator


def _adds_up(measure: Measure | None) -> bool:
    """Return whether counts of two units together are the sum of both; so are figures without a measure."""
    match measure:
        case None:
            return True
        case Combination(kind=kind, parts=parts):
            return kind in ("add", "subtract") and all(map(_adds_up, parts))
        case Count(kind=kind):
            return kind in ("rows", "sum")
        case _:
            return False
