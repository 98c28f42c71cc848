"""Log lines that strangers cause: few, however often they do it."""

import time
from collections import Counter
from collections.abc import Callable

import structlog

log = structlog.get_logger()

PAUSE_SECONDS = 10.0
MAX_LINES = 20


class Complaints:
    """Writes in ten seconds one line of each kind for each client, and few of a kind for all.

    What was left out is counted in the next line of its kind.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        """When the ten seconds that run now began."""
        self._written: dict[str, set[str]] = {}
        """Of which clients something was said in them, by kind."""
        self._left_out: Counter[str] = Counter()

    def say(self, event: str, *, client: str, **fields: object) -> None:
        """`event` is one of a few names that are written in the source."""
        if self._clock() - self._began >= PAUSE_SECONDS:
            self._began = self._clock()
            self._written.clear()
        clients = self._written.setdefault(event, set())
        if client in clients or len(clients) >= MAX_LINES:
            self._left_out[event] += 1
            return
        clients.add(client)
        log.warning(event, client=client, left_out=self._left_out.pop(event, 0), **fields)
