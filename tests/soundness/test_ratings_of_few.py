"""What fewer than five citizens said is told by no result that splits a unit, nor by subtraction."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.schemas import validator_of

HEAD = "case_id,unit_code,officer_code,field_id,channel,received_at,due_at,finished_at,rating\n"
RATED = (
    "numerator: {where: on_time}",
    "numerator: {where: \"rating = 'satisfied'\"}",
)
# A group of its own for what citizens said, so that another group still tells its points.
GROUPS = (
    '      - code: "2"\n',
    "  - code: online\n    name: {vi: Trực tuyến, en: Online}\n    short: {vi: Trực tuyến, en: Online}\n"
    '    points: 4\n    indices:\n      - code: "2"\n',
)


def _cases(**fields: tuple[int, int]) -> str:
    """Return so many satisfied and dissatisfied cases of each field."""
    rows = []
    for field, (satisfied, dissatisfied) in fields.items():
        for word in ["satisfied"] * satisfied + ["dissatisfied"] * dissatisfied:
            number = f"K{len(rows)}"
            rows.append(f"{number},C1,cb-{field},{field},online,03/08/2026,14/08/2026,10/08/2026,{word}\n")
    return HEAD + "".join(rows)


def _asked(folder: Path, cases: str) -> tuple[object, ...]:
    catalogue = a_catalogue(folder, RATED, GROUPS, ("    points: 10\n", "    points: 6\n"))
    options = ("--catalogue", catalogue, "--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
    return (a_folder(folder / "in", cases=cases), *options, "--unit", "C1")


def _rows(chiso: CommandLine, *asked: object) -> dict[tuple[str, str], dict[str, str]]:
    outcome = chiso("score", *asked, "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    return {
        (row.get("key", ""), row.get("index", "")): row for row in csv.DictReader(io.StringIO(outcome.stdout))
    }


def test_what_four_citizens_said_is_not_told(chiso: CommandLine, tmp_path: Path) -> None:
    """`score --by field` showed 75.00 % over the four rated cases of a field: who knows three of the four
    citizens knows what the fourth one said.
    """
    asked = (*_asked(tmp_path, _cases(A=(3, 1), B=(2, 2), C=(5, 1))), "--by", "field")
    by_index = _rows(chiso, *asked, "--detail", "index")
    told = ("numerator", "denominator", "percent", "value", "points", "outcome")
    assert [by_index["A", "1"][name] for name in told] == ["", "4", "", "", "", "few_cases"]
    assert [by_index["A", "2"][name] for name in told] == ["4", "4", "100.00", "100.00", "4.00", "scored"]
    assert [by_index["C", "1"][name] for name in told] == ["5", "6", "83.33", "83.33", "5.00", "scored"]
    # Neither the points of the group nor the total give it away.
    totals = _rows(chiso, *asked)
    told = ("progress", "online", "total", "outcome")
    assert [totals["A", ""][name] for name in told] == ["", "4.00", "", "few_cases"]
    assert [totals["C", ""][name] for name in told] == ["5.00", "4.00", "9.00", "scored"]


def test_json_and_tables_do_not_tell_it_either(
    chiso: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (*_asked(tmp_path, _cases(A=(3, 1), B=(2, 2), C=(5, 1))), "--by", "field")
    found = json.loads(chiso("score", *asked, "--format", "json").stdout)
    assert not [error.message for error in validator_of("scoreboard").iter_errors(found)]
    few = next(unit for unit in found["units"] if unit["key"] == "A")
    rated, online = few["indices"]
    hidden = ("numerator", "percent", "value", "points")
    assert [rated[name] for name in hidden] == [None] * 4 and rated["denominator"] == 4
    assert (online["numerator"], online["points"]) == (4, 4.0)
    assert few["total"] is None and few["groups"]["progress"]["points"] is None
    monkeypatch.setenv("COLUMNS", "80")
    page = chiso("score", *asked, "--detail", "index").stdout
    assert "75.00" not in page and "few cases" in page and "– / 4" in page


def test_the_only_small_group_is_not_told_by_what_the_others_leave(
    chiso: CommandLine, tmp_path: Path
) -> None:
    """The unit's own figure is known: 14 of 17. With 5 of 6 and 7 of 7 told, 2 of 4 would be left for A."""
    asked = _asked(tmp_path, _cases(A=(2, 2), B=(5, 1), C=(7, 0)))
    assert _rows(chiso, *asked, "--detail", "index")["", "1"]["numerator"] == "14"
    by_index = _rows(chiso, *asked, "--by", "field", "--detail", "index")
    assert [by_index[field, "1"]["numerator"] for field in "ABC"] == ["", "", "7"]


def test_a_unit_of_four_cases_is_told_as_before(chiso: CommandLine, tmp_path: Path) -> None:
    asked = _asked(tmp_path, _cases(A=(3, 1)))
    assert _rows(chiso, *asked, "--detail", "index")["", "1"]["percent"] == "75.00"


def test_of_an_official_the_numerator_is_withheld_too(chiso: CommandLine, tmp_path: Path) -> None:
    asked = (*_asked(tmp_path, _cases(A=(3, 1), B=(2, 2), C=(5, 1))), "--by", "officer", "--detail", "index")
    few = _rows(chiso, *asked)
    assert (few["cb-A", "1"]["numerator"], few["cb-A", "1"]["denominator"]) == ("", "4")
    assert (few["cb-A", "2"]["numerator"], few["cb-A", "2"]["percent"]) == ("4", "")


@pytest.mark.parametrize("by", ["field", "officer"])
def test_explain_by_key_tells_how_many_only(chiso: CommandLine, tmp_path: Path, by: str) -> None:
    asked = (*_asked(tmp_path, _cases(A=(3, 1), B=(2, 2), C=(5, 1))), "--by", by)
    found = chiso("explain", *asked, "--index", "1", "--format", "csv")
    rows = {row["key"][-1]: row for row in csv.DictReader(io.StringIO(found.stdout))}
    told = ("numerator", "denominator", "not_counted", "lost")
    assert [rows["A"][name] for name in told] == ["", "4", "", ""]
    # 10 of 14 earn 6 × 10 / 14 = 4.29: 1.71 are lost for four, one of them C's.
    assert [rows["C"][name] for name in told] == ["5", "6", "1", "0.43"]
    data = json.loads(chiso("explain", *asked, "--index", "1", "--format", "json").stdout)
    assert not [error.message for error in validator_of("explain").iter_errors(data)]
    page = chiso("explain", *asked, "--index", "1").stdout
    assert "Fewer than 5 cases" in page
    # What citizens said is not asked here.
    other = chiso("explain", *asked[:-1], "field", "--index", "2", "--format", "csv")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(other.stdout))}
    assert (rows["A"]["numerator"], rows["A"]["lost"]) == ("4", "0.00")
