"""The search: every filter of the API as a form, and addresses that can be passed on."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.pages.search_form import Asked, read_search
from api.pages.show import AsPages, page, see, visitor_of
from api.pages.signed_in import AnalystVisitor, AnyVisitor
from api.routes.exports import ExportQuery, export_verdicts
from api.services import Served, Services
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import BadCursor, Page

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


@router.get("/verdicts/export")
async def export(request: Request, services: Served, visitor: AnalystVisitor) -> Response:
    """Give the whole of a search as a file; the audit says to whom."""
    try:
        query = ExportQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    return await export_verdicts(request, services, visitor.key, query)


def _find(services: Services, asked: Asked) -> Page:
    assert asked.query is not None  # noqa: S101 - looked at before
    query = asked.query
    return services.reader.page(query.to_filters(), ROWS, query.cursor, sort=query.sort)


def _show(request: Request, asked: Asked, found: Page | None, status: HTTPStatus) -> Response:
    may_export = visitor_of(request).key.role.may(Role.ANALYST)
    return page(request, "search.html", status, asked=asked, found=found, may_export=may_export)
