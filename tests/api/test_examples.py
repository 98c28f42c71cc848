"""Examples fit the schemas they are made for."""

from typing import Any

import jsonschema_rs
import pytest

from api.examples import example

SCHEMAS: dict[str, Any] = {
    "Tree": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    },
    "Colour": {"enum": ["red", "blue"]},
}
CASES = [
    # schema, name of the field, example
    ({"type": "string"}, "user", "ann"),
    ({"type": "string"}, "what", "text"),
    ({"type": "string", "format": "date-time"}, "what", "2026-01-31T12:00:00Z"),
    ({"type": "string", "format": "date-time"}, "since", "2026-01-30T00:00:00Z"),
    ({"type": "integer"}, "size", 48128),
    ({"type": "integer"}, "user", 1),
    ({"type": "integer", "minimum": 5}, "what", 5),
    ({"type": "integer", "exclusiveMinimum": 5}, "what", 6),
    ({"type": "number"}, "what", 1.0),
    ({"type": "boolean"}, "user", True),
    ({"type": "null"}, "what", None),
    ({}, "what", None),
    ({"const": 3}, "user", 3),
    ({"type": "string", "default": "1h"}, "what", "1h"),
    ({"type": "string", "default": ""}, "user", "ann"),
    ({"type": "string", "example": "own"}, "user", "own"),
    ({"type": "string", "examples": ["own"]}, "user", "own"),
    ({"enum": ["allow", "block"]}, "action", "block"),
    ({"enum": ["a", "b"]}, "action", "a"),
    ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "user", "ann"),
    ({"anyOf": [{"type": "null"}]}, "user", None),
    ({"oneOf": [{"$ref": "#/components/schemas/Colour"}]}, "what", "red"),
    ({"allOf": [{"$ref": "#/components/schemas/Colour"}]}, "what", "red"),
    ({"type": "array", "items": {"type": "string"}}, "path", ["photo.zip", "photo.jpg.exe"]),
    ({"type": "array", "items": {"type": "integer"}}, "what", [1]),
    ({"type": "object"}, "what", {}),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, "what", {"text": 1}),
    (
        {
            "type": "object",
            "propertyNames": {"$ref": "#/components/schemas/Colour"},
            "additionalProperties": {"type": "integer"},
        },
        "what",
        {"red": 1},
    ),
    (
        {
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {}, "b": {"type": ["string", "null"]}},
            "example": {"a": 1},
        },
        "what",
        {"a": 1, "b": None},
    ),
]


@pytest.mark.parametrize("schema, name, expected", CASES)
def test_example(schema: dict[str, Any], name: str, expected: object) -> None:
    made = example(schema, SCHEMAS, name)
    assert made == expected
    assert type(made) is type(expected)
    whole = {**schema, "components": {"schemas": SCHEMAS}}
    jsonschema_rs.validator_for(whole).validate(made)


def test_what_holds_itself_ends() -> None:
    tree = example(SCHEMAS["Tree"], SCHEMAS)
    depth = 0
    while tree["children"]:
        (tree,) = tree["children"]
        depth += 1
    assert 1 <= depth <= 4
