"""Whatever is assigned: every index has the owner that a reader of the table would say, or none."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chiso.catalogue.assignments import assigned
from chiso.catalogue.load import load_catalogue
from chiso.errors import Place
from chiso.terms.written import WrittenRow

RULES = load_catalogue().rules(date(2026, 1, 1))
GROUPS = [group.code for group in RULES.groups]
INDICES = [index.code for index in RULES.indices]
OWNERS = ["A", "B", "C"]


def rows(owners: dict[str, str], order: Random) -> list[WrittenRow]:
    written = [
        WrittenRow({"index": name, "lead": "VP", "responsible": owner}, Place("own.csv", row=number))
        for number, (name, owner) in enumerate(owners.items(), start=2)
    ]
    order.shuffle(written)
    return written


@given(
    st.dictionaries(st.sampled_from(GROUPS + INDICES), st.sampled_from(OWNERS), min_size=1),
    st.randoms(use_true_random=False),
)
def test_every_index_has_its_own_rows_owner_else_its_groups(owners: dict[str, str], order: Random) -> None:
    found = assigned("own.csv", "", rows(owners, order), RULES)
    said = {index.code: owners.get(index.code) or owners.get(index.group) for index in RULES.indices}
    assert {index.code: own.owner for index in RULES.indices if (own := found.of(index)) is not None} == {
        code: owner for code, owner in said.items() if owner is not None
    }
    # Each index is one owner's or nobody's; only those that earn points are told as nobody's.
    of_somebody = [index.code for owner in found.owners(RULES) for index in found.indices_of(RULES, owner)]
    of_nobody = [code for code, owner in said.items() if owner is None]
    assert sorted(of_somebody + of_nobody) == sorted(INDICES)
    scored = {index.code for index in RULES.indices if index.scored}
    assert [index.code for index in found.unassigned(RULES)] == [code for code in of_nobody if code in scored]
