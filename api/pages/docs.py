"""The description of the API as a page, made from its OpenAPI document without any script."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from markupsafe import Markup, escape

from api.pages.show import AsPages, page
from api.pages.signed_in import AnyVisitor
from api.problem_kinds import ProblemKind

router = APIRouter(prefix="/docs", dependencies=[AsPages], include_in_schema=False)
TICKS = re.compile("`([^`]*)`")


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    tag: str
    summary: str
    description: str
    parameters: tuple[Mapping[str, Any], ...]
    statuses: tuple[tuple[str, str], ...]
    """Status and what it means."""

    @property
    def anchor(self) -> str:
        return re.sub("[^a-z0-9]+", "-", f"{self.method}{self.path}".lower()).strip("-")


@router.get("")
def show_docs(request: Request, visitor: AnyVisitor) -> Response:
    by_tag: dict[str, list[Operation]] = {}
    for operation in operations(_document(request)):
        by_tag.setdefault(operation.tag, []).append(operation)
    return page(
        request, "docs.html", by_tag=by_tag, kinds=[kind.value for kind in ProblemKind], coded=coded
    )


@router.get("/openapi.json")
def show_document(request: Request, visitor: AnyVisitor) -> Response:
    """Give what `/openapi.json` gives to keys."""
    return JSONResponse(_document(request))


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield what can be asked of the API, in the order of the document."""
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            answers = about.get("responses", {}).items()
            yield Operation(
                method.upper(),
                path,
                (about.get("tags") or ["other"])[0],
                about["summary"],
                about.get("description", ""),
                tuple(about.get("parameters", ())),
                tuple((status, answer["description"]) for status, answer in answers),
            )


def coded(text: str) -> Markup:
    """Return a text in which `backticks` stand for code."""
    return Markup(TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _document(request: Request) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], request.app.openapi())
