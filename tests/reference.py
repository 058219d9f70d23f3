"""The slow engine: every rule of counting in plain Python, row by row, to hold the fast engine to.

It shares the typed trees, the registry and the calendar with chiso, but neither SQL nor the compiler. Rows
are dictionaries of typed values: an enum is its word, a presence is True, an empty cell is None, and a cell
that is filled but cannot be read is UNREADABLE. A unit stands in ``unit_code`` or ``unit_name`` as the
record spells it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, cached_property

from chiso.catalogue.expression import (
    Arithmetic,
    Call,
    Column,
    Comparison,
    Definition,
    Exists,
    Expression,
    In,
    IsNull,
    Like,
    Literal_,
    Logic,
    Lookup,
    Not,
    Parameter,
)
from chiso.catalogue.formula import Combination, Constant, Count, Measure, TableRules
from chiso.terms.columns import TABLES, UNITS, TableSpec
from chiso.terms.period import Judgement
from chiso.terms.unit import Unit, UnitTree
from chiso.terms.working_days import WorkingDays


class Unreadable(Enum):
    """The mark of a cell that is filled but cannot be read."""

    MARK = "unreadable"


UNREADABLE = Unreadable.MARK

Value = int | str | bool | date | datetime | Unreadable | None
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Table:
    """The rows of one table in the order they were read, and the columns that its files have."""

    columns: frozenset[str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RowFates:
    """How many rows of a table met which fate; ``excluded`` is in the catalogue's order."""

    quarantined: int
    superseded: int
    outside: int
    excluded: tuple[int, ...]
    in_population: int
    undetermined: int


@dataclass(frozen=True)
class _Placed:
    """A row with the registry's code for its unit, the unit that answers for it, and its fate."""

    row: Row
    unit: str | None
    fate: str


def truth_of_not(value: bool | None) -> bool | None:
    return None if value is None else not value


