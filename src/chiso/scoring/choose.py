"""Which hypothesis explains which figure: the simplest that fits, and of those the one that fits most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from chiso.scoring.hypotheses import Hypothesis, Trials, Variant, counted_for, not_rolled_up
from chiso.scoring.published import LEAST_COMPANY, Key, Published, fits, index_score, ours_of
from chiso.scoring.scoreboard import UnitScore
from chiso.terms.unit import Unit, UnitTree

# Pairs of units worth a recount; more would be guessing.
_MOST_UNITS_TRIED = 60


class Chooser:
    """Chooses the variant for each figure that our own way of counting does not give."""

    def __init__(
        self,
        trials: Trials,
        base: Mapping[str, UnitScore],
        entries: Sequence[Published],
        hypotheses: Iterable[Hypothesis],
        units: UnitTree,
    ) -> None:
        self._trials = trials
        self._base = base
        self._entries = entries
        self._open = [entry for entry in entries if not fits(entry, base[entry.unit.code])]
        # Counting otherwise cannot find what no record is of.
        worth_trying = any(base[entry.unit.code].has_records for entry in self._open)
        tried = [*hypotheses, *self._unit_pairs(units)] if worth_trying else []
        self._singles: list[Variant] = [(hypothesis,) for hypothesis in tried]
        self._fitted: dict[Variant, frozenset[Key]] = {}
        self._contradicted: dict[Variant, frozenset[Key]] = {}
        # Figures that several causes would explain as well: naming one would be guessing.
        self.doubtful: dict[Key, tuple[Variant, ...]] = {}

    def chosen(self) -> Mapping[Key, tuple[Variant, ...]]:
        """Return, for each figure explained, the variants that do it equally well, all of one kind."""
        result: dict[Key, tuple[Variant, ...]] = {}
        for variants in (self._singles, self._pairs(result)):
            tried = list(variants)
            for variant in tried:
                self._try(variant)
            for entry in self._open:
                if entry.key in result or entry.key in self.doubtful:
                    continue
                best = self._best(entry, tried)
                if len({self._way(entry, variant) for variant in best}) > 1:
                    self.doubtful[entry.key] = tuple(best)
                elif best:
                    result[entry.key] = tuple(best)
        return result

    def usable_singles(self) -> Iterator[Variant]:
        """Yield the single hypotheses that the records allow for."""
        return (variant for variant in self._singles if self._trials.scores(variant) is not None)

    def contradicts(self, variant: Variant, unit: str) -> bool:
        """Return whether a variant moves counts of a unit that agree as they are."""
        self._try(variant)
        return any(code == unit for code, _ in self._contradicted[variant])

    def _pairs(self, explained: Mapping[Key, object]) -> Iterator[Variant]:
        """Yield pairs of hypotheses of different causes, each of which moves a figure still open."""
        left = [
            entry for entry in self._open if entry.key not in explained and entry.key not in self.doubtful
        ]
        moving = [variant for variant in self._singles if any(self._moves(variant, entry) for entry in left)]
        for (first,), (second,) in combinations(moving, 2):
            if first.cause != second.cause or (first.reading and second.reading and first.cause == "status"):
                yield tuple(sorted((first, second), key=lambda hypothesis: hypothesis.place))

    def _moves(self, variant: Variant, entry: Published) -> bool:
        scores = self._trials.scores(variant)
        if scores is None:
            return False
        unit = entry.unit.code
        if entry.index is None:
            return scores[unit].groups != self._base[unit].groups
        return index_score(scores[unit], entry.index.code) != index_score(self._base[unit], entry.index.code)

    def _try(self, variant: Variant) -> None:
        if variant in self._fitted:
            return
        scores = self._trials.scores(variant)
        fitted, contradicted = set(), set()
        if scores is not None:
            opened = {entry.key for entry in self._open}
            for entry in self._entries:
                fit = fits(entry, scores[entry.unit.code])
                if entry.key in opened and fit:
                    fitted.add(entry.key)
                elif entry.key not in opened and not fit and entry.has_counts:
                    contradicted.add(entry.key)
        self._fitted[variant], self._contradicted[variant] = frozenset(fitted), frozenset(contradicted)

    def _best(self, entry: Published, variants: Iterable[Variant]) -> list[Variant]:
        fitting = [
            variant
            for variant in variants
            if entry.key in self._fitted[variant] and self._borne_out(entry, variant)
        ]
        if not fitting:
            return []
        most = max(self._support(variant, entry.unit.code) for variant in fitting)
        return [variant for variant in fitting if self._support(variant, entry.unit.code) == most]

    def _borne_out(self, entry: Published, variant: Variant) -> bool:
        # Whose rows count for another unit must agree with it as well.
        units = {entry.unit.code}.union(*(hypothesis.concerns for hypothesis in variant))
        fitted = sum(code in units for code, _ in self._fitted[variant])
        against = sum(code in units for code, _ in self._contradicted[variant])
        company = len(self._fitted[variant]) >= LEAST_COMPANY
        # Among so many pairs one may give the counts of a small unit by chance.
        speaks_alone = entry.has_counts and len(variant) == 1
        return fitted >= against and (speaks_alone or company)

    def _support(self, variant: Variant, unit: str) -> tuple[int, int]:
        """Return how many figures speak for a variant less those against it: of the unit, and of all."""
        fitted, against = self._fitted[variant], self._contradicted[variant]
        own = sum(code == unit for code, _ in fitted) - sum(code == unit for code, _ in against)
        return own, len(fitted) - len(against)

    def _way(self, entry: Published, variant: Variant) -> tuple[object, ...]:
        """Return the way a variant goes from ours to theirs: causes, and the figures at each step."""
        steps: list[object] = []
        for end in range(1, len(variant) + 1):
            scores = self._trials.scores(variant[:end])
            assert scores is not None  # a part of what was tried can be tried
            steps.append((variant[end - 1].cause, ours_of(entry, scores[entry.unit.code])))
        return tuple(steps)

    def _unit_pairs(self, units: UnitTree) -> Iterator[Hypothesis]:
        """Yield units whose rows another unit seems to have: its surplus is just what they count."""
        tried: dict[str, Hypothesis] = {}
        for entry in self._open:
            gap = self._gap(entry)
            if gap is None or gap == (0, 0):
                continue
            for unit in self._with_counts(entry, gap, units):
                hypothesis = counted_for(unit, entry.unit, _with_below(units, unit))
                tried.setdefault(hypothesis.id, hypothesis)
            for unit in self._with_counts(entry, (-gap[0], -gap[1]), units):
                if unit in units.below(entry.unit.code):
                    hypothesis = not_rolled_up(unit)
                    tried.setdefault(hypothesis.id, hypothesis)
        yield from list(tried.values())[:_MOST_UNITS_TRIED]

    def _gap(self, entry: Published) -> tuple[int, int] | None:
        if not entry.has_counts or entry.index is None:
            return None
        own = index_score(self._base[entry.unit.code], entry.index.code)
        theirs = entry.figures
        if None in (own.numerator, own.denominator, theirs.numerator, theirs.denominator):
            return None
        return (
            (theirs.numerator or 0) - (own.numerator or 0),
            (theirs.denominator or 0) - (own.denominator or 0),
        )

    def _with_counts(self, entry: Published, counts: tuple[int, int], units: UnitTree) -> Iterator[Unit]:
        assert entry.index is not None  # a group's figure has no counts
        for code, score in self._base.items():
            own = index_score(score, entry.index.code)
            if code != entry.unit.code and (own.numerator, own.denominator) == counts and counts[1] > 0:
                yield units[code]


def _with_below(units: UnitTree, unit: Unit) -> frozenset[str]:
    return frozenset({unit.code, *(below.code for below in units.below(unit.code))})
