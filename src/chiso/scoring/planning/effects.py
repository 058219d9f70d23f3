"""What each record may become, and how every count changes with it: exact, whatever feeds whatever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chiso.catalogue.expression import Call, Column, Expression, Literal_, Not, and_
from chiso.catalogue.formula import Count, TableRules
from chiso.catalogue.substitution import own_columns, with_columns
from chiso.scoring.compile import IN_POPULATION, QUARANTINED, SUPERSEDED, Among, Wanted
from chiso.scoring.engine import Engine, ListedRow
from chiso.scoring.planning.actions import Action

_SET_ASIDE = (QUARANTINED, SUPERSEDED)
_NO = Literal_(False, "boolean")
# A count of rows or a sum, or of a distinct count one code.
Target = tuple[Wanted, str | None]


@dataclass(frozen=True)
class Alternative:
    """Work on one record, and by how much each target changes with it.

    For a code of a distinct count that is the number of rows that make it count.
    """

    kinds: tuple[str, ...]
    effort: int
    changes: tuple[tuple[Target, int], ...]


# Of these at most one is done on a record; they do not touch what its other options change.
Option = tuple[Alternative, ...]
# The values that tell records with equal effects.
ClassKey = tuple[object, ...]


@dataclass
class Effects:
    """The options of all records of a unit: how many records have each, and which classes they are.

    ``rows_with_code`` says, for codes that repairs touch, how many rows make them count now.
    ``undetermined`` counts records that lack the data to tell whether a repair may be done.
    """

    records: Counter[Option] = field(default_factory=Counter)
    by_class: dict[str, dict[ClassKey, tuple[Option, ...]]] = field(default_factory=dict)
    rows_with_code: Counter[Target] = field(default_factory=Counter)
    undetermined: int = 0


class Survey:
    """Reads the records of one table: every count's condition as it is now and under each repair."""

    def __init__(
        self, engine: Engine, table: str, actions: Sequence[Action], counts: Sequence[Wanted], unit: str
    ) -> None:
        self._engine = engine
        self._table = table
        self._actions = actions
        self._unit = unit
        self._units = [unit, *(below.code for below in engine.records.units.below(unit))]
        self._expressions: dict[Expression | Among, int] = {}
        self._touching: dict[Expression, int] = {}
        rules = engine.tables[table]
        self._whens = [self._variants(action.when) for action in actions]
        self._excluded = [
            sum(1 << n for n, other in enumerate(actions) if action.excludes(other)) for action in actions
        ]
        touched = [(wanted, self._counted(wanted.count, rules)) for wanted in counts]
        self._counts = [(wanted, variants) for wanted, variants in touched if variants.touched]

    def _counted(self, count: Count, rules: TableRules) -> _CountVariants:
        """Return the positions of a count's condition, value and code under every set of repairs."""
        outside = [Not(Call("coalesce", (e.when, _NO), "boolean")) for e in rules.exclusions]
        counted = and_(rules.population, *outside, count.where)
        assert counted is not None
        touching = self._touching_of(counted)
        value = None
        if count.kind == "sum":
            assert count.of is not None
            touching |= self._touching_of(count.of)
            value = self._variants(count.of) if touching else None
        if not touching:
            return _CountVariants(_Variants(0, {}), None, None, None)
        code = among = None
        if count.kind == "distinct":
            assert isinstance(count.of, Column)
            code = self._position(count.of)
        if count.within is not None:
            among = self._position(Among(count.within))
        return _CountVariants(self._variants(counted), value, code, among)

    def _position(self, expression: Expression | Among) -> int:
        return self._expressions.setdefault(expression, len(self._expressions))

    def _touching_of(self, tree: Expression) -> int:
        """Return the repairs that fill in a column which ``tree`` reads, as bits."""
        if tree not in self._touching:
            read = own_columns(tree)
            self._touching[tree] = sum(1 << n for n, a in enumerate(self._actions) if a.columns & read)
        return self._touching[tree]

    def _variants(self, tree: Expression) -> _Variants:
        touching = self._touching_of(tree)
        positions = {}
        done = touching
        while True:
            values: dict[str, Expression] = {}
            for n, action in enumerate(self._actions):
                if done >> n & 1:
                    values.update(action.sets)
            positions[done] = self._position(with_columns(tree, values) if values else tree)
            if not done:
                return _Variants(touching, positions)
            done = done - 1 & touching

    def read(self, effects: Effects) -> None:
        """Add the options of the table's records to ``effects``."""
        options: dict[tuple[object, ...], tuple[Option, ...]] = {}
        by_class = effects.by_class.setdefault(self._table, {})
        for row in self._engine.tally(self._table, list(self._expressions), self._units):
            if row.fate in _SET_ASIDE:
                continue
            states = self._states(row)
            present = self._present(row, 0)
            for target, value in present.items():
                if target[1] is not None:
                    effects.rows_with_code[target] += value * row.rows
            if row.fate == IN_POPULATION and self._open(row):
                effects.undetermined += row.rows
            if len(states) == 1:
                continue
            changes = {state: _changes(self._present(row, state), present) for state in states}
            key = tuple((state, *change.items()) for state, change in sorted(changes.items()))
            if key not in options:
                options[key] = tuple(self._options(changes))
            effects.records.update({option: row.rows for option in options[key]})
            if options[key]:
                by_class[self._class_of(row)] = options[key]

    def listed(
        self, options: Mapping[ClassKey, tuple[Option, ...]], columns: Sequence[str]
    ) -> Iterator[tuple[str, tuple[object, ...], tuple[Option, ...]]]:
        """Yield the unit, the values of ``columns`` and the options of the records that have options."""
        own: list[Expression | Among] = [Column(name, "text") for name in columns]
        for row in self._engine.rows(self._table, [*own, *self._expressions], self._units):
            if row.fate in _SET_ASIDE:
                continue
            shown, values = row.values[: len(own)], row.values[len(own) :]
            found = options.get(self._class_of(ListedRow(row.unit_code, row.fate, values)))
            if found is not None and row.unit_code is not None:
                yield row.unit_code, shown, found

    def knows(self, column: str) -> bool:
        """Return whether the table was read with this column."""
        return column in self._engine.present[self._table]

    def _class_of(self, row: ListedRow) -> ClassKey:
        return (row.unit_code == self._unit, *row.values)

    def _states(self, row: ListedRow) -> list[int]:
        """Return the sets of repairs that a record can have had, each done when it was allowed; 0 first."""
        found = [0]
        seen = {0}
        for state in found:
            for n, when in enumerate(self._whens):
                after = state | 1 << n
                if after in seen or state & self._excluded[n]:
                    continue
                if row.values[when.at(state)] is True:
                    seen.add(after)
                    found.append(after)
        return found

    def _open(self, row: ListedRow) -> bool:
        return any(row.values[when.at(0)] is None for when in self._whens)

    def _present(self, row: ListedRow, state: int) -> dict[Target, int]:
        """Return what a record adds to each target once the repairs of ``state`` are done."""
        found: dict[Target, int] = {}
        for wanted, count in self._counts:
            if not wanted.subtree and row.unit_code != self._unit:
                continue
            code = None if count.code is None else row.values[count.code]
            if count.code is not None and code is None:
                continue
            counted = row.values[count.condition.at(state)] is True
            if count.among is not None:
                counted = counted and row.values[count.among] is True
            if count.value is None:
                found[wanted, None if code is None else str(code)] = int(counted)
            else:
                value = row.values[count.value.at(state)]
                found[wanted, None] = value if counted and isinstance(value, int) else 0
        return found

    def _options(self, rest: dict[int, _Changes]) -> Iterator[Option]:
        """Yield the options of a record: kinds of work whose effects add up are options of their own.

        ``rest`` are the changes by set of repairs.
        """
        for n in range(len(self._actions)):
            own = _separate(rest, 1 << n)
            if own is None:
                continue
            rest = {state: change for state, change in rest.items() if not state >> n & 1}
            if own:
                yield (self._alternative(1 << n, own),)
        best: dict[tuple[tuple[Target, int], ...], Alternative] = {}
        for state in sorted(rest):
            alternative = self._alternative(state, rest[state])
            other = best.get(alternative.changes)
            if other is None or _cost(alternative) < _cost(other):
                best[alternative.changes] = alternative
        # What changes nothing, or nothing more than less work does, is not worth its effort.
        left = tuple(alternative for changes, alternative in best.items() if changes)
        if left:
            yield left

    def _alternative(self, state: int, changes: _Changes) -> Alternative:
        done = [action for n, action in enumerate(self._actions) if state >> n & 1]
        return Alternative(
            kinds=tuple(action.kind for action in done),
            effort=sum(action.effort for action in done),
            changes=tuple(changes.items()),
        )


