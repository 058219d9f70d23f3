"""All division and rounding, in tables that can be checked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso import arithmetic


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        # A tie goes away from zero, whichever digit stands before it.
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(3, 8), 2, "0.38"),
        (Decimal("2.675"), 2, "2.68"),
        (Decimal("-2.675"), 2, "-2.68"),
        (Decimal("2.665"), 2, "2.67"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        # What lies beside a tie goes to the nearer side, however near it lies.
        (Decimal("0.1249999999999999999999999999999999"), 2, "0.12"),
        (Fraction(125, 1000) + Fraction(1, 10**30), 2, "0.13"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(2, 3), 6, "0.666667"),
        # The decimals asked for are always there.
        (Fraction(5), 2, "5.00"),
        (Decimal("5.6"), 2, "5.60"),
        (Fraction(0), 2, "0.00"),
        # A nation's cases and dong keep every digit.
        (Fraction(10**24 + 1, 2), 0, "500000000000000000000001"),
        (Fraction(10**30, 3), 2, "333333333333333333333333333333.33"),
    ],
)
def test_rounding_is_half_up(value: Fraction | Decimal, places: int, rounded: str) -> None:
    assert str(arithmetic.round_half_up(value, places)) == rounded


@settings(max_examples=200, derandomize=True, database=None)
@given(st.fractions(-1_000, 1_000, max_denominator=10_000), st.integers(0, 6))
def test_a_rounded_value_is_never_further_off_than_half_a_unit(value: Fraction, places: int) -> None:
    rounded = arithmetic.round_half_up(value, places)
    off = abs(Fraction(rounded) - value) * 10**places
    assert off < Fraction(1, 2) or (off == Fraction(1, 2) and abs(Fraction(rounded)) > abs(value))
    assert rounded == rounded.quantize(Decimal(1).scaleb(-places))


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (7, 8, "87.50"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        # 1 / 800 = 0.125 %, a tie.
        (1, 800, "0.13"),
        # 1999999 / 2000000 = 99.99995 %: rounding does not spare a last missing case.
        (1_999_999, 2_000_000, "100.00"),
        (9, 8, "112.50"),
        (0, 5, "0.00"),
    ],
)
def test_a_ratio_is_exact_and_its_percent_rounded_once(
    numerator: int, denominator: int, percent: str
) -> None:
    ratio = arithmetic.ratio(numerator, denominator)
    assert ratio == Fraction(numerator, denominator)
    assert str(arithmetic.percent(ratio, 2)) == percent


def test_nothing_is_no_ratio() -> None:
    assert arithmetic.ratio(0, 0) is None
    assert arithmetic.ratio(5, 0) is None


def test_a_percent_stands_for_its_exact_ratio() -> None:
    assert arithmetic.ratio_of_percent(Decimal("33.3")) == Fraction(333, 1000)


@pytest.mark.parametrize(
    ("value", "full_at", "share"),
    [
        (Fraction(1, 2), Fraction(1), Fraction(1, 2)),
        # 40 % of a target of 80 % is one half of the points.
        (Fraction(4, 10), Fraction(8, 10), Fraction(1, 2)),
        (Fraction(8, 10), Fraction(8, 10), Fraction(1)),
        (Fraction(9, 10), Fraction(8, 10), Fraction(1)),
        (Fraction(0), Fraction(8, 10), Fraction(0)),
        (Fraction(-1, 10), Fraction(8, 10), Fraction(0)),
    ],
)
def test_a_share_grows_up_to_the_target(value: Fraction, full_at: Fraction, share: Fraction) -> None:
    assert arithmetic.share_up_to(value, full_at) == share


@pytest.mark.parametrize(
    ("value", "share"),
    [
        # Full up to 10 %, nothing from 30 % on, one half in the middle.
        (Fraction(0), Fraction(1)),
        (Fraction(10, 100), Fraction(1)),
        (Fraction(20, 100), Fraction(1, 2)),
        (Fraction(25, 100), Fraction(1, 4)),
        (Fraction(30, 100), Fraction(0)),
        (Fraction(90, 100), Fraction(0)),
    ],
)
def test_a_share_falls_where_lower_is_better(value: Fraction, share: Fraction) -> None:
    assert arithmetic.share_down_to(value, Fraction(10, 100), Fraction(30, 100)) == share


@pytest.mark.parametrize(
    ("numerator", "denominator", "maximum", "points"),
    [
        (7, 8, "6", "5.25"),  # 7 / 8 × 6 points
        (1, 3, "20", "6.67"),  # 1 / 3 × 20 points = 6.666…
        (5595, 6000, "6", "5.60"),  # 93.25 % × 6 points = 5.595, a tie
        (17, 400, "2", "0.09"),  # 4.25 % × 2 points = 0.085, a tie
    ],
)
def test_points_come_from_the_exact_ratio(
    numerator: int, denominator: int, maximum: str, points: str
) -> None:
    share = arithmetic.share_up_to(Fraction(numerator, denominator), Fraction(1))
    assert str(arithmetic.points_of(share, Decimal(maximum), 2)) == points


@pytest.mark.parametrize(
    ("numerator", "denominator", "maximum", "target", "percent", "points"),
    [
        # xã Chân Mộng (H44.125), 2026: 6 × 93.25 / 100 is 5.595 on paper, a little less as a double.
        (1437, 1541, "6", Fraction(1), "93.25", "5.59"),
        # 2 × 45 / 80 = 1.125 is exact as a double: a true tie.
        (18, 40, "2", Fraction(8, 10), "45.00", "1.13"),
        (8, 40, "2", Fraction(8, 10), "20.00", "0.50"),
        # xã Xuân Đài (H44.158), 2026: 2 × 37.84 / 80 = 0.946 and 2 × 18.92 / 80 = 0.473.
        (926, 993, "6", Fraction(1), "93.25", "5.59"),
        (14, 37, "2", Fraction(8, 10), "37.84", "0.95"),
        (7, 37, "2", Fraction(8, 10), "18.92", "0.47"),
        # The target reached, and more than reached.
        (32, 40, "2", Fraction(8, 10), "80.00", "2.00"),
        (40, 40, "2", Fraction(8, 10), "100.00", "2.00"),
        (0, 40, "2", Fraction(8, 10), "0.00", "0.00"),
    ],
)
def test_points_on_doubles_are_the_portals(
    numerator: int, denominator: int, maximum: str, target: Fraction, percent: str, points: str
) -> None:
    shown = arithmetic.percent_on_doubles(numerator, denominator, 2)
    assert str(shown) == percent
    assert str(arithmetic.points_on_doubles(shown, Decimal(maximum), target, 2)) == points


def test_points_on_doubles_are_never_below_nothing() -> None:
    shown = arithmetic.percent_on_doubles(-1, 2, 2)
    assert arithmetic.points_on_doubles(shown, Decimal(6), Fraction(1), 2) == 0


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        (["5.59", "1.13", "0.50"], "7.22"),  # xã Chân Mộng, as published
        (["5.59", "0.95", "0.47"], "7.01"),  # xã Xuân Đài, as published
        (["0.10", "0.20"], "0.30"),  # 0.30000000000000004 as doubles
        ([], "0.00"),
    ],
)
def test_sums_of_rounded_points_are_the_same_both_ways(parts: list[str], total: str) -> None:
    points = [Decimal(part) for part in parts]
    assert str(arithmetic.sum_points(points)) == total
    assert str(arithmetic.sum_on_doubles(points, 2)) == total


def test_a_quantity_is_written_as_in_a_catalogue() -> None:
    assert arithmetic.quantity(Fraction(4, 5), as_percent=True) == "80%"
    assert arithmetic.quantity(Fraction(1, 8), as_percent=True) == "12.5%"
    assert arithmetic.quantity(Fraction(5, 2), as_percent=False) == "2.5"
    assert arithmetic.quantity(Fraction(30), as_percent=False) == "30"
    # No double holds this one.
    assert (
        arithmetic.quantity(Fraction("0.123456789012345678901"), as_percent=False)
        == "0.123456789012345678901"
    )


@pytest.mark.parametrize(
    ("value", "places", "up"),
    [("75", 2, "75.00"), ("75.001", 2, "75.01"), ("75.01", 2, "75.01"), ("0.5", 0, "1"), ("0", 2, "0.00")],
)
def test_rounding_up_to_the_next_that_is_enough(value: str, places: int, up: str) -> None:
    assert str(arithmetic.round_up(Decimal(value), places)) == up


def test_points_in_units_of_their_last_place() -> None:
    assert arithmetic.scaled(Decimal("66.67"), 2) == 6667
    assert arithmetic.scaled(Decimal("3"), 2) == 300
    assert arithmetic.last_place(2) == Decimal("0.01")
    with pytest.raises(AssertionError):
        arithmetic.scaled(Decimal("0.005"), 2)
