"""Places for connections: the silent make room, and who vanished is noticed."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from api import serving
from api.serving import BoundedHead, configuration

GONE = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Site:
    """An API that answers when it may, with three places."""

    def __init__(self) -> None:
        self.port = 0
        self.free = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.release()
        await self.free.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def connect(self, data: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        return reader, writer


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    made = Site()
    config = configuration(made)
    config.lifespan = "off"
    monkeypatch.setattr(BoundedHead, "most", 3)
    monkeypatch.setattr(BoundedHead, "waiting", {})
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made.port = listener.getsockname()[1]
        run = asyncio.create_task(server.serve(sockets=[listener]))
        yield made
        made.free.set()
        server.should_exit = True
        await run


async def status(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return (await reader.readline()).strip()


@contextlib.asynccontextmanager
async def closing(*writers: asyncio.StreamWriter) -> AsyncIterator[None]:
    yield
    for writer in writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_who_is_silent_makes_room(site: Site) -> None:
    """A whole lot of idle connections keeps nobody out, those that have asked before included."""
    site.free.set()
    readers, writers = zip(*[await site.connect() for _ in range(3)])
    writers[0].write(REQUEST)
    assert await status(readers[0]) == b"HTTP/1.1 200 OK"
    come = []
    for number in (1, 2, 0):
        come.append(await site.connect(REQUEST))
        assert await status(come[-1][0]) == b"HTTP/1.1 200 OK"
        async with asyncio.timeout(10):
            assert (await readers[number].read()).endswith(GONE)
    async with closing(*writers, *(one for _, one in come)):
        pass


async def test_who_is_being_answered_stays(site: Site) -> None:
    busy = [await site.connect(REQUEST) for _ in range(3)]
    for _ in busy:
        await site.asked.acquire()
    late, writer = await site.connect(REQUEST)
    assert await late.read() == GONE
    site.free.set()
    for reader, _ in busy:
        assert await status(reader) == b"HTTP/1.1 200 OK"
    async with closing(writer, *(one for _, one in busy)):
        pass


def test_places_leave_half_of_the_descriptors(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    configuration(site)
    assert BoundedHead.most == 128


async def test_a_peer_that_vanishes_is_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machine, or the way to it: no FIN comes, and whatever is sent stays unacknowledged."""
    seen: list[Any] = []
    notice = serving._notice_vanishing

    def noticing(transport: asyncio.Transport) -> None:
        notice(transport)
        seen.append(transport.get_extra_info("socket"))

    monkeypatch.setattr(serving, "_notice_vanishing", noticing)
    site.free.set()
    reader, writer = await site.connect(REQUEST)
    assert await status(reader) == b"HTTP/1.1 200 OK"
    tcp = [
        seen[0].getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
    ]
    assert tcp == [30_000, 15, 5]
    assert seen[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    async with closing(writer):
        pass
