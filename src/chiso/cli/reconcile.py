"""``chiso reconcile``: options in, exit code out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chiso.cli.commands import main
from chiso.cli.options import output_options, path_option, period_options, units_options
from chiso.cli.output import chosen, gates, request_of, watching, write_table
from chiso.cli.shell import say
from chiso.errors import Text

_SHEET = Text(vi="Đối chiếu", en="Reconciliation")


@main.command(
    help=say(
        "Đối chiếu điểm với số của Cổng, mỗi chênh lệch tách theo nguyên nhân.",
        "Lay the portal's figures beside ours, each difference split by cause.",
    )
)
@period_options
@click.option(
    "--portal",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=say("Số của Cổng, dạng như tệp reported", "The portal's figures, in the form of reported"),
)
@path_option(
    "--portal-records",
    vi="Danh sách hồ sơ của Cổng (case_id, unit_code)",
    en="The portal's own list of cases (case_id, unit_code)",
    multiple=True,
)
@units_options
@click.option(
    "--detail",
    type=click.Choice(["index", "total"]),
    default="index",
    help=say("Từng chỉ số hay tổng của đơn vị", "Every index, or totals of units"),
)
@output_options("table", "csv", "json", "xlsx")
def reconcile(**options: Any) -> None:
    """Reconcile with the portal."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.reconcile_json import reconciliation_json
    from chiso.reporting.reconcile_tables import (
        differences_for_people,
        differences_table,
        quarantined_lines,
        reconciliation_notes,
        totals_for_people,
        totals_table,
    )

    request = request_of(options, run.ReconcileRequest)
    language = chosen(options)
    with watching(language) as progress:
        found = run.reconcile_with_portal(request, today_in_vietnam(), progress, gates(options, language))
    by_index = options["detail"] == "index"
    table = differences_table(found) if by_index else totals_table(found)
    write_table(
        table,
        options,
        language,
        lines=reconciliation_notes(found, language),
        aside=quarantined_lines(found, language),
        inputs=[
            *(file.path for file in found.board.provenance.files),
            *map(str, (request.portal, *request.portal_records)),
        ],
        as_json=lambda: reconciliation_json(found, language),
        shown=(differences_for_people if by_index else totals_for_people)(found, language),
        sheet=_SHEET,
    )
