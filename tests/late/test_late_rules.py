"""What is late and by how much, case by case, as a legal officer would reckon it on the wall calendar.

August 2026: the 14th is a Friday, the 15th and 16th are days off; Saturday 22 is worked, and Monday 31 is off
in its place.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.conftest import CommandLine

UNITS = "unit_code,unit_name,level,parent_code\nP,Tỉnh P,province,\nA,Xã A,commune,P\nB,Xã B,commune,P\n"
HEADER = (
    "case_id,unit_code,procedure_id,received_at,due_at,finished_at,status,"
    "supplement_requests,supplement_requested_at,supplement_done_at"
)
PROCEDURES = (
    "unit_code,procedure_id,procedure_name,time_limit,time_limit_unit\n"
    "A,1.000001,Năm ngày làm việc,5,working_day\nA,1.000002,Bảy ngày,7,day\nA,1.000003,Mười hai giờ,12,hour\n"
)
AUGUST = ("--period", "2026-08", "--format", "csv", "--lang", "en")

# A case as of Wednesday 26/8/2026 → list, working days late, working days left, part of the note.
CASES = {
    # Monday 17 and Tuesday 18.
    "K,A,,03/08/2026,14/08/2026,18/08/2026,processed,,,": ("finished", "2", "", ""),
    # Saturday 15 is a day off: late, though by no working day.
    "K,A,,03/08/2026,14/08/2026,15/08/2026,processed,,,": ("finished", "0", "", "late over days off only"),
    # Saturday 22 is worked.
    "K,A,,03/08/2026,21/08/2026,22/08/2026,processed,,,": ("finished", "1", "", ""),
    "K,A,,03/08/2026,14/08/2026,14/08/2026,processed,,,": None,
    # 13, 14, then 17 to 22 are six with the Saturday, then 24, 25, 26: 2 + 6 + 3.
    "K,A,,03/08/2026,12/08/2026,,processing,,,": ("open", "11", "", ""),
    # Finished after the day of judgement is still open on it: 25 and 26.
    "K,A,,03/08/2026,24/08/2026,28/08/2026,processed,,,": ("open", "2", "", ""),
    # Waited from the 5th to the 10th, five days: the due day moves from the 14th to Wednesday the 19th.
    "K,A,,03/08/2026,14/08/2026,20/08/2026,processed,1,05/08/2026,10/08/2026": (
        *("finished", "1", "", "less the wait for a supplement; last day 2026-08-19"),
    ),
    "K,A,,03/08/2026,14/08/2026,19/08/2026,processed,1,05/08/2026,10/08/2026": None,
    # Due Friday the 14th, one day waited: Saturday the 15th. Monday the 17th is one working day after it.
    "K,A,,03/08/2026,14/08/2026,17/08/2026,processed,1,05/08/2026,06/08/2026": (
        *("finished", "1", "", "last day 2026-08-15"),
    ),
    # Asked on the 18th, two working days after the due day; since then the time stands still.
    "K,A,,03/08/2026,14/08/2026,,supplement_requested,1,18/08/2026,": (
        *("open", "2", "", "awaiting a supplement"),
    ),
    # Asked in time: not late, and not due either, however near the day is.
    "K,A,,03/08/2026,27/08/2026,,supplement_requested,1,18/08/2026,": None,
    # The same if it was asked today, or nobody wrote down when.
    "K,A,,03/08/2026,27/08/2026,,supplement_requested,1,26/08/2026,": None,
    "K,A,,03/08/2026,27/08/2026,,supplement_requested,1,,": None,
    # Asked twice is late by the rule; no day says by how much.
    "K,A,,03/08/2026,31/12/2026,,supplement_requested,2,18/08/2026,": (
        *("open", "", "", "asked for supplements more than once"),
    ),
    # No due day: five working days after the 3rd are the 10th; the 11th and 12th are two more.
    "K,A,1.000001,03/08/2026,,12/08/2026,processed,,,": (
        *("finished", "2", "", "no due day, by the procedure's limit; last day 2026-08-10"),
    ),
    "K,A,1.000001,03/08/2026,,10/08/2026,processed,,,": None,
    # Waited from the 5th to the 7th, two working days: the 10th moves to the 12th.
    "K,A,1.000001,03/08/2026,,13/08/2026,processed,1,05/08/2026,07/08/2026": (
        *("finished", "1", "", "last day 2026-08-12"),
    ),
    # Seven days after the 3rd are the 10th.
    "K,A,1.000002,03/08/2026,,11/08/2026,processed,,,": ("finished", "1", "", "last day 2026-08-10"),
    # Twelve hours are one working day and a half: what is finished on the second day is late by a begun day.
    "K,A,1.000003,03/08/2026,,05/08/2026,processed,,,": ("finished", "1", "", "last day 2026-08-04"),
    "K,A,1.000003,03/08/2026,,04/08/2026,processed,,,": None,
    # Asked on the 11th, one working day after the limit.
    "K,A,1.000001,03/08/2026,,,supplement_requested,1,11/08/2026,": (
        *("open", "1", "", "awaiting a supplement; no due day, by the procedure's limit"),
    ),
    # Today, Thursday, Friday; the 31st is off and 1/9 and 2/9 are holidays, so 3/9 is the third day.
    "K,A,,03/08/2026,26/08/2026,,processing,,,": ("due", "", "0", ""),
    "K,A,,03/08/2026,28/08/2026,,processing,,,": ("due", "", "2", ""),
    "K,A,,03/08/2026,03/09/2026,,processing,,,": ("due", "", "3", ""),
    "K,A,,03/08/2026,04/09/2026,,processing,,,": None,
    # The fourth of five working days.
    "K,A,1.000001,20/08/2026,,,processing,,,": ("due", "", "0", "last day 2026-08-26"),
    # Neither received nor in the period: no case of this office's lists.
    "K,A,,03/08/2026,14/08/2026,,registered,,,": None,
    "K,A,,03/07/2026,14/07/2026,31/07/2026,processed,,,": None,
    "K,A,,27/08/2026,27/08/2026,,processing,,,": None,
}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def a_folder(folder: Path, *rows: str, header: str = HEADER, **more: str) -> Path:
    folder.mkdir(exist_ok=True)
    cases = "\n".join([header, *rows]) + "\n"
    for name, text in {"units": UNITS, "cases": cases, "procedures": PROCEDURES, **more}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def test_every_case_stands_on_its_list(tmp_path: Path, chiso: CommandLine) -> None:
    rows = [row.replace("K,", f"K{number},", 1) for number, row in enumerate(CASES)]
    folder = a_folder(tmp_path / "in", *rows, "K0-0,A,,,,,,,,")
    outcome = chiso("late", folder, *AUGUST, "--as-of", "2026-08-26")
    assert outcome.code == 0, outcome.stderr
    found = {row["case_id"]: row for row in rows_of(outcome.stdout)}
    for number, (case, expected) in enumerate(CASES.items()):
        row = found.pop(f"K{number}", None)
        if expected is None:
            assert row is None, case
            continue
        assert row is not None, case
        name, late, left, note = expected
        assert (row["list"], row["working_days_late"], row["working_days_left"]) == (name, late, left), case
        assert note in row["note"] if note else row["note"] == "", case
    assert not found


def test_a_case_that_nothing_judges_is_told_and_not_listed(tmp_path: Path, chiso: CommandLine) -> None:
    """No due day, and a procedure that has no limit: not in time for the index, but not called late."""
    folder = a_folder(
        tmp_path / "in",
        "K1,A,,03/08/2026,,,processing,,,",
        "K2,A,9.999999,03/08/2026,,20/08/2026,processed,,,",
        "K3,A,,03/08/2026,14/08/2026,14/08/2026,processed,,,",
    )
    outcome = chiso("late", folder, *AUGUST, "--as-of", "2026-08-31")
    assert rows_of(outcome.stdout) == []
    assert (
        "2 cases can be called neither late nor in time (no due day or limit to judge by)" in outcome.stderr
    )
    assert "Finished late: 0 of 3 cases in the period" in outcome.stderr


def test_petitions_have_lists_too(tmp_path: Path, chiso: CommandLine) -> None:
    """Without a due day fifteen working days: after Monday 3/8 the Saturday 22/8 is the fifteenth."""
    petitions = (
        "petition_id,unit_code,received_at,due_at,answered_at\n"
        "T1,A,03/08/2026,14/08/2026,18/08/2026\n"
        "T2,A,03/08/2026,,25/08/2026\n"
        "T3,A,03/08/2026,,22/08/2026\n"
        "T4,B,03/08/2026,28/08/2026,\n"
    )
    folder = a_folder(tmp_path / "in", "K,A,,03/08/2026,12/08/2026,,processing,,,", petitions=petitions)
    outcome = chiso("late", folder, *AUGUST, "--as-of", "2026-08-26", "--records", "petitions")
    found = [
        (row["petition_id"], row["list"], row["working_days_late"], row["working_days_left"])
        for row in rows_of(outcome.stdout)
    ]
    # T1: 17 and 18. T2: 24 and 25.
    assert found == [("T1", "finished", "2", ""), ("T2", "finished", "2", ""), ("T4", "due", "", "2")]
    assert "case_id" not in outcome.stdout and "officer_code" not in outcome.stdout


def test_another_calendar_gives_other_days(tmp_path: Path, chiso: CommandLine) -> None:
    """With Monday 17 off, the 18th is the first working day after Friday 14."""
    own = tmp_path / "own.yaml"
    own.write_text("swap_days: [{day_off: 2026-08-17}]\n", "utf-8")
    folder = a_folder(tmp_path / "in", "K,A,,03/08/2026,14/08/2026,18/08/2026,processed,,,")
    outcome = chiso("late", folder, *AUGUST, "--working-days", own)
    assert rows_of(outcome.stdout)[0]["working_days_late"] == "1"


def test_a_unit_that_has_ended_passes_its_cases_on(tmp_path: Path, chiso: CommandLine) -> None:
    units = (
        "unit_code,unit_name,level,parent_code,valid_to,successor_code\n"
        "P,Tỉnh P,province,,,\nA,Xã A,commune,P,2026-08-10,B\nB,Xã B,commune,P,,\n"
    )
    folder = a_folder(tmp_path / "in", "K,A,,03/08/2026,14/08/2026,18/08/2026,processed,,,", units=units)
    outcome = chiso("late", folder, *AUGUST, "--unit", "B")
    assert [row["unit_code"] for row in rows_of(outcome.stdout)] == ["B"]


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (("due_at", "procedure_id"), "needs one of: cases.due_at, cases.procedure_id"),
        (("due_at",), ""),
        (("supplement_requests", "supplement_requested_at", "supplement_done_at", "status"), ""),
        (("finished_at",), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_columns_that_are_missing(
    tmp_path: Path, chiso: CommandLine, lacking: tuple[str, ...], told: str
) -> None:
    names = HEADER.split(",")
    row = dict(
        zip(
            names,
            ["K", "A", "1.000001", "03/08/2026", "10/08/2026", "", "processing", "", "", ""],
            strict=True,
        )
    )
    kept = [name for name in names if name not in lacking]
    folder = a_folder(tmp_path / "in", ",".join(row[name] for name in kept), header=",".join(kept))
    outcome = chiso("late", folder, *AUGUST, "--as-of", "2026-08-12", "--list", "open")
    if told:
        assert outcome.code == 11
        assert told in outcome.stderr
    else:
        # Due on the 10th, by the office or by the limit: the 11th and 12th.
        assert [row["working_days_late"] for row in rows_of(outcome.stdout)] == ["2"]
