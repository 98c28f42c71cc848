"""What both kinds of delivery do alike: take events out of the log, in order, and notice gaps."""

import asyncio
from collections.abc import Coroutine, Sequence

import structlog

from verdicts.delivery.book import LogAway, SinkBook
from verdicts.delivery.sender import ReceiverGone, Sender
from verdicts.delivery.settings import SinkSettings
from verdicts.ledger.event_log.event_filter import EventFilter
from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.record import LEVEL_WORDS

AGAIN_SECONDS = 2.0
"""Until the log is asked again after it could not be reached."""
IDLE_SECONDS = 30.0
GRACE_SECONDS = 3.0
"""For what is being sent when the service stops."""
log = structlog.get_logger()


async def finished(work: Coroutine[None, None, None]) -> None:
    """Await it; when cancelled, let it come to an end first, so that what is sent is noted."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,), timeout=GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


class Round:
    """One sink at work.  Belongs to one task."""

    def __init__(
        self, settings: SinkSettings, sender: Sender, book: SinkBook, feed: EventFeed
    ) -> None:
        self.name = settings.name
        self._sender = sender
        self._book = book
        self._feed = feed
        self._kinds = EventFilter(kinds=frozenset(settings.kinds))
        words = list(LEVEL_WORDS.values())
        self._levels = EventFilter(levels=frozenset(words[words.index(settings.minimum_level) :]))

    async def run(self) -> None:
        """Deliver until cancelled; a sink that is disabled goes on when somebody enables it."""
        try:
            while True:
                try:
                    await self._begin()
                except LogAway as error:
                    log.warning("sink.log_away", sink=self.name, reason=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            await self._sender.close()

    async def _begin(self) -> None:
        if (await self._book.open()).disabled is not None:
            return
        try:
            await self._deliver()
        except ReceiverGone as gone:
            log.warning("sink.disabled", sink=self.name, reason=str(gone))
            await self._book.save()
            await self._book.disable(str(gone))
            await self._book.alarm(str(gone))
        finally:
            await self._book.save()

    async def _deliver(self) -> None:
        """Deliver for ever; raise ReceiverGone if it wants nothing more."""
        raise NotImplementedError

    async def _take(self, most: int) -> tuple[Sequence[Event], int, bool]:
        """Return the next events it is to get, the position behind them, and if there are more."""
        position = self._book.position
        oldest = await self._feed.oldest()
        if oldest > position + 1 and position:
            lost = f"Events {position + 1} to {oldest - 1} were forgotten before it took them."
            log.error("sink.events_lost", sink=self.name, first=position + 1, last=oldest - 1)
            await self._book.moved(oldest - 1, 0)
            await self._book.save()
            await self._book.alarm(lost)
        batch = await self._feed.after(self._book.position, self._kinds.kinds, most)
        return [one for one in batch.events if self._wants(one)], batch.position, batch.full

    def _wants(self, event: Event) -> bool:
        if not self._kinds.takes(event):
            return False
        return event.kind != "verdict" or self._levels.takes(event)
