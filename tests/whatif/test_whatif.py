"""Before is what ``score`` gives, after is what it would give with the catalogue or the export edited."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.builders import CASES, a_catalogue, a_folder

from chiso import load_records, run
from chiso.records.drop import read_case_lists, without_cases
from chiso.records.mapping import shipped_spelling
from chiso.scoring.scoreboard import Scoreboard, index_rows, total_rows
from chiso.scoring.whatif import Whatif

PERIOD, AS_OF = "2026-08", date(2026, 8, 31)
ON = ("--period", PERIOD, "--as-of", AS_OF.isoformat())


def whatif(records: Path, catalogue: Path | None, *settings: str, **more: Any) -> Whatif:
    options: dict[str, Any] = {"period": PERIOD, "as_of": AS_OF, **more}
    request = run.WhatifRequest(records=(records,), catalogue=catalogue, settings=settings, **options)
    return run.whatif(request, AS_OF)


def score(records: Path, catalogue: Path | None, **more: Any) -> Scoreboard:
    options: dict[str, Any] = {"period": PERIOD, "as_of": AS_OF, **more}
    return run.score(run.ScoreRequest(records=(records,), catalogue=catalogue, **options), AS_OF)


def same(one: Scoreboard, other: Scoreboard) -> bool:
    """Every figure of every unit and index, and the fate of every row."""
    return (
        total_rows(one) == total_rows(other)
        and index_rows(one) == index_rows(other)
        and one.fates == other.fates
        and one.missing == other.missing
    )


def figures(result: Any) -> dict[str, tuple[str, str, int, int]]:
    """Total before and after, place before and after, of the communes."""
    return {
        unit.unit.code: (
            str(unit.before.score.total),
            str(unit.after.score.total),
            unit.before.place,
            unit.after.place,
        )
        for unit in result.units
        if unit.unit.level == "commune"
    }


# Sums that can be followed by hand. Xã Một has two cases, one in time, one online; Xã Hai has one, both.


def test_a_lower_target_earns_more(tmp_path: Path) -> None:
    result = whatif(a_folder(tmp_path / "r"), a_catalogue(tmp_path), "2.full_points_at=50%")
    assert figures(result) == {
        # 1/2 × 6 = 3.00; online 50 % of 80 %: 0.5/0.8 × 4 = 2.50, then 0.5/0.5 × 4 = 4.00
        "C1": ("5.50", "7.00", 2, 2),
        # 1/1 × 6 + 4: nothing more to gain
        "C2": ("10.00", "10.00", 1, 1),
    }
    (change,) = result.overlaid.changes
    assert (change.code, change.key, change.old, change.new) == ("2", "full_points_at", "80%", "50%")


def test_other_weights_that_add_up(tmp_path: Path) -> None:
    result = whatif(a_folder(tmp_path / "r"), a_catalogue(tmp_path), "1.points=9", "2.points=1")
    # 1/2 × 9 = 4.50; 0.5/0.8 × 1 = 0.625, half up 0.63
    assert figures(result)["C1"] == ("5.50", "5.13", 2, 2)


def test_a_dropped_case_is_as_if_it_were_not_in_the_export(tmp_path: Path) -> None:
    (tmp_path / "drop.csv").write_text("case_id\nK2\n", "utf-8")
    result = whatif(a_folder(tmp_path / "r"), a_catalogue(tmp_path), drop_cases=(tmp_path / "drop.csv",))
    # Without the late case that was handed in directly: 1/1 × 6 + 4. Equal totals share the first place.
    assert figures(result) == {"C1": ("5.50", "10.00", 2, 1), "C2": ("10.00", "10.00", 1, 1)}
    before, after = result.before.fates[0], result.after.fates[0]
    assert (before.rows_read, after.rows_read, result.rows_dropped) == (3, 2, 1)


def test_another_zero_rule_moves_units_into_another_league(tmp_path: Path, chiso: Any) -> None:
    folder = a_folder(tmp_path / "r", cases=CASES.replace("K3,C2", "K3,C1"))
    catalogue = a_catalogue(tmp_path)
    result = whatif(folder, catalogue, "1.on_zero=exclude")
    # Xã Hai has no case: 0 of 10 before; index 1 leaves its maximum, and nobody else can earn 4 at most.
    assert figures(result)["C2"] == ("0.00", "0.00", 2, 1)
    assert [unit.unit.code for unit in result.units if unit.changes_league] == ["C2"]
    outcome = chiso(
        "whatif", folder, "--catalogue", catalogue, *ON, "--set", "1.on_zero=exclude", "--lang", "en"
    )
    assert "1 unit has another maximum (10.00 → 4.00 points)" in outcome.stdout
    assert "10.00\u00a0→ 4.00" in outcome.stdout


def test_places_are_those_among_all_units_whoever_is_shown(tmp_path: Path) -> None:
    result = whatif(
        a_folder(tmp_path / "r"), a_catalogue(tmp_path), "2.full_points_at=50%", unit=("C1",), level="commune"
    )
    assert figures(result) == {"C1": ("5.50", "7.00", 2, 2)}
    assert len(result.before.units) == len(result.after.units) == 1


def test_a_unit_that_loses_its_last_case_is_still_shown(tmp_path: Path) -> None:
    (tmp_path / "drop.csv").write_text("Mã hồ sơ;Ghi chú\nK3;x\n", "utf-8")
    result = whatif(
        a_folder(tmp_path / "r"),
        a_catalogue(tmp_path),
        drop_cases=(tmp_path / "drop.csv",),
        with_records=True,
        unit=("C2",),
    )
    # 0/0 of index 1 earns 0, of index 2 nothing
    assert figures(result) == {"C2": ("10.00", "0.00", 1, 2)}


# The same as score with the catalogue edited by hand.

EDITS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "target": (("2.full_points_at=62.5%",), (("2025-07-01: 80%", "2025-07-01: 62.5%"),)),
    "alias": (("ON_TIME.full_points_at=40%",), (("full_points_at: 100%", "full_points_at: 40%"),)),
    "zero rule": (("1.on_zero=full",), (("on_zero: zero", "on_zero: full"),)),
    "points": (
        ("1.points=7.25", "2.points=4", "progress.points=11.25", "total=11.25"),
        (
            ("points: 6", "points: 7.25"),
            ("points: 10", "points: 11.25"),
            ("total: 10", "total: 11.25"),
        ),
    ),
    "formula": (
        ("1.numerator={where: 'days(received_on, ended_on) <= 10'}",),
        (("numerator: {where: on_time}", "numerator: {where: 'days(received_on, ended_on) <= 10'}"),),
    ),
    "part of a formula": (
        ("1.denominator.where=channel = 'online'",),
        (("denominator: {records: cases}", "denominator: {records: cases, where: \"channel = 'online'\"}"),),
    ),
    "definition": (
        ("records.cases.definitions.on_time=ended_on <= due_on",),
        (("on_time: least(coalesce(ended_on, :as_of), :as_of) <= due_on", "on_time: ended_on <= due_on"),),
    ),
    "new key": (
        ("1.rule=lower_is_better", "1.full_points_at=10%", "1.no_points_at=90%"),
        (
            (
                "        full_points_at: 100%",
                "        rule: lower_is_better\n        full_points_at: 10%\n        no_points_at: 90%",
            ),
        ),
    ),
    "rounding that the catalogue does not write": (
        ("progress.rounding.points=1", "progress.rounding.arithmetic=double"),
        (("    points: 10\n", "    points: 10\n    rounding: {points: 1, arithmetic: double}\n"),),
    ),
    "bands": (
        ("bands=[{from: 5.5, name: {vi: Đạt, en: Pass}}]",),
        (
            ("  - {from: 8, name: {vi: Tốt, en: Good}}\n", ""),
            ("{from: 0, name: {vi: Yếu, en: Weak}}", "{from: 5.5, name: {vi: Đạt, en: Pass}}"),
        ),
    ),
    "edition": (
        ("second.not_applicable=keeps_maximum",),
        (("not_applicable: lowers_maximum", "not_applicable: keeps_maximum"),),
    ),
    "levels": (("1.applies_to=[province]",), (("applies_to: [commune]", "applies_to: [province]"),)),
    "no total": (("total=null",), (("total: 10\n", ""),)),
}


@pytest.mark.parametrize("settings, changes", EDITS.values(), ids=EDITS)
def test_after_is_score_with_the_edited_catalogue(
    tmp_path: Path, settings: tuple[str, ...], changes: tuple[tuple[str, str], ...]
) -> None:
    records = a_folder(tmp_path / "r")
    original = a_catalogue(tmp_path)
    text = original.read_text("utf-8")
    result = whatif(records, original, *settings)
    assert same(result.before, score(records, original))
    assert original.read_text("utf-8") == text
    (tmp_path / "edited").mkdir()
    assert same(result.after, score(records, a_catalogue(tmp_path / "edited", *changes)))


def test_an_overlay_file_does_what_the_settings_do(tmp_path: Path) -> None:
    records, catalogue = a_folder(tmp_path / "r"), a_catalogue(tmp_path)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        """\
