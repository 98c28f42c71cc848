"""Log lines that strangers cause: few, however often they do it."""

import time
from collections import Counter
from collections.abc import Callable

import structlog

log = structlog.get_logger()

PAUSE_SECONDS = 10.0
MAX_LINES = 50


class Complaints:
    """Writes in ten seconds the same line once, and no more than fifty of each kind.

    What was left out is counted in the next line of its kind.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        """When the ten seconds that run now began."""
        self._written: dict[str, set[tuple[object, ...]]] = {}
        """What was said in them, by kind."""
        self._left_out: Counter[str] = Counter()

    def say(self, event: str, *, client: str, **fields: object) -> None:
        """`event` is one of a few names that are written in the source; the others are texts."""
        if self._clock() - self._began >= PAUSE_SECONDS:
            self._began = self._clock()
            self._written.clear()
        line = (client, *fields.values())
        lines = self._written.setdefault(event, set())
        if line in lines or len(lines) >= MAX_LINES:
            self._left_out[event] += 1
            return
        lines.add(line)
        log.warning(event, client=client, left_out=self._left_out.pop(event, 0), **fields)
