"""Places under other weights, without one index, and under redrawn ratios: simulation on doubles.

Points are whole numbers of their last decimal and weights whole millionths, so a sum is exact on doubles:
equal totals stay equal, and the order of the units or the kind of processor changes nothing. Every draw has
its own stream of chance, named by seed, index and unit, so neither files nor other units change it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chiso import arithmetic
from chiso.catalogue.formula import IndexRule, PointsRule, RuleSet
from chiso.catalogue.model import Rounding
from chiso.scoring.points import measuring_unit
from chiso.scoring.robustness import PlaceRange, Settings
from chiso.scoring.scoreboard import Score, UnitScore
from chiso.terms.unit import UnitTree

Doubles: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int32]

_NO_POINTS = Decimal(0)
_WHOLE = 1_000_000
# Redraws worked on at a time: a nation's communes then take some megabytes.
_AT_ONCE = 250


@dataclass(frozen=True)
class LeaguePoints:
    """The points of a ranking's units (rows) in each item (columns), and the most they can earn.

    An item is an index; a group that any of the units has reported whole is one item for all of them.
    """

    items: tuple[str, ...]
    points: Doubles
    maxima: Doubles


@dataclass(frozen=True)
class Redrawn:
    """Places by redraw (rows) and unit (columns).

    ``overtaken`` is, for each unit but the last, in how many redraws the next one had the higher total.
    """

    places: Integers
    overtaken: NDArray[np.int64]


def decimals(rules: RuleSet) -> int:
    """Return to how many decimals points are rounded, the most of any group."""
    return max(group.rounding.points for group in rules.groups)


def league_points(rules: RuleSet, units: Sequence[UnitScore]) -> LeaguePoints:
    """Return the points of units that are ranked together; what is absent adds nothing."""
    places = decimals(rules)
    items: list[str] = []
    columns: list[list[int]] = []
    for item, cells in _cells(rules, units):
        if any(points or most for points, most in cells):
            items.append(item)
            columns.append([arithmetic.scaled(points or _NO_POINTS, places) for points, _ in cells])
            columns.append([arithmetic.scaled(most, places) for _, most in cells])
    table = np.array(columns, dtype=np.float64).reshape(2 * len(items), len(units)).T
    return LeaguePoints(tuple(items), table[:, 0::2], table[:, 1::2])


def _cells(
    rules: RuleSet, units: Sequence[UnitScore]
) -> Iterator[tuple[str, list[tuple[Decimal | None, Decimal]]]]:
    """Yield each item, in the catalogue's order, with the points and the maximum of every unit."""
    first = 0
    for place, group in enumerate(rules.groups):
        if any(unit.groups[place].reported for unit in units):
            yield group.code, [(unit.groups[place].points, unit.groups[place].max_points) for unit in units]
        else:
            for position, index in enumerate(group.indices, start=first):
                scores = [unit.scores[position] for unit in units]
                yield index.code, [(score.points, score.max_points) for score in scores]
        first += len(group.indices)


def under_weights(league: LeaguePoints, settings: Settings) -> Redrawn:
    """Return the places where each item's maximum is drawn anew from within the spread.

    A unit keeps its share of every item; the maxima are scaled back to the sum they had.
    """
    least, most = (math.floor(_WHOLE * (1 + side * settings.spread)) for side in (-1, 1))
    weights = np.array(
        [
            least + (_chance(settings.seed, "weight", item).random_raw(settings.redraws) % (most - least + 1))
            for item in league.items
        ],
        dtype=np.float64,
    ).reshape(len(league.items), settings.redraws)
    # Where all units have the same maxima the scale is the same for all and changes no place.
    scaled = bool((league.maxima != league.maxima[:1]).any())

    def totals(first: int, end: int) -> Doubles:
        drawn = weights[:, first:end].T
        earned: Doubles = drawn @ league.points.T
        if not scaled:
            return earned
        could_earn = drawn @ league.maxima.T
        return np.divide(earned, could_earn, out=np.zeros_like(earned), where=could_earn > 0)

    return _redrawn(totals, len(league.points), settings.redraws)


def without_each(league: LeaguePoints) -> Integers:
    """Return the places, by item (rows) and unit (columns), where that item is left out."""
    totals = league.points.sum(axis=1)
    return _places(totals - league.points.T)


