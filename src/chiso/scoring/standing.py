"""What a record is to an index: counted, not counted, left open, excluded or outside, and for what clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from chiso.catalogue.expression import Expression
from chiso.catalogue.formula import Combination, Count, Measure, TableRules
from chiso.errors import Text
from chiso.scoring.compile import FIRST_EXCLUSION, OUTSIDE, QUARANTINED, SUPERSEDED, UNDETERMINED
from chiso.scoring.deciding import Clause, Truths, deciding, smallest_parts, truth
from chiso.scoring.engine import SUPERSEDED_REASON, UNDETERMINED_REASON

State = Literal["not_counted", "undetermined", "counted", "excluded", "outside"]


@dataclass(frozen=True)
class Standing:
    """The state of a record, why, and what it adds to numerator and denominator.

    The reason is a clause of the index or of the period's population, or ``told`` where neither decided.
    A record that counts needs no reason.
    """

    state: State
    clause: Clause | None = None
    told: Text | None = None
    numerator: int = 0
    denominator: int = 0


@dataclass(frozen=True)
class StandingRecord:
    """One record, or one code, by its own id: the unit that answers for it, its official, its standing."""

    table: str
    record_id: str
    unit_code: str | None
    officer_code: str | None
    standing: Standing


@dataclass(frozen=True)
class SignedCount:
    """One count of a measure, and whether it adds (1) or takes away (-1)."""

    count: Count
    sign: int


def signed_counts(measure: Measure, sign: int = 1) -> Iterator[SignedCount]:
    """Yield the counts that a measure is made of, those it must lie within left out."""
    match measure:
        case Count():
            yield SignedCount(measure, sign)
        case Combination(kind=kind, parts=parts):
            for position, part in enumerate(parts):
                yield from signed_counts(part, -sign if kind == "subtract" and position else sign)
        case _:
            return


def adds_up(measure: Measure) -> bool:
    """Return whether a measure is the sum of what single records add to it."""
    match measure:
        case Combination(kind=kind, parts=parts):
            return kind in ("add", "subtract") and all(map(adds_up, parts))
        case Count(kind=kind):
            return kind in ("rows", "distinct", "sum")
        case _:
            return False


def parts_of(conditions: Iterable[Expression | None]) -> tuple[Expression, ...]:
    """Return the smallest parts of all conditions, each once."""
    given = [condition for condition in conditions if condition is not None]
    return tuple(dict.fromkeys(part for condition in given for part in smallest_parts(condition)))


def truths_of(parts: Sequence[Expression], values: Sequence[object]) -> dict[Expression, bool | None]:
    """Return the truth of each part from the values that the engine gave for it."""
    return {part: None if value is None else bool(value) for part, value in zip(parts, values, strict=True)}


def holds(condition: Expression | None, truths: Truths) -> bool | None:
    """Return whether a condition holds; where there is none it does."""
    return True if condition is None else truth(condition, truths)


def of_fate(fate: int, table: str, rules: TableRules, truths: Truths) -> Standing | None:
    """Return the standing of a row of ``table`` that is not in the population; None for one in quarantine."""
    if fate == QUARANTINED:
        return None
    if fate == SUPERSEDED:
        return Standing("excluded", told=SUPERSEDED_REASON)
    if fate == UNDETERMINED:
        return Standing("excluded", deciding(rules.population, truths, table), UNDETERMINED_REASON)
    if fate == OUTSIDE:
        return Standing("outside", deciding(rules.population, truths, table))
    reason = rules.exclusions[fate - FIRST_EXCLUSION].reason
    return Standing("excluded", told=Text(reason.vi, reason.en))


def of_failing(numerator: Sequence[SignedCount], truths: Truths) -> Standing:
    """Return the standing of what the denominator has and the numerator has not, with its clause."""
    for entry in numerator:
        held = holds(entry.count.where, truths)
        if entry.sign > 0 and held is not True and entry.count.where is not None:
            state: State = "undetermined" if held is None else "not_counted"
            return Standing(state, deciding(entry.count.where, truths, entry.count.table))
    # All that is asked holds, so something that is taken away holds too.
    for entry in numerator:
        if entry.sign < 0 and entry.count.where is not None and holds(entry.count.where, truths) is True:
            return Standing("not_counted", deciding(entry.count.where, truths, entry.count.table))
    return Standing("not_counted")
