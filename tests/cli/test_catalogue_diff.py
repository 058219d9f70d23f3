"""chiso catalogue diff: what is printed, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from tests.builders import a_catalogue
from tests.conftest import CommandLine
from tests.schemas import schema_of, strict_objects

from chiso.catalogue.difference import SubjectKind

SCHEMA = schema_of("catalogue-diff")


@pytest.fixture
def two(tmp_path: Path) -> list[str]:
    """The small catalogue, and one with another target from 2025-07-01 and another name."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    old = a_catalogue(tmp_path / "a")
    new = a_catalogue(
        tmp_path / "b",
        ("{2024-01-01: 50%, 2025-07-01: 80%}", "{2024-01-01: 50%, 2025-07-01: 90%}"),
        ("{vi: Trực tuyến, en: Online}", "{vi: Nộp trực tuyến, en: Online}"),
        ("coalesce(finished_on, returned_on)", "finished_on"),
    )
    return [str(old), str(new)]


def test_the_page_says_what_from_when_and_for_which_index(chiso: CommandLine, two: list[str]) -> None:
    outcome = chiso("catalogue", "diff", *two, "--lang", "en")
    assert (outcome.code, outcome.stderr) == (0, "")
    # Two files of one name are told apart by their folders.
    assert outcome.stdout == (
        f"{Path(two[0]).as_posix()} → {Path(two[1]).as_posix()}\n"
        "3 differences, 2 of which can change scores.\n"
        "Indices whose scores can change: 1, 2\n"
        "\n"
        "Definition cases.ended_on\n"
        "  definition\n"
        "    old: coalesce(finished_on, returned_on)\n"
        "         (the day of finishing, or if there is none the day of return)\n"
        "    new: finished_on\n"
        "         (the day of finishing)\n"
        "    periods ending from 2024-01-01 on: can change the scores of index 1\n"
        "\n"
        "Index 2  Online\n"
        "  name.vi: Trực tuyến → Nộp trực tuyến\n"
        "    periods ending from 2024-01-01 on: changes no score\n"
        "  full_points_at: 80% → 90%\n"
        "    periods ending from 2025-07-01 on: can change the scores of index 2\n"
    )


def test_the_page_in_vietnamese(chiso: CommandLine, two: list[str]) -> None:
    outcome = chiso("catalogue", "diff", *two, "--lang", "vi")
    assert "3 khác biệt, trong đó 2 có thể làm thay đổi điểm." in outcome.stdout
    assert "(ngày kết thúc xử lý, nếu không có thì ngày trả kết quả)" in outcome.stdout
    assert "kỳ kết thúc từ 01/07/2025: có thể đổi điểm của chỉ số 2" in outcome.stdout