total: 11
groups: {Progress: {points: 11, rounding: {points: 1}}}
indices:
  on_time: {points: 7, numerator: {where: is_early}}
  "2": {full_points_at: {2024-01-01: 10%, 2026-08-31: 70%}}
records:
  cases: {definitions: {is_early: "ended_on < due_on"}}
""",
        "utf-8",
    )
    by_file = whatif(records, catalogue, overlays=(overlay,))
    by_options = whatif(
        records,
        catalogue,
        *("total=11", "progress.points=11", "progress.rounding.points=1", "1.points=7"),
        *("1.numerator={where: is_early}", "2.full_points_at=70%"),
        "records.cases.definitions.is_early=ended_on < due_on",
    )
    assert same(by_file.after, by_options.after)
    # 1/2 × 7 = 3.5; 0.5/0.7 × 4 = 2.857…, to one place 2.9
    assert figures(by_file)["C1"] == ("5.50", "6.40", 2, 1)
    changes = {(c.part, c.code, c.key): (c.old, c.new, c.overlay) for c in by_file.overlaid.changes}
    assert changes["groups", "progress", "rounding.points"] == (None, "1", str(overlay))
    assert changes["indices", "1", "points"] == ("6", "7", str(overlay))
    # What a value by date holds on the day judged.
    assert changes["indices", "2", "full_points_at"] == ("80%", "70%", str(overlay))


def test_settings_reach_into_the_value_in_force(tmp_path: Path) -> None:
    dated = "numerator: {2024-01-01: {where: on_time}, 2025-07-01: {where: \"channel = 'online'\"}}"
    catalogue = a_catalogue(tmp_path, ("numerator: {where: on_time}", dated))
    records = a_folder(tmp_path / "r")
    result = whatif(records, catalogue, "1.numerator.where=channel = 'direct'")
    (tmp_path / "edited").mkdir()
    edited = a_catalogue(
        tmp_path / "edited",
        ("numerator: {where: on_time}", dated.replace("'online'", "'direct'")),
    )
    assert same(result.after, score(records, edited))


def test_tests_of_the_catalogue_do_not_stand_in_the_way(tmp_path: Path) -> None:
    # An index that no record shows any more may carry no test; a definition of that name is none.
    catalogue = a_catalogue(
        tmp_path,
        ("on_time: least", "tests: due_on is not null\n      on_time: least"),
        (
            "        points: 6",
            "        tests: [{name: a, given: {cases: [{}]}, expect: {}}]\n        points: 6",
        ),
    )
    settings = ("1.reported_only=true", "1.numerator=null", "1.denominator=null", "2.numerator.where=tests")
    result = whatif(a_folder(tmp_path / "r"), catalogue, *settings)
    # Nothing is reported for index 1: 4 points are left, and every case has a due day.
    assert figures(result)["C1"] == ("5.50", "4.00", 2, 1)
    assert [missing.index for missing in result.after.missing] == ["1"]


def test_only_the_edition_judged_is_changed_and_checked(tmp_path: Path) -> None:
    # In the edition before, the points were others: 9 and 1.
    catalogue = a_catalogue(
        tmp_path,
        ("points: 6", "points: {2024-01-01: 9, 2025-01-01: 6}"),
        ("points: {2024-01-01: 4, 2025-07-01: 4}", "points: {2024-01-01: 1, 2025-01-01: 4}"),
    )
    records = a_folder(tmp_path / "r")
    result = whatif(records, catalogue, "1.points=5", "2.points=5")
    # 1/2 × 5 = 2.50; 0.5/0.8 × 5 = 3.125, half up 3.13
    assert figures(result)["C1"] == ("5.50", "5.63", 2, 2)
    of_first = whatif(records, catalogue, "1.points=8", "2.points=2", edition="first")
    # Full points from 50 % in the first edition: 1/2 × 9 + 1 = 5.50, then 1/2 × 8 + 2 = 6.00
    assert figures(of_first)["C1"] == ("5.50", "6.00", 2, 2)
    assert same(of_first.before, score(records, catalogue, edition="first"))


def test_a_formula_over_another_column_sets_aside_what_score_would(tmp_path: Path) -> None:
    # K1's waiting time cannot be read; while nobody asks for it, the row counts.
    head, *rows = CASES.splitlines()
    waited = [f"{head},waiting_minutes", f"{rows[0]},lâu", *(f"{row},7" for row in rows[1:])]
    records = a_folder(tmp_path / "r", cases="\n".join(waited) + "\n")
    catalogue = a_catalogue(tmp_path)
    result = whatif(records, catalogue, "2.numerator.where=waiting_minutes < 15")
    (tmp_path / "edited").mkdir()
    edited = a_catalogue(
        tmp_path / "edited", ("where: \"channel = 'online'\"", "where: waiting_minutes < 15")
    )
    assert same(result.before, score(records, catalogue))
    assert same(result.after, score(records, edited))
    assert result.before.fates[0].quarantined == 0 and result.after.fates[0].quarantined == 1
    seen: list[int] = []
    request = run.WhatifRequest(
        records=(records,),
        catalogue=catalogue,
        period=PERIOD,
        as_of=AS_OF,
        settings=("2.numerator.where=waiting_minutes < 15",),
    )
    again: list[int] = []
    run.whatif(
        request,
        AS_OF,
        when_loaded=lambda r: seen.append(r.tables["cases"].quarantined),
        when_loaded_again=lambda r: again.append(r.tables["cases"].quarantined),
    )
    assert (seen, again) == ([0], [1])


@pytest.fixture
def two_communes(samples: Path, tmp_path: Path) -> Path:
    """The samples with the cases of two communes only, which is quicker."""
    folder = tmp_path / "two"
    folder.mkdir()
    for path in (samples / "gia-lai-2026").iterdir():
        if not path.name.startswith("cases") or path.stem in ("cases-H21.125", "cases-H21.133"):
            shutil.copy(path, folder)
    return folder


def test_samples_with_another_target_and_other_arithmetic(two_communes: Path, tmp_path: Path) -> None:
    records, shipped = two_communes, Path(__file__).resolve().parents[2] / "indicators.yaml"
    on = {"period": "2026", "as_of": date(2026, 10, 10)}
    result = whatif(
        records, None, "PAYMENT_DOSSIERS.full_points_at=90%", "payment.rounding.arithmetic=decimal", **on
    )
    assert same(result.before, score(records, None, **on))
    text = shipped.read_text("utf-8")
    before, entry, after = text.partition("aliases: [PAYMENT_DOSSIERS]\n")
    assert entry and "arithmetic: double" in before
    after = after.replace("full_points_at: 100%", "full_points_at: 90%", 1)
    first, _, rest = before.partition("  - code: payment\n")
    rest = rest.replace("arithmetic: double", "arithmetic: decimal", 1)
    edited = tmp_path / "edited.yaml"
    edited.write_text(f"{first}  - code: payment\n{rest}{entry}{after}", "utf-8")
    assert edited.read_text("utf-8") != text
    board = score(records, edited, **on)
    assert same(result.after, board)
    places = {rank.score.unit.code: rank.place for rank in run.rank(board)}
    assert {unit.unit.code: unit.after.place for unit in result.units} == places


def test_samples_without_every_third_case(two_communes: Path, tmp_path: Path) -> None:
    on = {"period": "2026", "as_of": date(2026, 10, 10)}
    source, edited = two_communes, tmp_path / "edited"
    edited.mkdir()
    dropped: list[str] = []
    for path in source.iterdir():
        text = path.read_text("utf-8")
        if path.name == "cases-H21.125.csv":
            head, *lines = text.splitlines(keepends=True)
            dropped = [line.split(",")[0] for line in lines[::3]]
            kept = [line for line in lines if line.split(",")[0] not in dropped]
            text = "".join([head, *kept])
        (edited / path.name).write_text(text, "utf-8", newline="")
    listing = tmp_path / "drop.csv"
    listing.write_text("\ufeffSố hồ sơ\n" + "\n".join(dropped) + "\n", "utf-8")
    result = whatif(source, None, drop_cases=(listing,), **on)
    assert result.dropped[0].cases == len(set(dropped)) > 90
    assert same(result.after, score(edited, None, **on))


LISTS = {
    "explained": (
        "list.csv",
        "index,case_id,state,reason,officer_code\n1,K1,counts,,\n2,K2,not,late,cb\n2,K1,,,\n",
    ),
    "semicolons": ("list.csv", "\ufeffGhi chú;MÃ HỒ SƠ\nx;K1\n;\ny;  K2 \n"),
    "one column": ("list.txt", "MaHoSo\r\nK1\r\nK2\r\n"),
    "below titles": ("list.csv", "DANH SÁCH,\nnăm 2026,\nSố hồ sơ,Lý do\nK1,a\nK2,b\n"),
    "json": ("list.json", '[{"case_id": "K1"}, {"case_id": "K2", "why": "x"}]'),
    "json lines": ("list.jsonl", '{"MaHoSo": "K2"}\n{"MaHoSo": "K1"}\n'),
    "html": ("list.xls", "<table><tr><td>Mã hồ sơ<td>x</tr><tr><td>K1<td>1</tr><tr><td>K2<td>2</tr></table>"),
}


@pytest.mark.parametrize("name, text", LISTS.values(), ids=LISTS)
def test_lists_in_any_form(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8", newline="")
    records = load_records([a_folder(tmp_path / "r")])
    lists = read_case_lists([tmp_path / name], shipped_spelling())
    with without_cases(records, lists) as left:
        assert left.records.connection.execute("SELECT case_id FROM cases").fetchall() == [("K3",)]
    assert (left.dropped[0].cases, left.dropped[0].unknown_rows, left.rows) == (2, (), 2)


def test_numbers_that_a_result_wrote_for_spreadsheets_are_found(tmp_path: Path) -> None:
    records = load_records(
        [a_folder(tmp_path / "r", cases=CASES.replace("K3,", "-3,").replace("K2,", "'2,"))]
    )
    (tmp_path / "list.csv").write_text("case_id,x\n'-3,1\n'2,2\n12,3\n", "utf-8")
    with without_cases(records, read_case_lists([tmp_path / "list.csv"], shipped_spelling())) as left:
        assert left.records.connection.execute("SELECT case_id FROM cases").fetchall() == [("K1",)]
    assert left.dropped[0].unknown_rows == (4,)


def test_without_any_cases_among_the_records(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "r")
    (folder / "cases.csv").unlink()
    (tmp_path / "list.csv").write_text("case_id\nK1\n", "utf-8")
    records = load_records([folder])
    with without_cases(records, read_case_lists([tmp_path / "list.csv"], shipped_spelling())) as left:
        assert left.records is records and left.dropped[0].unknown_rows == (2,)


def test_the_records_are_whole_again_afterwards(tmp_path: Path) -> None:
    (tmp_path / "drop.csv").write_text("case_id\nK2\n", "utf-8")
    records = load_records([a_folder(tmp_path / "r")])
    (case_list,) = read_case_lists([tmp_path / "drop.csv"], shipped_spelling())
    counted = "SELECT count(*) FROM cases"
    with without_cases(records, [case_list]) as left:
        assert left.records.connection.execute(counted).fetchall() == [(2,)]
    assert records.connection.execute(counted).fetchall() == [(3,)]
    assert records.tables["cases"].rows_read == 3


# The command line.


def run_command(chiso: Any, tmp_path: Path, *more: str | Path) -> Any:
    folder = a_folder(tmp_path / "r")
    return chiso("whatif", folder, "--catalogue", a_catalogue(tmp_path), *ON, "--lang", "en", *more)


def test_csv_of_totals(tmp_path: Path, chiso: Any) -> None:
    outcome = run_command(chiso, tmp_path, "--set", "2.full_points_at=50%", "--format", "csv")
    assert outcome.code == 0
    assert outcome.stdout == (
        "period,unit_code,unit_name,level,total_before,total_after,change,max_points_before,"
        "max_points_after,rank_before,rank_after,band_before,band_after,outcome_before,outcome_after\n"
        "2026-08,P,Tỉnh Phú An,province,0.00,0.00,0.00,0.00,0.00,1,1,,,scored,scored\n"
        "2026-08,C1,Xã Một,commune,5.50,7.00,1.50,10.00,10.00,2,2,Weak,Weak,scored,scored\n"
        "2026-08,C2,Xã Hai,commune,10.00,10.00,0.00,10.00,10.00,1,1,Good,Good,scored,scored\n"
    )
    assert "Changed: 2 Online: full_points_at 80% → 50%" in outcome.stderr


def test_csv_by_index(tmp_path: Path, chiso: Any) -> None:
    (tmp_path / "drop.csv").write_text("case_id\nK2\nK2\nK9\n", "utf-8")
    outcome = run_command(
        chiso, tmp_path, "--drop-cases", tmp_path / "drop.csv", "--format", "csv", "--detail", "index"
    )
    (row,) = [
        row
        for row in csv.DictReader(io.StringIO(outcome.stdout))
        if (row["unit_code"], row["index"]) == ("C1", "2")
    ]
    assert row == {
        **{"period": "2026-08", "unit_code": "C1", "unit_name": "Xã Một", "level": "commune"},
        **{"group": "progress", "index": "2", "numerator_before": "1", "numerator_after": "1"},
        **{"denominator_before": "2", "denominator_after": "1", "value_before": "50.00"},
        **{"value_after": "100.00", "value_unit": "percent", "points_before": "2.50"},
        **{"points_after": "4.00", "change": "1.50", "max_points_before": "4.00"},
        **{"max_points_after": "4.00", "outcome_before": "scored", "outcome_after": "scored"},
    }
    assert "1 case is left out by" in outcome.stderr
    assert "1 row with a number that no record has: row 4" in outcome.stderr
    assert "K2" not in outcome.stderr and "K9" not in outcome.stderr
    assert "Only indices that change" not in outcome.stderr


def test_the_table_by_index_shows_what_changes(tmp_path: Path, chiso: Any) -> None:
    outcome = run_command(chiso, tmp_path, "--set", "2.full_points_at=50%", "--detail", "index")
    assert "1\u00a0/\u00a02" in outcome.stdout and "+1.50" in outcome.stdout
    assert "Only indices that change are shown; 5 rows are as before" in outcome.stdout
    assert "In time" not in outcome.stdout


def test_states_and_rows_are_told_apart(tmp_path: Path, chiso: Any) -> None:
    # K2 stands twice: an older state, and the one that counts; both go.
    older = "K2,C1,direct,04/08/2026,14/08/2026,,,4\n"
    records = a_folder(tmp_path / "r", cases=CASES + older)
    (tmp_path / "drop.csv").write_text("case_id\nK2\n", "utf-8")
    result = whatif(records, a_catalogue(tmp_path), drop_cases=(tmp_path / "drop.csv",))
    assert (result.dropped[0].cases, result.rows_dropped) == (1, 2)
    assert [e.rows for e in result.before.fates[0].excluded] == [1]
    assert not result.after.fates[0].excluded


def test_rows_in_quarantine_go_too(tmp_path: Path) -> None:
    records = a_folder(tmp_path / "r", cases=CASES + "K4,C1,online,31/02/2026,,,,4\n" + "K5,C1,?,,,,,4\n")
    (tmp_path / "drop.csv").write_text("case_id\nK5\n", "utf-8")
    result = whatif(records, a_catalogue(tmp_path), drop_cases=(tmp_path / "drop.csv",))
    assert (result.before.fates[0].quarantined, result.after.fates[0].quarantined) == (2, 1)
    rows = [{row.row for row in board.quarantine} for board in (result.before, result.after)]
    assert rows == [{5, 6}, {5}]


def test_gates_look_at_both_runs_and_the_quarantine_is_that_of_before(tmp_path: Path, chiso: Any) -> None:
    # Two rows are at fault: one wherever it is read, the other where its waiting time is asked for.
    head, *rows = CASES.splitlines()
    waited = [f"{head},waiting_minutes", f"{rows[0]},lâu", f"{rows[1]},5", "K3,C2,online,31/02/2026,,,,4,5"]
    folder = a_folder(tmp_path / "r", cases="\n".join(waited) + "\n")
    catalogue = a_catalogue(tmp_path)
    asked = ("whatif", folder, "--catalogue", catalogue, *ON, "--lang", "en")
    formula = ("--set", "2.numerator.where=waiting_minutes < 15")
    share = ("--max-quarantined", "50%")
    assert chiso(*asked, *share, "--set", "2.on_zero=zero").code == 0
    outcome = chiso(*asked, *share, *formula, "--quarantine", tmp_path / "q")
    assert outcome.code == 14 and "2 of 3 rows are quarantined" in outcome.stderr
    written = "".join(path.read_text("utf-8-sig") for path in (tmp_path / "q").glob("*.csv"))
    assert "K3" in written and "K1" not in written


def test_nothing_is_written_beside_the_output(tmp_path: Path, chiso: Any) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text('indices: {"2": {full_points_at: 50%}}\n', "utf-8")
    run_command(chiso, tmp_path, "--overlay", overlay)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    out = tmp_path / "out.xlsx"
    assert run_command(chiso, tmp_path, "--overlay", overlay, "-o", out).code == 0
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert out in after and out.stat().st_size > 1000
    assert {path: text for path, text in after.items() if path != out} == before
    for given in (overlay, tmp_path / "small.yaml"):
        outcome = run_command(chiso, tmp_path, "--overlay", overlay, "--format", "csv", "-o", given)
        assert outcome.code == 13 and "This file is an input" in outcome.stderr
    assert overlay.read_bytes() == before[overlay]


def test_json_has_both_sides(tmp_path: Path, chiso: Any) -> None:
    outcome = run_command(
        chiso, tmp_path, "--set", "2.full_points_at=50%", "--unit", "C1", "--format", "json"
    )
    data = json.loads(outcome.stdout, parse_float=Decimal)
    assert data["changes"] == [
        {
            "part": "indices",
            "code": "2",
            "key": "full_points_at",
            "old": "80%",
            "new": "50%",
            "overlay": None,
        }
    ]
    (unit,) = data["units"]
    assert (unit["change"], unit["before"]["total"], unit["after"]["total"]) == (
        Decimal("1.5"),
        Decimal("5.5"),
        Decimal("7.0"),
    )
    assert unit["before"]["rank"] == unit["after"]["rank"] == 2 and unit["after"]["units_ranked"] == 2
    assert [index["change"] for index in unit["indices"]] == [Decimal("0.0"), Decimal("1.5")]


def test_in_vietnamese_too(tmp_path: Path, chiso: Any) -> None:
    outcome = chiso(
        "whatif",
        a_folder(tmp_path / "r"),
        *("--catalogue", a_catalogue(tmp_path), *ON, "--lang", "vi", "--set", "2.full_points_at=50%"),
    )
    assert "+1,50" in outcome.stdout and "Đổi: 2 Trực tuyến: full_points_at 80% → 50%" in outcome.stdout


def test_what_leaves_nothing_to_score(tmp_path: Path, chiso: Any) -> None:
    (tmp_path / "drop.csv").write_text("case_id\nK1\nK2\nK3\n", "utf-8")
    outcome = run_command(chiso, tmp_path, "--drop-cases", tmp_path / "drop.csv")
    assert outcome.code == 12
    assert "After the changes nothing is left to be scored" in outcome.stderr and not outcome.stdout
