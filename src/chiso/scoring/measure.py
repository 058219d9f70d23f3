"""What a run measures: for every index its counts, reduced to what the records can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chiso.catalogue.expression import IsNull
from chiso.catalogue.formula import Count, IndexRule, Measure, RuleSet, counts_in
from chiso.scoring.available import Missing, Present, available_measure, missing_together
from chiso.scoring.compile import Wanted
from chiso.terms.columns import TABLES


@dataclass(frozen=True)
class IndexMeasures:
    """The measures of one index; ``undetermined`` counts records its conditions leave open.

    ``beyond`` counts the numerator without its ``within``: what it exceeds the numerator by are codes
    that the denominator does not have.
    """

    numerator: Measure
    denominator: Measure
    undetermined: Count | None
    beyond: Count | None


@dataclass(frozen=True, kw_only=True)
class DenominatorMissing(Missing):
    """What is missing for the denominator of an index that has a fallback; its numerator can be counted."""

    numerator: Measure


def measures_of(rules: RuleSet, present: Present) -> dict[str, IndexMeasures | Missing]:
    """Return the measures of every index that records decide, or what is missing for it, by code."""
    result: dict[str, IndexMeasures | Missing] = {}
    for index in rules.indices:
        if index.numerator is None or index.denominator is None:
            continue
        numerator = available_measure(index.numerator, present)
        denominator = available_measure(index.denominator, present)
        if isinstance(denominator, Missing) and not isinstance(numerator, Missing) and index.fallback:
            result[index.code] = DenominatorMissing(
                all_of=denominator.all_of, choices=denominator.choices, numerator=numerator
            )
        elif isinstance(numerator, Missing) or isinstance(denominator, Missing):
            result[index.code] = missing_together(numerator, denominator)
        else:
            result[index.code] = IndexMeasures(
                numerator, denominator, _undetermined(numerator, denominator), _beyond(numerator)
            )
    return result


def wanted_counts(rules: RuleSet, measures: Mapping[str, IndexMeasures | Missing]) -> tuple[Wanted, ...]:
    """Return every count that the run needs, each once."""
    wanted: dict[Wanted, None] = {}
    for index in rules.indices:
        own = measures.get(index.code)
        if isinstance(own, IndexMeasures | DenominatorMissing):
            wanted.update(dict.fromkeys(_wanted(index, own)))
    return tuple(wanted)


def _wanted(index: IndexRule, measures: IndexMeasures | DenominatorMissing) -> Iterator[Wanted]:
    subtree = index.rollup == "subtree"
    parts: tuple[Measure | None, ...] = (measures.numerator,)
    if isinstance(measures, IndexMeasures):
        parts += (measures.denominator, measures.undetermined, measures.beyond)
    for part in parts:
        for count in _to_count(part):
            yield Wanted(count, subtree)


def _to_count(measure: Measure | None) -> Iterator[Count]:
    # A count that another must lie within is counted only where it is itself a measure.
    nested = {count.within for count in counts_in(measure) if count.within is not None}
    yield from (count for count in counts_in(measure) if count not in nested)


def splits_by(measures: IndexMeasures, column: str, present: Present) -> bool:
    """Return whether every count of the index is over a table that has the split's column."""
    counts = [*counts_in(measures.numerator), *counts_in(measures.denominator)]
    return all(column in TABLES[c.table].columns and column in present[c.table] for c in counts)


def _undetermined(numerator: Measure, denominator: Measure) -> Count | None:
    if not (isinstance(numerator, Count) and isinstance(denominator, Count)):
        return None
    if numerator.table != denominator.table or numerator.where is None:
        return None
    # The numerator's condition holds the denominator's: null and false is false, so what the
    # denominator rules out is not open.
    return Count(numerator.table, "rows", None, IsNull(numerator.where))


def _beyond(numerator: Measure) -> Count | None:
    if isinstance(numerator, Count) and numerator.within is not None:
        return replace(numerator, within=None)
    return None
