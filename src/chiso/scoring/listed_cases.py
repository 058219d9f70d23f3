"""Our cases beside the portal's own list of cases: which one side lacks, which stand under another unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chiso.catalogue.expression import Column
from chiso.scoring.compile import IN_POPULATION
from chiso.scoring.differences import ListedCase
from chiso.scoring.engine import Engine
from chiso.terms.columns import CASES


def compare_lists(engine: Engine, portal_cases: Mapping[str, str]) -> Iterator[ListedCase]:
    """Yield our cases of the period that the list lacks or has under another unit, then those only it has.

    A case that we read but do not count is on neither side.
    """
    known: set[str] = set()
    for row in engine.rows(CASES.name, [Column("case_id", "text")]):
        case_id = row.values[0]
        if not isinstance(case_id, str):
            continue
        known.add(case_id)
        theirs = portal_cases.get(case_id)
        if row.fate == IN_POPULATION and theirs != row.unit_code:
            yield ListedCase(case_id, row.unit_code, theirs)
    for case_id, unit_code in portal_cases.items():
        if case_id not in known:
            yield ListedCase(case_id, None, unit_code)
