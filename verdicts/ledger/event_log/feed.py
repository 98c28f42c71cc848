"""The newest events, read from the log once for all who follow them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import islice

import structlog

from verdicts.ledger.event_log.events import Event, events_after, last_event, oldest_event
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading.queries import Reader

log = structlog.get_logger()
LOOK_SECONDS = 0.1
AWAY_SECONDS = 1.0
"""Between two looks while the log cannot be read."""
LOOK_EVENTS = 200
REMEMBERED = 1000
REMEMBERED_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in order."""

    events: tuple[Event, ...]
    position: int
    """Number of the last event that was looked at, of whatever kind."""
    full: bool
    """More may be waiting."""


class EventFeed:
    """Looks ten times a second while somebody follows.  Belongs to one event loop.

    `docs/decisions/0021-sinks-take-from-the-log.md` says why it looks instead of being told.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._followers = 0
        self._looking: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._looked = asyncio.Event()
        self._newest: int | None = None
        """None: nobody has looked yet, or the log cannot be read."""
        self._recent: deque[Event] = deque()
        self._recent_bytes = 0
        self._complete_after = 0
        """All events with larger numbers, up to the newest, are remembered."""

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        self._followers += 1
        if self._looking is None:
            self._newest = None
            self._stop = asyncio.Event()
            self._looking = asyncio.create_task(self._look(self._stop))
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                looking, self._looking = self._looking, None
                self._stop.set()
                await looking  # and with it the read that may be under way

    async def newest(self) -> int:
        """Return the number of the newest event; raise LogUnavailable."""
        while self._newest is None:
            looked = self._looked
            await looked.wait()
            if self._newest is None:
                raise LogUnavailable("the verdict log cannot be read")
        return self._newest

    async def beyond(self, position: int, seconds: float) -> bool:
        """Wait up to `seconds` for an event with a larger number; raise LogUnavailable."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.newest() <= position:
                    await self._looked.wait()
                return True
        return False

    async def after(self, position: int, kinds: Collection[str], limit: int) -> Batch:
        """Return events of these kinds with larger numbers; empty means all.

        Raises LogUnavailable.
        """
        newest = await self.newest()
        if position >= newest:
            # One beyond the newest is of another log, which this one replaced: it counts no more
            return Batch((), newest, full=False)
        if position >= self._complete_after:
            found = (
                event
                for event in self._recent
                if event.id > position and (not kinds or event.kind in kinds)
            )
            events = tuple(islice(found, limit))
        else:
            events = await asyncio.to_thread(self._read, position, kinds, limit)
            events = tuple(event for event in events if event.id <= newest)
        if len(events) == limit:
            return Batch(events, events[-1].id, full=True)
        return Batch(events, newest, full=False)

    async def oldest(self) -> int:
        """Return the number of the oldest event kept, 0 if none is; raise LogUnavailable."""
        return await asyncio.to_thread(self._read_oldest)

    async def _look(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            pause = LOOK_SECONDS
            try:
                newest, events = await asyncio.to_thread(self._read_new)
            except Exception as error:  # whatever it is, those who follow must not wait for ever
                if not isinstance(error, LogUnavailable):
                    log.exception("feed.failed")
                pause, self._newest = AWAY_SECONDS, None
                self._announce()
            else:
                if newest != self._newest:
                    self._remember(newest, events)
                    self._announce()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()

    def _announce(self) -> None:
        looked, self._looked = self._looked, asyncio.Event()
        looked.set()

    def _remember(self, newest: int, events: tuple[Event, ...]) -> None:
        followed_on = self._newest is not None and newest > self._newest
        if not followed_on or len(events) == LOOK_EVENTS:  # begun anew, or too many to follow
            self._recent.clear()
            self._recent_bytes, self._complete_after = 0, newest
        else:
            self._recent.extend(events)
            self._recent_bytes += sum(len(event.data) for event in events)
        while len(self._recent) > REMEMBERED or self._recent_bytes > REMEMBERED_BYTES:
            gone = self._recent.popleft()
            self._recent_bytes -= len(gone.data)
            self._complete_after = gone.id
        self._newest = newest

    def _read_new(self) -> tuple[int, tuple[Event, ...]]:
        with self._reader.connect() as connection:
            newest = last_event(connection)
            if self._newest is None or newest <= self._newest:
                return newest, ()
            return newest, events_after(connection, self._newest, (), LOOK_EVENTS)

    def _read(self, position: int, kinds: Collection[str], limit: int) -> tuple[Event, ...]:
        with self._reader.connect() as connection:
            return events_after(connection, position, kinds, limit)

    def _read_oldest(self) -> int:
        with self._reader.connect() as connection:
            return oldest_event(connection)
