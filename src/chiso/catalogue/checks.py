"""Checks across the entries of a catalogue, one function each; every one returns its problems."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from chiso.catalogue.checks_of_rules import check_rules, indices_of
from chiso.catalogue.checks_of_tests import check_tests
from chiso.catalogue.meaning import Meaning
from chiso.catalogue.model import CatalogueText
from chiso.catalogue.reader import Document, Path, Resolved
from chiso.errors import CatalogueError, Problem, Text, plural
from chiso.terms.numbers import shortest_text

_GROUP_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_INDEX_CODE = re.compile(r"[\w.\-]{1,40}")
# A group's code heads a column of the results beside these.
_COLUMNS_OF_RESULTS = frozenset(
    (
        *("rank", "period", "unit_code", "unit_name", "level", "key", "key_name"),
        *("total", "max_points", "band", "outcome"),
    )
)


def check(
    text: CatalogueText, resolved: Resolved, document: Document, mended: Collection[Path] = ()
) -> Iterator[Problem]:
    """Yield every fault that no single entry shows by itself, on one day of the catalogue.

    Where values of single entries were ``mended``, only what the mending cannot have caused is told.
    """
    mended_keys = {str(path[-1]) for path in mended}
    yield from _dates(text, document)
    yield from _conditions_begin(resolved)
    yield from _editions(text, resolved)
    yield from _codes(text, resolved)
    if not {"points", "total", "indices", "groups"} & mended_keys:
        yield from _sums(text, resolved)
    if not mended:
        yield from check_rules(text, resolved)
    yield from _bands(text, resolved)
    yield from check_tests(text, resolved, mended)
    try:
        Meaning(text, resolved, document).rules(text.editions[0], text.editions[0].from_)
    except CatalogueError as error:
        yield from error.problems


def _dates(text: CatalogueText, document: Document) -> Iterator[Problem]:
    first = min(edition.from_ for edition in text.editions)
    for day, place in document.dated_places():
        if day < first:
            yield Problem(
                Text(
                    vi=f"Ngày {day} trước phiên bản đầu tiên ({first})",
                    en=f"Date {day} is before the first edition ({first})",
                ),
                place,
                Text(vi=f"Dùng {first} hoặc muộn hơn", en=f"Use {first} or later"),
            )


def _conditions_begin(resolved: Resolved) -> Iterator[Problem]:
    # Without its condition a measure would count everything until the condition begins. Who means that
    # writes null.
    for path in resolved.not_begun:
        if path[-1] in ("where", "within", "looked_up") or "terms" in path[:-1]:
            yield resolved.lacks_beginning(path)


def _editions(text: CatalogueText, resolved: Resolved) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, edition in enumerate(text.editions):
        if edition.id in seen:
            yield Problem(
                Text(vi=f"Phiên bản “{edition.id}” có hai lần", en=f"Edition “{edition.id}” is given twice"),
                resolved.place(("editions", position, "id")),
            )
        seen.add(edition.id)
        if position and edition.from_ <= text.editions[position - 1].from_:
            yield Problem(
                Text(
                    vi="Các phiên bản phải xếp theo ngày bắt đầu, không trùng ngày",
                    en="Editions must stand in the order of their first days, each day once",
                ),
                resolved.place(("editions", position, "from")),
            )


def _codes(text: CatalogueText, resolved: Resolved) -> Iterator[Problem]:
    taken: set[str] = set()
    names: list[tuple[str, Path]] = []
    for path, index in indices_of(text):
        names.append((index.code, (*path, "code")))
        names.extend((alias, (*path, "aliases", n)) for n, alias in enumerate(index.aliases))
    for name, path in names:
        if not _INDEX_CODE.fullmatch(name):
            yield Problem(
                Text(vi=f"“{name[:40]}” không dùng được làm mã", en=f"“{name[:40]}” cannot be a code"),
                resolved.place(path),
                Text(vi="Chữ cái, số, dấu chấm, gạch", en="Letters, digits, points, dashes"),
            )
        if name.casefold() in taken:
            yield Problem(
                Text(vi=f"Mã “{name}” đã dùng cho chỉ số khác", en=f"Code “{name}” is already taken"),
                resolved.place(path),
            )
        taken.add(name.casefold())
    groups: set[str] = set()
    for position, group in enumerate(text.groups):
        if not _GROUP_CODE.fullmatch(group.code) or group.code in _COLUMNS_OF_RESULTS:
            yield Problem(
                Text(
                    vi=f"“{group.code[:40]}” không dùng được làm mã nhóm",
                    en=f"“{group.code[:40]}” cannot be a group's code",
                ),
                resolved.place(("groups", position, "code")),
                Text(
                    vi="Chữ cái, số và gạch dưới, khác tên các cột kết quả (total, band, …)",
                    en="Letters, digits, underscores; not the name of a result's column (total, band, …)",
                ),
            )
        if group.code.casefold() in groups:
            yield Problem(
                Text(vi=f"Nhóm “{group.code}” có hai lần", en=f"Group “{group.code}” is given twice"),
                resolved.place(("groups", position, "code")),
            )
        groups.add(group.code.casefold())


def _sums(text: CatalogueText, resolved: Resolved) -> Iterator[Problem]:
    for position, group in enumerate(text.groups):
        indices: Path = ("groups", position, "indices")
        if any((*indices, n, "points") in resolved.not_begun for n in range(len(group.indices))):
            continue  # what is missing is told where it is missing
        total = sum((index.points or Decimal(0) for index in group.indices), Decimal(0))
        if total != group.points:
            vi, en = (
                f"{shortest_text(group.points, 'vi')} điểm",
                f"{shortest_text(group.points, 'en')} {plural(group.points, 'point', 'points')}",
            )
            yield Problem(
                Text(
                    vi=f"Nhóm “{group.code}” ghi {vi}, các chỉ số cộng lại {shortest_text(total, 'vi')}",
                    en=f"Group “{group.code}” says {en}, its indices add up to {shortest_text(total, 'en')}",
                ),
                resolved.place(("groups", position, "points")),
            )
    total = sum((group.points for group in text.groups), Decimal(0))
    if text.total is not None and total != text.total:
        points = plural(text.total, "point", "points")
        yield Problem(
            Text(
                vi=f"Tổng ghi {shortest_text(text.total, 'vi')} điểm, các nhóm cộng lại "
                f"{shortest_text(total, 'vi')}",
                en=f"The total says {shortest_text(text.total, 'en')} {points}, the groups add up to "
                f"{shortest_text(total, 'en')}",
            ),
            resolved.place(("total",)),
        )


def _bands(text: CatalogueText, resolved: Resolved) -> Iterator[Problem]:
    starts = [band.from_ for band in text.bands]
    if len(set(starts)) != len(starts):
        yield Problem(
            Text(vi="Hai mức xếp loại cùng điểm bắt đầu", en="Two bands begin at the same points"),
            resolved.place(("bands",)),
        )
