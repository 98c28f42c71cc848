"""Which refusals are worth a row of the audit: the first of its kind, and one every ten minutes."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 600.0
KINDS = 2000
"""Remembered at most.  Beyond it the oldest are forgotten, so that a row too many is written."""


class Denials:
    """Keeps whoever may not do something from filling the audit by trying."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: dict[tuple[str, str], float] = {}

    def is_new(self, credential: str, what: str) -> bool:
        """Tell if it has not been asked about the same within the pause."""
        now = self._clock()
        noted = self._noted.get((credential, what))
        if noted is not None and now - noted < PAUSE_SECONDS:
            return False
        self._noted.pop((credential, what), None)
        if len(self._noted) >= KINDS:
            del self._noted[next(iter(self._noted))]
        self._noted[credential, what] = now
        return True
