"""kill -9 of any process at any moment: what a client saw answered is in the log, once.

Ten kills belong to every run, fifty to the long one; DOUANE_KILL_SEED repeats a run.
"""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress

import pytest

from bench.servers import processes
from bench.servers.douane import Douane
from tests.end_to_end.traffic import Seen, compare, flowing
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_state

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

TEN = (*["front"] * 3, *["ledger"] * 3, "zygote", "worker", "api", "supervisor")
"""What is killed, in any order."""
CALM_SECONDS = 0.5
"""The longest that traffic flows undisturbed."""
WAIT_SECONDS = 60.0
Start = Callable[..., Douane]


def victims(douane: Douane, part: str) -> list[int]:
    if part == "supervisor":
        return [douane.pid]
    ours = processes.descendants(douane.pid)
    if part == "worker":
        return [pid for pid in ours if processes.is_sandboxed(pid)]
    if part == "zygote":
        fronts = victims(douane, "front")
        return [pid for front in fronts for pid in processes.children(front)]
    return [
        pid
        for pid in ours
        if f"douane.processes.{part}" in processes.command_line(pid)
        and pid in processes.children(douane.pid)
    ]


async def kill_one(douane: Douane, part: str, noise: random.Random) -> None:
    """Kill a process of this part, be it only just starting."""
    if part == "supervisor":
        douane.kill()
        await asyncio.to_thread(douane.start)
        return
    await until(lambda: bool(victims(douane, part)))
    with suppress(ProcessLookupError):
        os.kill(noise.choice(victims(douane, part)), signal.SIGKILL)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def recovered(douane: Douane, seen: Seen) -> None:
    """Traffic flows again, and whoever lives has handed over what it had: one fault at a time."""
    before = seen.answers
    await until(lambda: seen.answers >= before + 20)
    await until(lambda: all_report(douane))


def all_report(douane: Douane) -> bool:
    try:
        reported = {one.status.pid for one in ask_state(douane.state / "run/ledger.sock").fronts}
    except (LedgerAway, LedgerFailed):
        return False
    return reported >= serving(douane)


def serving(douane: Douane) -> set[int]:
    """Return the fronts that have their scan workers: the others have not begun to serve."""
    fronts = victims(douane, "front")
    return {pid for pid in fronts if any(map(processes.is_sandboxed, processes.descendants(pid)))}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL to be set; empty for SQLite in the state directory."""
    if request.param == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.long)])
async def test_killed_at_any_moment(start_douane: Start, database: str, rounds: int) -> None:
    seed = int(os.environ.get("DOUANE_KILL_SEED", random.randrange(10**6)))  # noqa: S311
    noise = random.Random(seed)  # noqa: S311
    douane = await asyncio.to_thread(
        start_douane,
        {
            "clamav": {"socket": "off"},
            "workers": {"count": 1},
            "database": {"url": database},
        },
    )
    parts = noise.sample(TEN * rounds, len(TEN) * rounds)
    async with flowing(douane, seed) as seen:
        await recovered(douane, seen)
        for part in parts:
            await asyncio.sleep(noise.random() * CALM_SECONDS)
            await kill_one(douane, part, noise)
            await recovered(douane, seen)
    assert await asyncio.to_thread(douane.stop) == 0
    print(f"seed {seed}: {len(parts)} kills, {seen.answers} answers, {seen.broken} broken")  # noqa: T201
    compare(seen, database or f"sqlite:///{douane.state}/douane.sqlite")
