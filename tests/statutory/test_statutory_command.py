"""``chiso report form`` as offices and scripts meet it: stdout, stderr, files and exit code."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.shared import Mm

from tests.conftest import CommandLine
from tests.schemas import strict_objects, validator_of

# A department with two offices of its own beside two communes: the department has a sum.
UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh P,province,
D,Sở Đất,department,P
D1,Phòng Một,office,D
D2,Phòng Hai,office,D
A,Xã Á,commune,P
B,Xã B,commune,P
"""
CASES = """\
case_id,unit_code,field_id,field_name,channel,received_at,due_at,finished_at,status,owner,Ghi chú
K1,D,LV2,Đất đai,online,03/08/2026,14/08/2026,13/08/2026,processed,Nguyễn Văn Mẫu,0912345678
K2,D1,LV2,Đất đai,direct,03/08/2026,14/08/2026,14/08/2026,processed,Nguyễn Văn Mẫu,
K3,D1,LV1,Chứng thực,direct,03/07/2026,14/07/2026,04/08/2026,processed,Nguyễn Văn Mẫu,
K4,D2,LV2,,postal,03/08/2026,14/08/2026,,processing,Nguyễn Văn Mẫu,
K5,A,,Đê điều,online,20/08/2026,03/09/2026,,processing,Nguyễn Văn Mẫu,
K6,A,,,online,20/08/2026,21/08/2026,20/08/2026,processed,Nguyễn Văn Mẫu,
"""
AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {"units": UNITS, "cases": CASES}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_06a_as_csv_is_the_contract(folder: Path, chiso: CommandLine) -> None:
    """P has none; D with its offices 1 + 2 + 1 = 4; A two, B none: 6 in all, 3 of 4 handled in time, 75 %."""
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--format", "csv", "--lang", "en")
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout == (
        "form,period,row,unit_code,unit_name,level,received,received_online,received_otherwise,carried_over,"
        "handled,handled_early,handled_on_time,handled_late,open,open_in_time,open_late,"
        "of_supplement,of_no_result,percent_in_time\n"
        "06a,2026-08,unit,P,Tỉnh P,province,0,0,0,0,0,0,0,0,0,0,0,0,0,\n"
        "06a,2026-08,unit,D,Sở Đất,department,1,1,0,0,1,1,0,0,0,0,0,0,0,100.00\n"
        "06a,2026-08,unit,D1,Phòng Một,office,2,0,1,1,2,0,1,1,0,0,0,0,0,50.00\n"
        "06a,2026-08,unit,D2,Phòng Hai,office,1,0,1,0,0,0,0,0,1,0,1,0,0,\n"
        "06a,2026-08,sum,D,Sở Đất,department,4,1,2,1,3,1,1,1,1,0,1,0,0,66.67\n"
        "06a,2026-08,unit,A,Xã Á,commune,2,2,0,0,1,1,0,0,1,1,0,0,0,100.00\n"
        "06a,2026-08,unit,B,Xã B,commune,0,0,0,0,0,0,0,0,0,0,0,0,0,\n"
        "06a,2026-08,total,,,,6,3,2,1,4,2,1,1,2,1,1,0,0,75.00\n"
    )
    assert "what stands in which column is inferred" in outcome.stderr
    assert "cases: read 6 = in the period 6" in outcome.stderr


