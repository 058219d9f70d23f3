"""The lists of late records that offices file: finished late, still open and late, due soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chiso.catalogue.formula import DeadlineRule, RuleSet
from chiso.errors import CannotScoreError, Problem, Text, UsageError, allowed_words
from chiso.records.dataset import QuarantinedRow
from chiso.scoring.available import columns_of
from chiso.scoring.counts import Fates
from chiso.scoring.engine import Engine
from chiso.scoring.late_records import LISTS, ListedRecord, Listing, ListName, trees_of
from chiso.scoring.reach import looked_up_by
from chiso.scoring.score import require_rows
from chiso.scoring.scoreboard import Provenance
from chiso.terms.columns import TABLES, TableSpec
from chiso.terms.period import Judgement
from chiso.terms.text import alphabetical
from chiso.terms.unit import Unit
from chiso.terms.working_days import WorkingDays

Order = Literal["unit", "officer"]


@dataclass(frozen=True)
class UnitCounts:
    """How many of a unit's own records in the period there are, are undetermined, and stand on each list."""

    unit: Unit
    in_population: int
    undetermined: int
    listed: Mapping[ListName, int]


@dataclass(frozen=True)
class LateLists:
    """The lists asked for, each sorted and grouped by unit, and what they were made from.

    ``within`` is the number of working days that the list of records due soon looks ahead.
    """

    rules: RuleSet
    judgement: Judgement
    table: TableSpec
    lists: tuple[ListName, ...]
    order: Order
    within: int
    records: tuple[ListedRecord, ...]
    units: tuple[UnitCounts, ...]
    fates: tuple[Fates, ...]
    quarantine: tuple[QuarantinedRow, ...]
    notes: tuple[Problem, ...]
    provenance: Provenance

    @property
    def undetermined(self) -> int:
        """How many records can be called neither late nor in time."""
        return sum(counts.undetermined for counts in self.units)


def table_with_deadline(rules: RuleSet, name: str | None) -> TableSpec:
    """Return the table that is listed: the one asked for, else the first for which a deadline is given.

    Raises CannotScoreError where the catalogue gives no deadline at all, UsageError where the table asked
    for has none.
    """
    with_deadline = [name for name, entry in rules.tables.items() if entry.deadline is not None]
    if not with_deadline:
        raise CannotScoreError(
            Problem(
                Text(
                    vi=f"Bộ chỉ số {rules.catalogue} không nói thế nào là quá hạn",
                    en=f"Catalogue {rules.catalogue} does not say what is late",
                ),
                hint=Text(
                    vi="Thêm mục “deadline” của bảng vào “records” (xem docs/catalogue.md)",
                    en="Add a “deadline” to the table's entry in “records” (see docs/catalogue.md)",
                ),
            )
        )
    if name is not None and name not in with_deadline:
        raise UsageError(
            Problem(
                Text(
                    vi=f"--records: bộ chỉ số không có hạn cho “{name}”",
                    en=f"--records: the catalogue gives no deadline for “{name}”",
                ),
                hint=allowed_words(with_deadline),
            )
        )
    return TABLES[name or with_deadline[0]]


def columns_listed(rules: RuleSet, name: str | None) -> dict[str, set[str]]:
    """Return, by table, every column that the lists of a table need; see ``table_with_deadline``."""
    table = table_with_deadline(rules, name)
    needed: dict[str, set[str]] = {table.name: {table.own_key[0]}}
    for tree in trees_of(_deadline(rules, table), table):
        for other, columns in columns_of(tree, table).items():
            needed.setdefault(other, set()).update(columns)
    return needed


def tables_looked_up(rules: RuleSet, name: str | None) -> frozenset[str]:
    """Return the tables that the lists of a table look up; see ``table_with_deadline``."""
    table = table_with_deadline(rules, name)
    trees = trees_of(_deadline(rules, table), table)
    return frozenset(found for tree in trees for found in looked_up_by(tree, table.name))


def late_lists(
    engine: Engine,
    table: TableSpec,
    working_days: WorkingDays,
    provenance: Provenance,
    *,
    units: Sequence[Unit],
    lists: Sequence[ListName] = LISTS,
    within: int,
    order: Order = "unit",
) -> LateLists:
    """Return the lists of the own records of ``units``.

    Raises RecordsError where the records do not tell what is late, CannotScoreError where not a single
    record belongs to the period.
    """
    listing = Listing(engine, table, _deadline(engine.rules, table), working_days, within)
    fates = engine.count([]).fates
    quarantine = engine.records.quarantine
    require_rows(tuple(entry for entry in fates if entry.table == table.name), quarantine)
    codes = None if len(units) == len(engine.records.units) else [unit.code for unit in units]
    found = [record for record in listing.records(codes) if record.list in lists]
    return LateLists(
        rules=engine.rules,
        judgement=engine.judgement,
        table=table,
        lists=tuple(name for name in LISTS if name in lists),
        order=order,
        within=within,
        records=tuple(_sorted(found, units, order)),
        units=tuple(_counts(found, listing.tallied(codes), units)),
        fates=fates,
        quarantine=quarantine,
        notes=engine.records.notes,
        provenance=provenance,
    )


def _deadline(rules: RuleSet, table: TableSpec) -> DeadlineRule:
    deadline = rules.tables[table.name].deadline
    assert deadline is not None  # the table was chosen for it
    return deadline


def _sorted(records: Sequence[ListedRecord], units: Sequence[Unit], order: Order) -> list[ListedRecord]:
    """Return the records by list and unit (and official), the latest first, the soonest due first."""
    places = {unit.code: place for place, unit in enumerate(units)}

    def key(record: ListedRecord) -> tuple[object, ...]:
        official = record.described["officer_code"] if order == "officer" else ""
        unknown = record.days_late is None and record.days_left is None
        return (
            LISTS.index(record.list),
            places[record.unit.code],
            (official is None, alphabetical(official or "")),
            (unknown, -(record.days_late or 0), record.days_left or 0),
            record.due_on or date.max,
            record.number,
        )

    return sorted(records, key=key)


def _counts(
    records: Sequence[ListedRecord], tallied: Mapping[str, Counter[object]], units: Sequence[Unit]
) -> Iterator[UnitCounts]:
    listed = Counter((record.unit.code, record.list) for record in records)
    for unit in units:
        judged = tallied.get(unit.code, Counter())
        own = {name: listed[unit.code, name] for name in LISTS}
        if judged.total():
            yield UnitCounts(unit, judged.total(), judged[None], own)
