"""Two sides compared: the story of ``chiso compare``, read downward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import load_catalogue
from chiso.errors import Problem, Text, UsageError
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.preparing import ReadRequest, check_words, load, nothing, provenance
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.available import columns_needed
from chiso.scoring.comparing.comparison import BoardComparison, UnitComparison, compare_boards
from chiso.scoring.comparing.registries import joined
from chiso.scoring.comparing.side import Counted, Side
from chiso.scoring.score import score_records
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import Period, judge, parse_period
from chiso.terms.unit import LEVELS
from chiso.terms.working_days import load_working_days


@dataclass(frozen=True, kw_only=True)
class OperandRequest(ReadRequest):
    """One side as it is asked for: a period, or a file or folder of records and their period.

    ``records`` are read beside those that the operand names.
    """

    operand: str
    period: str | None = None
    working_days: Path | None = None


@dataclass(frozen=True, kw_only=True)
class CompareRequest:
    """What ``compare`` is asked: both sides, and the units to show."""

    before: OperandRequest
    after: OperandRequest
    level: str | None = None
    parent: str | None = None
    unit: tuple[str, ...] = ()
    with_records: bool = False


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
    reader = _Reader(progress, when_loaded)
    before = side_of(request.before, today, reader)
    after = side_of(request.after, today, reader)
    again = None
    if before.counted is not None and after.counted is not None:
        again = reader.read(_with_operand(request.before), after.board.rules)
    found = compare_boards(before, after, again)
    return replace(found, units=_chosen(found, request))


def side_of(request: OperandRequest, today: date, reader: _Reader) -> Side:
    """Return the side that an operand stands for: the only place where operands are understood.

    Raises UsageError for one that is neither a period nor records, or lacks what goes with it.
    """
    if request.operand.startswith("run:"):
        raise UsageError(_no_history(request.operand))
    told = request.operand
    if Path(told).exists():
        if request.period is None:
            raise UsageError(_needs_period(told))
        period = parse_period(request.period, today)
        label = f"{told} {period.label}"
    else:
        period = _period(told, today)
        label = period.label
        if not (request.records or request.reported):
            raise UsageError(_needs_records(told))
    judgement = judge(period, request.as_of or today)
    catalogue = load_catalogue(request.catalogue)
    rules = catalogue.rules(judgement.period.last_day, request.edition)
    working_days = load_working_days(request.working_days)
    records = reader.read(_with_operand(request), rules)
    origin = provenance(catalogue, records, judgement, request.edition)
    board = score_records(rules, records, judgement, working_days, origin)
    return Side(label, board, records.units, Counted(records, working_days))


class _Reader:
    """Reads records, each once for the same columns."""

    def __init__(self, progress: Progress, when_loaded: Callable[[Records], None]) -> None:
        self._progress = progress
        self._when_loaded = when_loaded
        self._read: dict[object, Records] = {}

    def read(self, request: ReadRequest, rules: RuleSet) -> Records:
        """Return the records of a request as they are read for some rules."""
        needed = columns_needed(rules)
        columns = frozenset((table, frozenset(names)) for table, names in needed.items())
        files = (
            *(request.records, request.reported, request.units, request.mappings, request.corrections),
            request.show_officials,
        )
        key = files, columns
        if key not in self._read:
            self._read[key] = load(request, needed, self._progress)
            self._when_loaded(self._read[key])
        return self._read[key]


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


def _chosen(found: BoardComparison, request: CompareRequest) -> tuple[UnitComparison, ...]:
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
    vi="So sánh hai kỳ (2026-08 2026-09, dữ liệu ở --records) hoặc hai thư mục, tệp hồ sơ (kỳ ở --period)",
    en="Compare two periods (2026-08 2026-09, with --records) or two folders or files of records "
    "(with --period)",
)


def _no_history(text: str) -> Problem:
    return Problem(
        Text(
            vi=f"{text}: chưa dùng được lần chấm đã lưu",
            en=f"{text}: runs that were kept cannot be compared yet",
        ),
        hint=_OPERANDS,
    )


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
