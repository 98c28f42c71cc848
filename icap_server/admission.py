"""Which connections are let in: so many in all, and of those a share for each client address.

What is enforced is what OPTIONS announces (Max-Connections, §4.10.2); one more gets a 503 that it
can read, never a reset.
"""

from enum import StrEnum

from icap_server.client import Client
from icap_server.settings import IcapSettings
from icap_server.tally import Tally

REFUSED_AT_ONCE = 256
"""Connections of one front that are being told 503; beyond it they are closed without a word, or
refusing would cost as much as serving."""


class Seat(StrEnum):
    """What becomes of a connection."""

    TAKEN = "taken"
    """It is served, and counted until `leave`."""
    NONE = "none"
    """It gets a 503, and is counted until `leave`."""
    SILENT = "silent"
    """It is closed at once; nothing is counted."""


class Admission:
    """Counts the connections of one front, and looks at all."""

    def __init__(self, settings: IcapSettings, tally: Tally) -> None:
        self._tally = tally
        self._limit = settings.max_connections
        self.share = max(1, int(settings.max_connections * settings.client_share))
        """What one client may open, of all fronts together; so much is announced to it."""
        self._refused = 0

    def enter(self, client: Client) -> Seat:
        if self._tally.enter(client.address, self._limit, self.share):
            return Seat.TAKEN
        if self._refused >= REFUSED_AT_ONCE:
            return Seat.SILENT
        self._refused += 1
        return Seat.NONE

    def leave(self, client: Client, seat: Seat) -> None:
        """A connection that got this seat is over."""
        if seat is Seat.TAKEN:
            self._tally.leave(client.address)
        elif seat is Seat.NONE:
            self._refused -= 1