def under_small_numbers(
    rules: RuleSet, units: Sequence[UnitScore], registry: UnitTree, settings: Settings
) -> Redrawn:
    """Return the places where each counted ratio is drawn anew from those that its counts leave likely.

    The ratio of n among d is drawn from the Beta distribution of n + ½ and d − n + ½. A ratio that
    several units take from a unit above them is drawn once for all.
    """
    places = decimals(rules)
    by_code = {index.code: (index, group.rounding) for group in rules.groups for index in group.indices}
    totals = np.empty((len(units), settings.redraws), dtype=np.int32)
    drawn: dict[tuple[str, str], tuple[Score, list[int]]] = {}
    for row, unit in enumerate(units):
        fixed = unit.total
        reported = {group.group for group in unit.groups if group.reported}
        for score in unit.scores:
            index, _ = by_code[score.index]
            if score.group in reported or not is_counted_share(score, index):
                continue
            fixed -= score.points or _NO_POINTS
            where = (index.code, _measured_at(score, index, unit, registry))
            drawn.setdefault(where, (score, []))[1].append(row)
        totals[row] = arithmetic.scaled(fixed, places)
    for (index_code, unit_code), (score, rows) in drawn.items():
        index, rounding = by_code[index_code]
        chance = np.random.RandomState(_chance(settings.seed, "ratio", index_code, unit_code))
        redrawn = _points_redrawn(index, rounding, score, chance, settings.redraws)
        totals[rows] += redrawn * 10 ** (places - rounding.points)

    def of_redraws(first: int, end: int) -> Doubles:
        return np.ascontiguousarray(totals[:, first:end].T, dtype=np.float64)

    return _redrawn(of_redraws, len(units), settings.redraws)


def is_counted_share(score: Score, index: IndexRule) -> bool:
    """Return whether a score's points come from a counted share: so many of so many."""
    numerator, denominator = score.numerator, score.denominator
    if not index.scored or index.value_unit != "percent" or numerator is None or not denominator:
        return False
    return 0 <= numerator <= denominator


def _measured_at(score: Score, index: IndexRule, unit: UnitScore, registry: UnitTree) -> str:
    above = measuring_unit(index, unit.unit, registry) if score.outcome == "inherited" else None
    return unit.unit.code if above is None else above.code


def _points_redrawn(
    index: IndexRule, rounding: Rounding, score: Score, chance: np.random.RandomState, redraws: int
) -> Integers:
    """Return the points of each redrawn ratio, as whole numbers of their last decimal."""
    assert score.numerator is not None and score.denominator is not None  # see is_counted_share
    failing = score.denominator - score.numerator
    ratios = chance.beta(score.numerator + 0.5, failing + 0.5, size=redraws)
    maximum = arithmetic.scaled(index.points, rounding.points)
    points: Integers = np.floor(shares(index.rule, ratios) * maximum + 0.5).astype(np.int32)
    return points


def shares(rule: PointsRule, ratios: Doubles) -> Doubles:
    """Return the share (0..1) of the points that each ratio earns, on doubles."""
    match rule:
        case PointsRule(kind="steps", steps=steps):
            earned = np.zeros_like(ratios)
            for start, share in steps:
                earned = np.maximum(earned, np.where(ratios >= float(start), float(share), 0.0))
            return earned
        case PointsRule(kind="pass_fail", full_at=Fraction() as full_at):
            return (ratios >= float(full_at)).astype(np.float64)
        case PointsRule(kind="at_most", full_at=Fraction() as full_at):
            return (ratios <= float(full_at)).astype(np.float64)
        case PointsRule(kind="lower_is_better", full_at=Fraction() as full_at, none_at=Fraction() as none_at):
            return np.clip((float(none_at) - ratios) / float(none_at - full_at), 0.0, 1.0)
        case PointsRule(full_at=Fraction() as full_at):
            return np.clip(ratios / float(full_at), 0.0, 1.0)
        case _:
            raise AssertionError("the catalogue was checked: a scored rule has its target")


def middle(places: Integers, settings: Settings) -> list[PlaceRange]:
    """Return, for each unit (columns), the places of the middle share of redraws that is asked for."""
    beyond = arithmetic.in_each_tail(settings.redraws, settings.confidence)
    ordered = np.sort(places, axis=0)
    best, worst = ordered[beyond], ordered[settings.redraws - 1 - beyond]
    return [PlaceRange(int(first), int(last)) for first, last in zip(best, worst, strict=True)]


def _redrawn(totals: Callable[[int, int], Doubles], units: int, redraws: int) -> Redrawn:
    places = np.empty((redraws, units), dtype=np.int32)
    overtaken = np.zeros(max(units - 1, 0), dtype=np.int64)
    for first in range(0, redraws, _AT_ONCE):
        end = min(first + _AT_ONCE, redraws)
        some = totals(first, end)
        places[first:end] = _places(some)
        overtaken += (some[:, 1:] > some[:, :-1]).sum(axis=0)
    return Redrawn(places, overtaken)


def _places(totals: Doubles) -> Integers:
    """Return each row's places: one more than how many totals are higher; equal totals share a place."""
    places = np.empty(totals.shape, dtype=np.int32)
    for row, ordered in enumerate(np.sort(totals, axis=1)):
        not_higher = np.searchsorted(ordered, totals[row], side="right")
        places[row] = totals.shape[1] + 1 - not_higher
    return places


def _chance(seed: int, *name: str) -> np.random.Philox:
    """Return the stream of chance of that name.

    Philox by its key, and RandomState on top of it, give the same numbers under every version of numpy.
    """
    digest = hashlib.sha256("\x1f".join((str(seed), *name)).encode()).digest()
    return np.random.Philox(key=np.frombuffer(digest, dtype="<u8", count=2))
