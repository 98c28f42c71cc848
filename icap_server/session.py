"""One ICAP connection: the only file between sockets and wire.

socket -> wire -> events -> exchange -> Reply -> wire -> socket.  One request at a time; what a
client pipelines waits unread.  Every wait has an end: `check` is called once a second.
"""

import asyncio
from collections.abc import Iterator
from typing import Protocol, cast

import structlog

from icap_server import replies
from icap_server.exchange import Exchange
from icap_server.inspection import InspectExchange
from icap_server.replies import Reply
from icap_server.settings import IcapSettings
from icap_server.wire.connection import ServerConnection
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, Event, PreviewEnd, RequestHead
from icap_server.wire.replies import LAST_CHUNK, chunk
from icap_server.wire.state import State
from verdicts.spool import SpoolSpace

log = structlog.get_logger()

LINGER_SECONDS = 5
"""After a reply that ends a connection: time for the client to read it before the socket closes."""
LINGER_BYTES = 16 * 1024 * 1024
STARVED_SECONDS = 10
"""A body waits this long for room in the spool, then it counts as too large."""


class Host(Protocol):
    """What a session needs of its front."""

    settings: IcapSettings
    space: SpoolSpace

    def route(self, head: RequestHead) -> Exchange:
        """Return who answers; raise ProtocolError for a message that is not HTTP inside."""

    def istag(self) -> str: ...

    def replied(self, service: str, status: int) -> None: ...

    def gone(self, session: "Session") -> None: ...


