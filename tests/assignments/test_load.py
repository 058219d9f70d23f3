"""Files of assignments: what they say, and every fault in them at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import load_catalogue
from chiso.errors import RecordsError, UsageError
from chiso.scoring.assignments import Assignments, load_assignments

SAMPLES = Path(__file__).parents[2] / "samples" / "assignments"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_catalogue().rules(date(2026, 1, 1))


def load(folder: Path, text: str, rules: RuleSet, name: str = "assignments.csv", **more: bool) -> Assignments:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_assignments(path, rules, **more)


def faults(folder: Path, text: str, rules: RuleSet, name: str = "assignments.csv") -> list[str]:
    """Return the faults of a file in English, without the folder's path."""
    with pytest.raises(RecordsError) as error:
        load(folder, text, rules, name)
    return [problem.in_language("en").replace(f"{folder}/", "") for problem in error.value.problems]


def owners(assignments: Assignments, rules: RuleSet) -> dict[str, str]:
    found = {index.code: assignments.of(index) for index in rules.indices}
    return {code: own.owner for code, own in found.items() if own is not None}


@pytest.mark.parametrize("day", [date(2022, 12, 31), date(2026, 1, 1)])
def test_samples_load_in_both_editions_and_leave_what_their_plans_leave(day: date) -> None:
    rules = load_catalogue().rules(day)
    of_department = load_assignments(SAMPLES / "plan142.csv", rules)
    of_district = load_assignments(SAMPLES / "planNS.yaml", rules)
    # Plan 142 gives out all twenty-two; that of Ninh Sơn all but 1.1 and 2.2, which earns no points.
    assert len(owners(of_department, rules)) == 22
    assert of_department.unassigned(rules) == ()
    assert len(owners(of_district, rules)) == 20
    assert [index.code for index in of_district.unassigned(rules)] == ["1.1"]


def test_own_row_of_an_index_takes_the_place_of_its_groups_row(tmp_path: Path, rules: RuleSet) -> None:
    own = load(
        tmp_path,
        "index,lead,responsible,result\n"
        "satisfaction,P-NV,CV-1,monthly\n"
        "5.2,P-TP,,\n",  # nothing of it comes from the group's row
        rules,
    )
    assert owners(own, rules) == {"5.1": "CV-1", "5.2": "P-TP", "5.3": "CV-1"}
    assert own.by_index["5.2"].result is None


def test_index_is_known_by_code_alias_or_name_in_any_case(tmp_path: Path, rules: RuleSet) -> None:
    own = load(
        tmp_path,
        "index,lead\n"
        "payment_dossiers,A\n"
        "tỷ lệ hồ sơ đồng bộ lên cổng dvcqg,B\n"
        "Cases handled in time,C\n"
        "5.1; 5.2,D\n",
        rules,
    )
    assert owners(own, rules) == {"3.6": "A", "1.4": "B", "2.1": "C", "5.1": "D", "5.2": "D"}


def test_group_by_its_name(tmp_path: Path, rules: RuleSet) -> None:
    own = load(tmp_path, "index,lead\nMức độ hài lòng,P-NV\n", rules)
    assert owners(own, rules) == {"5.1": "P-NV", "5.2": "P-NV", "5.3": "P-NV"}


