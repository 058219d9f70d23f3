"""A row as somebody wrote it, in a table or in YAML: texts by name, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chiso.errors import Place


@dataclass(frozen=True)
class WrittenRow:
    """One row: its texts by canonical name (what is absent or empty is not there), and where it stands."""

    texts: Mapping[str, str]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, name: str) -> Place:
        """Return the place of one of its texts, that of the row where it has none."""
        return self.places.get(name, self.place)
