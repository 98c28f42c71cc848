"""`python -m bench.attackers KIND PORT COUNT`: one kind of attack, until it is told to end.

Prints "ready" when COUNT connections stand, then attacks until its standard input closes, and
prints how much it did as JSON.  Whatever the server closes is opened anew at once.
"""

import asyncio
import contextlib
import itertools
import json
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import uvloop

from bench.requests import OPTIONS, respmod
from douane.descriptors import OTHERS, raise_descriptor_limit

ADDRESSES = 100
"""Attackers come from 127.0.1.1 and up: a botnet, not one client whose share is used up."""
OPENING = 200  # connections being opened at the same time
BYTE_SECONDS = 1.0
PIPELINED = 10
VANISH_SECONDS = 1.0  # so COUNT connections vanish every second
TCP_REPAIR = 19  # linux/tcp.h; a socket closed in this mode sends no FIN and no RST

GOOD = respmod("respmod", "text", b"An honest letter.\n" * 100)
CUT = GOOD.rindex(b"\r\n\r\n", 0, -5) + 4  # after the HTTP heads


class Done(Exception):
    """The server has closed this connection."""


Kind = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Attack:
    """Opens connections and counts.  Each kind of attack is a method that uses one up."""

    def __init__(self, port: int, count: int) -> None:
        self.done: Counter[str] = Counter()
        self.ready = asyncio.Event()
        """`count` connections were opened."""
        self._count = count
        self._port = port
        self._opening = asyncio.Semaphore(OPENING)
        self._sources: Iterator[str] = itertools.cycle(
            f"127.0.1.{number + 1}" for number in range(ADDRESSES)
        )

    async def keep_up(self, kind: Kind) -> None:
        """Attack over one connection, and over a new one whenever that ends."""
        while True:
            try:
                async with self._opening:
                    reader, writer = await asyncio.open_connection(
                        "127.0.0.1", self._port, local_addr=(next(self._sources), 0)
                    )
            except OSError:
                self.done["refused"] += 1
                await asyncio.sleep(0.1)
                continue
            self.done["opened"] += 1
            if self.done["opened"] == self._count:
                self.ready.set()
            with contextlib.suppress(Done, OSError):
                await kind(reader, writer)
            self.done["closed"] += 1
            writer.close()

    async def loris(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send a head that never ends, a byte a second."""
        for byte in itertools.chain(GOOD[:40], itertools.cycle(b"X-Slow: 1\r\n")):
            writer.write(bytes([byte]))
            await self._listen(reader, BYTE_SECONDS)

    async def slow_body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send good heads, then a body of chunks of one byte, a byte a second."""
        writer.write(GOOD[:CUT])
        while True:
            writer.write(b"1\r\nx\r\n")
            await self._listen(reader, BYTE_SECONDS)

    async def idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._listen(reader, None)

    async def half_open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send half a request, then be gone as if the power had failed: not even a FIN."""
        writer.write(GOOD[:-300])
        await writer.drain()
        await asyncio.sleep(VANISH_SECONDS)
        self.done["vanished"] += vanish(writer)

    async def options(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Ask for OPTIONS as fast as answers come, several at a time."""
        while True:
            writer.write(OPTIONS * PIPELINED)
            for _ in range(PIPELINED):
                await reader.readuntil(b"\r\n\r\n")
            self.done["answered"] += PIPELINED

    async def _listen(self, reader: asyncio.StreamReader, seconds: float | None) -> None:
        """Wait; raise Done if the server closes meanwhile."""
        with contextlib.suppress(TimeoutError):
            while await asyncio.wait_for(reader.read(4096), seconds):
                self.done["answered"] += 1
            raise Done


def vanish(writer: asyncio.StreamWriter) -> bool:
    """Make the socket forget the connection without a word; False: not permitted, it says FIN."""
    fileno = writer.get_extra_info("socket").fileno()
    with socket.socket(fileno=os.dup(fileno)) as same:
        try:
            same.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        except OSError:
            return False
    return True


async def attack(kind: str, port: int, count: int) -> None:
    running = Attack(port, count)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    tasks = [asyncio.create_task(running.keep_up(getattr(running, kind))) for _ in range(count)]
    await running.ready.wait()
    print("ready", flush=True)
    await ended.wait()
    for task in tasks:
        task.cancel()
    print(json.dumps(running.done))


if __name__ == "__main__":
    connections = int(sys.argv[3])
    raise_descriptor_limit(2 * connections + OTHERS)  # those that vanish are open twice
    uvloop.run(attack(sys.argv[1], int(sys.argv[2]), connections))
