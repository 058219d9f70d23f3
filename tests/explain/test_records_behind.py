"""The records behind an index add up to its counts, and each has the state that its row deserves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_catalogue, a_folder
from tests.catalogues import catalogues
from tests.properties.test_engine_properties import ordinary
from tests.worlds import WORKING_DAYS, World, folder_of, records_of, worlds

import chiso
from chiso.catalogue.wording import expression_text
from chiso.errors import RecordsError
from chiso.run import provenance
from chiso.scoring.behind import RecordsBehind
from chiso.scoring.engine import Engine
from chiso.scoring.explain import Explainer
from chiso.scoring.score import scoreboard_of
from chiso.scoring.scoreboard import Scoreboard
from chiso.terms.period import judge, parse_period

TODAY = date(2026, 11, 20)


def explained(catalogue: chiso.Catalogue, records: chiso.Records, period: str, as_of: date) -> Explainer:
    judgement = judge(parse_period(period, TODAY), as_of)
    engine = Engine(records, catalogue.rules(judgement.period.last_day), judgement, WORKING_DAYS)
    return Explainer(engine, scoreboard_of(engine, provenance(catalogue, records, judgement)))


def recounted(behind: RecordsBehind) -> tuple[int, int]:
    """Return numerator and denominator as the listed records add them up; the tally must say the same."""
    records = list(behind.records())
    tally = behind.tally()
    assert Counter((r.table, r.standing.state) for r in records) == sum(
        (Counter({(table, standing.state): rows}) for table, standing, rows in tally), Counter()
    )
    sums = (
        sum(record.standing.numerator for record in records),
        sum(record.standing.denominator for record in records),
    )
    assert sums == (
        sum(standing.numerator * rows for _, standing, rows in tally),
        sum(standing.denominator * rows for _, standing, rows in tally),
    )
    return sums


def by_state(behind: RecordsBehind) -> Counter[str]:
    return Counter(record.standing.state for record in behind.records())


def assert_recounted(explainer: Explainer, board: Scoreboard, codes: Iterable[str]) -> int:
    """Demand that every index that records decide is recounted for every unit; return how many were."""
    compared = 0
    for code in codes:
        unit = board.unit(code)
        for index in board.rules.indices:
            explanation = explainer.index(unit, index)
            score, behind = explanation.score, explanation.behind
            if behind is None or not behind.adds_up:
                continue
            compared += 1
            assert recounted(behind) == (score.numerator or 0, score.denominator or 0), (code, index.code)
            if score.value_unit == "percent":
                states = by_state(behind)
                whole = states["counted"] + states["not_counted"] + states["undetermined"]
                assert (states["counted"], whole) == (score.numerator, score.denominator), (code, index.code)
    return compared


SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "gia-lai-2026"


@pytest.fixture(scope="module")
def sample() -> Explainer:
    records = chiso.load_records([SAMPLES])
    return explained(chiso.load_catalogue(), records, "2026", date(2026, 10, 10))


@pytest.mark.long
def test_the_samples_are_recounted_for_every_unit_with_records_and_every_index(sample: Explainer) -> None:
    board = sample.board
    codes = [unit.unit.code for unit in board.units if unit.has_records]
    assert len(codes) == 7
    # 22 indices; 4.4 is reported or missing, and communes have no 3.1.
    assert assert_recounted(sample, board, codes) == 6 * 20 + 21


@pytest.mark.long
def test_the_samples_are_recounted_for_units_without_records_too(sample: Explainer) -> None:
    board = sample.board
    codes = [unit.unit.code for unit in board.units if not unit.has_records]
    assert assert_recounted(sample, board, codes) == len(codes) * 20


@ordinary(25)
@given(data=st.data())
def test_records_behind_random_indices_add_up(data: st.DataObject) -> None:
    world: World = data.draw(worlds())
    drawn = data.draw(catalogues(world))
    reference = world.reference(drawn.rules)
    if not any(reference.fates(name).in_population for name in world.sheets):
        return
    with folder_of({"catalogue.yaml": drawn.text}) as folder:
        catalogue = chiso.load_catalogue(folder / "catalogue.yaml")
    with records_of(world.files()) as records:
        judgement = world.judgement
        try:
            engine = Engine(records, catalogue.rules(judgement.period.last_day), judgement, WORKING_DAYS)
        except RecordsError:
            return
        board = scoreboard_of(engine, provenance(catalogue, records, judgement))
        explainer = Explainer(engine, board)
        for unit in board.units:
            for index in board.rules.indices:
                explanation = explainer.index(unit, index)
                score, behind = explanation.score, explanation.behind
                if behind is None or not behind.adds_up:
                    continue
                told = (score.numerator or 0, score.denominator or 0)
                assert recounted(behind) == told, (unit.unit.code, index.code, drawn.text)


# A small set that can be read aloud: cases of commune C1 in August 2026, judged on 31/8/2026.
CASES = """\
case_id,unit_code,officer_code,channel,received_at,due_at,finished_at,returned_at,status
K1,C1,cb1,online,03/08/2026,14/08/2026,10/08/2026,,10
K2,C1,cb1,direct,04/08/2026,14/08/2026,17/08/2026,,10
K3,C1,cb2,online,05/08/2026,,,,4
K4,C1,cb2,online,05/09/2026,20/09/2026,,,4
K5,C1,,online,06/08/2026,20/08/2026,,,1
K1,C1,cb1,online,03/08/2026,14/08/2026,,,4
K6,C2,cb3,online,06/08/2026,20/08/2026,07/08/2026,,10
"""
POPULATION = (
    "    population: received_on <= :as_of\n",
    "    population: received_on <= :as_of\n    excluded:\n"
    "      - {when: \"status = 'registered'\", reason: {vi: chưa tiếp nhận, en: not received}}\n",
)
STATES = {
    ("K1", "counted", None),
    ("K2", "not_counted", "least(coalesce(ended_on, :as_of), :as_of) <= due_on"),
    ("K3", "undetermined", "least(coalesce(ended_on, :as_of), :as_of) <= due_on"),
    ("K4", "outside", "received_on <= :as_of"),
    ("K5", "excluded", "not received"),
    ("K1", "excluded", "older state of the same number"),
}


def test_each_case_has_its_state_and_reason(tmp_path: Path) -> None:
    catalogue = chiso.load_catalogue(a_catalogue(tmp_path, POPULATION))
    records = chiso.load_records([a_folder(tmp_path / "in", cases=CASES)])
    explainer = explained(catalogue, records, "2026-08", date(2026, 8, 31))
    board = explainer.board
    behind = explainer.index(board.unit("C1"), board.rules.indices[0]).behind
    assert behind is not None
    found = set()
    for record in behind.records():
        clause, told = record.standing.clause, record.standing.told
        why = expression_text(clause.tree) if clause is not None else told.en if told is not None else None
        found.add((record.record_id, record.standing.state, why))
    assert found == STATES
    # 1 of 3: K1 of K1, K2, K3.
    assert recounted(behind) == (1, 3)


def test_a_parent_has_the_records_of_all_units_below(tmp_path: Path) -> None:
    catalogue = chiso.load_catalogue(
        a_catalogue(tmp_path, ("applies_to: [commune]", "applies_to: [province, commune]"))
    )
    records = chiso.load_records([a_folder(tmp_path / "in", cases=CASES)])
    explainer = explained(catalogue, records, "2026-08", date(2026, 8, 31))
    board = explainer.board
    behind = explainer.index(board.unit("P"), board.rules.indices[0]).behind
    assert behind is not None
    assert {record.unit_code for record in behind.records()} == {"C1", "C2"}
    # K1 and K6 of K1, K2, K3, K5, K6; this catalogue excludes nobody.
    assert recounted(behind) == (2, 5)


def test_a_figure_from_above_or_from_a_report_is_told_as_such(sample: Explainer) -> None:
    board = sample.board
    by_code = {index.code: index for index in board.rules.indices}
    inherited = sample.index(board.unit("H21.125"), by_code["1.1"])
    assert (inherited.measured.code, inherited.score.outcome) == ("H21", "inherited")
    assert inherited.behind is not None and recounted(inherited.behind) == (1, 47)
    reported = sample.index(board.unit("H21.125"), by_code["4.4"])
    assert reported.behind is None and reported.figure is not None
    assert Path(reported.figure.file).name == "reported.csv"
    missing = sample.index(board.unit("H21"), by_code["4.4"])
    assert (missing.behind, missing.figure, missing.score.outcome) == (None, None, "missing_data")


def test_codes_count_once_and_say_why_they_do_not(sample: Explainer) -> None:
    board = sample.board
    index = next(index for index in board.rules.indices if index.code == "3.4")
    behind = sample.index(board.unit("H21.125"), index).behind
    assert behind is not None
    tally = Counter[tuple[str, str]]()
    for _, standing, records in behind.tally():
        clause, told = standing.clause, standing.told
        tally[
            standing.state, clause.within[0].name if clause and clause.within else told.en if told else ""
        ] += records
    # 38 fee-bearing procedures: 12 with an online payment, 3 with cases but none paid online, 23 without.
    assert tally["counted", ""] == 12
    assert tally["not_counted", "paid_online"] == 3
    assert tally["not_counted", "no record of it in the period"] == 23
