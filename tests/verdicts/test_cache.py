"""The verdict cache: what is kept, what is dropped, and one scan for equal content at a time."""

import asyncio
import gc
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Level,
    Reason,
    TypeNode,
    Unscanned,
)
from verdicts.cache import LIGHT, LONGEST_SCAN, CacheKey, VerdictCache, cache_key, good_until
from verdicts.model import Direction, NameSource, OtherName, Transfer, Verdict

CLEAN = Verdict(Level.CLEAN)
KEY = CacheKey("00", "g", "n", "t", (), (), "unknown")


def key(number: int) -> CacheKey:
    return replace(KEY, sha256=str(number))


@pytest.fixture(autouse=True)
async def complaints() -> AsyncIterator[list[str]]:
    """What the event loop would have printed: "Task exception was never retrieved" and the like."""
    heard: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: heard.append(context["message"]))
    yield heard
    gc.collect()
    await asyncio.sleep(0)
    assert heard == []


class Scan:
    """A scan that waits to be let go, and counts how often it began."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.begun = 0
        self.go = asyncio.Event()
        self._fault = fault

    async def __call__(self) -> Verdict:
        self.begun += 1
        await self.go.wait()
        if self._fault:
            raise self._fault
        return CLEAN


async def test_ten_equal_scans_are_one() -> None:
    cache, scan = VerdictCache(10), Scan()
    waiting = [asyncio.create_task(cache.fly(KEY, scan)) for _ in range(10)]
    await asyncio.sleep(0)
    scan.go.set()
    assert await asyncio.gather(*waiting) == [CLEAN] * 10
    assert (scan.begun, cache.misses, cache.hits) == (1, 1, 9)


async def test_other_keys_do_not_wait() -> None:
    cache, slow, quick = VerdictCache(10), Scan(), Scan()
    quick.go.set()
    waiting = asyncio.create_task(cache.fly(key(1), slow))
    assert await cache.fly(key(2), quick) == CLEAN
    assert not waiting.done()
    slow.go.set()
    await waiting


async def test_a_landed_flight_is_over() -> None:
    cache, scan = VerdictCache(10), Scan()
    scan.go.set()
    await cache.fly(KEY, scan)
    await cache.fly(KEY, scan)
    assert scan.begun == 2


async def test_the_first_waiter_vanishes_and_the_scan_goes_on() -> None:
    cache, scan = VerdictCache(10), Scan()
    first = asyncio.create_task(cache.fly(KEY, scan))
    second = asyncio.create_task(cache.fly(KEY, scan))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    scan.go.set()
    assert await second == CLEAN
    assert scan.begun == 1


async def test_a_fault_reaches_all_and_is_not_kept() -> None:
    cache, scan = VerdictCache(10), Scan(RuntimeError("broken"))
    waiting = [asyncio.create_task(cache.fly(KEY, scan)) for _ in range(3)]
    await asyncio.sleep(0)
    scan.go.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["broken"] * 3
    good = Scan()
    good.go.set()
    assert await cache.fly(KEY, good) == CLEAN


async def test_a_fault_that_nobody_waits_for_is_silent() -> None:
    cache, scan = VerdictCache(10), Scan(RuntimeError("broken"))
    only = asyncio.create_task(cache.fly(KEY, scan))
    await asyncio.sleep(0)
    only.cancel()
    await asyncio.gather(only, return_exceptions=True)
    scan.go.set()
    await asyncio.gather(*cache._flights.values(), return_exceptions=True)
    assert scan.begun == 1


async def test_a_scan_that_cannot_begin_is_no_flight() -> None:
    cache = VerdictCache(10)

    def refuse() -> None:
        raise OSError("no descriptors")

    with pytest.raises(OSError, match="no descriptors"):
        await cache.fly(KEY, refuse)  # type: ignore[arg-type]
    scan = Scan()
    scan.go.set()
    assert await cache.fly(KEY, scan) == CLEAN
    assert cache.misses == 1


def test_the_least_recently_used_goes_first() -> None:
    cache = VerdictCache(2)
    cache.put(key(1), CLEAN)
    cache.put(key(2), CLEAN)
    assert cache.get(key(1)) is CLEAN
    cache.put(key(3), CLEAN)
    assert [cache.get(key(n)) is not None for n in (1, 2, 3)] == [True, False, True]


def test_nothing_uncertain_is_kept() -> None:
    cache = VerdictCache(2)
    for reason in Reason:
        for level in (Level.UNKNOWN, Level.MALICIOUS):
            cache.put(KEY, Verdict(level, unscanned=(Unscanned("x", reason),)))
            assert cache.get(KEY) is None


DAY = 86_400.0


@pytest.mark.parametrize(
    "made, until",
    [(DAY + LONGEST_SCAN, 2 * DAY), (2 * DAY - 1, 2 * DAY), (2 * DAY + LONGEST_SCAN - 1, 2 * DAY)],
)
def test_a_verdict_by_hash_lasts_no_longer_than_the_day_it_was_looked_up(
    made: float, until: float
) -> None:
    """A scan that began before midnight may end after it."""
    for code in (Code.HASH_BLOCKED, Code.HASH_ALLOWED):
        found = Detection(code, "hashes", "x", DetectionLevel.INFO)
        assert good_until(Verdict(Level.CLEAN, (found,)), made) == until
    other = Detection(Code.ARCHIVE_EXECUTABLE, "zip", "pe", DetectionLevel.INFO)
    assert good_until(Verdict(Level.CLEAN, (other,)), made) == math.inf


def test_what_may_be_wrong_by_now_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Detection(Code.HASH_BLOCKED, "hashes", "x", DetectionLevel.MALICIOUS)
    blocked = Verdict(Level.MALICIOUS, (found,))
    now = [DAY + LONGEST_SCAN]
    monkeypatch.setattr("verdicts.cache.time.time", lambda: now[0])
    cache = VerdictCache(9)
    cache.put(key(1), blocked)
    cache.put(key(2), CLEAN)
    now[0] = 2 * DAY - 1
    assert (cache.get(key(1)), cache.get(key(2))) == (blocked, CLEAN)
    now[0] = 2 * DAY
    assert (cache.get(key(1)), cache.get(key(2))) == (None, CLEAN)
    now[0] = DAY + LONGEST_SCAN
    assert cache.get(key(1)) is None


def test_heavy_verdicts_are_not_kept() -> None:
    """The bound is a number of verdicts: none may weigh like hundreds."""
    file_type = FileType("zip", "application/zip", Family.ARCHIVE)
    wide = TypeNode(file_type, children=tuple(TypeNode(file_type) for _ in range(LIGHT)))
    deep = TypeNode(file_type)
    for _ in range(LIGHT):
        deep = TypeNode(file_type, children=(deep,))
    many = (Detection(Code.ARCHIVE_EXECUTABLE, "zip", "pe", DetectionLevel.INFO),) * (LIGHT + 1)
    cache = VerdictCache(9)
    for verdict in (replace(CLEAN, types=wide), replace(CLEAN, types=deep)):
        cache.put(KEY, verdict)
        assert cache.get(KEY) is None
    cache.put(KEY, replace(CLEAN, detections=many))
    assert cache.get(KEY) is None
    cache.put(KEY, replace(CLEAN, types=replace(wide, children=wide.children[1:])))
    assert cache.get(KEY) is not None


def test_capacity_zero_keeps_nothing() -> None:
    cache = VerdictCache(0)
    cache.put(KEY, CLEAN)
    assert cache.get(KEY) is None


DIFFERENCES = [
    {"file_name": "b.exe"},
    {"declared_type": "image/png"},
    {"parameters": (("boundary", "x"),)},
    {"codings": ("gzip",)},
    {"other_names": (OtherName(NameSource.DISPOSITION, "b.exe"),)},
    {"other_names": (OtherName(NameSource.URL, "b.exe"),)},
    {"other_types": ("image/png",)},
    {"channel": "discord"},
    {"hints": ("another password",)},
]
IRRELEVANT = [
    {"other_names": (OtherName(NameSource.URL, "12345"),)},
    {"user": "eve"},
    {"url": "https://other.example/"},
    {"client_ip": "192.0.2.9"},
    {"direction": Direction.UPLOAD},
    {"partial": True},
]


@pytest.mark.parametrize("fields", DIFFERENCES, ids=str)
def test_what_the_checks_see_makes_the_key(
    transfer: Callable[..., Transfer], fields: dict[str, object]
) -> None:
    assert cache_key(transfer(), "0", "g") != cache_key(transfer(**fields), "0", "g")


@pytest.mark.parametrize("fields", IRRELEVANT, ids=str)
def test_what_the_checks_do_not_see_does_not(
    transfer: Callable[..., Transfer], fields: dict[str, object]
) -> None:
    assert cache_key(transfer(), "0", "g") == cache_key(transfer(**fields), "0", "g")


def test_content_and_generation_make_the_key(transfer: Callable[..., Transfer]) -> None:
    key = cache_key(transfer(), "0", "g")
    assert key != cache_key(transfer(), "1", "g")
    assert key != cache_key(transfer(), "0", "h")