@pytest.mark.parametrize("width", ["80", "120"])
def test_no_line_is_wider_than_the_terminal(
    chiso: CommandLine, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for language in ("vi", "en"):
        page = chiso("catalogue", "diff", "--between", "2022", "portal-2026", "--lang", language).stdout
        assert page.splitlines()[0] == "2022 → portal-2026"
        assert all(len(line) <= int(width) for line in page.splitlines())


def test_what_only_one_side_has(chiso: CommandLine, tmp_path: Path) -> None:
    old = a_catalogue(tmp_path)
    text = old.read_text("utf-8")
    new = tmp_path / "new.yaml"
    cut = text[: text.index('      - code: "2"')]
    new.write_text(cut.replace("total: 10", "total: 6").replace("points: 10", "points: 6"), "utf-8")
    page = chiso("catalogue", "diff", old, new, "--lang", "en").stdout
    assert "Index 2  Online\n  only in the old one\n    old: Online\n" in page
    back = chiso("catalogue", "diff", new, old, "--lang", "en").stdout
    assert "Index 2  Online\n  only in the new one\n    new: Online\n" in back


def test_csv_has_machine_names_and_empty_cells(chiso: CommandLine, two: list[str]) -> None:
    outcome = chiso("catalogue", "diff", *two, "--format", "csv", "--lang", "vi")
    rows = list(csv.DictReader(io.StringIO(outcome.stdout, newline="")))
    assert "\r" not in outcome.stdout and not outcome.stdout.startswith("\ufeff")
    assert list(rows[0]) == [
        *("subject", "name", "item", "key", "change", "old", "new"),
        *("first_day", "last_day", "moves_scores", "indices"),
    ]
    assert rows[2] == {
        "subject": "index",
        "name": "2",
        "item": "",
        "key": "full_points_at",
        "change": "changed",
        "old": "80%",
        "new": "90%",
        "first_day": "2025-07-01",
        "last_day": "",
        "moves_scores": "true",
        "indices": "2",
    }


def test_json_keeps_to_its_schema(chiso: CommandLine, two: list[str]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    for arguments in (two, ["--between", "2022", "portal-2026"], [two[0], two[0]]):
        data = json.loads(chiso("catalogue", "diff", *arguments, "--format", "json").stdout)
        assert not [error.message for error in validator.iter_errors(data)]
    data = json.loads(chiso("catalogue", "diff", *two, "--format", "json", "--lang", "vi").stdout)
    assert data["differences"][0]["old_in_words"] == "ngày kết thúc xử lý, nếu không có thì ngày trả kết quả"
    assert data["differences"][2]["indices"] == ["2"]


def test_the_schema_is_strict() -> None:
    found = list(strict_objects(SCHEMA))
    assert len(found) == 2
    for described in found:
        assert described["additionalProperties"] is False
        assert described["required"] == list(described["properties"])
    subject = SCHEMA["$defs"]["difference"]["properties"]["subject"]
    assert subject["enum"] == list(get_args(SubjectKind))


def test_the_same_catalogue_says_so_and_ends_well(chiso: CommandLine, two: list[str]) -> None:
    outcome = chiso("catalogue", "diff", two[0], two[0], "--lang", "vi")
    assert outcome.stdout.endswith("small.yaml\nKhông có khác biệt.\n")
    assert outcome.code == 0
    csv_of_none = chiso("catalogue", "diff", two[0], two[0], "--format", "csv").stdout
    assert csv_of_none.count("\n") == 1


def test_one_file_is_compared_with_the_shipped_catalogue(chiso: CommandLine, tmp_path: Path) -> None:
    shipped = (Path(__file__).resolve().parents[2] / "indicators.yaml").read_text("utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(shipped.replace("{from: 90, name", "{from: 91, name"), "utf-8")
    page = chiso("catalogue", "diff", own, "--lang", "en").stdout
    assert page.startswith("indicators.yaml → own.yaml\n2 differences, 2 of which can change scores.\n\nBand")
    assert "can change totals and bands" in page


def test_faulty_files_end_with_10_and_all_their_faults(chiso: CommandLine, tmp_path: Path) -> None:
    good = a_catalogue(tmp_path)
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text("utf-8").replace("numerator:", "numerater:"), "utf-8")
    outcome = chiso("catalogue", "diff", good, bad, "--lang", "en")
    assert outcome.code == 10 and outcome.stdout == ""
    assert outcome.stderr.count("bad.yaml:") >= 2
    assert chiso("catalogue", "diff", good, tmp_path / "none.yaml").code == 10


@pytest.mark.parametrize(
    "arguments",
    [[], ["a.yaml", "b.yaml", "c.yaml"], ["a.yaml", "b.yaml", "--between", "2022", "portal-2026"]],
    ids=["no file", "three files", "two files and editions"],
)
def test_wrong_arguments_end_with_2(chiso: CommandLine, arguments: list[str]) -> None:
    outcome = chiso("catalogue", "diff", *arguments, "--lang", "en")
    assert outcome.code == 2 and outcome.stdout == ""
    assert outcome.stderr.startswith("Error: ")


def test_an_unknown_edition_names_the_known_ones(chiso: CommandLine) -> None:
    outcome = chiso("catalogue", "diff", "--between", "2022", "portal-2025", "--lang", "en")
    assert outcome.code == 2
    assert "portal-2026" in outcome.stderr


def test_output_goes_into_a_file_that_is_no_input(chiso: CommandLine, two: list[str], tmp_path: Path) -> None:
    target = tmp_path / "diff.csv"
    outcome = chiso("catalogue", "diff", *two, "-o", target)
    assert (outcome.code, outcome.stdout) == (0, "")
    assert target.read_text("utf-8").startswith("subject,name,")
    before = Path(two[0]).read_text("utf-8")
    assert chiso("catalogue", "diff", *two, "-o", two[0], "--format", "json").code == 13
    assert Path(two[0]).read_text("utf-8") == before
    assert chiso("catalogue", "diff", *two, "-o", tmp_path / "diff.xlsx").code == 2
