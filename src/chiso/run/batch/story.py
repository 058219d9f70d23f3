"""A batch from beginning to end: read, scored, held against its gates, written, kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from chiso.catalogue.load import load_catalogue
from chiso.errors import (
    CannotScoreError,
    CannotWriteError,
    ChisoError,
    ExitCode,
    GateFailedError,
    Place,
    Problem,
    RecordsError,
    Text,
    UsageError,
    allowed_words,
    plural,
)
from chiso.history.store import History
from chiso.run.batch.gates import gate_problems
from chiso.run.batch.keeping import announce, complete, forget, manifest_in, refuse_to_replace
from chiso.run.batch.load import load_batch
from chiso.run.batch.log import Level, Log
from chiso.run.batch.manifest import NAME, Made, inputs_by_role, manifest_bytes
from chiso.run.batch.model import GATES, Batch, GateName, With
from chiso.run.batch.patterns import inputs_of, parents_of_results, results_folder, wait_for_inputs
from chiso.run.batch.publish import Staged, discard, publish, repair, stage, stands_there
from chiso.run.batch.render import Results, outputs_of, selection_of
from chiso.run.history import as_kept, keep
from chiso.run.periods import score_periods
from chiso.run.preparing import PeriodRequest, Reader, ReadRequest, runs_before
from chiso.run.scoring import ScoreRequest
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import (
    Judgement,
    Period,
    judge,
    parse_periods,
    previous_period,
    same_period_last_year,
)

State = Literal["written", "unchanged", "failed"]


@dataclass(frozen=True, kw_only=True)
class BatchRequest:
    """What ``run`` is asked: the batch file and the periods.

    ``select`` limits the results to some units or indices, which are written apart and not kept;
    ``accepted`` are gates that are not asked this once; ``wait`` is for how many seconds another run of
    the batch is waited for. ``history`` is where results are kept in place of the batch's own.
    """

    file: Path
    periods: str
    as_of: date | None = None
    select: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    wait: int = 0
    history: Path | None = None


@dataclass(frozen=True)
class PeriodOutcome:
    """What became of one period: its folder, and why it failed if it did."""

    period: Period
    folder: Path
    state: State
    error: ChisoError | None = None


@dataclass(frozen=True)
class BatchResult:
    """What became of every period asked for, in that order."""

    outcomes: tuple[PeriodOutcome, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Done, partly done, or the code of the first period that failed where all did."""
        errors = [outcome.error for outcome in self.outcomes if outcome.error is not None]
        if not errors:
            return ExitCode.DONE
        return ExitCode.PARTLY_DONE if len(errors) < len(self.outcomes) else errors[0].exit_code


@dataclass(frozen=True)
class Surroundings:
    """What a run has around it: its log, the time, and how it waits."""

    log: Log
    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass
class _Period:
    """One period on its way through the run."""

    judgement: Judgement
    folder: Path
    request: PeriodRequest | None = None
    board: Scoreboard | None = None
    contents: Mapping[str, bytes] = field(default_factory=dict)
    error: ChisoError | None = None
    unchanged: bool = False

    @property
    def label(self) -> str:
        return self.judgement.period.label


def run_batch(request: BatchRequest, around: Surroundings) -> BatchResult:
    """Return what became of each period of a batch.

    A period that lacks inputs, cannot be scored or does not pass a gate is told and left as it stands; the
    others are written all together, then kept in the history in one transaction. Raises UsageError for a
    faulty batch file or request, CannotWriteError where results cannot be written: nothing is then. Every
    other mistake that concerns all periods is raised as well.

    While it works, the folder of the batch file is the current one, so that results name files as the batch
    does, wherever it stands.
    """
    load_batch(request.file)  # a fault is told with the path as it was given
    with chdir(request.file.parent):
        return _told(_from_there(request), around)


def _from_there(request: BatchRequest) -> BatchRequest:
    """Return the request as it reads in the folder of the batch file, which is now the current one."""
    return replace(request, file=Path(request.file.name))


def _batch_of(request: BatchRequest) -> Batch:
    batch = load_batch(request.file)
    return batch if request.history is None else replace(batch, history=request.history)


def _told(request: BatchRequest, around: Surroundings) -> BatchResult:
    """Run, and tell the log what ends the run."""
    try:
        return _run(request, around)
    except ChisoError as error:
        around.log.tell_end(error)
        raise


