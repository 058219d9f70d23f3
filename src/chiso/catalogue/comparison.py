"""Two catalogues compared by what they mean on a day: what is new, gone or another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from chiso.arithmetic import fraction, plain, quantity
from chiso.catalogue.condition import parse_condition
from chiso.catalogue.dependence import indices_resting_on
from chiso.catalogue.difference import (
    Difference,
    Subject,
    Value,
    deep,
    differs,
    flat,
    keys,
    listed,
    names,
    order,
    pairs,
    value_as,
    value_of,
    whole,
)
from chiso.catalogue.expression import Expression
from chiso.catalogue.formula import Measure, RuleSet, with_trees
from chiso.catalogue.model import Bilingual, ComponentIndex, Group, RecordRules, Repair, Step, Test
from chiso.catalogue.shapes import in_one_order
from chiso.catalogue.stretches import Side
from chiso.catalogue.vocabulary import vocabulary
from chiso.catalogue.wording import expression_text, measure_text
from chiso.catalogue.words import in_words, measure_in_words
from chiso.errors import Text
from chiso.terms.unit import LEVELS


def compare(old: Side, new: Side) -> list[Difference]:
    """Return every difference of meaning but those of the editions' own dates and titles."""
    return [
        *_file(old, new),
        *_bands(old, new),
        *(each for table in names(old.text.records, new.text.records) for each in _table(table, old, new)),
        *_groups(old, new),
        *_indices(old, new),
        *_readings(old, new),
    ]


def _file(old: Side, new: Side) -> Iterator[Difference]:
    subject = Subject("catalogue", old.text.catalogue)
    skip = frozenset({"editions", "bands", "records", "groups", "readings"})
    yield from keys(subject, flat(old.text, skip), flat(new.text, skip))
    yield from order(
        subject, [group.code for group in old.text.groups], [group.code for group in new.text.groups]
    )


def _bands(old: Side, new: Side) -> Iterator[Difference]:
    bands = [{plain(band.from_): band.name for band in side.text.bands} for side in (old, new)]
    for points in names(*bands):
        before, after = (side.get(points) for side in bands)
        if before is None or after is None:
            yield whole(Subject("band", points), before, after)
        else:
            yield from keys(Subject("band", points), flat(before), flat(after), "name")


def _table(table: str, old: Side, new: Side) -> Iterator[Difference]:
    called = vocabulary().tables[table]
    subject = Subject("table", table, Text(called.vi, called.more))
    before, after = old.text.records.get(table), new.text.records.get(table)
    if before is None or after is None:
        said = Bilingual(vi=table, en=table)
        yield whole(
            subject,
            said if before else None,
            said if after else None,
            _resting("population", table, old, new),
        )
        return
    for key in ("population", "looked_up"):
        values = [_condition_of(getattr(side.rules.tables[table], key), table) for side in (old, new)]
        if values[0] != values[1]:
            indices = _resting(key, table, old, new)
            yield differs(subject, key, *values, indices=indices, moves=bool(indices))
    yield from _exclusions(subject, old, new)
    yield from _definitions(table, before, after, old, new)
    # What is late is listed; no score rests on it.
    yield from keys(subject, _told(before.deadline), _told(after.deadline), "deadline", moves=False)


def _told(entry: BaseModel | None) -> dict[str, Any]:
    return {} if entry is None else deep(entry)


def _readings(old: Side, new: Side) -> Iterator[Difference]:
    """Yield what differs of the readings: they explain a portal's figures and never score."""
    readings = [{reading.id: reading for reading in side.text.readings} for side in (old, new)]
    for name in names(*readings):
        before, after = (side.get(name) for side in readings)
        known = after or before
        assert known is not None  # one side has it
        subject = Subject("reading", name, Text(known.name.vi, known.name.en))
        if before is None or after is None:
            yield whole(subject, before.name if before else None, after.name if after else None)
        else:
            yield from keys(subject, deep(before), deep(after), moves=False)


