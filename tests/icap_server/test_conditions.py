"""Replies that wait for a condition, and what still works meanwhile."""

import asyncio

import pytest

from icap_server.conditions import (
    AuthorizedExchange,
    DenialExchange,
    GatedExchange,
    unauthorized,
)
from icap_server.exchange import Exchange
from icap_server.gate import Gate
from icap_server.replies import Reply, refusal

TAG = '"tag"'
DONE = Reply(204, b"done")
READY = Reply(204, b"ready")


class Scripted:
    """An exchange that notes what it is asked."""

    answers_early = True
    rest = 7
    on_disk = 3

    def __init__(self, *, collects: bool = True, ready: bool = False, drips: bytes = b"") -> None:
        self.collects = collects
        self._ready = ready
        self._drips = drips
        self.calls: list[str] = []

    def take(self, data: memoryview) -> bool:
        self.calls.append(f"take {bytes(data).decode()}")
        return True

    def end(self) -> None:
        self.calls.append("end")

    def at_preview_end(self) -> bool:
        self.calls.append("preview")
        return True

    def give_up(self) -> bool:
        self.calls.append("give up")
        return True

    def drip(self, now: float, *, close: bool) -> bytes:
        return self._drips

    def reply_now(self, *, close: bool) -> Reply | None:
        return READY if self._ready else None

    async def reply(self, *, close: bool) -> Reply:
        self.calls.append(f"reply {close}")
        return DONE

    def close(self) -> None:
        self.calls.append("close")


def overloaded() -> Reply:
    return refusal(503, TAG)


def denied() -> Reply:
    return unauthorized(TAG)


def gated(inner: Scripted, gate: Gate, seconds: float | None = None) -> GatedExchange:
    def received() -> None:
        inner.calls.append("received")

    return GatedExchange(inner, gate, "a", seconds, overloaded, received=received)


async def checked(inner: Scripted, right: bool | None) -> AuthorizedExchange:
    check: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    if right is not None:
        check.set_result(right)
    return AuthorizedExchange(inner, check, denied)


async def test_everything_else_is_passed_on() -> None:
    for wrap, told in ((lambda inner: gated(inner, Gate(1, 1)), ["received"]), (lambda i: i, [])):
        inner = Scripted()
        exchange: Exchange = wrap(inner)
        assert exchange.take(memoryview(b"x"))
        assert exchange.at_preview_end()
        assert exchange.give_up()
        assert (exchange.answers_early, exchange.collects, exchange.rest) == (True, True, 7)
        exchange.end()
        exchange.close()
        assert inner.calls == ["take x", "preview", "give up", *told, "end", "close"]


async def test_a_denial_waits_for_no_body() -> None:
    exchange: Exchange = DenialExchange(denied())
    assert exchange.take(memoryview(b"x"))
    assert exchange.at_preview_end()
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert reply.close
    assert reply.head == (
        b'ICAP/1.0 401 Unauthorized\r\nISTag: "tag"\r\nWWW-Authenticate: Basic realm="douane"\r\n'
        b"Connection: close\r\nEncapsulated: null-body=0\r\n\r\n"
    )


async def test_a_turn_is_held_while_the_reply_is_made() -> None:
    gate = Gate(1, 9)
    first, second = Scripted(), Scripted()
    assert await gate.enter("a", None)
    replies = [asyncio.create_task(gated(one, gate).reply(close=True)) for one in (first, second)]
    await asyncio.sleep(0)
    assert first.calls == second.calls == []
    gate.leave()
    assert await asyncio.gather(*replies) == [DONE, DONE]
    assert first.calls == second.calls == ["reply True"]
    assert await gate.enter("a", 0.001), "both turns were given back"


async def test_a_turn_is_given_back_after_a_fault() -> None:
    class Broken(Scripted):
        async def reply(self, *, close: bool) -> Reply:
            raise RuntimeError("as scripted")

    gate = Gate(1, 9)
    with pytest.raises(RuntimeError):
        await gated(Broken(), gate).reply(close=False)
    assert await gate.enter("a", 0.001)


