"""DuckDB's SQL → Spark's: the same trees printed by sqlglot, and the few functions the two say differently.

Both engines are given the same statements; nothing is written twice. What is said here holds for
statements that chiso composes, not for SQL at large.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import sqlglot
from sqlglot import exp

# The variable of a session that holds what the table ``calendar`` holds elsewhere: a join would copy the
# whole list into every row.
CALENDAR = "calendar_counts"

_Said: TypeAlias = exp.Expression | None


def in_spark(sql: str) -> str:
    """Return a statement or an expression of DuckDB's in the words of Spark."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    # From the leaves up: what a function is said with is said already.
    for node in reversed(list(tree.walk())):
        assert isinstance(node, exp.Expression)
        said = _said(node)
        if said is node or said is None:
            continue
        if node is tree:
            tree = said
        else:
            node.replace(said)
    return tree.sql(dialect="spark", comments=False)


def in_lambda(value: Callable[[str], str], cell: str) -> str:
    """Return ``value`` of a cell as the body of a function: Spark makes no code of it, and plans it once.

    For what is seldom needed: code would be long, and compiled for every statement.
    """
    return f"get(transform(array({cell}), odd -> {value('odd')}), 0)"


def _said(node: exp.Expression) -> _Said:
    """Return what stands for a node in Spark; None where sqlglot's own printing will do."""
    match node:
        case exp.Anonymous():
            say = _FUNCTIONS.get(node.name.lower())
            return None if say is None else say(node)
        case exp.RegexpLike():
            return _matches(node, str)
        case exp.RegexpFullMatch():
            return _matches(node, lambda pattern: f"^(?:{pattern})$")
        case exp.RegexpReplace():
            node.set("expression", _pattern(node.expression, str))
        case exp.ToMap():
            return _found_in_map(node)
        case exp.Join() if isinstance(node.this, exp.Table) and node.this.name == "calendar":
            node.pop()
        case exp.DateDiff() if node.text("unit").upper() == "MINUTE":
            # Minutes of the clock that have begun, not whole minutes that have gone by.
            later, earlier = (
                _call("date_trunc", exp.Literal.string("MINUTE"), part)
                for part in (node.this, node.expression)
            )
            return _call("timestampdiff", exp.Var(this="MINUTE"), earlier, later)
        case exp.Like() if isinstance(node.expression, exp.Literal):
            # A backslash is a letter, not a sign.
            node.set("expression", exp.Literal.string(node.expression.name.replace("\\", "\\\\")))
        case exp.TryCast() if node.to.this == exp.DataType.Type.TIMESTAMPNTZ:
            return _raw(_with_fraction(_printed(node.this)))
        case exp.UnixToTime():
            cast = node.find(exp.TryCast)
            assert cast is not None  # chiso makes a moment of microseconds of this only
            return _raw(_zoned(_printed(cast.this)))
        case exp.Add(expression=exp.Anonymous() as added) if added.name.lower() == "to_seconds":
            seconds = exp.cast(added.expressions[0], "bigint")
            return _call("timestampadd", exp.Var(this="SECOND"), seconds, node.this)
    return None


