"""What reports are made from: the story of ``chiso report`` and ``chiso chart``, read downward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chiso.catalogue.formula import RuleSet
from chiso.errors import CannotScoreError, Problem, RecordsError, Text, UsageError
from chiso.history.store import History, RunEntry
from chiso.records.dataset import Records
from chiso.records.progress import SILENT, Progress
from chiso.run.history import history_board
from chiso.run.late_lists import LateRequest, chosen_offices
from chiso.run.periods import score_periods
from chiso.run.preparing import (
    Columns,
    Prepared,
    Reader,
    assignments_of,
    check_words,
    nothing,
    prepare,
)
from chiso.run.scoring import ScoreRequest, chosen_units
from chiso.scoring.engine import Engine
from chiso.scoring.late import LateLists, columns_listed, late_lists, table_with_deadline
from chiso.scoring.planning.actions import columns_of_repairs
from chiso.scoring.planning.aim import Aim
from chiso.scoring.planning.plan import Plan, make_plan
from chiso.scoring.report import Origin, Past, Report, past_of
from chiso.scoring.score import scoreboard_of
from chiso.scoring.scoreboard import Scoreboard, UnitScore
from chiso.scoring.shortfalls import Shortfall, shortfalls, shortfalls_of
from chiso.terms.columns import CASES
from chiso.terms.period import Period, PeriodKind, parse_fixed_period, parse_periods
from chiso.terms.text import alphabetical
from chiso.terms.unit import LEVELS

# What a report may ask of the records beyond its scores.
Part = Literal["repairs", "late", "plans"]
_MOST_EARLIER_PERIODS = 12


@dataclass(frozen=True, kw_only=True)
class ReportRequest(ScoreRequest):
    """What a report is asked: the records and the period, or a history and the period or run kept in it.

    Of several periods the last is reported and those before it are its course; else the course is looked up
    in the history. ``parts`` are what the report tells beyond scores; ``within`` is the number of working
    days that the list of records due soon looks ahead.
    """

    parts: frozenset[Part] = frozenset()
    within: int = 3


def report(
    request: ReportRequest,
    today: date,
    progress: Progress = SILENT,
    when_loaded: Callable[[Records], None] = nothing,
    *,
    reader: Reader | None = None,
    before: Sequence[Scoreboard] | None = None,
) -> Report:
    """Return what a report is made from; ``today`` bounds a period that still runs.

    Its scores are those of ``score``. A ``reader`` of one's own keeps what it reads for further requests;
    ``before`` are boards of earlier periods, the oldest first; None looks them up. Raises UsageError for
    units, levels and runs that do not exist.
    """
    check_words(("--level", request.level, LEVELS))
    if not request.records and not request.reported:
        return _from_history(request)
    *earlier, last = parse_periods(request.period, today)
    _check_order(earlier, last)
    reader = reader or Reader(progress, when_loaded)
    asked = replace(request, period=last.label)
    start = prepare(asked, today, reader=reader, beside=lambda rules: _columns(rules, request.parts))
    engine = start.engine()
    whole = replace(
        scoreboard_of(engine, start.provenance, earlier=start.earlier),
        assignments=start.assignments,
        chosen=start.chosen,
    )
    board = chosen_units(whole, request, start.records.units)
    told = _Told(engine, board, start, asked, today)
    late, plans = told.late(), told.plans(whole)
    if before is None:
        board_before, course = _earlier(request, earlier, last, whole, today, reader)
    else:
        board_before, course = (before[-1] if before else None), tuple(map(past_of, before))
    repaired = "repairs" in request.parts
    passed = _day_has_passed(request, start, today)
    return Report(
        board=board,
        whole=whole,
        course=course,
        before=board_before,
        shortfalls=shortfalls(engine, board, day_has_passed=passed) if repaired else _only_lost(board),
        late=late,
        plans=plans,
        origin=Origin(),
        lacking=tuple(told.lacking),
    )


def _columns(rules: RuleSet, parts: frozenset[Part]) -> Columns:
    """Return the columns that the parts of a report read beyond those that are scored."""
    columns: Columns = {}
    found = [columns_of_repairs(rules)] if {"repairs", "plans"} & parts else []
    if "late" in parts and any(entry.deadline is not None for entry in rules.tables.values()):
        found.append(columns_listed(rules, None))
    for entry in found:
        for table, names in entry.items():
            columns.setdefault(table, set()).update(names)
    if parts:
        columns.setdefault(CASES.name, set()).add("officer_code")
    return columns


def _day_has_passed(request: ReportRequest, start: Prepared, today: date) -> bool:
    # Who names the day of judgement plans on that day.
    return request.as_of is None and start.judgement.as_of < today


class _Told:
    """What the records tell beyond the scores; ``lacking`` says what they do not."""

    def __init__(
        self, engine: Engine, board: Scoreboard, start: Prepared, request: ReportRequest, today: date
    ) -> None:
        self._engine = engine
        self._board = board
        self._start = start
        self._request = request
        self._today = today
        self.lacking: list[Text] = []

    def late(self) -> LateLists | None:
        """Return the lists of late records of the units of the board and below."""
        if "late" not in self._request.parts:
            return None
        start, request = self._start, self._request
        try:
            return late_lists(
                self._engine,
                table_with_deadline(start.rules, None),
                start.working_days,
                start.provenance,
                units=chosen_offices(start.records.units, _offices(request)),
                within=request.within,
            )
        except (CannotScoreError, RecordsError) as error:
            self.lacking += [
                Text(vi=f"Không có danh sách quá hạn: {p.message.vi}", en=f"No late lists: {p.message.en}")
                for p in error.problems[:1]
            ]
            return None

    def plans(self, whole: Scoreboard) -> Mapping[str, Plan] | None:
        """Return the least work to the next band for the units asked for by name."""
        if "plans" not in self._request.parts:
            return None
        passed = _day_has_passed(self._request, self._start, self._today)
        return {
            unit.unit.code: make_plan(self._engine, whole, unit, aim, {}, day_has_passed=passed)
            for unit in self._board.units
            if unit.unit.code in self._request.unit and (aim := _next_band(whole.rules, unit)) is not None
        }


def _offices(request: ReportRequest) -> LateRequest:
    """Return the units asked for as the lists understand them."""
    return LateRequest(
        records=request.records,
        period=request.period,
        level=request.level,
        parent=request.parent,
        unit=request.unit,
    )


def _next_band(rules: RuleSet, unit: UnitScore) -> Aim | None:
    """Return the aim of the band above a unit's own; None at the top, and where no band is given."""
    above = [band for band in rules.bands if band.from_ > unit.total]
    if unit.band is None or not above:
        return None
    band = min(above, key=lambda band: band.from_)
    return Aim("band", Text(band.name.vi, band.name.en), band.from_)


