"""The workbook of a report: what stands in it, what its formulas say, what is carried as a value."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor, log10
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chiso import arithmetic, run
from chiso.catalogue.formula import IndexRule
from chiso.catalogue.load import load_catalogue
from chiso.catalogue.model import Rounding
from chiso.reporting.workbook import report_workbook
from chiso.reporting.workbook.exact import Factors, factors_of
from chiso.run import ReportRequest
from chiso.scoring.points import score_of_pair
from chiso.scoring.report import Report
from chiso.terms.unit import Unit
from tests.boards import Figure, a_board, communes, rules_of
from tests.builders import UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.late import test_late_command as late
from tests.reports.workbooks import (
    ABSENT,
    DETAIL,
    a_report,
    expected,
    figures,
    formula_cells,
    opened,
    rankings,
    table,
)

TODAY = date(2026, 11, 20)
AUGUST = ("--period", "2026-08", "--as-of", "2026-08-31")


def small(tmp_path: Path, figures: dict[str, dict[str, Figure]], *changes: tuple[str, str]) -> bytes:
    """Return the English workbook of communes with these figures, by the small catalogue."""
    board, _ = a_board(rules_of(tmp_path, *changes), communes(*figures), figures)
    return report_workbook(a_report(board), "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small folder with its catalogue beside it, and a unit whose name looks like a formula."""
    a_catalogue(tmp_path)
    return a_folder(tmp_path / "records", units=UNITS.replace("Xã Hai", '"=2+3 <b>&"""'))


