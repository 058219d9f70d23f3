"""A catalogue as a readable reference: one page of Markdown, values with the days on which they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from chiso.catalogue.expression import Definition, Expression
from chiso.catalogue.formula import GroupRule, TableRules
from chiso.catalogue.load import Catalogue
from chiso.catalogue.stretches import Dated, Side, days_of
from chiso.catalogue.vocabulary import vocabulary
from chiso.catalogue.wording import expression_text
from chiso.catalogue.words import definition_in_words, in_words
from chiso.errors import Language
from chiso.reporting.catalogue_names import ARITHMETICS, NOT_APPLICABLE, STATUSES, full_points
from chiso.reporting.index_reference import definition_anchor, index_anchor, index_section
from chiso.reporting.markdown import code, heading, link, table
from chiso.reporting.reference_page import BREAK, Page
from chiso.terms.numbers import shortest_text


def reference_markdown(catalogue: Catalogue, sides: Sequence[Dated[Side]], language: Language) -> str:
    """Return the reference of a catalogue over the days of ``sides``."""
    page = Page(sides, language)
    rules = page.latest.rules
    lines = [
        *heading(1, rules.title.vi if language == "vi" else rules.title.en),
        page.say(
            f"Mã {code(rules.catalogue)}, tệp {code(catalogue.file)}. Mỗi điều kiện ghi bằng lời, "
            "kèm nguyên văn như trong tệp. Giá trị có ngày áp dụng cho các kỳ kết thúc trong những ngày đó.",
            f"Code {code(rules.catalogue)}, file {code(catalogue.file)}. Every condition stands in words, "
            "and as written in the file. A value with days holds for the periods that end on them.",
        ),
        "",
        *_contents(page),
        *_editions(catalogue, page),
        *_bands(page),
        *_overview(page),
    ]
    for group_code in _codes(page, lambda side: [group.code for group in side.rules.groups]):
        lines += _group(group_code, page)
    for name in _codes(page, lambda side: list(side.rules.tables)):
        lines += _table(name, page)
    return "\n".join(lines).rstrip() + "\n"


def _codes(page: Page, codes_of: Callable[[Side], Sequence[str]]) -> list[str]:
    """Return the codes of every stretch of days, the last stretch's first and in its order."""
    return list(dict.fromkeys(each for side in reversed(page.sides) for each in codes_of(side.value)))


def _contents(page: Page) -> list[str]:
    lines = [
        f"- {link(page.say('Phiên bản', 'Editions'), 'editions')}",
        f"- {link(page.say('Xếp loại', 'Bands'), 'bands')}",
        f"- {link(page.say('Tất cả chỉ số', 'All indices'), 'indices')}",
    ]
    for group in page.latest.rules.groups:
        lines.append(f"- {link(page.plain(group.name), _group_anchor(group.code))}")
        lines += [
            f"  - {link(f'{index.code} {page.plain(index.name)}', index_anchor(index.code))}"
            for index in group.indices
        ]
    lines += [f"- {link(_table_title(name, page), _table_anchor(name))}" for name in page.latest.rules.tables]
    return [*heading(2, page.say("Mục lục", "Contents")), *lines, ""]


def _editions(catalogue: Catalogue, page: Page) -> list[str]:
    rows = [
        (
            code(edition.id),
            page.days(days_of(edition.id, catalogue)),
            page.of(edition.title),
            page.of(NOT_APPLICABLE[edition.not_applicable]),
        )
        for edition in catalogue.editions
    ]
    heads = {
        "vi": ("Mã", "Kỳ kết thúc", "Tên", "Chỉ số không áp dụng cho cấp của đơn vị"),
        "en": ("Id", "Periods ending", "Name", "An index that does not apply to a unit's level"),
    }[page.language]
    return [*heading(2, page.say("Phiên bản", "Editions"), "editions"), *table(heads, rows)]


def _bands(page: Page) -> list[str]:
    def bands(side: Side) -> str:
        return "; ".join(
            f"{page.of(band.name)} {page.say('từ', 'from')} {shortest_text(band.from_, page.language)}"
            for band in side.rules.bands
        )

    total = page.dated(
        lambda side: None if side.rules.total is None else shortest_text(side.rules.total, page.language)
    )
    said = [f"{page.say('Tổng điểm tối đa', 'Maximum total')}: {total}."] if total else []
    found = page.dated(bands, between=BREAK)
    none = page.say("Không xếp loại.", "No bands.")
    return [*heading(2, page.say("Xếp loại", "Bands"), "bands"), *said, "", found or none, ""]


def _overview(page: Page) -> list[str]:
    """Return one row per index, by the last words of the catalogue."""
    heads = {
        "vi": ("Mã", "Tên", "Điểm", "Đủ điểm ở", "Trạng thái căn cứ"),
        "en": ("Code", "Name", "Points", "Full points at", "Status"),
    }[page.language]
    rows = [
        (
            link(index.code, index_anchor(index.code)),
            page.of(index.name),
            shortest_text(index.points, page.language) if index.scored else "–",
            page.of(full_points(index)),
            page.of(STATUSES[index.status]),
        )
        for index in page.latest.rules.indices
    ]
    days = page.days(page.sides[-1].days)
    return [
        *heading(2, page.say("Tất cả chỉ số", "All indices"), "indices"),
        page.say(f"Kỳ kết thúc {days}.", f"Periods ending {days}."),
        "",
        *table(heads, rows),
    ]


