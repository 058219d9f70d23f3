"""Conditions and values of the condition language → parts of a sentence, in Vietnamese and in English.

What is said is what the tree means, undetermined cells included; only what a coalesce does about missing
columns is left to the text as written. "Not" goes inward (not (a or b) is not a and not b), so that a
reader meets it where it belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
)
from chiso.catalogue.phrases import (
    ALWAYS,
    COMPARING_DAYS,
    COMPARING_NUMBERS,
    COMPARING_WORDS,
    DIFFERENCES,
    FLIPPED,
    IF_NONE,
    IF_NOT_WORKED_OUT,
    IF_UNKNOWN,
    NEVER,
    UNKNOWN,
    Phrase,
    alike,
    enumerated,
    extreme,
    joined,
    or_else,
    with_article,
)
from chiso.catalogue.shapes import flat, is_calculated, span, without_null
from chiso.catalogue.vocabulary import ColumnWords, vocabulary
from chiso.errors import Text
from chiso.terms.columns import TABLES


class Speaker:
    """Says the conditions and values of one table; without a table English speaks of "it"."""

    def __init__(self, table: str | None) -> None:
        self._table = table

    def statement(self, tree: Expression, *, negated: bool = False, top: bool = False) -> Phrase:
        """Return a boolean tree, or its opposite."""
        match tree:
            case Not(operand=operand):
                return self.statement(operand, negated=not negated, top=top)
            case Definition(words=None, body=body):
                return self.statement(body, negated=negated, top=top)
            case Definition(words=Text() as words):
                subject = self._subject()
                if negated:
                    return Phrase(f"không {words.vi}", f"{subject} is not {words.en}")
                return Phrase(words.vi, f"{subject} is {words.en}")
            case Literal_(value=None):
                return UNKNOWN
            case Literal_(value=constant):
                return ALWAYS if bool(constant) is not negated else NEVER
            case Column() | Lookup():
                return self._boolean(tree, negated=negated)
            case Exists(relation=relation):
                found = vocabulary().relations[relation]
                said = found.lacks if negated else found.exists
                return Phrase(said.vi, said.en)
            case Logic():
                return self._logic(tree, negated=negated, top=top)
            case Comparison():
                return self._comparison(tree, negated=negated)
            case In(operand=operand, choices=choices):
                value, listed = self.value(operand), [self.value(choice) for choice in choices]
                how = Phrase("không phải là", "is not") if negated else Phrase("là", "is")
                either = joined(listed, "hoặc", "or")
                return Phrase(
                    f"{value.vi} {how.vi} {either.vi}", f"{value.en} {how.en} {either.en}", clause=True
                )
            case IsNull(operand=operand):
                return self._is_null(operand, negated=negated)
            case Like(operand=operand, pattern=pattern):
                return alike(self.value(operand), pattern, negated=negated)
            case Call(arguments=arguments):
                return self._first_known(arguments, negated=negated)
            case _:
                raise AssertionError(f"not a condition: {type(tree).__name__}")

    def value(self, tree: Expression) -> Phrase:
        """Return a value with the article in English; a condition that serves as one stands in quotes."""
        match tree:
            case Literal_():
                return _constant(tree)
            case _ if tree.type == "boolean":
                said_of = self.statement(tree)
                return Phrase(f"“{said_of.vi}”", f"“{said_of.en}”")
            case Parameter(name=name):
                said = vocabulary().parameters[name]
                return Phrase(said.vi, said.en)
            case Definition(words=None, body=body):
                return self.value(body)
            case Column() | Lookup() | Definition():
                called = self.name(tree)
                assert called is not None  # each of these has one
                return Phrase(called.vi, f"the {called.en}")
            case Arithmetic():
                return self._arithmetic(tree)
            case Call(function="coalesce", arguments=arguments):
                how = IF_NOT_WORKED_OUT if is_calculated(arguments[0]) else IF_NONE
                return or_else([self.value(argument) for argument in without_null(arguments)], how)
            case Call(function="least" | "greatest" as function, arguments=arguments, type=kind):
                return extreme(function, kind != "integer", [self.value(part).inner() for part in arguments])
            case Call(function=function, arguments=(first, last)):
                start, end, said = self.value(first).inner(), self.value(last).inner(), DIFFERENCES[function]
                return Phrase(
                    f"{said.vi} từ {start.vi} đến {end.vi}", f"{said.en} from {start.en} to {end.en}"
                )
            case _:
                raise AssertionError(f"not a value: {type(tree).__name__}")

    def name(self, tree: Expression) -> Text | None:
        """Return what a column or named value is called, without article; None for anything else."""
        match tree:
            case Definition(words=words, body=body):
                return self.name(body) if words is None else words
            case Column(name=column, as_date=as_date):
                return _column_name(vocabulary().column(self._table, column), as_date=as_date)
            case Lookup(relation=relation, name=of_column, as_date=as_date):
                column_name = _column_name(self._looked_up(relation, of_column), as_date=as_date)
                found = vocabulary().relations[relation].name
                return Text(f"{column_name.vi} của {found.vi}", f"{column_name.en} of {found.en}")
            case _:
                return None

    def _subject(self) -> str:
        return "it" if self._table is None else f"the {vocabulary().tables[self._table].one}"

    def _looked_up(self, relation: str, column: str) -> ColumnWords:
        target = next(
            spec.relations[relation].table for spec in TABLES.values() if relation in spec.relations
        )
        return vocabulary().column(target, column)

    def _boolean(self, tree: Column | Lookup, *, negated: bool) -> Phrase:
        if isinstance(tree, Column):
            words, prefix = vocabulary().column(self._table, tree.name), Text("", f"{self._subject()} ")
        else:
            found = vocabulary().relations[tree.relation].name
            words, prefix = self._looked_up(tree.relation, tree.name), Text(f"{found.vi} ", f"{found.en} ")
        said = words.denied if negated else words.said
        assert said is not None  # every boolean column has both
        return Phrase(prefix.vi + said.vi, prefix.en + said.en, clause=bool(prefix.vi))

    def _logic(self, tree: Logic, *, negated: bool, top: bool) -> Phrase:
        if (between := span(tree)) is not None:
            return self._between(*between, negated=negated)
        operands = flat(tree)
        together = (tree.operator == "and") is not negated
        parts = [self.statement(operand, negated=negated) for operand in operands]
        if top and not together and any(part.compound for part in parts):
            return enumerated(parts)
        said = joined([part.inner() for part in parts], *(("và", "and") if together else ("hoặc", "or")))
        return replace(said, compound=True)

    def _between(self, tested: Expression, low: Expression, high: Expression, *, negated: bool) -> Phrase:
        value, first, last = self.value(tested).inner(), self.value(low).inner(), self.value(high).inner()
        vi = "không nằm trong khoảng từ" if negated else "từ"
        en = "is not from" if negated else "is from"
        return Phrase(
            f"{value.vi} {vi} {first.vi} đến {last.vi}",
            f"{value.en} {en} {first.en} to {last.en}",
            clause=True,
        )

    def _comparison(self, tree: Comparison, *, negated: bool) -> Phrase:
        operator = FLIPPED[tree.operator] if negated else tree.operator
        if tree.left.type == "boolean" or tree.right.type == "boolean":
            return self._same(tree.left, tree.right, equal=operator == "=")
        left, right = self.value(tree.left).inner(), self.value(tree.right).inner()
        match tree.left.type:
            case "date" | "timestamp":
                how = COMPARING_DAYS[operator]
            case "integer":
                how = COMPARING_NUMBERS[operator]
            case _:
                how = COMPARING_WORDS[operator]
        return Phrase(f"{left.vi} {how.vi} {right.vi}", f"{left.en} {how.en} {right.en}", clause=True)

    def _same(self, left: Expression, right: Expression, *, equal: bool) -> Phrase:
        """Return that two conditions are alike; one of them is often just true or false."""
        if isinstance(left, Literal_):
            left, right = right, left
        if isinstance(right, Literal_) and right.value is not None:
            return self.statement(left, negated=bool(right.value) is not equal)
        one, other = self.value(left), self.value(right)
        if equal:
            return Phrase(
                f"{one.vi} và {other.vi} cùng đúng hoặc cùng sai",
                f"{one.en} and {other.en} are both true or both false",
                compound=True,
                clause=True,
            )
        return Phrase(
            f"một trong hai điều {one.vi} và {other.vi} đúng, điều kia sai",
            f"one of {one.en} and {other.en} is true, the other false",
            compound=True,
            clause=True,
        )

    def _is_null(self, operand: Expression, *, negated: bool) -> Phrase:
        match operand:
            case Definition(words=None, body=body):
                return self._is_null(body, negated=negated)
            case Literal_(value=None):
                return NEVER if negated else ALWAYS
            case Literal_() | Parameter() | IsNull() | Exists():
                return ALWAYS if negated else NEVER
            case Call(function="coalesce" | "least" | "greatest", arguments=arguments):
                # Null if all of them are.
                each = Logic("and", tuple(map(IsNull, without_null(arguments))))
                return self.statement(each, negated=negated)
            case Column() | Lookup() | Definition() if (
                isinstance(operand, Column) or operand.type != "boolean"
            ):
                name = self.name(operand)
                assert name is not None  # each of these has one
                if negated:
                    return Phrase(f"có {name.vi}", f"there is {with_article(name.en)}")
                return Phrase(f"chưa có {name.vi}", f"there is no {name.en}")
            case _ if operand.type == "boolean":
                said = self.statement(operand)
                vi = "đã xác định được" if negated else "chưa xác định được"
                en = "is known" if negated else "is not known"
                return Phrase(f"{vi} có {said.vi} hay không", f"it {en} whether {said.en}", compound=True)
            case _:
                value = self.value(operand)
                if negated:
                    return Phrase(f"tính được {value.vi}", f"{value.en} can be worked out")
                return Phrase(f"không tính được {value.vi}", f"{value.en} cannot be worked out")

    def _first_known(self, arguments: Sequence[Expression], *, negated: bool) -> Phrase:
        """Return a coalesce of conditions: what counts where the first is undetermined."""
        *parts, last = without_null(arguments)
        if not parts:
            return self.statement(last, negated=negated)
        known = [self.statement(part, negated=negated) for part in parts]
        if not (isinstance(last, Literal_) and len(parts) == 1):
            rest = self.statement(last, negated=negated)
            if isinstance(last, Literal_):
                rest = Phrase("coi như có", "yes") if rest is ALWAYS else Phrase("coi như không", "no")
            return or_else([*known, rest], IF_UNKNOWN)
        condition, said = parts[0], known[0]
        if isinstance(condition, IsNull | Exists):
            # Never undetermined: the constant is for exports that lack the column.
            return said
        if bool(last.value) is negated:
            return Phrase(
                f"{said.inner().vi} (chưa rõ thì coi như không)", f"{said.inner().en} (not if unknown)"
            )
        lacking = self._what_may_lack(condition)
        if lacking is None:
            lacking = Phrase("chưa rõ", "this is unknown")
        return replace(joined([said.inner(), lacking], "hoặc", "or"), compound=True)

    def _what_may_lack(self, condition: Expression) -> Phrase | None:
        """Return that the one value a comparison rests on is absent; None if it rests on several."""
        match condition:
            case Not(operand=operand):
                return self._what_may_lack(operand)
            case Comparison(left=left, right=right):
                sides: list[Expression] = [
                    side for side in (left, right) if not isinstance(side, Literal_ | Parameter)
                ]
            case In(operand=operand):
                sides = [operand]
            case _:
                return None
        if len(sides) != 1 or self.name(sides[0]) is None:
            return None
        return self._is_null(sides[0], negated=False)

    def _arithmetic(self, tree: Arithmetic) -> Phrase:
        def side(part: Expression, *, right: bool) -> Phrase:
            said = self.value(part)
            loose = isinstance(part, Arithmetic) and (tree.operator == "*" or right)
            return replace(said, compound=said.compound or loose).inner()

        left, right = side(tree.left, right=False), side(tree.right, right=True)
        if tree.operator == "*":
            return Phrase(f"{left.vi} lần {right.vi}", f"{left.en} times {right.en}")
        how = Text("cộng", "plus") if tree.operator == "+" else Text("trừ", "less")
        return Phrase(f"{left.vi} {how.vi} {right.vi}", f"{left.en} {how.en} {right.en}")


def _column_name(column: ColumnWords, *, as_date: bool) -> Text:
    return column.day if as_date and column.day is not None else column.name


def _constant(tree: Literal_) -> Phrase:
    match tree.value:
        case None:
            return UNKNOWN
        case bool():
            return Phrase("đúng", "true") if tree.value else Phrase("sai", "false")
        case int():
            return Phrase(str(tree.value), str(tree.value))
        case date():
            return Phrase(tree.value.strftime("%d/%m/%Y"), tree.value.isoformat())
        case text if tree.enum:
            said = vocabulary().listed(tree.enum, text)
            return Phrase(f"“{said.vi}”", f"“{said.en}”")
        case text:
            return Phrase(f"“{text}”", f"“{text}”")
