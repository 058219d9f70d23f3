"""``chiso compare`` on the command line: what stands on stdout and stderr, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import jsonschema
import openpyxl
import pytest

from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS
from chiso.reporting.compare_tables import CAUSE_NAMES
from chiso.scoring import scoreboard
from chiso.scoring.comparing.side import CAUSES
from chiso.terms.unit import LEVELS
from tests.compare.town import UNITS, a_case, a_side, the_town
from tests.schemas import strict_objects, validator_of

DAY = ("--as-of", "2026-08-31")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exports of August: the second has C2 merged into C1, one case more and one less."""
    folder = tmp_path_factory.mktemp("town")
    merged = UNITS.replace("C2,Xã Hai,commune,P,,,,", "C2,Xã Hai,commune,P,,2026-07-31,C1,")
    after = [row for row in the_town() if row[0] != "K1"] + [a_case("=K11", online=True)]
    a_side(folder / "a", the_town())
    a_side(folder / "b", after, units=merged)
    return folder


def asked(town: Path, *more: str) -> list[str]:
    sides = [str(town / side / "records") for side in "ab"]
    return [
        "compare",
        *sides,
        "--period",
        "2026-08",
        *DAY,
        "--catalogue",
        str(town / "a" / "rules.yaml"),
        *more,
    ]


