"""A real office suite recalculates the workbook: every formula gives our number, and follows a correction."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chiso import run
from chiso.arithmetic import plain
from chiso.reporting.workbook import report_workbook
from chiso.reporting.workbook.exact import factors_of
from chiso.run import ReportRequest
from chiso.scoring.report import Report
from tests.reports.workbooks import (
    DETAIL,
    expected,
    figures,
    formula_cells,
    opened,
    rankings,
    recalculated,
    table,
    with_cells,
    with_wrong_results,
)
from tests.test_golden import GROUP, TOTAL

# Totals, and points of groups: what the portal publishes of these units.
COMPARED = 202

pytestmark = pytest.mark.office

TODAY = date(2026, 11, 20)
# Communes whose counts lie on ties, beside ties, and anywhere.
COMMUNES = 200
# What somebody corrects: of the province, from which communes inherit, and of two communes.
CORRECTED = {
    ("P 1.1", "Numerator"): 8,
    ("C2 2.1", "Numerator"): 100,
    ("C3 4.2", "Denominator"): 0,
    ("C3 4.2", "Numerator"): 0,
    ("C1 5.1", "Denominator"): 7,
}
REPORTED = {
    **{
        f"P {code}": (3, 9) for code in ("1.1", "1.2", "1.3", "1.4", "2.1", "3.1", "4.1", "5.1", "5.2", "5.3")
    },
    **{f"C1 {code}": (7, 8) for code in ("1.4", "2.1", "3.2", "3.3", "4.1", "4.2", "4.3", "5.3")},
    **{f"C2 {code}": (1, 3) for code in ("1.4", "2.1", "3.2", "3.3", "4.1", "4.2", "4.3", "5.3")},
    **{f"C3 {code}": (5, 7) for code in ("1.4", "2.1", "3.2", "3.3", "4.1", "4.2", "4.3", "5.3")},
    **{f"C1 {code}": (0, 0) for code in ("5.1", "5.2")},
    **{f"{unit} {code}": (373, 400) for unit in ("P", "C1", "C2", "C3") for code in ("3.4", "3.5", "3.6")},
}


@pytest.fixture(scope="module")
def reports(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What is recalculated: published figures, counts on ties, few units before and after a correction."""
    folder = tmp_path_factory.mktemp("reported")
    phu_tho, gia_lai = samples / "phu-tho-2026-portal", samples / "gia-lai-2026-portal"
    after = dict(REPORTED)
    for (key, heading), count in CORRECTED.items():
        numerator, denominator = after.get(key, (0, 0))
        after[key] = (count, denominator) if heading == "Numerator" else (numerator, count)
    return {
        "phu-tho": _report(phu_tho / "units.csv", phu_tho / "phu-tho-2026-units.csv", "2026"),
        "gia-lai": _report(gia_lai / "units.csv", gia_lai / "gia-lai-2026-indices.csv", "2026"),
        "case-files": run.report(
            ReportRequest(
                records=(samples / "gia-lai-2026",), period="2026-07,2026-08", parts=frozenset({"late"})
            ),
            TODAY,
        ),
        "ties": _on_ties(folder),
        "few": _few(folder / "few", REPORTED),
        "corrected": _few(folder / "corrected", after),
    }


