"""What an index lacks, in words: what it needs in any case, and where one of several would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.builders import CASES, a_catalogue, a_folder
from tests.conftest import CommandLine

from chiso.catalogue.condition import parse_condition
from chiso.catalogue.expression import Expression
from chiso.catalogue.scope import Scope
from chiso.errors import Text
from chiso.scoring.available import Missing, available
from chiso.terms.columns import CASES as TABLE


def told(condition: str, present: Mapping[str, Sequence[str]] | None = None) -> Text:
    def definition(_: str) -> Expression | None:
        return None

    tree = parse_condition(condition, Scope(TABLE, definition))
    missing = available(tree, TABLE, {"cases": (), **(present or {})})
    assert isinstance(missing, Missing)
    return missing.told()


@pytest.mark.parametrize(
    ("condition", "vi", "en"),
    [
        ("synced", "thiếu cases.synced", "lacks cases.synced"),
        ("synced and fee > 0", "thiếu cases.fee, cases.synced", "lacks cases.fee, cases.synced"),
        (
            "coalesce(finished_on, returned_on) is null",
            "cần một trong: cases.finished_at, cases.returned_at",
            "needs one of: cases.finished_at, cases.returned_at",
        ),
        (
            "petition.exists and coalesce(rating, rated.rating) = 'satisfied'",
            "thiếu petitions; cần một trong: cases.rating, ratings",
            "lacks petitions; needs one of: cases.rating, ratings",
        ),
        # One of several that is needed anyway leaves no choice.
        ("synced and coalesce(synced, digitized)", "thiếu cases.synced", "lacks cases.synced"),
        # What asks for more than another is no alternative.
        ("coalesce(fee > 0, fee > 0 and synced)", "thiếu cases.fee", "lacks cases.fee"),
        (
            "coalesce(synced, coalesce(digitized, fee > 0))",
            "cần một trong: cases.digitized, cases.fee, cases.synced",
            "needs one of: cases.digitized, cases.fee, cases.synced",
        ),
        (
            "coalesce(synced, fee > 0 and digitized)",
            "cần một trong: cases.digitized cùng cases.fee, cases.synced",
            "needs one of: cases.digitized with cases.fee, cases.synced",
        ),
        (
            "coalesce(synced, fee > 0 and coalesce(digitized, component_digitized))",
            "cần một trong: cases.fee cùng (cases.component_digitized / cases.digitized), cases.synced",
            "needs one of: cases.fee with (cases.component_digitized / cases.digitized), cases.synced",
        ),
        (
            "coalesce(synced, digitized) and coalesce(fee, waiting_minutes) > 0",
            "cần một trong: cases.digitized, cases.synced; cần một trong: cases.fee, cases.waiting_minutes",
            "needs one of: cases.digitized, cases.synced; needs one of: cases.fee, cases.waiting_minutes",
        ),
    ],
)
def test_alternatives_are_told_apart_from_what_is_needed(condition: str, vi: str, en: str) -> None:
    assert told(condition) == (vi, en)


def test_the_note_says_that_one_would_do(tmp_path: Path, chiso: CommandLine) -> None:
    cases = CASES.replace("finished_at", "khi nào").replace("returned_at", "bao giờ")
    folder = a_folder(tmp_path / "in", cases=cases)
    change = ("{where: on_time}", "{where: ended_on <= due_on}")
    arguments = ("score", folder, "--period", "2026-08", "--catalogue", a_catalogue(tmp_path, change))
    outcome = chiso(*arguments, "--lang", "en")
    assert "Index 1 has no data (needs one of: cases.finished_at, cases.returned_at)" in outcome.stdout
    outcome = chiso(*arguments, "--lang", "vi")
    assert "Chỉ số 1 không có dữ liệu (cần một trong: cases.finished_at, cases.returned_at)" in outcome.stdout


def test_a_table_that_needs_one_of_two_columns_to_be_placed_says_so(
    tmp_path: Path, chiso: CommandLine
) -> None:
    change = ("population: received_on", "population: coalesce(received_on, submitted_on)")
    folder = a_folder(tmp_path / "in", cases=CASES.replace("received_at", "ngày nào"))
    outcome = chiso(
        *("score", folder, "--period", "2026-08", "--catalogue", a_catalogue(tmp_path, change)),
        *("--lang", "en"),
    )
    assert outcome.code == 11
    assert "Table cases cannot be placed in the period: it needs one of: cases.received_at" in outcome.stderr
