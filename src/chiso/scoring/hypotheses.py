"""Hypotheses on how a portal counts: what each says, and what the records come to under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.model import Reading
from chiso.errors import RecordsError, Text
from chiso.scoring.available import Missing
from chiso.scoring.compile import FIRST_EXCLUSION, QUARANTINED, SUPERSEDED, UNDETERMINED, Wanted
from chiso.scoring.differences import CAUSES, Cause
from chiso.scoring.engine import Engine
from chiso.scoring.measure import IndexMeasures, measures_of, wanted_counts
from chiso.scoring.points import Scorer
from chiso.scoring.recount import (
    Included,
    Origin,
    Recount,
    UnitsCounted,
    as_counted,
    listed_elsewhere,
    with_fate,
)
from chiso.scoring.reported import Reported
from chiso.scoring.scoreboard import UnitScore
from chiso.terms.columns import CASES
from chiso.terms.unit import Unit

RulesAsRead = Callable[[Sequence[Reading]], RuleSet]
Measures = Mapping[str, IndexMeasures | Missing]


@dataclass(frozen=True)
class Hypothesis:
    """One way in which a portal may count otherwise: exactly one of the three ways is given.

    Its id says which one it is. ``concerns`` are the units that it is about, where it is about some only.
    """

    cause: Cause
    id: str
    name: Text = field(compare=False)
    included: Included | None = field(default=None, compare=False)
    reading: Reading | None = field(default=None, compare=False)
    units: UnitsCounted | None = field(default=None, compare=False)
    concerns: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def place(self) -> int:
        """Where its cause stands on the way from ours to theirs."""
        return CAUSES.index(self.cause)


# Hypotheses that hold together, in the order of their causes; none at all is our own way of counting.
Variant = tuple[Hypothesis, ...]


def hypotheses(engine: Engine, *, with_list: bool) -> Iterator[Hypothesis]:
    """Yield what is tried on the records by itself; a portal's list of cases allows for two more."""
    yield from _on_rows(engine)
    if with_list:
        name = Text(vi="hồ sơ không có trong danh sách của Cổng", en="cases that the portal's list lacks")
        yield Hypothesis("rows", "not_in_portal_list", name, included=listed_elsewhere)
    for reading in engine.rules.readings:
        yield Hypothesis(reading.cause, reading.id, Text(reading.name.vi, reading.name.en), reading=reading)
    yield from _on_units(engine, with_list=with_list)


def _on_rows(engine: Engine) -> Iterator[Hypothesis]:
    for table, rules in engine.tables.items():
        loaded = engine.records.tables[table]
        fates = [
            (SUPERSEDED, "superseded", Text(vi="trạng thái cũ của cùng một mã", en="older states"))
        ] * bool(loaded.superseded)
        if loaded.quarantined:
            fates.append((QUARANTINED, "quarantined", Text(vi="dòng bị cách ly", en="quarantined rows")))
        fates += [
            (FIRST_EXCLUSION + n, f"excluded_{n + 1}", Text(exclusion.reason.vi, exclusion.reason.en))
            for n, exclusion in enumerate(rules.exclusions)
        ]
        fates.append(
            (
                UNDETERMINED,
                "undetermined",
                Text(vi="dòng không xếp được vào kỳ", en="rows not placed in time"),
            )
        )
        for fate, name, what in fates:
            told = Text(
                vi=f"Cổng tính cả: {what.vi} ({table})", en=f"the portal counts {table} too: {what.en}"
            )
            yield Hypothesis("rows", f"{table}_{name}", told, included=with_fate(fate, table))


def _on_units(engine: Engine, *, with_list: bool) -> Iterator[Hypothesis]:
    units = engine.records.units
    codes = frozenset(unit.code for unit in units)
    cause: Cause = "unit_mapping"
    if any(unit.parent_code for unit in units):
        name = Text(
            vi="chỉ hồ sơ của chính đơn vị, không cộng đơn vị dưới",
            en="a unit's own rows only, those of units below it not added",
        )
        yield Hypothesis(cause, "own_rows_only", name, units=UnitsCounted(not_rolled_up=codes))
    if any(len(unit.successors) == 1 for unit in units):
        name = Text(
            vi="hồ sơ vẫn tính cho đơn vị cũ, chưa chuyển sang đơn vị kế thừa",
            en="cases stay with the unit that has ended, not with its successor",
        )
        yield Hypothesis(
            cause,
            "kept_by_predecessor",
            name,
            units=UnitsCounted(lambda o: o.recorded if o.recorded in codes else o.unit),
        )
        later = {unit.code: unit.successors[0][0] for unit in units if len(unit.successors) == 1}
        name = Text(
            vi="hồ sơ đã tính cho đơn vị kế thừa dù đơn vị cũ còn hoạt động",
            en="cases already with the successor of a unit that still exists",
        )

        def successor(origin: Origin) -> str | None:
            return None if origin.unit is None else later.get(origin.unit, origin.unit)

        yield Hypothesis(cause, "taken_by_successor", name, units=UnitsCounted(successor))
    if with_list:
        name = Text(vi="đơn vị theo danh sách của Cổng", en="units as the portal's list has them")
        yield Hypothesis(
            cause, "unit_in_portal_list", name, units=UnitsCounted(lambda o: o.elsewhere or o.unit)
        )