@pytest.fixture(scope="module")
def recalculated_books(
    reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The workbooks, as the office suite recalculated them; it starts once."""
    books = {name: report_workbook(report, "en") for name, report in reports.items()}
    given = {name: with_wrong_results(content) for name, content in books.items()}
    given["corrected"] = with_cells(books["few"], CORRECTED)
    return recalculated(given, tmp_path_factory.mktemp("office"))


def _report(units: Path, reported: Path, period: str) -> Report:
    return run.report(
        ReportRequest(records=(), units=units, reported=(reported,), period=period, edition="portal-2026"),
        TODAY,
    )


def _few(folder: Path, figures: dict[str, tuple[int, int]]) -> Report:
    folder.mkdir(exist_ok=True)
    units = [("P", "Tỉnh", "province", ""), *((f"C{n}", f"Xã {n}", "commune", "P") for n in (1, 2, 3))]
    rows = [(*key.split(), *pair) for key, pair in figures.items()]
    return _report(*_written(folder, units, rows), "2026-08")


def _on_ties(folder: Path) -> Report:
    """Return a report of many communes, whose counts lie on ties, right beside them, or anywhere."""
    rules = _report(
        *_written(folder, [("X", "Xã", "commune", "")], [("X", "2.1", 1, 2)]), "2026-08"
    ).board.rules
    random, rows = Random(766), []
    for group in rules.groups:
        for index in group.indices:
            factors = factors_of(index, group.rounding)
            if factors is None or not index.scored or "commune" not in index.applies_to:
                continue
            for number in range(COMMUNES):
                rows.append(
                    (f"C{number}", index.code, *_pair(factors.earning, factors.bound, number, random))
                )
    units = [(f"C{number}", f"Xã {number}", "commune", "") for number in range(COMMUNES)]
    return _report(*_written(folder, units, rows), "2026-08")


def _pair(earning: int, bound: int, number: int, random: Random) -> tuple[int, int]:
    """Return counts for which earning · n / (bound · d) is a half, or nearly, or anything."""
    if number % 4 == 3:
        denominator = random.randint(1, 10 ** random.randint(1, 8))
        return random.randint(0, denominator), denominator
    half, times = random.randint(0, earning // bound), random.randint(1, 1000)
    numerator, denominator = (2 * half + 1) * bound * times, 2 * earning * times
    return numerator + number % 4 - 1, denominator


def _written(folder: Path, units: list[Any], rows: list[Any]) -> tuple[Path, Path]:
    files = folder / "units.csv", folder / "reported.csv"
    heads = (
        ("unit_code", "unit_name", "level", "parent_code"),
        ("unit_code", "index", "numerator", "denominator"),
    )
    for file, head, content in zip(files, heads, (units, rows), strict=True):
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *content])
    return files


@pytest.mark.parametrize("name", ["phu-tho", "gia-lai", "case-files", "ties", "few"])
def test_every_formula_gives_our_number(
    name: str, reports: dict[str, Report], recalculated_books: dict[str, Path]
) -> None:
    content = report_workbook(reports[name], "en")
    ours, theirs = opened(content), opened(recalculated_books[name])
    compared = list(formula_cells(content))
    assert len(compared) > 100
    different = [
        (sheet, place, ours[sheet][place].value, theirs[sheet][place].value)
        for sheet, place in compared
        if (ours[sheet][place].value or "") != (theirs[sheet][place].value or "")
    ]
    assert different == []
    assert figures(theirs) == expected(reports[name])


def test_counts_on_ties_are_all_formulas(recalculated_books: dict[str, Path]) -> None:
    rows = table(opened(recalculated_books["ties"])[DETAIL])
    assert sum(row["How figures come"] == "formula" for row in rows) == 17 * COMMUNES


def test_published_figures_come_out_of_the_recalculated_sheets(
    golden: Path, reports: dict[str, Report], recalculated_books: dict[str, Path]
) -> None:
    """H44.125 has 93.25 % of 6 points, 5.595: the portal's doubles give 5.59, and the totals rest on it."""
    published = {
        (row["unit_code"], row["indicator"]): row["score"]
        for file in ("phu_tho_2026_units.csv", "gia_lai_2026_units.csv")
        for row in _rows(golden / file)
    }
    books = {name: opened(recalculated_books[name]) for name in ("phu-tho", "gia-lai")}
    shown = {**rankings(books["phu-tho"]), **rankings(books["gia-lai"])}
    headings = {TOTAL: "Total"}
    groups = {group.code: group for group in reports["phu-tho"].board.groups}
    for portal, code in GROUP.items():
        headings[portal] = f"{groups[code].short.en} ({plain(groups[code].points)})"
    compared = 0
    for (unit, name), score in published.items():
        if name in headings and score:
            assert shown[unit][headings[name]] == float(score), (unit, name)
            compared += 1
    assert compared == COMPARED
    detail = {(row["Code"], row["Index"]): row for row in table(books["phu-tho"][DETAIL])}
    assert detail["H44.125", "3.6"]["Points"] == 5.59
    assert [detail[unit, "3.6"]["How figures come"] for unit in ("H44.125", "H44.158")] == [
        "value (floating)"
    ] * 2


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_everything_follows_a_corrected_count(
    reports: dict[str, Report], recalculated_books: dict[str, Path]
) -> None:
    theirs = figures(opened(recalculated_books["corrected"]))
    ours = expected(reports["corrected"])
    assert theirs == ours
    assert ours["C1 1.1"] != expected(reports["few"])["C1 1.1"]  # the province's count was corrected
    changed = {key for key, value in ours.items() if value != expected(reports["few"])[key]}
    assert {"P", "C1", "C2", "C3"} <= changed
