"""How a connection ends: by either side, at any moment, with a scan under way or not."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from icap_server.deadlines import Deadlines
from icap_server.inspection import InspectExchange
from icap_server.replies import Reply
from verdicts.model import VerdictRecord
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n"


async def test_the_client_asks_for_the_end(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    wire = question(b"abc", "Allow: 204", "Connection:  Close").wire
    scene.session.data_received(wire + OPTIONS)
    scene.session.data_received(OPTIONS)
    assert not scene.transport.reading
    inspection.gate.set()
    await scene.turn()
    assert scene.transport.reading, "what lies unread would reset the connection"
    assert scene.reply.count(b"ICAP/1.0 ") == 1
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended
    assert scene.session.eof_received() is False
    assert scene.transport.closing


async def test_half_closed_while_a_scan_runs(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire + OPTIONS)
    await scene.turn()
    assert scene.session.eof_received() is True
    inspection.gate.set()
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert scene.reply.count(b"ICAP/1.0 ") == 2, "what came whole before the end is answered"
    assert scene.transport.closing
    assert not scene.transport.aborted


async def test_half_closed_behind_a_pipeline(scene: "Scene") -> None:
    scene.session.data_received(OPTIONS * 3)
    assert scene.session.eof_received() is True
    await scene.turn()
    assert scene.reply.count(b"ICAP/1.0 200 ") == 3
    assert scene.transport.closing


async def test_a_close_that_takes_too_long(scene: "Scene") -> None:
    scene.session.data_received(OPTIONS)
    assert scene.session.eof_received() is False
    scene.after(59)
    assert not scene.transport.aborted, "the reply may still be read"
    scene.after(61)
    assert scene.transport.aborted


async def test_a_long_reply_has_its_own_time(make_scene: "Make", question: "Ask") -> None:
    """The time for the request does not count, neither between two bursts nor for a slow reader."""
    scene = make_scene(room=3_000_000, progress_seconds=60, receive_seconds=20)
    scene.session.data_received(question(b"x" * 8_000_000).wire)
    await asyncio.sleep(0)
    assert not scene.transport.paused
    scene.after(30)
    assert not scene.transport.aborted
    await scene.turn()
    assert scene.transport.paused
    scene.session._deadlines = Deadlines(scene.front.settings, lambda: later)
    later = asyncio.get_running_loop().time() + 50
    scene.transport.read_all()
    await scene.turn()
    assert scene.transport.paused
    scene.after(70)
    assert not scene.transport.aborted
    scene.after(111)
    assert scene.transport.aborted


async def test_the_last_reply_has_time_to_arrive(make_scene: "Make") -> None:
    scene = make_scene(progress_seconds=60)
    scene.session.data_received(b"nonsense\r\n\r\n")
    assert scene.reply.startswith(b"ICAP/1.0 400 ")
    assert scene.transport.ended
    scene.after(6)
    assert not scene.transport.aborted, "the client reads slowly"
    scene.after(61)
    assert scene.transport.aborted


async def test_a_client_that_never_closes(make_scene: "Make") -> None:
    scene = make_scene()
    scene.session.data_received(b"nonsense\r\n\r\n")
    scene.transport.read_all()
    scene.after(4)
    assert not scene.transport.aborted
    scene.after(6)
    assert scene.transport.aborted


async def test_a_reply_that_nobody_reads(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene(room=1000, progress_seconds=60)
    scene.session.data_received(question(b"x" * 5000).wire)
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 200 ")
    scene.after(59)
    assert not scene.transport.aborted
    scene.after(61)
    assert scene.transport.aborted


async def test_half_closed_and_wants_the_end(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Connection: close").wire)
    assert scene.session.eof_received() is True
    inspection.gate.set()
    await scene.turn()
    assert scene.transport.closing, "the client's end will not come a second time"


@pytest.mark.parametrize("cut", [0, 10, -40, -1])
async def test_half_closed_before_the_request_is_whole(
    scene: "Scene", question: "Ask", space: SpoolSpace, cut: int
) -> None:
    scene.session.data_received(question(b"x" * 100).wire[:cut])
    assert scene.session.eof_received() is False
    assert scene.transport.closing
    scene.session.connection_lost(None)
    await scene.turn()
    assert scene.reply == b""
    assert not space.used
    assert not scene.front.connections


async def test_gone_while_a_scan_runs(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    """The verdict is recorded; until then the connection counts, or scans would pile up."""
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await scene.turn()
    scene.transport.abort()
    scene.session.connection_lost(ConnectionResetError())
    await scene.turn()
    assert space.used
    assert scene.front.connections == 1
    scene.session.check(asyncio.get_running_loop().time() + 10_000)
    inspection.gate.set()
    await scene.turn()
    assert len(inspection.records) == 1
    assert scene.reply == b""
    assert not space.used
    assert not scene.front.connections


async def test_gone_between_the_scan_and_the_loss(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    """The transport knows before we are told."""
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await scene.turn()
    scene.transport.abort()
    inspection.gate.set()
    await scene.turn()
    assert scene.reply == b""
    scene.session.connection_lost(None)
    assert not space.used
    assert not scene.front.connections


async def test_gone_in_the_middle_of_a_reply(
    make_scene: "Make", question: "Ask", space: SpoolSpace
) -> None:
    scene = make_scene(room=1000)
    scene.session.data_received(question(b"x" * 3_000_000).wire)
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 200 ")
    scene.session.connection_lost(BrokenPipeError())
    assert not space.used
    assert not scene.front.connections


async def test_stop_between_requests(scene: "Scene") -> None:
    scene.session.stop()
    assert scene.transport.closing
    assert not scene.transport.aborted


async def test_stop_while_a_scan_runs(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    await scene.turn()
    scene.session.stop()
    assert not scene.transport.closing
    inspection.gate.set()
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert scene.transport.closing


@pytest.mark.parametrize("cut", [10, -3])
async def test_stop_in_the_middle_of_a_request(scene: "Scene", question: "Ask", cut: int) -> None:
    wire = question(b"abc", "Allow: 204").wire
    scene.session.data_received(wire[:cut])
    scene.session.stop()
    scene.session.data_received(wire[cut:])
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 204 ")
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended


async def test_stop_while_the_last_reply_is_read(scene: "Scene") -> None:
    scene.session.data_received(b"nonsense\r\n\r\n")
    scene.session.stop()
    assert not scene.transport.closing, "it would reset the connection"


async def test_gone_with_requests_waiting(scene: "Scene") -> None:
    scene.session.data_received(OPTIONS * 3)
    scene.transport.abort()
    await scene.turn()
    assert scene.reply.count(b"ICAP/1.0 ") == 1


async def test_gone_while_there_is_no_room(
    scene: "Scene", question: "Ask", space: SpoolSpace
) -> None:
    space.disk_total = 0
    scene.session.data_received(question(b"x" * 1000).wire[:-500])
    scene.transport.abort()
    scene.after(11)
    await scene.turn()
    assert scene.reply == b""


async def test_a_crash_while_judging_is_no_pass(
    scene: "Scene",
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def inspect(transfer: object, spool: object) -> VerdictRecord:
        raise RuntimeError("as scripted")

    monkeypatch.setattr(inspection, "inspect", inspect)
    scene.session.data_received(question(b"a letter", "Allow: 204").wire)
    await scene.turn()
    assert scene.reply.startswith(b"ICAP/1.0 500 ")
    assert scene.transport.ended
    assert not space.used


async def test_a_spool_that_fails_in_the_middle_of_an_echo(
    scene: "Scene", question: "Ask", monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise OSError("the spool is shorter than what was written to it")

    async def reply(exchange: InspectExchange, *, close: bool) -> Reply:
        return Reply(200, b"ICAP/1.0 200 OK\r\n\r\n", broken(), close)

    monkeypatch.setattr(InspectExchange, "reply", reply)
    scene.session.data_received(question(b"x" * 500_000).wire)
    await scene.turn()
    assert scene.transport.aborted
    assert scene.reply.endswith(b"\r\n3e8\r\n" + b"x" * 1000 + b"\r\n")