def _run(request: BatchRequest, around: Surroundings) -> BatchResult:
    batch = _batch_of(request)
    accepted = _gates_accepted(request.accepted)
    selection_of(request.select)
    today = around.now().date()
    periods = [
        _Period(
            judge(period, request.as_of or today),
            results_folder(batch, period, selected=bool(request.select)),
        )
        for period in parse_periods(request.periods, today)
    ]
    with _alone(batch, request, around):
        _repair(batch, around)
        _read_and_score(batch, periods, request, around)
        _pass_gates(batch, periods, accepted, around)
        _render(batch, periods, request, accepted, around)
        _write(batch, periods, around, kept=batch.history if not request.select else None)
    result = BatchResult(tuple(_outcome(each) for each in periods))
    around.log.tell(
        "finished",
        Text(
            vi=f"{batch.name}: xong, mã thoát {int(result.exit_code)}",
            en=f"{batch.name}: finished with exit code {int(result.exit_code)}",
        ),
        exit_code=int(result.exit_code),
    )
    return result


def _gates_accepted(words: Sequence[str]) -> tuple[GateName, ...]:
    accepted = tuple(gate for gate in GATES if gate in words)
    unknown = [word for word in words if word not in GATES]
    if unknown:
        raise UsageError(
            Problem(
                Text(
                    vi=f"--accept: không có ngưỡng kiểm soát “{unknown[0]}”",
                    en=f"--accept: there is no gate “{unknown[0]}”",
                ),
                hint=allowed_words(GATES),
            )
        )
    return accepted


@contextmanager
def _alone(batch: Batch, request: BatchRequest, around: Surroundings) -> Iterator[None]:
    """Hold the batch's lock: two runs would write into the same folders. It ends with the process."""
    path = batch.folder / f".{batch.file}.lock"
    lock = FileLock(path, timeout=0)
    try:
        try:
            lock.acquire()
        except Timeout:
            if not request.wait:
                raise
            around.log.tell("waiting", Text(vi="chờ lần chạy khác xong", en="waiting for another run to end"))
            lock.acquire(timeout=request.wait)
    except Timeout:
        raise CannotWriteError(
            Problem(
                Text(vi="Lần chạy khác của lô này chưa xong", en="Another run of this batch has not ended"),
                Place(batch.file),
                Text(
                    vi="Chờ xong rồi chạy lại, hoặc dùng --wait PHÚT",
                    en="Run again later, or use --wait MINUTES",
                ),
            )
        ) from None
    except OSError as error:
        raise CannotWriteError(
            Problem(
                Text(vi="Không tạo được tệp khóa cạnh tệp lô", en="Cannot make a lock beside the batch file"),
                Place(str(path)),
            )
        ) from error
    try:
        yield
    finally:
        lock.release()


def _repair(batch: Batch, around: Surroundings) -> None:
    """Put right what a killed run of any period left, and keep what it wrote and did not keep."""
    for parent in parents_of_results(batch):
        for folder in repair(parent, lambda path: manifest_in(path, batch) is not None):
            told = Text(
                vi=f"{folder}: dọn dẹp sau lần chạy bị ngắt",
                en=f"{folder}: put right what a run that was ended left",
            )
            around.log.tell("repaired", told, "warning", folder=str(folder))
    if batch.history is not None:
        added = complete(batch, batch.history, around.now())
        new = [each.number for each in added if each.new]
        if new:
            _tell_kept(new, batch.history, around)


def _read_and_score(
    batch: Batch, periods: Sequence[_Period], request: BatchRequest, around: Surroundings
) -> None:
    """Find the inputs of every period and score those of the same inputs in one scan."""
    day = request.as_of or around.now().date()
    groups: dict[ReadRequest, list[_Period]] = {}
    for each in periods:
        try:
            read = wait_for_inputs(
                batch, each.judgement.period, around.clock, around.sleep, partial(_waiting, around, each)
            )
        except RecordsError as error:
            _fail(each, error, around)
            continue
        each.request = _request_of(batch, read, each)
        _refuse_inside(batch, each, around.log.file_path)
        refuse_to_replace(each.folder, batch)
        groups.setdefault(read, []).append(each)
    for read, group in groups.items():
        asked = ScoreRequest(
            **{**_options(read), "as_of": day},
            period=",".join(each.label for each in group),
            working_days=batch.working_days,
            assignments=batch.assignments,
            history=batch.history,
            series=batch.name,
        )
        files = len(read.records) + len(read.reported)
        around.log.tell(
            "scoring",
            Text(
                vi=f"{asked.period}: chấm điểm từ {files} tệp",
                en=f"{asked.period}: scoring {files} {plural(files, 'file', 'files')}",
            ),
            periods=[each.label for each in group],
            files=files,
        )
        try:
            scored = score_periods(asked, day)
        except (RecordsError, CannotScoreError) as error:
            for each in group:
                _fail(each, error, around)
            continue
        boards = {board.judgement.period: board for board in scored.boards}
        unscored = {entry.judgement.period: entry.error for entry in scored.unscored}
        for each in group:
            each.board = boards.get(each.judgement.period)
            if each.board is None:
                _fail(each, unscored[each.judgement.period], around)


