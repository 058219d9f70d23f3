"""The corpus, written file by file into one folder as tests ask for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.corpus.base import UNITS, Entry

# Writes an entry's file and returns what to load: the file and the registry.
Written = Callable[[Entry], tuple[Path, Path]]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("corpus")
    units = folder / "units.csv"
    units.write_text(UNITS, encoding="utf-8", newline="")

    def write(entry: Entry) -> tuple[Path, Path]:
        if entry.format == "xls":
            pytest.importorskip("xlwt", reason="XLS files are written with xlwt")
        path = folder / entry.name
        if not path.exists():
            path.write_bytes(entry.content())
        return path, units

    return write
