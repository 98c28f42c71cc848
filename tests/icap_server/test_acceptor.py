"""The accept loop: who gets a session, and what a full machine or a crowd does to it."""

import asyncio
import errno
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from icap_server import acceptor as module
from icap_server.acceptor import BATCH, SLOW_BATCH, Acceptor
from icap_server.client import Client
from tests.icap_server.doors import Door, Flaky


@pytest.fixture
async def plain(listener: Flaky, door: Door) -> AsyncIterator[Acceptor]:
    acceptor = Acceptor(listener, door)
    acceptor.start()
    yield acceptor
    await acceptor.stop()


async def echo(listener: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"hello")
    heard = await reader.read(5)
    writer.close()
    return heard


async def test_who_connects_is_known_before_a_protocol_begins(
    plain: Acceptor, listener: Flaky, door: Door
) -> None:
    assert await echo(listener) == b"hello"
    assert door.clients == [Client("127.0.0.1")]
    assert door.forgotten == []


async def test_a_client_of_both_families_has_one_address(door: Door) -> None:
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    acceptor = Acceptor(listener, door)
    acceptor.start()
    _, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    await door.until(lambda: bool(door.clients))
    assert door.clients == [Client("127.0.0.1")]
    writer.close()
    await acceptor.stop()


async def test_who_is_not_let_in_is_closed(plain: Acceptor, listener: Flaky, door: Door) -> None:
    door.shut = True
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_no_write_waits_for_an_acknowledgement(
    plain: Acceptor, listener: Flaky, door: Door
) -> None:
    assert await echo(listener) == b"hello"
    accepted = door.sessions[0].transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EINVAL])
async def test_a_full_machine_is_neither_the_end_nor_a_busy_loop(
    plain: Acceptor, listener: Flaky, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    listener.faults = [number] * 3
    with capture_logs() as lines:
        assert await echo(listener) == b"hello"
        listener.faults = [number]
        assert await echo(listener) == b"hello"
    assert [line["event"] for line in lines] == ["accept.failed"] * 2, "once for each time of need"
    assert listener.calls < 20


async def test_a_connection_that_went_away_holds_up_nobody(
    plain: Acceptor, listener: Flaky
) -> None:
    listener.faults = [errno.ECONNABORTED, errno.EPROTO, errno.ECONNABORTED]
    with capture_logs() as lines:
        assert await echo(listener) == b"hello"
    assert lines == []


async def arrivals(listener: Flaky, door: Door, count: int) -> list[tuple[int, float]]:
    """Let so many connect at once; return in which turn of the loop, and when, each came in."""
    came: list[tuple[int, float]] = []
    turns = 0
    door.open = lambda client: came.append((turns, time.monotonic()))  # type: ignore[method-assign]
    clients = [socket.create_connection(listener.getsockname(), 5) for _ in range(count)]
    async with asyncio.timeout(10):
        while len(came) < count:
            await asyncio.sleep(0)
            turns += 1
    for client in clients:
        client.close()
    return came


async def test_others_have_their_turn_between_batches(
    plain: Acceptor, listener: Flaky, door: Door
) -> None:
    batches = Counter(turn for turn, _ in await arrivals(listener, door, 3 * BATCH))
    assert max(batches.values()) <= BATCH


async def test_in_a_crowd_it_goes_slowly(plain: Acceptor, listener: Flaky, door: Door) -> None:
    door.crowded = True
    came = await arrivals(listener, door, 4 * SLOW_BATCH)
    assert max(Counter(turn for turn, _ in came).values()) <= SLOW_BATCH
    assert came[-1][1] - came[0][1] >= 3 * module.SLOW_SECONDS * 0.8


async def test_after_stop_nobody_is_kept_waiting(listener: Flaky, door: Door) -> None:
    acceptor = Acceptor(listener, door)
    acceptor.start()
    address = listener.getsockname()
    await acceptor.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_stop_while_it_rests(listener: Flaky, door: Door) -> None:
    acceptor = Acceptor(listener, door)
    listener.faults = [errno.EMFILE]
    acceptor.start()
    client = socket.create_connection(listener.getsockname(), 5)
    async with asyncio.timeout(5):
        while listener.faults:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
    await acceptor.stop()
    assert door.clients == []
    client.close()
