"""What a user can do wrong, and the message, exit code and silence about cells that follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

AUGUST = ("--period", "2026-08")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv", *AUGUST], 11, "There is no such file or folder"),
        (["in", "--period", "2026-13"], 2, "Not a period: “2026-13”"),
        (["in", "--period", "2026-08-31..2026-08-01"], 2, "Not a period"),
        (["in", "--period", "2099"], 2, "had not begun"),
        (["in"], 2, "either --period or --periods is needed"),
        ([*AUGUST], 2, "RECORDS (files or a folder) or --reported is needed"),
        (["in", *AUGUST, "--level", "comune"], 2, "Did you mean “commune”?"),
        (["in", *AUGUST, "--level", "ministry"], 2, "No unit fits the choice"),
        (["in", *AUGUST, "--unit", "C9"], 2, "The registry has no unit “C9”"),
        (["in", *AUGUST, "--by", "ofcer"], 2, "Did you mean “officer”?"),
        (["in", *AUGUST, "--edition", "2023"], 2, "no edition “2023”"),
        (["in", *AUGUST, "--as-of", "31/08/2026"], 2, "is not a date like 2026-08-31"),
        (["in", *AUGUST, "--catalogue", "nowhere.yaml"], 10, "Cannot read the catalogue"),
        (["in", *AUGUST, "--units", "nowhere.csv"], 11, "nowhere.csv"),
        (["in", *AUGUST, "--units", "in/cases.csv"], 11, "Table units is needed here"),
        (["in", *AUGUST, "--reported", "in/cases.csv"], 11, "Table reported is needed here"),
        (["in", *AUGUST, "--working-days", "in/cases.csv"], 11, "working-day table"),
        (["in", *AUGUST, "-o", "nowhere/board.csv"], 13, "Cannot write the file"),
        (["in", *AUGUST, "-o", "board.doc"], 2, "no format goes with “.doc”"),
        (["in", "--period", "2020-01"], 12, "No row can be used in the period"),
    ],
)
def test_a_mistake_has_its_message_and_exit_code(
    tmp_path: Path,
    chiso: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    a_folder(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    outcome = chiso("score", *arguments, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (code, "")
    assert said in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("name", "content", "vi", "en"),
    [
        ("empty", b"", "Tệp rỗng", "The file is empty"),
        ("only a mark", b"\xef\xbb\xbf\r\n", "Tệp rỗng", "The file is empty"),
        ("unknown header", b"foo,bar\n1,2\n", "Không nhận ra tiêu đề", "No heading of any records table"),
        (
            "no unit",
            b"case_id,received_at,due_at\nK1,01/08/2026,02/08/2026\n",
            "thiếu cột: unit_code",
            "lacks columns: unit_code",
        ),
        ("a broken workbook", b"PK\x03\x04" + b"\x00" * 50, "Tệp bị hỏng", "The file is damaged"),
        ("a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "không phải bảng", "no table of data"),
    ],
)
def test_a_file_that_is_not_understood_is_told_in_both_languages(
    tmp_path: Path, chiso: CommandLine, name: str, content: bytes, vi: str, en: str
) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "cases.csv").write_bytes(content)
    for language, said in (("vi", vi), ("en", en)):
        outcome = chiso("score", folder, *AUGUST, "--lang", language)
        assert outcome.code == 11
        assert said in outcome.stderr
        assert "cases.csv" in outcome.stderr


def test_no_registry(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    (folder / "units.csv").unlink()
    outcome = chiso("score", folder, *AUGUST, "--lang", "en")
    assert outcome.code == 11
    assert "There is no registry of units" in outcome.stderr
    assert "--units FILE" in outcome.stderr


def test_a_faulty_registry_is_told_whole(tmp_path: Path, chiso: CommandLine) -> None:
    units = (
        "unit_code,unit_name,level,parent_code\n"
        "A,Một,xóm,\nB,Hai,commune,Z\nC,Ba,commune,D\nD,Bốn,commune,C\nC,Năm,commune,\n"
    )
    outcome = chiso("score", a_folder(tmp_path / "in", units=units), *AUGUST, "--lang", "en")
    assert outcome.code == 11
    for said in (
        "row 2, column level: is not a level",
        "row 3, column parent_code: there is no unit Z",
        "unit C leads back to itself",
        "row 6, column unit_code: unit code C already stands in row 4",
    ):
        assert said in outcome.stderr


def test_broken_rows_are_set_aside_with_place_and_reason_and_no_row_is_lost(
    tmp_path: Path, chiso: CommandLine
) -> None:
    cases = CASES + (
        "K4,C1,online,31/02/2026,14/08/2026,,,4\n"  # row 5: a day that does not exist
        "K5,C9,online,03/08/2026,14/08/2026,,,4\n"  # row 6: a unit that no registry has
        "K6,C1,bay,03/08/2026,14/08/2026,,,4\n"  # row 7: a channel that is none
        "K7,C1,online,03/08/2026\n"  # row 8: too few cells
        ",C1,online,03/08/2026,14/08/2026,,,4\n"  # row 9: no case number
        'K8,C1,"online,03/08/2026,14/08/2026,,,4\n'  # row 10: a quotation mark left open
        "K9,C1,online,03/08/2026,14/08/2026,13/08/2026,,10\n"  # row 11 is sound
        "K1,C1,online,03/08/2026,14/08/2026,,,4\n"  # row 12: an older state of K1
    )
    folder = a_folder(tmp_path / "in", cases=cases)
    outcome = chiso(
        "score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--lang", "en", "--format", "csv"
    )
    assert outcome.code == 0
    excluded = "excluded 1 (older state of the same number 1)"
    assert f"cases: read 11 = in the period 4 + outside 0 + {excluded} + quarantined 6" in outcome.stderr
    for said in (
        "row 5, column received_at: is not a real date",
        "row 6, column unit_code: the unit is in no registry",
        "row 7, column channel: is none of the allowed words",
        "row 8: has 4 cells, the header has 8 columns",
        "row 9, column case_id: is empty",
        "row 10: a quotation mark is not closed",
    ):
        assert said in outcome.stderr
    # Nothing that stood in a cell is repeated.
    for cell in ("31/02", "C9", "bay", "K7"):
        assert cell not in outcome.stderr
    # C1: 2 of 3 in time = 4.00; 2 of 3 online = 66.67/80 of 4 = 3.33.
    assert "C1,Xã Một,commune,7.33" in outcome.stdout


def test_without_petitions_their_indices_have_no_data_and_the_maximum_falls(
    tmp_path: Path, samples: Path, chiso: CommandLine
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in (samples / "gia-lai-2026").glob("*.csv"):
        if path.name != "petitions.csv":
            (folder / path.name).write_bytes(path.read_bytes())
    outcome = chiso(
        *("score", folder, "--period", "2026", "--as-of", "2026-10-10", "--unit", "H21.125"),
        *("--format", "csv", "--lang", "en"),
    )
    assert outcome.code == 0
    row = dict(zip(*[line.split(",") for line in outcome.stdout.splitlines()], strict=True))
    # Without 5.1, 5.2 and 5.3, which asks for petitions too, the group has no points to give.
    assert (row["satisfaction"], row["total"], row["max_points"]) == ("", "55.95", "82.00")
    assert (row["band"], row["outcome"]) == ("", "partial")
    assert "Index 5.1 has no data (lacks petitions)" in outcome.stderr


def test_a_group_and_its_index_cannot_both_be_reported(tmp_path: Path, chiso: CommandLine) -> None:
    reported = "unit_code,index,numerator,denominator,points\nC1,progress,,,5\nC1,on_time,1,2,\n"
    folder = a_folder(tmp_path / "in", reported=reported)
    outcome = chiso("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--lang", "en")
    assert outcome.code == 11
    assert "Unit C1 has figures of group progress and of its index 1" in outcome.stderr


def test_a_reported_figure_that_cannot_be_read_is_set_aside(tmp_path: Path, chiso: CommandLine) -> None:
    reported = (
        "unit_code,index,numerator,denominator,percent,points,period\n"
        "C1,ON_TIME,1,,,,\n"  # row 2: half a pair
        "C1,ON_TIME,a,2,,,\n"  # row 3: no number
        "C9,ON_TIME,1,2,,,\n"  # row 4: no such unit
        "C1,nothing,1,2,,,\n"  # row 5: no such index
        "C1,ON_TIME,2,2,,,2026-07\n"  # row 6: another period
        "C1,ON_TIME,2,2,,,2026-08\n"  # row 7 counts
    )
    folder = a_folder(tmp_path / "in", reported=reported)
    outcome = chiso(
        *("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--lang", "en", "--format", "csv"),
        *("--unit", "C1"),
    )
    assert outcome.code == 0
    assert "reported: read 6 = in the period 1 + outside 1 + excluded 0 + quarantined 4" in outcome.stderr
    assert "C1,Xã Một,commune,8.50" in outcome.stdout  # 6.00 reported + 2.50 counted


def test_a_fault_of_chiso_itself_is_exit_1_without_a_traceback(
    tmp_path: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("Nguyễn Văn A")

    monkeypatch.setattr("chiso.run.score", broken)
    outcome = chiso("score", a_folder(tmp_path / "in"), *AUGUST, "--lang", "en")
    assert outcome.code == 1
    assert "A fault of chiso itself (ZeroDivisionError)" in outcome.stderr
    assert "Nguyễn" not in outcome.stderr


def test_help_comes_without_the_heavy_libraries() -> None:
    import subprocess
    import sys

    code = (
        "import sys; sys.argv = ['chiso', '--help']\n"
        "from chiso.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'pandas', 'pydantic', 'sqlglot', 'rich', 'yaml', 'holidays'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_units_text_is_needed_by_name_too(tmp_path: Path, chiso: CommandLine) -> None:
    """A unit may be given by its name where the registry knows only one unit of that name."""
    cases = (
        CASES.replace("unit_code", "Đơn vị giải quyết")
        .replace(",C1,", ",xã  MỘT,")
        .replace(",C2,", ",Xã Hai,")
    )
    units = UNITS + "C3,Xã Hai,commune,P\n"
    folder = a_folder(tmp_path / "in", cases=cases, units=units)
    outcome = chiso(
        "score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--lang", "en", "--format", "csv"
    )
    assert "C1,Xã Một,commune,5.50" in outcome.stdout
    assert "row 4, column Đơn vị giải quyết: the unit is in no registry" in outcome.stderr


def test_a_result_never_takes_the_place_of_an_input(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    before = (folder / "cases.csv").read_bytes()
    outcome = chiso(
        *("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path)),
        *("-o", folder / "cases.csv", "--lang", "en"),
    )
    assert outcome.code == 13
    assert "This file is an input" in outcome.stderr
    assert (folder / "cases.csv").read_bytes() == before