def counted_for(unit: Unit, other: Unit, moved: frozenset[str]) -> Hypothesis:
    """Return that all rows of ``unit`` (of ``moved``: it and those below it) count for ``other``."""

    def of(origin: Origin) -> str | None:
        return other.code if origin.unit in moved else origin.unit

    name = Text(
        vi=f"hồ sơ của {unit.code} tính cho {other.code}", en=f"rows of {unit.code} counted for {other.code}"
    )
    concerned = frozenset({unit.code, other.code})
    return Hypothesis(
        "unit_mapping", f"{unit.code}_for_{other.code}", name, units=UnitsCounted(of), concerns=concerned
    )


def not_rolled_up(unit: Unit) -> Hypothesis:
    """Return the hypothesis that a unit's rows are not added to those of the units above it."""
    name = Text(
        vi=f"hồ sơ của {unit.code} không cộng lên cấp trên",
        en=f"rows of {unit.code} not added to units above",
    )
    return Hypothesis(
        "unit_mapping", f"{unit.code}_apart", name, units=UnitsCounted(not_rolled_up=frozenset({unit.code}))
    )


class Trials:
    """Scores the records of a run under any variant; each is worked out once."""

    def __init__(
        self,
        engine: Engine,
        rules_as_read: RulesAsRead,
        reported: Reported,
        units: Sequence[Unit],
        portal_cases: Mapping[str, str] | None = None,
    ) -> None:
        self._engine = engine
        self._rules_as_read = rules_as_read
        self._reported = reported
        self._units = units
        self._portal_cases = portal_cases
        self._counted: dict[tuple[str, ...], tuple[Measures, Recount] | None] = {}
        self._scores: dict[tuple[str, ...], Mapping[str, UnitScore] | None] = {}

    def scores(self, variant: Variant) -> Mapping[str, UnitScore] | None:
        """Return every unit's scores under a variant, None where the records do not allow for it."""
        key = tuple(hypothesis.id for hypothesis in variant)
        if key not in self._scores:
            self._scores[key] = self._worked_out(variant)
        return self._scores[key]

    def _worked_out(self, variant: Variant) -> Mapping[str, UnitScore] | None:
        found = self._recount(tuple(h.reading for h in variant if h.reading is not None))
        if found is None:
            return None
        measures, recount = found
        included = next((h.included for h in variant if h.included is not None), as_counted)
        units = next((h.units for h in variant if h.units is not None), UnitsCounted())
        scorer = Scorer(
            self._engine.rules,
            self._engine.records.units,
            recount.counts(included, units),
            measures,
            self._reported,
            self._engine.judgement,
        )
        return {unit.code: scorer.unit(unit) for unit in self._units}

    def _recount(self, readings: tuple[Reading, ...]) -> tuple[Measures, Recount] | None:
        key = tuple(reading.id for reading in readings)
        if key not in self._counted:
            self._counted[key] = self._counted_as_read(readings)
        return self._counted[key]

    def _counted_as_read(self, readings: tuple[Reading, ...]) -> tuple[Measures, Recount] | None:
        engine = self._engine
        if readings:
            try:
                engine = engine.under(self._rules_as_read(readings))
            except RecordsError:
                # The records lack what this reading goes by, so they cannot bear it out.
                return None
        measures = measures_of(engine.rules, engine.present)
        scored = replace(
            engine.rules,
            groups=tuple(
                replace(group, indices=tuple(index for index in group.indices if index.scored))
                for group in engine.rules.groups
            ),
        )
        wanted: Sequence[Wanted] = wanted_counts(scored, measures)
        as_issued = self._recount(()) if readings else None
        known = None if as_issued is None else as_issued[1]
        return measures, Recount(engine, wanted, self._portal_cases, known)


def rows_set_aside(engine: Engine) -> Mapping[str, int]:
    """Return how many quarantined cases each unit has, those of units below it included."""
    found: dict[str, int] = {}
    if CASES.name not in engine.tables:
        return found
    for row in engine.tally(CASES.name, []):
        if row.fate == QUARANTINED and row.unit_code is not None:
            above = (unit.code for unit in engine.records.units.ancestors(row.unit_code))
            for code in (row.unit_code, *above):
                found[code] = found.get(code, 0) + row.rows
    return found
