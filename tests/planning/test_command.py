"""``chiso plan`` as it is typed: what stands on stdout and stderr, in files, and the exit code."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any, get_args

import pytest

from chiso.scoring.planning.aim import AimKind
from chiso.terms.unit import LEVELS
from tests.catalogues import index_entry
from tests.conftest import ROOT
from tests.planning.offices import ATTACH, RECORDS, an_office, cases
from tests.schemas import schema_of, strict_objects, validator_of

HEADER = "kind,index,case_id,unit_code,officer_code,effort"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A: 1 of 3 cases has a result, 3.33 of 10 points; B: none, 0.00. Bands from 5 and from 0 points."""
    only = index_entry(
        "1", {"where": "result_link is not null"}, {"records": "cases"}, repairs=[ATTACH], aliases=["RESULT"]
    )
    rows = cases("1 2026-08-10 x -", "2 2026-08-10 - -", "3 2026-08-10 - -", "B:4 2026-08-10 - -")
    rows = rows.replace("case_id,", "officer_code,case_id,").replace("\n2,", "\nCB-7,2,")
    rows = "\n".join(line if line[:2] in ("of", "CB") else f",{line}" for line in rows.splitlines()) + "\n"
    folder = an_office(tmp_path / "in", [only], {"cases": rows})
    catalogue = folder / "own.yaml"
    bands = "total: 10\nbands: [{from: 5, name: {vi: Khá, en: Fair}}, {from: 0, name: {vi: Yếu, en: Weak}}]\n"
    catalogue.write_text(catalogue.read_text("utf-8").replace("records:", f"{bands}records:", 1), "utf-8")
    assert set(RECORDS) >= {"cases"}
    return folder


@pytest.fixture
def ask(office: Path, chiso: Any) -> Any:
    def asked(*words: str | os.PathLike[str]) -> Any:
        common = ("--catalogue", office / "own.yaml", "--period", "2026-08", "--as-of", "2026-08-20")
        return chiso("plan", office / "cases.csv", office / "units.csv", *common, *words)

    return asked


def test_a_page_in_both_languages(ask: Any) -> None:
    english = ask("--unit", "A", "--to", "6", "--lang", "en")
    assert (english.code, english.stderr) == (0, "")
    assert "Xã An (A): 3.33 → 6.67 points (maximum 10.00); Weak → Fair; rank 1 of 3 units" in english.stdout
    assert (
        "Aim: 6.00 points. Reached by 1 action, effort 1; all repairs together bring 10.00" in english.stdout
    )
    assert "  Attach: 1 case, effort 1 (index 1)\n    2 " in english.stdout
    assert "1 / 3 → 2 / 3  3.33 → 6.67  +3.34" in english.stdout
    vietnamese = ask("--unit", "A", "--to", "6,5", "--lang", "vi")
    assert vietnamese.code == 0
    assert "Xã An (A): 3,33 → 6,67 điểm (tối đa 10,00); Yếu → Khá; hạng 1 trên 3 đơn vị" in vietnamese.stdout
    assert "Mục tiêu: 6,50 điểm. Đạt được bằng 1 việc, công sức 1" in vietnamese.stdout
    assert "  Đính kèm: 1 hồ sơ, công sức 1 (chỉ số 1)" in vietnamese.stdout


@pytest.mark.parametrize("name", ["Khá", "khá", "FAIR"])
def test_a_band_by_its_name_in_either_language(ask: Any, name: str) -> None:
    outcome = ask("--unit", "A", "--band", name, "--lang", "en")
    assert outcome.code == 0 and "Aim: band Fair (from 5.00 points). Reached by 1 action" in outcome.stdout


def test_a_rank_and_an_aim_that_is_reached(ask: Any) -> None:
    outcome = ask("--unit", "B", "--rank", "1", "--lang", "en")
    assert outcome.code == 0
    assert "Aim: rank 1 (from 3.33 points, while the others stand still). Reached by 1" in outcome.stdout
    outcome = ask("--unit", "A", "--rank", "1", "--lang", "en")
    assert outcome.code == 0 and "The aim is reached already: rank 1" in outcome.stdout
    assert "What to do" not in outcome.stdout


def test_out_of_reach_is_an_answer_not_a_fault(ask: Any) -> None:
    outcome = ask("--unit", "A", "--to", "12.5", "--lang", "en")
    assert outcome.code == 0
    assert "Out of reach by repairs alone: at most 10.00 points, by 2 actions, effort 2;" in outcome.stdout
    assert "2.50 points are missing." in " ".join(outcome.stdout.split())


def test_csv_for_scripts_and_for_officers(ask: Any, tmp_path: Path) -> None:
    outcome = ask("--unit", "A", "--to", "10", "--format", "csv", "--lang", "en")
    assert outcome.stdout == f"{HEADER}\nattach,1,2,A,CB-7,1\nattach,1,3,A,,1\n"
    assert "Reached by 2 actions" in outcome.stderr
    listed = tmp_path / "cases-to-do.csv"
    outcome = ask("--unit", "A", "--to", "10", "--limit", "1", "--cases", listed, "--lang", "en")
    assert "2, and 1 more (--cases FILE lists all)" in outcome.stdout
    assert list(csv.DictReader(io.StringIO(listed.read_text("utf-8"))))[1]["case_id"] == "3"
    outcome = ask("--unit", "A", "--to", "10", "--cases", tmp_path / "in" / "cases.csv")
    assert outcome.code == 13


