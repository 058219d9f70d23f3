"""``chiso explain``: why a unit has its points."""

from __future__ import annotations

import io
from typing import Any

import click

from chiso.cli.commands import main
from chiso.cli.options import assignment_options, earlier_option, output_options, path_option, period_options
from chiso.cli.output import (
    chosen,
    form_of,
    gates,
    page_width,
    request_of,
    watching,
    write_parts_to,
    write_table,
    write_text,
)
from chiso.cli.shell import say


@main.command(
    help=say(
        "Giải thích điểm của một đơn vị: mất ở đâu, tính thế nào, do hồ sơ nào.",
        "Explain a unit's points: where they are lost, how they come about, by which records.",
    )
)
@period_options
@click.option("--unit", required=True, metavar="UNIT", help=say("Mã đơn vị", "Code of the unit"))
@click.option(
    "--index",
    multiple=True,
    metavar="CODE",
    help=say(
        "Chỉ số hoặc nhóm, theo mã hay bí danh (dùng nhiều lần được)",
        "Index or group, by code or alias (may be repeated)",
    ),
)
@click.option(
    "--by",
    metavar="WHAT",
    help=say("Chia theo officer, field, procedure, channel", "Split by officer, field, procedure, channel"),
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help=say("Liệt kê nhiều nhất N bản ghi mỗi chỉ số", "List at most N records of each index"),
)
@assignment_options
@earlier_option
@path_option(
    "--cases",
    vi="Ghi mọi bản ghi của các chỉ số ra CSV: trạng thái, lý do",
    en="Write every record behind the indices as CSV: state, reason",
)
@output_options("table", "csv", "json")
def explain(**options: Any) -> None:
    """Explain a unit."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.case_files import case_lines
    from chiso.reporting.console import print_notes
    from chiso.reporting.explain_json import explanation_json
    from chiso.reporting.explain_tables import key_table, loss_table
    from chiso.reporting.explain_text import print_explanation
    from chiso.reporting.notes import notes, quarantine_lines

    request = request_of(options, run.ExplainRequest)
    language = chosen(options)
    with watching(language) as progress:
        explanation = run.explain(request, today_in_vietnam(), progress, gates(options, language))
    inputs = [file.path for file in explanation.board.provenance.files]
    if options["cases"] is not None:
        write_parts_to(options["cases"], case_lines(explanation.listed, language), inputs)
    form, limit = form_of(options), options["limit"]
    # A page on one index tells its own data; what holds for the whole run stands under the overview.
    lines = notes(explanation.board, language) if not explanation.indices else []
    table = loss_table(explanation, language) if request.by is None else key_table(explanation, language)
    if form != "table":
        write_table(
            table,
            options,
            language,
            lines=lines,
            aside=quarantine_lines(explanation.board, language),
            inputs=inputs,
            as_json=lambda: explanation_json(explanation, language, limit),
        )
        return
    page = io.StringIO()
    width = page_width(options["output"])
    print_explanation(explanation, page, language, width=width, limit=limit)
    print_notes(lines, page, width=width)
    write_text(page.getvalue(), options["output"], inputs)
    for line in quarantine_lines(explanation.board, language):
        click.echo(line, err=True)
