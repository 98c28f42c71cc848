"""The OpenAPI document, with the problems that each route may answer."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, Problem

VERSION = "1"
COMMON = {
    "401": "No key, or a wrong one",
    "403": "The key's role does not allow this",
    "422": "A parameter is wrong or unknown",
    "500": "A bug",
    "503": "A part of the service does not answer",
}
NO_SET = {"404": "No such rule set"}
STEP = COMMON | NO_SET | {"409": "It cannot be done, and nothing has changed"}
PROBLEMS: dict[str, dict[str, str]] = {
    "/v1/health/live": {},
    "/v1/health/ready": {},
    "/v1/verdicts/{id}": COMMON | {"404": "No such verdict"},
    **{
        f"/v1/verdicts/{{id}}/{name}": COMMON | {"404": "No such verdict"}
        for name in ("stix", "misp", "ocsf", "ecs", "cef")
    },
    "/v1/verdicts/{id}/feedback": COMMON
    | {"404": "No such verdict", "408": "The body took too long", "413": "It is too large"},
    "/v1/rules/{name}": COMMON | {"404": "The active rule set has no such rule"},
    "/v1/rulesets": COMMON
    | {
        "408": "The file took too long",
        "413": "The file is too large",
        "422": "A parameter is wrong, or the rule set is none, or it fails the check",
        "429": "This key hands in another one just now",
        "507": "There is no room on the disk",
    },
    "/v1/rulesets/{id}": COMMON | NO_SET,
    "/v1/rulesets/{id}/diff": COMMON | NO_SET,
    "/v1/rulesets/{id}/shadow": COMMON | NO_SET,
    "/v1/rulesets/{id}/retroactive": COMMON | NO_SET,
    "/v1/rulesets/{id}/stage": STEP,
    "/v1/rulesets/{id}/activate": STEP,
    "/v1/rulesets/rollback": STEP,
    "/v1/rulesets/unstage": STEP,
    "/v1/scans": COMMON | {"408": "The file took too long", "413": "The file is too large"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Douane",
            version=VERSION,
            description="Verdicts on transferred files, statistics, rules, inspection on request.",
            routes=app.routes,
        )
        schemas = document["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(own.pop("$defs"))
        schemas["Problem"] = own
        for path, methods in document["paths"].items():
            for operation in methods.values():
                _add_problems(operation, PROBLEMS.get(path, COMMON))
        app.openapi_schema = document
    return app.openapi_schema


def _add_problems(operation: dict[str, Any], problems: dict[str, str]) -> None:
    for status, description in problems.items():
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
