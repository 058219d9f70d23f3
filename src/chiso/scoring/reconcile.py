"""Ours beside the portal's: every difference split by what the records can bear out, the rest unexplained.

Nothing is guessed: a cause is named for a unit and an index only where counting so gives the portal's own
figures, or where a number of rows fits and nothing simpler does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.catalogue.formula import RuleSet
from chiso.errors import Language, Text
from chiso.scoring.beside import Beside
from chiso.scoring.choose import Chooser
from chiso.scoring.differences import Cause, Difference, Evidence, Figures, Part, UnitDifferences
from chiso.scoring.engine import Engine
from chiso.scoring.hypotheses import RulesAsRead, Trials, Variant, hypotheses, rows_set_aside
from chiso.scoring.points import points_for_counts
from chiso.scoring.published import Key, Published, fits, index_score, ours_of, published
from chiso.scoring.reported import Reported
from chiso.scoring.rows_that_fit import RowsThatFit, rows_that_fit
from chiso.scoring.rules_tried import MOST_BY_ROUNDING, RulesForPoints
from chiso.scoring.scoreboard import Scoreboard, UnitScore

_NO_POINTS = Decimal("0.00")
_UNEXPLAINED = Text(vi="chưa giải thích được", en="unexplained")
_PERCENT_ALONE = Text(
    vi="Cổng chỉ công bố tỷ lệ đã làm tròn", en="the portal publishes the rounded percent only"
)
_NO_RECORDS = Text(
    vi="hồ sơ đã đọc không có dữ liệu của đơn vị này", en="our records hold nothing of this unit"
)
_NO_DATA = Text(vi="hồ sơ đã đọc thiếu dữ liệu cho chỉ số này", en="our records lack data for the index")


@dataclass(frozen=True)
class Portal:
    """What a portal says: its figures, and the unit of every case that it lists (None: no list given)."""

    figures: Reported
    cases: Mapping[str, str] | None = None


def reconcile(
    engine: Engine,
    board: Scoreboard,
    ours_reported: Reported,
    portal: Portal,
    rules_as_read: RulesAsRead,
    editions: Sequence[RuleSet],
) -> tuple[UnitDifferences, ...]:
    """Return what differs between ``board`` and the portal, unit by unit; the parts add up exactly.

    ``rules_as_read`` gives the rules as some of their readings have them, ``editions`` the rules of every
    edition of the catalogue. Only what both sides have is compared. The portal's figures enter no score.
    """
    base = {score.unit.code: score for score in board.units}
    beside = Beside(engine, ours_reported, portal.figures, base)
    entries = tuple(published(board.rules, portal.figures, beside.theirs(board.rules)))
    trials = Trials(engine, rules_as_read, ours_reported, beside.units, portal.cases)
    tried = hypotheses(engine, with_list=portal.cases is not None)
    chooser = Chooser(trials, base, entries, tried, engine.records.units)
    chosen = chooser.chosen()
    left = [entry for entry in entries if entry.key not in chosen and not fits(entry, base[entry.key[0]])]
    told_apart = [entry for entry in left if entry.key not in chooser.doubtful]
    fitting = rows_that_fit(told_apart, entries, base, trials, chooser, rows_set_aside(engine))
    rules = RulesForPoints(beside, board.rules, editions, entries)
    walk = _Walk(base, trials, chosen, fitting, chooser.doubtful, rules)
    by_unit: dict[str, list[Difference]] = {}
    for entry in entries:
        by_unit.setdefault(entry.unit.code, []).append(walk.difference(entry))
    return tuple(UnitDifferences(base[code].unit, tuple(found)) for code, found in by_unit.items())


@dataclass(frozen=True)
class _Walk:
    """Walks from our figures to the portal's, cause by cause, and notes what each step is worth."""

    base: Mapping[str, UnitScore]
    trials: Trials
    chosen: Mapping[Key, tuple[Variant, ...]]
    fitting: Mapping[Key, RowsThatFit]
    doubtful: Mapping[Key, tuple[Variant, ...]]
    rules: RulesForPoints

    def difference(self, entry: Published) -> Difference:
        """Return the whole way of one figure; its parts add up to the difference."""
        score = self.base[entry.unit.code]
        ours = ours_of(entry, score)
        steps = [*self._steps(entry, ours, score)]
        parts = [step for step in steps if step.points or step.numerator or step.denominator]
        reached = ours.added + sum((part.points for part in parts), _NO_POINTS)
        parts += self._to_points(entry, ours, reached, counted_alike=bool(steps) or fits(entry, score))
        code = None if entry.index is None else entry.index.code
        return Difference(entry.unit, entry.group.code, code, ours, entry.figures, tuple(parts))

    def _steps(self, entry: Published, ours: Figures, score: UnitScore) -> Iterator[Part]:
        """Yield the steps on which counts change."""
        if entry.key in self.chosen:
            variants = self.chosen[entry.key]
            evidence: Evidence = "reproduced" if entry.has_counts else "points_only"
            yield from self._along(entry, variants, ours, evidence)
            return
        rows = self.fitting.get(entry.key)
        if not score.has_records and (rows is None or rows.other_unit is None):
            if not fits(entry, score):
                yield _lacking(entry, ours, "no_records", _NO_RECORDS)
        elif rows is not None:
            yield from self._fitting(entry, rows, ours)
        elif entry.index is not None and index_score(score, entry.index.code).outcome == "missing_data":
            yield _lacking(entry, ours, "no_data", _NO_DATA)

    def _fitting(self, entry: Published, rows: RowsThatFit, ours: Figures) -> Iterator[Part]:
        cause: Cause = "rows" if rows.other_unit is None else "unit_mapping"
        shifted = _shifted(entry, ours, rows.rows)
        yield Part(cause, rows.id, rows.name, *rows.rows, shifted.added - ours.added, "fits")
        if rows.variant:
            yield from self._along(entry, (rows.variant,), shifted, "fits", rows.rows)

    def _along(
        self,
        entry: Published,
        variants: tuple[Variant, ...],
        start: Figures,
        evidence: Evidence,
        rows: tuple[int, int] = (0, 0),
    ) -> Iterator[Part]:
        before = start
        for end, hypothesis in enumerate(variants[0], start=1):
            scores = self.trials.scores(variants[0][:end])
            assert scores is not None  # what was chosen could be tried
            after = ours_of(entry, scores[entry.unit.code])
            if rows != (0, 0):
                after = _shifted(entry, after, rows)
            others = dict.fromkeys(variant[end - 1] for variant in variants)
            name = Text(
                vi=" hoặc ".join(other.name.vi for other in others),
                en=" or ".join(other.name.en for other in others),
            )
            yield Part(
                hypothesis.cause,
                hypothesis.id,
                name,
                _change(before.numerator, after.numerator),
                _change(before.denominator, after.denominator),
                after.added - before.added,
                evidence,
            )
            before = after

    def _to_points(
        self, entry: Published, ours: Figures, reached: Decimal, *, counted_alike: bool
    ) -> Iterator[Part]:
        """Yield the steps from counts to points, and what is left over."""
        goal = entry.figures.added
        if entry.by_our_rule is not None:
            yielded = [*self.rules.parts(entry, entry.by_our_rule, goal)]
        else:
            yielded = [] if counted_alike else [*self.rules.parts(entry, reached, goal)]
        rest = goal - reached - sum((part.points for part in yielded), _NO_POINTS)
        if rest and counted_alike and _percent_alone(entry) and abs(rest) <= MOST_BY_ROUNDING:
            yielded.append(Part("rounding", "percent_alone", _PERCENT_ALONE, None, None, rest, "reproduced"))
            rest = _NO_POINTS
        yield from yielded
        if counted_alike or not entry.has_counts:
            if rest:
                yield self._unexplained(entry, None, None, rest)
            return
        numerator = _change(ours.numerator, entry.figures.numerator)
        denominator = _change(ours.denominator, entry.figures.denominator)
        yield self._unexplained(entry, numerator, denominator, rest)

    def _unexplained(
        self, entry: Published, numerator: int | None, denominator: int | None, points: Decimal
    ) -> Part:
        if entry.key not in self.doubtful:
            return Part("unexplained", "unexplained", _UNEXPLAINED, numerator, denominator, points, "none")
        ways = self.doubtful[entry.key]
        name = Text(
            vi="nhiều nguyên nhân cùng khớp: " + "; ".join(_together(way, "vi") for way in ways),
            en="several causes would do as well: " + "; ".join(_together(way, "en") for way in ways),
        )
        return Part("unexplained", "several_fit", name, numerator, denominator, points, "none")


def _together(way: Variant, language: Language) -> str:
    return " + ".join(hypothesis.name.in_language(language) for hypothesis in way)


def _percent_alone(entry: Published) -> bool:
    return entry.by_our_rule is not None and not entry.has_counts


def _lacking(entry: Published, ours: Figures, hypothesis: str, name: Text) -> Part:
    """Return the step where we have nothing to count and the portal has."""
    theirs = entry.figures
    points = (theirs.added if entry.by_our_rule is None else entry.by_our_rule) - ours.added
    numerator = _change(ours.numerator, theirs.numerator)
    denominator = _change(ours.denominator, theirs.denominator)
    return Part("rows", hypothesis, name, numerator, denominator, points, "no_data")


def _shifted(entry: Published, figures: Figures, rows: tuple[int, int]) -> Figures:
    """Return figures with some rows more (or fewer), scored by our rule."""
    assert entry.index is not None and figures.numerator is not None and figures.denominator is not None
    numerator, denominator = figures.numerator + rows[0], figures.denominator + rows[1]
    points = points_for_counts(entry.index, entry.group.rounding, numerator, denominator, entry.basis)
    return Figures(numerator, denominator, None, points)


def _change(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
