"""The second half of a batch: boards held against the gates, and made into files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chiso.errors import GateFailedError, Text
from chiso.history.store import History
from chiso.run.batch.gates import gate_problems
from chiso.run.batch.manifest import NAME, Made, manifest_bytes
from chiso.run.batch.model import COMPARED, Batch, GateName, With
from chiso.run.batch.period_run import PeriodRun, Surroundings, fail, tell
from chiso.run.batch.render import Results, outputs_of, selection_of
from chiso.run.history import as_kept
from chiso.run.preparing import Reader, runs_before
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import previous_period, same_period_last_year


def pass_gates(
    batch: Batch, periods: Sequence[PeriodRun], accepted: Sequence[GateName], around: Surroundings
) -> None:
    """Hold each board against the gates; one that fails is no period before for the others."""
    for each in sorted(periods, key=lambda each: each.judgement.period.first_day):
        if each.board is None:
            continue
        before = _earlier(batch, each, "previous", periods)
        if before is None and batch.gates.ask_before and not each.judgement.provisional:
            tell(around, each, "gates_not_asked", _NOTHING_BEFORE, "warning")
        found = gate_problems(each.board, None if before is None else before.board, batch.gates)
        for gate, problem in found:
            if gate in accepted:
                tell(around, each, "gate_accepted", problem.message, "warning", gate=gate)
        failed = [problem for gate, problem in found if gate not in accepted]
        if failed:
            gates = sorted({gate for gate, _ in found if gate not in accepted})
            hint = Text(
                vi=f"Nếu số liệu đúng, chạy lại với --accept {' --accept '.join(gates)}",
                en=f"If the records are right, run again with --accept {' --accept '.join(gates)}",
            )
            fail(each, GateFailedError([*failed[:-1], replace(failed[-1], hint=hint)]), around)


def render(
    batch: Batch,
    periods: Sequence[PeriodRun],
    select: Sequence[str],
    accepted: Sequence[GateName],
    around: Surroundings,
) -> None:
    """Make the files of every period that got so far, and its manifest."""
    reader = Reader()
    for each in periods:
        if each.board is None or each.request is None or each.error is not None:
            continue
        asked = {output.compared_with for output in batch.outputs if output.what in COMPARED}
        earlier = {}
        for name in sorted(asked):
            found = _earlier(batch, each, name, periods)
            if found is None:
                tell(around, each, "not_compared", _NEVER_KEPT[name], "warning")
            else:
                earlier[name] = found
        boards = {name: found.board for name, found in earlier.items()}
        selection = selection_of(tuple(select), each.board)
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
            select,
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


def _earlier(batch: Batch, each: PeriodRun, which: With, periods: Sequence[PeriodRun]) -> _Earlier | None:
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
