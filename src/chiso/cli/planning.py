"""``chiso plan``: the least work that reaches an aim."""

from __future__ import annotations

import io
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import output_options, path_option, peer_groups_option, period_options
from chiso.cli.output import (
    chosen,
    form_of,
    gates,
    page_width,
    request_of,
    watching,
    write_table,
    write_text,
)
from chiso.cli.shell import LANGUAGE, say, usage

if TYPE_CHECKING:
    from chiso.errors import Language
    from chiso.run import Planned

    _PointsParameter = click.ParamType[Decimal]
else:
    _PointsParameter = click.ParamType
_RECORDS_NAMED = 20


_HUNDREDTH = Decimal("0.01")


class Points(_PointsParameter):
    """Points given as 75 or 75.5, with a point or a comma."""

    name = "điểm" if LANGUAGE == "vi" else "points"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the points; raises UsageError for anything else."""
        if isinstance(value, Decimal):
            return value
        try:
            points = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            points = Decimal("NaN")
        # Points have two decimals, so an aim between two of them is none.
        if not points.is_finite() or points != points.quantize(_HUNDREDTH):
            raise usage(
                f"--to: “{value}” không phải số điểm như 75 hay 75.5, nhiều nhất hai số lẻ",
                f"--to: “{value}” is no number of points like 75 or 75.5, of two decimals at most",
            )
        return points


@main.command(
    help=say(
        "Việc ít công sức nhất để đạt số điểm, mức hoặc hạng.",
        "The least work that reaches points, a band or a rank.",
    )
)
@period_options
@click.option(
    "--unit",
    required=True,
    metavar="UNIT",
    help=say("Đơn vị cần kế hoạch (tính cả đơn vị bên dưới)", "The unit to plan for, units below included"),
)
@click.option("--to", type=Points(), metavar="POINTS", help=say("Tổng điểm cần đạt", "Total to reach"))
@click.option(
    "--band",
    metavar="NAME",
    help=say("Mức xếp loại cần đạt, ví dụ Khá", "Band to reach, for instance Fair"),
)
@click.option(
    "--rank",
    type=click.IntRange(min=1),
    metavar="N",
    help=say("Hạng cần đạt, các đơn vị khác giữ nguyên", "Rank to reach while the others stand still"),
)
@peer_groups_option
@path_option("--efforts", vi="Công sức mỗi loại việc (YAML)", en="Effort of each kind of repair (YAML)")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_RECORDS_NAMED,
    show_default=True,
    metavar="N",
    help=say("Số bản ghi nêu tên mỗi loại việc", "Records named for each kind of repair"),
)
@path_option("--cases", vi="Ghi mọi việc ra tệp CSV", en="Write every action to a CSV file")
@output_options("table", "csv", "json")
def plan(**options: Any) -> None:
    """Plan the least work."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.files import csv_text
    from chiso.reporting.notes import notes, quarantine_lines
    from chiso.reporting.plan_data import actions_table, plan_json

    request = request_of(options, run.PlanRequest)
    language = chosen(options)
    with watching(language) as progress:
        planned = run.plan(request, today_in_vietnam(), progress, gates(options, language))
    table = actions_table(planned.plan)
    lines = notes(planned.board, language)
    aside = quarantine_lines(planned.board, language)
    inputs = [file.path for file in planned.board.provenance.files]
    cases: Path | None = options["cases"]
    if cases is not None:
        write_text(csv_text(table, for_excel=options["excel"]), cases, inputs)
    if form_of(options) == "table":
        write_text(_page(planned, lines, options, language), options["output"], inputs)
        for line in aside:
            click.echo(line, err=True)
        return
    write_table(
        table,
        options,
        language,
        lines=[*_told(planned, language), *lines],
        aside=aside,
        inputs=inputs,
        as_json=lambda: plan_json(planned.plan, planned.board, lines, language),
    )


def _page(planned: Planned, lines: list[str], options: dict[str, Any], language: Language) -> str:
    """Return the plan as a page, the notes below it."""
    from chiso.reporting.console import print_notes
    from chiso.reporting.plan_text import asides, print_plan

    stream = io.StringIO()
    width = page_width(options["output"])
    print_plan(planned.plan, planned.board.rules, stream, language, width, options["limit"])
    told = [text.in_language(language) for text in asides(planned.plan)]
    print_notes([*told, *lines], stream, width=width)
    return stream.getvalue()


def _told(planned: Planned, language: Language) -> list[str]:
    """Return the answer in a line or two, for beside the data."""
    from chiso.reporting.plan_text import asides, summary

    return [text.in_language(language) for text in (*summary(planned.plan), *asides(planned.plan))]
