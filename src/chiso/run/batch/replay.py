"""Proving an old result: made again from the files that its manifest names, and held against its hashes."""

from __future__ import annotations

import hashlib
from contextlib import chdir
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.history.store import History
from chiso.run.batch.load import batch_of
from chiso.run.batch.manifest import Made, Manifest, manifest_bytes, read_manifest
from chiso.run.batch.model import Batch, With
from chiso.run.batch.render import Results, outputs_of, selection_of
from chiso.run.history import as_kept
from chiso.run.preparing import PeriodRequest, Reader, runs_before
from chiso.run.scoring import ScoreRequest, score
from chiso.scoring.scoreboard import Scoreboard


@dataclass(frozen=True)
class Replayed:
    """What making a result again showed: files that came out the same, and what did not agree.

    ``chiso_version`` is the one that made it first.
    """

    same: tuple[str, ...]
    problems: tuple[Problem, ...]
    chiso_version: str


def replay(path: Path, history: Path | None = None) -> Replayed:
    """Return whether a manifest's results come out the same, bit for bit; nothing is written.

    What they were compared with is looked up in ``history``, or else in the batch's own.

    Raises RecordsError where the manifest cannot be read, an input is gone or is not what it was, or the
    history lacks a run that the results were compared with.
    """
    path = path.resolve()
    manifest = read_manifest(path)
    # The files are named as the batch names them.
    with chdir(manifest.folder):
        return _replay(replace(manifest, folder=Path()), history)


def _replay(manifest: Manifest, history: Path | None) -> Replayed:
    path = manifest.path
    changed = manifest.changed_inputs()
    if changed:
        raise RecordsError(changed)
    data = manifest.data
    batch = batch_of(data["batch"]["text"], data["batch"]["file"], manifest.folder)
    batch = batch if history is None else replace(batch, history=history)
    request = manifest.request(batch)
    day = date.fromisoformat(data["period"]["as_of"])
    asked = ScoreRequest(**{name: getattr(request, name) for name in PeriodRequest.__dataclass_fields__})
    board = score(asked, day)
    earlier = _earlier(manifest, batch)
    select = tuple(data["select"])
    results = Results(batch, request, board, earlier, selection_of(select, board), Reader())
    contents = outputs_of(results, day)
    compared: dict[With, tuple[str, str]] = {
        entry["with"]: (entry["period"], entry["content_sha256"]) for entry in data["compared_with"]
    }
    before = runs_before(request, board.rules, board.judgement.period)
    content_sha256, _ = as_kept(request, board, batch.name)
    made = Made(batch, request, compared, before, content_sha256, data["gates_accepted"], select)
    again = manifest_bytes(board, made, path.parent, contents)
    problems = [*_differing(manifest, contents)]
    if again != path.read_bytes():
        problems.append(_not_the_same(path.name))
    same = [entry["file"] for entry in data["outputs"]]
    wrong = {problem.place.file for problem in problems if problem.place is not None}
    return Replayed(tuple(name for name in same if name not in wrong), tuple(problems), data["chiso_version"])


def _earlier(manifest: Manifest, batch: Batch) -> dict[With, Scoreboard]:
    boards: dict[With, Scoreboard] = {}
    for entry in manifest.data["compared_with"]:
        history = None if batch.history is None else History(batch.history)
        runs = () if history is None else history.runs()
        found = next((run for run in runs if run.content_sha256 == entry["content_sha256"]), None)
        if history is None or found is None:
            raise RecordsError(
                Problem(
                    Text(
                        vi=f"Lịch sử không còn lần chạy kỳ {entry['period']} mà kết quả đã so với",
                        en=f"The history lacks the run of {entry['period']} that was compared with",
                    ),
                    Place(manifest.path.name),
                )
            )
        boards[entry["with"]] = history.board(found.number)
    return boards


def _differing(manifest: Manifest, contents: dict[str, bytes]) -> list[Problem]:
    """Return the files that come out otherwise, or stand otherwise beside the manifest."""
    problems = []
    for entry in manifest.data["outputs"]:
        name, content = entry["file"], contents.get(entry["file"])
        if content is None or hashlib.sha256(content).hexdigest() != entry["sha256"]:
            problems.append(_not_the_same(name))
            continue
        stands = manifest.path.parent / name
        if not stands.is_file() or hashlib.sha256(stands.read_bytes()).hexdigest() != entry["sha256"]:
            message = Text(
                vi="Tệp cạnh bản kê không phải tệp đã ghi khi chạy",
                en="The file beside the manifest is not the one that the run wrote",
            )
            problems.append(Problem(message, Place(name)))
    return problems


def _not_the_same(name: str) -> Problem:
    return Problem(Text(vi="Làm lại ra kết quả khác", en="It does not come out the same"), Place(name))
