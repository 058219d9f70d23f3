"""``--assignments`` and ``--responsible`` of score and explain, and ``chiso catalogue assignments``."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.builders import a_catalogue
from tests.conftest import CommandLine
from tests.schemas import validator_of

RUN = ("--period", "2026", "--as-of", "2026-10-10", "--unit", "H21.125")
ADDED = ["lead", "cooperating", "responsible", "report_deadline"]


@pytest.fixture(scope="module")
def plan(samples: Path) -> Path:
    return samples / "assignments" / "planNS.yaml"


@pytest.fixture(scope="module")
def records(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's registry and reported figures with one small table: quick, and every index is there."""
    folder = tmp_path_factory.mktemp("records")
    for name in ("units.csv", "petitions.csv", "reported.csv", "publications.csv"):
        (folder / name).write_bytes((samples / "gia-lai-2026" / name).read_bytes())
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_are_added_at_the_end_and_nothing_else_changes(
    chiso: CommandLine, records: Path, plan: Path
) -> None:
    asked = ("score", records, *RUN, "--detail", "index", "--format", "csv")
    without, beside = chiso(*asked), chiso(*asked, "--assignments", plan)
    assert beside.code == 0, beside.stderr
    plain = list(csv.reader(io.StringIO(without.stdout)))
    added = list(csv.reader(io.StringIO(beside.stdout)))
    assert [row[: len(plain[0])] for row in added] == plain
    assert added[0][len(plain[0]) :] == ADDED
    by_index = {row["index"]: [row[name] for name in ADDED] for row in rows_of(beside.stdout)}
    assert by_index["1.1"] == by_index["2.2"] == ["", "", "", ""]
    # The group's row, and an index's own in its place.
    offices = "Các phòng chuyên môn; UBND các xã và thị trấn"
    assert by_index["4.5"] == ["BP-TNTKQ", offices, "CV-MOTCUA", "Hằng quý"]
    assert by_index["4.6"] == ["CA-HUYEN", "Bộ phận Tiếp nhận và trả kết quả", "CB-DANCU", "Hằng quý"]


def test_totals_stay_as_they_are_byte_for_byte(chiso: CommandLine, records: Path, plan: Path) -> None:
    asked = ("score", records, *RUN, "--format", "csv")
    assert chiso(*asked).stdout == chiso(*asked, "--assignments", plan).stdout != ""


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("vi", "Chưa giao cho ai: chỉ số 1.1 ("),
        ("en", "Nobody answers for index 1.1 ("),
    ],
)
def test_indices_without_an_owner_are_told(
    chiso: CommandLine, records: Path, plan: Path, language: str, note: str
) -> None:
    asked = ("score", records, *RUN, "--assignments", plan, "--lang", language)
    assert note in chiso(*asked, "--format", "csv").stderr
    assert note in chiso(*asked).stdout


def test_the_table_shows_the_owner_beside_each_index(
    chiso: CommandLine, records: Path, samples: Path, plan: Path
) -> None:
    asked = ("score", records, *RUN, "--detail", "index", "--lang", "en", "--assignments")
    lines = chiso(*asked, plan).stdout.splitlines()
    assert lines[0].split()[-1] == "Responsible"
    shown = {line.split()[0]: line.split()[-1] for line in lines[2:] if line[:1].isdigit()}
    assert (shown["1.1"], shown["4.5"], shown["4.6"]) == ("–", "CV-MOTCUA", "CB-DANCU")
    # Where nobody is named, the lead answers.
    page = chiso(*asked, samples / "assignments" / "plan142.csv").stdout
    assert page.count("Văn phòng Sở") == 22


