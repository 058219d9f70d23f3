"""Results of several periods as one: their tables one below the other, their notes told once."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chiso.errors import ChisoError, Language, Text
from chiso.reporting.json_output import scoreboard_json
from chiso.reporting.notes import notes, quarantine_lines
from chiso.reporting.tables import Column, ReportTable, Value
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import Scoreboard

SCHEMA_VERSION = "1.0"


def stacked(tables: Sequence[ReportTable], headings: Sequence[Text]) -> ReportTable:
    """Return the rows of all tables below each other, each under its heading for people.

    A column that a table lacks is absent in its rows.
    """
    columns: dict[str, Column] = {column.name: column for table in tables for column in table.columns}
    rows: list[tuple[Value, ...]] = []
    placed: dict[int, Text] = {}
    for table, heading in zip(tables, headings, strict=True):
        positions = {column.name: position for position, column in enumerate(table.columns)}
        first = len(rows)
        placed[first] = heading
        for row, own in table.headings.items():
            text = own if row else Text(f"{heading.vi} · {own.vi}", f"{heading.en} · {own.en}")
            placed[first + row] = text
        for values in table.rows:
            rows.append(tuple(values[positions[name]] if name in positions else None for name in columns))
    return ReportTable(tuple(columns.values()), tuple(rows), placed)


def period_heading(board: Scoreboard) -> Text:
    """Return what stands above the rows of a period: its label, and whether it still runs."""
    judgement = board.judgement
    vi, en = f"Kỳ {judgement.period.label}", f"Period {judgement.period.label}"
    if judgement.provisional:
        return Text(
            vi=f"{vi} (tạm tính đến {judgement.as_of:%d/%m/%Y})",
            en=f"{en} (provisional, as of {judgement.as_of:%Y-%m-%d})",
        )
    return Text(vi, en)


def notes_of_several(boards: Sequence[Scoreboard], language: Language) -> list[str]:
    """Return the notes of all periods: those of one period with its label, those of all once."""
    return _told_once([(board.judgement.period.label, notes(board, language)) for board in boards])


def quarantine_of_several(boards: Sequence[Scoreboard], language: Language) -> list[str]:
    """Return where rows were set aside; the rows of all periods are the same."""
    return list(dict.fromkeys(line for board in boards for line in quarantine_lines(board, language)))


def _told_once(notes_of: Sequence[tuple[str, list[str]]]) -> list[str]:
    of_all = set(notes_of[0][1]).intersection(*(lines for _, lines in notes_of))
    own = [f"{label}: {line}" for label, lines in notes_of for line in lines if line not in of_all]
    return [*own, *(line for line in notes_of[0][1] if line in of_all)]


def unscored_lines(unscored: Sequence[tuple[str, ChisoError]], language: Language) -> list[str]:
    """Return the periods that could not be scored, and why."""
    return [
        f"{label}: {problem.in_language(language)}" for label, error in unscored for problem in error.problems
    ]


def scoreboards_json(
    results: Sequence[tuple[Scoreboard, Sequence[Rank] | None]],
    unscored: Sequence[tuple[str, ChisoError]],
    language: Language,
) -> str:
    """Return the boards of all periods, as docs/schemas/scoreboards.schema.json has it."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "periods": [json.loads(scoreboard_json(board, language, ranks)) for board, ranks in results],
        "unscored": [
            {"period": label, "problems": [problem.in_language(language) for problem in error.problems]}
            for label, error in unscored
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
