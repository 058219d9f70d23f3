"""Writing the rows of one table into a store: what is new, what it supersedes, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import duckdb

from chiso.errors import Text
from chiso.records.cells import MAY_BE_UNREADABLE, identifier, quoted
from chiso.records.dataset import NOT_SET_ASIDE, QUARANTINED, Profile
from chiso.records.loader import ReadFile
from chiso.records.quarantine import safe_rows
from chiso.records.set_aside import quarantined_rows, sealed
from chiso.records.sources.container import sha256_of
from chiso.records.store import columns as stored
from chiso.records.store.manifest import Fault, Kind, Piece, StoredTable
from chiso.records.typed_table import TypedTable
from chiso.terms.columns import TABLES, TableSpec
from chiso.terms.unit import UnitTree

# So many files of one label are made one.
_MOST_PIECES = 8
# Rows of more different kinds than this are told together: a proof need not see every one of them apart.
_MOST_PROFILES = 64
_ROWS_AT_A_TIME = 50_000
_STATES = ("status",)


@dataclass(frozen=True)
class Incoming:
    """The rows of a table that were read for this import, each file with its number in the store."""

    table: TypedTable
    files: Mapping[int, ReadFile]


@dataclass(frozen=True)
class Found:
    """What is wrong with rows of one source: faults, and by column why cells could not be read."""

    faults: tuple[Fault, ...]
    reasons: Mapping[str, Text]


@dataclass(frozen=True)
class Change:
    """What an import does to a table: the rows that come, the sources that go, the order of the others."""

    incoming: Incoming | None
    gone: frozenset[int]
    order: Sequence[int]


def write_table(
    connection: duckdb.DuckDBPyConnection,
    spec: TableSpec,
    folder: Path,
    before: StoredTable | None,
    change: Change,
    generation: int,
) -> StoredTable:
    """Return a table of the store in ``folder`` after a change.

    Pieces that stay as they are stay where they are; others are written anew beside them. The incoming rows
    are settled, and what is wrong with them stands in ``doubtful_TABLE``; see ``set_doubtful_apart``.
    """
    return _Writer(connection, spec, folder, before, change, generation).written()


def set_doubtful_apart(
    connection: duckdb.DuckDBPyConnection, incoming: Incoming, units: UnitTree
) -> dict[int, Found]:
    """Make the table ``doubtful_TABLE`` of rows at fault in any column; return what is wrong, by source."""
    table, spec = incoming.table, incoming.table.spec
    loaded = sealed(table)
    sources = {(str(each.part.file.path), each.part.file.sheet_name): n for n, each in incoming.files.items()}
    counted: dict[int, Counter[tuple[str | None, Text]]] = {number: Counter() for number in incoming.files}
    at_fault: dict[int, dict[int, set[str | None]]] = {number: {} for number in incoming.files}
    for row in quarantined_rows(connection, loaded, None):
        number = sources[row.file, row.sheet]
        counted[number][row.canonical, row.reason] += 1
        at_fault[number].setdefault(row.row, set()).add(row.canonical)
    types = {"position": "BIGINT", **{name: stored.APART_COLUMNS[name] for name in _TOLD}}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE told "
        f"({', '.join(f'{identifier(name)} {kind}' for name, kind in types.items())})"
    )
    for number, each in incoming.files.items():
        _tell(connection, each, at_fault[number], list(spec.columns), units)
    branches = [_rows_of(spec, incoming, number, f"set_aside = {QUARANTINED}") for number in incoming.files]
    codes = [unit.code for unit in units]
    known = (
        "unit_code IN (SELECT unnest(CAST($codes AS VARCHAR[])))" if "unit_code" in spec.columns else "TRUE"
    )
    absent = {stored.CELL_FAULTS: "0", stored.BROKEN: "FALSE"}
    told = [f"coalesce({identifier(n)}, {absent.get(n, 'NULL')}) AS {identifier(n)}" for n in _TOLD]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE doubtful_{spec.name} AS SELECT "
        f"r.* EXCLUDE (position), {', '.join(told)}, coalesce({known}, FALSE) AS "
        f"{identifier(stored.UNIT_KNOWN)} FROM ({' UNION ALL '.join(branches)}) r "
        "LEFT JOIN told USING (position)",
        {"codes": codes} if "unit_code" in spec.columns else None,
    )
    if "unit_code" in spec.columns:
        # What no registry knows may be anything, a person's name too; such a row counts nowhere.
        texts = [name for name in ("unit_code", "unit_name") if name in spec.columns]
        connection.execute(
            f"UPDATE doubtful_{spec.name} SET {', '.join(f'{name} = NULL' for name in texts)} "
            f"WHERE NOT {identifier(stored.UNIT_KNOWN)}"
        )
    faults = {
        number: tuple(Fault(column, reason, rows) for (column, reason), rows in found.items())
        for number, found in counted.items()
    }
    return {
        number: Found(faults[number], _reasons(connection, each)) for number, each in incoming.files.items()
    }


_TOLD = (stored.CELL_FAULTS, stored.BROKEN, stored.FAULTS, stored.CELLS)


def _tell(
    connection: duckdb.DuckDBPyConnection,
    each: ReadFile,
    at_fault: Mapping[int, Collection[str | None]],
    columns: Sequence[str],
    units: UnitTree,
) -> None:
    """Put beside the doubtful rows of one file what is said of them and what is safe to show."""
    part = each.part
    rows: list[tuple[object, ...]] = []
    for number, cells in safe_rows(part, at_fault, columns, units):
        position = part.first + number - part.file.header_row - 1
        broken = part.broken.get(position)
        faults = [] if broken is not None else part.cell_faults.get(position, [])
        texts = [(None, *broken)] if broken is not None else [(column, *text) for column, text in faults]
        shown = {name: text for name, text in cells.items() if text and name not in at_fault[number]}
        bits = sum({1 << columns.index(column) for column, _ in faults})
        rows.append((position, bits, broken is not None, _json(texts) if texts else None, _json(shown)))
    for start in range(0, len(rows), _ROWS_AT_A_TIME):
        by_column = [list(values) for values in zip(*rows[start : start + _ROWS_AT_A_TIME], strict=True)]
        connection.execute(
            "INSERT INTO told SELECT unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS BIGINT[])), "
            "unnest(CAST(? AS BOOLEAN[])), unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS VARCHAR[]))",
            by_column,
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _reasons(connection: duckdb.DuckDBPyConnection, each: ReadFile) -> dict[str, Text]:
    """Return why cells of a file could not be read, by column; of columns in which some could not."""
    part, spec = each.part, TABLES[each.source.table]
    ((bits,),) = connection.execute(
        f"SELECT bit_or(unread) FROM {spec.name} WHERE rowid >= ? AND rowid < ?", [part.first, part.end]
    ).fetchall()
    return {
        name: part.file.reason(column)
        for number, (name, column) in enumerate(spec.columns.items())
        if (bits or 0) >> number & 1 and column.kind in MAY_BE_UNREADABLE
    }


def _rows_of(spec: TableSpec, incoming: Incoming, number: int, where: str) -> str:
    """Return the SQL of the rows of one file, with what tells them in the store."""
    part = incoming.files[number].part
    own = [stored.key_hash(spec), f"CAST({number} AS INTEGER)", f"rowid - {part.first}"]
    named = ", ".join(
        f"{sql} AS {identifier(name)}" for sql, name in zip(own, stored.OWN_COLUMNS, strict=True)
    )
    return (
        f"SELECT {stored.listed(spec.columns)}, {named}, unread, rowid AS position FROM {spec.name} "
        f"WHERE {where} AND rowid >= {part.first} AND rowid < {part.end}"
    )


class _Writer:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        spec: TableSpec,
        folder: Path,
        before: StoredTable | None,
        change: Change,
        generation: int,
    ) -> None:
        self._connection = connection
        self._spec = spec
        self._folder = folder
        self._pieces = () if before is None else before.pieces
        self._change = change
        self._place = Path(spec.name) / f"{generation:06}"
        self._columns = stored.listed([*spec.columns, *stored.OWN_COLUMNS])
        self._apart_columns = stored.listed([*spec.columns, *stored.OWN_COLUMNS, *stored.APART_COLUMNS])

    def written(self) -> StoredTable:
        """Return the pieces that stay, and those written anew."""
        self._find_touched()
        opened = self._opened()
        self._recall(opened)
        self._choose_newest()
        opened |= self._crowded()
        self._write(opened)
        stay = [piece for piece in self._pieces if piece.path not in opened]
        return StoredTable((*stay, *self._described()))

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def _read(self, pieces: Iterable[Piece], *, with_path: bool = False) -> str:
        return stored.read_parquet([self._folder / piece.path for piece in pieces], with_path=with_path)

    def _clean(self) -> str:
        """Return the SQL of the incoming rows without any fault."""
        incoming = self._change.incoming
        if incoming is None:
            return f"SELECT * FROM {stored.no_rows(self._spec, apart=False)}"
        clean = f"set_aside = {NOT_SET_ASIDE}"
        rows = [_rows_of(self._spec, incoming, number, clean) for number in incoming.files]
        return f"SELECT {self._columns} FROM ({' UNION ALL '.join(rows)})"

    def _doubtful(self) -> str:
        if self._change.incoming is None:
            return f"SELECT * FROM {stored.no_rows(self._spec, apart=True)}"
        return f"SELECT {self._apart_columns} FROM doubtful_{self._spec.name}"

    def _find_touched(self) -> None:
        """Find the keys of which a state comes or goes."""
        key_hash = identifier(stored.KEY_HASH)
        parts = [f"SELECT {key_hash} FROM ({self._clean()})", f"SELECT {key_hash} FROM ({self._doubtful()})"]
        losing = [piece for piece in self._pieces if self._change.gone & set(piece.sources)]
        if losing:
            gone = ", ".join(map(str, sorted(self._change.gone)))
            source = identifier(stored.SOURCE)
            parts.append(f"SELECT {key_hash} FROM {self._read(losing)} WHERE {source} IN ({gone})")
        # In an empty store no key has a state yet.
        where = "" if self._pieces else " WHERE FALSE"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT {key_hash} AS h "
            f"FROM ({' UNION ALL '.join(parts)}){where}"
        )

    def _opened(self) -> set[str]:
        """Return the paths of the pieces that hold a state of a touched key."""
        if not self._pieces:
            return set()
        found = self._run(
            f"SELECT DISTINCT filename FROM {self._read(self._pieces, with_path=True)} "
            f"WHERE {identifier(stored.KEY_HASH)} IN (SELECT h FROM touched)"
        )
        by_path = {str(self._folder / piece.path): piece.path for piece in self._pieces}
        return {by_path[path] for (path,) in found}

    def _recall(self, opened: Collection[str]) -> None:
        """Fetch the states of touched keys that the store has, but for those of sources that go."""
        gone = ", ".join(map(str, sorted(self._change.gone))) or "0"
        where = (
            f"{identifier(stored.KEY_HASH)} IN (SELECT h FROM touched) "
            f"AND {identifier(stored.SOURCE)} NOT IN ({gone})"
        )
        pieces = [piece for piece in self._pieces if piece.path in opened]
        for name, apart in (("recalled", False), ("recalled_apart", True)):
            of_kind = [piece for piece in pieces if (piece.kind == "apart") is apart]
            source = self._read(of_kind) if of_kind else stored.no_rows(self._spec, apart=apart)
            columns = self._apart_columns if apart else self._columns
            self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM {source} WHERE {where}")

    def _choose_newest(self) -> None:
        """Sort the states that come or are recalled: into those set apart, and newest and older ones."""
        unread, faults = identifier(stored.UNREAD), identifier(stored.CELL_FAULTS)
        at_fault = (
            f"({unread} <> 0 OR {faults} <> 0 OR {identifier(stored.BROKEN)} "
            f"OR NOT {identifier(stored.UNIT_KNOWN)})"
        )
        key_hash, place = identifier(stored.KEY_HASH), _place_in_store()
        self._run(
            "CREATE OR REPLACE TEMP TABLE doubted AS "
            f"{self._doubtful()} UNION ALL SELECT * FROM recalled_apart WHERE {at_fault}"
        )
        # Which states of these can be used, and so which is the newest, the columns that are read decide.
        self._run(
            f"CREATE OR REPLACE TEMP TABLE doubted_keys AS SELECT DISTINCT {key_hash} AS h FROM doubted"
        )
        self._run(
            f"CREATE OR REPLACE TEMP VIEW usable AS {self._clean()} UNION ALL SELECT * FROM recalled "
            f"UNION ALL SELECT {self._columns} FROM recalled_apart WHERE NOT {at_fault}"
        )
        order = [(number, place) for place, number in enumerate(self._change.order)]
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE sources AS SELECT unnest(CAST(? AS INTEGER[])) AS number, "
            "unnest(CAST(? AS INTEGER[])) AS file_order",
            [[number for number, _ in order], [place for _, place in order]],
        )
        spec = self._spec
        keys = stored.listed(spec.key)
        newest = "".join(f"{identifier(name)} DESC NULLS LAST, " for name in spec.newest_by)
        self._run(
            f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash({keys}) AS h FROM usable "
            "GROUP BY h HAVING count(*) > 1"
        )
        self._run(
            f"CREATE OR REPLACE TEMP TABLE older AS SELECT place FROM (SELECT {place} AS place, "
            f"row_number() OVER (PARTITION BY {keys} ORDER BY {newest}file_order DESC, "
            f"{identifier(stored.ROW)} DESC) AS state FROM usable JOIN sources "
            f"ON number = {identifier(stored.SOURCE)} WHERE hash({keys}) IN (FROM repeated) "
            f"AND {key_hash} NOT IN (FROM doubted_keys)) WHERE state > 1"
        )
        labels = f"CASE kind WHEN 'newest' THEN {stored.label(spec, 'newest')} "
        labels += f"ELSE {stored.label(spec, 'older')} END"
        self._run(
            f"CREATE OR REPLACE TEMP VIEW placed AS SELECT *, {labels} AS label FROM ("
            f"SELECT *, CASE WHEN {place} IN (FROM older) THEN 'older' ELSE 'newest' END AS kind "
            f"FROM usable WHERE {key_hash} NOT IN (FROM doubted_keys))"
        )

    def _crowded(self) -> set[str]:
        """Return the paths of the pieces of labels that have many, and get one more."""
        counted = Counter((piece.kind, piece.label) for piece in self._pieces)
        crowded = {label for label, number in counted.items() if number >= _MOST_PIECES}
        if crowded:
            crowded &= {(kind, label) for kind, label in self._run("SELECT DISTINCT kind, label FROM placed")}
        return {piece.path for piece in self._pieces if (piece.kind, piece.label) in crowded}

    def _write(self, opened: Collection[str]) -> None:
        """Write what is placed, and what stays of the pieces opened."""
        folder = self._folder / self._place
        folder.mkdir(parents=True)
        key_hash = identifier(stored.KEY_HASH)
        stays = f"{key_hash} NOT IN (SELECT h FROM touched)"
        rows = [f"SELECT {self._columns}, kind, label FROM placed"]
        for piece in self._pieces:
            if piece.path in opened and piece.kind != "apart":
                named = f"{quoted(piece.kind)} AS kind, {quoted(piece.label)} AS label"
                rows.append(f"SELECT {self._columns}, {named} FROM {self._read([piece])} WHERE {stays}")
        self._run(
            f"COPY ({' UNION ALL '.join(rows)}) TO {quoted(str(folder))} "
            "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (kind, label), OVERWRITE_OR_IGNORE)"
        )
        apart = [piece for piece in self._pieces if piece.kind == "apart"]
        clean = ", ".join(
            f"{value} AS {identifier(name)}"
            for name, value in zip(
                stored.APART_COLUMNS,
                ("CAST(0 AS BIGINT)", "CAST(0 AS BIGINT)", "FALSE", "TRUE", "NULL", "NULL"),
                strict=True,
            )
        )
        parts = [
            f"SELECT {self._apart_columns} FROM doubted",
            f"SELECT {self._columns}, {clean} FROM usable WHERE {key_hash} IN (FROM doubted_keys)",
        ]
        kept = [piece for piece in apart if piece.path in opened]
        if kept:
            parts.append(f"SELECT {self._apart_columns} FROM {self._read(kept)} WHERE {stays}")
        target = quoted(str(folder / "apart.parquet"))
        self._run(
            f"COPY ({' UNION ALL BY NAME '.join(parts)}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
        )

    def _described(self) -> Iterator[Piece]:
        """Yield what was written, without files that hold no row."""
        folder = self._folder / self._place
        paths = sorted(folder.rglob("*.parquet"))
        if not paths:
            return
        source = stored.read_parquet(paths, with_path=True)
        of_source: dict[str, dict[int, int]] = {}
        for path, number, rows in self._run(
            f"SELECT filename, {identifier(stored.SOURCE)}, count(*) FROM {source} GROUP BY ALL"
        ):
            of_source.setdefault(path, {})[number] = rows
        profiles = self._profiles(source)
        for path in paths:
            sources = of_source.get(str(path))
            if sources is None:
                path.unlink()
                continue
            kind, label = _told_by(path, folder)
            yield Piece(
                path=path.relative_to(self._folder).as_posix(),
                kind=kind,
                label=label,
                rows=sum(sources.values()),
                bytes=path.stat().st_size,
                sha256=sha256_of(path),
                sources=sources,
                profiles=tuple(profiles.get(str(path), ())) if kind == "newest" else (),
            )

    def _profiles(self, source: str) -> dict[str, list[Profile]]:
        """Return the profiles of the rows of each file."""
        columns = self._spec.columns
        days = [name for name, column in columns.items() if column.kind in ("timestamp", "date")]
        states = [name for name in _STATES if name in columns]
        groups = [
            *map(identifier, states),
            *(f"{identifier(n)} IS NULL" for n in stored.profile_days(self._spec)),
        ]
        bounds = [
            f"CAST(min({identifier(name)}) AS DATE), CAST(max({identifier(name)}) AS DATE), "
            f"count(*) > count({identifier(name)})"
            for name in days
        ]
        named = [f"{group} AS group_{number}" for number, group in enumerate(groups)]
        found: dict[str, list[Profile]] = {}
        for row in self._run(
            f"SELECT {', '.join(['filename', *named, 'count(*)', *bounds])} FROM {source} "
            f"GROUP BY {', '.join(['filename', *(f'group_{number}' for number in range(len(groups)))])}"
        ):
            path, values, rows = row[0], row[1 : len(states) + 1], row[len(groups) + 1]
            spans = [row[at : at + 3] for at in range(len(groups) + 2, len(row), 3)]
            found.setdefault(path, []).append(
                Profile(rows, dict(zip(days, spans, strict=True)), dict(zip(states, values, strict=True)))
            )
        return {path: _few(profiles) for path, profiles in found.items()}


def _place_in_store() -> str:
    """Return the SQL of one number for the place of a row: its source and its row there."""
    return f"(CAST({identifier(stored.SOURCE)} AS BIGINT) << 40) + {identifier(stored.ROW)}"


def _told_by(path: Path, folder: Path) -> tuple[Kind, str]:
    if path.parent == folder:
        return "apart", ""
    label, kind = path.parent.name, path.parent.parent.name
    return cast(Kind, kind.removeprefix("kind=")), label.removeprefix("label=")


def _few(profiles: list[Profile]) -> list[Profile]:
    """Return the profiles, all in one where they are many."""
    if len(profiles) <= _MOST_PROFILES:
        return sorted(profiles, key=lambda profile: -profile.rows)
    days = {}
    for name in profiles[0].days:
        spans = [profile.days[name] for profile in profiles]
        there = [span for span in spans if span[0] is not None]
        first = min((first for first, _, _ in there if first is not None), default=None)
        last = max((last for _, last, _ in there if last is not None), default=None)
        days[name] = (first, last, any(lacking for _, _, lacking in spans))
    return [Profile(sum(profile.rows for profile in profiles), days, {})]
