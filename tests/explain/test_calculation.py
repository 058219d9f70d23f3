"""The calculation of a score as a person writes it; every line is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

import chiso
from chiso import arithmetic
from chiso.catalogue.formula import IndexRule, PointsRule
from chiso.catalogue.model import Rounding
from chiso.errors import Language
from chiso.reporting.calculation import calculation_lines
from chiso.scoring.scoreboard import Score

RULES = chiso.load_catalogue().rules(date(2026, 10, 10))
DECIMAL, DOUBLE = Rounding(), Rounding(arithmetic="double")


def rule(kind: str, **values: object) -> PointsRule:
    given = {"full_at": None, "none_at": None, "steps": (), **values}
    return PointsRule(kind=kind, **given)  # type: ignore[arg-type]


def lines(
    points_rule: PointsRule,
    counts: tuple[int | None, int | None],
    percent: str | None,
    points: str | None,
    *,
    rounding: Rounding = DECIMAL,
    maximum: str = "6",
    language: Language = "en",
    **changed: object,
) -> list[str]:
    index: IndexRule = replace(RULES.indices[0], rule=points_rule, points=Decimal(maximum), **changed)  # type: ignore[arg-type]
    value = None if percent is None else Decimal(percent)
    score = Score(
        index.code,
        index.group,
        *counts,
        value if index.value_unit == "percent" else None,
        value,
        index.value_unit,
        None if points is None else Decimal(points),
        index.points,
        "scored" if counts[1] is not None else "reported",
    )
    return calculation_lines(index, rounding, score, language)


LINEAR_100 = rule("linear", full_at=Fraction(1))


def test_a_ratio_that_comes_out_even() -> None:
    assert lines(LINEAR_100, (3, 4), "75.00", "4.50") == [
        "100 × 3 / 4 = 75.00 %",
        "6 × 75 % / 100 % = 4.50",
    ]


def test_a_ratio_that_does_not_is_cut_and_rounded() -> None:
    assert lines(LINEAR_100, (287, 294), "97.62", "19.52", maximum="20") == [
        "100 × 287 / 294 = 97.619047… → 97.62 %",
        "20 × 97.619047… % / 100 % = 19.523809… → 19.52",
    ]
    assert lines(LINEAR_100, (287, 294), "97.62", "19.52", maximum="20", language="vi")[1] == (
        "20 × 97,619047… % / 100 % = 19,523809… → 19,52"
    )


def test_points_end_at_the_maximum() -> None:
    half = rule("linear", full_at=Fraction(1, 2))
    assert lines(half, (3, 4), "75.00", "6.00")[1] == "6 × 75 % / 50 % = 9; at most 6 → 6.00"


def test_on_doubles_the_rounded_percent_is_taken() -> None:
    # 6 × 93.25 % lies below 5.595 as a double: 5.59, not 5.60.
    (_, earned) = lines(LINEAR_100, (373, 400), "93.25", "5.59", rounding=DOUBLE)
    assert earned == (
        "6 × 93.25 % / 100 % = 5.595 → 5.59 "
        "(from the rounded percent, in binary floating point, as the portal does)"
    )


@pytest.mark.parametrize(
    ("on_zero", "points", "expected"),
    [
        ("full", "6.00", "0 / 0: nothing to count, full points = 6.00"),
        ("zero", "0.00", "0 / 0: nothing to count, 0 points = 0.00"),
        ("blank", None, "0 / 0: nothing to count, left blank, the maximum is kept"),
        ("exclude", None, "0 / 0: nothing to count, left out, the maximum falls"),
    ],
)
def test_nothing_to_count(on_zero: str, points: str | None, expected: str) -> None:
    assert lines(LINEAR_100, (0, 0), None, points, on_zero=on_zero) == [expected]


def test_other_rules() -> None:
    passed = rule("pass_fail", full_at=Fraction(1, 2))
    assert lines(passed, (2, 4), "50.00", "6.00")[1] == "50 % ≥ 50 % → 6.00"
    assert lines(passed, (1, 4), "25.00", "0.00")[1] == "25 % < 50 % → 0.00"
    steps = rule("steps", steps=((Fraction(1, 2), Fraction(1, 3)), (Fraction(9, 10), Fraction(1))))
    assert lines(steps, (3, 4), "75.00", "2.00")[1] == "75 % ≥ 50 %: 6 × 33.333333… % = 2.00"
    assert lines(steps, (1, 4), "25.00", "0.00")[1] == "25 %: below every step → 0.00"
    waiting = rule("lower_is_better", full_at=Fraction(15), none_at=Fraction(30))
    # 6 × (30 − 20) / (30 − 15) = 4
    told = lines(waiting, (40, 2), "20.00", "4.00", value_unit="minute")
    assert told == ["40 / 2 = 20.00 min", "6 × (30 − 20) / (30 − 15) = 4.00"]
    assert lines(waiting, (20, 2), "10.00", "6.00", value_unit="minute")[1] == "10 ≤ 15 → 6.00"
    assert lines(waiting, (80, 2), "40.00", "0.00", value_unit="minute")[1] == "40 ≥ 30 → 0.00"


def test_reported_figures_without_counts() -> None:
    assert lines(LINEAR_100, (None, None), "80.00", "4.80") == [
        "Reported percent: 80.00 %",
        "6 × 80 % / 100 % = 4.80",
    ]
    assert lines(LINEAR_100, (None, None), None, "3.21") == ["Reported points: 3.21"]


def test_parts_of_points_add_up() -> None:
    # 1.00 in three equal parts: 0.34 + 0.33 + 0.33
    assert arithmetic.apportioned(Decimal("1.00"), [1, 1, 1], 2) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]
    # 0.48 by 4, 3, 0 of 7: 0.274…, 0.205…, 0; the hundredth left over goes to 0.205….
    assert arithmetic.apportioned(Decimal("0.48"), [4, 3, 0], 2) == [
        Decimal("0.27"),
        Decimal("0.21"),
        Decimal("0.00"),
    ]
    assert arithmetic.apportioned(Decimal("0.48"), [0, 0], 2) == [Decimal("0.00")] * 2
