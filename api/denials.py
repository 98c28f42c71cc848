"""Which refusals are worth a row of the audit: the first of its kind, and one every ten minutes."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 600.0
KINDS = 2000
"""Within the pause; beyond it no row is written."""
REFUSED_SIGN_INS = 30
"""The same of sign-ins: anybody may try, from as many addresses as he has."""


class Denials:
    """Keeps whoever may not do something from filling the audit by trying."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, most: int = KINDS) -> None:
        self._clock = clock
        self._most = most
        self._noted: dict[tuple[str, str], float] = {}
        """Of the last pause; the oldest first."""

    def is_new(self, credential: str, what: str) -> bool:
        """Tell if a row is due: not the same within the pause, and not too many others."""
        now = self._clock()
        while self._noted and now - next(iter(self._noted.values())) >= PAUSE_SECONDS:
            del self._noted[next(iter(self._noted))]
        if (credential, what) in self._noted or len(self._noted) >= self._most:
            return False
        self._noted[credential, what] = now
        return True
