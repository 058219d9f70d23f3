"""Values that rest on earlier figures come to what a slow reckoning says, whatever is reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.boards import NOTHING_COUNTED
from tests.catalogues import catalogue_text, group_entry, index_entry
from tests.worlds import folder_of

from chiso.catalogue.load import load_catalogue
from chiso.records.dataset import ReportedFigure
from chiso.scoring.points import Scorer
from chiso.scoring.reported import match_reported
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.unit import Unit, UnitTree

UNITS = UnitTree([Unit("U", "Xã U", "commune")])
LAST_DAY = {"2026-08": 31, "2026": 365, "2026-Q3": 92, "2026-08-D1": 10}
RULES = ("linear", "pass_fail", "at_most", "lower_is_better", "steps")
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Case:
    """An index as it is written, what is reported of it now and earlier; None is not reported."""

    rule: str
    unit: str
    full_at: Fraction
    fallback: bool
    enough_at: Fraction | None
    per_year: bool
    due: bool
    now: Pair | Decimal | None
    earlier: Pair | Decimal | None

    def entry(self) -> dict[str, object]:
        """Return the index as a catalogue has it; half-way between full and none lies a step."""
        share = self.unit != "case"
        keys: dict[str, object] = {"rule": self.rule, "value_unit": self.unit, "reported_only": True}
        keys["full_points_at"] = _written(self.full_at, share=share)
        if self.rule == "lower_is_better":
            keys["no_points_at"] = _written(self.full_at * 2, share=share)
        if self.rule == "steps":
            keys["steps"] = [
                {"from": _written(self.full_at / 2, share=share), "share": "40%"},
                {"from": _written(self.full_at, share=share), "share": "100%"},
            ]
        if self.fallback:
            shares = {"month": "1/12", "quarter": "1/4", "year": 1}
            keys["fallback"] = {"denominator_of": "1", "period": "last_year", "share": shares}
        if self.unit == "percentage_point":
            keys["baseline"] = {"ratio_of": "1", "period": "last_year"}
            if self.enough_at is not None:
                keys["baseline"]["enough_at"] = _written(self.enough_at, share=True)  # type: ignore[index]
        if self.per_year:
            keys["per_year"] = True
        if self.due:
            keys["due"] = "2026-12-31"
        return {k: v for k, v in index_entry("1", None, None, **keys).items() if v is not None}

    def expected(self, judgement: Judgement) -> tuple[str, Fraction | None]:
        """Return outcome and exact points (10 at most), worked out step by step."""
        shares = {"month": Fraction(1, 12), "quarter": Fraction(1, 4), "year": Fraction(1)}
        share = shares.get(judgement.period.kind) if self.fallback else None
        ratio: Fraction | None
        match self.now:
            case (n, None) if n is not None and share is None:
                return self._lacking()
            case None | (None, _):
                return self._lacking()
            case Decimal() as percent:
                if self.unit == "case":
                    return self._lacking()
                ratio = Fraction(percent) / 100
            case (n, d):
                assert n is not None
                whole: Fraction | None = None if d is None else Fraction(d)
                if d is None:
                    before = self.earlier[1] if isinstance(self.earlier, tuple) else None
                    if before is None:
                        return self._with(Fraction(0))
                    whole = before * (share or 0)
                assert whole is not None
                ratio = None if whole == 0 else n / whole
        if ratio is None:
            return self._with(Fraction(0))  # on_zero
        value = ratio
        if self.unit == "percentage_point":
            start = self._start()
            if start is None:
                return self._lacking()
            value = ratio - start
        if self.per_year:
            value = ratio * 365 / LAST_DAY[judgement.period.label]
        if self.enough_at is not None and self.unit == "percentage_point" and ratio >= self.enough_at:
            return self._with(Fraction(10))
        return self._with(10 * self._share(value))

    def _with(self, points: Fraction) -> tuple[str, Fraction | None]:
        return ("analysis", None) if self.due else ("reported", points)

    def _lacking(self) -> tuple[str, Fraction | None]:
        return ("analysis" if self.due else "missing_data"), None

    def _start(self) -> Fraction | None:
        if isinstance(self.earlier, Decimal):
            return Fraction(self.earlier) / 100
        if self.earlier is None or None in self.earlier or not self.earlier[1]:
            return None
        return Fraction(self.earlier[0] or 0, self.earlier[1])

    def _share(self, value: Fraction) -> Fraction:
        full = self.full_at
        match self.rule:
            case "linear":
                return min(Fraction(1), max(Fraction(0), value / full))
            case "pass_fail":
                return Fraction(value >= full)
            case "at_most":
                return Fraction(value <= full)
            case "steps":
                return Fraction(1) if value >= full else Fraction(2, 5) if value >= full / 2 else Fraction(0)
            case _:
                return min(Fraction(1), max(Fraction(0), (2 * full - value) / full))


def _written(value: Fraction, *, share: bool) -> str | float:
    return f"{float(value * 100)}%" if share else float(value)


def half_up(value: Fraction) -> Decimal:
    """Return points with two decimals, a tie upwards."""
    return Decimal(int(value * 100 + Fraction(1, 2))).scaleb(-2)


COUNTS = st.integers(0, 30)
FIGURES = st.one_of(
    st.none(),
    st.tuples(COUNTS, COUNTS),
    st.tuples(COUNTS, st.none()),
    st.tuples(st.none(), COUNTS),
    st.decimals(0, 100, places=1),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    unit = draw(st.sampled_from(["percent", "percentage_point", "case"]))
    return Case(
        rule=draw(st.sampled_from(RULES)),
        unit=unit,
        full_at=Fraction(draw(st.integers(1, 4)), 8),
        fallback=draw(st.booleans()),
        enough_at=draw(st.sampled_from([None, Fraction(1, 2), Fraction(1)])),
        per_year=unit == "case" and draw(st.booleans()),
        due=draw(st.integers(0, 4)) == 0,
        now=draw(FIGURES),
        earlier=draw(FIGURES),
    )


def figure(told: Pair | Decimal | None, period: str, row: int) -> list[ReportedFigure]:
    """Return the reported row of a figure, none where nothing is told."""
    if told is None:
        return []
    counts = told if isinstance(told, tuple) else (None, None)
    percent = told if isinstance(told, Decimal) else None
    return [ReportedFigure("U", "1", *counts, percent, None, period, None, "r.csv", row)]


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(case=cases(), label=st.sampled_from(sorted(LAST_DAY)))
def test_points_are_those_of_the_slow_reckoning(case: Case, label: str) -> None:
    text = catalogue_text({}, [group_entry("g", [case.entry()])])
    text = text.replace(json.dumps("2026-12-31"), "2027-01-01")
    with folder_of({"catalogue.yaml": text}) as folder:
        rules = load_catalogue(Path(folder) / "catalogue.yaml").rules(date(2026, 12, 31))
    last = date(2026, 12, 31)
    judgement = judge(parse_period(label, last), last)
    rules = rules.on_day(judgement.as_of)
    figures = [*figure(case.now, label, 2), *figure(case.earlier, "2025", 3)]
    reported = match_reported(figures, rules, UNITS, label, 0)
    (score,) = Scorer(rules, UNITS, NOTHING_COUNTED, {}, reported, judgement).unit(UNITS["U"]).scores
    outcome, points = case.expected(judgement)
    assert score.outcome == outcome
    assert score.points == (None if points is None else half_up(points))
    assert score.max_points == (0 if points is None else 10)
