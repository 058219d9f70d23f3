"""Parts in one order: two conditions that come to the same are one, and what they mean stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compositions import composer
from tests.worlds import worlds

from chiso.catalogue.condition import parse_value
from chiso.catalogue.expression import Expression
from chiso.catalogue.scope import Scope
from chiso.catalogue.shapes import in_one_order
from chiso.catalogue.wording import expression_text
from chiso.terms.columns import TABLES

SCOPE = Scope(TABLES["cases"], lambda _: None)


def ordered(text: str) -> str:
    return expression_text(in_one_order(parse_value(text, SCOPE)))


SAME = [
    ("synced and digitized", "digitized and synced"),
    ("synced and (digitized and vneid_verified)", "(vneid_verified and synced) and digitized"),
    ("channel in ('online', 'postal')", "channel in ('postal', 'online')"),
    ("fee = 5", "5 = fee"),
    ("fee + 1 > 2", "1 + fee > 2"),
    ("least(due_on, :as_of)", "least(:as_of, due_on)"),
    ("not (synced or digitized)", "not (digitized or synced)"),
    (
        "received_on between :period_start and :as_of",
        "received_on <= :as_of and received_on >= :period_start",
    ),
]
ANOTHER = [
    ("fee - 1 > 2", "1 - fee > 2"),
    ("due_on < returned_on", "returned_on < due_on"),
    ("coalesce(due_on, returned_on)", "coalesce(returned_on, due_on)"),
    ("days(due_on, returned_on)", "days(returned_on, due_on)"),
    ("synced and digitized", "synced or digitized"),
    ("synced and (digitized or vneid_verified)", "(synced and digitized) or vneid_verified"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_order_of_parts_that_means_nothing_is_passed_over(one: str, other: str) -> None:
    assert ordered(one) == ordered(other)


@pytest.mark.parametrize(("one", "other"), ANOTHER)
def test_an_order_that_means_something_stays(one: str, other: str) -> None:
    assert ordered(one) != ordered(other)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_condition_in_one_order_means_what_it_meant(data: st.DataObject) -> None:
    world = data.draw(worlds(tables=("cases", "procedures", "petitions"), most_rows=3))
    table = data.draw(st.sampled_from(sorted(world.sheets)))
    tree: Expression = composer(data.draw, world, table).boolean(3)
    reference = world.reference({})
    for row in reference.rows(table):
        before, after = (reference.evaluate(each, row, TABLES[table]) for each in (tree, in_one_order(tree)))
        assert before is after or before == after
