"""What may be put right in this run: the catalogue's repairs, reduced to what the records can tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chiso.catalogue.expression import Exists, Expression, Logic, Lookup, Parameter, walk
from chiso.catalogue.formula import Count, RepairRule, RuleSet, TableRules, counts_in
from chiso.catalogue.model import Bilingual
from chiso.catalogue.substitution import own_columns
from chiso.errors import Text
from chiso.scoring.available import Missing, available, columns_of
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures
from chiso.scoring.planning.linear import OpenIndex
from chiso.terms.columns import TABLES


@dataclass(frozen=True)
class Action:
    """One kind of work on a record of ``table``: which records it may be done on, what it fills in.

    ``indices`` are those that name it, in the catalogue's order.
    """

    kind: str
    table: str
    when: Expression
    sets: tuple[tuple[str, Expression], ...]
    effort: int
    name: Bilingual
    indices: tuple[str, ...]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it fills in."""
        return frozenset(name for name, _ in self.sets)

    @property
    def sets_a_day(self) -> bool:
        """Whether it happens on a day: that of judgement."""
        return any(isinstance(value, Parameter) for _, value in self.sets)

    def excludes(self, other: Action) -> bool:
        """Return whether no record can have both: they fill one column differently."""
        mine = dict(self.sets)
        return any(name in mine and mine[name] != value for name, value in other.sets)


@dataclass(frozen=True)
class LeftOut:
    """A kind of repair that no plan of this run proposes, and why."""

    kind: str
    name: Bilingual
    reason: Text


@dataclass(frozen=True)
class Actions:
    """The kinds of work that a plan may choose from, and those left out."""

    usable: tuple[Action, ...]
    left_out: tuple[LeftOut, ...]


def repair_kinds(rules: RuleSet) -> dict[str, RepairRule]:
    """Return every kind of repair that the catalogue knows under its name, as the first index has it."""
    kinds: dict[str, RepairRule] = {}
    for index in rules.indices:
        for repair in index.repairs:
            kinds.setdefault(repair.kind, repair)
    return kinds


def columns_of_repairs(rules: RuleSet) -> dict[str, set[str]]:
    """Return, by table, the columns that tell whether a repair may be done, and whether a record is open."""
    trees = [(repair.table, repair.when) for index in rules.indices for repair in index.repairs]
    trees += [
        (name, entry.deadline.open) for name, entry in rules.tables.items() if entry.deadline is not None
    ]
    needed: dict[str, set[str]] = {}
    for name, tree in trees:
        for table, columns in columns_of(tree, TABLES[name]).items():
            needed.setdefault(table, set()).update(columns)
    return needed


def actions_of(
    engine: Engine,
    indices: Sequence[OpenIndex],
    closed: Iterable[tuple[str, IndexMeasures]],
    efforts: Mapping[str, int],
    *,
    day_has_passed: bool,
) -> Actions:
    """Return what may be put right in the engine's records.

    ``closed`` are indices whose counts hang on the records in a way that a plan cannot reckon with: what
    would move one of them is left out. ``efforts`` override the catalogue's by kind. Where the day of
    judgement has passed, nothing can happen on it any more.
    """
    seen = _Seen(engine, indices, closed)
    usable: list[Action] = []
    left_out: list[LeftOut] = []
    for kind, repair in repair_kinds(engine.rules).items():
        if repair.table not in engine.tables:
            continue  # nothing is there to be repaired
        action = _action(kind, repair, engine, efforts)
        reason = action.told() if isinstance(action, Missing) else None
        if isinstance(action, Action):
            reason = seen.against(action)
            if reason is None and action.sets_a_day and day_has_passed:
                reason = _DAY_HAS_PASSED
        if isinstance(action, Action) and reason is None:
            usable.append(action)
        elif reason is not None:
            left_out.append(LeftOut(kind, repair.name, reason))
    return Actions(tuple(usable), tuple(left_out))


_DAY_HAS_PASSED = Text(
    vi="ngày xét đã qua; --as-of cho biết ngày lập kế hoạch",
    en="the day of judgement has passed; --as-of names the day of the plan",
)


