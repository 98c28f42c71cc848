"""The audit: who changed or revealed what, and whether that record is as it was written."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from api.pages.ranges import from_form
from api.pages.show import AsPages, page, see, visitor_of
from api.pages.signed_in import AdminVisitor, read_own_form
from api.problems import RequestFailed
from api.routes.audit import AuditQuery, list_audit
from api.services import Served, Services
from verdicts.ledger.access.audit import Checked, verify
from verdicts.ledger.access.audit_trail import AuditKeyUnusable

router = APIRouter(prefix="/audit", dependencies=[AsPages], include_in_schema=False)
ROWS = 50
CONTENT_SHOWN = 2000
"""Characters of what was there before and after a change."""
LONGEST = 512
"""Characters that can be searched for; rows that no ledger wrote may hold more."""
FIELDS = ("since", "until", "actor", "action", "about")


class AuditSearch(AuditQuery):
    limit: int = Field(ROWS, ge=1, le=ROWS)


@router.get("")
def show_audit(request: Request, services: Served, visitor: AdminVisitor) -> Response:
    pairs = request.query_params.multi_items()
    given = {name: value.strip() for name, value in pairs if value.strip()}
    if dict(pairs) != given:  # fields that were left empty: the address shall be short
        return see(_address(given))
    return _show(request, services, given)


@router.post("/check")
async def check_audit(request: Request, services: Served, visitor: AdminVisitor) -> Response:
    """Look at every row, as `douane audit verify` does; for one visitor at a time."""
    await read_own_form(request, services, visitor)
    with services.audit_checks.taken(visitor.key.prefix, "check of the audit"):
        checked = await run_in_threadpool(_check, services)
    return await run_in_threadpool(_show, request, services, {}, checked)


def _show(
    request: Request, services: Services, given: dict[str, str], checked: Checked | None = None
) -> Response:
    try:
        query = AuditSearch.model_validate(
            {
                name: from_form(one) if name in {"since", "until"} else one
                for name, one in given.items()
            }
        )
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
        ) from None
    found: dict[str, Any] = list_audit(services, visitor_of(request).key, query)
    return page(
        request,
        "audit.html",
        found=found,
        given=given,
        fields=FIELDS,
        address=_address,
        checked=checked,
        shown=CONTENT_SHOWN,
        longest=LONGEST,
    )


def _check(services: Services) -> Checked:
    head = services.trail.head()  # before the rows are read: what is written meanwhile is no fault
    try:
        with services.reader.connect() as connection:
            return verify(connection, services.trail, head)
    except AuditKeyUnusable as error:
        raise RequestFailed(
            HTTPStatus.SERVICE_UNAVAILABLE, f"The audit cannot be checked: {error}."
        ) from None


def _address(given: dict[str, str], **changes: str) -> str:
    """Return the address of a search with something else wanted, at its first page."""
    wanted = {name: one for name, one in given.items() if name != "cursor"} | changes
    return "/audit" + (f"?{urlencode(wanted)}" if wanted else "")
