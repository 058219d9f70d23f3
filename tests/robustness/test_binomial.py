"""The exact interval of a share, against published tables and the binomial distribution itself."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso.scoring.binomial import at_least, exact_intervals

CONFIDENCE = Fraction(19, 20)
# Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998),
# table I, method 5 (Clopper and Pearson).
NEWCOMBE = {
    (81, 263): (0.2527, 0.3676),
    (15, 148): (0.0578, 0.1617),
    (0, 20): (0.0, 0.1684),
    (1, 29): (0.0009, 0.1776),
}


@pytest.mark.parametrize("counted", NEWCOMBE)
def test_published_intervals_come_out(counted: tuple[int, int]) -> None:
    ((least, greatest),) = exact_intervals([counted], CONFIDENCE)
    assert (round(least, 4), round(greatest, 4)) == NEWCOMBE[counted]


def test_all_of_few_leaves_much_open() -> None:
    """Of d successes in d, 0.025 = p^d: for 3 of 3 that is p = 0.025^(1/3) = 0.2924."""
    ((least, greatest), (one_least, one_greatest)) = exact_intervals([(3, 3), (1, 1)], CONFIDENCE)
    assert least == pytest.approx(0.025 ** (1 / 3), abs=1e-10)
    assert one_least == pytest.approx(0.025, abs=1e-10)
    assert greatest == one_greatest == 1.0


def test_many_cases_leave_little_open() -> None:
    """500,000 of a million: 1.96 · √(¼ / 1,000,000) = 0.00098 to either side."""
    ((least, greatest),) = exact_intervals([(500_000, 1_000_000)], CONFIDENCE)
    assert least == pytest.approx(0.49902, abs=5e-6)
    assert greatest == pytest.approx(0.50098, abs=5e-6)


def test_nothing_counted_has_no_interval() -> None:
    assert exact_intervals([], CONFIDENCE) == []


def tail(successes: int, trials: int, share: Fraction) -> float:
    """The sum of the binomial probabilities from ``successes`` on, exactly."""
    terms = (
        comb(trials, n) * share**n * (1 - share) ** (trials - n) for n in range(max(successes, 0), trials + 1)
    )
    return float(sum(terms, Fraction(0)))


@given(st.integers(1, 60), st.data())
def test_tails_are_those_of_the_binomial_distribution(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials + 1))
    share = Fraction(data.draw(st.integers(1, 99)), 100)
    (found,) = at_least(np.array([float(successes)]), np.array([float(trials)]), np.array([float(share)]))
    assert found == pytest.approx(tail(successes, trials, share), rel=1e-9, abs=1e-13)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.data(), st.sampled_from([Fraction(1, 2), CONFIDENCE, Fraction(999, 1000)]))
def test_at_each_bound_what_was_counted_is_just_likely_enough(
    trials: int, data: st.DataObject, confidence: Fraction
) -> None:
    successes = data.draw(st.integers(0, trials))
    ((least, greatest),) = exact_intervals([(successes, trials)], confidence)
    beyond = float((1 - confidence) / 2)
    assert least <= successes / trials <= greatest
    if successes:
        assert tail(successes, trials, Fraction(least)) == pytest.approx(beyond, abs=1e-8)
    if successes < trials:
        assert 1 - tail(successes + 1, trials, Fraction(greatest)) == pytest.approx(beyond, abs=1e-8)
