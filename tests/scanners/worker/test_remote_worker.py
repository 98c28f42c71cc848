"""The front against a worker in an attacker's hands, played over a real socket pair."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from scanners.model import Examination, Extracted, Reason, Unscanned
from scanners.worker.messages import encode_greeting
from scanners.worker.packets import receive_packet, send_packet
from scanners.worker.remote_worker import Cause, PoolAnswer, RemoteWorker, gap
from scanners.worker.reports import CHILDREN, REPORT_BYTES, encode_report
from scanners.worker.worker import seal_memfd
from tests.descriptors import none_left

Count = Callable[[], Counter[str]]

CHILDREN_BYTES = 1000


@dataclass
class Stage:
    """A remote worker, the far end of its socket, and what it told the pool."""

    worker: RemoteWorker
    far: socket.socket
    frees: list[RemoteWorker] = field(default_factory=list)
    ends: list[Cause] = field(default_factory=list)

    async def greet(self) -> None:
        send_packet(self.far, encode_greeting(100, ()))
        await until(lambda: len(self.frees) == 1)

    async def ask(self, job: int = 1) -> "asyncio.Future[PoolAnswer]":
        body = os.memfd_create("body")
        answer = self.worker.ask(job, b"job", body, 20)
        os.close(body)
        packet = receive_packet(self.far, 10, 1)
        assert packet is not None
        os.close(packet.descriptors[0])
        return answer


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 another process would set no event either
            await asyncio.sleep(0)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near.setblocking(False)
    frees: list[RemoteWorker] = []
    ends: list[Cause] = []
    worker = RemoteWorker(1, near, CHILDREN_BYTES, frees.append, lambda _, why: ends.append(why))
    with far:
        yield Stage(worker, far, frees, ends)
    worker.end(Cause.STOPPED)


def sound_report(job: int = 1, *paths: tuple[str, ...]) -> bytes:
    children = [Extracted(memoryview(b""), path) for path in paths]
    return encode_report(job, 300, Examination(), children)


async def test_a_sound_conversation(stage: Stage) -> None:
    await stage.greet()
    answer = await stage.ask()
    child = seal_memfd(memoryview(b"member"))
    send_packet(stage.far, sound_report(1, ("a", "b")), [child])
    os.close(child)
    with await answer as found:
        assert found.examination == Examination()
        assert [c.path for c in found.children] == [("a", "b")]
        assert os.pread(found.children[0].descriptor, 10, 0) == b"member"
    assert (stage.worker.jobs, stage.worker.growth_bytes) == (1, 200)
    assert len(stage.frees) == 2
    assert stage.ends == []


def pipe_end() -> int:
    reading, writing = os.pipe()
    os.close(writing)
    return reading


def unsealed() -> int:
    return os.memfd_create("x", os.MFD_ALLOW_SEALING)


def large() -> int:
    return seal_memfd(memoryview(bytes(CHILDREN_BYTES + 1)))


def sealed() -> int:
    return seal_memfd(memoryview(b"x"))


@pytest.mark.parametrize(
    "report, make",
    [
        (b"not json", []),
        (sound_report(2), []),  # of another job
        (sound_report(1, ("a",)), []),
        (sound_report(1), [sealed]),
        (sound_report(1, ("a",)), [pipe_end]),
        (sound_report(1, ("a",)), [unsealed]),
        (sound_report(1, ("a",)), [large]),
        (sound_report(1, ("a",), ("b",)), [sealed, unsealed]),
        (sound_report(1, *[("a",)] * CHILDREN), [sealed] * (CHILDREN + 1)),
        (b"[" + b" " * REPORT_BYTES, []),
        (b"", []),
        (encode_greeting(1, ()), []),
    ],
)
async def test_a_hostile_report_is_a_crash_and_leaks_nothing(
    report: bytes, make: list[Callable[[], int]], stage: Stage, open_descriptors: Count
) -> None:
    await stage.greet()
    answer = await stage.ask()
    before = open_descriptors()
    sent = [new() for new in make]
    send_packet(stage.far, report, sent)
    for descriptor in sent:
        os.close(descriptor)
    assert (await answer) == gap(Reason.CRASHED)
    assert stage.ends == [Cause.CRASHED]
    assert not stage.worker.alive
    assert open_descriptors() == before - Counter(socket=1)


async def test_a_report_nobody_asked_for_is_a_crash(stage: Stage) -> None:
    await stage.greet()
    send_packet(stage.far, sound_report(0))
    await until(lambda: stage.ends == [Cause.CRASHED])


@pytest.mark.parametrize("greeting", [b"hello", encode_greeting(1, ("nonsense",))])
async def test_a_wrong_greeting_is_a_crash(greeting: bytes, stage: Stage) -> None:
    send_packet(stage.far, greeting)
    await until(lambda: stage.ends == [Cause.CRASHED])
    assert stage.frees == []


async def test_an_end_before_the_greeting_is_told_apart(stage: Stage) -> None:
    stage.far.close()
    await until(lambda: stage.ends == [Cause.NEVER_STARTED])


async def test_an_answer_nobody_waits_for_is_closed(stage: Stage, open_descriptors: Count) -> None:
    await stage.greet()
    answer = await stage.ask()
    before = open_descriptors()
    answer.cancel()
    child = sealed()
    send_packet(stage.far, sound_report(1, ("a",)), [child])
    os.close(child)
    await until(lambda: len(stage.frees) == 2)
    await none_left(open_descriptors, before)
    assert stage.worker.alive  # and can take the next job
    answer = await stage.ask(job=2)
    send_packet(stage.far, sound_report(2))
    assert (await answer).examination == Examination()


@pytest.mark.parametrize(
    "cause, reason",
    [
        (Cause.TIMED_OUT, Reason.TIMED_OUT),
        (Cause.STOPPED, Reason.ENGINE_DOWN),
        (Cause.CRASHED, Reason.CRASHED),
    ],
)
async def test_whoever_waits_learns_why_it_ended(
    cause: Cause, reason: Reason, stage: Stage
) -> None:
    await stage.greet()
    answer = await stage.ask()
    stage.worker.end(cause)
    stage.worker.end(Cause.CRASHED)  # only the first counts
    assert (await answer).examination.unscanned == (Unscanned("worker", reason),)
    assert stage.ends == [cause]


async def test_an_answer_may_be_closed_twice() -> None:
    first, second = os.pipe()
    answer = PoolAnswer(Examination())
    answer.close()
    answer.close()
    os.close(first)
    os.close(second)
