"""One ICAP connection: between sockets and wire.

socket -> inlet -> events -> exchange -> Reply -> outlet -> socket.  One request at a time.  Every
wait has an end: `check` is called once a second.
"""

import asyncio
from functools import lru_cache
from typing import Protocol, cast

import structlog

from icap_server.answering import Answering
from icap_server.client import NOBODY, Client
from icap_server.deadlines import Deadlines
from icap_server.exchange import DRAIN_BYTES, Exchange
from icap_server.farewell import Farewell
from icap_server.inlet import Inlet
from icap_server.outlet import Outlet
from icap_server.pace import Pace
from icap_server.replies import Reply
from icap_server.settings import IcapSettings
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead
from verdicts.spool import SpoolSpace

log = structlog.get_logger()

PATIENCE_SECONDS = 0.3
"""What comes of an event stream within it is looked at: it may be a file after all."""
STARVED_SECONDS = 10
"""A body waits this long for room in the spool, then it counts as too large."""


class Host(Protocol):
    """What a session needs of its front."""

    settings: IcapSettings
    space: SpoolSpace
    pace: Pace

    def admit(self, session: "Session") -> bool:
        """Count a new connection; False: it is one too many."""

    def route(self, head: RequestHead, client: Client) -> Exchange:
        """Return who answers; raise ProtocolError for a message that is not HTTP inside."""

    def istag(self) -> str: ...
    def replied(self, service: str, status: int) -> None: ...

    def complain(self, event: str, *, client: str, **fields: object) -> None:
        """Log what a client did, but not as often as it does it."""

    def gone(self, session: "Session") -> None:
        """The connection is lost and its last scan is over."""


