"""The history file: what is kept, read back and proved.

It only ever grows. A run that says what the last one of its period said adds nothing; one that says
something else becomes the next revision. All runs of one call are kept in one transaction.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue, catalogue_of
from chiso.errors import (
    CannotWriteError,
    Place,
    Problem,
    RecordsError,
    Text,
    UsageError,
    allowed_words,
)
from chiso.history.rows import OtherInput, RunRows, board_of, rows_of
from chiso.history.schema import (
    FATES,
    GROUPS,
    INPUTS,
    MIGRATIONS,
    PARTS,
    REGISTRY,
    RUNS,
    SCORES,
    UNITS,
    VERSION,
    VIEWS,
)
from chiso.history.schema import Table as TableOfRuns
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.text import alphabetical

# Files are written so that clients of any DuckDB from 1.0 on can read them.
_STORAGE = {"storage_compatibility_version": "v1.0.0"}
# Another run may be writing: so long it is waited for.
_SECONDS_TO_WAIT, _SECONDS_BETWEEN = 10.0, 0.1
_SECONDS_TO_MAKE_ONE = 600
_ORDER = {
    INPUTS: "position",
    FATES: "position",
    REGISTRY: "position",
    UNITS: "position",
    GROUPS: "unit_code, position",
    SCORES: "unit_code, position",
}


@dataclass(frozen=True)
class Kept:
    """A board to be kept: the series it belongs to, its catalogue, and the other files that bore on it.

    ``edition_asked`` is the edition that was asked for in the place of the period's own.
    """

    board: Scoreboard
    series: str
    catalogue: Catalogue
    others: tuple[OtherInput, ...] = ()
    edition_asked: str | None = None


@dataclass(frozen=True)
class RunEntry:
    """One run of the history: what it was of, and how it stands."""

    number: int
    series: str
    catalogue: str
    period: str
    revision: int
    current: bool
    first_day: date
    last_day: date
    as_of: date
    provisional: bool
    edition: str
    edition_asked: str | None
    catalogue_sha256: str
    chiso_version: str
    recorded_at: datetime
    content_sha256: str
    units: int


@dataclass(frozen=True)
class Added:
    """What became of a board: the run that says it, and whether it is new."""

    number: int
    revision: int
    new: bool


class History:
    """A history file. Every method opens it for as long as it needs, so that others may read in between."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def runs(self) -> tuple[RunEntry, ...]:
        """Return every run, in the order they were kept; none where there is no file yet.

        Raises RecordsError where the file is no history, or a newer chiso's.
        """
        if not self.path.exists():
            return ()
        with self.reading() as connection:
            return entries_in(connection)

    def run(self, number: int) -> RunEntry:
        """Return one run; raises UsageError where there is none of that number."""
        for entry in self.runs():
            if entry.number == number:
                return entry
        raise UsageError(
            Problem(
                Text(vi=f"Lịch sử không có lần chạy {number}", en=f"The history has no run {number}"),
                Place(str(self.path)),
                Text(vi="Xem chiso history list", en="See chiso history list"),
            )
        )

    def current(
        self, period: str, *, series: str | None = None, catalogue: str | None = None
    ) -> RunEntry | None:
        """Return the last revision of a period, None where it was never kept.

        Raises UsageError where several series or catalogues have the period and none is chosen.
        """
        found = [
            entry
            for entry in self.runs()
            if entry.current
            and entry.period == period
            and series in (None, entry.series)
            and catalogue in (None, entry.catalogue)
        ]
        if len(found) > 1:
            raise UsageError(
                Problem(
                    Text(
                        vi=f"Kỳ {period} có trong nhiều chuỗi của lịch sử",
                        en=f"Several series of the history hold period {period}",
                    ),
                    Place(str(self.path)),
                    allowed_words(
                        sorted((f"{entry.series} ({entry.catalogue})" for entry in found), key=alphabetical)
                    ),
                )
            )
        return found[0] if found else None

    def board(self, number: int) -> Scoreboard:
        """Return the scoreboard of a run, under the rules of the catalogue as it was then."""
        self.run(number)
        with self.reading() as connection:
            rows = rows_of_run(connection, number)
            rules = _rules(connection, rows)
        return board_of(rows, rules)

    def catalogue(self, sha256: str) -> Catalogue:
        """Return a catalogue as it was when a run was kept."""
        with self.reading() as connection:
            return _catalogue(connection, sha256)

    def add(self, boards: Sequence[Kept], now: datetime) -> tuple[Added, ...]:
        """Keep boards, all of them or none; ``now`` is told as the time they were kept.

        A board that says what the last revision of its period says adds nothing, and the file is not even
        opened for writing where none says anything new. Raises CannotWriteError where the file cannot be
        written, RecordsError where it is no history.
        """
        rows = [rows_of(kept.board, kept.series, kept.others, kept.edition_asked) for kept in boards]
        known = _known(self.runs(), rows)
        if all(added is not None for added in known):
            return tuple(added for added in known if added is not None)
        with self._writing() as connection:
            # Another run may have kept something since.
            entries = list(entries_in(connection))
            result = []
            for kept, each in zip(boards, rows, strict=True):
                added = _known(entries, [each])[0]
                if added is None:
                    added = _insert(connection, kept.catalogue, each, entries, now)
                    entries = list(entries_in(connection))
                result.append(added)
            return tuple(result)

    def take_over(self, other: History, numbers: Collection[int], now: datetime) -> tuple[Added, ...]:
        """Keep runs of another history, as ``add`` keeps boards."""
        with other.reading() as source:
            found = []
            for number in sorted(numbers):
                rows = rows_of_run(source, number)
                found.append((_catalogue(source, rows.run["catalogue_sha256"]), rows))
        with self._writing() as connection:
            result = []
            for catalogue, rows in found:
                entries = list(entries_in(connection))
                added = _known(entries, [rows])[0]
                result.append(added or _insert(connection, catalogue, rows, entries, now))
            return tuple(result)

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that reads the file; raises RecordsError where it is no history."""
        if not self.path.is_file():
            raise RecordsError(
                Problem(
                    Text(vi="Không có tệp lịch sử này", en="There is no such history file"),
                    Place(str(self.path)),
                    Text(
                        vi="Tạo bằng chiso score --history TỆP hoặc chiso run",
                        en="chiso score --history FILE and chiso run make one",
                    ),
                )
            )
        if self._behind():
            # An older file is brought forward before it is read: there is one form to read.
            with self._writing():
                pass
        with self._opened(read_only=True) as connection:
            _check_version(connection, self.path)
            try:
                yield connection
            except duckdb.Error as error:
                raise RecordsError(_damaged(self.path)) from error

    def _behind(self) -> bool:
        with self._opened(read_only=True) as connection:
            return _version(connection, self.path) < VERSION

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            if not self.path.exists():
                self._create()
            with self._opened(read_only=False) as connection:
                connection.execute("BEGIN")
                _migrate(connection, self.path)
                yield connection
                for view in VIEWS:
                    connection.execute(view)
                connection.execute("COMMIT")
        except (duckdb.Error, OSError) as error:
            raise CannotWriteError(
                Problem(
                    Text(vi="Không ghi được lịch sử", en="Cannot write the history"),
                    Place(str(self.path)),
                    Text(
                        vi="Xem thư mục có tồn tại, còn chỗ, và có lần chạy khác đang ghi không",
                        en="See whether the folder exists, has room, and no other run is writing",
                    ),
                )
            ) from error

    def _create(self) -> None:
        """Make an empty history beside its place and put it there whole: half a file cannot be opened."""
        wal = self.path.with_name(f"{self.path.name}.wal")
        if wal.exists():
            raise RecordsError(
                Problem(
                    Text(
                        vi="Tệp lịch sử đã mất, chỉ còn phần ghi dở của nó",
                        en="The history is gone, only what was last written to it is left",
                    ),
                    Place(str(wal)),
                    Text(
                        vi="Khôi phục tệp lịch sử, hoặc chuyển tệp .wal đi nơi khác",
                        en="Restore the history, or move the .wal file away",
                    ),
                )
            )
        self._clear_away()
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            with duckdb.connect(str(aside), config=dict(_STORAGE)) as connection:
                _migrate(connection, aside)
            aside.replace(self.path)
        finally:
            aside.unlink(missing_ok=True)

    def _clear_away(self) -> None:
        """Remove what a run that was killed left where it made a history, unless it is at it still."""
        now = time.time()
        for path in self.path.parent.glob(f".{self.path.name}.*.part*"):
            if now - path.stat().st_mtime > _SECONDS_TO_MAKE_ONE:
                path.unlink(missing_ok=True)

    def _connected(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Open the file, waiting a little where another program has it: writing takes no longer."""
        end = time.monotonic() + _SECONDS_TO_WAIT
        while True:
            try:
                return duckdb.connect(
                    str(self.path), read_only=read_only, config={} if read_only else dict(_STORAGE)
                )
            except duckdb.IOException as error:
                if "lock" not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(_SECONDS_BETWEEN)

    @contextmanager
    def _opened(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            connection = self._connected(read_only=read_only)
        except duckdb.Error as error:
            if not read_only:
                raise
            raise RecordsError(
                Problem(
                    Text(vi="Không mở được lịch sử", en="Cannot open the history"),
                    Place(str(self.path)),
                    Text(
                        vi="Không phải tệp DuckDB, hoặc lần chạy khác đang ghi",
                        en="It is no DuckDB file, or another run is writing",
                    ),
                )
            ) from error
        with connection:
            yield connection


def _version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return which version a file has, 0 where it is empty; raises RecordsError where it is no history."""
    tables = [
        str(name) for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]
    if not tables:
        return 0
    if "history_version" not in tables:
        raise RecordsError(
            Problem(
                Text(
                    vi="Tệp DuckDB này không phải lịch sử của chiso",
                    en="This DuckDB file is no history of chiso",
                ),
                Place(str(path)),
            )
        )
    found = connection.execute("SELECT max(version) FROM history_version").fetchone()
    if found is None or found[0] is None:
        raise RecordsError(_damaged(path))
    return int(found[0])


def _damaged(path: Path) -> Problem:
    return Problem(
        Text(
            vi="Tệp lịch sử này đã hỏng: thiếu bảng hoặc cột", en="This history is damaged: it lacks a part"
        ),
        Place(str(path)),
        Text(vi="Khôi phục từ bản sao lưu", en="Restore it from a copy"),
    )


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    version = _version(connection, path)
    if version > VERSION:
        raise RecordsError(
            Problem(
                Text(
                    vi=f"Lịch sử này của bản chiso mới hơn (dạng {version}; bản này đọc đến {VERSION})",
                    en=f"This history is of a newer chiso (form {version}; this one reads up to {VERSION})",
                ),
                Place(str(path)),
                Text(vi="Cài bản chiso mới hơn", en="Install a newer chiso"),
            )
        )
    return version


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring a file forward, one version after the other; a new file begins with the first."""
    version = _check_version(connection, path)
    if version == VERSION:
        return
    connection.execute("CREATE TABLE IF NOT EXISTS history_version (version INTEGER)")
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute("INSERT INTO history_version VALUES (?)", [number])


def entries_in(connection: duckdb.DuckDBPyConnection) -> tuple[RunEntry, ...]:
    """Return every run, in the order they were kept."""
    rows = connection.execute(
        """SELECT run, series, catalogue, period, revision,
                  revision = max(revision) OVER (PARTITION BY series, catalogue, period),
                  first_day, last_day, as_of, provisional, edition, edition_asked, catalogue_sha256,
                  chiso_version, recorded_at, content_sha256,
                  (SELECT count(*) FROM units u WHERE u.run = r.run)
           FROM runs r ORDER BY run"""
    ).fetchall()
    return tuple(RunEntry(*row) for row in rows)


def _known(entries: Sequence[RunEntry], rows: Sequence[RunRows]) -> list[Added | None]:
    """Return, for each run, the last revision of its period where it says the same."""
    current = {(e.series, e.catalogue, e.period): e for e in entries if e.current}
    result: list[Added | None] = []
    for each in rows:
        entry = current.get(_key(each.run))
        same = entry is not None and entry.content_sha256 == each.content_sha256
        result.append(Added(entry.number, entry.revision, new=False) if entry is not None and same else None)
    return result


def _key(run: Mapping[str, Any]) -> tuple[str, str, str]:
    return run["series"], run["catalogue"], run["period"]


def _insert(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    rows: RunRows,
    entries: Sequence[RunEntry],
    now: datetime,
) -> Added:
    number = max((entry.number for entry in entries), default=0) + 1
    revisions = [e.revision for e in entries if (e.series, e.catalogue, e.period) == _key(rows.run)]
    revision = max(revisions, default=0) + 1
    connection.execute(
        "INSERT OR IGNORE INTO catalogues VALUES (?, ?, ?)",
        [catalogue.sha256, catalogue.file, catalogue.content],
    )
    circumstances = {"content_sha256": rows.content_sha256, "revision": revision, "recorded_at": now}
    run = {**rows.run, **circumstances}
    _insert_rows(connection, RUNS, number, [tuple(run[name] for name, _ in RUNS.columns)])
    for table in PARTS:
        _insert_rows(connection, table, number, rows.parts[table])
    return Added(number, revision, new=True)


def _insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: TableOfRuns,
    number: int,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    # Figures travel as text, so that none is rounded on the way.
    selected = ", ".join(
        f"unnest(CAST(? AS VARCHAR[]))::{kind}"
        if kind.startswith("DECIMAL")
        else f"unnest(CAST(? AS {kind}[]))"
        for _, kind in table.columns
    )
    values = [
        [None if value is None else str(value) for value in column]
        if kind.startswith("DECIMAL")
        else list(column)
        for column, (_, kind) in zip(columns, table.columns, strict=True)
    ]
    connection.execute(f"INSERT INTO {table.name} SELECT {number}, {selected}", values)


def rows_of_run(connection: duckdb.DuckDBPyConnection, number: int) -> RunRows:
    """Return a run as it was kept."""

    def selected(table: TableOfRuns, order: str) -> list[tuple[Any, ...]]:
        columns = ", ".join(f'"{name}"' for name, _ in table.columns)
        return connection.execute(
            f"SELECT {columns} FROM {table.name} WHERE run = ? ORDER BY {order}", [number]
        ).fetchall()

    names = [name for name, _ in RUNS.columns]
    (row,) = selected(RUNS, "run")
    parts = {table: selected(table, order) for table, order in _ORDER.items()}
    # As a run is first written: units in their order, and what is theirs by unit.
    place = {unit[1]: unit[0] for unit in parts[UNITS]}
    for table in (GROUPS, SCORES):
        parts[table].sort(key=lambda part: (place.get(part[0], -1), part[1]))
    return RunRows(dict(zip(names, row, strict=True)), parts)


def _catalogue(connection: duckdb.DuckDBPyConnection, sha256: str) -> Catalogue:
    found = connection.execute("SELECT file, content FROM catalogues WHERE sha256 = ?", [sha256]).fetchone()
    if found is None:
        raise RecordsError(
            Problem(
                Text(
                    vi=f"Lịch sử thiếu bộ chỉ số {sha256[:12]}…",
                    en=f"The history lacks the catalogue {sha256[:12]}…",
                )
            )
        )
    file, content = found
    return catalogue_of(bytes(content), Path(file))


def _rules(connection: duckdb.DuckDBPyConnection, rows: RunRows) -> RuleSet:
    catalogue = _catalogue(connection, rows.run["catalogue_sha256"])
    rules = catalogue.rules(rows.run["last_day"], rows.run["edition_asked"])
    return rules.on_day(rows.run["as_of"])
