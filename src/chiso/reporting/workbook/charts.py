"""Native charts of the rankings: totals as columns, points by group stacked; few enough units to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chiso.catalogue.formula import RuleSet
from chiso.errors import Language, Text
from chiso.reporting.tables import LEVEL_NAMES, number_text, plain_value
from chiso.reporting.workbook.ranking import Ranking, group_column

SHEET = Text(vi="Biểu đồ", en="Charts")
_MOST_UNITS = 30
_ROWS_PER_CHART = 18
_SIZE = {"width": 1080, "height": 350}
_FONT = {"name": "Times New Roman", "size": 9}
# From dark to light and back, so that neighbours stay apart in black and white.
_COLORS = ("#1F4E79", "#9DC3E6", "#C55A11", "#F8CBAD", "#375623", "#C5E0B4", "#5B5B5B", "#D9D9D9")


def write_charts(
    workbook: Any, sheet: Any, rules: RuleSet, rankings: Sequence[Ranking], language: Language
) -> None:
    """Write for every level the totals of its first and of its last units, and the first ones' groups."""
    row = 0
    breaks = []
    for ranking in rankings:
        units = len(ranking.ranks)
        first, last = ranking.first_row, ranking.last_row
        pieces = [(first, min(last, first + _MOST_UNITS - 1))]
        if units > _MOST_UNITS:
            pieces.append((max(first, last - _MOST_UNITS + 1), last))
        charts = [_totals(workbook, rules, ranking, *piece, language) for piece in pieces]
        charts.append(_groups(workbook, rules, ranking, *pieces[0], language))
        for chart in charts:
            sheet.insert_chart(row, 0, chart, {"object_position": 2})
            row += _ROWS_PER_CHART
            breaks.append(row)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, max(row - 1, 0), 16)
    # Two charts to a page.
    sheet.set_h_pagebreaks(breaks[1::2])


def _totals(
    workbook: Any, rules: RuleSet, ranking: Ranking, first: int, last: int, language: Language
) -> Any:
    chart = workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": Text(vi="Tổng điểm", en="Total").in_language(language),
            "categories": "=" + ranking.range("unit_name", first=first, last=last),
            "values": "=" + ranking.range("total", first=first, last=last),
            "fill": {"color": _COLORS[0]},
            "gap": 40,
            "data_labels": {
                "value": True,
                "num_format": "0.0",
                "font": {**_FONT, "rotation": -90} if last - first > 15 else _FONT,
            },
        }
    )
    told = Text(vi="Tổng điểm", en="Totals")
    _set_up(chart, told, rules, ranking, first, last, language)
    chart.set_legend({"none": True})
    return chart


def _groups(
    workbook: Any, rules: RuleSet, ranking: Ranking, first: int, last: int, language: Language
) -> Any:
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    for position, group in enumerate(rules.groups):
        chart.add_series(
            {
                "name": str(plain_value(group.short, language)),
                "categories": "=" + ranking.range("unit_name", first=first, last=last),
                "values": "=" + ranking.range(group_column(group), first=first, last=last),
                "fill": {"color": _COLORS[position % len(_COLORS)]},
                "border": {"color": "#FFFFFF", "width": 0.75},
                "gap": 40,
            }
        )
    told = Text(vi="Điểm theo nhóm chỉ số", en="Points by group")
    _set_up(chart, told, rules, ranking, first, last, language)
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def _set_up(
    chart: Any, told: Text, rules: RuleSet, ranking: Ranking, first: int, last: int, language: Language
) -> None:
    level = LEVEL_NAMES[ranking.level]
    title = Text(f"{told.vi}, {level.vi}", f"{told.en}, {level.en}")
    units = len(ranking.ranks)
    if units > _MOST_UNITS:
        rows = [number_text(row - ranking.first_row + 1, language) for row in (first, last)]
        title = Text(
            f"{title.vi} (dòng {rows[0]}–{rows[1]} của bảng xếp hạng)",
            f"{title.en} (rows {rows[0]}–{rows[1]} of the ranking)",
        )
    chart.set_title(
        {"name": title.in_language(language), "name_font": {**_FONT, "size": 13}, "overlay": False}
    )
    rotated = {"rotation": -45} if last - first > 7 else {}
    chart.set_x_axis({"num_font": {**_FONT, **rotated}})
    most = {} if rules.total is None else {"max": float(rules.total)}
    axis = {
        "min": 0,
        "num_font": _FONT,
        "num_format": "0",
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
    }
    chart.set_y_axis({**axis, **most})
    chart.set_size(_SIZE)
    chart.set_chartarea({"border": {"none": True}})
