"""Scoreboard → tables: machine names and plain values, with labels for people beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS
from chiso.catalogue.model import Bilingual
from chiso.errors import Language, Text, plural
from chiso.scoring.rank import League, Rank
from chiso.scoring.scoreboard import Scoreboard, index_rows, total_rows
from chiso.terms.numbers import day_text as day_text
from chiso.terms.numbers import number_text as number_text
from chiso.terms.numbers import signed_text as signed_text

ColumnKind = Literal["text", "integer", "decimal"]
Value = str | int | Decimal | None
Detail = Literal["total", "index"]

ASSIGNMENT_LABELS: Mapping[str, Text] = {
    "lead": Text(vi="Đơn vị chủ trì", en="Lead"),
    "cooperating": Text(vi="Đơn vị phối hợp", en="Cooperating"),
    "responsible": Text(vi="Chịu trách nhiệm", en="Responsible"),
    "report_deadline": Text(vi="Thời hạn báo cáo", en="Report due"),
}
LABELS: Mapping[str, Text] = {
    **ASSIGNMENT_LABELS,
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
    "lost": Text(vi="Mất", en="Lost"),
    "not_counted": Text(vi="Không tính", en="Not counted"),
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
    "lost": "decimal",
    "not_counted": "integer",
    "undetermined": "integer",
    "records": "integer",
}
# Rows of a file that are no records.
NOT_RECORDS: Mapping[str, Text] = {
    "title": Text(vi="tiêu đề", en="title"),
    "blank": Text(vi="trống", en="blank"),
    "group": Text(vi="nhóm", en="group"),
    "total": Text(vi="tổng cộng", en="total"),
    "repeated_header": Text(vi="lặp tiêu đề cột", en="header again"),
    "column_numbers": Text(vi="số thứ tự cột", en="column numbers"),
    "note": Text(vi="ghi chú, chữ ký", en="notes"),
}
SPLIT_LABELS: Mapping[str, Text] = {
    "officer": Text(vi="Cán bộ", en="Officer"),
    "field": Text(vi="Lĩnh vực", en="Field"),
    "procedure": Text(vi="TTHC", en="Procedure"),
    "channel": Text(vi="Hình thức nộp", en="Channel"),
}
LEVEL_NAMES: Mapping[str, Text] = {
    "ministry": Text(vi="Bộ, ngành", en="Ministries"),
    "province": Text(vi="Tỉnh, thành phố", en="Provinces"),
    "department": Text(vi="Sở, ban, ngành", en="Departments"),
    "district": Text(vi="Huyện", en="Districts"),
    "commune": Text(vi="Xã, phường", en="Communes"),
    "office": Text(vi="Phòng ban", en="Offices"),
}
# Beside a number in a table for people; what is merely counted needs no word.
VALUE_UNITS: Mapping[str, Text] = {
    "percent": Text(vi="%", en="%"),
    "percentage_point": Text(vi="điểm %", en="pp"),
    "working_day": Text(vi="ngày", en="days"),
    "minute": Text(vi="phút", en="min"),
    "case": Text(vi="hồ sơ", en="cases"),
    "count": Text(vi="", en=""),
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
    "not_due": Text(vi="chưa đến hạn", en="not due yet"),
    "few_cases": Text(vi="ít hồ sơ", en="few cases"),
}

# Outcomes that the unit itself has no hand in: what is lost there, no remedy of its own brings back.
NOT_OWN: Mapping[str, Text] = {
    "inherited": Text(vi="Do cấp trên quyết định", en="Decided by the unit above"),
    "not_applicable": Text(
        vi="Không áp dụng cho cấp này, mức tối đa vẫn tính",
        en="Not applicable at this level, the maximum is kept",
    ),
    "missing_data": Text(vi="Thiếu dữ liệu", en="Data missing"),
}


@dataclass(frozen=True)
class Column:
    """A column: its machine name, its kind, and its label for people.

    People see it from a width of ``shown_from`` letters on.
    """

    name: str
    kind: ColumnKind
    label: Text
    shown_from: int = 0


@dataclass(frozen=True)
class ReportTable:
    """Rows of plain values under typed columns; None is an absent value, never 0.

    ``headings`` stand above the row of that number, for people only.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    headings: Mapping[int, Text] = field(default_factory=dict)

    def column(self, name: str) -> tuple[Value, ...]:
        """Return all values of one column."""
        position = [column.name for column in self.columns].index(name)
        return tuple(row[position] for row in self.rows)


def score_table(board: Scoreboard, detail: Detail, language: Language) -> ReportTable:
    """Return one row per unit (``total``) or per unit × index (``index``), as scripts read them."""
    rows = index_rows(board) if detail == "index" else total_rows(board)
    return _table(board, rows, language, _names(board, detail))