def _only_lost(board: Scoreboard) -> dict[str, tuple[Shortfall, ...]]:
    return {unit.unit.code: shortfalls_of(board.rules, unit) for unit in board.units}


def _check_order(earlier: Sequence[Period], last: Period) -> None:
    """Raise UsageError unless the periods before the one reported are of its kind and lie before it."""
    wrong = [p.label for p in earlier if p.kind != last.kind or p.last_day >= last.first_day]
    if wrong:
        listed = ", ".join(wrong)
        raise UsageError(
            Problem(
                Text(
                    vi=f"--periods: {listed} không cùng loại và trước kỳ báo cáo {last.label}",
                    en=f"--periods: {listed} is not of the kind of {last.label}, the period reported, "
                    "and before it",
                ),
                hint=Text(
                    vi="Kỳ cuối là kỳ báo cáo, các kỳ trước nó là diễn biến: 2026-01..2026-08",
                    en="The last period is reported, those before it are its course: 2026-01..2026-08",
                ),
            )
        )


def _earlier(
    request: ReportRequest,
    earlier: Sequence[Period],
    last: Period,
    whole: Scoreboard,
    today: date,
    reader: Reader,
) -> tuple[Scoreboard | None, tuple[Past, ...]]:
    """Return the board of the period before, and the course that leads to it."""
    if earlier:
        labels = ",".join(period.label for period in earlier)
        asked = replace(
            request.for_all_units(), period=labels, as_of=None, assignments=None, responsible=None
        )
        boards = score_periods(asked, today, reader=reader).boards
        return boards[-1], tuple(map(past_of, boards))
    if request.history is None:
        return None, ()
    history = History(request.history)
    series = request.series
    return _course(history, _before(history, series, whole.rules.catalogue, last.kind, last.first_day))


