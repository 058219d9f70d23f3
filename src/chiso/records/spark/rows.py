"""Lines of delimited text, and rows of Parquet files → rows of cells, in Spark's words.

Every line is looked at by itself, as the machines of a cluster must. A line that cannot be understood so
(a quoted cell goes on in the next line, a stray quotation mark, letters that are not UTF-8) is ``odd``: who
loads decides what becomes of its file.

A source has the columns file_no, block and place (where a row stands), ``odd``, ``empty`` (a line without
any letter), ``maybe`` (a row that may be none), ``given`` (the cells of such a row), ``found`` (how many
cells a broken row has) and ``cells`` (null in a broken row).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chiso.records.cells import quoted
from chiso.records.sources.cell import is_blank
from chiso.records.table_file import TableFile
from chiso.terms.columns import ColumnSpec
from chiso.terms.text import tone_styles

# Beside its typed columns, what a row brings along.
CARRIED = ("file_no", "block", "place", "odd", "empty", "maybe", "given", "found")
_BLANKS = "' \\t\\n\\r\\u00a0'"
# An enumerator may stand before a group's name; words are parted by blanks and have letters.
_ENUMERATOR = "^([ivxIVX]{1,5}[.)]?|[A-Za-zđĐ][.)]?|[0-9]{1,3}[.)]?|[-*+•])\\\\z"
_PROSE = "\\\\S[\\\\s\\\\x{A0}]+\\\\S"
_COLUMN_NUMBER = "^\\\\(?([0-9]{1,2}|[a-zA-Z])\\\\)?(\\\\s*=.*)?\\\\z"
# What a total begins with, composed or not.
_TOTAL = "^(to|tô|tổ|co|cô|cộ|grand)"
# Nearly every number of a record: figures, and no letter that a total or a heading begins with.
_PLAIN_KEY = "^[0-9ABD-SU-Zabd-su-z].*[0-9]|^[0-9]"
# Columns of a Parquet file that give the text of a cell exactly, and how.
_AS_TEXT = {
    "string": "{0}",
    "boolean": "CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END",
    "tinyint": "CAST({0} AS STRING)",
    "smallint": "CAST({0} AS STRING)",
    "int": "CAST({0} AS STRING)",
    "bigint": "CAST({0} AS STRING)",
    "date": "CAST({0} AS STRING)",
    # To the second, as the moments of a workbook.
    "timestamp": "CAST(date_trunc('SECOND', {0} + INTERVAL '0.5' SECOND) AS STRING)",
    "timestamp_ntz": "CAST(date_trunc('SECOND', {0} + INTERVAL '0.5' SECOND) AS STRING)",
}
_CODES = frozenset({"text", "unit", "officer", "decimal"})


def rows_of_lines(lines: str, files: str, file: TableFile) -> str:
    """Return the source of the table ``lines``, whose files (path, file_no) are laid out as ``file``."""
    separator = file.sheet.separator or ","
    quoted_cell = '"(?:[^"]++|"")*+"'
    cell = f'({quoted_cell}|(?!")[^{_in_class(separator)}]*+)'
    part = _in_pattern(separator)
    text = f"concat(value, '{_in_text(separator)}')"
    taken = (
        f"transform(regexp_extract_all({text}, '\\\\G{cell}{part}', 1), c -> CASE WHEN startswith(c, '\"') "
        "THEN replace(substring(c, 2, char_length(c) - 2), '\"\"', '\"') ELSE c END)"
    )
    parted = (
        "SELECT *, CASE WHEN quotes THEN "
        f"CASE WHEN NOT odd THEN {taken} END ELSE split(value, '{part}', -1) END AS given_cells FROM ("
        "SELECT *, NOT is_valid_utf8(value) OR "
        f"(quotes AND NOT {text} RLIKE '^(?:{cell}{part})++\\\\z') AS odd "
        "FROM (SELECT f.file_no, l.block, l.place, l.value, contains(l.value, '\"') AS quotes "
        f"FROM {lines} l JOIN {files} f ON f.path = l.file_path))"
    )
    found = f"CASE WHEN size(given_cells) <> {file.width} THEN size(given_cells) END"
    return _source(file, f"SELECT *, value = '' AS empty, {found} AS found FROM ({parted})")


def rows_of_parquet(rows: str, files: str, file: TableFile, kinds: dict[str, str]) -> str | None:
    """Return the source of Parquet files; ``kinds`` are the types of their columns.

    None where a column that would be read has a type whose text is not exact.
    """
    texts = []
    for place, heading in enumerate(file.sheet.headings or ()):
        form = _AS_TEXT.get(kinds.get(heading, ""))
        column = _column_at(file, place)
        if column is not None and (form is None or (column.kind in _CODES and kinds[heading] != "string")):
            return None
        texts.append((form or "CAST(NULL AS STRING)").format("l.`" + heading.replace("`", "``") + "`"))
    cells = f"array({', '.join(texts)})"
    return _source(
        file,
        f"SELECT f.file_no, l.block, l.place, FALSE AS odd, FALSE AS empty, CAST(NULL AS INT) AS found, "
        f"{cells} AS given_cells FROM {rows} l JOIN {files} f ON f.path = l.file_path",
    )


def _column_at(file: TableFile, place: int) -> ColumnSpec | None:
    recognised = file.recognised
    places = {at: name for known in (recognised.seconds, recognised.positions) for name, at in known.items()}
    name = places.get(place)
    return None if name is None else recognised.table.columns[name]


def _source(file: TableFile, rows: str) -> str:
    return (
        "SELECT file_no, block, place, odd, empty, found, maybe, "
        "CASE WHEN maybe THEN given_cells END AS given, "
        "CASE WHEN found IS NULL THEN given_cells END AS cells FROM ("
        f"SELECT *, {_maybe(file)} AS maybe FROM ({rows}))"
    )


def cell_at(position: int) -> str:
    """Return the SQL of the cell at a position of a source's row; null where it is empty."""
    return f"nullif(get(cells, {position}), '')"


