"""No smaller plan exists: everything is tried on small random offices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chiso import run
from chiso.catalogue.load import load_catalogue
from chiso.records.load import load_records
from chiso.scoring.engine import Engine
from chiso.scoring.planning.aim import points_aim
from chiso.scoring.planning.plan import Plan, make_plan
from chiso.scoring.score import scoreboard_of
from chiso.terms.period import judge, parse_period
from chiso.terms.working_days import load_working_days
from tests.planning.brute import Office, aims, all_ways, as_points, least_plan, office, write_cases

TODAY = date(2026, 8, 20)


def check(seed: int, folder: Path) -> int:
    """Hold one office's plans against everything that could be done; return how many plans were held."""
    drawn = office(seed)
    ways = all_ways(drawn)
    now = drawn.total(drawn.rows)
    wanted = aims(ways, now, seed)
    if not wanted:
        return 0
    drawn.write(folder)
    catalogue = load_catalogue(folder / "random.yaml")
    judgement = judge(parse_period("2026-08", TODAY), TODAY)
    records = load_records((folder / "cases.csv", folder / "units.csv"))
    engine = Engine(records, catalogue.rules(TODAY), judgement, load_working_days(None))
    board = scoreboard_of(engine, run.provenance(catalogue, records, judgement))
    unit = board.unit(drawn.unit)
    assert unit.total == as_points(now), seed
    for aim in wanted:
        plan = make_plan(engine, board, unit, points_aim(as_points(aim)), {}, day_has_passed=False)
        least = least_plan(ways, aim)
        told = f"office {seed}, aim {aim}"
        assert plan.reachable == (least.total >= aim), told
        assert (plan.effort, len(plan.actions)) == (least.effort, least.actions), told
        assert plan.most == as_points(max(way.total for way in ways)), told
        assert plan.after.total == as_points(least.total), told
        assert plan.after.total == as_points(drawn.total(carried_out(drawn, plan))), told
    return len(wanted)


def carried_out(drawn: Office, plan: Plan) -> list[dict[str, object]]:
    done = {work.kind: work for work in drawn.works}
    rows = {str(row["case_id"]): dict(row) for row in drawn.rows}
    for action in plan.actions:
        rows[action.record_id].update(done[action.kind].sets)
    return [*rows.values()]


@pytest.mark.parametrize("block", range(4))
def test_no_smaller_plan_reaches_the_aim(block: int, tmp_path: Path) -> None:
    held = sum(check(seed, tmp_path) for seed in range(6 * block, 6 * block + 6))
    assert held >= 5


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_no_smaller_plan_reaches_the_aim_of_many(block: int, tmp_path: Path) -> None:
    held = sum(check(seed, tmp_path) for seed in range(1_000 + 40 * block, 1_040 + 40 * block))
    assert held >= 20


def test_a_plan_carried_out_on_the_files_scores_what_it_promised(tmp_path: Path) -> None:
    drawn = office(3)
    ways = all_ways(drawn)
    aim = max(way.total for way in ways)
    assert aim > drawn.total(drawn.rows)
    drawn.write(tmp_path)
    request = run.PlanRequest(
        records=(tmp_path,),
        catalogue=tmp_path / "random.yaml",
        period="2026-08",
        as_of=TODAY,
        unit=drawn.unit,
        to=as_points(aim),
    )
    plan = run.plan(request, TODAY).plan
    write_cases(tmp_path / "cases.csv", carried_out(drawn, plan))
    again = run.plan(request, TODAY).plan
    assert again.reached
    assert again.unit.total == plan.after.total == as_points(aim)
