"""Writes what the fuzz targets begin with: ``python fuzz/seeds.py FOLDER``.

FOLDER gets ``reader/`` and ``catalogue/`` with one seed a file, and a dictionary of words for each.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.builders import CASES, CATALOGUE
from tests.builders import UNITS as SMALL_UNITS
from tests.corpus.build import write

from chiso.catalogue.expression import PARAMETERS
from chiso.records.mapping import shipped_spelling
from chiso.terms.columns import COUNTED_TABLES, TABLES

# The first letter of an input that is a condition. In YAML only a key that is no word would begin so.
CONDITION = b"?"

_CONDITION_KEYS = ("where", "when", "population", "looked_up", "definitions", "sum", "min", "max")
_FORMAT_WORDS = (
    *("PK\x03\x04", "\x1f\x8b", "PAR1", "sep=;", '"', '""', "\r\n", "\t", ";", "|", "\x00", "\ufeff"),
    *("<table>", "<tr>", "<td>", "<th>", "</table>", "<br>", 'colspan="2"', 'rowspan="2"', "<html>", "²"),
    *("<?xml", "<!DOCTYPE", "ss:Index=", "ss:MergeAcross=", "ss:MergeDown=", "ss:Type=", "DateTime"),
    *("Number", "Boolean", "urn:schemas-microsoft-com:office:spreadsheet", "<Row>", "<Cell>", "<Data>"),
    *('t="e"', 't="s"', 't="b"', 't="inlineStr"', 'r="A1"', 's="1"', "<mergeCell", "<row ", "<c ", "<v>"),
    *("table:number-columns-repeated=", "table:number-rows-repeated=", "office:value-type=", "office:value="),
    *("[", "]", "{", "}", "null", "true", "1e999", "-1", "1.0", "NaN", "\\ud800", "1,23457E+18"),
    *("31/12/9999", "9999-12-31T23:59:59", "24:00", "00/00/0000", "45000", "#N/A", "Tổng cộng", "(1)"),
)
_CONDITION_WORDS = (
    *("and", "or", "not", "in (", "between", "is null", "is not null", "like", "coalesce(", "least("),
    *("greatest(", "days(", "minutes(", "workdays(", "date '", "null", "true", "false", "<=", "<>", "||"),
    *("case when", "select", "cast(", "::", "exists", "interval", "'", '"', "--", "/*", "*/", ";", "$$", "?"),
    *("unit.level", "procedure.", "rated.rating", "{", "}", "[", "]", "@", "#", "->", "over (", "lambda x:"),
)
_YAML_WORDS = (
    *("{", "}", "[", "]", ": ", "- ", ">\n", "|\n", "&a", "*a", "<<", "!!", "---", "...", "# ", "? ", "~"),
    *("2024-01-01", "0001-01-01", "9999-12-31", "100%", "0%", "1e9", "yes", "null", "true", "-1", "0.5"),
)


def catalogues() -> Iterator[str]:
    """Yield the small catalogue, then the shipped one with each of its indices alone: whole, it is slow."""
    yield CATALOGUE
    lines = (ROOT / "indicators.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.lstrip().startswith("#"))
    head, _, rest = text.partition("groups:\n")
    for group in re.split(r"^(?=  - code: )", rest, flags=re.MULTILINE)[1:]:
        of_group, *indices = re.split(r"^(?=      - code: )", group, flags=re.MULTILINE)
        for index in indices:
            points = re.search(r"^        points: (.+)$", index, re.MULTILINE)
            sums = points[1] if points else "0"
            yield (
                re.sub(r"^total: .*$", f"total: {sums}", head, flags=re.MULTILINE)
                + "groups:\n"
                + re.sub(r"^    points: .*$", f"    points: {sums}", of_group, flags=re.MULTILINE)
                + index
            )


def conditions(node: object, *, wanted: bool = False) -> Iterator[str]:
    """Yield every condition of a catalogue."""
    if isinstance(node, str) and wanted:
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from conditions(value, wanted=wanted or key in _CONDITION_KEYS)
    elif isinstance(node, list):
        for item in node:
            yield from conditions(item, wanted=wanted)


def condition_seeds() -> Iterator[bytes]:
    """Yield each condition of both catalogues as an input: the mark, the table, the text."""
    shipped = (ROOT / "indicators.yaml").read_text(encoding="utf-8")
    texts = [text for source in (CATALOGUE, shipped) for text in conditions(yaml.safe_load(source))]
    for number, text in enumerate(dict.fromkeys(texts)):
        yield CONDITION + bytes([number % len(COUNTED_TABLES)]) + text.encode()


def catalogue_keys() -> set[str]:
    """Return every word that stands as a key in one of the catalogues."""
    shipped = (ROOT / "indicators.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"[a-z_]+(?=: )|[a-z_]+(?=:$)", CATALOGUE + shipped, flags=re.MULTILINE))


def dictionary(words: Iterable[str]) -> str:
    """Return the words as libFuzzer reads them, one a line, everything beyond ASCII as bytes."""
    lines = []
    for word in dict.fromkeys(words):
        letters = "".join(
            chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}"
            for byte in word.encode("utf-8", "surrogatepass")
        )
        lines.append(f'"{letters}"\n')
    return "".join(lines)


def main(folder: Path) -> None:
    """Write the seeds and the dictionaries into ``folder``."""
    write(folder / "reader")
    (folder / "reader" / "small-cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "reader" / "small-units.csv").write_text(SMALL_UNITS, encoding="utf-8")
    (folder / "catalogue").mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(catalogues()):
        (folder / "catalogue" / f"{number:03}.yaml").write_text(text, encoding="utf-8")
    for number, seed in enumerate(condition_seeds()):
        (folder / "catalogue" / f"{number:03}.condition").write_bytes(seed)
    spelling = shipped_spelling()
    columns = [column for table in TABLES.values() for column in table.columns]
    reader_words = dictionary((*_FORMAT_WORDS, *columns, *sorted(spelling.all_headings)))
    (folder / "reader.dict").write_text(reader_words, encoding="ascii")
    parameters = [f":{name}" for name in PARAMETERS]
    words = (*_YAML_WORDS, *_CONDITION_WORDS, *parameters, *TABLES, *columns, *sorted(catalogue_keys()))
    (folder / "catalogue.dict").write_text(dictionary(words), encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python fuzz/seeds.py FOLDER")
    main(Path(sys.argv[1]))
