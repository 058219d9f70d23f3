"""Conditions, values and measures in words: parts of a sentence, in Vietnamese and in English."""

from __future__ import annotations

from collections.abc import Mapping

from chiso.catalogue.expression import Definition, Expression
from chiso.catalogue.formula import Combination, CombinationKind, Constant, Count, Measure
from chiso.catalogue.phrases import Phrase
from chiso.catalogue.speaker import Speaker
from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Text

_BETWEEN: Mapping[CombinationKind, Text] = {
    "add": Text("cộng", "plus"),
    "subtract": Text("trừ", "less"),
    "multiply": Text("nhân với", "times"),
}
_OVER: Mapping[str, Text] = {
    "sum": Text("tổng", "the sum of"),
    "min": Text("giá trị nhỏ nhất của", "the least value of"),
    "max": Text("giá trị lớn nhất của", "the largest value of"),
}


def in_words(tree: Expression, table: str | None = None) -> Text:
    """Return a condition or value as a part of a sentence.

    ``table`` is the one whose rows it is about; without it columns that several tables have are called as
    in the first of them, and English speaks of "it" rather than of "the case".
    """
    phrase = _phrase(tree, table)
    return Text(phrase.vi, phrase.en)


def definition_in_words(definition: Definition, table: str | None = None) -> Text:
    """Return what a definition stands for as a part of a sentence; definitions in it keep their names."""
    return in_words(definition.body, table)


def measure_in_words(measure: Measure) -> Text:
    """Return what a measure counts, as a part of a sentence; of the rows that belong to the period."""
    match measure:
        case Constant(value=value):
            return Text(str(value), str(value))
        case Combination(kind="largest", parts=parts):
            said = [measure_in_words(part) for part in parts]
            return Text(
                "số lớn nhất trong: " + "; ".join(part.vi for part in said),
                "the largest of: " + "; ".join(part.en for part in said),
            )
        case Combination(kind=kind, parts=parts):
            said = [_inner(part) for part in parts]
            sign = _BETWEEN[kind]
            return Text(
                f", {sign.vi} ".join(part.vi for part in said), f", {sign.en} ".join(part.en for part in said)
            )
        case Count():
            return _count(measure)


def _inner(measure: Measure) -> Text:
    said = measure_in_words(measure)
    return Text(f"({said.vi})", f"({said.en})") if isinstance(measure, Combination) else said


def _count(count: Count) -> Text:
    rows = vocabulary().tables[count.table]
    if count.kind == "rows" or count.of is None:
        what = Text(f"số {rows.vi}", f"the number of {rows.more}")
    elif count.kind == "distinct":
        named = in_words(count.of, count.table)
        column = named.en.removeprefix("the ")
        what = Text(
            f"số {named.vi} khác nhau trong các {rows.vi}",
            f"the number of different {column}s among the {rows.more}",
        )
    else:
        over, value = _OVER[count.kind], in_words(count.of, count.table)
        what = Text(f"{over.vi} {value.vi} của các {rows.vi}", f"{over.en} {value.en} over the {rows.more}")
    said = what if count.where is None else _under(what, count.where, count.table)
    if count.within is None:
        return said
    return Text(
        f"{said.vi}, chỉ tính mã có trong mẫu số", f"{said.en}, only codes that the denominator has too"
    )


def _under(what: Text, condition: Expression, table: str) -> Text:
    phrase = _phrase(condition, table)
    if phrase.compound:
        vi = f"{what.vi} thỏa mãn: {phrase.vi}"
    else:
        vi = f"{what.vi} mà {phrase.vi}" if phrase.clause else f"{what.vi} {phrase.vi}"
    return Text(vi, f"{what.en} where {phrase.en}")


def _phrase(tree: Expression, table: str | None) -> Phrase:
    speaker = Speaker(table)
    return speaker.statement(tree, top=True) if tree.type == "boolean" else speaker.value(tree)
