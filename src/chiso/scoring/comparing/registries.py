"""Two dated registries: who answers for whose records on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chiso.scoring.comparing.side import Side
from chiso.scoring.engine import answering
from chiso.terms.unit import Unit, UnitTree

_WHOLE = Fraction(1)


def joined(before: UnitTree, after: UnitTree) -> UnitTree:
    """Return the registry after, with the units that only the one before has: their records stay theirs."""
    return UnitTree([*after, *(unit for unit in before if unit.code not in after)])


def heirs(units: UnitTree, code: str, day: date) -> dict[str, Fraction]:
    """Return who answers for a unit on ``day``, each with its share: the unit itself while it exists."""
    unit = units[code]
    known = all(successor in units for successor, _ in unit.successors)
    if unit.valid_to is None or unit.valid_to >= day or not unit.successors or not known:
        # A board alone does not always have the units that come after its own.
        return {code: _WHOLE}
    found: dict[str, Fraction] = {}
    for successor, share in unit.successors:
        for heir, part in heirs(units, successor, day).items():
            found[heir] = found.get(heir, Fraction(0)) + share * part
    return found


@dataclass(frozen=True)
class Recast:
    """The units before in terms of the registry after.

    ``own`` says, by unit after, which units' own records are its own, and in which share; ``whole`` also
    those of the units below it. ``touched`` are the units after for which that is not as it was before.
    """

    units: UnitTree
    own: Mapping[str, Mapping[str, Fraction]]
    whole: Mapping[str, Mapping[str, Fraction]]
    touched: frozenset[str]

    def divided(self, code: str) -> bool:
        """Return whether some unit is only in part one's own or below it."""
        return any(share != 1 for share in self.whole.get(code, {}).values())


def recast(before: Side, after: Side) -> Recast:
    """Return how the units on the board before stand in the registry after, on its day of judgement."""
    units = joined(before.units, after.units)
    day = after.board.judgement.as_of
    listed = [score.unit.code for score in before.board.units]
    still_listed = {score.unit.code for score in after.board.units}
    own: dict[str, dict[str, Fraction]] = {}
    for code in listed:
        # While it is on the board after, a unit that is divided keeps its records there too.
        kept = {answering(units, code, day): _WHOLE}
        for heir, share in (kept if code in still_listed else heirs(units, code, day)).items():
            own.setdefault(heir, {})[code] = share
    whole = _with_below(units, own)
    was_own: dict[str, dict[str, Fraction]] = {}
    for code in listed:
        answers = answering(before.units, code, before.board.judgement.as_of)
        was_own.setdefault(answers, {})[code] = _WHOLE
    was_whole = _with_below(before.units, was_own)
    touched = {
        unit.code
        for unit in units
        if unit.code not in before.units
        or own.get(unit.code, {}) != was_own.get(unit.code, {})
        or whole.get(unit.code, {}) != was_whole.get(unit.code, {})
        or _standing(units, unit) != _standing(before.units, before.units[unit.code])
    }
    return Recast(units, own, whole, frozenset(touched))


def _with_below(units: UnitTree, own: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, Fraction]]:
    whole: dict[str, dict[str, Fraction]] = {}
    for code, sources in own.items():
        for above in (code, *(unit.code for unit in units.ancestors(code))):
            of_unit = whole.setdefault(above, {})
            for source, share in sources.items():
                of_unit[source] = of_unit.get(source, Fraction(0)) + share
    return whole


def _standing(units: UnitTree, unit: Unit) -> tuple[str, ...]:
    """Return a unit's level, and the units above it with theirs: what decides which indices it has."""
    above = [part for other in units.ancestors(unit.code) for part in (other.code, other.level)]
    return unit.level, *above
