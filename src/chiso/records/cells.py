"""Cell text → typed value, as DuckDB expressions: one per kind of column.

Each expression gives null for a cell that cannot be read; the loader compares with the raw cell to
tell an empty cell from an unreadable one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeAlias

from chiso.records.personal_text import PARTED_NUMBER
from chiso.terms.columns import FIRST_DAY, LAST_DAY, ColumnSpec

# Day before month, always; only ISO and the sync schema put the year first.
DATE_FORMATS = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%H:%M:%S %d/%m/%Y",
    "%H:%M %d/%m/%Y",
)
_BLANKS = "' \t\n\r\u00a0'"
# A figure beside a word, as in "9 - Đã xử lý xong" or "Đã xử lý xong (9)": the word decides.
_BESIDE_A_WORD = "'^\\d{1,2}\\s*[-–.:)]\\s*|\\s*\\(\\d{1,2}\\)$'"
_FORMATS_SQL = "[" + ", ".join(f"'{form}'" for form in DATE_FORMATS) + "]"
_SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "unit": "VARCHAR",
    "officer": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "money": "BIGINT",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "enum": "SMALLINT",
    "presence": "BOOLEAN",
}
# Kinds whose cell may be filled and yet give no value.
MAY_BE_UNREADABLE = frozenset({"timestamp", "date", "integer", "money", "boolean", "enum"})


def quoted(text: str) -> str:
    """Return ``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(column: ColumnSpec) -> str:
    """Return the DuckDB type that holds the column."""
    return _SQL_TYPES[column.kind]


def trimmed(cell: str) -> str:
    """Return the cell without blanks around it; null where nothing is left."""
    # Few cells have blanks around them, and looking for one is much cheaper than trimming.
    has_blank = f"{cell} < '!' OR right({cell}, 1) < '!'"
    has_hard_blank = f"starts_with({cell}, chr(160)) OR ends_with({cell}, chr(160))"
    return f"CASE WHEN {has_blank} OR {has_hard_blank} THEN {_bare(cell)} ELSE {cell} END"


def _bare(cell: str) -> str:
    return f"nullif(trim({cell}, {_BLANKS}), '')"


Seldom: TypeAlias = Callable[[Callable[[str], str], str], str]


def in_place(value: Callable[[str], str], cell: str) -> str:
    """Return what stands for a cell that is written oddly, as part of the expression around it."""
    return value(cell)


def typed(
    column: ColumnSpec,
    cell: str,
    words: Mapping[str, str],
    *,
    show_officials: bool = False,
    seldom: Seldom = in_place,
) -> str:
    """Return the typed value of a cell; null where it cannot be read or an empty cell means nothing.

    ``words`` are the spellings (folded) of an enum or boolean column with their canonical words.

    Most cells are written plainly, so each kind tries that first and looks at blanks, odd spellings and
    rarer forms only where it fails: ``seldom`` says how an engine had best be told of these. Dates still
    have to be ``bounded``.
    """
    match column.kind:
        case "text" | "unit":
            # A plain code, as nearly every cell is: printable ASCII at both ends and in between.
            plain = f"{cell} >= '!' AND right({cell}, 1) >= '!' AND strlen({cell}) = length({cell})"
            odd = seldom(lambda text: _composed(trimmed(text)), cell)
            return f"CASE WHEN {plain} THEN {cell} ELSE {odd} END"
        case "officer":
            return seldom(lambda text: _officer(trimmed(text), show_names=show_officials), cell)
        case "integer":
            return _figures(cell, seldom(_integer, cell))
        case "decimal":
            return f"TRY_CAST(replace({_bare(cell)}, ',', '.') AS DECIMAL(18, 6))"
        case "money":
            return _figures(cell, seldom(_money, cell))
        case "timestamp":
            return _timestamp(cell, seldom)
        case "date":
            return f"CAST({_timestamp(cell, seldom)} AS DATE)"
        case "presence":
            return f"CASE WHEN {cell} >= '!' THEN TRUE WHEN {_bare(cell)} IS NOT NULL THEN TRUE END"
        case "boolean" | "enum":
            return _word(column, cell, words, seldom)


def unreadable(cell: str, value: str) -> str:
    """Return the condition that a cell is filled and yet gave no value."""
    # The blanks are looked at only where a value is lacking: AND alone would trim every cell.
    return f"CASE WHEN {value} IS NULL AND {cell} IS NOT NULL THEN {_bare(cell)} IS NOT NULL ELSE FALSE END"


def _composed(cell: str) -> str:
    # What has no letter beyond ASCII is in NFC already.
    return f"CASE WHEN strlen({cell}) = length({cell}) THEN {cell} ELSE nfc_normalize({cell}) END"


