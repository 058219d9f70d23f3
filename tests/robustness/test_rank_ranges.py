"""Whole rankings: ranges hold the rank, the same seed gives the same, pairs are told apart or not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.boards import Figure, a_board, communes, rules_of

from chiso.catalogue.formula import RuleSet
from chiso.scoring.either_way import TotalRange, places_either_way
from chiso.scoring.open_rows import OpenRows
from chiso.scoring.rank import rank_units
from chiso.scoring.rank_ranges import robustness_of
from chiso.scoring.redraws import league_points, middle, under_weights
from chiso.scoring.robustness import LeagueRobustness, LeftOut, PlaceRange, Settings, UnitRobustness

SETTINGS = Settings(redraws=200, spread=Fraction(1, 5), confidence=Fraction(19, 20), seed=766)
FIGURES = st.one_of(
    st.tuples(st.integers(0, 4), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    st.integers(0, 8).map(lambda halves: Decimal(halves) / 2),
)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return rules_of(tmp_path_factory.mktemp("catalogue"))


def ranked(
    rules: RuleSet,
    figures: Mapping[str, Mapping[str, Figure]],
    asked: Settings = SETTINGS,
    ranges: Mapping[str, tuple[str, str]] | None = None,
) -> LeagueRobustness:
    """The only ranking of the units; ``ranges`` says between what their totals may be."""
    board, registry = a_board(rules, communes(*figures), figures)
    open_ranges = {unit.unit.code: TotalRange(unit.total, unit.total) for unit in board.units}
    for code, (least, most) in (ranges or {}).items():
        open_ranges[code] = TotalRange(Decimal(least), Decimal(most))
    result = robustness_of(board, rank_units(board.units), OpenRows(open_ranges, {}, ()), registry, asked)
    (league,) = result.leagues
    return league


def by_code(league: LeagueRobustness) -> dict[str, UnitRobustness]:
    return {unit.rank.score.unit.code: unit for unit in league.units}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=6),
    st.integers(1, 40),
    st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(1)]),
)
def test_every_range_holds_the_rank(
    rules: RuleSet, figures: list[tuple[Figure, Figure]], redraws: int, spread: Fraction
) -> None:
    named = {f"C{n}": {"1": first, "2": second} for n, (first, second) in enumerate(figures)}
    league = ranked(rules, named, replace(SETTINGS, redraws=redraws, spread=spread))
    assert len(league.units) == len(named)
    for unit in league.units:
        sources = (unit.weights, unit.without_one, unit.either_way, unit.small_numbers)
        for places in (*sources, unit.overall):
            assert 1 <= places.best <= unit.rank.place <= places.worst <= len(named)
        assert unit.overall.best == min(places.best for places in sources)
        assert unit.overall.worst == max(places.worst for places in sources)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=6, max_size=6),
)
def test_ranges_that_are_not_stretched_hold_the_rank_too(
    rules: RuleSet, figures: list[tuple[Figure, Figure]], play: list[tuple[int, int]]
) -> None:
    """The exact sources need no help: what is published is one of the outcomes that they look at."""
    named = {f"C{n}": {"1": first, "2": second} for n, (first, second) in enumerate(figures)}
    board, _ = a_board(rules, communes(*named), named)
    ranks = rank_units(board.units)
    totals = [rank.score.total for rank in ranks]
    hundredth = Decimal("0.01")
    open_ones = [
        TotalRange(total - below * hundredth, total + above * hundredth)
        for total, (below, above) in zip(totals, play, strict=False)
    ]
    for rank, places in zip(ranks, places_either_way(open_ones), strict=True):
        assert places.best <= rank.place <= places.worst
    for rank, places in zip(ranks, places_either_way([TotalRange(t, t) for t in totals]), strict=True):
        assert (places.best, places.worst) == (rank.place, rank.place)
    # Weights that do not change leave every place as it is, in every redraw.
    still = replace(SETTINGS, spread=Fraction(0), redraws=7)
    redrawn = under_weights(league_points(rules, [rank.score for rank in ranks]), still)
    for rank, places in zip(ranks, middle(redrawn.places, still), strict=True):
        assert (places.best, places.worst) == (rank.place, rank.place)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(
    rules: RuleSet, figures: list[tuple[Figure, Figure]], chance: random.Random
) -> None:
    named = {f"C{n}": {"1": first, "2": second} for n, (first, second) in enumerate(figures)}
    shuffled = list(named.items())
    chance.shuffle(shuffled)
    assert ranked(rules, named) == ranked(rules, dict(shuffled))


def test_another_seed_draws_otherwise(rules: RuleSet) -> None:
    figures: dict[str, dict[str, Figure]] = {f"C{n}": {"1": (n, 9), "2": (9 - n, 9)} for n in range(10)}
    again = ranked(rules, figures)
    assert ranked(rules, figures) == again
    other = ranked(rules, figures, replace(SETTINGS, seed=767))
    assert [pair.small_numbers for pair in other.pairs] != [pair.small_numbers for pair in again.pairs]


def test_a_unit_more_or_less_changes_no_draw_of_the_others(rules: RuleSet) -> None:
    """Z stands last whatever is drawn: the ranges of the others are what they are without it."""
    figures: dict[str, dict[str, Figure]] = {
        "A": {"1": (5, 6), "2": (4, 6)},
        "B": {"1": (4, 6), "2": (5, 6)},
        "C": {"1": (5, 6), "2": (3, 6)},
    }
    more = {**figures, "Z": {"1": Decimal(0), "2": Decimal(0)}}
    alone, together = by_code(ranked(rules, figures)), by_code(ranked(rules, more))
    for code in figures:
        assert alone[code].small_numbers == together[code].small_numbers
        assert alone[code].weights == together[code].weights


def test_three_units_left_out_by_hand(rules: RuleSet) -> None:
    """A 6.00 + 0, B 4.50 + 1.00, C 1.00 + 4.00: 6.00, 5.50, 5.00.

    Without 1: A 0, B 1, C 4, so places 3, 2, 1. Without 2: 6, 4.50, 1, so nobody moves.
    """
    league = ranked(
        rules,
        {
            "A": {"1": Decimal("6"), "2": Decimal("0")},
            "B": {"1": Decimal("4.5"), "2": Decimal("1")},
            "C": {"1": Decimal("1"), "2": Decimal("4")},
        },
    )
    units = by_code(league)
    assert {code: unit.without_one for code, unit in units.items()} == {
        "A": PlaceRange(1, 3),
        "B": PlaceRange(2, 2),
        "C": PlaceRange(1, 3),
    }
    assert units["A"].left_out == LeftOut("1", 3) and units["B"].left_out is None
    # |1 → 3| + |2 → 2| + |3 → 1| = 4 over three units.
    influences = [(i.item, i.mean_shift, i.greatest_shift, i.units_moved) for i in league.influences]
    assert influences == [("1", Decimal("1.33"), 2, 2), ("2", Decimal("0.00"), 0, 0)]


def test_pairs_that_nothing_turns_are_told_apart(rules: RuleSet) -> None:
    """9 points and 3, a third of them from each index: at ±20 % never level, and nothing is counted."""
    league = ranked(
        rules,
        {"A": {"1": Decimal("5.4"), "2": Decimal("3.6")}, "B": {"1": Decimal("1.8"), "2": Decimal("1.2")}},
    )
    assert league.pairs == ()


def test_a_pair_whose_open_rows_may_meet_is_not_told_apart(rules: RuleSet) -> None:
    figures: dict[str, dict[str, Figure]] = {
        "A": {"1": Decimal("5.4"), "2": Decimal("3.6")},
        "B": {"1": Decimal("1.8"), "2": Decimal("1.2")},
    }
    (pair,) = ranked(rules, figures, ranges={"A": ("6.00", "9.00"), "B": ("3.00", "6.00")}).pairs
    assert (pair.above.score.unit.code, pair.below.score.unit.code) == ("A", "B")
    assert pair.either_way and (pair.weights, pair.small_numbers) == (Decimal("0.00"), Decimal("0.00"))
    assert ranked(rules, figures, ranges={"A": ("6.00", "9.00"), "B": ("3.00", "5.99")}).pairs == ()


def test_a_pair_turned_in_more_redraws_than_doubt_allows_is_not_told_apart(rules: RuleSet) -> None:
    """5 of 9 and 4 of 9 of the same index: now the one, now the other. Ties are no pair."""
    figures: dict[str, dict[str, Figure]] = {
        "A": {"1": (5, 9), "2": Decimal(0)},
        "B": {"1": (4, 9), "2": Decimal(0)},
        "C": {"1": (4, 9), "2": Decimal(0)},
    }
    (pair,) = ranked(rules, figures).pairs
    assert pair.small_numbers > 5
    assert pair.weights == 0


def test_one_unit_alone_is_first(rules: RuleSet) -> None:
    (unit,) = ranked(rules, {"A": {"1": (1, 2), "2": (1, 2)}}).units
    assert unit.overall == PlaceRange(1, 1)


def test_units_that_can_earn_nothing_share_the_first_place(tmp_path: Path) -> None:
    board, registry = a_board(rules_of(tmp_path), communes("A", "B"), {})
    assert [unit.max_points for unit in board.units] == [0, 0]
    open_ranges = {unit.unit.code: TotalRange(unit.total, unit.total) for unit in board.units}
    result = robustness_of(board, rank_units(board.units), OpenRows(open_ranges, {}, ()), registry, SETTINGS)
    assert [unit.overall for unit in result.leagues[0].units] == [PlaceRange(1, 1), PlaceRange(1, 1)]