async def test_what_needs_no_inspection_needs_no_turn() -> None:
    gate = Gate(1, 9)
    assert await gate.enter("a", None)
    assert gated(Scripted(ready=True), gate).reply_now(close=False) is READY
    assert await gated(Scripted(collects=False), gate).reply(close=False) is DONE


async def test_waiting_has_an_end() -> None:
    gate = Gate(1, 9)
    assert await gate.enter("a", None)
    inner = Scripted()
    reply = await gated(inner, gate, 0.001).reply(close=False)
    assert (reply.status, reply.close) == (503, True)
    assert inner.calls == []
    assert gate.waiting == 0


async def test_a_reply_that_has_begun_is_not_replaced() -> None:
    gate = Gate(1, 9)
    assert await gate.enter("a", None)
    exchange = gated(Scripted(drips=b"the head"), gate, 0.001)
    assert exchange.drip(1.0, close=False) == b"the head"
    reply = asyncio.create_task(exchange.reply(close=False))
    await asyncio.sleep(0.01)
    gate.leave()
    assert await reply is DONE


async def test_the_first_drop_while_it_waits_counts_too() -> None:
    gate = Gate(1, 9)
    assert await gate.enter("a", None)
    exchange = gated(Scripted(drips=b"the head"), gate, 0.01)
    reply = asyncio.create_task(exchange.reply(close=False))
    await asyncio.sleep(0)
    exchange.drip(1.0, close=False)
    await asyncio.sleep(0.03)
    assert not reply.done()
    gate.leave()
    assert await reply is DONE


@pytest.mark.parametrize("ready", [False, True])
async def test_right_credentials_let_the_reply_through(ready: bool) -> None:
    exchange = await checked(Scripted(ready=ready, drips=b"x"), True)
    assert exchange.reply_now(close=False) is (READY if ready else None)
    assert await exchange.reply(close=False) is (READY if ready else DONE)
    assert exchange.drip(1.0, close=False) == b"x"


@pytest.mark.parametrize("ready", [False, True])
async def test_wrong_ones_do_not(ready: bool) -> None:
    inner = Scripted(ready=ready, drips=b"x")
    exchange = await checked(inner, False)
    for reply in (exchange.reply_now(close=False), await exchange.reply(close=False)):
        assert reply is not None
        assert reply.status == 401
    assert exchange.drip(1.0, close=False) == b""
    assert inner.calls == []


async def test_nothing_leaves_before_the_check_is_over() -> None:
    loop = asyncio.get_running_loop()
    check: asyncio.Future[bool] = loop.create_future()
    exchange = AuthorizedExchange(Scripted(ready=True, drips=b"x"), check, denied)
    assert exchange.reply_now(close=False) is None
    assert exchange.drip(1.0, close=False) == b""
    reply = asyncio.create_task(exchange.reply(close=False))
    await asyncio.sleep(0)
    assert not reply.done()
    check.set_result(True)
    assert await reply is READY


async def test_a_stranger_is_not_heard_to_the_end() -> None:
    """The check ends while his body comes: nothing more of it is kept or asked for."""
    inner = Scripted()
    exchange = await checked(inner, False)
    assert exchange.take(memoryview(b"x"))
    assert exchange.at_preview_end()
    assert exchange.rest is None, "what is left of it is not waited for"
    assert inner.calls == []
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert reply.status == 401


@pytest.mark.parametrize("right", [True, None])
async def test_who_is_known_or_may_be_is_heard(*, right: bool | None) -> None:
    inner = Scripted()
    exchange = await checked(inner, right)
    assert exchange.take(memoryview(b"x"))
    assert exchange.at_preview_end()
    assert exchange.rest == 7
    assert inner.calls == ["take x", "preview"]
