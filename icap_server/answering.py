"""The answering half of a session: one exchange at a time, until its reply is written."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from icap_server.deadlines import Deadlines
from icap_server.exchange import Exchange, ReplyCut
from icap_server.outlet import Outlet
from icap_server.replies import Reply, refusal
from verdicts.ledger.pending import Unrecorded

log = structlog.get_logger()


class Desk(Protocol):
    """What answering needs of the front."""

    def istag(self) -> str: ...
    def replied(self, service: str, status: int) -> None: ...


class Answering:
    """Holds the exchange that is under way, and what runs for it."""

    def __init__(
        self, desk: Desk, transport: asyncio.Transport, outlet: Outlet, deadlines: Deadlines
    ) -> None:
        self._desk = desk
        self._transport = transport
        self._outlet = outlet
        self._deadlines = deadlines
        self.exchange: Exchange | None = None
        self._service = ""
        self._task: asyncio.Task[None] | None = None
        self._dripped = False
        """Part of the reply has left ahead of the ruling: only its rest can follow, or nothing."""
        self._when_lost: Callable[[], None] | None = None

    @property
    def judging(self) -> bool:
        """A reply is being made, which has deadlines of its own."""
        return self._task is not None

    @property
    def busy(self) -> bool:
        """A reply is being made or written."""
        return self._task is not None or self._outlet.busy

    def begin(self, service: str, exchange: Exchange) -> None:
        self._service = service
        self.exchange = exchange

    def answer(self, *, close: bool) -> None:
        """Give the reply of the exchange, now or when it is made."""
        assert self.exchange is not None  # noqa: S101 - else there is nothing to answer
        reply = self.exchange.reply_now(close=close)
        if reply is not None:
            self._send(reply)
        else:
            self._task = asyncio.create_task(self._answer_later(self.exchange, close=close))

    def drip(self, now: float, *, close: bool) -> None:
        """Let a little of the body leave ahead of the ruling, if a trickle says so."""
        if self.exchange is None or not self._outlet.free or self._transport.is_closing():
            return
        data = self.exchange.drip(now, close=close)
        if data and not self._dripped:
            self._dripped = True
            self._desk.replied(self._service, 200)
        if data:
            self._transport.write(data)

    def refuse(self, status: int) -> None:
        """Answer a request that broke the protocol or came too slowly, and end the connection."""
        if self._dripped:  # the reply has begun, and must not look whole
            self._transport.abort()
        else:
            self._send(refusal(status, self._desk.istag()))

    def drop(self) -> None:
        """Forget the exchange: its reply is written, or never will be."""
        self._dripped = False
        if self.exchange is not None:
            self.exchange.close()
            self.exchange = None

    def lose(self, gone: Callable[[], None]) -> None:
        """The connection is lost; a verdict under way is still recorded, then `gone` is called."""
        if self._task is None:
            self.drop()
            gone()
        else:
            self._when_lost = gone

    async def _answer_later(self, exchange: Exchange, *, close: bool) -> None:
        reply: Reply | None = None
        status = 500
        try:
            reply = await exchange.reply(close=close)
        except ReplyCut:
            log.info("reply.cut", service=self._service)
        except Unrecorded:
            status = 503
        except Exception:
            log.exception("session.crashed", service=self._service)
        self._task = None
        if self._when_lost:
            self.drop()
            self._when_lost()
        elif self._transport.is_closing():
            return
        elif reply is None:
            self.refuse(status)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if not self._dripped:
            self._desk.replied(self._service, reply.status)
        self._outlet.send(reply)
        if self._outlet.busy:
            self._deadlines.begin_reply()
