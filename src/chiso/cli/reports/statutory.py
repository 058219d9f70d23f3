"""``chiso report form``: the statutory forms of the procedure-control report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.options import office_options, output_options, path_option, period_options
from chiso.cli.output import chosen, form_of, gates, request_of, watching, write_file, write_table
from chiso.cli.reports import report
from chiso.cli.shell import say, usage

if TYPE_CHECKING:
    from chiso.errors import Language
    from chiso.scoring.statutory import StatutoryForm

_FORMATS = ("table", "csv", "json", "xlsx", "docx")


@report.command(
    "form",
    help=say(
        "Lập biểu mẫu của báo cáo kiểm soát TTHC: 06a theo đơn vị, 07a theo lĩnh vực.",
        "Fill in a form of the procedure-control report: 06a by unit, 07a by field.",
    ),
)
@click.argument("code", metavar="FORM")
@period_options
@office_options
@path_option("--forms", vi="Tệp biểu mẫu riêng (YAML)", en="A file of forms of your own (YAML)")
@output_options(*_FORMATS)
def form(**options: Any) -> None:
    """Fill in a statutory form."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.notes import quarantine_lines
    from chiso.reporting.statutory_json import statutory_json
    from chiso.reporting.statutory_tables import statutory_notes, statutory_table, statutory_view
    from chiso.reporting.statutory_workbook import statutory_workbook

    options = _with_document(options)
    request = request_of(options, run.StatutoryRequest)
    language = chosen(options)
    with watching(language) as progress:
        filled = run.statutory(request, today_in_vietnam(), progress, gates(options, language))
    lines, aside = statutory_notes(filled, language), quarantine_lines(filled, language)
    inputs = [file.path for file in filled.provenance.files]
    if form_of(options) == "docx":
        _write_document(filled, options["output"], inputs, [*lines, *aside], language)
        return
    write_table(
        statutory_table(filled),
        options,
        language,
        lines=lines,
        aside=aside,
        inputs=inputs,
        as_json=lambda: statutory_json(filled, language),
        as_xlsx=lambda: statutory_workbook(filled, language),
        shown=statutory_view(filled, language),
    )


def _with_document(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with the format of a document where the output's name asks for one."""
    output: Path | None = options["output"]
    if options["form"] is None and output is not None and output.suffix.lower() == ".docx":
        return {**options, "form": "docx"}
    if options["form"] == "docx" and output is None:
        raise usage("docx cần -o TỆP", "docx needs -o FILE")
    return options


def _write_document(
    filled: StatutoryForm, output: Path, inputs: list[str], lines: list[str], language: Language
) -> None:
    from chiso.reporting.statutory_document import statutory_document

    write_file(statutory_document(filled, language), output, inputs)
    for line in lines:
        click.echo(line, err=True)
