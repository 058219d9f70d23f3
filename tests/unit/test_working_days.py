"""Working days of public offices: Tết, swap days by government order, and a user's own table."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from chiso.errors import RecordsError
from chiso.terms.columns import FIRST_DAY, LAST_DAY
from chiso.terms.working_days import WorkingDays, load_working_days


@pytest.fixture(scope="module")
def calendar() -> WorkingDays:
    return load_working_days()


def nth_working_day_after(start: date, count: int, calendar: WorkingDays) -> date:
    day = start
    while count:
        day += timedelta(days=1)
        count -= calendar.is_working_day(day)
    return day


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),
        # 12729/VPCP-KGVX: Friday 2/1/2026 off, Saturday 10/1/2026 worked in exchange.
        (date(2026, 1, 2), False),
        (date(2026, 1, 10), True),
        (date(2026, 1, 3), False),
        (date(2024, 4, 29), False),
        (date(2024, 4, 30), False),
        (date(2024, 5, 4), True),
        (date(2025, 5, 2), False),
        (date(2025, 4, 26), True),
        # National day 2026: Monday 31/8 off, Saturday 22/8 worked.
        (date(2026, 8, 31), False),
        (date(2026, 8, 22), True),
        (date(2026, 9, 1), False),
        (date(2026, 9, 2), False),
        (date(2026, 9, 3), True),
        # Hùng Kings' day 2026: the tenth of the third lunar month falls on Sunday 26/4.
        (date(2026, 4, 27), False),
        # Tết 2026: the first lunar day is Tuesday 17/2.
        (date(2026, 2, 16), False),
        (date(2026, 2, 17), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 8, 3), True),
        (date(2026, 8, 8), False),
        (date(2026, 8, 9), False),
        # Not in the labour code, so worked until it is.
        (date(2026, 11, 24), True),
    ],
)
def test_which_days_are_worked(calendar: WorkingDays, day: date, worked: bool) -> None:
    assert calendar.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        # 1/1 and 2/1 off, 3–4/1 a weekend: 5, 6, 7, 8, 9/1.
        (date(2025, 12, 31), 5, date(2026, 1, 9)),
        # And the sixth is the worked Saturday.
        (date(2025, 12, 31), 6, date(2026, 1, 10)),
        # 31/8, 1/9 and 2/9 off: Friday 28/8 → Thursday 3/9.
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2026, 8, 3), 5, date(2026, 8, 10)),
    ],
)
def test_limits_count_working_days_after_the_first(
    calendar: WorkingDays, start: date, count: int, end: date
) -> None:
    assert nth_working_day_after(start, count, calendar) == end
    assert calendar.between(start, end) == count
    assert calendar.between(end, start) == -count


def test_between_counts_each_day_after_the_first_up_to_the_last(calendar: WorkingDays) -> None:
    assert calendar.between(date(2026, 8, 3), date(2026, 8, 3)) == 0
    # Friday to Sunday and back.
    assert calendar.between(date(2026, 8, 7), date(2026, 8, 9)) == 0
    assert calendar.between(date(2026, 8, 9), date(2026, 8, 7)) == 0
    assert calendar.between(date(2026, 8, 7), date(2026, 8, 10)) == 1
    assert calendar.between(date(2026, 8, 10), date(2026, 8, 7)) == -1


def test_the_calendar_reaches_from_the_first_day_a_record_may_have_to_the_last(
    calendar: WorkingDays,
) -> None:
    assert len(calendar.counts) == (LAST_DAY - FIRST_DAY).days + 1
    assert calendar.counts[0] == calendar.is_working_day(FIRST_DAY)
    steps = {after - before for before, after in zip(calendar.counts, calendar.counts[1:], strict=False)}
    assert steps == {0, 1}


def own_table(folder: Path, text: str) -> Path:
    path = folder / "days.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_own_table_is_laid_over_the_shipped_one(tmp_path: Path, calendar: WorkingDays) -> None:
    table = own_table(
        tmp_path,
        "swap_days:\n"
        "  - {day_off: 2026-08-22, worked: 2026-08-31, document: '1/UBND'}\n"
        "  - {day_off: 2026-08-04, worked: null, document: '2/UBND'}\n"
        "  - {worked: 2026-08-08, document: '2/UBND'}\n",
    )
    own = load_working_days(table)
    changed = {
        day
        for day in (date(2026, 8, 1) + timedelta(days=n) for n in range(40))
        if own.is_working_day(day) != calendar.is_working_day(day)
    }
    assert changed == {date(2026, 8, 4), date(2026, 8, 8), date(2026, 8, 22), date(2026, 8, 31)}


def test_an_own_table_may_settle_a_holiday(tmp_path: Path) -> None:
    table = own_table(tmp_path, 'unsettled:\n  - {holiday: "Vietnam Cultural Day", day_off: true}\n')
    assert not load_working_days(table).is_working_day(date(2026, 11, 24))


@pytest.mark.parametrize(
    "text",
    [
        "swap_days: [{day_off: 31/08/2026, worked: 2026-08-22}]",
        "swap_days: [{day_off: 2026-08-31 08:00:00}]",
        "swap_days: 3",
        "- 2026-08-31",
        "unsettled: [{holiday: Vietnam Cultural Day}]",
        "swap_days: [",
        "just words",
        "",
    ],
)
def test_a_table_of_another_form_is_refused_with_the_form(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordsError) as error:
        load_working_days(own_table(tmp_path, text))
    (problem,) = error.value.problems
    assert problem.place is not None
    assert problem.place.file.endswith("days.yaml")
    assert problem.hint is not None
    assert "swap_days" in problem.hint.en


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError):
        load_working_days(tmp_path / "none.yaml")
