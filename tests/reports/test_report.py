"""What every report is made from: scores as ``score`` gives them, what was lost, what may be put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chiso import run
from chiso.errors import Place, Problem, Text, UsageError
from chiso.reporting.notes import notes
from chiso.reporting.trace import report_notes, trace
from chiso.run import Part, ReportRequest
from chiso.scoring.report import Report
from tests.builders import CASES, a_catalogue, a_folder

TODAY = date(2026, 11, 20)
ALL: frozenset[Part] = frozenset({"repairs", "late", "plans"})
REPAIRS = """\
        repairs:
          - kind: attach
            name: {vi: Gắn kết quả, en: Attach the result}
            when: "finished_at is not null"
            sets: {result_link: present}
            effort: 1
"""


@pytest.fixture(scope="module")
def whole_sample() -> Report:
    """The sample's August with its two months before, every unit."""
    folder = Path(__file__).parents[2] / "samples" / "gia-lai-2026"
    return run.report(_asked(folder, "2026-06..2026-08", as_of=date(2026, 8, 31)), TODAY)


def _asked(records: Path, period: str = "2026-08", **more: object) -> ReportRequest:
    return ReportRequest(records=(records,), period=period, parts=ALL, **more)  # type: ignore[arg-type]


def test_scores_are_those_of_score(samples: Path, whole_sample: Report) -> None:
    board = run.score(run.ScoreRequest(records=(samples / "gia-lai-2026",), period="2026-08"), TODAY)
    assert whole_sample.whole.units == whole_sample.board.units == board.units
    assert whole_sample.ranks == run.rank(board)


def test_a_unit_asked_for_keeps_its_place_among_all(tmp_path: Path) -> None:
    folder, catalogue = a_folder(tmp_path / "records"), a_catalogue(tmp_path)
    report = run.report(_asked(folder, catalogue=catalogue, unit=("C1",)), TODAY)
    assert [unit.unit.code for unit in report.board.units] == ["C1"]
    assert (report.rank_of["C1"].place, report.rank_of["C1"].league.units) == (2, 2)


def test_a_fault_in_a_column_that_only_a_list_reads_costs_no_row(tmp_path: Path) -> None:
    # A report reads more columns than the score does; a fault in one of them must not move the score.
    catalogue = a_catalogue(tmp_path)
    header, *rows = CASES.splitlines()
    cases = "\n".join([f"{header},stopped_at", *(f"{row},không rõ" for row in rows)]) + "\n"
    folder = a_folder(tmp_path / "records", cases=cases)
    request = _asked(folder, catalogue=catalogue)
    report = run.report(request, TODAY)
    board = run.score(run.ScoreRequest(records=(folder,), period="2026-08", catalogue=catalogue), TODAY)
    assert report.whole.units == board.units
    assert report.whole.fates == board.fates


def test_what_each_unit_lost_and_may_put_right(whole_sample: Report) -> None:
    some = 0
    for unit in whole_sample.board.units:
        found = whole_sample.shortfalls[unit.unit.code]
        lost = [each.loss.lost for each in found if each.loss.lost is not None]
        assert sum(lost, Decimal(0)) == unit.max_points - unit.total
        assert lost == sorted(lost, reverse=True)
        for each in found:
            if each.repairable:
                assert each.loss.not_counted is not None and each.loss.lost is not None
                assert each.repairable <= each.loss.not_counted
                assert each.gain is not None and Decimal(0) <= each.gain <= each.loss.lost
                assert max(own.records for own in each.repairs) <= each.repairable
                assert sum(own.records for own in each.repairs) >= each.repairable
                some += 1
    assert some > 10


# K1 has its result. K2 and K3 are finished and lack it; K4 is open, nothing can be attached to it.
FOUR_CASES = """\
case_id,unit_code,received_at,due_at,finished_at,status,result_link
K1,C1,03/08/2026,14/08/2026,10/08/2026,10,a.pdf
K2,C1,03/08/2026,14/08/2026,10/08/2026,10,
K3,C1,03/08/2026,14/08/2026,11/08/2026,10,
K4,C1,03/08/2026,14/09/2026,,4,
"""