def _action(kind: str, repair: RepairRule, engine: Engine, efforts: Mapping[str, int]) -> Action | Missing:
    spec = TABLES[repair.table]
    named = [index for index in engine.rules.indices if any(r.kind == kind for r in index.repairs)]
    found = [
        available(own.when, spec, engine.present)
        for index in named
        for own in index.repairs
        if own.kind == kind
    ]
    whens = tuple(dict.fromkeys(when for when in found if not isinstance(when, Missing)))
    if not whens:
        return next(when for when in found if isinstance(when, Missing))
    if not {name for name, _ in repair.sets} & set(engine.present[repair.table]):
        return Missing(frozenset(f"{repair.table}.{name}" for name, _ in repair.sets))
    return Action(
        kind=kind,
        table=repair.table,
        when=whens[0] if len(whens) == 1 else Logic("or", whens),
        sets=repair.sets,
        effort=efforts.get(kind, repair.effort),
        name=repair.name,
        indices=tuple(index.code for index in named),
    )


class _Seen:
    """Which columns of a table count in another way than through the rows of that table."""

    def __init__(
        self, engine: Engine, indices: Sequence[OpenIndex], closed: Iterable[tuple[str, IndexMeasures]]
    ) -> None:
        self._tables = engine.tables
        self._looked_up: dict[str, set[str]] = {}
        self._codes: dict[str, set[str]] = {}
        self._closed: dict[str, dict[str, set[str]]] = {}
        counts = [
            wanted.count
            for index in indices
            for measure in (index.numerator, index.denominator)
            for _, wanted in measure.terms
        ]
        for count in counts:
            self._look_up(count)
            if count.kind == "distinct":
                self._codes.setdefault(count.table, set()).update(own_columns(count.of))
            if count.within is not None:
                self._look_up(count.within)
                columns = self._codes.setdefault(count.within.table, set())
                columns |= _columns_of(count.within, self._tables)
        for name, rules in self._tables.items():
            for tree in (rules.population, *(exclusion.when for exclusion in rules.exclusions)):
                self._look_up_in(tree, name)
        for index in engine.rules.indices:
            for repair in index.repairs:
                self._look_up_in(repair.when, repair.table)
        for code, measures in closed:
            for count in (*counts_in(measures.numerator), *counts_in(measures.denominator)):
                self._look_up(count)
                by_index = self._closed.setdefault(count.table, {})
                by_index.setdefault(code, set()).update(_columns_of(count, self._tables))

    def against(self, action: Action) -> Text | None:
        """Return why the effects of an action cannot be told from its own record, None if they can."""
        columns = action.columns
        if columns & self._looked_up.get(action.table, set()):
            return Text(
                vi="bản ghi của bảng khác tra cứu cột mà việc này sửa",
                en="records of another table look up a column that it fills in",
            )
        if columns & self._codes.get(action.table, set()):
            return Text(
                vi="nó đổi các mã mà một chỉ số đếm",
                en="it changes codes that an index counts",
            )
        moved = [code for code, read in self._closed.get(action.table, {}).items() if columns & read]
        if moved:
            listed = ", ".join(moved)
            return Text(
                vi=f"nó làm đổi chỉ số {listed} theo cách kế hoạch không tính được",
                en=f"it moves index {listed} in a way that a plan cannot reckon with",
            )
        return None

    def _look_up(self, count: Count) -> None:
        for tree in (count.of, count.where):
            if tree is not None:
                self._look_up_in(tree, count.table)

    def _look_up_in(self, tree: Expression, table: str) -> None:
        for name, columns in _looked_up_columns(tree, table, self._tables):
            self._looked_up.setdefault(name, set()).update(columns)


def _looked_up_columns(
    tree: Expression, table: str, rules: Mapping[str, TableRules]
) -> Iterator[tuple[str, Collection[str]]]:
    """Yield what look-ups of ``tree`` read: the column, and whatever decides which row is found."""
    for part in walk(tree):
        if not isinstance(part, Lookup | Exists):
            continue
        target = TABLES[TABLES[table].relations[part.relation].table]
        found = rules.get(target.name)
        columns = own_columns(found.looked_up) if found is not None else frozenset()
        if isinstance(part, Lookup):
            columns |= {part.name, *target.newest_by, *(target.validity or ())}
        yield target.name, columns


def _columns_of(count: Count, rules: Mapping[str, TableRules]) -> frozenset[str]:
    """Return the columns of its own table that decide what ``count`` counts."""
    table = rules[count.table]
    trees = (count.of, count.where, table.population, *(exclusion.when for exclusion in table.exclusions))
    return frozenset(column for tree in trees for column in own_columns(tree))
