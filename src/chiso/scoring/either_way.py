"""Ranges of totals → ranges of places: how well and how badly each unit could come to stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.scoring.robustness import PlaceRange

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class TotalRange:
    """How low and how high a total could come out.

    What hangs on rows of a unit above is apart: units of one parent have that part alike, so between them
    it cancels. ``above`` names those shares of the total: index and unit they are measured at.
    """

    least: Decimal
    most: Decimal
    above_least: Decimal = _NOTHING
    above_most: Decimal = _NOTHING
    above: tuple[tuple[str, str], ...] = ()

    @property
    def whole(self) -> tuple[Decimal, Decimal]:
        """The least and the most total, whatever it hangs on."""
        return self.least + self.above_least, self.most + self.above_most


def places_either_way(ranges: Sequence[TotalRange]) -> list[PlaceRange]:
    """Return each unit's best place (itself highest, others lowest) and its worst (the reverse).

    A unit stands above another for certain only where its least total exceeds the other's most; equal
    totals share the better place.
    """
    by_above: dict[tuple[tuple[str, str], ...], list[TotalRange]] = {}
    for entry in ranges:
        by_above.setdefault(entry.above, []).append(entry)
    everyone = _Totals([entry.whole for entry in ranges])
    kin = {above: _Totals([entry.whole for entry in entries]) for above, entries in by_above.items()}
    # Between units with the same part from above it cancels.
    among_kin = {
        above: _Totals([(entry.least, entry.most) for entry in entries])
        for above, entries in by_above.items()
    }
    places: list[PlaceRange] = []
    for entry in ranges:
        least, most = entry.whole
        same, apart = kin[entry.above], among_kin[entry.above]
        surely_above = everyone.surely_above(most) - same.surely_above(most) + apart.surely_above(entry.most)
        perhaps_above = everyone.perhaps_above(least) - same.perhaps_above(least)
        perhaps_above += apart.perhaps_above(entry.least)
        # A unit with open rows could exceed its own least total, but it does not stand above itself.
        perhaps_above -= entry.most > entry.least
        places.append(PlaceRange(1 + surely_above, 1 + perhaps_above))
    return places


def may_change_places(above: TotalRange, below: TotalRange) -> bool:
    """Return whether the unit below could reach the total of the one above once open rows are resolved."""
    if above.above == below.above:
        return below.most >= above.least
    return below.whole[1] >= above.whole[0]


class _Totals:
    def __init__(self, ranges: Sequence[tuple[Decimal, Decimal]]) -> None:
        self._least = sorted(least for least, _ in ranges)
        self._most = sorted(most for _, most in ranges)

    def surely_above(self, total: Decimal) -> int:
        return len(self._least) - bisect_right(self._least, total)

    def perhaps_above(self, total: Decimal) -> int:
        return len(self._most) - bisect_right(self._most, total)
