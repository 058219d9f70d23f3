"""One index of a catalogue's reference: what it counts, what that earns, and where it stands in the law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from chiso.arithmetic import quantity
from chiso.catalogue.expression import Definition, walk
from chiso.catalogue.formula import IndexRule, Measure, RepairRule, counts_in
from chiso.catalogue.stretches import Side
from chiso.catalogue.wording import expression_text, measure_text
from chiso.catalogue.words import in_words, measure_in_words
from chiso.reporting.catalogue_names import (
    ROLLUPS,
    RULES,
    STATUSES,
    ZERO_RULES,
    baseline_text,
    fallback_text,
    full_points,
    target,
)
from chiso.reporting.markdown import code, escaped, heading, link, table
from chiso.reporting.reference_page import BREAK, Page
from chiso.reporting.tables import day_text
from chiso.terms.numbers import shortest_text, with_mark

Told = Callable[[IndexRule, Side], str | None]


def index_anchor(index_code: str) -> str:
    """Return the name by which links find an index."""
    return f"index-{index_code}"


def definition_anchor(table_name: str, name: str) -> str:
    """Return the name by which links find a definition."""
    return f"{table_name}.{name}"


def index_section(index_code: str, page: Page) -> list[str]:
    """Return the section of one index."""

    def told(what: Told, between: str = "; ") -> str:
        def value(side: Side) -> str | None:
            index = _found(index_code, side)
            return None if index is None else what(index, side)

        return page.dated(value, between=between)

    last = next(
        index for side in reversed(page.sides) if (index := _found(index_code, side.value)) is not None
    )
    other = last.name.en if page.language == "vi" else last.name.vi
    rows = [(label, text) for label, text in _facts(page, told) if text]
    return [
        *heading(3, f"{last.code} {page.plain(last.name)}", index_anchor(last.code)),
        f"*{escaped(other)}*",
        "",
        *table(("", ""), rows),
    ]


def _found(index_code: str, side: Side) -> IndexRule | None:
    return next((index for index in side.rules.indices if index.code == index_code), None)


def _facts(page: Page, told: Callable[..., str]) -> Iterator[tuple[str, str]]:
    say = page.say
    yield say("Bí danh", "Aliases"), told(lambda index, _: ", ".join(map(code, index.aliases)))
    yield say("Tử số", "Numerator"), told(lambda index, _: _measure(index, index.numerator, page), BREAK)
    yield say("Mẫu số", "Denominator"), told(lambda index, _: _measure(index, index.denominator, page), BREAK)
    yield (
        say("Định nghĩa dùng đến", "Definitions used"),
        told(lambda index, _: _definitions(index, page), BREAK),
    )
    yield (
        say("Thiếu mẫu số", "Without denominator"),
        told(
            lambda index, _: None if index.fallback is None else page.of(fallback_text(index.fallback)), BREAK
        ),
    )
    yield (
        say("Mốc so sánh", "Baseline"),
        told(
            lambda index, _: None if index.baseline is None else page.of(baseline_text(index.baseline)), BREAK
        ),
    )
    yield (
        say("Quy ra năm", "Per year"),
        told(
            lambda index, _: (
                say("× số ngày của năm / số ngày đã xét", "× days of the year / days judged")
                if index.per_year
                else None
            )
        ),
    )
    yield (
        say("Đến hạn", "Due"),
        told(lambda index, _: None if index.due is None else day_text(index.due, page.language)),
    )
    yield (
        say("Điểm tối đa", "Maximum points"),
        told(lambda index, _: shortest_text(index.points, page.language) if index.scored else None),
    )
    yield say("Cách tính điểm", "Points"), told(lambda index, _: page.of(RULES[index.rule.kind]))
    yield say("Đủ điểm ở", "Full points at"), told(lambda index, _: _full_points(index, page))
    yield (
        say("Không có điểm từ", "No points from"),
        told(lambda index, _: _bound(index.rule.none_at, index, page)),
    )
    yield say("Bậc", "Steps"), told(lambda index, _: _steps(index, page), BREAK)
    yield (
        say("Khi mẫu số bằng 0", "When the denominator is 0"),
        told(lambda index, _: page.of(ZERO_RULES[index.on_zero])),
    )
    yield say("Cộng dồn", "Roll-up"), told(lambda index, _: page.of(ROLLUPS[index.rollup]))
    yield (
        say("Đo ở cấp", "Measured at"),
        told(lambda index, _: page.levels(index.measured_at) or say("từng đơn vị", "each unit")),
    )
    yield say("Áp dụng cho cấp", "Applies to"), told(lambda index, _: page.levels(index.applies_to))
    yield (
        say("Căn cứ", "Source"),
        told(
            lambda index, _: escaped(", ".join(filter(None, (index.source.document, index.source.place)))),
            BREAK,
        ),
    )
    yield say("Trạng thái căn cứ", "Status"), told(lambda index, _: page.of(STATUSES[index.status]))
    yield (
        say("Ghi chú", "Note"),
        told(lambda index, _: None if index.source.note is None else page.of(index.source.note), BREAK),
    )
    yield say("Cách khắc phục", "Remedy"), told(lambda index, _: page.of(index.remedy), BREAK)
    yield (
        say("Việc còn sửa được", "Repairs"),
        told(
            lambda index, _: BREAK.join(_repair(repair, page) for repair in index.repairs) or None,
            BREAK,
        ),
    )
    yield (
        say("Phép thử", "Tests"),
        told(lambda index, _: BREAK.join(escaped(test.name) for test in index.tests) or None, BREAK),
    )


def _measure(index: IndexRule, measure: Measure | None, page: Page) -> str:
    if measure is None and index.task:
        return page.say("nhiệm vụ, xong hoặc chưa, theo số báo cáo", "a task, done or not, as reported")
    if measure is None:
        return page.say("theo số báo cáo", "as reported")
    return f"{page.of(measure_in_words(measure))}{BREAK}{code(measure_text(measure))}"


def _definitions(index: IndexRule, page: Page) -> str | None:
    used: dict[str, str] = {}
    for measure in (index.numerator, index.denominator):
        for count in counts_in(measure):
            for tree in (count.of, count.where):
                for part in walk(tree) if tree is not None else ():
                    if isinstance(part, Definition):
                        shown = part.name if part.words is None else part.words.in_language(page.language)
                        used[part.name] = link(shown, definition_anchor(count.table, part.name))
    return "; ".join(used.values()) or None


def _full_points(index: IndexRule, page: Page) -> str | None:
    return None if index.rule.full_at is None else page.of(full_points(index))


def _bound(value: Fraction | None, index: IndexRule, page: Page) -> str | None:
    return None if value is None else page.of(target(value, index.value_unit))


def _steps(index: IndexRule, page: Page) -> str | None:
    steps = [
        page.say(
            f"từ {target(start, index.value_unit).vi}: {with_mark(quantity(share, as_percent=True), 'vi')} "
            f"số điểm",
            f"from {target(start, index.value_unit).en}: {quantity(share, as_percent=True)} of the points",
        )
        for start, share in sorted(index.rule.steps)
    ]
    return BREAK.join(steps) or None


def _repair(repair: RepairRule, page: Page) -> str:
    said = escaped(in_words(repair.when, repair.table).in_language(page.language))
    set_to = ", ".join(code(f"{column} = {expression_text(value)}") for column, value in repair.sets)
    return f"{page.of(repair.name)} ({said}: {code(expression_text(repair.when))}; {set_to})"
