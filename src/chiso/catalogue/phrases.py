"""Parts of sentences in both languages, and how they are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chiso.catalogue.expression import ComparisonOperator
from chiso.errors import Text


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence.

    ``compound`` ones need brackets inside another one. A ``clause`` has a subject of its own, in Vietnamese
    too ("ngày trả là …"); others are predicates of the record ("đúng hạn").
    """

    vi: str
    en: str
    compound: bool = False
    clause: bool = False

    def inner(self) -> Phrase:
        """Return the phrase as a part of another one."""
        return Phrase(f"({self.vi})", f"({self.en})", clause=self.clause) if self.compound else self


FLIPPED: Mapping[ComparisonOperator, ComparisonOperator] = {
    "=": "<>",
    "<>": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
COMPARING_DAYS: Mapping[ComparisonOperator, Text] = {
    "=": Text("trùng với", "is"),
    "<>": Text("khác", "is not"),
    "<": Text("trước", "is before"),
    "<=": Text("không sau", "is not after"),
    ">": Text("sau", "is after"),
    ">=": Text("không trước", "is not before"),
}
COMPARING_NUMBERS: Mapping[ComparisonOperator, Text] = {
    "=": Text("bằng", "is"),
    "<>": Text("khác", "is not"),
    "<": Text("nhỏ hơn", "is below"),
    "<=": Text("không quá", "is at most"),
    ">": Text("lớn hơn", "is above"),
    ">=": Text("không dưới", "is at least"),
}
COMPARING_WORDS: Mapping[ComparisonOperator, Text] = {**COMPARING_NUMBERS, "=": Text("là", "is")}
DIFFERENCES: Mapping[str, Text] = {
    "days": Text("số ngày", "the number of days"),
    "minutes": Text("số phút", "the number of minutes"),
    "workdays": Text("số ngày làm việc", "the number of working days"),
}
IF_NONE = Text("nếu không có thì", "or if there is none")
IF_NOT_WORKED_OUT = Text("nếu không tính được thì", "or if it cannot be worked out")
IF_UNKNOWN = Text("nếu chưa rõ thì", "or, if this is unknown,")
ALWAYS = Phrase("luôn đúng", "always")
NEVER = Phrase("không bao giờ đúng", "never")
UNKNOWN = Phrase("chưa rõ", "unknown")
_SIGNS = Text(
    " (dấu % thay cho chuỗi bất kỳ, dấu _ thay cho một ký tự)", " (% for any characters, _ for any one)"
)
_COUNTED = ("hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


def alike(value: Phrase, pattern: str, *, negated: bool) -> Phrase:
    """Return that a text matches a pattern; the usual ones are said without their signs."""
    inside = pattern.strip("%")
    shape = pattern.replace(inside, "x", 1) if inside and not {"%", "_"} & set(inside) else ""
    said, denied, shown = {
        "x": (Text("là", "is"), Text("khác", "is not"), inside),
        "x%": (
            Text("bắt đầu bằng", "begins with"),
            Text("không bắt đầu bằng", "does not begin with"),
            inside,
        ),
        "%x": (Text("kết thúc bằng", "ends with"), Text("không kết thúc bằng", "does not end with"), inside),
        "%x%": (Text("có chứa", "contains"), Text("không chứa", "does not contain"), inside),
    }.get(shape, (Text("theo mẫu", "is of the form"), Text("không theo mẫu", "is not of the form"), pattern))
    how = denied if negated else said
    signs = _SIGNS if shown is pattern and shape == "" else Text("", "")
    return Phrase(
        f"{value.vi} {how.vi} “{shown}”{signs.vi}", f"{value.en} {how.en} “{shown}”{signs.en}", clause=True
    )


def joined(parts: Sequence[Phrase], vi: str, en: str) -> Phrase:
    """Return the parts with commas, and the last two with a conjunction."""
    if len(parts) == 1:
        return parts[0]
    *first, last = parts
    return Phrase(
        f"{', '.join(part.vi for part in first)} {vi} {last.vi}",
        f"{', '.join(part.en for part in first)} {en} {last.en}",
        clause=any(part.clause for part in parts),
    )


def enumerated(parts: Sequence[Phrase]) -> Phrase:
    """Return alternatives that hold several parts each, numbered."""
    many = _COUNTED[len(parts) - 2] if len(parts) - 2 < len(_COUNTED) else str(len(parts))
    numbered = [(number, part) for number, part in enumerate(parts, start=1)]
    return Phrase(
        f"một trong {many} trường hợp: " + "; ".join(f"({number}) {part.vi}" for number, part in numbered),
        "either " + "; or ".join(f"({number}) {part.en}" for number, part in numbered),
        compound=True,
    )


def or_else(parts: Sequence[Phrase], how: Text) -> Phrase:
    """Return values, or conditions, each of which stands in where those before it say nothing."""
    if len(parts) == 1:
        return parts[0]
    first, *others = [part.inner() for part in parts]
    return Phrase(
        ", ".join([first.vi, *(f"{how.vi} {part.vi}" for part in others)]),
        ", ".join([first.en, *(f"{how.en} {part.en}" for part in others)]),
        compound=True,
        clause=first.clause,
    )


def extreme(function: Literal["least", "greatest"], of_days: bool, parts: Sequence[Phrase]) -> Phrase:
    """Return the least or greatest of some values, or the earliest or latest of some days."""
    said = {
        ("least", True): ("ngày sớm", "the earli"),
        ("greatest", True): ("ngày muộn", "the lat"),
        ("least", False): ("số nhỏ", "the small"),
        ("greatest", False): ("số lớn", "the larg"),
    }[function, of_days]
    vi, en = ("hơn giữa", "er of") if len(parts) == 2 else ("nhất trong:", "est of")
    listed = joined(parts, "và", "and")
    return Phrase(f"{said[0]} {vi} {listed.vi}", f"{said[1]}{en} {listed.en}", compound=True)


def with_article(noun: str) -> str:
    """Return an English noun with the indefinite article."""
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"
