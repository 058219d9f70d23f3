"""Earlier figures (số liệu kỳ trước): what is known of other periods, and what a score takes from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from chiso import arithmetic
from chiso.catalogue.formula import IndexRule
from chiso.errors import Text
from chiso.terms.period import Judgement, earlier_label

# The unit, the index by its own code, and the label of the period.
Key = tuple[str, str, str]
_WHOLE = Fraction(1)


@dataclass(frozen=True)
class EarlierFigure:
    """What an index of a unit had in another period: counts, or a percent (0..100); None is not known.

    ``source`` is where it stands, with its ``row`` where that is a file of rows.
    """

    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    source: str
    row: int | None = None

    @property
    def ratio(self) -> Fraction | None:
        """The exact ratio (0..1), None where neither counts nor a percent tell it."""
        if self.numerator is not None and self.denominator is not None:
            return arithmetic.ratio(self.numerator, self.denominator)
        return None if self.percent is None else arithmetic.ratio_of_percent(self.percent)

    @property
    def place(self) -> Text:
        """Where it stands, for messages."""
        if self.row is None:
            return Text(self.source, self.source)
        return Text(f"{self.source}, dòng {self.row}", f"{self.source}, row {self.row}")


@dataclass(frozen=True)
class EarlierFigures:
    """Figures of other periods by unit, index and period, whatever they were read from."""

    figures: Mapping[Key, EarlierFigure] = field(default_factory=dict)

    def of(self, unit_code: str, index: str, period: str) -> EarlierFigure | None:
        """Return the figure of a unit's index in a period, None where none is known."""
        return self.figures.get((unit_code, index, period))

    def before(self, others: EarlierFigures) -> EarlierFigures:
        """Return both, of two for the same thing these."""
        return EarlierFigures({**others.figures, **self.figures})


@dataclass(frozen=True)
class EarlierUse:
    """Which earlier figure a score asks for, the share of it that counts, and the figure if it is known."""

    index: str
    period: str
    figure: EarlierFigure | None
    share: Fraction = _WHOLE

    @property
    def lacking(self) -> Text:
        """What is not known, in words."""
        return Text(
            vi=f"thiếu số liệu của chỉ số {self.index} kỳ {self.period}",
            en=f"lacks the figure of index {self.index} in {self.period}",
        )


@dataclass(frozen=True)
class Basis:
    """What turns counts into a value beside the counts themselves.

    ``fallback`` stands in for a denominator that is not known, ``baseline`` is what growth is measured
    from, ``per_year`` is what the ratio is multiplied by to be that of a whole year: days of the year over
    days judged.
    """

    fallback: EarlierUse | None = None
    baseline: EarlierUse | None = None
    per_year: tuple[int, int] = (1, 1)

    @property
    def earlier(self) -> EarlierUse | None:
        """The earlier figure that is asked for, if one is."""
        return self.baseline or self.fallback

    def denominator(self, counted: int | None) -> int | Fraction | None:
        """Return the denominator: the one counted, else the share of the earlier one; None if neither."""
        if counted is not None or self.fallback is None or self.fallback.figure is None:
            return counted
        earlier = self.fallback.figure.denominator
        assert earlier is not None  # a figure without one is none to fall back on
        return earlier * self.fallback.share

    @property
    def lacks_start(self) -> bool:
        """Whether the value is growth, and what it grows from is not known."""
        return self.baseline is not None and self.baseline.figure is None

    def value(self, ratio: Fraction) -> Fraction | None:
        """Return the value of a ratio: its growth, what it comes to in a year, or itself.

        None where it is growth and what it grows from is not known.
        """
        if self.baseline is not None:
            start = None if self.baseline.figure is None else self.baseline.figure.ratio
            return None if start is None else ratio - start
        return arithmetic.in_a_year(ratio, *self.per_year)


NO_BASIS = Basis()
NO_EARLIER_FIGURES = EarlierFigures()


@dataclass(frozen=True)
class Bases:
    """Says what the value of each index rests on in one period."""

    earlier: EarlierFigures
    judgement: Judgement

    def of(self, index: IndexRule, unit_code: str, *, denominator_known: bool) -> Basis:
        """Return what an index of a unit rests on; the fallback only where the denominator is not known."""
        fallback = None if denominator_known else self._fallback(index, unit_code)
        baseline = None
        if index.baseline is not None:
            baseline = self._use(unit_code, index.baseline.index, index.baseline.period)
            if baseline.figure is not None and baseline.figure.ratio is None:
                baseline = replace(baseline, figure=None)
        if fallback is None and baseline is None and not index.per_year:
            return NO_BASIS
        judged = self.judgement
        per_year = (judged.days_of_year, judged.days_so_far) if index.per_year else NO_BASIS.per_year
        return Basis(fallback, baseline, per_year)

    def falls_back(self, index: IndexRule) -> bool:
        """Return whether the index has something to fall back on in a period of this kind."""
        return index.fallback is not None and index.fallback.share(self.judgement.period.kind) is not None

    def _fallback(self, index: IndexRule, unit_code: str) -> EarlierUse | None:
        rule = index.fallback
        share = None if rule is None else rule.share(self.judgement.period.kind)
        if rule is None or share is None:
            return None
        use = replace(self._use(unit_code, rule.index, rule.period), share=share)
        useless = use.figure is not None and use.figure.denominator is None
        return replace(use, figure=None) if useless else use

    def _use(self, unit_code: str, index: str, period: str) -> EarlierUse:
        label = earlier_label(period, self.judgement.period)
        return EarlierUse(index, label, self.earlier.of(unit_code, index, label))
