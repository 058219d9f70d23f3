"""The plan for one unit: what to put right, what it brings, and what no repair can bring back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.arithmetic import last_place, round_up, sum_points
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.model import Bilingual
from chiso.scoring.engine import Engine
from chiso.scoring.measure import measures_of
from chiso.scoring.planning.actions import Actions, LeftOut, actions_of
from chiso.scoring.planning.aim import Aim, rank_of
from chiso.scoring.planning.choice import Chosen, Work
from chiso.scoring.planning.effects import Effects, Option, Survey
from chiso.scoring.planning.linear import OpenIndex, closed_measures, open_indices, rescored
from chiso.scoring.planning.remains import (
    AtRisk,
    Fixed,
    Lost,
    NewCases,
    Unsettled,
    at_risk,
    fixed,
    lost,
    new_cases,
    unsettled,
)
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.terms.columns import TABLES, record_id


class UnkeptPromiseError(Exception):
    """What a plan brings, worked out anew, is less than it was chosen for: a fault of chiso itself."""


@dataclass(frozen=True)
class PlannedAction:
    """One piece of work on one record; ``record_id`` is its key (of a case its number).

    ``indices`` are those whose counts it changes, together with what else is done on the record.
    """

    kind: str
    table: str
    record_id: str
    unit_code: str
    officer_code: str | None
    effort: int
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The least work for an aim, or for the most points there are where the aim is out of reach.

    ``most`` is the highest total that repairs alone can bring. ``undetermined`` counts records of the
    period that lack the data to tell whether they may be repaired.
    """

    unit: UnitScore
    after: UnitScore
    aim: Aim
    most: Decimal
    rank_before: Rank
    rank_after: Rank
    names: Mapping[str, Bilingual]
    actions: tuple[PlannedAction, ...]
    lost: tuple[Lost, ...]
    unsettled: tuple[Unsettled, ...]
    new_cases: tuple[NewCases, ...]
    at_risk: tuple[AtRisk, ...]
    fixed: tuple[Fixed, ...]
    left_out: tuple[LeftOut, ...]
    undetermined: int

    @property
    def reachable(self) -> bool:
        """Whether repairs alone reach the aim."""
        return self.after.total >= self.aim.total

    @property
    def reached(self) -> bool:
        """Whether the aim is reached already."""
        return self.unit.total >= self.aim.total

    @property
    def effort(self) -> int:
        """The effort of all actions together."""
        return sum(action.effort for action in self.actions)


def make_plan(
    engine: Engine,
    board: Scoreboard,
    unit: UnitScore,
    aim: Aim,
    efforts: Mapping[str, int],
    *,
    day_has_passed: bool,
    by_peer_group: bool = False,
) -> Plan:
    """Return the plan of a unit of the board; the board was scored from the engine's records.

    No fact is changed: only the catalogue's repairs are done, each where its condition holds. Of equal
    effort the fewest actions are chosen, of equally many those that bring most, of equal records the first
    by their keys. What the plan promises
    is worked out anew from the counts; raises UnkeptPromiseError if it does not hold.
    """
    rules = board.rules
    measures = measures_of(rules, engine.present)
    indices = open_indices(rules, unit, measures)
    closed = [(rule.code, own) for rule, own in closed_measures(rules, unit, measures)]
    actions = actions_of(engine, indices, closed, efforts, day_has_passed=day_has_passed)
    surveys, effects = _survey(engine, actions, indices, unit.unit.code)
    places = max(group.rounding.points for group in rules.groups)
    work = Work(indices, effects, places)
    most = _after(unit, rules, indices, work.most_points())
    goal = min(round_up(aim.total, places), most.total)
    chosen = None if unit.total >= goal else _least(work, goal, last_place(places), most.total, unit, indices)
    after = unit if chosen is None else _after(unit, rules, indices, chosen)
    missing = max(aim.total - after.total, Decimal(0))
    open_ones = tuple(unsettled(engine, indices, actions.usable, unit.unit.code))
    return Plan(
        unit=unit,
        after=after,
        aim=aim,
        most=most.total,
        rank_before=rank_of(board, unit, by_peer_group=by_peer_group),
        rank_after=rank_of(board, after, by_peer_group=by_peer_group),
        names={action.kind: action.name for action in actions.usable},
        actions=() if chosen is None else tuple(_actions(surveys, effects, chosen, actions, indices)),
        lost=tuple(lost(indices, work, open_ones, running=engine.judgement.provisional)),
        unsettled=open_ones,
        new_cases=tuple(new_cases(indices, work, {score.index: score for score in after.scores}, missing)),
        at_risk=tuple(at_risk(engine, indices, unit.unit.code)),
        fixed=tuple(fixed(rules, unit, engine.records.units)),
        left_out=actions.left_out,
        undetermined=effects.undetermined,
    )


