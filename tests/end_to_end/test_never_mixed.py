"""200 clients at once get back their own bodies and no others.

Beyond item 62 of tests/conformance: sizes that live in memory, memfds and files, with and without
previews, cut anywhere, two on each connection.
"""

import asyncio
import hashlib
import random
from dataclasses import dataclass

import pytest

from bench.servers.douane import Douane

pytestmark = pytest.mark.server

CLIENTS = 200
REQUESTS = 2  # of each client, on one connection
MiB = 1024 * 1024
SECONDS = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """What one client sends in one request, and how it cuts it."""

    name: str
    body: bytes
    preview: int | None

    def head(self, port: int) -> bytes:
        """RESPMOD without `Allow: 204`: the body has to come back (RFC 3507 §4.6)."""
        request = f"GET http://files.example/{self.name} HTTP/1.1\r\nHost: files.example\r\n\r\n"
        response = f"HTTP/1.1 200 OK\r\nX-Name: {self.name}\r\nContent-Type: text/plain\r\n\r\n"
        preview = "" if self.preview is None else f"Preview: {self.preview}\r\n"
        at = (len(request), len(request) + len(response))
        return (
            f"RESPMOD icap://127.0.0.1:{port}/respmod ICAP/1.0\r\nHost: 127.0.0.1\r\n{preview}"
            f"Encapsulated: req-hdr=0, res-hdr={at[0]}, res-body={at[1]}\r\n\r\n{request}{response}"
        ).encode()


def write_letter(name: str, noise: random.Random) -> Letter:
    """Most are short, some have up to 2 MiB; whoever previews has more than fits the preview."""
    size = noise.choice(
        [0, 1, 4096, 65_536, noise.randrange(2 * MiB), int(2 ** noise.uniform(0, 21))]
    )
    preview = noise.choice([None, 0, 1, 1024, 4096])
    line = f"{name} {noise.random()}\n".encode()
    body = (line * (size // len(line) + 1))[:size]
    return Letter(name, body, preview if preview is not None and size > preview else None)


def chunks(body: bytes, noise: random.Random) -> list[bytes]:
    """Return the body in chunks of random sizes, without the last chunk."""
    pieces = []
    while body:
        size = noise.choice([1, 100, 8192, 65_536, 300_000])
        pieces.append(b"%x\r\n%b\r\n" % (len(body[:size]), body[:size]))
        body = body[size:]
    return pieces


async def send(writer: asyncio.StreamWriter, pieces: list[bytes], noise: random.Random) -> None:
    """Write in pieces that end anywhere, in the middle of a chunk line as well."""
    stream = b"".join(pieces) + b"0\r\n\r\n"
    while stream:
        size = noise.choice([3, 1000, 70_000, 500_000])
        writer.write(stream[:size])
        await writer.drain()
        stream = stream[size:]


async def receive(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return the encapsulated HTTP head and the body of a 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"ICAP/1.0 200 "), head
    assert b"res-body=" in head, head
    http_head = await reader.readuntil(b"\r\n\r\n")
    body = bytearray()
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readexactly(2) == b"\r\n"
    assert await reader.readexactly(2) == b"\r\n"
    return http_head, bytes(body)


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: Letter, noise: random.Random
) -> None:
    port = writer.get_extra_info("peername")[1]
    writer.write(letter.head(port))
    rest = letter.body
    if letter.preview is not None:
        await send(writer, chunks(rest[: letter.preview], noise), noise)
        assert await reader.readuntil(b"\r\n\r\n") == b"ICAP/1.0 100 Continue\r\n\r\n"
        rest = rest[letter.preview :]
    answered = asyncio.create_task(receive(reader))  # while we still write: no pipe may fill up
    await send(writer, chunks(rest, noise), noise)
    http_head, body = await answered
    assert f"X-Name: {letter.name}\r\n".encode() in http_head
    assert len(body) == len(letter.body)
    assert hashlib.sha256(body).digest() == hashlib.sha256(letter.body).digest()


async def client(port: int, number: int, everyone: asyncio.Barrier) -> int:
    """Return how many bytes came back."""
    noise = random.Random(number)  # noqa: S311 - traffic, no secret
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await everyone.wait()
        letters = [write_letter(f"client-{number}-{turn}", noise) for turn in range(REQUESTS)]
        for letter in letters:
            await exchange(reader, writer, letter, noise)
        return sum(len(letter.body) for letter in letters)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_no_body_reaches_another_client(douane: Douane) -> None:
    everyone = asyncio.Barrier(CLIENTS)
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(client(douane.icap_port, number, everyone))
            for number in range(CLIENTS)
        ]
    assert sum(task.result() for task in tasks) > 10 * MiB
