"""The reading half of a session: bytes -> events, one request at a time.

What a client pipelines waits here unread, and the transport does not read on meanwhile.  After
much work the other connections have their turn.
"""

import asyncio
from typing import Protocol

import structlog

from icap_server.pace import Pace
from icap_server.wire.connection import ServerConnection
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import Event

log = structlog.get_logger()

LARGE_READ = 64 * 1024
"""Bytes; after so much at once others come first."""


class Listener(Protocol):
    """Who is told what the client said."""

    @property
    def ready(self) -> bool:
        """Whether events are wanted at all: no reply is due, the connection goes on."""

    def on_event(self, event: Event) -> bool:
        """Take one event; False: nobody is interested in the others of this request."""

    def on_fault(self, status: int, reason: str) -> None:
        """The client broke the protocol, or we have a bug (no reason): nothing more can be read."""

    def on_idle(self) -> None:
        """Every event is taken; more bytes have to come."""


class Inlet:
    """Reads one transport for one listener."""

    def __init__(
        self, transport: asyncio.Transport, listener: Listener, pace: Pace, address: str
    ) -> None:
        """`address` is the client's: clients take turns."""
        self.wire = ServerConnection()
        self._transport = transport
        self._listener = listener
        self._pace = pace
        self._address = address
        self._backlog = b""
        """What came while the listener was not ready."""
        self._held = False
        self.turn_due = False
        """What came too early, or is too much at once, is about to be read."""

    def receive(self, data: bytes) -> None:
        if self._backlog or self.turn_due or not self._listener.ready:
            self._backlog += data
            self._transport.pause_reading()
        else:
            self._feed(data)

    def rest_after(self, count: int) -> None:
        """Let others come first if so many bytes were much; they may even be thrown away."""
        if count >= LARGE_READ and not (self.turn_due or self._transport.is_closing()):
            self._transport.pause_reading()
            self._pace.wait(self._address, self._resume)

    @property
    def heard_all(self) -> bool:
        """Whether the client has to wait for a reply now, and has sent nothing ahead."""
        return self.wire.awaits_reply and not (self._backlog or self.wire.has_unread)

    def hold(self) -> None:
        """Read nothing more until release()."""
        self._held = True
        self._transport.pause_reading()

    def release(self) -> None:
        self._held = False
        self._resume()

    def read_on_soon(self) -> bool:
        """Read what arrived too early, if anything did; return whether that is so.

        Not at once, or a long pipeline would recurse.
        """
        if self._backlog or self.wire.has_unread:
            self.turn_due = True
            asyncio.get_running_loop().call_soon(self._read_on)
        return self.turn_due

    def _resume(self) -> None:
        waits = self._held or self._backlog or self.turn_due
        if not (waits or self._transport.is_closing()):
            self._transport.resume_reading()

    def _read_on(self) -> None:
        self.turn_due = False
        if not self._listener.ready:
            return
        backlog, self._backlog = self._backlog, b""
        self._resume()
        self._feed(backlog)

    def _feed(self, data: bytes) -> None:
        try:
            for event in self.wire.receive(data):
                if not self._listener.on_event(event):
                    return
        except ProtocolError as error:
            self._listener.on_fault(error.icap_status, str(error))
        except Exception:
            log.exception("session.crashed")
            self._listener.on_fault(500, "")
        else:
            if self.wire.unfinished:
                self.turn_due = True
                self._transport.pause_reading()
                self._pace.wait(self._address, self._read_on)
            self._listener.on_idle()
