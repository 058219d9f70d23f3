"""``chiso explain`` as its users meet it: page, CSV, JSON, list of cases, mistakes."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.schemas import strict_objects, validator_of

ASSIGNED = ("assignments", "lead", "cooperating", "responsible", "report_deadline")
SAMPLE = ("--period", "2026", "--as-of", "2026-10-10", "--lang", "en")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_losses_come_most_first_and_add_up_to_what_the_unit_lacks(chiso: CommandLine, samples: Path) -> None:
    outcome = chiso("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.125", "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    rows = rows_of(outcome.stdout)
    lost = [Decimal(row["lost"]) for row in rows if row["lost"]]
    assert lost == sorted(lost, reverse=True)
    assert sum(lost) == Decimal("100.00") - Decimal("73.95")
    by_index = {row["index"]: row for row in rows}
    # 20 − 19.52 = 0.48 for 294 − 287 = 7 cases
    assert (by_index["2.1"]["lost"], by_index["2.1"]["not_counted"]) == ("0.48", "7")
    assert (by_index["2.2"]["lost"], by_index["2.2"]["outcome"]) == ("", "analysis")


def test_the_list_of_cases_recounts(chiso: CommandLine, samples: Path, tmp_path: Path) -> None:
    listed = tmp_path / "cases.csv"
    sample = samples / "gia-lai-2026"
    asked = ("--unit", "H21.180", "--cases", listed)
    outcome = chiso("explain", sample, *SAMPLE, *asked, "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    text = listed.read_text("utf-8")
    assert text.startswith("index,case_id,state,reason,officer_code\n") and "\r" not in text
    states = Counter((row["index"], row["state"]) for row in rows_of(text))
    compared = 0
    for row in rows_of(outcome.stdout):
        index = row["index"]
        if not row["denominator"] or row["value_unit"] != "percent":
            continue
        counted = states[index, "counted"]
        whole = counted + states[index, "not_counted"] + states[index, "undetermined"]
        assert (str(counted), str(whole)) == (row["numerator"], row["denominator"]), index
        compared += 1
    assert compared == 19
    petition = next(row for row in rows_of(text) if row["index"] == "5.1")
    assert petition["case_id"].startswith("PA-H21.180-")


def test_a_group_is_the_sum_of_its_indices(chiso: CommandLine, samples: Path) -> None:
    outcome = chiso("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.125", "--index", "Payment")
    # 0.79 + 0.26 + 5.65 = 6.70
    assert "0.79 + 0.26 + 5.65 = 6.70 of 10.00" in outcome.stdout


def test_a_name_is_taken_as_it_is_written_first(chiso: CommandLine, samples: Path) -> None:
    asked = ("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.125", "--format", "json", "--index")
    group, alias = (json.loads(chiso(*asked, name).stdout) for name in ("progress", "PROGRESS"))
    assert [entry["group"] for entry in group["groups"]] == ["progress"] and not group["indices"]
    assert [entry["index"] for entry in alias["indices"]] == ["2.1"] and not alias["groups"]


def test_shares_of_officers_add_up_and_small_groups_are_counts_only(
    chiso: CommandLine, tmp_path: Path
) -> None:
    cases = "case_id,unit_code,officer_code,channel,received_at,due_at,finished_at\n" + "".join(
        f"K{number},C1,{'cb2' if number > 8 else 'cb1'},online,03/08/2026,14/08/2026,{day}/08/2026\n"
        for number, day in enumerate(["10"] * 6 + ["17"] * 3 + ["10"], start=1)
    )
    folder, catalogue = a_folder(tmp_path / "in", cases=cases), a_catalogue(tmp_path)
    asked = ("--catalogue", catalogue, "--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
    outcome = chiso("explain", folder, *asked, "--unit", "C1", "--by", "officer", "--format", "csv")
    rows = {row["key"]: row for row in rows_of(outcome.stdout)}
    # Index 1: 7 of 10 in time earn 6 × 7 / 10 = 4.20, so 1.80 are lost for 3 late cases, 2 of them cb1's.
    # Indices 1 and 2 have 10 + 10 cases, 8 + 8 of them cb1's: 6 + 8 count.
    assert (rows["cb1"]["lost"], rows["cb1"]["not_counted"]) == ("1.20", "2")
    assert (rows["cb1"]["numerator"], rows["cb1"]["denominator"]) == ("14", "16")
    # cb2 has two cases: how many is told, what they cost is not.
    assert (rows["cb2"]["lost"], rows["cb2"]["not_counted"]) == ("", "1")
    page = chiso("explain", folder, *asked, "--unit", "C1", "--by", "officer")
    assert "Officers with fewer than 5 cases: counts only." in page.stdout


def test_the_page_of_an_index(chiso: CommandLine, samples: Path) -> None:
    asked = ("--unit", "H21.125", "--index", "PAYMENT_DOSSIERS", "--limit", "2")
    page = chiso("explain", samples / "gia-lai-2026", *SAMPLE, *asked).stdout
    for expected in (
        "3.6  Cases paid online",
        "100 × 208 / 221 = 94.117647… → 94.12 %",
        "766/QĐ-TTg; FD, Phụ lục III.6",
        "H21.125-251002-0001",
        "… and 11 more; --limit shows more, --cases FILE writes all",
    ):
        assert expected in page
    assert "3.5" not in page


def test_mistakes_are_told_all_at_once(chiso: CommandLine, samples: Path) -> None:
    asked = ("--unit", "H21.125", "--index", "paymnt", "--index", "9.9")
    outcome = chiso("explain", samples / "gia-lai-2026", *SAMPLE, *asked)
    assert outcome.code == 2 and outcome.stdout == ""
    assert "there is no index or group “paymnt”" in outcome.stderr
    assert "Did you mean “payment”?" in outcome.stderr
    assert "there is no index or group “9.9”" in outcome.stderr
    outcome = chiso("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.999")
    assert (outcome.code, outcome.stdout) == (2, "")
    outcome = chiso("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.125", "--by", "oficer")
    assert outcome.code == 2 and "Did you mean “officer”?" in outcome.stderr


def test_the_list_of_cases_never_takes_the_place_of_the_records(chiso: CommandLine, tmp_path: Path) -> None:
    folder, catalogue = a_folder(tmp_path / "in"), a_catalogue(tmp_path)
    before = (folder / "cases.csv").read_bytes()
    asked = ("--catalogue", catalogue, "--period", "2026-08", "--as-of", "2026-08-31", "--unit", "C1")
    outcome = chiso("explain", folder, *asked, "--cases", folder / "cases.csv")
    assert outcome.code == 13
    assert (folder / "cases.csv").read_bytes() == before


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return validator_of("explain")


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--index", "3.6", "--index", "1.1", "--index", "4.4", "--index", "2.2", "--index", "5.1"),
        ("--index", "online", "--by", "officer"),
        ("--by", "procedure", "--limit", "0"),
    ],
    ids=["overview", "indices", "group", "split"],
)
def test_json_keeps_to_its_schema(
    asked: tuple[str, ...], chiso: CommandLine, samples: Path, validator: jsonschema.Draft202012Validator
) -> None:
    outcome = chiso(
        *("explain", samples / "gia-lai-2026", *SAMPLE, "--unit", "H21.125", *asked, "--format", "json")
    )
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    for index in data["indices"]:
        if index["adds_up"] and index["states"]:
            total = sum(state["numerator"] * state["records"] for state in index["states"])
            assert total == index["numerator"]


def test_the_schema_is_strict(validator: jsonschema.Draft202012Validator) -> None:
    found = list(strict_objects(validator.schema))
    assert len(found) >= 10
    for described in found:
        # Who answers for an index is there only where it is asked for.
        always = [name for name in described["properties"] if name not in ASSIGNED]
        assert described["required"] == always


def test_an_officer_with_few_cases_is_told_by_counts_only(chiso: CommandLine, tmp_path: Path) -> None:
    cases = "case_id,unit_code,officer_code,channel,received_at,due_at,finished_at\n" + "".join(
        f"K{number},C1,{'cb2' if number > 5 else 'cb1'},online,03/08/2026,14/08/2026,10/08/2026\n"
        for number in range(1, 10)
    )
    folder, catalogue = a_folder(tmp_path / "in", cases=cases), a_catalogue(tmp_path)
    asked = ("--catalogue", catalogue, "--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
    split = ("score", folder, *asked, "--unit", "C1", "--by", "officer")
    # cb1 has five cases, cb2 four.
    totals = {row["key"]: row for row in rows_of(chiso(*split, "--format", "csv").stdout)}
    assert (totals["cb1"]["total"], totals["cb1"]["outcome"]) == ("10.00", "scored")
    assert (totals["cb2"]["total"], totals["cb2"]["progress"], totals["cb2"]["outcome"]) == (
        "",
        "",
        "few_cases",
    )
    by_index = rows_of(chiso(*split, "--detail", "index", "--format", "csv").stdout)
    few = next(row for row in by_index if row["key"] == "cb2")
    assert (few["numerator"], few["denominator"], few["percent"], few["points"]) == ("4", "4", "", "")
    told = json.loads(chiso(*split, "--format", "json").stdout)
    unit = next(unit for unit in told["units"] if unit["key"] == "cb2")
    assert unit["total"] is None and unit["indices"][0]["points"] is None
    assert not [e.message for e in validator_of("scoreboard").iter_errors(told)]
    # A unit is never hidden.
    units = rows_of(chiso("score", folder, *asked, "--format", "csv").stdout)
    assert all(row["total"] for row in units)
    fields = rows_of(chiso("score", folder, *asked, "--by", "channel", "--format", "csv").stdout)
    assert all(row["total"] for row in fields)
