"""What a plan is to reach: a total, a band, or a rank while the others stand still."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chiso.errors import CannotScoreError, Problem, Text, UsageError, allowed_words
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.terms.numbers import number_text
from chiso.terms.text import folded

AimKind = Literal["points", "band", "rank"]


@dataclass(frozen=True)
class Aim:
    """The aim as asked, and the total that reaches it; ``name`` is the band's name, the rank, the points."""

    kind: AimKind
    name: Text
    total: Decimal


def points_aim(points: Decimal) -> Aim:
    """Return the aim of a total."""
    return Aim("points", Text(str(points), str(points)), points)


def _without_marks(text: str) -> str:
    """Return a name as it is typed where letters with marks are hard to come by."""
    letters = unicodedata.normalize("NFD", folded(text).replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def band_aim(name: str, board: Scoreboard, unit: UnitScore) -> Aim:
    """Return the aim of a band, named in either language: its lower bound.

    Raises UsageError for a band that the catalogue does not have, CannotScoreError for a unit that no band
    is given to, saying what it lacks.
    """
    rules = board.rules
    alike = (folded, _without_marks)
    band = next(
        (b for like in alike for b in rules.bands if like(name) in (like(b.name.vi), like(b.name.en))), None
    )
    if band is None:
        known = [f"{b.name.vi} ({b.name.en})" for b in rules.bands]
        raise UsageError(
            Problem(
                Text(vi=f"--band: không có mức “{name}”", en=f"--band: there is no band “{name}”"),
                hint=allowed_words(known) if known else _USE_POINTS,
            )
        )
    if unit.band is None:
        code = unit.unit.code
        message = Text(
            vi=f"Đơn vị {code} chưa được xếp loại: tối đa chỉ {number_text(unit.max_points, 'vi')} điểm",
            en=f"Unit {code} has no band: its maximum is only {number_text(unit.max_points, 'en')} points",
        )
        raise CannotScoreError([Problem(message, hint=_USE_POINTS), *_lacking(board, unit)])
    return Aim("band", Text(band.name.vi, band.name.en), band.from_)


def _lacking(board: Scoreboard, unit: UnitScore) -> Iterator[Problem]:
    """Yield what the unit's indices lack."""
    told = {missing.index: missing.told for missing in board.missing}
    for score in unit.scores:
        if score.outcome == "missing_data":
            lacks = told.get(score.index, Text("", ""))
            yield Problem(
                Text(
                    vi=f"Chỉ số {score.index} không có dữ liệu" + (f" ({lacks.vi})" if lacks.vi else ""),
                    en=f"Index {score.index} has no data" + (f" ({lacks.en})" if lacks.en else ""),
                )
            )


_USE_POINTS = Text(vi="Dùng --to ĐIỂM, hoặc bổ sung dữ liệu", en="Use --to POINTS, or add the data")


def rank_aim(place: int, board: Scoreboard, unit: UnitScore, *, by_peer_group: bool) -> Aim:
    """Return the aim of a rank: the least total that no more than ``place`` - 1 others lie above.

    The others are those that the unit is ranked with, and stand still.
    """
    own = rank_of(board, unit, by_peer_group=by_peer_group)
    others = sorted(
        (
            rank.score.total
            for rank in rank_units(board.units, by_peer_group=by_peer_group)
            if rank.league == own.league and rank.score.unit.code != unit.unit.code
        ),
        reverse=True,
    )
    total = others[place - 1] if place <= len(others) else Decimal("0.00")
    return Aim("rank", Text(str(place), str(place)), total)


def rank_of(board: Scoreboard, unit: UnitScore, *, by_peer_group: bool) -> Rank:
    """Return the place of a unit with this score, while all others stand as on the board."""
    scores = [unit if score.unit.code == unit.unit.code else score for score in board.units]
    ranks = rank_units(scores, by_peer_group=by_peer_group)
    return next(rank for rank in ranks if rank.score.unit.code == unit.unit.code)
