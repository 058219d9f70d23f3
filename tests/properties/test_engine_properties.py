"""The engine counts what a slow walk through the rows counts, whatever it is asked over whatever records."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.catalogues import catalogue_text, catalogues, group_entry, index_entry
from tests.compositions import always, composer, counts_within, table_rules, wanted, written
from tests.reference import Reference, Table
from tests.worlds import (
    WORKING_DAYS,
    Sheet,
    World,
    folder_of,
    judgements,
    records_of,
    worlds,
    worlds_of_versions,
)

import chiso
from chiso.catalogue.condition import ConditionError, Scope, parse_condition, parse_value
from chiso.catalogue.expression import Exists, Expression, IsNull, Lookup
from chiso.catalogue.formula import Count, RuleSet, TableRules
from chiso.catalogue.model import Bilingual
from chiso.catalogue.wording import expression_text
from chiso.errors import CannotScoreError, RecordsError
from chiso.scoring.available import Missing, available_measure
from chiso.scoring.compile import Wanted
from chiso.scoring.counts import Cell as Place
from chiso.scoring.counts import Counts
from chiso.scoring.engine import Engine, count, presence
from chiso.terms.columns import COUNTED_TABLES, FIRST_DAY, LAST_DAY, SPLITS, TABLES
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.unit import Unit, UnitTree

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
# A failing example is made small, but not explained: that takes minutes where an example takes a tenth of a
# second.
_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
# More, and other ones each time, for a night: CHISO_EXAMPLES=5000 pytest --marked -m long
_NIGHT = os.environ.get("CHISO_EXAMPLES")
_AT_LENGTH = settings(
    max_examples=int(_NIGHT or 50),
    derandomize=_NIGHT is None,
    deadline=None,
    database=None,
    phases=_PHASES,
    suppress_health_check=_SLOW,
)


def ordinary(examples: int) -> settings:
    """Return the settings of an ordinary run: the same few examples every time."""
    return settings(_AT_LENGTH, max_examples=examples, derandomize=True, report_multiple_bugs=False)


def rule_set(tables: Mapping[str, TableRules]) -> RuleSet:
    """Return rules that say nothing but which rows count."""
    nothing = Bilingual(vi="", en="")
    return RuleSet(
        *("x", nothing, "x", nothing, date(2020, 1, 1), True, None, ()),
        tables=tables,
        groups=(),
        test_defaults={},
        test_period=None,
    )


def counted(
    world: World,
    files: Mapping[str, str],
    rules: Mapping[str, TableRules],
    asked: Sequence[Wanted],
    split: tuple[str, str | None] | None = None,
) -> Counts:
    """Return what chiso counts over files."""
    with records_of(files) as records:
        return count(records, rule_set(rules), asked, world.judgement, WORKING_DAYS, split)


def assert_fates(found: Counts, reference: Reference) -> None:
    """Demand that every row of every table met the fate the reference gives it."""
    for fates in found.fates:
        expected = reference.fates(fates.table)
        by_reason = {entry.en: entry.rows for entry in fates.excluded}
        excluded = tuple(by_reason.pop(f"reason {n}", 0) for n in range(len(expected.excluded)))
        assert fates.rows_read == fates.accounted == len(reference.tables[fates.table].rows)
        assert fates.quarantined == expected.quarantined, fates.table
        assert fates.outside_period == expected.outside, fates.table
        assert fates.in_population == expected.in_population, fates.table
        assert excluded == expected.excluded, fates.table
        rest = sorted(rows for rows in (expected.superseded, expected.undetermined) if rows)
        assert sorted(by_reason.values()) == rest, fates.table
    assert {fates.table for fates in found.fates} == set(reference.tables)


def assert_counts(found: Counts, reference: Reference, asked: Sequence[Wanted]) -> None:
    """Demand that every unit has the reference's integers."""
    for entry in asked:
        for unit in reference.units:
            expected = reference.value(entry.count, unit.code, subtree=entry.subtree)
            assert found.value(entry, Place(unit.code)) == expected, (unit.code, entry)
    for unit in reference.units:
        rows = found.rows.get(Place(unit.code), {})
        for name in reference.tables:
            everything = Count(name, "rows", None, None)
            assert rows.get(name, 0) == reference.value(everything, unit.code, subtree=True), (unit, name)


