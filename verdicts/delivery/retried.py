"""Delivery one by one: what fails waits in the outbox by itself, and others go on.

The pauses are those of Standard Webhooks.  While the receiver as a whole is away new events wait in
the log, so that the outbox stays small; once it is back, all that waits goes at once.
"""

import asyncio
import random
import time

import structlog

from verdicts.delivery.round import IDLE_SECONDS, Round, finished
from verdicts.delivery.sender import LetterRefused, ReceiverAway
from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.sink_changes import Later
from verdicts.model import utc_now
from verdicts.record import microseconds

HOUR = 3600
PAUSES = (5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds after the first attempt, the second …; after the last one the event is given up."""
JITTER = 0.1
OUTBOX = 1000
"""Events in the outbox from which on no new ones are taken."""
AT_ONCE = 20
LONGEST_PAUSE = 300.0
"""Between two new events while the receiver is away."""
SECOND = 1_000_000
log = structlog.get_logger()


class Retried(Round):
    """For webhooks."""

    _resume = 0.0
    """When a new event may be tried again; monotonic seconds."""
    _failures = 0
    """Attempts in a row to which the receiver said nothing sensible."""

    async def _deliver(self) -> None:
        while True:
            for later, event in await self._book.outbox(AT_ONCE):
                await finished(self._again(later, event))
            if not await self._take_some(await self._room()):
                await self._book.save()
                await self._rest()

    async def _take_some(self, most: int) -> bool:
        """Send the next events of the log; return whether there may be more."""
        if most <= 0:
            return False
        events, position, more = await self._take(most)
        for event in events:
            await finished(self._first(event))
            if time.monotonic() < self._resume:
                return False
        await self._book.moved(position, 0)
        return more

    async def _room(self) -> int:
        """Return how many new events may be tried now: so many may fail."""
        if time.monotonic() < self._resume:
            return 0
        return min(AT_ONCE, OUTBOX - (await self._book.state()).waiting)

    async def _rest(self) -> None:
        """Wait for a new event, or until the next attempt is due."""
        seconds = IDLE_SECONDS
        due = await self._book.next_due()
        if due is not None:
            seconds = min(seconds, (due - microseconds(utc_now())) / SECOND)
        pause = self._resume - time.monotonic()
        if pause > 0:
            await asyncio.sleep(max(0.05, min(seconds, pause)))
        else:
            await self._feed.beyond(self._book.position, max(0.05, seconds))

    async def _first(self, event: Event) -> None:
        """Send it; a failure moves it into the outbox."""
        if error := await self._attempt(event):
            self._book.position = event.id
            await self._book.save(later=[_later(event.id, 1, error)])
        else:
            await self._book.moved(event.id, 1)

    async def _again(self, later: Later, event: Event | None) -> None:
        if event is None:
            await self._give_up(later, "it is kept no more")
        elif not (error := await self._attempt(event)):
            await self._book.save(settled=[event.id])
        elif later.attempts >= len(PAUSES):
            await self._give_up(later, error)
        else:
            await self._book.save(later=[_later(event.id, later.attempts + 1, error)])

    async def _attempt(self, event: Event) -> str:
        """Return why it failed, "" if it did not; raise ReceiverGone."""
        letters = await self._book.letters([event], whole=self._sender.whole_verdicts)
        try:
            await self._sender.send(letters)
        except ReceiverAway as away:
            self._failures += 1
            pause = min(PAUSES[0] * 2.0 ** (self._failures - 1), LONGEST_PAUSE)
            self._resume = time.monotonic() + pause
            await self._book.away(str(away))
            return str(away)
        except LetterRefused as refused:
            log.warning("sink.refused", sink=self.name, number=event.id, reason=str(refused))
            return str(refused)
        await self._book.there()
        if self._failures:
            self._failures, self._resume = 0, 0.0
            await self._book.save(hurry=True)
        return ""

    async def _give_up(self, later: Later, reason: str) -> None:
        log.error("sink.given_up", sink=self.name, number=later.event, reason=reason)
        await self._book.save(settled=[later.event])
        await self._book.alarm(f"Event {later.event} was given up: {reason}")


def _later(event: int, attempts: int, error: str) -> Later:
    pause = PAUSES[attempts - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311 - jitter
    return Later(event, microseconds(utc_now()) + int(pause * SECOND), attempts, error)
