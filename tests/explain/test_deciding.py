"""Which clause decided, said over small conditions that can be read aloud."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compositions import composer
from tests.properties.test_engine_properties import ordinary
from tests.worlds import worlds

from chiso.catalogue.condition import parse_condition
from chiso.catalogue.expression import Expression
from chiso.catalogue.scope import Scope
from chiso.catalogue.wording import expression_text
from chiso.scoring.deciding import deciding, smallest_parts, truth
from chiso.terms.columns import TABLES

CASES = TABLES["cases"]


def scope(definitions: Mapping[str, Expression]) -> Scope:
    return Scope(CASES, definitions.get, tuple(definitions))


# Definitions as 766 has them, shortened.
AWAITING = parse_condition("status = 'supplement_requested'", scope({}))
ASKED_ONCE = parse_condition("coalesce(supplement_requests, 1) <= 1", scope({}))
GIVEN = {"awaiting": AWAITING, "asked_once": ASKED_ONCE}
ON_TIME = parse_condition(
    "(awaiting and asked_once) or (not awaiting and finished_on <= due_on)", scope(GIVEN)
)
PAID = parse_condition("payment in ('portal', 'gateway')", scope({}))

# condition | which of its parts hold (+), fail (-) or are left open (?) | what decided | whether it holds
TABLE = """
digitized                                  | -     | digitized                         | False
fee > 0 and digitized                      | +-    | digitized                         | False
fee > 0 and digitized                      | --    | fee > 0                           | False
fee > 0 and digitized                      | ?+    | fee > 0                           | None
fee > 0 and digitized                      | ?-    | digitized                         | False
fee is null or fee > 0                     | --    | fee > 0                           | False
rating is null or rating = 'satisfied'     | --    | rating = 'satisfied'              | False
digitized or component_digitized           | --    | digitized or component_digitized  | False
digitized or component_digitized           | -?    | component_digitized               | None
digitized or component_digitized           | -+    | component_digitized               | True
not digitized                              | +     | not digitized                     | False
not (fee > 0 and digitized)                | ++    | digitized                         | True
coalesce(digitized, component_digitized)   | -+    | digitized                         | False
coalesce(digitized, component_digitized)   | ?-    | component_digitized               | False
coalesce(digitized, false)                 | ?     | digitized                         | None
on_time                                    | -+-   | finished_on <= due_on             | False
on_time                                    | +-+   | coalesce(supplement_requests, 1) <= 1 | False
paid                                       | -     | payment in ('portal', 'gateway')  | False
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
SIGNS = {"+": True, "-": False, "?": None}


@pytest.mark.parametrize(("text", "signs", "decided", "holds"), ROWS)
def test_the_clause_that_decided(text: str, signs: str, decided: str, holds: str) -> None:
    condition = parse_condition(text, scope({**GIVEN, "on_time": ON_TIME, "paid": PAID}))
    parts = tuple(dict.fromkeys(smallest_parts(condition)))
    clause = deciding(condition, dict(zip(parts, map(SIGNS.__getitem__, signs), strict=True)), "cases")
    expected = expression_text(parse_condition(decided, scope({})))
    assert (expression_text(clause.tree), str(clause.holds)) == (expected, holds)


def test_the_definitions_on_the_way_are_named() -> None:
    condition = parse_condition("fee > 0 and on_time", scope({**GIVEN, "on_time": ON_TIME}))
    fee, awaiting, asked_once, in_time = dict.fromkeys(smallest_parts(condition))
    clause = deciding(condition, {fee: True, awaiting: True, asked_once: False, in_time: True}, "cases")
    assert [definition.name for definition in clause.within] == ["on_time", "asked_once"]


def test_a_definition_that_fails_as_a_whole_is_named_itself() -> None:
    either = parse_condition("digitized or component_digitized", scope({}))
    condition = parse_condition("used", scope({"used": either}))
    clause = deciding(condition, dict.fromkeys(smallest_parts(condition), False), "cases")
    assert (expression_text(clause.tree), clause.holds, clause.within) == ("used", False, ())


@ordinary(150)
@given(data=st.data())
def test_what_parts_say_together_is_what_the_condition_says(data: st.DataObject) -> None:
    world = data.draw(worlds(tables=("cases",), most_rows=3))
    condition = composer(data.draw, world, "cases").boolean(3)
    reference = world.reference({})
    parts = tuple(dict.fromkeys(smallest_parts(condition)))
    for row in reference.rows("cases"):
        truths = {part: reference.evaluate(part, row, CASES) for part in parts}
        assert all(value is None or isinstance(value, bool) for value in truths.values())
        whole = reference.evaluate(condition, row, CASES)
        assert truth(condition, truths) is whole  # type: ignore[arg-type]
        clause = deciding(condition, truths, "cases")  # type: ignore[arg-type]
        assert reference.evaluate(clause.tree, row, CASES) is clause.holds
        # Left open is decided by what is open, or by what stands in for it.
        if whole is None:
            assert clause.holds is None
