"""What of one body leaves before its ruling: a piece now and then, never more than allowed."""

from verdicts.spool import READ_SIZE, Spool
from verdicts.trickle import Trickle


class Drip:
    """Reads a spool that is still being written."""

    def __init__(self, terms: Trickle, spool: Spool) -> None:
        self._terms = terms
        self._spool = spool
        self._since: float | None = None
        """When it was first asked: at most a second after the head."""
        self._stopped = False
        self.sent = 0
        """Bytes that have left."""

    def take(self, now: float) -> bytes:
        """Return what may leave at `now`, in seconds; b"" for nothing."""
        if self._since is None:
            self._since = now
        if self._stopped:
            return b""
        allowed = self._terms.allowance(self._spool.size, now - self._since)
        piece = self._spool.peek(self.sent, min(READ_SIZE, allowed - self.sent))
        self.sent += len(piece)
        return piece

    def stop(self) -> bool:
        """Let nothing more leave; return whether anything has."""
        self._stopped = True
        return self.sent > 0
