"""YAML → plain values with their places.

Stricter than YAML: no duplicate key, no anchor, no yes/no for true/false, no guessed number where a
code should stand. A mapping whose keys are all dates is a value by start date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

import yaml

from chiso.errors import CatalogueError, Place, Problem, Text

Path: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "bool | int | Decimal | str | date | list[Plain] | dict[str, Plain] | None"

# The parser in C where PyYAML was built with it: ten times as fast, the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 2_000_000
_DEEPEST = 60
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# A number of more figures stays a text: no catalogue needs one, and int() refuses thousands of figures.
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,99})")
_DECIMAL = re.compile(r"[-+]?\d{1,100}\.\d{1,100}")
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Resolved:
    """The document as it stands on one day: plain values, and the place of every path.

    ``not_begun`` holds the first day of every value by date that has no value yet.
    """

    data: Plain
    places: Mapping[Path, Place]
    raw: Mapping[Path, str]
    not_begun: Mapping[Path, date]

    def place(self, path: Sequence[str | int]) -> Place | None:
        """Return the place of ``path``, or of the nearest path above it."""
        steps = tuple(path)
        while steps not in self.places and steps:
            steps = steps[:-1]
        return self.places.get(steps)

    def lacks_beginning(self, path: Path) -> Problem:
        """Return the fault of a needed value by date that begins after the catalogue does."""
        begins, first = self.not_begun[path], min(edition_starts(self.data), default=self.not_begun[path])
        last = begins - timedelta(days=1)
        return Problem(
            Text(
                vi=f"“{path[-1]}” thiếu giá trị từ {first} đến {last}: ngày đầu tiên ghi ở đây là {begins}",
                en=f"“{path[-1]}” has no value from {first} to {last}: its first date is {begins}",
            ),
            self.place(path),
            Text(
                vi=f"Thêm giá trị áp dụng từ {first}: {{{first}: …, {begins}: …}}",
                en=f"Add the value that holds from {first} on: {{{first}: …, {begins}: …}}",
            ),
        )


def edition_starts(data: Plain) -> set[date]:
    """Return the first days of the editions, as far as they can be read."""
    editions = data.get("editions") if isinstance(data, dict) else None
    starts = [
        entry.get("from") if isinstance(entry, dict) else None
        for entry in (editions if isinstance(editions, list) else [])
    ]
    return {start for start in starts if isinstance(start, date)}


class Document:
    """A parsed YAML file; ``resolve`` gives its values on a day."""

    def __init__(self, text: str, file: str) -> None:
        """Parse ``text``; raises CatalogueError where it is not YAML, or its values cannot be walked.

        Lesser faults of form (a key given twice, a date that does not exist) are kept in ``problems``, so
        that they can be told together with those of the content.
        """
        self._file = file
        self._text = text
        self.problems: list[Problem] = []
        self._unwalkable = False
        self._root = self._compose()
        self._check(self._root, set())
        if self._unwalkable:
            raise CatalogueError(self.problems)

    def start_dates(self) -> tuple[date, ...]:
        """Return every start date used in a value by date, ascending."""
        found: set[date] = set()
        self._collect_dates(self._root, found)
        return tuple(sorted(found))

    def dated_places(self) -> tuple[tuple[date, Place], ...]:
        """Return every start date with its place, in the order of the file."""
        found: list[tuple[date, Place]] = []

        def visit(node: yaml.Node) -> None:
            if _is_dated(node):
                found.extend((date.fromisoformat(key.value), self._place(key)) for key, _ in node.value)
            for child in _children(node):
                visit(child)

        visit(self._root)
        return tuple(found)

    def resolve(self, day: date) -> Resolved:
        """Return the values in force on ``day``: of each value by date the latest start not after it."""
        places: dict[Path, Place] = {}
        raw: dict[Path, str] = {}
        not_begun: dict[Path, date] = {}
        data = self._plain(self._root, (), day, places, raw, not_begun)
        return Resolved(data, places, raw, not_begun)

    def word_place(self, place: Place, word: str | None, text: str, offset: int) -> Place:
        """Return where ``word`` of the value ``text`` at ``place`` stands in the file.

        Folding and quoting move words about, so the word is found by counting its occurrences.
        """
        if not word or place.line is None or place.column is None:
            return place
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        earlier = len(pattern.findall(text[:offset]))
        lines = self._text.splitlines(keepends=True)
        start = sum(map(len, lines[: place.line - 1])) + place.column - 1
        matches = list(pattern.finditer(self._text, start))
        if earlier >= len(matches):
            return place
        before = self._text[: matches[earlier].start()]
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Place(self._file, before.count("\n") + 1, column)

    def _compose(self) -> yaml.Node:
        if len(self._text) > LARGEST_FILE:
            raise CatalogueError(
                Problem(
                    Text(
                        vi=f"Tệp lớn hơn {LARGEST_FILE} ký tự",
                        en=f"The file has more than {LARGEST_FILE} characters",
                    ),
                    Place(self._file),
                )
            )
        try:
            self._require_shallow()
            root = yaml.compose(self._text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
            message = Text(
                vi=f"Không phải YAML hợp lệ: {error.problem}", en=f"Not valid YAML: {error.problem}"
            )
            raise CatalogueError(Problem(message, place)) from None
        except (yaml.YAMLError, RecursionError) as error:
            message = Text(vi="Không phải YAML hợp lệ", en="Not valid YAML")
            raise CatalogueError(Problem(message, Place(self._file))) from error
        if not isinstance(root, yaml.MappingNode):
            message = Text(
                vi="Tệp phải bắt đầu bằng các khóa như catalogue:, groups:",
                en="The file must consist of keys such as catalogue:, groups:",
            )
            raise CatalogueError(Problem(message, Place(self._file, 1, 1)))
        return root

    def _require_shallow(self) -> None:
        """Refuse a file nested so deep that walking it would exhaust the stack."""
        depth = 0
        for event in yaml.parse(self._text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST:
                message = Text(
                    vi=f"Lồng nhau quá {_DEEPEST} tầng", en=f"Nested more than {_DEEPEST} levels deep"
                )
                mark = event.start_mark
                place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
                raise CatalogueError(Problem(message, place))

    def _place(self, node: yaml.Node) -> Place:
        return Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _fault(self, node: yaml.Node, message: Text, hint: Text | None = None) -> None:
        self.problems.append(Problem(message, self._place(node), hint))

    def _check(self, node: yaml.Node, seen: set[int]) -> None:
        if id(node) in seen:
            self._fault(
                node,
                Text(vi="Không dùng neo và bí danh (&, *)", en="Anchors and aliases (&, *) are not allowed"),
                Text(
                    vi="Viết lại giá trị, hoặc đặt định nghĩa có tên",
                    en="Repeat the value, or name a definition",
                ),
            )
            # Aliases of aliases would unfold without end.
            self._unwalkable = True
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node)
        for child in _children(node):
            self._check(child, seen)

    def _check_keys(self, node: yaml.MappingNode) -> None:
        first: dict[str, yaml.Node] = {}
        dated = [
            bool(_DATE.fullmatch(key.value)) for key, _ in node.value if isinstance(key, yaml.ScalarNode)
        ]
        if any(dated) and not all(dated):
            self._fault(
                node,
                Text(
                    vi="Ngày và từ không đứng chung làm khóa trong một mục",
                    en="Dates and words cannot both be keys of one mapping",
                ),
            )
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, Text(vi="Khóa phải là một từ", en="A key must be a word"))
                self._unwalkable = True
                continue
            if key.value == "<<":
                self._fault(key, Text(vi="Không dùng khóa gộp <<", en="The merge key << is not allowed"))
            if key.value in first:
                line = first[key.value].start_mark.line + 1
                what = Text(vi="Ngày", en="Date") if _DATE.fullmatch(key.value) else Text(vi="Khóa", en="Key")
                self._fault(
                    key,
                    Text(
                        vi=f"{what.vi} “{key.value}” đã có ở dòng {line}",
                        en=f"{what.en} “{key.value}” is given twice, first in line {line}",
                    ),
                    Text(vi="Xóa một trong hai", en="Remove one of the two"),
                )
            first.setdefault(key.value, key)
            if _DATE.fullmatch(key.value) and _day(key.value) is None:
                self._fault(key, Text(vi=f"Không có ngày {key.value}", en=f"There is no date {key.value}"))

    def _check_scalar(self, node: yaml.ScalarNode) -> None:
        if not node.style and node.value.lower() in ("yes", "no", "on", "off", "y", "n"):
            self._fault(
                node,
                Text(
                    vi=f"“{node.value}” không có nghĩa rõ ràng trong YAML",
                    en=f"“{node.value}” is ambiguous in YAML",
                ),
                Text(
                    vi="Viết true, false, hoặc đặt trong ngoặc kép",
                    en="Write true or false, or put it in quotes",
                ),
            )

    def _collect_dates(self, node: yaml.Node, found: set[date]) -> None:
        if _is_dated(node):
            found.update(date.fromisoformat(key.value) for key, _ in node.value)
        for child in _children(node):
            self._collect_dates(child, found)

    def _plain(
        self,
        node: yaml.Node,
        path: Path,
        day: date,
        places: dict[Path, Place],
        raw: dict[Path, str],
        not_begun: dict[Path, date],
    ) -> Plain:
        places[path] = self._place(node)
        if _is_dated(node):
            started = [
                (key.value, value) for key, value in node.value if date.fromisoformat(key.value) <= day
            ]
            if not started:
                not_begun[path] = min(date.fromisoformat(key.value) for key, _ in node.value)
                return None
            latest = max(started, key=lambda entry: entry[0])[1]
            return self._plain(latest, path, day, places, raw, not_begun)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Plain] = {}
            for key, value in node.value:
                inner = (*path, key.value)
                mapping[key.value] = self._plain(value, inner, day, places, raw, not_begun)
                places[(*inner, "<key>")] = self._place(key)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [
                self._plain(item, (*path, position), day, places, raw, not_begun)
                for position, item in enumerate(node.value)
            ]
        assert isinstance(node, yaml.ScalarNode)  # YAML has no other kind
        raw[path] = node.value
        return _scalar(node)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _is_dated(node: yaml.Node) -> bool:
    return (
        isinstance(node, yaml.MappingNode)
        and bool(node.value)
        and all(isinstance(key, yaml.ScalarNode) and _day(key.value) for key, _ in node.value)
    )


def _day(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _scalar(node: yaml.ScalarNode) -> Plain:
    text: str = node.value
    if node.style:  # quoted or block: always a text
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text) and (day := _day(text)) is not None:
        return day
    return text