def _call(name: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _raw(sql: str) -> exp.Expression:
    return exp.Var(this=sql)


def _printed(node: exp.Expression) -> str:
    return node.sql(dialect="spark")


def _strlen(node: exp.Anonymous) -> _Said:
    return _call("octet_length", *node.expressions)


def _nfc(node: exp.Anonymous) -> _Said:
    # Spark has no such function, but the Unicode library that it brings along has.
    (text,) = map(_printed, node.expressions)
    composed = f"reflect('com.ibm.icu.text.Normalizer', 'compose', {text}, FALSE)"
    return _raw(f"CASE WHEN {text} IS NOT NULL THEN {composed} END")


def _in_calendar(node: exp.Anonymous) -> _Said:
    # Beyond either end of the list there is nothing, as in DuckDB, which counts from 1.
    return _raw(f"get({CALENDAR}, {_printed(node.expressions[1])} - 1)")


def _strptime(node: exp.Anonymous) -> _Said:
    return _raw(_written_plainly(_printed(node.expressions[0])))


_FUNCTIONS: Mapping[str, Callable[[exp.Anonymous], _Said]] = {
    "list_element": _in_calendar,
    "strlen": _strlen,
    "nfc_normalize": _nfc,
    "try_strptime": _strptime,
}


def _found_in_map(node: exp.ToMap) -> exp.Expression:
    """Return a value looked up in a map; null where the map lacks the key."""
    lookup = node.this
    assert isinstance(lookup, exp.Bracket)  # sqlglot binds the key to what is in the braces
    pairs = [part for entry in lookup.this.expressions for part in (entry.this, entry.expression)]
    return _call("try_element_at", _call("map", *pairs), lookup.expressions[0])


# Regular expressions: RE2's in DuckDB, Java's in Spark


def _matches(node: exp.Expression, whole: Callable[[str], str]) -> exp.Expression:
    return exp.RegexpLike(this=node.this, expression=_pattern(node.expression, whole))


def _pattern(node: exp.Expression, whole: Callable[[str], str]) -> exp.Expression:
    assert isinstance(node, exp.Literal)
    return exp.Literal.string(_in_java(whole(node.name)))


def _in_java(pattern: str) -> str:
    # The end is the end, not the place before a last line break; letters beyond ASCII have capitals too;
    # and a dot stands for all but a line feed.
    ended = re.sub(r"(\\.|\[(?:\\.|[^\]])*\])|\$", lambda match: match[1] or "\\z", pattern)
    return "(?d)" + ended.replace("(?i)", "(?iu)")


# Days and times: Spark's own formats take what DuckDB's do not, and are slow where they fail


def _written_plainly(text: str) -> str:
    """Return the moment in one of the forms of ``cells.DATE_FORMATS``; null for any other."""
    # Nearly every moment is written so; Spark's own cast is quickest, and takes nothing that we do not.
    day = f"concat(substring({text}, 7, 4), '-', substring({text}, 4, 2), '-', left({text}, 2))"
    plain = (
        f"CASE WHEN {text} RLIKE '^[0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}( {_CLOCK})?\\\\z' "
        f"THEN try_cast(concat({day}, substring({text}, 11)) AS TIMESTAMP_NTZ) "
        f"WHEN {text} RLIKE '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}( {_CLOCK})?\\\\z' "
        f"THEN try_cast({text} AS TIMESTAMP_NTZ)"
    )
    return f"{plain} ELSE {in_lambda(_in_any_form, text)} END"


def _in_any_form(text: str) -> str:
    parts = f"split({text}, '[^0-9]+')"
    clock = "([0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)"
    compact = [f"CAST(nullif(substring({text}, {start}, {length}), '') AS INT)" for start, length in _COMPACT]
    day = "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"
    forms = (
        (
            f"[0-9]{{1,2}}([/-])[0-9]{{1,2}}\\\\1[0-9]{{4}}({_BLANK}{clock})?",
            _numbers(parts, (2, 1, 0, 3, 4, 5)),
        ),
        (f"[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(({_BLANK}|T){clock})?", _numbers(parts, (0, 1, 2, 3, 4, 5))),
        ("([0-9]{7,8}|[0-9]{13,14})", compact),
        (f"[0-9]{{1,2}}:[0-9]{{1,2}}{_BLANK}{day}", _numbers(parts, (4, 3, 2, 0, 1, None))),
        (f"[0-9]{{1,2}}(:[0-9]{{1,2}}){{2}}{_BLANK}{day}", _numbers(parts, (5, 4, 3, 0, 1, 2))),
    )
    cases = (f"WHEN {text} RLIKE '^{form}\\\\z' THEN {_moment(*numbers)}" for form, numbers in forms)
    return f"CASE {' '.join(cases)} END"


# DuckDB takes any number of blanks where a form has one.
_BLANK = "\\\\s+"
_CLOCK = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_COMPACT = ((1, 4), (5, 2), (7, 2), (9, 2), (11, 2), (13, 2))
_ISO = (
    "^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\\\\.([0-9]+))?)?"
)


def _with_fraction(text: str) -> str:
    """Return the moment of ``2026-08-31T07:30:00.125``; null for any other text."""
    pattern = f"{_ISO}\\\\z"
    return f"CASE WHEN {text} RLIKE '{pattern}' THEN {_iso_moment(text, pattern)} END"


def _zoned(text: str) -> str:
    """Return a moment with a zone in Vietnam's time; null for any other text."""
    pattern = f"{_ISO} ?(Z|([+-])([0-9]{{2}}):?([0-9]{{2}})?)\\\\z"
    sign, hours, minutes = (f"regexp_extract({text}, '{pattern}', {group})" for group in (9, 10, 11))
    away = [f"coalesce(CAST(nullif(concat({sign}, {part}), {sign}) AS INT), 0)" for part in (hours, minutes)]
    moment = _iso_moment(text, pattern)
    ours = f"timestampadd(MINUTE, 420 - {away[0]} * 60 - {away[1]}, {moment})"
    return f"CASE WHEN {text} RLIKE '{pattern}' THEN {ours} END"


def _iso_moment(text: str, pattern: str) -> str:
    """Return the moment that the first seven groups of a pattern hold."""
    groups = [f"regexp_extract({text}, '{pattern}', {group})" for group in range(1, 8)]
    *numbers, second, fraction = groups
    seconds = f"CAST(concat('0', {second}, '.', left(concat({fraction}, '0'), 6)) AS DECIMAL(8, 6))"
    whole = [f"CAST({number} AS INT)" for number in numbers]
    midnight = f"{text} RLIKE '^[^ T]+[ T]24:0{{1,2}}(:0{{1,2}}([.]0+)?)?([^0-9:.]|\\\\z)'"
    ended = f"timestampadd(DAY, 1, {_moment(*whole[:3], '0', '0', '0')})"
    return f"CASE WHEN {midnight} THEN {ended} ELSE {_moment(*whole, seconds)} END"


def _numbers(parts: str, places: tuple[int | None, ...]) -> list[str]:
    return ["0" if place is None else f"CAST(get({parts}, {place}) AS INT)" for place in places]


def _moment(*parts: str) -> str:
    year, month, day, hour, minute, second = parts
    clock = f"coalesce({hour}, 0), coalesce({minute}, 0), coalesce({second}, 0)"
    made = f"try_make_timestamp_ntz({year}, {month}, {day}, {clock})"
    # A minute has no sixtieth second, which Spark would take for the next minute.
    return f"CASE WHEN coalesce({second}, 0) < 60 THEN {made} END"
