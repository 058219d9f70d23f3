"""``chiso campaign``: how far a campaign has come."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import assignment_options, judging_options, output_options
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
from chiso.cli.shell import say

if TYPE_CHECKING:
    from chiso.errors import Language
    from chiso.run import CampaignResult


@main.command(
    help=say(
        "Chiến dịch có mốc: giá trị so với đường thẳng đến mốc, ai đạt, ai chưa đạt, còn cần bao nhiêu.",
        "A campaign with milestones: values beside the line to them, who met, who missed, what is needed.",
    )
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@judging_options
@click.option(
    "--report",
    metavar="N",
    help=say(
        "Báo cáo thứ N, interim (sơ kết), final (tổng kết) hoặc all",
        "Report number N, interim, final or all",
    ),
)
@click.option(
    "--by",
    type=click.Choice(["officer"]),
    help=say("Thêm từng cán bộ (bằng mã)", "Officials as well, by code"),
)
@click.option(
    "--unit",
    multiple=True,
    metavar="UNIT",
    help=say("Chỉ đơn vị này (dùng nhiều lần được)", "This unit only (may be repeated)"),
)
@assignment_options
@output_options("table", "csv", "json")
def campaign(**options: Any) -> None:
    """Tell how far a campaign has come."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.campaign_json import campaign_json
    from chiso.reporting.campaign_tables import campaign_table
    from chiso.reporting.campaign_text import campaign_notes
    from chiso.reporting.notes import quarantine_lines

    request = request_of(options, run.CampaignRequest, records_needed=False)
    language = chosen(options)
    with watching(language) as progress:
        result = run.campaign(request, today_in_vietnam(), progress, gates(options, language))
    plan, reports = result.campaign, result.reports
    lines = campaign_notes(plan, reports, result.untold, language)
    aside = quarantine_lines(reports[-1].board, language)
    inputs = [str(request.file), *(str(path) for path in plan.inputs.paths())]
    inputs += [file.path for file in reports[-1].board.provenance.files]
    if form_of(options) == "table":
        write_text(_page(result, lines, options, language), options["output"], inputs)
        for line in aside:
            click.echo(line, err=True)
        return
    write_table(
        campaign_table(plan, reports),
        options,
        language,
        lines=lines,
        aside=aside,
        inputs=inputs,
        as_json=lambda: campaign_json(plan, reports, lines, language),
    )


def _page(result: CampaignResult, lines: list[str], options: dict[str, Any], language: Language) -> str:
    """Return the reports as pages, the notes below them."""
    from chiso.reporting.campaign_text import print_campaign
    from chiso.reporting.console import print_notes

    stream = io.StringIO()
    width = page_width(options["output"])
    print_campaign(result.campaign, result.reports, stream, language, width)
    print_notes(lines, stream, width=width)
    return stream.getvalue()
