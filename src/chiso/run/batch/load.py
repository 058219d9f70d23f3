"""The batch file, read whole: every fault in one go, or the batch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any, cast

from chiso.catalogue.reader import Document
from chiso.catalogue.values import Values
from chiso.errors import CatalogueError, Language, Place, Problem, Text, UsageError, allowed_words
from chiso.reporting.forms import REPORT_SUFFIXES, SUFFIXES
from chiso.reporting.letters.office import read_office
from chiso.run.batch.model import WHATS, WITHS, Batch, GateLimits, Inputs, Output, Wait
from chiso.run.batch.patterns import PLACEHOLDERS, cannot_be_searched, faulty_placeholders
from chiso.terms.columns import COUNTED_TABLES
from chiso.terms.unit import LEVELS

KEYS: Mapping[str, tuple[str, ...]] = {
    "batch": (
        *("batch", "inputs", "catalogue", "edition", "working_days", "assignments", "office"),
        *("show_officials", "language", "outputs", "history", "gates"),
    ),
    "inputs": ("records", "units", "reported", "mapping", "corrections", "wait"),
    "wait": ("for", "every"),
    "outputs": ("folder", "files"),
    "file": (
        *("file", "what", "detail", "level", "parent", "with_records", "peer_groups", "excel"),
        "compared_with",
    ),
    "gates": ("most_quarantined", "fewest_rows", "most_rows", "units_stay", "largest_jump"),
}
MANIFEST = "manifest.json"
# Where results are kept, unless the file says otherwise.
HISTORY = "history.duckdb"
_SPAN = re.compile(r"(\d{1,6}) ?(s|m|h|seconds?|minutes?|hours?)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
# What each kind of result can be written as.
_FORMS = {
    "score": ("csv", "json", "parquet", "xlsx", "table"),
    "rank": ("csv", "json", "parquet", "xlsx", "table"),
    "late": ("csv", "json", "parquet", "xlsx", "table"),
    "compare": ("csv", "json", "xlsx", "table"),
    "report": ("html", "xlsx", "docx", "markdown", "table"),
}
_SUFFIXES = {**SUFFIXES, **REPORT_SUFFIXES}
Steps = tuple[str | int, ...]


def load_batch(path: Path) -> Batch:
    """Return the batch that a file describes.

    Raises UsageError with every fault found, each with file, line and column; CatalogueError for those of
    the file of the office.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được tệp lô", en="Cannot read the batch file")
        raise UsageError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Tệp lô phải ở dạng UTF-8", en="A batch file must be in UTF-8")
        raise UsageError(Problem(message, Place(str(path)))) from error
    batch = batch_of(text, path.name, path.parent)
    if batch.office is not None:
        # Its faults are told before the work, not after.
        read_office(batch.office)
    return batch


def batch_of(text: str, file: str, folder: Path) -> Batch:
    """Return the batch that ``text`` describes, its paths relative to ``folder``; see ``load_batch``."""
    try:
        document = Document.parsed(text, file)
    except CatalogueError as error:
        raise UsageError(error.problems) from error
    values = Values(document.resolve(date.max), document.problems)
    batch = _Reading(values).batch(text, file, folder)
    if values.problems:
        raise UsageError(values.problems)
    return batch


