"""Delivery that keeps the order: while the receiver is away, everything waits in the log."""

import asyncio
import random
from collections.abc import Sequence

from verdicts.delivery.book import SAVE_SECONDS
from verdicts.delivery.round import IDLE_SECONDS, Round, finished
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class InOrder(Round):
    """For syslog, Splunk and files."""

    async def _deliver(self) -> None:
        while True:
            events, position, more = await self._take(self._sender.most)
            letters = await self._book.letters(events, whole=self._sender.whole_verdicts)
            if len(letters) < len(events):  # the others are too large to be had at once
                position, more = letters[-1].event.id, True
            await self._send(letters, position)
            await self._book.moved(position, len(letters))
            if not more and not await self._feed.beyond(position, SAVE_SECONDS):
                await self._book.save()
                await self._feed.beyond(position, IDLE_SECONDS)

    async def _send(self, letters: Sequence[Letter], position: int) -> None:
        """Return when all are delivered, or refused for good."""
        try:
            if letters:
                await self._until_taken(letters, position)
        except LetterRefused as refused:
            if len(letters) > 1:
                for letter in letters:
                    await self._send([letter], letter.event.id)
                return
            await self._book.refused(letters[0].event, str(refused))

    async def _until_taken(self, letters: Sequence[Letter], position: int) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await finished(self._send_once(letters, position))
            except ReceiverAway as away:
                await self._book.away(str(away))
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                await self._book.there()
                return

    async def _send_once(self, letters: Sequence[Letter], position: int) -> None:
        await self._sender.send(letters)
        self._book.position = position
