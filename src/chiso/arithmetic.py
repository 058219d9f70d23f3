"""The only division and the only rounding in chiso.

Counts come in as integers, points leave as decimals with two places. How the published decimals
come about is in docs/scoring-rules.md; the catalogue says which arithmetic a group uses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

# Wide enough that no count of a nation's cases is cut before it is rounded.
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def round_half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """Return ``value`` rounded to ``places`` decimals, a tie away from zero."""
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    signed = -whole if value < 0 else whole
    return Decimal(signed).scaleb(-places, context=_CONTEXT)


def round_up(value: Decimal, places: int) -> Decimal:
    """Return the least number of ``places`` decimals that is not below ``value``."""
    return value.quantize(last_place(places), rounding=ROUND_CEILING, context=_CONTEXT)


def least_whole(value: Fraction) -> int:
    """Return the least whole number that is not below ``value``."""
    return math.ceil(value)


def nearest_whole(numerator: int, denominator: int) -> int:
    """Return numerator / denominator (neither below 0, the denominator above it) rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def per_day(number: int, days: int) -> int | None:
    """Return how many of ``number`` fall on each of ``days``, rounded up; None where no day is left."""
    return math.ceil(Fraction(number, days)) if days > 0 else None


def on_line(start: Fraction, end: Fraction, passed: int, days: int) -> Fraction:
    """Return where a straight line from ``start`` to ``end`` is when ``passed`` of ``days`` are over."""
    return start + (end - start) * Fraction(passed, days)


def last_place(places: int) -> Decimal:
    """Return one unit of the last of ``places`` decimals: 0.01 for two."""
    return Decimal(1).scaleb(-places, context=_CONTEXT)


def plain(value: Decimal) -> str:
    """Return a number without needless noughts: 10 for 10.00, 2.5 for 2.50."""
    return f"{value.normalize():f}"


def at_least_two_places(value: Decimal) -> Decimal:
    """Return the same number with two decimals, or as many more as it needs: 50.00 for 50.000000."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # no infinity is ever kept
    return value.quantize(last_place(max(2, -exponent)), context=_CONTEXT)


def quantity(value: Fraction, *, as_percent: bool) -> str:
    """Return a quantity of a catalogue as it is written there: 80% for 4/5 of a ratio, 2.5 for 5/2.

    Exact, since a catalogue writes its quantities with finitely many decimals.
    """
    shown = value * 100 if as_percent else value
    text = plain(_CONTEXT.divide(Decimal(shown.numerator), Decimal(shown.denominator)))
    return f"{text}%" if as_percent else text


def fraction(value: Fraction) -> str:
    """Return a share as it is written: 1/12, or 1."""
    return str(value)


def scaled(value: Decimal, places: int) -> int:
    """Return ``value``, which has no more than ``places`` decimals, in units of its last place."""
    units = value.scaleb(places, context=_CONTEXT)
    assert units == units.to_integral_value()
    return int(units)


def ratio(numerator: int | Fraction, denominator: int | Fraction) -> Fraction | None:
    """Return numerator / denominator exactly, or None when the denominator is 0."""
    return None if denominator == 0 else Fraction(numerator) / Fraction(denominator)


def in_a_year(value: Fraction, days_of_year: int, days: int) -> Fraction:
    """Return what ``value``, come about in so many days (at least one), comes to in a whole year."""
    return value * days_of_year / days


def whole_days(hours: int, hours_per_day: int) -> int:
    """Return how many whole days so many hours make, rounded down."""
    return hours // hours_per_day


def ratio_of_percent(percent_value: Decimal) -> Fraction:
    """Return the ratio (0..1) that a percent (0..100) stands for, exactly."""
    return Fraction(percent_value) / 100


def percent(value: Fraction, places: int) -> Decimal:
    """Return the ratio ``value`` (0..1) in percent (0..100), rounded half up."""
    return round_half_up(value * 100, places)


def share_up_to(value: Fraction, full_at: Fraction) -> Fraction:
    """Return which share of the points ``value`` earns: linear, 1 from ``full_at`` on, never below 0."""
    return max(Fraction(0), min(Fraction(1), value / full_at))


def share_down_to(value: Fraction, full_at: Fraction, none_at: Fraction) -> Fraction:
    """Return the share earned where lower is better: 1 up to ``full_at``, 0 from ``none_at`` on."""
    if value <= full_at:
        return Fraction(1)
    if value >= none_at:
        return Fraction(0)
    return (none_at - value) / (none_at - full_at)


def percent_of_double(value: float, places: int) -> Decimal:
    """Return a double's ratio (0..1) in percent (0..100), from its exact value, rounded half up."""
    return percent(Fraction(value), places)


