"""Trees with other leaves: a record as it would be, a day as it will be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chiso.catalogue.expression import (
    Arithmetic,
    Call,
    Column,
    Comparison,
    Definition,
    Expression,
    In,
    IsNull,
    Like,
    Logic,
    Not,
    Parameter,
    walk,
)


def with_columns(tree: Expression, values: Mapping[str, Expression]) -> Expression:
    """Return ``tree`` as it reads once the record's own columns of ``values`` hold these values.

    A day stands for the timestamp's date twin too. What other records hold stays looked up.
    """

    def leaf(part: Expression) -> Expression:
        return values.get(part.name, part) if isinstance(part, Column) else part

    return _replaced(tree, leaf)


def with_parameter(tree: Expression, name: str, other: str) -> Expression:
    """Return ``tree`` with the parameter ``other`` in the place of the parameter ``name``."""

    def leaf(part: Expression) -> Expression:
        return Parameter(other) if isinstance(part, Parameter) and part.name == name else part

    return _replaced(tree, leaf)


def own_columns(tree: Expression | None) -> frozenset[str]:
    """Return the columns of the record itself that ``tree`` reads."""
    if tree is None:
        return frozenset()
    return frozenset(part.name for part in walk(tree) if isinstance(part, Column))


def _replaced(tree: Expression, leaf: Callable[[Expression], Expression]) -> Expression:
    def again(part: Expression) -> Expression:
        return _replaced(part, leaf)

    match tree:
        case Definition(body=body):
            return replace(tree, body=again(body))
        case Not(operand=operand) | IsNull(operand=operand) | Like(operand=operand) | In(operand=operand):
            return replace(tree, operand=again(operand))
        case Logic(operands=operands):
            return replace(tree, operands=tuple(map(again, operands)))
        case Call(arguments=arguments):
            return replace(tree, arguments=tuple(map(again, arguments)))
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return replace(tree, left=again(left), right=again(right))
        case _:
            return leaf(tree)
