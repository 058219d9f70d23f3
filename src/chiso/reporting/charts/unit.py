"""One unit: its groups and indices against their maximum, and what each of them lost."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chiso.catalogue.formula import GroupRule
from chiso.errors import Language, Problem, Text, UsageError
from chiso.reporting.charts.look import FAINT, INK, PAPER, Picture, framed, inline, shade
from chiso.reporting.charts.rank import nothing_to_earn
from chiso.reporting.tables import LABELS, OUTCOMES, number_text, signed_text
from chiso.scoring.report import Report
from chiso.scoring.scoreboard import GroupScore, Score, UnitScore

if TYPE_CHECKING:
    from chiso.reporting.charts.look import Panel

_WIDTH = 470
_NAME_WIDTH = 400
_NAME_LETTERS = 62
_ROW = 29
# What is written behind the bars takes as much room as they do.
_BEHIND = 1.75
_GROUP, _INDEX = shade(28), shade(58)


def unit_chart(report: Report, language: Language) -> Picture:
    """Return what the one unit of the report has earned and lost.

    Raises UsageError where the report is of several units, CannotScoreError where it can earn nothing.
    """
    unit = the_unit(report)
    if not unit.max_points:
        raise nothing_to_earn()
    rows = list(_rows(report, unit, language))
    title = _title(report, unit, language)
    return framed(
        report,
        [_bars(rows, language)],
        title=title,
        description="; ".join(f"{row['name']}: {row['text']}" for row in rows if row["group"]),
        remarks=[
            Text(
                vi="Khung là điểm tối đa, phần tô là điểm đạt được; số âm là điểm mất",
                en="The frame is the maximum, the filled part what was earned; minus is what was lost",
            )
        ],
        width=_WIDTH + _NAME_WIDTH,
        left=_NAME_WIDTH,
        language=language,
    )


def the_unit(report: Report) -> UnitScore:
    """Return the unit that a chart of one unit is about; raises UsageError where there are several."""
    if len(report.board.units) != 1:
        number = len(report.board.units)
        raise UsageError(
            Problem(
                Text(
                    vi=f"Biểu đồ này vẽ một đơn vị; đang có {number_text(number, 'vi')} đơn vị",
                    en=f"This chart shows one unit; there are {number_text(number, 'en')}",
                ),
                hint=Text(vi="Chọn đơn vị bằng --unit MÃ", en="Choose it by --unit CODE"),
            )
        )
    return report.board.units[0]


def _title(report: Report, unit: UnitScore, language: Language) -> str:
    rank = report.rank_of[unit.unit.code]
    total, maximum = (number_text(value, language) for value in (unit.total, unit.max_points))
    units = number_text(rank.league.units, language)
    told = [
        f"{unit.unit.name} ({unit.unit.code})",
        Text(vi=f"{total} / {maximum} điểm", en=f"{total} / {maximum} points").in_language(language),
    ]
    if unit.band is not None:
        told.append(unit.band.vi if language == "vi" else unit.band.en)
    if unit.outcome != "scored":
        told.append(OUTCOMES[unit.outcome].in_language(language))
    place = number_text(rank.place, language)
    told.append(Text(vi=f"hạng {place}/{units}", en=f"rank {place} of {units}").in_language(language))
    return " · ".join(told)


def _rows(report: Report, unit: UnitScore, language: Language) -> Iterator[dict[str, Any]]:
    """Yield a row for each group and, below it, each of its indices that may earn points."""
    lost = {
        (own.loss.group.code, None if own.loss.index is None else own.loss.index.code): own.loss.lost
        for own in report.shortfalls[unit.unit.code]
    }
    scores = {score.index: score for score in unit.scores}
    by_code = {group.group: group for group in unit.groups}
    for rule in report.board.groups:
        group = by_code[rule.code]
        yield _group_row(rule, group, [scores[index.code] for index in rule.indices], language)
        if group.reported:
            continue
        for index in rule.indices:
            score = scores[index.code]
            if index.scored:
                name = index.name.vi if language == "vi" else index.name.en
                yield _row(
                    textwrap.wrap(f"{index.code}  {name}", _NAME_LETTERS),
                    score.points,
                    score.max_points,
                    lost.get((rule.code, index.code)),
                    _outcome(score, language),
                    language,
                )


def _group_row(
    rule: GroupRule, group: GroupScore, scores: Sequence[Score], language: Language
) -> dict[str, Any]:
    name = rule.name.vi if language == "vi" else rule.name.en
    lost = None if group.points is None else group.max_points - group.points
    told = ""
    if group.reported:
        told = OUTCOMES["reported"].in_language(language)
    elif group.points is None:
        # Why there is nothing to earn, where its indices agree; else some of them lack data.
        outcomes = {score.outcome for score in scores}
        told = OUTCOMES[outcomes.pop() if len(outcomes) == 1 else "missing_data"].in_language(language)
    row = _row(textwrap.wrap(name, _NAME_LETTERS), group.points, group.max_points, lost, told, language)
    return {**row, "group": True, "colour": _GROUP.colour}


def _outcome(score: Score, language: Language) -> str:
    return "" if score.outcome == "scored" else OUTCOMES[score.outcome].in_language(language)


def _row(
    name: list[str],
    points: Decimal | None,
    maximum: Decimal,
    lost: Decimal | None,
    outcome: str,
    language: Language,
) -> dict[str, Any]:
    shown = "–" if points is None else number_text(points, language)
    text = f"{shown} / {number_text(maximum, language)}"
    if lost:
        text += f" · {signed_text(-lost, language)}"
    if outcome:
        text += f" · {outcome}"
    return {
        "name": "\n".join(name),
        "points": None if points is None else float(points),
        "maximum": float(maximum),
        "text": text,
        "group": False,
        "colour": _INDEX.colour,
    }


def _bars(rows: list[dict[str, Any]], language: Language) -> Panel:
    import altair as alt

    names = [row["name"] for row in rows]
    groups = json.dumps([row["name"] for row in rows if row["group"]])
    end = max(row["maximum"] for row in rows) or 1.0
    scale = alt.Scale(domain=[0, end * _BEHIND], nice=False)
    ticks = [0, end]
    x = alt.X(
        "maximum:Q",
        scale=scale,
        title=LABELS["points"].in_language(language),
        axis=alt.Axis(values=ticks, format="~f", grid=False, titleAnchor="start"),
    )
    y = alt.Y(
        "name:N",
        sort=names,
        title=None,
        axis=alt.Axis(
            labelExpr="split(datum.label, '\\n')",
            # Two lines stand around the middle of their row.
            labelBaseline=_where("indexof(datum.value, '\\n') > 0", "bottom", "middle"),
            labelFontWeight=_where(f"indexof({groups}, datum.value) >= 0", "bold", "normal"),
            labelLimit=_NAME_WIDTH,
            labelLineHeight=13,
            minExtent=_NAME_WIDTH,
            ticks=False,
            domain=False,
        ),
    )
    base = alt.Chart(inline(rows))
    frame = base.mark_bar(
        fill=PAPER, stroke=FAINT, strokeWidth=1, height=alt.RelativeBandSize(band=0.62)
    ).encode(y=y, x=x)
    earned = base.mark_bar(height=alt.RelativeBandSize(band=0.62), stroke=INK, strokeWidth=0.7).encode(
        y=y, x=alt.X("points:Q", scale=scale), color=alt.Color("colour:N", scale=None)
    )
    texts = base.mark_text(align="left", dx=7, fontSize=11, color=INK).encode(y=y, x=x, text="text:N")
    strong = (
        alt.Chart(inline([row for row in rows if row["group"]]))
        .mark_text(align="left", dx=7, fontSize=11, color=INK, fontWeight="bold")
        .encode(y=y, x=x, text="text:N")
    )
    plain = texts.transform_filter("!datum.group")
    return alt.layer(frame, earned, plain, strong).properties(width=_WIDTH, height=_ROW * len(rows))


def _where(test: str, then: str, otherwise: str) -> Any:
    return {"condition": {"test": test, "value": then}, "value": otherwise}
