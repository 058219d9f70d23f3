"""What an index's keys say about its points and about earlier figures → rules."""

from __future__ import annotations

from fractions import Fraction

from chiso.catalogue.formula import BaselineRule, FallbackRule, PointsRule
from chiso.catalogue.model import ComponentIndex
from chiso.terms.period import PeriodKind


def points_rule(index: ComponentIndex) -> PointsRule:
    """Return how the value of an index earns its points."""
    if index.task:
        # Done is all of it; a task says so without a rule of its own.
        return PointsRule("analysis" if index.rule == "analysis" else "pass_fail", Fraction(1), None, ())
    return PointsRule(
        index.rule,
        index.full_points_at,
        index.no_points_at,
        tuple((step.from_, step.share) for step in index.steps),
    )


def fallback_rule(index: ComponentIndex) -> FallbackRule | None:
    """Return what stands in for a denominator that is not known, None if nothing does."""
    if index.fallback is None:
        return None
    shares = index.fallback.share
    by_kind: tuple[tuple[PeriodKind, Fraction | None], ...] = (
        *(("month", shares.month), ("quarter", shares.quarter)),
        *(("year", shares.year), ("ten_days", shares.ten_days)),
    )
    known = tuple((kind, share) for kind, share in by_kind if share is not None)
    return FallbackRule(index.fallback.denominator_of, index.fallback.period, known)


def baseline_rule(index: ComponentIndex) -> BaselineRule | None:
    """Return what growth is measured from, None where the value is no growth."""
    if index.baseline is None:
        return None
    return BaselineRule(index.baseline.ratio_of, index.baseline.period, index.baseline.enough_at)
