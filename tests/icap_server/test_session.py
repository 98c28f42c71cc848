"""One connection over a transport that is none: order, back-pressure, ends and accidents."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.client import Client
from icap_server.exchange import Exchange
from icap_server.farewell import LINGER_BYTES
from icap_server.wire.events import RequestHead
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n"
CONTINUE = b"ICAP/1.0 100 Continue\r\n\r\n"


async def test_a_whole_request_in_one_read_is_judged_with_its_body(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    scene.session.data_received(question(b"an honest letter", "Allow: 204").wire)
    await scene.turn()
    assert inspection.seen == [b"an honest letter"]
    assert scene.statuses() == [204]


async def test_byte_by_byte(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    for byte in question(b"here is a worm", "Allow: 204").wire:
        scene.session.data_received(bytes([byte]))
    await scene.turn()
    assert inspection.seen == [b"here is a worm"]
    assert scene.statuses() == [200]
    assert b"403 Forbidden" in scene.transport.written


async def test_what_comes_while_a_scan_runs_waits(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene = make_scene()
    first = question(b"first", "Allow: 204").wire
    scene.session.data_received(first + OPTIONS)
    scene.session.data_received(OPTIONS[:10])
    assert not scene.transport.reading
    scene.session.data_received(OPTIONS[10:])
    await scene.turn()
    scene.after(10_000)
    assert scene.statuses() == [], "the scan has a deadline of its own"
    inspection.gate.set()
    await scene.turn()
    assert scene.statuses() == [204, 200, 200]
    assert scene.transport.reading
    scene.after(299)
    assert not scene.transport.closing, "the next request has its own time"
    scene.after(301)
    assert scene.transport.closing


async def test_a_deep_pipeline(make_scene: "Make") -> None:
    scene = make_scene()
    scene.session.data_received(OPTIONS * 3000)
    await scene.turn(3001)
    assert scene.statuses() == [200] * 3000


async def test_a_client_that_asks_and_never_reads(make_scene: "Make") -> None:
    """Answers wait in the client's questions, not in our memory."""
    scene = make_scene(room=10_000)
    for _ in range(100):
        scene.session.data_received(OPTIONS * 10)
        await scene.turn()
        if not scene.transport.reading:
            break
    assert not scene.transport.reading
    assert scene.transport.unsent < 11_000
    before = len(scene.statuses())
    scene.transport.read_all()
    await scene.turn()
    assert len(scene.statuses()) > before