def with_index_names(table: ReportTable, board: Scoreboard, language: Language) -> ReportTable:
    """Return the table for people to read: each index's name after its code, what is not due named so."""
    names = [column.name for column in table.columns]
    if "index" not in names:
        return table
    after = names.index("index") + 1
    titles = {index.code: plain_value(index.name, language) for index in board.rules.indices}
    column = Column("index_name", "text", Text(vi="Tên chỉ số", en="Name of the index"))
    not_due = {index.code for index in board.rules.indices if index.when_due is not None}
    outcome = names.index("outcome")

    def told(row: tuple[Value, ...]) -> tuple[Value, ...]:
        code = str(row[after - 1])
        if code in not_due and row[outcome] == "analysis":
            row = (*row[:outcome], "not_due", *row[outcome + 1 :])
        return (*row[:after], titles[code], *row[after:])

    rows = tuple(map(told, table.rows))
    return ReportTable((*table.columns[:after], column, *table.columns[after:]), rows)


def rank_table(board: Scoreboard, ranks: Sequence[Rank], language: Language) -> ReportTable:
    """Return one row per ranked unit: its place, then the row of the score table."""
    rows = [
        {"rank": rank.place, **row}
        for rank, row in zip(
            ranks, total_rows(replace(board, units=tuple(rank.score for rank in ranks))), strict=True
        )
    ]
    table = _table(board, rows, language, ["rank", *_names(board, "total")])
    return replace(table, headings=league_headings([rank.league for rank in ranks]))


def league_headings(leagues: Sequence[League], *, hint: bool = True) -> dict[int, Text]:
    """Return a heading above the first row of each ranking, given the ranking of every row.

    There is none where there is only one ranking. ``hint`` names the option that hides units.
    """
    first_rows: dict[League, int] = {}
    for row, league in enumerate(leagues):
        first_rows.setdefault(league, row)
    if len(first_rows) < 2:
        return {}
    several = Counter((league.level, league.peer_group) for league in first_rows)
    return {
        row: _league_heading(league, apart=several[league.level, league.peer_group] > 1, hint=hint)
        for league, row in first_rows.items()
    }


def _league_heading(league: League, *, apart: bool, hint: bool) -> Text:
    level, units, maximum = LEVEL_NAMES[league.level], league.units, league.max_points
    vi = [level.vi, f"{number_text(units, 'vi')} đơn vị", f"tối đa {number_text(maximum, 'vi')} điểm"]
    en = [
        level.en,
        f"{number_text(units, 'en')} {plural(units, 'unit', 'units')}",
        f"maximum {number_text(maximum, 'en')} points",
    ]
    if league.peer_group is not None:
        vi.insert(1, league.peer_group or "không có nhóm so sánh")
        en.insert(1, league.peer_group or "no peer group")
    if league.partial:
        vi.append("thiếu dữ liệu, xếp riêng" if apart else "thiếu dữ liệu")
        en.append("data missing, ranked apart" if apart else "data missing")
    if league.without_records:
        vi.append(f"{number_text(league.without_records, 'vi')} không có hồ sơ")
        en.append(f"{number_text(league.without_records, 'en')} without records")
        if hint:
            vi[-1] += " (ẩn bằng --with-records)"
            en[-1] += " (hidden by --with-records)"
    return Text(" · ".join(vi), " · ".join(en))


def _names(board: Scoreboard, detail: Detail) -> list[str]:
    identity = ["period", "unit_code", "unit_name", "level"]
    if board.split is not None:
        identity += ["key", "key_name"]
    if detail == "index":
        figures = ["numerator", "denominator", "percent", "value", "value_unit", "points"]
        owners = () if board.assignments is None else ASSIGNMENT_COLUMNS
        return [*identity, "group", "index", *figures, "max_points", "outcome", *owners]
    return [*identity, *(group.code for group in board.groups), "total", "max_points", "band", "outcome"]


def _table(
    board: Scoreboard, rows: Sequence[Mapping[str, object]], language: Language, names: Sequence[str]
) -> ReportTable:
    shorts = {group.code: Text(group.short.vi, group.short.en) for group in board.groups}
    labels = {**LABELS, **shorts}
    if board.split is not None:
        labels["key"] = SPLIT_LABELS[board.split]
    return table_of(rows, names, language, labels, decimals=shorts)


def table_of(
    rows: Sequence[Mapping[str, object]],
    names: Sequence[str],
    language: Language,
    labels: Mapping[str, Text] = LABELS,
    decimals: Collection[str] = (),
) -> ReportTable:
    """Return rows of named values as a table with the columns ``names``; ``decimals`` hold points too."""
    columns = tuple(
        Column(name, "decimal" if name in decimals else _KINDS.get(name, "text"), labels[name])
        for name in names
    )
    return ReportTable(
        columns, tuple(tuple(plain_value(row[name], language) for name in names) for row in rows)
    )


def plain_value(value: object, language: Language) -> Value:
    """Return a value as a table holds it; of a text in two languages the one asked for."""
    match value:
        case Bilingual():
            return value.vi if language == "vi" else value.en
        case None | str() | int() | Decimal():
            return value
        case _:
            raise TypeError(type(value).__name__)
