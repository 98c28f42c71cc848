"""How a connection ends: by either side, at any moment, with a scan under way or not."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from icap_server.front import Front
from icap_server.inspection import InspectExchange, Office
from icap_server.replies import Reply
from icap_server.session import Session
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import FakeTransport, Question, ScriptedInspection

    Ask = Callable[..., Question]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n"


class Scene:
    """One session of a front that does not listen."""

    def __init__(self, office: Office, make_transport: "type[FakeTransport]") -> None:
        self.front = Front(office)
        self.session = Session(self.front)
        self.transport = make_transport(self.session)
        self.session.connection_made(self.transport)

    @property
    def reply(self) -> bytes:
        return bytes(self.transport.written)


@pytest.fixture
async def scene(make_office: Callable[..., Office], make_transport: "type[FakeTransport]") -> Scene:
    return Scene(make_office(), make_transport)


async def turn() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_client_asks_for_the_end(scene: Scene, question: "Ask") -> None:
    wire = question(b"abc", "Allow: 204", "Connection:  Close").wire
    scene.session.data_received(wire + OPTIONS)
    await turn()
    assert scene.reply.count(b"ICAP/1.0 ") == 1
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended
    assert scene.session.eof_received() is False
    assert scene.transport.closing


async def test_half_closed_while_a_scan_runs(
    scene: Scene, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire + OPTIONS)
    await turn()
    assert scene.session.eof_received() is True
    inspection.gate.set()
    await turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert scene.reply.count(b"ICAP/1.0 ") == 2, "what came whole before the end is answered"
    assert scene.transport.closing
    assert not scene.transport.aborted


@pytest.mark.parametrize("cut", [0, 10, -40, -1])
async def test_half_closed_before_the_request_is_whole(
    scene: Scene, question: "Ask", space: SpoolSpace, cut: int
) -> None:
    scene.session.data_received(question(b"x" * 100).wire[:cut])
    assert scene.session.eof_received() is False
    assert scene.transport.closing
    scene.session.connection_lost(None)
    await turn()
    assert scene.reply == b""
    assert not space.used
    assert not scene.front.connections


async def test_gone_while_a_scan_runs(
    scene: Scene, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    """The verdict is recorded; until then the connection counts, or scans would pile up."""
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await turn()
    scene.transport.abort()
    scene.session.connection_lost(ConnectionResetError())
    await turn()
    assert space.used
    assert scene.front.connections == 1
    scene.session.check(asyncio.get_running_loop().time() + 10_000)
    inspection.gate.set()
    await turn()
    assert len(inspection.records.kept) == 1
    assert scene.reply == b""
    assert not space.used
    assert not scene.front.connections


async def test_gone_between_the_scan_and_the_loss(
    scene: Scene, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    """The transport knows before we are told."""
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await turn()
    scene.transport.abort()
    inspection.gate.set()
    await turn()
    assert scene.reply == b""
    scene.session.connection_lost(None)
    assert not space.used
    assert not scene.front.connections


async def test_gone_in_the_middle_of_a_reply(
    make_office: Callable[..., Office],
    make_transport: "type[FakeTransport]",
    question: "Ask",
    space: SpoolSpace,
) -> None:
    scene = Scene(make_office(), make_transport)
    scene.transport.room = 1000
    scene.session.data_received(question(b"x" * 3_000_000).wire)
    await turn()
    assert scene.reply.startswith(b"ICAP/1.0 200 ")
    scene.session.connection_lost(BrokenPipeError())
    assert not space.used
    assert not scene.front.connections


async def test_stop_between_requests(scene: Scene) -> None:
    scene.session.stop()
    assert scene.transport.closing
    assert not scene.transport.aborted


async def test_stop_while_a_scan_runs(
    scene: Scene, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await turn()
    scene.session.stop()
    assert not scene.transport.closing
    inspection.gate.set()
    await turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert scene.transport.closing


async def test_stop_in_the_middle_of_a_request(scene: Scene, question: "Ask") -> None:
    wire = question(b"abc", "Allow: 204").wire
    scene.session.data_received(wire[:-3])
    scene.session.stop()
    scene.session.data_received(wire[-3:])
    await turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended


async def test_a_crash_while_judging_is_no_pass(
    scene: Scene, question: "Ask", space: SpoolSpace
) -> None:
    scene.session.data_received(question(b"crash", "Allow: 204").wire)
    await turn()
    assert scene.reply.startswith(b"ICAP/1.0 500 ")
    assert scene.transport.ended
    assert not space.used


async def test_a_spool_that_fails_in_the_middle_of_an_echo(
    scene: Scene, question: "Ask", monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise OSError("the spool is shorter than what was written to it")

    async def reply(exchange: InspectExchange, *, close: bool) -> Reply:
        return Reply(200, b"ICAP/1.0 200 OK\r\n\r\n", broken(), close)

    monkeypatch.setattr(InspectExchange, "reply", reply)
    scene.session.data_received(question(b"x" * 500_000).wire)
    await turn()
    assert scene.transport.aborted
    assert scene.reply.endswith(b"\r\n3e8\r\n" + b"x" * 1000 + b"\r\n")


async def test_a_disk_that_is_full(
    scene: Scene, question: "Ask", monkeypatch: pytest.MonkeyPatch, space: SpoolSpace
) -> None:
    """What cannot be kept cannot be judged: too large, and blocked in the middle of the body."""

    def write(spool: object, data: memoryview) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("verdicts.spool.Spool.write", write)
    scene.session.data_received(question(b"x" * 1000, "Allow: 204").wire[:-9])
    await turn()
    assert b"unscanned.too_large" in scene.reply
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended


async def test_one_too_many(
    make_office: Callable[..., Office], make_transport: "type[FakeTransport]"
) -> None:
    front = Front(make_office(max_connections=1))
    scenes = []
    for _ in range(3):
        session = Session(front)
        transport = make_transport(session)
        session.connection_made(transport)
        scenes.append((session, transport))
    assert [transport.ended for _, transport in scenes] == [False, True, False]
    assert scenes[1][1].written.startswith(b"ICAP/1.0 503 ")
    assert not scenes[1][1].aborted, "time to read it"
    assert scenes[2][1].aborted, "but not for any number"
    for session, _ in scenes:
        session.connection_lost(None)
    assert not front.connections
