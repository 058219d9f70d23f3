"""The options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.shell import LANGUAGE, say, usage

FORMATS = ("table", "csv", "json", "parquet", "xlsx")


# Older releases of click know no type parameter here.
if TYPE_CHECKING:
    _DayParameter = click.ParamType[date]
else:
    _DayParameter = click.ParamType


class Day(_DayParameter):
    """A day given as 2026-08-31."""

    name = "ngày" if LANGUAGE == "vi" else "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; raises UsageError for anything else."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise usage(
                f"--as-of: “{value}” không phải một ngày dạng 2026-08-31",
                f"--as-of: “{value}” is not a date like 2026-08-31",
            ) from None


def path_option(*names: str, vi: str, en: str, multiple: bool = False) -> Callable[[Any], Any]:
    """Return an option that takes a file."""
    return click.option(
        *names, type=click.Path(path_type=Path), multiple=multiple, metavar="FILE", help=say(vi, en)
    )


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that every command has."""
    command = click.option(
        "--lang", type=click.Choice(["vi", "en"]), default=None, help=say("Ngôn ngữ", "Language")
    )(command)
    return click.option("--debug", is_flag=True, hidden=True)(command)


def scoring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is scored: records, period, rules and units."""
    options = [
        click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="RECORDS..."),
        click.option(
            "--period",
            required=True,
            metavar="PERIOD",
            help=say(
                "Kỳ: 2026, 2026-Q3, 2026-08, 2026-08-D2, 2026-ytd, 2026-03-22..2026-06-29, last-month",
                "Period: 2026, 2026-Q3, 2026-08, 2026-08-D2, 2026-ytd, 2026-03-22..2026-06-29, last-month",
            ),
        ),
        click.option(
            "--as-of",
            type=Day(),
            help=say(
                "Ngày xét hồ sơ còn mở (mặc định: cuối kỳ, hoặc hôm nay)",
                "Day on which open cases are judged (default: the period's end, or today)",
            ),
        ),
        path_option("--units", vi="Danh mục đơn vị", en="Registry of units"),
        path_option(
            "--reported",
            vi="Số báo cáo thay cho hồ sơ",
            en="Figures reported instead of records",
            multiple=True,
        ),
        path_option("--catalogue", vi="Bộ chỉ số khác", en="Another catalogue"),
        click.option(
            "--edition", metavar="ID", help=say("Phiên bản của bộ chỉ số", "Edition of the catalogue")
        ),
        path_option(
            "--working-days", vi="Bảng ngày nghỉ, làm bù riêng", en="Own table of days off and worked"
        ),
        click.option(
            "--level",
            metavar="LEVEL",
            help=say("Chỉ một cấp, ví dụ commune", "One level only, for instance commune"),
        ),
        click.option(
            "--parent",
            metavar="UNIT",
            help=say("Chỉ các đơn vị dưới đơn vị này", "Units below this unit only"),
        ),
        click.option(
            "--unit",
            multiple=True,
            metavar="UNIT",
            help=say("Chỉ đơn vị này (dùng nhiều lần được)", "This unit only (may be repeated)"),
        ),
        click.option(
            "--with-records", is_flag=True, help=say("Chỉ đơn vị có bản ghi", "Only units that have records")
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=say("Ghi ra tệp, định dạng theo đuôi", "Write to a file, format by suffix"),
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMATS),
            help=say("Định dạng (mặc định table)", "Format (default table)"),
        ),
        click.option(
            "--excel", is_flag=True, help=say("CSV có BOM và dấu chấm phẩy", "CSV with BOM and semicolons")
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return common(command)
