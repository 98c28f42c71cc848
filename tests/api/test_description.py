"""The OpenAPI document is a golden file: the interface changes on purpose or not at all.

After a wanted change: `DOUANE_GOLDEN=write pytest tests/api/test_description.py`.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from api.description import describe

GOLDEN = Path(__file__).parent / "openapi.json"


@pytest.fixture
async def document(site: Any) -> dict[str, Any]:
    return describe(site.app)


async def test_interface_is_the_golden_one(document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get("DOUANE_GOLDEN") == "write":
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


async def test_every_error_is_described_as_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if name == "GET /v1/health/ready" or status < "400":
                continue
            assert list(response["content"]) == ["application/problem+json"], (name, status)


async def test_every_parameter_and_route_has_words(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["tags"], name
        for response in operation["responses"].values():
            assert response["description"], name
        for one in operation.get("parameters", []):
            assert one["description"], (name, one["name"])
            assert "example" in one, (name, one["name"])


async def test_every_tag_is_described(document: dict[str, Any]) -> None:
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    described = {one["name"] for one in document["tags"] if one["description"]}
    assert used <= described


async def test_every_answer_has_an_example_that_fits(document: dict[str, Any]) -> None:
    """Inside the document, so that its references lead somewhere."""
    for name, operation in operations(document):
        parts = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (one for part in parts for one in part.get("content", {}).items()):
            media_type, shown = content
            if media_type.endswith("json"):
                fits(document, shown["schema"], shown["example"], name)
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", []):
            fits(document, schema, example, name)


def fits(document: dict[str, Any], schema: Any, example: Any, name: str) -> None:
    whole = {**schema, "components": document["components"]}
    errors = [one.message for one in jsonschema_rs.validator_for(whole).iter_errors(example)]
    assert errors == [], (name, example)


async def test_what_every_operation_with_a_key_says(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if not operation.get("security"):
            continue
        parameters = {one["name"] for one in operation.get("parameters", [])}
        responses = operation["responses"]
        assert {"401", "403", "422", "429", "500", "503"} <= set(responses), name
        assert ("Idempotency-Key" in parameters) == name.startswith("POST "), name
        assert "RateLimit" in responses["403"]["headers"], name
        assert "Retry-After" in responses["429"]["headers"], name
        if name.startswith("GET ") and "application/json" in responses["200"].get("content", {}):
            assert "If-None-Match" in parameters, name
            assert "ETag" in responses["200"]["headers"], name
            assert "304" in responses, name
        if "If-Match" in parameters:
            assert "412" in responses, name


async def test_it_is_openapi(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document)
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]


async def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {piece.split('"', 1)[0] for piece in text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)


async def test_made_once(site: Any) -> None:
    assert describe(site.app) is describe(site.app)
