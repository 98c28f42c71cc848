"""Errors as RFC 9457 problem details.  No text of an exception ever reaches a client."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.problem_kinds import ProblemKind
from scanners.rules.records import Problem as Wrong
from verdicts.ledger.questions import LedgerAway, LedgerFailed, LogUnavailable
from verdicts.rulesets.records import RulesetError

MEDIA_TYPE = "application/problem+json"
PAGE = "douane.problem_page"
"""Key of an ASGI scope: what shows a problem to people, in place of JSON."""
log = structlog.get_logger()


class FieldProblem(BaseModel):
    """One thing that is wrong with a request."""

    where: str
    """For example `query.limit`."""
    message: str


class RuleProblem(BaseModel):
    """One thing that is wrong with a rule set, and what to do about it."""

    file: str
    line: int = Field(description="From 1; 0 if the problem is not on one line.")
    rule: str = Field(description="Rule or signature; empty if the problem is the file's.")
    problem: str
    fix: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = Field(
        "about:blank",
        description="What kind of problem it is, if more is to be said than by its status: "
        "a reference to its explanation in /docs.",
    )
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    """What is wrong with which field, if that is the problem."""
    problems: list[RuleProblem] | None = None
    """What is wrong with a rule set."""


class RequestFailed(Exception):
    """The request cannot be served; becomes a problem of this status."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        problems: Sequence[Wrong] | None = None,
        *,
        kind: ProblemKind | None = None,
        field: str | None = None,
    ) -> None:
        """`field` is what is wrong, such as `query.cursor`, if it is one."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.problems = problems
        self.kind = kind
        self.errors = None if field is None else (FieldProblem(where=field, message=detail),)


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldProblem] | None = None,
    problems: Sequence[Wrong] | None = None,
    kind: ProblemKind | None = None,
) -> Response:
    if errors:
        kind = ProblemKind.PARAMETERS_WRONG
    elif problems:
        kind = ProblemKind.RULES_WRONG
    found = Problem(
        type=kind.uri if kind else "about:blank",
        title=kind.value.title if kind else HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request.scope["request_id"],
        errors=None if errors is None else list(errors),
        problems=[RuleProblem(**asdict(one)) for one in problems] if problems else None,
    )
    if PAGE in request.scope:  # somebody reads it in a browser
        shown: Response = request.scope[PAGE](request, found, headers)
        return shown
    content = found.model_dump_json(exclude_none=True)
    return Response(content, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every error of the routes into a problem; bugs are caught further out."""
    app.add_exception_handler(RequestFailed, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for away in (LogUnavailable, LedgerAway, LedgerFailed):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(RulesetError, _no_rulesets)


def sentence(error: Exception) -> str:
    """Return the text of an error that was written for whoever reads the answer."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
DETAILS = {
    404: "There is nothing here.",
    405: "This resource does not take this method.",
}


def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestFailed)  # noqa: S101 - installed for nothing else
    return problem(
        request,
        error.status,
        error.detail,
        headers=error.headers,
        errors=error.errors,
        problems=error.problems,
        kind=error.kind,
    )


def _http(request: Request, error: Exception) -> Response:
    """Starlette's own: no such path, method, or body."""
    assert isinstance(error, HTTPException)  # noqa: S101 - installed for nothing else
    detail = DETAILS.get(error.status_code, "The request cannot be served.")
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_methods(request))}
    return problem(request, error.status_code, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """Return what the path takes; Starlette names the methods of the first route alone."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - installed for nothing else
    errors = [
        FieldProblem(where=".".join(map(str, one["loc"])), message=one["msg"])
        for one in error.errors()
    ]
    return problem(request, 422, "Some parameters are wrong.", errors=errors)


def _away(request: Request, _: Exception) -> Response:
    return problem(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The verdict log does not answer. Traffic is inspected all the same.",
        headers={"Retry-After": "5"},
        kind=ProblemKind.LOG_AWAY,
    )


def _no_rulesets(request: Request, error: Exception) -> Response:
    log.error("api.rulesets_unreadable", reason=str(error))
    return problem(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The stored rule sets cannot be read; the log says why.",
        headers={"Retry-After": "5"},
    )