def _from_history(request: ReportRequest) -> Report:
    """Return what a history tells of a period or run that it keeps: scores, no lists of cases, no plans."""
    if request.history is None:
        raise UsageError(_needs_records())
    entry, whole = history_board(request.history, request.period, request.series)
    assignments, chosen = assignments_of(request, whole.rules)
    whole = replace(whole, assignments=assignments, chosen=chosen)
    board = chosen_units(whole, request)
    history = History(request.history)
    period = whole.judgement.period
    found = _before(history, entry.series, entry.catalogue, period.kind, period.first_day)
    before, course = _course(history, found)
    return Report(
        board=board,
        whole=whole,
        course=course,
        before=before,
        shortfalls=_only_lost(board),
        late=None,
        plans=None,
        origin=Origin(request.history.name, entry.number),
        lacking=(_WITHOUT_RECORDS,) if request.parts else (),
    )


_WITHOUT_RECORDS = Text(
    vi="Lấy từ lịch sử, không có hồ sơ: không lập danh sách quá hạn, việc cần sửa và kế hoạch",
    en="Taken from a history, without records: no late lists, no repairs and no plans",
)


def _needs_records() -> Problem:
    return Problem(
        Text(
            vi="Cần RECORDS (tệp hoặc thư mục), --reported, hoặc --history cho kỳ đã lưu",
            en="RECORDS (files or a folder), --reported, or --history for a period kept there is needed",
        )
    )


def _before(
    history: History, series: str | None, catalogue: str, kind: PeriodKind, first_day: date
) -> list[RunEntry]:
    """Return the last revisions of earlier periods of the same kind, the oldest first.

    Raises UsageError where several series have them and none is chosen.
    """
    found = [
        entry
        for entry in history.runs()
        if entry.current
        and entry.catalogue == catalogue
        and series in (None, entry.series)
        and entry.last_day < first_day
        and parse_fixed_period(entry.period).kind == kind
    ]
    names = sorted({entry.series for entry in found}, key=alphabetical)
    if len(names) > 1:
        listed = ", ".join(names)
        raise UsageError(
            Problem(
                Text(
                    vi=f"Các kỳ trước có trong nhiều chuỗi của lịch sử: {listed}",
                    en=f"Several series of the history hold earlier periods: {listed}",
                ),
                hint=Text(vi="Chọn một bằng --series", en="Choose one by --series"),
            )
        )
    return sorted(found, key=lambda entry: entry.last_day)[-_MOST_EARLIER_PERIODS:]


def _course(history: History, entries: Sequence[RunEntry]) -> tuple[Scoreboard | None, tuple[Past, ...]]:
    """Return the board of the last of these runs, and the course they make; one board is held at a time."""
    board: Scoreboard | None = None
    course: list[Past] = []
    for board in _boards(history, entries):
        course.append(past_of(board))
    return board, tuple(course)


def _boards(history: History, entries: Sequence[RunEntry]) -> Iterator[Scoreboard]:
    for entry in entries:
        yield history.board(entry.number)
