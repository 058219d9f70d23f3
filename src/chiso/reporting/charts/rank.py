"""The ranking of one level: totals as stacked bars, one shade per group, the limits of the bands marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from chiso.errors import CannotScoreError, Language, Problem, Text
from chiso.reporting.charts.look import INK, Picture, Shade, distinct, framed, inline, side_by_side
from chiso.reporting.tables import LABELS, LEVEL_NAMES, OUTCOMES, league_headings, number_text
from chiso.scoring.rank import Rank
from chiso.scoring.report import Report
from chiso.terms.unit import LEVELS, Level

if TYPE_CHECKING:
    import altair as alt

    from chiso.reporting.charts.look import Panel

_WIDTH = 860
_ROW = 21
_NAME_WIDTH = 230
# The bars leave this share of the width to what is written behind them.
_BEHIND = 1.27
# What a figure needs: a narrower part of a bar has no room for its number.
_FIGURE = 6.4


def rank_chart(report: Report, top: int, language: Language) -> Picture:
    """Return the ranking of the level that has most of the report's units, the first ``top`` of them.

    Raises CannotScoreError where there is nothing to draw.
    """
    ranks = ranks_of_a_level(report)
    level = LEVEL_NAMES[ranks[0].league.level]
    shown = ranks[:top]
    shaded = dict(
        zip((g.code for g in report.board.groups), side_by_side(len(report.board.groups)), strict=True)
    )
    headings = league_headings([rank.league for rank in ranks], hint=False)
    parts = []
    for heading, members in _by_league(shown, headings):
        parts.append(_bars(report, members, heading, shaded, language))
    name = Text(vi=f"Xếp hạng: {level.vi}", en=f"Ranking: {level.en}").in_language(language)
    return framed(
        report,
        parts,
        title=name,
        description=_told(shown, language),
        remarks=[*left_out(len(shown), len(ranks)), _ORDER],
        width=_WIDTH + _NAME_WIDTH,
        left=_NAME_WIDTH,
        language=language,
    )


_ORDER = Text(
    vi="Các phần của thanh theo thứ tự của chú giải; vạch đứt là ngưỡng xếp loại",
    en="Parts of a bar stand in the order of the key; broken lines are the limits of the bands",
)


def ranks_of_a_level(report: Report) -> list[Rank]:
    """Return the places of the report's units of the level that has most of them, the best first.

    Units that can earn nothing are left out. Raises CannotScoreError where no unit can earn anything.
    """
    chosen = {unit.unit.code for unit in report.board.units}
    ranks = [rank for rank in report.ranks if rank.score.unit.code in chosen and rank.league.max_points]
    if not ranks:
        raise nothing_to_earn()
    counted: Counter[Level] = Counter(rank.league.level for rank in ranks)
    level = max(counted, key=lambda level: (counted[level], -LEVELS.index(level)))
    return [rank for rank in ranks if rank.league.level == level]


def nothing_to_earn() -> CannotScoreError:
    """Return the error of units that no index gives points."""
    return CannotScoreError(
        Problem(
            Text(
                vi="Không có gì để vẽ: không đơn vị nào có điểm",
                en="Nothing to draw: no unit can earn a point",
            ),
            hint=Text(
                vi="Xem --unit, --level, --parent, --with-records, và chiso score cùng tùy chọn",
                en="See --unit, --level, --parent, --with-records, and chiso score with the same options",
            ),
        )
    )


def left_out(shown: int, units: int) -> list[Text]:
    """Return the remark that units are not shown, or none."""
    if shown == units:
        return []
    rest = units - shown
    return [
        Text(
            vi=f"Vẽ {number_text(shown, 'vi')} đơn vị đầu; còn {number_text(rest, 'vi')} đơn vị không vẽ",
            en=f"The first {number_text(shown, 'en')} units; {number_text(rest, 'en')} more are not drawn",
        )
    ]


def _by_league(ranks: Sequence[Rank], headings: dict[int, Text]) -> list[tuple[Text | None, list[Rank]]]:
    parts: list[tuple[Text | None, list[Rank]]] = []
    first = 0
    for _, found in groupby(ranks, key=lambda rank: rank.league):
        members = list(found)
        parts.append((headings.get(first), members))
        first += len(members)
    return parts


def _bars(
    report: Report,
    ranks: Sequence[Rank],
    heading: Text | None,
    shaded: dict[str, Shade],
    language: Language,
) -> Panel:
    import altair as alt

    maximum = ranks[0].league.max_points
    end = float(maximum) * _BEHIND
    labels = distinct([(f"{rank.place}. {rank.score.unit.name}", rank.score.unit.code) for rank in ranks])
    full = {group.code: group.name for group in report.board.groups}
    names = {code: name.vi if language == "vi" else name.en for code, name in full.items()}
    banded = any(rank.score.band is not None for rank in ranks)
    limits = [band.from_ for band in report.board.rules.bands if 0 < band.from_ < maximum] if banded else []
    x = alt.Scale(domain=[0, end], nice=False)
    y = alt.Y(
        "unit:N",
        sort=labels,
        title=None,
        axis=alt.Axis(labelLimit=_NAME_WIDTH, ticks=False, domain=False, minExtent=_NAME_WIDTH),
    )
    ticks = [0, *(float(limit) for limit in sorted(limits)), float(maximum)]
    axis = alt.Axis(values=ticks, format="~f", grid=False, labelOverlap=True)
    title = LABELS["points"].in_language(language)
    rows = [row for label, rank in zip(labels, ranks, strict=True) for row in _parts(label, rank)]
    for row in rows:
        row["ink"] = shaded[row["group"]].ink
        row["text"] = _number(row, end, language)
        row["group"] = names[row["group"]]
    base = alt.Chart(inline(rows)).encode(y=y)
    bars = base.mark_bar(stroke=INK, strokeWidth=0.7, height=alt.RelativeBandSize(band=0.78)).encode(
        x=alt.X("start:Q", scale=x, axis=axis, title=title),
        x2="end:Q",
        color=alt.Color(
            "group:N",
            scale=alt.Scale(domain=list(names.values()), range=[shaded[code].colour for code in names]),
            legend=alt.Legend(
                title=None,
                orient="top",
                columns=3,
                labelLimit=0,
                symbolStrokeColor=INK,
                symbolStrokeWidth=0.7,
                symbolType="square",
            ),
        ),
    )
    numbers = base.mark_text(fontSize=10).encode(
        x=alt.X("middle:Q", scale=x, axis=axis, title=title),
        text="text:N",
        color=alt.Color("ink:N", scale=None),
    )
    totals = (
        alt.Chart(inline([_total(label, rank, language) for label, rank in zip(labels, ranks, strict=True)]))
        .mark_text(align="left", dx=8, fontSize=11, fontWeight="bold", color=INK)
        .encode(y=y, x=alt.X("maximum:Q", scale=x, axis=axis, title=title), text="text:N")
    )
    layers: list[alt.Chart] = []
    if limits:
        lines = alt.Chart(inline([{"limit": float(limit)} for limit in limits]))
        layers.append(
            lines.mark_rule(strokeDash=[4, 3], color=INK).encode(
                x=alt.X("limit:Q", scale=x, axis=axis, title=title)
            )
        )
        layers.append(_band_names(report, maximum, x, language))
    chart = alt.layer(*layers, bars, numbers, totals).properties(width=_WIDTH, height=_ROW * len(ranks))
    if heading is None:
        return chart
    return chart.properties(title=alt.Title(heading.in_language(language), anchor="start", fontSize=12))


def _band_names(report: Report, maximum: Decimal, x: alt.Scale, language: Language) -> alt.Chart:
    """Return the name of every band above the middle of its stretch."""
    import altair as alt

    bands = sorted(report.board.rules.bands, key=lambda band: band.from_)
    ends = [*(band.from_ for band in bands[1:]), maximum]
    rows = [
        {
            "start": float(band.from_),
            "middle": float(band.from_ + end) / 2,
            "name": band.name.vi if language == "vi" else band.name.en,
        }
        for band, end in zip(bands, ends, strict=True)
    ]
    names: alt.Chart = (
        alt.Chart(inline(rows))
        .mark_text(baseline="bottom", fontSize=10, fontStyle="italic", color=INK, dy=-3)
        .encode(x=alt.X("middle:Q", scale=x), y=alt.value(0), text="name:N")
    )
    return names


def _parts(label: str, rank: Rank) -> list[dict[str, Any]]:
    rows = []
    start = Decimal(0)
    for group in rank.score.groups:
        if group.points:
            rows.append(
                {
                    "unit": label,
                    "group": group.group,
                    "points": group.points,
                    "start": float(start),
                    "end": float(start + group.points),
                    "middle": float(start) + float(group.points) / 2,
                }
            )
            start += group.points
    return rows


def _number(row: dict[str, Any], end: float, language: Language) -> str:
    points: Decimal = row.pop("points")
    text = number_text(points, language)
    return text if float(points) * _WIDTH >= len(text) * _FIGURE * end else ""


def _total(label: str, rank: Rank, language: Language) -> dict[str, Any]:
    score = rank.score
    told = [number_text(score.total, language)]
    if score.band is not None:
        told.append(score.band.vi if language == "vi" else score.band.en)
    if score.outcome != "scored":
        told.append(OUTCOMES[score.outcome].in_language(language))
    return {"unit": label, "maximum": float(rank.league.max_points), "text": " · ".join(told)}


def _told(ranks: Sequence[Rank], language: Language) -> str:
    return "; ".join(
        f"{rank.place}. {rank.score.unit.name}: {_total('', rank, language)['text']}" for rank in ranks
    )