def test_07a_goes_by_code_then_by_name_and_keeps_what_has_neither(folder: Path, chiso: CommandLine) -> None:
    outcome = chiso("report", "form", "07a", folder, *AUGUST, "--format", "csv")
    fields = [
        (row["row"], row["field_id"], row["field_name"], row["received"]) for row in rows_of(outcome.stdout)
    ]
    assert fields == [
        ("field", "LV1", "Chứng thực", "1"),
        # Đất before Đê: the letters come before the tones, ê after e and a.
        ("field", "LV2", "Đất đai", "3"),
        ("field", "", "Đê điều", "1"),
        ("field", "", "", "1"),
        ("total", "", "", "6"),
    ]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("field_name", [("", "Chứng thực", "1"), ("", "Đất đai", "2"), ("", "Đê điều", "1"), ("", "", "2")]),
        ("field_id", [("LV1", "", "1"), ("LV2", "", "3"), ("", "", "2")]),
        ("", [("", "", "6")]),
    ],
    ids=["names only", "codes only", "neither"],
)
def test_07a_by_what_an_export_has(
    folder: Path, chiso: CommandLine, header: str, fields: list[tuple[str, str, str]]
) -> None:
    kept = [name for name in CASES.split("\n", 1)[0].split(",") if name == header or "field" not in name]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, kept, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows_of(CASES))
    (folder / "cases.csv").write_text(stream.getvalue(), "utf-8")
    outcome = chiso("report", "form", "07a", folder, *AUGUST, "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    rows = [row for row in rows_of(outcome.stdout) if row["row"] == "field"]
    assert [(row["field_id"], row["field_name"], row["received"]) for row in rows] == fields


def test_units_are_chosen(folder: Path, chiso: CommandLine) -> None:
    def asked(form: str, *options: str) -> list[tuple[str, str]]:
        outcome = chiso("report", "form", form, folder, *AUGUST, "--format", "csv", *options)
        assert outcome.code == 0, outcome.stderr
        return [(row["row"], row.get("unit_code") or row["received"]) for row in rows_of(outcome.stdout)]

    # A unit asked for stands for itself and those below it; its sum would be the total.
    below = [("unit", "D"), ("unit", "D1"), ("unit", "D2"), ("total", "4")]
    assert asked("06a", "--unit", "D") == below
    assert asked("06a", "--parent", "D") == [*below[1:3], ("total", "3")]
    assert asked("06a", "--level", "commune") == [("unit", "A"), ("unit", "B"), ("total", "2")]
    assert asked("07a", "--unit", "D") == [("field", "1"), ("field", "3"), ("total", "4")]
    assert asked("07a", "--unit", "B") == [("total", "0")]


def test_a_column_that_the_records_cannot_tell_is_empty(folder: Path, chiso: CommandLine) -> None:
    """Without a channel nobody knows what came online; what was carried over is known all the same."""
    cases = CASES.replace("channel", "kênh khác").replace("status", "tình hình khác")
    (folder / "cases.csv").write_text(cases, "utf-8")
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--format", "csv", "--lang", "en")
    total = rows_of(outcome.stdout)[-1]
    assert [total[name] for name in ("received", "received_online", "received_otherwise")] == ["6", "", ""]
    assert (total["carried_over"], total["of_supplement"], total["of_no_result"]) == ("1", "", "0")
    assert "Columns (4), (5) cannot be told: the records lack cases.channel" in outcome.stderr
    assert "Column (14) cannot be told: the records lack cases.status" in outcome.stderr


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_table_is_legible_at_80_columns(
    folder: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--lang", language)
    lines = [line.rstrip() for line in outcome.stdout.splitlines()]
    name = {"vi": "Cộng Sở Đất", "en": "Sum of Sở Đất"}[language]
    percent = {"vi": "66,67", "en": "66.67"}[language]
    # Received, carried over, handled, late, open, open and late, percent.
    assert next(line for line in lines if line.startswith(name)).split()[-7:] == [
        *("4", "1", "3", "1", "1", "1", percent)
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("width", [119, 120, 150])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_column_is_lost_at_any_width(
    folder: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch, language: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--unit", "D", "--lang", language)
    total = next(line for line in outcome.stdout.splitlines() if line.startswith(("Tổng cộng", "Total")))
    told = ["4", "1", "2", "1", "3", "1", "1", "1", "1", "0", "1"]
    if width < 120:
        told = ["4", "1", "3", "1", "1", "1"]
    elif width >= 150:
        told += ["0", "0"]
    percent = {"vi": "66,67", "en": "66.67"}[language]
    assert total.removeprefix("Tổng cộng").removeprefix("Total").split() == [*told, percent]


def test_json_keeps_to_its_schema(folder: Path, chiso: CommandLine) -> None:
    validator = validator_of("statutory-form")
    assert len(list(strict_objects(validator.schema))) >= 10
    for form in ("06a", "07a"):
        outcome = chiso("report", "form", form, folder, *AUGUST, "--format", "json", "--lang", "vi")
        data: dict[str, Any] = json.loads(outcome.stdout)
        assert not [error.message for error in validator.iter_errors(data)]
        assert data["lines"][-1]["counts"]["received"] == 6
        assert data["reporting"] == {"unit_code": "P", "unit_name": "Tỉnh P"} and data["receiving"] is None
        assert len(data["form"]["sha256"]) == 64


def test_the_workbook_is_the_form_with_its_sums_as_formulas(
    folder: Path, chiso: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "form.xlsx"
    assert (
        chiso("report", "form", "06a", folder, *AUGUST, "-o", file, "--unit", "D", "--lang", "vi").code == 0
    )
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == ["06a", "Ghi chú"]
    sheet = workbook["06a"]
    assert sheet["A1"].value == "Biểu số II.06a/VPCP/KSTT\nTheo Thông tư 01/2020/TT-VPCP"
    assert sheet["L1"].value == "Đơn vị báo cáo: Sở Đất\nĐơn vị nhận báo cáo: Tỉnh P"
    assert sheet["C3"].value == "(Từ ngày 01/08/2026 đến ngày 31/08/2026)"
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    # Two rows of headings within a block, three where cells share one.
    assert {"A5:A7", "B5:B7", "C5:F5", "C6:C7", "D6:E6", "F6:F7", "G5:J5", "K5:M5", "N5:N7"} <= merged
    assert [cell.value for cell in sheet[8]][:4] == ["(1)", "(2)", "(3) = (4) + (5) + (6)", "(4)"]
    assert [cell.value for cell in sheet[10]][:6] == [2, "Phòng Một (D1)", "=SUM(D10:F10)", 0, 1, 1]
    total = [cell.value for cell in sheet[12]]
    assert total[1:4] == ["Tổng cộng", "=SUM(D12:F12)", "=SUM(D9:D11)"]
    assert total[-1] == '=IF(G12=0,"",ROUND(100*(H12+I12)/G12,2))'
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$5:$8", "C9")
    assert sheet.print_area is not None
    notes = "\n".join(str(row[0]) for row in workbook["Ghi chú"].values)
    assert "cases.csv · cases · sha256 " in notes and "statutory_forms.yaml: sha256 " in notes


def test_the_document_is_the_form_on_a4_across(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "form.docx"
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "-o", file, "--lang", "vi")
    assert outcome.code == 0 and outcome.stdout == "" and "cases: đã đọc 6" in outcome.stderr
    document = Document(str(file))
    section = document.sections[0]
    size = [round(length / Mm(1)) for length in (section.page_width or 0, section.page_height or 0)]
    assert size == [297, 210]
    assert document.styles["Normal"].font.name == "Times New Roman"
    above, table, below = document.tables
    assert "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT" in above.cell(0, 1).text
    assert "THỦ TRƯỞNG ĐƠN VỊ" in below.cell(0, 1).text
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0][2:6] == ["Số hồ sơ nhận giải quyết"] * 4
    assert rows[1][2:6] == ["Tổng số", "Trong kỳ", "Trong kỳ", "Từ kỳ trước"]
    assert rows[2][2:5] == ["Tổng số", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]
    assert rows[6][:6] == ["3", "Phòng Một (D1)", "2", "0", "1", "1"]
    assert rows[8][:3] + rows[8][-1:] == ["", "Cộng Sở Đất", "4", "66,67"]
    assert rows[-1][1:3] == ["Tổng cộng", "6"]
    repeated = [row._tr.xpath("./w:trPr/w:tblHeader") != [] for row in table.rows]
    assert repeated[:5] == [True] * 4 + [False]


def test_no_citizen_is_in_any_result(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    for suffix in ("json", "xlsx", "docx"):
        file = tmp_path / f"form.{suffix}"
        outcome = chiso("report", "form", "07a", folder, *AUGUST, "-o", file, "--show-officials")
        assert outcome.code == 0, outcome.stderr
        told = _text_of(file) + outcome.stdout + outcome.stderr
        assert "Đất đai" in told
        assert "Nguyễn" not in told and "0912345678" not in told and "K1" not in told


def _text_of(file: Path) -> str:
    if file.suffix == ".xlsx":
        workbook = openpyxl.load_workbook(file)
        return "\n".join(str(cell) for sheet in workbook for row in sheet.values for cell in row)
    if file.suffix == ".docx":
        document = Document(str(file))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    return file.read_text("utf-8")


# (form, options, exit code, part of the message)
MISTAKES: dict[str, tuple[str, tuple[str, ...], int, str]] = {
    "form": ("06b", (), 2, "There is no form “06b”\n  → Did you mean “06a”?"),
    "unit": ("06a", ("--unit", "C"), 2, "The registry has no unit “C”"),
    "level": ("06a", ("--level", "village"), 2, "--level: there is no “village”"),
    "no unit left": ("06a", ("--level", "ministry"), 2, "No unit fits the choice"),
    "suffix": ("06a", ("-o", "form.pdf"), 2, "no format goes with “.pdf”"),
    "document to nowhere": ("06a", ("--format", "docx"), 2, "docx needs -o FILE"),
    "forms": ("06a", ("--forms", "nowhere.yaml"), 10, "nowhere.yaml: Cannot read the file of forms"),
    "no folder": ("06a", ("-o", "nowhere/form.docx"), 13, "Cannot write the file"),
}


@pytest.mark.parametrize(("form", "options", "code", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(
    folder: Path, chiso: CommandLine, form: str, options: tuple[str, ...], code: int, message: str
) -> None:
    outcome = chiso("report", "form", form, folder, *AUGUST, "--lang", "en", *options)
    assert (outcome.code, outcome.stdout) == (code, "")
    assert message in outcome.stderr


def test_a_period_without_a_case_fills_in_nothing(folder: Path, chiso: CommandLine) -> None:
    outcome = chiso("report", "form", "06a", folder, "--period", "2025-08", "--lang", "en")
    assert (outcome.code, outcome.stdout) == (12, "")


def test_records_without_cases_are_refused(tmp_path: Path, chiso: CommandLine) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    petitions = "petition_id,unit_code,received_at\n1,A,03/08/2026\n"
    (tmp_path / "petitions.csv").write_text(petitions, "utf-8")
    outcome = chiso("report", "form", "06a", tmp_path, *AUGUST, "--lang", "en")
    assert outcome.code == 11 and "There is no table cases" in outcome.stderr


def test_the_file_of_forms_is_not_written_over(folder: Path, chiso: CommandLine, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text("{}", "utf-8")
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--forms", own, "-o", own, "--lang", "en")
    assert outcome.code == 13 and own.read_text("utf-8") == "{}"
