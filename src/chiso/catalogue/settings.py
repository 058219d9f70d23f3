"""What is to be otherwise in a catalogue: ``--set`` options and overlay files → settings with their places.

A setting names its part as the reader of the catalogue does: an index by code or alias, a group by code,
whatever position they have in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from chiso.catalogue.formula import RuleSet
from chiso.catalogue.model import ComponentIndex, Group, RecordRules
from chiso.catalogue.nodes import parse, parse_mapping, place_of
from chiso.errors import CatalogueError, Place, Problem, Text, allowed_words, suggestion
from chiso.terms.columns import COUNTED_TABLES

Part = Literal["catalogue", "editions", "records", "groups", "indices"]

# How the place of a fault in an option begins.
OPTION = "--set "
# What names or explains an entry: whoever changes it has not asked what the score would be.
_WITHOUT_EFFECT = frozenset({"code", "name", "short", "source", "remedy", "repairs", "tests"})


def _keys(entry: type[ComponentIndex] | type[Group] | type[RecordRules]) -> tuple[str, ...]:
    return tuple(name for name in entry.model_fields if name not in {*_WITHOUT_EFFECT, "indices"})


_KEYS: Mapping[Part, tuple[str, ...]] = {
    "catalogue": ("total", "bands"),
    "editions": ("not_applicable",),
    "records": _keys(RecordRules),
    "groups": _keys(Group),
    "indices": _keys(ComponentIndex),
}
# Mappings that an overlay changes key by key; every other value is replaced whole. A measure is one
# statement: half of the old one left in the new would count what nobody wrote.
_OPEN: frozenset[tuple[Part, str]] = frozenset({("groups", "rounding"), ("records", "definitions")})


@dataclass(frozen=True)
class Setting:
    """One value to be set: in which part (of which code, "" for the catalogue itself), under which keys."""

    part: Part
    code: str
    keys: tuple[str, ...]
    value: yaml.Node
    place: Place

    @property
    def address(self) -> str:
        """The value's name as ``--set`` takes it."""
        prefix = {"catalogue": (), "records": ("records", self.code)}.get(self.part, (self.code,))
        return ".".join((*prefix, *self.keys))


@dataclass(frozen=True)
class OverlayFile:
    """An overlay as it was read."""

    file: str
    sha256: str
    text: str


@dataclass(frozen=True)
class Settings:
    """All settings in the order given, the files they came from, and every fault in them."""

    settings: tuple[Setting, ...]
    files: tuple[OverlayFile, ...]
    texts: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_settings(
    rules: RuleSet, options: Sequence[str], overlays: Iterable[Path], *, taken: Collection[str] = ()
) -> Settings:
    """Return the settings of overlay files and of ``--set`` options, addressed as ``rules`` name things.

    Places in an overlay bear its path as given, or the whole path where that name is ``taken``. Raises
    CatalogueError where an overlay cannot be read as YAML.
    """
    reader = _Reader(rules)
    unreadable: list[Problem] = []
    for path in overlays:
        try:
            reader.overlay(path, str(path.resolve() if str(path) in taken else path))
        except CatalogueError as error:
            unreadable.extend(error.problems)
    if unreadable:
        raise CatalogueError(unreadable)
    for option in options:
        reader.option(option)
    reader.check_conflicts()
    return Settings(
        tuple(reader.settings), tuple(reader.files), dict(reader.texts), tuple(dict.fromkeys(reader.problems))
    )


