"""Log lines that strangers cause: seldom, however often they do it."""

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()

PAUSE_SECONDS = 10.0


class Complaints:
    """Writes each kind of line once in ten seconds, and says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def say(self, event: str, **fields: object) -> None:
        """`event` is one of a few names that are written in the source."""
        now = self._clock()
        if now - self._last.get(event, -PAUSE_SECONDS) < PAUSE_SECONDS:
            self._left_out[event] = self._left_out.get(event, 0) + 1
            return
        self._last[event] = now
        log.warning(event, left_out=self._left_out.pop(event, 0), **fields)