@pytest.mark.parametrize(
    "aim", [("--to", "6"), ("--to", "99"), ("--band", "Weak"), ("--rank", "1")], ids=" ".join
)
def test_json_keeps_to_its_schema(ask: Any, aim: tuple[str, str]) -> None:
    outcome = ask("--unit", "A", *aim, "--format", "json")
    assert outcome.code == 0
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("plan").iter_errors(data)]
    assert (data["unit"]["unit_code"], data["points_before"]) == ("A", 3.33)
    if aim == ("--to", "6"):
        assert (data["reachable"], data["points_after"], data["effort"]) == (True, 6.67, 1)
        assert data["actions"] == [
            {
                **{"kind": "attach", "index": "1", "indices": ["1"], "table": "cases", "case_id": "2"},
                **{"unit_code": "A", "officer_code": "CB-7", "effort": 1},
            }
        ]


def test_json_of_the_samples_keeps_to_its_schema(samples: Path, chiso: Any) -> None:
    words = (
        "--period",
        "2026",
        "--as-of",
        "2026-10-10",
        "--unit",
        "H21.125",
        "--to",
        "90",
        "--format",
        "json",
    )
    outcome = chiso("plan", samples / "gia-lai-2026", *words)
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("plan").iter_errors(data)]
    assert data["lost"] and data["new_cases"] and data["at_risk"] and data["fixed"] and data["actions"]
    assert {entry["decided_by"] for entry in data["fixed"]} == {"H21", None}


def test_the_schema_is_strict() -> None:
    schema = schema_of("plan")
    found = list(strict_objects(schema))
    assert len(found) >= 12
    for described in found:
        assert described["additionalProperties"] is False
        assert described["required"] == list(described["properties"])
    assert schema["properties"]["aim"]["properties"]["kind"]["enum"] == list(get_args(AimKind))
    assert schema["properties"]["unit"]["properties"]["level"]["enum"] == list(LEVELS)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--unit", "A"), 2, "Exactly one of --to, --band, --rank is needed"),
        (("--unit", "A", "--to", "5", "--rank", "1"), 2, "Exactly one of --to, --band, --rank is needed"),
        (("--unit", "A", "--to", "many"), 2, "“many” is no number of points like 75 or 75.5"),
        (("--unit", "A", "--to", "-1"), 2, "--to: points go from 0 to"),
        (("--unit", "X", "--to", "5"), 2, "The registry has no unit “X”"),
        (("--unit", "A", "--band", "Best"), 2, "--band: there is no band “Best”"),
        (("--to", "5"), 2, "--unit"),
        (("--unit", "A", "--to", "5", "--efforts", "nowhere.yaml"), 10, "Cannot read the efforts"),
    ],
)
def test_mistakes_are_told(ask: Any, words: tuple[str, ...], code: int, told: str) -> None:
    outcome = ask(*words, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (code, "")
    assert told in outcome.stderr and "Traceback" not in outcome.stderr


def test_a_unit_without_a_band_is_told_what_it_lacks(samples: Path, chiso: Any) -> None:
    files = [samples / "gia-lai-2026" / name for name in ("units.csv", "cases-H21.125.csv", "petitions.csv")]
    words = ("--period", "2026", "--as-of", "2026-10-10", "--unit", "H21.125", "--lang", "en")
    outcome = chiso("plan", *files, *words, "--band", "Good")
    assert (outcome.code, outcome.stdout) == (12, "")
    assert "Unit H21.125 has no band" in outcome.stderr and "Index 3.2 has no data" in outcome.stderr
    # Points can be planned all the same.
    outcome = chiso("plan", *files, *words, "--to", "50")
    assert outcome.code == 0 and "missing data" in outcome.stdout


FAULTS = {
    "an unknown column": ("result_lnk: present", "Did you mean “result_link”?"),
    "a value that does not fit": ("digitized: present", "Allowed: true, false"),
    "a fixed day": ("finished_at: 2026-08-01", 'Allowed: ":as_of"'),
    "which record it is": ("case_id: K1", "“case_id” says which record it is"),
    "which procedure it is": ("procedure_id: x", "“procedure_id” says which record it is"),
    "an unknown word": ("channel: onlin", "Allowed: direct, online, postal"),
}


@pytest.mark.parametrize(("sets", "told"), FAULTS.values(), ids=FAULTS)
def test_a_repair_says_what_it_may_set(tmp_path: Path, chiso: Any, sets: str, told: str) -> None:
    outcome = chiso("catalogue", "check", _with_repair(tmp_path, "{" + sets + "}"), "--lang", "en")
    assert outcome.code == 10 and told in outcome.stderr
    assert "indicators.yaml:" in outcome.stderr


def test_one_kind_is_one_work(tmp_path: Path, chiso: Any) -> None:
    outcome = chiso("catalogue", "check", _with_repair(tmp_path, "{result_link: present}"), "--lang", "en")
    assert outcome.code == 10
    assert "The same “kind” elsewhere has another table, other “sets” or another “effort”" in outcome.stderr
    assert "A kind is one piece of work" in outcome.stderr


def _with_repair(folder: Path, sets: str) -> Path:
    """Write the shipped catalogue with other ``sets`` in one of its repairs."""
    text = (ROOT / "indicators.yaml").read_text("utf-8")
    old = "{result_code: present, result_link: present}"
    assert old in text
    path = folder / "indicators.yaml"
    path.write_text(text.replace(old, sets, 1), "utf-8")
    return path
