"""The YAML file of one source system's spellings: its form, checked whole, every fault told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from chiso.errors import Place, Problem, RecordsError, Text, allowed_words, suggestion
from chiso.terms.columns import TABLES, TableSpec

_LARGEST_FILE = 1_000_000


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _without_empty(value: object) -> object:
    """Return a mapping without its empty keys: what a draft leaves open is not there."""
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if inner is not None}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
    _drop_empty = model_validator(mode="before")(_without_empty)


class Names(_Model):
    """A text in both languages."""

    vi: str
    en: str

    @property
    def text(self) -> Text:
        """The text as messages use it."""
        return Text(vi=self.vi, en=self.en)


Spellings = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Words = Mapping[str, Spellings]


class TableMapping(_Model):
    """How one table is spelt: its headings, its words, and values that hold for every row."""

    columns: Mapping[str, Spellings] = Field(default_factory=dict)
    values: Mapping[str, Words] = Field(default_factory=dict)
    constants: Mapping[str, str] = Field(default_factory=dict)


_NOTHING_SAID = TableMapping()


class SystemMapping(_Model):
    """One source system's spellings. ``applies_when`` are headings that must all be there; none: always.

    ``personal`` are words with which a heading over personal data begins; ``doubtful`` headings mean
    something else in another system; ``other_lists`` tell how systems disagree on a column's codes.
    """

    mapping: str
    title: Names | None = None
    applies_when: tuple[str, ...] = ()
    tables: Mapping[str, TableMapping] = Field(default_factory=dict)
    values: Mapping[str, Words] = Field(default_factory=dict)
    personal: tuple[str, ...] = ()
    doubtful: Mapping[str, Names] = Field(default_factory=dict)
    other_lists: Mapping[str, Names] = Field(default_factory=dict)

    def table(self, name: str) -> TableMapping:
        """Return what is said of a table; nothing where it is not named."""
        return self.tables.get(name) or _NOTHING_SAID


def read_mapping(path: Path) -> SystemMapping:
    """Return the mapping in a file; raises RecordsError with every fault and its line."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = Text(vi="Không đọc được tệp ánh xạ (UTF-8)", en="Cannot read the mapping (UTF-8)")
        raise RecordsError(Problem(message, Place(str(path)))) from error
    try:
        if len(content) > _LARGEST_FILE or any(isinstance(t, yaml.AliasToken) for t in yaml.scan(text)):
            raise yaml.YAMLError
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        message = Text(vi="Tệp ánh xạ không phải YAML hợp lệ", en="The mapping is not valid YAML")
        raise RecordsError(Problem(message, place)) from error
    problems = [*_repeated_keys(node, path), *_form_problems(data, node, path)]
    if not problems:
        mapping = SystemMapping.model_validate(data)
        problems = [*_word_problems(mapping, node, path)]
    if problems:
        raise RecordsError(problems)
    return mapping


def _repeated_keys(node: yaml.Node | None, path: Path) -> Iterator[Problem]:
    """Yield a problem for each key that stands twice: YAML would keep the last silently."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                message = Text(vi=f"khóa “{key.value}” có hai lần", en=f"key “{key.value}” stands twice")
                place = Place(str(path), key.start_mark.line + 1, key.start_mark.column + 1)
                yield Problem(message, place)
            seen.add(str(key.value))
            yield from _repeated_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item, path)


def _place(path: Path, node: yaml.Node | None, keys: tuple[str | int, ...]) -> Place:
    """Return where the value under ``keys`` stands, or the deepest part of the way to it."""
    for key in keys:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((name for name, _ in node.value if name.value == str(key)), None)
            following = next((value for name, value in node.value if name.value == str(key)), None)
            node = following if isinstance(following, yaml.CollectionNode) else found
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = node = node.value[key]
        if found is None:
            break
        last = found
    mark = last.start_mark if "last" in locals() else None
    return Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path), 1, 1)


def _form_problems(data: object, node: yaml.Node | None, path: Path) -> Iterator[Problem]:
    try:
        SystemMapping.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            where = fault["loc"]
            key = str(where[-1]) if where else ""
            if fault["type"] == "extra_forbidden":
                known = TableMapping if "tables" in where else SystemMapping
                message = Text(vi=f"không có khóa “{key}”", en=f"there is no key “{key}”")
                hint = suggestion(key, known.model_fields) or allowed_words(known.model_fields)
            elif fault["type"] == "missing":
                message = Text(vi=f"thiếu khóa “{key}”", en=f"key “{key}” is missing")
                hint = None
            else:
                message = Text(
                    vi="không đúng dạng: cần chữ, danh sách chữ hoặc bảng khóa – chữ",
                    en="has the wrong form: text, a list of texts or a table of keys and texts is needed",
                )
                hint = Text(vi="Xem docs/mapping.md", en="See docs/mapping.md")
            yield Problem(message, _place(path, node, where), hint)


def _word_problems(mapping: SystemMapping, node: yaml.Node | None, path: Path) -> Iterator[Problem]:
    """Yield a problem for every table, column and canonical word that does not exist."""

    def unknown(what: Text, keys: tuple[str | int, ...], allowed: tuple[str, ...]) -> Problem:
        word = str(keys[-1])
        message = Text(vi=f"không có {what.vi} “{word}”", en=f"there is no {what.en} “{word}”")
        return Problem(message, _place(path, node, keys), suggestion(word, allowed) or allowed_words(allowed))

    table_word, column_word = Text(vi="bảng", en="table"), Text(vi="cột", en="column")
    value_word = Text(vi="giá trị", en="value")
    for name, table in mapping.tables.items():
        spec = TABLES.get(name)
        if spec is None:
            yield unknown(table_word, ("tables", name), tuple(TABLES))
            continue
        for part in ("columns", "constants"):
            for column in getattr(table, part):
                if column not in spec.columns:
                    yield unknown(column_word, ("tables", name, part, column), tuple(spec.columns))
        for column, words in table.values.items():
            allowed = _words_of(column, spec)
            if not allowed:
                yield unknown(column_word, ("tables", name, "values", column), _with_words(spec))
            for word in words:
                if allowed and word not in allowed:
                    yield unknown(value_word, ("tables", name, "values", column, word), allowed)
    for column, words in mapping.values.items():
        allowed = tuple(dict.fromkeys(w for spec in TABLES.values() for w in _words_of(column, spec)))
        if not allowed:
            known = tuple(dict.fromkeys(name for spec in TABLES.values() for name in _with_words(spec)))
            yield unknown(column_word, ("values", column), known)
        for word in words:
            if allowed and word not in allowed:
                yield unknown(value_word, ("values", column, word), allowed)


def _with_words(spec: TableSpec) -> tuple[str, ...]:
    return ("boolean", *(column.name for column in spec.columns.values() if column.values))


def _words_of(column: str, spec: TableSpec) -> tuple[str, ...]:
    """Return the canonical words of an enum column, or of all boolean ones."""
    if column == "boolean":
        return ("true", "false")
    return spec.columns[column].values if column in spec.columns else ()
