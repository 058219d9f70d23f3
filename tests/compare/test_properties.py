"""On random exports, random edits of them and random catalogues: parts add up, and both ends are score's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chiso import run
from chiso.errors import ChisoError
from chiso.scoring.comparing.comparison import BoardComparison
from chiso.scoring.comparing.side import CAUSES, RECORD_CAUSES, Cause
from chiso.scoring.scoreboard import Scoreboard, index_rows, total_rows
from chiso.terms.columns import TABLES
from chiso.terms.unit import UnitTree
from tests.catalogues import catalogues
from tests.compare.town import adds_up, from_counts
from tests.worlds import Sheet, World, days_around, folder_of, judgements, registry_csv, sheets, worlds

TODAY = date(2026, 9, 1)
NOTHING = Decimal("0.00")
# What may be planted, and the causes that it alone may move points by.
ROWS, UNITS, RULES, ROUNDING, TIME = "rows", "units", "rules", "rounding", "time"
MOVED_BY: dict[str, frozenset[Cause]] = {
    ROWS: frozenset({"removed", "new", "finished", "edited"}),
    UNITS: frozenset({"units"}),
    RULES: frozenset({"catalogue"}),
    ROUNDING: frozenset({"rounding", "catalogue"}),
    TIME: frozenset({"removed", "new", "finished", "edited", "time"}),
}


@st.composite
def _edited(draw: st.DrawFn, world: World) -> dict[str, Sheet]:
    """Return the world's sheets with rows gone, rows come and cells changed."""
    codes = tuple(unit.code for unit in world.units)
    found = {}
    for name, sheet in world.sheets.items():
        other = draw(sheets(TABLES[name], sheet.columns, days_around(world.judgement), codes, 4))
        rows = [row for row in sheet.rows if draw(st.integers(0, 3))]
        for row in other.rows:
            match draw(st.sampled_from(["new", "edit", "none"])):
                case "new":
                    rows.append(row)
                case "edit" if rows:
                    place = draw(st.integers(0, len(rows) - 1))
                    column = draw(st.integers(0, len(sheet.columns) - 1))
                    rows[place] = (*rows[place][:column], row[column], *rows[place][column + 1 :])
                case _:
                    pass
        found[name] = Sheet(sheet.columns, tuple(draw(st.permutations(rows))))
    return found


def _merged(units: UnitTree, day: date) -> UnitTree:
    """Return the registry in which the last unit that has not ended is merged into the first."""
    first, *others = units
    last = next((unit for unit in reversed(others) if unit.valid_to is None), None)
    if last is None or first.valid_to is not None:
        return units
    ended = replace(last, valid_to=day - timedelta(days=1), successor_code=first.code)
    return UnitTree(ended if unit.code == last.code else unit for unit in units)


def _asked(folder: Path, catalogue: Path, world: World) -> run.OperandRequest:
    return run.OperandRequest(
        operand=str(folder),
        records=(),
        catalogue=catalogue,
        period=world.judgement.period.label,
        as_of=world.judgement.as_of,
    )


def _scored(asked: run.OperandRequest) -> Scoreboard:
    assert asked.period is not None
    request = run.ScoreRequest(
        records=(Path(asked.operand),), catalogue=asked.catalogue, period=asked.period, as_of=asked.as_of
    )
    return run.score(request, TODAY)


def _check_sums(found: BoardComparison) -> None:
    for unit in found.units:
        if unit.total is None:
            continue
        assert adds_up(unit.total)
        assert all(adds_up(points) for points in unit.groups.values())
        assert all(adds_up(own.points) for own in unit.indices)
        assert tuple(unit.total.parts) == CAUSES
        for cause in CAUSES:
            # No group is reported as a whole here, so indices make up groups and groups make up totals.
            by_group = sum((points.parts[cause] for points in unit.groups.values()), NOTHING)
            assert by_group == unit.total.parts[cause]
            assert sum((own.points.parts[cause] for own in unit.indices), NOTHING) == by_group
            if cause == "rounding":
                assert all(abs(own.points.parts[cause]) <= Decimal("0.01") for own in unit.indices)


