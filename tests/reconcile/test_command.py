"""``chiso reconcile``: stdout, stderr, exit codes, formats; and the samples, which agree with the portal."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from tests.reconcile.town import NO_PETITIONS, UNITS, cases, portal
from tests.schemas import schema_of, strict_objects, validator_of

from chiso.scoring.differences import CAUSES, Evidence
from chiso.terms.unit import LEVELS

ROOT = Path(__file__).resolve().parents[2]
LATE = {"returned_at": "17/08/2026 09:00:00"}
PERIOD = ("--period", "2026-08", "--as-of", "2026-08-31")


@pytest.fixture
def town(tmp_path: Path, understood_once: None) -> Path:
    """Two of twenty cases were returned late; the portal takes the day of return."""
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "petitions.csv").write_text(NO_PETITIONS, "utf-8")
    (folder / "cases.csv").write_text(cases((18, {}), (2, LATE)), "utf-8")
    figures = portal("C1,PROGRESS,18,20,,", "C1,SO_HOA_GIAY_TO_GIAI_QUYET,20,20,,")
    (tmp_path / "portal.csv").write_text(figures, "utf-8")
    return tmp_path


def options(town: Path, *more: str) -> tuple[str, ...]:
    return ("reconcile", str(town / "records"), "--portal", str(town / "portal.csv"), *PERIOD, *more)


def test_the_table_tells_what_differs_and_why(town: Path, chiso: Any) -> None:
    outcome = chiso(*options(town, "--lang", "en"))
    assert outcome.code == 0 and outcome.stderr == ""
    assert "C1 Xã Một · 2 figures compared: ours 24.00 · portal 22.00 (−2.00)" in outcome.stdout
    assert "Date rule −2.00 (num. −2): judged by the day of return" in outcome.stdout
    assert "2 figures of 1 unit compared, 1 of them agree" in outcome.stdout
    assert "portal: read 2 = in the period 2" in outcome.stdout
    lines = [line for line in outcome.stdout.splitlines() if line.startswith("4.2")]
    assert not lines, "what agrees is not listed"


def test_the_table_in_vietnamese(town: Path, chiso: Any) -> None:
    outcome = chiso(*options(town, "--lang", "vi"))
    assert "Cách tính ngày −2,00 (tử −2): xét theo ngày trả kết quả" in outcome.stdout
    assert "theo hồ sơ 24,00 · theo Cổng 22,00 (−2,00)" in outcome.stdout


def test_csv_has_every_figure_group_and_total(town: Path, chiso: Any) -> None:
    outcome = chiso(*options(town, "--format", "csv"))
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    assert list(rows[0]) == [
        *("period", "unit_code", "unit_name", "level", "scope", "group", "index"),
        *("our_numerator", "our_denominator", "our_percent", "our_points"),
        *("portal_numerator", "portal_denominator", "portal_percent", "portal_points"),
        *("difference", *CAUSES, "hypotheses"),
    ]
    assert [(row["scope"], row["group"], row["index"], row["difference"]) for row in rows] == [
        ("index", "progress", "2.1", "-2.00"),
        ("group", "progress", "", "-2.00"),
        ("index", "digitization", "4.2", "0.00"),
        ("group", "digitization", "", "0.00"),
        ("total", "", "", "-2.00"),
    ]
    assert rows[0]["hypotheses"] == "by_day_of_return" and rows[0]["unexplained"] == "0.00"
    for row in rows:
        parts = sum((Decimal(row[cause]) for cause in CAUSES), Decimal(row["our_points"]))
        assert parts == Decimal(row["portal_points"])
    assert "unit compared" in outcome.stderr or "đơn vị" in outcome.stderr


def test_totals(town: Path, chiso: Any) -> None:
    outcome = chiso(*options(town, "--detail", "total", "--format", "csv"))
    (row,) = csv.DictReader(io.StringIO(outcome.stdout))
    assert (row["compared"], row["our_points"], row["portal_points"]) == ("2", "24.00", "22.00")
    assert row["date_rule"] == "-2.00"


def test_json_keeps_to_its_schema(town: Path, chiso: Any) -> None:
    (town / "cases.csv").write_text("case_id,unit_code\nH1,C1\nH2,C2\nX1,C1\nX2,C9\n", "utf-8")
    outcome = chiso(*options(town, "--portal-records", str(town / "cases.csv"), "--format", "json"))
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("reconcile").iter_errors(data)]
    part = data["units"][0]["figures"][0]["parts"][0]
    assert (part["cause"], part["points"], part["evidence"]) == ("date_rule", -2, "reproduced")
    kinds = {(case["our_unit"], case["portal_unit"]) for case in data["cases"]}
    assert kinds == {("C1", None), ("C1", "C2"), (None, "C1")}
    # The row whose unit no registry has is told, not lost.
    assert len(data["quarantine"]) == 1


def test_the_schema_is_strict() -> None:
    schema = schema_of("reconcile")
    found = list(strict_objects(schema))
    assert len(found) >= 12
    for described in found:
        assert described["additionalProperties"] is False
        assert described["required"] == list(described["properties"])
    part = schema["$defs"]["part"]["properties"]
    assert part["cause"]["enum"] == list(CAUSES)
    assert part["evidence"]["enum"] == list(get_args(Evidence))
    assert schema["$defs"]["unit"]["properties"]["level"]["enum"] == list(LEVELS)


def test_a_workbook(town: Path, chiso: Any) -> None:
    outcome = chiso(*options(town, "-o", str(town / "out.xlsx"), "--lang", "vi"))
    assert outcome.code == 0 and outcome.stdout == ""
    book = openpyxl.load_workbook(town / "out.xlsx")
    assert book.sheetnames == ["Đối chiếu", "Ghi chú"]
    assert book["Đối chiếu"].max_row == 6  # the heading, two indices, two groups, the total


def test_a_unit_and_a_unit_that_does_not_exist(town: Path, chiso: Any) -> None:
    assert chiso(*options(town, "--unit", "C1")).code == 0
    assert chiso(*options(town, "--unit", "C8")).code == 2


def test_ours_is_what_score_gives_and_theirs_never_enters_it(town: Path, chiso: Any) -> None:
    scored = chiso("score", str(town / "records"), *PERIOD, "--detail", "index", "--format", "csv")
    points = {
        (row["unit_code"], row["index"]): row["points"] for row in csv.DictReader(io.StringIO(scored.stdout))
    }
    outcome = chiso(*options(town, "--format", "csv"))
    for row in csv.DictReader(io.StringIO(outcome.stdout)):
        if row["scope"] == "index":
            assert row["our_points"] == points[row["unit_code"], row["index"]]


@pytest.mark.parametrize(
    ("figures", "code", "says"),
    [
        (
            "unit_code,index,numerator,denominator,period\nC1,2.1,18,20,2026-07\n",
            11,
            "No figure of the portal",
        ),
        ("unit_code,index,numerator,denominator\nC1,9.9,18,20\n", 11, "there is no such index"),
        (UNITS, 11, "--portal needs table reported"),
        (None, 11, "There is no such file"),
    ],
    ids=["another period", "an unknown index", "another table", "no file"],
)
def test_what_is_wrong_with_the_portals_file(
    town: Path, chiso: Any, figures: str | None, code: int, says: str
) -> None:
    (town / "portal.csv").unlink()
    if figures is not None:
        (town / "portal.csv").write_text(figures, "utf-8")
    outcome = chiso(*options(town, "--lang", "en"))
    assert (outcome.code, outcome.stdout) == (code, "")
    assert says in outcome.stderr


def test_the_portals_file_must_not_be_among_the_records(town: Path, chiso: Any) -> None:
    figures = (town / "portal.csv").rename(town / "records" / "portal.csv")
    outcome = chiso("reconcile", str(town / "records"), "--portal", str(figures), *PERIOD, "--lang", "en")
    assert outcome.code == 11 and "would enter our score" in outcome.stderr


def test_the_result_never_replaces_the_portals_file(town: Path, chiso: Any) -> None:
    before = (town / "portal.csv").read_bytes()
    assert chiso(*options(town, "-o", str(town / "portal.csv"))).code == 13
    assert (town / "portal.csv").read_bytes() == before


def test_without_portal_the_option_is_asked_for(town: Path, chiso: Any) -> None:
    outcome = chiso("reconcile", str(town / "records"), *PERIOD)
    assert outcome.code == 2 and "--portal" in outcome.stderr


def test_the_sample_agrees_with_the_portal_in_every_shared_unit_and_index(
    chiso: Any, samples: Path, understood_once: None
) -> None:
    communes = [path.stem.removeprefix("cases-") for path in (samples / "gia-lai-2026").glob("cases-*.csv")]
    units = [word for code in communes for word in ("--unit", code)]
    outcome = chiso(
        "reconcile",
        samples / "gia-lai-2026",
        "--portal",
        samples / "gia-lai-2026-portal" / "gia-lai-2026-indices.csv",
        *("--period", "2026", "--as-of", "2026-10-10", "--format", "csv", *units),
    )
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    assert len(communes) == 6 and {row["unit_code"] for row in rows} == set(communes)
    # Fifteen indices and two groups that are published whole, by commune.
    assert sum(row["scope"] == "index" for row in rows) == 6 * 15
    for row in rows:
        assert row["difference"] == "0.00" and not row["hypotheses"]
        assert all(row[cause] == "0.00" for cause in CAUSES)
    assert "102 " in outcome.stderr


def test_rows_without_a_unit_do_not_stop_it(samples: Path, tmp_path: Path, chiso: Any) -> None:
    portal = tmp_path / "portal.csv"
    portal.write_text("unit_code,index,numerator,denominator\nH21.125,2.1,1,4\n", "utf-8")
    asked = ("--period", "2026-08", "--as-of", "2026-08-31", "--format", "json")
    outcome = chiso("reconcile", samples / "messy", "--portal", portal, *asked)
    assert outcome.code == 0, outcome.stderr
