"""What a change does → tables: for scripts whole, for people what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.tables import (
    LABELS,
    OUTCOMES,
    Column,
    ColumnKind,
    Detail,
    ReportTable,
    Value,
    number_text,
    signed_text,
)
from chiso.scoring.scoreboard import Score
from chiso.scoring.whatif import ScoreChange, UnitChange, Whatif

_IDENTITY = ("period", "unit_code", "unit_name", "level")
_BEFORE, _AFTER = Text(vi="trước", en="before"), Text(vi="sau", en="after")
_CHANGE = Column("change", "decimal", Text(vi="Tăng giảm", en="Change"))
_NUMBERS = Text(vi="Tử/mẫu", en="Counts")

_Given = TypeVar("_Given")


def whatif_table(result: Whatif, detail: Detail, language: Language) -> ReportTable:
    """Return one row per unit (``total``) or per unit × index (``index``), as scripts read them.

    ``change`` is in points, below 0 where points are lost; empty where there are none before or after.
    """
    if detail == "index":
        return _index_table(result)
    columns = (
        *_identity(),
        *_pair("total", "decimal"),
        _CHANGE,
        *_pair("max_points", "decimal"),
        *_pair("rank", "integer"),
        *_pair("band", "text"),
        *_pair("outcome", "text"),
    )
    return ReportTable(columns, tuple(_total_row(result, unit, language) for unit in result.units))


def whatif_shown(result: Whatif, detail: Detail, language: Language) -> ReportTable:
    """Return the table as people read it: what stays is said once, and by index only what changes."""
    return _shown_by_index(result, language) if detail == "index" else _shown_totals(result, language)


def _identity() -> tuple[Column, ...]:
    return tuple(Column(name, "text", LABELS[name]) for name in _IDENTITY)


def _pair(name: str, kind: ColumnKind) -> tuple[Column, Column]:
    label = LABELS[name]
    before = Text(f"{label.vi} {_BEFORE.vi}", f"{label.en} {_BEFORE.en}")
    after = Text(f"{label.vi} {_AFTER.vi}", f"{label.en} {_AFTER.en}")
    return Column(f"{name}_before", kind, before), Column(f"{name}_after", kind, after)


def _of_unit(result: Whatif, change: UnitChange) -> tuple[str, str, str, str]:
    unit = change.unit
    return result.before.judgement.period.label, unit.code, unit.name, unit.level


def _total_row(result: Whatif, change: UnitChange, language: Language) -> tuple[Value, ...]:
    before, after = change.before.score, change.after.score
    return (
        *_of_unit(result, change),
        *(before.total, after.total, change.total),
        *(before.max_points, after.max_points),
        *(change.before.place, change.after.place),
        *(_band(before.band, language), _band(after.band, language)),
        *(before.outcome, after.outcome),
    )


def _index_table(result: Whatif) -> ReportTable:
    columns = (
        *_identity(),
        *(Column(name, "text", LABELS[name]) for name in ("group", "index")),
        *_pair("numerator", "integer"),
        *_pair("denominator", "integer"),
        *_pair("value", "decimal"),
        Column("value_unit", "text", LABELS["value_unit"]),
        *_pair("points", "decimal"),
        _CHANGE,
        *_pair("max_points", "decimal"),
        *_pair("outcome", "text"),
    )
    return ReportTable(
        columns,
        tuple(
            (
                *_of_unit(result, unit),
                *(score.before.group, score.before.index),
                *(score.before.numerator, score.after.numerator),
                *(score.before.denominator, score.after.denominator),
                *(score.before.value, score.after.value, score.after.value_unit),
                *(score.before.points, score.after.points, score.points),
                *(score.before.max_points, score.after.max_points),
                *(score.before.outcome, score.after.outcome),
            )
            for unit in result.units
            for score in unit.scores
        ),
    )


def _shown_totals(result: Whatif, language: Language) -> ReportTable:
    columns = (
        *_identity(),
        *_pair("points", "decimal"),
        _CHANGE,
        Column("max_points", "decimal", LABELS["max_points"]),
        Column("rank", "integer", LABELS["rank"]),
        Column("band", "text", LABELS["band"]),
    )
    rows = [
        (
            *_of_unit(result, unit),
            *(unit.before.score.total, unit.after.score.total, signed_text(unit.total, language)),
            _arrow(unit.before.score.max_points, unit.after.score.max_points, language),
            _arrow(unit.before.place, unit.after.place, language),
            _arrow(_band(unit.before.score.band, language), _band(unit.after.score.band, language), language),
        )
        for unit in result.units
    ]
    maximum = [column.name for column in columns].index("max_points")
    if any(unit.changes_league for unit in result.units):
        return ReportTable(columns, tuple(rows))
    return ReportTable(_without(columns, maximum), tuple(_without(row, maximum) for row in rows))


def _shown_by_index(result: Whatif, language: Language) -> ReportTable:
    before = Text(f"{_NUMBERS.vi} {_BEFORE.vi}", f"{_NUMBERS.en} {_BEFORE.en}")
    after = Text(f"{_NUMBERS.vi} {_AFTER.vi}", f"{_NUMBERS.en} {_AFTER.en}")
    columns = (
        *_identity(),
        Column("index", "text", LABELS["index"]),
        Column("index_name", "text", Text(vi="Tên chỉ số", en="Name of the index")),
        Column("counts_before", "integer", before),
        Column("counts_after", "integer", after),
        *_pair("points", "decimal"),
        _CHANGE,
    )
    names = {index.code: index.name for index in result.before.rules.indices}
    return ReportTable(
        columns,
        tuple(
            (
                *_of_unit(result, unit),
                score.before.index,
                _band(names[score.before.index], language),
                _counts(score.before, language),
                _counts(score.after, language),
                _points(score.before, language),
                _points(score.after, language),
                None if score.points is None else signed_text(score.points, language),
            )
            for unit, score in changed_scores(result)
        ),
    )


def changed_scores(result: Whatif) -> Iterator[tuple[UnitChange, ScoreChange]]:
    """Yield the indices of units that are not what they were."""
    for unit in result.units:
        for score in unit.scores:
            if score.differs:
                yield unit, score


def _counts(score: Score, language: Language) -> str | None:
    if score.numerator is None or score.denominator is None:
        return None
    return f"{number_text(score.numerator, language)}\u00a0/\u00a0{number_text(score.denominator, language)}"


def _points(score: Score, language: Language) -> Value:
    """Return the points, or in words why there are none."""
    return OUTCOMES[score.outcome].in_language(language) if score.points is None else score.points


def _arrow(before: Value, after: Value, language: Language) -> str | None:
    """Return both values, or the one where nothing has changed."""
    texts = [
        value if isinstance(value, str) else "–" if value is None else number_text(value, language)
        for value in (before, after)
    ]
    if texts[0] != texts[1]:
        return "\u00a0→ ".join(texts)
    return None if before is None else texts[0]


def _band(name: Bilingual | None, language: Language) -> str | None:
    return None if name is None else Text(name.vi, name.en).in_language(language)


def _without(values: Sequence[_Given], position: int) -> tuple[_Given, ...]:
    return (*values[:position], *values[position + 1 :])
