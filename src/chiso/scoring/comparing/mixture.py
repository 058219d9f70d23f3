"""Records of two sides, row by row: what became of each, and what is counted when some are as they were.

Every row that is not set aside is evaluated once per side. A row of one side meets the row of the other by
its key. States between the sides count rows of one for some causes and rows of the other for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from chiso.catalogue.expression import Expression
from chiso.records.dataset import LoadedTable
from chiso.scoring.available import Missing, available, columns_needed
from chiso.scoring.comparing.side import RECORD_CAUSES
from chiso.scoring.compile import Wanted, counting, evaluation, rolling
from chiso.scoring.counts import Cell, Counts
from chiso.scoring.engine import Engine
from chiso.terms.columns import TABLES

# A row that counts alike on both sides; causes follow from 1 on, in their order.
_SAME = 0
_REMOVED, _NEW, _FINISHED, _EDITED, _TIME = range(1, 1 + len(RECORD_CAUSES))

# What became of a record of side a that is met by one of side b, or by none. ``judged`` is a's own record as
# it would count on b's days.
_BECAME = f"""CASE
    WHEN NOT coalesce(a.counted, FALSE) AND NOT coalesce(b.counted, FALSE) THEN {_SAME}
    WHEN a.counted AND b.counted AND a.seen = b.seen THEN {_SAME}
    WHEN a.counted AND b.place IS NULL THEN {_REMOVED}
    WHEN a.counted AND a.still_open AND NOT b.still_open THEN {_FINISHED}
    WHEN a.counted AND NOT b.counted THEN CASE WHEN a.judged_counted THEN {_EDITED} ELSE {_REMOVED} END
    WHEN a.place IS NULL THEN {_NEW}
    WHEN b.counted AND NOT a.counted THEN CASE WHEN a.judged_counted THEN {_NEW} ELSE {_EDITED} END
    WHEN a.content <> b.content THEN {_EDITED}
    WHEN a.judged_seen <> a.seen THEN {_TIME}
    ELSE {_EDITED} END"""


@dataclass(frozen=True)
class MovedRow:
    """A row that counts otherwise than before: its cause, and its evaluation on either side (None: no row).

    An evaluation is the unit that answers for the row, and for every count whether it has the row, with
    the value that is summed.
    """

    table: str
    record_id: str
    cause: int
    before: tuple[str | None, tuple[int, ...]] | None
    after: tuple[str | None, tuple[int, ...]] | None


class Mixture:
    """The rows of two sides under the same rules and registry, for the counts ``wanted``.

    ``before_judged_after`` is side a with its own records on b's days.
    """

    def __init__(
        self, before: Engine, before_judged_after: Engine, after: Engine, wanted: Sequence[Wanted]
    ) -> None:
        self._a, self._judged, self._b = before, before_judged_after, after
        self._wanted = tuple(wanted)
        self._codes = [unit.code for unit in after.records.units]
        self._shared = before.records.connection is after.records.connection
        self.tables = [
            name
            for name in TABLES
            if any(entry.count.table == name for entry in wanted) and name in before.tables
        ]
        for table in self.tables:
            self._evaluate(table)
            self._meet(table)
            self._count(table)

    def moves(self, cause: int) -> bool:
        """Return whether some row counts otherwise for the cause of that number, from 1 on."""
        return any(
            self._b.records.connection.execute(
                f"SELECT count(*) > 0 FROM moved_{table} WHERE step = {cause}"
            ).fetchall()[0][0]
            for table in self.tables
        )

    def counts(self, last: int) -> Counts:
        """Return what is counted once the causes up to that number have had their effect, 0 for none."""
        values: dict[Cell, dict[Wanted, int | None]] = {}
        for table in self.tables:
            kept = (
                f"SELECT * FROM both_{table} WHERE (side = 'a' AND (step = {_SAME} OR step > {last})) "
                f"OR (side = 'b' AND step BETWEEN 1 AND {last})"
            )
            wanted = self._of(table)
            statement = rolling(TABLES[table], self._b.tables, wanted, kept)
            for _, unit_no, _, _, _, *integers in self._b.records.connection.execute(
                statement.sql
            ).fetchall():
                found = values.setdefault(Cell(self._codes[int(unit_no)]), {})
                for entry, value in zip(wanted, integers[: len(wanted)], strict=True):
                    found[entry] = None if value is None else int(value)
        return Counts(values, {}, {}, ())

    def moved(self) -> Iterator[MovedRow]:
        """Yield every row that counts otherwise than before, table by table."""
        for table in self.tables:
            yield from self._moved(table)

    def counts_of(self, table: str) -> list[Wanted]:
        """Return the counts of a table in the order in which a row's evaluation has them."""
        return list(dict.fromkeys(Wanted(entry.count, False) for entry in self._of(table)))

    def _of(self, table: str) -> list[Wanted]:
        return [entry for entry in self._wanted if entry.count.table == table]

    def _columns(self, table: str, names: Sequence[str]) -> tuple[str, ...]:
        """Return those of the columns that both sides hold typed."""
        typed = [_typed(engine.records.tables[table]) for engine in (self._a, self._b)]
        return tuple(name for name in names if all(name in columns for columns in typed))

    def _evaluate(self, table: str) -> None:
        key = self._columns(table, TABLES[table].key)
        used = sorted(columns_needed(self._b.rules).get(table, set()))
        content = self._columns(table, used)
        for side, engine in (("a", self._a), ("b", self._b)):
            sql = self._evaluation(engine, table, key, content)
            _create(engine, f"evaluated_{side}_{table}", _numbered(engine, sql))
        if self._judged is not self._a and not self._shared:
            sql = self._evaluation(self._judged, table, key, content)
            _create(self._a, f"judged_{table}", f"SELECT place, counted, seen FROM ({sql})")

    def _evaluation(self, engine: Engine, table: str, key: Sequence[str], content: Sequence[str]) -> str:
        """Return the statement that evaluates a side's rows; what it counts by is put beside its records."""
        engine.ready()
        return evaluation(
            TABLES[table],
            engine.tables,
            self._of(table),
            key=key,
            content=content,
            still_open=_still_open(engine, table),
        )

    def _meet(self, table: str) -> None:
        """Tell of every row what became of it; both sides get the rows that count otherwise."""
        a, b = self._a.records.connection, self._b.records.connection
        told = "place, key_text, nth, content, seen, counted, still_open"
        if self._judged is self._a:
            judged = f"SELECT {told}, counted AS judged_counted, seen AS judged_seen FROM evaluated_a_{table}"
        else:
            other = f"evaluated_b_{table}" if self._shared else f"judged_{table}"
            judged = (
                f"SELECT {', '.join(f'e.{name}' for name in told.split(', '))}, "
                "coalesce(j.counted, FALSE) AS judged_counted, coalesce(j.seen, 0) AS judged_seen "
                f"FROM evaluated_a_{table} e LEFT JOIN {other} j USING (place)"
            )
        if self._shared:
            _create(self._b, f"before_{table}", judged)
        else:
            _copy_numpy(self._a, judged, self._b, f"before_{table}")
        _create(
            self._b,
            f"moved_{table}",
            f"SELECT * FROM (SELECT a.place AS place_a, b.place AS place_b, {_BECAME} AS step "
            f"FROM before_{table} a FULL JOIN evaluated_b_{table} b USING (key_text, nth)) "
            f"WHERE step > {_SAME}",
        )
        b.execute(f"DROP TABLE before_{table}")
        if a is not b:
            there = f"SELECT place_a, step FROM moved_{table} WHERE place_a IS NOT NULL"
            _copy_numpy(self._b, there, self._a, f"moved_{table}")

    def _count(self, table: str) -> None:
        """Count the rows of both sides by what became of them, and put the counts together."""
        for side, engine in (("a", self._a), ("b", self._b)):
            kind = "LEFT" if side == "a" else "INNER"
            rows = (
                f"SELECT e.*, coalesce(m.step, {_SAME}) AS step FROM evaluated_{side}_{table} e "
                f"{kind} JOIN moved_{table} m ON m.place_{side} = e.place WHERE e.counted"
            )
            sql = counting(TABLES[table], engine.tables, self._of(table), rows, "step")
            _create(engine, f"counted_{side}_{table}", f"SELECT '{side}' AS side, * FROM ({sql})")
        if not self._shared:
            _copy_rows(self._a, f"counted_a_{table}", self._b)
        _create(
            self._b,
            f"both_{table}",
            f"FROM counted_a_{table} UNION ALL BY NAME FROM counted_b_{table}",
        )

    def _moved(self, table: str) -> Iterator[MovedRow]:
        counts = [entry.count for entry in self.counts_of(table)]
        amounts = [
            f"CASE WHEN e.counted AND e.condition_{n} THEN "
            f"{'1' if count.kind in ('rows', 'distinct') else f'coalesce(e.value_{n}, 0)'} ELSE 0 END"
            for n, count in enumerate(counts)
        ]
        own = self._columns(table, TABLES[table].own_key)
        found: list[dict[int, tuple[str, tuple[str | None, tuple[int, ...]]]]] = []
        for side, engine in (("a", self._a), ("b", self._b)):
            number = "concat_ws('/', " + ", ".join(f't."{name}"' for name in own) + ")"
            sql = (
                f"SELECT e.place, {number}, e.unit_no, {', '.join(amounts)} "
                f"FROM evaluated_{side}_{table} e JOIN {table} t ON t.rowid = e.place "
                f"WHERE e.place IN (SELECT place_{side} FROM moved_{table})"
            )
            rows = engine.records.connection.execute(sql).fetchall()
            found.append(
                {
                    int(place): (str(record), (self._unit(unit_no), tuple(map(int, values))))
                    for place, record, unit_no, *values in rows
                }
            )
        sql = f"SELECT place_a, place_b, step FROM moved_{table} ORDER BY step, place_b, place_a"
        for place_a, place_b, step in self._b.records.connection.execute(sql).fetchall():
            before = None if place_a is None else found[0][int(place_a)]
            after = None if place_b is None else found[1][int(place_b)]
            record = (after or before or ("", None))[0]
            yield MovedRow(
                table,
                record,
                int(step),
                None if before is None else before[1],
                None if after is None else after[1],
            )

    def _unit(self, unit_no: object) -> str | None:
        return None if unit_no is None else self._codes[cast(int, unit_no)]


