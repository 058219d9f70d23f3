"""Where every unit lost points, and what of it may still be put right: one count for all units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.catalogue.expression import Call, Expression, Literal_, Not, and_, or_
from chiso.catalogue.formula import Count, IndexRule, RuleSet, TableRules
from chiso.catalogue.model import Bilingual
from chiso.catalogue.substitution import with_columns
from chiso.scoring.compile import Wanted
from chiso.scoring.counts import Cell, Counts
from chiso.scoring.engine import Engine
from chiso.scoring.explain import Loss, losses
from chiso.scoring.measure import IndexMeasures, measures_of
from chiso.scoring.planning.actions import Action, actions_of
from chiso.scoring.planning.linear import OpenIndex, closed_measures, open_indices
from chiso.scoring.scoreboard import Scoreboard, UnitScore

_NO = Literal_(False, "boolean")


@dataclass(frozen=True)
class Repairable:
    """One kind of repair, and how many records of a unit it would make count for an index."""

    kind: str
    name: Bilingual
    records: int


@dataclass(frozen=True)
class Shortfall:
    """What a unit lost at an index, and what of it may still be put right.

    ``repairable`` is how many records some repair of the index would make count, each of them once, and
    ``gain`` the points which all of them together would bring, other indices left aside. Both are None
    where the records were not asked, or the index hangs on them otherwise than by a share of records.
    """

    loss: Loss
    repairs: tuple[Repairable, ...] = ()
    repairable: int | None = None
    gain: Decimal | None = None


def shortfalls_of(rules: RuleSet, unit: UnitScore) -> tuple[Shortfall, ...]:
    """Return what a unit lost, most first, without asking the records."""
    return tuple(Shortfall(loss) for loss in losses(rules.groups, unit))


def shortfalls(
    engine: Engine, board: Scoreboard, *, day_has_passed: bool
) -> Mapping[str, tuple[Shortfall, ...]]:
    """Return, by unit code, what each unit of the board lost, most first, and what may be put right of it.

    Where the day of judgement has passed, nothing can happen on it any more. The records are counted once
    for all units.
    """
    rules, measures = engine.rules, measures_of(engine.rules, engine.present)
    # A rule is the same for all units; whether records decide it differs from unit to unit.
    open_by_unit = {unit.unit.code: open_indices(rules, unit, measures) for unit in board.units}
    some_open = {own.rule.code: own for found in open_by_unit.values() for own in found}
    closed = {rule.code: own for unit in board.units for rule, own in closed_measures(rules, unit, measures)}
    actions = actions_of(engine, list(some_open.values()), closed.items(), {}, day_has_passed=day_has_passed)
    asked = {
        code: found
        for code, own in some_open.items()
        if (found := _asked(own, measures.get(code), actions.usable, engine.tables)) is not None
    }
    wanted = dict.fromkeys(
        entry for found in asked.values() for entry in (found.all, *found.by_kind.values())
    )
    counts = engine.count(tuple(wanted))
    names = {action.kind: action.name for action in actions.usable}
    return {
        unit.unit.code: tuple(
            _shortfall(
                loss, unit, {own.rule.code: own for own in open_by_unit[unit.unit.code]}, asked, counts, names
            )
            for loss in losses(rules.groups, unit)
        )
        for unit in board.units
    }


@dataclass(frozen=True)
class _Asked:
    """The records that some repair of an index would make count, and those of each kind of repair."""

    all: Wanted
    by_kind: Mapping[str, Wanted]


def _asked(
    own: OpenIndex, measures: object, actions: Sequence[Action], tables: Mapping[str, TableRules]
) -> _Asked | None:
    if not isinstance(measures, IndexMeasures) or not _share_of_rows(own.rule, measures):
        return None
    numerator, denominator = measures.numerator, measures.denominator
    assert isinstance(numerator, Count) and isinstance(denominator, Count)
    failing = [denominator.where, Not(_known(numerator.where))] if numerator.where is not None else None
    of_index = [a for a in actions if own.rule.code in a.indices and a.table == numerator.table]
    if failing is None or not of_index:
        return None
    rules = tables[numerator.table]
    by_kind: dict[str, Expression] = {}
    for action in of_index:
        done = dict(action.sets)
        stays = [
            with_columns(tree, done)
            for tree in (rules.population, denominator.where, numerator.where)
            if tree
        ]
        outside = [Not(_known(with_columns(entry.when, done))) for entry in rules.exclusions]
        condition = and_(*failing, action.when, *stays, *outside)
        assert condition is not None
        by_kind[action.kind] = _known(condition)
    subtree = own.rule.rollup == "subtree"
    some = or_(*by_kind.values())
    return _Asked(
        Wanted(Count(numerator.table, "rows", None, some), subtree),
        {kind: Wanted(Count(numerator.table, "rows", None, tree), subtree) for kind, tree in by_kind.items()},
    )


def _known(tree: Expression | None) -> Expression:
    """Return the condition, false where it is left open."""
    assert tree is not None
    return Call("coalesce", (tree, _NO), "boolean")


def _share_of_rows(rule: IndexRule, measures: IndexMeasures) -> bool:
    """Return whether the index is a share of the records of one table, of which more is better."""
    numerator, denominator = measures.numerator, measures.denominator
    return (
        rule.scored
        and rule.is_share
        and not rule.rule.falling
        and isinstance(numerator, Count)
        and isinstance(denominator, Count)
        and numerator.kind == denominator.kind == "rows"
        and numerator.table == denominator.table
    )


def _shortfall(
    loss: Loss,
    unit: UnitScore,
    open_ones: Mapping[str, OpenIndex],
    asked: Mapping[str, _Asked],
    counts: Counts,
    names: Mapping[str, Bilingual],
) -> Shortfall:
    code = None if loss.index is None else loss.index.code
    own = None if code is None else open_ones.get(code)
    found = None if code is None else asked.get(code)
    if own is None or found is None:
        return Shortfall(loss)
    cell = Cell(unit.unit.code)
    repairable = counts.value(found.all, cell) or 0
    numerator, denominator = own.counted
    gain = own.points(numerator + repairable, denominator) - own.points(numerator, denominator)
    by_kind = {kind: counts.value(wanted, cell) or 0 for kind, wanted in found.by_kind.items()}
    repairs = tuple(Repairable(kind, names[kind], records) for kind, records in by_kind.items() if records)
    return Shortfall(loss, repairs, repairable, gain)
