"""One unit's course: its total and each group, period by period; a period without figures stays a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chiso.errors import CannotScoreError, Language, Problem, Text
from chiso.reporting.charts.look import FAINT, INK, PAPER, Picture, framed, inline
from chiso.reporting.charts.unit import the_unit
from chiso.reporting.tables import LABELS, number_text
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import UnitScore
from chiso.terms.period import FOLLOWED, Judgement, Period, next_period

if TYPE_CHECKING:
    from chiso.reporting.charts.look import Panel

_WIDTH = 760
_TOTAL_HEIGHT, _GROUP_HEIGHT = 190, 84
# Room above the highest point for its number.
_ABOVE = 1.22


@dataclass(frozen=True)
class _Point:
    """What a unit had in one period; ``total`` is None where the period has no figures of it."""

    label: str
    provisional: bool
    edition: str | None
    total: Decimal | None
    maximum: Decimal | None
    groups: Mapping[str, Decimal | None]


def trend_chart(report: Report, language: Language) -> Picture:
    """Return the course of the one unit of the report.

    Raises UsageError where the report is of several units, CannotScoreError where it has no earlier period.
    """
    unit = the_unit(report)
    points = _course(report, unit)
    if sum(point.total is not None for point in points) < 2:
        raise CannotScoreError(
            Problem(
                Text(
                    vi=f"Không có gì để vẽ: {unit.unit.code} không có kỳ nào trước kỳ báo cáo",
                    en=f"Nothing to draw: {unit.unit.code} has no period before the one reported",
                ),
                hint=Text(
                    vi="Cho nhiều kỳ bằng --periods 2026-01..2026-08, hoặc --history TỆP",
                    en="Give several periods by --periods 2026-01..2026-08, or --history FILE",
                ),
            )
        )
    maximum = max(point.maximum for point in points if point.maximum is not None)
    panels = [
        _panel(
            [_row(point, point.total, point.maximum, language) for point in points],
            Text(vi="Tổng điểm", en="Total").in_language(language),
            maximum,
            _TOTAL_HEIGHT,
            language,
        )
    ]
    maxima = {group.group: group.max_points for group in unit.groups}
    for rule in report.board.groups:
        rows = [_row(point, point.groups.get(rule.code), None, language) for point in points]
        highest = [row["points"] for row in rows if row["points"] is not None]
        name = rule.name.vi if language == "vi" else rule.name.en
        title = f"{name} ({LABELS['max_points'].in_language(language).lower()} " + (
            f"{number_text(maxima[rule.code], language)})"
        )
        panels.append(
            _panel(rows, title, max([maxima[rule.code], *map(Decimal, highest)]), _GROUP_HEIGHT, language)
        )
    return framed(
        report,
        panels,
        title=Text(
            vi=f"Diễn biến: {unit.unit.name} ({unit.unit.code})",
            en=f"Course: {unit.unit.name} ({unit.unit.code})",
        ).in_language(language),
        description=_told(points, language),
        remarks=_remarks(points),
        width=_WIDTH + 40,
        left=30,
        language=language,
    )


def _course(report: Report, unit: UnitScore) -> list[_Point]:
    """Return every period from the first to the one reported, those without figures among them."""
    board = report.board
    known = {
        past.judgement.period.label: (past.judgement, past.edition, past.totals.get(unit.unit.code))
        for past in report.course
    }
    periods = _without_gaps([*(past.judgement.period for past in report.course), board.judgement.period])
    points = []
    for period in periods[:-1]:
        judgement, edition, total = known.get(period.label, (None, None, None))
        provisional = judgement is not None and judgement.provisional
        if total is None:
            points.append(_Point(period.label, provisional, edition, None, None, {}))
        else:
            points.append(
                _Point(period.label, provisional, edition, total.total, total.max_points, total.groups)
            )
    groups = {group.group: group.points for group in unit.groups}
    points.append(_now(board.judgement, board.rules.edition, unit, groups))
    return points


def _now(judgement: Judgement, edition: str, unit: UnitScore, groups: Mapping[str, Decimal | None]) -> _Point:
    return _Point(judgement.period.label, judgement.provisional, edition, unit.total, unit.max_points, groups)


def _without_gaps(periods: Sequence[Period]) -> list[Period]:
    """Return the periods with those between them that have no figures at all."""
    if periods[0].kind not in FOLLOWED:
        return list(periods)
    found = [periods[0]]
    while found[-1].last_day < periods[-1].last_day:
        found.append(next_period(found[-1]))
    return found


def _row(
    point: _Point, points: Decimal | None, maximum: Decimal | None, language: Language
) -> dict[str, Any]:
    return {
        "period": point.label,
        "points": None if points is None else float(points),
        "maximum": None if maximum is None else float(maximum),
        "text": "" if points is None else number_text(points, language),
        "fill": PAPER if point.provisional else INK,
    }


def _panel(
    rows: list[dict[str, Any]], title: str, maximum: Decimal, height: int, language: Language
) -> Panel:
    import altair as alt

    labels = [row["period"] for row in rows]
    x = alt.X(
        "period:N", sort=labels, title=None, scale=alt.Scale(domain=labels), axis=alt.Axis(labelAngle=0)
    )
    scale = alt.Scale(domain=[0, float(maximum) * _ABOVE], nice=False)
    axis = alt.Axis(values=[0, float(maximum)], format="~f", grid=True)
    y = alt.Y("points:Q", scale=scale, axis=axis, title=None)
    data = inline(rows)
    base = alt.Chart(data).encode(x=x, y=y)
    # Where a period has no figures the line is broken.
    line = base.mark_line(color=INK, strokeWidth=2, invalid="break-paths-show-domains")
    there = alt.Chart(inline([row for row in rows if row["points"] is not None])).encode(x=x, y=y)
    marks = there.mark_point(size=64, stroke=INK, strokeWidth=2, opacity=1, filled=True).encode(
        fill=alt.Fill("fill:N", scale=None)
    )
    numbers = there.mark_text(dy=-12, fontSize=10, color=INK).encode(text="text:N")
    limits = (
        alt.Chart(inline([row for row in rows if row["maximum"] is not None]))
        .mark_tick(color=FAINT, thickness=2, width=26)
        .encode(x=x, y=alt.Y("maximum:Q", scale=scale, axis=axis, title=None))
    )
    return alt.layer(limits, line, marks, numbers).properties(
        width=_WIDTH,
        height=height,
        title=alt.Title(title, anchor="start", fontSize=12, offset=6),
    )


def _remarks(points: Sequence[_Point]) -> list[Text]:
    told = [
        Text(
            vi="Vạch ngang là điểm tối đa của kỳ; chỗ đứt là kỳ không có số liệu",
            en="Short lines are the maximum of the period; where the line is broken there are no figures",
        )
    ]
    provisional = ", ".join(point.label for point in points if point.provisional)
    if provisional:
        told.append(
            Text(
                vi=f"Điểm rỗng là tạm tính: {provisional}", en=f"Hollow points are provisional: {provisional}"
            )
        )
    editions = [point.edition for point in points if point.edition is not None]
    changed = [
        f"{point.label}: {point.edition}"
        for before, point in zip(
            [None, *editions], [point for point in points if point.edition is not None], strict=False
        )
        if before != point.edition
    ]
    if len(changed) > 1:
        listed = ", ".join(changed)
        told.append(Text(vi=f"Phiên bản của bộ chỉ số đổi, từ kỳ: {listed}", en=f"Editions, from: {listed}"))
    maxima = {point.maximum for point in points if point.maximum is not None}
    if len(maxima) > 1:
        told.append(
            Text(
                vi="Điểm tối đa của các kỳ khác nhau: tổng điểm không so thẳng được",
                en="Maximum points differ between periods: totals cannot be compared as they are",
            )
        )
    return told


def _told(points: Sequence[_Point], language: Language) -> str:
    none = Text(vi="không có số liệu", en="no figures").in_language(language)
    return "; ".join(
        f"{point.label}: {none if point.total is None else number_text(point.total, language)}"
        for point in points
    )
