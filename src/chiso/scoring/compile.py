"""Typed trees → one SQL statement per records table, which yields integers only.

No division, cast of a number or rounding happens in SQL. Three stages, for every period of the table
``periods`` in one scan: each row of the population with its conditions, counts by unit (and split key and
counted code), then the roll-up over the units above. The fates of all rows are counted beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    walk,
)
from chiso.catalogue.formula import Count, TableRules
from chiso.records import dataset
from chiso.terms.columns import FIRST_DAY, LAST_DAY, TABLES, ColumnSpec, Relation, TableSpec

# Fates as the statement numbers them; exclusions follow from FIRST_EXCLUSION on, in catalogue order.
IN_POPULATION, OUTSIDE, QUARANTINED, SUPERSEDED, UNDETERMINED, FIRST_EXCLUSION = range(6)


@dataclass(frozen=True)
class Wanted:
    """A count, and whether over the unit's own rows or over all units below it too."""

    count: Count
    subtree: bool


# The columns of ``periods`` beside its number: the days that the parameters of a condition stand for.
PERIOD_DAYS = ("period_start", "period_end", "as_of")


@dataclass(frozen=True)
class Among:
    """Whether the code of a row is among those that ``count`` has in the row's own unit: true or false."""

    count: Count


@dataclass(frozen=True)
class Statement:
    """The SQL of one table, and what its columns after period, unit, key, key name and rows counted are."""

    sql: str
    wanted: tuple[Wanted, ...]
    fates: int


def statement(
    table: TableSpec,
    rules: Mapping[str, TableRules],
    wanted: Sequence[Wanted],
    split: tuple[str, str | None] | None = None,
) -> Statement:
    """Return the statement that counts ``wanted`` over ``table`` in every period.

    It expects the tables ``periods`` (period_no and its days), ``unit_map`` (period_no, unit_code, unit_no),
    ``ancestry`` (unit_no, ancestor_no), ``registry`` and, for working days, ``calendar`` (one row with the
    list ``counts``). Rows come out by period, ancestor and split key, and one more row of each period with
    unit null that holds the rows that went into the counts and the fates.
    """
    return _Compiler(table, rules, tuple(wanted), split).statement()


def listing(
    table: TableSpec,
    rules: Mapping[str, TableRules],
    selected: Sequence[Expression | Among],
    *,
    chosen: bool,
    tallied: bool,
    where: Expression | None = None,
    only_population: bool = False,
) -> str:
    """Return the statement that lists rows of ``table``: unit_no, fate, ``selected``.

    Rows come in the order in which they were read; ``tallied`` gives each combination once, with the number
    of its rows behind it. It expects the same tables as ``statement``, with one period, and lists only, with
    ``chosen``, the own rows of the units in table ``chosen`` (unit_no), with ``where`` rows that fulfil it,
    and rows whatever their fate unless ``only_population``.
    """
    compiler = _Compiler(table, rules, (), None, tuple(selected), where)
    return compiler.listing(chosen=chosen, tallied=tallied, only_population=only_population)


def evaluation(
    table: TableSpec,
    rules: Mapping[str, TableRules],
    wanted: Sequence[Wanted],
    *,
    key: Sequence[str],
    content: Sequence[str],
    still_open: Expression | None,
) -> str:
    """Return the statement that lists each row of ``table`` that is not set aside as ``wanted`` sees it.

    Beside what is counted of it: its position ``place``, the text of its ``key`` columns, whether it is
    ``still_open``, and hashes of its ``content`` columns and of all that its counts depend on. It expects
    the same tables as ``statement``.
    """
    selected = () if still_open is None else (still_open,)
    return _Compiler(table, rules, tuple(wanted), None, selected).evaluation(key, content)


def counting(
    table: TableSpec,
    rules: Mapping[str, TableRules],
    wanted: Sequence[Wanted],
    rows: str,
    also: str,
) -> str:
    """Return the statement that counts rows of ``evaluation``, ``rows``, and by their column ``also``."""
    return _Compiler(table, rules, tuple(wanted), None).counting(rows, also)


