"""The JSON Schemas of the documents: read, checked, and walked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

SCHEMAS = Path(__file__).resolve().parents[1] / "docs" / "schemas"


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of a result by its name; it must itself be a good one."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def validator_of(name: str) -> jsonschema.Draft202012Validator:
    """Return what tells whether JSON keeps to the schema of that name."""
    # One schema may refer to another of the same folder by its file.
    others = [
        (path.name, Resource.from_contents(json.loads(path.read_text("utf-8"))))
        for path in SCHEMAS.glob("*.json")
    ]
    return jsonschema.Draft202012Validator(schema_of(name), registry=Registry().with_resources(others))


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