async def test_the_rest_of_a_body_that_came_too_early(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """A client that does not wait for 100 Continue is understood all the same."""
    scene = make_scene()
    asked = question(b"abc", "Preview: 3", "Allow: 204").wire
    scene.session.data_received(asked + b"2\r\nde\r\n0\r\n\r\n" + OPTIONS)
    assert scene.reply == CONTINUE
    await scene.turn()
    assert inspection.seen == [b"abcde"]
    assert scene.statuses() == [100, 204, 200]


async def test_a_rest_that_came_too_early_and_is_wrong(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene()
    scene.session.data_received(question(b"abc", "Preview: 3").wire + b"2\r\n")
    scene.session.data_received(b"too much\r\n")
    await scene.turn()
    assert scene.statuses() == [100, 400], "refused once"


async def test_no_204_after_100_unless_allowed(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene()
    scene.session.data_received(question(b"abc", "Preview: 3").wire)
    scene.session.data_received(b"2\r\nde\r\n0\r\n\r\n")
    await scene.turn()
    assert scene.statuses() == [100, 200]
    assert scene.transport.written.endswith(b"\r\n\r\n5\r\nabcde\r\n0\r\n\r\n")


async def test_nobody_speaks(make_scene: "Make") -> None:
    scene = make_scene(idle_seconds=300)
    scene.after(299)
    assert not scene.transport.closing
    scene.after(301)
    assert scene.transport.closing
    assert not scene.transport.aborted, "the end of an idle connection is no reset"
    assert scene.transport.written == b""


async def test_half_a_head(make_scene: "Make") -> None:
    scene = make_scene(head_seconds=30)
    scene.session.data_received(OPTIONS[:1])
    for byte in OPTIONS[1:-1]:
        scene.session.data_received(bytes([byte]))
    scene.after(29)
    assert scene.statuses() == []
    scene.after(31)
    assert scene.statuses() == [408]
    assert b"Connection: close" in scene.transport.written
    assert scene.transport.ended


@pytest.mark.parametrize(
    "settings, late", [({"progress_seconds": 60}, 61), ({"receive_seconds": 20}, 21)]
)
async def test_half_a_body(
    make_scene: "Make", question: "Ask", space: SpoolSpace, settings: dict[str, float], late: float
) -> None:
    scene = make_scene(**settings)
    scene.session.data_received(question(b"x" * 1000).wire[:-10])
    assert space.used
    scene.after(late - 2)
    assert scene.statuses() == []
    scene.after(late)
    assert scene.statuses() == [408]
    assert not space.used


async def test_what_follows_the_last_reply_is_thrown_away(make_scene: "Make") -> None:
    scene = make_scene()
    scene.session.data_received(b"nonsense\r\n\r\n" + OPTIONS)
    scene.session.data_received(OPTIONS)
    await scene.turn()
    assert scene.statuses() == [400]
    for _ in range(LINGER_BYTES // 2**20):
        assert not scene.transport.aborted
        scene.session.data_received(bytes(2**20))
    assert scene.transport.aborted, "but not without end"


async def test_no_room_in_the_spool(
    make_scene: "Make", question: "Ask", space: SpoolSpace, inspection: "ScriptedInspection"
) -> None:
    """Reading pauses; if no room comes, the file counts as too large."""
    scene = make_scene()
    space.disk_total = 0
    wire = question(b"x" * 1000, "Allow: 204").wire
    scene.session.data_received(wire[:-500])
    assert not scene.transport.reading
    scene.after(5)
    assert not scene.transport.reading
    assert scene.statuses() == []
    scene.after(11)
    await scene.turn()
    assert scene.statuses() == [200]
    assert b"unscanned.too_large" in scene.transport.written
    assert inspection.seen == []
    assert not space.used


async def test_room_comes_back(
    make_scene: "Make", question: "Ask", space: SpoolSpace, inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    total, space.disk_total = space.disk_total, 0
    wire = question(b"x" * 1000, "Allow: 204").wire
    scene.session.data_received(wire[:-500])
    space.disk_total = total
    scene.after(1)
    assert scene.transport.reading
    scene.session.data_received(wire[-500:])
    await scene.turn()
    assert inspection.seen == [b"x" * 1000]
    assert scene.statuses() == [204]
    scene.after(1000)
    assert scene.transport.closing, "its deadlines count again"


@pytest.mark.parametrize("service", ["echo", "nothing"])
async def test_who_needs_no_room_does_not_wait(
    make_scene: "Make", question: "Ask", space: SpoolSpace, service: str
) -> None:
    space.disk_total = 0
    scene = make_scene()
    wire = question(b"x" * 1000, "Allow: 204", service=service).wire
    scene.session.data_received(wire[:-500])
    assert scene.transport.reading


async def test_a_bug_of_ours_is_a_500(
    make_scene: "Make", question: "Ask", monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene()

    def route(head: RequestHead, client: Client) -> Exchange:
        raise RuntimeError("as scripted")

    monkeypatch.setattr(scene.front, "route", route)
    scene.session.data_received(question(b"abc", "Allow: 204").wire)
    assert scene.statuses() == [500]
    assert scene.transport.ended


async def test_an_answer_in_the_middle_of_a_read_is_the_only_one(
    make_scene: "Make",
    question: "Ask",
    inspection: "ScriptedInspection",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The request is whole when the limit is met: what follows in the same read changes nothing."""
    scene = make_scene(file_bytes=10)
    scene.session.data_received(question(b"x" * 20, chunks=(15,)).wire + OPTIONS)
    await scene.turn()
    assert len(inspection.records) == 1
    assert scene.statuses() == [200, 200]
    assert b"Connection: close" not in scene.reply
    monkeypatch.setattr("icap_server.exchange.MAX_ECHO", 10)
    scene.session.data_received(question(b"x" * 20, service="echo", chunks=(15,)).wire)
    await scene.turn()
    assert scene.statuses() == [200, 200, 500]


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icap_server.session.PATIENCE_SECONDS", 0)


@pytest.mark.parametrize("event, status", [(b"", 204), (b"data: 1", 204), (b"a worm", 200)])
async def test_an_event_stream_is_answered_after_a_moment(
    make_scene: "Make", question: "Ask", no_patience: None, event: bytes, status: int
) -> None:
    """Its preview may never be full; what came of it by then is scanned."""
    scene = make_scene()
    ask = question(event, "Preview: 100", http=("Content-Type: text/event-stream",))
    scene.session.data_received(ask.wire.removesuffix(b"0\r\n\r\n"))
    await scene.turn()
    assert scene.statuses() == [status]
    assert b"\r\nConnection: close\r\n" in scene.reply


async def test_the_moment_is_over_after_the_reply(
    make_scene: "Make", question: "Ask", no_patience: None
) -> None:
    scene = make_scene()
    ask = question(b"data: 1", "Preview: 100", http=("Content-Type: text/event-stream",))
    whole = ask.wire.removesuffix(b"0\r\n\r\n") + b"0; ieof\r\n\r\n"
    scene.session.data_received(whole)
    await scene.turn()
    assert scene.statuses() == [204]


async def test_a_disk_that_is_full(
    make_scene: "Make", question: "Ask", monkeypatch: pytest.MonkeyPatch, space: SpoolSpace
) -> None:
    """What cannot be kept cannot be judged: too large, and blocked in the middle of the body."""

    scene = make_scene()

    def write(spool: object, data: memoryview) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("verdicts.spool.Spool.write", write)
    scene.session.data_received(question(b"x" * 1000, "Allow: 204").wire[:-9])
    await scene.turn()
    assert b"unscanned.too_large" in scene.reply
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended
