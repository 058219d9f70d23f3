"""Counting and listing with DuckDB: one statement per records table; what it counts are integers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from weakref import WeakKeyDictionary

import duckdb

from chiso.catalogue.expression import Expression
from chiso.catalogue.formula import ExclusionRule, RuleSet, TableRules
from chiso.errors import Problem, RecordsError, Text, UsageError
from chiso.records.cells import sql_type
from chiso.records.dataset import Cluster, LoadedTable, Records
from chiso.scoring.available import Missing, Present, available
from chiso.scoring.compile import (
    FIRST_EXCLUSION,
    IN_POPULATION,
    OUTSIDE,
    PERIOD_DAYS,
    QUARANTINED,
    SUPERSEDED,
    UNDETERMINED,
    Among,
    Statement,
    Wanted,
    listing,
    statement,
)
from chiso.scoring.counts import Cell, Counts, ExcludedRows, Fates
from chiso.scoring.reach import CountingReach, looked_up_by
from chiso.terms.columns import TABLES, UNITS
from chiso.terms.period import Judgement
from chiso.terms.steps import step, tell_statement
from chiso.terms.unit import UnitTree
from chiso.terms.working_days import WorkingDays

_ROWS_AT_ONCE = 10_000
# What stands beside the records of each connection.
_SERVED: WeakKeyDictionary[duckdb.DuckDBPyConnection | Cluster, object] = WeakKeyDictionary()
SUPERSEDED_REASON = Text(vi="trạng thái cũ của cùng một mã", en="older state of the same number")
UNDETERMINED_REASON = Text(vi="không đủ dữ liệu để xếp vào kỳ", en="lacks the data to place it in time")

_NOT_LISTED = Text(
    vi="Spark chỉ đếm hồ sơ, không liệt kê từng hồ sơ", en="Spark counts records, it does not list them"
)
_WITHOUT_CLUSTER = Text(vi="Đọc hồ sơ không có --engine spark", en="Read the records without --engine spark")


class LostRowsError(Exception):
    """The fates of a table do not add up to the rows read: a fault of chiso itself."""


class OutOfReachError(Exception):
    """Rows may matter that were left in their store for other periods or rules: a fault of chiso itself."""


def presence(records: Records) -> Present:
    """Return the columns present in every loaded table; the registry is always there."""
    present: dict[str, frozenset[str]] = {name: table.columns for name, table in records.tables.items()}
    present["units"] = frozenset(UNITS.columns)
    return present


@dataclass(frozen=True)
class ListedRow:
    """One row of a table: the unit that answers for it (None if no unit does), its fate, what was selected.

    An enum among the values is its position in the enum's words. ``rows`` is how many rows are so; 1
    where rows are listed one by one.
    """

    unit_code: str | None
    fate: int
    values: tuple[object, ...]
    rows: int = 1


class Engine:
    """The records of one run beside their registry and calendar: ready to be counted and listed.

    Its rules are those of the day of judgement: an index that is not due then is for analysis only. Periods
    beyond the first (``also``) are counted in the same scan; only the first is listed. ``units_on`` is the
    day by which units have ended, each period's day of judgement if None. Raises RecordsError when a table's
    own population cannot be told from its columns.
    """

    def __init__(
        self,
        records: Records,
        rules: RuleSet,
        judgement: Judgement,
        working_days: WorkingDays,
        *,
        also: Sequence[Judgement] = (),
        units_on: date | None = None,
    ) -> None:
        self.records = records
        rules = rules.on_day(judgement.as_of)
        _require_reach(records, rules, (judgement, *also))
        self.rules = rules
        self.judgement = judgement
        self.judgements = (judgement, *also)
        self._working_days = working_days
        self._units_on = units_on
        self._codes = [unit.code for unit in records.units]
        self._numbers = {code: number for number, code in enumerate(self._codes)}
        # Copies under other rules share what stands beside the records.
        self._surroundings = object()
        self.present = presence(records)
        # Each loaded table's population and exclusions, reduced to the columns that are there.
        self.tables = _table_rules(records, rules)

    def ready(self) -> None:
        """Put what the engine counts by beside its records, unless it is there.

        The periods, registry and calendar of only one engine stand beside the same records at a time.
        """
        connection = self.records.cluster or self.records.connection
        if _SERVED.get(connection) is not self._surroundings:
            _prepare(self.records, self.judgements, self._units_on, self._working_days)
            _SERVED[connection] = self._surroundings

    def under(self, rules: RuleSet) -> Engine:
        """Return the same records under other rules; raises RecordsError as a new engine would."""
        other = copy(self)
        other.rules = rules.on_day(self.judgement.as_of)
        _require_reach(self.records, other.rules, self.judgements)
        other.tables = _table_rules(self.records, other.rules)
        return other

    def count(self, wanted: Sequence[Wanted], split: tuple[str, str | None] | None = None) -> Counts:
        """Return every wanted count by unit (and key of the split), and the fates of all rows read.

        A wanted count must need only what the records have. Raises LostRowsError when a row is
        unaccounted for.
        """
        return self.count_each(wanted, split)[0]

    def count_each(
        self, wanted: Sequence[Wanted], split: tuple[str, str | None] | None = None
    ) -> tuple[Counts, ...]:
        """Return what ``count`` does for each period, in their order; each table is scanned once."""
        self.ready()
        collectors = [_Collector(self._codes) for _ in self.judgements]
        for name, loaded in self.records.tables.items():
            if name not in self.tables:
                for collector in collectors:
                    collector.fates.append(_unused(loaded))
                continue
            own_split = _split_of(split, loaded)
            # A table that cannot be split has nothing to say about a split's keys.
            counted = split is None or own_split is not None
            of_table = [entry for entry in wanted if entry.count.table == name and counted]
            compiled = statement(TABLES[name], self.tables, of_table, own_split)
            found: list[list[tuple[object, ...]]] = [[] for _ in collectors]
            tell_statement(name, compiled.sql)
            with step("count"):
                counted_rows = _fetched(self.records, compiled.sql)
            for period_no, *values in counted_rows:
                found[_integer(period_no) or 0].append(tuple(values))
            for collector, rows in zip(collectors, found, strict=True):
                collector.add(loaded, rows, compiled, self.tables[name])
        return tuple(collector.counts() for collector in collectors)

    def rows(
        self,
        table: str,
        selected: Sequence[Expression | Among],
        units: Collection[str] | None = None,
        where: Expression | None = None,
        *,
        only_population: bool = False,
    ) -> Iterator[ListedRow]:
        """Yield the rows of a table as they were read, of every unit or of ``units``.

        They come whatever their fate, set aside too, unless ``only_population``.

        A row belongs to the unit that answers for it, once a unit has ended its successor. What is
        selected, and ``where``, must need only what the records have. One listing is read at a time.
        """
        found = self._listed(
            table, selected, units, tallied=False, where=where, only_population=only_population
        )
        for unit_no, fate, *values in found:
            yield ListedRow(self._unit(unit_no), _integer(fate) or 0, tuple(values))

    def tally(
        self, table: str, selected: Sequence[Expression | Among], units: Collection[str] | None = None
    ) -> list[ListedRow]:
        """Return each combination of unit, fate and selected values once, with its number of rows."""
        return [
            ListedRow(self._unit(unit_no), _integer(fate) or 0, tuple(values), _integer(rows) or 0)
            for unit_no, fate, *values, rows in self._listed(table, selected, units, tallied=True)
        ]

    def _listed(
        self,
        table: str,
        selected: Sequence[Expression | Among],
        units: Collection[str] | None,
        *,
        tallied: bool,
        where: Expression | None = None,
        only_population: bool = False,
    ) -> Iterator[tuple[object, ...]]:
        if self.records.cluster is not None:
            raise UsageError(Problem(_NOT_LISTED, hint=_WITHOUT_CLUSTER))
        _require_looked_up(self.records, table, [*selected, *([] if where is None else [where])])
        self.ready()
        if units is not None:
            numbers = [(self._numbers[code],) for code in units]
            _create(self.records, "chosen", ("unit_no",), numbers, ("INTEGER",))
        spec, chosen = TABLES[table], units is not None
        sql = listing(
            spec,
            self.tables,
            selected,
            chosen=chosen,
            tallied=tallied,
            where=where,
            only_population=only_population,
        )
        found = self.records.connection.execute(sql)
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from rows

    def _unit(self, number: object) -> str | None:
        return None if number is None else self._codes[_integer(number) or 0]


def count(
    records: Records,
    rules: RuleSet,
    wanted: Sequence[Wanted],
    judgement: Judgement,
    working_days: WorkingDays,
    split: tuple[str, str | None] | None = None,
) -> Counts:
    """Return every wanted count of records that are counted once; see ``Engine.count``."""
    return Engine(records, rules, judgement, working_days).count(wanted, split)


def _require_reach(records: Records, rules: RuleSet, judgements: Sequence[Judgement]) -> None:
    """Raise OutOfReachError where rows may matter that the records lack."""
    if isinstance(records.reach, CountingReach) and not records.reach.covers(rules, judgements):
        raise OutOfReachError(", ".join(judgement.period.label for judgement in judgements))


def _require_looked_up(records: Records, table: str, trees: Sequence[Expression | Among]) -> None:
    """Raise OutOfReachError where a table is looked up of which rows were left in their store."""
    reach = records.reach
    if not isinstance(reach, CountingReach):
        return
    for tree in trees:
        for found in () if isinstance(tree, Among) else looked_up_by(tree, table):
            if found in records.tables and not reach.holds_all(found):
                raise OutOfReachError(found)


def _split_of(split: tuple[str, str | None] | None, loaded: LoadedTable) -> tuple[str, str | None] | None:
    """Return the split's columns as far as the table has them, None where it cannot be split."""
    if split is None or split[0] not in loaded.columns:
        return None
    column, name = split
    return column, name if name in loaded.columns else None


