"""How firm a ranking is: the story of ``chiso robustness``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import check_words, nothing, prepare
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.rank import rank_units
from chiso.scoring.robustness import Robustness, Settings
from chiso.scoring.score import scoreboard_of
from chiso.terms.unit import LEVELS

_LEAST_CONFIDENCE = Fraction(1, 2)


@dataclass(frozen=True, kw_only=True)
class RobustnessRequest(ScoreRequest):
    """What ``robustness`` is asked; ``spread`` and ``confidence`` are shares (0..1)."""

    redraws: int = 1000
    spread: Fraction = Fraction(1, 5)
    confidence: Fraction = Fraction(19, 20)
    seed: int = 766
    peer_groups: bool = False


def robustness(
    request: RobustnessRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> Robustness:
    """Return how firm each ranking of a request's units is; see ``score`` for the rest."""
    # Only this command needs numpy, and it takes long to load on an old computer.
    from chiso.scoring.open_rows import open_rows
    from chiso.scoring.rank_ranges import robustness_of

    check_words(("--level", request.level, LEVELS))
    _check_confidence(request.confidence)
    settings = Settings(request.redraws, request.spread, request.confidence, request.seed)
    start = prepare(request, today, progress, when_loaded)
    engine, source = start.engine(), start.provenance
    board = scoreboard_of(engine, source)
    chosen = chosen_units(board, request, start.records.units)
    ranks = rank_units(chosen.units, by_peer_group=request.peer_groups)
    unresolved = open_rows(engine, board, chosen.units)
    return robustness_of(chosen, ranks, unresolved, start.records.units, settings)


def _check_confidence(confidence: Fraction) -> None:
    if _LEAST_CONFIDENCE <= confidence < 1:
        return
    raise UsageError(
        Problem(
            Text(vi="--confidence: ngoài khoảng cho phép", en="--confidence: out of bounds"),
            hint=Text(vi="Từ 50% đến dưới 100%, ví dụ 95%", en="From 50% to below 100%, for instance 95%"),
        )
    )
