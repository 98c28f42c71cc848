"""The live feed: what happens now, for as long as the session lasts."""

import time
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.event_stream import EventResponse, stream
from api.held import GoesOn, Place
from api.pages.show import AsPages, page
from api.pages.signed_in import AnyVisitor
from api.routes.events import WHAT, EventQuery
from api.services import Served, Services
from api.sessions import Visitor, find_visitor, note_use, use_is_due
from verdicts.ledger.event_log.events import last_event
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading.queries import Filters

router = APIRouter(include_in_schema=False)
ROWS = 25
LOOK_SECONDS = 3.0
"""Between two looks whether the session still holds."""


@router.get("/live", dependencies=[AsPages])
def show_live(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    with services.reader.connect() as connection:
        last = last_event(connection)  # before the rows: rather one twice than one never
    rows = services.reader.page(Filters(), ROWS).data
    return page(request, "live.html", rows=rows, last=last)


@router.get("/live/events")
async def follow(
    services: Served,
    visitor: AnyVisitor,
    query: Annotated[EventQuery, Query()],
    last_event_id: Annotated[str | None, Header(pattern="^[0-9]{1,18}$")] = None,
) -> Response:
    """Stream events as `/v1/events` does, to a browser that has signed in."""
    after = query.after if last_event_id is None else int(last_event_id)
    goes_on = _while_signed_in(services, visitor)
    content = stream(services.feed, query.as_filter(), after, goes_on)
    return EventResponse(content, Place(services.streams, visitor.key.prefix, WHAT, goes_on))


def _while_signed_in(services: Services, visitor: Visitor) -> GoesOn:
    """To watch the feed is to use the session: it ends at its last hour, or by signing out."""
    looked = time.monotonic()

    async def goes_on() -> bool:
        nonlocal looked
        if services.closing.is_set():
            return False
        if time.monotonic() - looked < LOOK_SECONDS:
            return True
        looked = time.monotonic()
        if use_is_due(services, visitor):
            await run_in_threadpool(note_use, services, visitor)
        try:
            return await run_in_threadpool(find_visitor, services, visitor.token) is not None
        except LogUnavailable:
            return False

    return goes_on
