"""YAML text → nodes that know their file, line and column; what YAML would guess at is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date

import yaml

from chiso.errors import CatalogueError, Place, Problem, Text
from chiso.terms.numbers import number_text

# The parser in C where PyYAML was built with it: ten times as fast, the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 2_000_000
_DEEPEST = 60
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Named(io.StringIO):
    """A text with a name, which the parser puts into every mark."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def parse(text: str, file: str) -> tuple[yaml.Node | None, list[Problem]]:
    """Return the root node of ``text`` (None where it holds nothing) and its lesser faults of form.

    Those (a key given twice, a date that does not exist) are returned, so that they can be told together
    with faults of the content. Raises CatalogueError where it is not YAML, or its nodes cannot be walked.
    """
    root = _compose(text, file)
    checks = _Checks()
    if root is not None:
        checks.check(root, set())
    if checks.unwalkable:
        raise CatalogueError(checks.problems)
    return root, checks.problems


def parse_mapping(text: str, file: str) -> tuple[yaml.MappingNode, list[Problem]]:
    """Return the root of a file that must consist of keys; see ``parse``."""
    root, problems = parse(text, file)
    if not isinstance(root, yaml.MappingNode):
        message = Text(
            vi="Tệp phải gồm các khóa và giá trị, mỗi dòng một cặp, như “khóa: giá trị”",
            en="The file must consist of keys and values, one pair a line, as in “key: value”",
        )
        raise CatalogueError(Problem(message, Place(file, 1, 1)))
    return root, problems


def place_of(node: yaml.Node) -> Place:
    """Return where a node stands."""
    return Place(node.start_mark.name, node.start_mark.line + 1, node.start_mark.column + 1)


def children(node: yaml.Node) -> list[yaml.Node]:
    """Return the values of a mapping or the items of a sequence."""
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def is_dated(node: yaml.Node) -> bool:
    """Return whether a node is a value by start date: a mapping whose keys are all dates."""
    return (
        isinstance(node, yaml.MappingNode)
        and bool(node.value)
        and all(isinstance(key, yaml.ScalarNode) and day_of(key.value) for key, _ in node.value)
    )


def value_on(node: yaml.Node, day: date) -> yaml.Node | None:
    """Return what a value by start date holds on ``day``; None where its first start is later."""
    started = [(key.value, value) for key, value in node.value if date.fromisoformat(key.value) <= day]
    return max(started, key=lambda entry: str(entry[0]))[1] if started else None


def looks_like_day(text: str) -> bool:
    """Return whether ``text`` is written like a date, real or not."""
    return _DATE.fullmatch(text) is not None


def day_of(text: str) -> date | None:
    """Return the date that ``text`` is, None if it is none."""
    if not looks_like_day(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _compose(text: str, file: str) -> yaml.Node | None:
    if len(text) > LARGEST_FILE:
        message = Text(
            vi=f"Tệp lớn hơn {number_text(LARGEST_FILE, 'vi')} ký tự",
            en=f"The file has more than {number_text(LARGEST_FILE, 'en')} characters",
        )
        raise CatalogueError(Problem(message, Place(file)))
    try:
        _require_shallow(text, file)
        root: yaml.Node | None = yaml.compose(_Named(text, file), Loader=_LOADER)
        return root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        message = Text(vi=f"Không phải YAML hợp lệ: {error.problem}", en=f"Not valid YAML: {error.problem}")
        raise CatalogueError(Problem(message, place)) from None
    except (yaml.YAMLError, RecursionError) as error:
        message = Text(vi="Không phải YAML hợp lệ", en="Not valid YAML")
        raise CatalogueError(Problem(message, Place(file))) from error


def _require_shallow(text: str, file: str) -> None:
    """Refuse a text nested so deep that walking it would exhaust the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            message = Text(vi=f"Lồng nhau quá {_DEEPEST} tầng", en=f"Nested more than {_DEEPEST} levels deep")
            mark = event.start_mark
            place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
            raise CatalogueError(Problem(message, place))


class _Checks:
    """Goes through all nodes once, collecting faults of form."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unwalkable = False

    def check(self, node: yaml.Node, seen: set[int]) -> None:
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
            self.unwalkable = True
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node)
        for child in children(node):
            self.check(child, seen)

    def _fault(self, node: yaml.Node, message: Text, hint: Text | None = None) -> None:
        self.problems.append(Problem(message, place_of(node), hint))

    def _check_keys(self, node: yaml.MappingNode) -> None:
        first: dict[str, yaml.Node] = {}
        dated = [looks_like_day(key.value) for key in _scalar_keys(node)]
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
                self.unwalkable = True
                continue
            if key.value == "<<":
                self._fault(key, Text(vi="Không dùng khóa gộp <<", en="The merge key << is not allowed"))
            if key.value in first:
                line = first[key.value].start_mark.line + 1
                is_day = looks_like_day(key.value)
                what = Text(vi="Ngày", en="Date") if is_day else Text(vi="Khóa", en="Key")
                self._fault(
                    key,
                    Text(
                        vi=f"{what.vi} “{key.value}” đã có ở dòng {line}",
                        en=f"{what.en} “{key.value}” is given twice, first in line {line}",
                    ),
                    Text(vi="Xóa một trong hai", en="Remove one of the two"),
                )
            first.setdefault(key.value, key)
            if looks_like_day(key.value) and day_of(key.value) is None:
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


def _scalar_keys(node: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    return (key for key, _ in node.value if isinstance(key, yaml.ScalarNode))
