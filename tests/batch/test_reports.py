"""Reports among the results of a batch: as the report commands make them, and made again bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.test_run import AUGUST, BATCH, MONTHS, changed, manifest
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine

OFFICE = """\
agency: Ủy ban nhân dân xã Một
place: Xã Một
"""
FILES = """\
    - {file: report.docx, what: report}
    - {file: report.xlsx, what: report}
    - {file: report.html, what: report}
    - {file: report.md, what: report}
    - {file: report.txt, what: report, level: commune}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a batch that writes every kind of report."""
    a_folder(tmp_path / "in")
    a_catalogue(tmp_path)
    (tmp_path / "office.yaml").write_text(OFFICE, "utf-8")
    head, _, tail = BATCH.partition("    - {file: totals.csv")
    text = f"office: office.yaml\n{head}{FILES}{tail[tail.index('history:') :]}"
    (tmp_path / "batch.yaml").write_text(text, "utf-8")
    return tmp_path


def test_reports_come_out_as_the_commands_make_them(place: Path, chiso: CommandLine) -> None:
    outcome = chiso("run", place / "batch.yaml", *MONTHS)
    assert outcome.code == 0, outcome.stderr
    asked = (place / "in", "--catalogue", place / "small.yaml", "--as-of", "2026-10-10", "--lang", "en")
    several = ("--periods", "2026-08..2026-09")
    out = place / "out" / "2026-09"
    for command, file in (("markdown", "report.md"), ("xlsx", "report.xlsx")):
        made = place / file
        outcome = chiso("report", command, *asked, *several, "-o", made)
        assert outcome.code == 0, outcome.stderr
        assert made.read_bytes() == (out / file).read_bytes(), file
    page = (out / "report.html").read_text("utf-8")
    assert "September 2026" in page and "Xã Một" in page
    assert "office" in {entry["role"] for entry in manifest(place, "2026-09")["inputs"]}


def test_reports_are_made_again_bit_for_bit(place: Path, chiso: CommandLine) -> None:
    # The history has grown since: the report must be held against what it was made with.
    assert chiso("run", place / "batch.yaml", *AUGUST).code == 0
    assert chiso("run", place / "batch.yaml", *MONTHS).code == 0
    for period in ("2026-08", "2026-09", "2026-10"):
        outcome = chiso("run", "--replay", place / "out" / period / "manifest.json", "--lang", "en")
        assert outcome.code == 0, outcome.stderr


def test_an_office_with_faults_is_told_before_the_work(place: Path, chiso: CommandLine) -> None:
    changed(place, "place:", "plaec:", "office.yaml")
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 10
    assert "office.yaml:2" in outcome.stderr and "Traceback" not in outcome.stderr
    assert not (place / "out").exists()


def test_what_no_report_is_written_as(place: Path, chiso: CommandLine) -> None:
    changed(place, "report.md", "report.csv")
    outcome = chiso("run", place / "batch.yaml", *AUGUST)
    assert outcome.code == 2
    assert ".docx" in outcome.stderr and ".html" in outcome.stderr
