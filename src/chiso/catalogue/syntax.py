"""sqlglot's nodes → our typed tree, by whitelist: what is not named here is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chiso.catalogue.expression import (
    PARAMETERS,
    Arithmetic,
    Call,
    Column,
    Comparison,
    ComparisonOperator,
    Definition,
    Exists,
    Expression,
    FunctionName,
    In,
    IsNull,
    Like,
    Literal_,
    Logic,
    Lookup,
    Not,
    Parameter,
    ValueType,
    enum_of,
)
from chiso.catalogue.scope import ConditionError, Fault, Scope
from chiso.catalogue.value_types import column_words, find_column, magnitude, type_name, value_type
from chiso.errors import Text, allowed_words, suggestion
from chiso.terms.columns import FIRST_DAY, LAST_DAY, TABLES

_LARGEST_LITERAL = 10**12
_LARGEST_VALUE = 2**62
_LONGEST_SHOWN = 40
# Bounds on the search for the author's words: a fault must be told at once, however long the expression.
_MOST_TOKENS_TRIED = 60
_MOST_PIECES_TRIED = 200

_FUNCTIONS: Mapping[FunctionName, Text] = {
    "coalesce": Text(vi="coalesce(a, b, …)", en="coalesce(a, b, …)"),
    "least": Text(vi="least(a, b, …)", en="least(a, b, …)"),
    "greatest": Text(vi="greatest(a, b, …)", en="greatest(a, b, …)"),
    "days": Text(vi="days(từ, đến)", en="days(from, to)"),
    "minutes": Text(vi="minutes(từ, đến)", en="minutes(from, to)"),
    "workdays": Text(vi="workdays(từ, đến)", en="workdays(from, to)"),
}
_COMPARISONS: Mapping[type[exp.Expr], ComparisonOperator] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_OF_TWO_PARTS: tuple[type[exp.Expr], ...] = (
    *(exp.And, exp.Or, exp.Is, exp.Add, exp.Sub, exp.Mul),
    *_COMPARISONS,
)
# What sqlglot may attach to an admitted node; anything else set on it is refused.
_ADMITTED_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Paren: frozenset({"this"}),
    exp.Not: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Null: frozenset(),
    exp.Boolean: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Placeholder: frozenset({"this"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Least: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Greatest: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.Cast: frozenset({"this", "to"}),
    **dict.fromkeys(_OF_TWO_PARTS, frozenset({"this", "expression"})),
}


class NodeReader:
    """Turns sqlglot's nodes into our tree, refusing what is not admitted."""

    def __init__(self, scope: Scope, text: str) -> None:
        self._scope = scope
        self._text = text

    def read(self, node: exp.Expr) -> Expression:
        """Return the tree of a node; raises ConditionError for what is not admitted."""
        admitted = _ADMITTED_ARGUMENTS.get(type(node))
        if admitted is None:
            raise self._refused(node)
        extra = {name for name, value in node.args.items() if value not in (None, False, [])} - admitted
        if extra:
            raise self._refused(node)
        match node:
            case exp.Paren():
                return self.read(node.this)
            case exp.Null():
                return Literal_(None, "null")
            case exp.Boolean():
                return Literal_(bool(node.this), "boolean")
            case exp.Literal():
                return self._literal(node)
            case exp.Neg():
                return self._negative(node)
            case exp.Cast():
                return self._date_literal(node)
            case exp.Placeholder():
                return self._parameter(node)
            case exp.Column():
                return self._column(node)
            case exp.Not():
                return Not(self._boolean(node.this))
            case exp.And() | exp.Or():
                return self._logic(node)
            case exp.Is():
                return self._is(node)
            case exp.In():
                return self._in(node)
            case exp.Between():
                return self._between(node)
            case exp.Like():
                return self._like(node)
            case exp.Add() | exp.Sub() | exp.Mul():
                return self._arithmetic(node)
            case exp.Coalesce() | exp.Least() | exp.Greatest() | exp.Anonymous():
                return self._call(node)
            case _:
                return self._comparison(node)

    def _literal(self, node: exp.Literal) -> Literal_:
        if node.is_string:
            return Literal_(str(node.this), "text")
        text = str(node.this)
        if not text.isdigit():
            raise self._fault(
                node,
                Text(
                    vi=f"Chỉ dùng số nguyên, không dùng {text}", en=f"Only integers are allowed, not {text}"
                ),
                word=text,
            )
        if int(text) > _LARGEST_LITERAL:
            raise self._fault(
                node, Text(vi=f"Số {text} quá lớn", en=f"The number {text} is too large"), word=text
            )
        return Literal_(int(text), "integer")

    def _negative(self, node: exp.Neg) -> Literal_:
        inner = self.read(node.this)
        if isinstance(inner, Literal_) and isinstance(inner.value, int) and inner.type == "integer":
            return Literal_(-inner.value, "integer")
        raise self._refused(node)

    def _date_literal(self, node: exp.Cast) -> Literal_:
        literal = node.this
        if not (node.to.is_type("date") and isinstance(literal, exp.Literal) and literal.is_string):
            raise self._refused(node)
        return self._as_date(Literal_(str(literal.this), "text"), node)

    def _as_date(self, literal: Literal_, node: exp.Expr) -> Literal_:
        try:
            day = date.fromisoformat(str(literal.value))
        except ValueError:
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            raise self._fault(
                node,
                Text(
                    vi=f"“{literal.value}” không phải một ngày dạng 2026-01-31",
                    en=f"“{literal.value}” is not a date like 2026-01-31",
                ),
                word=str(literal.value),
            )
        return Literal_(day, "date")

    def _parameter(self, node: exp.Placeholder) -> Parameter:
        name = str(node.this or "")
        known = [f":{parameter}" for parameter in PARAMETERS]
        if name not in PARAMETERS:
            raise self._fault(
                node,
                Text(vi=f"Không có tham số “:{name}”", en=f"No parameter “:{name}”"),
                hint=suggestion(f":{name}", known) or allowed_words(known),
                word=name or None,
            )
        return Parameter(name)

    def _column(self, node: exp.Column) -> Expression:
        if any(isinstance(part, exp.Identifier) and part.quoted for part in node.parts):
            raise self._fault(
                node,
                Text(vi="Chuỗi đặt trong nháy đơn: 'online'", en="A text stands in single quotes: 'online'"),
            )
        name = str(node.name)
        if node.table:
            return self._lookup(str(node.table), name, node)
        table = self._scope.table
        definition = self._scope.definition(name)
        if definition is not None:
            return Definition(name, definition, self._scope.words.get(name))
        spec, as_date = find_column(table, name)
        if spec is None:
            known = (*column_words(table), *self._scope.definition_names)
            raise self._fault(
                node,
                Text(
                    vi=f"Bảng {table.name} không có cột hay định nghĩa “{name}”",
                    en=f"Table {table.name} has no column or definition “{name}”",
                ),
                hint=suggestion(name, known) or allowed_words(known),
                word=name,
            )
        return Column(spec.name, value_type(spec, as_date), spec.values, as_date)

    def _lookup(self, relation_name: str, name: str, node: exp.Column) -> Lookup | Exists:
        relations = self._scope.table.relations
        relation = relations.get(relation_name)
        if relation is None:
            raise self._fault(
                node,
                Text(
                    vi=f"Bảng {self._scope.table.name} không tra cứu được “{relation_name}”",
                    en=f"Table {self._scope.table.name} cannot look up “{relation_name}”",
                ),
                hint=suggestion(relation_name, relations) or allowed_words(relations),
                word=relation_name,
            )
        if name == "exists":
            return Exists(relation_name)
        target = TABLES[relation.table]
        spec, as_date = find_column(target, name) if relation.unique else (None, False)
        if spec is None:
            known = ("exists", *(column_words(target) if relation.unique else ()))
            raise self._fault(
                node,
                Text(
                    vi=f"“{relation_name}” không có cột “{name}”",
                    en=f"“{relation_name}” has no column “{name}”",
                ),
                hint=suggestion(name, known) or allowed_words(known),
                word=name,
            )
        return Lookup(relation_name, spec.name, value_type(spec, as_date), spec.values, as_date)

    def _logic(self, node: exp.Expr) -> Logic:
        operator = exp.And if isinstance(node, exp.And) else exp.Or
        operands: list[Expression] = []
        for part in _flattened(node, operator):
            operands.append(self._boolean(part))
        return Logic("and" if operator is exp.And else "or", tuple(operands))

    def _boolean(self, node: exp.Expr) -> Expression:
        tree = self.read(node)
        if tree.type != "boolean":
            raise self._fault(
                node,
                Text(
                    vi=f"Cần đúng/sai, ở đây là {type_name(tree.type).vi}",
                    en=f"True or false is needed here, not {type_name(tree.type).en}",
                ),
            )
        return tree

    def _is(self, node: exp.Is) -> Expression:
        if not isinstance(node.expression, exp.Null):
            raise self._refused(node)
        return IsNull(self.read(node.this))

    def _in(self, node: exp.In) -> In:
        operand = self.read(node.this)
        if not node.expressions:
            raise self._fault(
                node, Text(vi="in (…) cần ít nhất một hằng", en="in (…) needs at least one constant")
            )
        choices = []
        for item in node.expressions:
            _, choice = self._of_one_type(operand, self.read(item), item, ordered=False)
            if not isinstance(choice, Literal_):
                raise self._fault(
                    item,
                    Text(vi="Trong in (…) chỉ liệt kê hằng", en="Only constants may stand in in (…)"),
                )
            choices.append(choice)
        return In(operand, tuple(choices))

    def _between(self, node: exp.Between) -> Logic:
        operand = self.read(node.this)
        low_of, low = self._of_one_type(operand, self.read(node.args["low"]), node, ordered=True)
        high_of, high = self._of_one_type(operand, self.read(node.args["high"]), node, ordered=True)
        return Logic("and", (Comparison(">=", low_of, low), Comparison("<=", high_of, high)))

    def _like(self, node: exp.Like) -> Like | Not:
        operand = self.read(node.this)
        pattern = node.expression
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise self._refused(node)
        if operand.type != "text":
            raise self._clash(node, operand.type, "text")
        like = Like(operand, str(pattern.this))
        return Not(like) if node.args.get("negate") else like

    def _arithmetic(self, node: exp.Expr) -> Arithmetic:
        operator: Literal["+", "-", "*"] = (
            "+" if isinstance(node, exp.Add) else "-" if isinstance(node, exp.Sub) else "*"
        )
        left, right = self.read(node.this), self.read(node.expression)
        for side in (left, right):
            if side.type != "integer":
                raise self._fault(
                    node,
                    Text(
                        vi=f"Phép {operator} chỉ dùng với số nguyên; với ngày hãy dùng days(…)",
                        en=f"{operator} works on integers only; for dates use days(…)",
                    ),
                )
        tree = Arithmetic(operator, left, right)
        if magnitude(tree) > _LARGEST_VALUE:
            raise self._fault(
                node,
                Text(
                    vi="Phép tính này có thể vượt quá 64 bit",
                    en="This calculation may not fit into 64 bits",
                ),
            )
        return tree

    def _comparison(self, node: exp.Expr) -> Comparison:
        operator = _COMPARISONS[type(node)]
        left, right = self.read(node.this), self.read(node.expression)
        ordered = operator not in ("=", "<>")
        left, right = self._of_one_type(left, right, node, ordered=ordered)
        return Comparison(operator, left, right)

    def _call(self, node: exp.Expr) -> Call:
        if isinstance(node, exp.Anonymous):
            word, arguments = str(node.this), list(node.expressions)
        else:
            word, arguments = _name_of(node), [node.this, *node.expressions]
        name = next((known for known in _FUNCTIONS if known == word.lower()), None)
        if name is None:
            raise self._fault(
                node,
                Text(vi=f"Không có hàm “{word}”", en=f"No function “{word}”"),
                hint=suggestion(word, _FUNCTIONS) or allowed_words(usage.en for usage in _FUNCTIONS.values()),
                word=word,
            )
        if name in ("days", "minutes", "workdays"):
            return self._difference(name, arguments, node)
        trees = [self.read(argument) for argument in arguments]
        if len(trees) < 2:
            raise self._arguments(name, node)
        return self._common_type(name, trees, node)

    def _common_type(self, name: FunctionName, trees: list[Expression], node: exp.Expr) -> Call:
        # A null that ends coalesce says "or undetermined": without it a missing table leaves the index
        # without data, with it the records that need the table are undetermined one by one.
        nothing = [trees.pop()] if name == "coalesce" and trees[-1].type == "null" else []
        aligned = [trees[0]]
        for tree in trees[1:]:
            aligned[0], right = self._of_one_type(aligned[0], tree, node, ordered=name != "coalesce")
            aligned.append(right)
        return Call(name, (*aligned, *nothing), aligned[0].type, enum_of(aligned[0]))

    def _difference(self, name: FunctionName, arguments: list[exp.Expr], node: exp.Expr) -> Call:
        if len(arguments) != 2:
            raise self._arguments(name, node)
        trees = [self.read(argument) for argument in arguments]
        admitted: tuple[ValueType, ...] = ("timestamp",) if name == "minutes" else ("date", "timestamp")
        for tree in trees:
            if tree.type not in admitted:
                raise self._clash(node, tree.type, admitted[0])
        return Call(name, tuple(trees), "integer")

    def _arguments(self, name: FunctionName, node: exp.Expr) -> ConditionError:
        usage = _FUNCTIONS[name]
        return self._fault(
            node,
            Text(vi=f"Số tham số không đúng: {usage.vi}", en=f"Wrong number of arguments: {usage.en}"),
            word=name,
        )

    def _of_one_type(
        self, left: Expression, right: Expression, node: exp.Expr, *, ordered: bool
    ) -> tuple[Expression, Expression]:
        """Return both sides with constants read as the other side's type; refuse a clash."""
        left = self._constant_as(left, right, node)
        right = self._constant_as(right, left, node)
        types = {left.type, right.type}
        if "null" in types:
            raise self._fault(
                node,
                Text(vi="So với null luôn không xác định", en="A comparison with null is never true"),
                hint=Text(vi="Dùng “is null” hoặc “is not null”", en="Use “is null” or “is not null”"),
            )
        if "presence" in types:
            raise self._fault(
                node,
                Text(
                    vi="Cột này chỉ cho biết có hay không",
                    en="Of this column only whether it is filled is read",
                ),
                hint=Text(vi="Dùng “is null” hoặc “is not null”", en="Use “is null” or “is not null”"),
            )
        if types == {"date", "timestamp"}:
            raise self._fault(
                node,
                Text(
                    vi="So một thời điểm với một ngày làm mất ngày cuối",
                    en="Comparing a timestamp with a date loses the last day",
                ),
                hint=Text(vi="Dùng cột …_on thay cho …_at", en="Use the …_on column instead of …_at"),
            )
        if len(types) > 1 or (left.type == "enum" and enum_of(left) != enum_of(right)):
            raise self._clash(node, left.type, right.type)
        if ordered and left.type in ("text", "boolean", "enum"):
            raise self._fault(
                node,
                Text(
                    vi=f"Không so lớn nhỏ được với {type_name(left.type).vi}",
                    en=f"{type_name(left.type).en.capitalize()} has no order",
                ),
                hint=Text(vi="Chỉ dùng = hoặc <>", en="Only = and <> are allowed"),
            )
        return left, right

    def _constant_as(self, constant: Expression, other: Expression, node: exp.Expr) -> Expression:
        if not (isinstance(constant, Literal_) and constant.type == "text"):
            return constant
        if other.type == "date":
            return self._as_date(constant, node)
        if other.type == "enum":
            words = enum_of(other)
            if constant.value not in words:
                raise self._fault(
                    node,
                    Text(
                        vi=f"“{constant.value}” không có trong danh mục",
                        en=f"“{constant.value}” is none of the allowed words",
                    ),
                    hint=suggestion(str(constant.value), words) or allowed_words(words),
                    word=str(constant.value),
                )
            return Literal_(constant.value, "enum", words)
        return constant

    def _clash(self, node: exp.Expr, left: ValueType, right: ValueType) -> ConditionError:
        return self._fault(
            node,
            Text(
                vi=f"Kiểu không khớp: {type_name(left).vi} và {type_name(right).vi}",
                en=f"Types do not match: {type_name(left).en} and {type_name(right).en}",
            ),
        )

    def _refused(self, node: exp.Expr) -> ConditionError:
        written = as_written(node, self._text)
        shown = written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"
        return self._fault(
            node,
            Text(vi=f"Ngôn ngữ điều kiện không có “{shown}”", en=f"The condition language has no “{shown}”"),
            hint=Text(
                vi="Được phép: and, or, not, so sánh, in, between, is null, like, số nguyên + − *, "
                "coalesce, least, greatest, days, minutes, workdays",
                en="Allowed: and, or, not, comparisons, in, between, is null, like, integer + − *, "
                "coalesce, least, greatest, days, minutes, workdays",
            ),
            word=written,
        )

    def _fault(
        self, node: exp.Expr, message: Text, hint: Text | None = None, word: str | None = None
    ) -> ConditionError:
        offset = _start(node)
        if offset is None:
            offset = offset_of(self._text, word)
        return ConditionError(Fault(message, hint, word, offset))


