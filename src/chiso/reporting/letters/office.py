"""The office that sends a letter: its names, number, signature and recipients, from a small YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath

from chiso.catalogue.reader import Document
from chiso.catalogue.values import Values
from chiso.errors import CatalogueError, Place, Problem, Text

BLANK = "………"
KEYS = (
    *("agency", "short", "parent", "place", "number", "symbol", "apology_symbol", "date", "to", "basis"),
    *("requests", "signature", "signer", "recipients", "archive"),
)
_LISTS = ("to", "basis", "requests", "signature", "recipients")


@dataclass(frozen=True)
class Office:
    """What a letter says of its sender. What is not given stands on paper as dots to be filled in.

    ``agency`` is the name in a sentence, ``short`` a shorter one; the head of the letter has it in capitals.
    ``to`` are those it is addressed to, ``recipients`` those who get a copy. ``date`` None is the day as of
    which the letter reports.
    """

    agency: str = BLANK
    short: str = BLANK
    parent: str | None = None
    place: str = BLANK
    number: str = "     "
    symbol: str = BLANK
    apology_symbol: str = BLANK
    date: date | None = None
    to: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    signature: tuple[str, ...] = (BLANK,)
    signer: str = ""
    recipients: tuple[str, ...] = (BLANK,)
    archive: str = "VT"


def read_office(path: FilePath) -> Office:
    """Return the office that a file describes; raises CatalogueError with every fault and its line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được tệp cơ quan", en="Cannot read the file of the office")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Tệp cơ quan phải ở dạng UTF-8", en="The file of the office must be in UTF-8")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    document = Document.parsed(text, str(path))
    values = Values(document.resolve(date.max), document.problems)
    values.keys((), KEYS, ("agency", "place"))
    lists = {key: _texts(values, key) for key in _LISTS}
    texts = {key: values.text((key,)) for key in KEYS if key not in _LISTS and key != "date"}
    day = values.day(("date",))
    if values.problems:
        raise CatalogueError(values.problems)
    given = {key: value for key, value in texts.items() if value is not None}
    agency = given["agency"]
    return Office(
        agency=agency,
        short=given.get("short", agency),
        parent=given.get("parent"),
        place=given["place"],
        number=given.get("number", Office.number),
        symbol=given.get("symbol", BLANK),
        apology_symbol=given.get("apology_symbol", BLANK),
        date=day,
        to=lists["to"],
        basis=lists["basis"],
        requests=lists["requests"],
        signature=lists["signature"] or Office.signature,
        signer=given.get("signer", ""),
        recipients=lists["recipients"] or Office.recipients,
        archive=given.get("archive", Office.archive),
    )


def _texts(values: Values, key: str) -> tuple[str, ...]:
    found = (values.text(path) for path in values.several((key,)))
    return tuple(text for text in found if text is not None)
