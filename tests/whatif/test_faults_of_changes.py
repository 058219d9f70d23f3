"""What is wrong with a change is told at its place, all of it at once, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.builders import a_catalogue, a_folder, place_of

ON = ("--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")


def errors(chiso: Any, tmp_path: Path, *more: str | Path, code: int) -> list[str]:
    """Each fault with its hint; nothing else is said and nothing is shown."""
    folder = a_folder(tmp_path / "r")
    outcome = chiso("whatif", folder, "--catalogue", a_catalogue(tmp_path), *ON, *more)
    assert outcome.code == code, outcome.stderr
    assert not outcome.stdout
    return outcome.stderr.removeprefix("Error: ").rstrip("\n").split("\nError: ")


def options(*settings: str) -> Sequence[str]:
    return [word for setting in settings for word in ("--set", setting)]


@pytest.mark.parametrize(
    "setting, said",
    [
        (
            "2.full_point_at=1",
            "--set 2.full_point_at: there is no key “full_point_at” here\n  → Did you mean “f",
        ),
        ("2.name={vi: a, en: b}", "--set 2.name: “name” does not change a score\n  → Allowed: aliases, num"),
        (
            "3.points=1",
            "--set 3.points: there is no index or group “3”\n  → Allowed: 1, 2, progress, total, bands",
        ),
        (
            "progres.rounding.points=1",
            "--set progres.rounding.points: there is no index or group “progres”\n  → D",
        ),
        (
            "progress.code=x",
            "--set progress.code: “code” does not change a score\n  → Allowed: points, rounding",
        ),
        (
            "first.not_applicable=lowers_maximum",
            "--set first.not_applicable: there is no index or group “first”",
        ),
        (
            "second.from=2025-01-01",
            "--set second.from: there is no key “from” here\n  → Allowed: not_applicable",
        ),
        (
            "records.case.population=true",
            "--set records.case.population: there is no records table “case”\n  → Did",
        ),
        (
            "records.cases=true",
            "--set records.cases: a key is missing after the code\n  → Allowed: records.cases.pop",
        ),
        ("2=1", "--set 2: a key is missing after the code\n  → Allowed: 2.aliases, 2.numerator"),
        ("2..points=1", "--set 2..points: a key is missing after the code"),
        (
            "2.points",
            "--set 2.points: ADDRESS=VALUE is needed\n  → For instance --set CODE.full_points_at=80%",
        ),
        ("2.points=", "--set 2.points: ADDRESS=VALUE is needed"),
        ("=4", "--set : ADDRESS=VALUE is needed"),
        ("2.points=[", "--set 2.points: Not valid YAML: "),
        ("2.on_zero=no", "--set 2.on_zero: “no” is ambiguous in YAML\n  → Write true or false"),
        ("2.on_zero={a: 1, a: 2}", "--set 2.on_zero: Key “a” is given twice"),
        (
            "2.on_zero=fulll",
            "--set 2.on_zero: “fulll” is not allowed for “on_zero”\n  → Did you mean “full”?",
        ),
        ("2.points=four", "--set 2.points: “points” must be a number not below 0"),
        ("2.full_points_at=90", "--set 2.full_points_at: “full_points_at” of a ratio is at most 100%"),
        ("2.numerator.were=x", "--set 2.numerator.were: Unknown key “were”\n  → Did you mean “where”?"),
        ("2.numerator.where=chanel = 'online'", "--set 2.numerator.where: "),
        ("2.points.x=4", "--set 2.points.x: “points” has no keys inside\n  → Set “points” as a whole"),
        ("bands.0.from=4", "--set bands.0.from: “bands” has no keys inside\n  → Set “bands” as a whole"),
        ("2.applies_to=[comune]", "--set 2.applies_to: "),
        ("2.full_points_at={2026-09-01: 5%}", "--set 2.full_points_at: “full_points_at” has no value from"),
        (
            "records.cases.definitions.on_time=on_time",
            "--set records.cases.definitions.on_time: Definitions in a cir",
        ),
        ("\udcff.points=1", "--set "),
    ],
)
def test_a_setting_at_fault(tmp_path: Path, chiso: Any, setting: str, said: str) -> None:
    first, *_ = errors(chiso, tmp_path, "--set", setting, code=2)
    assert first.startswith(said)


def test_all_settings_at_fault_in_one_go(tmp_path: Path, chiso: Any) -> None:
    told = errors(
        chiso,
        tmp_path,
        *options("9.points=1", "1.full_pints_at=80%", "2.points=four", "2.numerator.where=chanel = 'online'"),
        code=2,
    )
    assert [line.split(": ")[0] for line in told] == [
        "--set 9.points",
        "--set 1.full_pints_at",
        "--set 2.points",
        "--set 2.numerator.where",
    ]


def test_points_must_still_add_up(tmp_path: Path, chiso: Any) -> None:
    (told,) = errors(chiso, tmp_path, "--set", "2.points=5", code=2)
    assert told.startswith(
        f"small.yaml:{place_of(tmp_path / 'small.yaml', '10' + chr(10) + '    indices')}: "
        "Group “progress” says 10 points, its indices add up to 11\n  → The catalogue has no such fault"
    )
    (told,) = errors(chiso, tmp_path, *options("2.points=5", "progress.points=11"), code=2)
    assert "The total says 10 points, the groups add up to 11" in told
    # Where one setting is at fault already, the sum it would have mended is not told.
    told = errors(chiso, tmp_path, *options("2.points=5", "1.pts=5"), code=2)
    assert len(told) == 1 and "pts" in told[0]


def test_one_value_twice(tmp_path: Path, chiso: Any) -> None:
    overlay = tmp_path / "o.yaml"
    overlay.write_text('indices: {"2": {numerator: {where: on_time}}}\n', "utf-8")
    (told,) = errors(chiso, tmp_path, *options("1.points=6", "ON_TIME.points=6"), code=2)
    assert told == (
        "--set ON_TIME.points: 1.points is changed already by --set 1.points\n  → Leave out one of the two"
    )
    (told,) = errors(chiso, tmp_path, "--overlay", overlay, *options("2.numerator.where=on_time"), code=2)
    assert f"2.numerator.where is changed already by {overlay}:1:17" in told


def test_an_overlay_at_fault_with_lines(tmp_path: Path, chiso: Any) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        """\
title: {vi: a, en: b}
indices:
  "7": {points: 1}
  "2":
    remedy: {vi: a, en: b}
    on_zero: fulll
    numerator: {where: chanel = 'online'}
  "1": 6
