"""The sample ia-tor-2024 against plain Python over its files: all ten reports, counted independently."""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from chiso import run
from chiso.scoring.campaign.report import CampaignReport
from tests.conftest import ROOT

FOLDER = ROOT / "samples" / "ia-tor-2024"
UNIT = "H21.90.18"
START = date(2024, 3, 22)
# As the plan has them: every ten days from 31/3 to 29/6/2024.
REPORT_DAYS = [
    *(date(2024, 3, 31), date(2024, 4, 10), date(2024, 4, 20), date(2024, 4, 30), date(2024, 5, 10)),
    *(date(2024, 5, 20), date(2024, 5, 30), date(2024, 6, 9), date(2024, 6, 19), date(2024, 6, 29)),
]
AFTERWARDS = date(2024, 12, 31)

BASELINE = {"openness": "100", "progress": "90.24", "online": "0.2", "payment": "0"} | {
    "satisfaction": "100",
    "digitisation": "19.5",
}
DAY_50 = dict.fromkeys(BASELINE, 100) | {"online": 30, "payment": 20, "digitisation": 50}
DAY_100 = dict.fromkeys(BASELINE, 100) | {"online": 60, "payment": 55}


@pytest.fixture(scope="module")
def reports() -> tuple[CampaignReport, ...]:
    return ask(report="all", by="officer")


def ask(**asked: str) -> tuple[CampaignReport, ...]:
    request = run.CampaignRequest(records=(), file=FOLDER / "campaign.yaml", **asked)  # type: ignore[arg-type]
    return run.campaign(request, AFTERWARDS).reports


# Counting by hand: no line of chiso.


@dataclass(frozen=True)
class Case:
    received: date
    due: date
    finished: date | None
    online: bool
    paid: bool
    owes: bool
    digitised: bool
    synced: bool
    dissatisfied: bool
    officer: str

    def there(self, day: date) -> bool:
        return self.received <= day and (self.finished is None or self.finished >= START)

    def in_time(self, day: date) -> bool:
        return min(self.finished or day, day) <= self.due


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day_in(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S").date() if text else None  # noqa: DTZ007


def day_of(text: str) -> date:
    day = day_in(text)
    assert day is not None
    return day


def cases() -> list[Case]:
    procedures = {row["procedure_id"]: row for row in rows("procedures.csv")}
    found = []
    for row in rows("cases.csv"):
        procedure = procedures[row["procedure_id"]]
        has_result = row["result_code"] != "" and row["result_link"] != ""
        found.append(
            Case(
                received=day_of(row["received_at"]),
                due=day_of(row["due_at"]),
                finished=day_in(row["finished_at"]),
                online=row["channel"] == "online" and (procedure["paper_result"] == "false" or has_result),
                paid=row["payment"] == "portal",
                owes=procedure["fee_bearing"] == "true" and row["fee"] != "0",
                digitised=row["component_file"] != "" and row["result_link"] != "",
                synced=row["synced"] == "true",
                dissatisfied=row["rating"] == "dissatisfied",
                officer=row["officer_code"],
            )
        )
    return found


CASES = cases()
PETITIONS = [
    (day_of(row["received_at"]), day_of(row["due_at"]), day_in(row["answered_at"]))
    for row in rows("petitions.csv")
]


def count(day: date, keep: Callable[[Case], bool], met: Callable[[Case], bool]) -> tuple[int, int]:
    there = [case for case in CASES if case.there(day) and keep(case)]
    return sum(map(met, there)), len(there)


def counted(day: date, keep: Callable[[Case], bool] = lambda case: True) -> dict[str, tuple[int, int]]:
    def received(case: Case) -> bool:
        return keep(case) and case.received >= START

    return {
        "progress": count(day, keep, lambda case: case.in_time(day)),
        "online": count(day, received, lambda case: case.online),
        "payment": count(day, lambda case: keep(case) and case.owes, lambda case: case.paid),
        "digitisation": count(day, keep, lambda case: case.digitised),
    }


def points(maximum: int, numerator: int, denominator: int, full_at: Fraction = Fraction(1)) -> Decimal:
    exact = min(Fraction(1), Fraction(numerator, denominator) / full_at) * maximum
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def groups(day: date) -> dict[str, Fraction]:
    synced = count(day, lambda case: case.received >= START, lambda case: case.synced)
    # 1.1 to 1.3 are the province's: 31 of 31 each, for 6, 4 and 2 points.
    openness = 6 + 4 + 2 + points(6, *synced)
    there = [
        (due, answered)
        for received, due, answered in PETITIONS
        if received <= day and (answered is None or answered >= START)
    ]
    in_time = sum(min(answered or day, day) <= due for due, answered in there)
    satisfied = count(day, lambda case: True, lambda case: case.in_time(day) and not case.dissatisfied)
    # 5.1 and 5.2 alike, since nobody was dissatisfied; 5.3 has all its points at 90 %.
    satisfaction = 2 * points(6, in_time, len(there)) + points(6, *satisfied, Fraction(9, 10))
    return {"openness": Fraction(openness) / 18, "satisfaction": Fraction(satisfaction) / 18}


def line(code: str, number: int) -> Fraction:
    if number <= 50:
        start, target, passed = Fraction(BASELINE[code]), DAY_50[code], Fraction(number, 50)
    else:
        start, target, passed = Fraction(DAY_50[code]), DAY_100[code], Fraction(number - 50, 50)
    return (start + (target - start) * passed) / 100


# What chiso says


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "samples" / "make_ia_tor_sample.py"))
    written = script["write_ia_tor_sample"](tmp_path)
    assert {path.name for path in written} == {path.name for path in FOLDER.glob("*.csv")} - {
        "assignments.csv"
    }
    for path in written:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_the_sample_has_what_it_is_to_show() -> None:
    before = [case for case in CASES if case.received < START and case.there(START)]
    assert len(before) > 10  # carried over
    assert any(case.received < START and not case.there(START) for case in CASES)  # over before
    assert sum(case.received >= START for case in CASES) > 300


