"""``chiso whatif``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import output_options, path_option, period_options, units_options
from chiso.cli.output import chosen, form_of, gates, request_of, watching, write_table
from chiso.cli.shell import say
from chiso.errors import Text

if TYPE_CHECKING:
    from chiso.reporting.tables import Detail

_SHEET = Text(vi="Trước và sau", en="Before and after")


@main.command(
    help=say(
        "Nếu đổi mục tiêu, điểm, công thức hoặc bỏ bớt hồ sơ thì điểm và hạng ra sao.",
        "What points and ranks would be with other targets, points or formulas, or without some cases.",
    )
)
@period_options
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="ADDRESS=VALUE",
    help=say(
        "Đổi một giá trị của bộ chỉ số, ví dụ MÃ.full_points_at=80% (dùng nhiều lần được)",
        "Change a value of the catalogue, for instance CODE.full_points_at=80% (may be repeated)",
    ),
)
@path_option(
    "--overlay",
    "overlays",
    vi="Tệp YAML chỉ ghi những gì đổi trong bộ chỉ số (dùng nhiều lần được)",
    en="YAML file of what changes in the catalogue (may be repeated)",
    multiple=True,
)
@path_option(
    "--drop-cases",
    vi="Bảng có cột mã hồ sơ: bỏ các hồ sơ này (dùng nhiều lần được)",
    en="Table with a column of case numbers: leave these cases out (may be repeated)",
    multiple=True,
)
@click.option(
    "--detail",
    type=click.Choice(["total", "index"]),
    default="total",
    help=say("Tổng hay từng chỉ số", "Totals or every index"),
)
@units_options
@output_options("table", "csv", "json", "xlsx")
def whatif(**options: Any) -> None:
    """Show scores before and after a change."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.catalogue.load import shipped_catalogue
    from chiso.reporting.notes import quarantine_lines
    from chiso.reporting.whatif_json import whatif_json
    from chiso.reporting.whatif_notes import whatif_notes
    from chiso.reporting.whatif_tables import whatif_shown, whatif_table

    request = request_of(options, run.WhatifRequest)
    language = chosen(options)
    # The quarantine is written once, of the records as the catalogue in force reads them.
    again = gates({**options, "quarantine": None}, language)
    with watching(language) as progress:
        result = run.whatif(request, today_in_vietnam(), progress, gates(options, language), again)
    detail: Detail = options["detail"]
    lines = whatif_notes(result, language, only_changed=detail == "index" and form_of(options) == "table")
    read = [file.path for file in result.before.provenance.files]
    catalogue = request.catalogue or shipped_catalogue()
    write_table(
        whatif_table(result, detail, language),
        options,
        language,
        lines=lines,
        aside=quarantine_lines(result.before, language),
        inputs=[*read, *map(str, (catalogue, *request.overlays, *request.drop_cases))],
        as_json=lambda: whatif_json(result, lines, language),
        shown=whatif_shown(result, detail, language),
        sheet=_SHEET,
    )
