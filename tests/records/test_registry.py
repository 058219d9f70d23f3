"""What a registry may not say: each fault is told with its row, and all in one go."""

from __future__ import annotations

from datetime import date
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


SUCCEEDED = "unit_code,unit_name,level,parent_code,valid_to,successor_code,share\n"


def shares(tmp_path: Path, *rows: str) -> list[str]:
    """Return the faults of a registry in which C1 and C2 stand after ``rows``."""
    lines = [*rows, "C1,Xã Một,commune,,,,", "C2,Xã Hai,commune,,,,"]
    folder = a_folder(tmp_path / "in", units=SUCCEEDED + "".join(f"{line}\n" for line in lines))
    try:
        chiso.load_records([folder]).connection.close()
    except RecordsError as error:
        return [problem.message.en for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("successors", "share", "said"),
    [
        ("C1;C2", "60%;40%", None),
        ("C1; C2", "0.6 ; 0,4", None),
        ("C1", "", None),
        ("C1", "100%", None),
        ("", "", None),
        ("C1;C2", "", "2 successors and 0 shares"),
        ("C1;C2", "100%", "2 successors and 1 share"),
        ("", "60%", "0 successors and 1 share"),
        ("C1", "60%", "the shares do not add up to 100 %"),
        ("C1;C2", "60%;60%", "the shares do not add up to 100 %"),
        ("C1;C2", "100%;0%", "are not shares like 60%;40%"),
        ("C1;C2", "a half;a half", "are not shares like 60%;40%"),
        ("C1;C1", "50%;50%", "a successor is named twice"),
        ("C1;C9", "50%;50%", "there is no unit C9"),
        ("C1;U", "50%;50%", "unit U leads back to itself"),
    ],
)
def test_a_divided_unit_names_its_successors_with_shares(
    tmp_path: Path, successors: str, share: str, said: str | None
) -> None:
    row = f'U,Xã Cũ,commune,,2026-07-31,{successors},"{share}"'
    assert shares(tmp_path, row) == ([] if said is None else [said])


def test_every_fault_of_a_succession_is_told_in_one_go(tmp_path: Path) -> None:
    rows = ("U,Xã Cũ,commune,,2026-07-31,C1;C9,60%;60%", "V,Xã Cũ Hai,commune,,2026-07-31,C1;C2,")
    assert shares(tmp_path, *rows) == [
        "there is no unit C9",
        "the shares do not add up to 100 %",
        "2 successors and 0 shares",
    ]


def test_records_of_a_divided_unit_stay_its_own(tmp_path: Path) -> None:
    units = (
        SUCCEEDED
        + "U,Xã Cũ,commune,,2026-08-10,C1;C2,60%;40%\nC1,Xã Một,commune,,,,\nC2,Xã Hai,commune,,,,\n"
    )
    cases = "case_id,unit_code,received_at\n1,U,05/08/2026\n2,C1,05/08/2026\n"
    folder = a_folder(tmp_path / "in", units=units, cases=cases)
    board = chiso.score(
        chiso.load_catalogue(), chiso.load_records([folder]), "2026-08", as_of=date(2026, 8, 31)
    )
    assert [unit.cases for unit in board.units] == [1, 1, 0]
