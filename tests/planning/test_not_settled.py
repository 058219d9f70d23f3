"""What does not count and may yet is not lost: empty cells, and cases that wait for the citizen.

The rules are those of 766, the cases one commune's in August 2026, judged on 20/8/2026.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

UNITS = "unit_code,unit_name,level,parent_code\nP,Tỉnh Phú An,province,\nC1,Xã Một,commune,P\n"
HEADING = (
    "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,stopped_at,status,"
    "component_file,digitized,component_digitized,result_code,result_link\n"
)
CASES = {
    "done without a result": (
        "K1,C1,1.000001,direct,03/08/2026,28/08/2026,10/08/2026,,processed,x,true,true,,\n"
    ),
    "stopped": "K2,C1,1.000001,direct,03/08/2026,28/08/2026,,10/08/2026,stopped,x,true,true,,\n",
    "waits": "K3,C1,1.000001,direct,03/08/2026,28/08/2026,,,supplement_requested,x,true,true,,\n",
    "open": "K4,C1,1.000001,direct,03/08/2026,28/08/2026,,,processing,x,true,true,,\n",
    "not known": "K5,C1,1.000001,direct,03/08/2026,28/08/2026,10/08/2026,,processed,x,,,KQ,k.pdf\n",
}


@pytest.fixture
def planned(tmp_path: Path, chiso: CommandLine) -> Any:
    """Return the plan for ``--to 100`` over the named cases."""

    def plan(*names: str, period: str = "2026-08", as_of: str = "2026-08-20") -> dict[str, Any]:
        folder = tmp_path / "-".join(names).replace(" ", "_")
        folder.mkdir()
        (folder / "units.csv").write_text(UNITS, "utf-8")
        (folder / "cases.csv").write_text(HEADING + "".join(CASES[name] for name in names), "utf-8")
        asked = ("--period", period, "--as-of", as_of, "--unit", "C1", "--to", "100", "--format", "json")
        outcome = chiso("plan", folder, *asked)
        assert outcome.code == 0, outcome.stderr
        data: dict[str, Any] = json.loads(outcome.stdout)
        return data

    return plan


def _by_index(entries: list[dict[str, Any]], index: str) -> dict[str, Any] | None:
    return next((entry for entry in entries if entry["index"] == index), None)


def test_a_stopped_case_gets_no_result(planned: Any) -> None:
    plan = planned("done without a result", "stopped")
    assert {action["case_id"] for action in plan["actions"]} == {"K1"}
    # 6 × 1 / 2 = 3.00 points of index 4.1 are lost for the stopped one.
    assert _by_index(plan["lost"], "4.1") == {"index": "4.1", "cases": 1, "points": 3.0}


def test_a_case_that_waits_for_the_citizen_is_not_lost(planned: Any) -> None:
    plan = planned("done without a result", "waits")
    assert _by_index(plan["lost"], "4.1") is None
    assert _by_index(plan["unsettled"], "4.1") == {"index": "4.1", "unknown": 0, "waiting": 1}
    # Once the period is over nothing of it can come any more.
    over = planned("waits", "done without a result", as_of="2026-08-31")
    assert _by_index(over["lost"], "4.1") == {"index": "4.1", "cases": 1, "points": 3.0}
    assert _by_index(over["unsettled"], "4.1") is None


def test_an_open_case_can_be_finished_and_then_have_its_result(planned: Any) -> None:
    plan = planned("open")
    kinds = {action["kind"] for action in plan["actions"]}
    assert "finish_case" in kinds and _by_index(plan["lost"], "4.1") is None


def test_an_empty_cell_is_not_a_loss(planned: Any) -> None:
    plan = planned("not known")
    # Whether K5 is digitised is not known: index 4.3 loses nothing for good.
    assert _by_index(plan["lost"], "4.3") is None
    assert _by_index(plan["unsettled"], "4.3") == {"index": "4.3", "unknown": 1, "waiting": 0}
    assert plan["undetermined"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--to", "74.505"), 2),
        (("--to", "74.50"), 0),
        (("--band", "trung binh"), 12),
        (("--band", "TRUNG BÌNH"), 12),
        (("--band", "trung"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_aims_as_they_are_typed(
    words: tuple[str, str], code: int, tmp_path: Path, chiso: CommandLine
) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "cases.csv").write_text(HEADING + CASES["open"], "utf-8")
    asked = ("--period", "2026-08", "--as-of", "2026-08-20", "--unit", "C1")
    # A unit that lacks data has no band: 12 says that the band itself is known.
    assert chiso("plan", tmp_path, *asked, *words).code == code
