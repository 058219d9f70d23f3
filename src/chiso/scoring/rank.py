"""Ranks (hạng): by total, among units of one level that can earn the same points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.scoring.scoreboard import UnitScore
from chiso.terms.text import alphabetical
from chiso.terms.unit import LEVELS


@dataclass(frozen=True)
class Rank:
    """A unit's place: ties share the better place and the next place is left out (1, 2, 2, 4)."""

    place: int
    score: UnitScore


def rank_units(scores: Sequence[UnitScore], *, by_peer_group: bool = False) -> tuple[Rank, ...]:
    """Return every score with its place, each level apart and, within it, each maximum apart.

    Places go by the total of rounded group points, highest first; equal totals share a place and
    stand in Vietnamese alphabetical order. ``by_peer_group`` ranks each peer group of the registry
    apart as well; units without one form a group of their own.
    """
    leagues: dict[tuple[int, str, Decimal], list[UnitScore]] = {}
    for score in scores:
        peers = (score.unit.peer_group or "") if by_peer_group else ""
        league = (LEVELS.index(score.unit.level), peers, -score.max_points)
        leagues.setdefault(league, []).append(score)
    ranks: list[Rank] = []
    for league in sorted(leagues, key=lambda key: (key[0], alphabetical(key[1]), key[2])):
        ranks.extend(_places(leagues[league]))
    return tuple(ranks)


def _places(scores: Sequence[UnitScore]) -> list[Rank]:
    ordered = sorted(scores, key=lambda score: (-score.total, alphabetical(score.unit.name), score.unit.code))
    ranks: list[Rank] = []
    for position, score in enumerate(ordered, start=1):
        tied = ranks and ranks[-1].score.total == score.total
        ranks.append(Rank(ranks[-1].place if tied else position, score))
    return ranks
