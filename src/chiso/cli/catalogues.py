"""Beyond the catalogue alone: ``chiso catalogue docs``, ``diff`` and ``assignments``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chiso.cli.commands import CATALOGUE_FILE, catalogue
from chiso.cli.options import common, output_options, path_option
from chiso.cli.output import chosen, form_of, page_width, write_text
from chiso.cli.shell import say, usage


@catalogue.command(
    help=say(
        "So hai bộ chỉ số (hoặc hai phiên bản): khác gì, từ ngày nào, đổi kết quả chỉ số nào.",
        "Compare two catalogues (or editions): what differs, from which day, which indices it moves.",
    )
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[OLD] NEW")
@click.option(
    "--between",
    nargs=2,
    metavar="OLD NEW",
    help=say("Hai phiên bản của một bộ chỉ số", "Two editions of one catalogue"),
)
@output_options("table", "csv", "json")
@common
def diff(**options: Any) -> None:
    """Compare catalogues."""
    from chiso import run
    from chiso.reporting.catalogue_diff import diff_json, diff_page, diff_table
    from chiso.reporting.files import csv_text

    files: tuple[Path, ...] = options["files"]
    language, form = chosen(options), form_of(options)
    if form not in ("table", "csv", "json"):
        raise usage(f"diff không ghi được {form}", f"diff does not write {form}")
    if options["between"] is not None:
        if len(files) > 1:
            raise usage("--between dùng với một bộ chỉ số", "--between goes with one catalogue")
        found = run.diff_editions(files[0] if files else None, *options["between"])
    elif len(files) in (1, 2):
        found = run.diff_catalogues(files[0] if len(files) > 1 else None, files[-1])
    else:
        raise usage(
            "cần một hoặc hai bộ chỉ số, hoặc --between", "one or two catalogues are needed, or --between"
        )
    match form:
        case "json":
            text = diff_json(found.old, found.new, found.changes, language)
        case "csv":
            text = csv_text(diff_table(found.changes, language), for_excel=options["excel"])
        case _:
            width = page_width(options["output"])
            text = diff_page(found.old, found.new, found.changes, language, width)
    write_text(text, options["output"], [str(file) for file in files])


@catalogue.command(
    help=say(
        "In bộ chỉ số thành tài liệu dễ đọc (Markdown): công thức bằng lời, mục tiêu, căn cứ.",
        "Print a catalogue as a readable reference (Markdown): formulas in words, targets, sources.",
    )
)
@CATALOGUE_FILE
@click.option("--edition", metavar="ID", help=say("Chỉ một phiên bản", "One edition only"))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=say("Ghi ra tệp", "Write to a file"),
)
@common
def docs(**options: Any) -> None:
    """Print the reference of a catalogue."""
    from chiso import run
    from chiso.reporting.catalogue_reference import reference_markdown

    file: Path | None = options["file"]
    found = run.reference(file, options["edition"])
    text = reference_markdown(found.catalogue, found.sides, chosen(options))
    write_text(text, options["output"], [] if file is None else [str(file)])


@catalogue.command(
    help=say(
        "Kiểm tra bảng phân công: mọi lỗi trong một lần, ai phụ trách gì, chỉ số nào chưa giao.",
        "Check assignments: every fault in one go, who answers for what, which indices nobody does.",
    )
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@path_option("--catalogue", vi="Bộ chỉ số khác", en="Another catalogue")
@click.option(
    "--edition",
    metavar="ID",
    help=say("Phiên bản (mặc định: đang áp dụng)", "Edition (default: the one in force)"),
)
@click.option(
    "--strict",
    is_flag=True,
    help=say("Có chỉ số chưa giao thì thoát với mã 14", "Exit with 14 if any index has no owner"),
)
@click.option(
    "--show-officials",
    is_flag=True,
    help=say("Giữ tên cán bộ thay cho mã", "Keep the names of officials instead of codes"),
)
@common
def assignments(**options: Any) -> None:
    """Check assignments."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.assigned import assignment_lines

    rules, found = run.check_assignments(
        options["file"],
        options["catalogue"],
        options["edition"],
        today_in_vietnam(),
        show_officials=options["show_officials"],
    )
    for line in assignment_lines(found, rules, chosen(options)):
        click.echo(line)
    if options["strict"]:
        run.require_owners(rules, found)
