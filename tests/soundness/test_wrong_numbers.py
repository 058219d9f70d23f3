"""One test for each wrong number ever found, with its story. None of these may be weakened."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.builders import a_catalogue, a_folder

import chiso


def test_a_looked_up_row_that_is_there_twice_does_not_multiply_cases(tmp_path: Path) -> None:
    """Two communes were merged. Both had listed procedure A, in different words, and once their records
    went to the successor every case of A found two procedures and became two. The later row decides.
    """
    units = (
        "unit_code,unit_name,level,valid_to,successor_code\n"
        "C1,Xã Một,commune,30/06/2026,C2\nC2,Xã Hai,commune,,\n"
    )
    procedures = "unit_code,procedure_id,complete\nC1,A,false\nC2,A,true\n"
    cases = (
        "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,returned_at\n"
        "K1,C2,A,online,03/08/2026,14/08/2026,10/08/2026,\n"
    )
    catalogue = a_catalogue(tmp_path, ("{where: on_time}", "{where: on_time and procedure.complete}"))
    records = chiso.load_records([a_folder(tmp_path / "in", units=units, procedures=procedures, cases=cases)])
    board = chiso.score(chiso.load_catalogue(catalogue), records, "2026-08", as_of=date(2026, 8, 31))
    cell = board.unit("C2").scores[0]
    assert (cell.numerator, cell.denominator) == (1, 1)


def test_a_unit_named_in_one_file_and_coded_in_another_is_one_unit(tmp_path: Path) -> None:
    """One file listed procedure A under the commune's name, another under its code. The two rows had
    different keys, both stayed, and neither superseded the other.
    """
    rows = "xã một,A,true,01/01/2026\nC1,A,false,01/01/2026\n"
    procedures = "unit_code,procedure_id,complete,valid_from\n" + rows
    records = chiso.load_records([a_folder(tmp_path / "in", procedures=procedures)])
    found = records.connection.execute("SELECT unit_code, set_aside FROM procedures ORDER BY rowid")
    assert found.fetchall() == [("C1", 2), ("C1", 0)]


def test_large_constants_do_not_overflow(tmp_path: Path) -> None:
    """A condition multiplied a number of minutes by a million and the run ended with a fault of chiso:
    the constant was taken for 32 bits where the check had reckoned with 64.
    """
    cases = (
        "case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,waiting_minutes\n"
        "K1,C1,online,03/08/2026,14/08/2026,10/08/2026,,90000\n"
    )
    condition = "{where: 1000000 * (waiting_minutes + 1) > 2000000000}"
    catalogue = a_catalogue(tmp_path, ("{where: on_time}", condition))
    records = chiso.load_records([a_folder(tmp_path / "in", cases=cases)])
    board = chiso.score(chiso.load_catalogue(catalogue), records, "2026-08", as_of=date(2026, 8, 31))
    assert board.unit("C1").scores[0].numerator == 1


def test_what_happened_after_the_day_of_judgement_changes_nothing(tmp_path: Path, samples: Path) -> None:
    """August's satisfaction fell when a petition of October came into the file: look-ups saw rows that
    the footer called outside. And a supplement answered in September excused a case that was late in
    August. Both are tests of the shipped catalogue now; here the petition from outside.
    """
    folder = tmp_path / "in"
    folder.mkdir()
    for path in (samples / "gia-lai-2026").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())

    def satisfied() -> int | None:
        records = chiso.load_records([folder])
        board = chiso.score(chiso.load_catalogue(), records, "2026-06", as_of=date(2026, 6, 30))
        return next(
            cell for cell in board.unit("H21.125").scores if cell.group == "satisfaction" and cell.denominator
        ).numerator

    before = satisfied()
    case_id = (folder / "cases-H21.125.csv").read_text("utf-8").splitlines()[150].split(",")[0]
    with (folder / "petitions.csv").open("a", encoding="utf-8") as stream:
        heads = (folder / "petitions.csv").read_text("utf-8").splitlines()[0].split(",")
        row = {"petition_id": "late", "unit_code": "H21.125", "received_at": "01/10/2026", "case_id": case_id}
        stream.write(",".join(row.get(head, "") for head in heads) + "\n")
    assert satisfied() == before
