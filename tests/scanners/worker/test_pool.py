"""The pool over real sandboxed workers: refusals, deaths, deadlines, order, leaks."""

import asyncio
import os
import select
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import pytest
import uvloop

from scanners.model import Reason
from scanners.settings import Limits, MiB, WorkerSettings
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool, ZygoteFailed

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Words = Callable[[PoolAnswer], list[str]]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 what other processes do sets no event
            await asyncio.sleep(0.005)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def held_by(pid: int) -> list[str]:
    """What kinds of descriptors a process holds beyond the standard three."""
    numbers = (int(name) for name in os.listdir(f"/proc/{pid}/fd"))
    return [os.readlink(f"/proc/{pid}/fd/{n}").split(":")[0] for n in numbers if n > 2]


def exists(pid: int) -> bool:
    """A zombie exists, too."""
    return Path(f"/proc/{pid}").exists()


def alive(pid: int) -> bool:
    try:
        return bool(held_by(pid))
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_and_wait(pid: int) -> None:
    """Return when it is dead; the event loop had no turn in between."""
    process = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    died = select.poll()
    died.register(process, select.POLLIN)
    assert died.poll(10_000)
    os.close(process)


async def test_the_sandbox_refuses_every_way_out(make_pool: MakePool, scan: Scan) -> None:
    import deeds

    pool = await make_pool()
    assert pool.status().missing == ()
    said = {
        name: (await scan(pool, f"attempt:{name}")).examination.detections[0].name
        for name in deeds.REFUSED
    }
    refusals = ("not permitted", "Function not implemented", "too large", "not allowed")
    assert {n: s for n, s in said.items() if not any(r in s for r in refusals)} == {}
    assert "Function not implemented" in said["clone3"]
    assert "too large" in said["write_beyond_limit"]
    assert pool.status().restarts == {"crashed": 0, "timed_out": 0, "recycled": 0}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user")
