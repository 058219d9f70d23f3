"""Every result tells catalogue, period, files and rows in one form."""

from __future__ import annotations

import pytest

from tests.schemas import SCHEMAS, schema_of

OF_A_PERIOD = (
    *("campaign", "compare", "explain", "late", "plan", "reconcile", "robustness", "statutory-form"),
    "whatif",
)
SHARED = ("catalogue", "period", "fates", "quarantined_row", "file")


def test_every_schema_is_a_good_one() -> None:
    names = [path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")]
    assert {*OF_A_PERIOD, "scoreboard", "check"} <= set(names)
    assert all(schema_of(name)["properties"]["schema_version"] for name in names)


@pytest.mark.parametrize("name", OF_A_PERIOD)
def test_what_every_result_holds_has_one_form(name: str) -> None:
    described, shared = schema_of(name)["$defs"], schema_of("scoreboard")["$defs"]
    if name == "reconcile":
        # Only there the portal's file is a table of its own.
        assert described["fates"]["properties"]["table"]["enum"].pop() == "portal"
    for part in SHARED:
        assert described[part] == shared[part], part
