"""``chiso chart``: pictures of a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import path_option
from chiso.cli.output import chosen, write_file
from chiso.cli.reports import report_of, report_options
from chiso.cli.shell import say, usage

if TYPE_CHECKING:
    from chiso.errors import Language
    from chiso.reporting.charts.look import Picture
    from chiso.scoring.report import Report

_FORMS = {".svg": "svg", ".png": "png", ".json": "json"}
# Beyond this a picture is no longer read, and no screen or page holds it.
_MOST_UNITS = 200


@main.group(
    help=say(
        "Vẽ biểu đồ thành tệp SVG, PNG: xếp hạng, một đơn vị, diễn biến, bản đồ nhiệt.",
        "Draw charts as SVG or PNG: a ranking, one unit, its course, a heat map.",
    )
)
def chart() -> None:
    """Draw charts."""


_output = path_option(
    "-o",
    "--output",
    vi="Ghi ra tệp .svg, .png hoặc .json (Vega-Lite)",
    en="Write to .svg, .png or .json (Vega-Lite)",
    required=True,
)


def _top(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--top",
        type=click.IntRange(min=1, max=_MOST_UNITS),
        default=40,
        show_default=True,
        metavar="N",
        help=say("Vẽ N đơn vị đầu bảng xếp hạng", "Draw the first N units of the ranking"),
    )(command)


@chart.command(
    help=say(
        "Xếp hạng một cấp: tổng điểm, chồng theo nhóm, có ngưỡng xếp loại.",
        "The ranking of one level: totals stacked by group, the limits of the bands marked.",
    )
)
@report_options
@_output
@_top
def rank(**options: Any) -> None:
    """Draw a ranking."""
    from chiso.reporting.charts.rank import rank_chart

    _draw(options, lambda report, language: rank_chart(report, options["top"], language))


@chart.command(
    help=say(
        "Một đơn vị: nhóm và chỉ số so với điểm tối đa, mất bao nhiêu.",
        "One unit: groups and indices against their maximum, and what was lost.",
    )
)
@report_options
@_output
def unit(**options: Any) -> None:
    """Draw one unit."""
    from chiso.reporting.charts.unit import unit_chart

    _draw(options, unit_chart)


@chart.command(
    help=say(
        "Diễn biến của một đơn vị qua các kỳ (--periods hoặc --history).",
        "The course of one unit over periods (--periods or --history).",
    )
)
@report_options
@_output
def trend(**options: Any) -> None:
    """Draw a course."""
    from chiso.reporting.charts.trend import trend_chart

    _draw(options, trend_chart)


@chart.command(
    help=say(
        "Bản đồ nhiệt đơn vị × chỉ số: điểm, tô theo tỷ lệ so với điểm tối đa.",
        "Units × indices: points, shaded by their share of the maximum.",
    )
)
@report_options
@_output
@_top
def heatmap(**options: Any) -> None:
    """Draw units beside indices."""
    from chiso.reporting.charts.heatmap import heatmap_chart

    _draw(options, lambda report, language: heatmap_chart(report, options["top"], language))


def _draw(options: dict[str, Any], drawn: Callable[[Report, Language], Picture]) -> None:
    """Draw a report into the file asked for; its notes go to stderr."""
    output: Path = options["output"]
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        listed = ", ".join(_FORMS)
        raise usage(
            f"không vẽ được tệp đuôi “{output.suffix}”; được phép: {listed}",
            f"no picture goes with “{output.suffix}”; allowed: {listed}",
        )
    from chiso.reporting.charts.picture import picture_bytes
    from chiso.reporting.trace import report_notes, trace

    language = chosen(options)
    report = report_of(options)
    lines = report_notes(report, language)
    told = [*(f"{label}: {value}" for label, value in trace(report, language)), *lines]
    content = picture_bytes(drawn(report, language), form, language, told)
    write_file(content, output, [file.path for file in report.board.provenance.files])
    for line in lines:
        click.echo(line, err=True)
