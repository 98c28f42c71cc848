"""What the server itself refuses, over a real socket."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from api import serving
from api.serving import COLLECTED_AFTER, calm_collector, configuration

HEALTH = b"GET /v1/health/live HTTP/1.1\r\nHost: x\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers when it has read the body."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def peers() -> list[tuple[str, str]]:
    """Address and scheme of each request, as the application has them."""
    return []


@pytest.fixture
async def port(peers: list[tuple[str, str]]) -> AsyncIterator[int]:
    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            peers.append((scope["client"][0], scope["scheme"]))
        await app(scope, receive, send)

    server = uvicorn.Server(configuration(noting))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        run = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await run


async def test_nobody_says_who_it_is(port: int, peers: list[tuple[str, str]]) -> None:
    claims = b"X-Forwarded-For: no address at all\r\nX-Forwarded-Proto: https\r\n"
    await send(port, HEALTH + claims + b"Connection: close\r\n\r\n")
    assert peers == [("127.0.0.1", "http")]


async def send(port: int, *pieces: bytes) -> bytes:
    """Return all that is answered until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    async with asyncio.timeout(30):
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                answer += piece
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA b: c\r\n\r\n",
        b"POST /v1/scans HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/scans HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/scans HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
async def test_what_is_no_http(port: int, garbage: bytes) -> None:
    """The server's own refusal: short, without a word of what it runs on, and it hangs up."""
    answer = await send(port, garbage)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert len(answer) < 300
    assert b"connection: close" in answer.lower()
    assert b"uvicorn" not in answer.lower()


@pytest.mark.parametrize(
    "endless",
    [b"A: " + b"x" * 997 + b"\r\n", b"x" * 1000, b"\r\n" * 500],
    ids=["fields", "value", "lines"],
)
async def test_head_that_never_ends(port: int, endless: bytes) -> None:
    """10 MB are never taken in: it ends at the limit, and what the sockets hold."""
    start = b"" if endless.startswith(b"\r") else HEALTH
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    sent = 0
    async with asyncio.timeout(30):
        with suppress(ConnectionError):
            for _ in range(10_000):
                writer.write(endless)
                await writer.drain()
                sent += len(endless)
        with suppress(ConnectionError):
            assert (await reader.read(65536))[:12] in {b"HTTP/1.1 431", b""}
    assert sent < 9_000_000
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("start", [b"", HEALTH, HEALTH + b"\r\n" + b"GET /"])
async def test_head_that_takes_too_long(
    port: int, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.2)
    answer = await send(port, start)
    assert answer.count(b"HTTP/1.1 408 Request Timeout") == 1
    assert answer.count(b"HTTP/1.1 200 OK") == start.count(b"\r\n\r\n")


async def test_long_body_is_no_long_head(port: int) -> None:
    size = 4 * serving.HEAD_BYTES
    request = HEALTH + b"Content-Length: %d\r\n\r\n" % size + bytes(size)
    last = HEALTH + b"Connection: close\r\n\r\n"
    answer = await send(port, request * 3 + last[:20], last[20:])
    assert answer.count(b"HTTP/1.1 200 OK") == 4


def test_the_collector_leaves_answers_alone() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    alive: list[list[int]] = [[] for _ in range(100)]
    try:
        calm_collector()
        assert gc.get_freeze_count() >= frozen + len(alive)
        assert gc.get_threshold() == COLLECTED_AFTER
    finally:
        gc.unfreeze()
        gc.collect()  # what was garbage then
        gc.freeze()
        gc.set_threshold(*before)
