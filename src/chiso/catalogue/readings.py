"""Readings: the same catalogue as somebody else may read it, laid over its text before it is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chiso.catalogue.meaning import Meaning
from chiso.catalogue.model import CatalogueText, Group, Reading, ReadingRecords, RecordRules
from chiso.catalogue.reader import Document, Path, Resolved
from chiso.errors import CatalogueError, Place, Problem, Text, allowed_words, suggestion

_AS_ISSUED = re.compile(r"\b(\w+)_as_issued\b")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


def as_read(text: CatalogueText, reading: Reading) -> CatalogueText:
    """Return the catalogue's text as ``reading`` has it; its other conditions follow what is said anew."""
    records = dict(text.records)
    for table, anew in reading.records.items():
        if table in records:
            records[table] = _table(records[table], anew, reading.id)
    return text.model_copy(
        update={"records": records, "groups": [_group(group, reading) for group in text.groups]}
    )


def _table(entry: RecordRules, anew: ReadingRecords, reading_id: str) -> RecordRules:
    issued = {"population": entry.population, **entry.definitions}
    kept: dict[str, str] = {}

    def before(match: re.Match[str]) -> str:
        # What a reading calls as issued is what stood before it, which may be another reading's.
        name = f"{match[1]}_before_{reading_id}"
        if match[1] in issued:
            kept[name] = issued[match[1]]
        return name

    definitions = {name: _AS_ISSUED.sub(before, said) for name, said in anew.definitions.items()}
    population = None if anew.population is None else _AS_ISSUED.sub(before, anew.population)
    return entry.model_copy(
        update={
            "population": entry.population if population is None else population,
            "definitions": {**entry.definitions, **kept, **definitions},
        }
    )


def _group(group: Group, reading: Reading) -> Group:
    if not any(index.code in reading.indices for index in group.indices):
        return group
    indices = []
    for index in group.indices:
        anew = reading.indices.get(index.code)
        given = {} if anew is None else {name: getattr(anew, name) for name in ("denominator", "numerator")}
        said = {name: measure for name, measure in given.items() if measure is not None}
        indices.append(index.model_copy(update=said))
    return group.model_copy(update={"indices": indices})


def check_readings(text: CatalogueText, resolved: Resolved, document: Document) -> Iterator[Problem]:
    """Yield every fault of the readings of a catalogue that is without faults otherwise."""
    seen: set[str] = set()
    for position, reading in enumerate(text.readings):
        path: Path = ("readings", position)
        problems = [*_names(text, reading, path, resolved, seen)]
        seen.add(reading.id)
        yield from problems
        if problems:
            continue
        places = _Places(text, reading, position).laid_over(resolved)
        try:
            Meaning(as_read(text, reading), places, document).rules(text.editions[0], text.editions[0].from_)
        except CatalogueError as error:
            yield from error.problems


def _names(
    text: CatalogueText, reading: Reading, path: Path, resolved: Resolved, seen: set[str]
) -> Iterator[Problem]:
    if not _ID.fullmatch(reading.id):
        yield Problem(
            Text(
                vi="Mã của cách hiểu gồm chữ thường không dấu, số, gạch dưới",
                en="The id of a reading has small letters, digits, underscores",
            ),
            resolved.place((*path, "id")),
        )
    if reading.id in seen:
        yield Problem(
            Text(vi=f"Cách hiểu “{reading.id}” có hai lần", en=f"Reading “{reading.id}” is given twice"),
            resolved.place((*path, "id")),
        )
    for table in reading.records:
        if table not in text.records:
            yield Problem(
                Text(vi=f"Mục “records” không có bảng “{table}”", en=f"“records” has no table “{table}”"),
                resolved.place((*path, "records", table, "<key>")),
                suggestion(table, text.records) or allowed_words(text.records),
            )
    codes = [index.code for group in text.groups for index in group.indices]
    for code in reading.indices:
        if code not in codes:
            yield Problem(
                Text(vi=f"Không có chỉ số “{code}”", en=f"There is no index “{code}”"),
                resolved.place((*path, "indices", code, "<key>")),
                suggestion(code, codes),
            )


@dataclass(frozen=True)
class _Places:
    """Where what a reading says stands in the file, by the path of what it is said in place of."""

    text: CatalogueText
    reading: Reading
    position: int

    def laid_over(self, resolved: Resolved) -> Resolved:
        """Return ``resolved`` with the reading's places."""
        return replace(resolved, places={**resolved.places, **self._moved(resolved.places)})

    def _moved(self, places: Mapping[Path, Place]) -> dict[Path, Place]:
        own = ("readings", self.position)
        above: dict[Path, Path] = {
            (*own, "records", table): ("records", table) for table in self.reading.records
        }
        for g, group in enumerate(self.text.groups):
            for n, index in enumerate(group.indices):
                if index.code in self.reading.indices:
                    above[*own, "indices", index.code] = ("groups", g, "indices", n)
        return {
            (*issued, *path[len(said) :]): place
            for path, place in places.items()
            for said, issued in above.items()
            if path[: len(said)] == said
        }
