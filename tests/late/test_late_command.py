"""``chiso late`` as offices and scripts meet it: stdout, stderr, files and exit code."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.builders import a_catalogue
from tests.conftest import CommandLine
from tests.schemas import strict_objects, validator_of

UNITS = "unit_code,unit_name,level,parent_code\nP,Tỉnh P,province,\nA,Xã Á,commune,P\nB,Xã B,commune,P\n"
# As of 31/8/2026 A has two finished late and one open and late, B one open and late and one due soon.
CASES = """\
case_id,procedure_id,procedure_name,unit_code,officer_code,received_at,due_at,finished_at,status,owner,Ghi chú
K1,1.000001,Khai sinh,A,cb2,03/08/2026,14/08/2026,17/08/2026,processed,Nguyễn Văn Mẫu,0912345678
K2,1.000001,,A,cb1,03/08/2026,14/08/2026,18/08/2026,processed,Nguyễn Văn Mẫu,
K3,1.000001,Khai sinh,A,cb1,03/08/2026,27/08/2026,,processing,Nguyễn Văn Mẫu,
K4,1.000001,Khai sinh,B,Trần Thị Mẫu,03/08/2026,24/08/2026,,processing,Nguyễn Văn Mẫu,
K5,1.000001,Khai sinh,B,,20/08/2026,03/09/2026,,processing,Nguyễn Văn Mẫu,
"""
PROCEDURES = "unit_code,procedure_id,procedure_name\nA,1.000001,Đăng ký khai sinh\n"
AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {"units": UNITS, "cases": CASES, "procedures": PROCEDURES}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def numbers(text: str) -> list[str]:
    return [row["case_id"] for row in rows_of(text)]


def test_csv_is_the_contract(folder: Path, chiso: CommandLine) -> None:
    """K2: 17, 18. K1: 17. K3: 28. K4: 25 to 28; 31 is off. K5: 1/9 and 2/9 are holidays, so 3/9 is next."""
    outcome = chiso("late", folder, *AUGUST, "--format", "csv", "--lang", "en")
    assert outcome.code == 0
    assert outcome.stdout == (
        "list,unit_code,unit_name,officer_code,case_id,procedure_id,procedure_name,field_name,"
        "received_on,due_on,last_day_on,ended_on,working_days_late,working_days_left,note\n"
        "finished,A,Xã Á,cb1,K2,1.000001,Đăng ký khai sinh,,2026-08-03,2026-08-14,2026-08-14,2026-08-18,2,,\n"
        "finished,A,Xã Á,cb2,K1,1.000001,Khai sinh,,2026-08-03,2026-08-14,2026-08-14,2026-08-17,1,,\n"
        "open,A,Xã Á,cb1,K3,1.000001,Khai sinh,,2026-08-03,2026-08-27,2026-08-27,,1,,\n"
        "open,B,Xã B,cb-fdf1d7c7fe,K4,1.000001,Khai sinh,,2026-08-03,2026-08-24,2026-08-24,,4,,\n"
        "due,B,Xã B,,K5,1.000001,Khai sinh,,2026-08-20,2026-09-03,2026-09-03,,,1,\n"
    ).replace("cb-fdf1d7c7fe", rows_of(outcome.stdout)[3]["officer_code"])
    assert outcome.stderr.startswith(
        "Finished late: 2 of 5 cases in the period\n"
        "Still open and late: 2 of 5 cases in the period\n"
        "Due within 3 working days: 1 of 5 cases in the period\n"
    )
    assert "cases: read 5 = in the period 5" in outcome.stderr


def test_the_table_has_a_heading_and_a_count_for_every_group(folder: Path, chiso: CommandLine) -> None:
    outcome = chiso("late", folder, *AUGUST, "--lang", "vi", "--by", "officer", "--list", "finished")
    lines = [line.rstrip() for line in outcome.stdout.splitlines()]
    assert "Đã giải quyết, quá hạn · A Xã Á · cb1 · 1 hồ sơ" in lines
    assert "Đã giải quyết, quá hạn · A Xã Á · cb2 · 1 hồ sơ" in lines
    assert "K2        03/08/2026  14/08/2026  18/08/2026        2" in lines
    assert "· Đã giải quyết, quá hạn: 2 trên 5 hồ sơ trong kỳ" in lines
    assert "Chưa giải quyết" not in outcome.stdout


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_table_is_legible_at_80_columns(
    folder: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The longest numbers in use, a note, and a local code: nothing that is copied from it is broken."""
    monkeypatch.setenv("COLUMNS", "80")
    number = "H15.50.05.13-260803-0092637"
    cases = CASES.replace("K4,", f"{number},").replace("14/08/2026,17/08", "14/08/2026,15/08")
    (folder / "cases.csv").write_text(cases, "utf-8")
    outcome = chiso("late", folder, *AUGUST, "--lang", language)
    day = {"vi": "24/08/2026", "en": "2026-08-24"}[language]
    line = next(line for line in outcome.stdout.splitlines() if line.startswith(number))
    assert line.split()[2:] == [day, "–", "4", "–"]
    assert max(map(len, outcome.stdout.splitlines())) <= 80


