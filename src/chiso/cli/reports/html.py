"""``chiso report html``: results as a web site that needs no network, or as one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.options import path_option
from chiso.cli.output import chosen, refuse_folder_of_inputs, write_file
from chiso.cli.reports import report, report_of, report_options
from chiso.cli.shell import say, usage
from chiso.errors import Text

if TYPE_CHECKING:
    from chiso.run import Part


@report.command(
    "html",
    help=say(
        "Ghi trang web tĩnh vào thư mục (tiếng Việt và tiếng Anh, không cần mạng), hoặc một trang.",
        "Write a static web site into a folder (Vietnamese and English, no network), or one page.",
    ),
)
@report_options
@path_option(
    "-o",
    "--output",
    vi="Thư mục của trang web, hoặc tệp .html với --single-file",
    en="Folder of the site, or an .html file with --single-file",
)
@click.option(
    "--single-file",
    is_flag=True,
    help=say(
        "Một tệp duy nhất: trang của --unit, nếu không thì trang tổng quan",
        "One file only: the page of --unit, else the overview",
    ),
)
def html(**options: Any) -> None:
    """Write a site, or one page."""
    output: Path | None = options["output"]
    single: bool = options["single_file"]
    _check(output, single, options["unit"])
    assert output is not None  # it was checked
    parts: tuple[Part, ...] = ("repairs", "plans") if options["unit"] else ("repairs",)
    found = report_of(options, *parts)
    inputs = [file.path for file in found.board.provenance.files]
    language = chosen(options)
    from chiso.reporting.site.pages import single_page, site_files

    if single:
        unit = found.board.unit(options["unit"][0]) if options["unit"] else None
        write_file(single_page(found, unit, language), output, inputs)
        told = Text(vi=f"Đã ghi {output}", en=f"Wrote {output}")
    else:
        from chiso.reporting.site.folder import write_site

        refuse_folder_of_inputs(inputs, output, "-o")
        files = write_site(output, site_files(found))
        told = Text(vi=f"Đã ghi {output}: {files} tệp", en=f"Wrote {output}: {files} files")
    click.echo(told.in_language(language), err=True)


def _check(output: Path | None, single: bool, units: tuple[str, ...]) -> None:
    """Refuse, before the work, what cannot be written."""
    if output is None:
        raise usage("cần -o THƯ MỤC, hoặc -o TỆP.html", "-o FOLDER is needed, or -o FILE.html")
    if single and output.suffix.lower() not in (".html", ".htm"):
        raise usage("--single-file cần -o TỆP.html", "--single-file needs -o FILE.html")
    if single and len(units) > 1:
        raise usage("--single-file chỉ nhận một --unit", "--single-file takes one --unit only")
    if not single and output.exists() and not output.is_dir():
        raise usage(
            f"-o {output} là tệp; dùng --single-file cho một trang",
            f"-o {output} is a file; use --single-file for one page",
        )
