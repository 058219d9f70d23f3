"""Figures of other periods, looked up in a history: what a rule falls back on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.conftest import CommandLine

UNITS = "unit_code,unit_name,level,parent_code\nH1,Tỉnh Một,province,\nH1.1,Xã Hai,commune,H1\n"
LAST_YEAR = "unit_code,index,numerator,denominator,period\nH1.1,1.4,600,637,2025\n"
# In August 2026 40 cases were synchronised; how many were received is not known.
AUGUST = "unit_code,index,numerator,denominator,period\nH1.1,1.4,40,,2026-08\n"
NOW = ("--as-of", "2026-10-10", "--lang", "en")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in (("units", UNITS), ("last-year", LAST_YEAR), ("august", AUGUST)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def synchronised(place: Path, chiso: CommandLine, *more: object) -> tuple[dict[str, str], str]:
    outcome = chiso(
        *("score", "--units", place / "units.csv", "--reported", place / "august.csv", "--period", "2026-08"),
        *(*NOW, "--unit", "H1.1", "--detail", "index", "--format", "csv", *map(str, more)),
    )
    assert outcome.code == 0, outcome.stderr
    (row,) = [row for row in csv.DictReader(io.StringIO(outcome.stdout)) if row["index"] == "1.4"]
    return row, outcome.stderr


def keep_last_year(place: Path, chiso: CommandLine, *more: str) -> None:
    outcome = chiso(
        *("score", "--units", place / "units.csv", "--reported", place / "last-year.csv", "--period", "2025"),
        *(*NOW, "--history", place / "h.duckdb", *more),
    )
    assert outcome.code == 0, outcome.stderr


def test_a_month_falls_back_on_a_twelfth_of_last_year(place: Path, chiso: CommandLine) -> None:
    """40 / (637 / 12) = 480 / 637 = 75.35 %, and 6 × 480 / 637 = 4.52 points."""
    row, _ = synchronised(place, chiso)
    assert (row["numerator"], row["denominator"], row["points"]) == ("40", "", "0.00")
    keep_last_year(place, chiso)
    row, told = synchronised(place, chiso, "--history", place / "h.duckdb")
    assert (row["numerator"], row["denominator"], row["percent"]) == ("40", "", "75.35")
    assert row["points"] == "4.52"
    assert "2025" in told and "1/12" in told
    # The month is kept with what it rests on, and comes back so.
    shown = chiso("history", "show", place / "h.duckdb", "2026-08", "--detail", "index", "--format", "csv")
    assert "H1.1,Xã Hai,commune,transparency,1.4,40,,75.35,75.35,percent,4.52,6.00" in shown.stdout
    assert chiso("history", "verify", place / "h.duckdb").code == 0


def test_a_reported_figure_goes_before_the_history(place: Path, chiso: CommandLine) -> None:
    """With 720 reported for 2025: 40 / (720 / 12) = 66.67 %, 4.00 points."""
    keep_last_year(place, chiso)
    other = place / "reported.csv"
    other.write_text(LAST_YEAR.replace("637", "720"), "utf-8")
    row, _ = synchronised(place, chiso, "--reported", other, "--history", place / "h.duckdb")
    assert (row["percent"], row["points"]) == ("66.67", "4.00")


def test_explain_looks_the_figure_up_too(place: Path, chiso: CommandLine) -> None:
    keep_last_year(place, chiso)
    outcome = chiso(
        *(
            "explain",
            "--units",
            place / "units.csv",
            "--reported",
            place / "august.csv",
            "--period",
            "2026-08",
        ),
        *(*NOW, "--unit", "H1.1", "--index", "1.4", "--history", place / "h.duckdb"),
    )
    assert outcome.code == 0, outcome.stderr
    assert "4.52" in outcome.stdout and "h.duckdb run:1" in outcome.stdout


def test_of_several_series_one_must_be_chosen(place: Path, chiso: CommandLine) -> None:
    keep_last_year(place, chiso, "--series", "one")
    keep_last_year(place, chiso, "--series", "two")
    asked = (
        *("score", "--units", place / "units.csv", "--reported", place / "august.csv", "--period", "2026-08"),
        *(*NOW, "--history", place / "h.duckdb"),
    )
    outcome = chiso(*asked)
    assert outcome.code == 2
    assert "Several series of the history hold period 2025" in outcome.stderr
    assert chiso(*asked, "--series", "two").code == 0


BATCH = """\
batch: H1
inputs: {reported: august.csv, units: units.csv}
language: en
outputs:
  folder: "out/{period}"
  files:
    - {file: indices.csv, what: score, detail: index}
history: h.duckdb
"""


def test_a_batch_falls_back_on_its_history_and_is_proved_by_the_same_run(
    place: Path, chiso: CommandLine
) -> None:
    """A later revision of 2025 changes new results, not the proof of the old one."""
    keep_last_year(place, chiso)
    (place / "batch.yaml").write_text(BATCH, "utf-8")
    run = ("run", place / "batch.yaml", "--period", "2026-08", *NOW)
    assert chiso(*run).code == 0
    text = (place / "out/2026-08/indices.csv").read_text("utf-8")
    assert "1.4,40,,75.35,75.35,percent,4.52,6.00,reported" in text
    (place / "last-year.csv").write_text(LAST_YEAR.replace("637", "720"), "utf-8")
    keep_last_year(place, chiso)
    proof = chiso("run", "--replay", place / "out/2026-08/manifest.json", "--lang", "en")
    assert proof.code == 0, proof.stdout
    assert chiso(*run).code == 0
    assert ",66.67,66.67,percent,4.00," in (place / "out/2026-08/indices.csv").read_text("utf-8")


def test_two_kept_runs_are_compared_with_mergers(tmp_path: Path, chiso: CommandLine) -> None:
    """Commune C1 ends on 31/8 and C2 answers for it: C2 had 10 / 10, with C1's 2 / 4 it has 12 / 14."""
    units = (
        "unit_code,unit_name,level,parent_code,valid_to,successor_code\n"
        "P,Tỉnh Một,province,,,\nC1,Xã Một,commune,P,31/08/2026,C2\nC2,Xã Hai,commune,P,,\n"
    )
    (tmp_path / "units.csv").write_text(units, "utf-8")
    figures = {"2026-08": "C1,2.1,2,4\nC2,2.1,10,10\n", "2026-09": "C2,2.1,14,14\n"}
    for period, rows in figures.items():
        (tmp_path / "reported.csv").write_text(f"unit_code,index,numerator,denominator\n{rows}", "utf-8")
        outcome = chiso(
            *("score", "--units", tmp_path / "units.csv", "--reported", tmp_path / "reported.csv"),
            *("--period", period, *NOW, "--history", tmp_path / "h.duckdb"),
        )
        assert outcome.code == 0, outcome.stderr
    for operands in (("2026-08", "2026-09"), ("run:1", "run:2")):
        outcome = chiso(
            *(
                "compare",
                *operands,
                "--history",
                tmp_path / "h.duckdb",
                "--detail",
                "index",
                "--format",
                "csv",
            ),
            *("--unit", "C2", "--lang", "en"),
        )
        assert outcome.code == 0, outcome.stderr
        (row,) = [row for row in csv.DictReader(io.StringIO(outcome.stdout)) if row["index"] == "2.1"]
        # 20 × 12 / 14 = 17.14: the merger costs 2.86, the month after it gains them back.
        assert (row["points_before"], row["units"], row["points_after"]) == ("20.00", "-2.86", "20.00")
