"""A file of forms of one's own: what it may say, and every mistake in it with its place."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from chiso import load_catalogue
from chiso.catalogue.statutory_file import KEYS, OPTIONAL, load_statutory_forms
from chiso.catalogue.statutory_forms import StatutoryForms
from chiso.errors import CatalogueError, Problem
from tests.builders import UNITS, a_catalogue, a_folder, place_of
from tests.conftest import CommandLine

SHIPPED = files("chiso.catalogue").joinpath("statutory_forms.yaml").read_text("utf-8")
DAY = date(2026, 8, 31)
AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31", "--lang", "en")

# (old, new, the word at whose place the fault is told, part of the message)
MISTAKES = {
    "unknown key": ("rates:\n", "ratios:\n", "ratios:", "Unknown key “ratios”"),
    "missing key": ("    rows: field\n", "", 'code: "07a"', "Missing key “rows”"),
    "unknown word": ("rows: field", "rows: fields", "fields", "“fields” is not allowed for “rows”"),
    "unknown table": ("records: cases", "records: case", "case\n", "“case” is not allowed for “records”"),
    "a table without a deadline": (
        *("records: cases", "records: services", "services"),
        "Catalogue 766 does not say what of table services is late",
    ),
    "unknown name in a condition": (
        *("when: not without_result and is_late", "when: not without_reslt and is_late", "without_reslt"),
        "Table cases has no column or definition “without_reslt”",
    ),
    "no condition": (
        "when: begun_on < :period_start",
        "when: begun_on",
        "begun_on\n",
        "must be true or false",
    ),
    "a definition at fault": (
        *("or not done\n", "or not don\n", "don\n"),
        "Table cases has no column or definition “don”",
    ),
    "a definition with a column's name": (
        "  done: ",
        "  due_on: ",
        "due_on:",
        "“due_on” cannot name a definition",
    ),
    "a definition with a given name": ("  done: ", "  is_late: ", "is_late:", "“is_late” cannot name"),
    "no rest": (
        "        name: {vi: Đúng hạn, en: On time}\n",
        "        name: {vi: Đúng hạn, en: On time}\n        when: is_late\n",
        "- code: handled_early",
        "A block needs exactly one cell without “when”",
    ),
    "a detail of nothing": (
        "of: open_in_time",
        "of: open_in_tim",
        "open_in_tim",
        "“open_in_tim” is not allowed",
    ),
    "a rate of nothing": ("denominator: handled", "denominator: done", "done\n", "“done” is not allowed"),
    "a code that stands twice": (
        *("code: open_late", "code: handled_late", "handled_late"),
        "“code” handled_late stands twice",
    ),
    "a code that heads another column": (
        *("code: open_late", "code: unit_name", "unit_name"),
        "“unit_name” cannot be a column's code",
    ),
    "one language": ("{vi: Trước hạn, en: Early}", "{vi: Trước hạn}", "{vi: Trước hạn}", "Missing key “en”"),
}


def own(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SHIPPED
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    return path


def loaded(path: Path, day: date = DAY) -> StatutoryForms:
    return load_statutory_forms(path, load_catalogue().rules(day), day)


def faults_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(CatalogueError) as raised:
        loaded(path)
    return raised.value.problems


@pytest.mark.parametrize(("old", "new", "word", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, old: str, new: str, word: str, message: str) -> None:
    path = own(tmp_path, (old, new))
    problems = faults_of(path)
    told = [problem for problem in problems if message in problem.message.en]
    assert told, [problem.message.en for problem in problems]
    lines = {str(problem.place.line) for problem in told if problem.place is not None}
    text = path.read_text("utf-8")
    before = text[: text.rindex(word)].count("\n") + 1
    assert lines & {place_of(path, word).split(":")[0], str(before)}


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    changes = [MISTAKES[name][:2] for name in ("unknown key", "unknown word", "a definition at fault")]
    assert len(faults_of(own(tmp_path, *changes))) == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"- a\n", "keys and values"), (b"a: [\n", "YAML"), (b"forms: Bi\xea\xf2u\n", "UTF-8")],
    ids=["a list", "no YAML", "no UTF-8"],
)
def test_what_is_no_file_of_forms_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    assert any(message in problem.message.en for problem in faults_of(path))


def test_a_value_by_date_is_that_of_the_period(tmp_path: Path) -> None:
    """From 1/9/2026 on the form bears another number."""
    number = "{2020-01-01: Biểu số II.06a/VPCP/KSTT, 2026-09-01: Biểu số 06a/BTP/KSTT}"
    path = own(tmp_path, ("number: Biểu số II.06a/VPCP/KSTT", f"number: {number}"))
    assert loaded(path).form("06a").number == "Biểu số II.06a/VPCP/KSTT"
    assert loaded(path, date(2026, 9, 30)).form("06a").number == "Biểu số 06a/BTP/KSTT"


def test_a_form_of_ones_own_is_filled_in(tmp_path: Path, chiso: CommandLine) -> None:
    """K1 and K2 are finished, K3 is open; whoever takes the finished on time for early has 1 early."""
    folder = a_folder(tmp_path / "in")
    path = own(tmp_path, ('code: "06a"', 'code: "06x"'), ("ended_on < due_on", "ended_on <= due_on"))
    outcome = chiso("report", "form", "06x", folder, *AUGUST, "--forms", path, "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1].startswith("06x,2026-08,total,,,,3,2,1,0,2,1,0,1,1,")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # K2, late, would stand in two columns.
        (
            " and not coalesce(is_late, false)",
            " or is_late",
            "“handled” add up to 3 records where there are 2",
        ),
        # What is open would stand nowhere.
        (
            "    when: coalesce(is_open, true)\n",
            "    when: is_open and due_on is null\n",
            "2 records where there are 3",
        ),
    ],
    ids=["twice", "nowhere"],
)
def test_columns_that_do_not_hold_every_case_once_fail_the_run(
    tmp_path: Path, chiso: CommandLine, old: str, new: str, message: str
) -> None:
    folder = a_folder(tmp_path / "in", units=UNITS)
    path = own(tmp_path, (old, new))
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--forms", path)
    assert (outcome.code, outcome.stdout) == (10, "")
    assert message in outcome.stderr


def test_a_catalogue_that_does_not_say_what_is_late_is_told(tmp_path: Path, chiso: CommandLine) -> None:
    folder, catalogue = a_folder(tmp_path / "in"), a_catalogue(tmp_path)
    outcome = chiso("report", "form", "06a", folder, *AUGUST, "--catalogue", catalogue)
    assert outcome.code == 10
    assert "Catalogue small does not say what of table cases is late" in outcome.stderr


def test_every_key_is_described() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "statutory-forms.md").read_text("utf-8")
    for part, keys in KEYS.items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {part} | ") and "`" in line)
        told = re.findall(r"(\**)`(\w+)`", re.sub(r" \([^)]*\)", "", row))
        assert [(key not in OPTIONAL[part], key) for key in keys] == [(bool(m), key) for m, key in told], part
