"""``chiso score`` and ``chiso rank`` as scripts meet them: stdout, stderr and exit code apart."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

AUGUST = ("--period", "2026-08")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_of_totals_is_the_contract(tmp_path: Path, chiso: CommandLine) -> None:
    """C1: 1 of 2 in time = 3.00 of 6, 1 of 2 online = 50/80 of 4 = 2.50; C2: 1 of 1, 1 of 1."""
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        "score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "csv", "--lang", "en"
    )
    assert outcome.code == 0
    assert outcome.stdout == (
        "period,unit_code,unit_name,level,progress,total,max_points,band,outcome\n"
        "2026-08,P,Tỉnh Phú An,province,,0.00,0.00,,scored\n"
        "2026-08,C1,Xã Một,commune,5.50,5.50,10.00,Weak,scored\n"
        "2026-08,C2,Xã Hai,commune,10.00,10.00,10.00,Good,scored\n"
    )
    assert "cases: read 3 = in the period 3 + outside 0 + excluded 0 + quarantined 0" in outcome.stderr


def test_csv_by_index_is_the_contract(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        *("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path)),
        *("--detail", "index", "--format", "csv", "--level", "commune"),
    )
    assert outcome.stdout == (
        "period,unit_code,unit_name,level,group,index,numerator,denominator,percent,value,value_unit,"
        "points,max_points,outcome\n"
        "2026-08,C1,Xã Một,commune,progress,1,1,2,50.00,50.00,percent,3.00,6.00,scored\n"
        "2026-08,C1,Xã Một,commune,progress,2,1,2,50.00,50.00,percent,2.50,4.00,scored\n"
        "2026-08,C2,Xã Hai,commune,progress,1,1,1,100.00,100.00,percent,6.00,6.00,scored\n"
        "2026-08,C2,Xã Hai,commune,progress,2,1,1,100.00,100.00,percent,4.00,4.00,scored\n"
    )


def test_rank_puts_the_place_first(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        *("rank", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--level", "commune"),
        *("--format", "csv", "--lang", "vi"),
    )
    assert outcome.stdout == (
        "rank,period,unit_code,unit_name,level,progress,total,max_points,band,outcome\n"
        "1,2026-08,C2,Xã Hai,commune,10.00,10.00,10.00,Tốt,scored\n"
        "2,2026-08,C1,Xã Một,commune,5.50,5.50,10.00,Yếu,scored\n"
    )


def test_equal_totals_share_a_place_in_alphabetical_order(tmp_path: Path, chiso: CommandLine) -> None:
    names = ("Xã Đông", "Xã Dân", "Xã Ea", "Xã Ân")
    units = "unit_code,unit_name,level\n" + "".join(f"U{n},{name},commune\n" for n, name in enumerate(names))
    points = "unit_code,index,points\nU0,progress,8\nU1,progress,8\nU2,progress,9\nU3,progress,8\n"
    folder = a_folder(tmp_path / "in", units=units, reported=points)
    (folder / "cases.csv").unlink()
    outcome = chiso("rank", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "csv")
    places = [(row["rank"], row["unit_name"]) for row in rows_of(outcome.stdout)]
    assert places == [("1", "Xã Ea"), ("2", "Xã Ân"), ("2", "Xã Dân"), ("2", "Xã Đông")]


def test_levels_are_ranked_apart(samples: Path, chiso: CommandLine) -> None:
    outcome = chiso(
        "rank", samples / "gia-lai-2026", "--period", "2026", "--as-of", "2026-10-10", "--format", "csv"
    )
    first = {row["level"]: row["rank"] for row in reversed(rows_of(outcome.stdout))}
    assert first == {"province": "1", "department": "1", "commune": "1"}
    assert len(rows_of(outcome.stdout)) == 150


def test_excel_gets_a_mark_and_semicolons(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        "score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "csv", "--excel"
    )
    assert outcome.stdout.startswith("\ufeffperiod;unit_code;")


def test_json_holds_the_same_numbers(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "json")
    data = json.loads(outcome.stdout)
    assert data["schema_version"] == "1.1"
    assert data["catalogue"]["edition"] == "second"
    assert [unit["total"] for unit in data["units"]] == [0.0, 5.5, 10.0]
    assert data["units"][1]["indices"][1]["points"] == 2.5
    assert data["rows"] == [
        {
            "table": "cases",
            "read": 3,
            "in_population": 3,
            "outside_period": 0,
            "excluded": [],
            "quarantined": 0,
        }
    ]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet", ".xlsx", ".txt"])
def test_a_file_is_written_by_its_suffix_and_stdout_stays_empty(
    tmp_path: Path, chiso: CommandLine, suffix: str
) -> None:
    folder, target = a_folder(tmp_path / "in"), tmp_path / f"board{suffix}"
    outcome = chiso("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "-o", target)
    assert (outcome.code, outcome.stdout) == (0, "")
    assert target.stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_workbook_holds_numbers_as_numbers(tmp_path: Path, chiso: CommandLine) -> None:
    folder, target = a_folder(tmp_path / "in"), tmp_path / "board.xlsx"
    chiso("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "-o", target, "--lang", "vi")
    workbook = openpyxl.load_workbook(target)
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Kỳ", "Mã", "Đơn vị", "Cấp", "Tiến độ", "Tổng", "Tối đa", "Xếp loại", "Kết quả")
    assert rows[2] == ("2026-08", "C1", "Xã Một", "commune", 5.5, 5.5, 10, "Yếu", "scored")
    workbook.close()


def test_parquet_holds_decimals(tmp_path: Path, chiso: CommandLine) -> None:
    import duckdb

    folder, target = a_folder(tmp_path / "in"), tmp_path / "board.parquet"
    chiso("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "-o", target)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT unit_code, total FROM '{target}' ORDER BY 1").fetchall()
    assert [(code, str(total)) for code, total in found] == [("C1", "5.50"), ("C2", "10.00"), ("P", "0.00")]


def test_a_table_fits_80_columns_and_keeps_every_number_whole(
    samples: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = chiso(
        *("rank", samples / "gia-lai-2026", "--period", "2026", "--as-of", "2026-10-10"),
        *("--level", "commune", "--with-records", "--lang", "vi"),
    )
    assert max(map(len, outcome.stdout.splitlines())) <= 80
    for total in ("73,95", "70,58", "68,75", "66,99", "66,46", "62,26", "Trung bình"):
        assert total in outcome.stdout
    assert "cách ly 0" in outcome.stdout
    assert outcome.stderr == ""


def test_split_by_officer_leaves_out_what_cannot_be_split(tmp_path: Path, chiso: CommandLine) -> None:
    cases = (
        CASES.replace("status\n", "status,officer_code\n")
        .replace(",10\n", ",10,CB1\n")
        .replace(",4\n", ",4,Lê A\n")
    )
    # Five times each: an official with fewer cases than five is told by counts only.
    heading, *rows_given = cases.splitlines(keepends=True)
    many = "".join(f"{time}-{row}" for time in range(5) for row in rows_given)
    folder = a_folder(tmp_path / "in", cases=heading + many)
    outcome = chiso(
        *(
            "score",
            folder,
            *AUGUST,
            "--catalogue",
            a_catalogue(tmp_path),
            "--by",
            "officer",
            "--format",
            "csv",
        ),
        *("--level", "commune"),
    )
    rows = rows_of(outcome.stdout)
    assert list(rows[0])[3:6] == ["level", "key", "key_name"]
    assert [(row["unit_code"], row["total"]) for row in rows] == [("C1", "5.50"), ("C2", "10.00")]
    assert rows[0]["key"] == "CB1"
    # A name never leaves the reader; it becomes a code that is the same on every run.
    assert rows[1]["key"].startswith("cb-")
    assert "Lê" not in outcome.stdout + outcome.stderr


def test_a_split_without_its_column_is_said_so(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        *("score", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--by", "officer", "--lang", "en"),
    )
    assert outcome.code == 11
    assert "no column officer_code" in outcome.stderr


def test_the_language_follows_the_option_then_the_locale_then_vietnamese(
    tmp_path: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Lỗi" in chiso("score", "nowhere", *AUGUST).stderr
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert "Error" in chiso("score", "nowhere", *AUGUST).stderr
    assert "Lỗi" in chiso("score", "nowhere", *AUGUST, "--lang", "vi").stderr


def test_parent_and_unit_choose(samples: Path, chiso: CommandLine) -> None:
    common = (
        "score",
        samples / "gia-lai-2026",
        "--period",
        "2026",
        "--as-of",
        "2026-10-10",
        "--format",
        "csv",
    )
    assert len(rows_of(chiso(*common, "--parent", "H21").stdout)) == 149
    assert len(rows_of(chiso(*common, "--unit", "H21.125", "--unit", "H21.17").stdout)) == 2
    outcome = chiso(*common, "--parent", "H22", "--lang", "en")
    assert outcome.code == 2
    assert "no unit “H22”" in outcome.stderr


def test_every_unit_of_the_registry_is_listed_cases_or_not(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in", units=UNITS + "C3,Xã Ba,commune,P\n")
    outcome = chiso(
        *(
            "score",
            folder,
            *AUGUST,
            "--catalogue",
            a_catalogue(tmp_path),
            "--format",
            "csv",
            "--detail",
            "index",
        ),
        *("--unit", "C3"),
    )
    assert [
        (row["numerator"], row["denominator"], row["points"], row["outcome"])
        for row in rows_of(outcome.stdout)
    ] == [
        ("0", "0", "0.00", "no_cases"),
        ("0", "0", "", "no_cases"),
    ]
