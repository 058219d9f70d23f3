"""What repairs cannot bring: lost for good, earned by new cases only, decided elsewhere, or still at risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chiso.catalogue.expression import Call, IsNull, Literal_, Not, Parameter, and_, or_, walk
from chiso.catalogue.formula import Count, RuleSet
from chiso.catalogue.model import Bilingual
from chiso.catalogue.substitution import own_columns, with_parameter
from chiso.scoring.available import Missing, available
from chiso.scoring.compile import Wanted
from chiso.scoring.counts import Cell
from chiso.scoring.engine import Engine
from chiso.scoring.planning.actions import Action
from chiso.scoring.planning.choice import Work
from chiso.scoring.planning.linear import Linear, OpenIndex
from chiso.scoring.scoreboard import Outcome, Score, UnitScore
from chiso.terms.columns import TABLES
from chiso.terms.unit import UnitTree

_NO, _YES = Literal_(False, "boolean"), Literal_(True, "boolean")
_BY_ITS_RECORDS = frozenset(("scored", "provisional", "no_cases", "analysis", "not_applicable"))
# More new cases than a nation has: never.
_MOST_CASES = 10**9


@dataclass(frozen=True)
class Lost:
    """Records of an index that do not count and that no repair makes count, and the points they cost."""

    index: str
    cases: int
    points: Decimal


@dataclass(frozen=True)
class Unsettled:
    """Records of an index that do not count and of which nobody can say yet that they never will.

    ``unknown`` lack the data to tell whether they may be put right. ``waiting`` are still open and no work of
    the office can close them today: they wait for the citizen.
    """

    index: str
    unknown: int
    waiting: int


@dataclass(frozen=True)
class NewCases:
    """How many new cases, all of which count, bring an index to the aim's missing points or to its maximum.

    None where no number of them does; ``for_aim`` also where repairs reach the aim.
    """

    index: str
    for_aim: int | None
    for_full: int | None
    remedy: Bilingual


@dataclass(frozen=True)
class Fixed:
    """An index that the unit's records do not decide, and by whom it is decided, if by a unit above."""

    index: str
    outcome: Outcome
    decided_by: str | None
    points: Decimal | None
    max_points: Decimal


@dataclass(frozen=True)
class AtRisk:
    """Records that count now and no longer do at the period's end if nothing is done until then."""

    index: str
    cases: int


def lost(
    indices: Sequence[OpenIndex], work: Work, unsettled: Sequence[Unsettled], *, running: bool
) -> Iterator[Lost]:
    """Yield, by index, what is lost for good this period; indices that lose no point by it are left out.

    What is ``unsettled`` is not lost. While the period is ``running``, neither is a code without a case: a
    new case makes it count.
    """
    open_ones = {entry.index: entry.unknown + entry.waiting for entry in unsettled}
    for index in indices:
        if not _share_of_records(index) or (running and _one_more(index) == (1, 0)):
            continue
        numerator, denominator = work.fewest_left(index.rule.code)
        cases = denominator - numerator - open_ones.get(index.rule.code, 0)
        if cases > 0:
            points = index.points(numerator + cases, denominator) - index.points(numerator, denominator)
            if points > 0:
                yield Lost(index.rule.code, cases, points)


def unsettled(
    engine: Engine, indices: Sequence[OpenIndex], actions: Sequence[Action], unit_code: str
) -> Iterator[Unsettled]:
    """Yield, by index, the records that do not count and may yet: nobody knows, or they are not ended."""
    wanted: dict[tuple[str, str], Wanted] = {}
    for index in indices:
        for kind, count in _unsettled_counts(engine, index, actions):
            wanted[index.rule.code, kind] = Wanted(count, index.rule.rollup == "subtree")
    counts = engine.count(tuple(dict.fromkeys(wanted.values())))
    for index in indices:
        unknown, waiting = (
            counts.value(entry, Cell(unit_code)) or 0 if (entry := wanted.get((index.rule.code, kind))) else 0
            for kind in ("unknown", "waiting")
        )
        if unknown or waiting:
            yield Unsettled(index.rule.code, unknown, waiting)


def _unsettled_counts(
    engine: Engine, index: OpenIndex, actions: Sequence[Action]
) -> Iterator[tuple[str, Count]]:
    numerator, denominator = _only(index.numerator), _only(index.denominator)
    if numerator is None or denominator is None or numerator.table != denominator.table:
        return
    of_table = [action for action in actions if action.table == numerator.table]
    own = [action.when for action in of_table if index.rule.code in action.indices]
    failing = and_(denominator.where, Not(Call("coalesce", (numerator.where or _YES, _NO), "boolean")))
    if own:
        open_ = and_(*(Not(Call("coalesce", (when, _NO), "boolean")) for when in own))
        unknown = or_(*(IsNull(when) for when in own))
        yield "unknown", replace(numerator, where=and_(failing, open_, unknown), within=None)
    table, deadline = TABLES[numerator.table], engine.rules.tables[numerator.table].deadline
    still_open = None if deadline is None else available(deadline.open, table, engine.present)
    if still_open is None or isinstance(still_open, Missing) or not engine.judgement.provisional:
        return
    closing = [action.when for action in of_table if action.columns & own_columns(still_open)]
    # Nothing that helps the index or ends the record may be done on it today, and nothing is unknown.
    idle = and_(*(Not(Call("coalesce", (when, _YES), "boolean")) for when in dict.fromkeys([*own, *closing])))
    yield "waiting", replace(numerator, where=and_(failing, still_open, idle), within=None)


