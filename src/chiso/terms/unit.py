"""Units (đơn vị): who is scored, at which level, under which parent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

from chiso.arithmetic import ratio_of_percent

Level = Literal["ministry", "province", "department", "district", "commune", "office"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Unit:
    """One unit of the registry; a missing ``valid_from`` or ``valid_to`` leaves that end open.

    ``successor_code`` names who answers once it has ended; several, parted by semicolons, divide it by
    ``share``.
    """

    code: str
    name: str
    level: Level
    parent_code: str | None = None
    peer_group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str | None = None
    share: str | None = None

    @cached_property
    def successors(self) -> tuple[tuple[str, Fraction], ...]:
        """Who answers once the unit has ended, each with its share (0..1); the shares add up to 1.

        Raises ValueError where shares are not as a registry may have them; a registry that was read has
        none such.
        """
        codes = parted(self.successor_code)
        if not codes:
            return ()
        if len(codes) == 1 and self.share is None:
            return ((codes[0], Fraction(1)),)
        shares = [share_of(text) for text in parted(self.share)]
        if len(shares) != len(codes) or sum(shares) != 1:
            raise ValueError(self.share)
        return tuple(zip(codes, shares, strict=True))

    def valid_on(self, day: date) -> bool:
        """Return whether the unit exists on ``day`` (both ends inclusive)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


def parted(text: str | None) -> tuple[str, ...]:
    """Return the parts of a cell that semicolons part; none for an empty cell."""
    return tuple(part.strip() for part in text.split(";")) if text else ()


def share_of(text: str) -> Fraction:
    """Return the share (above 0, up to 1) that ``60%`` or ``0.6`` stands for; raises ValueError otherwise."""
    match = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*(%?)", text)
    if match is None:
        raise ValueError(text)
    number = Decimal(match[1].replace(",", "."))
    value = ratio_of_percent(number) if match[2] else Fraction(number)
    if not 0 < value <= 1:
        raise ValueError(text)
    return value


class UnitTree:
    """The registry in its order, with parents; codes are unique, parents lead to no circle."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: Mapping[str, Unit] = {unit.code: unit for unit in units}

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def __len__(self) -> int:
        return len(self._units)

    def __contains__(self, code: object) -> bool:
        return code in self._units

    def __getitem__(self, code: str) -> Unit:
        return self._units[code]

    def ancestors(self, code: str) -> Iterator[Unit]:
        """Yield the units above ``code``, nearest first."""
        parent = self._units[code].parent_code
        while parent is not None and parent in self._units:
            yield self._units[parent]
            parent = self._units[parent].parent_code

    def below(self, code: str) -> tuple[Unit, ...]:
        """Return every unit under ``code``, at any depth, in registry order."""
        return tuple(unit for unit in self if any(above.code == code for above in self.ancestors(unit.code)))

    def levels(self) -> tuple[Level, ...]:
        """Return the levels that occur, highest first."""
        present = {unit.level for unit in self}
        return tuple(level for level in LEVELS if level in present)
