"""``chiso robustness``: options in, table out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.commands import main
from chiso.cli.options import FORMATS, Share, output_options, period_options, ranking_options
from chiso.cli.output import chosen, gates, request_of, watching, write_table
from chiso.cli.shell import say
from chiso.errors import Text

if TYPE_CHECKING:
    from chiso.reporting.robustness_tables import RobustnessDetail

_SHEET = Text(vi="Độ vững của hạng", en="Robustness")
_MOST_REDRAWS = 10_000


@main.command(
    help=say(
        "Xem thứ hạng vững đến đâu: khoảng hạng của mỗi đơn vị.",
        "Show how firm ranks are: each unit's range of ranks.",
    )
)
@period_options
@ranking_options
@click.option(
    "--redraws",
    type=click.IntRange(1, _MOST_REDRAWS),
    default=1000,
    metavar="N",
    help=say("Số lần thử (mặc định 1000, nhiều nhất 10000)", "Redraws (default 1000, at most 10000)"),
)
@click.option(
    "--spread",
    type=Share(),
    default=Fraction(1, 5),
    metavar="SHARE",
    help=say("Trọng số đổi trong khoảng này (mặc định 20%)", "Weights change within this (default 20%)"),
)
@click.option(
    "--confidence",
    type=Share(),
    default=Fraction(19, 20),
    metavar="SHARE",
    help=say("Độ tin cậy (mặc định 95%)", "Confidence (default 95%)"),
)
@click.option(
    "--seed",
    type=int,
    default=766,
    help=say("Hạt giống; cùng số thì cùng kết quả", "Seed; the same seed gives the same result"),
)
@click.option(
    "--detail",
    type=click.Choice(["unit", "pair", "index"]),
    default="unit",
    help=say("Theo đơn vị, cặp không phân định được, hay chỉ số", "By unit, pair not told apart, or index"),
)
@click.option(
    "--pairs",
    type=click.IntRange(min=0),
    default=10,
    metavar="N",
    help=say(
        "Nêu N cặp mỗi bảng xếp hạng trong ghi chú (mặc định 10)",
        "Name N pairs of each ranking in the notes (default 10)",
    ),
)
@output_options(*FORMATS)
def robustness(**options: Any) -> None:
    """Show how firm ranks are."""
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.notes import quarantine_lines
    from chiso.reporting.robustness_json import robustness_json
    from chiso.reporting.robustness_notes import robustness_notes
    from chiso.reporting.robustness_tables import robustness_table, robustness_view

    request = request_of(options, run.RobustnessRequest)
    language = chosen(options)
    detail: RobustnessDetail = options["detail"]
    with watching(language) as progress:
        result = run.robustness(request, today_in_vietnam(), progress, gates(options, language))
    write_table(
        robustness_table(result, detail),
        options,
        language,
        lines=robustness_notes(result, language, options["pairs"]),
        aside=quarantine_lines(result.board, language),
        inputs=[file.path for file in result.board.provenance.files],
        as_json=lambda: robustness_json(result, language),
        shown=robustness_view(result, detail, language),
        sheet=_SHEET,
    )
