"""Which clause of a condition decided: from the truth of its smallest parts to the one that tipped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chiso.catalogue.expression import Call, Definition, Expression, IsNull, Literal_, Logic, Not

Truths = Mapping[Expression, bool | None]


@dataclass(frozen=True)
class Clause:
    """The part of a condition that decided, and whether it holds; None where the record leaves it open.

    ``within`` names the definitions that it was found in, outermost first; ``table`` is the one whose
    rows it is about.
    """

    tree: Expression
    holds: bool | None
    within: tuple[Definition, ...] = ()
    table: str | None = None


def smallest_parts(condition: Expression) -> Iterator[Expression]:
    """Yield the parts of a condition that are true, false or open of themselves, each as it occurs."""
    inner = _logical_parts(condition)
    if inner is None:
        if not isinstance(condition, Literal_):
            yield condition
        return
    for part in inner:
        yield from smallest_parts(part)


def _logical_parts(tree: Expression) -> tuple[Expression, ...] | None:
    """Return the conditions that a condition is made of, None for a smallest part."""
    match tree:
        case Definition(body=body):
            return (body,)
        case Not(operand=operand):
            return (operand,)
        case Logic(operands=operands):
            return operands
        case Call(function="coalesce", arguments=arguments):
            return arguments
        case _:
            return None


def truth(condition: Expression, truths: Truths) -> bool | None:
    """Return whether a condition holds, from the truth of its smallest parts; None where it is open."""
    match condition:
        case Literal_(value=bool() as value):
            return value
        case Literal_():
            return None
        case Definition(body=body):
            return truth(body, truths)
        case Not(operand=operand):
            inner = truth(operand, truths)
            return None if inner is None else not inner
        case Logic(operator=operator, operands=operands):
            values = [truth(part, truths) for part in operands]
            stops = operator == "or"
            if stops in values:
                return stops
            return None if None in values else not stops
        case Call(function="coalesce", arguments=arguments):
            found = (truth(part, truths) for part in arguments)
            return next((value for value in found if value is not None), None)
        case _:
            return truths[condition]


def deciding(condition: Expression, truths: Truths, table: str) -> Clause:
    """Return the clause for which a condition over a row of ``table`` is what it is.

    Of an ``and`` that fails it is the first part that fails. Of an ``or`` that fails it is the alternative
    that came furthest, since the others were not meant for this record; where several came as far, it is
    the whole. A definition that is decided as a whole is named instead of what it stands for.
    """
    return replace(_deciding(condition, truths, ()), table=table)


def _deciding(tree: Expression, truths: Truths, within: tuple[Definition, ...]) -> Clause:
    value = truth(tree, truths)
    match tree:
        case Definition(body=body):
            return _deciding(body, truths, (*within, tree))
        case Not(operand=operand) if _logical_parts(operand) is not None:
            return _deciding(operand, truths, within)
        case Logic(operator="and", operands=operands):
            if value is True:
                return _deciding(operands[-1], truths, within)
            return _deciding(_first(operands, truths, value), truths, within)
        case Logic(operator="or", operands=operands):
            if value is False:
                meant = _meant(operands, truths)
                return _whole(tree, value, within) if meant is None else _deciding(meant, truths, within)
            return _deciding(_first(operands, truths, value), truths, within)
        case Call(function="coalesce", arguments=arguments):
            told = [part for part in arguments if truth(part, truths) is not None]
            if told and not isinstance(told[0], Literal_):
                return _deciding(told[0], truths, within)
            # What stands in for the open parts decided, so they did.
            return _deciding(arguments[0], truths, within)
        case _:
            return Clause(tree, value, within)


def _whole(tree: Expression, value: bool | None, within: tuple[Definition, ...]) -> Clause:
    if within and within[-1].body is tree:
        return Clause(within[-1], value, within[:-1])
    return Clause(tree, value, within)


def _meant(alternatives: Sequence[Expression], truths: Truths) -> Expression | None:
    """Return the one alternative that a record was to meet, None where there are several."""
    # Of "empty, or so and so" the second is meant.
    asking = [part for part in alternatives if not isinstance(part, IsNull)]
    if len(asking) == 1:
        return asking[0]
    depths = [_depth(part, truths) for part in asking]
    furthest = max(depths, default=0)
    return asking[depths.index(furthest)] if depths.count(furthest) == 1 else None


def _first(parts: Sequence[Expression], truths: Truths, value: bool | None) -> Expression:
    return next(part for part in parts if truth(part, truths) is value)


def _depth(tree: Expression, truths: Truths) -> int:
    """Return how many parts of an alternative were met before the first that was not."""
    match tree:
        case Definition(body=body):
            return _depth(body, truths)
        case Logic(operator="and", operands=operands):
            met = [truth(part, truths) is True for part in operands]
            return met.index(False) if False in met else len(met)
        case _:
            return 0
