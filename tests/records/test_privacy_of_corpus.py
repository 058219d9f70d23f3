"""No name, number or address planted in the corpus comes out of chiso, whatever is asked of it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from tests.conftest import CommandLine
from tests.corpus.base import PLANTED, Entry
from tests.corpus.build import ENTRIES
from tests.corpus.letters import as_tcvn3, as_vni

# Text that was never converted would leak in its old letters.
_SPELLINGS = {
    spelling
    for planted in PLANTED
    for spelling in (planted, unicodedata.normalize("NFD", planted), as_tcvn3(planted), as_vni(planted))
}


_PERIOD = ("--period", "2026-08", "--as-of", "2026-08-31")


def _leaks(text: str) -> list[str]:
    return [spelling for spelling in sorted(_SPELLINGS) if spelling in text]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_nothing_planted_comes_out(entry: Entry, form: str, written: Any, chiso: CommandLine) -> None:
    outcome = chiso("score", *written(entry), *_PERIOD, "--format", form)
    everything = outcome.stdout + outcome.stderr
    assert _leaks(everything) == []
    assert "Traceback" not in everything
    assert outcome.code in (0, 12)


@pytest.mark.parametrize("name", ["plain.csv", "tcvn3.csv", "vni-letters.xlsx", "page.xls", "dates.ods"])
def test_no_official_is_named(name: str, written: Any, chiso: CommandLine) -> None:
    (entry,) = [entry for entry in ENTRIES if entry.name == name]
    outcome = chiso("score", *written(entry), *_PERIOD, "--by", "officer", "--format", "csv")
    assert outcome.code == 0
    assert _leaks(outcome.stdout + outcome.stderr) == []