def _exclusions(subject: Subject, old: Side, new: Side) -> Iterator[Difference]:
    table = subject.name
    indices = _resting("excluded", table, old, new)
    paired = pairs(
        old.text.records[table].excluded,
        new.text.records[table].excluded,
        (lambda entry: entry.reason.vi, lambda entry: " ".join(entry.when.split())),
    )
    kept = [(before, after) for before, after in paired if before is not None and after is not None]
    for before, after in paired:
        entry = before or after
        assert entry is not None  # one side has it
        if before is None or after is None:
            values = [
                None if one is None else _condition(one.when, table, side.rules)
                for one, side in ((before, old), (after, new))
            ]
            yield differs(
                subject, "excluded", *values, item=entry.reason.vi, indices=indices, moves=bool(indices)
            )
            continue
        when = _condition(before.when, table, old.rules), _condition(after.when, table, new.rules)
        if when[0] != when[1]:
            yield differs(
                subject, "excluded.when", *when, item=entry.reason.vi, indices=indices, moves=bool(indices)
            )
        for each in keys(subject, flat(before.reason), flat(after.reason), "excluded.reason", moves=False):
            yield _with_item(each, entry.reason.vi)
    after_order = [
        entry for entry in new.text.records[table].excluded if any(entry is two for _, two in kept)
    ]
    if [id(two) for _, two in kept] != [id(entry) for entry in after_order]:
        reasons = [one.reason.vi for one, _ in kept], [entry.reason.vi for entry in after_order]
        yield differs(subject, "excluded.order", *map(listed, reasons), moves=False)


def _definitions(
    table: str, before: RecordRules, after: RecordRules, old: Side, new: Side
) -> Iterator[Difference]:
    bodies = [{one.name: one.body for one in side.rules.tables[table].definitions} for side in (old, new)]
    for name in names(*bodies):
        subject = Subject("definition", f"{table}.{name}", _words_of(name, after) or _words_of(name, before))
        values = [_condition_of(side.get(name), table) for side in bodies]
        if values[0] != values[1]:
            indices = indices_resting_on(("definition", table, name), old.rules, new.rules)
            key = "" if None in values else "definition"
            yield differs(subject, key, *values, indices=indices, moves=bool(indices))
        if None not in values:
            yield from keys(subject, flat(before.words.get(name)), flat(after.words.get(name)), "words")


def _words_of(name: str, entry: RecordRules) -> Text | None:
    words = entry.words.get(name)
    return None if words is None else Text(words.vi, words.en)


def _groups(old: Side, new: Side) -> Iterator[Difference]:
    skip = frozenset({"indices"})
    for before, after in _group_pairs(old, new):
        entry = before or after
        assert entry is not None  # one side has it
        subject = Subject("group", entry.code, Text(entry.name.vi, entry.name.en))
        codes = [[index.code for index in group.indices] if group else [] for group in (before, after)]
        within = tuple(dict.fromkeys([*codes[0], *codes[1]]))
        if before is None or after is None:
            yield whole(subject, before.name if before else None, after.name if after else None, within)
            continue
        yield from keys(subject, flat(before, skip), flat(after, skip), indices=within)
        yield from order(subject, *codes)


def _group_pairs(old: Side, new: Side) -> list[tuple[Group | None, Group | None]]:
    return pairs(old.text.groups, new.text.groups, (lambda group: group.code, lambda group: group.name.vi))


def _indices(old: Side, new: Side) -> Iterator[Difference]:
    renamed = {
        two.code: one.code for one, two in _group_pairs(old, new) if one is not None and two is not None
    }
    groups = [
        {index.code: group.code for group in side.text.groups for index in group.indices}
        for side in (old, new)
    ]
    found = pairs(
        [index for group in old.text.groups for index in group.indices],
        [index for group in new.text.groups for index in group.indices],
        (
            lambda index: index.code,
            lambda index: tuple(sorted(index.aliases)) or None,
            lambda index: index.name.vi,
        ),
    )
    for before, after in found:
        entry = before or after
        assert entry is not None  # one side has it
        subject = Subject("index", entry.code, Text(entry.name.vi, entry.name.en))
        codes = tuple(dict.fromkeys(index.code for index in (before, after) if index is not None))
        if before is None or after is None:
            yield whole(subject, before.name if before else None, after.name if after else None, codes)
            continue
        was, is_now = groups[0][before.code], groups[1][after.code]
        if renamed.get(is_now) != was:
            yield differs(subject, "group", value_of(was), value_of(is_now), indices=codes)
        yield from _index(subject, before, after, old, new, codes)


def _index(
    subject: Subject,
    before: ComponentIndex,
    after: ComponentIndex,
    old: Side,
    new: Side,
    codes: tuple[str, ...],
) -> Iterator[Difference]:
    skip = frozenset({"numerator", "denominator", "repairs", "tests"})
    yield from keys(subject, _index_values(before, skip), _index_values(after, skip), indices=codes)
    for key in ("denominator", "numerator"):
        yield from _measures(subject, key, before, after, old, new, codes)
    for one, two in pairs(
        before.repairs, after.repairs, (lambda repair: repair.name.vi, lambda repair: repair.kind)
    ):
        yield from _repair(subject, one, two, before, after, old, new)
    for first, second in pairs(
        before.tests, after.tests, (lambda test: test.name, lambda test: str(test.given))
    ):
        yield from _test(subject, first, second)


