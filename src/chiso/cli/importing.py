"""``chiso import``: exports become a store of typed Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.measuring import measuring, profile_option
from chiso.cli.options import common, source_options
from chiso.cli.output import chosen, watching, write_text
from chiso.cli.shell import say, usage

if TYPE_CHECKING:
    from chiso.run import ImportRequest


@main.command(
    "import",
    help=say(
        "Chuyển tệp hồ sơ thành kho Parquet để đọc nhanh; lần sau chỉ đọc tệp mới hoặc đã đổi.",
        "Turn exports into a store of Parquet, quick to read; next time only new or changed files are read.",
    ),
)
@source_options
@click.option(
    "-o",
    "--output",
    "store",
    required=True,
    type=click.Path(path_type=Path),
    metavar="STORE",
    help=say("Thư mục của kho", "Folder of the store"),
)
@click.option(
    "--prune",
    is_flag=True,
    help=say("Bỏ hồ sơ của những tệp không còn nữa", "Take out the records of files that are gone"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=say("Định dạng (mặc định table)", "Format (default table)"),
)
@profile_option
@common
def import_(**options: Any) -> None:
    """Import exports."""
    from chiso import run
    from chiso.reporting.import_report import import_json, import_text

    if not options["records"] and not options["reported"]:
        raise usage(
            "cần RECORDS (tệp hoặc thư mục) hoặc --reported",
            "RECORDS (files or a folder) or --reported is needed",
        )
    language = chosen(options)
    with measuring(options, language), watching(language) as progress:
        imported = run.import_into(_request(options), progress)
    render = import_json if options["form"] == "json" else import_text
    write_text(render(imported, options["store"], language), None, [])


def _request(options: dict[str, Any]) -> ImportRequest:
    from chiso import run

    return run.ImportRequest(
        records=options["records"],
        store=options["store"],
        units=options["units"],
        reported=options["reported"],
        mappings=options["mapping"],
        corrections=options["corrections"],
        prune=options["prune"],
    )
