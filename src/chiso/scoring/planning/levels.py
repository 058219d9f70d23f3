"""The points that an index can reach, and from which counts on: asked of the scorer, whatever its rule.

Points depend on the ratio alone and only rise (or, where lower is better, only fall) with it. Among the
ratios of numbers up to a given denominator, two neighbours part those that earn a level from those that
do not; they are found by halving the Stern-Brocot tree, so that nothing is rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from chiso.arithmetic import scaled
from chiso.scoring.planning.linear import OpenIndex


@dataclass(frozen=True)
class Span:
    """The counts that an index can have: both ends inclusive."""

    numerator: tuple[int, int]
    denominator: tuple[int, int]


@dataclass(frozen=True)
class Level:
    """Points (in units of the last decimal place), and what the counts must be to earn them.

    ``bound`` is the numerator where the denominator stands still, else the ratio: the least where more
    is better, the most where less is.
    """

    points: int
    bound: int | Fraction


@dataclass(frozen=True)
class Levels:
    """The levels of an index from the lowest on, whose bound need not be held; less may be better.

    ``empty`` are the points where the denominator is 0, None where it cannot be or already must be.
    """

    least: int
    above: tuple[Level, ...]
    falling: bool
    still: bool
    empty: int | None


def levels_of(index: OpenIndex, span: Span, places: int) -> Levels:
    """Return the levels that an index can reach within ``span``; points have ``places`` decimals."""
    falling = index.rule.rule.falling
    low, high = span.denominator

    def points(numerator: int, denominator: int) -> int:
        return scaled(index.points(numerator, denominator), places)

    if high <= 0:
        return Levels(points(0, 0), (), falling, still=True, empty=None)
    if low == high:
        first, last = span.numerator
        if falling:
            least = points(last, high)
            steps = _numerators(lambda step: points(last - step, high), last - first, least)
            above = tuple(Level(reached, last - step) for reached, step in steps)
        else:
            least = points(first, high)
            steps = _numerators(lambda step: points(first + step, high), last - first, least)
            above = tuple(Level(reached, first + step) for reached, step in steps)
        return Levels(least, above, falling, still=True, empty=None)
    least, above = _ratios(points, span, falling=falling)
    return Levels(least, above, falling, still=False, empty=points(0, 0) if low <= 0 else None)


def _numerators(points: Callable[[int], int], last: int, least: int) -> Iterator[tuple[int, int]]:
    """Yield each level above ``least`` with the least step, up to ``last``, that earns it."""
    reached, step = least, 0
    highest = points(last)
    while reached < highest:
        low, high = step, last  # points(low) is not above what is reached, points(high) is
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if points(middle) > reached else (middle, high)
        step, reached = high, points(high)
        yield reached, step


def _ratios(points: Callable[[int, int], int], span: Span, *, falling: bool) -> tuple[int, tuple[Level, ...]]:
    largest = span.denominator[1]
    smallest = max(span.denominator[0], 1)
    lowest, highest = Fraction(0), Fraction(max(span.numerator[1], 0), smallest)
    found: list[Level] = []

    def at(ratio: Fraction) -> int:
        return points(ratio.numerator, ratio.denominator)

    worst, best = (highest, lowest) if falling else (lowest, highest)
    least = reached = at(worst)
    while reached < at(best):
        bound = _bound(at, reached, largest, falling=falling)
        reached = at(bound)
        found.append(Level(reached, bound))
    return least, tuple(found)


def _bound(at: Callable[[Fraction], int], reached: int, largest: int, *, falling: bool) -> Fraction:
    """Return the ratio from which on (where less is better, up to which) more than ``reached`` is earned."""
    below, above = _neighbours(lambda ratio: (at(ratio) > reached) != falling, largest)
    return below if falling else above


def _neighbours(holds: Callable[[Fraction], bool], largest: int) -> tuple[Fraction, Fraction]:
    """Return the last ratio for which ``holds`` is false and the first for which it is true.

    Denominators go up to ``largest``; ``holds`` is false for 0 and true from some ratio on.
    """
    low, high = (0, 1), (1, 0)
    while low[1] + high[1] <= largest:
        # Upwards as far as it does not hold, then downwards as far as it does.
        low = _far(low, high, largest, lambda n, d: not holds(Fraction(n, d)))
        if low[1] + high[1] > largest:
            break
        high = _far(high, low, largest, lambda n, d: holds(Fraction(n, d)))
    return Fraction(*low), Fraction(*high)


def _far(
    start: tuple[int, int], step: tuple[int, int], largest: int, keeps: Callable[[int, int], bool]
) -> tuple[int, int]:
    """Return the farthest start + k · step, up to the largest denominator, that still keeps."""

    def fits(times: int) -> bool:
        denominator = start[1] + times * step[1]
        return denominator <= largest and keeps(start[0] + times * step[0], denominator)

    times = 1
    while fits(times):
        times *= 2
    low, high = times // 2, times
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return start[0] + low * step[0], start[1] + low * step[1]
