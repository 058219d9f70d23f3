"""Random catalogues as YAML text, beside the measures and rules that the text must come to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from chiso.catalogue.expression import Expression, Logic
from chiso.catalogue.formula import (
    Combination,
    CombinationKind,
    Constant,
    Count,
    ExclusionRule,
    Measure,
    TableRules,
)
from chiso.terms.columns import TABLES
from chiso.terms.unit import LEVELS
from tests.compositions import Composer, always, composer, reason, written
from tests.worlds import World

# YAML reads JSON, so an entry is written as JSON; only the date of an edition must stand without quotes.
_TEXT = """\
catalogue: "random"
title: {{vi: Ngẫu nhiên, en: Random}}
editions:
  - {{id: "one", from: 1990-01-01, title: {{vi: Một, en: One}}, not_applicable: keeps_maximum}}
records: {records}
groups: {groups}
"""
_SHARES = {"month": "1/12", "quarter": "1/4", "year": 1}
# What an index may say of its value beyond its measures; none of it changes a count.
_RULES: Sequence[Mapping[str, object]] = (
    {},
    {"rule": "at_most", "full_points_at": "50%"},
    {"value_unit": "case", "per_year": True},
    {"fallback": {"denominator_of": "0.0", "period": "last_year", "share": _SHARES}},
)
_BOTH = {"vi": "tên", "en": "name"}


@dataclass(frozen=True)
class Index:
    """A component index: the measures that its text must come to.

    ``inside`` says whether the numerator is one count inside the denominator, which is one too;
    ``falls_back`` whether it has a fallback, in months, quarters and years.
    """

    code: str
    group: str
    numerator: Measure
    denominator: Measure
    subtree: bool
    inside: bool
    falls_back: bool


@dataclass(frozen=True)
class RandomCatalogue:
    """The text of a catalogue and its meaning."""

    text: str
    rules: Mapping[str, TableRules]
    indices: tuple[Index, ...]


def catalogue_text(records: Mapping[str, object], groups: Sequence[Mapping[str, object]]) -> str:
    """Return the YAML text of a catalogue with these entries."""
    return _TEXT.format(
        records=json.dumps(records, ensure_ascii=False), groups=json.dumps(groups, ensure_ascii=False)
    )


def index_entry(code: str, numerator: object, denominator: object, **rule: object) -> dict[str, object]:
    """Return the entry of an index worth ten points, full from 100 %, unless ``rule`` says otherwise."""
    return {
        "code": code,
        "name": _BOTH,
        "numerator": numerator,
        "denominator": denominator,
        "points": 10,
        "full_points_at": "100%",
        "on_zero": "zero",
        "applies_to": list(LEVELS),
        "status": "issued",
        "source": {"document": "Quyết định thử"},
        "remedy": _BOTH,
    } | rule


def group_entry(
    code: str, indices: Sequence[Mapping[str, object]], arithmetic: str = "decimal"
) -> dict[str, object]:
    """Return the entry of a group whose indices are worth ten points each."""
    return {
        "code": code,
        "name": _BOTH,
        "short": _BOTH,
        "points": 10 * len(indices),
        "rounding": {"percent": 2, "points": 2, "arithmetic": arithmetic},
        "indices": list(indices),
    }


@dataclass
class _Author:
    """Writes measures: the entry of the catalogue and, beside it, what it means."""

    draw: st.DrawFn
    world: World
    absent: bool
    definitions: dict[str, dict[str, Expression]] = field(default_factory=dict)

    def trees(self, table: str, *, absent: bool | None = None) -> Composer:
        known = self.definitions.setdefault(table, {})
        anything = self.absent if absent is None else absent
        return composer(self.draw, self.world, table, absent=anything, definitions=known)

    def denominator(self) -> tuple[dict[str, object], Measure]:
        if self.draw(st.integers(0, 4)):
            return self.count(self._table())
        return self.combination(None)

    def numerator(self, inside: Measure, *, within: bool) -> tuple[dict[str, object], Measure]:
        counted = inside if isinstance(inside, Count) else None
        way = self.draw(st.sampled_from(["inside", "inside", "apart", "within", "combined"]))
        if way == "combined":
            return self.combination(counted)
        if way == "within" and within and counted is not None and counted.kind == "distinct":
            found = self.count_within(counted)
            if found is not None:
                return found
        if way == "apart" or counted is None:
            return self.count(self._table())
        return self.count_inside(counted)

    def _table(self) -> str:
        return self.draw(st.sampled_from(sorted(self.world.sheets)))

    def count(self, table: str) -> tuple[dict[str, object], Count]:
        """Write a count over a table of its own."""
        trees = self.trees(table)
        where = trees.boolean(2) if self.draw(st.booleans()) else None
        kind = self.draw(st.sampled_from(["rows", "rows", "distinct", "sum", "min", "max"]))
        entry: dict[str, object] = {"records": table}
        if where is not None:
            entry["where"] = written(where)
        of = self._counted(kind, trees, entry)
        return entry, Count(table, kind, of, where)

    def count_inside(self, outer: Count) -> tuple[dict[str, object], Count]:
        """Write a count inside the denominator: of its rows those that fulfil one more condition."""
        trees = self.trees(outer.table)
        condition = trees.boolean(2)
        entry: dict[str, object] = {"where": written(condition)}
        kind = self.draw(st.sampled_from(["", "", "distinct", "sum", "max"]))
        where = condition if outer.where is None else Logic("and", (outer.where, condition))
        if kind:
            return entry, Count(outer.table, kind, self._counted(kind, trees, entry), where)
        if outer.kind == "distinct":
            return entry, Count(outer.table, "distinct", outer.of, where)
        return entry, Count(outer.table, "rows", None, where)

    def count_within(self, outer: Count) -> tuple[dict[str, object], Count] | None:
        """Write a distinct count that keeps only the denominator's codes."""
        assert outer.of is not None
        code = outer.of.name
        sharing = [name for name, sheet in self.world.sheets.items() if code in sheet.columns]
        table = self.draw(st.sampled_from(sorted(sharing))) if sharing else None
        if table is None:
            return None
        condition = self.trees(table).boolean(2)
        entry: dict[str, object] = {
            "records": table,
            "count": f"distinct {code}",
            "where": written(condition),
            "within": "denominator",
        }
        return entry, Count(table, "distinct", outer.of, condition, outer)

    def combination(self, inside: Count | None) -> tuple[dict[str, object], Combination]:
        """Write arithmetic over counts and constants."""
        kind: CombinationKind = self.draw(st.sampled_from(["add", "subtract", "multiply", "largest"]))
        entries, parts = [], []
        for _ in range(self.draw(st.integers(2, 3))):
            way = self.draw(st.sampled_from(["count", "inside", "constant"]))
            if way == "constant":
                number = self.draw(st.integers(-3, 12))
                entry, part = {"constant": number}, Constant(number)
            elif way == "inside" and inside is not None:
                entry, part = self.count_inside(inside)
            else:
                entry, part = self.count(self._table())
            entries.append(entry)
            parts.append(part)
        return {kind: entries}, Combination(kind, tuple(parts))

    def _counted(self, kind: str, trees: Composer, entry: dict[str, object]) -> Expression | None:
        """Return what is counted, summed or compared, and note it in the entry."""
        if kind == "rows":
            return None
        if kind == "distinct":
            column = self.draw(st.sampled_from(list(trees.columns_of("text"))))
            entry["count"] = f"distinct {column.name}"
            return column
        value = trees.value("integer", 1)
        entry[kind] = written(value)
        return value

    def rules(self) -> tuple[dict[str, dict[str, object]], dict[str, TableRules]]:
        """Write the population and exclusions of every table."""
        entries: dict[str, dict[str, object]] = {}
        rules = {}
        for table in sorted(self.world.sheets):
            present = self.trees(table, absent=False)
            population = always(TABLES[table]) if self.draw(st.integers(0, 2)) else present.boolean(2)
            exclusions = [self.trees(table).boolean(2) for _ in range(self.draw(st.sampled_from([0, 0, 1])))]
            found = composer(self.draw, self.world, table, absent=self.absent, plain=True).boolean(1)
            looked_up = found if self.draw(st.integers(0, 3)) == 3 else None
            rules[table] = TableRules(
                population,
                tuple(ExclusionRule(when, reason(n)) for n, when in enumerate(exclusions)),
                looked_up,
            )
            entries[table] = {
                "population": written(population),
                "excluded": [
                    {"when": written(when), "reason": reason(n).model_dump()}
                    for n, when in enumerate(exclusions)
                ],
            }
            if looked_up is not None:
                entries[table]["looked_up"] = written(looked_up)
        return entries, rules


