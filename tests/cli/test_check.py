"""``chiso check``: what was understood of each file, what is wrong with the data, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders import a_folder
from tests.conftest import CommandLine

AS_OF = ("--as-of", "2026-08-31")
MESSY = (
    "ỦY BAN NHÂN DÂN XÃ MỘT;;;;;;;\n"
    "Mã hồ sơ;Đơn vị;Chủ hồ sơ;Ngày tiếp nhận;Ngày hẹn trả kết qủa;Ngày kết thúc xử lý;Trạng thái;Ghi\n"
    "C1-260803-0001;C1;Người Nộp Thử;03/08/2026;05/08/2026;04/08/2026;Đã trả kết quả;x\n"
    "C1-260804-0002;C1;Người Nộp Thử;04/08/2026;05/08/2026;01/08/2026;Đã trả kết quả;x\n"  # ends too early
    "C1-260805-0003;C1;Người Nộp Thử;07/08/2026;05/08/2026;;Đã trả kết quả;0912345678\n"  # no end, other date
    "C1-260806-0004;C1;Người Nộp Thử;;05/08/2026;;Đang xử lý;x\n"  # no receipt
    "C1-260807-0005;C9;Người Nộp Thử;07/08/2026;05/08/2026;;Đang xử lý;x\n"  # unknown unit
    "C1-260808-0006;C1;Người Nộp Thử;31/02/2026;05/08/2026;;Đang xử lý;x\n"  # no such day
    "C1-261230-0007;C1;Người Nộp Thử;30/12/2026;05/08/2026;;Đang xử lý;x\n"  # in the future
    "C1-260803-0001;C1;Người Nộp Thử;03/08/2026;05/08/2026;06/08/2026;Đã trả kết quả;x\n"  # a newer state
    "Tổng cộng;;;;;;8;\n"
)


def found(chiso: CommandLine, folder: Path, *options: str) -> dict[str, object]:
    outcome = chiso("check", folder, *AS_OF, "--format", "json", "--lang", "en", *options)
    assert outcome.code == 0, outcome.stderr
    data: dict[str, object] = json.loads(outcome.stdout)
    return data


def test_every_fault_is_found_with_its_rows(tmp_path: Path, chiso: CommandLine) -> None:
    data = found(chiso, a_folder(tmp_path / "in", cases=MESSY))
    faults = {fault["kind"]: [place["row"] for place in fault["examples"]] for fault in data["faults"]}  # type: ignore[attr-defined]
    # The due date stands under a heading that is not known, so nothing is said of it.
    assert faults == {
        "quarantined_unit_name": [7],
        "quarantined_received_at": [8],
        "superseded": [3],
        "end_before_receipt": [4],
        "no_receipt_date": [6],
        "date_in_the_future": [9],
        "done_without_end": [5],
        "case_number_date": [5],
    }


def test_what_a_fault_does_to_the_score_names_the_indices(tmp_path: Path, chiso: CommandLine) -> None:
    data = found(chiso, a_folder(tmp_path / "in", cases=MESSY))
    faults = {fault["kind"]: fault for fault in data["faults"]}  # type: ignore[attr-defined]
    assert "2.1" in faults["done_without_end"]["indices"]
    assert faults["quarantined_received_at"]["set_aside"] is True
    assert "1.1" not in faults["quarantined_received_at"]["indices"]


def test_a_file_is_described_as_it_was_understood(tmp_path: Path, chiso: CommandLine) -> None:
    data = found(chiso, a_folder(tmp_path / "in", cases=MESSY))
    file = next(file for file in data["files"] if file["table"] == "cases")  # type: ignore[attr-defined]
    assert (file["format"], file["encoding"], file["separator"], file["header_row"]) == (
        "csv",
        "utf-8",
        ";",
        2,
    )
    assert file["rows"] == {"read": 8, "usable": 5, "superseded": 1, "quarantined": 2}
    assert file["not_records"] == {"title": 1, "total": 1}
    columns = {column["heading"]: column for column in file["columns"]}
    assert columns["Mã hồ sơ"]["canonical"] == "case_id"
    assert columns["Mã hồ sơ"]["sample"] == "A9-999999-9999"
    assert (columns["Ngày tiếp nhận"]["filled"], columns["Ngày tiếp nhận"]["valid"]) == (7, 6)
    # A heading that is nearly a known one is suggested, never taken.
    assert columns["Ngày hẹn trả kết qủa"]["use"] == "unknown"
    assert columns["Ngày hẹn trả kết qủa"]["near"]["canonical"] == "due_at"
    assert columns["Chủ hồ sơ"]["use"] == "personal"
    # A telephone number stands under a heading that says nothing.
    assert columns["Ghi"]["use"] == "personal"


def test_no_person_is_shown(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=MESSY)
    for form in ("table", "json"):
        for language in ("vi", "en"):
            outcome = chiso("check", folder, *AS_OF, "--format", form, "--lang", language)
            assert "Người Nộp" not in outcome.stdout + outcome.stderr
            assert "0912345678" not in outcome.stdout + outcome.stderr


def test_the_page_says_it_in_words(tmp_path: Path, chiso: CommandLine) -> None:
    outcome = chiso(
        "check", a_folder(tmp_path / "in", cases=MESSY), *AS_OF, "--lang", "vi", "-o", tmp_path / "x.txt"
    )
    assert outcome.code == 0, outcome.stderr
    page = (tmp_path / "x.txt").read_text("utf-8")
    for said in (
        "bảng cases; csv; utf-8; dấu chấm phẩy; tiêu đề cột ở dòng 2",
        "8 bản ghi = dùng được 5 + trạng thái cũ 1 + cách ly 2",
        "dòng không phải bản ghi: tiêu đề 1, tổng cộng 1",
        "85,71 % của 7",
        "gần giống “Ngày hẹn trả kết quả” (due_at)",
        "Lỗi dữ liệu",
    ):
        assert said in page, said


def test_without_a_registry_the_rest_is_checked(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=MESSY)
    (folder / "units.csv").unlink()
    data = found(chiso, folder)
    assert "There is no registry of units: whether a unit is known was not looked at" in data["notes"]  # type: ignore[operator]
    assert "quarantined_unit_name" not in {fault["kind"] for fault in data["faults"]}  # type: ignore[attr-defined]


def test_gates(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=MESSY)
    august = ("--period", "2026-08", *AS_OF, "--lang", "en")
    for options, code in (
        ((), 0),
        (("--strict",), 14),
        (("--max-quarantined", "25%"), 0),  # 2 of 8 rows
        (("--max-quarantined", "0.25"), 0),
        (("--max-quarantined", "24.9%"), 14),
        (("--max-quarantined", "0%"), 14),
        (("--max-quarantined", "nhiều"), 2),
        (("--max-quarantined", "101%"), 2),
    ):
        outcome = chiso("score", folder, *august, *options)
        assert outcome.code == code, options
        assert bool(outcome.stdout) == (code == 0)
        assert "Traceback" not in outcome.stderr
        assert chiso("check", folder, *AS_OF, *options).code == code
    assert (
        "cases: 2 of 8 rows are quarantined, more than is allowed"
        in chiso("score", folder, *august, "--strict").stderr
    )


def test_check_needs_something_to_check(chiso: CommandLine) -> None:
    assert chiso("check").code == 2
