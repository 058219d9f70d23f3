"""The registry: who stands under whom, and which units exist on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from chiso.terms.unit import Unit, UnitTree

TREE = UnitTree(
    [
        Unit("P", "Tỉnh Gia Lai", "province"),
        Unit("S1", "Sở Nội vụ", "department", "P"),
        Unit("C1", "Xã Ia Ơ", "commune", "P"),
        Unit("O1", "Phòng Văn hóa", "office", "C1"),
        Unit("Q", "Tỉnh Phú Thọ", "province"),
    ]
)


def codes(units: Iterable[Unit]) -> list[str]:
    return [unit.code for unit in units]


def test_the_registry_keeps_its_order() -> None:
    assert codes(TREE) == ["P", "S1", "C1", "O1", "Q"]
    assert len(TREE) == 5


def test_a_unit_is_found_by_its_code_as_it_stands() -> None:
    assert TREE["C1"].name == "Xã Ia Ơ"
    assert "C1" in TREE
    assert "c1" not in TREE
    assert "Xã Ia Ơ" not in TREE
    with pytest.raises(KeyError):
        TREE["c1"]


def test_ancestors_come_nearest_first() -> None:
    assert codes(TREE.ancestors("O1")) == ["C1", "P"]
    assert codes(TREE.ancestors("P")) == []


def test_below_is_at_any_depth_in_registry_order_and_without_the_unit_itself() -> None:
    assert codes(TREE.below("P")) == ["S1", "C1", "O1"]
    assert codes(TREE.below("C1")) == ["O1"]
    assert codes(TREE.below("Q")) == []


def test_levels_are_those_that_occur_highest_first() -> None:
    assert TREE.levels() == ("province", "department", "commune", "office")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "exists"),
    [
        (None, None, True),
        (date(2025, 7, 1), None, True),
        (date(2025, 7, 2), None, False),
        (None, date(2025, 7, 1), True),
        (None, date(2025, 6, 30), False),
        (date(2025, 7, 1), date(2025, 7, 1), True),
    ],
)
def test_a_unit_exists_on_its_first_and_on_its_last_day(
    valid_from: date | None, valid_to: date | None, exists: bool
) -> None:
    unit = Unit("C1", "Xã Ia Ơ", "commune", valid_from=valid_from, valid_to=valid_to)
    assert unit.valid_on(date(2025, 7, 1)) is exists
