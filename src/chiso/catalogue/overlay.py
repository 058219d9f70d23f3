"""A catalogue as it would be with some values set otherwise. The file itself is never touched.

The rules of the day judged are taken, the new values put in their places, and the whole is checked as
any catalogue is: what comes out is what the edited file would say on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import TypeGuard

import yaml

from chiso.catalogue.checks import check
from chiso.catalogue.entries import read_entries
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.load import Catalogue
from chiso.catalogue.meaning import Meaning
from chiso.catalogue.model import Bilingual
from chiso.catalogue.nodes import is_dated, value_on
from chiso.catalogue.reader import Document, Path
from chiso.catalogue.settings import OPTION, OverlayFile, Part, Setting, Settings, read_settings
from chiso.errors import CatalogueError, ChisoError, Place, Problem, Text, UsageError

_TEXT_TAG, _MAPPING_TAG = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"


@dataclass(frozen=True)
class Change:
    """One value that is otherwise: ``old`` and ``new`` as YAML writes them, None where none is written.

    ``part`` and ``code`` say whose value it is ("" for the catalogue itself), ``name`` what that is called,
    ``overlay`` which file says so, None where ``--set`` does.
    """

    part: Part
    code: str
    key: str
    name: Bilingual | None
    old: str | None
    new: str | None
    overlay: str | None


@dataclass(frozen=True)
class Overlaid:
    """The rules after the changes, what was changed, and the overlay files that said so."""

    rules: RuleSet
    changes: tuple[Change, ...]
    files: tuple[OverlayFile, ...]


def overlaid(
    catalogue: Catalogue,
    day: date,
    edition_id: str | None,
    options: Sequence[str],
    overlays: Iterable[FilePath],
) -> Overlaid:
    """Return the rules in force on ``day`` with ``--set`` options and overlay files laid over them.

    A value by date gives way whole. Raises UsageError with every fault where only ``--set`` options are at
    fault, CatalogueError where an overlay file is.
    """
    before = catalogue.rules(day, edition_id)
    settings = read_settings(before, options, overlays, taken=catalogue.document.texts)
    base = catalogue.document
    day = before.effective_on
    root = _on_day(base.root, day)
    assert isinstance(root, yaml.MappingNode)
    _drop_tests(root)
    problems = list(settings.problems)
    changes = [
        change for setting in settings.settings for change in _put(root, setting, before, day, problems)
    ]
    document = Document(root, {**base.texts, **settings.texts})
    resolved = document.resolve(day)
    entries = read_entries(resolved)
    problems.extend(entries.problems)
    if entries.text is not None:
        found = dict.fromkeys(check(entries.text, resolved, document, entries.mended))
        # While some of the changes are missing, sums and what they lead to elsewhere say nothing.
        sums = {resolved.place(path) for path in _sums(len(entries.text.groups))}
        certain = (p for p in found if p.place and p.place.file in settings.texts and p.place not in sums)
        problems.extend(certain if problems else found)
    if problems or entries.text is None:
        raise _error(problems, settings)
    edition = next(edition for edition in entries.text.editions if edition.id == before.edition)
    rules = Meaning(entries.text, resolved, document).rules(edition, day)
    return Overlaid(rules, tuple(changes), settings.files)


def _sums(groups: int) -> Iterator[Path]:
    """Yield the paths at which parts that do not add up are told."""
    yield ("total",)
    yield from (("groups", position, "points") for position in range(groups))


def _on_day(node: yaml.Node, day: date) -> yaml.Node:
    """Return a copy of a tree with its values by date replaced by those of ``day``.

    A value that has not begun stays, so that it is told like that.
    """
    if is_dated(node):
        value = value_on(node, day)
        return node if value is None else _on_day(value, day)
    if isinstance(node, yaml.MappingNode):
        values = [(key, _on_day(value, day)) for key, value in node.value]
        return yaml.MappingNode(node.tag, values, node.start_mark, node.end_mark, node.flow_style)
    if isinstance(node, yaml.SequenceNode):
        items = [_on_day(item, day) for item in node.value]
        return yaml.SequenceNode(node.tag, items, node.start_mark, node.end_mark, node.flow_style)
    return node


def _drop_tests(root: yaml.MappingNode) -> None:
    """Take out the tests: they say what the catalogue must count as it stands, not after a change."""
    _remove(root, "test_defaults", "test_period")
    for index in _indices(root):
        _remove(index, "tests")


def _put(
    root: yaml.MappingNode, setting: Setting, rules: RuleSet, day: date, problems: list[Problem]
) -> Iterator[Change]:
    """Put a value into its place; yield the change, or note why there is no such place."""
    container = _entry(root, setting)
    mark = setting.value.start_mark
    for step in setting.keys[:-1]:
        inside = _value(container, step)
        if inside is None or _is_null(inside):
            inside = yaml.MappingNode(_MAPPING_TAG, [], mark, mark)
            _replace(container, step, inside, mark)
        if not isinstance(inside, yaml.MappingNode) or is_dated(inside):
            problems.append(
                Problem(
                    Text(
                        vi=f"“{step}” không có khóa bên trong",
                        en=f"“{step}” has no keys inside",
                    ),
                    setting.place,
                    Text(vi=f"Đặt cả “{step}” bằng một giá trị", en=f"Set “{step}” as a whole"),
                )
            )
            return
        container = inside
    old = _value(container, setting.keys[-1])
    _replace(container, setting.keys[-1], setting.value, mark)
    yield Change(
        part=setting.part,
        code=setting.code,
        key=".".join(setting.keys),
        name=_name(setting, rules),
        old=None if old is None else _written(old),
        new=_written(_on_day(setting.value, day)),
        overlay=None if _is_option(setting.place) else setting.place.file,
    )


def _entry(root: yaml.MappingNode, setting: Setting) -> yaml.MappingNode:
    """Return the mapping that holds the setting's first key; made where a records table has none yet."""
    match setting.part:
        case "catalogue":
            return root
        case "records":
            mark = setting.value.start_mark
            records = _value(root, "records")
            if not isinstance(records, yaml.MappingNode):
                records = yaml.MappingNode(_MAPPING_TAG, [], mark, mark)
                _replace(root, "records", records, mark)
            table = _value(records, setting.code)
            if not isinstance(table, yaml.MappingNode):
                table = yaml.MappingNode(_MAPPING_TAG, [], mark, mark)
                _replace(records, setting.code, table, mark)
            return table
        case "editions":
            return _with(_items(_value(root, "editions")), "id", setting.code)
        case "groups":
            return _with(_items(_value(root, "groups")), "code", setting.code)
        case "indices":
            return _with(_indices(root), "code", setting.code)


