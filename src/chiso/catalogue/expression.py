"""The typed tree of a condition or value: what it may say, and what each part means.

Logic is three-valued as in SQL: a part whose columns are empty is undetermined (null). ``least`` and
``greatest`` pass over nulls; ``coalesce`` takes the first that is not null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from chiso.errors import Text

ValueType = Literal["integer", "text", "boolean", "date", "timestamp", "enum", "presence", "null"]
ComparisonOperator = Literal["=", "<>", "<", "<=", ">", ">="]
FunctionName = Literal["coalesce", "least", "greatest", "days", "minutes", "workdays"]
PARAMETERS = ("period_start", "period_end", "as_of")


@dataclass(frozen=True)
class Literal_:
    """A constant: an integer, a text, true or false, a date, an enum's word, or null."""

    value: int | str | bool | date | None
    type: ValueType
    enum: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of the records table itself; ``as_date`` is the date twin of a timestamp."""

    name: str
    type: ValueType
    enum: tuple[str, ...] = ()
    as_date: bool = False


@dataclass(frozen=True)
class Lookup:
    """A column of the row that a relation finds; null where it finds none."""

    relation: str
    name: str
    type: ValueType
    enum: tuple[str, ...] = ()
    as_date: bool = False


@dataclass(frozen=True)
class Exists:
    """Whether a relation finds any row: true or false, never null."""

    relation: str
    type: ValueType = "boolean"


@dataclass(frozen=True)
class Parameter:
    """A day of the run: the period's first or last day, or the day of judgement."""

    name: str
    type: ValueType = "date"


@dataclass(frozen=True)
class Definition:
    """A named definition, with the tree it stands for, and what it is called in words, if anything."""

    name: str
    body: Expression
    words: Text | None = field(default=None, compare=False)

    @property
    def type(self) -> ValueType:
        """The type of what it stands for."""
        return self.body.type


@dataclass(frozen=True)
class Not:
    """Not."""

    operand: Expression
    type: ValueType = "boolean"


@dataclass(frozen=True)
class Logic:
    """And, or: of two or more parts."""

    operator: Literal["and", "or"]
    operands: tuple[Expression, ...]
    type: ValueType = "boolean"


@dataclass(frozen=True)
class Comparison:
    """A comparison of two values of one type; null if either is null."""

    operator: ComparisonOperator
    left: Expression
    right: Expression
    type: ValueType = "boolean"


@dataclass(frozen=True)
class In:
    """Whether a value is one of the listed constants; null if the value is null."""

    operand: Expression
    choices: tuple[Literal_, ...]
    type: ValueType = "boolean"


@dataclass(frozen=True)
class IsNull:
    """Whether a value is empty: true or false, never null."""

    operand: Expression
    type: ValueType = "boolean"


@dataclass(frozen=True)
class Like:
    """Whether a text matches a pattern of % (any run) and _ (any one character)."""

    operand: Expression
    pattern: str
    type: ValueType = "boolean"


@dataclass(frozen=True)
class Arithmetic:
    """Sum, difference or product of integers; null if either is null."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression
    type: ValueType = "integer"


@dataclass(frozen=True)
class Call:
    """One of the six functions."""

    function: FunctionName
    arguments: tuple[Expression, ...]
    type: ValueType
    enum: tuple[str, ...] = ()


Expression = (
    Literal_
    | Column
    | Lookup
    | Exists
    | Parameter
    | Definition
    | Not
    | Logic
    | Comparison
    | In
    | IsNull
    | Like
    | Arithmetic
    | Call
)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of ``expression``."""
    match expression:
        case Definition(body=body):
            return (body,)
        case Not(operand=operand) | IsNull(operand=operand) | Like(operand=operand):
            return (operand,)
        case In(operand=operand, choices=choices):
            return (operand, *choices)
        case Logic(operands=operands):
            return operands
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield ``expression`` and every part of it, outer before inner."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def and_(*operands: Expression | None) -> Expression | None:
    """Return the conjunction of the given parts, leaving out None; None if nothing is left."""
    given = tuple(operand for operand in operands if operand is not None)
    if not given:
        return None
    return given[0] if len(given) == 1 else Logic("and", given)


def or_(*operands: Expression) -> Expression:
    """Return the disjunction of the given parts, of which there is at least one."""
    return operands[0] if len(operands) == 1 else Logic("or", operands)


def enum_of(expression: Expression) -> tuple[str, ...]:
    """Return the words that an enum-valued expression may have, () for other types."""
    match expression:
        case Definition(body=body):
            return enum_of(body)
        case Column(enum=enum) | Lookup(enum=enum) | Literal_(enum=enum) | Call(enum=enum):
            return enum
        case _:
            return ()