def rolling(
    table: TableSpec, rules: Mapping[str, TableRules], wanted: Sequence[Wanted], counted: str
) -> Statement:
    """Return the statement that rolls up rows of ``counting``, ``counted``, as ``statement`` does."""
    return _Compiler(table, rules, tuple(wanted), None).rolling(counted)


class _Printer:
    def sql(self, tree: Expression) -> str:
        match tree:
            case Literal_(value=value, enum=enum):
                return _literal(value, enum)
            case Parameter(name=name):
                return f'p."{name}"'
            case Column(name=name, as_date=as_date):
                return _dated(f't."{name}"', as_date)
            case Lookup(relation=relation, name=name, as_date=as_date):
                return _dated(f'"{relation}"."{name}"', as_date)
            case Exists(relation=relation):
                return f'("{relation}".found IS NOT NULL)'
            case Definition(body=body):
                return self.sql(body)
            case Not(operand=operand):
                return f"(NOT {self.sql(operand)})"
            case Logic(operator=operator, operands=operands):
                return "(" + f" {operator.upper()} ".join(map(self.sql, operands)) + ")"
            case Comparison(operator=operator, left=left, right=right):
                return f"({self.sql(left)} {operator} {self.sql(right)})"
            case In(operand=operand, choices=choices):
                return f"({self.sql(operand)} IN ({', '.join(map(self.sql, choices))}))"
            case IsNull(operand=operand):
                return f"({self.sql(operand)} IS NULL)"
            case Like(operand=operand, pattern=pattern):
                return f"({self.sql(operand)} LIKE {_text(pattern)})"
            case Arithmetic(operator=operator, left=left, right=right):
                return f"({self.sql(left)} {operator} {self.sql(right)})"
            case Call(function="days", arguments=(start, end)):
                return f"date_diff('day', {self._day(start)}, {self._day(end)})"
            case Call(function="minutes", arguments=(start, end)):
                return f"date_diff('minute', {self.sql(start)}, {self.sql(end)})"
            case Call(function="workdays", arguments=(start, end)):
                return f"({self._workdays_up_to(end)} - {self._workdays_up_to(start)})"
            case Call(function=function, arguments=arguments):
                return f"{function}({', '.join(map(self.sql, arguments))})"

    def _day(self, tree: Expression) -> str:
        return _dated(self.sql(tree), tree.type == "timestamp")

    def _workdays_up_to(self, tree: Expression) -> str:
        return f"list_element(calendar.counts, date_diff('day', DATE '{FIRST_DAY}', {self._day(tree)}) + 1)"


# Which unit answers for the records of a code may change from period to period.
_UNIT_MAP = "unit_map m ON m.unit_code = t.unit_code AND m.period_no = p.period_no"


def _dated(sql: str, as_date: bool) -> str:
    return f"CAST({sql} AS DATE)" if as_date else sql


