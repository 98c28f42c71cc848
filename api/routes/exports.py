"""The verdict log as a file: the same filters, any number of verdicts."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field

from api.access import Analyst
from api.audit import audited
from api.export import PAGE_ROWS, ExportResponse, Format, export
from api.held import Place
from api.routes.verdicts import ListQuery, read_page
from api.services import Served, Services
from verdicts.ledger.age.pseudonyms import Trace, read_pseudonyms
from verdicts.ledger.reading.queries import Page
from verdicts.model import utc_now

router = APIRouter(prefix="/v1/verdicts/export", tags=["verdicts"])
WHAT = "export"
LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Each verdict once. If there are more than `limit`, a last line says so and "
        "where to go on; a transfer that breaks off is not whole.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/jsonl": {"schema": {"type": "string"}},
        },
    }
}


TRACES = {
    "user": Trace.USER,
    "client_ip": Trace.ADDRESS,
    "url": Trace.URL,
    "file_name": Trace.NAME,
}
"""Filters that may name a person."""


class ExportQuery(ListQuery):
    format: Format = Field(
        description="`csv` for spreadsheets: no cell is a formula, lists are words. `jsonl` for "
        "programs: one verdict a line, as `GET /v1/verdicts/{id}` shows it, in ASCII."
    )
    limit: int = Field(100_000, ge=1, le=10_000_000)


@router.get("", summary="Export verdicts", response_class=Response, responses=LINES)
async def export_verdicts(
    request: Request, services: Served, key: Analyst, query: Annotated[ExportQuery, Query()]
) -> Response:
    """Stream verdicts as CSV or JSON lines.  Who exported what is kept in the audit."""
    services.exports.require(key.prefix, WHAT)

    def read(cursor: str | None, limit: int) -> Page:
        return read_page(services.reader, query, limit, cursor)

    first = await run_in_threadpool(read, query.cursor, min(PAGE_ROWS, query.limit))
    asked = _without_traces(services, query)
    await audited(services, request, key, "verdicts.export", "verdicts", after=asked)
    content = export(first, read, query.format, query.wanted, query.limit)
    name = f"douane-verdicts-{utc_now():%Y%m%dT%H%M%SZ}"
    place = Place(services.exports, key.prefix, WHAT, lambda: services.key_watch.holds(key))
    return ExportResponse(content, query.format, name, place)


def _without_traces(services: Services, query: ExportQuery) -> dict[str, object]:
    """Return what was asked for, as it may stay for ever: whoever is forgotten is not named."""
    asked = query.model_dump(mode="json", exclude_none=True, exclude={"cursor"})
    pseudonyms = read_pseudonyms(services.privacy_key)
    for name, trace in TRACES.items():
        if name in asked:
            asked[name] = pseudonyms.of(trace, asked[name])
    return asked
