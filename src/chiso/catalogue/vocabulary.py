"""The names of tables, columns and listed words in both languages: words.yaml as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from chiso.errors import Text, plural
from chiso.terms.columns import TABLES


@dataclass(frozen=True)
class ColumnWords:
    """What a column is called; English without an article.

    ``day`` names the date twin of a timestamp. ``said`` and ``denied`` say a boolean column of a record
    ("is synchronised"). ``values`` holds the words of an enum.
    """

    name: Text
    day: Text | None = None
    said: Text | None = None
    denied: Text | None = None
    values: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class TableWords:
    """What the records of a table are called; English has one form for one and another for more."""

    vi: str
    one: str
    more: str
    columns: Mapping[str, ColumnWords]

    def called(self, number: int) -> Text:
        """Return what so many records are called; Vietnamese has one form."""
        return Text(self.vi, plural(number, self.one, self.more))


@dataclass(frozen=True)
class RelationWords:
    """What a look-up finds, and how one says that there is one or none."""

    name: Text
    exists: Text
    lacks: Text


@dataclass(frozen=True)
class Vocabulary:
    """Every name a condition can hold but those that a catalogue defines itself."""

    tables: Mapping[str, TableWords]
    relations: Mapping[str, RelationWords]
    parameters: Mapping[str, Text]

    def column(self, table: str | None, name: str) -> ColumnWords:
        """Return the words of a column; without a table those of the first table that has it."""
        if table is None:
            table = next(table for table, spec in TABLES.items() if name in spec.columns)
        return self.tables[table].columns[name]

    def listed(self, enum: tuple[str, ...], word: str) -> Text:
        """Return what a listed word is called; ``enum`` is the whole list, by which it is known."""
        return next(
            self.tables[table].columns[name].values[word]
            for table, spec in TABLES.items()
            for name, column in spec.columns.items()
            if column.values == enum
        )


@cache
def vocabulary() -> Vocabulary:
    """Return the words that chiso ships."""
    data: Any = yaml.safe_load(files("chiso.catalogue").joinpath("words.yaml").read_text("utf-8"))
    return Vocabulary(
        tables={
            name: TableWords(
                entry["vi"],
                entry["one"],
                entry["more"],
                {column: _column(words) for column, words in entry["columns"].items()},
            )
            for name, entry in data["tables"].items()
        },
        relations={
            name: RelationWords(
                Text(entry["vi"], entry["en"]), Text(**entry["exists"]), Text(**entry["lacks"])
            )
            for name, entry in data["relations"].items()
        },
        parameters={name: Text(**entry) for name, entry in data["parameters"].items()},
    )


def _column(entry: Any) -> ColumnWords:
    def optional(key: str) -> Text | None:
        return Text(**entry[key]) if key in entry else None

    return ColumnWords(
        name=Text(entry["vi"], entry["en"]),
        day=optional("day"),
        said=optional("said"),
        denied=optional("denied"),
        values={word: Text(**called) for word, called in entry.get("values", {}).items()},
    )
