"""Server-sent events from the event log: in order, resumed where a client stopped, none skipped.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from typing import NamedTuple

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from verdicts.ledger.events import Event, events_after, last_event
from verdicts.ledger.key_table import ApiKey, still_valid
from verdicts.ledger.queries import Reader
from verdicts.ledger.questions import LogUnavailable
from verdicts.model import utc_now
from verdicts.record import microseconds, rfc3339

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
BATCH = 50
"""Events read at once: at most 3 MiB."""
RETRY = b"retry: 5000\n\n"
"""Milliseconds until a client whose stream has ended asks again."""
HEADERS = {"X-Accel-Buffering": "no"}


class EventResponse(StreamingResponse):
    """Holds one of the places for streams as long as it lasts, however it ends."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes], places: asyncio.Semaphore) -> None:
        super().__init__(content, headers=HEADERS)
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._places:
            await super().__call__(scope, receive, send)


class Batch(NamedTuple):
    events: tuple[Event, ...]
    position: int
    """Number of the last event that was looked at, of whatever kind."""
    full: bool
    """More may be waiting."""


async def stream(
    reader: Reader,
    key: ApiKey,
    kinds: Collection[str],
    after: int | None,
    closing: asyncio.Event,
) -> AsyncIterator[bytes]:
    """Yield all events with larger numbers than `after`, stored ones first; None: only new ones.

    Ends when `closing` is set, when the key is revoked or expires, and when the log cannot be
    read: the client asks again then, and goes on where it stopped.
    """
    yield RETRY
    quiet = 0.0
    position = after
    while not closing.is_set():
        try:
            batch = await run_in_threadpool(_read, reader, key, kinds, position)
        except LogUnavailable:
            return
        if batch is None:
            return
        position = batch.position
        if batch.events:
            quiet = 0.0
            yield b"".join(map(frame, batch.events))
        if batch.full:
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await closing.wait()
        quiet += POLL_SECONDS
        if quiet >= HEARTBEAT_SECONDS:
            quiet = 0.0
            yield b":\n\n"


def event_row(event: Event) -> dict[str, object]:
    """Return an event as the API shows it."""
    return {
        "id": event.id,
        "time": rfc3339(event.time),
        "kind": event.kind,
        "ruleset": event.ruleset,
        "verdict": event.verdict or None,
        "data": json.loads(event.data),
    }


def frame(event: Event) -> bytes:
    """Return an event as one message of the stream; JSON holds no line breaks."""
    text = json.dumps(event_row(event), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.id}\nevent: {event.kind}\ndata: {text}\n\n".encode()


def _read(reader: Reader, key: ApiKey, kinds: Collection[str], after: int | None) -> Batch | None:
    """Return what is new; None if the key does not count any more."""
    with reader.connect() as connection:
        if not still_valid(connection, key, microseconds(utc_now())):
            return None
        newest = last_event(connection)
        if after is None:
            return Batch((), newest, full=False)
        events = events_after(connection, after, kinds, BATCH)
    if len(events) == BATCH:
        return Batch(events, events[-1].id, full=True)
    # `after` counts no more: one beyond the newest is from another log, which this one replaced
    return Batch(events, max([newest, *(event.id for event in events)]), full=False)
