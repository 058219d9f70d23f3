"""Comparing and reading catalogues: the stories of ``chiso catalogue diff`` and ``chiso catalogue docs``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chiso.catalogue.changes import Change, changes, changes_between
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.catalogue.stretches import Dated, Side, stretches


@dataclass(frozen=True)
class Comparison:
    """What two catalogues, or two editions of one, say differently; ``old`` and ``new`` name them."""

    old: str
    new: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Reference:
    """A catalogue over time, or over the days of one edition, for the readable reference."""

    catalogue: Catalogue
    sides: tuple[Dated[Side], ...]


def diff_catalogues(old: Path | None, new: Path) -> Comparison:
    """Return what ``new`` says otherwise than ``old`` (None: the shipped catalogue).

    Raises CatalogueError when one of them has faults.
    """
    before, after = load_catalogue(old), load_catalogue(new)
    names = [before.file, after.file]
    if names[0] == names[1]:
        # Two of one name are told apart by their folders.
        names = [
            name if path is None else path.as_posix() for name, path in zip(names, (old, new), strict=True)
        ]
    return Comparison(names[0], names[1], changes(before, after))


def diff_editions(file: Path | None, old: str, new: str) -> Comparison:
    """Return what the last words of an edition say otherwise than those of another one.

    Raises CatalogueError when the catalogue has faults, UsageError when it has no such edition.
    """
    return Comparison(old, new, changes_between(load_catalogue(file), old, new))


def reference(file: Path | None, edition: str | None) -> Reference:
    """Return a catalogue as its readable reference needs it.

    Raises CatalogueError when it has faults, UsageError when it has no such edition.
    """
    catalogue = load_catalogue(file)
    return Reference(catalogue, tuple(stretches(catalogue, edition)))
