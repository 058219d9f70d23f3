"""How the rows of a table stand in a store: their columns, what tells a key, and where a row belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from chiso.records.cells import identifier, quoted, sql_type
from chiso.terms.columns import TableSpec

# Columns of every piece beside those of its table: the key's hash, the source's number, the row below the
# header of its file, counted from 0.
KEY_HASH, SOURCE, ROW = "key hash", "source", "row"
OWN_COLUMNS = {KEY_HASH: "UBIGINT", SOURCE: "INTEGER", ROW: "BIGINT"}
# Further columns of rows set apart. Bits are by the table's columns: cells that are filled and cannot be
# read (or lacking where required), and cells that could not be made text. ``faults`` holds the reasons of
# the latter and of a broken row, ``cells`` what is safe to show, both as JSON.
UNREAD, CELL_FAULTS, BROKEN, UNIT_KNOWN = "unread", "cell faults", "broken", "unit known"
FAULTS, CELLS = "faults", "cells"
APART_COLUMNS = {
    UNREAD: "BIGINT",
    CELL_FAULTS: "BIGINT",
    BROKEN: "BOOLEAN",
    UNIT_KNOWN: "BOOLEAN",
    FAULTS: "VARCHAR",
    CELLS: "VARCHAR",
}
# The first day of a record that is there, and its last; whichever of them a table has.
_BEGIN = ("received_at", "submitted_at")
_END = ("finished_at", "returned_at", "stopped_at", "refused_at", "answered_at")


def listed(names: Iterable[str]) -> str:
    """Return the names as SQL lists them."""
    return ", ".join(map(identifier, names))


def read_parquet(paths: Sequence[Path], *, with_path: bool = False) -> str:
    """Return the SQL that reads files; ``with_path`` gives their column ``filename``."""
    files = ", ".join(quoted(str(path)) for path in paths)
    return f"read_parquet([{files}], hive_partitioning=false, filename={str(with_path).lower()})"


def no_rows(spec: TableSpec, *, apart: bool) -> str:
    """Return the SQL of pieces without a row: what stands in their place where there are none."""
    types = {name: sql_type(column) for name, column in spec.columns.items()} | OWN_COLUMNS
    types |= APART_COLUMNS if apart else {}
    nulls = ", ".join(f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in types.items())
    return f"(SELECT {nulls} WHERE FALSE)"


def key_hash(spec: TableSpec) -> str:
    """Return the SQL of a key's hash: the same in every release of the database."""
    parts = [f"coalesce(CAST({identifier(name)} AS VARCHAR), chr(30))" for name in spec.key]
    return f"md5_number_lower({' || chr(31) || '.join(parts)})"


def profile_days(spec: TableSpec) -> tuple[str, ...]:
    """Return the columns of days whose presence sorts rows into profiles."""
    return tuple(name for name in (*_BEGIN, *_END) if name in spec.columns)


def label(spec: TableSpec, kind: str) -> str:
    """Return the SQL of the label that a row stands under: the month of its receipt, for most.

    Open records stand together, and so do those that ended later than the month after: under the month in
    which they did. What lies behind is then out of the way of the months to come.
    """
    begin = [identifier(name) for name in _BEGIN if name in spec.columns]
    if not begin:
        return "'all'"
    end = [identifier(name) for name in _END if name in spec.columns]
    begun, ended = f"coalesce({', '.join(begin)}, NULL)", f"coalesce({', '.join(end)}, NULL)"
    month = f"coalesce(strftime({begun}, '%Y-%m'), 'undated')"
    if kind == "older" or not end:
        return month
    months = f"(year({ended}) - year({begun})) * 12 + month({ended}) - month({begun})"
    return (
        f"CASE WHEN {begun} IS NULL THEN 'undated' WHEN {ended} IS NULL THEN 'open' "
        f"WHEN {months} <= 1 THEN {month} ELSE 'ended-' || strftime({ended}, '%Y-%m') END"
    )