def test_ten_reports_ten_days_apart_the_fifth_interim_the_tenth_final(
    reports: tuple[CampaignReport, ...],
) -> None:
    assert [report.day for report in reports] == REPORT_DAYS
    assert [START + timedelta(days=10 * number - 1) for number in range(1, 11)] == REPORT_DAYS
    kinds = [report.report.kind for report in reports if report.report is not None]
    assert kinds == ["regular"] * 4 + ["interim"] + ["regular"] * 4 + ["final"]
    assert [report.day for report in ask(report="interim")] == [date(2024, 5, 10)]


@pytest.mark.parametrize("number", range(1, 11))
def test_every_report_has_the_numbers_counted_by_hand(
    reports: tuple[CampaignReport, ...], number: int
) -> None:
    report, day = reports[number - 1], REPORT_DAYS[number - 1]
    (unit,) = report.units
    wanted = counted(day)
    shares = {code: Fraction(*pair) for code, pair in wanted.items()} | groups(day)
    targets = DAY_50 if number <= 5 else DAY_100
    assert [standing.criterion.code for standing in unit.standings] == list(BASELINE)
    for standing in unit.standings:
        code, found = standing.criterion.code, standing.measured
        if code in wanted:
            assert (found.numerator, found.denominator) == wanted[code], code
        assert found.value == shares[code], code
        assert standing.course is not None
        assert standing.course.target == Fraction(targets[code], 100), code
        assert standing.course.line == line(code, 10 * number), code
        if shares[code] >= standing.course.target:
            state = "met"
        elif number in (5, 10):
            state = "missed"
        else:
            state = "on_the_way" if shares[code] >= line(code, 10 * number) else "behind"
        assert standing.state == state, code


def test_day_50_and_day_100_are_told_as_the_plan_asks(reports: tuple[CampaignReport, ...]) -> None:
    (unit,) = reports[-1].units
    told = {
        passed.milestone.id: {standing.criterion.code: standing.state for standing in passed.standings}
        for passed in unit.passed
    }
    assert told["day-50"] == dict.fromkeys(BASELINE, "met") | {"progress": "missed", "payment": "missed"}
    assert told["day-100"] == dict.fromkeys(BASELINE, "missed") | {"openness": "met", "online": "met"}
    # A milestone is told the same on its own day and later.
    assert reports[4].units[0].passed[0].standings == unit.passed[0].standings


def test_officials_are_told_by_code_and_of_few_cases_only_counts(
    reports: tuple[CampaignReport, ...],
) -> None:
    officials = reports[-1].officials
    assert officials is not None
    assert [official.score.key for official in officials] == [f"CB-IT-0{n}" for n in range(1, 5)]
    assert [criterion.code for criterion in reports[-1].undivided] == ["openness", "satisfaction"]
    for official in officials:
        wanted = counted(REPORT_DAYS[-1], lambda case, key=official.score.key: case.officer == key)  # type: ignore[misc]
        for standing in official.standings:
            found = standing.measured
            assert (found.numerator, found.denominator) == wanted[standing.criterion.code]
            if official.score.cases < 5:
                assert (standing.state, found.value, found.shown) == ("few_cases", None, None)
    assert min(official.score.cases for official in officials) < 5


def test_a_day_scores_as_chiso_score_does(reports: tuple[CampaignReport, ...]) -> None:
    request = run.ScoreRequest(
        records=tuple(
            FOLDER / name for name in ("cases.csv", "procedures.csv", "services.csv", "petitions.csv")
        ),
        units=FOLDER / "units.csv",
        reported=(FOLDER / "reported.csv",),
        period="2024-03-22..2024-05-10",
    )
    board = run.score(request, AFTERWARDS)
    assert board.unit(UNIT) == reports[4].units[0].score


def test_what_a_unit_above_answers_for_is_not_counted_in_its_units_cases(tmp_path: Path) -> None:
    text = (FOLDER / "campaign.yaml").read_text("utf-8")
    text = text.replace("measure: transparency", 'measure: "1.1"')
    for name in ("cases.csv", "procedures.csv", "services.csv", "petitions.csv", "units.csv", "reported.csv"):
        text = text.replace(name, str(FOLDER / name))
    text = text.replace("assignments: assignments.yaml\n", "")
    path = tmp_path / "campaign.yaml"
    path.write_text(text, "utf-8")
    request = run.CampaignRequest(records=(), file=path, report="1")
    standing = run.campaign(request, AFTERWARDS).reports[0].units[0].standings[0]
    assert (standing.measured.numerator, standing.measured.denominator) == (31, 31)
    assert (standing.measured.outcome, standing.state, standing.needed) == ("inherited", "met", None)