def _measures(
    subject: Subject,
    key: str,
    before: ComponentIndex,
    after: ComponentIndex,
    old: Side,
    new: Side,
    codes: tuple[str, ...],
) -> Iterator[Difference]:
    measures = [
        next(getattr(rule, key) for rule in side.rules.indices if rule.code == index.code)
        for index, side in ((before, old), (after, new))
    ]
    values = [None if m is None else _measure(m) for m in measures]
    written = [getattr(index, key) for index in (before, after)]
    # A numerator inside the denominator changes with it; that is told of the denominator.
    if values[0] != values[1] and _squeezed(written[0]) != _squeezed(written[1]):
        yield differs(subject, key, *values, indices=codes)


def _repair(
    subject: Subject,
    one: Repair | None,
    two: Repair | None,
    before: ComponentIndex,
    after: ComponentIndex,
    old: Side,
    new: Side,
) -> Iterator[Difference]:
    entry = one or two
    assert entry is not None  # one side has it
    if one is None or two is None:
        yield whole(
            subject, one.name if one else None, two.name if two else None, key="repairs", item=entry.name.vi
        )
        return
    skip = frozenset({"when"})
    was = {**flat(one, skip), "records": _table_of(one, before)}
    is_now = {**flat(two, skip), "records": _table_of(two, after)}
    for each in keys(subject, was, is_now, "repairs"):
        yield _with_item(each, entry.name.vi)
    when = _repairable(one, before, old.rules), _repairable(two, after, new.rules)
    if when[0] != when[1]:
        yield differs(subject, "repairs.when", *when, item=entry.name.vi, moves=False)


def _repairable(repair: Repair, index: ComponentIndex, rules: RuleSet) -> Value:
    return _condition(repair.when, _table_of(repair, index), rules)


def _table_of(repair: Repair, index: ComponentIndex) -> str:
    table = repair.records or (index.denominator.records if index.denominator else None)
    assert table is not None  # a repair without a table is a fault of the catalogue
    return table


def _test(subject: Subject, one: Test | None, two: Test | None) -> Iterator[Difference]:
    entry = one or two
    assert entry is not None  # one side has it
    shown = [None if test is None else Bilingual(vi=test.name, en=test.name) for test in (one, two)]
    if one is None or two is None:
        yield whole(subject, shown[0], shown[1], key="tests", item=entry.name)
        return
    for each in keys(subject, flat(one), flat(two), "tests"):
        yield _with_item(each, entry.name)


def _index_values(index: ComponentIndex, skip: frozenset[str]) -> dict[str, Any]:
    """Return the values of an index by key; lists whose order means nothing in a fixed order."""
    values = flat(index, skip)
    values["aliases"] = sorted(index.aliases)
    values["applies_to"] = sorted(index.applies_to, key=LEVELS.index)
    if isinstance(index.measured_at, list):
        values["measured_at"] = sorted(index.measured_at, key=LEVELS.index)
    for key in ("full_points_at", "no_points_at"):
        bound = values[key]
        values[key] = None if bound is None else quantity(bound, as_percent=_is_share(index))
    for key, share in values.items():
        if key.startswith("fallback.share.") and share is not None:
            values[key] = fraction(share)
    values["steps"] = "; ".join(
        _step(step, index) for step in sorted(index.steps, key=lambda step: step.from_)
    )
    return values


def _step(step: Step, index: ComponentIndex) -> str:
    start = quantity(step.from_, as_percent=_is_share(index))
    return f"{start}: {quantity(step.share, as_percent=True)}"


def _is_share(index: ComponentIndex) -> bool:
    return index.value_unit in ("percent", "percentage_point")


def _with_item(difference: Difference, item: str) -> Difference:
    return replace(difference, item=item)


def _resting(key: str, table: str, old: Side, new: Side) -> tuple[str, ...]:
    return indices_resting_on(("rule", table, key), old.rules, new.rules)


def _condition(text: str, table: str, rules: RuleSet) -> Value:
    value = _condition_of(parse_condition(text, rules.scope(table)), table)
    assert value is not None  # there is a text
    return value


def _condition_of(tree: Expression | None, table: str) -> Value | None:
    if tree is None:
        return None
    meaning = expression_text(in_one_order(tree))
    return value_as(expression_text(tree), meaning=meaning, words=in_words(tree, table))


def _measure(measure: Measure) -> Value:
    meaning = measure_text(with_trees(measure, in_one_order))
    return value_as(measure_text(measure), meaning=meaning, words=measure_in_words(measure))


def _squeezed(measure: BaseModel | None) -> str | None:
    return None if measure is None else re.sub(r"(\\n|\s)+", " ", measure.model_dump_json())
