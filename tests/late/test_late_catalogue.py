"""A catalogue's deadline: what it may say, and every mistake in it with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from chiso import load_catalogue
from chiso.errors import CatalogueError
from tests.builders import a_catalogue, a_folder, place_of
from tests.conftest import CommandLine

DEFINITION = "      on_time: least(coalesce(ended_on, :as_of), :as_of) <= due_on\n"
DEADLINE = """\
    deadline:
      received_on: received_on
      due_on: due_on
      ended_on: ended_on
      open: coalesce(ended_on > :as_of, true)
      late: not on_time
      terms:
        - when: channel = 'online'
          from: received_on
          working_days: "4"
          until: least(coalesce(ended_on, :as_of), :as_of)
          note: {vi: bốn ngày, en: four days}
        - from: due_on
          until: least(coalesce(ended_on, :as_of), :as_of)
"""

# (old, new, the word at whose place the fault is told, part of the message)
MISTAKES = {
    "unknown key": ("note: {vi: bốn", "nte: {vi: bốn", "nte:", "Unknown key “nte”"),
    "missing key": ("      late: not on_time\n", "", "received_on: received_on", "Missing key “late”"),
    "no condition": ("late: not on_time", "late: due_on", "late: due_on", "must give true or false"),
    "no day": ("due_on: due_on", "due_on: due_at", "due_on: due_at", "a date, here it gives a timestamp"),
    "no number": ('"4"', "due_on", "working_days: due_on", "must give an integer"),
    "unknown column": ("ended_on: ended_on", "ended_on: endd_on", "endd_on", "“endd_on”"),
    "an unquoted number": ('"4"', "4", "working_days: 4", "unquoted, 4 is read as a number"),
    "two lengths": (
        *('"4"\n', '"4"\n          days: "5"\n', "when: channel"),
        "Only one of these: days, working_days",
    ),
    "no end": (
        '"4"\n          until: least(coalesce(ended_on, :as_of), :as_of)\n',
        *('"4"\n', "when: channel", "“from” and “until” go together"),
    ),
    "hours without a day": (
        *("working_days:", "working_hours:", "when: channel"),
        "“working_hours” and “hours_per_day” go together",
    ),
    "a condition that begins late": (
        *("when: channel = 'online'", "when: {2025-03-01: \"channel = 'online'\"}", "when: {2025"),
        "“when” has no value from 2024-01-01 to 2025-02-28",
    ),
}


def with_deadline(folder: Path, *changes: tuple[str, str]) -> Path:
    text = DEADLINE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return a_catalogue(folder, (DEFINITION, DEFINITION + text))


@pytest.mark.parametrize(("old", "new", "word", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, old: str, new: str, word: str, message: str) -> None:
    path = with_deadline(tmp_path, (old, new))
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(path)
    problems = raised.value.problems
    assert len(problems) == 1, [problem.message.en for problem in problems]
    assert message in problems[0].message.en
    place = problems[0].place
    assert place is not None
    assert str(place.line) == place_of(path, word).split(":")[0]


def test_the_first_term_that_holds_counts_the_days(tmp_path: Path, chiso: CommandLine) -> None:
    """K1, online: received Monday 3/8, so the 7th is its fourth day, though it is due on the 5th.

    Finished on Monday the 10th it is late, by one working day after the 7th.
    """
    header = "case_id,unit_code,channel,received_at,due_at,finished_at\n"
    folder = a_folder(tmp_path / "in", cases=header + "K1,C1,online,03/08/2026,05/08/2026,10/08/2026\n")
    outcome = chiso(
        *("late", folder, "--period", "2026-08", "--catalogue", with_deadline(tmp_path)),
        *("--format", "csv", "--lang", "en"),
    )
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout.splitlines()[1] == (
        "finished,C1,Xã Một,,K1,,,,2026-08-03,2026-08-05,2026-08-07,2026-08-10,1,,"
        "four days; last day 2026-08-07"
    )


def test_what_only_a_deadline_reads_changes_no_score(tmp_path: Path, chiso: CommandLine) -> None:
    """A cell that only the deadline reads may set its row aside in the lists, never in the scores."""
    header = "case_id,unit_code,channel,received_at,due_at,finished_at,refused_at\n"
    folder = a_folder(tmp_path / "in", cases=header + "K1,C1,online,03/08/2026,14/08/2026,10/08/2026,never\n")
    change = ("received_on: received_on\n", "received_on: coalesce(refused_on, received_on)\n")
    options = ("--period", "2026-08", "--catalogue", with_deadline(tmp_path, change), "--lang", "en")
    score = chiso("score", folder, *options, "--format", "csv")
    assert "cases: read 1 = in the period 1" in score.stderr
    late = chiso("late", folder, *options, "--format", "csv")
    assert late.code == 12
    assert "cases.csv, row 2, column refused_at" in late.stderr
