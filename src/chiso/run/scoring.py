"""Scoring and ranking: the story of ``chiso score`` and ``chiso rank``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import PeriodRequest, check_units, check_words, nothing, nothing_more, prepare
from chiso.scoring.rank import Rank, rank_units
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.terms.columns import SPLITS
from chiso.terms.unit import LEVELS, UnitTree


@dataclass(frozen=True, kw_only=True)
class ScoreRequest(PeriodRequest):
    """What ``score`` and ``rank`` are asked."""

    level: str | None = None
    parent: str | None = None
    unit: tuple[str, ...] = ()
    with_records: bool = False
    by: str | None = None

    def for_all_units(self) -> ScoreRequest:
        """Return the same request without a choice of units."""
        return replace(self, level=None, parent=None, unit=(), with_records=False)


def score(
    request: ScoreRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> Scoreboard:
    """Return the scoreboard of a request; ``today`` bounds a period that still runs.

    ``when_loaded`` is given the records before they are scored, so that what was set aside is told even
    where nothing can be scored.
    """
    check_words(("--level", request.level, LEVELS), ("--by", request.by, tuple(SPLITS)))
    start = prepare(request, today, progress, when_loaded, split=request.by, looks_up=nothing_more)
    board = score_records(
        start.rules,
        start.records,
        start.judgement,
        start.working_days,
        start.provenance,
        split_by=request.by,
        earlier=start.earlier,
    )
    board = replace(board, assignments=start.assignments, chosen=start.chosen)
    return chosen_units(board, request, start.records.units)


def rank(board: Scoreboard, *, by_peer_group: bool = False) -> tuple[Rank, ...]:
    """Return the ranking of a scoreboard, each level apart."""
    return rank_units(board.units, by_peer_group=by_peer_group)


def chosen_units(board: Scoreboard, request: ScoreRequest, registry: UnitTree | None = None) -> Scoreboard:
    """Return the board with the units asked for; raises UsageError for a unit that the registry lacks.

    Without a registry the units of the board are all there are.
    """
    units = UnitTree(score.unit for score in board.units) if registry is None else registry
    check_units(units, [*request.unit, *([request.parent] if request.parent else [])])
    below = {unit.code for unit in units.below(request.parent)} if request.parent else None

    def wanted(score: UnitScore) -> bool:
        return (
            (request.level is None or score.unit.level == request.level)
            and (below is None or score.unit.code in below)
            and (not request.unit or score.unit.code in request.unit)
            and (not request.with_records or score.has_records)
        )

    chosen = tuple(score for score in board.units if wanted(score))
    if not chosen:
        levels = ", ".join(units.levels())
        raise UsageError(
            Problem(
                Text(vi="Không có đơn vị nào như đã chọn", en="No unit fits the choice"),
                hint=Text(
                    vi=f"Bỏ bớt --level, --parent, --unit, --with-records; các cấp: {levels}",
                    en=f"Leave out some of --level, --parent, --unit, --with-records; levels: {levels}",
                ),
            )
        )
    return with_units(board, chosen)


def with_units(board: Scoreboard, chosen: tuple[UnitScore, ...]) -> Scoreboard:
    """Return the board with these of its units, and of the indices without data those that they lack."""
    lacking = {score.index for unit in chosen for score in unit.scores if score.outcome == "missing_data"}
    analysis = {index.code for index in board.rules.indices if not index.scored}
    missing = tuple(entry for entry in board.missing if entry.index in lacking | analysis)
    return replace(board, units=chosen, missing=missing)


def unit_on_board(board: Scoreboard, code: str) -> UnitScore:
    """Return the score of a unit of the registry; raises UsageError where it is not there in the period."""
    for unit in board.units:
        if unit.unit.code == code:
            return unit
    raise UsageError(
        Problem(
            Text(
                vi=f"Đơn vị {code} không tồn tại trong kỳ này",
                en=f"Unit {code} does not exist in this period",
            ),
            hint=Text(
                vi="Xem valid_from, valid_to trong danh mục đơn vị",
                en="See valid_from, valid_to in the registry",
            ),
        )
    )
