"""The JSON Schemas of the documents: read, checked, and walked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[1] / "docs" / "schemas"


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of a result by its name; it must itself be a good one."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def validator_of(name: str) -> jsonschema.Draft202012Validator:
    """Return what tells whether JSON keeps to the schema of that name."""
    return jsonschema.Draft202012Validator(schema_of(name))


def strict_objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every object that a schema describes by its properties; none may have others."""
    if isinstance(schema, dict):
        if "properties" in schema and "type" in schema:
            assert schema["additionalProperties"] is False, schema["properties"].keys()
            yield schema
        for child in schema.values():
            yield from strict_objects(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from strict_objects(child)