def _indices(root: yaml.MappingNode) -> list[yaml.MappingNode]:
    groups = _items(_value(root, "groups"))
    return [index for group in groups for index in _items(_value(group, "indices"))]


def _items(node: yaml.Node | None) -> list[yaml.MappingNode]:
    assert isinstance(node, yaml.SequenceNode)  # the catalogue was checked
    return list(node.value)


def _with(items: Iterable[yaml.MappingNode], key: str, code: str) -> yaml.MappingNode:
    return next(item for item in items if (value := _value(item, key)) is not None and value.value == code)


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _remove(node: yaml.MappingNode, *keys: str) -> None:
    node.value = [(name, value) for name, value in node.value if name.value not in keys]


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def _replace(container: yaml.MappingNode, key: str, value: yaml.Node, mark: yaml.Mark) -> None:
    """Set a key; where the key itself is at fault, the fault is the change's, not the catalogue's."""
    entry = (yaml.ScalarNode(_TEXT_TAG, key, mark, mark), value)
    for position, (name, _) in enumerate(container.value):
        if name.value == key:
            container.value[position] = entry
            return
    container.value.append(entry)


def _name(setting: Setting, rules: RuleSet) -> Bilingual | None:
    match setting.part:
        case "indices":
            return next(index.name for index in rules.indices if index.code == setting.code)
        case "groups":
            return next(group.name for group in rules.groups if group.code == setting.code)
        case "editions":
            return rules.edition_title
        case _:
            return None


def _written(node: yaml.Node) -> str | None:
    """Return a value in one line as YAML would have it; None for null."""
    if isinstance(node, yaml.MappingNode):
        return "{" + ", ".join(f"{key.value}: {_written(value)}" for key, value in node.value) + "}"
    if isinstance(node, yaml.SequenceNode):
        return "[" + ", ".join(str(_written(item)) for item in node.value) + "]"
    return None if _is_null(node) else " ".join(node.value.split())


def _error(problems: Iterable[Problem], settings: Settings) -> ChisoError:
    """Return the faults as the error of whoever made them, each at its place."""
    files = {file.file for file in settings.files}
    told: dict[Problem, None] = {}
    for problem in problems:
        place, hint = problem.place, problem.hint
        if _is_option(place):
            place = Place(place.file)  # an option has no lines
        elif place is None or place.file not in files:
            hint = hint or _LED_TO
        told[Problem(problem.message, place, hint)] = None
    only_options = all(_is_option(problem.place) for problem in told)
    kind = UsageError if only_options or not files else CatalogueError
    return kind(sorted(told, key=_in_order))


def _in_order(problem: Problem) -> tuple[bool, str, int, int]:
    """Files first, from their tops to their ends; options as they were given."""
    place = problem.place
    if place is None or _is_option(place):
        return True, "", 0, 0
    return False, place.file, place.line or 0, place.column or 0


def _is_option(place: Place | None) -> TypeGuard[Place]:
    return place is not None and place.file.startswith(OPTION)


_LED_TO = Text(
    vi="Bộ chỉ số không có lỗi này; các thay đổi dẫn đến nó. Đổi luôn chỗ này bằng --set hoặc --overlay",
    en="The catalogue has no such fault; the changes lead to it. Change this too, by --set or --overlay",
)
