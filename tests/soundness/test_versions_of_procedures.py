"""The words of a procedure are those in force when a case came in, and each procedure counts once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.builders import a_catalogue, a_folder

import chiso
from chiso.scoring.scoreboard import Score

VERSIONS = "unit_code,procedure_id,paper_result,valid_from,valid_to\n"
CASES = (
    "case_id,unit_code,procedure_id,channel,submitted_at,received_at,due_at,finished_at,returned_at\n"
    "K1,C1,A,online,01/03/2026,02/03/2026,09/03/2026,03/03/2026,\n"
    "K2,C1,A,online,01/09/2026,02/09/2026,09/09/2026,03/09/2026,\n"
)


def _paper_results(folder: Path, versions: str, cases: str = CASES) -> tuple[int | None, int]:
    """Return how many cases have a procedure with a paper result, and of how many that is not known."""
    catalogue = a_catalogue(
        folder,
        ("{where: on_time}", "{where: procedure.paper_result}"),
        ("population: received_on", "population: coalesce(received_on, submitted_on)"),
    )
    records = chiso.load_records([a_folder(folder / "in", procedures=VERSIONS + versions, cases=cases)])
    board = chiso.score(chiso.load_catalogue(catalogue), records, "2026", as_of=date(2026, 10, 10))
    score = board.unit("C1").scores[0]
    return score.numerator, score.undetermined


def test_a_case_goes_by_the_version_in_force_when_it_was_received(tmp_path: Path) -> None:
    """A procedure gave a paper result until June and none from July on. Of the two rows with the same unit
    and procedure the newest superseded the other, so that the case of March was judged by September's words.
    """
    versions = "C1,A,true,01/01/2025,30/06/2026\nC1,A,false,01/07/2026,\n"
    assert _paper_results(tmp_path, versions) == (1, 0)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ("C1,A,true,,\n", (2, 0)),
        # A version holds at most until the next one begins, whether or not its last day is filled in.
        ("C1,A,true,,\nC1,A,false,02/03/2026,\n", (0, 0)),
        ("C1,A,true,,\nC1,A,false,03/03/2026,\n", (1, 0)),
        ("C1,A,false,03/03/2026,\nC1,A,true,,\n", (1, 0)),
        # Both its first and its last day are its own.
        ("C1,A,true,02/03/2026,02/09/2026\n", (2, 0)),
        ("C1,A,true,03/03/2026,01/09/2026\n", (0, 2)),
        # Between two versions there is none, and after the last one neither.
        ("C1,A,true,,01/03/2026\nC1,A,true,03/03/2026,\n", (1, 1)),
        ("C1,A,true,,\nC1,A,true,03/03/2026,30/06/2026\n", (1, 1)),
        # The same version given twice is one: the later row.
        ("C1,A,false,,\nC1,A,true,,\n", (2, 0)),
    ],
)
def test_a_version_holds_from_its_first_day_until_the_next_begins(
    tmp_path: Path, versions: str, expected: tuple[int, int]
) -> None:
    assert _paper_results(tmp_path, versions) == expected


def test_the_day_of_a_case_is_that_of_its_receipt_else_of_its_submission(tmp_path: Path) -> None:
    versions = "C1,A,true,,01/03/2026\nC1,A,false,02/03/2026,30/09/2026\nC1,A,true,01/10/2026,\n"
    head = CASES.partition("\n")[0]
    for received, expected in (("", 1), ("02/03/2026", 0)):
        folder = tmp_path / f"received {bool(received)}"
        folder.mkdir()
        case = f"{head}\nK1,C1,A,online,01/03/2026,{received},09/03/2026,03/03/2026,\n"
        assert _paper_results(folder, versions, case) == (expected, 0)


def test_without_a_day_of_its_own_a_service_has_the_version_of_the_day_of_judgement(tmp_path: Path) -> None:
    services = "unit_code,service_id,procedure_id\nC1,S,A\n"
    versions = VERSIONS + "C1,A,true,,10/10/2026\nC1,A,false,11/10/2026,\n"
    catalogue = a_catalogue(
        tmp_path,
        ("records:\n", "records:\n  services: {population: unit.exists}\n"),
        (
            "{records: cases}\n        numerator: {where: on_time}",
            "{records: services}\n        numerator: {where: procedure.paper_result}",
        ),
    )
    folder = a_folder(tmp_path / "in", services=services, procedures=versions)
    for day, expected in ((date(2026, 10, 10), 1), (date(2026, 10, 11), 0)):
        board = chiso.score(chiso.load_catalogue(catalogue), chiso.load_records([folder]), "2026", as_of=day)
        assert board.unit("C1").scores[0].numerator == expected


def _shipped(folder: Path, versions: str) -> dict[str, Score]:
    """Return the scores of C1 in 2026 with three of procedures A and B in versions, and a case of A."""
    head = "unit_code,procedure_id,online_level,fee_bearing,payment_integrated,complete,valid_from,valid_to\n"
    records = chiso.load_records([a_folder(folder / "in", procedures=head + versions)])
    board = chiso.score(chiso.load_catalogue(), records, "2026", as_of=date(2026, 10, 10))
    return {score.index: score for unit in board.units if unit.unit.code == "P" for score in unit.scores}


def test_a_procedure_in_several_versions_counts_once_by_its_newest(tmp_path: Path) -> None:
    """Once versions were rows of their own, an older one, complete and with a fee, would have counted for
    the newest, which is neither. One of 2027 was worse before: it superseded the others, and since it
    began after the period the procedure did not count at all.
    """
    versions = (
        "P,A,full,true,true,true,,30/06/2026\n"
        "P,A,none,false,false,false,01/07/2026,\n"
        "P,A,full,true,true,true,01/01/2027,\n"
        "P,B,full,true,false,true,,\n"
    )
    scores = _shipped(tmp_path, versions)
    counted = {code: (scores[code].numerator, scores[code].denominator) for code in ("1.3", "3.1", "3.5")}
    assert counted == {"1.3": (1, 2), "3.1": (1, 2), "3.5": (0, 1)}


def test_a_procedure_abolished_in_the_period_still_counts_in_it(tmp_path: Path) -> None:
    versions = "P,A,full,true,true,true,,31/12/2025\nP,A,full,true,true,true,01/01/2026,30/06/2026\n"
    scores = _shipped(tmp_path, versions)
    assert (scores["1.3"].numerator, scores["1.3"].denominator) == (1, 1)
