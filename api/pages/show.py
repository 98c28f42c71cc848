"""How a page is made: templates that escape, headers that let nothing else in, errors in words."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import jinja2
from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.pages.assets import address
from api.pages.texts import FILTERS
from api.problems import PAGE, Problem
from api.sessions import Visitor
from verdicts.ledger.questions import Role

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
THEMES = ("light", "dark")
PLACES = (
    ("/", "Overview", Role.VIEWER),
    ("/live", "Live", Role.VIEWER),
    ("/verdicts", "Verdicts", Role.VIEWER),
    ("/rules", "Rules", Role.VIEWER),
    ("/rulesets", "Rule sets", Role.VIEWER),
    ("/health", "Health", Role.VIEWER),
    ("/audit", "Audit", Role.ADMIN),
    ("/docs", "API", Role.VIEWER),
)
"""Address, label, and the least role that may see it."""
VISITOR = "douane.visitor"
"""Key of an ASGI scope: who has signed in."""
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
TEMPLATES.filters.update(FILTERS)
TEMPLATES.globals.update({"asset": address, "places": PLACES})


def page(
    request: Request,
    template: str,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return the page; every value in it is untrusted, and escaped."""
    theme = request.cookies.get("douane_theme")
    text = TEMPLATES.get_template(template).render(
        visitor=request.scope.get(VISITOR),
        here=request.url.path,
        theme=theme if theme in THEMES else None,
        **values,
    )
    content = text.encode("utf-8", "replace")  # names may hold half a character
    return HTMLResponse(content, status, {**HEADERS, **(headers or {})})


def see(place: str) -> Response:
    """Send the browser to another page of ours."""
    return RedirectResponse(place, HTTPStatus.SEE_OTHER, HEADERS)


def _problem_page(request: Request, found: Problem, headers: Mapping[str, str] | None) -> Response:
    if headers and "Location" in headers:
        return see(headers["Location"])
    return page(request, "problem.html", found.status, headers, found=found)


def _as_pages(request: Request) -> None:
    request.scope[PAGE] = _problem_page


AsPages = Depends(_as_pages)
"""Shows all problems of the routes that depend on it as pages."""


def visitor_of(request: Request) -> Visitor:
    """Return who has signed in, of a route that wants somebody."""
    return cast(Visitor, request.scope[VISITOR])


Row = dict[str, Any]
"""What a route of the API returns, before its model sees it."""
