"""What a repair fills in: constants and days that fit their columns, never what says which record it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chiso.catalogue.expression import Expression, Literal_, Parameter
from chiso.catalogue.formula import RepairRule
from chiso.errors import Text, allowed_words, suggestion
from chiso.terms.columns import TABLES, ColumnSpec, TableSpec

_PRESENT = "present"
_TODAY = ":as_of"
OTHER_WORK = Text(
    vi="Cùng một “kind” mà bảng, “sets” hoặc “effort” khác nhau",
    en="The same “kind” elsewhere has another table, other “sets” or another “effort”",
)
OTHER_WORK_HINT = Text(
    vi="Một “kind” là một việc: viết như nhau ở mọi chỉ số, hoặc đặt tên khác",
    en="A kind is one piece of work: write it alike under every index, or give it another name",
)


@dataclass(frozen=True)
class SetValues:
    """What the columns get, in the catalogue's order; the faults: column, what is wrong, what would do."""

    values: tuple[tuple[str, Expression], ...]
    faults: tuple[tuple[str, Text, Text | None], ...]


def same_work(one: RepairRule, other: RepairRule) -> bool:
    """Return whether two repairs of one kind are the same work on the same table."""
    return (one.table, one.sets, one.effort) == (other.table, other.sets, other.effort)


def set_values(table: TableSpec, sets: Mapping[str, str | int | bool]) -> SetValues:
    """Return the values that a repair's columns get, and every fault among them."""
    values: list[tuple[str, Expression]] = []
    faults: list[tuple[str, Text, Text | None]] = []
    for name, value in sets.items():
        column = table.columns.get(name)
        if column is None:
            message = Text(
                vi=f"Bảng {table.name} không có cột “{name}”", en=f"Table {table.name} has no column “{name}”"
            )
            faults.append((name, message, suggestion(name, table.columns)))
        elif name in _identifying(table):
            message = Text(
                vi=f"Cột “{name}” cho biết đó là bản ghi nào, không sửa được",
                en=f"Column “{name}” says which record it is, no repair may set it",
            )
            faults.append((name, message, None))
        else:
            tree = _value(column, value)
            if tree is None:
                message = Text(
                    vi=f"Giá trị không hợp với cột “{name}”", en=f"The value does not fit column “{name}”"
                )
                faults.append((name, message, _allowed(column)))
            else:
                values.append((name, tree))
    return SetValues(tuple(values), tuple(faults))


def _identifying(table: TableSpec) -> frozenset[str]:
    """Return the columns of the key, of the unit, and those by which records find one another."""
    own = {column for relation in table.relations.values() for column, _ in relation.on}
    found_by = {
        other
        for spec in TABLES.values()
        for relation in spec.relations.values()
        if relation.table == table.name
        for _, other in relation.on
    }
    return frozenset({*table.key, *own, *found_by})


def _value(column: ColumnSpec, value: str | int | bool) -> Expression | None:
    match column.kind, value:
        case "presence", "present":
            return Literal_(True, "boolean")
        case "boolean", bool():
            return Literal_(value, "boolean")
        case "enum", str() if value in column.values:
            return Literal_(value, "enum", column.values)
        case (("integer" | "money"), int()) if not isinstance(value, bool):
            return Literal_(value, "integer")
        case (("timestamp" | "date"), ":as_of"):
            return Parameter("as_of")
        case "text", str():
            return Literal_(value, "text")
        case _:
            return None


def _allowed(column: ColumnSpec) -> Text:
    match column.kind:
        case "presence":
            return allowed_words([_PRESENT])
        case "boolean":
            return allowed_words(["true", "false"])
        case "enum":
            return allowed_words(column.values)
        case "timestamp" | "date":
            return allowed_words([f'"{_TODAY}"'])
        case "integer" | "money":
            return Text(vi="Cần một số nguyên", en="An integer is needed")
        case _:
            return Text(vi="Cột này không sửa được", en="No repair may set this column")
