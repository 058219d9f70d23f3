"""The condition language: a small subset of SQL expressions, admitted by whitelist.

sqlglot parses; only the nodes named here become part of our typed tree, everything else is refused
with its place. Nothing a catalogue says can read a file, call what is not declared, or run for ever.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from chiso.catalogue.expression import Expression, children
from chiso.catalogue.scope import ConditionError, Fault, Scope
from chiso.catalogue.syntax import NodeReader, offset_of
from chiso.catalogue.value_types import type_name
from chiso.errors import Text
from chiso.terms.numbers import number_text

# Longer or deeper conditions are refused: a catalogue must not keep a run busy for ever.
LONGEST_TEXT = 4_000
LARGEST_TREE = 5_000
# Definitions of definitions count, so that nothing later runs out of stack.
DEEPEST_TREE = 120


def parse_condition(text: str, scope: Scope) -> Expression:
    """Return the tree of a condition (a boolean expression); raises ConditionError."""
    tree = parse_value(text, scope)
    if tree.type != "boolean":
        raise ConditionError(
            Fault(
                Text(
                    vi=f"Điều kiện phải cho đúng hoặc sai, ở đây cho {type_name(tree.type).vi}",
                    en=f"A condition must be true or false, this one gives {type_name(tree.type).en}",
                )
            )
        )
    return tree


def parse_value(text: str, scope: Scope) -> Expression:
    """Return the tree of a value of any type; raises ConditionError."""
    if len(text) > LONGEST_TEXT:
        raise ConditionError(
            Fault(
                Text(
                    vi=f"Biểu thức dài {number_text(len(text), 'vi')} ký tự, tối đa "
                    f"{number_text(LONGEST_TEXT, 'vi')}",
                    en=f"The expression has {number_text(len(text), 'en')} characters, at most "
                    f"{number_text(LONGEST_TEXT, 'en')} are allowed",
                ),
                hint=Text(vi="Tách thành các định nghĩa có tên", en="Split it into named definitions"),
            )
        )
    too_deep = ConditionError(
        Fault(Text(vi="Biểu thức lồng nhau quá sâu", en="The expression is nested too deeply"))
    )
    try:
        tree = NodeReader(scope, text).read(_parse_sql(text))
        size, depth = _size(tree, {}), _depth(tree, {})
    except RecursionError:
        raise too_deep from None
    if depth > DEEPEST_TREE:
        raise too_deep
    if size > LARGEST_TREE:
        raise ConditionError(
            Fault(
                Text(
                    vi=f"Biểu thức mở rộng quá {number_text(LARGEST_TREE, 'vi')} phần",
                    en=f"The expression expands to more than {number_text(LARGEST_TREE, 'en')} parts",
                )
            )
        )
    return tree


# Every day and every reading of a catalogue has nearly the same conditions; their nodes are only read.
@lru_cache(maxsize=1_000)
def _parse_sql(text: str) -> exp.Expr:
    try:
        statements = sqlglot.parse(text)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        word = str(details[0].get("highlight") or "") or None
        raise ConditionError(
            Fault(
                Text(vi="Không đọc được biểu thức", en="The expression cannot be parsed"),
                hint=Text(
                    vi="Xem docs/catalogue.md, mục ngôn ngữ điều kiện",
                    en="See docs/catalogue.md, the condition language",
                ),
                word=word,
                offset=offset_of(text, word),
            )
        ) from None
    if len(statements) != 1 or statements[0] is None:
        raise ConditionError(
            Fault(
                Text(
                    vi="Cần đúng một biểu thức, không rỗng và không có dấu chấm phẩy",
                    en="Exactly one expression is needed, neither empty nor parted by semicolons",
                )
            )
        )
    return statements[0]


def _size(tree: Expression, sizes: dict[int, int]) -> int:
    known = sizes.get(id(tree))
    if known is None:
        known = 1 + sum(_size(child, sizes) for child in children(tree))
        sizes[id(tree)] = known
    return known


def _depth(tree: Expression, depths: dict[int, int]) -> int:
    known = depths.get(id(tree))
    if known is None:
        known = 1 + max((_depth(child, depths) for child in children(tree)), default=0)
        depths[id(tree)] = known
    return known