@ordinary(8)
@given(data=st.data())
def test_a_condition_holds_for_the_rows_for_which_it_should(data: st.DataObject) -> None:
    world = data.draw(worlds(most_rows=10))
    rules = {name: TableRules(always(TABLES[name]), ()) for name in world.sheets}
    asked: dict[Wanted, None] = {}
    for table in sorted(world.sheets):
        trees = composer(data.draw, world, table)
        comparisons = [trees.comparison(depth) for depth in (0, 0, 0, 0, 1, 1)]
        for condition in [*comparisons, *(trees.boolean(depth) for depth in (1, 1, 1, 1, 2, 2, 3))]:
            # What is undetermined is told apart from what is false.
            asked[Wanted(Count(table, "rows", None, condition), True)] = None
            asked[Wanted(Count(table, "rows", None, IsNull(condition)), True)] = None
        for depth in (1, 1, 2):
            value = trees.value("integer", depth)
            for kind in ("sum", "min", "max"):
                asked[Wanted(Count(table, kind, value, None), False)] = None
    found = counted(world, world.files(), rules, tuple(asked))
    assert_counts(found, world.reference(rules), tuple(asked))


@ordinary(8)
@given(data=st.data())
def test_counts_and_fates_are_those_of_the_reference(data: st.DataObject) -> None:
    world = data.draw(worlds(most_rows=8))
    with records_of(world.files()) as records:
        # Loading takes longer than counting, so each world is asked twice.
        for _ in range(2):
            rules = data.draw(table_rules(world))
            asked = data.draw(wanted(world))
            for count_within in data.draw(st.lists(counts_within(world), min_size=1, max_size=4)):
                asked.append(Wanted(count_within, False))
            found = count(records, rule_set(rules), asked, world.judgement, WORKING_DAYS)
            reference = world.reference(rules)
            assert_fates(found, reference)
            assert_counts(found, reference, asked)


@ordinary(5)
@given(data=st.data())
def test_the_records_of_a_unit_that_ended_are_its_successors(data: st.DataObject) -> None:
    world = data.draw(worlds(tables=_WITH_UNITS, successors=True))
    _assert_counted_as_by_reference(data, world)


@ordinary(5)
@given(data=st.data())
def test_a_unit_named_in_words_is_the_unit_with_that_name(data: st.DataObject) -> None:
    world = data.draw(worlds(tables=_WITH_UNITS, names=True))
    _assert_counted_as_by_reference(data, world)


@ordinary(5)
@given(data=st.data())
def test_several_periods_in_one_scan_are_each_what_the_reference_counts(data: st.DataObject) -> None:
    world = data.draw(worlds(successors=True))
    rules = data.draw(table_rules(world))
    asked = [*data.draw(wanted(world)), Wanted(data.draw(counts_within(world)), False)]
    several = [world.judgement, *data.draw(st.lists(judgements(), min_size=1, max_size=3))]
    with records_of(world.files()) as records:
        first, *also = several
        engine = Engine(records, rule_set(rules), first, WORKING_DAYS, also=also)
        for judgement, found in zip(several, engine.count_each(asked), strict=True):
            reference = replace(world, judgement=judgement).reference(rules)
            assert_fates(found, reference)
            assert_counts(found, reference, asked)