def test_the_page(town: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = chiso(*asked(town, "--lang", "en", "--level", "commune"))
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr == ""
    lines = [line.rstrip().replace("\u00a0", " ") for line in outcome.stdout.splitlines()]
    assert all(len(line) <= 80 for line in lines)
    # 7.30; 9/14 and 5/14: 5.65; without K1 8/13 and 4/13: 5.23; with K11 9/14 and 5/14 again.
    assert lines[:5] == [
        "             Points                       Points",
        "Unit         before Mergers Removed   New  after  Rank Band",
        "───────────────────────────────────────────────────────────────",
        "Xã Một         7.30   −1.65   −0.42 +0.42   5.65     1 Weak",
        "Xã Hai         1.50       –       –     –      – 2 → – Weak → –",
    ]
    assert "· C1 Xã Một: before the merger C1 + C2" in outcome.stdout
    assert "· C2 Xã Hai: not there any more, merged into C1" in outcome.stdout


def test_the_page_by_index_shows_the_sum(town: Path, chiso: Any) -> None:
    outcome = chiso(*asked(town, "--lang", "vi", "--unit", "C1", "--detail", "index"))
    assert outcome.code == 0, outcome.stderr
    assert "C1 Xã Một: 7,30 −1,65 sáp nhập −0,42 ra khỏi +0,42 mới = 5,65" in outcome.stdout.replace(
        "\u00a0", " "
    )
    shown = [line.split()[0] for line in outcome.stdout.splitlines() if line[:2] in ("1 ", "2 ")]
    assert shown == ["1", "2"]


@pytest.mark.parametrize("detail", ["total", "index"])
def test_csv_adds_up_row_by_row(town: Path, chiso: Any, detail: str) -> None:
    outcome = chiso(*asked(town, "--format", "csv", "--detail", detail, "--lang", "en"))
    assert outcome.code == 0
    assert "points before + parts = points after" in outcome.stderr
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    name = "total" if detail == "total" else "points"
    whole = [row for row in rows if row["standing"] == "same"]
    assert whole
    for row in whole:
        parts = sum(Decimal(row[cause]) for cause in CAUSES)
        assert Decimal(row[f"{name}_before"] or 0) + parts == Decimal(row[f"{name}_after"] or 0)
        assert row["change"] == (
            "" if not row[f"{name}_before"] and not row[f"{name}_after"] else f"{parts:.2f}"
        )
    if detail == "total":
        (ended,) = [row for row in rows if row["standing"] == "ended"]
        assert (ended["unit_code"], ended["total_before"], ended["total_after"], ended["new"]) == (
            "C2",
            "1.50",
            "",
            "",
        )


def test_cases_are_named_and_no_spreadsheet_runs_them(town: Path, chiso: Any, tmp_path: Path) -> None:
    target = tmp_path / "cases.csv"
    outcome = chiso(*asked(town, "--cases", str(target)))
    assert outcome.code == 0, outcome.stderr
    assert target.read_text("utf-8").splitlines() == [
        "unit_code,index,table,case_id,cause,numerator,denominator",
        *("C1,1,cases,K1,removed,-1,-1", "C1,2,cases,K1,removed,-1,-1"),
        *("C1,1,cases,'=K11,new,1,1", "C1,2,cases,'=K11,new,1,1"),
    ]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return validator_of("compare")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_json_keeps_to_its_schema(
    town: Path, chiso: Any, validator: jsonschema.Draft202012Validator, language: str
) -> None:
    outcome = chiso(*asked(town, "--format", "json", "--lang", language))
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    assert data["by_records"] and data["causes"] == ["units", "removed", "new"]
    assert [unit["standing"] for unit in data["units"]] == ["same", "same", "ended"]
    assert data["units"][1]["made_of"] == [{"unit_code": "C2", "share": 1.0}]


def test_the_schema_is_strict(validator: jsonschema.Draft202012Validator) -> None:
    schema: Any = validator.schema
    optional = {"assignments", *ASSIGNMENT_COLUMNS}
    for described in strict_objects(schema):
        assert described["required"] == [key for key in described["properties"] if key not in optional]
    definitions = schema["$defs"]
    assert list(definitions["attributed"]["properties"]["parts"]["properties"]) == list(CAUSES)
    assert schema["properties"]["causes"]["items"]["enum"] == list(CAUSES) == list(CAUSE_NAMES)
    assert definitions["unit"]["properties"]["level"]["enum"] == list(LEVELS)
    assert definitions["score"]["properties"]["outcome"]["enum"] == list(get_args(scoreboard.Outcome))


def test_two_months_of_one_export(town: Path, chiso: Any) -> None:
    records = str(town / "a" / "records")
    outcome = chiso(
        *("compare", "2026-08", "2026-09", "--records", records, "--as-of", "2026-09-10", "--lang", "en"),
        *("--catalogue", str(town / "a" / "rules.yaml"), "--format", "json"),
    )
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert [data[side]["period"]["provisional"] for side in ("before", "after")] == [False, True]
    # Only K10 is open, and late on both days.
    assert data["causes"] == ["removed"]


def test_a_running_period_is_marked(town: Path, chiso: Any) -> None:
    records = str(town / "a" / "records")
    outcome = chiso(
        *("compare", "2026-08", "2026-09", "--records", records, "--as-of", "2026-09-10", "--lang", "en"),
        *("--catalogue", str(town / "a" / "rules.yaml"), "--unit", "C1"),
    )
    assert outcome.stdout.count("(provisional)") == 1
    assert "the period still runs, provisional" in outcome.stdout


def test_sides_may_have_files_of_their_own(town: Path, chiso: Any) -> None:
    outcome = chiso(
        *(
            "compare",
            "2026-08",
            "2026-08",
            *DAY,
            "--catalogue",
            str(town / "a" / "rules.yaml"),
            "--format",
            "csv",
        ),
        *("--records-a", str(town / "a" / "records"), "--records-b", str(town / "b" / "records")),
    )
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout == chiso(*asked(town, "--format", "csv")).stdout


@pytest.mark.parametrize(
    ("operands", "more", "said"),
    [
        (("run:3", "2026-08"), (), "run:3: of which history is not said"),
        (("2026-08", "2026-09"), (), "There are no records of period 2026-08"),
        (("august", "2026-09"), (), "“august” is neither a period nor a file or folder"),
        (("a", "a"), (), "There is no period to judge"),
        (("a", "a"), ("--period", "2026-13"), "Not a period: “2026-13”"),
        (("a", "a"), ("--period", "2026", "--period", "2026", "--period", "2026"), "--period: twice at most"),
        (("a", "a"), ("--period", "2026-08", "--level", "town"), "--level: there is no “town”"),
        (("a", "a"), ("--period", "2026-08", "--unit", "C9"), "The registry has no unit “C9”"),
    ],
)
def test_mistakes_are_told_with_their_repair(
    town: Path, chiso: Any, operands: tuple[str, ...], more: tuple[str, ...], said: str
) -> None:
    named = [str(town / "a" / "records") if operand == "a" else operand for operand in operands]
    rules = ("--catalogue", str(town / "a" / "rules.yaml"), *DAY)
    outcome = chiso("compare", *named, *rules, *more, "--lang", "en")
    assert outcome.code == 2
    assert outcome.stdout == ""
    assert said in outcome.stderr and "Traceback" not in outcome.stderr


def test_what_is_read_is_not_written_over(town: Path, chiso: Any) -> None:
    registry = town / "b" / "records" / "units.csv"
    before = registry.read_bytes()
    for option in ("-o", "--cases"):
        outcome = chiso(*asked(town, option, str(registry), "--lang", "en"))
        assert outcome.code == 13 and "This file is an input" in outcome.stderr
    assert registry.read_bytes() == before


def test_an_operand_and_what_stands_beside_it_are_read_together(town: Path, chiso: Any) -> None:
    cases = [str(town / side / "records" / "cases.csv") for side in "ab"]
    units = [str(town / side / "records" / "units.csv") for side in "ab"]
    outcome = chiso(
        *("compare", *cases, "--period", "2026-08", *DAY, "--catalogue", str(town / "a" / "rules.yaml")),
        *("--units-a", units[0], "--units-b", units[1], "--format", "csv"),
    )
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout == chiso(*asked(town, "--format", "csv")).stdout
    again = chiso(
        "compare", *cases, "--period", "2026-08", "--units", units[0], "-o", cases[1], "--lang", "en"
    )
    assert again.code == 13


def test_a_row_in_quarantine_can_end_it(town: Path, chiso: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("case_id,unit_code,received_at\nX,C1,31/02/2026\n", "utf-8")
    outcome = chiso(*asked(town, "--records-b", str(broken), "--strict", "--lang", "en"))
    assert outcome.code == 14 and outcome.stdout == ""


@pytest.fixture(scope="module")
def owners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An official answers for index 1, nobody for index 2."""
    path = tmp_path_factory.mktemp("plan") / "plan.csv"
    path.write_text("index,lead,cooperating,responsible,report_deadline\n1,VP,A;B,CB-1,05/11/2026\n", "utf-8")
    return path


def test_who_answers_stands_at_the_end_and_nothing_else_changes(
    town: Path, chiso: Any, owners: Path, tmp_path: Path
) -> None:
    index = ("--detail", "index", "--lang", "en")
    plain, beside = (
        chiso(*asked(town, *index, "--format", "csv", *more)) for more in ((), ("--assignments", str(owners)))
    )
    assert beside.code == 0, beside.stderr
    before, after = (list(csv.reader(io.StringIO(told.stdout))) for told in (plain, beside))
    width = len(before[0])
    assert [row[:width] for row in after] == before
    assert after[0][width:] == list(ASSIGNMENT_COLUMNS)
    told = {row[before[0].index("index")]: row[width:] for row in after[1:]}
    assert told == {"1": ["VP", "A; B", "CB-1", "2026-11-05"], "2": ["", "", "", ""]}
    assert f"\nNobody answers for index 2 ({owners})\n" in beside.stderr
    assert "Nobody answers" not in plain.stderr
    book = tmp_path / "changes.xlsx"
    assert chiso(*asked(town, *index, "--assignments", str(owners), "-o", str(book))).code == 0
    labels = [cell.value for cell in next(openpyxl.load_workbook(book).worksheets[0].rows)]
    assert labels[-4:] == ["Lead", "Cooperating", "Responsible", "Report due"]
    totals = [chiso(*asked(town, "--format", "csv", *more)) for more in ((), ("--assignments", str(owners)))]
    assert totals[0].stdout == totals[1].stdout != ""


def test_people_see_one_column_of_owners(
    town: Path, chiso: Any, owners: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    more = ("--unit", "C1", "--detail", "index", "--lang", "vi", "--assignments", str(owners))
    lines = chiso(*asked(town, *more)).stdout.splitlines()
    table = lines[: next(n for n, line in enumerate(lines) if line.startswith("·"))]
    assert all(len(line.rstrip()) <= 80 for line in table)
    assert any(line.split()[-2:] == ["Phụ", "trách"] or line.endswith("Phụ trách") for line in table)
    shown = {line.split()[0]: line.split()[-1] for line in table if line[:2] in ("1 ", "2 ")}
    assert shown == {"1": "CB-1", "2": "–"}


def test_only_the_indices_of_one_are_shown_and_their_cases(
    town: Path, chiso: Any, owners: Path, tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    more = ("--detail", "index", "--assignments", str(owners), "--lang", "en")
    own = (*more, "--responsible", "vp", "--cases", str(tmp_path / "cases.csv"))
    outcome = chiso(*asked(town, *own, "--format", "json"))
    assert outcome.code == 0, outcome.stderr
    data, whole = (
        json.loads(outcome.stdout),
        json.loads(chiso(*asked(town, *more, "--format", "json")).stdout),
    )
    assert not [error.message for told in (data, whole) for error in validator.iter_errors(told)]
    assert data["assignments"]["without_owner"] == ["2"]
    assert [[told["index"] for told in unit["indices"]] for unit in data["units"]] == [["1"], ["1"], []]
    assert data["units"][1]["indices"][0]["responsible"] == "CB-1"
    # Totals and what moved them are of all indices, whoever's are shown.
    for told in (data, whole):
        for unit in told["units"]:
            unit["indices"] = None
    assert data["units"] == whole["units"]
    assert data["causes"] == whole["causes"]
    only = "Only the indices of --responsible: 1; totals are of all indices"
    assert only in data["notes"] and only not in whole["notes"]
    assert (tmp_path / "cases.csv").read_text("utf-8").splitlines()[1:] == [
        "C1,1,cases,K1,removed,-1,-1",
        "C1,1,cases,'=K11,new,1,1",
    ]
    page = chiso(*asked(town, *own)).stdout
    assert [line[0] for line in page.splitlines() if line[:2] in ("1 ", "2 ")] == ["1"]


def test_that_none_of_their_indices_changes_is_told_of_them_alone(
    town: Path, chiso: Any, owners: Path
) -> None:
    own = ("--detail", "index", "--assignments", str(owners), "--responsible", "CB-1", "--lang", "en")
    same = ("--records-b", str(town / "a" / "records"), "--records-a", str(town / "a" / "records"))
    rules = ("--catalogue", str(town / "a" / "rules.yaml"), *DAY)
    outcome = chiso("compare", "2026-08", "2026-08", *same, *rules, *own)
    assert outcome.code == 0, outcome.stderr
    assert "No index of --responsible changes" in outcome.stdout


def test_assignments_are_read_by_the_rules_after(town: Path, chiso: Any, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("index,lead\n1,VP\n", "utf-8")
    rules = (town / "a" / "rules.yaml").read_text("utf-8")
    other = tmp_path / "rules.yaml"
    other.write_text(rules.replace('code: "1"', 'code: "9"'), "utf-8")
    assert other.read_text("utf-8") != rules
    more = ("--detail", "index", "--assignments", str(plan), "--format", "csv")
    # Index 1 is known after.
    assert chiso(*asked(town, *more, "--catalogue-a", str(other))).code == 0
    refused = chiso(*asked(town, *more, "--catalogue-b", str(other)))
    assert (refused.code, refused.stdout) == (11, "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--responsible", "CB-1", "--detail", "index"), "--responsible needs assignments"),
        (("--responsible", "CB-1", "--assignments", "PLAN"), "--responsible needs --detail index"),
        (
            ("--responsible", "CB-2", "--assignments", "PLAN", "--detail", "index"),
            "the assignments give “CB-2” no index",
        ),
    ],
)
def test_indices_of_one_need_assignments_and_detail(
    town: Path, chiso: Any, owners: Path, more: tuple[str, ...], said: str
) -> None:
    given = [str(owners) if option == "PLAN" else option for option in more]
    outcome = chiso(*asked(town, *given, "--lang", "en"))
    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr


def test_assignments_are_not_written_over(town: Path, chiso: Any, owners: Path) -> None:
    before = owners.read_bytes()
    for option in ("-o", "--cases"):
        assert chiso(*asked(town, "--assignments", str(owners), option, str(owners))).code == 13
    assert owners.read_bytes() == before
