"""The end of a connection: its last reply has to arrive before the socket goes.

Closing while bytes of the client lie unread would reset the connection, and take the reply with
it; so we say that we are done, and throw away what still comes, for a while.
"""

import asyncio

from icap_server.deadlines import Deadlines

LINGER_BYTES = 16 * 1024 * 1024
"""How much a client may send after a reply that ends the connection; Squid stops late."""


class Farewell:
    """Of one transport."""

    def __init__(self, transport: asyncio.Transport, deadlines: Deadlines) -> None:
        self._transport = transport
        self._deadlines = deadlines
        self._left = LINGER_BYTES
        """Bytes that may still be thrown away."""
        self.begun = False
        """The last reply is written."""

    def begin(self, *, heard_all: bool) -> None:
        """`heard_all`: the client has said all that it will say before it reads the reply.

        TLS cannot be closed on our side only.  Closed on both, it would lose the reply of a client
        that still sends; any other would wait for an end that does not come.
        """
        self.begun = True
        self._deadlines.await_close()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        elif heard_all:
            asyncio.get_running_loop().call_soon(self._close_if_sent)
        self._transport.resume_reading()

    def throw_away(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._transport.abort()

    def check(self, now: float) -> None:
        """The time to read the reply is over, unless some of it still lies in our buffers."""
        if self._deadlines.ended(now) or not self._transport.get_write_buffer_size():
            self._transport.abort()

    def close(self) -> None:
        """Close when everything is written, or when the client takes too long to read it."""
        self._deadlines.await_reader()
        self._transport.close()

    def _close_if_sent(self) -> None:
        if not self._transport.get_write_buffer_size():
            self.close()
