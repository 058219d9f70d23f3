"""The commands: options in, exit code out. What they do stands in ``run``.

Each command imports what it needs when it runs, so that ``chiso --help`` is quick on an old computer.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.measuring import measuring
from chiso.cli.options import (
    Day,
    assignment_options,
    common,
    output_options,
    path_option,
    peer_groups_option,
    reading_options,
    refuse_total_of_some_indices,
    scoring_options,
    several_periods,
)
from chiso.cli.output import (
    check_page,
    chosen,
    form_of,
    gates,
    request_of,
    tell_kept,
    watching,
    write_result,
    write_results,
    write_text,
)
from chiso.cli.shell import Commands, say, usage
from chiso.errors import ExitCode, Text
from chiso.reporting.forms import UNKNOWN_WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from chiso.errors import Language
    from chiso.reporting.tables import Detail, ReportTable
    from chiso.scoring.rank import Rank
    from chiso.scoring.scoreboard import Scoreboard


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Chấm điểm chất lượng phục vụ của cơ quan nhà nước theo Bộ chỉ số 766, từ chính các hồ sơ.",
        "Score how well public offices serve citizens by index set 766, from the case files themselves.",
    ),
)
@click.version_option(package_name="chiso", prog_name="chiso")
def main() -> None:
    """The group itself does nothing."""


@main.command(help=say("Chấm điểm các đơn vị từ tệp hồ sơ.", "Score units from case files."))
@scoring_options
@click.option(
    "--detail",
    type=click.Choice(["total", "index"]),
    default="total",
    help=say("Tổng hay từng chỉ số", "Totals or every index"),
)
@click.option(
    "--by",
    metavar="WHAT",
    help=say("Chia theo officer, field, procedure, channel", "Split by officer, field, procedure, channel"),
)
@assignment_options
def score(**options: Any) -> int:
    """Score units."""
    from chiso.reporting.tables import score_table

    detail: Detail = options["detail"]
    _refuse_what_would_mislead(options)
    return _scored(options, lambda board, language: (None, score_table(board, detail, language)))


def _refuse_what_would_mislead(options: dict[str, Any]) -> None:
    """Refuse a total of some indices, and an index's owner beside the officials of its cases."""
    refuse_total_of_some_indices(options)
    if options["assignments"] is not None and options["by"] == "officer":
        raise usage(
            "--assignments không đi với --by officer: ở đó mỗi dòng là cán bộ xử lý hồ sơ",
            "--assignments does not go with --by officer: each row there is the official of the cases",
        )


@main.command(help=say("Xếp hạng các đơn vị, mỗi cấp riêng.", "Rank units, each level apart."))
@scoring_options
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help=say("Chỉ N hạng đầu mỗi cấp", "Only the first N places of each level"),
)
@peer_groups_option
def rank(**options: Any) -> int:
    """Rank units."""
    from chiso import run
    from chiso.reporting.tables import rank_table

    def ranking(board: Scoreboard, language: Language) -> tuple[tuple[Rank, ...], ReportTable]:
        ranks = run.rank(board, by_peer_group=options["peer_groups"])
        if options["top"] is not None:
            ranks = tuple(rank for rank in ranks if rank.place <= options["top"])
        return ranks, rank_table(board, ranks, language)

    return _scored(options, ranking)


def _scored(
    options: dict[str, Any],
    shown: Callable[[Scoreboard, Language], tuple[tuple[Rank, ...] | None, ReportTable]],
) -> int:
    """Score the periods asked for and put the tables that ``shown`` makes of them where they belong."""
    with measuring(options, chosen(options)):
        return _scored_and_written(options, shown)


def _scored_and_written(
    options: dict[str, Any],
    shown: Callable[[Scoreboard, Language], tuple[tuple[Rank, ...] | None, ReportTable]],
) -> int:
    from chiso import run
    from chiso.api import now_in_vietnam, today_in_vietnam

    several = several_periods(options)
    request = request_of(options, run.ScoreRequest)
    _check_goes_together(options, several=several)
    language = chosen(options)
    # What is kept is whole, whichever units are shown.
    kept = options["history"] is not None
    asked = request.for_all_units() if kept else request
    with watching(language) as progress:
        passing = gates(options, language)
        if several:
            scored = run.score_periods(asked, today_in_vietnam(), progress, passing)
        else:
            scored = run.ScoredPeriods((run.score(asked, today_in_vietnam(), progress, passing),), ())
    boards = [run.chosen_units(board, request) for board in scored.boards] if kept else scored.boards
    results = [(board, *shown(board, language)) for board in boards]
    unscored = [(each.judgement.period.label, each.error) for each in scored.unscored]
    if several:
        write_results(results, unscored, options, language)
    else:
        write_result(*results[0], options, language)
    if kept:
        added = run.keep(
            options["history"],
            [(request, board) for board in scored.boards],
            now_in_vietnam(),
            options["series"],
        )
        tell_kept(added, options["history"], language)
    return ExitCode.PARTLY_DONE if unscored else ExitCode.DONE


