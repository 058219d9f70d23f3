"""What an index is, for readers without a law degree: counted what, earned how, founded on what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chiso.catalogue.expression import Definition, walk
from chiso.catalogue.formula import Count, IndexRule, Measure, RuleSet, counts_in
from chiso.catalogue.vocabulary import vocabulary
from chiso.catalogue.wording import measure_text
from chiso.catalogue.words import definition_in_words, in_words, measure_in_words
from chiso.errors import Text
from chiso.reporting.catalogue_names import (
    ROLLUPS,
    RULES,
    ZERO_RULES,
    baseline_text,
    fallback_text,
    full_points,
    target,
)
from chiso.reporting.tables import VALUE_UNITS, day_text
from chiso.terms.unit import Level


@dataclass(frozen=True)
class Fact:
    """One line of a definition; ``written`` is how the catalogue itself has it."""

    label: Text
    text: Text
    written: str | None = None


def index_facts(index: IndexRule, rules: RuleSet) -> list[Fact]:
    """Return what an index counts and how that earns points."""
    return [*_measures(index, rules), *_points(index), *_scope(index)]


def _measures(index: IndexRule, rules: RuleSet) -> Iterator[Fact]:
    for label, measure in (
        (Text(vi="Tử số", en="Numerator"), index.numerator),
        (Text(vi="Mẫu số", en="Denominator"), index.denominator),
    ):
        yield _measure(label, measure, index)
    counts = [c for m in (index.numerator, index.denominator) for c in counts_in(m)]
    for count_table in dict.fromkeys(count.table for count in counts):
        if count_table in rules.tables:
            said = in_words(rules.tables[count_table].population, count_table)
            name = vocabulary().tables[count_table]
            label = Text(vi=f"{name.vi.capitalize()} thuộc kỳ", en=f"{name.more.capitalize()} of the period")
            yield Fact(label, said)
    for definition, table in _definitions(counts):
        called = definition.words or Text(definition.name, definition.name)
        label = Text(vi=f"“{called.vi}” nghĩa là", en=f"“{called.en}” means")
        yield Fact(label, definition_in_words(definition, table))


def _measure(label: Text, measure: Measure | None, index: IndexRule) -> Fact:
    if measure is not None:
        return Fact(label, measure_in_words(measure), measure_text(measure))
    if index.task:
        return Fact(
            label,
            Text(vi="nhiệm vụ, xong hoặc chưa, theo số báo cáo", en="a task, done or not, as reported"),
        )
    return Fact(label, Text(vi="theo số báo cáo", en="as reported"))


def _definitions(counts: list[Count]) -> Iterator[tuple[Definition, str]]:
    """Yield the definitions that an index names, each once, with the table it is about."""
    told: set[tuple[str, str]] = set()
    for count in counts:
        for tree in (count.of, count.where):
            for part in walk(tree) if tree is not None else ():
                if isinstance(part, Definition) and (part.name, count.table) not in told:
                    told.add((part.name, count.table))
                    yield part, count.table


def _points(index: IndexRule) -> Iterator[Fact]:
    if index.fallback is not None:
        yield Fact(Text(vi="Thiếu mẫu số", en="Without denominator"), fallback_text(index.fallback))
    if index.baseline is not None:
        yield Fact(Text(vi="Mốc so sánh", en="Baseline"), baseline_text(index.baseline))
    if index.per_year:
        yield Fact(
            Text(vi="Quy ra năm", en="Per year"),
            Text(vi="× số ngày của năm / số ngày đã xét", en="× days of the year / days judged"),
        )
    if index.due is not None:
        yield Fact(Text(vi="Đến hạn", en="Due"), Text(day_text(index.due, "vi"), day_text(index.due, "en")))
    yield Fact(Text(vi="Cách tính điểm", en="Points"), RULES[index.rule.kind])
    if index.rule.full_at is not None or index.task:
        unit, shown = VALUE_UNITS[index.value_unit], full_points(index)
        if index.is_share or index.task:
            unit = Text("", "")
        yield Fact(
            Text(vi="Đủ điểm ở", en="Full points at"),
            Text(f"{shown.vi} {unit.vi}".strip(), f"{shown.en} {unit.en}".strip()),
        )
    if index.rule.none_at is not None:
        bound = target(index.rule.none_at, index.value_unit)
        yield Fact(Text(vi="Không có điểm từ", en="No points from"), bound)
    for start, share in sorted(index.rule.steps):
        bound, part = target(start, index.value_unit), target(share, "percent")
        yield Fact(
            Text(vi=f"Từ {bound.vi}", en=f"From {bound.en}"),
            Text(vi=f"{part.vi} số điểm", en=f"{part.en} of the points"),
        )
    yield Fact(Text(vi="Khi mẫu số bằng 0", en="When the denominator is 0"), ZERO_RULES[index.on_zero])


def _scope(index: IndexRule) -> Iterator[Fact]:
    yield Fact(Text(vi="Cộng dồn", en="Roll-up"), ROLLUPS[index.rollup])
    each = Text(vi="từng đơn vị", en="each unit")
    yield Fact(Text(vi="Đo ở cấp", en="Measured at"), _levels(index.measured_at) or each)
    yield Fact(Text(vi="Áp dụng cho cấp", en="Applies to"), _levels(index.applies_to) or each)


def _levels(levels: tuple[Level, ...]) -> Text | None:
    known = vocabulary().column("units", "level").values
    names = [known[level] for level in levels]
    return Text("; ".join(n.vi for n in names), "; ".join(n.en for n in names)) if names else None
