"""Tiny offices for plans worked out by hand: one province, two communes, a handful of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chiso import run
from chiso.scoring.planning.plan import Plan
from tests.catalogues import catalogue_text, group_entry

TODAY = date(2026, 8, 20)
UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
A,Xã An,commune,P
B,Xã Bình,commune,P
C,Xã Cát,commune,P
"""
RECORDS: dict[str, object] = {
    "cases": {"population": "received_on <= :as_of"},
    "procedures": {"population": "true"},
    "petitions": {"population": "received_on <= :as_of"},
}
BOTH = {"vi": "việc", "en": "work"}
ATTACH: dict[str, object] = {
    "kind": "attach",
    "name": {"vi": "Đính kèm", "en": "Attach"},
    "when": "result_link is null and finished_on is not null",
    "sets": {"result_link": "present"},
}
FINISH: dict[str, object] = {
    "kind": "finish",
    "name": {"vi": "Giải quyết", "en": "Finish"},
    "when": "finished_on is null",
    "sets": {"finished_at": ":as_of"},
    "effort": 3,
}
SCAN: dict[str, object] = {
    "kind": "scan",
    "name": {"vi": "Số hóa", "en": "Scan"},
    "when": "not digitized",
    "sets": {"digitized": True},
}


def cases(*rows: str) -> str:
    """Cases of commune A received on 3/8: ``number finished result digitized``, a dash where empty.

    A row may name another unit in front: ``B:1``.
    """
    lines = ["case_id,unit_code,procedure_id,received_at,due_at,finished_at,result_link,digitized"]
    for row in rows:
        number, finished, result, digitized = ("" if word == "-" else word for word in row.split())
        unit, _, number = number.rpartition(":")
        lines.append(
            f"{number},{unit or 'A'},1.00000{number[-1]},2026-08-03,2026-08-14,"
            f"{finished},{result},{digitized}"
        )
    return "\n".join(lines) + "\n"


def an_office(
    folder: Path,
    indices: Sequence[Mapping[str, Any]],
    files: Mapping[str, str],
    records: Mapping[str, object] | None = None,
    arithmetic: str = "decimal",
) -> Path:
    """Write a catalogue of one group of indices (ten points each) and the files; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = [group_entry("g", indices, arithmetic)]
    (folder / "own.yaml").write_text(catalogue_text(records or RECORDS, groups), "utf-8")
    for name, text in {"units": UNITS, **files}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def plan_of(folder: Path, unit: str = "A", today: date = TODAY, **asked: Any) -> Plan:
    """Return the plan of a unit; ``asked`` are the aim and further options."""
    given = {"as_of": TODAY, "period": "2026-08", **asked}
    request = run.PlanRequest(records=(folder,), catalogue=folder / "own.yaml", unit=unit, **given)
    return run.plan(request, today).plan


def done(plan: Plan) -> list[str]:
    """What is done on which record, for reading aloud."""
    return [f"{action.kind} {action.record_id}" for action in plan.actions]
