"""Which days a period names, and on which day its open cases are judged."""

from __future__ import annotations

from datetime import date

import pytest

from chiso.errors import UsageError
from chiso.terms.period import Period, judge, parse_period

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "first_day", "last_day", "kind"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "year"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "quarter"),
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30), "quarter"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "quarter"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "quarter"),
        ("2026-08", date(2026, 8, 1), date(2026, 8, 31), "month"),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "month"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2026-08-D1", date(2026, 8, 1), date(2026, 8, 10), "ten_days"),
        ("2026-08-D2", date(2026, 8, 11), date(2026, 8, 20), "ten_days"),
        # The last ten days run to the end of the month, eight to eleven of them.
        ("2026-08-D3", date(2026, 8, 21), date(2026, 8, 31), "ten_days"),
        ("2026-02-D3", date(2026, 2, 21), date(2026, 2, 28), "ten_days"),
        ("2026-ytd", date(2026, 1, 1), date(2026, 12, 31), "year_to_date"),
        ("2024-03-22..2024-06-29", date(2024, 3, 22), date(2024, 6, 29), "range"),
        ("2024-02-29..2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "range"),
        ("  2026-08 ", date(2026, 8, 1), date(2026, 8, 31), "month"),
    ],
)
def test_a_period_names_its_first_and_last_day(text: str, first_day: date, last_day: date, kind: str) -> None:
    period = parse_period(text, TODAY)
    assert (period.first_day, period.last_day, period.kind) == (first_day, last_day, kind)


@pytest.mark.parametrize(
    ("today", "label", "last_day"),
    [
        (date(2026, 3, 5), "2026-02", date(2026, 2, 28)),
        (date(2026, 3, 31), "2026-02", date(2026, 2, 28)),
        (date(2026, 1, 1), "2025-12", date(2025, 12, 31)),
    ],
)
def test_last_month_is_the_whole_month_before_today(today: date, label: str, last_day: date) -> None:
    period = parse_period("last-month", today)
    assert (period.label, period.last_day) == (label, last_day)
    assert period.first_day == last_day.replace(day=1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "26", "2026-13", "2026-00", "2026-8", "2026-Q5", "2026-q3", "2026-08-D4", "2026-08-D0"),
        *("2026-02-30..2026-03-01", "2026-06-29..2026-03-22", "2026-03-22..", "2026-03-22..2026-06"),
        *("0000", "2026/08", "08/2026", "2026-YTD", "last month", "２０２６", "2026-08\n2026-09"),
    ],
)
def test_anything_else_is_refused_with_the_forms_allowed(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_period(text, TODAY)
    (problem,) = error.value.problems
    assert problem.hint is not None
    assert "2026-Q3" in problem.hint.en
    assert "2026-Q3" in problem.hint.vi


# Before 1990 and after 2099 there is no calendar of working days, and no date of a record is read.
@pytest.mark.parametrize("text", ["1989", "2100-01", "1989-12-31..1990-01-02", "9999"])
def test_a_period_without_a_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(text, TODAY)


def test_both_ends_belong_to_the_period() -> None:
    august = parse_period("2026-08", TODAY)
    assert date(2026, 8, 1) in august
    assert date(2026, 8, 31) in august
    assert date(2026, 7, 31) not in august
    assert date(2026, 9, 1) not in august


@pytest.mark.parametrize(
    ("as_of", "judged_on", "provisional"),
    [
        (date(2026, 8, 1), date(2026, 8, 1), True),
        (date(2026, 8, 30), date(2026, 8, 30), True),
        (date(2026, 8, 31), date(2026, 8, 31), False),
        # Later knowledge does not change how August stood on its last day.
        (date(2026, 10, 10), date(2026, 8, 31), False),
    ],
)
def test_open_cases_are_judged_on_the_last_day_or_today_while_the_period_runs(
    as_of: date, judged_on: date, provisional: bool
) -> None:
    judgement = judge(parse_period("2026-08", TODAY), as_of)
    assert (judgement.as_of, judgement.provisional) == (judged_on, provisional)


def test_a_year_to_date_ends_on_the_day_of_judgement_and_is_not_provisional() -> None:
    judgement = judge(parse_period("2026-ytd", TODAY), date(2026, 3, 5))
    assert judgement.period == Period("2026-ytd", "year_to_date", date(2026, 1, 1), date(2026, 3, 5))
    assert not judgement.provisional


def test_a_period_that_has_not_begun_is_refused() -> None:
    with pytest.raises(UsageError, match="2026-08"):
        judge(parse_period("2026-08", TODAY), date(2026, 7, 31))