@ordinary(8)
@given(data=st.data())
def test_a_look_up_finds_the_version_in_force_on_the_day(data: st.DataObject) -> None:
    world = data.draw(worlds_of_versions())
    rules = data.draw(table_rules(world))
    asked = []
    for table in sorted(world.sheets):
        relation = "newest_version" if table == "procedures" else "procedure"
        asked.append(Wanted(Count(table, "rows", None, Exists(relation)), False))
        limit, begins = (
            Lookup(relation, "time_limit", "integer"),
            Lookup(relation, "valid_from", "date"),
        )
        asked += [Wanted(Count(table, kind, limit, None), False) for kind in ("sum", "min", "max")]
        asked.append(Wanted(Count(table, "rows", None, IsNull(begins)), False))
    several = [world.judgement, *data.draw(st.lists(judgements(), max_size=2))]
    with records_of(world.files()) as records:
        engine = Engine(records, rule_set(rules), several[0], WORKING_DAYS, also=several[1:])
        for judgement, found in zip(several, engine.count_each(asked), strict=True):
            reference = replace(world, judgement=judgement).reference(rules)
            assert_fates(found, reference)
            assert_counts(found, reference, asked)


_WITH_UNITS = ("cases", "procedures", "services", "petitions")


def _assert_counted_as_by_reference(data: st.DataObject, world: World) -> None:
    rules = data.draw(table_rules(world))
    asked = data.draw(wanted(world))
    found = counted(world, world.files(), rules, asked)
    reference = world.reference(rules)
    assert_fates(found, reference)
    assert_counts(found, reference, asked)


@ordinary(5)
@given(data=st.data())
def test_a_split_counts_each_key_apart(data: st.DataObject) -> None:
    world = data.draw(worlds(tables=("cases", "procedures", "services"), most_rows=8))
    rules = data.draw(table_rules(world))
    column, _ = SPLITS[data.draw(st.sampled_from(sorted(SPLITS)))]
    asked = [entry for entry in data.draw(wanted(world)) if column in world.sheets[entry.count.table].columns]
    found = counted(world, world.files(), rules, asked, (column, None))
    reference = world.reference(rules)
    assert_fates(found, reference)
    for unit in world.units:
        keys = reference.keys(column, unit.code)
        assert keys <= {cell.key for cell in found.values if cell.unit_code == unit.code}
        for key in keys:
            for entry in asked:
                expected = reference.value(
                    entry.count, unit.code, subtree=entry.subtree, split=column, key=key
                )
                assert found.value(entry, Place(unit.code, key)) == expected, (unit.code, key, entry)


@ordinary(8)
@given(data=st.data())
def test_only_what_needs_a_missing_column_is_missing(data: st.DataObject) -> None:
    world = data.draw(worlds(absent=True))
    rules = data.draw(table_rules(world, absent=True))
    drawn = [entry.count for entry in data.draw(wanted(world, absent=True))]
    reference = world.reference(rules)
    with records_of(world.files()) as records:
        there = presence(records)
        asked = {}
        for measure in drawn:
            reduced = available_measure(measure, there)
            lacking = reference.measure_lacks(measure)
            assert (reduced.names if isinstance(reduced, Missing) else frozenset()) == lacking
            if isinstance(reduced, Count):
                asked[Wanted(reduced, True)] = measure
        found = count(records, rule_set(rules), tuple(asked), world.judgement, WORKING_DAYS)
    assert_fates(found, reference)
    for entry, measure in asked.items():
        for unit in world.units:
            assert found.value(entry, Place(unit.code)) == reference.value(measure, unit.code, subtree=True)


@ordinary(4)
@given(data=st.data())
def test_a_table_whose_population_lacks_a_column_is_refused(data: st.DataObject) -> None:
    world = data.draw(worlds(absent=True, most_rows=2))
    rules = data.draw(table_rules(world))
    name = data.draw(st.sampled_from(sorted(world.sheets)))
    population = composer(data.draw, world, name, absent=True).boolean(2)
    rules[name] = replace(rules[name], population=population)
    lacking = world.reference(rules).lacks(population, TABLES[name])
    if not lacking:
        assert_fates(counted(world, world.files(), rules, []), world.reference(rules))
        return
    with pytest.raises(RecordsError) as error:
        counted(world, world.files(), rules, [])
    assert all(column in str(error.value) for column in lacking)


# Nothing but what the records say matters


