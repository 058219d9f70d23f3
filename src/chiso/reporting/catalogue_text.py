"""A catalogue for people: the list of indices, one index in full, the outcome of its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from chiso.catalogue.formula import IndexRule, RuleSet
from chiso.catalogue.model import Bilingual
from chiso.catalogue.wording import definitions_used, expression_text, measure_text
from chiso.errors import Language, Text
from chiso.reporting.catalogue_names import ZERO_RULES, baseline_text, fallback_text, full_points
from chiso.reporting.tables import day_text, number_text
from chiso.scoring.catalogue_tests import TestResult
from chiso.terms.numbers import shortest_text


def _in(text: Bilingual, language: Language) -> str:
    return text.vi if language == "vi" else text.en


def print_catalogue(rules: RuleSet, stream: TextIO, language: Language, *, width: int) -> None:
    """Print every group and index of an edition with points, target, zero rule and status."""
    console = Console(file=stream, width=width, highlight=False)
    title = f"{_in(rules.title, language)} · {rules.edition}: {_in(rules.edition_title, language)}"
    console.print(RichText(title, style="bold"))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    heads = {
        "vi": ("Mã", "Tên", "Điểm", "Đủ điểm ở", "Khi mẫu số 0", "Trạng thái"),
        "en": ("Code", "Name", "Points", "Full at", "At 0/0", "Status"),
    }[language]
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position in (2, 3) else "left", overflow="fold")
    for group in rules.groups:
        table.add_row(
            "",
            RichText(_in(group.name, language), style="bold"),
            shortest_text(group.points, language),
            "",
            "",
            "",
        )
        for index in group.indices:
            table.add_row(
                index.code,
                _in(index.name, language),
                shortest_text(index.points, language) if index.scored else "–",
                full_points(index).in_language(language),
                index.on_zero,
                index.status,
            )
    console.print(table)


def print_index(rules: RuleSet, index: IndexRule, stream: TextIO, language: Language, *, width: int) -> None:
    """Print one index in full: formula as written, definitions, rule, source, remedy, tests."""
    console = Console(file=stream, width=width, highlight=False)
    console.print(RichText(f"{index.code}  {_in(index.name, language)}", style="bold"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, value in _facts(rules, index, language):
        grid.add_row(RichText(label, style="dim"), RichText(value))
    console.print(grid)


def _facts(rules: RuleSet, index: IndexRule, language: Language) -> Iterator[tuple[str, str]]:
    def say(vi: str, en: str) -> str:
        return Text(vi, en).in_language(language)

    yield say("Phiên bản", "Edition"), f"{rules.edition}, {rules.effective_on}"
    yield say("Nhóm", "Group"), _in(rules.group_of(index).name, language)
    yield say("Bí danh", "Aliases"), ", ".join(index.aliases) or "–"
    if index.numerator is None or index.denominator is None:
        task = say("nhiệm vụ, xong hoặc chưa, theo báo cáo", "a task, done or not, as reported")
        reported = say("theo báo cáo (reported)", "as reported")
        yield say("Cách đo", "Measured"), task if index.task else reported
    else:
        yield say("Tử số", "Numerator"), measure_text(index.numerator)
        yield say("Mẫu số", "Denominator"), measure_text(index.denominator)
        used = definitions_used(iter((index.numerator, index.denominator)))
        for name, body in used.items():
            yield f"  {name}", expression_text(body)
    if index.fallback is not None:
        yield say("Thiếu mẫu số", "Without denominator"), fallback_text(index.fallback).in_language(language)
    if index.baseline is not None:
        yield say("Mốc so sánh", "Baseline"), baseline_text(index.baseline).in_language(language)
    if index.per_year:
        yield (
            say("Quy ra năm", "Per year"),
            say("× số ngày của năm / số ngày đã xét", "× days of the year / days judged"),
        )
    if index.due is not None:
        yield say("Đến hạn", "Due"), day_text(index.due, language)
    if index.scored:
        yield say("Điểm", "Points"), shortest_text(index.points, language)
        yield say("Đủ điểm ở", "Full points at"), full_points(index).in_language(language)
    yield say("Khi mẫu số 0", "At 0/0"), ZERO_RULES[index.on_zero].in_language(language)
    yield say("Cộng dồn", "Roll-up"), index.rollup
    yield say("Đo ở", "Measured at"), ", ".join(index.measured_at) or say("từng đơn vị", "each unit")
    yield say("Áp dụng cho", "Applies to"), ", ".join(index.applies_to)
    source = index.source
    yield say("Căn cứ", "Source"), ", ".join(part for part in (source.document, source.place) if part)
    if source.note is not None:
        yield say("Ghi chú", "Note"), _in(source.note, language)
    yield say("Trạng thái", "Status"), index.status
    yield say("Cách khắc phục", "Remedy"), _in(index.remedy, language)
    for repair in index.repairs:
        yield say("Sửa được", "Repair"), f"{_in(repair.name, language)}: {expression_text(repair.when)}"
    for test in index.tests:
        yield say("Phép thử", "Test"), test.name


def test_lines(results: Sequence[TestResult], language: Language) -> list[str]:
    """Return one line per failed test, then a count by edition."""

    def say(vi: str, en: str) -> str:
        return Text(vi, en).in_language(language)

    if not results:
        return [say("Bộ chỉ số không có phép thử nào", "The catalogue carries no tests")]
    lines = []
    for result in results:
        if not result.passed:
            wanted, got = ("/".join(map(str, pair)) for pair in (result.expected, result.counted))
            lines.append(
                f"{result.edition} {result.index} “{result.name}”: "
                + say(f"cần {wanted}, ra {got}", f"expected {wanted}, counted {got}")
            )
    passed = Counter(result.edition for result in results if result.passed)
    for edition, total in Counter(result.edition for result in results).items():
        done, of = number_text(passed[edition], language), number_text(total, language)
        lines.append(
            say(f"{edition}: đạt {done} trên {of} phép thử", f"{edition}: {done} of {of} tests passed")
        )
    return lines