def uncapped_points(value: Fraction, full_at: Fraction, maximum: Decimal) -> Fraction:
    """Return what ``value`` would earn in proportion, were there no maximum: for showing the sum."""
    return Fraction(maximum) * value / full_at


def points_of(share: Fraction, maximum: Decimal, places: int) -> Decimal:
    """Return the points for a share (0..1) of ``maximum``, from the exact value, half up."""
    return round_half_up(share * Fraction(maximum), places)


def percent_on_doubles(numerator: int, denominator: int, places: int) -> Decimal:
    """Return 100·n/d computed and rounded on IEEE doubles; the denominator is not 0."""
    return _rounded_double(100 * numerator / denominator, places)


def points_on_doubles(percent_value: Decimal, maximum: Decimal, full_at: Fraction, places: int) -> Decimal:
    """Return the points as the portal computes payment: on IEEE doubles, from the rounded percent.

    The order ``P·percent/T`` is part of the rule: another order of multiplication gives another
    hundredth (6 · 93.25 % lies just below 5.595 as a double and becomes 5.59).
    """
    points = float(maximum) * float(percent_value) / float(full_at * 100)
    return _rounded_double(min(float(maximum), max(0.0, points)), places)


def mean(values: Sequence[int], places: int) -> Decimal | None:
    """Return the mean of whole numbers, rounded half up; None where there are none."""
    exact = ratio(sum(values), len(values))
    return None if exact is None else round_half_up(exact, places)


def in_each_tail(draws: int, confidence: Fraction) -> int:
    """Return how many draws lie beyond each end of their middle ``confidence`` (0..1), rounded down."""
    return math.floor(draws * (1 - confidence) / 2)


def sum_points(points: Iterable[Decimal]) -> Decimal:
    """Return the sum of rounded points; it needs no rounding of its own."""
    return sum(points, Decimal("0.00"))


def sum_on_doubles(points: Iterable[Decimal], places: int) -> Decimal:
    """Return the sum of rounded points, added as doubles and rounded half up."""
    total = 0.0
    for value in points:
        total += float(value)
    return _rounded_double(total, places)


def _rounded_double(value: float, places: int) -> Decimal:
    # Decimal(float) is the double's exact value, so a tie is a tie of the double itself.
    return round_half_up(Decimal(value), places)


def expanded(value: Fraction, places: int = 6) -> tuple[Decimal, bool]:
    """Return ``value`` cut (not rounded) after ``places`` decimals, and whether that is all of it."""
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    cut = Decimal(-whole if value < 0 else whole).scaleb(-places, context=_CONTEXT)
    return cut, scaled.denominator == 1


def apportioned(total: Decimal, weights: Sequence[int], places: int) -> list[Decimal]:
    """Return ``total`` in parts that go by ``weights`` (0 or more), each rounded, adding up exactly.

    What rounding leaves over goes to the parts that lost most by it, of equal ones to the first. Without
    any weight every part is 0.
    """
    unit = Decimal(1).scaleb(-places)
    everything = sum(weights)
    if everything == 0:
        return [unit * 0 for _ in weights]
    exact = [Fraction(total) * weight / everything for weight in weights]
    parts = [expanded(value, places)[0] for value in exact]
    left = int((total - sum(parts, Decimal(0))) / unit)
    by_rest = sorted(range(len(parts)), key=lambda n: (Fraction(parts[n]) - exact[n], n))
    for position in by_rest[:left]:
        parts[position] += unit
    return parts
