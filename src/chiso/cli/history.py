"""``chiso history``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import common, output_options
from chiso.cli.output import chosen, write_result, write_table
from chiso.cli.shell import say
from chiso.errors import ExitCode, Text

if TYPE_CHECKING:
    from chiso.reporting.tables import Detail

_FILE = click.argument("history", type=click.Path(path_type=Path), metavar="FILE")
_SERIES = click.option(
    "--series",
    metavar="NAME",
    help=say("Chỉ chuỗi này, nếu tệp có nhiều chuỗi", "This series only, where the file has several"),
)
_SHEET = Text(vi="Lịch sử", en="History")


@main.group(help=say("Xem các bảng điểm đã lưu.", "Look up the scoreboards that were kept."))
def history() -> None:
    """Look up the scoreboards that were kept."""


@history.command("list", help=say("Liệt kê mọi lần chạy đã lưu.", "List every run that was kept."))
@_FILE
@_SERIES
@output_options("table", "csv", "json")
@common
def list_runs(**options: Any) -> None:
    """List runs."""
    from chiso import run
    from chiso.reporting.history_tables import runs_json, runs_shown, runs_table

    language = chosen(options)
    runs = [
        entry for entry in run.history_runs(options["history"]) if options["series"] in (None, entry.series)
    ]
    write_table(
        runs_table(runs, language),
        options,
        language,
        lines=[],
        inputs=[str(options["history"])],
        as_json=lambda: runs_json(runs),
        shown=runs_shown(runs, language),
    )


@history.command(
    help=say(
        "Xem bảng điểm của một lần chạy: run:SỐ, hoặc một kỳ (lần mới nhất).",
        "Show the scoreboard of a run: run:NUMBER, or a period (its last revision).",
    )
)
@_FILE
@click.argument("which", metavar="RUN|PERIOD")
@_SERIES
@click.option(
    "--detail",
    type=click.Choice(["total", "index"]),
    default="total",
    help=say("Tổng hay từng chỉ số", "Totals or every index"),
)
@output_options("table", "csv", "json", "parquet", "xlsx")
@common
def show(**options: Any) -> None:
    """Show one run."""
    from chiso import run
    from chiso.reporting.tables import score_table

    language = chosen(options)
    _, board = run.history_board(options["history"], options["which"], options["series"])
    detail: Detail = options["detail"]
    write_result(
        board, None, score_table(board, detail, language), options, language, [str(options["history"])]
    )


@history.command(
    help=say(
        "Xuất mọi chỉ số của các lần chạy hiện hành, hoặc mọi lần sửa.",
        "Export every index of the current runs, or of all revisions.",
    )
)
@_FILE
@_SERIES
@click.option(
    "--period",
    "periods",
    multiple=True,
    metavar="PERIOD",
    help=say("Chỉ kỳ này (dùng nhiều lần được)", "This period only (may be repeated)"),
)
@click.option(
    "--revisions",
    is_flag=True,
    help=say("Cả những lần đã bị thay", "Those that were replaced as well"),
)
@output_options("csv", "parquet", "xlsx", "json")
@common
def export(**options: Any) -> None:
    """Export runs."""
    from chiso import run
    from chiso.reporting.history_tables import export_table
    from chiso.reporting.several import scoreboards_json

    language = chosen(options)
    if options["output"] is None:
        # What is exported is for machines; people look at it with show.
        options["form"] = options["form"] or "csv"
    runs = [
        entry
        for entry in run.history_runs(options["history"])
        if options["series"] in (None, entry.series)
        and (options["revisions"] or entry.current)
        and (not options["periods"] or entry.period in options["periods"])
    ]
    boards = [run.history_board(options["history"], f"run:{entry.number}") for entry in runs]
    write_table(
        export_table(boards, language),
        options,
        language,
        lines=[],
        inputs=[str(options["history"])],
        as_json=lambda: scoreboards_json([(board, None) for _, board in boards], [], language),
        sheet=_SHEET,
    )


@history.command(
    help=say(
        "Chứng minh tệp chưa bị sửa và mọi số cộng đúng.",
        "Prove that the file was not changed and that all of it adds up.",
    )
)
@_FILE
@common
def verify(**options: Any) -> int:
    """Prove a history."""
    from chiso import run
    from chiso.terms.numbers import number_text

    language = chosen(options)
    problems = run.prove_history(options["history"])
    for problem in problems:
        click.echo(problem.in_language(language))
    if not problems:
        runs = len(run.history_runs(options["history"]))
        said = Text(
            vi=f"{options['history']}: {number_text(runs, 'vi')} lần chạy, không có gì sai lệch",
            en=f"{options['history']}: {number_text(runs, 'en')} runs, "
            "nothing was changed and everything adds up",
        )
        click.echo(said.in_language(language))
    return ExitCode.GATE_FAILED if problems else ExitCode.DONE