_Changes = dict[Target, int]


@dataclass(frozen=True)
class _Variants:
    """Where a tree stands among what is selected, by the repairs done that it feels."""

    touching: int
    positions: Mapping[int, int]

    def at(self, state: int) -> int:
        return self.positions[state & self.touching]


@dataclass(frozen=True)
class _CountVariants:
    condition: _Variants
    value: _Variants | None
    code: int | None
    among: int | None

    @property
    def touched(self) -> bool:
        """Whether any repair can change the count."""
        return bool(self.condition.positions)


def _changes(after: Mapping[Target, int], before: Mapping[Target, int]) -> _Changes:
    return {target: value - before[target] for target, value in after.items() if value != before[target]}


def _separate(changes: Mapping[int, _Changes], bit: int) -> _Changes | None:
    """Return what one kind of work adds whatever else is done, None where that depends on the rest."""
    without = [state for state in changes if not state & bit]
    if len(changes) != 2 * len(without) or any(state | bit not in changes for state in without):
        return None
    own = changes[bit]
    for state in without:
        together = dict(changes[state])
        for target, change in own.items():
            together[target] = together.get(target, 0) + change
        if {t: c for t, c in together.items() if c} != changes[state | bit]:
            return None
    return own


def _cost(alternative: Alternative) -> tuple[int, int]:
    return alternative.effort, len(alternative.kinds)
