"""Writes the corpus: ``python tests/corpus/build.py FOLDER``. The same bytes every time."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.corpus import by_cell, by_encoding, by_format, by_layout, mixed
from tests.corpus.base import UNITS, Entry

ENTRIES: tuple[Entry, ...] = (
    *(*by_format.ENTRIES, *by_encoding.ENTRIES, *by_layout.ENTRIES),
    *(*by_cell.ENTRIES, *mixed.ENTRIES),
)


def write(folder: Path) -> None:
    """Write every file of the corpus, and the registry they all need, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "units.csv").write_text(UNITS, encoding="utf-8", newline="")
    for entry in ENTRIES:
        (folder / entry.name).write_bytes(entry.content())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python tests/corpus/build.py FOLDER")
    write(Path(sys.argv[1]))