groups: [{code: progress, points: 3}]
records: {cases: {definitions: x}, people: {population: "true"}}
total: 10
total: 11
""",
        "utf-8",
    )
    told = errors(chiso, tmp_path, "--overlay", overlay, code=10)
    assert [line.split("\n")[0].removeprefix(f"{overlay}:") for line in told] == [
        "1:1: An overlay takes no key “title”",
        "3:3: there is no index “7”",
        "5:5: “remedy” does not change a score",
        "6:14: “fulll” is not allowed for “on_zero”",
        "7:24: Table cases has no column or definition “chanel”",
        "8:8: A mapping of the form key: value is needed here",
        "9:9: A mapping of the form code: {key: value} is needed here",
        "10:32: A mapping of the form key: value is needed here",
        "10:36: there is no records table “people”",
        "12:1: Key “total” is given twice, first in line 11",
        f"12:1: total is changed already by {overlay}:11:1",
    ]


def test_the_same_faults_in_vietnamese(tmp_path: Path, chiso: Any) -> None:
    folder = a_folder(tmp_path / "r")
    outcome = chiso(
        *("whatif", folder, "--catalogue", a_catalogue(tmp_path), "--period", "2026-08", "--lang", "vi"),
        *options("2.full_point_at=1", "2.name=x", "3.points=1", "2.points=5"),
    )
    assert outcome.code == 2
    assert "--set 2.full_point_at: không có khóa “full_point_at” ở đây" in outcome.stderr
    assert "Có phải ý bạn là “full_points_at”?" in outcome.stderr
    assert "“name” không làm đổi điểm" in outcome.stderr
    assert "không có chỉ số hay nhóm “3”" in outcome.stderr


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"- a\n", b"a: [\n", b"", b"indices:\n", b"a: &x 1\nb: *x\n"]
)
def test_overlays_that_are_none(tmp_path: Path, chiso: Any, content: bytes) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_bytes(content)
    assert all(str(overlay) in line for line in errors(chiso, tmp_path, "--overlay", overlay, code=10))


def test_an_overlay_of_the_catalogues_name(
    tmp_path: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "small.yaml").write_text('indices: {"2": {numerator: {where: chanel = 1}}}\n', "utf-8")
    monkeypatch.chdir(elsewhere)
    (told,) = errors(chiso, tmp_path, "--overlay", "small.yaml", code=10)
    assert told.startswith(f"{elsewhere / 'small.yaml'}:1:36: ")


def test_nothing_to_change_and_files_that_are_not_there(tmp_path: Path, chiso: Any) -> None:
    (told,) = errors(chiso, tmp_path, code=2)
    assert told.startswith("whatif: nothing is said to be changed\n  → Use --set CODE.KEY=VALUE")
    told = errors(
        chiso, tmp_path, "--overlay", tmp_path / "no.yaml", "--overlay", tmp_path / "nor.yaml", code=10
    )
    assert len(told) == 2 and "Cannot read the overlay" in told[0]
    (told,) = errors(chiso, tmp_path, "--drop-cases", tmp_path / "no.csv", code=11)
    assert "no.csv" in told
    (told,) = errors(chiso, tmp_path, "--set", "1.on_zero=full", "--level", "comune", code=2)
    assert "--level" in told and "Did you mean “commune”?" in told


def test_lists_that_cannot_be_read(tmp_path: Path, chiso: Any) -> None:
    without = tmp_path / "without.csv"
    without.write_text("petition_id,reason\nK1,x\n", "utf-8")
    digits = tmp_path / "digits.csv"
    digits.write_bytes(b"case_id,x\nK1,y\n\xff\xfe,z\n")
    told = errors(chiso, tmp_path, "--drop-cases", without, "--drop-cases", digits, code=11)
    assert told[0] == (
        f"{without}: There is no column of case numbers\n"
        "  → Its heading may be: case_id, MaHoSo, Mã hồ sơ, Mã số hồ sơ"
    )
    assert len(told) == 2 and told[1].startswith(f"{digits}, row 3, column case_id: a byte is not ")
    assert "K1" not in "".join(told)