def test_table_as_an_office_prints_it(tmp_path: Path, rules: RuleSet) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["BẢNG PHÂN CÔNG NHIỆM VỤ"],
        [],
        ["STT", "Chỉ số", "Đơn vị chủ trì", "Đơn vị phối hợp", "Người thực hiện", "Thời hạn báo cáo"],
        ["I", *["Mức độ hài lòng"] * 5],  # as a merged cell is read
        [1, "Tỷ lệ PAKN xử lý đúng hạn", "Phòng Nội vụ", "A; B", "Ông Mẫu Văn Thử", date(2026, 11, 5)],
        [2, "5.2", "Phòng Nội vụ", None, "Văn phòng", "trước ngày 19 tháng cuối quý"],
        [3, "5.3", "Văn phòng", None, "Phòng Nội vụ", None],
    ):
        book.active.append(row)
    path = tmp_path / "bang-phan-cong.xlsx"
    book.save(path)
    own = load_assignments(path, rules)
    first, second, third = (own.by_index[code] for code in ("5.1", "5.2", "5.3"))
    assert (first.cooperating, first.report_by) == (("A", "B"), date(2026, 11, 5))
    assert first.place.row == 5
    assert (second.report_deadline, second.report_by) == ("trước ngày 19 tháng cuối quý", None)
    # A person becomes a code; what leads elsewhere in the file is an office and keeps its name.
    assert first.responsible is not None and first.responsible.startswith("cb-")
    assert (second.responsible, third.responsible) == ("Văn phòng", "Phòng Nội vụ")
    assert own.unused == ("STT",)


def test_yaml_says_the_same_as_a_table(tmp_path: Path, rules: RuleSet) -> None:
    table = load(
        tmp_path,
        "index,lead,lead_name,cooperating,responsible,report_deadline,time,result\n"
        '"1.2; 2.1",VP,Văn phòng,A; B,CV-1,05/11/2026,12/2026,báo cáo\n',
        rules,
    )
    written = load(
        tmp_path,
        "assignments:\n"
        "  - index: [1.2, '2.1']\n"
        "    lead: VP\n"
        "    lead_name: Văn phòng\n"
        "    cooperating: [A, B]\n"
        "    responsible: CV-1\n"
        "    report_deadline: 2026-11-05\n"
        "    time: 12/2026\n"
        "    result: báo cáo\n",
        rules,
        "assignments.yaml",
    )
    for code in ("1.2", "2.1"):
        ours, theirs = table.by_index[code], written.by_index[code]
        assert [getattr(ours, name) for name in vars(ours) if name != "place"] == [
            getattr(theirs, name) for name in vars(theirs) if name != "place"
        ]
        assert theirs.report_by == date(2026, 11, 5)
        assert theirs.place.line == 2


def test_every_fault_of_a_table_is_told_with_its_row(tmp_path: Path, rules: RuleSet) -> None:
    text = (
        "index,lead,responsible,report_deadline\n"
        "1.2,VP,CV-1,31/02/2026\n"
        "1.22,VP,CV-1,\n"
        "1.2,VP,CV-2,\n"
        "2.1,,,\n"
        ",VP,,\n"
        "5.1,Mẫu 0900000001,,\n"
        "5.2,VP,CV-1; CV-2,\n"
    )
    assert faults(tmp_path, text, rules) == [
        "assignments.csv, row 2, column report_deadline: is not a real date\n"
        "  → Write a day such as 05/11/2026, or write it in words",
        "assignments.csv, row 3, column index: is no index or group of the catalogue (its code, an alias, or "
        "its exact name)\n  → Did you mean “1.2”?",
        "assignments.csv, row 4, column index: Index 1.2 is already assigned in row 2\n"
        "  → One row for each index or group",
        "assignments.csv, row 5: names neither a lead (lead) nor who is responsible (responsible)\n"
        "  → Give at least one of them, or take the row away",
        "assignments.csv, row 6: an index or group is missing\n"
        "  → Give it in every row, also where cells were merged",
        "assignments.csv, row 7, column lead: holds an identity or telephone number or an e-mail address\n"
        "  → Take it out of the assignments",
        "assignments.csv, row 8, column responsible: names several that are responsible\n"
        "  → One for each index; the others go under cooperating",
    ]


