"""Loading records into Spark: the same files, the same order, the same notes as without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from chiso.errors import Problem, RecordsError
from chiso.records.corrections import Corrections
from chiso.records.dataset import LoadedTable, Records
from chiso.records.loader import MOST_QUARANTINE_DETAILS, Loader
from chiso.records.part import Part
from chiso.records.progress import Progress
from chiso.records.sources.container import Container, sha256_of
from chiso.records.spark.session import Session
from chiso.records.spark.table import SparkTable, readable
from chiso.records.survey import Contents, survey
from chiso.records.table_file import TableFile
from chiso.terms.unit import UnitTree

# Hashing waits for the disk more than it reckons.
_HASHING = 2


class SparkLoader(Loader):
    """Gathers the files table by table; ``finish`` has Spark read them."""

    def __init__(
        self,
        master: str | None,
        units: UnitTree,
        needed: Mapping[str, Collection[str]] | None,
        beside: Mapping[str, Collection[str]],
        paths: Iterable[Path],
        corrections: Corrections,
        progress: Progress,
        show_officials: bool,
    ) -> None:
        # DuckDB is given no file: nothing is read here.
        super().__init__(units, needed, beside, (), corrections, progress, show_officials)
        self._session = Session(master)
        self._gathered: dict[str, SparkTable] = {}
        self._unreadable: list[Problem] = []
        self._pool = ThreadPoolExecutor(max_workers=_HASHING)
        self._surveyed: list[tuple[Part[TableFile], Future[Contents]]] = []

    def add(self, file: TableFile) -> None:
        """Put a file to those of its table; its hash is taken meanwhile."""
        problem = readable(file)
        if problem is not None:
            self._unreadable.append(problem)
            return
        self._progress.file(file.label, file.sheet_size)
        spec = file.recognised.table
        if spec.name not in self._gathered:
            needed = None if self._needed is None else self._needed.get(spec.name, ())
            self._gathered[spec.name] = SparkTable(
                self._session,
                spec,
                needed,
                beside=self._beside.get(spec.name, ()),
                show_officials=self._show_officials,
            )
        part = Part(file, 0, 0)
        surveyed = self._pool.submit(_survey_of(file), file.sheet.container)
        self._gathered[spec.name].add(part, surveyed)
        self._surveyed.append((part, surveyed))

    def finish(self, notes: Iterable[Problem], unread: int) -> Records:
        """Have Spark read every table, and tell what came of it."""
        if self._unreadable:
            raise RecordsError(self._unreadable)
        sealed: dict[str, LoadedTable] = {}
        personal: list[Problem] = []
        with self._pool:
            for name, table in self._gathered.items():
                personal.extend(table.read(self._units))
                sealed[name] = table.sealed
                room = MOST_QUARANTINE_DETAILS - len(self._quarantine)
                self._quarantine.extend(table.quarantined(room))
                self._progress.rows_read(table.sealed.rows_read)
        others, self.read = self.read, []
        for part, surveyed in self._surveyed:
            self.add_source(part, surveyed.result().sha256)
        self.read.extend(others)
        return self._records(sealed, notes, personal, unread, cluster=self._session)


def _survey_of(file: TableFile) -> Callable[[Container], Contents]:
    if file.sheet.format == "csv":
        return survey
    # Only text has lines.
    return lambda container: Contents(sha256_of(container.path), 0, False)
