"""What the page of one unit tells: its points, where they were lost, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from chiso.catalogue.assignments import Assignment
from chiso.catalogue.formula import GroupRule, IndexRule
from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Text
from chiso.reporting.catalogue_names import full_points
from chiso.reporting.site.facts import Change, Facts, step_of
from chiso.reporting.site.trend import Trend, trend
from chiso.reporting.tables import NOT_OWN
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import GroupScore, UnitScore
from chiso.scoring.shortfalls import Shortfall


@dataclass(frozen=True)
class GroupLine:
    """A group of the unit; ``change`` is None where there is nothing to compare."""

    rule: GroupRule
    score: GroupScore
    lost: Decimal | None
    change: Decimal | None


@dataclass(frozen=True)
class LostLine:
    """An index (or a group reported as a whole): what was lost at it, and who answers for it."""

    shortfall: Shortfall
    target: Text | None
    step: int | None
    change: Decimal | None
    owner: Assignment | None

    @property
    def index(self) -> IndexRule | None:
        """The index, None where a group was reported as a whole."""
        return self.shortfall.loss.index


@dataclass(frozen=True)
class Repair:
    """One kind of repair and how many records of which table it is for."""

    name: Text
    records: int
    noun: Text


@dataclass(frozen=True)
class Task:
    """What to do about an index: its remedy, and the records that may still be put right."""

    line: LostLine
    index: IndexRule
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class PlanInShort:
    """The answer of the plan to the next band, and its kinds of work, without any record."""

    answer: Text
    work: tuple[Text, ...]


@dataclass(frozen=True)
class UnitCard:
    """One unit's page. ``elsewhere`` are losses that are not in the unit's hand, by outcome."""

    score: UnitScore
    rank: Rank
    change: Change
    parent: str | None
    groups: tuple[GroupLine, ...]
    lines: tuple[LostLine, ...]
    tasks: tuple[Task, ...]
    elsewhere: Mapping[str, tuple[LostLine, ...]]
    plan: PlanInShort | None
    trend: Trend | None

    @property
    def lost(self) -> Decimal:
        """All points that the unit lost."""
        return self.score.max_points - self.score.total


def unit_card(facts: Facts, unit: UnitScore) -> UnitCard:
    """Return what the page of a unit tells."""
    code = unit.unit.code
    lines = tuple(_lines(facts, unit))
    own = [line for line in lines if line.index is not None and line.shortfall.loss.lost]
    elsewhere: dict[str, list[LostLine]] = {}
    tasks = []
    for line in own:
        score = line.shortfall.loss.score
        if score is not None and score.outcome in NOT_OWN:
            elsewhere.setdefault(score.outcome, []).append(line)
        else:
            tasks.append(_task(line))
    return UnitCard(
        score=unit,
        rank=facts.report.rank_of[code],
        change=facts.change(code),
        parent=unit.unit.parent_code if unit.unit.parent_code in facts.names else None,
        groups=tuple(_groups(facts, unit)),
        lines=lines,
        tasks=tuple(tasks),
        elsewhere={outcome: tuple(found) for outcome, found in elsewhere.items()},
        plan=_plan(facts, code),
        trend=trend(facts.report, code),
    )


def _groups(facts: Facts, unit: UnitScore) -> Iterator[GroupLine]:
    compared = facts.compared(unit.unit.code)
    changes = {} if compared is None or compared.total is None else compared.groups
    for rule, score in zip(facts.rules.groups, unit.groups, strict=True):
        lost = score.max_points - (score.points or 0) if score.max_points else None
        change = changes.get(rule.code)
        yield GroupLine(rule, score, lost, None if change is None else change.change)


def _lines(facts: Facts, unit: UnitScore) -> Iterator[LostLine]:
    board, code = facts.board, unit.unit.code
    chosen = None if board.chosen is None else {index.code for index in facts.indices}
    changes, owners = facts.index_changes(code), board.assigned()
    for shortfall in facts.report.shortfalls[code]:
        index = shortfall.loss.index
        step = step_of(shortfall.loss.points, shortfall.loss.max_points)
        if index is None:
            yield LostLine(shortfall, None, step, None, None)
        elif chosen is None or index.code in chosen:
            target = full_points(index) if index.scored else None
            yield LostLine(shortfall, target, step, changes.get(index.code), owners.get(index.code))


def _task(line: LostLine) -> Task:
    index = line.index
    assert index is not None  # a group that is reported as a whole has no remedy
    tables = {repair.kind: repair.table for repair in index.repairs}
    repairs = tuple(
        Repair(
            Text(own.name.vi, own.name.en),
            own.records,
            vocabulary().tables[tables[own.kind]].called(own.records),
        )
        for own in line.shortfall.repairs
        if own.kind in tables
    )
    return Task(line, index, repairs)


def _plan(facts: Facts, code: str) -> PlanInShort | None:
    plan = (facts.report.plans or {}).get(code)
    if plan is None:
        return None
    from chiso.reporting.plan_text import summary, work

    *_, answer = summary(plan)
    return PlanInShort(answer, tuple(heading for heading, _ in work(plan)))