def _literal(value: int | str | bool | date | None, enum: tuple[str, ...]) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        # 64 bits, as the checks of the condition language reckon; DuckDB would take 32.
        return f"CAST({value} AS BIGINT)"
    if isinstance(value, date):
        return f"DATE '{value}'"
    return str(enum.index(value)) if enum else _text(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class _Compiler:
    def __init__(
        self,
        table: TableSpec,
        rules: Mapping[str, TableRules],
        wanted: tuple[Wanted, ...],
        split: tuple[str, str | None] | None,
        selected: tuple[Expression | Among, ...] = (),
        where: Expression | None = None,
    ) -> None:
        self._table = table
        self._selected = selected
        self._where = where
        self._all_rules = rules
        self._rules = rules[table.name]
        self._wanted = wanted
        self._printer = _Printer()
        self._split = split
        self._counts = tuple(dict.fromkeys(entry.count for entry in wanted))
        self._distinct = tuple(dict.fromkeys(_column_name(c) for c in self._counts if c.kind == "distinct"))
        among = [entry.count for entry in selected if isinstance(entry, Among)]
        withins = [c.within for c in self._counts if c.within is not None]
        self._withins = tuple(dict.fromkeys([*withins, *among]))

    def listing(self, *, chosen: bool, tallied: bool, only_population: bool) -> str:
        """Rows of the units with their fate and what is selected of each."""
        columns = ["m.unit_no AS unit_no", f"{self._fate()} AS fate"]
        for n, entry in enumerate(self._selected):
            if isinstance(entry, Among):
                sql = f"(within_{self._withins.index(entry.count)}.found IS NOT NULL)"
            else:
                sql = self._printer.sql(entry)
            columns.append(f"{sql} AS value_{n}")
        with_ = self._with()
        kept = [] if self._where is None else [self._printer.sql(self._where)]
        if chosen:
            # A semi-join: a list of numbers would let DuckDB join the calendar to every row before it sorts.
            kept.append("m.unit_no IN (SELECT unit_no FROM chosen)")
        where = f" WHERE {' AND '.join(kept)}" if kept else ""
        trees = [*self._placing(), *(entry for entry in self._selected if not isinstance(entry, Among))]
        trees += [] if self._where is None else [self._where]
        sources = self._sources(trees, units=True, withins=True)
        rows = f"SELECT {', '.join(columns)}, t.rowid AS place FROM {sources}{where}"
        if only_population:
            rows = f"SELECT * FROM ({rows}) WHERE fate = {IN_POPULATION}"
        if tallied:
            return f"{with_}SELECT * EXCLUDE (place), count(*) FROM ({rows}) GROUP BY ALL"
        return f"{with_}SELECT * EXCLUDE (place) FROM ({rows}) ORDER BY place"

    def statement(self) -> Statement:
        fates = FIRST_EXCLUSION + len(self._rules.exclusions)
        ctes = [
            *(f"within_{n} AS ({self._within(within)})" for n, within in enumerate(self._withins)),
            f"fated AS ({self._fated()})",
            f"counted AS ({self._counted()})",
            f"rolled AS ({self._rolled()})",
            f"placed AS ({self._placed()})",
        ]
        sql = "WITH " + ",\n".join(ctes) + "\n" + self._result(fates)
        return Statement(sql, self._wanted, fates)

    def evaluation(self, key: Sequence[str], content: Sequence[str]) -> str:
        """Rows as their counts see them, with what tells the same row elsewhere."""
        columns = self._table.columns
        keys = [f"coalesce(CAST({_join_key(columns[name])} AS VARCHAR), chr(30))" for name in key]
        own = [f't."{name}"' for name in content if columns[name].kind != "unit"]
        trees = [entry for entry in self._selected if not isinstance(entry, Among)]
        still_open = self._printer.sql(trees[0]) if trees else "FALSE"
        seen = ["unit_no", *(f"code_{n}" for n in range(len(self._distinct)))]
        for n, count in enumerate(self._counts):
            seen.append(f"condition_{n} IS TRUE")
            if count.kind in ("sum", "min", "max"):
                seen.append(f"CASE WHEN condition_{n} THEN value_{n} END")
        inner = [
            *self._row(),
            f"{self._fate()} AS fate",
            "t.rowid AS place",
            f"{' || chr(31) || '.join(keys)} AS key_text",
            f"hash({', '.join(['m.unit_no', *own])}) AS content",
            f"coalesce({still_open}, FALSE) AS still_open",
        ]
        sources = self._sources([*self._placing(), *self._counting(), *trees], units=True, withins=True)
        return (
            f"{self._with()}SELECT *, fate = {IN_POPULATION} AS counted, hash({', '.join(seen)}) AS seen "
            f"FROM (SELECT {', '.join(inner)} FROM {sources} "
            f"WHERE t.set_aside = {dataset.NOT_SET_ASIDE})"
        )

    def counting(self, rows: str, also: str) -> str:
        """Integers of evaluated rows by unit, code and one more column."""
        return f"WITH fated AS ({rows}) {self._counted(also)}"

    def rolling(self, counted: str) -> Statement:
        """The roll-up of what was counted before."""
        fates = FIRST_EXCLUSION + len(self._rules.exclusions)
        sql = f"WITH counted AS ({counted}),\nrolled AS ({self._rolled()})\n{self._by_units(fates)}"
        return Statement(sql, self._wanted, fates)

    def _with(self) -> str:
        ctes = [f"within_{n} AS ({self._within(within)})" for n, within in enumerate(self._withins)]
        return f"WITH {', '.join(ctes)} " if ctes else ""

    def _placed(self) -> str:
        """How many rows of each period have which fate."""
        fated = (
            f"SELECT p.period_no AS period_no, {self._fate()} AS fate FROM {self._sources(self._placing())}"
        )
        return f"SELECT period_no, fate, count(*) AS placed FROM ({fated}) GROUP BY period_no, fate"

    def _fated(self) -> str:
        """Each row of a period's population."""
        sources = self._sources([*self._placing(), *self._counting()], units=True, withins=True)
        # Most rows lie outside most periods: they are left out before anything else is asked of them.
        return f"SELECT {', '.join(self._row())} FROM {sources} WHERE {self._fate()} = {IN_POPULATION}"

    def _row(self) -> list[str]:
        """A row with its period, unit, split key, counted codes and conditions."""
        columns = [
            "p.period_no AS period_no",
            "m.unit_no AS unit_no",
            f"{self._key()} AS key",
            f"{self._key_name()} AS key_name",
        ]
        columns += [f't."{name}" AS code_{n}' for n, name in enumerate(self._distinct)]
        for n, count in enumerate(self._counts):
            columns.append(f"{self._condition(count)} AS condition_{n}")
            if count.kind in ("sum", "min", "max"):
                assert count.of is not None
                columns.append(f"{self._printer.sql(count.of)} AS value_{n}")
        return columns

    def _counting(self) -> list[Expression]:
        """Return the conditions and values of what is counted."""
        return [tree for count in self._counts for tree in (count.of, count.where) if tree is not None]

    def _placing(self) -> list[Expression]:
        """Return the conditions that a row's fate goes by."""
        return [self._rules.population, *(exclusion.when for exclusion in self._rules.exclusions)]

    def _key(self) -> str:
        if self._split is None:
            return "NULL"
        column = self._table.columns[self._split[0]]
        if column.kind == "enum":
            words = " ".join(f"WHEN {n} THEN {_text(word)}" for n, word in enumerate(column.values))
            return f"coalesce(CASE t.\"{column.name}\" {words} END, '')"
        return f"coalesce(t.\"{column.name}\", '')"

    def _key_name(self) -> str:
        name = self._split[1] if self._split else None
        return f't."{name}"' if name is not None else "NULL"

    def _fate(self) -> str:
        population = self._printer.sql(self._rules.population)
        exclusions = " ".join(
            f"WHEN {self._printer.sql(exclusion.when)} THEN {FIRST_EXCLUSION + n}"
            for n, exclusion in enumerate(self._rules.exclusions)
        )
        return (
            f"CASE WHEN t.set_aside = {dataset.QUARANTINED} THEN {QUARANTINED} "
            f"WHEN t.set_aside = {dataset.SUPERSEDED} THEN {SUPERSEDED} "
            f"WHEN NOT {population} THEN {OUTSIDE} {exclusions} "
            f"WHEN {population} THEN {IN_POPULATION} ELSE {UNDETERMINED} END"
        )

    def _condition(self, count: Count) -> str:
        where = "TRUE" if count.where is None else self._printer.sql(count.where)
        if count.within is not None:
            where = f"({where} AND within_{self._withins.index(count.within)}.found IS NOT NULL)"
        return where

    def _sources(self, trees: Sequence[Expression], *, units: bool = False, withins: bool = False) -> str:
        """The table in every period, with its units and everything that ``trees`` look up, joined by key."""
        parts = [f"{self._table.name} t CROSS JOIN periods p"]
        joins = self._joins(trees)
        if not self._by_unit():
            parts.append("CROSS JOIN (SELECT CAST(NULL AS INTEGER) AS unit_no) m")
        elif units or joins:
            parts.append(f"LEFT JOIN {_UNIT_MAP}")
        parts += joins
        for n, within in enumerate(self._withins if withins else ()):
            parts.append(
                f"LEFT JOIN within_{n} ON within_{n}.period_no = p.period_no "
                f"AND within_{n}.unit_no = m.unit_no "
                f'AND within_{n}.code = t."{_column_name(within)}"'
            )
        return " ".join(parts)

    def _by_unit(self) -> bool:
        return "unit_code" in self._table.columns

    def _joins(self, trees: Sequence[Expression]) -> list[str]:
        lookups: dict[str, set[str]] = {}
        workdays = False
        for tree in trees:
            for part in walk(tree):
                match part:
                    case Lookup(relation=name, name=column):
                        lookups.setdefault(name, set()).add(column)
                    case Exists(relation=name):
                        lookups.setdefault(name, set())
                    case Call(function="workdays"):
                        workdays = True
                    case _:
                        pass
        joins = [self._join(self._table.relations[name], sorted(lookups[name])) for name in sorted(lookups)]
        return joins + (["CROSS JOIN calendar"] if workdays else [])

    def _join(self, relation: Relation, columns: Sequence[str]) -> str:
        target = TABLES[relation.table]
        if relation.table == "units":
            return f'LEFT JOIN registry "{relation.name}" ON "{relation.name}".unit_no = m.unit_no'
        rules = self._all_rules.get(target.name)
        looked_up = None if rules is None else rules.looked_up
        keys = [_join_key(target.columns[other]) for _, other in relation.on]
        own = [_join_key(self._table.columns[name]) for name, _ in relation.on]
        by_unit = "unit_code" in target.columns
        # What is found depends on the period where its days are asked, or which unit answers for a row.
        if by_unit or _asks_days(looked_up):
            keys, own = ["p.period_no", *keys], ["p.period_no", *own]
        periods = "CROSS JOIN periods p " if "p.period_no" in keys else ""
        unit = f"LEFT JOIN {_UNIT_MAP} " if by_unit else ""
        selected = [*(f"{key} AS key_{n}" for n, key in enumerate(keys)), "TRUE AS found"]
        selected += [f't."{column}"' for column in columns]
        found = "" if looked_up is None else f"AND {self._printer.sql(looked_up)} "
        kept = f"t.set_aside = {dataset.NOT_SET_ASIDE} {found}"
        source = f"FROM {target.name} t {periods}{unit}WHERE {kept}"
        on = [f'"{relation.name}".key_{n} = {key}' for n, key in enumerate(own)]
        # One row at most, or a look-up would multiply the rows that look: a unit that was merged into
        # another may have the same key twice.
        if relation.in_force_on is None:
            newest = "".join(f't."{name}" DESC NULLS LAST, ' for name in target.newest_by)
            place = f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY {newest}t.rowid DESC)"
            rows = f"SELECT {', '.join(selected)} {source}QUALIFY {place} = 1"
        else:
            selected += _in_force(target, keys)
            rows = f"SELECT {', '.join(selected)} {source}"
            day = _day_of(relation.in_force_on)
            on.append(f'{day} >= "{relation.name}".in_force_from')
            on.append(f'{day} <= "{relation.name}".in_force_to')
        return f'LEFT JOIN ({rows}) "{relation.name}" ON {" AND ".join(on)}'

    def _within(self, within: Count) -> str:
        """The codes, by period and unit, that the other count has."""
        inner = _Compiler(TABLES[within.table], self._all_rules, (Wanted(within, False),), None)
        return (
            f"SELECT DISTINCT period_no, unit_no, code_0 AS code, TRUE AS found FROM ({inner._fated()}) "
            f"WHERE condition_0"
        )

    def _counted(self, also: str | None = None) -> str:
        """Integers by period, unit, split key and counted code, and by one more column if asked."""
        keys = ["period_no", "unit_no", "key", *(f"code_{n}" for n in range(len(self._distinct)))]
        keys += [] if also is None else [also]
        columns = [*keys, "min(key_name) AS key_name", "count(*) AS rows_counted"]
        for n, count in enumerate(self._counts):
            selected = f"FILTER (WHERE condition_{n})"
            match count.kind:
                case "rows":
                    columns.append(f"count(*) {selected} AS count_{n}")
                case "distinct":
                    columns.append(f"count(*) {selected} > 0 AS count_{n}")
                case kind:
                    columns.append(f"{kind}(value_{n}) {selected} AS count_{n}")
        return f"SELECT {', '.join(columns)} FROM fated GROUP BY {', '.join(keys)}"

    def _rolled(self) -> str:
        columns = [
            "period_no",
            "a.ancestor_no AS unit_no",
            "key",
            "min(key_name) AS key_name",
            "sum(rows_counted) AS rows_counted",
        ]
        for n, entry in enumerate(self._wanted):
            column = f"count_{self._counts.index(entry.count)}"
            own = [] if entry.subtree else ["a.unit_no = a.ancestor_no"]
            match entry.count.kind:
                case "distinct":
                    code = f"code_{self._distinct.index(_column_name(entry.count))}"
                    selected = " AND ".join([column, *own])
                    columns.append(f"count(DISTINCT {code}) FILTER (WHERE {selected}) AS wanted_{n}")
                case kind:
                    function = "sum" if kind == "rows" else kind
                    selected = f"FILTER (WHERE {own[0]})" if own else ""
                    columns.append(f"{function}({column}) {selected} AS wanted_{n}")
        return (
            f"SELECT {', '.join(columns)} FROM counted c JOIN ancestry a ON a.unit_no = c.unit_no "
            "GROUP BY period_no, a.ancestor_no, key"
        )

    def _result(self, fates: int) -> str:
        """The rows by period, unit and key, and one more of each period that holds the fates of all rows."""
        # Counted apart from the fates, so that a row lost between the two shows.
        own = "SELECT period_no, sum(rows_counted) AS rows_counted FROM counted GROUP BY period_no"
        of_all = ["p.period_no", *["NULL"] * 3, "coalesce(max(c.rows_counted), 0)"]
        of_all += ["NULL"] * len(self._wanted)
        of_all += [f"coalesce(sum(placed) FILTER (WHERE fate = {fate}), 0)" for fate in range(fates)]
        return (
            f"{self._by_units(fates)}\nUNION ALL SELECT {', '.join(of_all)} FROM placed p "
            f"LEFT JOIN ({own}) c ON c.period_no = p.period_no GROUP BY p.period_no"
        )

    def _by_units(self, fates: int) -> str:
        counts = [f"wanted_{n}" for n in range(len(self._wanted))]
        by_unit = ["period_no", "unit_no", "key", "key_name", "rows_counted", *counts, *["NULL"] * fates]
        return f"SELECT {', '.join(by_unit)} FROM rolled"


