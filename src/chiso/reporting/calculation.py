"""The calculation of one score, as a person would write it: counts, percent, target, rounding, points."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from chiso import arithmetic
from chiso.catalogue.formula import IndexRule
from chiso.catalogue.model import Rounding
from chiso.errors import Language, Text
from chiso.reporting.catalogue_names import ZERO_RULES, full_points
from chiso.reporting.tables import VALUE_UNITS, number_text
from chiso.scoring.earlier import EarlierUse
from chiso.scoring.scoreboard import Score
from chiso.terms.numbers import with_mark


def calculation_lines(index: IndexRule, rounding: Rounding, score: Score, language: Language) -> list[str]:
    """Return the steps from the counts (or the reported percent) to the points, one line each.

    Numbers that rounding changes are shown cut after six decimals with ``…``; a tie is rounded up.
    """
    return list(_Calculation(index, rounding, score, language).lines())


class _Calculation:
    def __init__(self, index: IndexRule, rounding: Rounding, score: Score, language: Language) -> None:
        self._index = index
        self._rounding = rounding
        self._score = score
        self._language = language

    def lines(self) -> Iterator[str]:
        score, index, basis = self._score, self._index, self._score.basis
        denominator = basis.denominator(score.denominator)
        if score.numerator is not None and basis.fallback is not None:
            yield self._fallen_back(basis.fallback)
            if denominator is None:
                return
        if score.numerator is not None and denominator is not None:
            counted = arithmetic.ratio(score.numerator, denominator)
            if counted is None:
                yield self._zero()
                return
            ratio = counted
            yield self._measured(ratio)
        elif score.percent is not None:
            ratio = arithmetic.ratio_of_percent(score.percent)
            yield self._say(
                f"Tỷ lệ báo cáo: {self._number(score.percent)} %",
                f"Reported percent: {self._number(score.percent)} %",
            )
        elif score.points is not None and score.outcome == "reported":
            yield self._say(
                f"Điểm báo cáo: {self._number(score.points)}",
                f"Reported points: {self._number(score.points)}",
            )
            return
        else:
            return
        value = basis.value(ratio)
        if basis.baseline is not None:
            yield self._grown(basis.baseline, ratio, value)
        if value is None:
            return
        if index.when_due is not None:
            yield self._not_due(index.when_due)
        elif not index.scored:
            yield self._say("Chỉ để phân tích, không tính điểm", "For analysis only, without points")
        elif score.points is not None:
            yield self._earned(ratio, value, score.points)

    def _not_due(self, when_due: IndexRule) -> str:
        bound = full_points(when_due)
        return self._say(
            f"Chưa đến hạn, chưa tính điểm; đủ điểm ở: {bound.vi}",
            f"Not due yet, without points; full points at: {bound.en}",
        )

    def _fallen_back(self, use: EarlierUse) -> str:
        if use.figure is None or use.figure.denominator is None:
            points = self._number(self._score.points or Decimal("0.00"))
            return self._say(
                f"Không có mẫu số, {use.lacking.vi} để thay: {points}",
                f"No denominator, and it {use.lacking.en} to fall back on: {points}",
            )
        earlier, place = self._number(use.figure.denominator), use.figure.place
        share = arithmetic.fraction(use.share)
        return self._say(
            f"Không có mẫu số: lấy {share} của {earlier}, mẫu số của chỉ số {use.index} kỳ {use.period} "
            f"({place.vi})",
            f"No denominator: {share} of {earlier}, that of index {use.index} in {use.period} ({place.en})",
        )

    def _grown(self, use: EarlierUse, ratio: Fraction, value: Fraction | None) -> str:
        if use.figure is None or value is None:
            return self._say(f"Không tính được mức tăng: {use.lacking.vi}", f"No growth: {use.lacking.en}")
        place, then = use.figure.place, ratio - value
        rounded = self._rounded(value * 100, self._score.value)
        grown = f"{self._percent(ratio)} − {self._percent(then)} = {rounded}"
        unit = VALUE_UNITS["percentage_point"].in_language(self._language)
        of = self._say(
            f"chỉ số {use.index} kỳ {use.period}, {place.vi}",
            f"index {use.index} in {use.period}, {place.en}",
        )
        return f"{grown} {unit} ({of})"

    def _zero(self) -> str:
        score = self._score
        counts = f"{self._number(score.numerator or 0)} / 0"
        rule = ZERO_RULES[self._index.on_zero].in_language(self._language)
        points = "" if score.points is None else f" = {self._number(score.points)}"
        return self._say(f"{counts}: mẫu số 0, {rule}{points}", f"{counts}: nothing to count, {rule}{points}")

    def _measured(self, ratio: Fraction) -> str:
        score = self._score
        assert score.numerator is not None
        counts = f"{self._number(score.numerator)} / {self._denominator()}"
        if self._index.task and score.denominator is not None:
            done = f"{self._number(score.numerator)} / {self._number(score.denominator)}"
            return self._say(f"Đã xong {done}", f"Done: {done}")
        if self._index.is_share:
            return f"100 × {counts} = {self._rounded(ratio * 100, score.percent)} %"
        exact = score.basis.value(ratio)
        assert exact is not None  # only growth may lack what it rests on
        if self._index.per_year:
            of_year, days = score.basis.per_year
            counts = f"{counts} × {of_year} / {days}"
        unit = VALUE_UNITS[self._index.value_unit].in_language(self._language)
        return f"{counts} = {self._rounded(exact, score.value)} {unit}".rstrip()

    def _denominator(self) -> str:
        score, use = self._score, self._score.basis.fallback
        if score.denominator is not None or use is None or use.figure is None:
            return self._number(score.denominator or 0)
        earlier = self._number(use.figure.denominator or 0)
        return earlier if use.share == 1 else f"({earlier} × {arithmetic.fraction(use.share)})"

    def _earned(self, ratio: Fraction, value: Fraction, points: Decimal) -> str:
        enough_at = None if self._index.baseline is None else self._index.baseline.enough_at
        if enough_at is not None and ratio >= enough_at:
            reached = f"{self._percent(ratio)} ≥ {self._percent(enough_at)}"
            enough = self._say("không cần tăng thêm", "no growth is asked for")
            return f"{reached}: {enough} → {self._number(points)}"
        match self._index.rule.kind:
            case "linear":
                return self._linear(value, points)
            case "pass_fail" | "at_most":
                return self._passed(value, points)
            case "steps":
                return self._stepped(value, points)
            case _:
                return self._lower_is_better(value, points)

    def _linear(self, ratio: Fraction, points: Decimal) -> str:
        index, full_at = self._index, self._index.rule.full_at
        assert full_at is not None  # the catalogue was checked
        on_doubles = self._rounding.arithmetic == "double" and index.value_unit == "percent"
        if on_doubles and self._score.percent is not None:
            ratio = arithmetic.ratio_of_percent(self._score.percent)
        maximum = Fraction(index.points)
        earned = arithmetic.uncapped_points(ratio, full_at, index.points)
        sum_ = f"{self._maximum} × {self._quantity(ratio)} / {self._quantity(full_at)}"
        if earned > maximum:
            capped = self._say("nhiều nhất", "at most")
            return f"{sum_} = {self._cut(earned)}; {capped} {self._maximum} → {self._number(points)}"
        line = f"{sum_} = {self._rounded(earned, points)}"
        if on_doubles:
            line += self._say(
                " (từ tỷ lệ đã làm tròn, số thực nhị phân, như Cổng)",
                " (from the rounded percent, in binary floating point, as the portal does)",
            )
        return line

    def _passed(self, ratio: Fraction, points: Decimal) -> str:
        full_at = self._index.rule.full_at
        assert full_at is not None  # the catalogue was checked
        if self._index.rule.kind == "at_most":
            sign = "≤" if ratio <= full_at else ">"
        else:
            sign = "≥" if ratio >= full_at else "<"
        return f"{self._quantity(ratio)} {sign} {self._quantity(full_at)} → {self._number(points)}"

    def _stepped(self, ratio: Fraction, points: Decimal) -> str:
        reached = [(start, share) for start, share in self._index.rule.steps if ratio >= start]
        if not reached:
            below = self._say("chưa đến bậc nào", "below every step")
            return f"{self._quantity(ratio)}: {below} → {self._number(points)}"
        start, share = max(reached, key=lambda step: step[1])
        earned = self._rounded(Fraction(self._index.points) * share, points)
        step = f"{self._quantity(ratio)} ≥ {self._quantity(start)}"
        return f"{step}: {self._maximum} × {self._percent(share)} = {earned}"

    def _lower_is_better(self, ratio: Fraction, points: Decimal) -> str:
        rule = self._index.rule
        assert rule.full_at is not None and rule.none_at is not None  # the catalogue was checked
        full, none = self._quantity(rule.full_at), self._quantity(rule.none_at)
        if ratio <= rule.full_at:
            return f"{self._quantity(ratio)} ≤ {full} → {self._number(points)}"
        if ratio >= rule.none_at:
            return f"{self._quantity(ratio)} ≥ {none} → {self._number(points)}"
        share = arithmetic.share_down_to(ratio, rule.full_at, rule.none_at)
        return (
            f"{self._maximum} × ({none} − {self._quantity(ratio)}) / ({none} − {full}) = "
            f"{self._rounded(Fraction(self._index.points) * share, points)}"
        )

    @property
    def _maximum(self) -> str:
        text = arithmetic.plain(self._index.points)
        return with_mark(text, self._language)

    def _rounded(self, exact: Fraction, rounded: Decimal | None) -> str:
        """Return the exact value, and what it is rounded to where that differs."""
        assert rounded is not None  # what was measured has a value
        if Fraction(rounded) == exact:
            return self._number(rounded)
        return f"{self._cut(exact)} → {self._number(rounded)}"

    def _cut(self, value: Fraction) -> str:
        shown, whole = arithmetic.expanded(value)
        text = f"{shown:f}".rstrip("0").rstrip(".") if whole else f"{shown:f}…"
        return with_mark(text, self._language)

    def _quantity(self, value: Fraction) -> str:
        match self._index.value_unit:
            case "percent":
                return self._percent(value)
            case "percentage_point":
                unit = VALUE_UNITS["percentage_point"].in_language(self._language)
                return f"{self._cut(value * 100)} {unit}"
            case _:
                return self._cut(value)

    def _percent(self, value: Fraction) -> str:
        return f"{self._cut(value * 100)} %"

    def _number(self, value: Decimal | int) -> str:
        return number_text(value, self._language)

    def _say(self, vi: str, en: str) -> str:
        return Text(vi, en).in_language(self._language)
