"""One ICAP connection: between sockets and wire.

socket -> wire -> events -> exchange -> Reply -> outlet -> socket.  One request at a time; what a
client pipelines waits unread.  Every wait has an end: `check` is called once a second.
"""

import asyncio
from typing import Protocol, cast

import structlog

from icap_server.client import NOBODY, Client
from icap_server.deadlines import Deadlines
from icap_server.exchange import Exchange
from icap_server.outlet import Outlet
from icap_server.replies import Reply, refusal
from icap_server.settings import IcapSettings
from icap_server.wire.connection import ServerConnection
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead
from verdicts.spool import SpoolSpace

log = structlog.get_logger()

LINGER_BYTES = 16 * 1024 * 1024
"""How much a client may send after a reply that ends the connection; Squid stops late."""
PATIENCE_SECONDS = 0.3
"""What comes of an event stream within it is looked at: it may be a file after all."""
STARVED_SECONDS = 10
"""A body waits this long for room in the spool, then it counts as too large."""


class Host(Protocol):
    """What a session needs of its front."""

    settings: IcapSettings
    space: SpoolSpace

    def admit(self, session: "Session") -> bool:
        """Count a new connection; False: it is one too many."""

    def route(self, head: RequestHead, client: Client) -> Exchange:
        """Return who answers; raise ProtocolError for a message that is not HTTP inside."""

    def istag(self) -> str: ...
    def replied(self, service: str, status: int) -> None: ...

    def gone(self, session: "Session") -> None:
        """The connection is lost and its last scan is over."""


