"""Tables for people: legible at 80 columns, every ranking under its heading."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31")
MEAN = ("numerator: {where: on_time}", "numerator: {sum: waiting_minutes}\n        value_unit: minute")
WAITING = "waiting_minutes,case_id,unit_code,channel,received_at,due_at,finished_at,returned_at\n" + (
    "20,K1,C1,online,03/08/2026,14/08/2026,10/08/2026,\n45,K2,C1,direct,03/08/2026,14/08/2026,10/08/2026,\n"
)


def by_index(tmp_path: Path, chiso: CommandLine, lang: str, *more: str) -> list[str]:
    folder = a_folder(tmp_path / "in", cases=WAITING)
    catalogue = a_catalogue(tmp_path, MEAN, ("full_points_at: 100%", "full_points_at: 65"))
    outcome = chiso(
        *("score", folder, *AUGUST, "--detail", "index", "--catalogue", catalogue, "--lang", lang, *more)
    )
    assert outcome.code == 0, outcome.stderr
    return [" ".join(line.split()) for line in outcome.stdout.splitlines()]


def test_percents_and_means_stand_in_one_column_with_their_units(tmp_path: Path, chiso: CommandLine) -> None:
    """(20 + 45) / 2 = 32.50 minutes, half of 65: 3.00 of 6. One of two online: 50 %, 50/80 of 4 = 2.50."""
    head, _, mean, share, *_ = by_index(tmp_path, chiso, "en", "--unit", "C1")
    assert head == "Index Name of the index Numerator Denominator Value Points Max Outcome"
    assert mean == "1 In time 65 2 32.50 min 3.00 6.00 scored"
    assert share == "2 Online 1 2 50.00 % 2.50 4.00 scored"
    vietnamese = by_index(tmp_path, chiso, "vi", "--unit", "C1")
    assert "1 Đúng hạn 65 2 32,50 phút 3,00 6,00 đã tính" in vietnamese


def test_a_narrow_table_pairs_numerator_and_denominator(
    tmp_path: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = by_index(tmp_path, chiso, "en", "--unit", "C1")
    assert "1 In time 65 / 2 32.50 min 3.00 6.00 scored" in lines
    of_all = by_index(tmp_path, chiso, "en")
    assert "C1 2 1 / 2 50.00 % 2.50 4.00 scored" in of_all  # the code speaks for the name


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("wanted", [("score", "--detail", "index"), ("score",), ("rank",)])
def test_no_word_is_cut_off_at_80_columns(
    samples: Path,
    chiso: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    wanted: tuple[str, ...],
    lang: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command, *more = wanted
    folder = samples / "gia-lai-2026-portal"
    outcome = chiso(
        *(command, folder / "gia-lai-2026-indices.csv", "--units", folder / "units.csv", *more),
        *("--period", "2026", "--as-of", "2026-10-10", "--lang", lang, "--with-records"),
    )
    table = outcome.stdout.split("\n· ")[0].splitlines()
    assert all(len(line) <= 80 for line in table)
    last_words = {line.split()[-1] for line in table[3:] if line.strip()}
    whole = {"en": {"reported", "inherited", "Average", "Fair"}, "vi": {"cáo", "trên", "bình", "Khá"}}[lang]
    assert last_words & whole


def test_each_ranking_stands_under_its_heading(tmp_path: Path, chiso: CommandLine) -> None:
    """P earns nothing here. C3 has an index that C1 and C2 lack data for, so its maximum is another."""
    units = UNITS + "C3,Xã Ba,commune,P\n"
    catalogue = a_catalogue(
        tmp_path,
        (
            "        denominator: {records: cases}\n        numerator: {where: on_time}\n",
            "        reported_only: true\n",
        ),
    )
    reported = "unit_code,index,numerator,denominator\nC3,1,1,2\n"
    folder = a_folder(tmp_path / "in", units=units, reported=reported)
    arguments = ("rank", folder, *AUGUST, "--catalogue", catalogue)
    lines = chiso(*arguments, "--lang", "en").stdout.splitlines()
    headings = [line.strip() for line in lines if "maximum" in line]
    assert headings == [
        "Provinces · 1 unit · maximum 0.00 points",
        "Communes · 1 unit · maximum 10.00 points",
        "Communes · 2 units · maximum 4.00 points · data missing, ranked apart",
    ]
    below = lines[[line.strip() for line in lines].index(headings[2]) + 1]
    assert below.split()[:4] == ["1", "C2", "Xã", "Hai"]
    vietnamese = chiso(*arguments, "--lang", "vi").stdout
    assert "Xã, phường · 2 đơn vị · tối đa 4,00 điểm · thiếu dữ liệu, xếp riêng" in vietnamese
    # Headings are for people: a script gets the rows and nothing else.
    table = chiso(*arguments, "--format", "csv").stdout.splitlines()
    assert len(table) == 1 + 4
    assert table[0].startswith("rank,period,unit_code")


def test_one_ranking_needs_no_heading(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        *("rank", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--level", "commune"),
        *("--lang", "en"),
    )
    assert "maximum" not in outcome.stdout


def test_peer_groups_and_units_without_records_are_named_in_the_headings(
    tmp_path: Path, chiso: CommandLine
) -> None:
    units = (
        "unit_code,unit_name,level,peer_group\n"
        "C1,Xã Một,commune,miền núi\nC2,Xã Hai,commune,\nC3,Xã Ba,commune,\n"
    )
    folder = a_folder(tmp_path / "in", units=units, cases=CASES)
    outcome = chiso(
        *("rank", folder, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--peer-groups", "--top", "1"),
        *("--lang", "en"),
    )
    headings = [line.strip() for line in outcome.stdout.splitlines() if "maximum" in line]
    assert headings == [
        "Communes · no peer group · 2 units · maximum 10.00 points · 1 without records "
        "(hidden by --with-records)",
        "Communes · miền núi · 1 unit · maximum 10.00 points",
    ]
