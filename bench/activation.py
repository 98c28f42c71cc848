"""`python -m bench.activation`: how long a new rule takes to its first block on live traffic.

From `douane rules activate DIR`, and from saving a file in a watched folder, with 200 requests a
second beside it; a worm is sent every few milliseconds until it is blocked.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.report import machine
from bench.rule_sets import add_worm, copy_rules, order, specimen
from bench.servers.douane import Douane
from bench.traffic import Traffic, ask_anew
from douane.ruleset_check import check_ruleset

LIMIT_SECONDS = 5.0
CHECK_LIMIT_SECONDS = 2.0
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 60
ROW = "{:<34}{:>9}{:>9}{:>9}   {}"


async def first_block(port: int, day: int, began: float) -> float:
    """Return the seconds from `began` (monotonic clock) to the first worm that is stopped."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for number in range(1_000_000):
            answered = await ask_anew(port, specimen(day, f"{day}-{number}"))
            if answered.blocked:
                break
            await asyncio.sleep(PAUSE_SECONDS)
    return answered.ended - began


async def by_command(douane: Douane, rules: Path, day: int) -> float:
    add_worm(rules, day)
    began = time.monotonic()
    ordering = asyncio.create_task(asyncio.to_thread(order, douane, "activate", rules))
    blocking = asyncio.create_task(first_block(douane.icap_port, day, began))
    done = await ordering
    if done.returncode:
        blocking.cancel()
        raise RuntimeError(done.stdout + done.stderr)
    return await blocking


async def by_saving(douane: Douane, rules: Path, day: int) -> float:
    add_worm(rules, day)
    return await first_block(douane.icap_port, day, time.monotonic())


async def measure(
    times: int, *, watch: bool, change: Callable[[Douane, Path, int], Awaitable[float]]
) -> list[float]:
    """Return what each of `times` changes took, under traffic that loses nothing."""
    with tempfile.TemporaryDirectory(prefix="douane-") as folder:
        rules = copy_rules(Path(folder))
        with Douane(Path(folder), {"rules": {"directory": str(rules), "watch": watch}}) as douane:
            traffic = Traffic(douane.icap_port)
            running = asyncio.create_task(traffic.run())
            taken = [await change(douane, rules, day) for day in range(1, times + 1)]
            traffic.stopping.set()
            await running
            if traffic.faults:
                raise RuntimeError(f"{len(traffic.faults)} faults, such as {traffic.faults[0]}")
            return taken


def checks(times: int) -> list[float]:
    """Return what quick checks of the shipped set took, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        rules = copy_rules(Path(folder))
        taken = []
        for _ in range(times):
            began = time.monotonic()
            check_ruleset(rules)
            taken.append(time.monotonic() - began)
        return taken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.activation", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each is measured")
    times = parser.parse_args().times
    print(machine())
    print(ROW.format("seconds", "least", "median", "most", "limit"))
    rows = [
        ("quick check, quiet machine", checks(times), CHECK_LIMIT_SECONDS),
        (
            "douane rules activate DIR",
            asyncio.run(measure(times, watch=False, change=by_command)),
            LIMIT_SECONDS,
        ),
        (
            "saving a file, watch = true",
            asyncio.run(measure(times, watch=True, change=by_saving)),
            LIMIT_SECONDS,
        ),
    ]
    for name, taken, limit in rows:
        figures = (min(taken), statistics.median(taken), max(taken))
        words = (f"{one:.2f}" for one in figures)
        print(ROW.format(name, *words, f"{limit:.0f}{'' if max(taken) <= limit else '  MISSED'}"))
    return int(any(max(taken) > limit for _, taken, limit in rows))


if __name__ == "__main__":
    raise SystemExit(main())
