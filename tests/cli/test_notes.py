"""The notes under a result read as sentences: one record is, two records are."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

ONE_OPEN = CASES + "K4,C1,online,04/08/2026,,,,4\n"
TWO_OPEN = ONE_OPEN + "K5,C1,online,04/08/2026,,,,4\n"
DISTINCT = (
    ("denominator: {records: cases}", "denominator: {records: procedures, count: distinct procedure_id}"),
    (
        "numerator: {where: on_time}",
        "numerator: {records: cases, count: distinct procedure_id, within: denominator}",
    ),
    ("groups:\n", "  procedures: {population: unit.exists}\ngroups:\n"),
    ("        applies_to", "        rollup: own\n        applies_to"),
)
PROCEDURES = "unit_code,procedure_id\nC1,A\n"


def of(*codes: str) -> str:
    head = "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,returned_at\n"
    return head + "".join(f"K{code},C1,{code},online,03/08/2026,04/08/2026,,\n" for code in codes)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (ONE_OPEN, "Index 1: 1 record is undetermined, it does not count"),
        (TWO_OPEN, "Index 1: 2 records are undetermined, they do not count"),
    ],
)
def test_records_that_are_undetermined(tmp_path: Path, chiso: CommandLine, cases: str, said: str) -> None:
    folder = a_folder(tmp_path / "in", cases=cases)
    outcome = chiso(
        *("score", folder, "--period", "2026-08", "--unit", "C1", "--lang", "en"),
        *("--catalogue", a_catalogue(tmp_path)),
    )
    assert said in outcome.stdout


@pytest.mark.parametrize(
    ("codes", "said"),
    [("AB", "1 code with records outside"), ("ABC", "2 codes with records outside the denominator")],
)
def test_codes_beyond_the_denominator(tmp_path: Path, chiso: CommandLine, codes: str, said: str) -> None:
    units = UNITS.replace("commune,P", "commune,")
    folder = a_folder(tmp_path / "in", units=units, cases=of(*codes), procedures=PROCEDURES)
    outcome = chiso(
        *("score", folder, "--period", "2026-08", "--lang", "en"),
        *("--catalogue", a_catalogue(tmp_path, *DISTINCT)),
    )
    assert said in outcome.stdout


@pytest.mark.parametrize(("rows", "said"), [(21, "… and 1 more row;"), (22, "… and 2 more rows;")])
def test_rows_in_quarantine_that_are_not_listed(
    tmp_path: Path, chiso: CommandLine, rows: int, said: str
) -> None:
    bad = "".join(f"Q{n},C9,online,03/08/2026,14/08/2026,,,4\n" for n in range(rows))
    folder = a_folder(tmp_path / "in", cases=CASES + bad)
    outcome = chiso(
        *("score", folder, "--period", "2026-08", "--lang", "en", "--catalogue", a_catalogue(tmp_path))
    )
    assert said in outcome.stderr


@pytest.mark.parametrize(
    ("reported", "maximum", "said"),
    [("1", "0.5", "1 point exceeds the maximum of 0.5"), ("7", "6", "7 points exceed the maximum of 6")],
)
def test_points_above_the_maximum(
    tmp_path: Path, chiso: CommandLine, reported: str, maximum: str, said: str
) -> None:
    rest = str(10 - float(maximum)).removesuffix(".0")
    changes = (("points: 6", f"points: {maximum}"), ("{2024-01-01: 4, 2025-07-01: 4}", rest))
    folder = a_folder(tmp_path / "in", reported=f"unit_code,index,points\nC1,1,{reported}\n")
    outcome = chiso(
        *("score", folder, "--period", "2026-08", "--lang", "en"),
        *("--catalogue", a_catalogue(tmp_path, *changes)),
    )
    assert said in outcome.stderr


def test_a_group_of_one_point(tmp_path: Path, chiso: CommandLine) -> None:
    path = a_catalogue(tmp_path, ("points: 10\n", "points: 1\n"), ("total: 10", "total: 2"))
    outcome = chiso("catalogue", "check", path, "--lang", "en")
    assert "Group “progress” says 1 point, its indices add up to 10" in outcome.stderr
    assert "The total says 2 points, the groups add up to 1" in outcome.stderr
