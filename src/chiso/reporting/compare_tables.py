"""A comparison of two boards → tables: for scripts whole, for people what has changed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS, assignment_cells
from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.reporting.assigned import with_owners
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
from chiso.scoring.comparing.comparison import BoardComparison, UnitComparison
from chiso.scoring.comparing.side import CAUSES, Cause
from chiso.scoring.comparing.states import Attributed
from chiso.scoring.scoreboard import Score

CAUSE_NAMES: Mapping[Cause, Text] = {
    "units": Text(vi="Sáp nhập", en="Mergers"),
    "catalogue": Text(vi="Bộ\u00a0chỉ\u00a0số", en="Catalogue"),
    "data": Text(vi="Cột\u00a0dữ\u00a0liệu", en="Columns"),
    "removed": Text(vi="Ra\u00a0khỏi", en="Removed"),
    "new": Text(vi="Mới", en="New"),
    "finished": Text(vi="Đã\u00a0xong", en="Finished"),
    "edited": Text(vi="Sửa", en="Edited"),
    "time": Text(vi="Thời\u00a0gian", en="Time"),
    "reported": Text(vi="Báo\u00a0cáo", en="Reported"),
    "counts": Text(vi="Số\u00a0đếm", en="Counts"),
    "rounding": Text(vi="Làm\u00a0tròn", en="Rounding"),
}
# How a unit stands on the two boards.
Standing = Literal["same", "recast", "added", "ended"]

_IDENTITY = ("unit_code", "unit_name", "level")
_BEFORE, _AFTER = Text(vi="trước", en="before"), Text(vi="sau", en="after")
_CHANGE = Column("change", "decimal", Text(vi="Tăng giảm", en="Change"))
_LABELS: Mapping[str, Text] = {
    **LABELS,
    "period_before": Text(vi="Kỳ trước", en="Period before"),
    "period_after": Text(vi="Kỳ sau", en="Period after"),
    "standing": Text(vi="So với", en="Compared"),
}


def standing_of(unit: UnitComparison) -> Standing:
    """Return whether a unit is on both boards, recast, on the board after only, or there no more."""
    if unit.after is None:
        return "ended"
    if unit.before is not None:
        return "same"
    return "recast" if unit.recast else "added"


def compare_table(found: BoardComparison, detail: Detail, language: Language) -> ReportTable:
    """Return one row per unit (``total``) or per unit × index (``index``), as scripts read them.

    Every cause has its column: what stands before and the causes add up to what stands after. They are
    empty where a unit or an index has nothing to be compared with.
    """
    return _index_table(found) if detail == "index" else _total_table(found, language)


def compare_shown(found: BoardComparison, detail: Detail, language: Language) -> ReportTable:
    """Return the table as people read it: only causes that occur, and by index only what changes."""
    return _shown_by_index(found, language) if detail == "index" else _shown_totals(found, language)


def _text(name: str) -> Column:
    return Column(name, "text", _LABELS[name])


def _pair(name: str, kind: ColumnKind) -> tuple[Column, Column]:
    label = _LABELS[name]
    before = Text(f"{label.vi} {_BEFORE.vi}", f"{label.en} {_BEFORE.en}")
    after = Text(f"{label.vi} {_AFTER.vi}", f"{label.en} {_AFTER.en}")
    return Column(f"{name}_before", kind, before), Column(f"{name}_after", kind, after)


def _sum_columns(name: str, causes: Sequence[Cause]) -> tuple[Column, ...]:
    """Return before, the change, its causes, after."""
    before, after = _pair(name, "decimal")
    return (
        before,
        _CHANGE,
        *(Column(cause, "decimal", CAUSE_NAMES[cause]) for cause in causes),
        after,
    )


def _sum(points: Attributed | None) -> tuple[Value, ...]:
    if points is None:
        return (None,) * (3 + len(CAUSES))
    return points.before, points.change, *(points.parts[cause] for cause in CAUSES), points.after


def _identity(found: BoardComparison, unit: UnitComparison) -> tuple[Value, ...]:
    periods = (side.board.judgement.period.label for side in (found.before, found.after))
    return (*periods, unit.unit.code, unit.unit.name, unit.unit.level)


def _total_table(found: BoardComparison, language: Language) -> ReportTable:
    columns = (
        *(_text(name) for name in ("period_before", "period_after", *_IDENTITY, "standing")),
        *_sum_columns("total", CAUSES),
        *_pair("max_points", "decimal"),
        *_pair("rank", "integer"),
        *_pair("band", "text"),
        *_pair("outcome", "text"),
    )
    return ReportTable(columns, tuple(_total_row(found, unit, language) for unit in found.units))


def _total_row(found: BoardComparison, unit: UnitComparison, language: Language) -> tuple[Value, ...]:
    was, now = unit.before, unit.after
    points = _sum(unit.total)
    if unit.total is None:
        # One side has its points all the same.
        alone = (None if was is None else was.score.total, None if now is None else now.score.total)
        points = (alone[0], *points[1:-1], alone[1])
    return (
        *_identity(found, unit),
        standing_of(unit),
        *points,
        *(None if rank is None else rank.score.max_points for rank in (was, now)),
        *(None if rank is None else rank.place for rank in (was, now)),
        *(None if rank is None else _named(rank.score.band, language) for rank in (was, now)),
        *(None if rank is None else rank.score.outcome for rank in (was, now)),
    )


def _index_table(found: BoardComparison) -> ReportTable:
    columns = (
        *(_text(name) for name in ("period_before", "period_after", *_IDENTITY, "standing")),
        *(_text(name) for name in ("group", "index")),
        *_pair("numerator", "integer"),
        *_pair("denominator", "integer"),
        *_pair("value", "decimal"),
        _text("value_unit"),
        *_sum_columns("points", CAUSES),
        *_pair("max_points", "decimal"),
        *_pair("outcome", "text"),
    )
    rows: list[tuple[Value, ...]] = []
    indices: list[str] = []
    for unit in found.units:
        for own in found.shown(unit):
            indices.append(own.index)
            both = (own.before, own.after)
            known = own.after or own.before
            rows.append(
                (
                    *_identity(found, unit),
                    standing_of(unit),
                    *(own.group, own.index),
                    *(None if score is None else score.numerator for score in both),
                    *(None if score is None else score.denominator for score in both),
                    *(None if score is None else score.value for score in both),
                    None if known is None else known.value_unit,
                    *_sum(own.points),
                    *(None if score is None else score.max_points for score in both),
                    *(None if score is None else score.outcome for score in both),
                )
            )
    return _with_assignments(ReportTable(columns, tuple(rows)), found, indices)


def _with_assignments(table: ReportTable, found: BoardComparison, indices: Sequence[str]) -> ReportTable:
    """Return a table with who answers for each row's index at the end; as it is without assignments."""
    if found.assignments is None:
        return table
    owners = found.assigned()
    cells = [assignment_cells(owners.get(index)) for index in indices]
    return ReportTable(
        (*table.columns, *(_text(name) for name in ASSIGNMENT_COLUMNS)),
        tuple(
            (*row, *(own[name] for name in ASSIGNMENT_COLUMNS))
            for row, own in zip(table.rows, cells, strict=True)
        ),
        table.headings,
    )