def _word(column: ColumnSpec, cell: str, words: Mapping[str, str], seldom: Seldom) -> str:
    if column.kind == "boolean":
        codes = {"true": "TRUE", "false": "FALSE"}
    else:
        codes = {word: str(code) for code, word in enumerate(column.values)}
    exact = " ".join(f"WHEN {quoted(text)} THEN {codes[word]}" for text, word in words.items())
    empty = "NULL" if column.when_empty is None else codes[column.when_empty]
    # Odd spellings are looked up in maps: as further cases they would make every statement long to plan.
    every = ", ".join(f"{quoted(text)}: {codes[word]}" for text, word in words.items())
    labels = ", ".join(
        f"{quoted(text)}: {codes[word]}" for text, word in words.items() if not text[:1].isdigit()
    )

    def odd(text: str) -> str:
        bare = f"regexp_replace({_folded(text)}, {_BESIDE_A_WORD}, '', 'g')"
        found = f"coalesce(MAP {{{every}}}[{_folded(text)}], MAP {{{labels}}}[{bare}])"
        return f"CASE WHEN {_bare(text)} IS NULL THEN {empty} ELSE {found} END"

    return f"CASE WHEN {cell} IS NULL THEN {empty} ELSE CASE {cell} {exact} ELSE {seldom(odd, cell)} END END"


def _folded(cell: str) -> str:
    return f"lower(nfc_normalize(trim(regexp_replace({cell}, '[\\s\\x{{A0}}]+', ' ', 'g'))))"


def _officer(cell: str, *, show_names: bool) -> str:
    # A name has a blank in it, a code has none, nor an @ or nine digits as addresses, telephone and
    # identity numbers have. What is personal never enters a table.
    name = f"'cb-' || left(sha256({_folded(cell)}), 10)"
    # Letters with marks are a name's too, and so are names run together with commas.
    blanks = "" if show_names else "\\s\\x{A0},"
    personal = f"regexp_matches({cell}, '[{blanks}@]|[0-9]{{9}}|{PARTED_NUMBER}')"
    if not show_names:
        personal = f"({personal} OR strlen({cell}) <> length({cell}))"
    return f"CASE WHEN {personal} THEN {name} ELSE {_composed(cell)} END"


def _figures(cell: str, odd: str) -> str:
    plain = f"regexp_full_match({cell}, '[0-9]{{1,12}}')"
    return f"CASE WHEN {plain} THEN TRY_CAST({cell} AS BIGINT) ELSE {odd} END"


def _integer(cell: str) -> str:
    bare = _bare(cell)
    whole = f"regexp_full_match({bare}, '-?[0-9]{{1,12}}([.,]0{{1,2}})?')"
    return f"CASE WHEN {whole} THEN TRY_CAST(regexp_replace({bare}, '[.,].*', '') AS BIGINT) END"


def _money(cell: str) -> str:
    # 50.000 đ, 50000 VNĐ: the currency is always the same.
    bare = f"regexp_replace({_bare(cell)}, '(?i)\\s*(vnđ|vnd|đồng|đ)$', '')"
    whole = f"regexp_full_match({bare}, '[0-9]{{1,12}}([.,]0{{1,2}})?')"
    # Thousands apart by dots and decimals by a comma, or the other way round; never a fraction of a đồng.
    dots = "[0-9]{1,3}([.][0-9]{3}){1,3}(,0{1,2})?"
    commas = "[0-9]{1,3}(,[0-9]{3}){1,3}([.]0{1,2})?"
    grouped = f"regexp_full_match({bare}, '{dots}|{commas}')"
    figures = f"regexp_replace(regexp_replace({bare}, '[.,]0{{1,2}}$', ''), '[.,]', '', 'g')"
    return (
        f"CASE WHEN {whole} THEN TRY_CAST(regexp_replace({bare}, '[.,].*', '') AS BIGINT) "
        f"WHEN {grouped} THEN TRY_CAST({figures} AS BIGINT) END"
    )


def _timestamp(cell: str, seldom: Seldom) -> str:
    plain = f"try_strptime({cell}, {_FORMATS_SQL})"
    return f"CASE WHEN {cell} IS NOT NULL THEN coalesce({plain}, {seldom(_odd_timestamp, cell)}) END"


def _odd_timestamp(cell: str) -> str:
    bare = _bare(cell)
    spaced = f"replace({bare}, '\u00a0', ' ')"
    blanks = f"CASE WHEN {spaced} <> {cell} THEN try_strptime({spaced}, {_FORMATS_SQL}) END"
    # A time with a zone is moved to Vietnam's, +07 the year round.
    zoned = (
        f"CASE WHEN regexp_matches({bare}, ':.*(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$') "
        f"THEN make_timestamp(epoch_us(TRY_CAST({bare} AS TIMESTAMPTZ)) + {7 * 3600 * 1_000_000}) END"
    )
    fraction = f"CASE WHEN contains({bare}, '-') THEN TRY_CAST({bare} AS TIMESTAMP) END"
    # Excel's serial: days since 30/12/1899.
    serial = (
        f"CASE WHEN regexp_full_match({bare}, '[1-9][0-9]{{4}}([.,][0-9]+)?') THEN "
        f"TIMESTAMP '1899-12-30' + "
        f"to_seconds(round(TRY_CAST(replace({bare}, ',', '.') AS DOUBLE) * 86400)) END"
    )
    return f"coalesce({blanks}, {zoned}, {fraction}, {serial})"


def bounded(column: ColumnSpec, value: str) -> str:
    """Return ``value``, or null where a date lies outside the days chiso knows."""
    if column.kind == "timestamp":
        after = LAST_DAY + timedelta(days=1)
        inside = f"{value} >= TIMESTAMP '{FIRST_DAY}' AND {value} < TIMESTAMP '{after}'"
    elif column.kind == "date":
        inside = f"{value} BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}'"
    else:
        return value
    return f"CASE WHEN {inside} THEN {value} END"
