"""``chiso run``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import Day, common, path_option, several_periods
from chiso.cli.output import chosen
from chiso.cli.shell import say, usage
from chiso.errors import ExitCode, Text

if TYPE_CHECKING:
    from chiso.errors import Language

_SECONDS_IN_A_MINUTE = 60


@main.command(
    help=say(
        "Chạy cả một lô theo tệp BATCH.yaml: chấm, kiểm, ghi kết quả, lưu lịch sử; không cần người trông.",
        "Run a whole batch by BATCH.yaml: score, check, write results, keep the history; unattended.",
    )
)
@click.argument("batch", required=False, type=click.Path(path_type=Path), metavar="[BATCH.yaml]")
@click.option(
    "--period", metavar="PERIOD", help=say("Kỳ, ví dụ last-month", "Period, for instance last-month")
)
@click.option(
    "--periods",
    metavar="PERIODS",
    help=say("Nhiều kỳ, ví dụ 2026-01..2026-10", "Several periods, for instance 2026-01..2026-10"),
)
@click.option(
    "--as-of",
    type=Day(),
    help=say(
        "Ngày xét hồ sơ còn mở (mặc định: cuối kỳ, hoặc hôm nay)",
        "Day on which open cases are judged (default: the period's end, or today)",
    ),
)
@click.option(
    "--select",
    multiple=True,
    metavar="unit:CODE|index:CODE",
    help=say(
        "Chỉ đơn vị, chỉ số này; ghi ra thư mục riêng, không lưu lịch sử (dùng nhiều lần được)",
        "Only this unit or index; written to a folder of its own, not kept (may be repeated)",
    ),
)
@click.option(
    "--accept",
    multiple=True,
    metavar="GATE",
    help=say(
        "Lần này bỏ qua ngưỡng kiểm soát: quarantined, rows, units, jump (dùng nhiều lần được)",
        "Let this gate pass this once: quarantined, rows, units, jump (may be repeated)",
    ),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=say("Chỉ nói sẽ đọc gì, ghi gì", "Only say what would be read and written"),
)
@path_option(
    "--replay",
    vi="Làm lại kết quả theo bản kê manifest.json và đối chiếu từng bit; không ghi gì",
    en="Make the results of a manifest.json again and hold them against it bit for bit; write nothing",
)
@path_option(
    "--history",
    vi="Lưu vào tệp lịch sử này thay cho tệp của lô",
    en="Keep results in this history instead of the batch's",
)
@path_option(
    "--log-file",
    vi="Ghi nhật ký (mỗi dòng một JSON) vào tệp này thay cho stderr",
    en="Write the log to this file as JSON lines, instead of stderr",
)
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=0,
    metavar="MINUTES",
    help=say(
        "Chờ lần chạy khác của lô này tối đa bấy nhiêu phút",
        "Wait so many minutes for another run of the batch to end",
    ),
)
@common
def run(**options: Any) -> int:
    """Run a batch."""
    language = chosen(options)
    if options["replay"] is not None:
        return _replay(options, language)
    if options["batch"] is None:
        raise usage("cần BATCH.yaml (hoặc --replay TỆP)", "BATCH.yaml is needed (or --replay FILE)")
    several_periods(options)
    return _dry_run(options, language) if options["dry_run"] else _run(options, language)


def _run(options: dict[str, Any], language: Language) -> int:
    from chiso.api import now_in_vietnam
    from chiso.run.batch import Log, Surroundings, run_batch

    log = Log(sys.stderr, now_in_vietnam, language, options["log_file"])
    try:
        result = run_batch(_request(options), Surroundings(log, now_in_vietnam, time.monotonic, time.sleep))
    finally:
        log.close()
    return result.exit_code


def _request(options: dict[str, Any]) -> Any:
    from chiso.run.batch import BatchRequest

    return BatchRequest(
        file=options["batch"],
        periods=options["period"],
        as_of=options["as_of"],
        select=options["select"],
        accepted=options["accept"],
        wait=options["wait"] * _SECONDS_IN_A_MINUTE,
        # The folder of the batch file will be the current one.
        history=None if options["history"] is None else options["history"].resolve(),
    )


def _dry_run(options: dict[str, Any], language: Language) -> int:
    from chiso.api import today_in_vietnam
    from chiso.run.batch import planned

    for line in planned(_request(options), today_in_vietnam()):
        click.echo(line.in_language(language))
    return ExitCode.DONE


def _replay(options: dict[str, Any], language: Language) -> int:
    from chiso.run.batch import replay
    from chiso.version import __version__

    given = [name for name in ("batch", "period", "periods", "as_of", "select") if options[name]]
    if given:
        raise usage(
            "--replay lấy mọi thứ từ bản kê, không đi với tùy chọn khác",
            "--replay takes everything from the manifest, and goes with no other option",
        )
    history: Path | None = options["history"]
    found = replay(options["replay"], None if history is None else history.resolve())
    for name in found.same:
        click.echo(
            Text(vi=f"{name}: giống từng bit", en=f"{name}: the same, bit for bit").in_language(language)
        )
    for problem in found.problems:
        click.echo(problem.in_language(language))
    if found.problems and found.chiso_version != __version__:
        told = Text(
            vi=f"Kết quả do chiso {found.chiso_version} làm, bản này là {__version__}",
            en=f"The results were made by chiso {found.chiso_version}, this is {__version__}",
        )
        click.echo(told.in_language(language), err=True)
    return ExitCode.GATE_FAILED if found.problems else ExitCode.DONE
