"""``chiso report text`` and ``chiso report markdown``: a report for a mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chiso.cli.options import path_option
from chiso.cli.output import chosen, tell_written, write_text
from chiso.cli.reports import report, report_of, report_options
from chiso.cli.shell import say

if TYPE_CHECKING:
    from chiso.errors import Language
    from chiso.reporting.messages.message import Message


_output = path_option(
    "-o",
    "--output",
    vi="Ghi ra tệp (mặc định: màn hình)",
    en="Write to a file (default: standard output)",
)


@report.command(
    help=say(
        "Báo cáo ngắn dạng chữ thường, rộng 72 cột, để gửi thư.",
        "A short report as plain text, 72 columns wide, for mail.",
    )
)
@report_options
@_output
def text(**options: Any) -> None:
    """Write a report as plain text."""
    from chiso.reporting.messages.plain import plain_text

    _write(options, plain_text)


@report.command(
    help=say(
        "Báo cáo ngắn dạng Markdown, để gửi thư hay đăng trang.",
        "A short report as Markdown, for mail or a page.",
    )
)
@report_options
@_output
def markdown(**options: Any) -> None:
    """Write a report as Markdown."""
    from chiso.reporting.messages.markdown_page import markdown_page

    _write(options, markdown_page)


def _write(options: dict[str, Any], written: Callable[[Message, Language], str]) -> None:
    """Write what a report tells, every unit apart where units are named."""
    from chiso.reporting.messages.message import message

    language = chosen(options)
    found = report_of(options, "repairs", "late", "plans")
    told = message(found, each=bool(options["unit"]), language=language)
    inputs = [file.path for file in found.board.provenance.files]
    write_text(written(told, language), options["output"], inputs)
    if options["output"] is not None:
        tell_written(options["output"], language)