def _group(group_code: str, page: Page) -> list[str]:
    def found(side: Side) -> GroupRule | None:
        return next((group for group in side.rules.groups if group.code == group_code), None)

    def points(side: Side) -> str | None:
        group = found(side)
        return None if group is None else shortest_text(group.points, page.language)

    def rounding(side: Side) -> str | None:
        group = found(side)
        if group is None:
            return None
        percent, places = group.rounding.percent, group.rounding.points
        arithmetic = page.of(ARITHMETICS[group.rounding.arithmetic])
        return page.say(
            f"tỷ lệ {percent} chữ số thập phân, điểm {places} chữ số, {arithmetic}",
            f"percents to {percent} decimals, points to {places}, {arithmetic}",
        )

    last = next(group for side in reversed(page.sides) if (group := found(side.value)) is not None)
    lines = [
        *heading(2, page.plain(last.name), _group_anchor(group_code)),
        f"{page.say('Điểm tối đa', 'Maximum points')}: {page.dated(points)}. "
        f"{page.say('Làm tròn', 'Rounding')}: {page.dated(rounding)}.",
        "",
    ]
    of_group = [
        [index.code for index in group.indices] for side in page.sides if (group := found(side.value))
    ]
    # An index stands under the group it belongs to last.
    elsewhere = {index.code for index in page.latest.rules.indices} - {index.code for index in last.indices}
    for index_code in dict.fromkeys(each for codes in reversed(of_group) for each in codes):
        if index_code not in elsewhere:
            lines += index_section(index_code, page)
    return lines


def _table(name: str, page: Page) -> list[str]:
    """Return which rows of a records table belong to a period, and what is defined over it."""

    def of_table(tell: Callable[[TableRules], str | None]) -> Callable[[Side], str | None]:
        def value(side: Side) -> str | None:
            entry = side.rules.tables.get(name)
            return None if entry is None else tell(entry)

        return value

    def excluded(entry: TableRules) -> str | None:
        return BREAK.join(
            f"{page.of(rule.reason)}: {_condition(rule.when, name, page)}" for rule in entry.exclusions
        )

    def looked_up(entry: TableRules) -> str | None:
        return None if entry.looked_up is None else _condition(entry.looked_up, name, page)

    facts = [
        (
            page.say("Thuộc kỳ", "In the period"),
            page.dated(of_table(lambda entry: _condition(entry.population, name, page)), between=BREAK),
        ),
        (page.say("Loại ra", "Left out"), page.dated(of_table(excluded), between=BREAK)),
        (page.say("Tra cứu thấy", "Found by look-ups"), page.dated(of_table(looked_up), between=BREAK)),
    ]
    return [
        *heading(2, _table_title(name, page), _table_anchor(name)),
        *table(("", ""), [(label, text) for label, text in facts if text]),
        *_definitions(name, page),
    ]


def _definitions(table_name: str, page: Page) -> list[str]:
    def found(name: str, side: Side) -> Definition | None:
        entry = side.rules.tables.get(table_name)
        return next((one for one in entry.definitions if one.name == name), None) if entry else None

    def called(name: str, side: Side) -> str | None:
        definition = found(name, side)
        return None if definition is None or definition.words is None else page.of(definition.words)

    def meant(name: str, side: Side) -> str | None:
        definition = found(name, side)
        if definition is None:
            return None
        said = page.of(definition_in_words(definition, table_name))
        return f"{said}{BREAK}{code(expression_text(definition.body))}"

    def names_on(side: Side) -> list[str]:
        entry = side.rules.tables.get(table_name)
        return [] if entry is None else [one.name for one in entry.definitions]

    names = _codes(page, names_on)
    if not names:
        return []
    rows = [
        (
            f'<a id="{definition_anchor(table_name, name)}"></a>{code(name)}',
            page.dated(partial(called, name)),
            page.dated(partial(meant, name), between=BREAK),
        )
        for name in names
    ]
    heads = {"vi": ("Định nghĩa", "Gọi là", "Nghĩa là"), "en": ("Definition", "Called", "Means")}[
        page.language
    ]
    return table(heads, rows)


def _condition(tree: Expression, table_name: str, page: Page) -> str:
    return f"{page.of(in_words(tree, table_name))}{BREAK}{code(expression_text(tree))}"


def _group_anchor(group_code: str) -> str:
    return f"group-{group_code}"


def _table_anchor(name: str) -> str:
    return f"table-{name}"


def _table_title(name: str, page: Page) -> str:
    words = vocabulary().tables[name]
    return page.say(f"Dữ liệu: {words.vi} ({name})", f"Records: {words.more} ({name})")