def without_ties(world: World) -> World:
    """Return the world with one row for each key and each time, so that row order decides nothing."""
    sheets = {}
    for name, sheet in world.sheets.items():
        spec = TABLES[name]
        columns = [n for n, column in enumerate(sheet.columns) if column in (*spec.key, *spec.newest_by)]
        kept = {tuple(row[n].value for n in columns): row for row in sheet.rows}
        sheets[name] = Sheet(sheet.columns, tuple(kept.values()))
    return replace(world, sheets=sheets)


def assert_same_counts(one: Counts, other: Counts) -> None:
    assert one.fates == other.fates
    assert one.values == other.values


@ordinary(3)
@given(data=st.data())
def test_the_order_of_rows_and_columns_is_irrelevant(data: st.DataObject) -> None:
    world = without_ties(data.draw(worlds(most_rows=8)))
    rules, asked = data.draw(table_rules(world)), data.draw(wanted(world))
    shuffled = {}
    for name, sheet in world.sheets.items():
        order = data.draw(st.permutations(range(len(sheet.columns))))
        rows = data.draw(st.permutations(sheet.rows))
        columns = tuple(sheet.columns[n] for n in order)
        shuffled[name] = Sheet(columns, tuple(tuple(row[n] for n in order) for row in rows))
    assert_same_counts(
        counted(world, world.files(), rules, asked),
        counted(world, replace(world, sheets=shuffled).files(), rules, asked),
    )


@ordinary(3)
@given(data=st.data())
def test_a_file_may_come_in_parts_of_any_dialect(data: st.DataObject) -> None:
    world = data.draw(worlds(most_rows=8))
    rules, asked = data.draw(table_rules(world)), data.draw(wanted(world))
    files = world.files()
    parts = {"units.csv": "\ufeff" + files["units.csv"].replace("\n", "\r\n")}
    for name, sheet in world.sheets.items():
        cut = data.draw(st.integers(0, len(sheet.rows)))
        first, second = replace(sheet, rows=sheet.rows[:cut]), replace(sheet, rows=sheet.rows[cut:])
        parts[f"{name}-1.csv"] = first.csv("\r\n")
        parts[f"{name}-2.csv"] = in_semicolons(second.csv())
    assert_same_counts(counted(world, files, rules, asked), counted(world, parts, rules, asked))