def test_every_fault_of_yaml_is_told_with_its_line(tmp_path: Path, rules: RuleSet) -> None:
    text = (
        "assignments:\n"
        "  - {index: progres, lead: VP}\n"
        "  - {index: online, leed: VP}\n"
        "  - online\n"
        "  - {index: payment, lead: [A, B]}\n"
        "  - {index: transparency, lead: {2026-01-01: A}}\n"
        "notes: none\n"
    )
    told = faults(tmp_path, text, rules, "own.yaml")
    assert [line.split("\n")[0] for line in told] == [
        "own.yaml:2:13: is no index or group of the catalogue (its code, an alias, or its exact name)",
        "own.yaml:3:5: names neither a lead (lead) nor who is responsible (responsible)",
        "own.yaml:3:21: Unknown key “leed”",
        "own.yaml:4:5: An assignment consists of keys and values",
        "own.yaml:5:5: names neither a lead (lead) nor who is responsible (responsible)",
        "own.yaml:5:28: “lead” must be a text",
        "own.yaml:6:34: Assignments have no values by date: make a file for each time",
        "own.yaml:7:1: Unknown key “notes”",
    ]


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("index,lead,responsable", "There is no column “responsable”"),
        ("index,report_deadline", "A column of leads (lead) or of responsible ones (responsible) is missing"),
        ("lead,responsible", "The column of indices (index) is missing"),
        ("index,lead,Đơn vị chủ trì", "“lead” and “Đơn vị chủ trì” are both column lead"),
        ("a,b", "No heading of assignments was recognised"),
    ],
)
def test_wrong_columns(tmp_path: Path, rules: RuleSet, heading: str, told: str) -> None:
    assert any(
        told in fault
        for fault in faults(
            tmp_path, f"{heading}\n{','.join(['1.2', 'VP', 'CV'][: heading.count(',') + 1])}\n", rules
        )
    )


@pytest.mark.parametrize(
    "text", ["index,lead\n", "assignments: []\n", "assignments:\n", "- a\n", "a: [\n", ""]
)
def test_nothing_assigned_is_a_fault(tmp_path: Path, rules: RuleSet, text: str) -> None:
    name = "own.csv" if text.startswith("index") else "own.yaml"
    assert faults(tmp_path, text, rules, name)


def test_file_that_is_not_there(tmp_path: Path, rules: RuleSet) -> None:
    for name in ("none.csv", "none.yaml"):
        with pytest.raises(RecordsError):
            load_assignments(tmp_path / name, rules)


def test_responsible_are_found_by_code_or_name_in_any_case(tmp_path: Path, rules: RuleSet) -> None:
    text = (
        "index,lead,lead_name,responsible\n"
        "1.2,VP,Văn phòng,Bà Ví Dụ\n"
        "2.1,VP,Văn phòng,CV-1\n"
        "5.1,P-NV,Phòng Nội vụ,CV-2\n"
    )
    own = load(tmp_path, text, rules)

    def indices(code: str) -> list[str]:
        return [index.code for index in own.indices_of(rules, code)]

    assert indices("cv-1") == ["2.1"]
    assert indices("vp") == indices("VĂN PHÒNG") == ["1.2", "2.1"]
    assert indices("Bà Ví Dụ") == indices(own.by_index["1.2"].owner) == ["1.2"]
    with pytest.raises(UsageError, match="Did you mean “CV-1”"):
        own.indices_of(rules, "CV-11")


def test_names_of_officials_are_kept_only_where_they_are_shown(tmp_path: Path, rules: RuleSet) -> None:
    text = (
        "index,lead,responsible,responsible_name\n"
        "1.2,VP,CV-1,Bà Ví Dụ\n"
        "2.1,VP,Ông Mẫu,\n"
        "5.1,VP,Ông Mẫu 0900000001,CV 0900000001\n"
    )
    hidden, shown = load(tmp_path, text, rules), load(tmp_path, text, rules, show_officials=True)
    assert "Ví Dụ" not in repr(hidden) and "Mẫu" not in repr(hidden)
    assert shown.by_index["1.2"].owner_name == "Bà Ví Dụ"
    assert shown.by_index["2.1"].owner == "Ông Mẫu"
    # Who was told the code can still ask by it.
    code = hidden.by_index["2.1"].owner
    assert [index.code for index in shown.indices_of(rules, code)] == ["2.1"]
    assert "0900000001" not in repr(shown)
