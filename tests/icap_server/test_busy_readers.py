"""Clients that send much, or much work in few bytes, or nonsense: who feels it, and who not."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from icap_server.client import Client
from icap_server.session import PATIENCE_SECONDS
from icap_server.wire.chunks import MANY_CHUNKS
from tests.icap_server.fake_transport import FakeTransport
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from icap_server.front import Front
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\nHost: h\r\n\r\n"


async def test_sessions_of_one_front_share_its_pace(
    make_scene: "Make", question: "Ask", space: SpoolSpace
) -> None:
    """However many send tiny chunks, one of them is read in each turn."""
    scene = make_scene()
    body = bytes(3 * MANY_CHUNKS)
    wire = question(body, "Allow: 204", chunks=[1] * len(body)).wire
    scene.session.data_received(wire)
    others = [type(scene)(scene.front, 2**40) for _ in range(3)]
    for other in others:
        other.session.data_received(wire)
    kept = [space.used]
    for _ in range(3):
        await asyncio.sleep(0)
        kept.append(space.used)
    assert kept == [MANY_CHUNKS * count for count in (4, 5, 6, 7)]
    await scene.turn(30)
    assert [one.statuses() for one in (scene, *others)] == [[204]] * 4


async def test_a_pipeline_behind_tiny_chunks(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    body = bytes(range(256)) * 4
    wire = question(body, "Allow: 204", chunks=[1] * len(body)).wire
    scene.session.data_received(wire + OPTIONS)
    scene.session.data_received(OPTIONS)
    await scene.turn(20)
    assert inspection.seen == [body]
    assert scene.statuses() == [204, 200, 200]
    assert scene.transport.reading


async def test_the_end_of_the_connection_behind_tiny_chunks(
    make_scene: "Make", question: "Ask"
) -> None:
    """A client that says it is done still gets its answer."""
    scene = make_scene()
    body = bytes(2 * MANY_CHUNKS)
    scene.session.data_received(question(body, "Allow: 204", chunks=[1] * len(body)).wire)
    assert scene.session.eof_received()
    await scene.turn(20)
    assert scene.statuses() == [204]
    assert scene.transport.closing


async def test_an_event_stream_that_finds_no_room_is_answered_once(
    make_scene: "Make", question: "Ask", space: SpoolSpace, inspection: "ScriptedInspection"
) -> None:
    """It is answered early, so it waits for room no longer."""
    inspection.gate = asyncio.Event()
    scene = make_scene()
    total, space.disk_total = space.disk_total, 0
    wire = question(b"data: 1\n\n", "Allow: 204", http=("Content-Type: text/event-stream",)).wire
    scene.session.data_received(wire[:-5])
    assert not scene.transport.reading
    await asyncio.sleep(PATIENCE_SECONDS + 0.1)
    assert inspection.waiting == 1
    scene.after(11)
    inspection.gate.set()
    await scene.turn()
    space.disk_total = total
    scene.after(1)
    assert scene.statuses() == [204]
    assert not scene.transport.aborted


async def test_nonsense_of_who_waits_for_room_is_refused(
    scene: "Scene", question: "Ask", space: SpoolSpace
) -> None:
    """Some bytes are on their way when reading pauses."""
    space.disk_total = 0
    scene.session.data_received(question(b"x" * 1000, "Allow: 204").wire[:-5])
    assert not scene.transport.reading
    scene.session.data_received(b"no chunk\r\n")
    scene.after(1)
    scene.after(11)
    assert scene.statuses() == [400]
    assert not scene.transport.aborted


async def test_a_client_that_fills_the_spool_starves_itself_only(
    make_front: "Callable[..., Front]", question: "Ask", space: SpoolSpace
) -> None:
    space.memory_bytes, space.share, space.disk_total = 0, 0.5, 1200
    front = make_front()
    sessions = [front.open(Client(f"10.0.0.{number}")) for number in (1, 2)]
    wire = question(b"x" * 600, "Allow: 204").wire
    reading = []
    for session in sessions:
        assert session is not None
        transport = FakeTransport(session)
        session.connection_made(transport)
        session.data_received(wire[:-5] if session is sessions[0] else wire[:-200])
        reading.append(transport.reading)
    assert reading == [False, True]


async def test_who_reads_slowest_makes_room_when_others_need_it(
    make_scene: "Make", question: "Ask", space: SpoolSpace
) -> None:
    space.memory_bytes = 0
    scene = make_scene(room=1000, progress_seconds=60)
    others = [type(scene)(scene.front, 1000) for _ in range(2)]
    scenes = [scene, *others]
    for one, size in zip(scenes, (300_000, 500_000, 400_000)):
        one.session.data_received(question(bytes(size)).wire)
        await one.turn()
        assert one.transport.paused
    now = asyncio.get_running_loop().time()
    scene.front._make_room(now + 61)
    assert [one.transport.aborted for one in scenes] == [False] * 3, "there is room"
    space.disk_total = space.disk_used
    scene.front._make_room(now + 50)
    assert [one.transport.aborted for one in scenes] == [False] * 3, "they read not long yet"
    scene.front._make_room(now + 61)
    assert [one.transport.aborted for one in scenes] == [False, True, False], "the largest"
    others[0].session.connection_lost(None)
    scene.front._make_room(now + 62)
    assert [one.transport.aborted for one in scenes] == [False, True, False], "room again"


async def test_nonsense_is_logged_with_who_sent_it_but_not_each_time(scene: "Scene") -> None:
    with capture_logs() as lines:
        for _ in range(5):
            another = type(scene)(scene.front, 2**40)
            another.session.data_received(b"nonsense\r\n\r\n")
    (line,) = lines
    assert (line["event"], line["client"]) == ("request.refused", "127.0.0.1")
    assert (line["status"], line["reason"]) == (400, "malformed request line")
