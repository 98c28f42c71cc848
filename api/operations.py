"""What operations have in common in the OpenAPI document: headers, problems, examples."""

from typing import Any

from api.examples import REF, example
from api.problem_kinds import ProblemKind
from api.problems import MEDIA_TYPE

JSON = "application/json"
TEXT = {"type": "string"}
HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "Stands in every line of our log about the request.",
        "schema": TEXT,
        "example": "5f1c0a9e7b3d2468",
    },
    "ETag": {
        "description": "For If-None-Match, and If-Match where something is changed.",
        "schema": TEXT,
        "example": '"d2a84f4b8b650937ec8f73cd8be2c74a"',
    },
    "RateLimit-Policy": {
        "description": "What the key may ask: q requests in w seconds. Absent without a limit.",
        "schema": TEXT,
        "example": '"default";q=1200;w=60',
    },
    "RateLimit": {
        "description": "What is left of it: r requests; all of them again in t seconds.",
        "schema": TEXT,
        "example": '"default";r=1150;t=3',
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer"},
        "example": 5,
    },
    "Idempotency-Replayed": {
        "description": "`true`: the request was answered before; this is that answer.",
        "schema": TEXT,
        "example": "true",
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own. The same request with the same key is done once, and "
    "answered the same for 24 hours if it succeeded.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag of an answer that you have: 304 if it would be the same.",
    "schema": TEXT,
    "example": '"d2a84f4b8b650937ec8f73cd8be2c74a"',
}
WORDS = {
    "about": "Only changes of this: what it was done to.",
    "action": "What was done.",
    "actor": "Only what this key or token did, by name.",
    "by": "What to count by.",
    "channel": "Name of the messaging service.",
    "clause": "The clause of the policy that decided.",
    "client_ip": "Address of the client.",
    "direction": "Which way it went.",
    "id": "As the list shows it.",
    "level": "What is known of the content.",
    "limit": "At most so many.",
    "name": "As the list shows it.",
    "prefix": "The first characters of the key.",
    "service": "The ICAP service that was asked.",
    "sha256": "Of the content, lower case.",
    "true_type": "Our word for what the file really is.",
    "until": "RFC 3339: since <= time < until.",
    "user": "Whoever the proxy says it was.",
}
"""What parameters mean that say it by their name; those that do not have words of their own."""
TOO_MANY = "The key has sent too many requests"
KINDS_BY_STATUS = {
    "408": ProblemKind.BODY_TOO_SLOW,
    "412": ProblemKind.STALE,
    "413": ProblemKind.BODY_TOO_LARGE,
    "422": ProblemKind.PARAMETERS_WRONG,
    "428": ProblemKind.PRECONDITION_MISSING,
    "429": ProblemKind.TOO_MANY_REQUESTS,
}


def complete(
    operation: dict[str, Any], method: str, problems: dict[str, str], schemas: dict[str, Any]
) -> None:
    """Add to an operation what FastAPI does not know of."""
    responses = operation["responses"]
    parameters = operation.setdefault("parameters", [])
    problems = dict(problems)
    cached = method == "get" and JSON in responses.get("200", {}).get("content", {})
    if operation.get("security"):
        problems.setdefault("429", TOO_MANY)
        if method == "post":
            parameters.append(IDEMPOTENCY_KEY)
            problems.setdefault("409", "The Idempotency-Key is in use, or its answer not kept")
    if any(one["name"] == "If-Match" for one in parameters):
        problems["412"] = "It has changed since it was read"
        if method != "post":
            problems["428"] = "If-Match is missing"
    for one in parameters:
        one["schema"] = _without_null(one["schema"])
        one.setdefault("description", WORDS.get(one["name"], ""))
    for status, description in problems.items():
        responses[status] = _problem(status, description)
    for status, response in responses.items():
        response["headers"] = _headers(status, bool(operation.get("security")), cached, method)
    if cached:
        parameters.append(IF_NONE_MATCH)
        responses["304"] = {"description": "You have it", "headers": responses["200"]["headers"]}
    _add_examples(operation, schemas)
    if not parameters:
        del operation["parameters"]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or it is not; text that says null is text."""
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if not some:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**some[0], **rest} if len(some) == 1 else {**rest, "anyOf": some}


def _problem(status: str, description: str) -> dict[str, Any]:
    kind = KINDS_BY_STATUS.get(status)
    shown: dict[str, Any] = {
        "type": kind.uri if kind else "about:blank",
        "title": kind.value.title if kind else description,
        "status": int(status),
        "detail": f"{description}.",
        "request_id": "5f1c0a9e7b3d2468",
    }
    if kind is ProblemKind.PARAMETERS_WRONG:
        shown["errors"] = [{"where": "query.limit", "message": "Given more than once."}]
    schema = {"$ref": f"{REF}Problem"}
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "example": shown}},
    }


def _headers(status: str, secured: bool, cached: bool, method: str) -> dict[str, Any]:
    names = ["X-Request-ID"]
    if secured and status != "401":
        names += ["RateLimit-Policy", "RateLimit"]
    if cached and status == "200":
        names.append("ETag")
    if status in {"429", "503"}:
        names.append("Retry-After")
    if secured and method == "post" and status.startswith("2"):
        names.append("Idempotency-Replayed")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    for one in operation["parameters"]:
        one.setdefault("example", example(one["schema"], schemas, one["name"]))
    contents = [one.get("content", {}) for one in operation["responses"].values()]
    contents.append(operation.get("requestBody", {}).get("content", {}))
    for content in contents:
        if JSON in content:
            content[JSON].setdefault("example", example(content[JSON].get("schema", {}), schemas))
