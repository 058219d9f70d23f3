"""No name, number or address planted in the corpus comes out of chiso, whatever is asked of it."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.builders import a_folder
from tests.conftest import CommandLine
from tests.corpus.base import PLANTED, Entry
from tests.corpus.build import ENTRIES
from tests.corpus.letters import as_tcvn3, as_vni

# Text that was never converted would leak in its old letters.
_SPELLINGS = {
    spelling
    for planted in PLANTED
    for spelling in (planted, unicodedata.normalize("NFD", planted), as_tcvn3(planted), as_vni(planted))
}
_PERIOD = ("--period", "2026-08", "--as-of", "2026-08-31")
_AT_A_TIME = 12
_GROUPS = [ENTRIES[start : start + _AT_A_TIME] for start in range(0, len(ENTRIES), _AT_A_TIME)]


def _leaks(text: str) -> list[str]:
    return [spelling for spelling in sorted(_SPELLINGS) if spelling in text]


def _text_of(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


# What shows most of what was read, and what shows the same once more in another form.
_ASKED = (
    ("score", *_PERIOD, "--format", "json", "--detail", "index", "--quarantine", "quarantine"),
    ("check", "--format", "json", "--write-mapping", "mapping.yaml"),
)
_ASKED_TOO = (
    ("score", *_PERIOD, "-o", "scores.xlsx"),
    ("score", *_PERIOD, "--by", "procedure"),
    ("check", "--lang", "en", "-o", "check.txt"),
)


@pytest.mark.parametrize(
    "asked", [_ASKED, pytest.param(_ASKED_TOO, marks=pytest.mark.long)], ids=["in full", "in other forms"]
)
@pytest.mark.parametrize("entries", _GROUPS, ids=lambda entries: entries[0].name)
def test_nothing_planted_comes_out(
    entries: Sequence[Entry],
    asked: Sequence[Sequence[str]],
    written: Any,
    chiso: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    files = [path for entry in entries for path in written(entry)]
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    for words in asked:
        outcome = chiso(*words, *files)
        # A split by what some of the files lack is refused, and that too must name nobody.
        assert outcome.code in (0, 11, 12), outcome.stderr
        assert _leaks(outcome.stdout + outcome.stderr) == []
        assert "Traceback" not in outcome.stderr
    results = [path for path in out.rglob("*") if path.is_file()]
    assert len(results) >= 2
    for path in results:
        assert _leaks(_text_of(path)) == [], path.name
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["plain.csv", "tcvn3.csv", "vni-letters.xlsx", "page.xls", "dates.ods"])
def test_no_official_is_named(name: str, written: Any, chiso: CommandLine) -> None:
    (entry,) = [entry for entry in ENTRIES if entry.name == name]
    outcome = chiso("score", *written(entry), *_PERIOD, "--by", "officer", "--format", "csv")
    assert outcome.code == 0
    assert _leaks(outcome.stdout + outcome.stderr) == []


@pytest.mark.parametrize("number", ["079099000001", "0912 345 678", "0912.345.678", "mau@vidu.example"])
def test_a_name_column_with_numbers_of_citizens_is_not_read(
    tmp_path: Path, chiso: CommandLine, number: str
) -> None:
    cases = (
        "case_id,unit_code,received_at,field_id,field_name\n"
        f"K1,C1,03/08/2026,HT,Hộ tịch\nK2,C1,03/08/2026,HT,bà Thử {number}\n"
    )
    folder = a_folder(tmp_path / "in", cases=cases)
    outcome = chiso("score", folder, *_PERIOD, "--by", "field", "--format", "csv", "--lang", "en")
    assert outcome.code == 0
    assert number not in outcome.stdout + outcome.stderr
    assert "bà Thử" not in outcome.stdout + outcome.stderr
    assert "or e-mail in 1 row: not read" in outcome.stderr
    page = chiso("check", folder, "--format", "json").stdout
    assert number not in page


@pytest.mark.parametrize("name", ["page.xls"])
def test_lists_of_cases_name_no_person(name: str, written: Any, chiso: CommandLine, tmp_path: Path) -> None:
    (entry,) = [entry for entry in ENTRIES if entry.name == name]
    files = written(entry)
    board = chiso("score", *files, *_PERIOD, "--with-records", "--level", "commune", "--format", "csv")
    unit = board.stdout.splitlines()[1].split(",")[1]
    out = tmp_path / "out"
    out.mkdir()
    portal = out / "portal.csv"
    portal.write_text(f"unit_code,index,numerator,denominator\n{unit},2.1,1,3\n", "utf-8")
    for asked in (
        ("explain", "--unit", unit, "--format", "json", "--cases", out / "behind.csv"),
        ("explain", "--unit", unit, "--index", "2.1", "--by", "officer", "-o", out / "page.txt"),
        ("late", "--apology", out / "apology.xlsx", "-o", out / "late.xlsx"),
        ("late", "--apology", out / "apology.csv", "--by", "officer", "--format", "json"),
        ("plan", "--unit", unit, "--to", "90", "--format", "json", "--cases", out / "plan.csv"),
        ("whatif", "--drop-cases", out / "behind.csv", "--format", "json"),
        ("reconcile", "--portal", portal, "--format", "json"),
        ("robustness", "--redraws", "20", "--format", "json"),
    ):
        outcome = chiso(asked[0], *files, *_PERIOD, *asked[1:])
        assert outcome.code in (0, 11, 12), (asked[0], outcome.stderr)
        assert _leaks(outcome.stdout + outcome.stderr) == [], asked[0]
    results = [path for path in out.rglob("*") if path.is_file()]
    assert {"behind.csv", "page.txt", "late.xlsx"} <= {path.name for path in results}
    for path in results:
        assert _leaks(_text_of(path)) == [], path.name
