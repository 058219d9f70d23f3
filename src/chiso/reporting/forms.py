"""The formats of results, by the suffixes of files; nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

# A table that goes into a file or a pipe is as wide as a printed page can carry.
UNKNOWN_WIDTH = 120
# Of a late list in a letter; the last line says how many are left out.
MOST_ROWS_OF_A_LIST = 500
SUFFIXES: Mapping[str, str] = {
    ".csv": "csv",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".txt": "table",
}

# Those of reports alone.
REPORT_SUFFIXES: Mapping[str, str] = {".html": "html", ".docx": "docx", ".md": "markdown"}


def suffix_form(path: PurePath) -> str | None:
    """Return the format that goes with the suffix of a file, None if none does."""
    return SUFFIXES.get(path.suffix.lower())
