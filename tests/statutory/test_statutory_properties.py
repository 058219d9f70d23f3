"""Whatever the records: each stands where a slow count puts it, and what is open is carried over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chiso import load_catalogue
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.statutory_file import load_statutory_forms
from chiso.catalogue.statutory_forms import StatutoryForms
from chiso.errors import CannotScoreError
from chiso.records.dataset import Records
from chiso.scoring.engine import Engine
from chiso.scoring.scoreboard import Provenance
from chiso.scoring.statutory import StatutoryForm, statutory_form
from chiso.terms.period import Judgement, judge, parse_period
from tests.late.test_late_properties import LIMITS, moment, plain, procedures
from tests.late.walk import Walk
from tests.properties.test_engine_properties import ordinary
from tests.statutory.slow import filled_in
from tests.worlds import WORKING_DAYS, Cell, Sheet, World, records_of, registries

NOTHING = Provenance("0", "", "", (), False)
COLUMNS = (
    *("case_id", "unit_code", "procedure_id", "status", "channel", "field_id"),
    *("received_at", "submitted_at", "due_at", "finished_at", "returned_at", "stopped_at", "refused_at"),
    *("supplement_requests", "supplement_requested_at", "supplement_done_at"),
)
STATUSES = (
    *("processing", "processing", "processed", "supplement_requested", "payment_requested"),
    *("withdrawn", "stopped", "not_received", None),
)
JULY, AUGUST = (
    judge(parse_period(period, date(2026, 9, 1)), date(2026, 9, 1)) for period in ("2026-07", "2026-08")
)


@cache
def rules() -> RuleSet:
    return load_catalogue().rules(date(2026, 8, 31))


@cache
def forms() -> StatutoryForms:
    return load_statutory_forms(None, rules(), date(2026, 8, 31))


@st.composite
def offices(draw: st.DrawFn) -> World:
    """Draw cases whose days lie on and beside the bounds of July and August 2026."""
    units = draw(registries())
    codes = tuple(unit.code for unit in units)
    bounds = [date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 31)]
    days = [bound + timedelta(days=step) for bound in bounds for step in (-2, -1, 0, 1)]

    def near(empty: int = 0) -> st.SearchStrategy[Cell]:
        return st.sampled_from([moment(day) for day in [*days, *[None] * empty]])

    def among(*values: str | int | None) -> st.SearchStrategy[Cell]:
        return st.sampled_from([plain(value) for value in values])

    row = st.tuples(
        *(among(*codes), among(*LIMITS, None), among(*STATUSES), among("online", "direct", "postal", None)),
        among("LV1", "LV2", None),
        *(near(2), near(2), near(3), near(9), near(40), near(60), near(60)),
        *(among(None, 1, 2), near(30), near(30)),
    )
    rows = draw(st.lists(row, min_size=30, max_size=45))
    cases = Sheet(COLUMNS, tuple((plain(f"K{number}"), *cells) for number, cells in enumerate(rows)))
    return World(units, {"cases": cases, "procedures": procedures(codes)}, AUGUST)


def form_of(records: Records, judgement: Judgement, code: str) -> StatutoryForm:
    engine = Engine(records, rules(), judgement, WORKING_DAYS)
    return statutory_form(engine, forms(), forms().form(code), NOTHING, tuple(records.units))


@ordinary(4)
@given(world=offices(), judgement=st.sampled_from([JULY, AUGUST]))
def test_every_case_stands_where_a_slow_count_puts_it(world: World, judgement: Judgement) -> None:
    world = replace(world, judgement=judgement)
    reference = world.reference(rules().tables)
    limits = {(row["unit_code"], row["procedure_id"]): row for row in reference.rows("procedures")}
    walk = Walk(judgement.period.first_day, judgement.as_of, WORKING_DAYS, 0)
    cases = reference.rows("cases")
    by_unit, by_field = (filled_in(cases, limits, walk, by) for by in ("unit_code", "field_id"))
    if not by_unit:
        return
    with records_of(world.files()) as records:
        units, fields = (form_of(records, judgement, code) for code in ("06a", "07a"))
    found = {row.unit.code: counted(row.counts) for row in units.rows if row.kind == "unit" and row.unit}
    assert {code: counts for code, counts in found.items() if counts} == by_unit
    assert {row.field_id: counted(row.counts) for row in fields.rows if row.kind == "field"} == by_field
    everything = Counter[str]()
    for counts in by_unit.values():
        everything += counts
    assert counted(units.total.counts) == counted(fields.total.counts) == everything
    sums = [row for row in units.rows if row.kind == "sum"]
    for row in sums:
        assert row.unit is not None
        below = {row.unit.code, *(unit.code for unit in world.units.below(row.unit.code))}
        whole = sum((by_unit[code] for code in below & by_unit.keys()), Counter[str]())
        assert counted(row.counts) == whole


def counted(counts: object) -> Counter[str]:
    """Return the counts above 0 of the form's columns."""
    assert isinstance(counts, dict)
    return Counter({code: number for code, number in counts.items() if code and number})


@ordinary(3)
@given(world=offices())
def test_what_is_open_at_the_end_is_carried_over_into_the_next_period(world: World) -> None:
    with records_of(world.files()) as records:
        try:
            july = form_of(records, JULY, "06a")
        except CannotScoreError:
            return
        if not july.total.counts["open"]:
            return
        august = form_of(records, AUGUST, "06a")
    for before, after in zip(july.rows, august.rows, strict=True):
        assert before.counts["open"] == after.counts["carried_over"]


@pytest.mark.parametrize("code", ["06a", "07a"])
def test_the_forms_that_are_shipped_know_every_column(code: str) -> None:
    columns = forms().columns()
    assert [column.number for column in columns] == list(range(3, 3 + len(columns)))
    assert forms().form(code.upper()).code == code