def _check_goes_together(options: dict[str, Any], *, several: bool) -> None:
    """Raise UsageError for options of which one rules the other out."""
    if options.get("by") is not None and several:
        raise usage("--by chỉ dùng với --period", "--by goes with --period only")
    if options.get("by") is not None and options["history"] is not None:
        raise usage(
            "--history chỉ lưu bảng điểm của đơn vị, không dùng với --by",
            "--history keeps scores of units, it does not go with --by",
        )
    if options["quarantine"] is not None and options["engine"] != "duckdb":
        raise usage(
            "--quarantine không dùng với Spark: các dòng ở lại trên các máy; chạy không có --engine",
            "--quarantine does not go with Spark: the rows stay where they are; run without --engine",
        )
    if options["series"] is not None and options["history"] is None:
        raise usage("--series cần --history", "--series needs --history")


@main.command(
    help=say(
        "Xem đã hiểu tệp hồ sơ thế nào, lỗi dữ liệu ra sao.",
        "Show what was understood of record files, and what is wrong with the data.",
    )
)
@reading_options
@path_option("--catalogue", vi="Bộ chỉ số khác", en="Another catalogue")
@click.option("--edition", metavar="ID", help=say("Phiên bản của bộ chỉ số", "Edition of the catalogue"))
@click.option(
    "--as-of",
    type=Day(),
    help=say("Ngày xét (mặc định hôm nay)", "Day by which dates are judged (default: today)"),
)
@path_option(
    "--write-mapping",
    vi="Ghi nháp tệp ánh xạ từ tiêu đề cột của các tệp",
    en="Write a draft of a mapping from the headings of the files",
)
@output_options("table", "json")
@common
def check(**options: Any) -> None:
    """Check records."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.check_json import check_json

    language = chosen(options)
    request = request_of(options, run.ReadRequest)
    if options["write_mapping"] is not None:
        draft, inputs = run.draft_mapping(request)
        write_text(draft, options["write_mapping"], inputs)
    with watching(language) as progress:
        checked = run.check(request, today_in_vietnam(), progress)
    if form_of(options) == "json":
        text = check_json(checked.files, checked.faults, checked.records, checked.as_of, language)
    else:
        text = check_page(checked, language, options["output"])
    write_text(text, options["output"], [file.path for file in checked.records.files])
    gates(options, language)(checked.records)


@main.group(help=say("Xem, kiểm tra, thử bộ chỉ số.", "Check, show and test a catalogue."))
def catalogue() -> None:
    """Work on the catalogue."""


CATALOGUE_FILE = click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")


@catalogue.command(
    "check",
    help=say("Kiểm tra bộ chỉ số: mọi lỗi trong một lần.", "Check a catalogue: every fault in one go."),
)
@CATALOGUE_FILE
@common
def check_catalogue(**options: Any) -> None:
    """Check a catalogue."""
    from chiso.catalogue.load import load_catalogue

    catalogue = load_catalogue(options["file"], with_readings=True)
    language = chosen(options)
    editions = ", ".join(edition.id for edition in catalogue.editions)
    said = Text(
        vi=f"{catalogue.file}: không có lỗi; phiên bản: {editions}",
        en=f"{catalogue.file}: no faults; editions: {editions}",
    )
    click.echo(said.in_language(language))


@catalogue.command(
    help=say("Chạy các phép thử ghi trong bộ chỉ số.", "Run the tests that a catalogue carries.")
)
@CATALOGUE_FILE
@path_option("--working-days", vi="Bảng ngày nghỉ, làm bù riêng", en="Own table of days off and worked")
@common
def test(**options: Any) -> int:
    """Run a catalogue's tests."""
    from chiso import run
    from chiso.reporting.catalogue_text import test_lines

    results = run.test_catalogue(options["file"], options["working_days"])
    for line in test_lines(results, chosen(options)):
        click.echo(line)
    return ExitCode.DONE if all(result.passed for result in results) else ExitCode.CATALOGUE


@catalogue.command(
    help=say(
        "In bộ chỉ số, hoặc một chỉ số với công thức và căn cứ.",
        "Print a catalogue, or one index with its formula and source.",
    )
)
@CATALOGUE_FILE
@click.option(
    "--index", metavar="CODE", help=say("Một chỉ số hay bí danh của nó", "One index, or an alias of it")
)
@click.option(
    "--edition",
    metavar="ID",
    help=say("Phiên bản (mặc định: đang áp dụng)", "Edition (default: the one in force)"),
)
@common
def show(**options: Any) -> None:
    """Print a catalogue."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.catalogue_text import print_catalogue, print_index

    today = today_in_vietnam()
    rules, index = run.show_catalogue(options["file"], options["edition"], options["index"], today)
    language = chosen(options)
    stream = io.StringIO()
    width = shutil.get_terminal_size((UNKNOWN_WIDTH, 24)).columns
    if index is None:
        print_catalogue(rules, stream, language, width=width)
    else:
        print_index(rules, index, stream, language, width=width)
    click.echo(stream.getvalue(), nl=False)


@main.command(
    help=say(
        "Ghi bộ hồ sơ mẫu (dữ liệu giả) hoặc các mẫu trống.",
        "Write synthetic sample exports, or empty templates.",
    )
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=say("Thư mục", "Folder"),
)
@click.option(
    "--seed",
    type=int,
    default=766,
    show_default=True,
    help=say("Hạt giống; cùng số thì cùng tệp", "Seed; the same seed gives the same files"),
)
@click.option("--templates", is_flag=True, help=say("Chỉ ghi mẫu trống", "Empty templates only"))
@common
def sample(**options: Any) -> None:
    """Write samples."""
    from chiso import run

    written = run.write_sample(options["output"], options["seed"], templates=options["templates"])
    for path in written:
        click.echo(str(path))
