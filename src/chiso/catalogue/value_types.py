"""Types of values: their names, which columns have them, how large an integer may become."""

from __future__ import annotations

import re

from chiso.catalogue.expression import (
    Arithmetic,
    Call,
    Column,
    Definition,
    Expression,
    Literal_,
    Lookup,
    ValueType,
)
from chiso.errors import Text
from chiso.terms.columns import FIRST_DAY, LARGEST_INTEGER, LAST_DAY, ColumnSpec, TableSpec


def type_name(value_type: ValueType) -> Text:
    """Return a type as a reader would call it."""
    return {
        "integer": Text(vi="một số nguyên", en="an integer"),
        "text": Text(vi="một chuỗi", en="a text"),
        "boolean": Text(vi="đúng/sai", en="true or false"),
        "date": Text(vi="một ngày", en="a date"),
        "timestamp": Text(vi="một thời điểm", en="a timestamp"),
        "enum": Text(vi="một giá trị trong danh mục", en="one of a list of words"),
        "presence": Text(vi="có hay không có", en="filled or empty"),
        "null": Text(vi="rỗng (null)", en="null"),
    }[value_type]


def find_column(table: TableSpec, name: str) -> tuple[ColumnSpec | None, bool]:
    """Return the column of that name, and whether the name is the date twin of a timestamp."""
    if name in table.columns:
        return table.columns[name], False
    if name.endswith("_on"):
        spec = table.columns.get(f"{name.removesuffix('_on')}_at")
        if spec is not None and spec.kind == "timestamp":
            return spec, True
    return None, False


def column_words(table: TableSpec) -> tuple[str, ...]:
    """Return every name that a condition may use for the table's columns, date twins included."""
    twins = (re.sub(r"_at$", "_on", name) for name, spec in table.columns.items() if spec.kind == "timestamp")
    return (*table.columns, *twins)


def value_type(spec: ColumnSpec, as_date: bool) -> ValueType:
    """Return the type of a column's values."""
    if as_date:
        return "date"
    match spec.kind:
        case "text" | "unit" | "officer":
            return "text"
        case "integer" | "money":
            return "integer"
        case "decimal":
            raise ValueError("only reported figures are decimal, and no condition reads them")
        case kind:
            return kind


def magnitude(tree: Expression) -> int:
    """Return a bound on the absolute value of an integer expression."""
    match tree:
        case Literal_(value=value):
            return abs(value) if isinstance(value, int) else 0
        case Column() | Lookup():
            return LARGEST_INTEGER
        case Definition(body=body):
            return magnitude(body)
        case Arithmetic(operator="*", left=left, right=right):
            return magnitude(left) * magnitude(right)
        case Arithmetic(left=left, right=right):
            return magnitude(left) + magnitude(right)
        case Call(function="days" | "workdays"):
            return (LAST_DAY - FIRST_DAY).days
        case Call(function="minutes"):
            return (LAST_DAY - FIRST_DAY).days * 24 * 60
        case Call(arguments=arguments):
            return max(map(magnitude, arguments))
        case _:
            return 0