def in_semicolons(text: str) -> str:
    """Return a CSV text as Excel writes it in Vietnam: semicolons, all cells quoted, columns turned round."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows(row[::-1] for row in csv.reader(io.StringIO(text, newline="")))
    return stream.getvalue()


@ordinary(3)
@given(data=st.data())
def test_an_unrelated_column_changes_nothing(data: st.DataObject) -> None:
    world = data.draw(worlds())
    rules, asked = data.draw(table_rules(world)), data.draw(wanted(world))
    files = world.files()
    notes = st.sampled_from(["", "đã gọi điện", 'ông "Ba", thôn 2', "hai\ndòng", "=1+1"])
    wider = {"units.csv": files["units.csv"]}
    for name, sheet in world.sheets.items():
        rows = list(csv.reader(io.StringIO(sheet.csv(), newline="")))
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["Ghi chú của cán bộ", *rows[0]])
        writer.writerows([data.draw(notes), *row] for row in rows[1:])
        wider[f"{name}.csv"] = stream.getvalue()
    assert_same_counts(counted(world, files, rules, asked), counted(world, wider, rules, asked))


# Conditions as text


def scope(table: str, definitions: Mapping[str, Expression]) -> Scope:
    return Scope(TABLES[table], definitions.get, tuple(definitions))


def assert_means_the_same(one: Expression, other: Expression, world: World, table: str) -> None:
    reference = world.reference({})
    for row in reference.rows(table):
        values = [reference.evaluate(tree, row, TABLES[table]) for tree in (one, other)]
        assert values[0] is values[1] or values[0] == values[1], row


@ordinary(150)
@given(data=st.data())
def test_a_condition_in_brackets_is_read_as_it_is_meant(data: st.DataObject) -> None:
    table, world, trees, tree = _a_condition(data)
    text = written(tree)
    assume(len(text) < 3_000)
    read = parse_condition(text, scope(table, trees))
    assert_means_the_same(tree, read, world, table)


@ordinary(300)
@given(data=st.data())
def test_a_condition_printed_is_read_again_as_it_was(data: st.DataObject) -> None:
    table, world, trees, tree = _a_condition(data)
    text = expression_text(tree)
    assume(len(text) < 3_000)
    read = parse_condition(text, scope(table, trees))
    assert expression_text(read) == text
    assert_means_the_same(tree, read, world, table)


def _a_condition(data: st.DataObject) -> tuple[str, World, Mapping[str, Expression], Expression]:
    tables = ("cases", "procedures", "publications", "petitions")
    world = data.draw(worlds(tables=tables, most_rows=2))
    table = data.draw(st.sampled_from(sorted(world.sheets)))
    trees = composer(data.draw, world, table)
    tree = trees.boolean(3)
    return table, world, trees.definitions, tree


# Two cases with the largest and the smallest of everything.
_EXTREMES = {
    "units.csv": "unit_code,unit_name,level\nU0,Xã Ia Ơ,commune\n",
    "cases.csv": (
        "case_id,unit_code,received_at,due_at,supplement_requests,fee\n"
        "1,U0,01/01/1990,31/12/2099 23:59:59,999999999999,999999999999\n"
        "2,U0,31/12/2099,01/01/1990,-999999999999,0\n"
    ),
}
_NUMBERS = (
    *("fee", "supplement_requests", "days(received_at, due_at)", "workdays(received_on, due_on)"),
    *("minutes(received_at, due_at)", "7", "-1", "2147483647", "3000000000", "1000000000000"),
)
_CALCULATIONS = st.recursive(
    st.sampled_from(_NUMBERS),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
    max_leaves=4,
)
_TEXTS = {"texts": st.lists(_CALCULATIONS, min_size=1, max_size=10, unique=True)}


@ordinary(5)
@given(**_TEXTS)
def test_a_calculation_that_is_admitted_fits_into_64_bits(texts: list[str]) -> None:
    asked = []
    for text in texts:
        # What might not fit is refused.
        with suppress(ConditionError):
            value = parse_value(text, scope("cases", {}))
            asked += [Wanted(Count("cases", kind, value, None), True) for kind in ("sum", "min", "max")]
    expected = [_calculated(entry) for entry in asked]
    with records_of(_EXTREMES) as records:
        rules = rule_set({"cases": TableRules(always(TABLES["cases"]), ())})
        found = count(records, rules, asked, _judged("2026-08"), WORKING_DAYS)
    assert [found.value(entry, Place("U0")) for entry in asked] == expected


def _calculated(entry: Wanted) -> int | None:
    first, last = (datetime.combine(day, time()) for day in (FIRST_DAY, LAST_DAY))
    extreme = 10**12 - 1
    rows = (
        {"case_id": "1", "unit_code": "U0", "received_at": first, "due_at": last.replace(hour=23, minute=59)}
        | {"supplement_requests": extreme, "fee": extreme},
        {"case_id": "2", "unit_code": "U0", "received_at": last, "due_at": first}
        | {"supplement_requests": -extreme, "fee": 0},
    )
    units = UnitTree([Unit("U0", "Xã Ia Ơ", "commune")])
    rules = {"cases": TableRules(always(TABLES["cases"]), ())}
    reference = Reference(
        {"cases": Table(frozenset(rows[0]), rows)}, units, rules, _judged("2026-08"), WORKING_DAYS
    )
    return reference.value(entry.count, "U0", subtree=True)


def _judged(label: str) -> Judgement:
    return judge(parse_period(label, date(2026, 9, 1)), date(2026, 9, 1))


@pytest.mark.parametrize("table", [name for name in COUNTED_TABLES if TABLES[name].relations])
def test_every_column_that_a_condition_may_look_up_can_be_counted(table: str) -> None:
    spec = TABLES[table]
    files = {"units.csv": "unit_code,unit_name,level\nU0,Xã Ia Ơ,commune\n"}
    for name in (table, *(relation.table for relation in spec.relations.values())):
        if name != "units":
            files[f"{name}.csv"] = ",".join(TABLES[name].columns) + "\n"
    texts = [
        f"{relation.name}.{column} is null"
        for relation in spec.relations.values()
        if relation.unique
        for column in TABLES[relation.table].columns
    ]
    conditions = [parse_condition(text, scope(table, {})) for text in texts]
    asked = [Wanted(Count(table, "rows", None, where), True) for where in conditions]
    with records_of(files) as records:
        rules = {name: TableRules(always(TABLES[name]), ()) for name in records.tables}
        found = count(records, rule_set(rules), asked, _judged("2026-08"), WORKING_DAYS)
    assert {found.value(entry, Place("U0")) for entry in asked} == {0}


# Whole catalogues


def scored(world: World, text: str, files: Mapping[str, str]) -> chiso.Scoreboard:
    """Return the scoreboard of a catalogue given as text."""
    with folder_of({"catalogue.yaml": text}) as folder:
        catalogue = chiso.load_catalogue(folder / "catalogue.yaml")
    with records_of(files) as records:
        return chiso.score(catalogue, records, world.judgement.period.label, as_of=world.judgement.as_of)


def assert_sums(board: chiso.Scoreboard) -> None:
    """Demand that points stay within bounds and add up."""
    for unit in board.units:
        for score in unit.scores:
            assert score.points is None or 0 <= score.points <= score.max_points, score
        for group in unit.groups:
            own = [score for score in unit.scores if score.group == group.group]
            assert (group.points or 0) == sum(score.points or Decimal(0) for score in own)
            assert group.max_points == sum(score.max_points for score in own)
        assert unit.total == sum(group.points or Decimal(0) for group in unit.groups)
        assert unit.max_points == sum(group.max_points for group in unit.groups)


@ordinary(8)
@given(data=st.data())
def test_a_catalogue_counts_what_its_text_says(data: st.DataObject) -> None:
    world = data.draw(worlds())
    absent = data.draw(st.booleans())
    drawn = data.draw(catalogues(world, absent=absent))
    reference = world.reference(drawn.rules)
    if not any(reference.fates(name).in_population for name in world.sheets):
        with pytest.raises(CannotScoreError):
            scored(world, drawn.text, world.files())
        return
    board = scored(world, drawn.text, world.files())
    assert_sums(board)
    kind = world.judgement.period.kind
    for unit in board.units:
        assert [score.index for score in unit.scores] == [index.code for index in drawn.indices]
        for score, index in zip(unit.scores, drawn.indices, strict=True):
            measures = (index.numerator, index.denominator)
            lacking = [bool(reference.measure_lacks(measure)) for measure in measures]
            if lacking == [False, True] and index.falls_back and kind in ("month", "quarter", "year"):
                # Nothing is known of last year, so the numerator earns nothing.
                numerator = reference.value(index.numerator, unit.unit.code, subtree=index.subtree)
                assert (score.numerator, score.denominator) == (numerator, None), drawn.text
                assert (score.points, score.max_points) == (0, 10)
                continue
            if any(lacking):
                assert score.outcome == "missing_data", drawn.text
                assert (score.numerator, score.points, score.max_points) == (None, None, 0)
                continue
            expected = [
                reference.value(measure, unit.unit.code, subtree=index.subtree) for measure in measures
            ]
            assert [score.numerator, score.denominator] == expected, (unit.unit.code, index, drawn.text)
            if index.inside and isinstance(index.numerator, Count):
                # What a record leaves open does not count, and is told.
                left_open = replace(
                    index.numerator, kind="rows", of=None, where=IsNull(index.numerator.where)
                )
                told = reference.value(left_open, unit.unit.code, subtree=index.subtree)
                assert score.undetermined == told, (unit.unit.code, index, drawn.text)


_RULES: Sequence[Mapping[str, object]] = (
    {},
    {"full_points_at": "80%"},
    {"full_points_at": "33.3%", "value_unit": "count"},
    {"rule": "lower_is_better", "full_points_at": "10%", "no_points_at": "75%"},
    {"rule": "pass_fail", "full_points_at": "50%"},
    {"rule": "steps", "steps": [{"from": "0%", "share": "10%"}, {"from": "50%", "share": "100%"}]},
    {"rule": "at_most", "full_points_at": "50%"},
    {"value_unit": "count", "per_year": True, "full_points_at": 3},
    {"on_zero": "full"},
    {"on_zero": "blank"},
    {"on_zero": "exclude"},
)
_PAIRS: Mapping[str, st.SearchStrategy[object]] = {
    "pairs": st.lists(
        st.tuples(st.integers(-3, 40), st.integers(-1, 30), st.sampled_from(_RULES)), min_size=1, max_size=8
    ),
    "arithmetic": st.sampled_from(["decimal", "double"]),
}


@ordinary(12)
@given(**_PAIRS)
def test_points_stay_within_bounds_and_add_up(
    pairs: list[tuple[int, int, Mapping[str, object]]], arithmetic: str
) -> None:
    indices = [
        index_entry(f"1.{n}", {"constant": numerator}, {"constant": denominator}, **rule)
        for n, (numerator, denominator, rule) in enumerate(pairs)
    ]
    text = catalogue_text(
        {"cases": {"population": "case_id is not null"}}, [group_entry("g", indices, arithmetic)]
    )
    files = {
        "units.csv": "unit_code,unit_name,level\nU0,Xã Ia Ơ,commune\n",
        "cases.csv": "case_id,unit_code\n1,U0\n",
    }
    with folder_of({"catalogue.yaml": text}) as folder:
        catalogue = chiso.load_catalogue(folder / "catalogue.yaml")
    with records_of(files) as records:
        board = chiso.score(catalogue, records, "2026-08", as_of=date(2026, 8, 31))
    assert_sums(board)


# At length

_DRAWN: Mapping[str, st.SearchStrategy[object]] = {"data": st.data()}
# What an ordinary run tries with a few examples; the two on the texts of conditions take many there already.
_PROPERTIES: Sequence[tuple[Callable[..., None], Mapping[str, st.SearchStrategy[object]]]] = (
    (test_a_condition_holds_for_the_rows_for_which_it_should, _DRAWN),
    (test_counts_and_fates_are_those_of_the_reference, _DRAWN),
    (test_the_records_of_a_unit_that_ended_are_its_successors, _DRAWN),
    (test_a_unit_named_in_words_is_the_unit_with_that_name, _DRAWN),
    (test_several_periods_in_one_scan_are_each_what_the_reference_counts, _DRAWN),
    (test_a_look_up_finds_the_version_in_force_on_the_day, _DRAWN),
    (test_a_split_counts_each_key_apart, _DRAWN),
    (test_only_what_needs_a_missing_column_is_missing, _DRAWN),
    (test_a_table_whose_population_lacks_a_column_is_refused, _DRAWN),
    (test_the_order_of_rows_and_columns_is_irrelevant, _DRAWN),
    (test_a_file_may_come_in_parts_of_any_dialect, _DRAWN),
    (test_an_unrelated_column_changes_nothing, _DRAWN),
    (test_a_condition_in_brackets_is_read_as_it_is_meant, _DRAWN),
    (test_a_condition_printed_is_read_again_as_it_was, _DRAWN),
    (test_a_calculation_that_is_admitted_fits_into_64_bits, _TEXTS),
    (test_a_catalogue_counts_what_its_text_says, _DRAWN),
    (test_points_stay_within_bounds_and_add_up, _PAIRS),
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("held", "drawn"), _PROPERTIES, ids=[held.__name__.removeprefix("test_") for held, _ in _PROPERTIES]
)
def test_held_at_length(held: Callable[..., None], drawn: Mapping[str, st.SearchStrategy[object]]) -> None:
    @_AT_LENGTH
    @given(**drawn)
    def at_length(**values: object) -> None:
        held.hypothesis.inner_test(**values)

    at_length()
