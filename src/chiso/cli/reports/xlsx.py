"""``chiso report xlsx``: a workbook that recomputes what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chiso.cli.options import path_option
from chiso.cli.output import chosen, write_file
from chiso.cli.reports import report, report_of, report_options
from chiso.cli.shell import say, usage
from chiso.errors import Text


@report.command(
    "xlsx",
    help=say(
        "Sổ tính: xếp hạng, chi tiết chỉ số có công thức, danh sách quá hạn, biểu đồ.",
        "A workbook: rankings, index detail with live formulas, late lists, charts.",
    ),
)
@report_options
@path_option("-o", "--output", vi="Tệp .xlsx cần ghi", en="The .xlsx file to write", required=True)
def xlsx(**options: Any) -> None:
    """Write the workbook."""
    from chiso.reporting.notes import quarantine_lines
    from chiso.reporting.trace import report_notes
    from chiso.reporting.workbook import report_workbook

    output: Path = options["output"]
    if output.suffix.lower() != ".xlsx":
        raise usage("-o cần tệp .xlsx", "-o needs a file ending in .xlsx")
    found = report_of(options, "late")
    language = chosen(options)
    inputs = [file.path for file in found.board.provenance.files]
    write_file(report_workbook(found, language), output, inputs)
    told = Text(vi=f"Đã ghi {output}", en=f"Wrote {output}").in_language(language)
    for line in (told, *report_notes(found, language), *quarantine_lines(found.board, language)):
        click.echo(line, err=True)
