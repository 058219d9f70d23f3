"""Plain values → the catalogue's entries, with every fault in words.

A fault in one entry must not hide those of others: what is wrong is mended just enough to go on looking,
and nothing so mended is ever scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chiso.catalogue.model import CatalogueText
from chiso.catalogue.reader import Path, Plain, Resolved
from chiso.errors import Place, Problem, Text, allowed_words, suggestion

_MOST_MENDINGS = 10


@dataclass(frozen=True)
class Entries:
    """The entries read, every fault in them, and where values were mended to go on.

    With faults ``text`` is a mended stand-in, fit only for finding further faults; None where even that
    could not be made.
    """

    text: CatalogueText | None
    problems: tuple[Problem, ...]
    mended: frozenset[Path]


def read_entries(resolved: Resolved) -> Entries:
    """Return the entries of a catalogue on one day."""
    data = resolved.data
    problems: dict[Problem, None] = {}
    mended: set[Path] = set()
    for _ in range(_MOST_MENDINGS):
        try:
            text = CatalogueText.model_validate(data)
            return Entries(text, tuple(problems), frozenset(mended))
        except ValidationError as error:
            details = error.errors()
        found = _by_path(details, data)
        # Faults that only mending brought up are not the writer's.
        if not problems:
            problems.update(dict.fromkeys(_problem(path, kinds, resolved) for path, kinds in found.items()))
        now_mended = [path for path, kinds in found.items() if _mend(data, path, kinds[0], resolved)]
        mended.update(now_mended)
        if not now_mended:
            break
    return Entries(None, tuple(problems), frozenset(mended))


def _by_path(details: list[ErrorDetails], data: Plain) -> dict[Path, list[ErrorDetails]]:
    """Return pydantic's findings by the place they are about.

    Where a value may be of several kinds there is a finding for each kind; those about the value as a
    whole say nothing once another kind was right but for something inside.
    """
    found: dict[Path, list[ErrorDetails]] = {}
    for entry in details:
        found.setdefault(_path(entry, data), []).append(entry)
    of_union = {path for path, entries in found.items() if len(path) < len(entries[0]["loc"])}
    return {
        path: entries
        for path, entries in found.items()
        if not (path in of_union and any(len(o) > len(path) and o[: len(path)] == path for o in found))
    }


def _path(details: ErrorDetails, data: Any) -> Path:
    """Return where a finding stands in the file; pydantic puts the kinds of value it tried between."""
    path: list[str | int] = []
    for step in details["loc"]:
        if isinstance(data, dict) and (step in data or details["type"] == "missing"):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _mend(data: Plain, path: Path, details: ErrorDetails, resolved: Resolved) -> bool:
    """Put something valid in place of one fault; return whether that was possible."""
    if not path:
        return False
    last: Any = path[-1]
    container: Any = _at(data, path[:-1])
    kind = details["type"]
    if kind == "extra_forbidden":
        del container[last]
        return True
    stand_in = _stand_in(details, resolved.raw.get(path))
    if stand_in is None:
        return False
    container[last] = stand_in
    return True


def _stand_in(details: ErrorDetails, raw: str | None) -> Any:
    match details["type"]:
        case "string_type":
            return raw or "?"
        case "literal_error":
            return _expected(details)[0]
        case "value_error" | "int_type":
            return 1
        case "bool_type":
            return False
        case "list_type":
            return []
        case "dict_type":
            return {}
        case "missing":
            return _MISSING.get(str(details["loc"][-1]))
        case _:
            return None


# What stands in for a key that is missing; keys not listed here cannot be mended.
_MISSING: Mapping[str, Any] = {
    **dict.fromkeys(("vi", "en", "document", "kind", "when", "code", "id"), "?"),
    **{key: {"vi": "?", "en": "?"} for key in ("name", "short", "remedy", "title", "reason")},
    **{key: "?" for key in ("denominator_of", "ratio_of")},
    "period": "last_year",
    "share": {},
    "on_zero": "blank",
    "status": "unknown",
    "source": {"document": "?"},
    "applies_to": [],
    "points": 1,
    "cause": "formula",
    "not_applicable": "keeps_maximum",
}


def _at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _expected(details: ErrorDetails) -> list[str]:
    listed = str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return [word.strip().strip("'") for word in listed.split(",")]


def _problem(path: Path, kinds: list[ErrorDetails], resolved: Resolved) -> Problem:
    """Return pydantic's findings about one value as a message that says what to write instead."""
    place = resolved.place(path)
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if path in resolved.not_begun:
        return resolved.lacks_beginning(path)
    if len(kinds) > 1:
        return _none_of(key, kinds, place, resolved.raw.get(path))
    details = kinds[0]
    match details["type"]:
        case "extra_forbidden":
            known = _known_keys(path[:-1])
            return Problem(
                Text(vi=f"Không có khóa “{key}” ở đây", en=f"Unknown key “{key}”"),
                resolved.place((*path, "<key>")),
                suggestion(key, known) or (allowed_words(known) if known else None),
            )
        case "missing":
            return Problem(
                Text(vi=f"Thiếu khóa “{key}”", en=f"Missing key “{key}”"), resolved.place(path[:-1])
            )
        case "string_type" if resolved.raw.get(path):
            raw = resolved.raw[path]
            return Problem(
                Text(
                    vi=f"“{key}” phải là chuỗi: {raw} không có ngoặc kép sẽ bị đọc thành số hoặc ngày",
                    en=f"“{key}” must be a text: unquoted, {raw} is read as a number or date",
                ),
                place,
                Text(vi=f'Viết "{raw}"', en=f'Write "{raw}"'),
            )
        case "literal_error":
            words = _expected(details)
            raw = resolved.raw.get(path, "")
            return Problem(
                Text(vi=f"“{raw}” không dùng được cho “{key}”", en=f"“{raw}” is not allowed for “{key}”"),
                place,
                suggestion(raw, words) or allowed_words(words),
            )
        case "value_error":
            return _share_problem(key, place) if "share" in path[:-1] else _quantity_problem(key, place)
        case kind:
            wanted = _WANTED.get(kind, Text(vi="một giá trị khác", en="another value"))
            return Problem(Text(vi=f"“{key}” phải là {wanted.vi}", en=f"“{key}” must be {wanted.en}"), place)


