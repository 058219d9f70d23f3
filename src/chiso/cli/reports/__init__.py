"""``chiso report``: results that are published, sent and signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chiso.cli.commands import main
from chiso.cli.options import assignment_options, path_option, periods_options, series_option, units_options
from chiso.cli.output import chosen, gates, request_of, watching
from chiso.cli.shell import say, usage

if TYPE_CHECKING:
    from chiso.run import Part
    from chiso.scoring.report import Report


@main.group(
    help=say(
        "Lập báo cáo để công khai, gửi và ký: trang web, bảng tính, văn bản, biểu mẫu.",
        "Make reports to publish, send and sign: a web site, workbooks, letters, statutory forms.",
    )
)
def report() -> None:
    """Make reports."""


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is reported: records and periods, or a history; the units; who answers for which index."""
    history = path_option(
        "--history",
        vi="Lịch sử: các kỳ trước; không có RECORDS thì cả kỳ báo cáo (run:SỐ cũng được)",
        en="History: earlier periods; without RECORDS also the period reported (run:NUMBER will do)",
    )
    return periods_options(units_options(history(series_option(assignment_options(command)))))


def report_of(options: dict[str, Any], *parts: Part) -> Report:
    """Return what a report is made from; ``parts`` are what it tells beyond scores."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.cli.options import several_periods

    several_periods(options)
    if options["series"] is not None and options["history"] is None:
        raise usage("--series cần --history", "--series needs --history")
    given = {**options, "parts": frozenset(parts), "form": "report"}
    request = request_of(given, run.ReportRequest, records_needed=False)
    language = chosen(options)
    with watching(language) as progress:
        return run.report(request, today_in_vietnam(), progress, gates(options, language))


# The commands of each module are there once it is imported.
from chiso.cli.reports import charts, docx, html, messages, statutory, xlsx  # noqa: E402, F401