def _maybe(file: TableFile) -> str:
    """Return the condition that a row might be none: it holds wherever ``RowReader`` says that one is."""
    positions, table = file.recognised.positions, file.recognised.table
    required = [positions[name] for name in table.required if name in positions]
    if "unit_name" in positions and "unit_code" not in positions:
        required.append(positions["unit_name"])
    key = f"get(given_cells, {next((positions[name] for name in table.key if name in positions), 0)})"
    there = [f"get(given_cells, {place})" for place in required]
    sure = [
        "found IS NULL",
        *(f"coalesce({cell} >= '!' AND NOT startswith({cell}, chr(160)), FALSE)" for cell in there),
        f"coalesce(char_length({key}) > 4 AND {key} RLIKE '{_PLAIN_KEY}', FALSE)",
        f"NOT contains({key}, '=')",
    ]
    filled = f"filter(transform(given_cells, c -> trim(BOTH {_BLANKS} FROM coalesce(c, ''))), c -> c <> '')"
    known = ", ".join(f"'{_in_text(word)}'" for word in sorted(_headings(file)))
    heading = "c -> lower(regexp_replace(c, '[\\\\s\\\\x{A0}]+', ' ')) IN (" + known + ")"
    prose = f"c -> c RLIKE '{_ENUMERATOR}' OR (c RLIKE '{_PROSE}' AND c RLIKE '\\\\p{{L}}')"
    tests = [
        f"size({filled}) = 0",
        f"size(filter({filled}, {heading})) >= 2",
        f"(size({filled}) >= 3 AND forall({filled}, c -> c RLIKE '{_COLUMN_NUMBER}'))",
        f"exists(slice({filled}, 1, 4), c -> lower(c) RLIKE '{_TOTAL}')",
        f"forall({filled}, {prose})",
    ]
    return f"CASE WHEN odd THEN FALSE WHEN {' AND '.join(sure)} THEN FALSE ELSE {' OR '.join(tests)} END"


def _headings(file: TableFile) -> Iterable[str]:
    """Return every spelling of a heading that the table knows, and those of the file itself."""
    known = {*file.spelling.columns_by_heading(file.recognised.table.name), *map(str.lower, file.headings)}
    known |= {text for written in file.header.written for text in written}
    return {style for word in known if not is_blank(word) for style in tone_styles(word)}


def _in_text(text: str) -> str:
    """Return a text for a literal of Spark's."""
    return quoted(text.replace("\\", "\\\\"))[1:-1].replace("''", "\\'")


def _in_pattern(separator: str) -> str:
    return re.escape(separator).replace("\\", "\\\\") if separator != "\t" else "\\t"


def _in_class(separator: str) -> str:
    return "\\t" if separator == "\t" else separator
