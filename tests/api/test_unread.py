"""Bodies nobody reads, over a real socket: the client hears why, and is let go."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from api import unread
from api.serving import configuration
from api.unread import LINGER_BYTES, Unread
from verdicts.ledger.questions import Role

TWO_GB = 2 * 1000**3
PIECE = bytes(64 * 1024)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "LINGER_SECONDS", 0.3)


@pytest.fixture
async def port(site: Any) -> AsyncIterator[int]:
    """The application, served by uvicorn as `douane serve` does."""
    server = uvicorn.Server(configuration(site.app))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


async def send(port: int, head: str, body: Callable[[], Any]) -> tuple[bytes, int]:
    """Return all that is answered until the server closes, and how much of the body was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    reading = asyncio.create_task(read_all(reader))
    sent = 0
    async with asyncio.timeout(30):
        with suppress(ConnectionError):
            for piece in body():
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
        answer = await reading
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer, sent


async def read_all(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            answer += piece
    return answer


def head(site: Any, framing: str) -> str:
    return (
        "POST /v1/scans HTTP/1.1\r\nHost: douane\r\n"
        f"Authorization: Bearer {site.keys[Role.ANALYST]}\r\n{framing}\r\n\r\n"
    )


def nothing() -> list[bytes]:
    return []


def plain() -> Any:
    return (PIECE for _ in range(TWO_GB // len(PIECE)))


def chunks() -> Any:
    return (b"10000\r\n" + PIECE + b"\r\n" for _ in range(TWO_GB // len(PIECE)))


async def test_announced_two_gigabytes_are_refused_unsent(site: Any, port: int) -> None:
    answer, _ = await send(port, head(site, f"Content-Length: {TWO_GB}"), nothing)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b"/docs#problem-body-too-large" in answer


async def test_whoever_expects_to_go_on_is_not_told_to(site: Any, port: int) -> None:
    framing = f"Content-Length: {TWO_GB}\r\nExpect: 100-continue"
    answer, _ = await send(port, head(site, framing), nothing)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


@pytest.mark.parametrize(
    "framing, body",
    [(f"Content-Length: {TWO_GB}", plain), ("Transfer-Encoding: chunked", chunks)],
)
async def test_two_gigabytes_end_early(site: Any, port: int, framing: str, body: Any) -> None:
    """The answer arrives although the client does not stop sending when it comes."""
    answer, sent = await send(port, head(site, framing), body)
    assert sent < 64 * LINGER_BYTES
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"}")
    assert site.app.state.services.space.used == 0


async def test_no_key_no_body(port: int) -> None:
    start = f"POST /v1/scans HTTP/1.1\r\nHost: x\r\nContent-Length: {TWO_GB}\r\n\r\n"
    answer, _ = await send(port, start, nothing)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.endswith(b"}")


async def test_connection_is_kept_if_the_body_was_read(site: Any, port: int) -> None:
    start = head(site, "Content-Length: 3") + "abc" + head(site, f"Content-Length: {TWO_GB}")
    answer, _ = await send(port, start, nothing)
    assert answer.startswith(b"HTTP/1.1 503 ")  # no front takes files here
    assert answer.count(b"HTTP/1.1 413 ") == 1


async def test_other_protocols_pass() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await Unread(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
