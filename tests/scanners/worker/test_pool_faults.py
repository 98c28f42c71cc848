"""What a worker cannot do, and what the pool does about whatever it does do."""

import asyncio
import errno
import os
import pwd
import select
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import pytest

from scanners.settings import MiB
from scanners.worker import zygote_link
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Words = Callable[[PoolAnswer], list[str]]
Until = Callable[[Callable[[], bool]], Coroutine[None, None, None]]


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
async def test_workers_of_root_are_nobody_and_can_do_nothing(make_pool: MakePool) -> None:
    pool = await make_pool()
    (pid,) = pool.status().pids
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()  # noqa: ASYNC240 no disk behind it
    status = {key: value.split() for key, value in (line.split(":", 1) for line in lines)}
    nobody = [str(pwd.getpwnam("nobody").pw_uid)] * 4
    assert status["Uid"] == nobody
    assert "0" not in status["Gid"]
    assert status["Groups"] == []
    assert set(status["CapPrm"] + status["CapEff"]) == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == (["1"], ["2"])


async def test_a_worker_holds_its_socket_and_nothing_else(make_pool: MakePool) -> None:
    pool = await make_pool(count=2)
    for pid in pool.status().pids:
        assert held_by(pid) == ["socket"]


@pytest.mark.parametrize("deed", ["exit", "segfault"])
async def test_a_worker_that_dies_is_a_gap_and_is_replaced(
    deed: str, make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    assert words(await scan(pool, f"do:{deed}")) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert pool.status().restarts["crashed"] == 1


async def test_a_worker_killed_in_the_middle_of_a_job(
    make_pool: MakePool, scan: Scan, words: Words, until: Until
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
    make_pool: MakePool, scan: Scan, words: Words, until: Until
) -> None:
    pool = await make_pool()
    for _ in range(3):
        await until(lambda: pool.status().pids != ())
        (victim,) = pool.status().pids
        kill_and_wait(victim)
        assert words(await scan(pool, "read:", b"next")) == ["next", "4"]


@pytest.mark.parametrize("deed", ["sleep", "spin"])
async def test_the_deadline_holds_whatever_the_worker_does(
    deed: str, make_pool: MakePool, scan: Scan, words: Words, until: Until
) -> None:
    pool = await make_pool()
    (late,) = pool.status().pids
    begun = time.monotonic()
    assert words(await scan(pool, f"do:{deed}", seconds=0.3)) == ["worker:timed_out"]
    assert time.monotonic() - begun < 2
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert pool.status().restarts["timed_out"] == 1
    await until(lambda: not exists(late))


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


async def test_workers_that_never_start_are_tried_again_slowly(
    make_pool: MakePool, scan: Scan, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.worker.pool.LONGEST_PAUSE", 0.5)
    pool = await make_pool("deeds:build_stillborn")
    assert words(await scan(pool, "read:", seconds=1)) == ["worker:engine_down"]
    assert pool.status().alive == 0
    assert pool._tokens < 8


async def test_a_dead_zygote_is_replaced(
    make_pool: MakePool, scan: Scan, words: Words, until: Until
) -> None:
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


@pytest.mark.parametrize("half_done", [False, True])
async def test_no_failure_ends_the_search_for_a_new_zygote(
    make_pool: MakePool, until: Until, monkeypatch: pytest.MonkeyPatch, half_done: bool
) -> None:
    pool = await make_pool()
    sound, failures = pool._start_zygote, 0

    async def start() -> None:
        nonlocal failures
        if half_done or failures:
            await sound()
        if not failures:
            failures += 1
            raise RuntimeError("a bug")

    monkeypatch.setattr(pool, "_start_zygote", start)
    seen: set[int] = set()

    def replaced() -> bool:
        return bool(pool._idle) and not seen & set(pool.status().pids)

    for _ in range(3):
        await until(lambda: bool(pool.status().pids))  # told by the zygote, not by the worker
        seen |= set(pool.status().pids)
        if pool._zygote is not None:
            os.kill(pool._zygote.pid, signal.SIGKILL)
        await until(replaced)
    assert failures == 1


async def test_a_lack_of_descriptors_is_no_lasting_lack_of_workers(
    make_pool: MakePool, scan: Scan, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.worker.pool.LONGEST_PAUSE", 0.05)
    pool = await make_pool()
    tries = 0
    sound = zygote_link.ZygoteLink.fork

    def fork(link: zygote_link.ZygoteLink, token: int) -> socket.socket:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return sound(link, token)

    monkeypatch.setattr(zygote_link.ZygoteLink, "fork", fork)
    assert words(await scan(pool, "do:exit")) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]
    assert tries == 3


async def test_nothing_is_lost_while_workers_keep_dying(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool(count=2, jobs_before_recycling=7)

    async def kill_some() -> None:
        while True:
            for pid in pool.status().pids[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.01)

    killer = asyncio.create_task(kill_some())
    answers = await asyncio.gather(*(scan(pool, "read:", b"%d" % n) for n in range(200)))
    killer.cancel()
    said = [words(answer)[0] for answer in answers]
    assert all(s in (str(n), "worker:crashed") for n, s in enumerate(said))
    await scan(pool, "read:")  # may meet the last one killed
    assert words(await scan(pool, "read:", b"next")) == ["next", "4"]


@pytest.mark.parametrize("protection", ["landlock", "seccomp"])
async def test_what_the_kernel_lacks_is_reported_and_does_without(
    protection: str, make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool(f"deeds:build_without_{protection}")
    assert pool.status().missing == (protection,)
    assert "refused" in words(await scan(pool, "attempt:open"))[0]  # the other one stands
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]


async def test_a_file_shorter_than_the_job_says_is_a_gap(make_pool: MakePool, words: Words) -> None:
    pool = await make_pool()
    body = os.memfd_create("short")
    answer = await pool.scan(body, JobRequest(5), time.monotonic() + 5)
    os.close(body)
    assert words(answer) == ["worker:crashed"]
