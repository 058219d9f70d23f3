"""Ranks (hạng): by total, among units of one level that can earn the same points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chiso.scoring.scoreboard import UnitScore
from chiso.terms.text import alphabetical
from chiso.terms.unit import LEVELS, Level


@dataclass(frozen=True)
class League:
    """Units ranked against each other: of one level, with the same maximum.

    ``peer_group`` is None where peer groups are not ranked apart, "" for units without one.
    """

    level: Level
    peer_group: str | None
    max_points: Decimal
    units: int
    without_records: int
    partial: int


@dataclass(frozen=True)
class Rank:
    """A unit's place: ties share the better place and the next place is left out (1, 2, 2, 4)."""

    place: int
    score: UnitScore
    league: League


def rank_units(scores: Sequence[UnitScore], *, by_peer_group: bool = False) -> tuple[Rank, ...]:
    """Return every score with its place, each level apart and, within it, each maximum apart.

    Places go by the total of rounded group points, highest first; equal totals share a place and
    stand in Vietnamese alphabetical order. ``by_peer_group`` ranks each peer group of the registry
    apart as well; units without one form a group of their own.
    """
    leagues: dict[tuple[int, str, Decimal], list[UnitScore]] = {}
    for score in scores:
        peers = (score.unit.peer_group or "") if by_peer_group else ""
        key = (LEVELS.index(score.unit.level), peers, -score.max_points)
        leagues.setdefault(key, []).append(score)
    ranks: list[Rank] = []
    for key in sorted(leagues, key=lambda key: (key[0], alphabetical(key[1]), key[2])):
        members = leagues[key]
        league = League(
            level=LEVELS[key[0]],
            peer_group=key[1] if by_peer_group else None,
            max_points=-key[2],
            units=len(members),
            without_records=sum(not score.has_records for score in members),
            partial=sum(score.outcome == "partial" for score in members),
        )
        ranks.extend(_places(members, league))
    return tuple(ranks)


def _places(scores: Sequence[UnitScore], league: League) -> list[Rank]:
    ordered = sorted(scores, key=lambda score: (-score.total, alphabetical(score.unit.name), score.unit.code))
    ranks: list[Rank] = []
    for position, score in enumerate(ordered, start=1):
        tied = ranks and ranks[-1].score.total == score.total
        ranks.append(Rank(ranks[-1].place if tied else position, score, league))
    return ranks