def _typed(loaded: LoadedTable) -> frozenset[str]:
    return frozenset(column.name for column in loaded.typed_columns)


def _still_open(engine: Engine, table: str) -> Expression | None:
    """Return what says that a row of the table is still open, None where nothing does."""
    entry = engine.rules.tables.get(table)
    if entry is None or entry.deadline is None:
        return None
    reduced = available(entry.deadline.open, TABLES[table], engine.present)
    return None if isinstance(reduced, Missing) else reduced


def _numbered(engine: Engine, sql: str) -> str:
    """Number the rows that share a key: units that were merged may have the same procedure twice."""
    return f"SELECT *, row_number() OVER (PARTITION BY key_text ORDER BY content, place) AS nth FROM ({sql})"


def _create(engine: Engine, name: str, sql: str) -> None:
    engine.records.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")


def _copy_numpy(source: Engine, sql: str, target: Engine, name: str) -> None:
    """Put many rows without any null from one connection into another."""
    import pandas as pd

    frame = pd.DataFrame(source.records.connection.execute(sql).fetchnumpy())
    connection = target.records.connection
    connection.register("incoming", frame)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _copy_rows(source: Engine, name: str, target: Engine) -> None:
    """Put a few rows of any kind, whole numbers of any size, from one connection into another."""
    described = source.records.connection.execute(f"DESCRIBE {name}").fetchall()
    columns = [(str(column), str(kind)) for column, kind, *_ in described]
    rows = source.records.connection.execute(f"FROM {name}").fetchall()
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
    selected = ", ".join(
        f'unnest(CAST(? AS {"INTEGER" if kind == "NULL" else kind}[])) AS "{column}"'
        for column, kind in columns
    )
    target.records.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {selected}", values)