def truth_of_all(values: Sequence[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def truth_of_any(values: Sequence[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def like(text: str, pattern: str) -> bool:
    """Return whether ``text`` matches: % is any run of characters, _ any one, nothing else is special."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and like(text[1:], pattern[1:])


def spelt_alike(name: str) -> str:
    """Return the spelling under which two names of a unit are the same."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


class Reference:
    """Counts over typed rows for one judgement, by walking through them one by one."""

    def __init__(
        self,
        tables: Mapping[str, Table],
        units: UnitTree,
        rules: Mapping[str, TableRules],
        judgement: Judgement,
        working_days: WorkingDays,
    ) -> None:
        self.tables = tables
        self.units = units
        self.rules = rules
        self.judgement = judgement
        self._working_days = working_days
        self._fated: dict[str, list[_Placed]] = {}

    # Units

    def unit_code(self, row: Row) -> str | None:
        """Return the registry's code for the unit a row names by code or by a name only one unit has."""
        for text in (row.get("unit_code"), row.get("unit_name")):
            if isinstance(text, str):
                found = self._code_of(text)
                if found is not None:
                    return found
        return None

    def _code_of(self, text: str) -> str | None:
        if text in self.units:
            return text
        named = [unit.code for unit in self.units if spelt_alike(unit.name) == spelt_alike(text)]
        return named[0] if len(named) == 1 else None

    def answering(self, code: str) -> Unit:
        """Return the unit that answers for another's records: itself, or once it has ended its successor."""
        unit = self.units[code]
        while (
            unit.valid_to is not None
            and unit.valid_to < self.judgement.as_of
            and unit.successor_code is not None
        ):
            unit = self.units[unit.successor_code]
        return unit

    def _above(self, code: str) -> Iterator[str]:
        """Yield a unit's code and those of all units above it."""
        above: str | None = code
        while above is not None:
            yield above
            above = self.units[above].parent_code

    # Fates

    @cached_property
    def _kept(self) -> dict[str, list[tuple[Row, str]]]:
        """Return every table's rows, with the unit's code put in, and why a row is set aside ("" if not)."""
        return {name: self._set_aside(TABLES[name], table.rows) for name, table in self.tables.items()}

    def _set_aside(self, spec: TableSpec, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        found: list[tuple[Row, str]] = []
        for row in rows:
            known: dict[str, Value] = dict(row)
            if "unit_code" in spec.columns:
                known["unit_code"] = self.unit_code(row)
            bad = UNREADABLE in known.values() or any(known.get(name) is None for name in spec.required)
            found.append((known, "quarantined" if bad else ""))
        newest: dict[tuple[Value, ...], int] = {}
        for position, (row, why) in enumerate(found):
            if why:
                continue
            key = tuple(row.get(name) for name in spec.key)
            other = newest.get(key)
            if other is None:
                newest[key] = position
            elif _age(spec, row) >= _age(spec, found[other][0]):
                found[other] = (found[other][0], "superseded")
                newest[key] = position
            else:
                found[position] = (row, "superseded")
        return found

    def _rows(self, name: str) -> list[_Placed]:
        if name not in self._fated:
            spec, rules = TABLES[name], self.rules[name]
            self._fated[name] = [
                _Placed(row, self._answering_unit(row), why or self._fate(row, spec, rules))
                for row, why in self._kept[name]
            ]
        return self._fated[name]

    def _answering_unit(self, row: Row) -> str | None:
        code = row.get("unit_code")
        return self.answering(code).code if isinstance(code, str) else None

    def _fate(self, row: Row, spec: TableSpec, rules: TableRules) -> str:
        belongs = self._truth(rules.population, row, spec)
        if belongs is False:
            return "outside"
        for position, exclusion in enumerate(rules.exclusions):
            # An exclusion that needs what no file has excludes nothing.
            if not self.lacks(exclusion.when, spec) and self._truth(exclusion.when, row, spec) is True:
                return f"excluded {position}"
        return "in population" if belongs is True else "undetermined"

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table that are not set aside."""
        return [row for row, why in self._kept[name] if not why]

    def fates(self, name: str) -> RowFates:
        """Return how many rows of a table met each fate."""
        fates = [placed.fate for placed in self._rows(name)]
        return RowFates(
            quarantined=fates.count("quarantined"),
            superseded=fates.count("superseded"),
            outside=fates.count("outside"),
            excluded=tuple(
                fates.count(f"excluded {position}") for position in range(len(self.rules[name].exclusions))
            ),
            in_population=fates.count("in population"),
            undetermined=fates.count("undetermined"),
        )

    # What is missing

    def lacks(self, tree: Expression | None, spec: TableSpec) -> frozenset[str]:
        """Return the columns and tables for want of which ``tree`` cannot be told; none if it can."""
        match tree:
            case Column(name=name):
                here = self.tables[spec.name].columns
                return frozenset() if name in here else frozenset({f"{spec.name}.{name}"})
            case Lookup(relation=relation, name=name):
                lacking = self._relation_lacks(relation, spec)
                target = spec.relations[relation].table
                if not lacking and target != "units" and name not in self.tables[target].columns:
                    return frozenset({f"{target}.{name}"})
                return lacking
            case Exists(relation=relation):
                return self._relation_lacks(relation, spec)
            case Call(function="coalesce", arguments=arguments):
                each = [self.lacks(argument, spec) for argument in arguments]
                return frozenset() if frozenset() in each else frozenset().union(*each)
            case _:
                return frozenset().union(*(self.lacks(part, spec) for part in _parts(tree)))

    def _relation_lacks(self, name: str, spec: TableSpec) -> frozenset[str]:
        relation = spec.relations[name]
        if relation.table == "units":
            return frozenset()
        if relation.table not in self.tables:
            return frozenset({relation.table})
        ours, theirs = self.tables[spec.name].columns, self.tables[relation.table].columns
        lacking = {f"{spec.name}.{own}" for own, _ in relation.on if own not in ours}
        lacking |= {f"{relation.table}.{other}" for _, other in relation.on if other not in theirs}
        return frozenset(lacking)

    def measure_lacks(self, measure: Measure) -> frozenset[str]:
        """Return what a measure lacks; none if it can be counted."""
        match measure:
            case Constant():
                return frozenset()
            case Combination(parts=parts):
                return frozenset().union(*(self.measure_lacks(part) for part in parts))
            case Count(table=table, of=of, where=where, within=within):
                if table not in self.tables:
                    return frozenset({table})
                lacking = self.lacks(of, TABLES[table]) | self.lacks(where, TABLES[table])
                return lacking if within is None else lacking | self.measure_lacks(within)

    # Counting

    def value(
        self,
        measure: Measure,
        unit_code: str,
        *,
        subtree: bool,
        split: str | None = None,
        key: str | None = None,
    ) -> int | None:
        """Return the integer that ``measure`` gives for a unit (and, with ``split``, for one of its keys)."""
        match measure:
            case Constant(value=value):
                return value
            case Count():
                return self._count(measure, unit_code, subtree=subtree, split=split, key=key)
            case Combination(kind=kind, parts=parts):
                values = [
                    self.value(part, unit_code, subtree=subtree, split=split, key=key) for part in parts
                ]
                known = [value for value in values if value is not None]
                return _combined(kind, known) if len(known) == len(values) else None

    def _count(
        self, count: Count, unit_code: str, *, subtree: bool, split: str | None, key: str | None
    ) -> int | None:
        rows = self._counted_rows(count, unit_code, subtree=subtree, split=split, key=key)
        if count.kind == "rows":
            return len(rows)
        assert count.of is not None
        spec = TABLES[count.table]
        values = [value for row in rows if (value := self.evaluate(count.of, row, spec)) is not None]
        if count.kind == "distinct":
            codes = set(values)
            if count.within is not None:
                codes &= self._codes(count.within, unit_code, subtree=subtree, split=split, key=key)
            return len(codes)
        numbers = [value for value in values if isinstance(value, int)]
        if count.kind == "sum":
            return sum(numbers)
        return (min if count.kind == "min" else max)(numbers, default=None)

    def _codes(
        self, count: Count, unit_code: str, *, subtree: bool, split: str | None, key: str | None
    ) -> set[Value]:
        assert count.of is not None
        rows = self._counted_rows(count, unit_code, subtree=subtree, split=split, key=key)
        return {self.evaluate(count.of, row, TABLES[count.table]) for row in rows}

    def _counted_rows(
        self, count: Count, unit_code: str, *, subtree: bool, split: str | None, key: str | None
    ) -> list[Row]:
        spec = TABLES[count.table]
        return [
            placed.row
            for placed in self._rows(count.table)
            if placed.fate == "in population"
            and self._belongs(placed.unit, unit_code, subtree=subtree)
            and (split is None or key_of(placed.row, split) == key)
            and (count.where is None or self._truth(count.where, placed.row, spec) is True)
        ]

    def _belongs(self, unit: str | None, unit_code: str, *, subtree: bool) -> bool:
        if unit is None:
            return False
        return unit_code in self._above(unit) if subtree else unit == unit_code

    def keys(self, split: str, unit_code: str) -> set[str]:
        """Return the keys that the rows in the population of a unit and all below it have."""
        return {
            key_of(placed.row, split)
            for name, table in self.tables.items()
            if name in self.rules and split in table.columns
            for placed in self._rows(name)
            if placed.fate == "in population" and self._belongs(placed.unit, unit_code, subtree=True)
        }

    # Expressions

    def _truth(self, tree: Expression, row: Row, spec: TableSpec) -> bool | None:
        value = self.evaluate(tree, row, spec)
        assert value is None or isinstance(value, bool)
        return value

    def evaluate(self, tree: Expression, row: Row, spec: TableSpec) -> Value:
        """Return the value of ``tree`` over one row; None where it is undetermined."""
        match tree:
            case Literal_(value=value):
                return value
            case Parameter(name=name):
                return self._parameter(name)
            case Column(name=name, as_date=as_date):
                return _twin(row.get(name), as_date)
            case Lookup(relation=relation, name=name, as_date=as_date):
                found = self._found(relation, row, spec)
                return None if found is None else _twin(found.get(name), as_date)
            case Exists(relation=relation):
                return self._found(relation, row, spec) is not None
            case Definition(body=body):
                return self.evaluate(body, row, spec)
            case Not(operand=operand):
                return truth_of_not(self._truth(operand, row, spec))
            case Logic(operator="and", operands=operands):
                return truth_of_all([self._truth(operand, row, spec) for operand in operands])
            case Logic(operands=operands):
                return truth_of_any([self._truth(operand, row, spec) for operand in operands])
            case IsNull(operand=operand):
                return self.evaluate(operand, row, spec) is None
            case Call(function="coalesce", arguments=arguments):
                there = [argument for argument in arguments if not self.lacks(argument, spec)]
                values = [self.evaluate(argument, row, spec) for argument in there]
                return next((value for value in values if value is not None), None)
            case Call(function="least" | "greatest" as function, arguments=arguments):
                known = [value for part in arguments if (value := self.evaluate(part, row, spec)) is not None]
                if not known:
                    return None
                return min(known) if function == "least" else max(known)
            case _:
                return self._of_known_parts(tree, [self.evaluate(p, row, spec) for p in _parts(tree)])

    def _of_known_parts(self, tree: Expression, values: Sequence[Value]) -> Value:
        """Return the value of a node that is undetermined as soon as one of its parts is."""
        if None in values:
            return None
        match tree:
            case Comparison(operator=operator):
                return _compared(operator, *values)
            case In():
                return values[0] in values[1:]
            case Like(pattern=pattern):
                assert isinstance(values[0], str)
                return like(values[0], pattern)
            case Arithmetic(operator=operator):
                left, right = values
                assert isinstance(left, int) and isinstance(right, int)
                return {"+": left + right, "-": left - right, "*": left * right}[operator]
            case Call(function="days"):
                start, end = map(_day, values)
                return (end - start).days
            case Call(function="minutes"):
                start_at, end_at = map(_minute, values)
                return (end_at - start_at) // timedelta(minutes=1)
            case Call(function="workdays"):
                return working_days_between(*map(_day, values), self._working_days)
            case _:
                raise AssertionError(tree)

    def _parameter(self, name: str) -> date:
        period = self.judgement.period
        return {
            "period_start": period.first_day,
            "period_end": period.last_day,
            "as_of": self.judgement.as_of,
        }[name]

    def _found(self, name: str, row: Row, spec: TableSpec) -> Row | None:
        """Return the row that a relation leads to: of several the newest, as where a key repeats.

        Where a day is asked, it is the newest that has begun by then, and none if that one has ended.
        """
        relation = spec.relations[name]
        if relation.table == "units":
            code = row.get("unit_code")
            return _registry_row(self.answering(code)) if isinstance(code, str) else None
        target = TABLES[relation.table]
        matching = [
            other
            for other in self.rows(relation.table)
            if all(self._same(row.get(own), other.get(theirs), own) for own, theirs in relation.on)
            and self._may_be_found(other, target)
        ]
        day = None if relation.in_force_on is None else self._day_of(row, relation.in_force_on)
        if day is not None:
            matching = [other for other in matching if _bound(target, other, 0, date.min) <= day]
        found: Row | None = None
        for other in matching:
            if found is None or _age(target, other) >= _age(target, found):
                found = other
        if found is not None and day is not None and _bound(target, found, 1, date.max) < day:
            return None
        return found

    def _day_of(self, row: Row, columns: Sequence[str]) -> date:
        filled = [value for name in columns if (value := row.get(name)) is not None]
        return _day(filled[0]) if filled else self.judgement.as_of

    def _may_be_found(self, row: Row, spec: TableSpec) -> bool:
        rules = self.rules.get(spec.name)
        # A condition that needs what no file has hides nothing.
        if rules is None or rules.looked_up is None or self.lacks(rules.looked_up, spec):
            return True
        return self._truth(rules.looked_up, row, spec) is True

    def _same(self, own: Value, other: Value, column: str) -> bool:
        if own is None or other is None:
            return False
        if column == "unit_code":
            return self.answering(str(own)) == self.answering(str(other))
        return own == other


def key_of(row: Row, split: str) -> str:
    """Return a row's key in a split, "" where it has none."""
    value = row.get(split)
    return "" if value is None else str(value)


@cache
def working_days_between(start: date, end: date, working_days: WorkingDays) -> int:
    """Return the working days d with start < d ≤ end; negative when reversed."""
    if end < start:
        return -working_days_between(end, start, working_days)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(working_days.is_working_day(day) for day in days)


def _bound(spec: TableSpec, row: Row, end: int, where_empty: date) -> date:
    """Return the first (0) or last (1) day of a version."""
    assert spec.validity is not None
    value = row.get(spec.validity[end])
    return where_empty if value is None else _day(value)


def _age(spec: TableSpec, row: Row) -> tuple[tuple[bool, Value], ...]:
    """Return the sort key by which the newest of several states comes last; an empty column is oldest."""
    values = (row.get(name) for name in spec.newest_by)
    return tuple((value is not None, date.min if value is None else value) for value in values)


def _registry_row(unit: Unit) -> Row:
    others = {name: getattr(unit, name) for name in UNITS.columns if name not in ("unit_code", "unit_name")}
    return {"unit_code": unit.code, "unit_name": unit.name, **others}


def _parts(tree: Expression | None) -> tuple[Expression, ...]:
    match tree:
        case Definition(body=body):
            return (body,)
        case Not(operand=operand) | IsNull(operand=operand) | Like(operand=operand):
            return (operand,)
        case In(operand=operand, choices=choices):
            return (operand, *choices)
        case Logic(operands=operands):
            return operands
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()


def _twin(value: Value, as_date: bool) -> Value:
    return _day(value) if as_date and value is not None else value


def _day(value: Value) -> date:
    assert isinstance(value, date)
    return value.date() if isinstance(value, datetime) else value


def _minute(value: Value) -> datetime:
    assert isinstance(value, datetime)
    return value.replace(second=0, microsecond=0)


def _compared(operator: str, left: Value, right: Value) -> bool:
    match operator:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _combined(kind: str, values: Sequence[int]) -> int:
    match kind:
        case "add":
            return sum(values)
        case "subtract":
            return values[0] - sum(values[1:])
        case "multiply":
            return math.prod(values)
        case _:
            return max(values)
