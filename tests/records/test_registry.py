"""What a registry may not say: each fault is told with its row, and all in one go."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import a_folder

import chiso
from chiso.errors import RecordsError
from chiso.terms.unit import LEVELS

HEAD = "unit_code,unit_name,level,parent_code,valid_from,valid_to\n"


def faults(tmp_path: Path, *rows: str) -> list[str]:
    folder = a_folder(tmp_path / "in", units=HEAD + "".join(f"{row}\n" for row in rows))
    try:
        chiso.load_records([folder]).connection.close()
    except RecordsError as error:
        return [problem.in_language("en").split("units.csv, ")[1] for problem in error.problems]
    return []


def test_a_unit_needs_its_name(tmp_path: Path) -> None:
    assert faults(tmp_path, "C1,,commune,,,") == ["row 2, column unit_name: is empty"]


def test_a_unit_cannot_end_before_it_begins(tmp_path: Path) -> None:
    said = "row 3, column valid_to: is before the first day (valid_from)"
    assert faults(tmp_path, "P,Tỉnh,province,,,", "C1,Xã Một,commune,P,01/07/2026,30/06/2026") == [said]
    assert not faults(tmp_path, "C1,Xã Một,commune,,01/07/2026,01/07/2026")


def test_a_unit_cannot_stand_under_one_of_a_lower_level(tmp_path: Path) -> None:
    (said,) = faults(tmp_path, "P,Tỉnh,province,C1,,", "C1,Xã Một,commune,,,")
    assert said.startswith(
        "row 2, column parent_code: a unit of level province cannot stand under C1 of level commune\n"
    )
    assert "Look again at the level of both" in said


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        *((upper, lower) for n, upper in enumerate(LEVELS) for lower in LEVELS[n:]),
        ("district", "department"),
        ("office", "commune"),
    ],
)
def test_levels_may_stand_under_their_own_and_every_higher_one(
    tmp_path: Path, parent: str, child: str
) -> None:
    assert not faults(tmp_path, f"A,Trên,{parent},,,", f"B,Dưới,{child},A,,")


def test_all_faults_of_a_registry_are_told_in_one_go(tmp_path: Path) -> None:
    told = faults(
        tmp_path, "P,,province,C1,,", "C1,Xã Một,commune,,02/01/2026,01/01/2026", "C2,Xã Hai,xóm,P,,"
    )
    assert [said.split(":")[0] for said in told] == [
        "row 2, column unit_name",
        "row 3, column valid_to",
        "row 4, column level",
        "row 2, column parent_code",
    ]
