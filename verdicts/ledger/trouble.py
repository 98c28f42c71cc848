"""A trouble that lasts: the log has it when it begins, once a minute, and when it is over."""

import time
from collections.abc import Callable

import structlog

REMIND_SECONDS = 60.0
log = structlog.get_logger()


class Trouble:
    """Whatever happens a thousand times a second is said once a minute, never not at all."""

    def __init__(self, event: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`event` names it in the log, `event` + "_over" its end; the clock never jumps."""
        self.reason = ""
        """What was said of it last; of an error of the system without any path."""
        self._event = event
        self._clock = clock
        self._since: float | None = None
        self._said = 0.0

    @property
    def lasts(self) -> bool:
        return self._since is not None

    def say(self, error: BaseException | None = None, **fields: object) -> None:
        """It is there, or still there; only the first time with the whole story of the error."""
        now = self._clock()
        self.reason = (isinstance(error, OSError) and error.strerror) or str(error)
        if self._since is None:
            self._since = self._said = now
            log.error(self._event, exc_info=error, **fields)
        elif now - self._said >= REMIND_SECONDS:
            self._said = now
            log.error(self._event, seconds=round(now - self._since), reason=str(error), **fields)

    def end(self, **fields: object) -> None:
        """It is over, if it was there."""
        if self._since is not None:
            seconds = round(self._clock() - self._since)
            self._since = None
            log.error(f"{self._event}_over", seconds=seconds, **fields)
