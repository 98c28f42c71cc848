"""The reading half: events as long as they are wanted, the rest in its turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from icap_server.inlet import LARGE_READ, Inlet
from icap_server.pace import Pace
from icap_server.wire.chunks import MANY_CHUNKS
from icap_server.wire.events import BodyData, BodyEnd, Event, RequestHead

if TYPE_CHECKING:
    from tests.icap_server.fake_transport import FakeTransport

OPTIONS = b"OPTIONS icap://h/%d ICAP/1.0\r\n\r\n"


@dataclass
class Ear:
    """Hears events, one request at a time."""

    ready: bool = True
    heard: list[str] = field(default_factory=list)
    body: bytes = b""
    bug: Exception | None = None

    def on_event(self, event: Event) -> bool:
        if self.bug:
            raise self.bug
        if isinstance(event, BodyData):
            self.body += event.data
            return True
        assert isinstance(event, RequestHead | BodyEnd)
        self.heard.append(event.service if isinstance(event, RequestHead) else "end")
        self.ready = isinstance(event, RequestHead) and event.has_body
        return self.ready

    def on_fault(self, status: int, reason: str) -> None:
        self.heard.append(f"{status} {reason}".strip())

    def on_idle(self) -> None:
        self.heard.append("idle")


@dataclass
class Scene:
    ear: Ear
    transport: "FakeTransport"
    inlet: Inlet

    async def answer(self) -> None:
        self.ear.ready = True
        self.inlet.wire.next_request()
        self.inlet.read_on_soon()
        await asyncio.sleep(0)


@pytest.fixture
async def scene(make_transport: "Callable[..., FakeTransport]") -> Scene:
    ear, transport = Ear(), make_transport(asyncio.Protocol())
    return Scene(ear, transport, Inlet(transport, ear, Pace(), "192.0.2.1"))


async def test_a_request_in_drops(scene: Scene) -> None:
    for byte in OPTIONS % 1:
        scene.inlet.receive(bytes([byte]))
    assert scene.ear.heard == ["idle"] * (len(OPTIONS % 1) - 1) + ["1"]


async def test_what_comes_too_early_waits_and_nothing_more_is_read(scene: Scene) -> None:
    scene.inlet.receive(OPTIONS % 1 + OPTIONS % 2)
    scene.inlet.receive(OPTIONS % 3)
    assert scene.ear.heard == ["1"]
    assert not scene.transport.reading
    await scene.answer()
    assert scene.ear.heard == ["1", "2"]
    assert scene.transport.reading
    await scene.answer()
    assert scene.ear.heard == ["1", "2", "3"]
    assert not scene.inlet.turn_due


async def test_a_turn_that_comes_too_late_is_none(scene: Scene) -> None:
    scene.inlet.receive(OPTIONS % 1 + OPTIONS % 2)
    scene.inlet.wire.next_request()
    scene.inlet.read_on_soon()
    assert scene.inlet.turn_due
    await asyncio.sleep(0)
    assert scene.ear.heard == ["1"], "the listener is not ready any more"
    assert not scene.inlet.turn_due


async def test_faults(scene: Scene) -> None:
    scene.inlet.receive(b"nonsense\r\n\r\n")
    assert scene.ear.heard == ["400 malformed request line"]


async def test_a_bug_is_a_fault_too(scene: Scene) -> None:
    scene.ear.bug = RuntimeError("as scripted")
    scene.inlet.receive(OPTIONS % 1)
    assert scene.ear.heard == ["500"]


BODY = b"REQMOD icap://h/put ICAP/1.0\r\nEncapsulated: req-body=0\r\n\r\n"
TINY = b"1\r\nx\r\n"


async def test_tiny_chunks_are_read_some_in_each_turn(scene: Scene) -> None:
    """They cost most for their bytes: others have their turn between."""
    scene.inlet.receive(BODY + TINY * (2 * MANY_CHUNKS + 1))
    assert scene.inlet.turn_due
    assert not scene.transport.reading
    scene.inlet.receive(b"0\r\n\r\n")
    lengths = [len(scene.ear.body)]
    for _ in range(2):
        await asyncio.sleep(0)
        lengths.append(len(scene.ear.body))
    assert lengths == [MANY_CHUNKS, 2 * MANY_CHUNKS, 2 * MANY_CHUNKS + 1]
    assert scene.ear.heard[-1] == "end"
    assert scene.transport.reading


async def test_after_a_large_read_others_come_first(scene: Scene) -> None:
    scene.inlet.rest_after(LARGE_READ - 1)
    assert scene.transport.reading
    scene.inlet.rest_after(LARGE_READ)
    assert not scene.transport.reading
    await asyncio.sleep(0)
    assert scene.transport.reading


async def test_a_rest_does_not_end_a_hold(scene: Scene) -> None:
    scene.inlet.rest_after(LARGE_READ)
    scene.inlet.hold()
    await asyncio.sleep(0)
    assert not scene.transport.reading
    scene.inlet.release()
    assert scene.transport.reading


async def test_nothing_is_done_to_a_closed_transport(scene: Scene) -> None:
    """uvloop's raise RuntimeError."""
    scene.inlet.rest_after(LARGE_READ)
    scene.transport.close()
    await asyncio.sleep(0)
    scene.inlet.rest_after(LARGE_READ)
    scene.inlet.release()
    assert not scene.transport.reading


async def test_the_end_of_a_hold_does_not_hurry_what_waits(scene: Scene) -> None:
    scene.inlet.receive(OPTIONS % 1)
    scene.inlet.receive(OPTIONS % 2)
    scene.inlet.release()
    assert not scene.transport.reading
