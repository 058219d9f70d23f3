"""Readings of a catalogue: what they may say, what they change, and how their faults are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.builders import CATALOGUE, a_catalogue, place_of

from chiso.catalogue.load import load_catalogue
from chiso.catalogue.wording import expression_text, measure_text
from chiso.errors import CatalogueError

READINGS = """\
readings:
  - id: by_return
    cause: date_rule
    name: {vi: theo ngày trả, en: by return}
    records:
      cases:
        population: population_as_issued and due_on is not null
        definitions:
          ended_on: coalesce(returned_on, finished_on)
          on_time: on_time_as_issued or due_on is null
  - id: by_post
    cause: formula
    name: {vi: qua bưu chính, en: by post}
    indices:
      "2":
        numerator: {where: "channel in ('online', 'postal')"}
"""
DAY = date(2025, 3, 1)


def with_readings(folder: Path, *changes: tuple[str, str]) -> Path:
    text = CATALOGUE + READINGS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "small.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_reading_changes_what_it_names_and_what_rests_on_it(tmp_path: Path) -> None:
    catalogue = load_catalogue(with_readings(tmp_path), with_readings=True)
    rules = catalogue.rules(DAY)
    by_return, by_post = rules.readings
    read = catalogue.rules(DAY, None, [by_return])
    said = expression_text(read.tables["cases"].population)
    assert said == "population_before_by_return and (due_on is not null)"
    assert expression_text(rules.tables["cases"].population) == "received_on <= :as_of"
    measure = read.indices[0].numerator
    assert measure is not None and measure_text(measure) == "cases where on_time"
    assert read.indices[1] == rules.indices[1]
    posted = catalogue.rules(DAY, None, [by_post])
    measure = posted.indices[1].numerator
    assert measure is not None and "postal" in measure_text(measure)
    both = catalogue.rules(DAY, None, [by_return, by_post])
    assert both.tables["cases"] == read.tables["cases"] and both.indices[1] == posted.indices[1]


def test_readings_change_no_rule_that_scores(tmp_path: Path) -> None:
    plain = load_catalogue(a_catalogue(tmp_path)).rules(DAY)
    rules = load_catalogue(with_readings(tmp_path)).rules(DAY)
    assert rules.groups == plain.groups and rules.tables == plain.tables


@pytest.mark.parametrize(
    ("change", "word", "says"),
    [
        (("coalesce(returned_on,", "coalesce(retruned_on,"), "retruned_on", "retruned_on"),
        (("on_time_as_issued or", "on_tim_as_issued or"), "on_tim_as_issued", "on_tim"),
        (
            ('      "2":\n        numerator: {where', '      "7":\n        numerator: {where'),
            '"7"',
            "There is no index “7”",
        ),
        (("- id: by_post", "- id: by_return"), "by_return\n    cause: formula", "given twice"),
        (("- id: by_post", "- id: By-Post"), "By-Post", "small letters"),
        (
            (
                "records:\n      cases:\n        population: population_as",
                "records:\n      case:\n        population: population_as",
            ),
            "case:\n        population: population_as",
            "has no table “case”",
        ),
        (("cause: date_rule", "cause: dates"), "dates", "“dates” is not allowed"),
    ],
    ids=["column", "as issued", "index", "twice", "id", "table", "cause"],
)
def test_faults_are_told_with_their_places(
    tmp_path: Path, change: tuple[str, str], word: str, says: str
) -> None:
    path = with_readings(tmp_path, change)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path, with_readings=True)
    (problem,) = caught.value.problems
    told = problem.in_language("en")
    assert says in told
    assert told.startswith(f"small.yaml:{place_of(path, word).split(':')[0]}:")


def test_the_command_checks_readings_and_scoring_does_not_mind(tmp_path: Path, chiso: Any) -> None:
    path = with_readings(tmp_path, ("coalesce(returned_on,", "coalesce(retruned_on,"))
    outcome = chiso("catalogue", "check", str(path))
    assert outcome.code == 10 and "retruned_on" in outcome.stderr
    assert load_catalogue(path).rules(DAY).indices


def test_the_shipped_readings_are_without_fault() -> None:
    rules = load_catalogue(with_readings=True).rules(date(2026, 12, 31))
    assert {reading.cause for reading in rules.readings} == {"date_rule", "status", "formula"}
