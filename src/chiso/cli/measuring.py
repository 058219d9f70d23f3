"""``--profile`` and ``--explain-sql``: where a run's time goes, what it opens, how it counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from chiso.cli.shell import BEGUN, say
from chiso.errors import Language, Text, plural
from chiso.terms.numbers import number_text
from chiso.terms.steps import Steps, measured

_NAMES = {
    "catalogue": Text(vi="đọc bộ chỉ số", en="reading the catalogue"),
    "read": Text(vi="đọc hồ sơ", en="reading records"),
    "settle": Text(vi="định đơn vị, tìm lỗi", en="settling units and faults"),
    "write": Text(vi="ghi kho", en="writing the store"),
    "count": Text(vi="đếm", en="counting"),
    "points": Text(vi="tính điểm", en="points"),
}
_OTHER = Text(vi="còn lại", en="all else")
_START = Text(vi="khởi động", en="starting")

profile_option = click.option(
    "--profile",
    is_flag=True,
    help=say(
        "In thời gian từng bước và phần kho đã mở ra stderr",
        "Print on stderr how long each step took, and what of a store was opened",
    ),
)
explain_sql_option = click.option(
    "--explain-sql", is_flag=True, help=say("In câu SQL đếm ra stderr", "Print the counting SQL on stderr")
)


@contextmanager
def measuring(options: dict[str, Any], language: Language) -> Iterator[None]:
    """Tell on stderr, once the block has ended, what was asked of it."""
    if not (options.get("profile") or options.get("explain_sql")):
        yield
        return
    begun = time.perf_counter()
    with measured() as steps:
        try:
            yield
        finally:
            if options.get("explain_sql"):
                for table, sql in steps.statements:
                    click.echo(f"-- {table}\n{sql};", err=True)
            if options.get("profile"):
                _tell(steps, begun, language, lambda line: click.echo(line, err=True))


def _tell(steps: Steps, begun: float, language: Language, say_line: Callable[[str], None]) -> None:
    whole = time.perf_counter() - begun
    rows = [(_START, begun - BEGUN)]
    rows += [(_NAMES[name], seconds) for name, seconds in steps.seconds.items()]
    rows.append((_OTHER, whole - sum(steps.seconds.values())))
    for text, seconds in rows:
        say_line(f"{seconds:8.2f} s  {text.in_language(language)}")
    for table, (opened, pieces) in steps.opened.items():
        told = Text(
            vi=f"{table}: mở {number_text(len(opened), 'vi')} trong {number_text(pieces, 'vi')} phần của kho",
            en=f"{table}: {number_text(len(opened), 'en')} of {number_text(pieces, 'en')} "
            f"{plural(pieces, 'piece', 'pieces')} of the store opened",
        )
        listed = ", ".join(opened)
        say_line(told.in_language(language) + (f": {listed}" if opened else ""))
