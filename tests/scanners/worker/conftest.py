"""A real pool whose workers do what the name of the file says (deeds.py), and how to ask it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from scanners.settings import Limits, MiB, WorkerSettings
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool
from scanners.worker.worker import seal_memfd

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Until = Callable[[Callable[[], bool]], Coroutine[None, None, None]]

RULES = Path(__file__).parents[3] / "rules"
NO_RULES = Path("/nonexistent/rules")
"""For examiners that know none: a zygote has each rule proven."""
SMALL = Limits(file_bytes=32 * MiB, unpacked_bytes=32 * MiB, scan_seconds=20)


@pytest.fixture
def limits() -> Limits:
    return SMALL


@pytest.fixture
async def make_pool(monkeypatch: pytest.MonkeyPatch, until: Until) -> AsyncIterator[MakePool]:
    """Start pools whose workers are known by their pids, which the zygote tells.

    All are stopped at the end of the test.
    """
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    async with AsyncExitStack() as stack:

        async def make(
            examiner: str = "deeds:build", *, audit: bool = False, **settings: int
        ) -> ScanPool:
            wanted = WorkerSettings.model_validate({"count": 1, **settings})
            rules = NO_RULES if examiner.startswith("deeds:") else RULES
            pool = ScanPool(rules, SMALL, wanted, audit=audit, examiner=examiner)
            stack.push_async_callback(pool.stop)
            await pool.start()
            await until(lambda: len(pool.status().pids) == pool.status().alive)
            return pool

        yield make


@pytest.fixture
def scan() -> Scan:
    """Have a pool examine a name and some bytes; the test closes the answer if it has children."""

    async def ask(
        pool: ScanPool, name: str, data: bytes = b"hello", seconds: float = 20
    ) -> PoolAnswer:
        body = seal_memfd(memoryview(data))
        try:
            return await pool.scan(body, JobRequest(len(data), name), time.monotonic() + seconds)
        finally:
            os.close(body)

    return ask


@pytest.fixture
def words() -> Callable[[PoolAnswer], list[str]]:
    """What a deed said, and the reasons of gaps."""

    def read(answer: PoolAnswer) -> list[str]:
        examination = answer.examination
        said = [found.name for found in examination.detections]
        return said + [f"{part.scanner}:{part.reason}" for part in examination.unscanned]

    return read


@pytest.fixture
def until() -> Until:
    """Wait for what other processes do, which sets no event."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 see above
                await asyncio.sleep(0.005)

    return wait
