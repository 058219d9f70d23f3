"""Which indices rest on what a catalogue says of a records table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from chiso.catalogue.expression import Definition, Exists, Expression, Lookup, walk
from chiso.catalogue.formula import IndexRule, RuleSet, counts_in
from chiso.terms.columns import TABLES

# A records table's rule ("population", "excluded", "looked_up"), or one of its definitions.
Ground = tuple[Literal["rule", "definition"], str, str]


def indices_resting_on(ground: Ground, *editions: RuleSet) -> tuple[str, ...]:
    """Return the codes of the indices whose counts can change with ``ground``, in any of the editions."""
    return tuple(
        dict.fromkeys(
            index.code
            for rules in editions
            for index in rules.indices
            if ground in set(grounds_of(index, rules))
        )
    )


def grounds_of(index: IndexRule, rules: RuleSet) -> Iterator[Ground]:
    """Yield everything that the counts of an index rest on, through other definitions and look-ups too."""
    for measure in (index.numerator, index.denominator):
        for count in counts_in(measure):
            entry = rules.tables[count.table]
            yield ("rule", count.table, "population")
            yield ("rule", count.table, "excluded")
            for tree in (count.of, count.where, entry.population, *(rule.when for rule in entry.exclusions)):
                if tree is not None:
                    yield from _grounds_in(tree, count.table, rules)


def _grounds_in(tree: Expression, table: str, rules: RuleSet) -> Iterator[Ground]:
    for part in walk(tree):
        if isinstance(part, Definition):
            yield ("definition", table, part.name)
        elif isinstance(part, Lookup | Exists):
            target = TABLES[table].relations[part.relation].table
            yield ("rule", target, "looked_up")
            found = rules.tables.get(target)
            # A look-up finds rows by a condition that looks up nothing itself.
            if found is not None and found.looked_up is not None:
                yield from _grounds_in(found.looked_up, target, rules)
