"""The search: every filter of the API as a form, and addresses that can be passed on."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.pages.search_form import Asked, read_search
from api.pages.show import AsPages, page, see
from api.pages.signed_in import AnyVisitor
from api.services import Served, Services
from verdicts.ledger.queries import BadCursor, Page

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
ROWS = 50


@router.get("/verdicts")
def search(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    pairs = request.query_params.multi_items()
    asked = read_search(pairs)
    if dict(pairs) != asked.given:  # fields that were left empty: the address shall be short
        return see(asked.address(asked.given.get("cursor")))
    if asked.query is None:
        return _show(request, asked, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        found = _find(services, asked)
    except BadCursor:  # it was good until the API started anew, or is none
        return see(asked.address())
    return _show(request, asked, found, HTTPStatus.OK)


def _find(services: Services, asked: Asked) -> Page:
    assert asked.query is not None  # noqa: S101 - looked at before
    query = asked.query
    return services.reader.page(query.to_filters(), ROWS, query.cursor, sort=query.sort)


def _show(request: Request, asked: Asked, found: Page | None, status: HTTPStatus) -> Response:
    return page(request, "search.html", status, asked=asked, found=found)
