"""Faults in what an index says of earlier figures, tasks and due days: told with place and repair."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import a_catalogue, place_of

from chiso.catalogue.load import load_catalogue
from chiso.errors import CatalogueError

FALLBACK = 'fallback: {denominator_of: "1", period: last_year, share: {month: 1/12}}'
BASELINE = 'value_unit: percentage_point\n        baseline: {ratio_of: "1", period: "2021"}'
FAULTS = {
    "a fallback on no index": (FALLBACK.replace('"1"', '"9"'), '"9"', "There is no index “9”", "1, 2"),
    "a fallback on no period": (
        *(FALLBACK.replace("last_year", "yesterday"), "yesterday", "Not a period: “yesterday”"),
        "last_year (the whole year before)",
    ),
    "a period that is a number": (FALLBACK.replace("last_year", "2021"), "2021", "must be a text", "2021"),
    "a share of nothing": (FALLBACK.replace("1/12", "0"), "0}", "“month” must be a share above 0", ""),
    "a share by 0": (FALLBACK.replace("1/12", "1/0"), "1/0", "must be a share above 0, such as 1/12", ""),
    "no share": (FALLBACK.replace("{month: 1/12}", "{}"), "{}", "one kind of period at least", "month: 1/12"),
    "a kind of period that is none": (
        FALLBACK.replace("month", "week"),
        "week",
        "Unknown key “week”",
        "month",
    ),
    "a fallback that does not say on what": (
        *(FALLBACK.replace('denominator_of: "1", ', ""), "{period", "Missing key “denominator_of”", ""),
    ),
    "growth without its unit": (BASELINE.partition("\n")[2].strip(), "{ratio_of", "go together", ""),
    "the unit of growth without growth": (BASELINE.partition("\n")[0], "percentage_point", "go together", ""),
    "growth over no index": (BASELINE.replace('"1"', '"7"'), '"7"', "There is no index “7”", "1, 2"),
    "a year's worth of a share": ("per_year: true", "true\n", "“per_year” is not for shares", ""),
    "what earns nothing and is due": (
        *("due: 2025-12-31\n        rule: analysis", "2025-12-31", "is never due", ""),
    ),
    "a due day that is none": ("due: soon", "soon", "“due” must be a date like 2026-01-31", ""),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_told_with_its_place_and_repair(tmp_path: Path, what: str) -> None:
    keys, near, message, hint = FAULTS[what]
    path = a_catalogue(tmp_path, ("points: 6\n", f"{keys}\n        points: 6\n"))
    with pytest.raises(CatalogueError) as error:
        load_catalogue(path)
    told = [problem for problem in error.value.problems if message in problem.message.en]
    assert told, [problem.message.en for problem in error.value.problems]
    assert told[0].message.vi != told[0].message.en
    assert hint in ("" if told[0].hint is None else told[0].hint.en)
    place = told[0].place
    assert place is not None and f"{place.line}" == place_of(path, near).partition(":")[0]


def test_a_mean_is_no_baseline(tmp_path: Path) -> None:
    mean = (
        "full_points_at: {2024-01-01: 50%, 2025-07-01: 80%}",
        "value_unit: minute\n        full_points_at: 5",
    )
    growth = BASELINE.replace('"1"', '"2"') + "\n        points: 6\n"
    path = a_catalogue(tmp_path, ("points: 6\n", growth), mean)
    with pytest.raises(CatalogueError, match="Index 2 is no ratio"):
        load_catalogue(path)


def test_a_task_says_nothing_else(tmp_path: Path) -> None:
    measured = "        denominator: {records: cases}\n        numerator: {where: on_time}\n"
    task = a_catalogue(tmp_path, (measured, "        task: true\n"), ("        full_points_at: 100%\n", ""))
    assert load_catalogue(task).rules(load_catalogue(task).editions[0].from_).indices[0].task
    path = a_catalogue(tmp_path, ("points: 6\n", "task: true\n        rule: pass_fail\n        points: 6\n"))
    with pytest.raises(CatalogueError) as error:
        load_catalogue(path)
    told = {problem.message.en for problem in error.value.problems}
    keys = ("numerator", "denominator", "full_points_at", "rule")
    assert told == {f"A task is done or not, so it takes no “{key}”" for key in keys}
