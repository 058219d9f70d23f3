"""Whatever the portal publishes, the parts add up; and counting in memory gives what the engine gives."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reconcile.town import NO_PETITIONS, UNITS, cases, shipped

from chiso.catalogue.formula import RuleSet
from chiso.records.dataset import Records, ReportedFigure
from chiso.records.load import load_records
from chiso.scoring.counts import Cell
from chiso.scoring.differences import added_up
from chiso.scoring.engine import Engine
from chiso.scoring.hypotheses import Trials
from chiso.scoring.measure import IndexMeasures, measures_of, wanted_counts
from chiso.scoring.reconcile import Portal, reconcile
from chiso.scoring.recount import Recount, UnitsCounted, as_counted
from chiso.scoring.reported import Reported, match_reported
from chiso.scoring.score import scoreboard_of
from chiso.scoring.scoreboard import Provenance, Scoreboard
from chiso.terms.period import Judgement, judge, parse_period
from chiso.terms.working_days import load_working_days

DAY = date(2026, 8, 31)
NOTHING = Reported({}, {}, (), (), None)
ORIGIN = Provenance("0", "indicators.yaml", "0" * 64, (), False)


@functools.cache
def rules(*readings: str) -> RuleSet:
    known = {reading.id: reading for reading in shipped().rules(DAY).readings}
    return shipped().rules(DAY, None, [known[name] for name in readings])


def judgement() -> Judgement:
    return judge(parse_period("2026-08", DAY), DAY)


def engine_of(records: Records) -> Engine:
    return Engine(records, rules(), judgement(), load_working_days(None))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Scoreboard]:
    """Twelve cases of C1 and eight of C2, with something of every kind that a hypothesis is about."""
    folder = tmp_path_factory.mktemp("town")
    never = {"status": "registered", "received_at": "", "finished_at": "", "returned_at": ""}
    waiting = {
        "status": "supplement_requested",
        "supplement_requests": "2",
        "supplement_requested_at": "06/08/2026 09:00:00",
        "finished_at": "",
        "returned_at": "",
    }
    kinds = [
        (5, {}),
        (2, {"returned_at": "17/08/2026 09:00:00"}),
        (1, {"due_at": "31/02/2026"}),
        (1, {"due_at": ""}),
        (2, waiting),
        (2, never),
        (4, {"unit_code": "C2"}),
        (3, {"unit_code": "C2", "result_link": "", "finished_at": "20/08/2026 09:00:00"}),
    ]
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "petitions.csv").write_text(NO_PETITIONS, "utf-8")
    (folder / "cases.csv").write_text(cases(*kinds), "utf-8")
    engine = engine_of(load_records([folder]))
    return engine, scoreboard_of(engine, ORIGIN)


COUNTS = st.integers(0, 25)
POINTS = st.none() | st.decimals(0, 4, places=2)


@st.composite
def figures(draw: st.DrawFn) -> list[ReportedFigure]:
    found = []
    for unit in ("C1", "C2", "P"):
        for code in ("2.1", "4.1", "4.2", "5.3", "payment"):
            kind = draw(st.sampled_from(["nothing", "counts", "percent", "points"]))
            if kind == "nothing":
                continue
            numerator, denominator = sorted((draw(COUNTS), draw(COUNTS)))
            counted = kind == "counts" and code != "payment"
            found.append(
                ReportedFigure(
                    unit,
                    code,
                    numerator if counted else None,
                    denominator if counted else None,
                    draw(st.decimals(0, 100, places=2)) if kind == "percent" else None,
                    draw(POINTS),
                    None,
                    None,
                    "portal.csv",
                    len(found) + 2,
                )
            )
    return found


_FIXTURES = [HealthCheck.function_scoped_fixture]


@settings(max_examples=3, deadline=None, suppress_health_check=_FIXTURES)
@given(found=figures())
def test_parts_always_add_up(town: tuple[Engine, Scoreboard], found: list[ReportedFigure]) -> None:
    assert_added_up(town, found)


@pytest.mark.long
@settings(max_examples=30, deadline=None, suppress_health_check=_FIXTURES)
@given(found=figures())
def test_parts_of_many_figures_add_up(town: tuple[Engine, Scoreboard], found: list[ReportedFigure]) -> None:
    assert_added_up(town, found)


def assert_added_up(town: tuple[Engine, Scoreboard], found: Sequence[ReportedFigure]) -> None:
    engine, board = town
    portal = match_reported(found, board.rules, engine.records.units, "2026-08", 0)
    units = reconcile(
        engine,
        board,
        NOTHING,
        Portal(portal),
        lambda readings: rules(*(reading.id for reading in readings)),
        [shipped_edition(edition.id) for edition in shipped().editions],
    )
    compared = [entry for unit in units for entry in unit.differences]
    assert len(compared) == len(portal.by_index) + len(portal.by_group)
    for entry in compared:
        parts = sum((part.points for part in entry.parts), Decimal("0.00"))
        assert entry.ours.added + parts == entry.theirs.added
        if not entry.parts and entry.theirs.denominator is not None:
            assert (entry.ours.numerator, entry.ours.denominator) == (
                entry.theirs.numerator,
                entry.theirs.denominator,
            )
        if entry.theirs.numerator is not None and entry.ours.numerator is not None and entry.parts:
            # Counts are walked whole as well, the unexplained step included.
            moved = sum(part.numerator or 0 for part in entry.parts)
            assert entry.ours.numerator + moved == entry.theirs.numerator
            moved = sum(part.denominator or 0 for part in entry.parts)
            assert (entry.ours.denominator or 0) + moved == entry.theirs.denominator
    for unit in units:
        total = added_up(unit.differences)
        assert total.ours + sum(total.causes.values(), Decimal("0.00")) == total.theirs
    # Ours stays what it was.
    assert scoreboard_of(engine, ORIGIN).units == board.units


@functools.cache
def shipped_edition(edition: str) -> RuleSet:
    return shipped().rules(DAY, edition)


def test_counting_in_memory_gives_what_the_engine_gives(
    town: tuple[Engine, Scoreboard], samples: Path
) -> None:
    sample = Engine(
        load_records([samples / "gia-lai-2026"]),
        shipped().rules(date(2026, 12, 31)),
        judge(parse_period("2026", DAY), date(2026, 10, 10)),
        load_working_days(None),
    )
    for engine in (town[0], sample):
        measures = measures_of(engine.rules, engine.present)
        scored = {index.code for index in engine.rules.indices if index.scored}
        usable = {
            code: own for code, own in measures.items() if code in scored and isinstance(own, IndexMeasures)
        }
        wanted = wanted_counts(engine.rules, usable)
        counts = engine.count(wanted)
        again = Recount(engine, wanted).counts(as_counted, UnitsCounted())
        assert len(wanted) > 10
        for unit in engine.records.units:
            for entry in wanted:
                cell = Cell(unit.code)
                assert again.value(entry, cell) == counts.value(entry, cell), (unit.code, entry)


def test_our_own_way_of_counting_is_the_board(town: tuple[Engine, Scoreboard]) -> None:
    engine, board = town
    trials = Trials(engine, lambda _: rules(), NOTHING, [unit.unit for unit in board.units])
    scores = trials.scores(())
    assert scores is not None
    for unit in board.units:
        ours = [
            (s.index, s.numerator, s.denominator, s.points) for s in unit.scores if s.outcome != "analysis"
        ]
        again = [
            (s.index, s.numerator, s.denominator, s.points)
            for s in scores[unit.unit.code].scores
            if s.outcome != "analysis"
        ]
        assert again == ours
