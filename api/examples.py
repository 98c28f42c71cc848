"""Examples for the OpenAPI document, put together from what single fields look like.

So every model and parameter has one, those of routes to come included; a test holds each against
its schema.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
REF = "#/components/schemas/"
SHA256 = "7d793037a0760186574b0282f2f435e7ec33a8ed1f1a1d9a0d0d7a1e1b1f1c1d"
ID = "0192f3a4-6b1e-7c3a-9d55-3f1d0a7b2c11"
FIELDS: dict[str, object] = {
    "action": "block",
    "actor": "ann",
    "address": "192.0.2.17",
    "author": "ann",
    "bytes": 48128,
    "channel": "telegram",
    "clamav": "ClamAV 1.4.3/27800",
    "clause": "malicious-is-blocked",
    "client_ip": "192.0.2.17",
    "compared": 120,
    "count": 3,
    "cursor": None,
    "declared_type": "image/jpeg",
    "detail": "",
    "direction": "download",
    "family": "program",
    "file": "yara/families/kelvir.yar",
    "file_name": "photo.jpg.exe",
    "icap_status": 200,
    "id": ID,
    "kind": None,
    "level": "malicious",
    "line": 12,
    "mime": "application/x-dosexec",
    "name": "Kelvir_Worm",
    "next": None,
    "node": "gate-1",
    "note": "ticket 4711",
    "outcome": "stopped",
    "path": ["photo.zip", "photo.jpg.exe"],
    "prefix": "dk_4f9x2k7a",
    "profile": "squid",
    "reason": "the vendor's own tool",
    "request_id": "5f1c0a9e7b3d2468",
    "rule": "Kelvir_Worm",
    "ruleset": "9f8e7d6c5b4a3f2e",
    "sample": "eicar",
    "scanner": "yara",
    "service": "respmod",
    "sha256": SHA256,
    "since": "2026-01-30T00:00:00Z",
    "size": 48128,
    "source": None,
    "true_type": "pe",
    "type": "pe",
    "until": "2026-01-31T00:00:00Z",
    "url": "https://files.example/photo.jpg.exe",
    "user": "ann",
    "verdict": ID,
}
"""By the name of the field; None: whatever its schema allows is as good."""
FORMATS: dict[str, object] = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "binary": "the bytes of the file",
    "uri": "https://soc.example/",
}
DEPTH = 4
"""Models within models; deeper lists are empty."""


def example(schema: Schema, schemas: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:
    """Return a value that fits the schema; `name` is that of the field."""
    if "$ref" in schema:
        target = schemas[schema["$ref"].removeprefix(REF)]
        return example(target, schemas, name, depth)
    for given in ("example", "const", "default"):
        if schema.get(given) is not None and (given != "default" or _scalar(schema)):
            return _completed(schema[given], schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        known = FIELDS.get(name)
        return known if known in schema["enum"] else schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return example(_best(schema[choice], name), schemas, name, depth)
    if "allOf" in schema:
        return example(schema["allOf"][0], schemas, name, depth)
    return _of_type(schema, schemas, name, depth)


def _completed(value: Any, schema: Schema) -> Any:
    """Give back what FastAPI took from the example of a model: its nulls."""
    if not isinstance(value, dict):
        return value
    return {name: None for name in schema.get("required", ()) if name not in value} | value


def _of_type(schema: Schema, schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    known = FIELDS.get(name)
    match schema.get("type"):
        case "object":
            return _fields(schema, schemas, depth)
        case "array":
            if isinstance(known, list):
                return known
            few = range(schema.get("minItems", 0 if depth >= DEPTH else 1))
            return [example(schema.get("items", {}), schemas, name, depth + 1) for _ in few]
        case "integer":
            return known if type(known) is int else _number(schema)
        case "number":
            return known if type(known) is int else float(_number(schema))
        case "boolean":
            return True
        case "string":
            if "format" in schema and name not in {"since", "until"}:
                return FORMATS.get(schema["format"], "text")
            return known if isinstance(known, str) else "text"
        case _:
            return None


def _fields(schema: Schema, schemas: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    fields = schema.get("properties", {})
    if fields:
        return {one: example(fields[one], schemas, one, depth + 1) for one in fields}
    others = schema.get("additionalProperties")
    if not isinstance(others, Mapping):
        return {}
    named = schema.get("propertyNames")
    key = example(named, schemas) if named else "text"
    return {str(key): example(others, schemas, "", depth + 1)}


def _scalar(schema: Schema) -> bool:
    return not isinstance(schema["default"], list | dict) and schema["default"] != ""


def _best(choices: list[Schema], name: str) -> Schema:
    """Return the choice that says most."""
    some = [one for one in choices if one.get("type") != "null"]
    return some[0] if some else choices[0]


def _number(schema: Schema) -> int:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    return int(low) + 1 if "exclusiveMinimum" in schema else max(int(low), 1)
