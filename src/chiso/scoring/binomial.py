"""The exact interval of a counted share (Clopper and Pearson 1934), for many shares at once.

The bounds solve the two tails of the binomial distribution: the least share with which n or more of d come
about often enough, and the greatest with which n or fewer do. Tails are sums of probabilities, taken here as
the incomplete beta function, which a continued fraction gives to the last digits of a double.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]

# Half the interval each time: after these the bounds are good to twelve decimals.
_HALVINGS = 40
_MOST_STEPS = 10_000
_ENOUGH = 1e-14
_TINY = 1e-300


def exact_intervals(counted: Sequence[tuple[int, int]], confidence: Fraction) -> list[tuple[float, float]]:
    """Return the least and the greatest share (0..1) for each (n, d), 0 ≤ n ≤ d and 0 < d.

    With probability ``confidence`` or more such an interval holds the share that the counts come from.
    """
    if not counted:
        return []
    successes, trials = np.array(counted, dtype=np.float64).T
    tail = float((1 - confidence) / 2)
    least = _solved(lambda share: at_least(successes, trials, share) < tail, len(counted))
    greatest = _solved(lambda share: at_least(successes + 1, trials, share) < 1 - tail, len(counted))
    least[successes == 0] = 0.0
    greatest[successes == trials] = 1.0
    return list(zip(least.tolist(), greatest.tolist(), strict=True))


def at_least(successes: Doubles, trials: Doubles, share: Doubles) -> Doubles:
    """Return the probability of ``successes`` or more among ``trials`` that succeed with ``share``."""
    certain, never = successes <= 0, successes > trials
    a = np.where(certain | never, 1.0, successes)
    b = np.where(certain | never, 1.0, trials - successes + 1)
    # The fraction converges fast on one side of the mean; the other is its mirror image.
    mirrored = share > (a + 1) / (a + b + 2)
    x = np.where(mirrored, 1 - share, share)
    a, b = np.where(mirrored, b, a), np.where(mirrored, a, b)
    with np.errstate(divide="ignore", under="ignore"):
        front = np.exp(_log_beta_inverse(a, b) + a * np.log(x) + b * np.log1p(-x)) / a
    one_side = front * _continued_fraction(a, b, x)
    tail: Doubles = np.where(mirrored, 1 - one_side, one_side)
    tail[certain], tail[never] = 1.0, 0.0
    return tail


def _solved(too_small: Callable[[Doubles], NDArray[np.bool_]], shares: int) -> Doubles:
    """Return by bisection where ``too_small`` ends."""
    low, high = np.zeros(shares), np.ones(shares)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = too_small(middle)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    solved: Doubles = (low + high) / 2
    return solved


def _log_beta_inverse(a: Doubles, b: Doubles) -> Doubles:
    return np.array([math.lgamma(p + q) - math.lgamma(p) - math.lgamma(q) for p, q in zip(a, b, strict=True)])


def _continued_fraction(a: Doubles, b: Doubles, x: Doubles) -> Doubles:
    """Return the continued fraction of the incomplete beta function, by Lentz's method."""
    c = np.ones_like(x)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = np.ones_like(x)
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            change = change * d * c
        value = value * change
        if np.all(np.abs(change - 1) < _ENOUGH):
            break
    return value


def _not_zero(values: Doubles) -> Doubles:
    return np.where(np.abs(values) < _TINY, _TINY, values)
