"""JSON of ``whatif`` keeps to its schema, and the schema says all there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from tests.builders import CASES, a_catalogue, a_folder
from tests.schemas import schema_of, strict_objects, validator_of

from chiso.catalogue.settings import Part
from chiso.scoring import scoreboard
from chiso.terms.unit import LEVELS


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return validator_of("whatif")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_json_keeps_to_its_schema(
    tmp_path: Path, chiso: Any, validator: jsonschema.Draft202012Validator, language: str
) -> None:
    folder = a_folder(tmp_path / "r", cases=CASES + "K4,C1,online,31/02/2026,,,,4\nK4,C1,xa,,,,,4\n")
    overlay = tmp_path / "o.yaml"
    overlay.write_text("total: null\ngroups: {progress: {rounding: {points: 1}}}\n", "utf-8")
    listing = tmp_path / "drop.csv"
    listing.write_text("case_id\nK2\nK9\n", "utf-8")
    outcome = chiso(
        *("whatif", folder, "--catalogue", a_catalogue(tmp_path), "--period", "2026-08"),
        *("--as-of", "2026-08-31", "--format", "json", "--lang", language, "--overlay", overlay),
        *("--drop-cases", listing, "--set", "2.numerator.where=waiting_minutes < 9"),
        *("--set", "second.not_applicable=keeps_maximum"),
    )
    assert outcome.code == 0, outcome.stderr
    data = json.loads(outcome.stdout)
    assert not [error.message for error in validator.iter_errors(data)]
    assert [len(change) for change in data["changes"]] == [6, 6, 6, 6]
    assert data["dropped"]["lists"][0]["unknown_rows"] == [3]
    assert data["indices_without_data"]["after"] == [{"index": "2", "lacks": ["cases.waiting_minutes"]}]


def test_the_schema_is_strict(validator: jsonschema.Draft202012Validator) -> None:
    schema: Any = validator.schema
    found = list(strict_objects(schema))
    assert len(found) >= 12
    for described in found:
        assert described["required"] == list(described["properties"])
    definitions = schema["$defs"]
    assert definitions["change"]["properties"]["part"]["enum"] == list(get_args(Part))
    assert definitions["unit"]["properties"]["level"]["enum"] == list(LEVELS)
    assert definitions["standing"]["properties"]["outcome"]["enum"] == list(get_args(scoreboard.UnitOutcome))
    assert definitions["score"]["properties"]["outcome"]["enum"] == list(get_args(scoreboard.Outcome))
    shared = schema_of("scoreboard")["$defs"]
    for name in ("catalogue", "period", "fates", "file"):
        assert definitions[name] == shared[name], name
