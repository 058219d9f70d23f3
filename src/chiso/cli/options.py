"""The options that commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.measuring import explain_sql_option, profile_option
from chiso.cli.shell import LANGUAGE, say, usage

FORMATS = ("table", "csv", "json", "parquet", "xlsx")


# Older releases of click know no type parameter here.
if TYPE_CHECKING:
    _DayParameter = click.ParamType[date]
    _ShareParameter = click.ParamType[Fraction]
else:
    _DayParameter = _ShareParameter = click.ParamType


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


def path_option(
    *names: str, vi: str, en: str, multiple: bool = False, required: bool = False
) -> Callable[[Any], Any]:
    """Return an option that takes a file."""
    return click.option(
        *names,
        type=click.Path(path_type=Path),
        multiple=multiple,
        required=required,
        metavar="FILE",
        help=say(vi, en),
    )


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that every command has."""
    command = click.option(
        "--lang", type=click.Choice(["vi", "en"]), default=None, help=say("Ngôn ngữ", "Language")
    )(command)
    return click.option("--debug", is_flag=True, hidden=True)(command)


class Share(_ShareParameter):
    """A share given as 1% or 0.01."""

    name = "tỷ lệ" if LANGUAGE == "vi" else "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Return the share, 0..1; raises UsageError for anything else."""
        if isinstance(value, Fraction):
            return value
        text = str(value).strip().replace(",", ".")
        match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*(%?)", text)
        share = Fraction(match[1]) / (100 if match[2] else 1) if match else None
        if share is None or share > 1:
            option = param.opts[-1] if param is not None else self.name
            raise usage(
                f"{option}: “{value}” không phải một tỷ lệ như 1% hay 0.01",
                f"{option}: “{value}” is not a share like 1% or 0.01",
            )
        return share


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which files are read, and how they are understood."""
    options = [
        click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="RECORDS..."),
        path_option("--units", vi="Danh mục đơn vị", en="Registry of units"),
        path_option(
            "--reported",
            vi="Số báo cáo thay cho hồ sơ",
            en="Figures reported instead of records",
            multiple=True,
        ),
        path_option(
            "--mapping",
            vi="Tên cột, giá trị của hệ thống nguồn (YAML)",
            en="How the source system spells headings and values (YAML)",
            multiple=True,
        ),
        path_option(
            "--corrections",
            vi="Phiếu sửa dòng bị cách ly",
            en="Corrected rows of a quarantine",
            multiple=True,
        ),
    ]
    return _all(options, command)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is read, and how: the options of every command that takes records."""
    options = [
        click.option(
            "--quarantine",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help=say(
                "Ghi dòng bị cách ly và phiếu sửa vào thư mục",
                "Write rows set aside and forms to correct them",
            ),
        ),
        click.option(
            "--strict",
            is_flag=True,
            help=say("Có dòng bị cách ly thì thoát với mã 14", "Exit with 14 if any row is quarantined"),
        ),
        click.option(
            "--max-quarantined",
            type=Share(),
            metavar="SHARE",
            help=say(
                "Quá tỷ lệ này của một bảng thì thoát với mã 14, ví dụ 1%",
                "Exit with 14 beyond this share of any table, for instance 1%",
            ),
        ),
        click.option(
            "--show-officials",
            is_flag=True,
            help=say("Giữ tên cán bộ thay cho mã", "Keep the names of officials instead of codes"),
        ),
    ]
    return source_options(_all(options, command))


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Records and the period they are judged in: the options of every command that counts."""
    return _judging_options([_period(required=True)], command)


def periods_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Records and the one or several periods they are judged in; see ``several_periods``."""
    several = click.option(
        "--periods",
        metavar="PERIODS",
        help=say(
            "Nhiều kỳ, đọc hồ sơ một lần: 2026-01..2026-10, hoặc 2026-08,2026-Q3,2026",
            "Several periods, records read once: 2026-01..2026-10, or 2026-08,2026-Q3,2026",
        ),
    )
    return _judging_options([_period(required=False), several], command)


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Records and the rules they are judged by, where the command itself knows the days."""
    return _judging_options([], command)


def several_periods(options: dict[str, Any]) -> bool:
    """Return whether several periods are asked for; their list then stands in ``options["period"]``.

    Raises UsageError unless either ``--period`` or ``--periods`` is given.
    """
    if (options["period"] is None) == (options["periods"] is None):
        raise usage("cần --period hoặc --periods, một trong hai", "either --period or --periods is needed")
    if options["periods"] is None:
        return False
    options["period"] = options["periods"]
    return True


def _period(*, required: bool) -> Callable[[Any], Any]:
    return click.option(
        "--period",
        required=required,
        metavar="PERIOD",
        help=say(
            "Kỳ: 2026, 2026-Q3, 2026-08, 2026-08-D2, 2026-ytd, 2026-03-22..2026-06-29, last-month",
            "Period: 2026, 2026-Q3, 2026-08, 2026-08-D2, 2026-ytd, 2026-03-22..2026-06-29, last-month",
        ),
    )


def _judging_options(
    periods: Sequence[Callable[[Any], Any]], command: Callable[..., Any]
) -> Callable[..., Any]:
    options = [
        *periods,
        click.option(
            "--as-of",
            type=Day(),
            help=say(
                "Ngày xét hồ sơ còn mở (mặc định: cuối kỳ, hoặc hôm nay)",
                "Day on which open cases are judged (default: the period's end, or today)",
            ),
        ),
        path_option("--catalogue", vi="Bộ chỉ số khác", en="Another catalogue"),
        click.option(
            "--edition", metavar="ID", help=say("Phiên bản của bộ chỉ số", "Edition of the catalogue")
        ),
        path_option(
            "--working-days", vi="Bảng ngày nghỉ, làm bù riêng", en="Own table of days off and worked"
        ),
    ]
    return common(reading_options(_all(options, command)))


_LEVEL = click.option(
    "--level",
    metavar="LEVEL",
    help=say("Chỉ một cấp, ví dụ commune", "One level only, for instance commune"),
)
_PARENT = click.option(
    "--parent",
    metavar="UNIT",
    help=say("Chỉ các đơn vị dưới đơn vị này", "Units below this unit only"),
)
_UNIT = click.option(
    "--unit",
    multiple=True,
    metavar="UNIT",
    help=say("Chỉ đơn vị này (dùng nhiều lần được)", "This unit only (may be repeated)"),
)
_WITH_RECORDS = click.option(
    "--with-records", is_flag=True, help=say("Chỉ đơn vị có bản ghi", "Only units that have records")
)
peer_groups_option = click.option(
    "--peer-groups",
    is_flag=True,
    help=say("Xếp riêng từng nhóm so sánh của danh mục", "Rank each peer group of the registry apart"),
)


def assignment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Who answers for which index, and whose indices are asked about."""
    options = [
        path_option(
            "--assignments",
            vi="Bảng phân công: chỉ số nào do ai phụ trách",
            en="Assignments: who answers for which index",
        ),
        click.option(
            "--responsible",
            metavar="CODE",
            help=say(
                "Chỉ các chỉ số của người hay đơn vị này, theo --assignments",
                "Only the indices of this official or office, by --assignments",
            ),
        ),
    ]
    return _all(options, command)


