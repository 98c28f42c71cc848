"""A shipped parser that hangs, crashes or eats memory costs one worker, and is a gap."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import pytest

from scanners.model import Reason
from scanners.registry import build_bench
from scanners.walk import TYPE_NAME
from scanners.worker.pool import PoolAnswer, ScanPool

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]

FAULTY = "faults:build"
NAME = "photo.jpg.exe"
FOUND_BY_NAME = "disguise.double_extension"
SEATS = (TYPE_NAME, *(s.name for s in build_bench(Path(__file__).parents[3] / "rules").scanners))
SECONDS = 0.3
"""A scan that hangs has so long; all others end by themselves."""

Gap = tuple[str, Reason]
WORKER_DIES: dict[str, Gap] = {
    "segfault": ("worker", Reason.CRASHED),
    "abort": ("worker", Reason.CRASHED),
    "unchecked_allocation": ("worker", Reason.CRASHED),
    "system_exit": ("worker", Reason.CRASHED),
    "interrupt": ("worker", Reason.CRASHED),
    "hang": ("worker", Reason.TIMED_OUT),
}
WORKER_LIVES: dict[str, Gap] = {
    "allocate": ("archive", Reason.TOO_LARGE),
    "dictionary": ("archive", Reason.TOO_LARGE),
    "no_memory": ("archive", Reason.TOO_LARGE),
    "recursion": ("archive", Reason.CRASHED),
    "long_text": ("archive", Reason.CRASHED),
    "speechless": ("archive", Reason.CRASHED),
}


async def ask(pool: ScanPool, scan: Scan, seat: str, deed: str) -> tuple[set[Gap], set[str]]:
    """Return the gaps and the codes that a file yields whose parser misbehaves."""
    order = b"An ordinary text.\nfault %b %b" % (seat.encode(), deed.encode())
    with await scan(pool, NAME, order, seconds=SECONDS if deed == "hang" else 20) as answer:
        examination = answer.examination
        gaps = {(gap.scanner, gap.reason) for gap in examination.unscanned}
        return gaps, {found.code.value for found in examination.detections}


async def test_whatever_a_parser_does_is_a_gap_and_the_next_file_is_scanned(
    make_pool: MakePool, scan: Scan
) -> None:
    pool = await make_pool(FAULTY)
    for deed, gap in WORKER_DIES.items():
        before, begun = pool.status().pids, time.monotonic()
        assert await ask(pool, scan, "archive", deed) == ({gap}, set()), deed
        gaps, codes = await ask(pool, scan, "nobody", deed)
        assert (gaps, FOUND_BY_NAME in codes) == (set(), True), f"after {deed}"
        assert time.monotonic() - begun < SECONDS + 5, f"{deed} held up the next"
        assert not set(before) & set(pool.status().pids), deed
    causes = [reason for _, reason in WORKER_DIES.values()]
    restarts = pool.status().restarts
    assert restarts["crashed"] == causes.count(Reason.CRASHED)
    assert restarts["timed_out"] == causes.count(Reason.TIMED_OUT)


async def test_an_exception_costs_what_one_parser_would_have_found(
    make_pool: MakePool, scan: Scan
) -> None:
    pool = await make_pool(FAULTY)
    (worker,) = pool.status().pids
    for deed, gap in WORKER_LIVES.items():
        gaps, codes = await ask(pool, scan, "archive", deed)
        assert (gaps, FOUND_BY_NAME in codes) == ({gap}, True), deed
        assert await ask(pool, scan, "nobody", deed) == (set(), codes), f"after {deed}"
    assert pool.status().pids == (worker,)


@pytest.mark.parametrize(
    "deed, gap_of",
    [
        ("segfault", lambda seat: ("worker", Reason.CRASHED)),
        ("no_memory", lambda seat: (seat, Reason.TOO_LARGE)),
    ],
)
async def test_no_seat_is_different(
    make_pool: MakePool, scan: Scan, deed: str, gap_of: Callable[[str], Gap]
) -> None:
    pool = await make_pool(FAULTY)
    answers = {seat: await ask(pool, scan, seat, deed) for seat in SEATS}
    assert {seat for seat, (gaps, _) in answers.items() if gap_of(seat) not in gaps} == set()
    assert pool.status().restarts["timed_out"] == 0


async def test_the_log_of_a_fault_is_short(
    make_pool: MakePool, scan: Scan, capfd: pytest.CaptureFixture[str]
) -> None:
    pool = await make_pool(FAULTY)
    for deed in ("long_text", "recursion"):
        await ask(pool, scan, "archive", deed)
    await pool.stop()
    logged = capfd.readouterr().err
    assert "archive crashed: ValueError: xxx" in logged
    assert "archive crashed: RecursionError" in logged
    assert len(logged) < 8192
