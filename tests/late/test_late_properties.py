"""Whatever the records: late is what is in the population and not in time, with the days of a slow walk."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso import load_catalogue
from chiso.catalogue.formula import RuleSet
from chiso.scoring.engine import Engine
from chiso.scoring.late import LateLists, late_lists
from chiso.scoring.scoreboard import Provenance
from chiso.terms.columns import CASES, FIRST_DAY, LAST_DAY, PETITIONS, PROCEDURES
from tests.late.walk import Walk, Walked
from tests.properties.test_engine_properties import ordinary
from tests.reference import Reference
from tests.worlds import WORKING_DAYS, World, days_around, judgements, records_of, registries, sheets

COLUMNS = {
    "cases": (
        *("case_id", "procedure_id", "unit_code", "officer_code", "submitted_at", "received_at", "due_at"),
        *("finished_at", "returned_at", "status", "supplement_requests", "supplement_requested_at"),
        "supplement_done_at",
    ),
    "procedures": ("unit_code", "procedure_id", "time_limit", "time_limit_unit"),
    "petitions": ("petition_id", "unit_code", "received_at", "due_at", "answered_at"),
}
NOTHING = Provenance("0", "", "", (), False)


@cache
def rules_on(day: date) -> RuleSet:
    return load_catalogue().rules(day, "portal-2026")


@st.composite
def offices(draw: st.DrawFn) -> World:
    """Draw cases beside the procedures that limit them, and petitions."""
    judgement = draw(judgements())
    units = draw(registries())
    days = days_around(judgement)
    codes = tuple(unit.code for unit in units)
    drawn = {
        spec.name: draw(sheets(spec, COLUMNS[spec.name], days, codes, 10))
        for spec in (CASES, PROCEDURES, PETITIONS)
    }
    return World(units, drawn, judgement)


@ordinary(25)
@given(world=offices(), within=st.integers(0, 10))
def test_records_stand_where_they_should(world: World, within: int) -> None:
    rules = rules_on(world.judgement.period.last_day)
    reference = world.reference(rules.tables)
    with records_of(world.files()) as records:
        engine = Engine(records, rules, world.judgement, WORKING_DAYS)
        for table, code in ((CASES, "2.1"), (PETITIONS, "5.1")):
            if not reference.fates(table.name).in_population:
                continue
            units = tuple(world.units)
            lists = late_lists(engine, table, WORKING_DAYS, NOTHING, units=units, within=within)
            assert_what_is_in_time_is_not_late(lists, reference, code)
            if table == CASES:
                assert_as_walked(lists, reference, world, within)


def assert_what_is_in_time_is_not_late(lists: LateLists, reference: Reference, code: str) -> None:
    """In the population = in time, by the index + late + undetermined, unit by unit."""
    index = next(index for index in lists.rules.indices if index.code == code)
    assert index.numerator is not None and index.denominator is not None
    late = Counter(record.unit.code for record in lists.records if record.list != "due")
    counts = {entry.unit.code: entry for entry in lists.units}
    for unit in reference.units:
        in_time = reference.value(index.numerator, unit.code, subtree=False)
        everything = reference.value(index.denominator, unit.code, subtree=False)
        own = counts.get(unit.code)
        assert in_time is not None
        assert everything == (0 if own is None else own.in_population)
        assert everything == in_time + late[unit.code] + (0 if own is None else own.undetermined)


def assert_as_walked(lists: LateLists, reference: Reference, world: World, within: int) -> None:
    """Every case is on the list, with the days, on which a slow walk through the files puts it."""
    walk = Walk(world.judgement.period.first_day, world.judgement.as_of, WORKING_DAYS, within)
    procedures = {(row["unit_code"], row["procedure_id"]): row for row in reference.rows("procedures")}
    places = {
        str(case["case_id"]): place
        for case in reference.rows("cases")
        if (place := walk.place(case, procedures.get((case["unit_code"], case.get("procedure_id")))))
    }
    listed = {number: place for number, place in places.items() if place.list != "undetermined"}
    found = {r.number: Walked(r.list, late=r.days_late, left=r.days_left) for r in lists.records}
    assert found == listed
    assert lists.undetermined == len(places) - len(listed)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(start=st.dates(date(1991, 1, 1), date(2098, 12, 31)), number=st.integers(0, 250))
def test_the_day_that_is_so_many_working_days_later(start: date, number: int) -> None:
    found = WORKING_DAYS.after(start, number)
    assert found is not None
    assert WORKING_DAYS.between(start, found) == number
    assert number == 0 or WORKING_DAYS.is_working_day(found)


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        # Friday, then the worked Saturday 22/8/2026 that stands for Monday 31/8.
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2026, 8, 21), 2, date(2026, 8, 24)),
        (date(2026, 8, 23), 0, date(2026, 8, 23)),
        (date(2026, 8, 24), -1, date(2026, 8, 22)),
        (FIRST_DAY, -1, None),
        (LAST_DAY, 1, None),
        (date(2026, 8, 21), 10**12, None),
    ],
)
def test_working_days_ahead_and_back(start: date, number: int, expected: date | None) -> None:
    assert WORKING_DAYS.after(start, number) == expected
