"""Mappings: a source system's own headings and words, near misses only suggested, every fault told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.builders import a_folder
from tests.conftest import CommandLine

import chiso
from chiso.errors import RecordsError
from chiso.records.dataset import Records
from chiso.records.mapping import shipped_spelling
from chiso.terms.columns import TABLES

AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")


def a_mapping(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path: Path, cases: str, mapping: str | None = None) -> Records:
    mappings = [] if mapping is None else [a_mapping(tmp_path, mapping)]
    return chiso.load_records([a_folder(tmp_path / "in", cases=cases)], mappings=mappings)


def cells(records: Records, columns: str) -> list[tuple[Any, ...]]:
    return records.connection.execute(f"SELECT {columns} FROM cases ORDER BY rowid").fetchall()


def test_a_system_with_headings_words_and_one_unit_of_its_own(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        "Ký hiệu,Đến ngày,Ngày trả kết quả,Bước\n"
        "K1,03/08/2026,10/08/2026,8\nK2,04/08/2026,11/08/2026,Xong hẳn\n",
        """\
mapping: "s3"
tables:
  cases:
    columns:
      case_id: [Ký hiệu]
      received_at: Đến ngày
      due_at: [Ngày trả kết quả]
      status: [Bước]
    values:
      status:
        processed: ["8"]
        returned: ["9", xong hẳn]
    constants: {unit_code: C1}
