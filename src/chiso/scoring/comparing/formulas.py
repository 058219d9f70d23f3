"""Where two editions count otherwise: from counts alone one cannot be told in terms of the other."""

from __future__ import annotations

from chiso.catalogue.formula import IndexRule, RuleSet, counts_in
from chiso.scoring.available import columns_of
from chiso.terms.columns import TABLES


def other_formulas(before: RuleSet, after: RuleSet) -> tuple[str, ...]:
    """Return the codes of the indices after that count what the same index before did not, or were not there.

    Populations, exclusions and look-ups count too, and who an index is measured at; targets, points, zero
    rules and rounding do not.
    """
    old = {index.code: index for index in before.indices}
    return tuple(
        index.code
        for index in after.indices
        if index.code not in old or not _same(old[index.code], before, index, after)
    )


def _same(old: IndexRule, before: RuleSet, new: IndexRule, after: RuleSet) -> bool:
    if not set(new.applies_to) <= set(old.applies_to) or (old.scored, new.scored) == (False, True):
        return False
    by_index = ("numerator", "denominator", "value_unit", "rollup", "measured_at")
    if any(getattr(old, name) != getattr(new, name) for name in by_index):
        return False
    for table in tables_of(new, after):
        ours, theirs = before.tables.get(table), after.tables.get(table)
        if ours is None or theirs is None:
            if ours is not theirs:
                return False
            continue
        kept = ("population", "exclusions", "looked_up")
        if any(getattr(ours, name) != getattr(theirs, name) for name in kept):
            return False
    return True


def tables_of(index: IndexRule, rules: RuleSet) -> frozenset[str]:
    """Return the records tables that an index counts, and those that it looks up."""
    tables: set[str] = set()
    for measure in (index.numerator, index.denominator):
        for count in counts_in(measure):
            tables.add(count.table)
            entry = rules.tables.get(count.table)
            asked = [count.of, count.where]
            if entry is not None:
                asked += [entry.population, *(exclusion.when for exclusion in entry.exclusions)]
            for tree in asked:
                tables.update(columns_of(tree, TABLES[count.table]))
    return frozenset(tables)
