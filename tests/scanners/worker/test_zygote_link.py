"""A real zygote seen from the front: ready, fork, kill, failure, loss, stop."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.settings import Limits, WorkerSettings
from scanners.worker.messages import Control, Notice, Setup
from scanners.worker.packets import receive_packet
from scanners.worker.zygote_link import ZygoteFailed, ZygoteLink
from tests.descriptors import none_left

Count = Callable[[], Counter[str]]


@pytest.fixture(autouse=True)
def deeds_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def setup(examiner: str = "deeds:build") -> Setup:
    return Setup(0, 0, Path("no rules"), Limits(), WorkerSettings(), examiner, audit=False)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 another process sets no event
            await asyncio.sleep(0.005)


async def test_fork_kill_and_stop(open_descriptors: Count) -> None:
    notices: list[Control] = []
    losses: list[bool] = []
    held = open_descriptors()
    zygote = ZygoteLink(setup(), notices.append, lambda: losses.append(True))
    await zygote.ready()
    link = zygote.fork(7)
    link.settimeout(20)
    assert receive_packet(link, 4096, 0) is not None  # the greeting
    await until(lambda: len(notices) == 1)
    assert (notices[0].kind, notices[0].token) == (Notice.STARTED, 7)
    assert Path(f"/proc/{notices[0].number}").exists()  # noqa: ASYNC240 no disk behind it
    zygote.kill(7)
    zygote.kill(8)  # never existed
    await until(lambda: len(notices) == 2)
    assert notices[1] == Control(Notice.DIED, 7, -signal.SIGKILL)
    assert receive_packet(link, 4096, 0) is None
    link.close()
    await zygote.stop()
    await zygote.stop()
    assert losses == []
    await none_left(open_descriptors, held)
    with pytest.raises(ProcessLookupError):
        os.kill(zygote.pid, 0)


async def test_a_worker_ends_by_itself_when_the_front_closes_its_socket() -> None:
    notices: list[Control] = []
    zygote = ZygoteLink(setup(), notices.append, lambda: None)
    await zygote.ready()
    link = zygote.fork(1)
    link.settimeout(20)
    receive_packet(link, 4096, 0)
    link.close()
    await until(lambda: len(notices) == 2)
    assert (notices[1].kind, notices[1].number) == (Notice.DIED, 0)
    await zygote.stop()


async def test_a_zygote_that_cannot_start_says_why() -> None:
    zygote = ZygoteLink(setup("deeds:build_nothing"), lambda _: None, lambda: None)
    with pytest.raises(ZygoteFailed, match="do not compile"):
        await zygote.ready()
    zygote = ZygoteLink(setup("no_such_module:build"), lambda _: None, lambda: None)
    with pytest.raises(ZygoteFailed, match="no_such_module"):
        await zygote.ready()


async def test_a_start_that_is_cancelled_leaves_nothing() -> None:
    zygote = ZygoteLink(setup(), lambda _: None, lambda: None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(zygote.ready(), 0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(zygote.pid, 0)


async def test_a_lost_zygote_is_told_once_and_a_fork_then_ends_at_once() -> None:
    losses: list[bool] = []
    zygote = ZygoteLink(setup(), lambda _: None, lambda: losses.append(True))
    await zygote.ready()
    os.kill(zygote.pid, signal.SIGKILL)
    await until(lambda: bool(losses))
    link = zygote.fork(1)
    assert receive_packet(link, 4096, 0) is None
    link.close()
    await zygote.stop()
    assert losses == [True]