def test_the_gain_of_putting_right_all_that_may_be(tmp_path: Path) -> None:
    catalogue = a_catalogue(
        tmp_path,
        ("channel = 'online'", "result_link is not null"),
        (
            "        remedy: {vi: Hướng dẫn, en: Guide}\n",
            REPAIRS + "        remedy: {vi: Hướng dẫn, en: Guide}\n",
        ),
    )
    folder = a_folder(tmp_path / "records", cases=FOUR_CASES)
    report = run.report(_asked(folder, catalogue=catalogue), TODAY)
    found = next(each for each in report.shortfalls["C1"] if each.loss.index and each.loss.index.code == "2")
    # 1 of 4 is 25 %; full points at 80 %: 4 × 25 / 80 = 1.25. Two more: 3 of 4, 4 × 75 / 80 = 3.75.
    assert (found.loss.points, found.loss.lost) == (Decimal("1.25"), Decimal("2.75"))
    assert (found.loss.not_counted, found.repairable) == (3, 2)
    assert found.gain == Decimal("3.75") - Decimal("1.25")
    assert [(own.kind, own.records) for own in found.repairs] == [("attach", 2)]


def test_the_course_comes_from_the_periods_before(samples: Path, whole_sample: Report) -> None:
    july = run.score(run.ScoreRequest(records=(samples / "gia-lai-2026",), period="2026-07"), TODAY)
    assert [past.judgement.period.label for past in whole_sample.course] == ["2026-06", "2026-07"]
    assert whole_sample.before is not None and whole_sample.before.units == july.units
    past = whole_sample.past("H21.125")
    assert past is not None and past.total == july.unit("H21.125").total
    assert whole_sample.comparison is not None


def test_the_period_reported_comes_last(tmp_path: Path) -> None:
    folder, catalogue = a_folder(tmp_path / "records"), a_catalogue(tmp_path)
    with pytest.raises(UsageError, match="2026-Q3"):
        run.report(_asked(folder, "2026-Q3,2026-08", catalogue=catalogue), TODAY)


def _kept(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return a folder of records, its catalogue, and a history that holds its August and September."""
    folder, catalogue = a_folder(tmp_path / "records"), a_catalogue(tmp_path)
    history = tmp_path / "history.duckdb"
    request = run.ScoreRequest(records=(folder,), period="2026-08,2026-09", catalogue=catalogue)
    boards = run.score_periods(request, TODAY).boards
    run.keep(history, [(request, board) for board in boards], datetime(2026, 11, 20, tzinfo=UTC))
    return folder, catalogue, history


def test_a_history_tells_the_same_without_records(tmp_path: Path) -> None:
    folder, catalogue, history = _kept(tmp_path)
    report = run.report(ReportRequest(records=(), period="2026-09", history=history, parts=ALL), TODAY)
    read = run.report(_asked(folder, "2026-08..2026-09", catalogue=catalogue), TODAY)
    assert _totals(report) == _totals(read)
    assert report.course[0].totals == read.course[0].totals
    assert report.late is None and report.plans is None
    assert "Lấy từ lịch sử, không có hồ sơ" in "\n".join(report_notes(report, "vi"))
    assert ("History", f"{history.name} run:2") in trace(report, "en")


def _totals(report: Report) -> list[tuple[str, Decimal, int]]:
    return [(u.unit.code, u.total, report.rank_of[u.unit.code].place) for u in report.board.units]


def test_records_take_their_course_from_a_history(tmp_path: Path) -> None:
    folder, catalogue, history = _kept(tmp_path)
    report = run.report(_asked(folder, "2026-09", catalogue=catalogue, history=history), TODAY)
    assert [past.judgement.period.label for past in report.course] == ["2026-08"]


def test_without_records_and_history_there_is_nothing_to_report() -> None:
    with pytest.raises(UsageError, match="RECORDS"):
        run.report(ReportRequest(records=(), period="2026-08"), TODAY)


def test_where_numbers_come_from_names_no_folder(samples: Path, whole_sample: Report) -> None:
    told = "\n".join(f"{label}: {value}" for label, value in trace(whole_sample, "vi"))
    for file in whole_sample.board.provenance.files:
        assert file.sha256 in told
    both = told + "\n".join(report_notes(whole_sample, "vi"))
    assert "gia-lai-2026/" not in both and str(samples) not in both


def test_the_same_note_on_many_rows_is_told_once(whole_sample: Report) -> None:
    # A nation's file of figures had 3,321 rows alike; they stood in every page of a site.
    alike = [Problem(Text("không dùng", "not used"), Place("figures.csv", row=row)) for row in range(8, 15)]
    other = [Problem(Text("không dùng", "not used"), Place("other.csv", row=row)) for row in (3, 4)]
    board = replace(whole_sample.board, notes=(*alike, *other))
    told = [line for line in notes(board, "en") if "not used" in line]
    assert told == [
        "figures.csv, row 8: not used (and 6 more such rows; --format json lists all)",
        "other.csv, row 3: not used",
        "other.csv, row 4: not used",
    ]
