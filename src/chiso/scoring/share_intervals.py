"""What small numbers leave open in an index: the exact interval of its ratio, and the points at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chiso import arithmetic
from chiso.scoring.binomial import exact_intervals
from chiso.scoring.points import points_for_percent
from chiso.scoring.redraws import is_counted_share
from chiso.scoring.scoreboard import Score, Scoreboard

# So many decimals of a percent that the points at the ends are those of the bounds themselves.
_BOUND_PLACES = 9


@dataclass(frozen=True)
class ShareInterval:
    """The exact interval of a counted ratio, in percent (0..100), and the least and most points it earns."""

    score: Score
    least_percent: Decimal
    most_percent: Decimal
    least_points: Decimal
    most_points: Decimal


def share_intervals(board: Scoreboard, confidence: Fraction) -> dict[str, tuple[ShareInterval, ...]]:
    """Return, for each unit of an unsplit board by code, the interval of every counted ratio it has."""
    rules = {i.code: (i, group.rounding) for group in board.rules.groups for i in group.indices}
    counted = {
        unit.unit.code: [score for score in unit.scores if is_counted_share(score, rules[score.index][0])]
        for unit in board.units
    }
    pairs = sorted({_pair(score) for scores in counted.values() for score in scores})
    bounds = dict(zip(pairs, exact_intervals(pairs, confidence), strict=True))
    intervals: dict[tuple[str, tuple[int, int]], tuple[Decimal, ...]] = {}
    for scores in counted.values():
        for score in scores:
            key = (score.index, _pair(score))
            if key not in intervals:
                index, rounding = rules[score.index]
                percents = [arithmetic.percent_of_double(end, _BOUND_PLACES) for end in bounds[key[1]]]
                points = [points_for_percent(index, rounding, percent) or Decimal(0) for percent in percents]
                shown = [arithmetic.round_half_up(percent, rounding.percent) for percent in percents]
                intervals[key] = (*sorted(shown), *sorted(points))
    return {
        unit_code: tuple(ShareInterval(score, *intervals[score.index, _pair(score)]) for score in scores)
        for unit_code, scores in counted.items()
    }


def _pair(score: Score) -> tuple[int, int]:
    assert score.numerator is not None and score.denominator is not None  # see is_counted_share
    return score.numerator, score.denominator
