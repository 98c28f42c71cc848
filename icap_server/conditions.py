"""Exchanges on a condition: a refusal without it, credentials that are checked, a turn to wait for.

Each wraps the exchange that does the work.  Reading goes on while a condition is open; no reply
leaves before it is met.
"""

import asyncio
from collections.abc import Callable

from icap_server.exchange import Exchange, ReadyExchange
from icap_server.gate import Gate
from icap_server.replies import Reply, refusal


class DenialExchange(ReadyExchange):
    """A refusal that ends the connection; not a byte of a body is waited for (§4.3.3)."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def take(self, data: memoryview) -> bool:
        return True

    def reply_now(self, *, close: bool) -> Reply:
        return self._reply


def unauthorized(istag: str) -> Reply:
    """Return 401: the request needs credentials that are known here (§7.1)."""
    return refusal(401, istag, extra=[("WWW-Authenticate", 'Basic realm="douane"')])


class _WrappedExchange:
    """Leaves everything but the reply to the exchange inside."""

    def __init__(self, inner: Exchange) -> None:
        self._inner = inner
        self.take = inner.take
        self.end = inner.end
        self.at_preview_end = inner.at_preview_end
        self.give_up = inner.give_up
        self.close = inner.close

    @property
    def rest(self) -> int | None:
        return self._inner.rest

    @property
    def answers_early(self) -> bool:
        return self._inner.answers_early

    @property
    def collects(self) -> bool:
        return self._inner.collects

    @property
    def on_disk(self) -> int:
        return self._inner.on_disk


class AuthorizedExchange(_WrappedExchange):
    """Answers only if a check of credentials, which takes a while, says yes."""

    def __init__(
        self, inner: Exchange, check: asyncio.Future[bool], refuse: Callable[[], Reply]
    ) -> None:
        super().__init__(inner)
        self._check = check
        self._refuse = refuse
        self.take = self._take
        self.at_preview_end = self._at_preview_end

    def drip(self, now: float, *, close: bool) -> bytes:
        if not (self._check.done() and self._check.result()):
            return b""
        return self._inner.drip(now, close=close)

    def reply_now(self, *, close: bool) -> Reply | None:
        if not self._check.done():
            return None
        return self._refuse() if self._denied else self._inner.reply_now(close=close)

    @property
    def rest(self) -> int | None:
        return None if self._denied else self._inner.rest

    def _take(self, data: memoryview) -> bool:
        """A stranger's body takes no room for longer than it takes to know him."""
        return self._denied or self._inner.take(data)

    def _at_preview_end(self) -> bool:
        return self._denied or self._inner.at_preview_end()

    @property
    def _denied(self) -> bool:
        return self._check.done() and not self._check.result()

    async def reply(self, *, close: bool) -> Reply:
        if not await asyncio.shield(self._check):  # others wait for the same one
            return self._refuse()
        return self._inner.reply_now(close=close) or await self._inner.reply(close=close)


class GatedExchange(_WrappedExchange):
    """Waits for a turn before the exchange inside inspects.

    What is known already, and what is not scanned, needs no turn.  The deadline of the scan begins
    with the turn: waiting makes no gap in a verdict.
    """

    def __init__(
        self,
        inner: Exchange,
        gate: Gate,
        address: str,
        seconds: float | None,
        refuse: Callable[[], Reply],
        *,
        received: Callable[[], None],
    ) -> None:
        """`seconds` to wait before it is refused; None: however long it takes.

        `received` is called when the body is whole.
        """
        super().__init__(inner)
        self._gate = gate
        self._address = address
        self._seconds = seconds
        self._refuse = refuse
        self._dripped = False
        """Part of the reply has left: no other can take its place."""
        self._received = received
        self.reply_now = inner.reply_now
        self.end = self._end

    def _end(self) -> None:
        self._received()
        self._inner.end()

    def drip(self, now: float, *, close: bool) -> bytes:
        data = self._inner.drip(now, close=close)
        self._dripped = self._dripped or bool(data)
        return data

    async def reply(self, *, close: bool) -> Reply:
        if not self._inner.collects:  # what is not kept is not scanned
            return await self._inner.reply(close=close)
        while not await self._gate.enter(self._address, self._patience):
            if not self._dripped:
                return self._refuse()
        try:
            return await self._inner.reply(close=close)
        finally:
            self._gate.leave()

    @property
    def _patience(self) -> float | None:
        return None if self._dripped else self._seconds
