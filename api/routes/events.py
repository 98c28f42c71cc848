"""Events as they happen, as a stream."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import AnyKey
from api.bodies import busy
from api.event_stream import EventResponse, stream
from api.services import Served
from verdicts.ledger.new_events import EventKind

router = APIRouter(prefix="/v1/events", tags=["events"])
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Messages of server-sent events: `id`, `event` (the kind) and `data`, "
        "which is JSON: id, time, kind, ruleset, verdict and data.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class EventQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: list[EventKind] = Field(
        [], max_length=16, description="Only events of this kind; may be repeated."
    )


@router.get("", summary="Follow events", response_class=Response, responses=STREAM)
async def events(
    services: Served,
    key: AnyKey,
    query: Annotated[EventQuery, Query()],
    last_event_id: Annotated[
        str | None,
        Header(
            pattern="^[0-9]{1,18}$",
            description="Number of the last event that was read; what came since comes first. "
            "0: all that are kept. Without it: only new ones.",
        ),
    ] = None,
) -> Response:
    """Stream what happens to rule sets, and what a set would have ruled otherwise.

    A comment comes every 15 seconds in which nothing happens.
    """
    if services.streams.locked():
        raise busy("Too many clients follow events already.")
    after = None if last_event_id is None else int(last_event_id)
    content = stream(services.reader, key, set(query.kind), after, services.closing)
    return EventResponse(content, services.streams)
