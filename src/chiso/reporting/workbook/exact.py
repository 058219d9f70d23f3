"""Which scores a spreadsheet recomputes, and the formulas by which it comes to our numbers exactly.

A spreadsheet reckons with doubles and takes what agrees in 15 digits for equal, so a formula that divides
first and rounds then may miss a half. These formulas round by whole numbers only: ``INT((2·a + b) / (2·b))``
is a / b rounded half up, and as long as 2·a + b stays below 10^14 no double and no 15 digits come between
(docs/reports-xlsx.md). What cannot be said so is carried as a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from chiso import arithmetic
from chiso.catalogue.formula import IndexRule
from chiso.catalogue.model import Rounding
from chiso.scoring.earlier import NO_BASIS
from chiso.scoring.scoreboard import Score

# How the figures of a row come into a workbook: by formulas from the counts, from the row of the unit above,
# or as values, and then why.
How = Literal["formula", "linked", "double", "inherited", "no_counts", "earlier", "rule", "none"]

_LARGEST = 10**14
_LARGEST_COUNT = 10**9 - 1
_MOST_DECIMALS = 12


@dataclass(frozen=True)
class Factors:
    """The whole numbers by which the formulas of one index come from its counts to its figures.

    The value is ``scale`` × numerator / denominator in units of its last place. By the rule ``linear`` so
    are the points, ``earning`` × numerator / (``bound`` × denominator), up to the maximum; by the other rules
    all points are earned on one side of ``earning`` × numerator = ``bound`` × denominator. Both are 0 where
    no points are earned. ``decimals`` are those that the target may have on the sheet.
    """

    kind: Literal["linear", "pass_fail", "at_most", "analysis"]
    scale: int
    earning: int
    bound: int
    decimals: int

    @property
    def largest_count(self) -> int:
        """The largest count for which the formulas are exact, whatever the other count is."""
        return min(_LARGEST_COUNT, _LARGEST // max(2 * self.scale + 1, 2 * self.earning + self.bound))


def factors_of(index: IndexRule, rounding: Rounding) -> Factors | None:
    """Return the whole numbers behind an index's formulas, None where its rule cannot be said by them."""
    if rounding.arithmetic == "double":
        return None
    scale = (100 if index.is_share else 1) * 10**rounding.percent
    kind, full_at = index.rule.kind, index.rule.full_at
    if kind == "analysis":
        return Factors(kind, scale, 0, 0, 0)
    if kind not in ("linear", "pass_fail", "at_most") or not full_at or full_at < 0:
        return None
    decimals = _decimals(full_at)
    in_last_place = Fraction(index.points) * 10**rounding.points
    if decimals is None or in_last_place.denominator != 1:
        return None
    most = Decimal(10**rounding.points) * index.points if kind == "linear" else Decimal(1)
    share = arithmetic.uncapped_points(Fraction(1), full_at, most)
    return Factors(kind, scale, share.numerator, share.denominator, decimals)


def _decimals(value: Fraction) -> int | None:
    return next((n for n in range(4, _MOST_DECIMALS) if (value * 10**n).denominator == 1), None)


def how_carried(index: IndexRule, rounding: Rounding, factors: Factors | None, score: Score) -> How:
    """Return whether a score's figures follow from its counts by formulas, else why they are values.

    They are formulas only where these give the score's own figures.
    """
    if score.outcome in ("missing_data", "not_applicable"):
        return "none"
    if score.outcome == "inherited":
        return "inherited"
    if score.basis != NO_BASIS:
        return "earlier"
    if score.numerator is None or score.denominator is None:
        return "no_counts" if score.outcome == "reported" or score.percent is not None else "none"
    if factors is None:
        return "double" if rounding.arithmetic == "double" else "rule"
    if (
        not 0 <= score.numerator <= factors.largest_count
        or not 0 <= score.denominator <= factors.largest_count
    ):
        return "rule"
    exact = _figures(index, rounding, factors, score.numerator, score.denominator)
    return "formula" if exact == (score.value, score.points, score.max_points) else "rule"


