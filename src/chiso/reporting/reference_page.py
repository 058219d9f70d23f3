"""What every part of a catalogue's reference needs: its language, and values with their days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chiso.catalogue.model import Bilingual
from chiso.catalogue.stretches import Dated, Days, Side, over_time
from chiso.catalogue.vocabulary import vocabulary
from chiso.errors import Language, Text
from chiso.reporting.markdown import escaped
from chiso.reporting.tables import day_text
from chiso.terms.unit import Level

BREAK = "<br>"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Page:
    """The stretches of days that are told of, and the language they are told in."""

    sides: Sequence[Dated[Side]]
    language: Language

    @property
    def latest(self) -> Side:
        """The catalogue's last words."""
        return self.sides[-1].value

    def say(self, vi: str, en: str) -> str:
        """Return the text of the page's language."""
        return Text(vi, en).in_language(self.language)

    def of(self, text: Bilingual | Text) -> str:
        """Return a text of the catalogue in the page's language, safe in Markdown."""
        return escaped(self.plain(text))

    def plain(self, text: Bilingual | Text) -> str:
        """Return a text of the catalogue in the page's language, as it stands."""
        return text.vi if self.language == "vi" else text.en

    def levels(self, levels: Sequence[Level]) -> str:
        """Return levels of units by name."""
        known = vocabulary().column("units", "level").values
        return "; ".join(known[level].in_language(self.language) for level in levels)

    def dated(self, value: Callable[[Side], str | None], *, between: str = "; ") -> str:
        """Return a value; where it changes, each with the days on which it holds. None is left out."""
        found = over_time(self.sides, value)
        if len(found) == 1:
            return found[0].value or ""
        return between.join(
            f"{entry.value} ({self.days(entry.days)})" for entry in found if entry.value is not None
        )

    def days(self, days: Days) -> str:
        """Return a stretch of days."""
        first, last = (
            None if day is None else day_text(day, self.language) for day in (days.first, days.last)
        )
        if last is None:
            return self.say(f"từ {first}", f"from {first}")
        return self.say(f"từ {first} đến {last}", f"{first} to {last}")
