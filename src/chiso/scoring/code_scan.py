"""Codes behind an index that counts distinct ones: a code counts once, however many rows carry it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chiso.catalogue.expression import enum_of
from chiso.catalogue.formula import Count
from chiso.errors import Text
from chiso.scoring.compile import IN_POPULATION, Among
from chiso.scoring.deciding import Truths
from chiso.scoring.engine import Engine
from chiso.scoring.standing import (
    SignedCount,
    Standing,
    StandingRecord,
    holds,
    of_failing,
    of_fate,
    parts_of,
    truths_of,
)

_ABSENT = Text(vi="không có bản ghi nào trong kỳ", en="no record of it in the period")
_ELSEWHERE = Text(vi="chỉ có ở đơn vị khác", en="only another unit has it")
_BEYOND = Text(vi="mẫu số không có mã này", en="the denominator does not have this code")


@dataclass
class _Seen:
    """What the rows of one code showed for one count."""

    met: bool = False
    met_elsewhere: bool = False
    # The truths of rows of the period that did not meet it.
    failing: list[tuple[Truths, int]] = field(default_factory=list)
    # Those of the first row that met it, and the standing of the first row outside the period.
    holding: Truths | None = None
    not_in_period: Standing | None = None


class CodeScan:
    """Judges the codes that the counts of an index tell apart, over all rows of some units."""

    def __init__(
        self,
        engine: Engine,
        numerator: Sequence[SignedCount],
        denominator: Sequence[SignedCount],
        units: Sequence[str],
    ) -> None:
        self._engine = engine
        self._numerator = numerator
        self._denominator = denominator
        self._units = units

    def records(self) -> Iterator[StandingRecord]:
        """Yield every code with its standing, in the order of the codes."""
        counts = dict.fromkeys(entry.count for entry in (*self._denominator, *self._numerator))
        seen = {count: self._seen(count) for count in counts}
        table = (self._denominator or self._numerator)[0].count.table
        for code in sorted({code for by_code in seen.values() for code in by_code}):
            of_code = {count: by_code.get(code, _Seen()) for count, by_code in seen.items()}
            standing = self._standing(of_code)
            if standing is not None:
                yield StandingRecord(table, code, None, None, standing)

    def _seen(self, count: Count) -> dict[str, _Seen]:
        """Return by code what the rows of the count's table show."""
        assert count.of is not None  # a distinct count has its value
        rules = self._engine.tables[count.table]
        parts = parts_of([rules.population, count.where])
        among = [] if count.within is None else [Among(count.within)]
        words = enum_of(count.of)
        found: dict[str, _Seen] = {}
        for row in self._engine.tally(count.table, [count.of, *parts, *among], self._units):
            value, *truth_values = row.values
            if value is None:
                continue
            code = words[int(value)] if words else str(value)  # type: ignore[call-overload]
            seen = found.setdefault(code, _Seen())
            truths = truths_of(parts, truth_values[: len(parts)])
            if row.fate != IN_POPULATION:
                seen.not_in_period = seen.not_in_period or of_fate(row.fate, count.table, rules, truths)
            elif holds(count.where, truths) is not True:
                seen.failing.append((truths, row.rows))
            elif among and not truth_values[-1]:
                seen.met_elsewhere = True
            else:
                seen.met = True
                seen.holding = truths if seen.holding is None else seen.holding
        return found

    def _standing(self, seen: dict[Count, _Seen]) -> Standing | None:
        numerator = sum(entry.sign * seen[entry.count].met for entry in self._numerator)
        denominator = sum(entry.sign * seen[entry.count].met for entry in self._denominator)
        if numerator > 0 or (denominator > 0 and not self._numerator):
            return Standing("counted", None, None, numerator, denominator)
        # A code that is taken off what is counted otherwise is told too, or the sum would not come out.
        if denominator != 0 or numerator < 0:
            failing = self._failing(seen)
            return Standing(failing.state, failing.clause, failing.told, numerator, denominator)
        return self._outside(seen)

    def _failing(self, seen: dict[Count, _Seen]) -> Standing:
        for entry in self._numerator:
            shown = seen[entry.count]
            if entry.sign > 0 and not shown.met:
                if shown.met_elsewhere:
                    return Standing("not_counted", told=_ELSEWHERE)
                return _commonest(entry, shown.failing) or Standing("not_counted", told=_ABSENT)
        for entry in self._numerator:
            shown = seen[entry.count]
            if entry.sign < 0 and shown.holding is not None:
                return of_failing([entry], shown.holding)
        return Standing("not_counted")

    def _outside(self, seen: dict[Count, _Seen]) -> Standing | None:
        """Return the standing of a code that the denominator does not have, None if none asks about it."""
        asked = self._denominator or self._numerator
        for entry in asked:
            shown = seen[entry.count]
            standing = _commonest(entry, shown.failing)
            if standing is not None:
                return Standing("outside", standing.clause)
            if shown.not_in_period is not None:
                return shown.not_in_period
        if any(seen[entry.count].met_elsewhere for entry in self._numerator):
            return Standing("outside", told=_BEYOND)
        return None


def _commonest(entry: SignedCount, failing: Sequence[tuple[Truths, int]]) -> Standing | None:
    """Return the standing that most rows of a code speak for; one that leaves it open goes before."""
    counted: Counter[Standing] = Counter()
    for truths, rows in failing:
        counted[of_failing([SignedCount(entry.count, 1)], truths)] += rows
    if not counted:
        return None
    return max(counted, key=lambda standing: (standing.state == "undetermined", counted[standing]))