class Session(asyncio.Protocol):
    """Reads requests, runs one exchange at a time, writes replies under back-pressure."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._settings = host.settings
        self._space = host.space
        self._wire = ServerConnection()
        self._transport: asyncio.Transport = asyncio.Transport()
        self._exchange: Exchange | None = None
        self._service = ""
        self._closing = False
        """The client wants the connection closed after this reply, or the service stops."""
        self._task: asyncio.Task[None] | None = None
        self._body: Iterator[bytes] | None = None
        """Rest of a reply's body."""
        self._reply_closes = False
        self._lingering = -1
        """Bytes that may still be thrown away; -1: the connection is in use."""
        self._writable = True
        self._at_eof = False
        self._backlog = b""
        self._starved_at = 0.0
        self._deadline = 0.0
        """When check() acts: monotonic, seconds."""
        self._body_deadline = 0.0

    # --- the transport calls these -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's derives from no class
        self._deadline = self._now() + self._settings.idle_seconds

    def data_received(self, data: bytes) -> None:
        if self._lingering >= 0:
            self._lingering -= len(data)
            if self._lingering < 0:
                self._transport.abort()
        elif self._busy:
            self._backlog += data
            self._transport.pause_reading()
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        """Keep our side open while a reply is due; a half request will never be whole."""
        self._at_eof = True
        return self._busy

    def pause_writing(self) -> None:
        self._writable = False
        self._deadline = self._now() + self._settings.progress_seconds

    def resume_writing(self) -> None:
        self._writable = True
        if self._body is not None:
            self._pump()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task is None and self._exchange is not None:
            self._exchange.close()  # else the task does it: the verdict is still recorded
            self._exchange = None
        self._body = None
        self._host.gone(self)

    # --- the front calls these -----------------------------------------------------------------

    def check(self, now: float) -> None:
        """Act on whatever waited too long."""
        if self._starved_at:
            self._end_starvation(now)
        elif now < self._deadline or self._task is not None:
            return
        elif self._lingering >= 0 or self._body is not None or not self._writable:
            self._transport.abort()
        elif self._wire.mid_request:
            self._refuse(408)
        else:
            self._transport.close()

    def stop(self) -> None:
        """Take no further request; the running one is answered."""
        self._closing = True
        if not self._busy and not self._wire.mid_request:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    @property
    def _busy(self) -> bool:
        """A reply is being made or written."""
        return self._task is not None or self._body is not None

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    # --- reading -------------------------------------------------------------------------------

    def _feed(self, data: bytes) -> None:
        try:
            for event in self._wire.receive(data):
                self._on_event(event)
                if self._busy or self._lingering >= 0:
                    break
        except ProtocolError as error:
            log.info("request.refused", status=error.icap_status, reason=str(error))
            self._refuse(error.icap_status)
            return
        self._set_deadline()
        if self._exchange is not None and self._space.full and not self._busy:
            self._starved_at = self._now()
            self._transport.pause_reading()

    def _set_deadline(self) -> None:
        if self._busy or self._lingering >= 0:
            return
        now = self._now()
        if self._exchange is not None:
            self._deadline = min(now + self._settings.progress_seconds, self._body_deadline)
        elif not self._wire.mid_request:
            self._deadline = now + self._settings.idle_seconds
        else:  # a head must be whole within its time, however slowly it drips
            self._deadline = min(self._deadline, now + self._settings.head_seconds)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, BodyData):
            assert self._exchange is not None  # noqa: S101 - a head comes first
            if self._exchange.take(event.data):
                self._answer()
        elif isinstance(event, RequestHead):
            self._on_head(event)
        elif isinstance(event, PreviewEnd) and not event.complete:
            assert self._exchange is not None  # noqa: S101 - a head comes first
            if self._exchange.at_preview_end():
                self._answer()
            else:
                self._transport.write(self._wire.send_continue())
                self._go_on_soon()
        else:
            assert self._exchange is not None  # noqa: S101 - a head comes first
            self._exchange.end()
            self._answer()

    def _on_head(self, head: RequestHead) -> None:
        self._service = head.service
        self._closing = self._closing or head.close
        self._body_deadline = self._now() + self._settings.receive_seconds
        self._exchange = self._host.route(head)
        # Not the wire's state: it may be at the end of a body whose events are still to come.
        if not head.has_body or self._exchange.answers_early:
            self._answer()

    def _end_starvation(self, now: float) -> None:
        if not self._space.full:
            self._starved_at = 0.0
            self._deadline = now + self._settings.progress_seconds
            self._transport.resume_reading()
        elif now - self._starved_at > STARVED_SECONDS:
            self._starved_at = 0.0
            self._transport.resume_reading()
            if isinstance(self._exchange, InspectExchange) and self._exchange.give_up():
                self._answer()

    # --- answering -----------------------------------------------------------------------------

    def _answer(self) -> None:
        assert self._exchange is not None  # noqa: S101 - there is a request to answer
        close = self._closing or self._wire.state in (State.PREVIEW, State.BODY)
        reply = self._exchange.reply_now(close=close)
        if reply is not None:
            self._send(reply)
        else:
            self._task = asyncio.ensure_future(self._answer_later(self._exchange, close=close))

    async def _answer_later(self, exchange: Exchange, *, close: bool) -> None:
        try:
            reply = await exchange.reply(close=close)
        except Exception:
            log.exception("session.crashed", service=self._service)
            reply = replies.refusal(500, self._host.istag())
        self._task = None
        if self._transport.is_closing():
            exchange.close()
            self._exchange = None
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self._host.replied(self._service, reply.status)
        self._reply_closes = reply.close
        if reply.body is None:
            self._transport.write(reply.head)
            self._finish()
            return
        self._body = reply.body
        self._transport.write(reply.head + chunk(next(reply.body, b"")))
        self._deadline = self._now() + self._settings.progress_seconds
        self._pump()

    def _pump(self) -> None:
        """Write pieces until the transport has enough; resume_writing() goes on."""
        assert self._body is not None  # noqa: S101 - the callers look
        while self._writable:
            piece = next(self._body, b"")
            self._transport.write(chunk(piece) or LAST_CHUNK)
            if not piece:
                self._body = None
                self._finish()
                return
        self._deadline = self._now() + self._settings.progress_seconds

    def _finish(self) -> None:
        """The reply is written: let go of the request, turn to the next or to the end."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None
        if self._reply_closes:
            self._linger()
            return
        self._wire.next_request()
        self._deadline = self._now() + self._settings.idle_seconds
        if self._at_eof:
            self._transport.close()
        else:
            self._go_on_soon()

    def _go_on_soon(self) -> None:
        """Read what arrived too early; not at once, or a long pipeline would recurse."""
        if self._backlog or self._wire.has_unread:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._transport.is_closing() or self._lingering >= 0 or self._busy:
            return
        backlog, self._backlog = self._backlog, b""
        if backlog:
            self._transport.resume_reading()
        self._feed(backlog)

    def _refuse(self, status: int) -> None:
        """Answer a request that broke the protocol or came too slowly, and end the connection."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None
        self._reply_closes = True
        self._host.replied(self._service, status)
        self._transport.write(replies.refusal(status, self._host.istag()).head)
        self._linger()

    def _linger(self) -> None:
        """Close so that the reply arrives: closing with unread bytes would reset the connection."""
        self._lingering = LINGER_BYTES
        self._deadline = self._now() + LINGER_SECONDS
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
