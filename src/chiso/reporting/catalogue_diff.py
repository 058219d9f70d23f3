"""What differs between two catalogues: a page for people, a table and JSON for scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from chiso.catalogue.changes import Change
from chiso.catalogue.difference import Difference, Subject, Value
from chiso.catalogue.stretches import Days
from chiso.errors import Language, Text, plural
from chiso.reporting.tables import Column, ReportTable, day_text
from chiso.terms.numbers import number_text
from chiso.version import __version__

SCHEMA_VERSION = "1.0"

KINDS = {
    "catalogue": Text(vi="Bộ chỉ số", en="Catalogue"),
    "edition": Text(vi="Phiên bản", en="Edition"),
    "band": Text(vi="Mức xếp loại từ", en="Band from"),
    "table": Text(vi="Bảng", en="Table"),
    "definition": Text(vi="Định nghĩa", en="Definition"),
    "group": Text(vi="Nhóm", en="Group"),
    "index": Text(vi="Chỉ số", en="Index"),
    "reading": Text(vi="Cách hiểu khác", en="Reading"),
}
_COLUMNS = (
    Column("subject", "text", Text(vi="Loại", en="Kind")),
    Column("name", "text", Text(vi="Mã", en="Code")),
    Column("item", "text", Text(vi="Mục", en="Item")),
    Column("key", "text", Text(vi="Khóa", en="Key")),
    Column("change", "text", Text(vi="Thay đổi", en="Change")),
    Column("old", "text", Text(vi="Cũ", en="Old")),
    Column("new", "text", Text(vi="Mới", en="New")),
    Column("first_day", "text", Text(vi="Từ ngày", en="From")),
    Column("last_day", "text", Text(vi="Đến ngày", en="To")),
    Column("moves_scores", "text", Text(vi="Đổi kết quả", en="Changes results")),
    Column("indices", "text", Text(vi="Chỉ số", en="Indices")),
)
# Values that together are longer stand in lines of their own.
_SHORT = 60


def change_kind(difference: Difference) -> str:
    """Return ``added``, ``removed`` or ``changed``, as scripts read it."""
    if difference.old is None:
        return "added"
    return "removed" if difference.new is None else "changed"


def diff_table(changes: Sequence[Change], language: Language) -> ReportTable:
    """Return one row per difference and stretch of days, as scripts read them."""
    rows = []
    for change in changes:
        it, days = change.difference, change.days
        rows.append(
            (
                it.subject.kind,
                it.subject.name,
                it.item,
                it.key or None,
                change_kind(it),
                _written(it.old, language),
                _written(it.new, language),
                None if days is None else days.first.isoformat(),
                None if days is None or days.last is None else days.last.isoformat(),
                "true" if it.moves_scores else "false",
                " ".join(it.indices) or None,
            )
        )
    return ReportTable(_COLUMNS, tuple(rows))


def diff_json(old: str, new: str, changes: Sequence[Change], language: Language) -> str:
    """Return the differences as JSON; docs/schemas/catalogue-diff.schema.json describes it."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "chiso_version": __version__,
        "old": old,
        "new": new,
        "differences": [_entry(change, language) for change in changes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _entry(change: Change, language: Language) -> dict[str, object]:
    it, days = change.difference, change.days
    return {
        "subject": it.subject.kind,
        "name": it.subject.name,
        "title": None if it.subject.title is None else it.subject.title.in_language(language),
        "item": it.item,
        "key": it.key or None,
        "change": change_kind(it),
        "old": _written(it.old, language),
        "new": _written(it.new, language),
        "old_in_words": _in_words(it.old, language),
        "new_in_words": _in_words(it.new, language),
        "first_day": None if days is None else days.first.isoformat(),
        "last_day": None if days is None or days.last is None else days.last.isoformat(),
        "moves_scores": it.moves_scores,
        "indices": list(it.indices),
    }


def diff_page(old: str, new: str, changes: Sequence[Change], language: Language, width: int) -> str:
    """Return the differences as a page to read: subject by subject, each key with what it does to results."""
    lines = [f"{old} → {new}"]
    for line in _summary(changes, language):
        lines += _wrapped(line, "", width)
    for subject, of_subject in groupby(changes, key=lambda change: change.difference.subject):
        lines += ["", *_wrapped(_heading(subject, language), "", width)]
        for change in of_subject:
            lines += _of_change(change, language, width)
    return "".join(f"{line}\n" for line in lines)


def _summary(changes: Sequence[Change], language: Language) -> Iterator[str]:
    if not changes:
        yield Text(vi="Không có khác biệt.", en="No difference.").in_language(language)
        return
    moving = [change.difference for change in changes if change.difference.moves_scores]
    number = len(changes)
    yield Text(
        vi=f"{number_text(number, 'vi')} khác biệt, trong đó {number_text(len(moving), 'vi')} có thể làm "
        f"thay đổi điểm.",
        en=f"{number_text(number, 'en')} {plural(number, 'difference', 'differences')}, "
        f"{number_text(len(moving), 'en')} of which can change scores.",
    ).in_language(language)
    indices = ", ".join(
        sorted({code for difference in moving for code in difference.indices}, key=_by_number)
    )
    if indices:
        yield Text(
            vi=f"Chỉ số có thể đổi điểm: {indices}", en=f"Indices whose scores can change: {indices}"
        ).in_language(language)


def _by_number(code: str) -> list[tuple[int, str]]:
    """Return the key that sorts 2.10 after 2.9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code)]


def _heading(subject: Subject, language: Language) -> str:
    kind = KINDS[subject.kind].in_language(language)
    title = "" if subject.title is None else f"  {subject.title.in_language(language)}"
    unit = Text(vi=" điểm", en=" points").in_language(language) if subject.kind == "band" else ""
    return f"{kind} {subject.name}{unit}{title}"


def _of_change(change: Change, language: Language, width: int) -> Iterator[str]:
    it = change.difference
    old, new = (_written(value, language) for value in (it.old, it.new))
    only = {
        "added": Text(vi="chỉ có ở bản mới", en="only in the new one"),
        "removed": Text(vi="chỉ có ở bản cũ", en="only in the old one"),
    }.get(change_kind(it))
    in_words = _in_words(it.old or it.new, language) is not None
    key = it.key if it.item is None else f"{it.key} [{it.item}]"
    whole = not it.key
    if only is not None and whole:
        key = only.in_language(language)
    if not whole and not in_words and len(f"{old}{new}") <= _SHORT:
        yield from _wrapped(f"{key}: {old or '–'} → {new or '–'}", "  ", width)
    else:
        yield from _wrapped(key, "  ", width)
        for label, value in (
            (Text(vi="cũ:  ", en="old: "), it.old),
            (Text(vi="mới: ", en="new: "), it.new),
        ):
            if value is not None or not whole:
                yield from _value_lines(label.in_language(language), value, language, width)
    yield from _wrapped(_effect(change, language), "    ", width)


def _value_lines(label: str, value: Value | None, language: Language, width: int) -> Iterator[str]:
    if value is None:
        yield f"    {label}–"
        return
    indent = " " * (4 + len(label))
    written = wrap(
        value.written.in_language(language),
        width - len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield f"    {label}{written[0]}"
    yield from (f"{indent}{line}" for line in written[1:])
    words = _in_words(value, language)
    if words is not None:
        yield from _wrapped(f"({words})", indent, width)


def _effect(change: Change, language: Language) -> str:
    it = change.difference
    if not it.moves_scores:
        effect = Text(vi="không làm thay đổi điểm", en="changes no score")
    elif it.indices:
        listed = ", ".join(it.indices)
        word = plural(len(it.indices), "index", "indices")
        effect = Text(
            vi=f"có thể đổi điểm của chỉ số {listed}", en=f"can change the scores of {word} {listed}"
        )
    else:
        effect = Text(vi="có thể đổi tổng điểm, xếp loại", en="can change totals and bands")
    said = effect.in_language(language)
    return said if change.days is None else f"{_periods(change.days, language)}: {said}"


def _periods(days: Days, language: Language) -> str:
    first, last = (None if day is None else day_text(day, language) for day in (days.first, days.last))
    if last is None:
        return Text(vi=f"kỳ kết thúc từ {first}", en=f"periods ending from {first} on").in_language(language)
    return Text(
        vi=f"kỳ kết thúc từ {first} đến {last}", en=f"periods ending from {first} to {last}"
    ).in_language(language)


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]


def _written(value: Value | None, language: Language) -> str | None:
    return None if value is None else value.written.in_language(language)


def _in_words(value: Value | None, language: Language) -> str | None:
    return None if value is None or value.words is None else value.words.in_language(language)
