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

from chiso.catalogue.nodes import children, day_of, is_dated, parse_mapping, place_of, value_on
from chiso.errors import Place, Problem, Text

Path: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "bool | int | Decimal | str | date | list[Plain] | dict[str, Plain] | None"

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
    """A tree of YAML nodes, of one file or of several laid over each other; ``resolve`` gives its values."""

    def __init__(
        self, root: yaml.MappingNode, texts: Mapping[str, str], problems: Sequence[Problem] = ()
    ) -> None:
        """Take a tree whose nodes come from ``texts`` (name of the file → its text).

        ``problems`` are faults of form found on the way, to be told together with those of the content.
        """
        self.root = root
        self.texts = texts
        self.problems = tuple(problems)

    @classmethod
    def parsed(cls, text: str, file: str) -> Document:
        """Return the document of one file; raises CatalogueError where it is not YAML or cannot be walked."""
        root, problems = parse_mapping(text, file)
        return cls(root, {file: text}, problems)

    def start_dates(self) -> tuple[date, ...]:
        """Return every start date used in a value by date, ascending."""
        return tuple(sorted({day for day, _ in self.dated_places()}))

    def dated_places(self) -> tuple[tuple[date, Place], ...]:
        """Return every start date with its place, in the order of the file."""
        found: list[tuple[date, Place]] = []

        def visit(node: yaml.Node) -> None:
            if is_dated(node):
                found.extend((date.fromisoformat(key.value), place_of(key)) for key, _ in node.value)
            for child in children(node):
                visit(child)

        visit(self.root)
        return tuple(found)

    def resolve(self, day: date) -> Resolved:
        """Return the values in force on ``day``: of each value by date the latest start not after it."""
        places: dict[Path, Place] = {}
        raw: dict[Path, str] = {}
        not_begun: dict[Path, date] = {}
        data = self._plain(self.root, (), day, places, raw, not_begun)
        return Resolved(data, places, raw, not_begun)

    def word_place(self, place: Place, word: str | None, text: str, offset: int) -> Place:
        """Return where ``word`` of the value ``text`` at ``place`` stands in the file.

        Folding and quoting move words about, so the word is found by counting its occurrences.
        """
        if not word or place.line is None or place.column is None:
            return place
        text_of_file = self.texts[place.file]
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        earlier = len(pattern.findall(text[:offset]))
        lines = text_of_file.splitlines(keepends=True)
        start = sum(map(len, lines[: place.line - 1])) + place.column - 1
        matches = list(pattern.finditer(text_of_file, start))
        if earlier >= len(matches):
            return place
        before = text_of_file[: matches[earlier].start()]
        column = len(before) - (before.rfind("\n") + 1) + 1
        return Place(place.file, before.count("\n") + 1, column)

    def _plain(
        self,
        node: yaml.Node,
        path: Path,
        day: date,
        places: dict[Path, Place],
        raw: dict[Path, str],
        not_begun: dict[Path, date],
    ) -> Plain:
        places[path] = place_of(node)
        if is_dated(node):
            latest = value_on(node, day)
            if latest is None:
                not_begun[path] = min(date.fromisoformat(key.value) for key, _ in node.value)
                return None
            return self._plain(latest, path, day, places, raw, not_begun)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Plain] = {}
            for key, value in node.value:
                inner = (*path, key.value)
                mapping[key.value] = self._plain(value, inner, day, places, raw, not_begun)
                places[(*inner, "<key>")] = place_of(key)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [
                self._plain(item, (*path, position), day, places, raw, not_begun)
                for position, item in enumerate(node.value)
            ]
        assert isinstance(node, yaml.ScalarNode)  # YAML has no other kind
        raw[path] = node.value
        return _scalar(node)


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
    if (day := day_of(text)) is not None:
        return day
    return text