@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_parts_add_up_from_score_to_score(data: st.DataObject) -> None:
    before = data.draw(worlds(successors=True, absent=True, most_rows=5))
    catalogue = data.draw(catalogues(before)).text
    planted = data.draw(st.sets(st.sampled_from(list(MOVED_BY)), max_size=3))
    after, changed = before, catalogue
    if ROWS in planted:
        after = replace(after, sheets=data.draw(_edited(before)))
    if TIME in planted:
        after = replace(after, judgement=data.draw(judgements()))
    if UNITS in planted:
        after = replace(after, units=_merged(before.units, after.judgement.as_of))
    if RULES in planted:
        changed = changed.replace('"full_points_at": "100%"', '"full_points_at": "60%"', 1)
    if ROUNDING in planted:
        changed = changed.replace('"arithmetic": "decimal"', '"arithmetic": "double"')
    desk = {"before.yaml": catalogue, "after.yaml": changed}
    with folder_of(before.files()) as a, folder_of(after.files()) as b, folder_of(desk) as rules:
        sides = _asked(a, rules / "before.yaml", before), _asked(b, rules / "after.yaml", after)
        try:
            boards = [_scored(side) for side in sides]
        except ChisoError:
            return  # nothing to score on one of the sides
        found = run.compare(run.CompareRequest(before=sides[0], after=sides[1]), TODAY)
        for side, board in zip((found.before, found.after), boards, strict=True):
            assert total_rows(side.board) == total_rows(board)
            assert index_rows(side.board) == index_rows(board)
        _check_sums(found)
        for unit in found.units:
            if unit.total is not None and unit.after is not None:
                assert unit.total.after == unit.after.score.total
                assert unit.before is None or unit.total.before == unit.before.score.total
        allowed = frozenset[Cause]().union(*(MOVED_BY[each] for each in planted))
        if TIME in planted:
            # On another day other units have ended.
            allowed |= {"units"}
        assert set(found.causes) <= allowed
        _check_sums(from_counts(found))
        moved = frozenset(RECORD_CAUSES) | {"counts"}
        told = set(from_counts(found).causes)
        assert told - {"counts"} <= allowed - moved | {"units"} & allowed


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_order_of_rows_is_of_no_account(data: st.DataObject) -> None:
    world = data.draw(worlds(most_rows=6))
    catalogue = data.draw(catalogues(world)).text
    one = replace(world, sheets={name: _once(name, sheet) for name, sheet in world.sheets.items()})
    sheets_after = data.draw(_edited(one))
    other = replace(one, sheets={name: _once(name, sheet) for name, sheet in sheets_after.items()})
    found = []
    for turned in (False, True):
        files = [_files(each, turned=turned) for each in (one, other)]
        with folder_of(files[0]) as a, folder_of(files[1]) as b, folder_of({"c.yaml": catalogue}) as rules:
            sides = [_asked(folder, rules / "c.yaml", world) for folder in (a, b)]
            try:
                result = run.compare(run.CompareRequest(before=sides[0], after=sides[1]), TODAY)
            except ChisoError:
                return
            found.append(
                [(unit.unit.code, unit.total, [own.points for own in unit.indices]) for unit in result.units]
            )
    assert found[0] == found[1]


def _once(table: str, sheet: Sheet) -> Sheet:
    """Return the sheet with one row for each key: which of several counts may hang on their order."""
    keys = [sheet.columns.index(name) for name in TABLES[table].own_key if name in sheet.columns]
    rows: dict[Sequence[object], tuple[object, ...]] = {}
    for row in sheet.rows:
        rows.setdefault(tuple(row[place].value for place in keys), row)
    return Sheet(sheet.columns, tuple(rows.values()))  # type: ignore[arg-type]


def _files(world: World, *, turned: bool) -> dict[str, str]:
    sheets_now = {
        name: Sheet(sheet.columns, sheet.rows[::-1]) if turned else sheet
        for name, sheet in world.sheets.items()
    }
    return {
        "units.csv": registry_csv(world.units),
        **{f"{name}.csv": sheet.csv() for name, sheet in sheets_now.items()},
    }