def test_lists_units_and_order_are_chosen(folder: Path, chiso: CommandLine) -> None:
    def asked(*options: str) -> list[str]:
        outcome = chiso("late", folder, *AUGUST, "--format", "csv", *options)
        assert outcome.code == 0, outcome.stderr
        return numbers(outcome.stdout)

    assert asked("--list", "finished") == ["K2", "K1"]
    assert asked("--list", "due", "--within", "0") == []
    assert asked("--unit", "A", "--by", "officer") == ["K2", "K1", "K3"]
    # A unit stands for those below it, as its score does; a level for those of it.
    assert asked("--unit", "P") == ["K2", "K1", "K3", "K4", "K5"]
    assert asked("--parent", "P", "--level", "commune", "--list", "open") == ["K3", "K4"]
    assert asked("--level", "province") == []


def test_officials_stand_by_code_unless_names_are_asked_for(folder: Path, chiso: CommandLine) -> None:
    outcome = chiso("late", folder, *AUGUST, "--format", "csv")
    assert "Mẫu" not in outcome.stdout + outcome.stderr
    assert rows_of(outcome.stdout)[3]["officer_code"].startswith("cb-")
    named = chiso("late", folder, *AUGUST, "--format", "csv", "--show-officials")
    assert rows_of(named.stdout)[3]["officer_code"] == "Trần Thị Mẫu"


