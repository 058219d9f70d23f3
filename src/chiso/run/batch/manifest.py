"""The manifest of a period: what its results were made from, and their hashes; no clock is in it.

With the files it names the results can be made again, bit for bit (``chiso run --replay``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.history.store import RunEntry
from chiso.records.sources.container import sha256_of
from chiso.reporting.json_output import catalogue_entry, fates_entry, period_entry
from chiso.run.batch.model import GATES, WITHS, Batch, BatchPeriodRequest, GateName, With
from chiso.scoring.scoreboard import Scoreboard
from chiso.version import __version__

SCHEMA_VERSION = "1.0"
NAME = "manifest.json"
# The files of a request by what they are for.
_SEVERAL = ("records", "reported", "mappings", "corrections")
_SINGLE = ("units", "catalogue", "working_days", "assignments", "office")


@dataclass(frozen=True)
class Made:
    """How the results of a period were made: from which files, compared with what, past which gates.

    ``content_sha256`` is the board's, as a history has it. ``compared`` are the period and content hash of
    each board that was compared with, ``before`` the runs of the history in which figures of other periods
    were looked up; ``select`` is what was chosen of the results; ``accepted`` are the gates that were opened
    by hand.
    """

    batch: Batch
    request: BatchPeriodRequest
    compared: Mapping[With, tuple[str, str]]
    before: Sequence[RunEntry]
    content_sha256: str
    accepted: Sequence[GateName]
    select: Sequence[str]


def manifest_bytes(board: Scoreboard, made: Made, folder: Path, outputs: Mapping[str, bytes]) -> bytes:
    """Return the manifest of a period whose results stand in ``folder``."""
    batch = made.batch
    data = {
        "schema_version": SCHEMA_VERSION,
        "chiso_version": __version__,
        "batch": {
            "name": batch.name,
            "file": batch.file,
            "folder": _relative(batch.folder, folder),
            "sha256": batch.sha256,
            "text": batch.text,
        },
        "period": period_entry(board),
        "content_sha256": made.content_sha256,
        "catalogue": {key: value for key, value in catalogue_entry(board).items() if key != "effective_on"},
        "inputs": [*_inputs(made.request, batch.folder)],
        "tables": [
            {
                "file": _relative(Path(file.path), batch.folder),
                "sheet": file.sheet,
                "table": file.table,
                "rows_read": file.rows_read,
            }
            for file in board.provenance.files
        ],
        "rows": [fates_entry(fates, batch.language) for fates in board.fates],
        "compared_with": [
            {"with": name, "period": period, "content_sha256": content_sha256}
            for name, (period, content_sha256) in sorted(made.compared.items())
        ],
        "earlier_figures": [
            {"period": entry.period, "content_sha256": entry.content_sha256} for entry in made.before
        ],
        "gates_accepted": list(made.accepted),
        "select": list(made.select),
        "outputs": [
            {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(outputs.items())
        ],
    }
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def inputs_by_role(request: BatchPeriodRequest) -> tuple[tuple[str, Path], ...]:
    """Return every file that a request reads, with what it is for."""
    found = [(role, path) for role in _SEVERAL for path in getattr(request, role)]
    found += [(role, getattr(request, role)) for role in _SINGLE if getattr(request, role) is not None]
    return tuple(found)


def _inputs(request: BatchPeriodRequest, folder: Path) -> Sequence[dict[str, object]]:
    return [
        {"role": role, "file": _relative(path, folder), "sha256": sha256_of(path)}
        for role, path in inputs_by_role(request)
    ]


def _relative(path: Path, folder: Path) -> str:
    """Return a path as it is seen from ``folder``; whole where they are on different drives."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was read; ``folder`` is the one that the paths of its inputs begin at."""

    path: Path
    data: Mapping[str, Any]
    folder: Path

    def request(self, batch: Batch) -> BatchPeriodRequest:
        """Return what the run was asked, the files being those that it names."""
        data = self.data
        by_role: dict[str, list[Path]] = {role: [] for role in (*_SEVERAL, *_SINGLE)}
        for entry in data["inputs"]:
            by_role[entry["role"]].append(self.folder / entry["file"])
        given: dict[str, Any] = {
            **{role: tuple(by_role[role]) for role in _SEVERAL},
            **{role: next(iter(by_role[role]), None) for role in _SINGLE},
            "as_of": date.fromisoformat(data["period"]["as_of"]),
            "edition": batch.edition,
            "show_officials": batch.show_officials,
            "history": batch.history,
            "series": batch.name,
            "earlier_runs": tuple(entry["content_sha256"] for entry in data["earlier_figures"]),
        }
        return BatchPeriodRequest(period=data["period"]["label"], **given)

    def changed_inputs(self) -> tuple[Problem, ...]:
        """Return the inputs that are gone, or not what they were."""
        problems = []
        for entry in self.data["inputs"]:
            path = self.folder / entry["file"]
            if not path.is_file():
                problems.append(
                    Problem(Text(vi="Không còn tệp này", en="This file is gone"), Place(entry["file"]))
                )
            elif sha256_of(path) != entry["sha256"]:
                problems.append(
                    Problem(
                        Text(vi="Tệp này đã thay đổi", en="This file is not what it was"),
                        Place(entry["file"]),
                    )
                )
        return tuple(problems)


def _require_form(data: Any) -> None:
    """Raise ValueError, KeyError or TypeError where something that is needed is not what it should be."""
    texts = [data["chiso_version"], data["content_sha256"], data["period"]["label"]]
    texts += [data["batch"][key] for key in ("name", "file", "folder", "text")]
    for key, names in _FORM.items():
        if not isinstance(data[key], list):
            raise TypeError(key)
        texts += [entry[name] for entry in data[key] for name in names] if names else data[key]
    date.fromisoformat(data["period"]["as_of"])
    roles = {entry["role"] for entry in data["inputs"]}
    compared = {entry["with"] for entry in data["compared_with"]}
    known = (
        roles <= {*_SEVERAL, *_SINGLE}
        and compared <= set(WITHS)
        and set(data["gates_accepted"]) <= set(GATES)
    )
    if not known or not all(isinstance(text, str) for text in texts):
        raise ValueError


# What each list of a manifest holds: texts, or entries with texts under these names.
_FORM: Mapping[str, tuple[str, ...]] = {
    "inputs": ("role", "file", "sha256"),
    "outputs": ("file", "sha256"),
    "compared_with": ("with", "period", "content_sha256"),
    "earlier_figures": ("period", "content_sha256"),
    "gates_accepted": (),
    "select": (),
}


def read_manifest(path: Path) -> Manifest:
    """Return a manifest; raises RecordsError where it cannot be read or is none."""
    try:
        data = json.loads(path.read_text("utf-8"))
        _require_form(data)
        folder = path.resolve().parent / data["batch"]["folder"]
    except OSError as error:
        message = Text(vi="Không đọc được bản kê", en="Cannot read the manifest")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    except (ValueError, KeyError, TypeError) as error:
        message = Text(vi="Không phải bản kê của chiso run", en="This is no manifest of chiso run")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    return Manifest(path, data, folder)