class Session(asyncio.Protocol):
    """Reads requests and runs one exchange at a time."""

    _transport: asyncio.Transport
    _outlet: Outlet

    def __init__(self, host: Host, client: Client = NOBODY) -> None:
        self._host = host
        self.client = client
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines(host.settings, self._loop.time)
        self._wire = ServerConnection()
        self._exchange: Exchange | None = None
        self._service = ""
        self._closing = False
        """No request after this one: the client says so, or the service stops."""
        self._task: asyncio.Task[None] | None = None
        self._lingering = -1
        """Bytes that may still be thrown away; -1: the connection is in use."""
        self._at_eof = False
        self._lost = False
        self._backlog = b""
        """What came while we were busy."""
        self._turn_due = False
        """_take_turn() is about to be called."""
        self._starved_at = 0.0

    # --- the transport calls these -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's do not inherit from it
        self._outlet = Outlet(self._transport, self._on_sent)
        self._deadlines.await_request()
        if not self._host.admit(self):
            self._refuse(503)

    def data_received(self, data: bytes) -> None:
        if self._lingering >= 0:
            self._lingering -= len(data)
            if self._lingering < 0:
                self._transport.abort()
        elif self._busy or self._backlog:
            self._backlog += data
            self._transport.pause_reading()
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        """Keep our side open while a reply is due; a half request will never be whole."""
        self._at_eof = True
        reply_due = self._busy or self._turn_due
        if not reply_due:
            self._close()
        return reply_due

    def pause_writing(self) -> None:
        self._outlet.pause()
        self._deadlines.await_reader()

    def resume_writing(self) -> None:
        self._outlet.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        if self._task is None:  # else the verdict is still recorded, and the task lets go
            self._drop_exchange()
            self._host.gone(self)

    # --- the front calls these -----------------------------------------------------------------

    def check(self, now: float) -> None:
        """Act on whatever waited too long."""
        if self._starved_at and not self._transport.is_closing():
            self._end_starvation(now)
        elif self._task is not None or not self._deadlines.passed(now):
            return
        elif self._lingering >= 0:
            if self._deadlines.ended(now) or not self._transport.get_write_buffer_size():
                self._transport.abort()
        elif self._outlet.busy or self._transport.is_closing():
            self._transport.abort()
        elif self._wire.mid_request:
            self._refuse(408)
        else:
            self._close()

    def stop(self) -> None:
        """Take no further request; the one under way is answered."""
        self._closing = True
        if not (self._busy or self._turn_due or self._wire.mid_request or self._lingering >= 0):
            self._close()

    def abort(self) -> None:
        self._transport.abort()

    # --- reading -------------------------------------------------------------------------------

    @property
    def _busy(self) -> bool:
        """A reply is being made or written."""
        return self._task is not None or self._outlet.busy

    def _feed(self, data: bytes) -> None:
        try:
            for event in self._wire.receive(data):
                self._on_event(event)
                if self._exchange is None or self._busy:
                    return  # answered: what is left of this request's body interests nobody
        except ProtocolError as error:
            log.info("request.refused", status=error.icap_status, reason=str(error))
            self._refuse(error.icap_status)
        except Exception:
            log.exception("session.crashed", service=self._service)
            self._refuse(500)
        else:
            self._settle()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, RequestHead):
            self._service = event.service
            self._closing = self._closing or event.close
            self._deadlines.begin_body()
            self._exchange = self._host.route(event, self.client)
            if event.has_body:
                if self._exchange.answers_early:
                    self._loop.call_later(PATIENCE_SECONDS, self._answer_early, self._exchange)
                return
        assert self._exchange is not None  # noqa: S101 - a head comes first
        if isinstance(event, BodyData):
            if not self._exchange.take(event.data):
                return
        elif isinstance(event, BodyEnd) or (isinstance(event, PreviewEnd) and event.complete):
            self._exchange.end()
        elif isinstance(event, PreviewEnd) and not self._exchange.at_preview_end():
            self._transport.write(self._wire.send_continue())
            self._take_turn_soon()
            return
        self._answer(self._exchange)

    def _settle(self) -> None:
        """Say what is waited for now, and how long."""
        if self._turn_due:
            return
        if self._at_eof:
            self._close()
        elif self._exchange is not None:
            self._deadlines.await_body()
            if self._host.space.full and self._exchange.collects:
                self._starved_at = self._loop.time()
                self._transport.pause_reading()
        elif self._wire.mid_request:
            self._deadlines.await_head()
        elif self._closing:
            self._close()
        else:
            self._deadlines.await_request()

    def _end_starvation(self, now: float) -> None:
        if self._host.space.full and now - self._starved_at <= STARVED_SECONDS:
            return
        self._starved_at = 0.0
        self._transport.resume_reading()
        assert self._exchange is not None  # noqa: S101 - it is what starves
        if self._host.space.full and self._exchange.give_up():
            self._answer(self._exchange)

    def _take_turn_soon(self) -> None:
        """Read what arrived too early; not at once, or a long pipeline would recurse."""
        if self._backlog or self._wire.has_unread:
            self._turn_due = True
            self._loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._turn_due = False
        if self._transport.is_closing() or self._lingering >= 0 or self._busy:
            return
        backlog, self._backlog = self._backlog, b""
        self._transport.resume_reading()
        self._feed(backlog)

    # --- answering -----------------------------------------------------------------------------

    def _answer(self, exchange: Exchange) -> None:
        close = self._closing or self._wire.mid_body
        reply = exchange.reply_now(close=close)
        if reply is not None:
            self._send(reply)
        else:
            self._task = asyncio.create_task(self._answer_later(exchange, close=close))

    def _answer_early(self, exchange: Exchange) -> None:
        """The moment is over: the reply is made with what is there of the body."""
        if exchange is self._exchange and not self._busy and not self._transport.is_closing():
            self._answer(exchange)

    async def _answer_later(self, exchange: Exchange, *, close: bool) -> None:
        try:
            reply = await exchange.reply(close=close)
        except Exception:
            log.exception("session.crashed", service=self._service)
            reply = refusal(500, self._host.istag())
        self._task = None
        if self._lost:
            self._drop_exchange()
            self._host.gone(self)
        elif not self._transport.is_closing():
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self._host.replied(self._service, reply.status)
        self._deadlines.await_reader()
        self._outlet.send(reply)

    def _on_sent(self, reply: Reply) -> None:
        """The reply is written: turn to the next request or to the end."""
        self._drop_exchange()
        if reply.close:
            self._linger()
        else:
            self._wire.next_request()
            self._take_turn_soon()
            self._settle()

    def _refuse(self, status: int) -> None:
        """Answer a request that broke the protocol or came too slowly, and end the connection."""
        self._send(refusal(status, self._host.istag()))

    def _linger(self) -> None:
        """Close so that the reply arrives: closing with unread bytes would reset the connection."""
        if self._at_eof:
            self._close()
            return
        self._lingering = LINGER_BYTES
        self._deadlines.await_close()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()

    def _close(self) -> None:
        """Close when everything is written, or when the client takes too long to read it."""
        self._deadlines.await_reader()
        self._transport.close()

    def _drop_exchange(self) -> None:
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None
