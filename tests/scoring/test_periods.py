"""Several periods of the same records: each as if it were scored alone, whatever the others are."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from tests.builders import a_catalogue, a_folder
from tests.conftest import ROOT, CommandLine
from tests.schemas import validator_of

import chiso
from chiso import run
from chiso.errors import UsageError
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import next_period, parse_period, parse_periods, previous_period

TODAY = date(2026, 10, 10)
SAMPLES = ROOT / "samples" / "gia-lai-2026"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("2026-08", "2026-08"),
        ("2025-11..2026-02", "2025-11 2025-12 2026-01 2026-02"),
        ("2025-Q4..2026-Q2", "2025-Q4 2026-Q1 2026-Q2"),
        ("2024..2026", "2024 2025 2026"),
        ("2024-02-D2..2024-03-D1", "2024-02-D2 2024-02-D3 2024-03-D1"),
        # Two days are one period, not a list of days.
        ("2024-03-22..2024-06-29", "2024-03-22..2024-06-29"),
        ("2026-08, 2026-Q3,2026", "2026-08 2026-Q3 2026"),
        ("2026-08,2026-07..2026-09", "2026-08 2026-07 2026-09"),
        ("last-month,2026", "2026-09 2026"),
        (
            "2025-12..last-month",
            "2025-12 2026-01 2026-02 2026-03 2026-04 2026-05 2026-06 2026-07 2026-08 2026-09",
        ),
        ("2099-11..2099-12", "2099-11 2099-12"),
    ],
)
def test_a_list_of_periods(text: str, labels: str) -> None:
    assert [period.label for period in parse_periods(text, TODAY)] == labels.split()


@pytest.mark.parametrize(
    "text", ["2026-08..2026", "2026-10..2026-01", "2026-ytd..2027-ytd", "", "2026-1..2026-3"]
)
def test_what_is_no_list_of_periods(text: str) -> None:
    with pytest.raises(UsageError):
        parse_periods(text, TODAY)


def test_every_fault_of_a_list_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        parse_periods("2026-13,2026-08,2026..2026-03", TODAY)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["2026", "2026-Q1", "2026-02", "2026-02-D3", "2025-12-D1", "1990-02"])
def test_the_period_before_the_next_is_the_period_itself(text: str) -> None:
    period = parse_period(text, TODAY)
    following = next_period(period)
    assert (following.first_day - period.last_day).days == 1
    assert previous_period(following) == period


@pytest.mark.parametrize("text", ["2026-ytd", "2024-03-22..2024-06-29", "1990-01", "1990"])
def test_no_period_before(text: str) -> None:
    assert previous_period(parse_period(text, TODAY)) is None


def request(*, period: str, records: Path = SAMPLES, catalogue: Path | None = None) -> run.ScoreRequest:
    return run.ScoreRequest(records=(records,), period=period, catalogue=catalogue)


def assert_as_if_alone(boards: tuple[Scoreboard, ...], records: Path, catalogue: Path | None = None) -> None:
    rules, loaded = chiso.load_catalogue(catalogue), chiso.load_records([records])
    for board in boards:
        alone = chiso.score(rules, loaded, board.judgement.period.label, as_of=board.judgement.as_of)
        assert board.units == alone.units, board.judgement.period.label
        assert board.fates == alone.fates
        assert board.rules == alone.rules
        assert (board.missing, board.beyond, board.notes) == (alone.missing, alone.beyond, alone.notes)


@pytest.mark.long
def test_ten_months_of_the_samples_are_what_each_month_is_alone() -> None:
    scored = run.score_periods(request(period="2026-01..2026-10,2026-Q3,2026"), TODAY)
    assert [board.judgement.period.label for board in scored.boards][-3:] == ["2026-10", "2026-Q3", "2026"]
    assert [board.judgement.provisional for board in scored.boards] == [False] * 9 + [True, False, True]
    assert not scored.unscored
    # The whole of it costs a second per period; February and October are the odd ones.
    some = {"2026-01", "2026-02", "2026-06", "2026-10", "2026-Q3", "2026"}
    boards = tuple(board for board in scored.boards if board.judgement.period.label in some)
    assert len(boards) == len(some)
    assert_as_if_alone(boards, SAMPLES)


# C1 ended on 30/06/2025 and C2 answers for its records from then on.
UNITS = """\
unit_code,unit_name,level,parent_code,valid_to,successor_code
P,Tỉnh Phú An,province,,,
C1,Xã Một,commune,P,30/06/2025,C2
C2,Xã Hai,commune,P,,
"""
CASES = """\
case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,returned_at,status
K1,C1,1.000001,online,03/06/2025,13/06/2025,10/06/2025,,10
K2,C1,1.000001,direct,20/06/2025,04/07/2025,07/07/2025,,10
K3,C2,1.000001,online,05/05/2025,05/06/2025,,,4
K4,C2,1.000001,online,05/07/2025,15/07/2025,10/07/2025,,10
"""
PROCEDURES = """\
unit_code,procedure_id,online_level,fee_bearing,paper_result
C1,1.000001,full,0,1
C2,1.000001,full,1,0
"""


def test_periods_before_and_after_a_merger_and_an_edition(tmp_path: Path) -> None:
    """Each period has its own edition, units and look-ups, though one scan counts what counts alike."""
    folder = a_folder(tmp_path / "in", units=UNITS, cases=CASES, procedures=PROCEDURES)
    scored = run.score_periods(request(period="2025-05..2025-08,2025", records=folder), TODAY)
    assert [board.rules.edition for board in scored.boards] == ["2022", "2022", *["portal-2026"] * 3]
    assert ["C1" in [unit.unit.code for unit in board.units] for board in scored.boards] == [
        *(True, True, False, False),
        True,
    ]
    assert_as_if_alone(scored.boards, folder)


def test_rules_that_count_otherwise_are_counted_apart(tmp_path: Path) -> None:
    """In August 1 of the 2 cases of C1 is in time; from September on postal ones are counted, 0 of 2."""
    folder = a_folder(tmp_path / "in")
    catalogue = a_catalogue(
        tmp_path,
        (
            "numerator: {where: on_time}",
            "numerator: {where: {2024-01-01: on_time, 2026-09-01: \"channel = 'postal'\"}}",
        ),
    )
    scored = run.score_periods(request(period="2026-08,2026-09", records=folder, catalogue=catalogue), TODAY)
    assert_as_if_alone(scored.boards, folder, catalogue)
    first, second = (board.unit("C1").scores[0] for board in scored.boards)
    assert (first.numerator, first.denominator) == (1, 2)
    assert (second.numerator, second.denominator) == (0, 2)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_period_that_cannot_be_scored_is_told_and_the_others_stand(
    tmp_path: Path, chiso: CommandLine
) -> None:
    folder = a_folder(tmp_path / "in")
    small = ("--catalogue", a_catalogue(tmp_path), "--lang", "en")
    asked = ("--periods", "2026-07..2026-08", "--as-of", "2026-10-10")
    outcome = chiso("score", folder, *asked, *small, "--format", "csv")
    assert outcome.code == 15
    assert [row["period"] for row in rows_of(outcome.stdout)] == ["2026-08"] * 3
    assert "2026-07: No row can be used in the period" in outcome.stderr
    outcome = chiso("score", folder, "--periods", "2026-06..2026-07", *small, "--as-of", "2026-10-10")
    assert outcome.code == 12
    assert not outcome.stdout


def test_json_of_several_periods_keeps_to_its_schema(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    for command in ("score", "rank"):
        outcome = chiso(
            *(command, folder, "--periods", "2026-07..2026-09", "--as-of", "2026-10-10"),
            *("--catalogue", a_catalogue(tmp_path), "--format", "json"),
        )
        data = json.loads(outcome.stdout)
        assert not [error.message for error in validator_of("scoreboards").iter_errors(data)]
        assert [board["period"]["label"] for board in data["periods"]] == ["2026-08", "2026-09"]
        assert [entry["period"] for entry in data["unscored"]] == ["2026-07"]


def test_the_table_has_a_heading_for_each_period_and_tells_common_notes_once(
    tmp_path: Path, chiso: CommandLine
) -> None:
    folder = a_folder(tmp_path / "in")
    outcome = chiso(
        *("rank", folder, "--periods", "2026-08..2026-10", "--as-of", "2026-10-10", "--lang", "en"),
        *("--catalogue", a_catalogue(tmp_path), "--level", "commune"),
    )
    assert outcome.code == 0
    assert "Period 2026-08\n" in outcome.stdout
    assert "Period 2026-10 (provisional, as of 2026-10-10)" in outcome.stdout
    assert outcome.stdout.count("cases: read 3") == 1


@pytest.mark.parametrize("options", [(), ("--period", "2026-08", "--periods", "2026-08")])
def test_one_of_period_and_periods(options: tuple[str, ...], tmp_path: Path, chiso: CommandLine) -> None:
    outcome = chiso("score", a_folder(tmp_path / "in"), *options, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert "either --period or --periods" in outcome.stderr


def test_a_split_goes_with_one_period(tmp_path: Path, chiso: CommandLine) -> None:
    outcome = chiso(
        "score", a_folder(tmp_path / "in"), "--periods", "2026-08", "--by", "channel", "--lang", "en"
    )
    assert outcome.code == 2
    assert "--by goes with --period only" in outcome.stderr
