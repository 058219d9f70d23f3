"""Scoreboard → tables: machine names and plain values, with labels for people beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text
from chiso.scoring.rank import Rank
from chiso.scoring.scoreboard import Scoreboard, index_rows, total_rows

ColumnKind = Literal["text", "integer", "decimal"]
Value = str | int | Decimal | None
Detail = Literal["total", "index"]

_LABELS: Mapping[str, Text] = {
    "rank": Text(vi="Hạng", en="Rank"),
    "period": Text(vi="Kỳ", en="Period"),
    "unit_code": Text(vi="Mã", en="Code"),
    "unit_name": Text(vi="Đơn vị", en="Unit"),
    "level": Text(vi="Cấp", en="Level"),
    "key": Text(vi="Khóa", en="Key"),
    "key_name": Text(vi="Tên", en="Name"),
    "group": Text(vi="Nhóm", en="Group"),
    "index": Text(vi="Chỉ số", en="Index"),
    "numerator": Text(vi="Tử số", en="Numerator"),
    "denominator": Text(vi="Mẫu số", en="Denominator"),
    "percent": Text(vi="Tỷ lệ %", en="Percent"),
    "value": Text(vi="Giá trị", en="Value"),
    "value_unit": Text(vi="Đơn vị tính", en="Value unit"),
    "points": Text(vi="Điểm", en="Points"),
    "max_points": Text(vi="Tối đa", en="Max"),
    "total": Text(vi="Tổng", en="Total"),
    "band": Text(vi="Xếp loại", en="Band"),
    "outcome": Text(vi="Kết quả", en="Outcome"),
}
_KINDS: Mapping[str, ColumnKind] = {
    "rank": "integer",
    "numerator": "integer",
    "denominator": "integer",
    "percent": "decimal",
    "value": "decimal",
    "points": "decimal",
    "max_points": "decimal",
    "total": "decimal",
}
_SPLIT_LABELS: Mapping[str, Text] = {
    "officer": Text(vi="Cán bộ", en="Officer"),
    "field": Text(vi="Lĩnh vực", en="Field"),
    "procedure": Text(vi="TTHC", en="Procedure"),
    "channel": Text(vi="Hình thức nộp", en="Channel"),
}
OUTCOMES: Mapping[str, Text] = {
    "scored": Text(vi="đã tính", en="scored"),
    "no_cases": Text(vi="không có hồ sơ", en="no cases"),
    "not_applicable": Text(vi="không áp dụng", en="not applicable"),
    "inherited": Text(vi="theo cấp trên", en="inherited"),
    "reported": Text(vi="theo báo cáo", en="reported"),
    "missing_data": Text(vi="thiếu dữ liệu", en="missing data"),
    "provisional": Text(vi="tạm tính", en="provisional"),
    "analysis": Text(vi="phân tích", en="analysis"),
    "partial": Text(vi="chưa đủ chỉ số", en="partial"),
}


@dataclass(frozen=True)
class Column:
    """A column: its machine name, its kind, and its label for people."""

    name: str
    kind: ColumnKind
    label: Text


@dataclass(frozen=True)
class ReportTable:
    """Rows of plain values under typed columns; None is an absent value, never 0."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def column(self, name: str) -> tuple[Value, ...]:
        """Return all values of one column."""
        position = [column.name for column in self.columns].index(name)
        return tuple(row[position] for row in self.rows)


def score_table(board: Scoreboard, detail: Detail, language: Language) -> ReportTable:
    """Return one row per unit (``total``) or per unit × index (``index``), as scripts read them."""
    rows = index_rows(board) if detail == "index" else total_rows(board)
    return _table(board, rows, language, _names(board, detail))


def with_index_names(table: ReportTable, board: Scoreboard, language: Language) -> ReportTable:
    """Return the table with each index's name after its code, for people to read."""
    names = [column.name for column in table.columns]
    if "index" not in names:
        return table
    after = names.index("index") + 1
    titles = {index.code: _plain(index.name, language) for index in board.rules.indices}
    column = Column("index_name", "text", Text(vi="Tên chỉ số", en="Name of the index"))
    rows = tuple((*row[:after], titles[str(row[after - 1])], *row[after:]) for row in table.rows)
    return ReportTable((*table.columns[:after], column, *table.columns[after:]), rows)


def rank_table(board: Scoreboard, ranks: Sequence[Rank], language: Language) -> ReportTable:
    """Return one row per ranked unit: its place, then the row of the score table."""
    rows = [
        {"rank": rank.place, **row}
        for rank, row in zip(
            ranks, total_rows(replace(board, units=tuple(rank.score for rank in ranks))), strict=True
        )
    ]
    return _table(board, rows, language, ["rank", *_names(board, "total")])


def _names(board: Scoreboard, detail: Detail) -> list[str]:
    identity = ["period", "unit_code", "unit_name", "level"]
    if board.split is not None:
        identity += ["key", "key_name"]
    if detail == "index":
        figures = ["numerator", "denominator", "percent", "value", "value_unit", "points"]
        return [*identity, "group", "index", *figures, "max_points", "outcome"]
    return [*identity, *(group.code for group in board.groups), "total", "max_points", "band", "outcome"]


def _table(
    board: Scoreboard, rows: Sequence[Mapping[str, object]], language: Language, names: Sequence[str]
) -> ReportTable:
    shorts = {group.code: Text(group.short.vi, group.short.en) for group in board.groups}
    labels = {**_LABELS, **shorts}
    if board.split is not None:
        labels["key"] = _SPLIT_LABELS[board.split]
    columns = tuple(
        Column(name, "decimal" if name in shorts else _KINDS.get(name, "text"), labels[name])
        for name in names
    )
    return ReportTable(columns, tuple(tuple(_plain(row[name], language) for name in names) for row in rows))


def _plain(value: object, language: Language) -> Value:
    match value:
        case Bilingual():
            return value.vi if language == "vi" else value.en
        case None | str() | int() | Decimal():
            return value
        case _:
            raise TypeError(type(value).__name__)


def number_text(value: Decimal | int, language: Language) -> str:
    """Return a number as people write it: 1.234,56 in Vietnamese, 1,234.56 in English."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