# For people


def _shown_totals(found: BoardComparison, language: Language) -> ReportTable:
    causes = found.causes
    before, change, *parts, after = _sum_columns("points", causes)
    columns = (
        *(_text(name) for name in _IDENTITY),
        _marked(before, found.before.board.judgement.provisional),
        Column(change.name, change.kind, change.label, shown_from=100),
        *parts,
        _marked(after, found.after.board.judgement.provisional),
        Column("rank", "integer", LABELS["rank"]),
        Column("band", "text", LABELS["band"]),
    )
    rows = []
    for unit in found.units:
        was, now, points = unit.before, unit.after, unit.total
        bands = [None if rank is None else _named(rank.score.band, language) for rank in (was, now)]
        rows.append(
            (
                *(unit.unit.code, unit.unit.name, unit.unit.level),
                points.before if points is not None else None if was is None else was.score.total,
                None if points is None or points.change is None else signed_text(points.change, language),
                *(None if points is None else signed_text(points.parts[cause], language) for cause in causes),
                points.after if points is not None else None if now is None else now.score.total,
                _arrow(None if was is None else was.place, None if now is None else now.place, language),
                _arrow(bands[0], bands[1], language),
            )
        )
    return ReportTable(columns, tuple(rows))


def _marked(column: Column, provisional: bool) -> Column:
    if not provisional:
        return column
    label = Text(f"{column.label.vi} (tạm\u00a0tính)", f"{column.label.en} (provisional)")
    return Column(column.name, column.kind, label)


