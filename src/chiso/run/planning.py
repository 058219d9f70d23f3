"""Planning: the story of ``chiso plan``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from chiso.catalogue.efforts import load_efforts
from chiso.catalogue.formula import RuleSet
from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import PeriodRequest, check_units, nothing, prepare
from chiso.run.scoring import unit_on_board, with_units
from chiso.scoring.planning.actions import columns_of_repairs, repair_kinds
from chiso.scoring.planning.aim import Aim, band_aim, points_aim, rank_aim
from chiso.scoring.planning.plan import Plan, make_plan
from chiso.scoring.score import scoreboard_of
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.terms.columns import CASES
from chiso.terms.numbers import number_text


@dataclass(frozen=True, kw_only=True)
class PlanRequest(PeriodRequest):
    """What ``plan`` is asked: one unit, and exactly one of points, a band's name and a rank."""

    unit: str
    to: Decimal | None = None
    band: str | None = None
    rank: int | None = None
    peer_groups: bool = False
    efforts: Path | None = None


@dataclass(frozen=True)
class Planned:
    """A plan, and the unit's own score that it starts from."""

    board: Scoreboard
    plan: Plan


def plan(
    request: PlanRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> Planned:
    """Return the least work by which a unit reaches an aim; ``today`` bounds a period that still runs.

    Raises UsageError for a unit that no registry has, and for none or several aims.
    """
    _check_aim(request)
    start = prepare(request, today, progress, when_loaded, more=_columns)
    check_units(start.records.units, [request.unit])
    kinds = repair_kinds(start.rules)
    efforts = {} if request.efforts is None else load_efforts(request.efforts, kinds)
    engine = start.engine()
    board = scoreboard_of(engine, start.provenance)
    unit = unit_on_board(board, request.unit)
    found = make_plan(
        engine,
        board,
        unit,
        _aim(request, board, unit),
        efforts,
        # Who names the day of judgement plans on that day.
        day_has_passed=request.as_of is None and start.judgement.as_of < today,
        by_peer_group=request.peer_groups,
    )
    return Planned(with_units(board, (unit,)), found)


def _columns(rules: RuleSet) -> dict[str, set[str]]:
    """Return what a plan reads beyond what is scored: whether a record may be repaired, and whose it is."""
    columns = columns_of_repairs(rules)
    columns.setdefault(CASES.name, set()).add("officer_code")
    return columns


def _check_aim(request: PlanRequest) -> None:
    given = [aim for aim in (request.to, request.band, request.rank) if aim is not None]
    if len(given) != 1:
        raise UsageError(
            Problem(
                Text(
                    vi="Cần đúng một trong --to, --band, --rank",
                    en="Exactly one of --to, --band, --rank is needed",
                ),
                hint=Text(
                    vi="Ví dụ --to 75, --band Khá hoặc --rank 10",
                    en="For instance --to 75, --band Fair or --rank 10",
                ),
            )
        )
    if request.to is not None and not Decimal(0) <= request.to <= _MOST_POINTS:
        raise UsageError(
            Problem(
                Text(
                    vi=f"--to: điểm từ 0 đến {number_text(_MOST_POINTS, 'vi')}",
                    en=f"--to: points go from 0 to {number_text(_MOST_POINTS, 'en')}",
                )
            )
        )
    if request.rank is not None and request.rank < 1:
        raise UsageError(Problem(Text(vi="--rank: hạng từ 1", en="--rank: ranks begin with 1")))


_MOST_POINTS = 1_000_000


def _aim(request: PlanRequest, board: Scoreboard, unit: UnitScore) -> Aim:
    if request.band is not None:
        return band_aim(request.band, board, unit)
    if request.rank is not None:
        return rank_aim(request.rank, board, unit, by_peer_group=request.peer_groups)
    assert request.to is not None
    return points_aim(request.to)
