"""One child: restarted with growing pauses, ready or hopeless, stopped however stubborn it is."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from douane import child as child_module
from douane.child import CannotStart, Child, NotReady
from tests.descriptors import none_left

Count = Callable[[], Counter[str]]
SAY_READY = "import os, sys, time; os.write(int(sys.argv[-1]), b'ready\\n'); "
LIVE = SAY_READY + "time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LIVE


def python(code: str) -> Callable[[], Sequence[str]]:
    return lambda: (sys.executable, "-S", "-c", code)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - it is about another process
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
async def nothing_left(
    monkeypatch: pytest.MonkeyPatch, open_descriptors: Count
) -> AsyncIterator[None]:
    """No test leaves a descriptor or a task."""
    monkeypatch.setattr(child_module, "FIRST_PAUSE", 0.01)
    before = open_descriptors()
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await none_left(open_descriptors, before)


async def test_ready_and_stopped() -> None:
    child = Child("one", python(LIVE))
    assert child.pid == 0
    child.start()
    await child.wait_ready(10)
    pid = child.pid
    assert alive(pid)
    await child.stop()
    await child.stop()
    assert not alive(pid)
    assert (child.pid, child.starts) == (0, 1)


async def test_stop_before_start_is_nothing() -> None:
    await Child("one", python(LIVE)).stop()


@pytest.mark.parametrize("moment", [0, 0.001, 0.02, 0.1])
async def test_stopped_while_it_starts(moment: float) -> None:
    child = Child("one", python(LIVE))
    child.start()
    await asyncio.sleep(moment)
    pid = child.pid
    await child.stop()
    assert not pid or not alive(pid)
    assert child.pid == 0


async def test_a_stubborn_child_is_killed() -> None:
    child = Child("one", python(STUBBORN), stop_seconds=0.1)
    child.start()
    await child.wait_ready(10)
    pid = child.pid
    await child.stop()
    assert not alive(pid)


async def test_kill_cuts_a_stop_short() -> None:
    child = Child("one", python(STUBBORN), stop_seconds=60)
    child.start()
    await child.wait_ready(10)
    stopping = asyncio.create_task(child.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    child.kill()
    async with asyncio.timeout(5):
        await stopping


async def test_a_killed_child_is_replaced_and_ready_again() -> None:
    child = Child("one", python(LIVE))
    child.start()
    await child.wait_ready(10)
    first = child.pid
    with capture_logs() as lines:
        os.kill(first, signal.SIGKILL)
        await until(lambda: not child.ready)
        await child.wait_ready(10)
    assert child.pid not in (0, first)
    assert child.starts == 2
    (line,) = lines
    assert (line["event"], line["reason"]) == ("child.ended", "it ended with status -9")
    await child.stop()


async def test_pauses_grow_and_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "STEADY_SECONDS", 1000.0)
    child = Child("one", python("pass"), longest_pause=0.05)
    with capture_logs() as lines:
        child.start()
        await until(lambda: len(lines) >= 5)
        assert [line["again_in_seconds"] for line in lines[:5]] == [0.01, 0.02, 0.04, 0.05, 0.05]
        monkeypatch.setattr(child_module, "STEADY_SECONDS", 0.0)
        count = len(lines)
        await until(lambda: len(lines) >= count + 2)
        await child.stop()
    assert lines[-1]["again_in_seconds"] == 0.01


async def test_a_child_that_keeps_ending_is_not_waited_for() -> None:
    child = Child("one", python("raise SystemExit(3)"))
    child.start()
    with pytest.raises(NotReady, match="one does not start: it ended with status 3"):
        await child.wait_ready(60)
    assert child.starts >= child_module.HOPELESS
    await child.stop()


async def test_a_hopeless_child_may_still_come() -> None:
    faults = iter([CannotStart("no program yet")] * 4)

    def command() -> Sequence[str]:
        for fault in faults:
            raise fault
        return python(LIVE)()

    child = Child("one", command)
    child.start()
    with pytest.raises(NotReady, match="no program yet"):
        await child.wait_ready(60)
    await until(lambda: child.ready)
    await child.wait_ready(1)
    await child.stop()


async def test_a_child_that_never_says_ready() -> None:
    child = Child("one", python("import time; time.sleep(60)"))
    child.start()
    with pytest.raises(NotReady, match="one is not ready after"):
        await child.wait_ready(0.2)
    await child.stop()


@pytest.mark.parametrize("word", ["b'read'", "b'READY?'", "b''"])
async def test_another_word_is_not_ready(word: str) -> None:
    code = f"import os, sys, time; os.write(int(sys.argv[-1]), {word}); time.sleep(60)"
    child = Child("one", python(code))
    child.start()
    with pytest.raises(NotReady):
        await child.wait_ready(0.3)
    await child.stop()


async def test_a_program_that_is_not_there() -> None:
    child = Child("one", lambda: ("/nonexistent/program",))
    child.start()
    with pytest.raises(NotReady, match="No such file"):
        await child.wait_ready(60)
    await child.stop()


async def test_a_probe_takes_the_place_of_the_pipe() -> None:
    serves = asyncio.Event()

    async def probe() -> None:
        await serves.wait()

    child = Child("one", python("import sys, time; assert not sys.argv[1:]; time.sleep(60)"))
    child.probe = probe
    child.start()
    with pytest.raises(NotReady):
        await child.wait_ready(0.1)
    serves.set()
    await child.wait_ready(10)
    await child.stop()


async def test_a_probe_under_way_does_not_outlive_its_child() -> None:
    child = Child("one", python("import time; time.sleep(60)"), probe=asyncio.Event().wait)
    child.start()
    with pytest.raises(NotReady):
        await child.wait_ready(0.1)
    async with asyncio.timeout(10):
        await child.stop()


async def test_a_probe_that_fails_is_no_word() -> None:
    async def probe() -> None:
        raise OSError("no answer")

    child = Child("one", python("import time; time.sleep(60)"), probe=probe)
    child.start()
    with pytest.raises(NotReady):
        await child.wait_ready(0.2)
    await child.stop()


async def test_descriptors_and_silence(capfd: pytest.CaptureFixture[str]) -> None:
    given = os.memfd_create("given")
    os.write(given, b"from the supervisor")
    code = f"print('noise', flush=True); import os; print(os.pread({given}, 99, 0)); " + LIVE
    for silent in (True, False):
        child = Child("one", python(code), (given,), silent=silent)
        child.start()
        await child.wait_ready(10)
        await child.stop()
    os.close(given)
    assert capfd.readouterr().out == "noise\nb'from the supervisor'\n"


def test_a_child_of_ours_is_told_everything() -> None:
    child = Child.of_ours("front", "front-1", 7, "--index", "1", descriptors=(9,), stop_seconds=5)
    words = list(child.command())
    assert words[:3] == [sys.executable, "-m", "douane.processes.front"]
    assert words[3:] == ["--settings-fd", "7", "--supervisor-pid", str(os.getpid()), "--index", "1"]
    assert (child.name, child.descriptors, child.stop_seconds) == ("front-1", (7, 9), 5)
