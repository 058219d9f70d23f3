"""The first half of a batch: the inputs of every period found, and its records scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from chiso.errors import CannotScoreError, Place, Problem, RecordsError, Text, UsageError, plural
from chiso.run.batch.keeping import refuse_to_replace
from chiso.run.batch.manifest import inputs_by_role
from chiso.run.batch.model import Batch, BatchPeriodRequest
from chiso.run.batch.patterns import wait_for_inputs
from chiso.run.batch.period_run import PeriodRun, Surroundings, fail, tell
from chiso.run.periods import score_periods
from chiso.run.preparing import ReadRequest
from chiso.run.scoring import ScoreRequest
from chiso.terms.numbers import number_text


def read_and_score(
    batch: Batch, periods: Sequence[PeriodRun], as_of: date | None, around: Surroundings
) -> None:
    """Find the inputs of every period and score those of the same inputs in one scan."""
    day = as_of or around.now().date()
    groups: dict[ReadRequest, list[PeriodRun]] = {}
    for each in periods:
        try:
            read = wait_for_inputs(
                batch, each.judgement.period, around.clock, around.sleep, partial(_waiting, around, each)
            )
        except RecordsError as error:
            fail(each, error, around)
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
                vi=f"{asked.period}: chấm điểm từ {number_text(files, 'vi')} tệp",
                en=f"{asked.period}: scoring {number_text(files, 'en')} {plural(files, 'file', 'files')}",
            ),
            periods=[each.label for each in group],
            files=files,
        )
        try:
            scored = score_periods(asked, day)
        except (RecordsError, CannotScoreError) as error:
            for each in group:
                fail(each, error, around)
            continue
        boards = {board.judgement.period: board for board in scored.boards}
        unscored = {entry.judgement.period: entry.error for entry in scored.unscored}
        for each in group:
            each.board = boards.get(each.judgement.period)
            if each.board is None:
                fail(each, unscored[each.judgement.period], around)


def _waiting(around: Surroundings, each: PeriodRun, error: RecordsError) -> None:
    for problem in error.problems:
        tell(around, each, "waiting", problem.message, "warning")


def _refuse_inside(batch: Batch, each: PeriodRun, log: Path | None) -> None:
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


def _request_of(batch: Batch, read: ReadRequest, each: PeriodRun) -> BatchPeriodRequest:
    """Return what makes one period again: its own day of judgement, whichever day it is then."""
    return BatchPeriodRequest(
        **{**_options(read), "as_of": each.judgement.as_of},
        period=each.label,
        working_days=batch.working_days,
        assignments=batch.assignments,
        office=batch.office,
        history=batch.history,
        series=batch.name,
    )


def _options(read: ReadRequest) -> dict[str, Any]:
    return {each.name: getattr(read, each.name) for each in fields(ReadRequest)}
