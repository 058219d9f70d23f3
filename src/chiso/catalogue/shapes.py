"""What a tree amounts to where several ways of writing come to the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chiso.catalogue.expression import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal_,
    Logic,
    Not,
)
from chiso.catalogue.wording import expression_text

_DIFFERENCES = ("days", "minutes", "workdays")


def is_calculated(tree: Expression) -> bool:
    """Return whether a value is worked out, rather than found in a cell."""
    return isinstance(tree, Arithmetic) or (isinstance(tree, Call) and tree.function in _DIFFERENCES)


def without_null(arguments: Sequence[Expression]) -> Sequence[Expression]:
    """Return the arguments of a coalesce without the null that may end it: it says nothing about a row."""
    kept = [part for part in arguments if not (isinstance(part, Literal_) and part.value is None)]
    return kept or arguments


def flat(tree: Logic, *, keep_spans: bool = True) -> list[Expression]:
    """Return the parts of an "and" of "and"s, or of an "or" of "or"s, in one list.

    With ``keep_spans`` a "between" remains one part.
    """
    parts: list[Expression] = []
    for operand in tree.operands:
        kept = keep_spans and isinstance(operand, Logic) and span(operand) is not None
        if isinstance(operand, Logic) and operand.operator == tree.operator and not kept:
            parts.extend(flat(operand, keep_spans=keep_spans))
        else:
            parts.append(operand)
    return parts


def span(tree: Logic) -> tuple[Expression, Expression, Expression] | None:
    """Return what is tested, and the bounds, where a tree says that a value lies between two."""
    match tree:
        case Logic(
            operator="and",
            operands=(
                Comparison(operator=">=", left=tested, right=low),
                Comparison(operator="<=", left=same, right=high),
            ),
        ) if tested == same:
            return tested, low, high
        case _:
            return None


def in_one_order(tree: Expression) -> Expression:
    """Return the tree with its parts in a fixed order wherever their order means nothing.

    Named definitions stay as they are.
    """
    match tree:
        case Logic():
            parts = [in_one_order(part) for part in flat(tree, keep_spans=False)]
            return replace(tree, operands=tuple(sorted(parts, key=expression_text)))
        case In(operand=operand, choices=choices):
            chosen = tuple(sorted(choices, key=expression_text))
            return replace(tree, operand=in_one_order(operand), choices=chosen)
        case Not(operand=operand) | IsNull(operand=operand) | Like(operand=operand):
            return replace(tree, operand=in_one_order(operand))
        case Comparison(operator=operator, left=left, right=right):
            sides = [in_one_order(left), in_one_order(right)]
            if operator in ("=", "<>"):
                sides.sort(key=expression_text)
            return replace(tree, left=sides[0], right=sides[1])
        case Arithmetic(operator=sign, left=left, right=right):
            sides = [in_one_order(left), in_one_order(right)]
            if sign != "-":
                sides.sort(key=expression_text)
            return replace(tree, left=sides[0], right=sides[1])
        case Call(function=function, arguments=arguments):
            given = [in_one_order(part) for part in arguments]
            if function in ("least", "greatest"):
                given.sort(key=expression_text)
            return replace(tree, arguments=tuple(given))
        case _:
            return tree
