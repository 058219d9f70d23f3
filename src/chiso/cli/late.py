"""``chiso late``: the lists of late records that offices file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import FORMATS, office_options, output_options, path_option, period_options
from chiso.cli.output import chosen, gates, request_of, watching, write_file, write_table
from chiso.cli.shell import say, usage
from chiso.errors import Language, Text
from chiso.reporting.forms import suffix_form

if TYPE_CHECKING:
    from chiso.scoring.late import LateLists

_LISTS = ("finished", "open", "due", "all")
_LETTERS = ("csv", "json", "xlsx")


@main.command(
    help=say(
        "Lập danh sách hồ sơ quá hạn: đã xong, còn mở, sắp đến hạn.",
        "List late cases: finished, still open, due soon.",
    )
)
@period_options
@office_options
@click.option(
    "--list",
    "which",
    type=click.Choice(_LISTS),
    default="all",
    help=say(
        "Danh sách: đã xong quá hạn, còn mở quá hạn, sắp đến hạn, tất cả",
        "Which list: finished late, still open and late, due soon, all of them",
    ),
)
@click.option(
    "--within",
    type=click.IntRange(min=0, max=10_000),
    default=3,
    show_default=True,
    metavar="N",
    help=say("Sắp đến hạn: trong N ngày làm việc", "Due soon: within N working days"),
)
@click.option(
    "--by",
    "order",
    type=click.Choice(["unit", "officer"]),
    default="unit",
    help=say("Nhóm theo đơn vị, hay thêm theo cán bộ", "Group by unit, or by unit and official"),
)
@click.option(
    "--records",
    "table",
    metavar="TABLE",
    help=say("Bảng: cases (mặc định) hoặc petitions", "Table: cases (default) or petitions"),
)
@path_option(
    "--apology",
    vi="Ghi dữ liệu văn bản xin lỗi cho từng hồ sơ quá hạn (.csv, .json, .xlsx)",
    en="Write the data of a letter of apology for each late case (.csv, .json, .xlsx)",
)
@output_options(*FORMATS)
def late(**options: Any) -> None:
    """List late records."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.late_json import late_json
    from chiso.reporting.late_tables import late_notes, late_table, late_view
    from chiso.reporting.late_workbook import late_workbook
    from chiso.reporting.notes import quarantine_lines

    lists = _LISTS[:-1] if options["which"] == "all" else (options["which"],)
    _check_apology(options, lists)
    request = request_of({**options, "lists": lists}, run.LateRequest)
    language = chosen(options)
    with watching(language) as progress:
        found = run.late(request, today_in_vietnam(), progress, gates(options, language))
    inputs = [file.path for file in found.provenance.files]
    if options["apology"] is not None:
        _write_apology(found, options["apology"], inputs, language)
    write_table(
        late_table(found, language),
        options,
        language,
        lines=late_notes(found, language),
        aside=quarantine_lines(found, language),
        inputs=inputs,
        as_json=lambda: late_json(found, language),
        as_xlsx=lambda: late_workbook(found, language),
        shown=late_view(found, language),
    )


def _check_apology(options: dict[str, Any], lists: tuple[str, ...]) -> None:
    """Refuse a letter of apology that nothing would be written into, before the work."""
    path: Path | None = options["apology"]
    if path is None:
        return
    if suffix_form(path) not in _LETTERS:
        raise usage(
            "--apology cần tệp .csv, .json hoặc .xlsx",
            "--apology needs a file ending in .csv, .json or .xlsx",
        )
    if lists == ("due",):
        raise usage(
            "--apology: hồ sơ sắp đến hạn chưa quá hạn; chọn --list khác",
            "--apology: cases due soon are not late; choose another --list",
        )
    if options["table"] not in (None, "cases"):
        raise usage(
            "--apology: văn bản xin lỗi chỉ dùng cho hồ sơ (cases)",
            "--apology: letters of apology are for cases only",
        )


def _write_apology(found: LateLists, path: Path, inputs: list[str], language: Language) -> None:
    """Write what is known of each letter: never a citizen's data, which the office fills in."""
    from chiso.reporting.files import csv_text, xlsx_bytes
    from chiso.reporting.late_json import apology_json
    from chiso.reporting.late_tables import APOLOGY_SHEET, apology_table, late_notes

    match suffix_form(path):
        case "json":
            content = apology_json(found, language).encode()
        case "xlsx":
            table, notes = apology_table(found, language), late_notes(found, language)
            content = xlsx_bytes(table, language, notes, APOLOGY_SHEET)
        case _:
            content = csv_text(apology_table(found, language)).encode()
    write_file(content, path, inputs)
    click.echo(Text(vi=f"Đã ghi {path}", en=f"Wrote {path}").in_language(language), err=True)
