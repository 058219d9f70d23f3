"""Whatever a catalogue or a condition says, it is understood or refused in words; see docs/fuzzing.md."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chiso"]):
    from chiso.catalogue import load

from chiso.catalogue.condition import LONGEST_TEXT, parse_condition
from chiso.catalogue.scope import ConditionError, Scope
from chiso.catalogue.wording import expression_text
from chiso.errors import CatalogueError
from chiso.terms.columns import COUNTED_TABLES, TABLES
from outcome import assert_told, assert_words

# As in seeds.py, which a target does not import: it would bring the tests in.
_CONDITION = b"?"
_PATH = Path(tempfile.mkdtemp(prefix="chiso-fuzz-")) / "catalogue.yaml"
_NAMED = {"due": parse_condition("due_on is not null", Scope(TABLES["cases"], {}.get))}
_DAYS = (date.min, date(2022, 6, 23), date(2025, 7, 1), date(2026, 8, 31), date.max)


def one_input(data: bytes) -> None:
    """Read one catalogue, or one condition where the first byte says so."""
    if data.startswith(_CONDITION) and len(data) > 2:
        one_condition(data[2:].decode("utf-8", "replace"), COUNTED_TABLES[data[1] % len(COUNTED_TABLES)])
    else:
        one_catalogue(data)


def one_catalogue(data: bytes) -> None:
    """Demand that a catalogue is refused in words, or has rules on every day and in every edition."""
    _PATH.write_bytes(data)
    try:
        catalogue = load.load_catalogue(_PATH)
    except CatalogueError as error:
        assert_told(error.problems)
        return
    # What was checked without a fault must serve on any day: a run must not find more.
    for day in _DAYS:
        rules = catalogue.rules(day)
        assert rules.groups is not None
    for edition in catalogue.editions:
        catalogue.rules(date(2026, 8, 31), edition.id)
    assert catalogue.aliases is not None


def one_condition(text: str, table: str) -> None:
    """Demand that a condition is refused in words, or printed so that it is read again as it was."""
    names = _NAMED if table == "cases" else {}
    scope = Scope(TABLES[table], names.get, tuple(names))
    try:
        tree = parse_condition(text, scope)
    except ConditionError as error:
        fault = error.fault
        assert_words(fault.message)
        if fault.hint is not None:
            assert_words(fault.hint)
        assert 0 <= fault.offset <= len(text)
        return
    printed = expression_text(tree)
    if len(printed) <= LONGEST_TEXT:
        assert expression_text(parse_condition(printed, scope)) == printed


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
