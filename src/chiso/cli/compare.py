"""``chiso compare``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import (
    Day,
    Share,
    assignment_options,
    common,
    output_options,
    path_option,
    refuse_total_of_some_indices,
    units_options,
)
from chiso.cli.output import (
    chosen,
    form_of,
    gates,
    refuse_overwriting,
    watching,
    write_parts_to,
    write_table,
)
from chiso.cli.shell import say, usage
from chiso.errors import Text

if TYPE_CHECKING:
    from chiso.reporting.tables import Detail
    from chiso.run import OperandRequest

_SHEET = Text(vi="So sánh", en="Comparison")
_SIDES = ("a", "b")
# What may be given for both sides or, with -a and -b, for one of them, and whether it may be repeated.
_SIDED = {
    "records": True,
    "reported": True,
    "units": False,
    "mapping": True,
    "corrections": True,
    "catalogue": False,
    "edition": False,
    "as_of": False,
}


# What is shown of both.
_SHOWN = ("level", "parent", "unit", "with_records", "assignments", "responsible")


def _sided(name: str, vi: str, en: str) -> Callable[[Any], Any]:
    """Return an option for both sides, and its two twins for one side alone."""
    option = f"--{name.replace('_', '-')}"
    alone = {
        "a": Text(vi="Như trên, chỉ bên trước", en="The same, for the side before only"),
        "b": Text(vi="Như trên, chỉ bên sau", en="The same, for the side after only"),
    }

    def decorate(command: Any) -> Any:
        for suffix, told in (
            *((f"-{side}", alone[side]) for side in reversed(_SIDES)),
            ("", Text(vi, en)),
        ):
            command = _option(f"{option}{suffix}", name, told)(command)
        return command

    return decorate


def _option(option: str, name: str, told: Text) -> Callable[[Any], Any]:
    match name:
        case "edition":
            return click.option(option, metavar="ID", help=say(told.vi, told.en))
        case "as_of":
            return click.option(option, type=Day(), help=say(told.vi, told.en))
        case _:
            return path_option(option, vi=told.vi, en=told.en, multiple=_SIDED[name])


@main.command(
    help=say(
        "So sánh hai kỳ hoặc hai bộ hồ sơ: điểm, hạng đổi bao nhiêu, vì đâu.",
        "Compare two periods or two exports: how points and ranks changed, and what changed them.",
    )
)
@click.argument("a")
@click.argument("b")
@click.option(
    "--period",
    "periods",
    multiple=True,
    metavar="PERIOD",
    help=say(
        "Kỳ để chấm tệp hồ sơ; hai lần: bên trước rồi bên sau",
        "Period in which files are judged; twice: the side before, then the side after",
    ),
)
@_sided(
    "records", "Hồ sơ (tệp hoặc thư mục), dùng nhiều lần được", "Records (file or folder); may be repeated"
)
@_sided("units", "Danh mục đơn vị", "Registry of units")
@_sided("reported", "Số báo cáo thay cho hồ sơ", "Figures reported instead of records")
@_sided(
    "mapping",
    "Tên cột, giá trị của hệ thống nguồn (YAML)",
    "How the source system spells headings and values (YAML)",
)
@_sided("corrections", "Phiếu sửa dòng bị cách ly", "Corrected rows of a quarantine")
@_sided("catalogue", "Bộ chỉ số khác", "Another catalogue")
@_sided("edition", "Phiên bản của bộ chỉ số", "Edition of the catalogue")
@_sided(
    "as_of",
    "Ngày xét hồ sơ còn mở (mặc định: cuối kỳ, hoặc hôm nay)",
    "Day on which open cases are judged (default: the period's end, or today)",
)
@path_option(
    "--history", vi="Lịch sử có các kỳ, lần chạy đã lưu", en="History that holds the periods and runs"
)
@click.option(
    "--series",
    metavar="NAME",
    help=say("Chuỗi trong lịch sử", "Series of the history"),
)
@path_option("--working-days", vi="Bảng ngày nghỉ, làm bù riêng", en="Own table of days off and worked")
@click.option(
    "--strict",
    is_flag=True,
    help=say("Có dòng bị cách ly thì thoát với mã 14", "Exit with 14 if any row is quarantined"),
)
@click.option(
    "--max-quarantined",
    type=Share(),
    metavar="SHARE",
    help=say(
        "Quá tỷ lệ này của một bảng thì thoát với mã 14, ví dụ 1%",
        "Exit with 14 beyond this share of any table, for instance 1%",
    ),
)
@units_options
@click.option(
    "--detail",
    type=click.Choice(["total", "index"]),
    default="total",
    help=say("Tổng hay từng chỉ số", "Totals or every index"),
)
@assignment_options
@path_option(
    "--cases",
    vi="Ghi từng hồ sơ làm thay đổi số đếm ra CSV",
    en="Write every case that moved counts as CSV",
)
@output_options("table", "csv", "json", "xlsx")
@common
def compare(**options: Any) -> None:
    """Compare two sides."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.catalogue.load import shipped_catalogue
    from chiso.reporting.compare_files import case_lines, compare_json
    from chiso.reporting.compare_notes import compare_notes
    from chiso.reporting.compare_tables import compare_shown, compare_table
    from chiso.reporting.notes import quarantine_lines

    refuse_total_of_some_indices(options)
    form_of(options)  # a wrong suffix is said before the work, not after
    given = {**options, "operands": tuple(Path(options[side]) for side in _SIDES)}
    refuse_overwriting({**given, "history": None, "read_history": options["history"]})
    request = run.CompareRequest(
        before=_operand(options, "a"),
        after=_operand(options, "b"),
        **{name: options[name] for name in _SHOWN},
    )
    language = chosen(options)
    with watching(language) as progress:
        passing = gates({**options, "quarantine": None}, language)
        found = run.compare(request, today_in_vietnam(), progress, passing)
    sides = (found.before, found.after)
    catalogues = (request.before.catalogue, request.after.catalogue)
    inputs = [
        *(file.path for side in sides for file in side.board.provenance.files),
        *(str(path or shipped_catalogue()) for path in catalogues),
    ]
    if options["cases"] is not None:
        write_parts_to(options["cases"], case_lines(found), inputs)
    detail: Detail = options["detail"]
    lines = compare_notes(found, language, only_changed=detail == "index" and form_of(options) == "table")
    write_table(
        compare_table(found, detail, language),
        options,
        language,
        lines=lines,
        aside=list(dict.fromkeys(line for side in sides for line in quarantine_lines(side.board, language))),
        inputs=inputs,
        as_json=lambda: compare_json(found, lines, language),
        shown=compare_shown(found, detail, language),
        sheet=_SHEET,
    )


def _operand(options: dict[str, Any], side: str) -> OperandRequest:
    """Return one side as it is asked for: what is given for it alone goes before what is given for both."""
    from chiso.run import OperandRequest

    periods = options["periods"]
    if len(periods) > 2:
        raise usage("--period: nhiều nhất hai lần", "--period: twice at most")
    sided = {name: options[f"{name}_{side}"] or options[name] for name in _SIDED}
    given = {
        **sided,
        "mappings": sided["mapping"],
        "operand": options[side],
        "period": None if not periods else periods[0 if side == "a" else -1],
        **{name: options[name] for name in ("working_days", "history", "series")},
    }
    return OperandRequest(
        **{field.name: given[field.name] for field in fields(OperandRequest) if field.name in given}
    )
