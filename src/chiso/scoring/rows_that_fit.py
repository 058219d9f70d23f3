"""Differences that a number of rows would make: on one side only, or moved between two units.

Which rows they are the counts do not tell. So a number of rows is named only where everything that the
portal publishes of the unit agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chiso.catalogue.formula import Measure
from chiso.errors import Text
from chiso.scoring.choose import Chooser
from chiso.scoring.hypotheses import Trials, Variant
from chiso.scoring.published import LEAST_COMPANY, Key, Published, index_score
from chiso.scoring.scoreboard import UnitScore

Pair = tuple[int, int]


@dataclass(frozen=True)
class RowsThatFit:
    """Rows (in the numerator, in the denominator) that the portal has more, or fewer if below 0.

    They come before the ``variant``'s own steps. ``other_unit`` has just as many less.
    """

    rows: Pair
    name: Text
    id: str
    variant: Variant = ()
    other_unit: str | None = None


def rows_that_fit(
    left: Sequence[Published],
    entries: Iterable[Published],
    base: Mapping[str, UnitScore],
    trials: Trials,
    chooser: Chooser,
    set_aside: Mapping[str, int],
) -> Mapping[Key, RowsThatFit]:
    """Return the rows that explain figures which no hypothesis gives, by figure."""
    result: dict[Key, RowsThatFit] = {}
    counted = [entry for entry in left if entry.has_counts]
    agreeing: dict[str, list[Published]] = {}
    for entry in entries:
        if entry.has_counts and entry not in counted:
            agreeing.setdefault(entry.unit.code, []).append(entry)
    by_unit: dict[str, list[Published]] = {}
    for entry in counted:
        by_unit.setdefault(entry.unit.code, []).append(entry)
    gaps = {
        unit: {entry.key[1]: gap for entry in own if (gap := _gap(entry, base)) is not None}
        for unit, own in by_unit.items()
    }
    for unit, other in _mirrored(gaps):
        for entry in by_unit[unit]:
            result[entry.key] = _moved(gaps[unit][entry.key[1]], unit, other)
    for unit, own in by_unit.items():
        if any(entry.key in result for entry in own):
            continue
        for entry, variant, rows in _of_unit(unit, own, agreeing.get(unit, []), base, trials, chooser):
            result[entry.key] = RowsThatFit(
                rows, _told(rows, set_aside.get(unit, 0)), "rows_that_fit", variant
            )
    return result


def _gap(entry: Published, scores: Mapping[str, UnitScore]) -> Pair | None:
    """Return by how much the portal's counts exceed those of ``scores``, None where one lacks counts."""
    assert entry.index is not None  # a group's figure has no counts
    own = index_score(scores[entry.unit.code], entry.index.code)
    theirs = entry.figures
    if own.numerator is None or own.denominator is None:
        return None
    if theirs.numerator is None or theirs.denominator is None:
        return None
    return theirs.numerator - own.numerator, theirs.denominator - own.denominator


def _could_be_rows(gap: Pair) -> bool:
    """Return whether whole rows make the difference: each in the denominator, some in the numerator."""
    numerator, denominator = gap
    return denominator != 0 and 0 <= numerator * _sign(denominator) <= abs(denominator)


def _sign(number: int) -> int:
    return 1 if number > 0 else -1


def _mirrored(gaps: Mapping[str, Mapping[str, Pair]]) -> Iterator[tuple[str, str]]:
    """Yield units whose surplus is just the deficit of one other unit, index by index."""
    for unit, own in gaps.items():
        if not own or not all(_could_be_rows(gap) for gap in own.values()):
            continue
        mirror = {index: (-numerator, -denominator) for index, (numerator, denominator) in own.items()}
        partners = [other for other, theirs in gaps.items() if other != unit and dict(theirs) == mirror]
        rivals = [other for other, theirs in gaps.items() if other != unit and dict(theirs) == dict(own)]
        if len(partners) == 1 and not rivals:
            yield unit, partners[0]


def _of_unit(
    unit: str,
    own: Sequence[Published],
    agreeing: Sequence[Published],
    base: Mapping[str, UnitScore],
    trials: Trials,
    chooser: Chooser,
) -> Iterator[tuple[Published, Variant, Pair]]:
    """Yield the figures of a unit that some rows explain, alone or with one hypothesis."""
    alone = {e.key: gap for e in own if (gap := _gap(e, base)) is not None and _could_be_rows(gap)}
    if len(alone) == len(own) and _consistent(own, agreeing, base, alone):
        yield from ((entry, (), alone[entry.key]) for entry in own)
        return
    fitting: list[tuple[Variant, dict[Key, Pair]]] = []
    # With a number of rows to choose freely, one figure fits almost anything.
    for variant in chooser.usable_singles() if len(own) >= LEAST_COMPANY else ():
        scores = trials.scores(variant)
        if scores is None or variant[0].cause == "rows" or chooser.contradicts(variant, unit):
            continue
        with_it = {e.key: gap for e in own if (gap := _gap(e, scores)) is not None and _could_be_rows(gap)}
        if len(with_it) == len(own) and _consistent(own, agreeing, scores, with_it):
            fitting.append((variant, with_it))
    if len({tuple(rows.items()) for _, rows in fitting}) == 1 and len({v[0].cause for v, _ in fitting}) == 1:
        variant, rows = fitting[0]
        yield from ((entry, variant, rows[entry.key]) for entry in own)


def _consistent(
    own: Sequence[Published],
    agreeing: Sequence[Published],
    scores: Mapping[str, UnitScore],
    rows: Mapping[Key, Pair],
) -> bool:
    """Return whether indices that count the same rows all lack as many, those that agree included."""
    by_denominator: dict[Measure | None, set[int]] = {}
    for entry in own:
        assert entry.index is not None  # a group's figure has no counts
        by_denominator.setdefault(entry.index.denominator, set()).add(rows[entry.key][1])
    for entry in agreeing:
        assert entry.index is not None  # a group's figure has no counts
        gap = _gap(entry, scores)
        if gap is not None:
            by_denominator.setdefault(entry.index.denominator, set()).add(gap[1])
    return all(len(found) == 1 for found in by_denominator.values() if found - {0})


def _told(rows: Pair, set_aside: int) -> Text:
    if rows[1] < 0:
        return Text(vi="dòng mà Cổng không có", en="rows that the portal lacks")
    if rows[1] == set_aside:
        return Text(
            vi="dòng chỉ Cổng có; đúng bằng số dòng bị cách ly",
            en="rows only the portal has; as many as are quarantined here",
        )
    return Text(vi="dòng chỉ Cổng có", en="rows only the portal has")


def _moved(rows: Pair, unit: str, other: str) -> RowsThatFit:
    source, target = (other, unit) if rows[1] > 0 else (unit, other)
    name = Text(vi=f"dòng của {source} tính cho {target}", en=f"rows of {source} counted for {target}")
    return RowsThatFit(rows, name, "moved_between_units", other_unit=other)
