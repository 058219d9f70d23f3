"""From one board to the other, cause by cause: every step is scored whole, every part is a difference."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial

from chiso.catalogue.formula import RuleSet
from chiso.errors import CannotScoreError, Problem, Text
from chiso.records.dataset import Records
from chiso.scoring.available import Missing
from chiso.scoring.comparing.by_counts import (
    Groups,
    RecastScores,
    Scores,
    groups_on,
    rescored,
    scorer,
    scores_on,
)
from chiso.scoring.comparing.formulas import other_formulas, tables_of
from chiso.scoring.comparing.mixture import Mixture
from chiso.scoring.comparing.registries import Recast, recast
from chiso.scoring.comparing.side import RECORD_CAUSES, Cause, Counted, Side
from chiso.scoring.comparing.states import LostPointsError, Points, State, points_of
from chiso.scoring.earlier import NO_BASIS
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures, measures_of, wanted_counts
from chiso.scoring.points import Scorer, score_without_data
from chiso.scoring.scoreboard import Score

# More than this is no rounding, whatever setting it comes from.
_MOST_BY_ROUNDING = Decimal("0.01")
_NO_POINTS = Decimal("0.00")


@dataclass(frozen=True)
class Chain:
    """The states between two boards, the first without a cause of its own.

    ``not_recast`` are the units and indices whose counts before cannot be told by the registry after.
    """

    states: tuple[State, ...]
    cast: Recast
    not_recast: tuple[tuple[str, str], ...]
    mixture: Mixture | None
    measures: Mapping[str, IndexMeasures]


def chain(before: Side, after: Side, read_again: Records | None = None) -> Chain:
    """Return the states from the board before to the board after.

    ``read_again`` are the records before as they are read for the rules after; without it, or without
    the records after, counts are all that is known. Raises CannotScoreError where counts before cannot be
    told by the rules after.
    """
    return _Chain(before, after, read_again).whole()


class _Chain:
    def __init__(self, before: Side, after: Side, read_again: Records | None) -> None:
        self._a, self._b = before, after
        self._read_again = read_again
        self._cast = recast(before, after)
        self._rules, self._final = _shared_rounding(before, after)
        # Who has a value to compare with: a unit of the board before, or what went into a new one.
        self._compared = [
            unit.unit
            for unit in after.board.units
            if unit.unit.code in self._on_board
            or (unit.unit.code in self._cast.touched and self._cast.whole.get(unit.unit.code))
        ]
        self._not_recast: list[tuple[str, str]] = []
        self._states: list[State] = []
        self._mixture: Mixture | None = None
        self._common: dict[str, IndexMeasures] = {}
        self._scorer = partial(scorer, judgement=after.board.judgement)

    def whole(self) -> Chain:
        first = {unit.unit.code: points_of(unit) for unit in self._a.board.units}
        self._states = [State("units", first)]
        if self._read_again is not None and self._a.counted is not None and self._b.counted is not None:
            self._by_records(self._a.counted, self._b.counted, self._read_again)
        else:
            self._by_counts()
        found = self._given(self._final, self._groups_after)
        self._check({unit.code: points_of(found.unit(unit)) for unit in self._compared})
        last = {unit.unit.code: points_of(unit) for unit in self._b.board.units}
        if self._rules != self._b.board.rules:
            self._states.append(State("rounding", last))
        self._check(last)
        return Chain(tuple(self._states), self._cast, tuple(self._not_recast), self._mixture, self._common)

    def _check(self, last: Mapping[str, Points]) -> None:
        for unit in self._compared:
            if self._states[-1].units[unit.code] != last[unit.code]:
                raise LostPointsError(
                    f"{unit.code}: {self._states[-1].units[unit.code]} != {last[unit.code]}"
                )

    # With counts alone

    def _by_counts(self) -> None:
        broken = other_formulas(self._a.board.rules, self._b.board.rules)
        if broken:
            raise CannotScoreError(_broken(self._a, self._b, broken))
        given, groups = self._recast_scores, self._recast_groups
        if self._cast.touched:
            self._add("units", self._scorer(self._a.board.rules, self._cast.units, given, groups))
        by_rules = rescored(given, self._rules)
        self._add("catalogue", self._given(by_rules, groups))
        lacking = {
            key
            for key in by_rules.keys() | self._final.keys()
            if _lacks(by_rules, key) != _lacks(self._final, key)
        } - set(self._not_recast)
        with_data = _exchanged(by_rules, self._final, lacking)
        self._add("data", self._given(with_data, groups))
        told = _exchanged(with_data, self._final, self._reported)
        self._add("reported", self._given(told, self._groups_after))
        self._add("counts", self._given(self._final, self._groups_after))

    def _given(self, given: Scores, groups: Groups) -> Scorer:
        return self._scorer(self._rules, self._cast.units, given, groups)

    # With the records of both sides

    def _by_records(self, ours: Counted, theirs: Counted, read_again: Records) -> None:
        a, b, units = self._a.board, self._b.board, self._cast.units
        day = b.judgement.as_of
        if self._cast.touched:
            records = replace(ours.records, units=units)
            engine = Engine(records, a.rules, a.judgement, ours.working_days, units_on=day)
            measures = measures_of(a.rules, engine.present)
            counts = engine.count(wanted_counts(a.rules, measures))
            given = self._fixed
            self._add("units", self._scorer(a.rules, units, given, self._recast_groups, counts, measures))
        again, final = replace(read_again, units=units), replace(theirs.records, units=units)
        before = Engine(again, self._rules, a.judgement, theirs.working_days, units_on=day)
        judged = before
        if a.judgement != b.judgement:
            judged = Engine(again, self._rules, b.judgement, theirs.working_days, units_on=day)
        then = Engine(final, self._rules, b.judgement, theirs.working_days, units_on=day)
        was, is_now = measures_of(self._rules, before.present), measures_of(self._rules, then.present)
        other_data = {
            index.code
            for index in self._rules.indices
            if was.get(index.code) != is_now.get(index.code)
            or any(
                before.tables.get(table) != then.tables.get(table) for table in tables_of(index, self._rules)
            )
        }
        common = {
            code: replace(own, undetermined=None, beyond=None)
            for code, own in is_now.items()
            if code not in other_data and isinstance(own, IndexMeasures)
        }
        self._common = common
        broken = other_formulas(a.rules, self._rules)
        # Counts that shares divided cannot be told by another formula: they stay until all counts change.
        old = {key for key in self._fixed if key[1] in broken and key not in self._reported_before}
        fixed = rescored(self._fixed, self._rules) | {
            key: score for key, score in self._fixed.items() if key in old
        }
        self._not_recast = [key for key in self._fixed if key in old or key in self._not_recast]
        data_before = self._of_indices(before, was, other_data)
        data_after = {key: score for key, score in self._final.items() if key[1] in other_data}
        mixture = self._mixture = Mixture(before, judged, then, wanted_counts(self._rules, common))
        groups, everything = self._recast_groups, len(RECORD_CAUSES)

        def counted(last: int, given: Scores, groups: Groups = groups) -> Scorer:
            return self._scorer(self._rules, units, given, groups, mixture.counts(last), common)

        self._add("catalogue", counted(0, {**data_before, **fixed}))
        given = {**data_after, **fixed}
        if other_data:
            self._add("data", counted(0, given))
        for number, cause in enumerate(RECORD_CAUSES, start=1):
            if mixture.moves(number):
                self._add(cause, counted(number, given))
        told = self._reported
        divided = {key: score for key, score in fixed.items() if key not in told}
        last = data_after | {key: score for key, score in self._final.items() if key in told}
        self._add("reported", counted(everything, {**last, **divided}, self._groups_after))
        if divided or self._based:
            based = {key: score for key, score in self._final.items() if key in self._based}
            self._add("counts", counted(everything, {**last, **based}, self._groups_after))

    def _of_indices(
        self, engine: Engine, measures: Mapping[str, IndexMeasures | Missing], codes: set[str]
    ) -> dict[tuple[str, str], Score]:
        """Return what the records before give for indices that the records after measure otherwise."""
        own = {code: measure for code, measure in measures.items() if code in codes}
        if not own:
            return {}
        counts = engine.count(wanted_counts(self._rules, own))
        found = self._scorer(self._rules, self._cast.units, {}, {}, counts, own)
        return {
            (unit.code, score.index): score
            for unit in self._cast.units
            for score in found.unit(unit).scores
            if score.index in codes and score.outcome != "not_applicable"
        }

    @cached_property
    def _fixed(self) -> dict[tuple[str, str], Score]:
        """Scores before that do not come from rows alone: reported, divided by shares, resting on more."""
        return {
            key: score
            for key, score in self._recast_scores.items()
            if key in self._reported_before
            or key in self._based
            or (key[0] in self._cast.touched and self._cast.divided(key[0]) and not self._unknown(key))
        }

    @cached_property
    def _based(self) -> frozenset[tuple[str, str]]:
        """Units and indices whose value rests on more than counts: an earlier figure, a part of a year."""
        given = (self._was, self._final)
        return frozenset(key for scores in given for key, score in scores.items() if score.basis != NO_BASIS)

    def _unknown(self, key: tuple[str, str]) -> bool:
        """Return whether there was no data before, so that nothing is lost by taking rows as they stand."""
        return self._recast_scores[key].outcome == "missing_data" and key not in self._not_recast

    # What both ways use

    @cached_property
    def _on_board(self) -> frozenset[str]:
        return frozenset(unit.unit.code for unit in self._a.board.units)

    @cached_property
    def _was(self) -> dict[tuple[str, str], Score]:
        return scores_on(self._a.board, self._a.units)

    @cached_property
    def _recast_scores(self) -> dict[tuple[str, str], Score]:
        """The scores before by the registry after; as they were, or without data, where they cannot be."""
        was, cast = self._was, self._cast
        found = {key: score for key, score in was.items() if key[0] not in cast.touched}
        of_counts = RecastScores(self._a, cast)
        for unit in self._compared:
            if unit.code not in cast.touched:
                continue
            for index in self._a.board.rules.indices:
                own = unit.level in index.applies_to and unit.level in (index.measured_at or [unit.level])
                if not own:
                    continue
                key = unit.code, index.code
                score = of_counts.of(unit, index)
                if score is None and index.scored and of_counts.had_data(unit, index):
                    self._not_recast.append(key)
                found[key] = score or was.get(key) or score_without_data(index)
        return found

    @cached_property
    def _recast_groups(self) -> Groups:
        groups = groups_on(self._a.board)
        return {key: group for key, group in groups.items() if key[0] not in self._cast.touched}

    @cached_property
    def _groups_after(self) -> Groups:
        return groups_on(self._b.board)

    @cached_property
    def _reported_before(self) -> frozenset[tuple[str, str]]:
        """Units and indices whose score before is reported, or that of a unit which went into them."""
        reported = {
            unit.unit.code: [score.index for score in unit.scores if score.outcome == "reported"]
            for unit in self._a.board.units
        }
        own = {(code, index) for code, indices in reported.items() for index in indices}
        into = {
            (unit.code, index)
            for unit in self._compared
            if unit.code in self._cast.touched
            for source in self._cast.whole.get(unit.code, {})
            for index in reported.get(source, ())
        }
        return frozenset(own | into)

    @cached_property
    def _reported(self) -> frozenset[tuple[str, str]]:
        after = {
            (unit.unit.code, score.index)
            for unit in self._b.board.units
            for score in unit.scores
            if score.outcome == "reported"
        }
        return self._reported_before | after

    def _add(self, cause: Cause, found: Scorer) -> None:
        points: dict[str, Points] = {unit.code: points_of(found.unit(unit)) for unit in self._compared}
        self._states.append(State(cause, points))


def _shared_rounding(before: Side, after: Side) -> tuple[RuleSet, Scores]:
    """Return the rules after with the rounding before, and the scores after by them.

    A group whose rounding moves an index by more than a hundredth keeps the new one: that is no rounding.
    """
    was = {group.code: group.rounding for group in before.board.rules.groups}
    rules = after.board.rules
    scores = scores_on(after.board, after.units)
    kept: set[str] = set()
    while True:
        groups = tuple(
            group if group.code in kept else replace(group, rounding=was.get(group.code, group.rounding))
            for group in rules.groups
        )
        if groups == rules.groups:
            return rules, scores
        changed = replace(rules, groups=groups)
        again = rescored(scores, changed)
        moved = {again[key].group for key in scores if _far(scores[key], again[key])}
        if not moved:
            return changed, again
        kept |= moved


def _far(one: Score, other: Score) -> bool:
    return abs((one.points or _NO_POINTS) - (other.points or _NO_POINTS)) > _MOST_BY_ROUNDING


def _lacks(scores: Scores, key: tuple[str, str]) -> bool:
    return key not in scores or scores[key].outcome == "missing_data"


def _exchanged(given: Scores, final: Scores, keys: Set[tuple[str, str]]) -> Scores:
    """Return the given scores with those of ``keys`` as they are at last."""
    kept = {key: score for key, score in given.items() if key not in keys}
    return kept | {key: score for key, score in final.items() if key in keys}


def _broken(before: Side, after: Side, codes: tuple[str, ...]) -> list[Problem]:
    names = {index.code: index.name for index in after.board.rules.indices}
    editions = before.board.rules.edition, after.board.rules.edition
    head = Problem(
        Text(
            vi=f"{before.label} và {after.label} tính theo công thức khác nhau (phiên bản {editions[0]} và "
            f"{editions[1]}), mà chỉ có số đếm của {before.label}",
            en=f"{before.label} and {after.label} are scored by different formulas (editions {editions[0]} "
            f"and {editions[1]}), and only the counts of {before.label} are known",
        ),
        hint=Text(
            vi="Đưa dữ liệu của cả hai bên, hoặc chấm cả hai theo một phiên bản: --edition, --catalogue",
            en="Give the records of both sides, or score both by one edition: --edition, --catalogue",
        ),
    )
    each = (
        Problem(
            Text(
                vi=f"Chỉ số {code} {names[code].vi}: công thức khác",
                en=f"Index {code} {names[code].en}: another formula",
            )
        )
        for code in codes
    )
    return [head, *each]
