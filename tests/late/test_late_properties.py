"""Whatever the records: late is what is in the population and not in time, with the days of a slow walk."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso import load_catalogue
from chiso.catalogue.formula import RuleSet
from chiso.scoring.engine import Engine
from chiso.scoring.late import LateLists, late_lists
from chiso.scoring.scoreboard import Provenance
from chiso.terms.columns import CASES, FIRST_DAY, LAST_DAY, PETITIONS
from chiso.terms.period import Judgement
from tests.late.walk import Walk, Walked
from tests.properties.test_engine_properties import ordinary
from tests.reference import Reference
from tests.worlds import (
    WORKING_DAYS,
    Cell,
    Sheet,
    World,
    days_around,
    judgements,
    records_of,
    registries,
    sheets,
)

PETITION_COLUMNS = ("petition_id", "unit_code", "received_at", "due_at", "answered_at")
LIMITS = {"1.001": (5, "working_day"), "1.002": (9, "day"), "1.003": (20, "hour"), "1.004": (None, "day")}
MOMENTS = ("received_at", "submitted_at", "due_at", "finished_at", "returned_at")
SUPPLEMENTS = ("supplement_requests", "supplement_requested_at", "supplement_done_at")
STATUSES = ("processing", "processed", "supplement_requested", "supplement_requested", "withdrawn", None)
NOTHING = Provenance("0", "", "", (), False)


@cache
def rules_on(day: date) -> RuleSet:
    return load_catalogue().rules(day, "portal-2026")


def moment(day: date | None) -> Cell:
    if day is None:
        return Cell(None, "")
    return Cell(datetime.combine(day, time(16, 30)), f"{day:%d/%m/%Y} 16:30")


def plain(value: str | int | None) -> Cell:
    return Cell(value, "" if value is None else str(value))


@st.composite
def cases(draw: st.DrawFn, judgement: Judgement, codes: tuple[str, ...]) -> Sheet:
    """Draw cases whose days lie close around the day of judgement, so that most of them stand on a list."""

    def near(first: int, last: int, empty: int = 0) -> st.SearchStrategy[Cell]:
        days = [judgement.as_of + timedelta(days=step) for step in range(first, last + 1)]
        return st.sampled_from([moment(day) for day in [*days, *[None] * empty]])

    row = st.tuples(
        st.sampled_from([plain(code) for code in codes]),
        st.sampled_from([plain(code) for code in (*LIMITS, None)]),
        st.sampled_from([plain(status) for status in STATUSES]),
        *(near(-20, -4, 2), near(-20, -4), near(-12, 6, 19), near(-8, 3, 12), near(-6, 3, 30)),
        *(st.sampled_from([plain(times) for times in (None, 0, 1, 1, 2)]), near(-12, 2, 12), near(-8, 4, 12)),
    )
    columns = ("case_id", "unit_code", "procedure_id", "status", *MOMENTS, *SUPPLEMENTS)
    rows = draw(st.lists(row, min_size=15, max_size=30))
    return Sheet(columns, tuple((plain(f"K{number}"), *cells) for number, cells in enumerate(rows)))


def procedures(codes: tuple[str, ...]) -> Sheet:
    """Return the same procedures, each with a limit of its own kind, in every unit but the last."""
    columns = ("unit_code", "procedure_id", "time_limit", "time_limit_unit")
    units = codes[:-1] or codes
    return Sheet(
        columns,
        tuple(
            (plain(code), plain(number), plain(limit), plain(unit))
            for code in units
            for number, (limit, unit) in LIMITS.items()
        ),
    )


@st.composite
def offices(draw: st.DrawFn) -> World:
    """Draw cases beside the procedures that limit them, and petitions."""
    judgement = draw(judgements())
    units = draw(registries())
    codes = tuple(unit.code for unit in units)
    petitions = draw(sheets(PETITIONS, PETITION_COLUMNS, days_around(judgement), codes, 10))
    sheet = draw(cases(judgement, codes))
    drawn = {"cases": sheet, "petitions": petitions, "procedures": procedures(codes)}
    return World(units, drawn, judgement)


@ordinary(15)
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
