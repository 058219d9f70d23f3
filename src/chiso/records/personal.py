"""Free text that holds a citizen's number: such a column is not read, whatever its heading says."""

from __future__ import annotations

from collections.abc import Iterator

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
# A unit's name is not among them: it may be all that tells the unit. See forget_numbers_in_names.
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
            heading, word = part.file.heading(column.name), plural(rows, "row", "rows")
            note = Problem(
                Text(
                    vi=f"Cột “{heading}” có số giấy tờ, điện thoại hoặc thư điện tử ở "
                    f"{number_text(rows, 'vi')} dòng: không đọc",
                    en=f"Column “{heading}” holds identity or telephone numbers or e-mail "
                    f"in {number_text(rows, 'en')} {word}: not read",
                ),
                Place(part.file.label),
            )
            yield part, column.name, note


def forget_numbers_in_names(table: TypedTable, units: UnitTree) -> None:
    """Empty the names of units that hold such a number, but for those that the registry has."""
    if all(column.name != "unit_name" for column in table.columns):
        return
    known = {folded(unit.name) for unit in units}
    texts = table.connection.execute(f"SELECT DISTINCT unit_name FROM {table.spec.name}").fetchall()
    personal = [
        text
        for (text,) in texts
        if text is not None
        and text not in units
        and folded(text) not in known
        and holds_personal_number(text)
    ]
    if personal:
        table.connection.execute(
            f"UPDATE {table.spec.name} SET unit_name = NULL "
            "WHERE unit_name IN (SELECT unnest(CAST(? AS VARCHAR[])))",
            [personal],
        )
