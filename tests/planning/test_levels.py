"""Levels of points: every pair of counts earns a level exactly where the level's bound says so."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from chiso.catalogue.load import load_catalogue
from chiso.scoring.planning.levels import Span, levels_of
from chiso.scoring.planning.linear import Linear, OpenIndex
from tests.catalogues import catalogue_text, group_entry, index_entry
from tests.planning.offices import RECORDS, TODAY

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("decimal", {}),
    "linear up to 80 %": ("decimal", {"full_points_at": "80%", "points": 6}),
    "on doubles": ("double", {"full_points_at": "80%", "points": 7}),
    "lower is better": (
        "decimal",
        {"rule": "lower_is_better", "full_points_at": "20%", "no_points_at": "90%", "points": 3},
    ),
    "pass or fail": ("decimal", {"rule": "pass_fail", "full_points_at": "70%"}),
    "steps": (
        "decimal",
        {
            "rule": "steps",
            "full_points_at": None,
            "steps": [{"from": "25%", "share": "30%"}, {"from": "75%", "share": "100%"}],
        },
    ),
}


def open_index(folder: Path, arithmetic: str, rule: dict[str, Any]) -> OpenIndex:
    entry = index_entry("1", {"where": "digitized"}, {"records": "cases"}, **rule)
    entry = {key: value for key, value in entry.items() if value is not None}
    group = group_entry("g", [entry], arithmetic) | {"points": entry["points"]}
    path = folder / "one.yaml"
    path.write_text(catalogue_text(RECORDS, [group]), "utf-8")
    (found,) = load_catalogue(path).rules(TODAY).groups
    return OpenIndex(found.indices[0], found.rounding, Linear(0, ()), Linear(0, ()), (0, 1))


def hundredths(index: OpenIndex, numerator: int, denominator: int) -> int:
    return int(index.points(numerator, denominator).scaleb(2))


@pytest.mark.parametrize(("arithmetic", "rule"), RULES.values(), ids=RULES)
def test_where_the_denominator_stands_still(arithmetic: str, rule: dict[str, Any], tmp_path: Path) -> None:
    index = open_index(tmp_path, arithmetic, rule)
    for denominator in (1, 3, 7, 29, 64):
        first, last = denominator // 3, denominator
        levels = levels_of(index, Span((first, last), (denominator, denominator)), 2)
        worst = last if levels.falling else first
        assert levels.least == hundredths(index, worst, denominator)
        reached = {level.points for level in levels.above} | {levels.least}
        for numerator in range(first, last + 1):
            earned = hundredths(index, numerator, denominator)
            assert earned in reached
            for level in levels.above:
                enough = numerator <= level.bound if levels.falling else numerator >= level.bound
                assert enough == (earned >= level.points), (numerator, denominator, level)


@pytest.mark.parametrize(("arithmetic", "rule"), RULES.values(), ids=RULES)
def test_where_the_denominator_moves(arithmetic: str, rule: dict[str, Any], tmp_path: Path) -> None:
    index = open_index(tmp_path, arithmetic, rule)
    levels = levels_of(index, Span((0, 23), (0, 23)), 2)
    assert not levels.still and levels.empty == 0
    bounds = [level.bound for level in levels.above]
    assert bounds == sorted(bounds, reverse=levels.falling)
    for denominator in range(1, 24):
        for numerator in range(24):
            earned, ratio = hundredths(index, numerator, denominator), Fraction(numerator, denominator)
            best = levels.least
            for level in levels.above:
                enough = ratio <= level.bound if levels.falling else ratio >= level.bound
                assert enough == (earned >= level.points), (numerator, denominator, level)
                best = level.points if enough else best
            assert best == earned


def test_without_cases_there_is_one_level(tmp_path: Path) -> None:
    index = open_index(tmp_path, "decimal", {"on_zero": "full"})
    levels = levels_of(index, Span((0, 0), (0, 0)), 2)
    assert (levels.least, levels.above, levels.empty) == (1000, (), None)
    # Where there may be some, 0 / 0 is a level of its own.
    assert levels_of(index, Span((0, 1), (0, 2)), 2).empty == 1000
    assert index.points(0, 0) == Decimal("10.00")
