"""A campaign → tables: for scripts one row per unit and criterion, for people one block per unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chiso import arithmetic
from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS, assignment_cells
from chiso.errors import Language, Text
from chiso.reporting.tables import (
    LABELS,
    OUTCOMES,
    SPLIT_LABELS,
    VALUE_UNITS,
    Column,
    ReportTable,
    Value,
    number_text,
)
from chiso.scoring.campaign.course import State
from chiso.scoring.campaign.measured import is_share, value_unit
from chiso.scoring.campaign.model import Campaign, ReportKind
from chiso.scoring.campaign.report import CampaignReport, OfficialStanding, Standing, UnitStanding
from chiso.scoring.scoreboard import UnitScore

STATES: Mapping[State, Text] = {
    "met": Text(vi="đạt", en="met"),
    "on_the_way": Text(vi="đúng tiến độ", en="on the way"),
    "behind": Text(vi="chậm tiến độ", en="behind"),
    "missed": Text(vi="chưa đạt", en="missed"),
    "no_line": Text(vi="chưa có đường so", en="no line"),
    "no_data": Text(vi="không có số liệu", en="no data"),
    "few_cases": OUTCOMES["few_cases"],
}
REPORT_KINDS: Mapping[ReportKind, Text] = {
    "regular": Text(vi="định kỳ", en="regular"),
    "interim": Text(vi="sơ kết", en="interim"),
    "final": Text(vi="tổng kết", en="final"),
}
_CRITERION = Text(vi="Tiêu chí", en="Criterion")
_PLACES = 2
_WIDE = 100


@dataclass(frozen=True)
class _Row:
    """One criterion of one unit, or of an official of it, in one report."""

    campaign: Campaign
    report: CampaignReport
    score: UnitScore
    standing: Standing


_Cell = Callable[[_Row], Value]


def shown_value(value: Fraction | None, standing: Standing) -> Decimal | None:
    """Return a value as it is shown: in percent (0..100) or in the measure's unit, two decimals."""
    if value is None:
        return None
    if is_share(standing.measure):
        return arithmetic.percent(value, _PLACES)
    return arithmetic.round_half_up(value, _PLACES)


# What scripts read, in this order.
_COLUMNS: tuple[tuple[Column, _Cell], ...] = (
    (Column("campaign", "text", Text(vi="Chiến dịch", en="Campaign")), lambda row: row.campaign.id),
    (
        Column("report", "integer", Text(vi="Báo cáo", en="Report")),
        lambda row: row.report.report.number if row.report.report else None,
    ),
    (
        Column("kind", "text", Text(vi="Loại", en="Kind")),
        lambda row: row.report.report.kind if row.report.report else None,
    ),
    (Column("date", "text", Text(vi="Ngày", en="Date")), lambda row: row.report.day.isoformat()),
    (
        Column("day", "integer", Text(vi="Ngày thứ", en="Day")),
        lambda row: row.campaign.day_number(row.report.day),
    ),
    (Column("unit_code", "text", LABELS["unit_code"]), lambda row: row.score.unit.code),
    (Column("unit_name", "text", LABELS["unit_name"]), lambda row: row.score.unit.name),
    (Column("level", "text", LABELS["level"]), lambda row: row.score.unit.level),
    (Column("key", "text", SPLIT_LABELS["officer"]), lambda row: row.score.key),
    (Column("key_name", "text", LABELS["key_name"]), lambda row: row.score.key_name),
    (Column("criterion", "text", _CRITERION), lambda row: row.standing.criterion.code),
    (
        Column("measure", "text", Text(vi="Chỉ số hay nhóm", en="Index or group")),
        lambda row: row.standing.measure.code,
    ),
    (Column("numerator", "integer", LABELS["numerator"]), lambda row: row.standing.measured.numerator),
    (Column("denominator", "integer", LABELS["denominator"]), lambda row: row.standing.measured.denominator),
    (
        Column("baseline", "decimal", Text(vi="Ban đầu", en="Baseline")),
        lambda row: shown_value(row.standing.baseline, row.standing),
    ),
    (Column("value", "decimal", LABELS["value"]), lambda row: row.standing.measured.shown),
    (Column("value_unit", "text", LABELS["value_unit"]), lambda row: value_unit(row.standing.measure)),
    (
        Column("line", "decimal", Text(vi="Đường thẳng", en="Line")),
        lambda row: shown_value(row.standing.course.line, row.standing) if row.standing.course else None,
    ),
    (
        Column("milestone", "text", Text(vi="Mốc", en="Milestone")),
        lambda row: row.standing.course.milestone.id if row.standing.course else None,
    ),
    (
        Column("milestone_date", "text", Text(vi="Ngày mốc", en="Milestone date")),
        lambda row: row.standing.course.milestone.day.isoformat() if row.standing.course else None,
    ),
    (
        Column("target", "decimal", Text(vi="Mục tiêu", en="Target")),
        lambda row: shown_value(row.standing.course.target, row.standing) if row.standing.course else None,
    ),
    (Column("state", "text", Text(vi="Tình trạng", en="State")), lambda row: row.standing.state),
    (Column("outcome", "text", LABELS["outcome"]), lambda row: row.standing.measured.outcome),
    (
        Column("by_repair", "integer", Text(vi="Cần sửa", en="Put right")),
        lambda row: row.standing.needed.by_repair if row.standing.needed else None,
    ),
    (
        Column("by_new", "integer", Text(vi="hoặc mới", en="or new")),
        lambda row: row.standing.needed.by_new if row.standing.needed else None,
    ),
    (
        Column("working_days_left", "integer", Text(vi="Ngày làm việc còn lại", en="Working days left")),
        lambda row: row.standing.days_left,
    ),
    (
        Column("by_repair_a_day", "integer", Text(vi="mỗi ngày", en="a day")),
        lambda row: row.standing.needed.by_repair_a_day if row.standing.needed else None,
    ),
    (
        Column("by_new_a_day", "integer", Text(vi="mỗi ngày", en="a day")),
        lambda row: row.standing.needed.by_new_a_day if row.standing.needed else None,
    ),
)
_OF_OFFICIALS = ("key", "key_name")


