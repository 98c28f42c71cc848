"""What the courier reads from the log and has the ledger keep, for one sink."""

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from verdicts.delivery.render import as_json
from verdicts.delivery.sender import Letter
from verdicts.ledger.event_log.events import Event, events_numbered
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.event_log.sink_changes import DisableSink, Later, MoveSink, OpenSink
from verdicts.ledger.event_log.sinks import SinkState, due, next_due, sinks
from verdicts.ledger.questions import LedgerAway, LedgerFailed, LogUnavailable, ask_change
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.record import microseconds

LogAway = (LedgerAway, LedgerFailed, LogUnavailable)
"""Nothing can be read or kept now; it is tried again."""
SAVE_SECONDS = 0.5
SAVE_LETTERS = 20
"""Delivered and not noted yet: so many a receiver gets twice after a kill -9, at most."""
ALARM_SECONDS = 60.0
"""A sink that does not get on for so long is worth an alarm; of refusals there is one in that."""
LETTER_BYTES = 8 * 1024 * 1024
"""Of verdicts, as JSON, that are had at once: a hostile archive makes one of MiB."""
log = structlog.get_logger()


class SinkBook:
    """Belongs to one task.  Every method may raise one of LogAway."""

    def __init__(self, name: str, ledger: Path, reader: Reader) -> None:
        self.name = name
        self.position = 0
        """The last event that was taken out of the log."""
        self.error = ""
        self._ledger = ledger
        self._reader = reader
        self._unsaved = 0
        self._saved = (0, "")
        self._saved_at = time.monotonic()
        self._away_since = 0.0
        self._alarmed = False
        self._told_before = False
        """It was away when we began: a courier before us may have raised the alarm."""
        self._refused = 0
        """Events of whose refusal no alarm has told."""
        self._refused_at = -math.inf

    async def open(self) -> SinkState:
        """Return how far it came; a new one begins behind the newest event."""
        await asyncio.to_thread(ask_change, self._ledger, OpenSink(self.name))
        state = await self.state()
        self.position, self.error = state.position, state.error
        if self.error and not self._away_since:
            self._away_since, self._told_before = time.monotonic(), True
        self._saved = state.position, state.error
        return state

    async def state(self) -> SinkState:
        return await asyncio.to_thread(self._state)

    async def letters(self, events: Sequence[Event], *, whole: bool) -> list[Letter]:
        """Return the events, of much the first ones, as letters; `whole` with their verdict."""
        return await asyncio.to_thread(self._letters, events, whole)

    async def moved(self, position: int, delivered: int) -> None:
        """Note how far it is; on disk within half a second or some letters."""
        self.position = position
        self._unsaved += delivered
        waited = time.monotonic() - self._saved_at
        if self._unsaved >= SAVE_LETTERS or waited >= SAVE_SECONDS:
            await self.save()

    async def say(self, error: str) -> None:
        """Note why it does not get on; empty if it does."""
        self.error = error
        if error != self._saved[1]:
            await self.save()

    async def away(self, reason: str) -> None:
        """Say once in the log that it does not get on, note why; after a minute by an alarm, too.

        The book has to be open.
        """
        now = time.monotonic()
        if not self.error:
            self._away_since = now
            log.warning("sink.away", sink=self.name, reason=reason)
        await self.say(reason)
        if not self._alarmed and now - self._away_since >= ALARM_SECONDS:
            self._alarmed = True
            await self.alarm(reason)

    async def there(self) -> None:
        """Take back what `away` said."""
        if self.error:
            log.info("sink.there", sink=self.name)
            await self.say("")
        if self._alarmed or self._told_before:
            self._alarmed = self._told_before = False
            await self.alarm("It takes events again.", ok=True)

    async def refused(self, event: Event, reason: str) -> None:
        """Tell that it will never get this event; by an alarm at most once in a minute.

        Not by one about an alarm: who refuses that refuses the next as well, for ever.
        """
        log.error("sink.refused", sink=self.name, number=event.id, reason=reason)
        if event.kind == "alarm":
            return
        self._refused += 1
        if time.monotonic() - self._refused_at >= ALARM_SECONDS:
            others = f" and {self._refused - 1} before it" if self._refused > 1 else ""
            self._refused, self._refused_at = 0, time.monotonic()
            await self.alarm(f"It refused event {event.id}{others}: {reason}")

    async def save(
        self, settled: Sequence[int] = (), later: Sequence[Later] = (), *, hurry: bool = False
    ) -> None:
        """Put position, error and these changes of the outbox on disk, if there is any."""
        now = self.position, self.error
        if now != self._saved or settled or later or hurry:
            change = MoveSink(
                self.name, *now, tuple(settled), tuple(later), microseconds(utc_now()), hurry
            )
            await asyncio.to_thread(ask_change, self._ledger, change)
            self._saved = now
        self._unsaved, self._saved_at = 0, time.monotonic()

    async def disable(self, error: str) -> None:
        change = DisableSink(self.name, microseconds(utc_now()), error)
        await asyncio.to_thread(ask_change, self._ledger, change)

    async def outbox(self, limit: int) -> tuple[tuple[Later, Event | None], ...]:
        """Return what is to be sent again by now; None for an event that is kept no more."""
        return await asyncio.to_thread(self._outbox, limit)

    async def next_due(self) -> int | None:
        """Return when the next of the outbox is due, in microseconds; None if it is empty."""
        return await asyncio.to_thread(self._next_due)

    async def alarm(self, explanation: str, *, ok: bool = False) -> None:
        """Tell everybody, by an event."""
        data: dict[str, object] = {
            "part": f"sink {self.name}",
            "ok": ok,
            "explanation": explanation,
        }
        event = NewEvent(microseconds(utc_now()), "alarm", "", "", data)
        await asyncio.to_thread(ask_add_events, self._ledger, [event])

    def _state(self) -> SinkState:
        with self._reader.connect() as connection:
            return sinks(connection)[self.name]

    def _letters(self, events: Sequence[Event], whole: bool) -> list[Letter]:
        letters: list[Letter] = []
        size = 0
        for event in events:
            verdict = self._reader.get(event.verdict) if whole and event.verdict else None
            size += len(as_json(verdict)) if verdict else 0
            if letters and size > LETTER_BYTES:
                break
            letters.append(Letter(event, verdict))
        return letters

    def _outbox(self, limit: int) -> tuple[tuple[Later, Event | None], ...]:
        with self._reader.connect() as connection:
            waiting = due(connection, self.name, microseconds(utc_now()), limit)
            events = events_numbered(connection, [later.event for later in waiting])
        return tuple((later, events.get(later.event)) for later in waiting)

    def _next_due(self) -> int | None:
        with self._reader.connect() as connection:
            return next_due(connection, self.name, microseconds(utc_now()))
