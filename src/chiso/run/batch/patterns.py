"""Patterns of a batch file: where the files of a period stand, and the folder of its results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.run.batch.model import Batch
from chiso.run.preparing import ReadRequest
from chiso.terms.period import Period

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def _filled_in(period: Period) -> Mapping[str, str]:
    first = period.first_day
    return {
        "{period}": period.label,
        "{year}": f"{first.year:04}",
        "{month}": f"{first.month:02}",
        "{quarter}": str((first.month + 2) // 3),
        "{first_day}": first.isoformat(),
        "{last_day}": period.last_day.isoformat(),
    }


PLACEHOLDERS = ("{period}", "{year}", "{month}", "{quarter}", "{first_day}", "{last_day}")


def faulty_placeholders(pattern: str) -> tuple[str, ...]:
    """Return what stands in braces and is no placeholder."""
    return tuple(name for name in _PLACEHOLDER.findall(pattern) if name not in PLACEHOLDERS)


def cannot_be_searched(pattern: str) -> bool:
    """Return whether a pattern is none that files could fit."""
    filled = _PLACEHOLDER.sub("x", pattern)
    try:
        next(_matching(Path("/nowhere"), filled), None)
    except (ValueError, NotImplementedError, IndexError):
        return True
    return "\0" in pattern


def parents_of_results(batch: Batch) -> tuple[Path, ...]:
    """Return the folders that the results of any period stand in, as far as they are there."""
    pattern = _PLACEHOLDER.sub("*", str(PurePath(batch.results).parent))
    root = Path(pattern).anchor
    start, rest = (Path(root), pattern.removeprefix(root)) if root else (batch.folder, pattern)
    found = [start] if rest in ("", ".") else sorted(start.glob(rest))
    return tuple(path for path in found if path.is_dir())


def for_period(pattern: str, period: Period) -> str:
    """Return a pattern with the period's days filled in; a month is that of the period's first day."""
    values = _filled_in(period)
    return _PLACEHOLDER.sub(lambda match: values[match[0]], pattern)


def results_folder(batch: Batch, period: Period, *, selected: bool) -> Path:
    """Return where the results of a period stand; those of a selection stand apart from the whole ones."""
    folder = batch.folder / for_period(batch.results, period)
    return folder.with_name(f"{folder.name}-selection") if selected else folder


def inputs_of(batch: Batch, period: Period) -> ReadRequest:
    """Return what is read for a period, each pattern's files in alphabetical order.

    Raises RecordsError for patterns that no file fits, all of them told.
    """
    missing: list[Problem] = []
    inputs = batch.inputs

    def found(patterns: tuple[str, ...]) -> tuple[Path, ...]:
        paths: dict[Path, None] = {}
        for pattern in patterns:
            own = list(_matching(batch.folder, for_period(pattern, period)))
            if not own:
                missing.append(_nothing_fits(for_period(pattern, period), batch))
            paths.update(dict.fromkeys(own))
        return tuple(paths)

    request = ReadRequest(
        records=found(inputs.records),
        reported=found(inputs.reported),
        units=next(iter(found((inputs.units,))), None) if inputs.units is not None else None,
        mappings=found(inputs.mapping),
        corrections=found(inputs.corrections),
        show_officials=batch.show_officials,
        catalogue=batch.catalogue,
        edition=batch.edition,
    )
    if missing:
        raise RecordsError(missing)
    return request


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    root = Path(pattern).anchor
    start, rest = (Path(root), pattern.removeprefix(root)) if root else (folder, pattern)
    for path in sorted(start.glob(rest)):
        # Files that are still being copied are often hidden.
        if path.is_file() and not path.name.startswith("."):
            yield path


def _nothing_fits(pattern: str, batch: Batch) -> Problem:
    return Problem(
        Text(vi=f"Không có tệp nào khớp “{pattern}”", en=f"No file fits “{pattern}”"),
        Place(batch.file),
        Text(vi=f"Tìm trong {batch.folder}", en=f"Looked for in {batch.folder}"),
    )


def wait_for_inputs(
    batch: Batch,
    period: Period,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    waiting: Callable[[RecordsError], None],
) -> ReadRequest:
    """Return what is read for a period, looking again for missing files as long as the batch allows.

    ``waiting`` is told what is missing each time. Raises RecordsError once the time is up.
    """
    end = clock() + batch.wait.seconds
    while True:
        try:
            return inputs_of(batch, period)
        except RecordsError as error:
            if clock() + batch.wait.every > end:
                raise
            waiting(error)
        sleep(batch.wait.every)
