"""On random exports, random edits of them and both editions: parts add up, and both ends are score's."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chiso import run
from chiso.catalogue.load import load_catalogue
from chiso.errors import CannotScoreError
from chiso.scoring.comparing.comparison import BoardComparison
from chiso.scoring.comparing.formulas import other_formulas
from chiso.scoring.comparing.side import CAUSES, RECORD_CAUSES, Cause
from tests.compare.exports import Export, Tables, an_export, edited, registry, with_reported, without_a_column
from tests.compare.town import adds_up, from_counts
from tests.worlds import folder_of

TODAY = date(2026, 10, 15)
NOTHING = Decimal("0.00")
EDITIONS = ("2022", "portal-2026")
BY_CASES = frozenset[Cause]({"removed", "new", "finished", "edited"})
# What may be planted, and the causes that it alone may move points by.
MOVED_BY: dict[str, frozenset[Cause]] = {
    "rows": BY_CASES,
    "merged": frozenset({"units"}),
    "divided": frozenset({"units", "counts"}),
    "edition": frozenset({"catalogue", "rounding"}),
    "column": frozenset({"data"}),
    "reported": frozenset({"reported"}),
    "days": BY_CASES | {"time"},
}


@pytest.fixture(autouse=True, scope="module")
def _one_catalogue() -> object:
    """Read the shipped catalogue once: it is the same in every example."""
    once = functools.cache(load_catalogue)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("compare", "preparing"):
            patch.setattr(import_module(f"chiso.run.{module}"), "load_catalogue", once)
        yield


@dataclass(frozen=True)
class Sides:
    """Two exports, how each is judged, and what was planted between them."""

    before: Export
    after: Export
    editions: tuple[str, str]
    days: tuple[date, date]
    periods: tuple[str, str]
    planted: frozenset[str]

    def asked(self, folders: tuple[Path, Path]) -> tuple[run.OperandRequest, run.OperandRequest]:
        """Return how both are asked for, with their files in the two folders."""
        one, other = (
            run.OperandRequest(
                operand=str(folders[side]),
                records=(),
                period=self.periods[side],
                as_of=self.days[side],
                edition=self.editions[side],
            )
            for side in (0, 1)
        )
        return one, other


def sides_of(random: Random, planted: frozenset[str]) -> Sides:
    """Return two random sides between which only what is planted differs."""
    days, periods = (date(2026, 8, 31),) * 2, ("2026-08",) * 2
    if "days" in planted:
        days, periods = (
            (date(2026, 8, random.randint(10, 31)), date(2026, 9, random.randint(5, 30))),
            ("2026-08", "2026-09"),
        )
    edition = random.choice(EDITIONS)
    other = EDITIONS[1 - EDITIONS.index(edition)]
    before: Tables = an_export(random)
    after: Tables = edited(random, before) if "rows" in planted else before
    if "column" in planted:
        if random.random() < 0.5:
            before = without_a_column(random, before)
        else:
            after = without_a_column(random, after)
    if "reported" in planted:
        after = with_reported(random, after)
        before = with_reported(random, before) if random.random() < 0.5 else before
    ended = date(2026, 8, 1) if "days" not in planted else days[0] + timedelta(days=1)
    merged = "C2" if "merged" in planted else None
    divided = "C3" if "divided" in planted else None
    return Sides(
        Export(registry(), before),
        Export(registry(merged, divided, ended), after),
        (edition, other if "edition" in planted else edition),
        days,
        periods,
        planted,
    )


def check_sums(found: BoardComparison) -> None:
    for unit in found.units:
        if unit.total is None:
            continue
        assert adds_up(unit.total)
        assert all(adds_up(points) for points in unit.groups.values())
        assert all(adds_up(own.points) for own in unit.indices)
        assert tuple(unit.total.parts) == CAUSES
        whole = {code for code, points in unit.groups.items() if "reported" in found.causes}
        for cause in CAUSES:
            by_group = sum((points.parts[cause] for points in unit.groups.values()), NOTHING)
            assert by_group == unit.total.parts[cause]
            # Indices make up their group, but for one that is reported as a whole.
            for code in unit.groups.keys() - whole:
                own = [entry.points.parts[cause] for entry in unit.indices if entry.group == code]
                assert sum(own, NOTHING) == unit.groups[code].parts[cause]
        assert all(abs(own.points.parts["rounding"]) <= Decimal("0.01") for own in unit.indices)


def check(sides: Sides) -> frozenset[Cause]:
    """Compare the sides and check everything that must hold; return the causes that moved points."""
    with folder_of(sides.before.files()) as a, folder_of(sides.after.files()) as b:
        asked = sides.asked((a, b))
        found = run.compare(run.CompareRequest(before=asked[0], after=asked[1]), TODAY)
        check_sums(found)
        for unit in found.units:
            if unit.total is not None and unit.after is not None:
                assert unit.total.after == unit.after.score.total
                assert unit.before is None or unit.total.before == unit.before.score.total
        assert set(found.causes) <= frozenset[Cause]().union(*(MOVED_BY[each] for each in sides.planted))
        moved = {(case.unit_code, case.index) for case in found.moved_cases({"P", "C1", "C2", "C3", "C4"})}
        assert bool(moved) <= bool(sides.planted & {"rows", "days", "merged", "divided"})
        if other_formulas(found.before.board.rules, found.after.board.rules):
            with pytest.raises(CannotScoreError):
                from_counts(found)
        else:
            only = from_counts(found)
            check_sums(only)
            assert not set(only.causes) & set(RECORD_CAUSES)
        return frozenset(found.causes)


# A seed says all; a smaller one is no simpler.
SEEDS = st.integers(0, 2**32)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


PLANTED = st.sets(st.sampled_from(list(MOVED_BY)), max_size=3)


@settings(max_examples=2, deadline=None, phases=PHASES)
@given(SEEDS, PLANTED)
def test_parts_add_up_from_score_to_score(seed: int, planted: set[str]) -> None:
    check(sides_of(Random(seed), frozenset(planted)))


@pytest.mark.long
@settings(max_examples=100, deadline=None, phases=PHASES)
@given(SEEDS, PLANTED)
def test_parts_add_up_on_many_exports(seed: int, planted: set[str]) -> None:
    check(sides_of(Random(seed), frozenset(planted)))


def test_the_order_of_rows_is_of_no_account() -> None:
    sides = sides_of(Random(766), frozenset({"rows", "days"}))
    told = []
    for turned in (False, True):
        exports = [
            Export(side.units, {name: rows[::-1] if turned else rows for name, rows in side.tables.items()})
            for side in (sides.before, sides.after)
        ]
        with folder_of(exports[0].files()) as a, folder_of(exports[1].files()) as b:
            asked = sides.asked((a, b))
            found = run.compare(run.CompareRequest(before=asked[0], after=asked[1]), TODAY)
        told.append(
            [(unit.unit.code, unit.total, [own.points for own in unit.indices]) for unit in found.units]
        )
    assert told[0] == told[1]


@pytest.mark.parametrize("planted", [("rows", "days", "merged"), ("column", "edition")])
def test_the_random_exports_move_points(planted: tuple[str, ...]) -> None:
    # A property that nothing can break holds of nothing: what is planted is found.
    causes = check(sides_of(Random(766), frozenset(planted)))
    wanted = {"rows": "edited", "days": "time", "merged": "units", "column": "data", "edition": "catalogue"}
    assert {wanted[each] for each in planted} <= causes
