"""Conditions in words: a legal officer reads them aloud, in Vietnamese and in English.

After a change of wording: ``CHISO_REWRITE_WORDS=1 pytest tests/catalogue/test_words.py``, then read the diff
of tests/catalogue/words_of_766.txt.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import a_catalogue
from tests.compositions import composer
from tests.worlds import worlds

from chiso import load_catalogue
from chiso.catalogue.condition import parse_value
from chiso.catalogue.expression import PARAMETERS, Definition, Expression, Not, walk
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.scope import Scope
from chiso.catalogue.vocabulary import vocabulary
from chiso.catalogue.words import definition_in_words, in_words, measure_in_words
from chiso.errors import Text
from chiso.terms.columns import TABLES

WORDS = {
    "in_time": Text("đúng hạn", "in time"),
    "closed_on": Text("ngày kết thúc", "closing day"),
}


def tree_of(text: str, table: str = "cases") -> Expression:
    """Return the tree of a text, which may use two definitions with words and one without."""
    bodies = {
        "closed_on": "coalesce(finished_on, returned_on)",
        "in_time": "finished_on <= due_on",
        "unnamed": "synced",
    }
    spec = TABLES[table]

    def definition(name: str) -> Expression | None:
        return parse_value(bodies[name], Scope(spec, definition)) if name in bodies else None

    return parse_value(text, Scope(spec, definition, tuple(bodies), WORDS))


SPEC = (Path(__file__).parent / "conditions_in_words.txt").read_text("utf-8").splitlines()[1:]
ROWS = [tuple(cell.strip() for cell in line.split(" | ")) for line in SPEC]


@pytest.mark.parametrize(("condition", "vi", "en"), ROWS, ids=[row[0] for row in ROWS])
def test_a_condition_is_said_as_one_would_read_it(condition: str, vi: str, en: str) -> None:
    assert in_words(tree_of(condition), "cases") == Text(vi, en)


def test_a_column_is_called_as_in_its_table() -> None:
    tree = parse_value("due_on", Scope(TABLES["petitions"], lambda _: None))
    assert in_words(tree, "petitions") == Text("ngày hết hạn trả lời", "the due day")
    # Without a table nothing tells whose column it is.
    assert in_words(tree) == Text("ngày hẹn trả", "the due day")
    assert in_words(tree_of("synced")).en == "it is synchronised"


def test_a_definition_is_explained_by_what_it_stands_for() -> None:
    tree = tree_of("in_time")
    assert isinstance(tree, Definition)
    assert definition_in_words(tree, "cases") == Text(
        "ngày kết thúc xử lý không sau ngày hẹn trả", "the day of finishing is not after the due day"
    )


# Names


def test_every_table_column_word_relation_and_parameter_has_both_languages() -> None:
    words = vocabulary()
    assert list(words.tables) == list(TABLES)
    assert set(words.parameters) == set(PARAMETERS)
    assert set(words.relations) == {name for spec in TABLES.values() for name in spec.relations}
    texts = [*words.parameters.values()]
    for relation in words.relations.values():
        texts += [relation.name, relation.exists, relation.lacks]
    for table, spec in TABLES.items():
        named = words.tables[table]
        texts.append(Text(named.vi, named.one))
        texts.append(Text(named.vi, named.more))
        assert list(named.columns) == list(spec.columns), table
        for name, column in spec.columns.items():
            said = named.columns[name]
            texts.append(said.name)
            assert list(said.values) == list(column.values), f"{table}.{name}"
            texts += said.values.values()
            assert (said.day is not None) == (column.kind == "timestamp"), f"{table}.{name}"
            assert (said.said is not None) == (column.kind == "boolean"), f"{table}.{name}"
            assert (said.denied is not None) == (column.kind == "boolean"), f"{table}.{name}"
            texts += [text for text in (said.day, said.said, said.denied) if text is not None]
    for text in texts:
        assert text.vi.strip() and text.en.strip(), text
        assert text.vi == unicodedata.normalize("NFC", text.vi)
        assert "_" not in text.vi + text.en


def test_words_for_a_definition_that_is_none_are_a_fault(tmp_path: Path) -> None:
    from chiso.errors import CatalogueError

    path = a_catalogue(
        tmp_path, ("groups:", "    words:\n      on_tme: {vi: đúng hạn, en: in time}\ngroups:")
    )
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    (problem,) = caught.value.problems
    assert problem.message.en == "There is no definition “on_tme”"
    assert problem.hint is not None and "on_time" in problem.hint.en
    assert problem.place is not None and problem.place.line == 17


def test_words_of_a_definition_are_said_in_conditions(tmp_path: Path) -> None:
    path = a_catalogue(
        tmp_path, ("groups:", "    words:\n      on_time: {vi: đúng hạn, en: in time}\ngroups:")
    )
    rules = load_catalogue(path).rules(date(2026, 1, 1))
    numerator = rules.indices[0].numerator
    assert numerator is not None
    assert measure_in_words(numerator) == Text(
        "số hồ sơ đúng hạn", "the number of cases where the case is in time"
    )


# Measures

MEASURES = {
    "numerator: {where: on_time}": (
        "số hồ sơ mà (ngày sớm hơn",  # on_time has no words here: its body is said
        "the number of cases where (the earlier of",
    ),
    "numerator: {where: due_on is not null}": (
        "số hồ sơ có ngày hẹn trả",
        "the number of cases where there is a due day",
    ),
    "numerator: {where: due_on is not null and synced}": (
        "số hồ sơ thỏa mãn: có ngày hẹn trả và đã đồng bộ",
        "the number of cases where there is a due day and the case is synchronised",
    ),
    "numerator: {count: distinct procedure_id, where: channel = 'online'}": (
        "số mã TTHC khác nhau trong các hồ sơ mà hình thức nộp là “trực tuyến”",
        "the number of different procedure codes among the cases where the channel is “online”",
    ),
    "numerator: {sum: fee}": ("tổng số tiền phí, lệ phí của các hồ sơ", "the sum of the fee over the cases"),
    "numerator: {max: waiting_minutes}": (
        "giá trị lớn nhất của thời gian chờ (phút) của các hồ sơ",
        "the largest value of the waiting time in minutes over the cases",
    ),
    "numerator: {subtract: [{where: synced}, {constant: 1}]}": (
        "số hồ sơ đã đồng bộ, trừ 1",
        "the number of cases where the case is synchronised, less 1",
    ),
    "numerator: {add: [{constant: 2}, {multiply: [{constant: 3}, {constant: 4}]}]}": (
        "2, cộng (3, nhân với 4)",
        "2, plus (3, times 4)",
    ),
    "numerator: {largest: [{constant: 2}, {records: cases}]}": (
        "số lớn nhất trong: 2; số hồ sơ",
        "the largest of: 2; the number of cases",
    ),
}


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_says_what_is_counted(measure: str, tmp_path: Path) -> None:
    path = a_catalogue(tmp_path, ("numerator: {where: on_time}", measure))
    numerator = load_catalogue(path).rules(date(2026, 1, 1)).indices[0].numerator
    assert numerator is not None
    said = measure_in_words(numerator)
    vi, en = MEASURES[measure]
    if "on_time" in measure:
        assert said.vi.startswith(vi) and said.en.startswith(en)
    else:
        assert said == Text(vi, en)


# The shipped catalogue


def said_by(rules: RuleSet) -> Iterator[tuple[str, Text]]:
    """Every condition, measure and definition of an edition with its words."""
    for table, entry in rules.tables.items():
        yield f"{table} population", in_words(entry.population, table)
        for exclusion in entry.exclusions:
            yield f"{table} excluded, {exclusion.reason.en}", in_words(exclusion.when, table)
        if entry.looked_up is not None:
            yield f"{table} looked up", in_words(entry.looked_up, table)
        for definition in entry.definitions:
            assert definition.words is not None, f"{definition.name} has no words"
            yield f"{table} {definition.name}: {definition.words.vi}", definition_in_words(definition, table)
    for index in rules.indices:
        for name, measure in (("numerator", index.numerator), ("denominator", index.denominator)):
            if measure is not None:
                yield f"{index.code} {name}", measure_in_words(measure)


def editions() -> list[RuleSet]:
    catalogue = load_catalogue()
    return [catalogue.rules(date.max, edition.id) for edition in catalogue.editions]


# Words that both languages write alike.
_ALIKE = {"vneid"}


def test_nothing_of_the_machine_is_left_in_the_words_of_the_shipped_catalogue() -> None:
    names = {name for spec in TABLES.values() for name in spec.columns}
    names |= {word for spec in TABLES.values() for column in spec.columns.values() for word in column.values}
    names |= {"coalesce", "least", "greatest", "workdays", "days", "null", "and", "or", "not", "is", "the"}
    for rules in editions():
        names |= {definition.name for entry in rules.tables.values() for definition in entry.definitions}
        for place, said in said_by(rules):
            assert "_" not in said.vi + said.en, place
            assert said.vi == unicodedata.normalize("NFC", said.vi), place
            words = {word for word in re.findall(r"[a-z_]+", said.vi.casefold()) if len(word) > 2}
            assert not words & names - _ALIKE, (place, words & names)
            assert not re.search(r"[^\x00-\x7f“”]", said.en), place


def test_every_definition_of_the_shipped_catalogue_keeps_its_words_in_trees() -> None:
    for rules in editions():
        for table, entry in rules.tables.items():
            called = {definition.name: definition.words for definition in entry.definitions}
            for definition in entry.definitions:
                for part in walk(definition.body):
                    if isinstance(part, Definition):
                        assert part.words == called[part.name], (table, part.name)


def test_the_words_of_the_shipped_catalogue_are_those_that_were_read_through() -> None:
    found: dict[tuple[str, Text], list[str]] = {}
    for rules in editions():
        for place, said in said_by(rules):
            found.setdefault((place, said), []).append(rules.edition)
    every = len(editions())
    text = "".join(
        f"{place}{'' if len(where) == every else ' (' + ', '.join(where) + ')'}\n  {said.vi}\n  {said.en}\n"
        for (place, said), where in found.items()
    )
    path = Path(__file__).parent / "words_of_766.txt"
    if os.environ.get("CHISO_REWRITE_WORDS"):
        path.write_text(text, "utf-8", newline="\n")
    assert path.read_text("utf-8") == text


# Whatever the language admits can be said


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_whatever_the_language_admits_can_be_said(data: st.DataObject) -> None:
    world = data.draw(worlds())
    table = data.draw(st.sampled_from(sorted(world.sheets)))
    tree = composer(data.draw, world, table).boolean(3)
    said = in_words(tree, table)
    assert said.vi and said.en
    # What is denied twice is said.
    assert in_words(Not(Not(tree)), table) == said
    assert in_words(tree).vi
