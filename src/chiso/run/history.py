"""Keeping scoreboards and looking them up: the stories of ``--history`` and ``chiso history``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from chiso.catalogue.load import load_catalogue
from chiso.errors import Place, Problem, RecordsError, Text, UsageError
from chiso.history.proof import problems_of
from chiso.history.rows import OtherInput, board_of, rows_of
from chiso.history.store import Added, History, Kept, RunEntry
from chiso.records.sources.container import sha256_of
from chiso.run.preparing import PeriodRequest
from chiso.scoring.scoreboard import Scoreboard

_ROOTS_NAMED = 3


def keep(
    path: Path,
    boards: Sequence[tuple[PeriodRequest, Scoreboard]],
    now: datetime,
    series: str | None = None,
) -> tuple[Added, ...]:
    """Keep boards, each with the request it comes from, all of them or none; see ``History.add``.

    ``series`` names what they are boards of; without it, the units at the top of the registry do. Boards
    must hold every unit of the registry: a partial one would take the place of the whole.
    """
    return History(path).add([_kept(request, board, series) for request, board in boards], now)


def as_kept(request: PeriodRequest, board: Scoreboard, series: str) -> tuple[str, Scoreboard]:
    """Return a board as a history would give it back, and the hash of all that it says."""
    rows = rows_of(board, series, other_inputs(request), request.edition)
    return rows.content_sha256, board_of(rows, board.rules)


def _kept(request: PeriodRequest, board: Scoreboard, series: str | None) -> Kept:
    catalogue = load_catalogue(request.catalogue)
    if board.provenance.catalogue_sha256 != catalogue.sha256:
        raise RecordsError(
            Problem(
                Text(vi="Bộ chỉ số đã bị sửa trong lúc chạy", en="The catalogue was changed during the run"),
                Place(catalogue.file),
            )
        )
    return Kept(board, series or series_of(board), catalogue, other_inputs(request), request.edition)


def other_inputs(request: PeriodRequest) -> tuple[OtherInput, ...]:
    """Return the files of a request that bear on a result and hold no records, with their hashes."""
    roles = [
        *(("mapping", path) for path in request.mappings),
        *(("corrections", path) for path in request.corrections),
        *(("working_days", path) for path in [request.working_days] if path is not None),
    ]
    return tuple(OtherInput(role, path.name, sha256_of(path)) for role, path in roles)


def series_of(board: Scoreboard) -> str:
    """Return the name of a board's series where none is given: the units at the top of its registry."""
    codes = {unit.unit.code for unit in board.units}
    roots = [unit.unit.code for unit in board.units if unit.unit.parent_code not in codes]
    named = ",".join(roots[:_ROOTS_NAMED])
    return named if len(roots) <= _ROOTS_NAMED else f"{named}+{len(roots) - _ROOTS_NAMED}"


def history_runs(path: Path) -> tuple[RunEntry, ...]:
    """Return every run of a history; raises RecordsError where there is no such file."""
    history = History(path)
    with history.reading():
        pass
    return history.runs()


def history_board(path: Path, asked: str, series: str | None = None) -> tuple[RunEntry, Scoreboard]:
    """Return a run with its scoreboard: ``run:12``, or a period for the last revision of it.

    Raises UsageError where the history has no such run, or several series have the period.
    """
    history_runs(path)
    history = History(path)
    number = asked.removeprefix("run:")
    if asked != number:
        if not number.isdecimal():
            raise UsageError(_no_such_run(asked, path))
        entry: RunEntry | None = history.run(int(number))
    else:
        entry = history.current(asked, series=series)
    if entry is None:
        raise UsageError(_no_such_run(asked, path))
    return entry, history.board(entry.number)


def _no_such_run(asked: str, path: Path) -> Problem:
    return Problem(
        Text(vi=f"Lịch sử không có “{asked}”", en=f"The history has no “{asked}”"),
        Place(str(path)),
        Text(
            vi="Viết run:SỐ hoặc một kỳ như 2026-08; xem chiso history list",
            en="Write run:NUMBER or a period like 2026-08; see chiso history list",
        ),
    )


def prove_history(path: Path) -> tuple[Problem, ...]:
    """Return what of a history does not hold; see ``problems_of``."""
    return problems_of(History(path))
