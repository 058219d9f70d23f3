"""What ``check`` found, for people: a page a file, then the faults and what each does to the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from chiso.arithmetic import percent
from chiso.errors import Language, Text
from chiso.records.dataset import Records
from chiso.records.examine import ColumnFinding, FaultFinding, FileFinding
from chiso.reporting.tables import NOT_RECORDS, number_text

_USES = {
    "read": Text(vi="đọc", en="read"),
    "passed_over": Text(vi="bỏ qua (trùng)", en="passed over"),
    "personal": Text(vi="cá nhân, không đọc", en="personal, not read"),
    "unknown": Text(vi="không dùng", en="not used"),
}
_SEPARATORS = {
    ",": Text(vi="dấu phẩy", en="comma"),
    ";": Text(vi="dấu chấm phẩy", en="semicolon"),
    "\t": Text(vi="tab", en="tab"),
    "|": Text(vi="gạch đứng", en="bar"),
}
_NARROW = 100
_MOST_INDICES = 6


def print_check(
    files: Sequence[FileFinding],
    faults: Sequence[tuple[FaultFinding, tuple[str, ...]]],
    records: Records,
    stream: TextIO,
    language: Language,
    width: int,
) -> None:
    """Print everything that was understood, in the order of the files."""
    console = Console(file=stream, width=width, highlight=False)

    def say(text: Text, style: str = "") -> None:
        console.print(RichText(text.in_language(language), style=style))

    for finding in files:
        say(Text(finding.source.label, finding.source.label), "bold")
        for line in _about(finding, language):
            console.print(RichText(f"  {line}"))
        if finding.columns:
            console.print(_columns(finding.columns, language, wide=width >= _NARROW))
    for note in records.notes:
        console.print(RichText(f"· {note.in_language(language)}"))
    if not faults:
        if records.unread:
            say(Text(vi="Trong phần đã đọc không thấy lỗi.", en="No fault was found in what was read."))
        else:
            say(Text(vi="Không thấy lỗi dữ liệu nào.", en="No fault in the data was found."))
        return
    say(Text(vi="Lỗi dữ liệu", en="Faults in the data"), "bold")
    console.print(_faults(faults, language))


def _about(finding: FileFinding, language: Language) -> Iterator[str]:
    source = finding.source

    def number(value: int) -> str:
        return number_text(value, language)

    vi, en = [f"bảng {source.table}", source.format], [f"table {source.table}", source.format]
    if source.encoding is not None:
        vi.append(source.encoding)
        en.append(source.encoding)
    if source.separator is not None:
        separator = _SEPARATORS[source.separator]
        vi.append(separator.vi)
        en.append(separator.en)
    if source.header_row:
        vi.append(f"tiêu đề cột ở dòng {source.header_row}")
        en.append(f"header in row {source.header_row}")
    yield Text("; ".join(vi), "; ".join(en)).in_language(language)
    yield Text(
        vi=f"{number(source.rows_read)} bản ghi = dùng được {number(finding.kept)} + trạng thái cũ "
        f"{number(finding.superseded)} + cách ly {number(finding.quarantined)}",
        en=f"{number(source.rows_read)} records = usable {number(finding.kept)} + older states "
        f"{number(finding.superseded)} + quarantined {number(finding.quarantined)}",
    ).in_language(language)
    if source.not_records:
        kinds = ", ".join(
            f"{NOT_RECORDS[kind].in_language(language)} {number(count)}"
            for kind, count in source.not_records.items()
        )
        yield Text(
            vi=f"dòng không phải bản ghi: {kinds}", en=f"rows that are no records: {kinds}"
        ).in_language(language)


def _columns(columns: Sequence[ColumnFinding], language: Language, *, wide: bool) -> Table:
    view = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    headings = (
        Text(vi="Cột", en="Column"),
        Text(vi="Hiểu là", en="Taken for"),
        Text(vi="Đọc được", en="Valid"),
        Text(vi="Giá trị", en="Values"),
    )
    for heading in headings:
        view.add_column(
            heading.in_language(language), overflow="fold", header_style="bold", ratio=None if wide else 1
        )
    for column in columns:
        view.add_row(
            RichText(column.heading),
            RichText(column.canonical or f"({_USES[column.use].in_language(language)})"),
            RichText(_share(column, language)),
            RichText(_remark(column, language)),
            style=None if column.use == "read" else "dim",
        )
    return view


def _share(column: ColumnFinding, language: Language) -> str:
    if column.filled is None or column.valid is None:
        return ""
    if not column.filled:
        return Text(vi="trống", en="empty").in_language(language)
    share = percent(Fraction(column.valid, column.filled), 0 if column.valid == column.filled else 2)
    shown = number_text(share, language) if share != 100 else "100"
    of = Text(vi="của", en="of").in_language(language)
    return f"{shown} % {of} {number_text(column.filled, language)}"


def _remark(column: ColumnFinding, language: Language) -> str:
    parts = [column.sample] if column.sample else []
    if column.use == "passed_over":
        parts.append(_USES[column.use].in_language(language))
    if column.near is not None:
        known, canonical = column.near
        parts.append(
            Text(
                vi=f"gần giống “{known}” ({canonical}); khai báo bằng --mapping nếu đúng",
                en=f"nearly “{known}” ({canonical}); name it in a --mapping file if so",
            ).in_language(language)
        )
    if column.note is not None:
        parts.append(column.note.in_language(language))
    return "; ".join(parts)


def _places(examples: Sequence[tuple[str, int]]) -> str:
    """Return row numbers under the names of their files, without the folders."""
    by_file: dict[str, list[str]] = {}
    for label, row in examples:
        by_file.setdefault(label.replace("\\", "/").rpartition("/")[2], []).append(str(row))
    return "; ".join(f"{file}: {', '.join(rows)}" for file, rows in by_file.items())


def _listed(indices: Sequence[str]) -> str:
    shown = ", ".join(indices[:_MOST_INDICES])
    return shown if len(indices) <= _MOST_INDICES else f"{shown} … ({len(indices)})"


def _faults(faults: Sequence[tuple[FaultFinding, tuple[str, ...]]], language: Language) -> Table:
    view = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for heading, right in (
        (Text(vi="Số dòng", en="Rows"), True),
        (Text(vi="Lỗi", en="Fault"), False),
        (Text(vi="Ở dòng", en="In rows"), False),
        (Text(vi="Ảnh hưởng đến điểm", en="What it does to the score"), False),
    ):
        view.add_column(
            heading.in_language(language),
            justify="right" if right else "left",
            overflow="fold",
            header_style="bold",
        )
    for fault, indices in faults:
        named = ", ".join(fault.columns)
        message = fault.message.in_language(language)
        places = _places(fault.examples)
        more = " …" if fault.rows > len(fault.examples) else ""
        touched = f" → {_listed(indices)}" if indices else ""
        view.add_row(
            RichText(number_text(fault.rows, language)),
            RichText(f"{fault.table}: {message}" + (f" ({named})" if named else "")),
            RichText(places + more),
            RichText(fault.effect.in_language(language) + touched),
        )
    return view
