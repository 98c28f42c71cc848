"""The OpenAPI document is a golden file: the interface changes on purpose or not at all.

After a wanted change: `DOUANE_GOLDEN=write pytest tests/api/test_description.py`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

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


async def test_every_error_is_described_as_a_problem(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if path == "/v1/health/ready" or status in {"200", "201"}:
                    continue
                assert list(response["content"]) == ["application/problem+json"], (path, status)


async def test_every_parameter_and_route_has_words(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"]


async def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {piece.split('"', 1)[0] for piece in text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)


async def test_made_once(site: Any) -> None:
    assert describe(site.app) is describe(site.app)