def _survey(
    engine: Engine, actions: Actions, indices: Sequence[OpenIndex], unit_code: str
) -> tuple[dict[str, Survey], Effects]:
    wanted = dict.fromkeys(
        wanted for i in indices for measure in (i.numerator, i.denominator) for _, wanted in measure.terms
    )
    surveys: dict[str, Survey] = {}
    effects = Effects()
    for table in TABLES:
        own = [action for action in actions.usable if action.table == table]
        if own:
            counts = [entry for entry in wanted if entry.count.table == table]
            surveys[table] = Survey(engine, table, own, counts, unit_code)
            surveys[table].read(effects)
    return surveys, effects


def _least(
    work: Work, goal: Decimal, step: Decimal, most: Decimal, unit: UnitScore, indices: Sequence[OpenIndex]
) -> Chosen:
    """Return the least work after which the unit's points, worked out anew, are the goal."""
    asked = goal
    while asked <= most:
        chosen = work.least_effort(_of_open(asked, unit, indices))
        if chosen is not None and _earned(indices, chosen) >= _of_open(goal, unit, indices):
            return chosen
        # The solver reckons within a tolerance. Should a count have slipped through, more is asked of it.
        asked += step
    raise UnkeptPromiseError(f"{unit.unit.code}: {goal}")


def _earned(indices: Sequence[OpenIndex], chosen: Chosen) -> Decimal:
    return sum_points(index.points(*chosen.counts[index.rule.code]) for index in indices)


def _of_open(total: Decimal, unit: UnitScore, indices: Sequence[OpenIndex]) -> Decimal:
    """Return which part of a total the open indices have to earn."""
    return total - unit.total + sum_points(index.points(*index.counted) for index in indices)


def _after(unit: UnitScore, rules: RuleSet, indices: Sequence[OpenIndex], chosen: Chosen) -> UnitScore:
    """Return the unit's score with the counts that the chosen work leads to."""
    changed = {index.rule.code: index.score(*chosen.counts[index.rule.code]) for index in indices}
    return rescored(unit, rules, changed)


def _actions(
    surveys: Mapping[str, Survey],
    effects: Effects,
    chosen: Chosen,
    actions: Actions,
    indices: Sequence[OpenIndex],
) -> Iterator[PlannedAction]:
    """Yield what is done on which record, table by table, in the order of the records' keys."""
    efforts = {action.kind: action.effort for action in actions.usable}
    order = {action.kind: n for n, action in enumerate(actions.usable)}
    for table, survey in surveys.items():
        found: list[PlannedAction] = []
        for option, records in _records(survey, table, effects, chosen).items():
            records.sort()
            done = [a for a, times in zip(option, chosen.times[option], strict=True) for _ in range(times)]
            for alternative, (number, unit_code, officer) in zip(done, records, strict=False):
                moved = tuple(
                    index.rule.code
                    for index in indices
                    if any(_counts(index, target[0]) for target, _ in alternative.changes)
                )
                found += [
                    PlannedAction(kind, table, number, unit_code, officer or None, efforts[kind], moved)
                    for kind in alternative.kinds
                ]
        yield from sorted(found, key=lambda a: (a.record_id, a.unit_code, order[a.kind]))


def _counts(index: OpenIndex, wanted: object) -> bool:
    return any(term == wanted for m in (index.numerator, index.denominator) for _, term in m.terms)


def _records(
    survey: Survey, table: str, effects: Effects, chosen: Chosen
) -> dict[Option, list[tuple[str, str, str]]]:
    """Return the keys, units and officials of the records whose options are used."""
    spec = TABLES[table]
    keys = spec.own_key
    columns = [*keys, *(["officer_code"] if survey.knows("officer_code") else [])]
    used = {option for option, times in chosen.times.items() if any(times)}
    classes = {
        key: kept
        for key, options in effects.by_class.get(table, {}).items()
        if (kept := tuple(option for option in options if option in used))
    }
    records: dict[Option, list[tuple[str, str, str]]] = {}
    for unit_code, values, options in survey.listed(classes, columns):
        key = record_id(values[: len(keys)])
        officer = str(values[len(keys)] or "") if len(columns) > len(keys) else ""
        for option in options:
            records.setdefault(option, []).append((key, unit_code, officer))
    return records
