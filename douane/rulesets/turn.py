"""One change at a time of what is in force; who has to wait is told so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from verdicts.rulesets.orders import OrderRefused

SOON_SECONDS = 2.0
"""The supervisor's own looks after clamd and fronts are over sooner: nobody need hear of them."""
STILL_SECONDS = 60.0
"""A client that hears nothing for longer believes that nobody is there."""


def _silently(said: str) -> None:
    pass


class Turn:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def taken(self, say: Callable[[str], None] = _silently) -> AsyncIterator[None]:
        """Wait for the turn and keep it; raise OrderRefused once the service stops."""
        if not await self._acquired(SOON_SECONDS):
            say("something else is being changed; this waits for its turn")
            while not await self._acquired(STILL_SECONDS):
                say("still waiting")
        try:
            if self._closed:
                raise OrderRefused("the service stops; this was not begun")
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let nobody begin any more; who has the turn keeps it."""
        self._closed = True

    async def _acquired(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._lock.acquire()
        return False