def test_json_holds_the_owners_and_keeps_to_its_schema(chiso: CommandLine, records: Path, plan: Path) -> None:
    validator = validator_of("scoreboard")
    asked = ("score", records, *RUN, "--detail", "index", "--format", "json", "--assignments", plan)
    data = json.loads(chiso(*asked).stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    assert data["assignments"]["without_owner"] == ["1.1"]
    index = next(entry for entry in data["units"][0]["indices"] if entry["index"] == "4.6")
    assert {name: index[name] for name in ADDED} == {
        "lead": "CA-HUYEN",
        "cooperating": ["Bộ phận Tiếp nhận và trả kết quả"],
        "responsible": "CB-DANCU",
        "report_deadline": "Hằng quý",
    }
    own = json.loads(chiso(*asked, "--responsible", "CB-DANCU").stdout)
    assert not [error.message for error in validator.iter_errors(own)]
    assert [entry["index"] for entry in own["units"][0]["indices"]] == ["4.6", "4.7"]
    # The total is that of all indices, whoever's are shown.
    assert own["units"][0]["total"] == data["units"][0]["total"]
    assert "assignments" not in json.loads(chiso(*asked[:-2]).stdout)


@pytest.mark.parametrize("code", ["P-NOIVU", "p-noivu", "Phòng Nội vụ", "CV-CCHC"])
def test_only_the_indices_of_one_are_shown(chiso: CommandLine, records: Path, plan: Path, code: str) -> None:
    asked = ("score", records, *RUN, "--detail", "index", "--format", "csv", "--assignments", plan)
    outcome = chiso(*asked, "--responsible", code, "--lang", "en")
    assert outcome.code == 0, outcome.stderr
    assert [row["index"] for row in rows_of(outcome.stdout)] == ["5.1", "5.2", "5.3"]
    assert "Only the indices of --responsible: 5.1, 5.2, 5.3; totals are of all indices" in outcome.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--responsible", "CV-CCHC", "--detail", "index"], "--responsible needs assignments"),
        (["--responsible", "CV-CCHC", "--assignments", "PLAN"], "needs --detail index"),
        (["--assignments", "PLAN", "--by", "officer"], "does not go with --by officer"),
        (
            ["--assignments", "PLAN", "--responsible", "CV-CCH", "--detail", "index"],
            "Did you mean “CV-CCHC”?",
        ),
    ],
)
def test_what_would_mislead_is_refused(
    chiso: CommandLine, records: Path, plan: Path, options: list[str], told: str
) -> None:
    given = [str(plan) if option == "PLAN" else option for option in options]
    outcome = chiso("score", records, *RUN, *given, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert told in outcome.stderr


def test_assignments_are_not_written_over(chiso: CommandLine, records: Path, tmp_path: Path) -> None:
    own = tmp_path / "assignments.csv"
    own.write_text("index,lead\n5.1,A\n", "utf-8")
    outcome = chiso("score", records, *RUN, "--assignments", own, "-o", own)
    assert outcome.code == 13
    assert own.read_text("utf-8") == "index,lead\n5.1,A\n"


def test_faults_end_with_exit_code_11(chiso: CommandLine, records: Path, tmp_path: Path) -> None:
    own = tmp_path / "assignments.csv"
    own.write_text("index,lead\n9.9,A\n5.1,\n", "utf-8")
    outcome = chiso("score", records, *RUN, "--assignments", own, "--lang", "vi")
    assert (outcome.code, outcome.stdout) == (11, "")
    assert "dòng 2, cột index" in outcome.stderr and "dòng 3: thiếu cả" in outcome.stderr


def test_explain_names_the_owners_on_the_page(chiso: CommandLine, records: Path, plan: Path) -> None:
    asked = ("explain", records, *RUN, "--assignments", plan, "--lang", "vi", "--limit", "0")
    page = chiso(*asked, "--index", "5.1", "--index", "1.1").stdout
    for label, text in (
        ("Đơn vị chủ trì", "Phòng Nội vụ (P-NOIVU)"),
        ("Đơn vị phối hợp", "Văn phòng HĐND-UBND huyện; Bộ phận Tiếp nhận và trả kết quả"),
        ("Chịu trách nhiệm", "CV-CCHC"),
        ("Thời hạn báo cáo", "Hằng quý"),
        ("Chịu trách nhiệm", "chưa giao cho ai"),
    ):
        assert any(line.startswith(label) and line.rstrip().endswith(text) for line in page.splitlines()), (
            text
        )
    without = chiso("explain", records, *RUN, "--index", "5.1", "--lang", "vi").stdout
    assert "5.1" in without and "Chịu trách nhiệm" not in without


def test_explain_narrows_to_the_indices_of_one(chiso: CommandLine, records: Path, plan: Path) -> None:
    asked = ("explain", records, *RUN, "--assignments", plan, "--lang", "en")
    outcome = chiso(*asked, "--responsible", "CB-DANCU", "--format", "csv")
    rows = rows_of(outcome.stdout)
    assert sorted(row["index"] for row in rows) == ["4.6", "4.7"]
    assert {row["responsible"] for row in rows} == {"CB-DANCU"}
    # Of a group asked for, those of the one asked for.
    both = chiso(*asked, "--responsible", "CV-MOTCUA", "--index", "digitization", "--format", "json")
    data = json.loads(both.stdout)
    assert not [error.message for error in validator_of("explain").iter_errors(data)]
    assert sorted(loss["index"] for loss in data["losses"]) == ["4.1", "4.2", "4.3", "4.4", "4.5"]
    refused = chiso(*asked, "--responsible", "CB-DANCU", "--index", "5.1")
    assert refused.code == 2
    assert "Allowed: 4.6, 4.7" in refused.stderr


def test_names_of_officials_are_shown_only_on_demand(
    chiso: CommandLine, records: Path, tmp_path: Path
) -> None:
    own = tmp_path / "phan-cong.csv"
    own.write_text(
        "Chỉ số;Đơn vị chủ trì;Người thực hiện\n5.1;Phòng Nội vụ;Bà Mẫu Thị Ví Dụ\n", encoding="utf-8-sig"
    )
    asked = ("score", records, *RUN, "--detail", "index", "--assignments", own)
    for form in ("table", "csv", "json"):
        hidden, shown = (chiso(*asked, "--format", form, *more) for more in ([], ["--show-officials"]))
        assert "Ví Dụ" not in hidden.stdout + hidden.stderr
        assert "cb-" in hidden.stdout and "Ví Dụ" in shown.stdout
    by_name = chiso(*asked, "--responsible", "Bà Mẫu Thị Ví Dụ", "--format", "csv")
    assert [row["index"] for row in rows_of(by_name.stdout)] == ["5.1"]


def test_the_check_says_who_answers_for_what(chiso: CommandLine, samples: Path, plan: Path) -> None:
    outcome = chiso("catalogue", "assignments", plan, "--lang", "en")
    assert outcome.code == 0
    assert outcome.stdout.splitlines()[1:] == [
        "CV-KSTTHC: 1.2, 1.3, 1.4, 2.1",
        "CV-MOTCUA: 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 4.1, 4.2, 4.3, 4.4, 4.5",
        "CB-DANCU: 4.6, 4.7",
        "CV-CCHC: 5.1, 5.2, 5.3",
        "Nobody answers for:",
        "  1.1  Procedures announced in time",
    ]
    strict = chiso("catalogue", "assignments", plan, "--lang", "en", "--strict")
    assert (strict.code, strict.stdout) == (14, outcome.stdout)
    assert "1 index that earns points has no owner" in strict.stderr
    whole = samples / "assignments" / "plan142.csv"
    assert chiso("catalogue", "assignments", whole, "--edition", "2022", "--strict").code == 0


def test_the_check_takes_another_catalogue(chiso: CommandLine, tmp_path: Path) -> None:
    own = tmp_path / "assignments.csv"
    own.write_text("index,lead\nOn_Time,A\n", "utf-8")
    outcome = chiso("catalogue", "assignments", own, "--catalogue", a_catalogue(tmp_path), "--lang", "en")
    assert outcome.stdout.splitlines()[1:] == ["A: 1", "Nobody answers for:", "  2  Online"]
    assert chiso("catalogue", "assignments", own).code == 11


def test_assignments_among_the_records_are_named_and_passed_over(
    chiso: CommandLine, records: Path, samples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "records"
    shutil.copytree(records, folder)
    plain = chiso("score", folder, *RUN, "--format", "csv", "--lang", "en")
    shutil.copy(samples / "assignments" / "plan142.csv", folder)
    beside = chiso("score", folder, *RUN, "--format", "csv", "--lang", "en")
    assert beside.stdout == plain.stdout != ""
    assert "plan142.csv: Assignments, no records: for --assignments" in beside.stderr
    assert chiso("score", folder / "plan142.csv", "--units", folder / "units.csv", *RUN).code == 11


def test_workbook_and_parquet_have_the_columns_too(
    chiso: CommandLine, records: Path, plan: Path, tmp_path: Path
) -> None:
    asked = ("score", records, *RUN, "--detail", "index", "--assignments", plan, "--responsible", "CA-HUYEN")
    for name in ("scores.xlsx", "scores.parquet"):
        assert chiso(*asked, "--lang", "vi", "-o", tmp_path / name).code == 0
    sheet = openpyxl.load_workbook(tmp_path / "scores.xlsx").worksheets[0]
    labels, first = ([cell.value for cell in row][-4:] for row in list(sheet.rows)[:2])
    assert labels == ["Đơn vị chủ trì", "Đơn vị phối hợp", "Chịu trách nhiệm", "Thời hạn báo cáo"]
    wanted = ("CA-HUYEN", "Bộ phận Tiếp nhận và trả kết quả", "CB-DANCU", "Hằng quý")
    assert tuple(first) == wanted
    columns = ", ".join(ADDED)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {columns} FROM '{tmp_path / 'scores.parquet'}'").fetchall()
    assert found == [wanted, wanted]