class _Reader:
    def __init__(self, rules: RuleSet) -> None:
        self.settings: list[Setting] = []
        self.files: list[OverlayFile] = []
        self.texts: dict[str, str] = {}
        self.problems: list[Problem] = []
        indices = {name: index.code for index in rules.indices for name in (index.code, *index.aliases)}
        # Only the edition judged can bear on the score.
        self._names: Mapping[Part, Mapping[str, str]] = {
            "indices": {name.casefold(): code for name, code in indices.items()},
            "groups": {group.code.casefold(): group.code for group in rules.groups},
            "editions": {rules.edition.casefold(): rules.edition},
            "records": {name: name for name in COUNTED_TABLES},
        }

    # --set

    def option(self, option: str) -> None:
        """Take in one ``--set ADDRESS=VALUE``."""
        address, sign, text = (word.strip() for word in option.partition("="))
        place = Place(f"{OPTION}{address}")
        if not sign or not text or not address:
            self._fault(
                place,
                Text(vi="cần ĐỊA_CHỈ=GIÁ_TRỊ", en="ADDRESS=VALUE is needed"),
                Text(
                    vi="Ví dụ --set MÃ.full_points_at=80%; bỏ một giá trị: --set MÃ.KHÓA=null",
                    en="For instance --set CODE.full_points_at=80%; without a value: --set CODE.KEY=null",
                ),
            )
            return
        found = self._part_of(address, place)
        if found is None:
            return
        part, code, keys = found
        if not self._known_key(part, keys[0], place):
            return
        try:
            value, problems = parse(text, place.file)
        except CatalogueError as error:
            value, problems = None, list(error.problems)
            hint = Text(
                vi=f"Đặt giá trị trong ngoặc kép YAML: --set '{address}=\"…\"'",
                en=f"Put the value into quotes of YAML: --set '{address}=\"…\"'",
            )
            problems = [Problem(problem.message, place, problem.hint or hint) for problem in problems]
        self.problems.extend(Problem(problem.message, place, problem.hint) for problem in problems)
        if value is not None and not problems:
            self.texts[place.file] = text
            self.settings.append(Setting(part, code, keys, value, place))

    def _part_of(self, address: str, place: Place) -> tuple[Part, str, tuple[str, ...]] | None:
        """Return the part that an address names, its code, and the keys that follow."""
        first, _, rest = address.partition(".")
        if first in _KEYS["catalogue"]:
            return "catalogue", "", tuple(address.split("."))
        if first == "records":
            table, _, keys = rest.partition(".")
            if not self._known_code("records", table, place):
                return None
            return self._with_keys("records", self._names["records"][table.casefold()], keys, place)
        # Codes hold dots themselves, so the longest name that the address begins with counts.
        steps = address.split(".")
        for length in range(len(steps), 0, -1):
            name = ".".join(steps[:length]).casefold()
            for part in ("indices", "groups", "editions"):
                if name in self._names[part]:
                    code = self._names[part][name]
                    return self._with_keys(part, code, ".".join(steps[length:]), place)
        name = _name_in(steps)
        known = [*self._codes("indices"), *self._codes("groups"), *_KEYS["catalogue"], "records"]
        self._fault(
            place,
            Text(vi=f"không có chỉ số hay nhóm “{name}”", en=f"there is no index or group “{name}”"),
            suggestion(name, [*self._names["indices"], *known]) or allowed_words(known),
        )
        return None

    def _with_keys(
        self, part: Part, code: str, keys: str, place: Place
    ) -> tuple[Part, str, tuple[str, ...]] | None:
        if keys and all(keys.split(".")):
            return part, code, tuple(keys.split("."))
        self._fault(
            place,
            Text(vi="thiếu khóa sau mã", en="a key is missing after the code"),
            allowed_words(f"{place.file.removeprefix(OPTION).rstrip('.')}.{key}" for key in _KEYS[part]),
        )
        return None

    # Overlay files

    def overlay(self, path: Path, label: str) -> None:
        """Take in an overlay file; raises CatalogueError where it cannot be read as YAML."""
        content, text = _read(path)
        root, problems = parse_mapping(text, label)
        self.problems.extend(problems)
        self.files.append(OverlayFile(label, hashlib.sha256(content).hexdigest(), text))
        self.texts[label] = text
        for key, value in root.value:
            if key.value in _KEYS["catalogue"]:
                self.settings.append(Setting("catalogue", "", (key.value,), value, place_of(key)))
            elif key.value in ("editions", "records", "groups", "indices"):
                self._entries(key.value, value)
            else:
                known = [*_KEYS["catalogue"], *(part for part in _KEYS if part != "catalogue")]
                self._fault(
                    place_of(key),
                    Text(
                        vi=f"Tệp thay đổi không nhận khóa “{key.value}”",
                        en=f"An overlay takes no key “{key.value}”",
                    ),
                    suggestion(key.value, known) or allowed_words(known),
                )

    def _entries(self, part: Part, entries: yaml.Node) -> None:
        for code_node, entry in self._items(entries, Text(vi="mã: {khóa: giá trị}", en="code: {key: value}")):
            place = place_of(code_node)
            if not self._known_code(part, code_node.value, place):
                continue
            code = self._names[part][code_node.value.casefold()]
            for key, value in self._items(entry, Text(vi="khóa: giá trị", en="key: value")):
                if not self._known_key(part, key.value, place_of(key)):
                    continue
                if (part, key.value) in _OPEN:
                    for inner, inside in self._items(value, Text(vi="khóa: giá trị", en="key: value")):
                        keys = (key.value, inner.value)
                        self.settings.append(Setting(part, code, keys, inside, place_of(inner)))
                else:
                    self.settings.append(Setting(part, code, (key.value,), value, place_of(key)))

    def _items(self, node: yaml.Node, wanted: Text) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if isinstance(node, yaml.MappingNode):
            yield from node.value
            return
        self._fault(
            place_of(node),
            Text(
                vi=f"Ở đây cần một mục dạng {wanted.vi}",
                en=f"A mapping of the form {wanted.en} is needed here",
            ),
        )

    # What both must keep to

    def _codes(self, part: Part) -> list[str]:
        return list(dict.fromkeys(self._names[part].values()))

    def _known_code(self, part: Part, code: str, place: Place) -> bool:
        if code.casefold() in self._names[part]:
            return True
        what = _PARTS[part]
        known = self._codes(part)
        self._fault(
            place,
            Text(vi=f"không có {what.vi} “{code}”", en=f"there is no {what.en} “{code}”"),
            suggestion(code, self._names[part]) or allowed_words(known),
        )
        return False

    def _known_key(self, part: Part, key: str, place: Place) -> bool:
        known = _KEYS[part]
        if key in known:
            return True
        if key in _WITHOUT_EFFECT:
            message = Text(vi=f"“{key}” không làm đổi điểm", en=f"“{key}” does not change a score")
            self._fault(place, message, allowed_words(known))
        else:
            message = Text(vi=f"không có khóa “{key}” ở đây", en=f"there is no key “{key}” here")
            self._fault(place, message, suggestion(key, known) or allowed_words(known))
        return False

    def check_conflicts(self) -> None:
        """Tell where one value is set twice: which of the two was meant, nobody can know."""
        whole: dict[tuple[str, ...], Setting] = {}
        around: dict[tuple[str, ...], Setting] = {}
        for setting in self.settings:
            steps = (setting.part, setting.code, *setting.keys)
            above = [steps[:length] for length in range(3, len(steps) + 1)]
            earlier = next((whole[path] for path in above if path in whole), None) or around.get(steps)
            if earlier is not None:
                vi, en = earlier.place.in_language("vi"), earlier.place.in_language("en")
                self._fault(
                    setting.place,
                    Text(
                        vi=f"{setting.address} đã được đổi ở {vi}",
                        en=f"{setting.address} is changed already by {en}",
                    ),
                    Text(vi="Bỏ một trong hai", en="Leave out one of the two"),
                )
            whole.setdefault(steps, setting)
            for path in above:
                around.setdefault(path, setting)

    def _fault(self, place: Place, message: Text, hint: Text | None = None) -> None:
        self.problems.append(Problem(message, place, hint))


_PARTS: Mapping[Part, Text] = {
    "indices": Text(vi="chỉ số", en="index"),
    "groups": Text(vi="nhóm", en="group"),
    "editions": Text(vi="phiên bản đang áp dụng", en="edition in force"),
    "records": Text(vi="bảng", en="records table"),
}


def _name_in(steps: Sequence[str]) -> str:
    """Return what is meant to be a code in an address that begins with none: what stands before a key."""
    known = {key for keys in _KEYS.values() for key in keys}
    before = next((number for number, step in enumerate(steps) if number and step in known), len(steps) - 1)
    return ".".join(steps[: max(before, 1)])


def _read(path: Path) -> tuple[bytes, str]:
    try:
        content = path.read_bytes()
        return content, content.decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được tệp thay đổi", en="Cannot read the overlay")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Tệp thay đổi phải ở dạng UTF-8", en="An overlay must be in UTF-8")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