async def test_workers_of_root_run_as_another_user(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    ids = words(await scan(await make_pool(), "do:ids"))
    assert "0" not in ids


async def test_a_worker_holds_its_socket_and_nothing_else(make_pool: MakePool) -> None:
    pool = await make_pool(count=2)
    for pid in pool.status().pids:
        assert held_by(pid) == ["socket"]


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


async def test_more_children_than_fit_are_a_gap(make_pool: MakePool, scan: Scan) -> None:
    with await scan(await make_pool(), "split:1", b"x" * 70) as answer:
        assert len(answer.children) == 64
        reasons = [part.reason for part in answer.examination.unscanned]
        assert reasons.count(Reason.TOO_MANY) == 6
        assert Reason.PARTIAL in reasons


@pytest.mark.parametrize("deed", ["exit", "segfault"])
async def test_a_worker_that_dies_is_a_gap_and_is_replaced(
    deed: str, make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    assert words(await scan(pool, f"do:{deed}")) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert pool.status().restarts["crashed"] == 1


async def test_a_worker_killed_in_the_middle_of_a_job(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    (victim,) = pool.status().pids
    job = asyncio.create_task(scan(pool, "do:sleep"))
    await until(lambda: not pool._idle)
    os.kill(victim, signal.SIGKILL)
    assert words(await job) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert victim not in pool.status().pids
    assert not exists(victim)


async def test_a_worker_that_died_idle_costs_no_job(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    for _ in range(3):
        await until(lambda: pool.status().pids != ())
        (victim,) = pool.status().pids
        kill_and_wait(victim)
        assert words(await scan(pool, "read:", b"next")) == ["next", "4"]


@pytest.mark.parametrize("deed", ["sleep", "spin"])
async def test_the_deadline_holds_whatever_the_worker_does(
    deed: str, make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    begun = time.monotonic()
    assert words(await scan(pool, f"do:{deed}", seconds=0.3)) == ["worker:timed_out"]
    assert time.monotonic() - begun < 2
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert pool.status().restarts["timed_out"] == 1


async def test_a_deadline_in_the_past_is_a_gap(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    assert words(await scan(await make_pool(), "read:", seconds=-1)) == ["worker:timed_out"]


async def test_scanners_get_less_time_than_the_worker(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    (left,) = words(await scan(await make_pool(), "do:late", seconds=5))
    assert 4 < float(left) <= 4.5


async def test_memory_is_bounded(make_pool: MakePool, scan: Scan, words: Words) -> None:
    pool = await make_pool()
    assert words(await scan(pool, "do:hog")) == ["worker:too_large"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]


async def test_a_bug_is_a_gap_and_costs_no_worker(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    before = pool.status().pids
    assert words(await scan(pool, "do:bug")) == ["worker:crashed"]
    assert pool.status().pids == before


async def test_workers_are_recycled_by_jobs_and_by_memory(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool(jobs_before_recycling=3)
    for _ in range(7):
        assert words(await scan(pool, "read:", b"x")) == ["x", "1"]
    assert pool.status().restarts == {"crashed": 0, "timed_out": 0, "recycled": 2}
    pool = await make_pool(memory_growth_bytes=8 * MiB)
    await scan(pool, "do:hog")
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]
    assert pool.status().restarts["recycled"] == 1


async def test_a_job_too_large_to_send_is_a_gap(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    assert words(await scan(pool, "x" * 200_000)) == ["worker:too_large"]
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]


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
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    long = asyncio.create_task(scan(pool, "do:sleep", seconds=1))
    await until(lambda: not pool._idle)
    assert words(await scan(pool, "read:", seconds=0.2)) == ["worker:timed_out"]
    assert pool.status().queue == 0
    assert words(await long) == ["worker:timed_out"]


async def test_cancelled_scans_lose_and_poison_no_worker(
    make_pool: MakePool, scan: Scan, words: Words
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
    assert open_descriptors() == held
    assert pool.status().restarts == {"crashed": 0, "timed_out": 0, "recycled": 0}


async def test_no_descriptor_leaks_over_200_jobs(make_pool: MakePool, scan: Scan) -> None:
    pool = await make_pool(jobs_before_recycling=50)
    await scan(pool, "read:")
    held = open_descriptors()
    deeds = ("read:", "do:bug", "split:1", "do:exit")
    for number in range(200):
        (await scan(pool, deeds[number % 4], b"12345")).close()
    await until(lambda: pool.status().alive == 1)
    assert open_descriptors() == held


async def test_a_dead_zygote_is_replaced(make_pool: MakePool, scan: Scan, words: Words) -> None:
    pool = await make_pool(count=2)
    job = asyncio.create_task(scan(pool, "do:sleep"))
    workers = pool.status().pids
    assert pool._zygote is not None
    await until(lambda: len(pool._idle) == 1)
    os.kill(pool._zygote.pid, signal.SIGKILL)
    assert words(await job) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert not set(workers) & set(pool.status().pids)
    await until(lambda: not any(map(alive, workers)))


async def test_after_the_stop_nothing_is_left_and_scans_are_gaps(
    make_pool: MakePool, scan: Scan, words: Words
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
    assert open_descriptors() == held
    await pool.stop()


async def test_rules_that_do_not_compile_keep_it_from_starting(make_pool: MakePool) -> None:
    held = open_descriptors()
    with pytest.raises(ZygoteFailed, match="ValueError: these rules do not compile"):
        await make_pool("deeds:build_nothing")
    assert open_descriptors() == held


@pytest.mark.parametrize("protection", ["landlock", "seccomp"])
async def test_what_the_kernel_lacks_is_reported_and_does_without(
    protection: str, make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool(f"deeds:build_without_{protection}")
    assert pool.status().missing == (protection,)
    assert "refused" in words(await scan(pool, "attempt:open"))[0]  # the other one stands
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]


def test_the_same_under_uvloop(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, scan: Scan, words: Words
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    async def run() -> list[list[str]]:
        pool = ScanPool(Path("rules"), limits, WorkerSettings(), examiner="deeds:build")
        await pool.start()
        names = ["read:", "do:exit", "read:", "do:sleep", "read:"]
        said = [words(await scan(pool, name, b"x", seconds=0.5)) for name in names]
        await pool.stop()
        return said

    good = ["x", "1"]
    assert uvloop.run(run()) == [good, ["worker:crashed"], good, ["worker:timed_out"], good]


async def test_a_file_shorter_than_the_job_says_is_a_gap(make_pool: MakePool, words: Words) -> None:
    pool = await make_pool()
    body = os.memfd_create("short")
    answer = await pool.scan(body, JobRequest(5), time.monotonic() + 5)
    os.close(body)
    assert words(answer) == ["worker:crashed"]
