"""Rows set aside: listed without a person's data, corrected in a form, and then as if right at first."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine

AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")
HEADINGS = "case_id,unit_code,Chủ hồ sơ,officer_code,channel,received_at,due_at,finished_at,fee\n"
WRONG = HEADINGS + (
    "C1-260803-0001,C1,Người Nộp Thử,Trần Thử,online,03/08/2026,05/08/2026,04/08/2026,50000\n"
    "C1-260804-0002,C1,Người Nộp Thử,Trần Thử,online,32/08/2026,05/08/2026,04/08/2026,0\n"  # row 3
    "C1-260805-0003,C9,Người Nộp Thử,Trần Thử,direct,05/08/2026,06/08/2026,09/08/2026,0\n"  # row 4
    "C1-260806-0004,C1,Người Nộp, Thử,Trần Thử,online,06/08/2026,07/08/2026,07/08/2026,0\n"  # row 5
    ",C1,Người Nộp Thử,Trần Thử,079099000001,07/08/2026,08/08/2026,08/08/2026,0\n"  # row 6
)
RIGHT = HEADINGS + (
    "C1-260803-0001,C1,Người Nộp Thử,Trần Thử,online,03/08/2026,05/08/2026,04/08/2026,50000\n"
    "C1-260804-0002,C1,Người Nộp Thử,Trần Thử,online,03/08/2026,05/08/2026,04/08/2026,0\n"
    "C1-260805-0003,C2,Người Nộp Thử,Trần Thử,direct,05/08/2026,06/08/2026,09/08/2026,0\n"
    "C1-260806-0004,C1,Người Nộp Thử,Trần Thử,online,06/08/2026,07/08/2026,07/08/2026,0\n"
    "C1-260807-0005,C1,Người Nộp Thử,Trần Thử,online,07/08/2026,08/08/2026,08/08/2026,0\n"
)
PERSONAL = ("Người Nộp", "Trần Thử", "Thử", "079099000001")
CORRECTED = {
    3: {"received_at": "03/08/2026"},
    4: {"unit_code": "C2"},
    5: {
        **{"case_id": "C1-260806-0004", "unit_code": "C1", "channel": "online"},
        **{"received_at": "06/08/2026", "due_at": "07/08/2026", "finished_at": "07/08/2026"},
    },
    6: {"case_id": "C1-260807-0005", "channel": "online"},
}


def scored(chiso: CommandLine, folder: Path, *options: str | Path) -> str:
    catalogue = a_catalogue(folder.parent)
    outcome = chiso(
        *("score", folder, *AUGUST, "--catalogue", catalogue, "--detail", "index", "--format", "csv"),
        *options,
    )
    assert outcome.code == 0, outcome.stderr
    return outcome.stdout


def form_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def corrected_csv(quarantine: Path, target: Path) -> Path:
    rows = form_rows(quarantine / "quarantine-cases.csv")
    for row in rows:
        row.update(CORRECTED[int(row["row"])])
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


def corrected_workbook(quarantine: Path, target: Path) -> Path:
    book = openpyxl.load_workbook(quarantine / "corrections.xlsx")
    sheet = book["cases"]
    headings = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        for column, text in CORRECTED[int(row[headings.index("row")].value)].items():
            row[headings.index(column)].value = text
    book.save(target)
    return target


@pytest.mark.parametrize("filled_in", [corrected_csv, corrected_workbook], ids=["csv", "xlsx"])
def test_corrected_rows_score_as_if_they_had_been_right_at_first(
    tmp_path: Path, chiso: CommandLine, filled_in: object
) -> None:
    wrong = a_folder(tmp_path / "wrong", cases=WRONG)
    before = scored(chiso, wrong, "--quarantine", tmp_path / "out")
    form = filled_in(tmp_path / "out", tmp_path / "form.xlsx")  # type: ignore[operator]
    right = scored(chiso, a_folder(tmp_path / "right", cases=RIGHT))
    assert before != right
    assert scored(chiso, wrong, "--corrections", form) == right


def test_the_lists_hold_what_is_needed_and_nothing_personal(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=WRONG)
    scored(chiso, folder, "--quarantine", tmp_path / "out")
    rows = form_rows(tmp_path / "out" / "quarantine-cases.csv")
    assert [(row["file"], row["row"], row["reason"].split(":")[0]) for row in rows] == [
        ("cases.csv", "3", "received_at"),
        ("cases.csv", "4", "unit_code"),
        ("cases.csv", "5", "has 10 cells, the header has 9 columns"),
        ("cases.csv", "6", "case_id"),
    ]
    # What is at fault is to be written anew, what is sound stands there.
    assert (rows[0]["case_id"], rows[0]["received_at"], rows[0]["due_at"]) == (
        *("C1-260804-0002", "", "05/08/2026"),
    )
    # A row whose cells cannot be told apart shows none of them.
    assert set(list(rows[2].values())[7:]) == {""}
    for path in (tmp_path / "out").iterdir():
        text = path.read_text("utf-8") if path.suffix == ".csv" else all_cells(path)
        for personal in PERSONAL:
            assert personal not in text, (path.name, personal)


def all_cells(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])


def test_corrections_of_a_file_that_has_changed_are_refused(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=WRONG)
    scored(chiso, folder, "--quarantine", tmp_path / "out")
    form = corrected_csv(tmp_path / "out", tmp_path / "form.csv")
    (folder / "cases.csv").write_text(WRONG.replace("0001,C1", "0001,C2"), encoding="utf-8")
    outcome = chiso("score", folder, *AUGUST, "--corrections", form)
    assert outcome.code == 11
    assert "The file has changed since the corrections were drawn up" in outcome.stderr


def test_corrections_of_a_file_that_is_not_read_are_refused(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=WRONG)
    scored(chiso, folder, "--quarantine", tmp_path / "out")
    form = corrected_csv(tmp_path / "out", tmp_path / "form.csv")
    (folder / "cases.csv").rename(folder / "other.csv")
    outcome = chiso("score", folder, *AUGUST, "--corrections", form)
    assert outcome.code == 11
    assert "The corrections are of a file that is not read" in outcome.stderr


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("a,b\n1,2\n", "This is no form that --quarantine wrote"),
        ("file,sheet,row,table,case_id\ncases.csv,,x,cases,K\n", "row 2, column row: is no row number"),
        (
            "file,sheet,row,table,case_id\ncases.csv,,2,case,K\n",
            "row 2, column table: there is no such table",
        ),
        ("file,sheet,row,table,case\ncases.csv,,2,cases,K\n", "row 2, column case: there is no column case"),
        (
            "file,sheet,row,table,fee\ncases.csv,,2,cases,0\ncases.csv,,2,cases,1\n",
            "row 3, column row: this row is corrected twice",
        ),
        ("file,sheet,row,table,fee\ncases.csv,,99,cases,0\n", "there is no row 99"),
    ],
)
def test_a_wrong_form_is_told(tmp_path: Path, chiso: CommandLine, form: str, said: str) -> None:
    path = tmp_path / "form.csv"
    path.write_text(form, encoding="utf-8")
    outcome = chiso("score", a_folder(tmp_path / "in", cases=WRONG), *AUGUST, "--corrections", path)
    assert outcome.code == 11, outcome.stderr
    assert said in outcome.stderr


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path, chiso: CommandLine) -> None:
    first = a_folder(tmp_path / "a", cases=WRONG)
    second = a_folder(tmp_path / "b", cases=WRONG.replace("C1-2608", "C1-2607"))
    (second / "units.csv").unlink()
    both = ("score", first, second, *AUGUST)
    assert chiso(*both, "--quarantine", tmp_path / "out").code == 0
    assert len(form_rows(tmp_path / "out" / "quarantine-cases.csv")) == 8
    assert chiso(*both, "--corrections", tmp_path / "out" / "corrections.xlsx").code == 0


def test_the_quarantine_is_written_where_nothing_can_be_scored(tmp_path: Path, chiso: CommandLine) -> None:
    cases = HEADINGS + "K1,C9,x,CB1,online,03/08/2026,,,\n"
    outcome = chiso(
        "score", a_folder(tmp_path / "in", cases=cases), *AUGUST, "--quarantine", tmp_path / "out"
    )
    assert outcome.code == 12
    assert [row["case_id"] for row in form_rows(tmp_path / "out" / "quarantine-cases.csv")] == ["K1"]


def test_the_folder_of_the_records_takes_no_quarantine(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=WRONG)
    outcome = chiso("score", folder, *AUGUST, "--quarantine", folder)
    assert outcome.code == 13
    assert "This folder holds records that were read" in outcome.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["cases.csv", "units.csv"]


def test_results_say_that_rows_were_corrected(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=WRONG)
    scored(chiso, folder, "--quarantine", tmp_path / "out")
    form = corrected_csv(tmp_path / "out", tmp_path / "form.csv")
    assert "4 rows corrected by this form" in chiso("score", folder, *AUGUST, "--corrections", form).stdout


def test_a_correction_of_another_table_is_refused(tmp_path: Path, chiso: CommandLine) -> None:
    path = tmp_path / "form.csv"
    path.write_text("file,sheet,row,table,status\ncases.csv,,3,petitions,answered\n", encoding="utf-8")
    outcome = chiso("score", a_folder(tmp_path / "in", cases=WRONG), *AUGUST, "--corrections", path)
    assert outcome.code == 11
    assert "or is another table" in outcome.stderr


def test_a_correction_that_is_wrong_itself_is_quarantined(tmp_path: Path, chiso: CommandLine) -> None:
    path = tmp_path / "form.csv"
    path.write_text("file,sheet,row,table,received_at\ncases.csv,,3,cases,33/08/2026\n", encoding="utf-8")
    outcome = chiso("score", a_folder(tmp_path / "in", cases=WRONG), *AUGUST, "--corrections", path)
    assert outcome.code == 0
    assert "cases.csv, row 3, column received_at" in outcome.stderr


def test_older_states_are_listed_with_the_rule_that_chose(tmp_path: Path, chiso: CommandLine) -> None:
    cases = (
        "case_id,unit_code,received_at,finished_at\n"
        "A,C1,01/08/2026,09/08/2026\nA,C1,01/08/2026,\n"  # finished beats open
        "B,C1,01/08/2026,\nB,C1,02/08/2026,\n"  # received later
        "C,C1,01/08/2026,\nC,C2,01/08/2026,\n"  # otherwise the later row
    )
    folder = a_folder(tmp_path / "in", cases=cases)
    outcome = chiso("score", folder, *AUGUST, "--quarantine", tmp_path / "out")
    assert outcome.code == 0
    rows = form_rows(tmp_path / "out" / "superseded.csv")
    assert [(row["row"], row["newest_row"], row["rule"]) for row in rows] == [
        ("3", "2", "a newer finished_at"),
        ("4", "5", "a newer received_at"),
        ("6", "7", "the later row"),
    ]


def test_a_second_run_leaves_no_list_of_the_first(tmp_path: Path, chiso: CommandLine) -> None:
    scored(chiso, a_folder(tmp_path / "wrong", cases=WRONG), "--quarantine", tmp_path / "out")
    scored(chiso, a_folder(tmp_path / "right", cases=RIGHT), "--quarantine", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["superseded.csv"]


def test_a_folder_that_cannot_be_made(tmp_path: Path, chiso: CommandLine) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    folder = a_folder(tmp_path / "in", cases=WRONG)
    outcome = chiso("score", folder, *AUGUST, "--quarantine", tmp_path / "file" / "out")
    assert outcome.code == 13
    assert "Cannot write into the folder" in outcome.stderr


def test_the_names_of_officials_are_shown_only_when_asked_for(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", cases=RIGHT)
    by_officer = ("score", folder, *AUGUST, "--by", "officer", "--format", "csv")
    assert "Trần Thử" not in chiso(*by_officer).stdout
    assert ",cb-" in chiso(*by_officer).stdout
    assert "Trần Thử" in chiso(*by_officer, "--show-officials").stdout
    assert "Người Nộp" not in chiso(*by_officer, "--show-officials").stdout


def test_a_form_that_is_not_filled_in_corrects_nothing(tmp_path: Path, chiso: CommandLine) -> None:
    """A score must not fall because a form came back empty: an open cell is not an open case."""
    folder = a_folder(tmp_path / "in", cases=WRONG)
    before = scored(chiso, folder, "--quarantine", tmp_path / "out")
    assert scored(chiso, folder, "--corrections", tmp_path / "out" / "corrections.xlsx") == before
    outcome = chiso("score", folder, *AUGUST, "--corrections", tmp_path / "out" / "corrections.xlsx")
    notes = " ".join(outcome.stdout.split())
    assert "0 rows corrected by this form; 4 are not filled in and stay in quarantine" in notes
    strict = chiso(
        "score", folder, *AUGUST, "--strict", "--corrections", tmp_path / "out" / "corrections.xlsx"
    )
    assert strict.code == 14


def test_a_dash_says_that_nothing_stands_there(tmp_path: Path, chiso: CommandLine) -> None:
    cases = HEADINGS + "K1,C1,x,CB1,online,03/08/2026,05/08/2026,31/02/2026,0\n"
    folder = a_folder(tmp_path / "in", cases=cases)
    assert chiso("score", folder, *AUGUST, "--quarantine", tmp_path / "out").code == 12
    path = tmp_path / "out" / "quarantine-cases.csv"
    rows = form_rows(path)
    assert (rows[0]["faults"], rows[0]["finished_at"]) == ("finished_at", "")
    path.write_text(path.read_text("utf-8").replace("05/08/2026,,", "05/08/2026,-,"), encoding="utf-8")
    outcome = chiso("score", folder, *AUGUST, "--corrections", path)
    assert outcome.code == 0
    assert "1 row corrected by this form" in " ".join(outcome.stdout.split())
