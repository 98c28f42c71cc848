"""The API's own description: /openapi.json, and /docs made from it without any script."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment

from api.access import Viewer

router = APIRouter(dependencies=[Viewer], include_in_schema=False)
PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Douane API</title>
<h1>Douane API</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a>.
Keys go into <code>Authorization: Bearer dk_…</code>.</p>
{% for path, methods in paths.items() %}{% for method, operation in methods.items() %}
<h2><code>{{ method | upper }} {{ path }}</code></h2>
<p>{{ operation.summary }}</p>
<ul>{% for one in operation.parameters or [] %}
<li><code>{{ one.name }}</code>{% if one.description %}: {{ one.description }}{% endif %}</li>
{% endfor %}</ul>
{% endfor %}{% endfor %}</html>
"""
)


def get_description(request: Request) -> dict[str, object]:
    return cast(dict[str, object], request.app.openapi())


Description = Annotated[dict[str, object], Depends(get_description)]


@router.get("/openapi.json")
def openapi(description: Description) -> JSONResponse:
    return JSONResponse(description)


@router.get("/docs")
def docs(description: Description) -> HTMLResponse:
    return HTMLResponse(PAGE.render(paths=description["paths"]))
