"""Units beside indices: each cell shaded by its share of the maximum, its points written in it."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chiso.errors import Language, Text
from chiso.reporting.charts.look import FAINT, PAPER, Picture, Shade, distinct, framed, inline, shades
from chiso.reporting.charts.rank import left_out, ranks_of_a_level
from chiso.reporting.tables import LEVEL_NAMES, number_text
from chiso.scoring.rank import Rank
from chiso.scoring.report import Report

if TYPE_CHECKING:
    from chiso.reporting.charts.look import Panel

_CELL = 40
_ROW = 19
_NAME_WIDTH = 240
# At every fifth of the maximum a darker shade begins; the darkest are full points.
_STEPS = 5
_SHADES = tuple(reversed(shades(_STEPS + 1)))


def heatmap_chart(report: Report, top: int, language: Language) -> Picture:
    """Return the points of every unit at every index, of the first ``top`` units of one level.

    Raises CannotScoreError where there is nothing to draw.
    """
    ranks = ranks_of_a_level(report)
    shown = ranks[:top]
    level = LEVEL_NAMES[ranks[0].league.level]
    chart = _cells(report, shown, language)
    columns = sum(index.scored for index in report.board.rules.indices)
    return framed(
        report,
        [_key(language), chart],
        title=Text(vi=f"Điểm từng chỉ số: {level.vi}", en=f"Points by index: {level.en}").in_language(
            language
        ),
        description=_told(shown, language),
        remarks=[*left_out(len(shown), len(ranks)), _READING],
        width=max(columns * _CELL, 480) + _NAME_WIDTH,
        left=_NAME_WIDTH,
        language=language,
    )


_READING = Text(
    vi="Số trong ô là điểm; “–” là không có điểm để tính. Đơn vị xếp theo hạng, chỉ số theo bộ chỉ số.",
    en="Numbers are points; “–” is nothing to be earned. Units by rank, indices as in the catalogue.",
)


def _cells(report: Report, ranks: list[Rank], language: Language) -> Panel:
    import altair as alt

    labels = distinct([(f"{rank.place}. {rank.score.unit.name}", rank.score.unit.code) for rank in ranks])
    codes = [index.code for index in report.board.rules.indices if index.scored]
    rows = [
        row for label, rank in zip(labels, ranks, strict=True) for row in _row(label, rank, codes, language)
    ]
    x = alt.X(
        "index:N",
        sort=codes,
        title=None,
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelFontWeight="bold"),
    )
    y = alt.Y(
        "unit:N",
        sort=labels,
        title=None,
        axis=alt.Axis(labelLimit=_NAME_WIDTH, minExtent=_NAME_WIDTH, ticks=False, domain=False),
    )
    base = alt.Chart(inline(rows)).encode(x=x, y=y)
    cells = base.mark_rect(stroke=FAINT, strokeWidth=0.5).encode(color=alt.Color("colour:N", scale=None))
    numbers = base.mark_text(fontSize=10).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    return alt.layer(cells, numbers).properties(width=_CELL * len(codes), height=_ROW * len(ranks))


def _row(label: str, rank: Rank, codes: list[str], language: Language) -> list[dict[str, Any]]:
    scores = {score.index: score for score in rank.score.scores}
    reported = {group.group for group in rank.score.groups if group.reported}
    rows = []
    for code in codes:
        score = scores[code]
        # Where a group is reported as a whole, its indices tell nothing of it.
        points = None if score.group in reported else score.points
        own = _shade(points, score.max_points)
        text = "–" if points is None else number_text(points, language)
        colour, ink = (PAPER, FAINT) if own is None else (own.colour, own.ink)
        rows.append({"unit": label, "index": code, "text": text, "colour": colour, "ink": ink})
    return rows


def _shade(points: Decimal | None, maximum: Decimal) -> Shade | None:
    """Return the shade of a cell: by fifths of the maximum, and one for full points; None for no share."""
    if points is None or not maximum:
        return None
    return _SHADES[sum(points * _STEPS >= maximum * step for step in range(1, _STEPS + 1))]


def _key(language: Language) -> Panel:
    """Return what each shade stands for."""
    import altair as alt

    shares = [number_text(100 // _STEPS * step, language) for step in range(_STEPS + 1)]
    texts = [f"{first}–{last}%" for first, last in itertools.pairwise(shares)]
    rows = [
        {"text": text, "colour": own.colour, "ink": own.ink}
        for text, own in zip([*texts, f"{shares[-1]}%"], _SHADES, strict=True)
    ]
    title = Text(vi="Tỷ lệ so với điểm tối đa", en="Share of the maximum").in_language(language)
    x = alt.X("text:N", sort=[row["text"] for row in rows], axis=None)
    base = alt.Chart(inline(rows)).encode(x=x)
    swatches = base.mark_rect(stroke=FAINT, strokeWidth=0.5).encode(color=alt.Color("colour:N", scale=None))
    words = base.mark_text(fontSize=11).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    return alt.layer(swatches, words).properties(
        width=80 * len(rows),
        height=_ROW,
        title=alt.Title(title, anchor="start", fontSize=11, fontWeight="normal", offset=4),
    )


def _told(ranks: list[Rank], language: Language) -> str:
    return "; ".join(
        f"{rank.place}. {rank.score.unit.name}: {number_text(rank.score.total, language)}" for rank in ranks
    )
