"""Every field that the client reads is one that the interface promises."""

import json
from pathlib import Path
from typing import Any

import pytest

from douane import client_models
from douane.client_models import Answer, Filters

OPENAPI = json.loads((Path(__file__).parents[1] / "api" / "openapi.json").read_text())
SCHEMAS: dict[str, Any] = OPENAPI["components"]["schemas"]
MODELS = [
    model
    for model in vars(client_models).values()
    if isinstance(model, type) and issubclass(model, Answer) and model is not Answer
]


def types(schema: dict[str, Any]) -> set[str]:
    """Return the kinds of values, without the names of enumerations and of models."""
    if "$ref" in schema:
        return types(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return set().union(*map(types, schema["anyOf"]))
    return {schema["type"]} if "type" in schema else {"string"}  # const and enum


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_models(model: type[Answer]) -> None:
    promised = SCHEMAS[model.__name__]
    ours = model.model_json_schema(ref_template="{model}")
    definitions = ours.pop("$defs", {})
    for name, schema in ours["properties"].items():
        assert name in promised["properties"], name
        if name in ours.get("required", ()):
            assert name in promised["required"], name
        inner = definitions.get(schema.get("$ref", ""), schema)
        assert types(promised["properties"][name]) <= types(inner), name


def test_filters() -> None:
    described = OPENAPI["paths"]["/v1/verdicts"]["get"]["parameters"]
    parameters = {one["name"] for one in described if one["in"] == "query"}
    assert set(Filters.__annotations__) == parameters - {"limit", "cursor", "fields"}


def test_what_is_new_is_kept() -> None:
    found = client_models.TopRowModel.model_validate(
        {"key": "x", "transfers": 1, "bytes": 2, "blocked": 1, "held": 0, "unscanned": 0, "new": 3}
    )
    assert found.model_dump()["new"] == 3
