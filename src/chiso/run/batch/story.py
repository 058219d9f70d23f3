"""A batch from beginning to end: read, scored, held against its gates, written, kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from chiso.catalogue.load import load_catalogue
from chiso.errors import (
    CannotWriteError,
    ChisoError,
    ExitCode,
    Place,
    Problem,
    RecordsError,
    Text,
    UsageError,
    allowed_words,
)
from chiso.run.batch.keeping import announce, complete, forget, manifest_in
from chiso.run.batch.load import load_batch
from chiso.run.batch.manifest import NAME
from chiso.run.batch.model import GATES, Batch, GateName
from chiso.run.batch.passed import pass_gates, render
from chiso.run.batch.patterns import inputs_of, parents_of_results, results_folder
from chiso.run.batch.period_run import PeriodRun, Surroundings, tell
from chiso.run.batch.publish import Staged, discard, publish, repair, stage, stands_there
from chiso.run.batch.render import selection_of
from chiso.run.batch.scored import read_and_score
from chiso.run.history import keep
from chiso.terms.numbers import number_text
from chiso.terms.period import (
    Period,
    judge,
    parse_periods,
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
        PeriodRun(
            judge(period, request.as_of or today),
            results_folder(batch, period, selected=bool(request.select)),
        )
        for period in parse_periods(request.periods, today)
    ]
    with _alone(batch, request, around):
        _repair(batch, around)
        read_and_score(batch, periods, request.as_of, around)
        pass_gates(batch, periods, accepted, around)
        render(batch, periods, request.select, accepted, around)
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


def _write(batch: Batch, periods: Sequence[PeriodRun], around: Surroundings, *, kept: Path | None) -> None:
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
            tell(around, each, "unchanged", Text(vi="không có gì thay đổi", en="nothing has changed"))
        else:
            files = len(each.contents)
            told = Text(
                vi=f"đã ghi {number_text(files, 'vi')} tệp vào {each.folder}",
                en=f"wrote {number_text(files, 'en')} files to {each.folder}",
            )
            tell(around, each, "written", told, folder=str(each.folder), files=files)
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


def _outcome(each: PeriodRun) -> PeriodOutcome:
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
