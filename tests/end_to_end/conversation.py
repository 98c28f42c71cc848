"""Raw ICAP over asyncio, for tests in which many clients talk at once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.requests import KiB, respmod

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

OPTIONS = b"OPTIONS icap://127.0.0.1/respmod ICAP/1.0\r\nHost: 127.0.0.1\r\n\r\n"


@asynccontextmanager
async def connection(port: int, source: str = "127.0.0.1") -> AsyncIterator[Streams]:
    """Connect from a loopback address: each of them is a client of its own to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.close()


async def ask(streams: Streams, request: bytes) -> int:
    """Return the status of an answer that is all head: OPTIONS, 204, a refusal."""
    reader, writer = streams
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head[9:12])


def unseen(size: int = KiB) -> bytes:
    """Return a RESPMOD request that allows 204, for a body of no type, which no cache knows."""
    return respmod("respmod", "random", (b"unseen " + os.urandom(size))[:size])