def test_no_citizen_is_in_any_result(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    for form, letters in (("csv", "xlsx"), ("json", "csv"), ("xlsx", "json")):
        files = tmp_path / f"late.{form}", tmp_path / f"letters.{letters}"
        outcome = chiso("late", folder, *AUGUST, "-o", files[0], "--apology", files[1], "--show-officials")
        assert outcome.code == 0, outcome.stderr
        for file in files:
            content = text_of(file) if file.suffix == ".xlsx" else file.read_text("utf-8")
            assert "K1" in content
            assert "Nguyễn" not in content and "0912345678" not in content


def text_of(file: Path) -> str:
    workbook = openpyxl.load_workbook(file)
    return "\n".join(
        str(cell) for sheet in workbook for row in sheet.values for cell in row if cell is not None
    )


def test_the_workbook_has_the_annexes(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "late.xlsx"
    assert chiso("late", folder, *AUGUST, "-o", file, "--lang", "vi").code == 0
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == ["Phụ lục I", "Phụ lục II", "Sắp đến hạn", "Ghi chú"]
    first = workbook["Phụ lục I"]
    rows = [[cell for cell in row if cell is not None] for row in first.values]
    assert rows[:4] == [
        ["Phụ lục I"],
        ["DANH SÁCH HỒ SƠ ĐÃ GIẢI QUYẾT QUÁ HẠN"],
        ["(Kỳ 2026-08, tính đến 31/08/2026)"],
        [
            *("STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Đơn vị giải quyết"),
            *("Cán bộ", "Số ngày làm việc quá hạn", "Ghi chú"),
        ],
    ]
    days = [datetime(2026, 8, day) for day in (3, 14, 18)]  # noqa: DTZ001 - a sheet knows no zone
    assert rows[4:6] == [["A Xã Á (2 hồ sơ)"], [1, "K2", *days, "Xã Á", "cb1", 2]]
    assert first.freeze_panes == "A5"
    assert first.print_title_rows == "$4:$4"
    assert (first.page_setup.orientation, first.page_setup.paperSize) == ("landscape", 9)
    due = workbook["Sắp đến hạn"]
    assert due["A3"].value == "(Đến hạn trong 3 ngày làm việc, tính đến 31/08/2026)"
    assert due["G4"].value == "Số ngày làm việc còn lại"
    assert workbook["Ghi chú"]["A1"].value == "Đã giải quyết, quá hạn: 2 trên 5 hồ sơ trong kỳ"


def test_the_letter_of_apology_leaves_blank_what_only_the_office_knows(
    folder: Path, chiso: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "letters.csv"
    outcome = chiso("late", folder, *AUGUST, "--apology", file, "--lang", "en", "--list", "open")
    assert f"Wrote {file}" in outcome.stderr
    assert file.read_text("utf-8") == (
        "recipient,case_id,procedure_name,received_on,due_on,ended_on,unit_code,unit_name,"
        "working_days_late,reason,new_due_on\n"
        ",K3,Khai sinh,2026-08-03,2026-08-27,,A,Xã Á,1,,\n"
        ",K4,Khai sinh,2026-08-03,2026-08-24,,B,Xã B,4,,\n"
    )
    workbook = tmp_path / "letters.xlsx"
    assert chiso("late", folder, *AUGUST, "--apology", workbook, "--lang", "vi").code == 0
    header = next(iter(openpyxl.load_workbook(workbook)["Văn bản xin lỗi"].values))
    assert header == (
        *("Kính gửi", "Mã hồ sơ", "Thủ tục hành chính", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả"),
        *("Mã đơn vị", "Đơn vị giải quyết", "Số ngày làm việc quá hạn", "Lý do", "Ngày hẹn trả mới"),
    )


# (options, exit code, part of the message)
MISTAKES: dict[str, tuple[tuple[str, ...], int, str]] = {
    "list": (("--list", "later"), 2, "'later' is not one of 'finished', 'open', 'due', 'all'"),
    "within": (("--within", "-1"), 2, "--within"),
    "unit": (("--unit", "C"), 2, "The registry has no unit “C”"),
    "level": (("--level", "comune"), 2, "Did you mean “commune”?"),
    "choice": (("--unit", "A", "--level", "province"), 2, "No unit fits the choice"),
    "table": (("--records", "services"), 2, "Allowed: cases, petitions"),
    "absent table": (("--records", "petitions"), 11, "There is no table petitions"),
    "another period": (("--period", "2025-01", "--as-of", "2025-01-31"), 12, "No row can be used"),
    "letters": (("--apology", "letters.docx"), 2, "ending in .csv, .json or .xlsx"),
    "letters of what is not late": (("--apology", "l.csv", "--list", "due"), 2, "are not late"),
    "letters of petitions": (("--apology", "l.csv", "--records", "petitions"), 2, "for cases only"),
    "one file for two": (("--apology", "l.csv", "-o", "l.csv"), 2, "are the same file"),
    "another format": (("-o", "late.docx"), 2, "no format goes with “.docx”"),
}


@pytest.mark.parametrize(("options", "code", "told"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told(
    folder: Path,
    chiso: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(folder.parent)
    outcome = chiso("late", folder, *AUGUST, "--lang", "en", *options)
    assert (outcome.code, outcome.stdout) == (code, ""), outcome.stderr
    assert told in outcome.stderr
    assert [path.name for path in folder.parent.iterdir()] == ["in"]


def test_a_catalogue_that_does_not_say_what_is_late(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    catalogue = a_catalogue(tmp_path)
    outcome = chiso("late", folder, *AUGUST, "--catalogue", catalogue, "--lang", "en")
    assert outcome.code == 12
    assert "Catalogue small does not say what is late" in outcome.stderr
    assert "Add a “deadline”" in outcome.stderr


def test_an_input_is_not_overwritten_by_letters(folder: Path, chiso: CommandLine) -> None:
    outcome = chiso("late", folder, *AUGUST, "--apology", folder / "cases.csv", "--lang", "en")
    assert outcome.code == 13
    assert (folder / "cases.csv").read_text("utf-8") == CASES


def test_a_gate_stops_the_lists(folder: Path, chiso: CommandLine) -> None:
    with (folder / "cases.csv").open("a", encoding="utf-8") as file:
        file.write("K6,1.000001,Khai sinh,A,cb1,31/02/2026,24/08/2026,,processing,,\n")
    outcome = chiso("late", folder, *AUGUST, "--strict", "--format", "csv")
    assert (outcome.code, outcome.stdout) == (14, "")
    told = chiso("late", folder, *AUGUST, "--format", "csv", "--lang", "en")
    assert told.code == 0
    assert "cases.csv, row 7, column received_at" in told.stderr


# JSON


@pytest.mark.parametrize("name", ["late", "apology"])
def test_the_schemas_are_strict(name: str) -> None:
    schema: Any = validator_of(name).schema
    found = list(strict_objects(schema))
    assert len(found) >= 4
    for described in found:
        assert described["additionalProperties"] is False
        if name == "apology" or described is not schema["$defs"].get("file"):
            assert described["required"] == list(described["properties"])


def test_json_keeps_to_its_schema(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    letters = tmp_path / "letters.json"
    outcome = chiso("late", folder, *AUGUST, "--format", "json", "--apology", letters, "--list", "open")
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("late").iter_errors(data)]
    assert [record["case_id"] for record in data["records"]] == ["K3", "K4"]
    assert data["units"][0] == {
        **{"unit_code": "A", "unit_name": "Xã Á", "level": "commune", "in_population": 3, "undetermined": 0},
        **{"finished": None, "open": 1, "due": None},
    }
    told = json.loads(letters.read_text("utf-8"))
    assert not [error.message for error in validator_of("apology").iter_errors(told)]
    assert [letter["case_id"] for letter in told["letters"]] == ["K3", "K4"]


def test_json_of_petitions_keeps_to_its_schema(folder: Path, chiso: CommandLine) -> None:
    header = "petition_id,unit_code,received_at,due_at,answered_at\n"
    (folder / "petitions.csv").write_text(header + "T1,A,03/08/2026,14/08/2026,18/08/2026\n", "utf-8")
    outcome = chiso("late", folder, *AUGUST, "--records", "petitions", "--format", "json")
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("late").iter_errors(data)]
    assert [(record["petition_id"], record["working_days_late"]) for record in data["records"]] == [("T1", 2)]


def test_a_list_longer_than_a_sheet_goes_on_in_another(
    folder: Path, chiso: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four lines above, a heading and one record: six. The second record takes its heading along."""
    file = tmp_path / "late.xlsx"
    monkeypatch.setattr("chiso.reporting.late_workbook.LONGEST_SHEET", 6)
    assert chiso("late", folder, *AUGUST, "-o", file, "--lang", "en").code == 0
    book = openpyxl.load_workbook(file)
    annexes = ["Annex I", "Annex I (2)", "Annex II", "Annex II (2)"]
    assert book.sheetnames == [*annexes, "Due soon", "Notes"]
    for sheet, number, case in (("Annex I", 1, "K2"), ("Annex I (2)", 2, "K1")):
        heading, row = list(book[sheet].iter_rows(min_row=5, values_only=True))
        assert str(heading[0]).startswith("A Xã Á (1") and row[:2] == (number, case)
