"""Redrawn weights and ratios, and one index left out: against sums by hand and what books say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.boards import a_board, communes, rules_of

from chiso import arithmetic
from chiso.catalogue.formula import PointsRule
from chiso.scoring import points, redraws
from chiso.scoring.redraws import (
    LeaguePoints,
    league_points,
    middle,
    under_small_numbers,
    under_weights,
    without_each,
)
from chiso.scoring.robustness import PlaceRange, Settings
from chiso.terms.unit import Unit

SETTINGS = Settings(redraws=1000, spread=Fraction(1, 5), confidence=Fraction(19, 20), seed=766)


def test_points_are_a_table_of_units_and_indices(tmp_path: Path) -> None:
    """A: 3 of 4 in time = 4.50 of 6; 1 of 4 online, full at 80 % = 1.25 of 4. B has no figure for 2."""
    board, _ = a_board(rules_of(tmp_path), communes("A"), {"A": {"1": (3, 4), "2": (1, 4)}})
    league = league_points(board.rules, board.units)
    assert league.items == ("1", "2")
    assert league.points.tolist() == [[450, 125]]
    assert league.maxima.tolist() == [[600, 400]]


def test_a_group_that_one_unit_reports_whole_is_one_item_for_all(tmp_path: Path) -> None:
    board, _ = a_board(
        rules_of(tmp_path),
        communes("A", "B"),
        {"A": {"1": (3, 4), "2": (1, 4)}, "B": {"progress": Decimal("7.25")}},
    )
    league = league_points(board.rules, board.units)
    assert league.items == ("progress",)
    assert league.points.tolist() == [[575], [725]]
    assert league.maxima.tolist() == [[1000], [1000]]


def places_by_hand(totals: Sequence[float]) -> list[int]:
    return [1 + sum(other > total for other in totals) for total in totals]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_equal_totals_share_the_better_place(totals: list[int]) -> None:
    (places,) = redraws._places(np.array([totals], dtype=np.float64)).tolist()
    assert places == places_by_hand(totals)


def test_places_one_two_two_four() -> None:
    (places,) = redraws._places(np.array([[50.0, 70.0, 90.0, 70.0]])).tolist()
    assert places == [4, 2, 1, 2]


def two_opposites(tmp_path: Path) -> LeaguePoints:
    """A has all 5.5 points of index 1 and none of 2, B none of 1 and all 4.5 of 2."""
    weights = (
        ("points: 6", "points: 5.5"),
        ("points: {2024-01-01: 4, 2025-07-01: 4}", "points: 4.5"),
    )
    figures = {"A": {"1": (1, 1), "2": (0, 1)}, "B": {"1": (0, 1), "2": (1, 1)}}
    board, _ = a_board(rules_of(tmp_path, *weights), communes("A", "B"), figures)
    return league_points(board.rules, board.units)


def test_weights_that_cannot_turn_the_order_do_not(tmp_path: Path) -> None:
    """5.5 and 4.5 points: at ±10 % the worst for A is 5.5 · 0.9 = 4.95 = 4.5 · 1.1: level, never below."""
    redrawn = under_weights(two_opposites(tmp_path), replace(SETTINGS, spread=Fraction(1, 10)))
    assert redrawn.overtaken.tolist() == [0]
    assert (redrawn.places[:, 0] == 1).all()


def test_weights_turn_the_order_as_often_as_the_area_says(tmp_path: Path) -> None:
    """B passes A where 4.5 g > 5.5 f, f and g from 0.8 to 1.2.

    f runs from 0.8 to 9/11 g, so g from 44/45 on: area (9/11 · 1.2 − 0.8)² / (2 · 9/11) = 0.0202, of 0.16:
    12.6 %.
    """
    settings = replace(SETTINGS, redraws=10_000)
    redrawn = under_weights(two_opposites(tmp_path), settings)
    assert redrawn.overtaken[0] / settings.redraws == pytest.approx(0.126, abs=0.01)
    assert middle(redrawn.places, settings) == [PlaceRange(1, 2), PlaceRange(1, 2)]


@given(
    st.lists(st.lists(st.integers(0, 600), min_size=3, max_size=3), min_size=1, max_size=6),
    st.integers(0, 3),
)
def test_each_redraw_ranks_sums_of_points_times_weights(points: list[list[int]], seed: int) -> None:
    """With other weights the places are those of the plain sums, whatever the order of the units."""
    table = np.array(points, dtype=np.float64)
    league = LeaguePoints(("a", "b", "c"), table, np.full_like(table, 600))
    settings = replace(SETTINGS, redraws=20, seed=seed)
    backwards = LeaguePoints(league.items, table[::-1], league.maxima)
    redrawn = under_weights(league, settings).places
    assert (redrawn[:, ::-1] == under_weights(backwards, settings).places).all()
    unchanged = under_weights(league, replace(settings, spread=Fraction(0))).places
    assert (unchanged == places_by_hand([sum(row) for row in points])).all()


def test_maxima_that_differ_are_scaled_unit_by_unit() -> None:
    """A has all of index a, B all of b, either 6 of 6: whatever the weights, both earn all they can."""
    league = LeaguePoints(
        ("a", "b"), np.array([[600.0, 0.0], [0.0, 600.0]]), np.array([[600.0, 0.0], [0.0, 600.0]])
    )
    assert (under_weights(league, SETTINGS).places == 1).all()


def test_one_index_left_out_by_hand(tmp_path: Path) -> None:
    """A 6.00 + 1.00, B 4.50 + 2.00, C 3.00 + 2.00; without 1: 1, 2, 2; without 2: 6, 4.50, 3."""
    board, _ = a_board(
        rules_of(tmp_path),
        communes("A", "B", "C"),
        {
            "A": {"1": (4, 4), "2": (1, 5)},
            "B": {"1": (3, 4), "2": (2, 5)},
            "C": {"1": (2, 4), "2": (2, 5)},
        },
    )
    assert [unit.total for unit in board.units] == [Decimal("7.00"), Decimal("6.50"), Decimal("5.00")]
    assert without_each(league_points(board.rules, board.units)).tolist() == [[3, 1, 1], [1, 2, 3]]


RULES = st.one_of(
    st.builds(
        lambda full: PointsRule("linear", full, None, ()), st.sampled_from([Fraction(4, 5), Fraction(1)])
    ),
    st.builds(lambda full: PointsRule("pass_fail", full, None, ()), st.just(Fraction(1, 2))),
    st.just(PointsRule("lower_is_better", Fraction(1, 10), Fraction(1, 2), ())),
    st.just(
        PointsRule("steps", None, None, ((Fraction(1, 4), Fraction(1, 2)), (Fraction(3, 4), Fraction(1))))
    ),
)


@given(RULES, st.lists(st.integers(0, 64), min_size=1, max_size=8))
def test_shares_on_doubles_are_the_exact_shares(rule: PointsRule, sixty_fourths: list[int]) -> None:
    ratios = [Fraction(part, 64) for part in sixty_fourths]
    found = redraws.shares(rule, np.array([float(ratio) for ratio in ratios]))
    assert found.tolist() == pytest.approx([float(points._share(rule, ratio)) for ratio in ratios])


# Brown, Cai and DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001),
# table 5: limits of the 95 % Jeffreys interval, n = 10.
JEFFREYS = {1: (0.011, 0.381), 2: (0.044, 0.503), 3: (0.092, 0.606), 4: (0.153, 0.696), 5: (0.224, 0.776)}


@pytest.mark.parametrize("successes", JEFFREYS)
def test_ratios_are_drawn_from_published_distributions(successes: int) -> None:
    chance = np.random.RandomState(redraws._chance(766, "test", str(successes)))
    drawn = np.sort(chance.beta(successes + 0.5, 10 - successes + 0.5, size=40_000))
    assert (drawn[1000], drawn[39_000]) == pytest.approx(JEFFREYS[successes], abs=0.01)


def test_small_numbers_leave_more_open_than_large_ones(tmp_path: Path) -> None:
    """All of 2 and all of 2,000 share the first place; 95 % of 2,000 can pass the first, not the second."""
    figures = {
        "few": {"1": (2, 2), "2": Decimal(0)},
        "many": {"1": (2000, 2000), "2": Decimal(0)},
        "most": {"1": (1900, 2000), "2": Decimal(0)},
    }
    board, registry = a_board(rules_of(tmp_path), communes(*figures), figures)
    redrawn = under_small_numbers(board.rules, board.units, registry, SETTINGS)
    assert middle(redrawn.places, SETTINGS) == [PlaceRange(1, 3), PlaceRange(1, 1), PlaceRange(2, 3)]


def test_points_without_counts_are_not_redrawn(tmp_path: Path) -> None:
    figures = {code: {"1": Decimal(points), "2": Decimal(0)} for code, points in (("A", "3.01"), ("B", "3"))}
    board, registry = a_board(rules_of(tmp_path), communes("A", "B"), figures)
    redrawn = under_small_numbers(board.rules, board.units, registry, SETTINGS)
    assert (redrawn.places == [1, 2]).all()


def test_a_ratio_from_above_is_drawn_once_for_all_below(tmp_path: Path) -> None:
    """A and B take 1 of 2 from their province; A has a hundredth more, and keeps it in every redraw."""
    measuring_unit = "measured_at: [province]\n        applies_to: [province, commune]"
    rules = rules_of(tmp_path, ("applies_to: [commune]", measuring_unit))
    units = (
        Unit("P", "Tỉnh", "province"),
        *(Unit(code, f"Xã {code}", "commune", "P") for code in ("A", "B")),
    )
    figures = {"P": {"1": (1, 2)}, "A": {"2": Decimal("2.01")}, "B": {"2": Decimal("2.00")}}
    board, registry = a_board(rules, units, figures)
    _, a, b = board.units
    assert [unit.scores[0].outcome for unit in (a, b)] == ["inherited", "inherited"]
    redrawn = under_small_numbers(board.rules, [a, b], registry, SETTINGS)
    assert (redrawn.places == [1, 2]).all()


def test_the_middle_share_of_places_is_counted_from_both_ends() -> None:
    """Of 100 redraws at 95 % two and a half lie beyond each end: two are left off, the third counts."""
    places = np.array([[1]] * 2 + [[2]] + [[5]] * 94 + [[8]] + [[9]] * 2, dtype=np.int32)
    assert middle(places, replace(SETTINGS, redraws=100)) == [PlaceRange(2, 8)]
    assert arithmetic.in_each_tail(100, Fraction(19, 20)) == 2


# The first draws of two streams, as numpy 1.17 and later give them.
CHANCE = [0.6786217074128184, 0.4917623028741778, 0.9846329010144452]
WEIGHT = [6195857405490781336, 4819053431241715167, 869175788292167317]


def test_chance_is_the_same_wherever_it_is_drawn() -> None:
    """Another version of numpy, or another computer, must not change what a seed gives."""
    chance = np.random.RandomState(redraws._chance(766, "ratio", "2.1", "H21.125"))
    assert chance.beta(3.5, 1.5, size=3).tolist() == pytest.approx(CHANCE, rel=1e-12)
    raw = redraws._chance(766, "weight", "2.1").random_raw(3).tolist()
    assert raw == WEIGHT
