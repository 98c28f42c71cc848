"""The writing half: as fast as the client reads, and never half a body that looks whole."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from icap_server.outlet import BURST_BYTES, Outlet
from icap_server.replies import Reply

if TYPE_CHECKING:
    from tests.icap_server.fake_transport import FakeTransport

PIECE = 100_000


class Scene(asyncio.Protocol):
    """An outlet between a transport and a list of what was sent."""

    def __init__(self, make_transport: "Callable[..., FakeTransport]", room: int = 2**40) -> None:
        self.transport = make_transport(self, room)
        self.sent: list[int] = []
        self.outlet = Outlet(self.transport, lambda reply: self.sent.append(reply.status))

    def pause_writing(self) -> None:
        self.outlet.pause()

    def resume_writing(self) -> None:
        self.outlet.resume()


def counted(total: int, taken: list[int]) -> Iterator[bytes]:
    for number in range(total):
        taken.append(number)
        yield b"x" * PIECE


def test_a_reply_without_body(make_transport: "Callable[..., FakeTransport]") -> None:
    scene = Scene(make_transport)
    scene.outlet.send(Reply(204, b"head"))
    assert scene.transport.written == b"head"
    assert scene.sent == [204]
    assert not scene.outlet.busy


def test_a_reply_with_a_body(make_transport: "Callable[..., FakeTransport]") -> None:
    scene = Scene(make_transport)
    scene.outlet.send(Reply(200, b"head", iter([b"abc", b"de"])))
    assert scene.transport.written == b"head3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert scene.sent == [200]


def test_an_empty_body(make_transport: "Callable[..., FakeTransport]") -> None:
    scene = Scene(make_transport)
    scene.outlet.send(Reply(200, b"head", iter([])))
    assert scene.transport.written == b"head0\r\n\r\n"


def test_a_reply_that_has_begun_and_ends_otherwise(
    make_transport: "Callable[..., FakeTransport]",
) -> None:
    """Its head has left; the last chunk is a 206's."""
    scene = Scene(make_transport)
    scene.outlet.send(Reply(200, b"", iter([b"abc"]), last_chunk=b"0; use-original-body=0"))
    assert scene.transport.written == b"3\r\nabc\r\n0; use-original-body=0"


def test_free_to_be_written_to(make_transport: "Callable[..., FakeTransport]") -> None:
    scene = Scene(make_transport, room=3)
    assert scene.outlet.free
    scene.outlet.pause()
    assert not scene.outlet.free
    scene.outlet.resume()
    scene.outlet.send(Reply(204, b"head"))
    assert not scene.outlet.free
    scene.transport.read_all()
    assert scene.outlet.free


def test_a_client_that_reads_nothing_is_sent_nothing_more(
    make_transport: "Callable[..., FakeTransport]",
) -> None:
    scene = Scene(make_transport, room=150_000)
    taken: list[int] = []
    scene.outlet.send(Reply(200, b"head", counted(5, taken)))
    assert taken == [0, 1]
    assert scene.outlet.busy
    assert scene.sent == []
    scene.transport.read_all()
    assert taken == [0, 1, 2, 3]
    scene.transport.read_all()
    scene.transport.read_all()
    assert scene.sent == [200]
    assert scene.transport.written.endswith(b"\r\n0\r\n\r\n")
    assert scene.transport.written.count(b"x") == 5 * PIECE


def test_room_that_nobody_waits_for(make_transport: "Callable[..., FakeTransport]") -> None:
    scene = Scene(make_transport)
    scene.outlet.pause()
    scene.outlet.resume()
    assert scene.sent == []
    scene.outlet.send(Reply(204, b"head"))
    assert scene.sent == [204]


def test_busy_until_the_last_bytes_are_taken(
    make_transport: "Callable[..., FakeTransport]",
) -> None:
    """Else a client that asks and never reads would fill our memory with answers."""
    scene = Scene(make_transport, room=3)
    scene.outlet.send(Reply(204, b"head"))
    assert scene.outlet.busy
    assert scene.sent == []
    scene.transport.read_all()
    assert scene.sent == [204]


async def test_others_have_their_turn_in_between(
    make_transport: "Callable[..., FakeTransport]",
) -> None:
    scene = Scene(make_transport)
    taken: list[int] = []
    total = 3 * BURST_BYTES // PIECE
    scene.outlet.send(Reply(200, b"head", counted(total, taken)))
    assert len(taken) == -(-BURST_BYTES // PIECE)
    assert scene.sent == []
    rounds = 0
    while scene.outlet.busy:
        rounds += 1
        await asyncio.sleep(0)
    assert 2 <= rounds <= 4
    assert len(taken) == total
    assert scene.sent == [200]


def broken() -> Iterator[bytes]:
    yield b"abc"
    raise OSError("the spool is gone")


@pytest.mark.parametrize("room", [2**40, 3])
def test_a_body_that_breaks_off_is_not_ended(
    make_transport: "Callable[..., FakeTransport]", room: int
) -> None:
    scene = Scene(make_transport, room)
    scene.outlet.send(Reply(200, b"head", broken()))
    scene.transport.read_all()
    scene.transport.read_all()
    assert scene.transport.aborted
    assert b"0\r\n\r\n" not in scene.transport.written
    assert scene.sent == [], "no next request on this connection"
    assert scene.outlet.busy


async def test_a_client_that_goes_is_forgotten(
    make_transport: "Callable[..., FakeTransport]",
) -> None:
    scene = Scene(make_transport)
    taken: list[int] = []
    scene.outlet.send(Reply(200, b"head", counted(100, taken)))
    before = len(taken)
    scene.transport.abort()
    await asyncio.sleep(0)
    scene.outlet.resume()
    assert len(taken) == before
    assert scene.sent == []