def test_sheets_and_their_figures(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    file, catalogue = tmp_path / "report.xlsx", tmp_path / "small.yaml"
    outcome = chiso("report", "xlsx", folder, *AUGUST, "--catalogue", catalogue, "-o", file, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert "Wrote" in outcome.stderr and "for reference" in outcome.stderr
    book = opened(file)
    levels = ["Ranking Provinces", "Ranking Communes"]
    assert book.sheetnames == ["Overview", *levels, "Charts", DETAIL, "Parameters", "Notes"]
    assert figures(book) == expected(august(folder, tmp_path, period="2026-08"))
    # K1 ended in time, K2 late: 1 of 2, 6 × 1/2 = 3; 1 of 2 is online, full points at 80 %: 4 × 50/80 = 2.50.
    assert figures(book)["C1 1"] == (50, 3, 6, "scored")
    assert figures(book)["C1 2"] == (50, 2.5, 4, "scored")
    assert figures(book)["C1"] == (2, 5.5, 5.5, 10, "Weak")
    # The small catalogue does not say what is late.
    assert "No late lists" in str(book["Overview"]["A3"].value)
    notes = "\n".join(str(cell.value) for row in book["Notes"] for cell in row if cell.value)
    assert "sha256" in notes and "records/" not in notes and "Inferred rules: 2" in notes


def test_late_lists_are_those_of_late(tmp_path: Path, chiso: CommandLine) -> None:
    files = {"units": late.UNITS, "cases": late.CASES, "procedures": late.PROCEDURES}
    asked = (a_folder(tmp_path / "in", **files), *AUGUST, "--lang", "en")
    chiso("report", "xlsx", *asked, "-o", tmp_path / "report.xlsx")
    chiso("late", *asked, "-o", tmp_path / "late.xlsx")
    report, lists = opened(tmp_path / "report.xlsx"), opened(tmp_path / "late.xlsx")
    for sheet in ("Annex I", "Annex II"):
        rows = list(report[sheet].iter_rows(values_only=True))
        assert len(rows) > 5 and rows == list(lists[sheet].iter_rows(values_only=True))
    assert "Due soon" not in report.sheetnames


def august(folder: Path, tmp_path: Path, **asked: object) -> Report:
    """Return a report of the folder by the small catalogue."""
    catalogue = tmp_path / "small.yaml"
    return run.report(ReportRequest(records=(folder,), catalogue=catalogue, **asked), TODAY)  # type: ignore[arg-type]


def test_the_change_since_the_period_before(folder: Path, tmp_path: Path) -> None:
    book = opened(report_workbook(august(folder, tmp_path, period="2026-08,2026-09"), "en"))
    # K3 of C2 stays open beyond 05/09: 0 of 1 in time instead of 1 of 1, 6 points less.
    rows = rankings(book)
    assert [rows["C2"][name] for name in ("Points before", "Total", "Change", "Rank before")] == [
        10,
        4,
        -6,
        1,
    ]
    assert [rows["C1"][name] for name in ("Points before", "Total", "Change", "Rank before")] == [
        5.5,
        5.5,
        0,
        2,
    ]
    overview = list(book["Overview"].iter_rows(values_only=True))
    head = next(row for row in overview if "Up" in row)
    communes_row = next(row for row in overview if row[1] == "Communes")
    counted = dict(zip(head, communes_row, strict=True))
    names = ("Units", "Good", "Weak", "No band", "Up", "Unchanged", "Down")
    assert [counted[name] for name in names] == [2, 0, 2, 0, 0, 1, 1]


def test_names_are_texts(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    file = tmp_path / "report.xlsx"
    chiso("report", "xlsx", folder, *AUGUST, "--catalogue", tmp_path / "small.yaml", "-o", file)
    sheet = opened(file, formulas=True)["Chi tiết chỉ số"]
    cells = [row[1] for row in sheet.iter_rows(min_row=5) if row[0].value == "C2"]
    assert {(cell.value, cell.data_type) for cell in cells} == {('=2+3 <b>&"', "s")}


def test_how_the_sheets_are_set_up(tmp_path: Path) -> None:
    book = opened(small(tmp_path, {"A": {"1": (1, 2)}, "B": {"1": (1, 3)}}), formulas=True)
    ranking, detail = book["Ranking Communes"], book[DETAIL]
    assert (ranking.freeze_panes, detail.freeze_panes) == ("D5", "C5")
    assert (ranking.auto_filter.ref, detail.auto_filter.ref) == ("A4:K6", "A4:N8")
    for sheet in (ranking, detail):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$4:$4")
        assert sheet.print_area
    assert len(book["Charts"]._charts) == 2
    assert ranking.conditional_formatting and detail.conditional_formatting
    assert (book.properties.creator, book.properties.title) == (None, "Results, Small set")


def test_only_counts_that_formulas_follow_may_be_changed(tmp_path: Path) -> None:
    detail = opened(small(tmp_path, {"A": {"1": (1, 2), "2": Decimal("3.5")}}), formulas=True)[DETAIL]
    assert detail.protection.sheet and not detail.protection.autoFilter
    unlocked = {cell.coordinate for row in detail.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"F5", "G5"}
    validation = detail.data_validations.dataValidation[0]
    assert (validation.type, validation.formula1) == ("whole", "0")


def test_absent_figures_are_no_zeros(tmp_path: Path) -> None:
    book = opened(small(tmp_path, {"A": {"1": (0, 0), "2": (0, 0)}, "B": {"1": (0, 2)}}))
    found = figures(book)
    assert found["A 1"] == (ABSENT, 0, 6, "reported")  # on_zero: zero
    assert found["A 2"] == (ABSENT, ABSENT, 4, "reported")  # on_zero: blank
    assert found["B 1"] == (0, 0, 6, "reported")
    assert found["B 2"][:2] == (ABSENT, ABSENT) and found["B 2"][3] == "missing data"
    rows = {(row["Code"], row["Index"]): row for row in table(book[DETAIL])}
    assert [rows[key]["Lost"] for key in (("A", "2"), ("B", "1"), ("B", "2"))] == [4, 6, ABSENT]
    assert rows["B", "2"]["Numerator"] == ABSENT
    assert rankings(book)["B"]["Band"] == ABSENT  # its data are not complete


def test_units_with_other_maxima_are_ranked_apart(tmp_path: Path) -> None:
    whole: dict[str, Figure] = {"1": (1, 2), "2": (1, 2)}
    book = opened(small(tmp_path, {"A": whole, "B": {"1": (2, 2)}, "C": {**whole, "1": (2, 2)}}))
    shown = {code: (row["Rank"], row["Max"]) for code, row in rankings(book).items()}
    assert shown == {"C": (1, 10), "A": (2, 10), "B": (1, 6)}


def test_a_unit_shown_alone_keeps_its_place_as_a_value(
    folder: Path, tmp_path: Path, chiso: CommandLine
) -> None:
    file = tmp_path / "report.xlsx"
    asked = (*AUGUST, "--catalogue", tmp_path / "small.yaml", "--unit", "C1", "--lang", "en")
    chiso("report", "xlsx", folder, *asked, "-o", file)
    assert rankings(opened(file))["C1"]["Rank"] == 2
    assert rankings(opened(file, formulas=True))["C1"]["Rank"] == 2


FULL_AT = "        full_points_at: 100%"
GROUP_POINTS = "    points: 10\n"


# 9 of 20 are 45 %, of 6 points.
@pytest.mark.parametrize(
    ("old", "new", "how", "points"),
    [
        (FULL_AT, FULL_AT, "formula", 2.7),  # 6 × 45 %
        (FULL_AT, "        full_points_at: 90%", "formula", 3),  # 6 × 45 / 90
        (FULL_AT, "        full_points_at: 45%\n        rule: pass_fail", "formula", 6),
        (FULL_AT, "        full_points_at: 40%\n        rule: at_most", "formula", 0),
        (
            FULL_AT,
            "        full_points_at: 0%\n        no_points_at: 100%\n        rule: lower_is_better",
            "value (rule of its own)",
            3.3,  # 6 × 55 %
        ),
        (
            GROUP_POINTS,
            GROUP_POINTS + "    rounding: {percent: 2, points: 2, arithmetic: double}\n",
            "value (floating)",
            2.7,
        ),
    ],
)
def test_which_rules_are_formulas(tmp_path: Path, old: str, new: str, how: str, points: float) -> None:
    content = small(tmp_path, {"A": {"1": (9, 20)}}, (old, new))
    row = table(opened(content)[DETAIL])[0]
    assert (row["How figures come"], row["Points"]) == (how, points)
    written = table(opened(content, formulas=True)[DETAIL])[0]["Points"]
    assert str(written).startswith("=") == (how == "formula")


def test_a_figure_that_its_formula_does_not_give_is_a_value(tmp_path: Path) -> None:
    """A board kept in a history stands as it is, whatever the rules make of its counts today."""
    board, _ = a_board(rules_of(tmp_path), communes("A"), {"A": {"1": (1, 2), "2": (1, 4)}})
    unit = board.units[0]
    kept = replace(unit.scores[0], points=Decimal("2.99"))  # 1 of 2 gives 3.00
    board = replace(board, units=(replace(unit, scores=(kept, unit.scores[1])),))
    rows = table(opened(report_workbook(a_report(board), "en"))[DETAIL])
    assert [(row["Points"], row["How figures come"]) for row in rows] == [
        (2.99, "value (rule of its own)"),
        (1.25, "formula"),
    ]


def test_percents_and_points_without_counts_are_values(tmp_path: Path) -> None:
    content = small(tmp_path, {"A": {"1": Decimal("4.25"), "2": (1, 4)}, "B": {"progress": Decimal("7.5")}})
    rows = {(row["Code"], row["Index"]): row for row in table(opened(content)[DETAIL])}
    assert rows["A", "1"]["How figures come"] == "value (no counts)"
    # A group reported as a whole does not say where its points were lost.
    assert [rows["B", index]["Lost"] for index in ("1", "2")] == [ABSENT, ABSENT]
    assert [row["Total"] for row in rankings(opened(content)).values()] == [7.5, 5.5]
    group = rankings(opened(content, formulas=True))
    assert (group["B"]["Progress (10)"], group["A"]["Progress (10)"][:4]) == (7.5, "=IF(")


def test_what_is_inherited_follows_the_row_of_the_unit_above(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        (
            "        applies_to: [commune]",
            "        measured_at: [province]\n        applies_to: [province, commune]",
        ),
    )
    units = (Unit("P", "Tỉnh", "province"), Unit("A", "Xã", "commune", "P"))
    board, _ = a_board(rules, units, {"P": {"1": (1, 3)}, "A": {"2": (1, 2)}})
    content = report_workbook(a_report(replace(board, registry=units)), "en")
    # 1 of 3: 6 / 3 = 2.
    assert figures(opened(content))["A 1"] == (33.33, 2, 6, "inherited")
    assert [opened(content, formulas=True)[DETAIL][f"{column}7"].value for column in "FGHJ"] == [
        *("=$F$5", "=$G$5", "=$H$5", "=$J$5"),
    ]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    given_: dict[str, dict[str, Figure]] = {"A": {"1": (1, 2)}}
    content = small(tmp_path, given_)
    assert content == small(tmp_path, given_)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_every_formula_has_its_result_beside_it(tmp_path: Path) -> None:
    content = small(tmp_path, {"A": {"1": (1, 2), "2": (0, 0)}, "B": {"1": (2, 2)}})
    book = opened(content)
    cells = list(formula_cells(content))
    assert len(cells) == len(set(cells)) >= 40
    assert [place for place in cells if book[place[0]][place[1]].value is None and place[0] == DETAIL] == []


def test_a_history_says_what_it_lacks(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    file, history, catalogue = tmp_path / "report.xlsx", tmp_path / "h.duckdb", tmp_path / "small.yaml"
    chiso("score", folder, *AUGUST, "--catalogue", catalogue, "--history", history)
    outcome = chiso("report", "xlsx", "--history", history, "--period", "2026-08", "-o", file)
    assert outcome.code == 0, outcome.stderr
    book = opened(file)
    assert "Phụ lục I" not in book.sheetnames
    for sheet in ("Tổng quan", "Ghi chú"):
        told = [str(cell.value) for row in book[sheet] for cell in row if cell.value]
        assert any(text.startswith("Lấy từ lịch sử, không có hồ sơ") for text in told), sheet


def test_another_suffix_is_refused_before_the_work(chiso: CommandLine, tmp_path: Path) -> None:
    outcome = chiso("report", "xlsx", tmp_path / "none", *AUGUST, "-o", tmp_path / "r.csv", "--lang", "en")
    assert outcome.code == 2 and ".xlsx" in outcome.stderr


def a_rule(points: str, full_at: str) -> tuple[IndexRule, Rounding, Factors]:
    """Return an index with these points and this target, and the factors of its formulas."""
    index = next(index for index in CATALOGUE.indices if index.rule.kind == "linear")
    rounding = CATALOGUE.group_of(index).rounding
    rule = replace(index.rule, full_at=Fraction(full_at))
    index = replace(index, points=Decimal(points), rule=rule)
    factors = factors_of(index, rounding)
    assert factors is not None
    return index, rounding, factors


def rounded_by_a_spreadsheet(earned: int, asked: int) -> float:
    """INT((2·a + b) / (2·b)) on doubles, by a program that takes 15 equal digits for the same number."""
    quotient = (2.0 * float(earned) + float(asked)) / (2.0 * float(asked))
    if quotient == 0:
        return 0.0
    digits = 14 - floor(log10(abs(quotient)))
    return float(floor(round(quotient * 10.0**digits) / 10.0**digits))


CATALOGUE = load_catalogue().rules(date(2026, 8, 31))
RULES = [
    a_rule(*each)
    for each in (
        *(("6", "1"), ("4", "4/5"), ("2", "9/10"), ("6", "1/2"), ("20", "1")),
        *(("0.05", "1/8"), ("100", "0.9995")),
    )
]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[IndexRule, Rounding, Factors, int, int]:
    """A rule with counts in range: ties, neighbours of ties, and any others."""
    index, rounding, factors = draw(st.sampled_from(RULES))
    largest = factors.largest_count
    # earning · n / (bound · d) = k + 1/2 where n = (2·k + 1) · bound · m and d = 2 · earning · m.
    units = int(index.points * 100)
    half = draw(st.integers(0, units))
    most = largest // max((2 * half + 1) * factors.bound, 2 * factors.earning)
    if most and draw(st.booleans()):
        times = draw(st.integers(1, most))
        numerator, denominator = (2 * half + 1) * factors.bound * times, 2 * factors.earning * times
        numerator += draw(st.integers(-1, 1))
        denominator += draw(st.integers(-1, 1))
    else:
        denominator = draw(st.integers(1, largest))
        numerator = draw(st.integers(0, largest))
    return index, rounding, factors, min(numerator, largest), max(1, min(denominator, largest))


@given(pairs())
def test_formulas_give_our_points_on_doubles(
    pair: tuple[IndexRule, Rounding, Factors, int, int],
) -> None:
    index, rounding, factors, numerator, denominator = pair
    score = score_of_pair(index, rounding, numerator, denominator)
    earned = rounded_by_a_spreadsheet(factors.earning * numerator, factors.bound * denominator)
    assert score.points == Decimal(str(min(float(index.points), earned / 100)))
    assert score.points is not None and float(score.points) == min(float(index.points), earned / 100)
    value = rounded_by_a_spreadsheet(factors.scale * numerator, denominator)
    assert score.value is not None and float(score.value) == value / 100


def test_why_the_formulas_round_by_whole_numbers() -> None:
    """6 × 373 / 400 is 5.595 exactly; the double of 6 · 0.9325 lies below it, and rounds to 5.59."""
    assert Decimal(6 * 0.9325) < Decimal("5.595")
    assert arithmetic.nearest_whole(600 * 373, 400) == 560
    assert rounded_by_a_spreadsheet(600 * 373, 400) == 560