@st.composite
def catalogues(
    draw: st.DrawFn, world: World, *, absent: bool = False, within: bool = True
) -> RandomCatalogue:
    """Draw a catalogue over the world's tables.

    With ``absent`` conditions may use columns and tables that the world lacks. ``within`` is used where an
    index counts a unit's own rows.
    """
    author = _Author(draw, world, absent)
    entries, rules = author.rules()
    indices, groups = [], []
    for group in range(draw(st.integers(1, 2))):
        written_indices = []
        for position in range(draw(st.integers(1, 3))):
            subtree = draw(st.booleans())
            denominator_entry, denominator = author.denominator()
            numerator_entry, numerator = author.numerator(denominator, within=within and not subtree)
            code = f"{group}.{position}"
            rollup = "subtree" if subtree else "own"
            rule = {"rollup": rollup, **draw(st.sampled_from(_RULES))}
            written_indices.append(index_entry(code, numerator_entry, denominator_entry, **rule))
            inside = "where" in numerator_entry and "records" not in numerator_entry
            falls_back = "fallback" in rule
            indices.append(Index(code, f"g{group}", numerator, denominator, subtree, inside, falls_back))
        groups.append(group_entry(f"g{group}", written_indices))
    for table, definitions in author.definitions.items():
        if definitions:
            texts = {name: written(tree) for name, tree in definitions.items()}
            entries[table]["definitions"] = texts
    return RandomCatalogue(catalogue_text(entries, groups), rules, tuple(indices))
