"""How long a session waits for what.  No I/O: the session says what it waits for, then asks."""

import math
from collections.abc import Callable

from icap_server.settings import IcapSettings

LINGER_SECONDS = 5
"""After a reply that ends a connection: time for the client to read it before the socket closes."""

DRAIN_SECONDS = 2
"""How long a reply waits for the last bytes of a body that nobody needs."""


class Deadlines:
    """One deadline at a time, on the clock of the event loop, in seconds."""

    def __init__(self, settings: IcapSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._at = 0.0
        self._end = math.inf
        """However much progress there is, the deadline is never later."""
        self._reply_began = 0.0

    def passed(self, now: float) -> bool:
        return now >= self._at

    def ended(self, now: float) -> bool:
        """Whether even progress is no reason to wait any longer."""
        return now >= self._end

    def await_request(self) -> None:
        self._at, self._end = self._clock() + self._settings.idle_seconds, math.inf

    def await_head(self) -> None:
        """The first bytes of a head are in; called again, it does not start anew."""
        self._at = self._end = min(self._end, self._clock() + self._settings.head_seconds)

    def begin_body(self) -> None:
        self._end = self._clock() + self._settings.receive_seconds

    def await_body(self) -> None:
        """Some of the body is in, or may come again."""
        self._at = min(self._clock() + self._settings.progress_seconds, self._end)

    def await_rest(self) -> None:
        """The reply is known, and waits only for the little that is left of the body."""
        self._at = min(self._clock() + DRAIN_SECONDS, self._end)

    def await_reader(self) -> None:
        """The client has to take what is written."""
        self._at, self._end = self._clock() + self._settings.progress_seconds, math.inf

    def begin_reply(self) -> None:
        """A reply is written, and has to be taken."""
        self._reply_began = self._clock()
        self.await_reader()

    def reader_is_slow(self, now: float) -> bool:
        """Whether the reply has been read for so long that others in need come first."""
        return now - self._reply_began > self._settings.progress_seconds

    def await_close(self) -> None:
        """The last reply is written; it may still lie in our buffers, but not for ever."""
        now = self._clock()
        self._at, self._end = now + LINGER_SECONDS, now + self._settings.progress_seconds
