"""Rows of cells → typed rows with a mark for each cell at fault: one SELECT, whatever engine reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from chiso.records.cells import (
    MAY_BE_UNREADABLE,
    Seldom,
    bounded,
    identifier,
    in_place,
    quoted,
    sql_type,
    typed,
    unreadable,
)
from chiso.records.dataset import NOT_SET_ASIDE, QUARANTINED
from chiso.records.table_file import TableFile
from chiso.terms.columns import ColumnSpec, TableSpec


def columns_read(
    spec: TableSpec, needed: Collection[str] | None, beside: Collection[str] = ()
) -> tuple[ColumnSpec, ...]:
    """Return the ``needed`` columns of a table (all if None) and those every table needs, in its order.

    Those ``beside`` them are read as well.
    """
    wanted = set(spec.columns) if needed is None else {*needed, *beside}
    wanted |= {*spec.key, *spec.newest_by, *spec.required}
    if "unit_code" in spec.columns and "unit_name" in spec.columns:
        wanted.add("unit_name")
    return tuple(column for column in spec.columns.values() if column.name in wanted)


def cells_of(file: TableFile, cell: Callable[[int], str]) -> dict[str, str]:
    """Return the SQL that gives each column's cell; ``cell`` gives that of a position in the row."""
    recognised = file.recognised
    cells = {name: quoted(text) for name, text in recognised.constants.items()}
    for name, position in recognised.positions.items():
        cells[name] = cell(position)
        if name in recognised.seconds:
            cells[name] = f"coalesce(nullif(trim({cell(position)}), ''), {cell(recognised.seconds[name])})"
    return cells


def typed_rows(
    file: TableFile,
    columns: Sequence[ColumnSpec],
    cells: Mapping[str, str],
    source: str,
    *,
    beside: Collection[str] = (),
    show_officials: bool,
    carried: Sequence[str] = (),
    seldom: Seldom = in_place,
) -> str:
    """Return the SELECT that types the cells of ``source``, rows laid out as in ``file``.

    It gives ``columns`` (null where the file lacks one), what is ``carried`` along untouched, ``unread``
    (a bit for each column whose cell is filled but cannot be read, or empty though required; none for columns
    ``beside``) and ``set_aside``. ``seldom`` is for ``cells.typed``.
    """
    spec = file.recognised.table
    present = [column for column in columns if column.name in cells]
    names = {column.name: identifier(column.name) for column in present}
    along = "".join(f", {identifier(name)}" for name in carried)

    def value(column: ColumnSpec) -> str:
        words = file.spelling.value_spellings(spec.name, column)
        return typed(column, _raw(column.name), words, show_officials=show_officials, seldom=seldom)

    raw = ", ".join(f"{cells[c.name]} AS {_raw(c.name)}" for c in present)
    parse = ", ".join(f"{_raw(c.name)}, {value(c)} AS {names[c.name]}" for c in present)
    bound = ", ".join(f"{_raw(c.name)}, {bounded(c, names[c.name])} AS {names[c.name]}" for c in present)
    faults = [
        f"CASE WHEN {condition} THEN {1 << position} ELSE 0 END"
        for position, condition in _fault_conditions(spec, columns, cells, beside)
    ]
    unread = " + ".join(faults) or "0"
    values = ", ".join(
        names.get(c.name) or f"CAST(NULL AS {sql_type(c)}) AS {identifier(c.name)}" for c in columns
    )
    return (
        f"SELECT {values}{along}, unread, "
        f"CASE WHEN unread = 0 THEN {NOT_SET_ASIDE} ELSE {QUARANTINED} END AS set_aside "
        f"FROM (SELECT *, {unread} AS unread FROM (SELECT {bound}{along} FROM (SELECT {parse}{along} "
        f"FROM (SELECT {raw}{along} FROM {source}))))"
    )


def _fault_conditions(
    spec: TableSpec, columns: Sequence[ColumnSpec], cells: Mapping[str, str], beside: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Yield the bit and the condition of every fault a row may have."""
    for position, column in enumerate(columns):
        if column.name not in cells or column.name in beside:
            continue
        name = identifier(column.name)
        if column.name == "unit_code" and "unit_name" in cells:
            continue
        if column.name in spec.required:
            yield position, f"{name} IS NULL"
        elif column.kind in MAY_BE_UNREADABLE:
            yield position, unreadable(_raw(column.name), name)


def _raw(column: str) -> str:
    """Return the identifier of a column's cells before they are typed."""
    return identifier(f"raw {column}")
