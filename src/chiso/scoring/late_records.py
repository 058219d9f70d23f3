"""The records of a table that are late or due soon, with the days counted.

What is late, and from which day on, stands in the catalogue; here days are only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from chiso.arithmetic import whole_days
from chiso.catalogue.expression import Call, Column, Expression, Literal_, Logic, Lookup, ValueType
from chiso.catalogue.formula import DeadlineRule, TermRule
from chiso.errors import Problem, RecordsError, Text
from chiso.scoring.available import Missing, available, missing_any, missing_together
from chiso.scoring.compile import IN_POPULATION
from chiso.scoring.engine import Engine
from chiso.terms.columns import FIRST_DAY, LAST_DAY, TABLES, TableSpec
from chiso.terms.unit import Unit
from chiso.terms.working_days import WorkingDays

ListName = Literal["finished", "open", "due"]
LISTS: tuple[ListName, ...] = get_args(ListName)

# What is told of a record beside its days, where its table has it and the files hold it.
DESCRIBED = ("officer_code", "procedure_id", "procedure_name", "field_name")
_DAYS = ("received_on", "due_on", "ended_on")
_ONLY_DAYS_OFF = Text(vi="chỉ quá hạn trong ngày nghỉ", en="late over days off only")
_UNKNOWN = Text(vi="không tính được số ngày", en="the days cannot be counted")


@dataclass(frozen=True)
class ListedRecord:
    """One record on a list, with its number and what its row says of official, procedure and field.

    ``last_day`` is the last day in time: the due day, or where it moved to; None where no day can be told.
    ``ended_on`` is None while the record is open. ``days_late`` are working days, at least 0, None on the
    list of records due soon and where they cannot be counted; ``days_left`` are working days after the day
    of judgement, on that list only.
    """

    list: ListName
    unit: Unit
    number: str
    described: Mapping[str, str | None]
    received_on: date | None
    due_on: date | None
    last_day: date | None
    ended_on: date | None
    days_late: int | None
    days_left: int | None
    notes: tuple[Text, ...]


class Listing:
    """The records of a table that are late or due ``within`` so many working days, read from an engine.

    Raises RecordsError where the records do not tell what is late.
    """

    def __init__(
        self,
        engine: Engine,
        table: TableSpec,
        deadline: DeadlineRule,
        working_days: WorkingDays,
        within: int,
    ) -> None:
        self._engine = engine
        self._table = table
        self._working_days = working_days
        self._within = within
        self._deadline = deadline
        require_table(engine, table)
        self._late, self._open = self._needed(self._deadline.late), self._needed(self._deadline.open)
        self._terms = self._terms_there()

    def tallied(self, codes: Collection[str] | None) -> dict[str, Counter[object]]:
        """Return, by unit, how many records in the period are late (True), in time (False) or neither."""
        counted: dict[str, Counter[object]] = {}
        for row in self._engine.tally(self._table.name, [self._late], codes):
            if row.fate == IN_POPULATION and row.unit_code is not None:
                counted.setdefault(row.unit_code, Counter())[row.values[0]] += row.rows
        return counted

    def records(self, codes: Collection[str] | None) -> Iterator[ListedRecord]:
        """Yield the records of the units that stand on any list, in the order they were read."""
        # What is neither late nor open stands on no list and need not leave the engine.
        still_open: Expression = Call("coalesce", (self._open, Literal_(True, "boolean")), "boolean")
        where = Logic("or", (self._late, still_open))
        told = [self._or_null(getattr(self._deadline, name), "date") for name in _DAYS]
        described = [self._or_null(_described(name, self._table), "text") for name in DESCRIBED]
        terms = [self._or_null(part, "null") for term in self._terms for part in _parts(term)]
        selected = [self._late, still_open, Column(self._table.own_key[0], "text"), *told, *described, *terms]
        first_term = len(selected) - len(terms)
        rows = self._engine.rows(self._table.name, selected, codes, where, only_population=True)
        for row in rows:
            if row.unit_code is None:
                continue
            term, last_day, until = self._term(row.values[first_term:])
            record = self._record(row.unit_code, row.values[:first_term], term, last_day, until)
            if record is not None:
                yield record

    def _needed(self, tree: Expression) -> Expression:
        reduced = available(tree, self._table, self._engine.present)
        if isinstance(reduced, Missing):
            raise self._cannot_tell(reduced)
        return reduced

    def _terms_there(self) -> list[TermRule]:
        """Return the terms whose columns are present; RecordsError where no day can be told by any."""
        there, lacking = [], []
        for term in self._deadline.terms:
            parts = [part for part in _parts(term) if part is not None]
            reduced = [available(part, self._table, self._engine.present) for part in parts]
            if any(isinstance(part, Missing) for part in reduced):
                lacking.append(missing_together(*reduced))
            else:
                there.append(term)
        if lacking and not any(term.start is not None for term in there):
            raise self._cannot_tell(missing_any(lacking))
        return there

    def _cannot_tell(self, missing: Missing) -> RecordsError:
        lacking = missing.told()
        return RecordsError(
            Problem(
                Text(
                    vi=f"Không biết bản ghi nào của bảng {self._table.name} quá hạn: {lacking.vi}",
                    en=f"Table {self._table.name} does not tell what is late: it {lacking.en}",
                ),
                hint=Text(
                    vi="Xuất lại tệp có dữ liệu này; chiso check cho biết cột nào đã được hiểu",
                    en="Export again with it; chiso check shows which columns were understood",
                ),
            )
        )

    def _or_null(self, tree: Expression | None, kind: ValueType) -> Expression:
        """Return what of a tree is present, or null."""
        reduced = None if tree is None else available(tree, self._table, self._engine.present)
        return Literal_(None, kind) if reduced is None or isinstance(reduced, Missing) else reduced

    def _term(self, values: Sequence[object]) -> tuple[TermRule | None, date | None, date | None]:
        """Return the term that a record has, its last day in time, and the day by which it is judged."""
        size = 6
        for number, term in enumerate(self._terms):
            holds, start, days, working_days, hours, until = values[number * size : (number + 1) * size]
            if term.when is None or holds is True:
                if not isinstance(start, date) or not isinstance(until, date):
                    return term, None, None
                if isinstance(hours, int) and term.hours_per_day is not None:
                    working_days = whole_days(hours, term.hours_per_day)
                return term, self._last_day(term, start, days, working_days), until
        return None, None, None

    def _last_day(self, term: TermRule, start: date, days: object, working_days: object) -> date | None:
        if isinstance(working_days, int):
            return self._working_days.after(start, working_days)
        if isinstance(days, int):
            inside = (FIRST_DAY - start).days <= days <= (LAST_DAY - start).days
            return start + timedelta(days=days) if inside else None
        unlimited = term.days is None and term.working_days is None and term.working_hours is None
        return start if unlimited else None

    def _record(
        self,
        unit_code: str,
        values: Sequence[object],
        term: TermRule | None,
        last_day: date | None,
        until: date | None,
    ) -> ListedRecord | None:
        """Return the record as it stands on its list, None where it stands on none."""
        late, still_open, number, received_on, due_on, ended_on, *described = values
        days_late = days_left = None
        if late is True:
            name: ListName = "open" if still_open else "finished"
            if last_day is not None and until is not None:
                days_late = max(self._working_days.between(last_day, until), 0)
        else:
            still = term is not None and term.stands_still
            runs = late is False and not still and until == self._engine.judgement.as_of
            if not runs or last_day is None or until is None:
                return None
            name = "due"
            days_left = max(self._working_days.between(until, last_day), 0)
            if days_left > self._within:
                return None
        return ListedRecord(
            name,
            self._engine.records.units[unit_code],
            str(number),
            described={
                key: None if text is None else str(text)
                for key, text in zip(DESCRIBED, described, strict=True)
            },
            received_on=_day(received_on),
            due_on=_day(due_on),
            last_day=last_day,
            ended_on=None if still_open else _day(ended_on),
            days_late=days_late,
            days_left=days_left,
            notes=tuple(_notes(late is True, term, last_day, _day(due_on), days_late)),
        )


def require_table(engine: Engine, table: TableSpec) -> None:
    """Raise RecordsError where the records do not hold the table at all."""
    if table.name not in engine.tables:
        raise RecordsError(
            Problem(
                Text(vi=f"Không có bảng {table.name}", en=f"There is no table {table.name}"),
                hint=Text(
                    vi=f"Đưa tệp có bảng {table.name} vào RECORDS; xem chiso check",
                    en=f"Give a file with the table {table.name} among RECORDS; see chiso check",
                ),
            )
        )


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _notes(
    late: bool, term: TermRule | None, last_day: date | None, due_on: date | None, days_late: int | None
) -> Iterator[Text]:
    if term is not None and term.note is not None:
        yield Text(term.note.vi, term.note.en)
    if last_day is not None and last_day != due_on:
        yield Text(vi=f"hạn tính {last_day:%d/%m/%Y}", en=f"last day {last_day:%Y-%m-%d}")
    if days_late == 0:
        yield _ONLY_DAYS_OFF
    if late and days_late is None and (term is None or term.note is None):
        yield _UNKNOWN


def trees_of(deadline: DeadlineRule, table: TableSpec) -> Iterator[Expression]:
    """Yield every tree that must be known to list the records of a table."""
    yield from (deadline.received_on, deadline.due_on, deadline.ended_on, deadline.open, deadline.late)
    for term in deadline.terms:
        yield from (tree for tree in _parts(term) if tree is not None)
    yield from (tree for name in DESCRIBED if (tree := _described(name, table)) is not None)


def _parts(term: TermRule) -> tuple[Expression | None, ...]:
    return (term.when, term.start, term.days, term.working_days, term.working_hours, term.until)


def _described(name: str, table: TableSpec) -> Expression | None:
    """Return what a table has under a name; for what a record leaves empty its procedure is asked."""
    if name not in table.columns:
        return None
    own, relation = Column(name, "text"), table.relations.get("procedure")
    if relation is None or name not in TABLES[relation.table].columns or name in dict(relation.on):
        return own
    return Call("coalesce", (own, Lookup(relation.name, name, "text")), "text")
