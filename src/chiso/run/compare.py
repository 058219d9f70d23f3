"""Two sides compared: the story of ``chiso compare``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from chiso.catalogue.load import load_catalogue
from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.history import history_board
from chiso.run.preparing import (
    OwnersRequest,
    Reader,
    ReadRequest,
    assignments_of,
    check_words,
    nothing,
    provenance,
)
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.available import columns_needed
from chiso.scoring.comparing.comparison import BoardComparison, UnitComparison, compare_boards
from chiso.scoring.comparing.registries import joined
from chiso.scoring.comparing.side import Counted, Side
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import Period, judge, parse_period
from chiso.terms.unit import LEVELS, UnitTree
from chiso.terms.working_days import load_working_days


@dataclass(frozen=True, kw_only=True)
class OperandRequest(ReadRequest):
    """One side as it is asked for: a period, a file or folder of records and their period, or a kept run.

    A period is scored from ``records`` where they are given, else looked up in the ``history``, of which
    ``run:NUMBER`` names one run. ``records`` are read beside those that the operand names.
    """

    operand: str
    period: str | None = None
    working_days: Path | None = None
    history: Path | None = None
    series: str | None = None


@dataclass(frozen=True, kw_only=True)
class UnitsToShow:
    """Which units of a comparison are shown."""

    level: str | None = None
    parent: str | None = None
    unit: tuple[str, ...] = ()
    with_records: bool = False


@dataclass(frozen=True, kw_only=True)
class CompareRequest(UnitsToShow, OwnersRequest):
    """What ``compare`` is asked: both sides, the units to show, and by the rules after whose indices."""

    before: OperandRequest
    after: OperandRequest


def compare(
    request: CompareRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
) -> BoardComparison:
    """Return what changed from one side to the other; ``today`` bounds a period that still runs.

    Each side is what ``score`` gives for it. Where both sides have records those before are also counted by
    the rules after, read again if the rules need other columns. ``when_loaded`` is given the records each
    time some are read. Raises CannotScoreError where only counts are known before and the formulas differ.
    """
    check_words(("--level", request.level, LEVELS))
    reader = Reader(progress, when_loaded)
    before = side_of(request.before, today, reader)
    after = side_of(request.after, today, reader)
    assignments, chosen = assignments_of(request, after.board.rules)
    again = None
    if before.counted is not None and after.counted is not None:
        again = reader.read(_with_operand(request.before), columns_needed(after.board.rules))
    found = compare_boards(before, after, again)
    return replace(found, units=_chosen(found, request), assignments=assignments, chosen=chosen)


def compare_boards_alone(before: Scoreboard, after: Scoreboard, shown: UnitsToShow) -> BoardComparison:
    """Return what changed between two boards without their records: the causes that counts can tell."""
    sides = [Side(board.judgement.period.label, board, UnitTree(board.registry)) for board in (before, after)]
    found = compare_boards(sides[0], sides[1], None)
    return replace(found, units=_chosen(found, shown))


def side_of(request: OperandRequest, today: date, reader: Reader) -> Side:
    """Return the side that an operand stands for: the only place where operands are understood.

    Raises UsageError for one that is neither a period nor records, or lacks what goes with it.
    """
    told = request.operand
    with_records = bool(request.records or request.reported)
    kept = request.history is not None and not Path(told).exists() and not with_records
    if told.startswith("run:") or kept:
        return _kept_side(request)
    if Path(told).exists():
        if request.period is None:
            raise UsageError(_needs_period(told))
        period = parse_period(request.period, today)
        label = f"{told} {period.label}"
    else:
        period = _period(told, today)
        label = period.label
        if not with_records:
            raise UsageError(_needs_records(told))
    judgement = judge(period, request.as_of or today)
    catalogue = load_catalogue(request.catalogue)
    rules = catalogue.rules(judgement.period.last_day, request.edition)
    working_days = load_working_days(request.working_days)
    records = reader.read(_with_operand(request), columns_needed(rules))
    origin = provenance(catalogue, records, judgement, request.edition)
    board = score_records(rules, records, judgement, working_days, origin)
    return Side(label, board, records.units, Counted(records, working_days))


def _with_operand(request: OperandRequest) -> OperandRequest:
    """Return the request with the records that its operand names among those to read."""
    path = Path(request.operand)
    return replace(request, records=(path, *request.records)) if path.exists() else request


def _period(text: str, today: date) -> Period:
    try:
        return parse_period(text, today)
    except UsageError:
        raise UsageError(
            Problem(
                Text(
                    vi=f"“{text}” không phải một kỳ, cũng không phải tệp hay thư mục",
                    en=f"“{text}” is neither a period nor a file or folder",
                ),
                hint=_OPERANDS,
            )
        ) from None


def _chosen(found: BoardComparison, request: UnitsToShow) -> tuple[UnitComparison, ...]:
    """Return the units asked for; one has records if it has any on either side."""
    before, after = found.before.board, found.after.board
    listed = {score.unit.code for score in after.units}
    filled = {score.unit.code for score in before.units if score.has_records}
    both = (
        *(replace(unit, has_records=unit.has_records or unit.unit.code in filled) for unit in after.units),
        *(score for score in before.units if score.unit.code not in listed),
    )
    asked = ScoreRequest(
        records=(),
        period=after.judgement.period.label,
        level=request.level,
        parent=request.parent,
        unit=request.unit,
        with_records=request.with_records,
    )
    board: Scoreboard = chosen_units(
        replace(after, units=both), asked, joined(found.before.units, found.after.units)
    )
    shown = {score.unit.code for score in board.units}
    return tuple(unit for unit in found.units if unit.unit.code in shown)


_OPERANDS = Text(
    vi="So sánh hai kỳ (2026-08 2026-09, dữ liệu ở --records hoặc --history), hai thư mục, tệp hồ sơ "
    "(kỳ ở --period), hoặc hai lần chạy đã lưu (run:12, với --history)",
    en="Compare two periods (2026-08 2026-09, with --records or --history), two folders or files of "
    "records (with --period), or two runs that were kept (run:12, with --history)",
)


def _kept_side(request: OperandRequest) -> Side:
    """Return a side that was kept: ``run:NUMBER``, or the last revision of a period."""
    if request.history is None:
        raise UsageError(
            Problem(
                Text(
                    vi=f"{request.operand}: chưa nói lịch sử nào",
                    en=f"{request.operand}: of which history is not said",
                ),
                hint=Text(vi="Thêm --history TỆP", en="Add --history FILE"),
            )
        )
    entry, board = history_board(request.history, request.operand, request.series)
    label = f"{board.judgement.period.label} (run {entry.number})"
    return Side(label, board, UnitTree(board.registry))


def _needs_period(text: str) -> Problem:
    return Problem(
        Text(vi=f"Chưa có kỳ để chấm {text}", en=f"There is no period to judge {text} in"),
        hint=Text(
            vi="Dùng --period KỲ cho cả hai bên, hoặc --period hai lần, bên trước rồi bên sau",
            en="Use --period PERIOD for both sides, or --period twice, the side before first",
        ),
    )


def _needs_records(text: str) -> Problem:
    return Problem(
        Text(vi=f"Chưa có dữ liệu của kỳ {text}", en=f"There are no records of period {text}"),
        hint=Text(
            vi="Dùng --records TỆP hoặc THƯ MỤC cho cả hai bên, hoặc --records-a và --records-b",
            en="Use --records FILE or FOLDER for both sides, or --records-a and --records-b",
        ),
    )