""",
    )
    assert records.quarantine == ()
    # 8 is processed here, though the national list says stopped.
    assert cells(records, "case_id, unit_code, status, CAST(due_at AS VARCHAR)") == [
        ("K1", "C1", 8, "2026-08-10 00:00:00"),
        ("K2", "C1", 9, "2026-08-11 00:00:00"),
    ]


def test_a_mapping_for_files_with_certain_headings_leaves_others_alone(tmp_path: Path) -> None:
    mapping = (
        "mapping: s1\napplies_when: [Bước]\n"
        'tables: {cases: {columns: {status: [Bước]}, values: {status: {processed: ["4"]}}}}\n'
    )
    folder = a_folder(
        tmp_path / "in",
        cases="case_id,unit_code,status\nK1,C1,4\n",
        other="case_id,unit_code,Bước\nK2,C1,4\n",
    )
    records = chiso.load_records([folder], mappings=[a_mapping(tmp_path, mapping)])
    assert cells(records, "case_id, status") == [("K1", 3), ("K2", 8)]


def test_words_decide_and_figures_stand_in(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        "case_id,unit_code,TrangThaiHoSo,Trạng thái\nK1,C1,4,Đã trả kết quả\nK2,C1,4,\n",
    )
    assert cells(records, "case_id, status") == [("K1", 9), ("K2", 3)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("9 - Đã xử lý xong", 8),
        ("10. Đã trả kết quả", 9),
        ("Đã trả kết quả (10)", 9),
        ("9.0", 8),
        ("  ĐANG  XỬ LÝ ", 3),
    ],
)
def test_a_figure_beside_a_word(tmp_path: Path, text: str, status: int) -> None:
    records = load(tmp_path, f"case_id,unit_code,status\nK1,C1,{text}\n")
    assert cells(records, "status") == [(status,)]


@pytest.mark.parametrize("figure", ["0", "11", "19"])
def test_a_figure_of_another_list_is_set_aside_and_the_lists_are_named(tmp_path: Path, figure: str) -> None:
    records = load(tmp_path, f"case_id,unit_code,status\nK1,C1,{figure}\n")
    (fault,) = records.quarantine
    assert "the national list is 1–10; other systems number otherwise" in fault.reason.en
    assert "danh mục quốc gia 1–10" in fault.reason.vi
    assert "--mapping" in fault.reason.en


def test_a_near_miss_is_suggested_and_never_taken(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(
        tmp_path / "in", cases="Mã hồ sơ,Đơn vi giải quyết,Ngày tiếp nhận\nK1,Xã Một,03/08/2026\n"
    )
    outcome = chiso("score", folder, *AUGUST)
    assert outcome.code == 11
    assert "lacks columns: unit_code" in outcome.stderr
    assert "“Đơn vi giải quyết” is nearly “Đơn vị giải quyết”" in outcome.stderr


def test_a_heading_that_means_two_things_is_told(tmp_path: Path) -> None:
    records = load(tmp_path, "case_id,unit_code,Ngày trả kết quả\nK1,C1,03/08/2026\n")
    assert any("one system uses it for the due date" in note.message.en for note in records.notes)
    mapping = "mapping: own\ntables: {cases: {columns: {returned_at: [Ngày trả kết quả]}}}\n"
    records = load(tmp_path, "case_id,unit_code,Ngày trả kết quả\nK1,C1,03/08/2026\n", mapping)
    assert [note.message.en[:20] for note in records.notes] == ["This mapping is used"]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("mapping: x\ntable: {}\n", "2:1", "there is no key “table”"),
        ("tables: {}\n", "1:1", "key “mapping” is missing"),
        ("mapping: x\ntables:\n  case: {}\n", "3:3", "there is no table “case”"),
        (
            "mapping: x\ntables:\n  cases:\n    columns:\n      caseid: [A]\n",
            "5:7",
            "there is no column “caseid”",
        ),
        (
            "mapping: x\ntables:\n  cases:\n    values:\n      status:\n        done: [A]\n",
            "6:9",
            "there is no value “done”",
        ),
        ("mapping: x\nvalues:\n  fee: {a: [b]}\n", "3:3", "there is no column “fee”"),
        ("mapping: x\ntables:\n  cases: {}\n  cases: {}\n", "4:3", "key “cases” stands twice"),
        ("mapping: x\ntables: [a]\n", "2:1", "has the wrong form"),
        ("mapping: [x\n", "2:1", "is not valid YAML"),
        ("a: &a [x]\nb: *a\n", "", "is not valid YAML"),
    ],
)
def test_every_fault_of_a_mapping_is_told_with_its_line(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    path = a_mapping(tmp_path, text)
    with pytest.raises(RecordsError) as raised:
        chiso.load_records([a_folder(tmp_path / "in")], mappings=[path])
    told = str(raised.value)
    assert said in told
    assert f"{path}:{place}" in told


def test_a_draft_never_holds_a_row_and_never_takes_the_place_of_a_file(
    tmp_path: Path, chiso: CommandLine
) -> None:
    folder = a_folder(tmp_path / "in", cases="K1,Người Nộp Thử,Xã Một,Đăng ký đất đai\n" * 3)
    draft = tmp_path / "draft.yaml"
    assert chiso("check", folder / "cases.csv", "--write-mapping", draft).code == 11
    assert "Người Nộp" not in draft.read_text("utf-8")
    before = (folder / "units.csv").read_bytes()
    outcome = chiso("check", folder, "--write-mapping", folder / "units.csv")
    assert outcome.code == 13
    assert (folder / "units.csv").read_bytes() == before


def test_the_shipped_mappings_keep_to_their_form() -> None:
    spelling = shipped_spelling()
    assert [mapping.mapping for mapping in spelling.mappings] == [
        *("canonical", "national", "vietnamese", "igate", "thanh-hoa"),
    ]
    for mapping in spelling.mappings:
        for name, table in mapping.tables.items():
            assert set(table.columns) <= set(TABLES[name].columns)


def test_a_draft_of_a_mapping_can_be_filled_in_and_used(tmp_path: Path, chiso: CommandLine) -> None:
    cases = (
        "Ký hiệu hồ sơ 1,Đơn vị,Chủ hồ sơ,Ngày tiếp nhận,Trạng thái\n"
        + "X1,C1,Người Nộp Thử,03/08/2026,Đã xử lý tạm xong\n" * 3
    )
    folder = a_folder(tmp_path / "in", cases=cases)
    draft = tmp_path / "draft.yaml"
    outcome = chiso("check", folder / "cases.csv", "--write-mapping", draft)
    assert outcome.code == 11  # no column is known to hold the case number
    text = draft.read_text("utf-8")
    assert '# ?: ["Ký hiệu hồ sơ 1"]' in text
    assert "Người Nộp Thử" not in text
    # A state that is made of the words of states, and comes up again and again, may be shown.
    assert "Đã xử lý tạm xong" in text
    filled = text.replace('# ?: ["Ký hiệu hồ sơ 1"]', 'case_id: ["Ký hiệu hồ sơ 1"]')
    draft.write_text(filled, encoding="utf-8")
    assert chiso("check", folder, "--mapping", draft).code == 0


def test_a_draft_holds_the_words_of_each_table_by_its_own_list(tmp_path: Path, chiso: CommandLine) -> None:
    """A petition that is answered was drafted as an unknown state: it was sought among those of cases."""
    petitions = "Mã PAKN,Đơn vị xử lý,Ngày tiếp nhận,Trạng thái\n" + "P1,C1,03/08/2026,Đã trả lời\n" * 3
    folder = a_folder(tmp_path / "in", petitions=petitions)
    draft = tmp_path / "draft.yaml"
    chiso("check", folder / "petitions.csv", "--write-mapping", draft)
    assert "petitions:" in draft.read_text("utf-8")
    assert "Đã trả lời" not in draft.read_text("utf-8")