def _in_force(table: TableSpec, keys: Sequence[str]) -> tuple[str, str]:
    """The days between which each version is in force; no two versions of the same keys share a day."""
    assert table.validity is not None  # only versions are looked up by day
    first, last = (f't."{name}"' for name in table.validity)
    begun = f"coalesce({first}, DATE '{FIRST_DAY}')"
    # Of two that begin on one day the later row holds: the other ends before it begins.
    following = f"lead({begun}) OVER (PARTITION BY {', '.join(keys)} ORDER BY {first} NULLS FIRST, t.rowid)"
    until = f"least(coalesce({last}, DATE '{LAST_DAY}'), coalesce({following} - 1, DATE '{LAST_DAY}'))"
    return f"{begun} AS in_force_from", f"{until} AS in_force_to"


def _day_of(columns: Sequence[str]) -> str:
    days = [_dated(f't."{name}"', True) for name in columns]
    return f"coalesce({', '.join([*days, 'p.as_of'])})"


def _asks_days(tree: Expression | None) -> bool:
    return tree is not None and any(isinstance(part, Parameter) for part in walk(tree))


def _column_name(count: Count) -> str:
    assert isinstance(count.of, Column)
    return count.of.name


def _join_key(column: ColumnSpec) -> str:
    return "m.unit_no" if column.kind == "unit" else f't."{column.name}"'
