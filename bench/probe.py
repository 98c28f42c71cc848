"""`python -m bench.probe PORT SECONDS`: what an honest client waits; prints JSON.

Two kinds of question, each at a steady pace whatever becomes of those before: OPTIONS, each over a
new connection, and scans of 1 KiB that nobody has seen, over connections that are kept.  A wait
starts when the question is due, so that a server which stalls cannot hide it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from time import perf_counter  # uvloop's own clock counts whole milliseconds

import uvloop

from bench.requests import OPTIONS, KiB, respmod

PER_SECOND = 50  # of each kind
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the answers took, in seconds, in the order of the questions."""

    options: list[float] = field(default_factory=list)
    scans: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Questions that were refused, cut off, or answered with anything but the expected."""


def quantile(waits: list[float], share: float) -> float:
    """Return the wait that `share` of all do not exceed; infinite if there are none."""
    ranked = sorted(waits)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else float("inf")


class Probe:
    def __init__(self, port: int) -> None:
        self.waits = Waits()
        self._port = port
        self._kept: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask_for(self, seconds: float) -> Waits:
        """Ask for so long, then wait for what is still to come."""
        async with asyncio.TaskGroup() as questions:
            started = perf_counter()
            for number in range(int(seconds * PER_SECOND)):
                due = started + number / PER_SECOND
                await asyncio.sleep(due - perf_counter())
                questions.create_task(self._time(self._options, self.waits.options, due))
                questions.create_task(self._time(self._scan, self.waits.scans, due))
        for _, writer in self._kept:
            writer.close()
        return self.waits

    async def _time(
        self, ask: Callable[[], Awaitable[bytes]], waits: list[float], due: float
    ) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status = await ask()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.waits.failures.append(f"{ask.__name__.strip('_')}: {type(error).__name__}")
            return
        if status != (b"200" if waits is self.waits.options else b"204"):
            self.waits.failures.append(f"{ask.__name__.strip('_')}: status {status.decode()}")
        waits.append(perf_counter() - due)

    async def _options(self) -> bytes:
        reader, writer = await self._connect()
        try:
            return await self._exchange(reader, writer, OPTIONS)
        finally:
            writer.close()

    async def _scan(self) -> bytes:
        reader, writer = self._kept.pop() if self._kept else await self._connect()
        try:
            request = respmod("respmod", "random", os.urandom(KiB))
            status = await self._exchange(reader, writer, request)
        except BaseException:
            writer.close()
            raise
        self._kept.append((reader, writer))
        return status

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> bytes:
        """Return the status of the answer, whose head is all of it for both kinds."""
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        return head[9:12]


if __name__ == "__main__":
    probe = Probe(int(sys.argv[1]))
    print(json.dumps(asdict(uvloop.run(probe.ask_for(float(sys.argv[2]))))))
