"""Reported figures that are odd or of no use: told with file and row, never with what stands in the cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine, Outcome

HEAD = "unit_code,index,numerator,denominator,percent,points,period\n"


def reported(
    tmp_path: Path,
    chiso: CommandLine,
    *rows: str,
    changes: tuple[tuple[str, str], ...] = (),
    lang: str = "en",
) -> Outcome:
    folder = a_folder(tmp_path / "in", reported=HEAD + "".join(f"{row}\n" for row in rows))
    catalogue = a_catalogue(tmp_path, *changes)
    return chiso(
        *("score", folder, "--period", "2026-08", "--as-of", "2026-08-31", "--unit", "C1", "--format", "csv"),
        *("--detail", "index", "--catalogue", catalogue, "--lang", lang),
    )


def points(outcome: Outcome) -> dict[str, str]:
    rows = [line.split(",") for line in outcome.stdout.splitlines()[1:]]
    return {row[5]: row[11] for row in rows}


def test_more_than_the_whole_earns_the_maximum_and_is_noted(tmp_path: Path, chiso: CommandLine) -> None:
    outcome = reported(tmp_path, chiso, "C1,ON_TIME,733,512,,,", "C1,2,,,250,,")
    assert outcome.code == 0
    assert points(outcome) == {"1": "6.00", "2": "4.00"}
    assert (
        "reported.csv, row 2: the numerator exceeds the denominator; it earns no more than the maximum"
        in outcome.stderr
    )
    assert "reported.csv, row 3: the percent exceeds 100; it earns no more than the maximum" in outcome.stderr
    assert "733" not in outcome.stderr and "250" not in outcome.stderr
    assert "reported: read 2 = in the period 2" in outcome.stderr


def test_more_than_the_whole_of_a_group_is_noted_too(tmp_path: Path, chiso: CommandLine) -> None:
    outcome = reported(tmp_path, chiso, "C1,progress,,,120,,")
    assert "reported.csv, row 2: the percent exceeds 100" in outcome.stderr
    assert "tỷ lệ trên 100 %" in reported(tmp_path, chiso, "C1,progress,,,120,,", lang="vi").stderr


def test_the_whole_is_not_noted_nor_a_mean_above_one_nor_a_row_that_was_replaced(
    tmp_path: Path, chiso: CommandLine
) -> None:
    mean = (("full_points_at: 100%", "full_points_at: 2\n        value_unit: minute"),)
    outcome = reported(tmp_path, chiso, "C1,1,7,2,,,", "C1,2,,,120,,", "C1,2,,,100,,", changes=mean)
    assert "exceeds" not in outcome.stderr
    assert "replaced by a later row 1" in outcome.stderr


def test_a_figure_of_an_index_that_does_not_apply_is_excluded_and_noted(
    tmp_path: Path, chiso: CommandLine
) -> None:
    outcome = reported(tmp_path, chiso, "P,ON_TIME,9,9,,,", "C1,2,1,2,,,")
    assert (
        "reported.csv, row 2: not used: index 1 does not apply to units of level province" in outcome.stderr
    )
    assert "read 2 = in the period 1 + outside 0 + excluded 1 (of no use, see the notes 1)" in outcome.stderr


def test_a_percent_of_a_mean_says_nothing(tmp_path: Path, chiso: CommandLine) -> None:
    """150 % was taken for a mean of 1.50 minutes."""
    mean = (("full_points_at: 100%", "full_points_at: 2\n        value_unit: minute"),)
    outcome = reported(tmp_path, chiso, "C1,1,,,150,,", "C1,2,1,2,,,", changes=mean)
    assert "row 2: not used: index 1 is no percentage, it needs numerator and denominator" in outcome.stderr
    assert "excluded 1 (of no use, see the notes 1)" in outcome.stderr


def test_only_points_can_be_reported_where_the_rule_is_not_known(tmp_path: Path, chiso: CommandLine) -> None:
    unknown = (("status: issued", "status: unknown"),)
    outcome = reported(tmp_path, chiso, "C1,1,9,9,,,", changes=unknown)
    assert points(outcome)["1"] == ""
    assert "row 2: not used: the rule of index 1 is not known, only points" in outcome.stderr
    outcome = reported(tmp_path, chiso, "C1,1,,,,5,", changes=unknown)
    assert points(outcome)["1"] == "5.00"
    assert "not used" not in outcome.stderr


@pytest.mark.parametrize("period", ["2026-13", "08/2026", "Quý III", "last-month", "2026-q3"])
def test_a_period_that_is_none_sets_the_row_aside(tmp_path: Path, chiso: CommandLine, period: str) -> None:
    outcome = reported(tmp_path, chiso, f"C1,1,9,9,,,{period}", "C1,2,1,2,,,2026-08", "C1,1,1,2,,,2026-Q3")
    assert "reported: read 3 = in the period 1 + outside 1 + excluded 0 + quarantined 1" in outcome.stderr
    said = "reported.csv, row 2, column period: is not a period such as 2026, 2026-Q3, 2026-08"
    assert said in outcome.stderr
    assert period not in outcome.stderr.replace(said, "").replace("period 2026-08", "")
