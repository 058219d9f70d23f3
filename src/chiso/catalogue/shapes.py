"""What a tree amounts to where several ways of writing come to the same."""

from __future__ import annotations

from collections.abc import Sequence

from chiso.catalogue.expression import Arithmetic, Call, Comparison, Expression, Literal_, Logic

_DIFFERENCES = ("days", "minutes", "workdays")


def is_calculated(tree: Expression) -> bool:
    """Return whether a value is worked out, rather than found in a cell."""
    return isinstance(tree, Arithmetic) or (isinstance(tree, Call) and tree.function in _DIFFERENCES)


def without_null(arguments: Sequence[Expression]) -> Sequence[Expression]:
    """Return the arguments of a coalesce without the null that may end it: it says nothing about a row."""
    kept = [part for part in arguments if not (isinstance(part, Literal_) and part.value is None)]
    return kept or arguments


def flat(tree: Logic) -> list[Expression]:
    """Return the parts of an "and" of "and"s, or of an "or" of "or"s, in one list."""
    parts: list[Expression] = []
    for operand in tree.operands:
        if isinstance(operand, Logic) and operand.operator == tree.operator and span(operand) is None:
            parts.extend(flat(operand))
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
