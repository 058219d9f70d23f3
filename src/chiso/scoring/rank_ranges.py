"""The firmness of every ranking of a scoreboard, from the sources of doubt taken one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby, pairwise

from chiso import arithmetic
from chiso.scoring.either_way import TotalRange, may_change_places, places_either_way
from chiso.scoring.open_rows import OpenRows
from chiso.scoring.rank import Rank
from chiso.scoring.redraws import (
    Integers,
    LeaguePoints,
    Redrawn,
    league_points,
    middle,
    under_small_numbers,
    under_weights,
    without_each,
)
from chiso.scoring.robustness import (
    Influence,
    LeagueRobustness,
    LeftOut,
    Pair,
    PlaceRange,
    Robustness,
    Settings,
    UnitRobustness,
)
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.unit import UnitTree

_PERCENT_PLACES = 2


def robustness_of(
    board: Scoreboard, ranks: Sequence[Rank], open_rows: OpenRows, registry: UnitTree, settings: Settings
) -> Robustness:
    """Return how firm each ranking among ``ranks`` is; ``board`` has the units that are ranked.

    Every range holds the published place: where all that was tried lies beside it, it is stretched.
    """
    leagues = tuple(
        _league(board, tuple(members), open_rows.ranges, registry, settings)
        for _, members in groupby(ranks, key=lambda rank: rank.league)
    )
    return Robustness(board, settings, leagues, open_rows.without_unit, open_rows.unbounded)


def _league(
    board: Scoreboard,
    ranks: tuple[Rank, ...],
    ranges: Mapping[str, TotalRange],
    registry: UnitTree,
    settings: Settings,
) -> LeagueRobustness:
    scores = [rank.score for rank in ranks]
    totals = [ranges[score.unit.code] for score in scores]
    points = league_points(board.rules, scores)
    weights = under_weights(points, settings)
    numbers = under_small_numbers(board.rules, scores, registry, settings)
    without = without_each(points)
    by_source = zip(
        ranks,
        middle(weights.places, settings),
        _without_one(points, ranks, without),
        totals,
        places_either_way(totals),
        middle(numbers.places, settings),
        strict=True,
    )
    units = tuple(
        UnitRobustness(
            rank=rank,
            weights=by_weights.holding(rank.place),
            without_one=without_one,
            left_out=left_out,
            either_way=either_way.holding(rank.place),
            least_total=total.whole[0],
            most_total=total.whole[1],
            small_numbers=by_numbers.holding(rank.place),
        )
        for rank, by_weights, (without_one, left_out), total, either_way, by_numbers in by_source
    )
    return LeagueRobustness(
        league=ranks[0].league,
        units=units,
        pairs=tuple(_pairs(ranks, totals, weights, numbers, settings)),
        influences=tuple(_influences(points, ranks, without)),
    )


def _without_one(
    points: LeaguePoints, ranks: Sequence[Rank], without: Integers
) -> Iterator[tuple[PlaceRange, LeftOut | None]]:
    """Yield each unit's places without one index, and the index that moves it furthest.

    Of several that move it as far the first in the catalogue is named.
    """
    for column, rank in enumerate(ranks):
        places = [rank.place, *(int(place) for place in without[:, column])]
        shifts = [abs(place - rank.place) for place in places[1:]]
        furthest = max(shifts, default=0)
        left_out = None
        if furthest:
            item = shifts.index(furthest)
            left_out = LeftOut(points.items[item], places[1 + item])
        yield PlaceRange(min(places), max(places)), left_out


def _influences(points: LeaguePoints, ranks: Sequence[Rank], without: Integers) -> Iterator[Influence]:
    for item, places in zip(points.items, without, strict=True):
        shifts = [abs(int(place) - rank.place) for place, rank in zip(places, ranks, strict=True)]
        mean = arithmetic.mean(shifts, _PERCENT_PLACES)
        assert mean is not None  # a ranking has a unit
        yield Influence(item, mean, max(shifts), sum(shift > 0 for shift in shifts))


def _pairs(
    ranks: Sequence[Rank],
    totals: Sequence[TotalRange],
    weights: Redrawn,
    numbers: Redrawn,
    settings: Settings,
) -> Iterator[Pair]:
    """Yield the neighbours that cannot be told apart; units that share a place are no such pair."""
    tolerated = 1 - settings.confidence
    for position, (above, below) in enumerate(pairwise(ranks)):
        if above.place == below.place:
            continue
        by_weights = Fraction(int(weights.overtaken[position]), settings.redraws)
        by_numbers = Fraction(int(numbers.overtaken[position]), settings.redraws)
        either_way = may_change_places(totals[position], totals[position + 1])
        if max(by_weights, by_numbers) > tolerated or either_way:
            yield Pair(
                above,
                below,
                arithmetic.percent(by_weights, _PERCENT_PLACES),
                arithmetic.percent(by_numbers, _PERCENT_PLACES),
                either_way,
            )
