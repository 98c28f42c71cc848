"""The writing half of a session: one reply at a time, no faster than the client reads it."""

import asyncio
from collections.abc import Callable, Iterator

import structlog

from icap_server.replies import Reply
from icap_server.wire.replies import chunk

log = structlog.get_logger()

BURST_BYTES = 1024 * 1024
"""After so much of one body the other sessions have their turn, however fast the client reads."""


class Outlet:
    """Writes replies to one transport."""

    def __init__(self, transport: asyncio.WriteTransport, on_sent: Callable[[Reply], None]) -> None:
        """`on_sent` is called, maybe at once, when the client has taken nearly all of a reply."""
        self._transport = transport
        self._on_sent = on_sent
        self._reply: Reply | None = None
        self._body: Iterator[bytes] | None = None
        """What is left of the reply's body."""
        self._writable = True

    @property
    def busy(self) -> bool:
        """Whether a reply is being written, or the client has not taken enough of it yet."""
        return self._reply is not None

    @property
    def free(self) -> bool:
        """Whether no reply is being written, and the client takes what was written before."""
        return self._reply is None and self._writable

    def send(self, reply: Reply) -> None:
        self._reply = reply
        self._body = reply.body
        if reply.head:  # else it has left already
            self._transport.write(reply.head)
        self._pump()

    def pause(self) -> None:
        """The transport has enough for now."""
        self._writable = False

    def resume(self) -> None:
        self._writable = True
        self._pump()

    def _pump(self) -> None:
        """Write until the reply is over, the transport is full, or the burst is."""
        if self._reply is None or self._transport.is_closing():
            return
        burst = BURST_BYTES
        while self._body is not None and self._writable:
            if burst <= 0:
                asyncio.get_running_loop().call_soon(self._pump)
                return
            try:
                piece = next(self._body, b"")
            except Exception:  # it must not look whole: no last chunk, the connection is cut
                log.exception("reply.broken", status=self._reply.status)
                self._transport.abort()
                return
            if not piece:
                self._body = None
            burst -= len(piece)
            self._transport.write(chunk(piece) or self._reply.last_chunk)
        if self._writable:
            reply, self._reply = self._reply, None
            self._on_sent(reply)
