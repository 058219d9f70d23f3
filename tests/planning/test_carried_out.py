"""Plans for the samples, carried out on their files: the new score is the promised one, to the hundredth."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chiso import run
from chiso.catalogue.expression import Literal_, Parameter
from chiso.scoring.planning.plan import Plan

TODAY = date(2026, 10, 10)
KEYS = {
    "cases": ("case_id",),
    "petitions": ("petition_id",),
    "procedures": ("unit_code", "procedure_id"),
    "publications": ("unit_code", "decision", "procedure_id"),
}


@pytest.fixture
def office(samples: Path, tmp_path: Path) -> Path:
    """The samples of one of the six communes."""
    folder = tmp_path / "office"
    others = [f"cases-H21.{number}.csv" for number in (133, 145, 157, 180, 186)]
    shutil.copytree(samples / "gia-lai-2026", folder, ignore=shutil.ignore_patterns(*others))
    return folder


def planned(folder: Path, unit: str, **aim: Any) -> Plan:
    request = run.PlanRequest(records=(folder,), period="2026", as_of=TODAY, unit=unit, **aim)
    return run.plan(request, date(2026, 11, 20)).plan


def carry_out(folder: Path, plan: Plan, edition: str | None = None) -> int:
    """Do what the plan says to the files, and nothing else; return how many cells were filled in."""
    from chiso.catalogue.load import load_catalogue

    rules = load_catalogue().rules(TODAY, edition)
    sets = {r.kind: r.sets for index in rules.indices for r in index.repairs}
    cells: dict[str, dict[str, dict[str, str]]] = {}
    for action in plan.actions:
        key = action.record_id if action.table != "procedures" else f"{action.unit_code}/{action.record_id}"
        row = cells.setdefault(action.table, {}).setdefault(key, {})
        for column, value in sets[action.kind]:
            row[column] = "10/10/2026" if isinstance(value, Parameter) else _written(value)
    filled = 0
    for path in folder.glob("*.csv"):
        table = path.stem.partition("-")[0]
        if table in cells:
            filled += _fill(path, KEYS[table], cells[table])
    return filled


def _written(value: object) -> str:
    assert isinstance(value, Literal_)
    # A presence column gets any text, so that it is filled; a boolean reads “true”.
    return "true" if value.value is True else str(value.value)


def _fill(path: Path, key: tuple[str, ...], cells: Mapping[str, Mapping[str, str]]) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows, columns = list(reader), list(reader.fieldnames or ())
    filled = 0
    for row in rows:
        for column, value in cells.get("/".join(row[name] for name in key), {}).items():
            # No fact is changed: what is set was empty, or said not to be done; what is there stays.
            if row[column] in ("", "false"):
                row[column] = value
                filled += 1
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return filled


def keeps_its_promise(folder: Path, unit: str, **aim: Any) -> Plan:
    plan = planned(folder, unit, **aim)
    assert carry_out(folder, plan, aim.get("edition")) >= len(plan.actions) > 0
    again = planned(folder, unit, **aim)
    assert again.unit.total == plan.after.total
    assert again.unit.groups == plan.after.groups
    assert again.rank_before.place == plan.rank_after.place
    assert again.reached == plan.reachable
    return plan


@pytest.mark.long
def test_points(office: Path) -> None:
    plan = keeps_its_promise(office, "H21.125", to=Decimal(75))
    assert plan.unit.total == Decimal("73.95") and plan.after.total >= Decimal(75)
    assert len({action.kind for action in plan.actions}) >= 2


def test_everything_that_may_be_done(office: Path) -> None:
    # Out of reach, so all that brings a point is done: open cases are finished, too.
    plan = keeps_its_promise(office, "H21.125", to=Decimal(99))
    assert not plan.reachable
    assert {"finish_case", "attach_result", "integrate_payment"} <= {action.kind for action in plan.actions}


@pytest.mark.long
def test_a_band_of_the_first_edition(office: Path) -> None:
    # There finished cases with a paper result are the denominator of an index: finishing moves it.
    plan = keeps_its_promise(office, "H21.125", band="Xuất sắc", edition="2022")
    assert plan.unit.total < plan.after.total


@pytest.mark.long
@pytest.mark.parametrize(
    ("unit", "aim"),
    [
        ("H21.180", {"to": Decimal("72.5")}),
        ("H21.186", {"band": "Khá"}),
        ("H21.145", {"rank": 1}),
        ("H21.157", {"to": Decimal(90)}),
        ("H21", {"to": Decimal(70)}),
        ("H21", {"to": Decimal(99)}),
        ("H21.180", {"to": Decimal(99), "edition": "2022"}),
    ],
)
def test_more_plans_keep_their_promise(samples: Path, tmp_path: Path, unit: str, aim: dict[str, Any]) -> None:
    folder = Path(shutil.copytree(samples / "gia-lai-2026", tmp_path / "all"))
    keeps_its_promise(folder, unit, **aim)