def _figures(
    index: IndexRule, rounding: Rounding, factors: Factors, numerator: int, denominator: int
) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Return value, points and maximum as the formulas have them."""
    maximum = index.points if index.scored else Decimal(0)
    if denominator == 0:
        left_out = index.scored and index.on_zero == "exclude"
        return None, on_zero(index), Decimal(0) if left_out else maximum
    value = arithmetic.nearest_whole(factors.scale * numerator, denominator)
    return (
        Decimal(value).scaleb(-rounding.percent),
        _points(index, rounding, factors, numerator, denominator),
        maximum,
    )


def _points(
    index: IndexRule, rounding: Rounding, factors: Factors, numerator: int, denominator: int
) -> Decimal | None:
    earned, asked = factors.earning * numerator, factors.bound * denominator
    match factors.kind:
        case "linear":
            points = Decimal(arithmetic.nearest_whole(earned, asked)).scaleb(-rounding.points)
            return min(index.points, points)
        case "pass_fail":
            return index.points if earned >= asked else Decimal(0)
        case "at_most":
            return index.points if earned <= asked else Decimal(0)
        case _:
            return None


def on_zero(index: IndexRule) -> Decimal | None:
    """Return what an index earns where its denominator is 0; None where that is left blank."""
    match index.on_zero:
        case "full" if index.scored:
            return index.points
        case "zero" if index.scored:
            return Decimal(0)
        case _:
            return None


@dataclass(frozen=True)
class RuleCells:
    """The cells of one index on the sheet of parameters that formulas refer to."""

    maximum: str
    value_places: str
    point_places: str
    on_zero: str
    scale: str
    earning: str
    bound: str


@dataclass(frozen=True)
class RowFormulas:
    """The formulas of one row: what each gives follows from the row's own counts."""

    value: str
    points: str
    maximum: str
    lost: str


def row_formulas(index: IndexRule, factors: Factors, cells: RuleCells, row: int, absent: str) -> RowFormulas:
    """Return the formulas of a row of the index detail, counted from 1; ``absent`` stands for no figure."""
    numerator, denominator = f"{NUMERATOR}{row}", f"{DENOMINATOR}{row}"
    points, maximum = f"{POINTS}{row}", f"{MAXIMUM}{row}"
    most = f"=IF({denominator}=0,0,{cells.maximum})" if index.on_zero == "exclude" else f"={cells.maximum}"
    rounded = _half_up(f"{cells.scale}*{numerator}", denominator)
    return RowFormulas(
        value=f'=IF({denominator}=0,"{absent}",{rounded}/10^{cells.value_places})',
        points=f"=IF({denominator}=0,{cells.on_zero},{_earned(factors, cells, row)})",
        maximum=most,
        lost=f'=IF({maximum}=0,"{absent}",ROUND({maximum}-N({points}),{cells.point_places}))',
    )


def _earned(factors: Factors, cells: RuleCells, row: int) -> str:
    earned = f"{cells.earning}*{NUMERATOR}{row}"
    asked = f"{cells.bound}*{DENOMINATOR}{row}"
    maximum = f"{MAXIMUM}{row}"
    match factors.kind:
        case "linear":
            return f"MIN({maximum},{_half_up(earned, asked)}/10^{cells.point_places})"
        case "pass_fail":
            return f"IF({earned}>={asked},{maximum},0)"
        case _:
            return f"IF({earned}<={asked},{maximum},0)"


def _half_up(numerator: str, denominator: str) -> str:
    return f"INT((2*{numerator}+{denominator})/(2*{denominator}))"


# The columns of the index detail that formulas refer to.
NUMERATOR, DENOMINATOR, VALUE, POINTS, MAXIMUM = "F", "G", "H", "J", "K"
