"""Reading a catalogue whole: every fault in one go, or the rules of an edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from chiso.catalogue.checks import check
from chiso.catalogue.entries import read_entries
from chiso.catalogue.formula import RuleSet
from chiso.catalogue.meaning import Meaning
from chiso.catalogue.model import CatalogueText, Edition, Reading
from chiso.catalogue.reader import Document, Resolved, edition_starts
from chiso.catalogue.readings import as_read, check_readings
from chiso.errors import (
    CatalogueError,
    Place,
    Problem,
    Text,
    UsageError,
    allowed_words,
    suggestion,
)

_SHIPPED = "indicators.yaml"


def shipped_catalogue() -> Path:
    """Return the path of the catalogue that chiso ships."""
    packaged = Path(str(files("chiso") / _SHIPPED))
    # In a source checkout the catalogue stands at the top, and there is no second copy.
    return packaged if packaged.exists() else Path(__file__).resolve().parents[3] / _SHIPPED


@dataclass(frozen=True)
class Catalogue:
    """A catalogue without faults. ``rules`` gives the rules of an edition on a day."""

    file: str
    sha256: str
    document: Document
    editions: tuple[Edition, ...]
    content: bytes = field(repr=False)
    _rules: dict[tuple[date, str], RuleSet] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def edition_on(self, day: date) -> Edition:
        """Return the edition in force on ``day``; the first one for earlier days."""
        started = [edition for edition in self.editions if edition.from_ <= day]
        return started[-1] if started else self.editions[0]

    def rules(self, day: date, edition_id: str | None = None, readings: Sequence[Reading] = ()) -> RuleSet:
        """Return the rules in force on ``day``, or those of the edition named ``edition_id``.

        An edition ends the day before the next begins, so a day outside it takes its nearest day. With
        ``readings`` the rules are as these read them, each upon the one before. Raises UsageError when
        there is no such edition.
        """
        edition = self.edition_on(day) if edition_id is None else self.edition(edition_id)
        position = self.editions.index(edition)
        day = max(day, edition.from_)
        if position + 1 < len(self.editions):
            day = min(day, self.editions[position + 1].from_ - timedelta(days=1))
        if readings:
            return self._read(day, edition, readings)
        # Units, months and sides of one run ask for the rules of the same few days.
        if (day, edition.id) not in self._rules:
            self._rules[day, edition.id] = self._read(day, edition)
        return self._rules[day, edition.id]

    def _read(self, day: date, edition: Edition, readings: Sequence[Reading] = ()) -> RuleSet:
        resolved = self.document.resolve(day)
        text = _entries(resolved)
        for reading in readings:
            text = as_read(text, reading)
        return Meaning(text, resolved, self.document).rules(edition, day)

    def text(self, day: date) -> CatalogueText:
        """Return what is written for ``day``; for days before the first edition, for that edition's first."""
        return _entries(self.document.resolve(max(day, self.editions[0].from_)))

    def first_days(self) -> tuple[date, ...]:
        """Return each day on which the catalogue begins to say something else, ascending."""
        return tuple(_days_to_check(self.document))

    def edition(self, edition_id: str) -> Edition:
        """Return the edition of that id; raises UsageError when there is none."""
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        known = [edition.id for edition in self.editions]
        raise UsageError(
            Problem(
                Text(
                    vi=f"Bộ chỉ số không có phiên bản “{edition_id}”",
                    en=f"The catalogue has no edition “{edition_id}”",
                ),
                hint=suggestion(edition_id, known) or allowed_words(known),
            )
        )

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Index and group codes and aliases, case-folded → code; of the latest edition's last words."""
        last = self.rules(date.max)
        names = {group.code.casefold(): group.code for group in last.groups}
        for index in last.indices:
            names.update({name.casefold(): index.code for name in (index.code, *index.aliases)})
        return names


def load_catalogue(path: str | Path | None = None, *, with_readings: bool = False) -> Catalogue:
    """Return the catalogue at ``path``, or the shipped one.

    Raises CatalogueError with every fault found, each with file, line and column; those of its readings
    only ``with_readings``, which takes longer and matters to nobody who only scores.
    """
    file = Path(path) if path is not None else shipped_catalogue()
    try:
        content = file.read_bytes()
    except OSError as error:
        message = Text(vi="Không đọc được bộ chỉ số", en="Cannot read the catalogue")
        raise CatalogueError(Problem(message, Place(str(file)))) from error
    return catalogue_of(content, file, with_readings=with_readings)


def catalogue_of(content: bytes, file: Path, *, with_readings: bool = False) -> Catalogue:
    """Return the catalogue that the bytes of ``file`` hold; see ``load_catalogue``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = Text(vi="Bộ chỉ số phải ở dạng UTF-8", en="A catalogue must be in UTF-8")
        raise CatalogueError(Problem(message, Place(str(file)))) from error
    return _checked(content, text, file.name, with_readings)


# A run of many periods, and a history, ask for the same few catalogues again and again.
@lru_cache(maxsize=8)
def _checked(content: bytes, text: str, name: str, with_readings: bool) -> Catalogue:
    document = Document.parsed(text, name)
    editions = _validated(document, with_readings=with_readings)
    return Catalogue(name, hashlib.sha256(content).hexdigest(), document, editions, content)


def _entries(resolved: Resolved) -> CatalogueText:
    entries = read_entries(resolved)
    if entries.text is None or entries.problems:
        raise CatalogueError(entries.problems)
    return entries.text


def _validated(document: Document, *, with_readings: bool) -> tuple[Edition, ...]:
    """Check the catalogue on every day on which a value begins; return its editions."""
    problems: dict[Problem, None] = dict.fromkeys(document.problems)
    first_text: CatalogueText | None = None
    for day in _days_to_check(document):
        resolved = document.resolve(day)
        entries = read_entries(resolved)
        problems.update(dict.fromkeys(entries.problems))
        if entries.text is None:
            continue
        first_text = first_text or entries.text
        found = [*check(entries.text, resolved, document, entries.mended)]
        if with_readings and not found and not entries.problems:
            found = [*check_readings(entries.text, resolved, document)]
        problems.update(dict.fromkeys(found))
    if problems:
        raise CatalogueError(sorted(problems, key=_in_file_order))
    assert first_text is not None  # without problems at least one day was parsed
    return tuple(first_text.editions)


def _days_to_check(document: Document) -> Iterator[date]:
    """Yield each day on which the catalogue begins to say something else."""
    of_editions = edition_starts(document.resolve(date.max).data)
    first = min(of_editions, default=date.max)
    starts = {day for day in document.start_dates() if day >= first}
    yield from sorted(of_editions | starts) or [date.max]


def _in_file_order(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return ((place.line or 0), (place.column or 0)) if place else (0, 0)
