"""Every index of 766 has its worked example, and what the example lists adds up to its sum."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.test_docs import DOCS, blocks

import chiso
from chiso.catalogue.formula import IndexRule

EXAMPLES = DOCS / "worked-examples.md"
INDICES = chiso.load_catalogue().rules(date(2026, 10, 10)).indices
SHOWN = {block.heading: block.text for block in blocks(EXAMPLES)}


def _records(text: str, state: str) -> int:
    """Return how many records the page shows in a state, over all reasons."""
    listed = text.partition("State  ")[2].partition("Number  ")[0]
    return sum(int(n.replace(",", "")) for n in re.findall(rf"^{state} +([\d,]+)", listed, re.MULTILINE))


@pytest.mark.parametrize("index", INDICES, ids=lambda index: index.code)
def test_every_index_has_a_worked_example(index: IndexRule) -> None:
    text = SHOWN[f"{index.code} {index.name.en}"]
    assert f"Source       {index.source.document}" in text
    counts = re.search(r"100 × ([\d,]+) / ([\d,]+) = ", text)
    if counts is None:
        # Reported without counts, or a mean of working days.
        assert "reported" in text or "Outcome      analysis" in text
        return
    numerator, denominator = (int(number.replace(",", "")) for number in counts.groups())
    counted = _records(text, "counted")
    assert counted == numerator
    assert counted + _records(text, "not counted") + _records(text, "undetermined") == denominator
