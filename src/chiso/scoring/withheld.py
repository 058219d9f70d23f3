"""What a result that splits units keeps back, lest it tell of an official or of few citizens."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chiso.catalogue.formula import IndexRule, RuleSet, counts_in
from chiso.scoring.available import columns_of
from chiso.terms.columns import TABLES

if TYPE_CHECKING:
    from chiso.scoring.scoreboard import UnitScore

# Of fewer cases than this only their number is told: they say something of a person, an official's days or
# a citizen's mind, rather than of the work.
FEWEST_CASES = 5


@dataclass(frozen=True)
class Withheld:
    """What is kept back of one key of a split.

    Of ``indices`` percent, value and points are not told, of ``opinions`` (some of them) the numerator
    neither; of ``groups`` not the points, with ``total`` not their sum.
    """

    indices: frozenset[str] = frozenset()
    opinions: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    total: bool = False


NOTHING = Withheld()


def opinion_indices(rules: RuleSet) -> frozenset[str]:
    """Return the codes of the indices that count what citizens said of the office."""
    return frozenset(index.code for index in rules.indices if _reads_opinions(index, rules))


def _reads_opinions(index: IndexRule, rules: RuleSet) -> bool:
    for measure in (index.numerator, index.denominator):
        for count in counts_in(measure):
            of_table = rules.tables[count.table]
            excluded = [exclusion.when for exclusion in of_table.exclusions]
            for tree in (count.of, count.where, of_table.population, *excluded):
                used = columns_of(tree, TABLES[count.table])
                if any(TABLES[table].columns[name].opinion for table in used for name in used[table]):
                    return True
    return False


def withheld_of(
    units: Sequence[UnitScore], rules: RuleSet, *, officials: bool
) -> Mapping[tuple[str, str | None], Withheld]:
    """Return what is kept back, by unit and key, of a board that splits units.

    An official with few cases is told by counts only. An index over what citizens said is told by its
    denominator only where that is small, or where it would leave a small rest of the unit's figure.
    """
    opinions = opinion_indices(rules)
    by_unit: dict[str, list[UnitScore]] = {}
    for unit in units:
        by_unit.setdefault(unit.unit.code, []).append(unit)
    found = {}
    for parts in by_unit.values():
        few_said = {code: _told_by_few(parts, code) for code in opinions}
        for unit in parts:
            of_few = frozenset(code for code, keys in few_said.items() if unit.key in keys)
            few_cases = officials and unit.cases < FEWEST_CASES
            if of_few or few_cases:
                found[unit.unit.code, unit.key] = _withheld(unit, of_few, everything=few_cases)
    return found


def _withheld(unit: UnitScore, opinions: frozenset[str], *, everything: bool) -> Withheld:
    if everything:
        codes = frozenset(score.index for score in unit.scores)
        return Withheld(codes, opinions, frozenset(group.group for group in unit.groups), total=True)
    # An index without points leaves no trace in its group and the total.
    groups = frozenset(s.group for s in unit.scores if s.index in opinions and s.points is not None)
    return Withheld(opinions, opinions, groups, total=bool(groups))


def _told_by_few(parts: Sequence[UnitScore], code: str) -> Collection[str | None]:
    """Return the keys of which an index over what citizens said is not told."""
    sizes = sorted(_sizes(parts, code), key=lambda size: (size[0], str(size[1])))
    hidden = [(size, key) for size, key in sizes if size < FEWEST_CASES]
    together = sum(size for size, _ in hidden)
    for size, key in sizes[len(hidden) :]:
        # What the keys told leave of the unit's own figure must not be of few either.
        if not hidden or together >= FEWEST_CASES:
            break
        hidden.append((size, key))
        together += size
    return {key for _, key in hidden}


def _sizes(parts: Sequence[UnitScore], code: str) -> Iterator[tuple[int, str | None]]:
    for unit in parts:
        for score in unit.scores:
            if score.index == code and score.denominator:
                yield score.denominator, unit.key
