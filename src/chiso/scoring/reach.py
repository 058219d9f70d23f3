"""Which rows of a store cannot matter to a run, proved from what is known of their days and states.

A condition is worked out for all rows of a profile at once: what comes out are all outcomes that some row
might have, and maybe more, never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from chiso.catalogue.expression import (
    Call,
    Column,
    Comparison,
    Definition,
    Exists,
    Expression,
    In,
    IsNull,
    Literal_,
    Logic,
    Lookup,
    Not,
    Parameter,
    walk,
)
from chiso.catalogue.formula import DeadlineRule, RuleSet, TableRules, counts_in
from chiso.records.dataset import Profile
from chiso.scoring.available import Missing, available
from chiso.terms.columns import TABLES, UNITS
from chiso.terms.period import Judgement

# What a condition may come to: true, false, or undetermined.
_Truths: TypeAlias = frozenset[bool | None]
_ANY: _Truths = frozenset({True, False, None})


@dataclass(frozen=True)
class _Days:
    """The days that a value may be, first to last (None: it is never one), and whether it may be null."""

    first: date | None
    last: date | None
    null: bool


@dataclass(frozen=True)
class CountingReach:
    """The reach of a run that counts and lists nothing but the populations of its periods.

    ``also`` are tables that are looked up beyond what the rules do.
    """

    asked: tuple[tuple[RuleSet, Judgement], ...]
    also: frozenset[str] = frozenset()

    def cannot_hold(self, table: str, present: Mapping[str, frozenset[str]]) -> Callable[[Profile], bool]:
        """Return the proof that no row of a profile of ``table`` is in any period asked for.

        ``present`` are the columns that every file has, by table. Rows of a table that is looked up may
        matter whatever their days; of one that the catalogue does not count only the number is told.
        """
        columns = {**present, UNITS.name: frozenset(UNITS.columns)}
        asked: list[tuple[Expression, Judgement]] = []
        for rules, judgement in self.asked:
            entry = rules.tables.get(table)
            population = None if entry is None else available(entry.population, TABLES[table], columns)
            if table in self.also | _looked_up(rules) or isinstance(population, Missing):
                return lambda profile: False
            if population is not None:
                asked.append((population, judgement))
        return lambda profile: all(
            _truths(population, profile, judgement) == {False} for population, judgement in asked
        )

    def covers(self, rules: RuleSet, judgements: Sequence[Judgement]) -> bool:
        """Return whether what is left out lies outside these periods by these rules too."""
        alike = [
            judgement
            for own, judgement in self.asked
            if own.tables == rules.tables and _looked_up(rules) <= _looked_up(own)
        ]
        return all(judgement in alike for judgement in judgements)

    def holds_all(self, table: str) -> bool:
        """Return whether every row of a table that may be looked up is there."""
        return all(table in self.also | _looked_up(rules) for rules, _ in self.asked)


def looked_up_by(tree: Expression, table: str) -> frozenset[str]:
    """Return the tables that a condition or value over ``table`` looks up."""
    return frozenset(
        TABLES[table].relations[part.relation].table
        for part in walk(tree)
        if isinstance(part, Lookup | Exists)
    )


def _looked_up(rules: RuleSet) -> frozenset[str]:
    """Return the tables that some condition looks up."""
    trees = [(tree, name) for name, entry in rules.tables.items() for tree in _trees(entry)]
    for index in rules.indices:
        for measure in (index.numerator, index.denominator):
            for count in counts_in(measure):
                trees += [(tree, count.table) for tree in (count.of, count.where) if tree is not None]
    return frozenset(found for tree, table in trees for found in looked_up_by(tree, table))


def _trees(entry: TableRules) -> Iterator[Expression]:
    yield entry.population
    yield from (exclusion.when for exclusion in entry.exclusions)
    if entry.looked_up is not None:
        yield entry.looked_up
    if entry.deadline is not None:
        yield from _trees_of_deadline(entry.deadline)


def _trees_of_deadline(deadline: DeadlineRule) -> Iterator[Expression]:
    yield from (deadline.received_on, deadline.due_on, deadline.ended_on, deadline.open, deadline.late)
    for term in deadline.terms:
        parts = (term.when, term.start, term.days, term.working_days, term.working_hours, term.until)
        yield from (part for part in parts if part is not None)


def _truths(tree: Expression, profile: Profile, judgement: Judgement) -> _Truths:
    """Return every outcome that a condition may have for a row of the profile."""

    def of(part: Expression) -> _Truths:
        return _truths(part, profile, judgement)

    match tree:
        case Literal_(value=bool() | None as value):
            return frozenset({value})
        case Definition(body=body):
            return of(body)
        case Not(operand=operand):
            return frozenset(None if truth is None else not truth for truth in of(operand))
        case Logic(operator=operator, operands=operands):
            return frozenset(_joined([of(operand) for operand in operands], operator == "or"))
        case IsNull(operand=operand):
            return _emptiness(operand, profile, judgement)
        case Comparison(operator=operator, left=left, right=right):
            return _compared(operator, _days(left, profile, judgement), _days(right, profile, judgement))
        case In(operand=Column(name=name), choices=choices) if name in profile.states:
            return _among(profile.states[name], choices)
        case Call(function="coalesce", arguments=arguments):
            return _first_known([of(argument) for argument in arguments])
        case _:
            return _ANY


def _joined(found: Sequence[_Truths], decisive: bool) -> Iterator[bool | None]:
    """Yield what parts may come to together: the decisive truth wherever one of them has it."""
    if any(decisive in truths for truths in found):
        yield decisive
    if any(None in truths for truths in found) and all(truths != {decisive} for truths in found):
        yield None
    if all((not decisive) in truths for truths in found):
        yield not decisive


def _emptiness(operand: Expression, profile: Profile, judgement: Judgement) -> _Truths:
    if isinstance(operand, Column) and operand.name in profile.states:
        return frozenset({profile.states[operand.name] is None})
    if isinstance(operand, Column) and operand.name in profile.days:
        found: _Days | None = _Days(*profile.days[operand.name])
    else:
        found = _days(operand, profile, judgement)
    if found is None:
        return frozenset({True, False})
    return frozenset([*[True] * found.null, *[False] * (found.first is not None)])


def _among(state: int | None, choices: Sequence[Literal_]) -> _Truths:
    if state is None:
        return frozenset({None})
    if any(choice.value not in choice.enum for choice in choices):
        return _ANY
    return frozenset({state in {choice.enum.index(str(choice.value)) for choice in choices}})


def _first_known(found: Sequence[_Truths]) -> _Truths:
    known: set[bool | None] = set()
    for truths in found:
        known |= truths - {None}
        if None not in truths:
            return frozenset(known)
    return frozenset({*known, None})


def _days(tree: Expression, profile: Profile, judgement: Judgement) -> _Days | None:
    """Return the days that a value may be, None where that cannot be told."""

    def of(parts: Sequence[Expression]) -> list[_Days] | None:
        found = [_days(part, profile, judgement) for part in parts]
        days = [each for each in found if each is not None]
        return days if len(days) == len(found) else None

    match tree:
        case Definition(body=body):
            return _days(body, profile, judgement)
        case Column(name=name, type=kind, as_date=as_date) if name in profile.days:
            return _Days(*profile.days[name]) if as_date or kind == "date" else None
        case Parameter(name=name):
            day = {
                "period_start": judgement.period.first_day,
                "period_end": judgement.period.last_day,
                "as_of": judgement.as_of,
            }[name]
            return _Days(day, day, False)
        case Literal_(value=date() as value):
            return _Days(value, value, False)
        case Literal_(value=None):
            return _Days(None, None, True)
        case Call(function="coalesce", arguments=arguments):
            found = of(arguments)
            return None if found is None else _coalesced(found)
        case Call(function="least" | "greatest", arguments=arguments):
            found = of(arguments)
            # Nulls are passed over, so that any of the days may be the one.
            return None if found is None else _spanned(found, null=all(each.null for each in found))
        case _:
            return None


def _coalesced(found: Sequence[_Days]) -> _Days:
    certain = next((n for n, days in enumerate(found) if not days.null), None)
    return _spanned(found if certain is None else found[: certain + 1], null=certain is None)


def _spanned(days: Sequence[_Days], *, null: bool) -> _Days:
    firsts = [each.first for each in days if each.first is not None]
    lasts = [each.last for each in days if each.last is not None]
    return _Days(min(firsts, default=None), max(lasts, default=None), null)


def _compared(operator: str, left: _Days | None, right: _Days | None) -> _Truths:
    if left is None or right is None:
        return _ANY
    lacking = frozenset({None}) if left.null or right.null else frozenset()
    if left.first is None or left.last is None or right.first is None or right.last is None:
        return frozenset({None})
    match operator:
        case "<":
            always, sometimes = left.last < right.first, left.first < right.last
        case "<=":
            always, sometimes = left.last <= right.first, left.first <= right.last
        case ">":
            always, sometimes = left.first > right.last, left.last > right.first
        case ">=":
            always, sometimes = left.first >= right.last, left.last >= right.first
        case _:
            return _ANY
    return lacking | frozenset([*[True] * sometimes, *[False] * (not always)])
