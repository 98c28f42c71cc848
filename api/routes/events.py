"""Events as they happen, as a stream."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import AnyKey
from api.event_stream import EventResponse, stream
from api.held import Place
from api.models import LevelName
from api.services import Served
from scanners.model import Code
from verdicts.ledger.event_log.event_filter import EventFilter
from verdicts.ledger.event_log.new_events import EventKind
from verdicts.model import Action

router = APIRouter(prefix="/v1/events", tags=["events"])
WHAT = "stream of events"
MESSAGE = {
    "type": "object",
    "description": "One message.",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data", "retry")},
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Messages of server-sent events: `id`, `event` (the kind) and `data`, "
        "which is JSON: id, time, kind, ruleset, verdict and data. An `event: gap` says which "
        "events (from, to) were asked for and are not kept any more; after a log was replaced by "
        "one that has not come as far, which it has: ask for those by `after`.",
        "content": {"text/event-stream": {"schema": MESSAGE}},
    }
}


class EventQuery(BaseModel):
    """Of several filters all have to fit; what has no such field, fits none."""

    model_config = ConfigDict(extra="forbid")

    kind: list[EventKind] = Field(
        [], max_length=16, description="Only events of this kind; may be repeated, as all may."
    )
    action: list[Action] = Field([], max_length=16, description="What was done.")
    level: list[LevelName] = Field([], max_length=16, description="What was found, at worst.")
    channel: list[Annotated[str, Field(max_length=256)]] = Field(
        [], max_length=16, description="The service that the transfer belongs to."
    )
    code: list[Code] = Field([], max_length=16, description="Code of a detection.")
    after: int | None = Field(
        None,
        ge=0,
        lt=10**18,
        description="As Last-Event-ID, for clients that cannot send the field; the field counts "
        "if both are there.",
    )

    def as_filter(self) -> EventFilter:
        return EventFilter(
            kinds=frozenset(self.kind),
            actions=frozenset(self.action),
            levels=frozenset(self.level),
            channels=frozenset(self.channel),
            codes=frozenset(self.code),
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
    """Stream what happens: transfers stopped or doubtful, alarms, rule sets, feedback.

    A comment comes every 15 seconds in which nothing happens.
    """
    after = query.after if last_event_id is None else int(last_event_id)

    async def goes_on() -> bool:
        return not services.closing.is_set() and await services.key_watch.holds(key)

    content = stream(services.feed, query.as_filter(), after, goes_on)
    return EventResponse(content, Place(services.streams, key.prefix, WHAT, goes_on))