class _Reading:
    def __init__(self, values: Values) -> None:
        self._values = values

    def batch(self, text: str, file: str, folder: Path) -> Batch:
        values = self._values
        values.keys((), KEYS["batch"], ("batch", "inputs", "outputs"))
        values.keys(("inputs",), KEYS["inputs"])
        outputs, results = self._outputs()
        return Batch(
            name=values.text(("batch",)) or "",
            file=file,
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            folder=folder,
            inputs=self._inputs(),
            results=results,
            outputs=outputs,
            language=cast(Language, values.word(("language",), ("vi", "en")) or "vi"),
            catalogue=self._path(folder, "catalogue"),
            edition=values.text(("edition",)),
            working_days=self._path(folder, "working_days"),
            assignments=self._path(folder, "assignments"),
            office=self._path(folder, "office"),
            show_officials=self._yes(("show_officials",)),
            history=self._history(folder),
            gates=self._gates(),
            wait=self._wait(),
        )

    def _path(self, folder: Path, key: str) -> Path | None:
        found = self._values.text((key,))
        return None if found is None else folder / found

    def _history(self, folder: Path) -> Path | None:
        """Return the history: the one named, none if it is false, else one beside the batch file."""
        found = self._values.text_or_flag(("history",))
        if isinstance(found, str):
            return folder / found
        return None if found is False else folder / HISTORY

    def _inputs(self) -> Inputs:
        values = self._values

        def several(key: str) -> tuple[str, ...]:
            found = [(step, values.text(step)) for step in values.items(("inputs", key), single=True)]
            for step, pattern in found:
                self._check_pattern(step, pattern)
            return tuple(pattern for _, pattern in found if pattern is not None)

        units = values.text(("inputs", "units"))
        self._check_pattern(("inputs", "units"), units)
        inputs = Inputs(
            several("records"), units, several("reported"), several("mapping"), several("corrections")
        )
        if values.has(("inputs",)) and not (inputs.records or inputs.reported):
            values.fault(
                ("inputs",),
                Text(vi="Cần “records” hoặc “reported”", en="“records” or “reported” is needed"),
            )
        return inputs

    def _check_pattern(self, step: Steps, pattern: str | None) -> None:
        for name in faulty_placeholders(pattern or ""):
            self._values.fault(
                step,
                Text(vi=f"Không có chỗ điền {name}", en=f"There is no placeholder {name}"),
                allowed_words(PLACEHOLDERS),
            )
        if pattern and cannot_be_searched(pattern):
            self._values.fault(
                step,
                Text(
                    vi="Không phải một mẫu tên tệp: “**” phải đứng riêng giữa hai dấu “/”",
                    en="This is no pattern of files: “**” must stand alone between two “/”",
                ),
            )

    def _outputs(self) -> tuple[tuple[Output, ...], str]:
        values = self._values
        if not values.keys(("outputs",), KEYS["outputs"], ("folder", "files")):
            return (), ""
        folder = values.text(("outputs", "folder")) or ""
        self._check_pattern(("outputs", "folder"), folder)
        if folder and "{period}" not in folder:
            values.fault(
                ("outputs", "folder"),
                Text(
                    vi="Thư mục phải có {period}: mỗi kỳ một thư mục riêng",
                    en="The folder must hold {period}: each period has a folder of its own",
                ),
            )
        steps = values.several(("outputs", "files"))
        files = [(step, self._output(step)) for step in steps]
        values.once("file", [((*step, "file"), output.file.casefold()) for step, output in files])
        return tuple(output for _, output in files), folder

    def _output(self, step: Steps) -> Output:
        values = self._values
        values.keys(step, KEYS["file"], ("file", "what"))
        file, what = values.text((*step, "file")) or "", values.word((*step, "what"), WHATS) or "score"
        self._check_file((*step, "file"), file, what)
        return Output(
            file=file,
            what=cast(Any, what),
            detail=cast(Any, values.word((*step, "detail"), ("total", "index")) or "total"),
            level=values.word((*step, "level"), LEVELS),
            parent=values.text((*step, "parent")),
            with_records=self._yes((*step, "with_records")),
            peer_groups=self._yes((*step, "peer_groups")),
            excel=self._yes((*step, "excel")),
            compared_with=cast(Any, values.word((*step, "compared_with"), WITHS) or "previous"),
        )

    def _check_file(self, step: Steps, file: str, what: str) -> None:
        if not file:
            return
        name = PurePosixPath(file)
        if name.name != file or file in (".", "..") or set(file) & {"\\", "\0"} or file == MANIFEST:
            self._values.fault(
                step,
                Text(
                    vi="“file” phải là tên tệp, không có thư mục, và không phải manifest.json",
                    en="“file” must be the name of a file without folders, and not manifest.json",
                ),
            )
        form = _SUFFIXES.get(name.suffix.lower())
        if form not in _FORMS[what]:
            suffixes = [suffix for suffix, own in _SUFFIXES.items() if own in _FORMS[what]]
            self._values.fault(
                step,
                Text(
                    vi=f"Không ghi được {what} vào tệp đuôi “{name.suffix}”",
                    en=f"{what} cannot be written to a file ending in “{name.suffix}”",
                ),
                allowed_words(suffixes),
            )

    def _gates(self) -> GateLimits:
        values = self._values
        if not values.has(("gates",)):
            return GateLimits()
        values.keys(("gates",), KEYS["gates"])

        def share(*keys: str) -> Fraction | None:
            found = values.quantity(("gates", *keys))
            if found is not None and not found.is_share:
                key = keys[-1]
                values.fault(
                    ("gates", *keys),
                    Text(vi=f"“{key}” phải là một tỷ lệ như 50%", en=f"“{key}” must be a share like 50%"),
                )
            return None if found is None else found.value

        def by_table(key: str) -> Mapping[str, Fraction]:
            if not values.has(("gates", key)) or not values.keys(("gates", key), COUNTED_TABLES):
                return {}
            found = {table: share(key, table) for table in values.names_in(("gates", key))}
            return {table: limit for table, limit in found.items() if limit is not None}

        jump = values.points(("gates", "largest_jump"))
        return GateLimits(
            most_quarantined=share("most_quarantined"),
            fewest_rows=by_table("fewest_rows"),
            most_rows=by_table("most_rows"),
            units_stay=self._yes(("gates", "units_stay")),
            largest_jump=None if jump is None else Fraction(jump),
        )

    def _wait(self) -> Wait:
        values = self._values
        if not values.has(("inputs", "wait")):
            return Wait()
        values.keys(("inputs", "wait"), KEYS["wait"], ("for",))
        return Wait(self._span("for") or 0, self._span("every") or Wait().every)

    def _span(self, key: str) -> int | None:
        step = ("inputs", "wait", key)
        text = self._values.text(step)
        if text is None:
            return None
        match = _SPAN.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            self._values.fault(
                step,
                Text(
                    vi=f"“{key}” phải là một khoảng như 5 minutes, 2 hours",
                    en=f"“{key}” must be a span like 5 minutes, 2 hours",
                ),
            )
            return None
        return int(match[1]) * _SECONDS[match[2][0]]

    def _yes(self, step: Steps) -> bool:
        found = self._values.flag(step)
        return bool(found)
