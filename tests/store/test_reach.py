"""What is left in a store cannot matter: whatever the condition, a row of the period is never left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chiso.catalogue.expression import (
    Call,
    Column,
    Comparison,
    Expression,
    In,
    IsNull,
    Literal_,
    Logic,
    Not,
    Parameter,
)
from chiso.records.dataset import Profile
from chiso.scoring.reach import _truths
from chiso.terms.columns import CASES
from chiso.terms.period import Judgement, judge, parse_period

_STATES = CASES.columns["status"].values
_NAMES = ("received_at", "finished_at", "returned_at")
_MIDDLE = date(2026, 8, 15)
_DAYS = st.integers(-60, 60).map(lambda days: _MIDDLE + timedelta(days=days))
_ROW = st.fixed_dictionaries(
    {**{name: st.none() | _DAYS for name in _NAMES}, "status": st.none() | st.integers(0, len(_STATES) - 1)}
)
_JUDGEMENT = judge(parse_period("2026-08", _MIDDLE), date(2026, 9, 5))
_VALUES = st.recursive(
    st.sampled_from(
        [
            *(Column(name, "timestamp", as_date=True) for name in _NAMES),
            *(Parameter(name) for name in ("period_start", "period_end", "as_of")),
            Literal_(_MIDDLE, "date"),
            Literal_(None, "null"),
        ]
    ),
    lambda inner: st.builds(
        lambda function, arguments: Call(function, tuple(arguments), "date"),
        st.sampled_from(["coalesce", "least", "greatest"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
_CONDITIONS = st.recursive(
    st.one_of(
        st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]), _VALUES, _VALUES),
        st.builds(IsNull, _VALUES),
        st.builds(
            lambda words: In(
                Column("status", "enum", _STATES), tuple(Literal_(w, "enum", _STATES) for w in words)
            ),
            st.lists(st.sampled_from(_STATES), min_size=1, max_size=3),
        ),
        st.sampled_from([Literal_(value, "boolean") for value in (True, False, None)]),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(
            lambda operator, parts: Logic(operator, tuple(parts)),
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        st.builds(
            lambda parts: Call("coalesce", tuple(parts), "boolean"), st.lists(inner, min_size=1, max_size=2)
        ),
    ),
    max_leaves=5,
)


def _value(tree: Expression, row: dict[str, object], judgement: Judgement) -> object:
    """Return what a condition or value is for one row, as SQL has it."""

    def of(part: Expression) -> object:
        return _value(part, row, judgement)

    match tree:
        case Literal_(value=value):
            return value
        case Column(name=name):
            return row[name]
        case Parameter(name=name):
            period = judgement.period
            days = {"period_start": period.first_day, "period_end": period.last_day}
            return {**days, "as_of": judgement.as_of}[name]
        case Call(function=function, arguments=arguments):
            known = [value for value in map(of, arguments) if value is not None]
            chosen = {"coalesce": lambda v: v[0], "least": min, "greatest": max}[function]
            return chosen(known) if known else None  # type: ignore[no-untyped-call]
        case IsNull(operand=operand):
            return of(operand) is None
        case Not(operand=operand):
            value = of(operand)
            return None if value is None else not value
        case Logic(operator=operator, operands=operands):
            values, decisive = [of(part) for part in operands], operator == "or"
            return decisive if decisive in values else None if None in values else not decisive
        case In(operand=operand, choices=choices):
            state = of(operand)
            return None if state is None else _STATES[int(str(state))] in {c.value for c in choices}
        case Comparison(operator=operator, left=left, right=right):
            first, second = of(left), of(right)
            if not isinstance(first, date) or not isinstance(second, date):
                return None
            return {
                **{"<": first < second, "<=": first <= second, ">": first > second},
                **{">=": first >= second, "=": first == second, "<>": first != second},
            }[operator]
    raise AssertionError(tree)


def _profile(rows: Sequence[dict[str, object]]) -> Profile:
    days = {}
    for name in _NAMES:
        found = [day for row in rows if isinstance(day := row[name], date)]
        days[name] = (min(found, default=None), max(found, default=None), len(found) < len(rows))
    states = {row["status"] for row in rows}
    alike = {"status": next(iter(states))} if len(states) == 1 else {}
    return Profile(len(rows), days, alike)  # type: ignore[arg-type]


_SETTINGS = settings(derandomize=True, deadline=None, database=None)


@settings(_SETTINGS, max_examples=120)
@given(tree=_CONDITIONS, rows=st.lists(_ROW, min_size=1, max_size=4))
def test_every_outcome_of_a_row_is_foreseen(tree: Expression, rows: list[dict[str, object]]) -> None:
    _assert_foreseen(tree, rows)


@pytest.mark.long
@settings(_SETTINGS, max_examples=1_000)
@given(tree=_CONDITIONS, rows=st.lists(_ROW, min_size=1, max_size=4))
def test_every_outcome_of_a_row_is_foreseen_at_length(
    tree: Expression, rows: list[dict[str, object]]
) -> None:
    _assert_foreseen(tree, rows)


def _assert_foreseen(tree: Expression, rows: list[dict[str, object]]) -> None:
    foreseen = _truths(tree, _profile(rows), _JUDGEMENT)
    assert {_value(tree, row, _JUDGEMENT) for row in rows} <= foreseen


def test_what_lies_behind_is_told_to_be_outside() -> None:
    """Received and finished in July: no row is in August, some may be in July."""
    received: Expression = Column("received_at", "timestamp", as_date=True)
    ended: Expression = Column("finished_at", "timestamp", as_date=True)
    begun = Comparison("<=", received, Parameter("as_of"))
    lasts = Comparison(">=", ended, Parameter("period_start"))
    tree = Logic("and", (begun, Call("coalesce", (lasts, Literal_(True, "boolean")), "boolean")))
    july = (date(2026, 7, 1), date(2026, 7, 31), False)
    closed = Profile(9, {"received_at": july, "finished_at": july}, {})
    still_open = Profile(9, {"received_at": july, "finished_at": (None, None, True)}, {})
    assert _truths(tree, closed, _JUDGEMENT) == {False}
    assert _truths(tree, still_open, _JUDGEMENT) == {True}