def refuse_total_of_some_indices(options: dict[str, Any]) -> None:
    """Raise UsageError for the indices of one beside totals, where the command tells either."""
    if options["responsible"] is not None and options["detail"] != "index":
        raise usage(
            "--responsible cần --detail index: điểm của vài chỉ số không phải tổng điểm",
            "--responsible needs --detail index: the points of some indices are no total",
        )


def office_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which units are asked about."""
    return _all([_LEVEL, _PARENT, _UNIT], command)


def units_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which units are shown."""
    return _all([_LEVEL, _PARENT, _UNIT, _WITH_RECORDS], command)


def ranking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which units are ranked against each other."""
    return _all([_LEVEL, _PARENT, _WITH_RECORDS, peer_groups_option], command)


def output_options(*formats: str) -> Callable[[Any], Any]:
    """Where the result goes and in which of ``formats``, the first of which is the default."""
    options = [
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
            type=click.Choice(formats),
            help=say(f"Định dạng (mặc định {formats[0]})", f"Format (default {formats[0]})"),
        ),
    ]
    if "csv" in formats:
        options.append(
            click.option(
                "--excel",
                is_flag=True,
                help=say("CSV có BOM và dấu chấm phẩy", "CSV with BOM and semicolons"),
            )
        )
    return lambda command: _all(options, command)


earlier_option = path_option(
    "--history",
    vi="Tra số liệu kỳ khác (năm trước…) trong tệp lịch sử này",
    en="Look up figures of other periods (last year…) in this history",
)
series_option = click.option(
    "--series",
    metavar="NAME",
    help=say(
        "Tên chuỗi trong lịch sử (mặc định: đơn vị cao nhất)",
        "Name of the series in the history (default: the unit at the top)",
    ),
)


_ENGINE = click.option(
    "--engine",
    default="duckdb",
    metavar="ENGINE",
    help=say(
        "Máy đếm: duckdb (mặc định), spark, local[2], spark://MÁY:CỔNG, yarn, k8s://… (docs/scale.md)",
        "What counts: duckdb (default), spark, local[2], spark://HOST:PORT, yarn, k8s://… (docs/scale.md)",
    ),
)


def history_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where scoreboards are kept."""
    options = [
        path_option(
            "--history",
            vi="Lưu bảng điểm (mọi đơn vị) vào tệp lịch sử này, và tra số liệu kỳ khác ở đó",
            en="Keep the scoreboard (of all units) in this history; figures of other periods come from it",
        ),
        series_option,
    ]
    return _all(options, command)


def scoring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is scored: records, periods, rules and units."""
    command = _all([profile_option, explain_sql_option, _ENGINE], command)
    return periods_options(units_options(output_options(*FORMATS)(history_options(command))))


def _all(options: Sequence[Callable[[Any], Any]], command: Callable[..., Any]) -> Callable[..., Any]:
    """Return the command with ``options``, in the order in which help lists them."""
    for option in reversed(options):
        command = option(command)
    return command
