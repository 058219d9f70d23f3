"""Typed trees and measures → the catalogue's own words, as a reader would write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chiso.catalogue.expression import (
    Arithmetic,
    Call,
    Column,
    Comparison,
    Definition,
    Exists,
    Expression,
    In,
    IsNull,
    Like,
    Literal_,
    Logic,
    Lookup,
    Not,
    Parameter,
    walk,
)
from chiso.catalogue.formula import Combination, Constant, Count, Measure, counts_in

_SIGNS = {"add": " + ", "subtract": " − ", "multiply": " × "}


def expression_text(tree: Expression, *, inner: bool = False) -> str:
    """Return the tree in the condition language; named definitions stay names."""
    match tree:
        case Literal_(value=value):
            return _literal(value)
        case Parameter(name=name):
            return f":{name}"
        case Column(name=name, as_date=as_date):
            return _twin(name, as_date)
        case Lookup(relation=relation, name=name, as_date=as_date):
            return f"{relation}.{_twin(name, as_date)}"
        case Exists(relation=relation):
            return f"{relation}.exists"
        case Definition(name=name):
            return name
        case Not(operand=IsNull(operand=operand)):
            text = f"{expression_text(operand, inner=True)} is not null"
        case Not(operand=operand):
            text = f"not {expression_text(operand, inner=True)}"
        case IsNull(operand=operand):
            text = f"{expression_text(operand, inner=True)} is null"
        case In(operand=operand, choices=choices):
            listed = ", ".join(expression_text(choice) for choice in choices)
            text = f"{expression_text(operand, inner=True)} in ({listed})"
        case Like(operand=operand, pattern=pattern):
            text = f"{expression_text(operand, inner=True)} like {_literal(pattern)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(expression_text(argument) for argument in arguments)})"
        case Logic(operator=operator, operands=operands):
            text = f" {operator} ".join(expression_text(operand, inner=True) for operand in operands)
        case (
            Comparison(operator=operator, left=left, right=right)
            | Arithmetic(operator=operator, left=left, right=right)
        ):
            text = f"{expression_text(left, inner=True)} {operator} {expression_text(right, inner=True)}"
    return f"({text})" if inner else text


def _twin(name: str, as_date: bool) -> str:
    return f"{name.removesuffix('_at')}_on" if as_date else name


def _literal(value: int | str | bool | date | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"date '{value}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def measure_text(measure: Measure) -> str:
    """Return a measure in one line: what is counted, over which table, under which condition."""
    match measure:
        case Constant(value=value):
            return str(value)
        case Combination(kind="largest", parts=parts):
            return f"largest of ({'; '.join(map(measure_text, parts))})"
        case Combination(kind=kind, parts=parts):
            return _SIGNS[kind].join(f"[{measure_text(part)}]" for part in parts)
        case Count(table=table, kind=kind, of=of, where=where, within=within):
            what = table if kind == "rows" or of is None else f"{kind} {expression_text(of)} of {table}"
            text = what if where is None else f"{what} where {expression_text(where)}"
            return text if within is None else f"{text}, within the denominator"


def definitions_used(measures: Iterator[Measure | None]) -> dict[str, Expression]:
    """Return the named definitions that the measures rest on, outer before inner."""
    found: dict[str, Expression] = {}
    for measure in measures:
        for count in counts_in(measure):
            for tree in (count.of, count.where):
                for part in walk(tree) if tree is not None else ():
                    if isinstance(part, Definition):
                        found.setdefault(part.name, part.body)
    return found
