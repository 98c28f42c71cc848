"""The time by which things grow too old: a clock that jumps ahead is not believed at once.

Else a clock that is wrong for a minute would delete the log of a year.
"""

import threading
import time
from collections.abc import Callable

import structlog

from verdicts.model import utc_now
from verdicts.record import microseconds

JUMP_SECONDS = 3600
DOUBT_SECONDS = 86_400
"""A clock that is still ahead after so long was put right."""
log = structlog.get_logger()


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # goes on while the machine sleeps


class CalmClock:
    """For any thread.  Believes the clock on the wall at its start, and whenever it goes back."""

    def __init__(
        self,
        wall: Callable[[], int] = lambda: microseconds(utc_now()),
        steady: Callable[[], float] = _since_boot,
    ) -> None:
        """`wall`: microseconds since 1970 UTC; `steady`: seconds that never jump."""
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._told, self._at = wall(), steady()
        self._doubted: float | None = None
        """Since when the wall is ahead."""

    def now(self) -> int:
        """Return microseconds since 1970 UTC."""
        with self._lock:
            wall, steady = self._wall(), self._steady()
            expected = self._told + int((steady - self._at) * 1_000_000)
            ahead = (wall - expected) / 1_000_000
            if ahead < JUMP_SECONDS:
                self._doubted = None
            elif self._doubted is None:
                self._doubted = steady
                log.error("ledger.clock_jumped", seconds=round(ahead))
            if self._doubted is not None and steady - self._doubted < DOUBT_SECONDS:
                wall = expected
            self._told, self._at = wall, steady
            return wall