def _owner_cell(name: str) -> _Cell:
    """Return how a column of assignments is filled: what several owners of a group have, each once."""

    def cell(row: _Row) -> Value:
        found = [assignment_cells(owner)[name] for owner in row.standing.owners]
        return "; ".join(dict.fromkeys(text for text in found if text)) or None

    return cell


_OWNERS = tuple((Column(name, "text", LABELS[name]), _owner_cell(name)) for name in ASSIGNMENT_COLUMNS)
_COLUMN = {column.name: column for column, _ in _COLUMNS}


def campaign_table(campaign: Campaign, reports: Sequence[CampaignReport]) -> ReportTable:
    """Return one row per report, unit and criterion, as scripts read them; by official where asked for.

    With assignments the owners of each criterion stand in the last columns.
    """
    by_official = any(report.officials is not None for report in reports)
    chosen = [(column, cell) for column, cell in _COLUMNS if by_official or column.name not in _OF_OFFICIALS]
    if any(report.assignments is not None for report in reports) and not by_official:
        chosen += _OWNERS
    rows = [row for report in reports for row in _rows(campaign, report, by_official=by_official)]
    return ReportTable(
        tuple(column for column, _ in chosen), tuple(tuple(cell(row) for _, cell in chosen) for row in rows)
    )


def _rows(campaign: Campaign, report: CampaignReport, *, by_official: bool) -> Iterator[_Row]:
    entries: Sequence[UnitStanding | OfficialStanding] = report.units
    if by_official:
        entries = report.officials or ()
    for entry in entries:
        for standing in entry.standings:
            yield _Row(campaign, report, entry.score, standing)


def unit_table(standings: Sequence[Standing], language: Language) -> ReportTable:
    """Return the criteria of one unit as people read them."""
    columns = (
        Column("index_name", "text", _CRITERION),
        Column("counts", "integer", Text(vi="Tử/mẫu", en="Counts"), shown_from=_WIDE),
        *(_COLUMN[name] for name in ("baseline", "value", "line", "target", "state")),
        *(_COLUMN[name] for name in ("by_repair", "by_repair_a_day", "by_new", "by_new_a_day")),
    )
    return ReportTable(columns, tuple(_unit_row(standing, language) for standing in standings))


def _unit_row(standing: Standing, language: Language) -> tuple[Value, ...]:
    course, needed = standing.course, standing.needed
    lacking = needed if needed is not None and standing.state != "met" else None
    return (
        standing.criterion.name.in_language(language),
        counts_text(standing, language),
        value_text(standing.baseline, standing, language),
        value_text(standing.measured.value, standing, language),
        value_text(course.line if course else None, standing, language),
        value_text(course.target if course else None, standing, language),
        state_text(standing).in_language(language),
        *(
            (lacking.by_repair, lacking.by_repair_a_day, lacking.by_new, lacking.by_new_a_day)
            if lacking is not None
            else (None, None, None, None)
        ),
    )


def officials_table(officials: Sequence[OfficialStanding], language: Language) -> ReportTable:
    """Return officials, criterion by criterion, as people read them."""
    columns = (
        Column("unit_code", "text", LABELS["unit_code"]),
        Column("key", "text", SPLIT_LABELS["officer"]),
        Column("key_name", "text", LABELS["key_name"]),
        Column("index_name", "text", _CRITERION),
        Column("counts", "integer", Text(vi="Tử/mẫu", en="Counts")),
        *(_COLUMN[name] for name in ("value", "target", "state")),
    )
    return ReportTable(
        columns,
        tuple(
            (
                official.score.unit.code,
                official.score.key or "–",
                official.score.key_name,
                standing.criterion.name.in_language(language),
                counts_text(standing, language),
                value_text(standing.measured.value, standing, language),
                value_text(standing.course.target if standing.course else None, standing, language),
                state_text(standing).in_language(language),
            )
            for official in officials
            for standing in official.standings
        ),
    )


def counts_text(standing: Standing, language: Language) -> str | None:
    """Return numerator and denominator beside each other, None where there are none."""
    numerator, denominator = standing.measured.numerator, standing.measured.denominator
    if denominator is None:
        return None
    # What few citizens said is not told, but how many they are.
    above = "–" if numerator is None else number_text(numerator, language)
    return f"{above}/{number_text(denominator, language)}"


def value_text(value: Fraction | None, standing: Standing, language: Language) -> str | None:
    """Return a value with its unit, None where there is none."""
    shown = shown_value(value, standing)
    if shown is None:
        return None
    word = VALUE_UNITS[value_unit(standing.measure)].in_language(language)
    blank = "" if word in ("", "%") else "\u00a0"
    return f"{number_text(shown, language)}{blank}{word}"


def state_text(standing: Standing) -> Text:
    """Return how a criterion stands in words; without a value why there is none."""
    if standing.state == "no_data":
        why = OUTCOMES[standing.measured.outcome]
        return why if standing.measured.value is None else STATES["no_data"]
    return STATES[standing.state]