def _prepare(
    records: Records, judgements: Sequence[Judgement], units_on: date | None, working_days: WorkingDays
) -> None:
    """Put the periods, the registry, its ancestry and the calendar beside the records."""
    numbers = {unit.code: number for number, unit in enumerate(records.units)}
    periods = [
        (number, judgement.period.first_day, judgement.period.last_day, judgement.as_of)
        for number, judgement in enumerate(judgements)
    ]
    codes = [
        (number, unit.code, numbers[answering(records.units, unit.code, units_on or judgement.as_of)])
        for number, judgement in enumerate(judgements)
        for unit in records.units
    ]
    ancestry = [
        (number, numbers[above])
        for unit, number in zip(records.units, numbers.values(), strict=True)
        for above in (unit.code, *(ancestor.code for ancestor in records.units.ancestors(unit.code)))
    ]
    levels = UNITS.columns["level"].values
    _create(records, "periods", ("period_no", *PERIOD_DAYS), periods, ("INTEGER", "DATE", "DATE", "DATE"))
    mapped = ("period_no", "unit_code", "unit_no")
    _create(records, "unit_map", mapped, codes, ("INTEGER", "VARCHAR", "INTEGER"))
    _create(records, "ancestry", ("unit_no", "ancestor_no"), ancestry, ("INTEGER", "INTEGER"))
    registry = [
        (
            *(numbers[unit.code], True, unit.code, unit.name, levels.index(unit.level), unit.parent_code),
            *(unit.peer_group, unit.valid_from, unit.valid_to, unit.successor_code, unit.share),
        )
        for unit in records.units
    ]
    types = tuple(sql_type(column) for column in UNITS.columns.values())
    names = ("unit_no", "found", *UNITS.columns)
    _create(records, "registry", names, registry, ("INTEGER", "BOOLEAN", *types))
    if records.cluster is not None:
        records.cluster.calendar(working_days.counts)
        return
    records.connection.execute(
        "CREATE OR REPLACE TEMP TABLE calendar AS SELECT CAST(? AS BIGINT[]) AS counts",
        [list(working_days.counts)],
    )


