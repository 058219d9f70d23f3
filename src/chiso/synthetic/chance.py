"""Drawing at random, always from a generator handed in, so that a seed fixes every file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def draw(
    chance: random.Random,
    candidates: Sequence[Item],
    count: int,
    weight: Callable[[Item], float] = lambda item: 1.0,
) -> list[Item]:
    """Return ``count`` different candidates in their own order, heavier ones more likely.

    Raises ValueError when there are fewer candidates: the figures contradict each other then.
    """
    if not 0 <= count <= len(candidates):
        raise ValueError(f"{count} wanted of {len(candidates)} candidates")
    # One key per candidate (Efraimidis and Spirakis): the largest keys are a weighted sample.
    keys = [chance.random() ** (1 / weight(candidate)) for candidate in candidates]
    ranked = sorted(range(len(candidates)), key=lambda place: (-keys[place], place))
    return [candidates[place] for place in sorted(ranked[:count])]


def without(items: Iterable[Item], taken: Iterable[Item]) -> list[Item]:
    """Return ``items`` less those in ``taken``, told apart by identity."""
    taken_ids = {id(item) for item in taken}
    return [item for item in items if id(item) not in taken_ids]


def happens(chance: random.Random, share: float) -> bool:
    """Return True in ``share`` (0..1) of the calls."""
    return chance.random() < share


def delay(chance: random.Random, mean: float) -> int:
    """Return a whole number from 1 on: mostly small, now and then large."""
    return 1 + int(chance.expovariate(1 / mean))