def _shown_by_index(found: BoardComparison, language: Language) -> ReportTable:
    counts = Text(vi="Tử/mẫu", en="Counts")
    before, after = _pair("points", "decimal")
    columns = (
        Column("index", "text", LABELS["index"]),
        Column("counts_before", "integer", Text(f"{counts.vi} {_BEFORE.vi}", f"{counts.en} {_BEFORE.en}")),
        Column("counts_after", "integer", Text(f"{counts.vi} {_AFTER.vi}", f"{counts.en} {_AFTER.en}")),
        before,
        Column("causes", "text", Text(vi="Nguyên nhân", en="Causes")),
        after,
    )
    rows: list[tuple[Value, ...]] = []
    indices: list[str] = []
    headings: dict[int, Text] = {}
    for unit in found.units:
        if unit.total is None:
            continue
        changed = [own for own in found.shown(unit) if own.differs]
        headings[len(rows)] = Text(vi=sum_line(unit, "vi"), en=sum_line(unit, "en"))
        rows += [
            (
                own.index,
                _counts(own.before, language),
                _counts(own.after, language),
                _points(own.before, own.points.before, language),
                _told(own.points, language),
                _points(own.after, own.points.after, language),
            )
            for own in changed
        ]
        indices += [own.index for own in changed]
    table = ReportTable(columns, tuple(rows), headings if rows else {})
    owners = found.assigned()
    return with_owners(
        _with_assignments(table, found, indices), [owners.get(index) for index in indices], language
    )


def sum_line(unit: UnitComparison, language: Language) -> str:
    """Return a unit's sum in one line: points before, each part, points after."""
    assert unit.total is not None  # it has something to be compared with
    points = unit.total
    before, after = (
        "–" if value is None else number_text(value, language) for value in (points.before, points.after)
    )
    told = " ".join(
        f"{signed_text(part, language)} {CAUSE_NAMES[cause].in_language(language).lower()}"
        for cause, part in points.parts.items()
        if part
    )
    return f"{unit.unit.code} {unit.unit.name}: " + " ".join(filter(None, (before, told, f"= {after}")))


def _told(points: Attributed, language: Language) -> str:
    return "\n".join(
        f"{CAUSE_NAMES[cause].in_language(language)} {signed_text(part, language)}"
        for cause, part in points.parts.items()
        if part
    )


def _counts(score: Score | None, language: Language) -> str | None:
    if score is None or score.numerator is None or score.denominator is None:
        return None
    return f"{number_text(score.numerator, language)}\u00a0/\u00a0{number_text(score.denominator, language)}"


def _points(score: Score | None, points: Value, language: Language) -> Value:
    """Return the points, or in words why there are none."""
    if points is None and score is not None:
        return OUTCOMES[score.outcome].in_language(language)
    return points


def _arrow(before: Value, after: Value, language: Language) -> str | None:
    """Return both values, or the one where nothing has changed."""
    if before is None and after is None:
        return None
    texts = [
        value if isinstance(value, str) else "–" if value is None else number_text(value, language)
        for value in (before, after)
    ]
    return "\u00a0→ ".join(texts) if texts[0] != texts[1] else texts[0]


def _named(name: Bilingual | None, language: Language) -> str | None:
    return None if name is None else Text(name.vi, name.en).in_language(language)