def answering(units: UnitTree, code: str, day: date) -> str:
    """Return who answers for a unit's records on ``day``: the unit, or once it has ended its successor.

    Several successors divide a unit, not its records: those stay its own.
    """
    unit = units[code]
    ended = unit.valid_to is not None and unit.valid_to < day
    if ended and len(unit.successors) == 1 and unit.successors[0][0] in units:
        return answering(units, unit.successors[0][0], day)
    return code


def _create(
    records: Records,
    name: str,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
    types: Sequence[str],
) -> None:
    if records.cluster is not None:
        records.cluster.small_table(name, columns, rows, types)
        return
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    selected = ", ".join(
        f'unnest(CAST(? AS {kind}[])) AS "{column}"' for column, kind in zip(columns, types, strict=True)
    )
    records.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {selected}", [list(values) for values in by_column]
    )


def _fetched(records: Records, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a statement, from where the tables are."""
    if records.cluster is not None:
        return records.cluster.fetch(sql)
    return [tuple(row) for row in records.connection.execute(sql).fetchall()]


def _table_rules(records: Records, rules: RuleSet) -> dict[str, TableRules]:
    """Return each loaded table's population and exclusions, reduced to the columns that are there."""
    present = presence(records)
    result: dict[str, TableRules] = {}
    problems: list[Problem] = []
    for name, entry in rules.tables.items():
        if name not in records.tables:
            continue
        population = available(entry.population, TABLES[name], present)
        if isinstance(population, Missing):
            lacking = population.told()
            problems.append(
                Problem(
                    Text(
                        vi=f"Không xếp được bảng {name} vào kỳ: {lacking.vi}",
                        en=f"Table {name} cannot be placed in the period: it {lacking.en}",
                    )
                )
            )
            continue
        looked_up = None
        if entry.looked_up is not None:
            reduced = available(entry.looked_up, TABLES[name], present)
            looked_up = None if isinstance(reduced, Missing) else reduced
        result[name] = TableRules(population, tuple(_exclusions(entry, name, present)), looked_up)
    if problems:
        raise RecordsError(problems)
    return result


def _exclusions(entry: TableRules, name: str, present: Present) -> Iterable[ExclusionRule]:
    for exclusion in entry.exclusions:
        when: Expression | Missing = available(exclusion.when, TABLES[name], present)
        if not isinstance(when, Missing):
            yield replace(exclusion, when=when)


def _unused(loaded: LoadedTable) -> Fates:
    """Return the fates of a table that the catalogue does not count at all."""
    reason = ExcludedRows("bộ chỉ số không dùng bảng này", "the catalogue does not use this table", 0)
    superseded = ExcludedRows(SUPERSEDED_REASON.vi, SUPERSEDED_REASON.en, loaded.superseded)
    unused = loaded.rows_read - loaded.quarantined - loaded.superseded
    excluded = tuple(e for e in (superseded, replace(reason, rows=unused)) if e.rows)
    return Fates(loaded.spec.name, loaded.rows_read, 0, 0, excluded, loaded.quarantined)


class _Collector:
    """Gathers the counts of one period, table by table."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes
        self._values: dict[Cell, dict[Wanted, int | None]] = {}
        self._rows: dict[Cell, dict[str, int]] = {}
        self._key_names: dict[str, str] = {}
        self.fates: list[Fates] = []

    def add(
        self,
        loaded: LoadedTable,
        rows: Iterable[tuple[object, ...]],
        compiled: Statement,
        rules: TableRules,
    ) -> None:
        """Take in the rows of one statement, the last of which holds the fates; none if nothing was read."""
        first_count, first_fate = 4, 4 + len(compiled.wanted)
        fates, in_counts = [0] * compiled.fates, 0
        for unit_no, key, key_name, counted, *integers in rows:
            if unit_no is None:
                in_counts = _integer(counted) or 0
                fates = [_integer(value) or 0 for value in integers[first_fate - first_count :]]
                continue
            cell = Cell(self._codes[_integer(unit_no) or 0], None if key is None else str(key))
            if cell.key is not None and key_name is not None:
                self._key_names.setdefault(cell.key, str(key_name))
            self._rows.setdefault(cell, {})[loaded.spec.name] = _integer(counted) or 0
            self._values.setdefault(cell, {}).update(
                (entry, _integer(value))
                for entry, value in zip(compiled.wanted, integers[: first_fate - first_count], strict=True)
            )
        self.fates.append(_fates(fates, in_counts, loaded, rules))

    def counts(self) -> Counts:
        """Return what was gathered."""
        return Counts(self._values, self._rows, self._key_names, tuple(self.fates))


def _integer(value: object) -> int | None:
    return None if value is None else int(value)  # type: ignore[call-overload]


def _fates(numbers: Sequence[int], in_counts: int, loaded: LoadedTable, rules: TableRules) -> Fates:
    reasons = [
        (SUPERSEDED_REASON.vi, SUPERSEDED_REASON.en, numbers[SUPERSEDED] + loaded.unopened.superseded),
        *(
            (exclusion.reason.vi, exclusion.reason.en, numbers[FIRST_EXCLUSION + n])
            for n, exclusion in enumerate(rules.exclusions)
        ),
        (UNDETERMINED_REASON.vi, UNDETERMINED_REASON.en, numbers[UNDETERMINED]),
    ]
    fates = Fates(
        table=loaded.spec.name,
        rows_read=loaded.rows_read,
        in_population=numbers[IN_POPULATION],
        outside_period=numbers[OUTSIDE] + loaded.unopened.outside,
        excluded=tuple(ExcludedRows(vi, en, rows) for vi, en, rows in reasons if rows),
        quarantined=numbers[QUARANTINED],
    )
    if fates.accounted != fates.rows_read:
        raise LostRowsError(f"{fates.table}: {fates.rows_read} rows read, {fates.accounted} accounted for")
    if fates.in_population != in_counts:
        raise LostRowsError(f"{fates.table}: {fates.in_population} rows in the period, {in_counts} counted")
    return fates