def _refuse_inside(batch: Batch, each: _Period, log: Path | None) -> None:
    """Refuse results in a folder that holds what the run needs: they would take its place."""
    assert each.request is not None  # it has its inputs
    folder = each.folder.resolve()
    needed = [
        *inputs_by_role(each.request),
        ("batch", Path(batch.file)),
        *((name, path) for name, path in (("history", batch.history), ("log", log)) if path is not None),
    ]
    inside = [path for _, path in needed if folder in path.resolve().parents]
    if inside:
        names = ", ".join(sorted({path.name for path in inside}))
        raise UsageError(
            Problem(
                Text(
                    vi=f"Thư mục kết quả chứa tệp mà lô cần: {names}",
                    en=f"The folder of results holds files that the batch needs: {names}",
                ),
                Place(str(each.folder)),
                Text(vi="Chọn thư mục khác trong outputs.folder", en="Choose another outputs.folder"),
            )
        )


def _request_of(batch: Batch, read: ReadRequest, each: _Period) -> PeriodRequest:
    """Return what makes one period again: its own day of judgement, whichever day it is then."""
    return PeriodRequest(
        **{**_options(read), "as_of": each.judgement.as_of},
        period=each.label,
        working_days=batch.working_days,
        assignments=batch.assignments,
        history=batch.history,
        series=batch.name,
    )


def _options(read: ReadRequest) -> dict[str, Any]:
    return {each.name: getattr(read, each.name) for each in fields(ReadRequest)}


def _pass_gates(
    batch: Batch, periods: Sequence[_Period], accepted: Sequence[GateName], around: Surroundings
) -> None:
    """Hold each board against the gates; one that fails is no period before for the others."""
    for each in sorted(periods, key=lambda each: each.judgement.period.first_day):
        if each.board is None:
            continue
        before = _earlier(batch, each, "previous", periods)
        if before is None and batch.gates.ask_before and not each.judgement.provisional:
            _tell(around, each, "gates_not_asked", _NOTHING_BEFORE, "warning")
        found = gate_problems(each.board, None if before is None else before.board, batch.gates)
        for gate, problem in found:
            if gate in accepted:
                _tell(around, each, "gate_accepted", problem.message, "warning", gate=gate)
        failed = [problem for gate, problem in found if gate not in accepted]
        if failed:
            gates = sorted({gate for gate, _ in found if gate not in accepted})
            hint = Text(
                vi=f"Nếu số liệu đúng, chạy lại với --accept {' --accept '.join(gates)}",
                en=f"If the records are right, run again with --accept {' --accept '.join(gates)}",
            )
            _fail(each, GateFailedError([*failed[:-1], replace(failed[-1], hint=hint)]), around)


def _render(
    batch: Batch,
    periods: Sequence[_Period],
    request: BatchRequest,
    accepted: Sequence[GateName],
    around: Surroundings,
) -> None:
    """Make the files of every period that got so far, and its manifest."""
    reader = Reader()
    for each in periods:
        if each.board is None or each.request is None or each.error is not None:
            continue
        asked = {output.compared_with for output in batch.outputs if output.what == "compare"}
        earlier = {}
        for name in sorted(asked):
            found = _earlier(batch, each, name, periods)
            if found is None:
                _tell(around, each, "not_compared", _NEVER_KEPT[name], "warning")
            else:
                earlier[name] = found
        boards = {name: found.board for name, found in earlier.items()}
        selection = selection_of(request.select, each.board)
        contents = outputs_of(
            Results(batch, each.request, each.board, boards, selection, reader), around.now().date()
        )
        made = Made(
            batch,
            each.request,
            {name: (found.period, found.content_sha256) for name, found in earlier.items()},
            runs_before(each.request, each.board.rules, each.judgement.period),
            as_kept(each.request, each.board, batch.name)[0],
            accepted,
            request.select,
        )
        each.contents = {**contents, NAME: manifest_bytes(each.board, made, each.folder, contents)}


_NOTHING_BEFORE = Text(
    vi="chưa so được với kỳ trước: lịch sử không có kỳ trước, hoặc kỳ trước không đạt",
    en="not held against the period before: the history has none, or it did not pass",
)
_NEVER_KEPT: Mapping[With, Text] = {
    "previous": Text(
        vi="không so được: lịch sử không có kỳ trước", en="not compared: the history has no period before"
    ),
    "last_year": Text(
        vi="không so được: lịch sử không có cùng kỳ năm trước",
        en="not compared: the history has no such period of last year",
    ),
}


@dataclass(frozen=True)
class _Earlier:
    period: str
    content_sha256: str
    board: Scoreboard


