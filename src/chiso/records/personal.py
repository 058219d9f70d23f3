"""Free text that holds a citizen's number: such a column is not read, whatever its heading says."""

from __future__ import annotations

from collections.abc import Iterator

from chiso.errors import Place, Problem, Text, plural
from chiso.records.cells import identifier
from chiso.records.part import Part
from chiso.records.personal_text import holds_personal_number
from chiso.records.typed_table import TypedTable

# Names of things, written by hand: the columns in which somebody may have put anything.
# A unit's name is not among them: of it only what the registry knows is ever kept.
FREE_TEXT = frozenset({"procedure_name", "field_name", "decision"})


def drop_personal_columns(table: TypedTable) -> Iterator[Problem]:
    """Empty the free-text columns of each file that hold such a number; yield a note for each."""
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
            yield personal_note(part, column.name, rows)


def personal_note(part: Part, column: str, rows: int) -> Problem:
    """Return what the owner of a file should know of a column that is not read."""
    heading, word = part.file.heading(column), plural(rows, "row", "rows")
    return Problem(
        Text(
            vi=f"Cột “{heading}” có số giấy tờ, điện thoại hoặc thư điện tử ở {rows} dòng: không đọc",
            en=f"Column “{heading}” holds identity or telephone numbers or e-mail in {rows} {word}: not read",
        ),
        Place(part.file.label),
    )