def _none_of(key: str, kinds: list[ErrorDetails], place: Place | None, raw: str | None) -> Problem:
    """Return the fault of a value that may be of several kinds and is of none."""
    wanted = []
    for entry in kinds:
        words = ", ".join(f"“{word}”" for word in _expected(entry) if word)
        wanted.append(_WANTED.get(entry["type"], Text(vi=words, en=words)))
    hint = None
    if raw is not None and any(entry["type"] == "string_type" for entry in kinds):
        hint = Text(vi=f'Viết "{raw}"', en=f'Write "{raw}"')
    vi = " hoặc ".join(text.vi for text in wanted)
    en = " or ".join(text.en for text in wanted)
    return Problem(Text(vi=f"“{key}” phải là {vi}", en=f"“{key}” must be {en}"), place, hint)


_WANTED: Mapping[str, Text] = {
    "string_type": Text(vi="một chuỗi", en="a text"),
    "int_type": Text(vi="một số nguyên", en="an integer"),
    "bool_type": Text(vi="true hoặc false", en="true or false"),
    "list_type": Text(vi="một danh sách ([…] hoặc các dòng “- ”)", en="a list ([…] or lines of “- ”)"),
    "dict_type": Text(vi="một mục có khóa và giá trị", en="a mapping of keys and values"),
    "model_type": Text(vi="một mục có khóa và giá trị", en="a mapping of keys and values"),
    "date_type": Text(vi="một ngày dạng 2026-01-31", en="a date like 2026-01-31"),
    "too_short": Text(vi="một danh sách không rỗng", en="a list that is not empty"),
    "greater_than_equal": Text(vi="một số lớn hơn", en="a larger number"),
    "less_than_equal": Text(vi="một số nhỏ hơn", en="a smaller number"),
}


def _share_problem(key: str, place: Place | None) -> Problem:
    return Problem(
        Text(
            vi=f"“{key}” phải là một phần lớn hơn 0, như 1/12, 25% hoặc 1",
            en=f"“{key}” must be a share above 0, such as 1/12, 25% or 1",
        ),
        place,
    )


def _quantity_problem(key: str, place: Place | None) -> Problem:
    return Problem(
        Text(
            vi=f"“{key}” phải là một số không âm, hoặc tỷ lệ như 80%",
            en=f"“{key}” must be a number not below 0, or a percentage such as 80%",
        ),
        place,
    )


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys allowed at ``path``, found by following the model's own fields."""
    model: object = CatalogueText
    for step in path:
        if isinstance(step, int) or not _is_entry(model):
            continue
        by_alias = {field.alias or name: field for name, field in model.model_fields.items()}  # type: ignore[attr-defined]
        if step in by_alias:
            model = _entry_in(by_alias[step].annotation)
    if not _is_entry(model):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]  # type: ignore[attr-defined]


def _is_entry(model: object) -> bool:
    return hasattr(model, "model_fields")


def _entry_in(annotation: object) -> object:
    """Return the entry model inside an annotation such as ``list[Group]`` or ``Measure | None``."""
    if _is_entry(annotation):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _entry_in(argument)
        if found is not None:
            return found
    return None