def _earlier(batch: Batch, each: _Period, which: With, periods: Sequence[_Period]) -> _Earlier | None:
    """Return another period's board as the history has it or will have it; None where it never will."""
    finders = {"previous": previous_period, "last_year": same_period_last_year}
    wanted = finders[which](each.judgement.period)
    if wanted is None or each.board is None:
        return None
    for other in periods:
        if other.judgement.period == wanted and other.board is not None and other.error is None:
            assert other.request is not None  # it was scored
            content_sha256, board = as_kept(other.request, other.board, batch.name)
            return _Earlier(wanted.label, content_sha256, board)
    if batch.history is None:
        return None
    history = History(batch.history)
    entry = history.current(wanted.label, series=batch.name, catalogue=each.board.rules.catalogue)
    if entry is None:
        return None
    return _Earlier(wanted.label, entry.content_sha256, history.board(entry.number))


def _write(batch: Batch, periods: Sequence[_Period], around: Surroundings, *, kept: Path | None) -> None:
    """Put the results of all periods into their places; those that stand there already are not touched.

    Their boards are ``kept`` in the history, all of them or none, once the results stand.
    """
    ready = [each for each in periods if each.contents]
    staged: list[Staged] = []
    try:
        for each in ready:
            each.unchanged = stands_there(each.folder, each.contents)
            if not each.unchanged:
                staged.append(stage(each.folder, each.contents))
        boards = [
            (each.request, each.board)
            for each in ready
            if each.request is not None and each.board is not None
        ]
        if kept is not None and staged:
            announce(kept, boards, around.now(), batch.name)
    except BaseException:
        discard(staged)
        raise
    publish(staged)
    for each in ready:
        if each.unchanged:
            _tell(around, each, "unchanged", Text(vi="không có gì thay đổi", en="nothing has changed"))
        else:
            files = len(each.contents)
            told = Text(
                vi=f"đã ghi {files} tệp vào {each.folder}", en=f"wrote {files} files to {each.folder}"
            )
            _tell(around, each, "written", told, folder=str(each.folder), files=files)
    if kept is not None and boards:
        added = keep(kept, boards, around.now(), batch.name)
        forget(kept)
        new = [each.number for each in added if each.new]
        if new:
            _tell_kept(new, kept, around)


def _tell_kept(runs: Sequence[int], history: Path, around: Surroundings) -> None:
    listed = ", ".join(map(str, runs))
    told = Text(vi=f"đã lưu lần chạy {listed} vào {history}", en=f"kept run {listed} in {history}")
    around.log.tell("kept", told, runs=list(runs))


def _waiting(around: Surroundings, each: _Period, error: RecordsError) -> None:
    for problem in error.problems:
        _tell(around, each, "waiting", problem.message, "warning")


def _fail(each: _Period, error: ChisoError, around: Surroundings) -> None:
    each.error = error
    for problem in error.problems:
        told = Text(problem.in_language("vi"), problem.in_language("en"))
        _tell(around, each, "failed", told, "error", exit_code=int(error.exit_code))


def _tell(
    around: Surroundings, each: _Period, event: str, message: Text, level: Level = "info", **details: object
) -> None:
    said = Text(f"{each.label}: {message.vi}", f"{each.label}: {message.en}")
    around.log.tell(event, said, level, period=each.label, **details)


def _outcome(each: _Period) -> PeriodOutcome:
    state: State = "unchanged" if each.unchanged else "failed" if each.error is not None else "written"
    return PeriodOutcome(each.judgement.period, each.folder, state, each.error)


def planned(request: BatchRequest, today: date) -> tuple[Text, ...]:
    """Return what a run would read and write, period by period; nothing is read but names.

    Raises UsageError as ``run_batch`` does, and RecordsError with all inputs that are missing now.
    """
    load_batch(request.file)
    with chdir(request.file.parent):
        return tuple(_planned(_from_there(request), today))


def _planned(request: BatchRequest, today: date) -> Iterator[Text]:
    batch = _batch_of(request)
    _gates_accepted(request.accepted)
    selection_of(request.select)
    load_catalogue(batch.catalogue)
    missing: list[Problem] = []
    for period in parse_periods(request.periods, today):
        judge(period, request.as_of or today)
        try:
            read = inputs_of(batch, period)
        except RecordsError as error:
            missing.extend(error.problems)
            continue
        names = [path.name for path in (*read.records, *read.reported)]
        folder = results_folder(batch, period, selected=bool(request.select))
        files = ", ".join([*(output.file for output in batch.outputs), NAME])
        yield Text(
            vi=f"{period.label}: đọc {', '.join(names)}; ghi {files} vào {folder}",
            en=f"{period.label}: reads {', '.join(names)}; writes {files} to {folder}",
        )
    if missing:
        raise RecordsError(missing)