class Session(asyncio.Protocol):
    """Reads requests and runs one exchange at a time."""

    _transport: asyncio.Transport
    _inlet: Inlet
    _outlet: Outlet
    _answering: Answering
    _farewell: Farewell

    def __init__(self, host: Host, client: Client = NOBODY) -> None:
        self._host = host
        self.client = client
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines(host.settings, self._loop.time)
        self._closing = False
        """No request after this one: the client says so, or the service stops."""
        self._draining = False
        """The reply could be given, but little is left of the body: it is read first."""
        self._at_eof = False
        self._starved_at = 0.0

    # --- the transport calls these -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's do not inherit from it
        self._inlet = Inlet(self._transport, self, self._host.pace, self.client.address)
        self._outlet = Outlet(self._transport, self._on_sent)
        self._answering = Answering(self._host, self._transport, self._outlet, self._deadlines)
        self._farewell = Farewell(self._transport, self._deadlines)
        self._deadlines.await_request()
        if not self._host.admit(self):
            self._answering.refuse(503)

    def data_received(self, data: bytes) -> None:
        if self._farewell.begun:
            self._farewell.throw_away(data)
        else:
            self._inlet.receive(data)
        self._inlet.rest_after(len(data))

    def eof_received(self) -> bool:
        """Keep our side open while a reply is due; a half request will never be whole."""
        self._at_eof = True
        reply_due = self._answering.busy or self._inlet.turn_due
        if not reply_due:
            self._farewell.close()
        return reply_due

    def pause_writing(self) -> None:
        self._outlet.pause()
        if self._outlet.busy:  # else a body is still coming, and has its own time
            self._deadlines.await_reader()

    def resume_writing(self) -> None:
        self._outlet.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._answering.lose(lambda: self._host.gone(self))

    # --- the front calls these -----------------------------------------------------------------

    def check(self, now: float) -> None:
        """Let a trickle flow, and act on whatever waited too long."""
        self._answering.drip(now, close=self._closing)
        if self._starved_at and not self._transport.is_closing():
            self._end_starvation(now)
        elif self._answering.judging or not self._deadlines.passed(now):
            return
        elif self._farewell.begun:
            self._farewell.check(now)
        elif self._outlet.busy or self._transport.is_closing():
            self._transport.abort()
        elif self._draining:
            self._answer()
        elif self._inlet.wire.mid_request:
            self._refuse(408)
        else:
            self._farewell.close()

    def stop(self) -> None:
        """Take no further request; the one under way is answered."""
        self._closing = True
        under_way = self._answering.busy or self._inlet.turn_due or self._inlet.wire.mid_request
        if not (under_way or self._farewell.begun):
            self._farewell.close()

    def abort(self) -> None:
        self._transport.abort()

    def hoards(self, now: float) -> int:
        """Return the bytes on disk that a client keeps there by reading its reply too slowly."""
        exchange = self._answering.exchange
        slow = self._outlet.busy and self._deadlines.reader_is_slow(now)
        return exchange.on_disk if slow and exchange is not None else 0

    # --- the inlet calls these -----------------------------------------------------------------

    @property
    def ready(self) -> bool:
        return not (self._answering.busy or self._farewell.begun or self._transport.is_closing())

    def on_event(self, event: Event) -> bool:
        if isinstance(event, RequestHead):
            exchange = self._begin(event)
            if event.has_body:
                return True
        else:
            assert self._answering.exchange is not None  # noqa: S101 - a head came first
            exchange = self._answering.exchange
        if isinstance(event, BodyData):
            if not exchange.take(event.data) or self._drains(exchange):
                return True
        elif isinstance(event, BodyEnd) or (isinstance(event, PreviewEnd) and event.complete):
            exchange.end()
        elif isinstance(event, PreviewEnd) and not exchange.at_preview_end():
            self._transport.write(self._inlet.wire.send_continue())
            self._inlet.read_on_soon()
            return True
        self._answer()
        return False  # what is left of this request's body interests nobody

    def on_fault(self, status: int, reason: str) -> None:
        if reason:
            self._host.complain(
                "request.refused", client=self.client.address, status=status, reason=reason
            )
        self._refuse(status)

    def on_idle(self) -> None:
        """Say what is waited for now, and how long."""
        if self._inlet.turn_due:
            return
        exchange = self._answering.exchange
        if self._at_eof:
            self._farewell.close()
        elif exchange is not None:
            if not self._draining:
                self._deadlines.await_body()
            if exchange.collects and self._no_room and not self._starved_at:
                self._starved_at = self._loop.time()
                self._inlet.hold()
        elif self._inlet.wire.mid_request:
            self._deadlines.await_head()
        elif self._closing:
            self._farewell.close()
        # else the time for the next request runs on: empty lines are no request

    # --- reading -------------------------------------------------------------------------------

    def _begin(self, head: RequestHead) -> Exchange:
        self._closing = self._closing or head.close
        if head.lapses:
            self._note(head.lapses)
        exchange = self._host.route(head, self.client)
        self._answering.begin(head.service, exchange)
        if head.has_body:
            self._deadlines.begin_body()
            if exchange.answers_early:
                self._loop.call_later(PATIENCE_SECONDS, self._answer_early, exchange)
        return exchange

    def _note(self, lapses: tuple[str, ...]) -> None:
        if self._host.settings.strict:
            raise ProtocolError(lapses[0])
        for lapse in lapses:
            log_lapse(self.client.address, lapse)

    def _drains(self, exchange: Exchange) -> bool:
        """Say whether so little is left of the body that reading it saves the connection."""
        rest = exchange.rest
        if rest is None or rest > DRAIN_BYTES:
            return False
        if not self._draining:
            self._draining = True
            self._deadlines.await_rest()
        return True

    def _end_starvation(self, now: float) -> None:
        if self._no_room and now - self._starved_at <= STARVED_SECONDS:
            return
        self._stop_starving()
        exchange = self._answering.exchange
        assert exchange is not None  # noqa: S101 - it is what starves
        if self._no_room and exchange.give_up():
            self._answer()

    @property
    def _no_room(self) -> bool:
        return self._host.space.full_for(self.client.address)

    def _stop_starving(self) -> None:
        if self._starved_at:
            self._starved_at = 0.0
            self._inlet.release()

    # --- answering -----------------------------------------------------------------------------

    def _answer(self) -> None:
        self._draining = False
        self._stop_starving()
        self._answering.answer(close=self._closing or self._inlet.wire.mid_body)

    def _refuse(self, status: int) -> None:
        self._stop_starving()
        self._answering.refuse(status)

    def _answer_early(self, exchange: Exchange) -> None:
        """The moment is over: the reply is made with what is there of the body."""
        if exchange is self._answering.exchange and self.ready:
            self._answer()

    def _on_sent(self, reply: Reply) -> None:
        """The reply is written: turn to the next request or to the end."""
        self._answering.drop()
        if not reply.close:
            self._inlet.wire.next_request()
            self._deadlines.await_request()
            if not self._inlet.read_on_soon() and (self._at_eof or self._closing):
                self._farewell.close()
        elif self._at_eof:  # the client's end will not come a second time
            self._farewell.close()
        else:
            self._farewell.begin(heard_all=self._inlet.heard_all)


@lru_cache(maxsize=1024)
def log_lapse(client: str, lapse: str) -> None:
    """Say it once of each client."""
    log.info("request.lapse", client=client, lapse=lapse)