def _name_of(node: exp.Expr) -> str:
    if isinstance(node, exp.Coalesce):
        return "coalesce"
    return "least" if isinstance(node, exp.Least) else "greatest"


def _flattened(node: exp.Expr, operator: type[exp.Expr]) -> Iterator[exp.Expr]:
    if type(node) is operator:
        yield from _flattened(node.this, operator)
        yield from _flattened(node.expression, operator)
    else:
        yield node


def as_written(node: exp.Expr, text: str) -> str:
    """Return the author's own words for a part of ``text``; all of it where they cannot be told apart.

    sqlglot keeps the places of names and constants only. The words between them are found by reading
    ever larger pieces around the part's own places until one means the same.
    """
    if node.parent is None:
        return text.strip()
    tokens = [(token.start, token.end + 1) for token in sqlglot.tokenize(text)]
    places = _places(node)
    first = min((start for start, _ in places), default=None)
    last = max((end for _, end in places), default=None)
    spans = [
        (start, end)
        for number, (start, _) in enumerate(tokens)
        for _, end in tokens[number : number + _MOST_TOKENS_TRIED]
        if first is None or last is None or (start <= first and last <= end)
    ]
    for start, end in sorted(spans, key=lambda span: span[1] - span[0])[:_MOST_PIECES_TRIED]:
        with suppress(SqlglotError):
            if sqlglot.parse_one(text[start:end]) == node:
                return text[start:end]
    return text.strip()


def _places(node: exp.Expr) -> list[tuple[int, int]]:
    return [(p.meta["start"], p.meta["end"] + 1) for p in node.walk() if "start" in p.meta]


def _start(node: exp.Expr) -> int | None:
    return min((start for start, _ in _places(node)), default=None)


def offset_of(text: str, word: str | None) -> int:
    """Return where ``word`` first stands in ``text``, 0 where it is not found."""
    return max(text.find(word), 0) if word else 0
