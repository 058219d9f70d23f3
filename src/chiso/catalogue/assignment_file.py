"""Assignments as YAML → their rows as they are written, each text with its line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from chiso.catalogue.reader import Document, Plain, Resolved
from chiso.errors import CatalogueError, Place, Problem, RecordsError, Text, allowed_words, suggestion
from chiso.terms.columns import ASSIGNMENTS
from chiso.terms.text import composed
from chiso.terms.written import WrittenRow

_ROOT = "assignments"
# Where several may stand: a list says the same as a text parted by semicolons.
_LISTS = frozenset({"index", "cooperating"})


def read_assignment_file(path: Path) -> tuple[list[WrittenRow], list[Problem]]:
    """Return the rows of a YAML file of assignments, and its faults; raises RecordsError if it is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được bảng phân công", en="Cannot read the assignments")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Bảng phân công YAML phải ở dạng UTF-8", en="Assignments in YAML must be in UTF-8")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    try:
        document = Document.parsed(text, str(path))
    except CatalogueError as error:
        # The same reader, yet it is not the catalogue that is at fault.
        raise RecordsError(error.problems) from error
    resolved = document.resolve(date.max)
    problems = [*document.problems, *(Problem(_NO_DATES, place) for _, place in document.dated_places())]
    rows = [*_rows(resolved, problems)]
    return rows, problems


def _rows(resolved: Resolved, problems: list[Problem]) -> Iterator[WrittenRow]:
    data = resolved.data
    assert isinstance(data, dict)  # a document's root is a mapping
    for key in data:
        if key != _ROOT:
            problems.append(_unknown_key(resolved, (key,), key, [_ROOT]))
    entries = data.get(_ROOT)
    if not isinstance(entries, list):
        problems.append(Problem(_NO_LIST, resolved.place((_ROOT,)), _LIKE_THIS))
        return
    for number, entry in enumerate(entries):
        path = (_ROOT, number)
        if not isinstance(entry, dict):
            problems.append(Problem(_NO_ENTRY, resolved.place(path), _LIKE_THIS))
            continue
        yield _row(resolved, entry, number, problems)


def _row(resolved: Resolved, entry: dict[str, Plain], number: int, problems: list[Problem]) -> WrittenRow:
    texts: dict[str, str] = {}
    places: dict[str, Place] = {}
    for key, value in entry.items():
        path = (_ROOT, number, key)
        if key not in ASSIGNMENTS.columns:
            problems.append(_unknown_key(resolved, path, key, ASSIGNMENTS.columns))
            continue
        place = resolved.place(path)
        if place is not None:
            places[key] = place
        parts = [path] if not isinstance(value, list) else [(*path, n) for n in range(len(value))]
        if (isinstance(value, list) and key not in _LISTS) or any(part not in resolved.raw for part in parts):
            message = Text(vi=f"“{key}” phải là một văn bản", en=f"“{key}” must be a text")
            problems.append(Problem(message, place))
            continue
        # What stands there, not what YAML makes of it: the code 2.10 is no number.
        text = composed("; ".join(resolved.raw[part] for part in parts))
        if text and value is not None:
            texts[key] = text
    where = resolved.place((_ROOT, number))
    assert where is not None  # every entry has a place
    return WrittenRow(texts, where, places)


def _unknown_key(resolved: Resolved, path: tuple[str | int, ...], key: str, known: object) -> Problem:
    allowed = list(known) if isinstance(known, (list, dict)) else []
    message = Text(vi=f"Không có khóa “{key}”", en=f"Unknown key “{key}”")
    place = resolved.place((*path, "<key>"))
    return Problem(message, place, suggestion(key, allowed) or allowed_words(allowed))


_NO_DATES = Text(
    vi="Bảng phân công không có giá trị theo ngày: mỗi thời gian một tệp",
    en="Assignments have no values by date: make a file for each time",
)
_NO_LIST = Text(
    vi="Cần khóa “assignments” với danh sách các phân công",
    en="Key “assignments” with the list of assignments is needed",
)
_NO_ENTRY = Text(vi="Mỗi phân công gồm các khóa và giá trị", en="An assignment consists of keys and values")
_LIKE_THIS = Text(
    vi='Ví dụ: - {index: "MÃ", lead: MÃ-ĐƠN-VỊ, responsible: MÃ}',
    en='For instance: - {index: "CODE", lead: OFFICE-CODE, responsible: CODE}',
)
