"""Server-sent events from the event log: in order, resumed where a client stopped, none skipped.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from api.held import GoesOn, HeldResponse, Place
from verdicts.ledger.event_log.event_filter import EventFilter
from verdicts.ledger.event_log.event_rows import event_row
from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.questions import LogUnavailable

HEARTBEAT_SECONDS = 15.0
WAIT_SECONDS = 0.5
"""The longest until a stream looks if it is to end, or whether its key still holds."""
BATCH = 50
"""Events handed over at once: at most 3 MiB."""
RETRY = b"retry: 5000\n\n"
"""Milliseconds until a client whose stream has ended asks again."""
HEADERS = {"X-Accel-Buffering": "no"}


class EventResponse(HeldResponse):
    """A stream as an answer."""

    def __init__(self, content: AsyncGenerator[bytes, None], place: Place) -> None:
        super().__init__(content, place, HEADERS, "text/event-stream")


async def stream(
    feed: EventFeed, wanted: EventFilter, after: int | None, goes_on: GoesOn
) -> AsyncGenerator[bytes, None]:
    """Yield all events with larger numbers than `after`, stored ones first; None: only new ones.

    What is not kept any more is told of as a `gap`.  Ends when `goes_on` says no, and when the log
    cannot be read: the client asks again then, and goes on where it stopped.
    """
    yield RETRY
    async with feed.following():
        with suppress(LogUnavailable):
            position = await feed.newest() if after is None else after
            if missed := await _missed(feed, position):
                yield missed
            pieces = _pieces(feed, wanted, position, goes_on)
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece


async def _pieces(
    feed: EventFeed, wanted: EventFilter, position: int, goes_on: GoesOn
) -> AsyncGenerator[bytes, None]:
    clock = asyncio.get_running_loop().time
    told = clock()
    while await goes_on():
        batch = await feed.after(position, wanted.kinds, BATCH)
        position = batch.position
        if frames := b"".join(frame(event) for event in batch.events if wanted.takes(event)):
            told = clock()
            yield frames
        elif clock() - told >= HEARTBEAT_SECONDS:
            told = clock()
            yield b":\n\n"
        if not batch.full:
            await feed.beyond(position, WAIT_SECONDS)


async def _missed(feed: EventFeed, position: int) -> bytes:
    """Return a word about events that the client may have missed; mostly nothing.

    They are kept no more; or the log, whose numbers end before those of the client, is another one
    than it has read: then nobody can say which of it are new to it.
    """
    oldest, newest = await feed.oldest(), await feed.newest()
    if position > newest:
        first, last = oldest, newest
    else:
        first, last = position + 1, oldest - 1
    if position == 0 or first == 0 or last < first:
        return b""
    data = json.dumps({"from": first, "to": last})
    return f"id: {last}\nevent: gap\ndata: {data}\n\n".encode()


def frame(event: Event) -> bytes:
    """Return an event as one message of the stream; JSON holds no line breaks."""
    text = json.dumps(event_row(event), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.id}\nevent: {event.kind}\ndata: {text}\n\n".encode()
