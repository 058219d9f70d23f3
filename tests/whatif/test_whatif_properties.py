"""On random catalogues over random worlds: whatif's two sides are score's, before and with the edited text.

The catalogue is edited here as data and written anew; nothing of the overlay's own code is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.catalogues import RandomCatalogue, catalogue_text, catalogues
from tests.worlds import World, folder_of, worlds

from chiso import run
from chiso.errors import CannotScoreError
from chiso.scoring.scoreboard import Scoreboard, index_rows, total_rows


@dataclass(frozen=True)
class Edit:
    """One change: as ``--set`` says it, and as it is made in the data of the catalogue."""

    setting: str
    make: Callable[[dict[str, Any], list[dict[str, Any]]], None]


def _entries(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a random catalogue says of records and groups; each stands in one line, as JSON."""
    lines = dict(
        line.split(": ", 1) for line in text.splitlines() if line.startswith(("records:", "groups:"))
    )
    return json.loads(lines["records"]), json.loads(lines["groups"])


def _of_index(group: int, position: int, key: str, value: Any) -> Edit:
    def make(_records: dict[str, Any], groups: list[dict[str, Any]]) -> None:
        groups[group]["indices"][position][key] = value

    return Edit(f"{group}.{position}.{key}={json.dumps(value, ensure_ascii=False)}", make)


def _of_group(group: int, key: str, value: Any) -> Edit:
    def make(_records: dict[str, Any], groups: list[dict[str, Any]]) -> None:
        groups[group]["rounding"][key] = value

    return Edit(f"g{group}.rounding.{key}={value}", make)


def _of_table(table: str, value: str) -> Edit:
    def make(records: dict[str, Any], _groups: list[dict[str, Any]]) -> None:
        records[table]["population"] = value

    return Edit(f"records.{table}.population={json.dumps(value, ensure_ascii=False)}", make)


@st.composite
def edits(draw: st.DrawFn, world: World, catalogue: RandomCatalogue) -> list[Edit]:
    _, groups = _entries(catalogue.text)
    chosen: dict[str, Edit] = {}
    for _ in range(draw(st.integers(1, 4))):
        group = draw(st.integers(0, len(groups) - 1))
        indices = groups[group]["indices"]
        position = draw(st.integers(0, len(indices) - 1))
        possible = [
            _of_index(group, position, "full_points_at", f"{draw(st.integers(1, 100))}%"),
            _of_index(
                group, position, "on_zero", draw(st.sampled_from(["full", "zero", "blank", "exclude"]))
            ),
            _of_index(group, position, "rollup", draw(st.sampled_from(["own", "subtree"]))),
            _of_index(group, position, "applies_to", ["commune", "province"]),
            _of_group(group, "arithmetic", draw(st.sampled_from(["decimal", "double"]))),
            _of_group(group, "points", draw(st.integers(0, 3))),
        ]
        for table in sorted(world.sheets):
            possible.append(
                _of_table(
                    table, "unit.level = 'commune'" if "unit_code" in _columns(world, table) else "true"
                )
            )
        numerator, other = indices[position]["numerator"], draw(st.sampled_from(indices))["denominator"]
        if "records" in numerator and "within" not in numerator:
            possible.append(_of_index(group, position, "denominator", {"constant": draw(st.integers(0, 3))}))
            possible.append(_of_index(group, position, "denominator", other))
        edit = draw(st.sampled_from(possible))
        chosen.setdefault(edit.setting.partition("=")[0], edit)
    return list(chosen.values())


def _columns(world: World, table: str) -> tuple[str, ...]:
    return world.sheets[table].columns


def _same(one: Scoreboard, other: Scoreboard) -> bool:
    return (
        total_rows(one) == total_rows(other)
        and index_rows(one) == index_rows(other)
        and one.fates == other.fates
    )


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_both_sides_are_those_of_score(data: st.DataObject) -> None:
    assert_both_sides_are_those_of_score(data)


@pytest.mark.long
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_both_sides_of_many_changes_are_those_of_score(data: st.DataObject) -> None:
    assert_both_sides_are_those_of_score(data)


def assert_both_sides_are_those_of_score(data: st.DataObject) -> None:
    world = data.draw(worlds(successors=True, absent=True, most_rows=5))
    catalogue = data.draw(catalogues(world))
    chosen = data.draw(edits(world, catalogue))
    records, groups = _entries(catalogue.text)
    for edit in chosen:
        edit.make(records, groups)
    sheet = world.sheets.get("cases")
    position = sheet.columns.index("case_id") if sheet else 0
    numbers = sorted({row[position].text.strip() for row in sheet.rows} - {""}) if sheet else []
    dropped = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
    with (
        folder_of(world.files()) as folder,
        folder_of(_without(world, dropped)) as edited,
        folder_of(
            {
                "before.yaml": catalogue.text,
                "after.yaml": catalogue_text(records, groups),
                "drop.csv": "case_id,note\n" + "".join(f'"{number}",x\n' for number in dropped),
            }
        ) as desk,
    ):
        before = _score(folder, desk / "before.yaml", world)
        after = _score(edited, desk / "after.yaml", world)
        request = run.WhatifRequest(
            records=(folder,),
            catalogue=desk / "before.yaml",
            settings=tuple(edit.setting for edit in chosen),
            drop_cases=(desk / "drop.csv",),
            **_period(world),
        )
        try:
            result = run.whatif(request, date(2026, 9, 1))
        except CannotScoreError:
            assert before is None or after is None
            return
        assert before is not None and after is not None
        assert _same(result.before, before)
        assert _same(result.after, after)
        for side, board in (("before", before), ("after", after)):
            places = {rank.score.unit.code: rank.place for rank in run.rank(board)}
            assert {u.unit.code: getattr(u, side).place for u in result.units} == places


def _without(world: World, dropped: list[str]) -> dict[str, str]:
    """Return the world's files, the cases of those numbers taken out by hand."""
    files = world.files()
    sheet = world.sheets.get("cases")
    if sheet is not None:
        position = sheet.columns.index("case_id")
        typed = {row[position].value for row in sheet.rows if row[position].text.strip() in dropped}
        kept = tuple(row for row in sheet.rows if row[position].value not in typed)
        files["cases.csv"] = type(sheet)(sheet.columns, kept).csv()
    return files


def _period(world: World) -> dict[str, Any]:
    return {"period": world.judgement.period.label, "as_of": world.judgement.as_of}


def _score(folder: Path, catalogue: Path, world: World) -> Scoreboard | None:
    request = run.ScoreRequest(records=(folder,), catalogue=catalogue, **_period(world))
    try:
        return run.score(request, date(2026, 9, 1))
    except CannotScoreError:
        return None
