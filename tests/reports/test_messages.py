"""``chiso report text`` and ``markdown``: a mail that tells the result, its course, its sources."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chiso import run
from tests.builders import UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

CASES = """\
case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,status,officer_code
K1,C1,online,03/08/2026,14/08/2026,10/08/2026,,10,CB1
K2,C1,direct,04/08/2026,14/08/2026,17/08/2026,,10,CB1
K3,C2,online,05/08/2026,05/09/2026,,,4,CB2
K4,C1,online,03/07/2026,14/07/2026,10/07/2026,,10,CB1
"""
# Received in the period only, so that July is not August as well.
IN_PERIOD = (
    "population: received_on <= :as_of",
    "population: received_on between :period_start and :period_end",
)
LONG = "Xã Một " + "rất dài " * 12
KINDS = ("text", "markdown")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("messages")
    a_catalogue(path, IN_PERIOD)
    units = UNITS.replace("Xã Một", "#1 | Xã *Một* <b>&amp;").replace("Xã Hai", LONG.strip())
    a_folder(path / "records", cases=CASES, units=units)
    return path


def given(folder: Path, period: str = "2026-08") -> tuple[str | Path, ...]:
    option = "--periods" if "," in period else "--period"
    return (folder / "records", "--catalogue", folder / "small.yaml", option, period)


def sections(text: str) -> dict[str, str]:
    """The parts of a plain text by their headings."""
    parts = re.split(r"^(.+)\n-{3,}\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_a_mail_tells_the_result_and_what_changed(folder: Path, chiso: CommandLine) -> None:
    done = chiso("report", "text", *given(folder, "2026-07,2026-08"), "--unit", "C1", "--lang", "en")
    assert done.code == 0, done.stderr
    told = sections(done.stdout)
    # August: 1 of 2 in time, 6 × 1/2 = 3.00; 1 of 2 online, 4 × 50/80 = 2.50. July: one case, both.
    result = " ".join(told["Result"].split())
    assert "5.50 of 10.00 points; band Weak; rank 2 of 2;" in result
    assert "−4.50 points (from 10.00), rank 1 → 2" in result
    assert re.search(r"^1 +In time +6\.00 +−3\.00 +3\.00$", told["Since 2026-07"], re.MULTILINE)
    assert "10.00 −4.50 counts = 5.50" in " ".join(told["Since 2026-07"].split())
    assert re.search(r"^1 +In time +3\.00 +3\.00 +1$", told["Where points were lost"], re.MULTILINE)
    assert "1: Finish early" in told["What to do"]


def test_a_mail_of_all_units_adds_up_what_they_lost(folder: Path, chiso: CommandLine) -> None:
    told = sections(chiso("report", "text", *given(folder), "--lang", "en").stdout)
    assert "Communes: 2 units, maximum 10.00 points: Good 1, Weak 1" in told["Result"]
    # C1 lost 3.00 at index 1 and 1.50 at index 2, C2 nothing.
    assert re.search(r"^1 +In time +1 +3\.00 +1$", told["Where points were lost"], re.MULTILINE)
    assert re.search(r"^2 +Online +1 +1\.50 +1$", told["Where points were lost"], re.MULTILINE)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_plain_text_is_72_columns_wide_and_composed(folder: Path, chiso: CommandLine, language: str) -> None:
    for more in ((), ("--unit", "C2")):
        text = chiso("report", "text", *given(folder, "2026-07,2026-08"), *more, "--lang", language).stdout
        assert max(map(len, text.splitlines())) <= 72
        assert unicodedata.is_normalized("NFC", text)
        assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_markdown_takes_nothing_in_a_name_for_a_sign(folder: Path, chiso: CommandLine) -> None:
    text = chiso("report", "markdown", *given(folder), "--unit", "C1").stdout
    rows = [line for line in text.splitlines() if line.startswith("|")]
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    assert any(r"#1 \| Xã \*Một\* \<b\>\&amp;" in row for row in rows)
    # Every row of a table has as many cells as its heading.
    widths = [len(row) for row in cells]
    starts = [number - 1 for number, row in enumerate(cells) if set(row[0].strip()) <= {"-", ":"}]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        assert len(set(widths[start:end])) == 1
    assert [line for line in text.splitlines() if line.startswith(r"- #1 \| ") or line.startswith("- #1 ")]
    assert not re.search(r"^- # ", text, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_names_no_case_and_no_official(folder: Path, chiso: CommandLine, kind: str) -> None:
    for more in ((), ("--unit", "C1")):
        text = chiso("report", kind, *given(folder), *more).stdout
        assert not re.search(r"\b(K[1-4]|CB[12])\b", text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_can_be_traced(folder: Path, chiso: CommandLine, kind: str) -> None:
    text = chiso("report", kind, *given(folder)).stdout
    flat = " ".join(text.split())
    for wanted in ("Số liệu tham khảo do chiso tính từ hồ sơ", "31/08/2026", "Quy tắc suy đoán", "0.1.0"):
        assert wanted in flat, wanted
    assert re.search(r"cases\.csv · cases · sha256 [0-9a-f]{64}", flat)
    assert str(folder) not in text


def test_late_records_are_counted(samples: Path, chiso: CommandLine) -> None:
    folder = samples / "ia-tor-2024"
    period = ("--period", "2024-04")
    records = [path for path in sorted(folder.glob("*.csv"))]
    done = chiso("report", "text", *records, *period, "--lang", "en")
    lists = chiso("late", *records, *period, "--lang", "en", "--format", "csv")
    assert done.code == lists.code == 0, done.stderr
    late = sections(done.stdout)["Late (cases)"]
    for name, title in (("finished", "Finished late"), ("open", "Still open and late")):
        number = sum(row.split(",")[0] == name for row in lists.stdout.splitlines())
        assert f"{title}: {number:,} of " in late
    assert sum(row.startswith("finished,") for row in lists.stdout.splitlines()) > 0


def test_a_history_gives_no_lists_and_says_so(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    history = tmp_path / "history.duckdb"
    request = run.ScoreRequest(
        records=(folder / "records",), period="2026-07,2026-08", catalogue=folder / "small.yaml"
    )
    boards = run.score_periods(request, date(2026, 9, 20)).boards
    run.keep(history, [(request, board) for board in boards], datetime(2026, 9, 20, tzinfo=UTC))
    done = chiso("report", "text", "--history", history, "--period", "2026-08", "--lang", "en")
    assert done.code == 0, done.stderr
    told = sections(done.stdout)
    assert "Taken from a history, without records" in " ".join(done.stdout.split())
    assert not [heading for heading in told if heading.startswith("Late")]
    assert "−4.50" in told["Since 2026-07"]


def test_a_mail_goes_into_a_file_that_is_no_input(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    target = tmp_path / "thư.md"
    done = chiso("report", "markdown", *given(folder), "-o", target)
    assert (done.code, done.stdout) == (0, "")
    assert target.read_text("utf-8").startswith("# Kết quả Bộ chỉ số small, kỳ 2026-08, tính đến 31/08/2026")
    cases = folder / "records" / "cases.csv"
    before = cases.read_bytes()
    assert chiso("report", "markdown", *given(folder), "-o", cases).code == 13
    assert cases.read_bytes() == before
