"""The pool over real workers: what goes in and out, order, cancelling, leaks, start and stop."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import pytest
import uvloop

from scanners.model import Reason
from scanners.settings import Limits, WorkerSettings
from scanners.worker.pool import PoolAnswer, ScanPool, ZygoteFailed
from tests.descriptors import none_left

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Words = Callable[[PoolAnswer], list[str]]
Until = Callable[[Callable[[], bool]], Coroutine[None, None, None]]
Count = Callable[[], Counter[str]]


def exists(pid: int) -> bool:
    """A zombie exists, too."""
    return Path(f"/proc/{pid}").exists()


async def test_bytes_and_empty_files_arrive(make_pool: MakePool, scan: Scan, words: Words) -> None:
    pool = await make_pool()
    assert words(await scan(pool, "read:", b"content")) == ["content", "7"]
    assert words(await scan(pool, "read:", b"")) == ["", "0"]


async def test_any_name_arrives_as_it_is(make_pool: MakePool, scan: Scan, words: Words) -> None:
    name = "spell:\u202e\udc80\0\U0001f600"
    assert words(await scan(await make_pool(), name)) == [ascii(name)]


async def test_children_come_back_sealed(make_pool: MakePool, scan: Scan) -> None:
    pool = await make_pool()
    with await scan(pool, "split:4", b"abcdefghij") as answer:
        parts = [(os.pread(c.descriptor, 99, 0), c.path) for c in answer.children]
        assert parts == [
            (b"abcd", ("part 0",)),
            (b"efgh", ("part 1",)),
            (b"ij", ("part 2",)),
        ]
        with pytest.raises(PermissionError):
            os.write(answer.children[0].descriptor, b"x")
    assert answer.children == ()


async def test_more_children_than_fit_come_as_one(make_pool: MakePool, scan: Scan) -> None:
    with await scan(await make_pool(), "split:1", b"x" * 70) as answer:
        assert len(answer.children) == 64
        assert answer.children[-1].path == ("7 small members",)
        assert os.fstat(answer.children[-1].descriptor).st_size == (7 * 2 + 2) * 512
        assert {part.reason for part in answer.examination.unscanned} == {Reason.PARTIAL}


async def test_a_deadline_in_the_past_is_a_gap(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    assert words(await scan(await make_pool(), "read:", seconds=-1)) == ["worker:timed_out"]


async def test_scanners_get_less_time_than_the_worker(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    (left,) = words(await scan(await make_pool(), "do:late", seconds=5))
    assert 4 < float(left) <= 4.5


async def test_a_job_too_large_to_send_is_a_gap(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    assert words(await scan(pool, "x" * 200_000)) == ["worker:too_large"]
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]


async def test_a_file_above_the_limit_is_a_gap(
    make_pool: MakePool, scan: Scan, words: Words, limits: Limits
) -> None:
    pool = await make_pool()
    whole = bytes(limits.file_bytes)
    assert words(await scan(pool, "read:", whole))[1] == str(limits.file_bytes)
    assert words(await scan(pool, "read:", whole + b"x")) == ["worker:too_large"]


async def test_first_come_first_served_and_a_full_queue_is_engine_down(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool(queue=2)
    order: list[str] = []

    async def ask(name: str, text: str) -> None:
        order.extend(words(await scan(pool, name, text.encode(), seconds=5))[:1])

    jobs = [asyncio.create_task(ask("read:", str(i))) for i in range(4)]
    await asyncio.gather(*jobs)
    assert order == ["worker:engine_down", "0", "1", "2"]


async def test_who_waits_too_long_for_a_worker_gets_a_gap(
    make_pool: MakePool, scan: Scan, words: Words, until: Until
) -> None:
    pool = await make_pool()
    long = asyncio.create_task(scan(pool, "do:sleep", seconds=1))
    await until(lambda: not pool._idle)
    assert words(await scan(pool, "read:", seconds=0.2)) == ["worker:timed_out"]
    assert pool.status().queue == 0
    assert words(await long) == ["worker:timed_out"]


async def test_cancelled_scans_lose_and_poison_no_worker(
    make_pool: MakePool, scan: Scan, words: Words, until: Until, open_descriptors: Count
) -> None:
    pool = await make_pool(count=2)
    await scan(pool, "read:")
    held = open_descriptors()
    for steps in range(60):
        jobs = [asyncio.create_task(scan(pool, "split:1", b"abc")) for _ in range(5)]
        for _ in range(steps % 15):
            await asyncio.sleep(0)
        for job in jobs:
            job.cancel()
        for outcome in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(outcome, PoolAnswer):
                outcome.close()
        assert words(await scan(pool, "read:", b"%d" % steps)) == [str(steps), str(len(str(steps)))]
    await until(lambda: len(pool._idle) == 2)
    await none_left(open_descriptors, held)
    assert pool.status().restarts == {"crashed": 0, "timed_out": 0, "recycled": 0}


async def test_no_descriptor_leaks_over_200_jobs(
    make_pool: MakePool, scan: Scan, until: Until, open_descriptors: Count
) -> None:
    pool = await make_pool(jobs_before_recycling=50)
    await scan(pool, "read:")
    held = open_descriptors()
    deeds = ("read:", "do:bug", "split:1", "do:exit")
    for number in range(200):
        (await scan(pool, deeds[number % 4], b"12345")).close()
    await until(lambda: pool.status().alive == 1)
    await none_left(open_descriptors, held)


async def test_after_the_stop_nothing_is_left_and_scans_are_gaps(
    make_pool: MakePool, scan: Scan, words: Words, until: Until, open_descriptors: Count
) -> None:
    held = open_descriptors()
    pool = await make_pool(count=2)
    pids = pool.status().pids
    job = asyncio.create_task(scan(pool, "do:sleep"))
    await until(lambda: len(pool._idle) == 1)
    await pool.stop()
    assert words(await job) == ["worker:engine_down"]
    assert words(await scan(pool, "read:")) == ["worker:engine_down"]
    assert not any(map(exists, pids))
    await none_left(open_descriptors, held)
    await pool.stop()


async def test_rules_that_do_not_compile_keep_it_from_starting(
    make_pool: MakePool, open_descriptors: Count
) -> None:
    held = open_descriptors()
    with pytest.raises(ZygoteFailed, match="ValueError: these rules do not compile"):
        await make_pool("deeds:build_nothing")
    await none_left(open_descriptors, held)


def test_the_same_under_uvloop(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, scan: Scan, words: Words
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    async def run() -> list[list[str]]:
        pool = ScanPool(Path("no rules"), limits, WorkerSettings(), examiner="deeds:build")
        await pool.start()
        deeds = [("read:", 20), ("do:exit", 20), ("read:", 20), ("do:sleep", 0.5), ("read:", 20)]
        said = [words(await scan(pool, name, b"x", seconds)) for name, seconds in deeds]
        await pool.stop()
        return said

    good = ["x", "1"]
    assert uvloop.run(run()) == [good, ["worker:crashed"], good, ["worker:timed_out"], good]
