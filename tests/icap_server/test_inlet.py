"""The reading half: events as long as they are wanted, the rest in its turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from icap_server.inlet import Inlet
from icap_server.wire.events import Event, RequestHead

if TYPE_CHECKING:
    from tests.icap_server.fake_transport import FakeTransport

OPTIONS = b"OPTIONS icap://h/%d ICAP/1.0\r\n\r\n"


@dataclass
class Ear:
    """Hears events, one request at a time."""

    ready: bool = True
    heard: list[str] = field(default_factory=list)
    bug: Exception | None = None

    def on_event(self, event: Event) -> bool:
        if self.bug:
            raise self.bug
        assert isinstance(event, RequestHead)
        self.heard.append(event.service)
        self.ready = False
        return False

    def on_fault(self, status: int) -> None:
        self.heard.append(str(status))

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
    return Scene(ear, transport, Inlet(transport, ear))


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
    assert scene.ear.heard == ["400"]


async def test_a_bug_is_a_fault_too(scene: Scene) -> None:
    scene.ear.bug = RuntimeError("as scripted")
    scene.inlet.receive(OPTIONS % 1)
    assert scene.ear.heard == ["500"]
