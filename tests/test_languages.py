"""Both languages are whole: every text of the package and of its catalogue, read from the sources."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
# The one in C is quicker, where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PACKAGE = ROOT / "src" / "chiso"
CATALOGUES = (
    ROOT / "indicators.yaml",
    *sorted(PACKAGE.rglob("*.yaml")),
    *sorted(ROOT.glob("samples/**/*.yaml")),
)
VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
# What is the same in both languages: signs and functions of the condition language, a form of files.
SAME = {"coalesce(a, b, …)", "least(a, b, …)", "greatest(a, b, …)", "tab"}
# Vietnamese words that bear no mark, before names of commands, files and words of commands.
WITHOUT_MARKS = ("Chia theo ", "Xem ", "Theo ")
# Headings of the offices' own tables, as they stand there; names of places.
OFFICIAL = (
    "Chỉ số, Đơn vị chủ trì, Đơn vị phối hợp, Người thực hiện, Thời gian, Kết quả, Thời hạn báo cáo",
    "Thanh Hóa",
    "Phú Thọ",
)


@dataclass(frozen=True)
class Pair:
    """One text in both languages; ``{}`` stands for each value, and the values are named beside."""

    place: str
    vi: str
    en: str
    vi_values: tuple[ast.expr, ...] = ()
    en_values: tuple[ast.expr, ...] = ()
    function: ast.AST | None = None


def _written(node: ast.expr) -> tuple[str, tuple[ast.expr, ...]] | None:
    """The text of a literal, None for what is made elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text, ()
        case ast.JoinedStr(values=values):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
            return text, tuple(part.value for part in values if isinstance(part, ast.FormattedValue))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _written(left), _written(right)
            return None if first is None or second is None else (first[0] + second[0], first[1] + second[1])
    return None


def _of_call(call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    named = {word.arg: word.value for word in call.keywords}
    if {"vi", "en"} <= set(named):
        return named["vi"], named["en"]
    if name in ("Text", "say", "_say", "usage", "Bilingual", "Phrase") and len(call.args) == 2:
        return call.args[0], call.args[1]
    return None


@cache
def pairs_of_code() -> tuple[Pair, ...]:
    return tuple(pair for path in sorted(PACKAGE.rglob("*.py")) for pair in _pairs_of_file(path))


def _pairs_of_file(path: Path) -> Iterator[Pair]:
    tree = ast.parse(path.read_text("utf-8"))
    functions: dict[ast.AST, ast.AST] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            functions |= dict.fromkeys(ast.walk(function), function)
    for call in ast.walk(tree):
        both = _of_call(call) if isinstance(call, ast.Call) else None
        if both is None or (vi := _written(both[0])) is None or (en := _written(both[1])) is None:
            continue
        place = f"{path.relative_to(ROOT)}:{both[0].lineno}"
        yield Pair(place, vi[0], en[0], vi[1], en[1], functions.get(both[0]))


@cache
def pairs_of_yaml() -> tuple[Pair, ...]:
    return tuple(
        pair
        for path in CATALOGUES
        for pair in _pairs_in(yaml.load(path.read_text("utf-8"), _LOADER), str(path.relative_to(ROOT)))
    )


def _pairs_in(node: Any, place: str) -> Iterator[Pair]:
    if isinstance(node, dict):
        # Nouns of words.yaml have two English forms.
        if "one" not in node and any(isinstance(node.get(language), str) for language in ("vi", "en")):
            yield Pair(place, node.get("vi", ""), node.get("en", ""))
        for key, value in node.items():
            yield from _pairs_in(value, f"{place} {key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _pairs_in(value, f"{place} {number}")


def words(text: str) -> list[str]:
    """The words of a text that are neither options, values, nor quoted."""
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"“[^”]*”|--[\w-]+|\{\}", " ", text))


def test_there_are_texts_to_look_at() -> None:
    assert len(pairs_of_code()) > 1_000
    assert len(pairs_of_yaml()) > 100


@pytest.mark.parametrize("pairs", [pairs_of_code, pairs_of_yaml], ids=["code", "yaml"])
def test_no_text_is_missing_in_a_language(pairs: Any) -> None:
    # Where there is nothing to say, neither says anything. In English a subject cannot be left out.
    subjects = ("src/chiso/catalogue/speaker.py",)
    missing = [
        pair.place
        for pair in pairs()
        if bool(pair.vi.strip()) != bool(pair.en.strip()) and not pair.place.startswith(subjects)
    ]
    assert not missing


@pytest.mark.parametrize("pairs", [pairs_of_code, pairs_of_yaml], ids=["code", "yaml"])
def test_vietnamese_letters_are_composed(pairs: Any) -> None:
    assert not [p.place for p in pairs() if not unicodedata.is_normalized("NFC", p.vi + p.en)]


