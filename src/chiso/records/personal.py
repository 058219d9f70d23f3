"""Free text that holds a citizen's number: such a column is not read, whatever its heading says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chiso.errors import Place, Problem, Text, plural
from chiso.records.cells import identifier
from chiso.records.part import Part
from chiso.records.personal_text import holds_personal_number
from chiso.records.table_file import TableFile
from chiso.records.typed_table import TypedTable
from chiso.terms.numbers import number_text
from chiso.terms.text import folded
from chiso.terms.unit import UnitTree

# Names of things, written by hand: the columns in which somebody may have put anything.
# A unit's name is not among them: it may be all that tells the unit. See forget_personal_names.
FREE_TEXT = frozenset({"procedure_name", "field_name", "decision"})


def drop_personal_columns(table: TypedTable) -> Iterator[tuple[Part[TableFile], str, Problem]]:
    """Empty the free-text columns of each file that hold such a number; yield where, and a note."""
    for column in table.columns:
        if column.name not in FREE_TEXT:
            continue
        name = identifier(column.name)
        for part in table.parts:
            inside = f"rowid >= {part.first} AND rowid < {part.end}"
            texts = table.connection.execute(
                f"SELECT {name}, count(*) FROM {table.spec.name} "
                f"WHERE {inside} AND {name} IS NOT NULL GROUP BY 1"
            ).fetchall()
            rows = sum(count for text, count in texts if holds_personal_number(text))
            if not rows:
                continue
            table.connection.execute(f"UPDATE {table.spec.name} SET {name} = NULL WHERE {inside}")
            part.not_read.add(column.name)
            yield part, column.name, personal_note(part, column.name, rows)


def personal_note(part: Part[TableFile], column: str, rows: int) -> Problem:
    """Return what the owner of a file should know of a column that is not read."""
    heading, word = part.file.heading(column), plural(rows, "row", "rows")
    return Problem(
        Text(
            vi=f"Cột “{heading}” có số giấy tờ, điện thoại hoặc thư điện tử ở "
            f"{number_text(rows, 'vi')} dòng: không đọc",
            en=f"Column “{heading}” holds identity or telephone numbers or e-mail "
            f"in {number_text(rows, 'en')} {word}: not read",
        ),
        Place(part.file.label),
    )


def forget_personal_names(table: TypedTable, units: UnitTree) -> None:
    """Empty the names of units that hold a citizen's number."""
    if all(column.name != "unit_name" for column in table.columns):
        return
    texts = table.connection.execute(
        f"SELECT DISTINCT unit_name FROM {table.spec.name} WHERE unit_name IS NOT NULL"
    ).fetchall()
    if personal := personal_names((text for (text,) in texts), units):
        table.connection.execute(
            f"UPDATE {table.spec.name} SET unit_name = NULL "
            "WHERE unit_name IN (SELECT unnest(CAST(? AS VARCHAR[])))",
            [personal],
        )


def personal_names(texts: Iterable[str], units: UnitTree) -> list[str]:
    """Return the texts that hold a citizen's number and are no unit of the registry."""
    known = {folded(unit.name) for unit in units}
    return [
        text
        for text in texts
        if text not in units and folded(text) not in known and holds_personal_number(text)
    ]
