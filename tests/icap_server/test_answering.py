"""The answering half: one reply to one exchange, whatever becomes of either."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.answering import Answering
from icap_server.deadlines import Deadlines
from icap_server.exchange import ReadyExchange, ReplyCut
from icap_server.outlet import Outlet
from icap_server.replies import Reply
from icap_server.settings import IcapSettings
from verdicts.ledger.pending import Unrecorded

if TYPE_CHECKING:
    from tests.icap_server.fake_transport import FakeTransport


class Scripted(ReadyExchange):
    """Replies when told to, with what it is told."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.ahead = b""
        self.closings: list[bool] = []

    def drip(self, now: float, *, close: bool) -> bytes:
        return self.ahead

    def reply_now(self, *, close: bool) -> Reply | None:
        return None

    async def reply(self, *, close: bool) -> Reply:
        return await self.outcome

    def close(self) -> None:
        self.closings.append(True)


class Scene:
    def __init__(self, make_transport: "Callable[..., FakeTransport]") -> None:
        self.counted: list[tuple[str, int]] = []
        self.sent: list[Reply] = []
        self.transport = make_transport(asyncio.Protocol())
        outlet = Outlet(self.transport, self.sent.append)
        deadlines = Deadlines(IcapSettings(), lambda: 0.0)
        self.answering = Answering(self, self.transport, outlet, deadlines)
        self.exchange = Scripted()
        self.answering.begin("respmod", self.exchange)

    def istag(self) -> str:
        return '"a"'

    def replied(self, service: str, status: int) -> None:
        self.counted.append((service, status))

    async def end_with(self, outcome: Reply | Exception) -> None:
        self.answering.answer(close=False)
        assert self.answering.judging
        if isinstance(outcome, Reply):
            self.exchange.outcome.set_result(outcome)
        else:
            self.exchange.outcome.set_exception(outcome)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not self.answering.judging


@pytest.fixture
async def scene(make_transport: "Callable[..., FakeTransport]") -> Scene:
    return Scene(make_transport)


async def test_a_reply(scene: Scene) -> None:
    reply = Reply(204, b"head")
    await scene.end_with(reply)
    assert scene.transport.written == b"head"
    assert scene.sent == [reply]
    assert scene.counted == [("respmod", 204)]


async def test_an_exception_is_never_a_pass(scene: Scene) -> None:
    await scene.end_with(RuntimeError("as scripted"))
    assert scene.transport.written.startswith(b"ICAP/1.0 500 ")
    assert scene.counted == [("respmod", 500)]


async def test_without_a_record_there_is_no_pass(scene: Scene) -> None:
    await scene.end_with(Unrecorded())
    assert scene.transport.written.startswith(b"ICAP/1.0 503 ")
    assert scene.counted == [("respmod", 503)]


async def test_what_has_begun_is_only_continued(scene: Scene) -> None:
    scene.exchange.ahead = b"head1\r\na\r\n"
    scene.answering.drip(1, close=False)
    scene.exchange.ahead = b"1\r\nb\r\n"
    scene.answering.drip(2, close=False)
    await scene.end_with(Reply(200, b"", iter([b"c"])))
    assert scene.transport.written == b"head1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"
    assert scene.counted == [("respmod", 200)]


@pytest.mark.parametrize("error", [ReplyCut(), Unrecorded(), RuntimeError("as scripted")])
async def test_what_has_begun_is_cut(scene: Scene, error: Exception) -> None:
    scene.exchange.ahead = b"head"
    scene.answering.drip(1, close=False)
    await scene.end_with(error)
    assert scene.transport.aborted
    assert scene.transport.written == b"head"


async def test_no_refusal_follows_what_has_begun(scene: Scene) -> None:
    scene.exchange.ahead = b"head"
    scene.answering.drip(1, close=False)
    scene.answering.refuse(408)
    assert scene.transport.aborted
    assert scene.transport.written == b"head"


async def test_lost_while_a_reply_is_made(scene: Scene) -> None:
    gone: list[bool] = []
    scene.answering.answer(close=False)
    scene.answering.lose(lambda: gone.append(True))
    assert not gone
    assert not scene.exchange.closings, "its verdict is still recorded"
    scene.exchange.outcome.set_result(Reply(204, b"head"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert gone == [True]
    assert scene.exchange.closings == [True]
    assert scene.transport.written == b""


async def test_lost_otherwise(scene: Scene) -> None:
    gone: list[bool] = []
    scene.answering.lose(lambda: gone.append(True))
    assert (gone, scene.exchange.closings) == ([True], [True])
    assert scene.answering.exchange is None


async def test_nothing_drips_into_a_connection_that_closes(scene: Scene) -> None:
    scene.exchange.ahead = b"head"
    scene.transport.close()
    scene.answering.drip(1, close=False)
    assert scene.transport.written == b""