@pytest.mark.parametrize("pairs", [pairs_of_code, pairs_of_yaml], ids=["code", "yaml"])
def test_no_vietnamese_stands_in_english(pairs: Any) -> None:
    found = []
    for pair in pairs():
        # What is quoted, and the numbers of documents.
        english = re.sub(r"“[^”]*”|\b\d+/\S+", "", pair.en)
        for official in OFFICIAL:
            english = english.replace(official, "")
        if VIETNAMESE.search(english):
            found.append(f"{pair.place}: {pair.en}")
    assert not found


@pytest.mark.parametrize("pairs", [pairs_of_code, pairs_of_yaml], ids=["code", "yaml"])
def test_vietnamese_is_not_the_english_text(pairs: Any) -> None:
    same = [f"{p.place}: {p.vi}" for p in pairs() if p.vi == p.en and words(p.vi) and p.vi not in SAME]
    assert not same
    plain = [p for p in pairs() if len(words(p.vi)) > 3 and not VIETNAMESE.search(p.vi)]
    assert not [f"{p.place}: {p.vi}" for p in plain if not p.vi.startswith(WITHOUT_MARKS)]


# Values

_LANGUAGE_MARKS = re.compile(r"\b(vi|en)\b|\.(vi|en|one|more)\b|'(vi|en)'|_(vi|en)\b|\[(0|1)\]")
_WRITERS = ("number_text", "signed_text", "day_text", "shortest_text", "with_mark", "_number")
# English needs a subject and an article where Vietnamese has none; a noun that is told once is enough.
_OTHERWISE_SAID = {
    ("catalogue/speaker.py", "self._subject()"),
    ("catalogue/speaker.py", "subject"),
    ("catalogue/speaker.py", "name"),
    ("catalogue/speaker.py", "with_article(name)"),
    ("catalogue/syntax.py", "type_name(left.type)"),
    ("catalogue/syntax.py", "type_name(left.type).capitalize()"),
    ("catalogue/words.py", "named"),
    ("catalogue/words.py", "column"),
    ("reporting/plan_text.py", "noun"),
    # What is lacking names the index and the period.
    ("reporting/earlier_notes.py", "use.lacking"),
    ("reporting/earlier_notes.py", "use.index"),
    ("reporting/earlier_notes.py", "use.period"),
    ("reporting/earlier_notes.py", "_lacks(units)"),
    ("scoring/score.py", "counted or 'không có bảng nào'"),
    ("scoring/score.py", "counted or 'no table at all'"),
}


def _core(value: ast.expr) -> str:
    """What a value tells, whatever it is written in: the name of the thing, without its language."""
    while isinstance(value, ast.Call) and value.args and ast.unparse(value.func).endswith(_WRITERS):
        value = value.args[0]
    return _LANGUAGE_MARKS.sub("", ast.unparse(value))


@cache
def _bent_in(function: ast.AST | None) -> frozenset[str]:
    """The names in a function that hold English words which follow a number."""
    return frozenset(
        name.id
        for node in (ast.walk(function) if function is not None else ())
        if isinstance(node, ast.Assign) and "plural(" in ast.unparse(node.value)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    )


def _only_grammar(value: ast.expr, pair: Pair) -> bool:
    """Whether a value only bends English words: one or more."""
    if "plural(" in ast.unparse(value) or isinstance(value, ast.IfExp):
        return True
    return isinstance(value, ast.Name) and value.id in _bent_in(pair.function)


def test_both_languages_tell_the_same_values() -> None:
    wrong = []
    for pair in pairs_of_code():
        vi, en = ({_core(value) for value in values} for values in (pair.vi_values, pair.en_values))
        grammar = {_core(value) for value in pair.en_values if _only_grammar(value, pair)}
        file = pair.place.removeprefix("src/chiso/").partition(":")[0]
        differing = (vi - en) | (en - vi - grammar)
        if any((file, value) not in _OTHERWISE_SAID for value in differing):
            wrong.append(f"{pair.place}: {sorted(differing)}")
    assert not wrong, "\n".join(wrong)


_COUNTED = re.compile(r"^len\(|\.(rows|rows_read|quarantined|total|max_points|points|records|cases|count)$")


def test_counts_and_points_are_written_as_people_write_them() -> None:
    """1.234,56 in Vietnamese: what is counted or earned goes through the functions of terms/numbers.py."""
    raw = [
        f"{pair.place}: {ast.unparse(value)}"
        for pair in pairs_of_code()
        for value in (*pair.vi_values, *pair.en_values)
        if _COUNTED.search(ast.unparse(value))
    ]
    assert not raw, "\n".join(raw)
