"""Clients that hold on to connections: each is let go in time, and the others are served meanwhile.

What it costs the others is measured by bench.attack; here the deadlines are short, and no test
looks at a clock.
"""

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.attackers import vanish
from bench.requests import respmod
from bench.servers import processes
from bench.servers.douane import Douane, Value
from tests.end_to_end.conversation import OPTIONS, Streams, ask, connection, unseen

pytestmark = pytest.mark.server

CROWD = 300
GOOD = respmod("respmod", "text", b"An honest letter.\n" * 100)
HEAD = GOOD[: GOOD.index(b"\r\n\r\n") + 4]
HEADS = GOOD[: GOOD.index(b"6f8\r\n")]
Attack = Callable[[Streams], Awaitable[bytes]]
PACE = 0.2
"""Seconds between the bytes of those who are slow."""
ICAP: dict[str, Value] = {
    "fronts": 1,
    "head_seconds": 1,
    "progress_seconds": 2,
    "receive_seconds": 3,
    "idle_seconds": 2,
}


@pytest.fixture(scope="module")
def impatient(module_folder: Path) -> Iterator[Douane]:
    with Douane(module_folder, {"icap": ICAP, "clamav": {"socket": "off"}}) as running:
        yield running


async def drip(streams: Streams, beginning: bytes, drop: bytes) -> bytes:
    """Send the beginning, then drop by drop; return all that the server says until it closes."""
    reader, writer = streams
    writer.write(beginning)
    answer = b""
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(drop)
            with contextlib.suppress(TimeoutError):
                while piece := await asyncio.wait_for(reader.read(4096), PACE):
                    answer += piece
                return answer
    return answer


async def slow_head(streams: Streams) -> bytes:
    return await drip(streams, HEAD[:30], b"x")


async def slow_body(streams: Streams) -> bytes:
    return await drip(streams, HEADS, b"1\r\nx\r\n")


async def slow_chunk(streams: Streams) -> bytes:
    """One chunk that is announced as large and comes a byte at a time."""
    return await drip(streams, HEADS + b"100000\r\n", b"x")


async def half_a_body(streams: Streams) -> bytes:
    return await drip(streams, GOOD[:-300], b"")


async def silence(streams: Streams) -> bytes:
    return await drip(streams, b"", b"")


async def silence_after_a_request(streams: Streams) -> bytes:
    assert await ask(streams, unseen()) == 204
    return await drip(streams, b"", b"")


@asynccontextmanager
async def honest_traffic(port: int) -> AsyncIterator[list[int]]:
    """Scan and ask for OPTIONS, over new connections, as long as the block lasts."""
    statuses: list[int] = []

    async def go_on() -> None:
        while True:
            async with connection(port) as streams:
                statuses.append(await ask(streams, unseen()))
                statuses.append(await ask(streams, OPTIONS))
            await asyncio.sleep(0.05)

    task = asyncio.create_task(go_on())
    try:
        yield statuses
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


LET_GO_WITH: dict[Attack, bytes] = {
    slow_head: b"408",
    slow_body: b"408",
    slow_chunk: b"408",
    half_a_body: b"408",
    silence: b"",
    silence_after_a_request: b"",
}


async def test_the_slow_are_let_go(impatient: Douane) -> None:
    port = impatient.icap_port
    attacks = list(LET_GO_WITH) * (CROWD // len(LET_GO_WITH))

    async def one(number: int, attack: Attack) -> bytes:
        async with connection(port, f"127.0.1.{number % 50 + 1}") as streams:
            return await attack(streams)

    async with asyncio.timeout(60), honest_traffic(port) as statuses:
        answers = await asyncio.gather(*map(one, itertools.count(), attacks))
    told: dict[Attack, set[bytes]] = {}
    for attack, answer in zip(attacks, answers):
        told.setdefault(attack, set()).add(answer[9:12])
    assert told == {attack: {status} for attack, status in LET_GO_WITH.items()}
    assert set(statuses) == {200, 204}


def open_descriptors(douane: Douane) -> int:
    return sum(processes.descriptor_count(pid) for pid in processes.children(douane.pid))


async def test_connections_that_vanished_are_let_go(
    impatient: Douane, eventually: Callable[..., None]
) -> None:
    """Nobody said goodbye: as after a power cut, and unlike after the end of a process."""
    before = open_descriptors(impatient)
    async with asyncio.timeout(60), honest_traffic(impatient.icap_port) as statuses:
        for number in range(CROWD):
            async with connection(impatient.icap_port) as (_, writer):
                writer.write(GOOD[: len(GOOD) * number // CROWD])
                await writer.drain()
                if not vanish(writer):
                    pytest.skip("making a socket forget its connection needs CAP_NET_ADMIN")
        assert open_descriptors(impatient) > before + CROWD / 2
    eventually(lambda: open_descriptors(impatient) <= before + 5)
    assert set(statuses) == {200, 204}


@contextlib.contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_options_while_every_worker_is_busy(start_douane: Callable[..., Douane]) -> None:
    douane = start_douane({"icap": {"fronts": 1}, "clamav": {"socket": "off"}})
    workers = [pid for pid in processes.descendants(douane.pid) if processes.is_sandboxed(pid)]
    assert workers

    async def one(request: bytes) -> int:
        async with connection(douane.icap_port) as streams:
            return await ask(streams, request)

    with stopped(workers):
        scans = [asyncio.create_task(one(unseen())) for _ in range(100)]
        async with asyncio.timeout(20):
            for _ in range(50):
                assert await one(OPTIONS) == 200
        assert not any(scan.done() for scan in scans)
    async with asyncio.timeout(60):
        assert set(await asyncio.gather(*scans)) == {204}
