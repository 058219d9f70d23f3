"""No smaller plan exists: everything is tried on small random offices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chiso import run
from tests.planning.brute import as_points, least_plan, office, write_cases

TODAY = date(2026, 8, 20)


def check(seed: int, folder: Path) -> bool:
    """Hold one office's plan against everything that could be done; False where that is too much."""
    drawn = office(seed)
    least = least_plan(drawn)
    if least is None:
        return False
    drawn.write(folder)
    now = as_points(drawn.total(drawn.rows)[0])
    request = run.PlanRequest(
        records=(folder / "cases.csv", folder / "units.csv"),
        catalogue=folder / "random.yaml",
        period="2026-08",
        as_of=TODAY,
        unit=drawn.unit,
        to=as_points(drawn.aim),
    )
    plan = run.plan(request, TODAY).plan
    told = f"office {seed}"
    assert plan.unit.total == now, told
    assert plan.reachable == (least.total >= drawn.aim), told
    assert (plan.effort, len(plan.actions)) == (least.effort, least.actions), told
    done = {work.kind: work for work in drawn.works}
    by_id = {str(row["case_id"]): dict(row) for row in drawn.rows}
    for action in plan.actions:
        by_id[action.record_id].update(done[action.kind].sets)
    assert plan.after.total == as_points(drawn.total([*by_id.values()])[0]), told
    if not plan.reachable:
        assert plan.after.total == plan.most == as_points(least.total), told
    write_cases(folder / "cases.csv", [*by_id.values()])
    again = run.plan(request, TODAY).plan
    assert again.unit.total == plan.after.total, told
    assert again.reached == plan.reachable, told
    return True


@pytest.mark.parametrize("block", range(4))
def test_no_smaller_plan_reaches_the_aim(block: int, tmp_path: Path) -> None:
    held = sum(check(seed, tmp_path) for seed in range(20 * block, 20 * block + 20))
    assert held >= 10


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_no_smaller_plan_reaches_the_aim_of_many(block: int, tmp_path: Path) -> None:
    held = sum(check(seed, tmp_path) for seed in range(1_000 + 40 * block, 1_040 + 40 * block))
    assert held >= 20
