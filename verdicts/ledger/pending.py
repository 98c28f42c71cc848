"""Records that a front has handed over and of which it has not heard: bounded, and so are waits."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from verdicts.ledger.trouble import Trouble

PENDING_RECORDS = 20_000
PENDING_BYTES = 64 * 1024 * 1024
"""Beyond either bound a new record waits, and with it the traffic."""
DURABLE_SECONDS = 5.0
"""The longest an answer waits for its record.  When nothing was acknowledged for so long, nobody
waits any more until something is."""


class Unrecorded(Exception):
    """The record cannot be kept, and without one nothing may pass."""


class Pending:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.lost = 0
        """Records for which there was no room."""
        self._frames: dict[bytes, bytes] = {}
        self._bytes = 0
        self._waiting: dict[bytes, asyncio.Future[None]] = {}
        self._room = asyncio.Event()
        self._room.set()
        self._settled = asyncio.Event()
        self._progress = 0.0
        """When something was acknowledged last, or began to wait; of the loop's clock."""
        self._overdue = Trouble("ledger.records_late")
        self._overflow = Trouble("ledger.records_lost")

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[bytes]:
        """Yield what has to be sent to a new ledger."""
        return iter(self._frames.values())

    @property
    def full(self) -> bool:
        return not self._room.is_set()

    @property
    def late(self) -> bool:
        """Whether nothing was acknowledged for so long that it is in vain to wait."""
        waited = asyncio.get_running_loop().time() - self._progress
        return bool(self._frames) and waited >= DURABLE_SECONDS

    def keep(self, key: bytes, frame: bytes) -> None:
        if not self._frames:
            self._progress = asyncio.get_running_loop().time()
        self._bytes += len(frame) - len(self._frames.get(key, b""))
        self._frames[key] = frame
        if self._too_many:
            self._room.clear()

    def settle(self, key: bytes) -> None:
        self._progress = asyncio.get_running_loop().time()
        self._bytes -= len(self._frames.pop(key, b""))
        waiting = self._waiting.get(key)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        self._overdue.end(pending=len(self))
        if not self._too_many:
            self._room.set()
            self._overflow.end(lost=self.lost)
        self._settled.set()

    async def room(self) -> bool:
        """Wait for room as long as there is hope; False: there is none."""
        while not await self.soon(self._room):
            if self.late:
                return False
        return True

    def lose(self) -> None:
        """Count a record that is kept nowhere."""
        self.lost += 1
        self._overflow.say(lost=self.lost, pending=len(self))

    async def on_disk(self, key: bytes) -> bool:
        """Wait until this record is acknowledged; False: it is not."""
        waiting = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            if not self.late:
                async with asyncio.timeout(DURABLE_SECONDS):
                    await waiting
        except TimeoutError:
            pass
        finally:
            self._waiting.pop(key, None)
        return waiting.done() and not waiting.cancelled()

    def complain(self) -> None:
        """An answer goes out whose record is not safe yet."""
        self._overdue.say(pending=len(self))

    async def soon(self, event: asyncio.Event) -> bool:
        """Wait for it, unless that is in vain; return whether it came."""
        if not event.is_set() and not self.late:
            with suppress(TimeoutError):
                async with asyncio.timeout(DURABLE_SECONDS):
                    await event.wait()
        return event.is_set()

    async def all_settled(self) -> None:
        while self._frames:
            self._settled.clear()
            await self._settled.wait()

    @property
    def _too_many(self) -> bool:
        return len(self._frames) >= PENDING_RECORDS or self._bytes >= PENDING_BYTES