def new_cases(
    indices: Sequence[OpenIndex], work: Work, after: Mapping[str, Score], missing: Decimal
) -> Iterator[NewCases]:
    """Yield, by index that repairs cannot bring to its maximum, how many new cases would make up for it.

    They come on top of every repair that helps the index; ``missing`` points are those that the plan leaves
    the aim short of.
    """
    for index in indices:
        adds = _one_more(index)
        if adds is None or not _share_of_records(index):
            continue
        numerator, denominator = work.fewest_left(index.rule.code)

        def points(
            cases: int, at: tuple[int, int] = (numerator, denominator), i: OpenIndex = index,
            more: tuple[int, int] = adds,
        ) -> Decimal:  # fmt: skip
            return i.points(at[0] + cases * more[0], at[1] + cases * more[1])

        if points(0) >= index.rule.points:
            continue
        most = _MOST_CASES if adds[1] else denominator - numerator
        had = after[index.rule.code].points or Decimal(0)
        for_aim = _least_cases(points, had + missing, most) if missing else None
        for_full = _least_cases(points, index.rule.points, most)
        yield NewCases(index.rule.code, for_aim, for_full, index.rule.remedy)


def _least_cases(points: Callable[[int], Decimal], wanted: Decimal, most: int) -> int | None:
    """Return the least number of cases, up to ``most``, that earns ``wanted`` points."""
    if points(0) >= wanted:
        return 0
    if most < 1 or points(most) < wanted:
        return None
    low, high = 0, 1
    while points(high) < wanted:
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if points(middle) < wanted else (low, middle)
    return high


def _share_of_records(index: OpenIndex) -> bool:
    """Return whether the index is a share of records or codes of which more is better."""
    rule = index.rule
    return rule.scored and rule.is_share and not rule.rule.falling


def _one_more(index: OpenIndex) -> tuple[int, int] | None:
    """Return what a new case that counts adds to numerator and denominator, None where cases do not tell.

    A code of a list (services, procedures) counts with its first case: the list grows no longer by it.
    """
    numerator, denominator = _only(index.numerator), _only(index.denominator)
    if numerator is None or denominator is None:
        return None
    if (numerator.kind, denominator.kind) == ("rows", "rows") and numerator.table == denominator.table:
        return 1, 1
    if numerator.kind == "distinct" and numerator.table != denominator.table:
        return 1, 0
    return None


def _only(measure: Linear) -> Count | None:
    if measure.constant or len(measure.terms) != 1 or measure.terms[0][0] != 1:
        return None
    return measure.terms[0][1].count


def fixed(rules: RuleSet, unit: UnitScore, units: UnitTree) -> Iterator[Fixed]:
    """Yield the scored indices that the unit's own records do not decide."""
    for rule, score in zip(rules.indices, unit.scores, strict=True):
        if score.outcome in _BY_ITS_RECORDS or not rule.scored:
            continue
        above = None
        if score.outcome == "inherited":
            above = next(u.code for u in units.ancestors(unit.unit.code) if u.level in rule.measured_at)
        yield Fixed(rule.code, score.outcome, above, score.points, score.max_points)


def at_risk(engine: Engine, indices: Sequence[OpenIndex], unit_code: str) -> Iterator[AtRisk]:
    """Yield, by index, how many records count on the day of judgement and no longer on the period's last.

    Nothing is at risk where that is the same day.
    """
    if engine.judgement.as_of >= engine.judgement.period.last_day:
        return
    wanted = {
        index.rule.code: Wanted(falling, index.rule.rollup == "subtree")
        for index in indices
        if (falling := _falling_out(index)) is not None
    }
    counts = engine.count(tuple(dict.fromkeys(wanted.values())))
    for code, entry in wanted.items():
        cases = counts.value(entry, Cell(unit_code)) or 0
        if cases:
            yield AtRisk(code, cases)


def _falling_out(index: OpenIndex) -> Count | None:
    count = _only(index.numerator)
    if count is None or count.kind != "rows" or count.where is None:
        return None
    if not any(isinstance(part, Parameter) and part.name == "as_of" for part in walk(count.where)):
        return None
    later = Call("coalesce", (with_parameter(count.where, "as_of", "period_end"), _NO), "boolean")
    return Count(count.table, "rows", None, and_(count.where, Not(later)))
