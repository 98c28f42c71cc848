"""The OpenAPI document, with the problems that each route may answer."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.examples import REF, example
from api.operations import HEADERS, complete
from api.problems import Problem

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
EDIT = COMMON | {
    "408": "The body took too long",
    "409": "Another rule set has become active meanwhile",
    "413": "It is too large",
}
NOT_LISTED = {"404": "The file is not on the list"}
PROBLEMS: dict[str, dict[str, str]] = {
    "/v1/health/live": {"422": "It takes no parameters"},
    "/v1/health/ready": {"422": "It takes no parameters"},
    "/v1/sinks/{name}/enable": COMMON | {"404": "No such sink"},
    "/v1/verdicts/{id}": COMMON | {"404": "No such verdict"},
    **{
        f"/v1/verdicts/{{id}}/{name}": COMMON | {"404": "No such verdict"}
        for name in ("stix", "misp", "ocsf", "ecs", "cef")
    },
    "/v1/verdicts/{id}/feedback": COMMON
    | {"404": "No such verdict", "408": "The body took too long", "413": "It is too large"},
    "/v1/files/{sha256}": COMMON | {"404": "No transfer had this content"},
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
    "/v1/policy": EDIT,
    "/v1/blocklist/{sha256}": EDIT | NOT_LISTED,
    "/v1/allowlist/{sha256}": EDIT | NOT_LISTED,
    "/v1/keys": COMMON | {"408": "The body took too long", "413": "It is too large"},
    "/v1/keys/{prefix}": COMMON | {"404": "No such key that is not yet revoked"},
    "/v1/scans": COMMON | {"408": "The file took too long", "413": "The file is too large"},
}


TAGS = {
    "verdicts": "The verdict log: what was transferred, what was found, what was done.",
    "formats": "A verdict as other tools read it.",
    "statistics": "Counts over any range, exact.",
    "scans": "Inspection of files that are handed in.",
    "rules": "What the rules of the active set cover, and what they found.",
    "policy": "What is done about what is found.",
    "lists": "Files that are blocked or allowed by their hash.",
    "rule sets": "Rule sets from the upload to the roll-back, and what each would have done.",
    "events": "What happens, as it happens.",
    "access": "Keys, and who changed what.",
    "privacy": "What is forgotten of people.",
    "health": "Is it alive, is it ready, how does it do.",
}
ABOUT = """\
Verdicts on transferred files, statistics, rules, inspection on request.

- **Errors** are problem details (RFC 9457). `type` tells apart what has the same status; `errors`
  names each wrong field. A parameter that is unknown, or given twice, is one.
- **Pages** end with `next`: give it as `cursor`. Times are RFC 3339.
- **Answers you have**: send their `ETag` as `If-None-Match`. Changes of what is there take
  `If-Match`; 412 says that somebody else was quicker.
- **Once**: a POST with an `Idempotency-Key` is done once, however often it is sent.
- **Limits**: `RateLimit` says what is left for your key.
- **Compression**: gzip and zstd, by `Accept-Encoding`.

File names, URLs and paths are text of strangers: escape them.
"""


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Douane",
            version=VERSION,
            summary="ICAP file inspection for messaging traffic",
            description=ABOUT,
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            servers=[{"url": "/", "description": "Where this document came from"}],
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        schemas = document["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        own = Problem.model_json_schema(ref_template=f"{REF}{{model}}")
        schemas.update(own.pop("$defs"))
        schemas["Problem"] = own
        document["components"]["headers"] = HEADERS
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                complete(operation, method, PROBLEMS.get(path, COMMON), schemas)
        for schema in schemas.values():
            if "properties" in schema:
                schema["examples"] = [example(schema, schemas)]
                schema.pop("example", None)
        app.openapi_schema = document
    return app.openapi_schema
