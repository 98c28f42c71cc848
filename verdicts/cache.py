"""Verdicts of equal content, and scans of equal content that are under way (single flight)."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from scanners.model import Code
from verdicts.model import Transfer, Verdict

LIGHT = 64
"""An archive of a thousand members makes a verdict of 270 KB."""
BY_HASH = frozenset({Code.HASH_BLOCKED, Code.HASH_ALLOWED})
DAY_SECONDS = 86_400
LONGEST_SCAN = 600
"""Seconds that may lie between a look at the lists of hashes and the verdict."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Everything that a scan depends on: equal keys, equal verdicts."""

    sha256: str
    generation: str
    """Changes with policy, rule set, channels, ClamAV database and code, and never back."""
    file_name: str
    declared_type: str
    parameters: tuple[tuple[str, str], ...]
    codings: tuple[str, ...]
    channel: str
    other_names: tuple[str, ...] = ()
    other_types: tuple[str, ...] = ()
    url_name: str = ""
    hints: tuple[str, ...] = field(default=(), repr=False)
    """What the heads call a password: another one may open what this one did not."""


def cache_key(transfer: Transfer, sha256: str, generation: str) -> CacheKey:
    return CacheKey(
        sha256,
        generation,
        transfer.file_name,
        transfer.declared_type,
        transfer.parameters,
        transfer.codings,
        transfer.channel,
        transfer.stated_names,
        transfer.other_types,
        transfer.url_name,
        transfer.hints,
    )


def good_until(verdict: Verdict, now: float) -> float:
    """Return the time, in seconds since 1970, from which on a verdict made by `now` may be wrong.

    Lines of the lists of hashes expire when a day ends, UTC; nothing else that is kept does.
    """
    if BY_HASH.isdisjoint(found.code for found in verdict.detections):
        return math.inf
    return ((now - LONGEST_SCAN) // DAY_SECONDS + 1) * DAY_SECONDS


def is_light(verdict: Verdict) -> bool:
    """Return whether a verdict has at most LIGHT detections and as many files in its tree."""
    left = LIGHT
    waiting = [verdict.types] if verdict.types else []
    while waiting and left:
        left -= 1
        waiting += waiting.pop().children
    return not waiting and len(verdict.detections) <= LIGHT


class VerdictCache:
    """The newest `capacity` verdicts, least recently used ones dropped first.

    Only light ones: `capacity` bounds memory as well.  Nothing uncertain is kept: a verdict with
    any gap is judged anew the next time, because what failed may work then.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._verdicts: OrderedDict[CacheKey, tuple[Verdict, float]] = OrderedDict()
        """With each its last moment."""
        self._flights: dict[CacheKey, asyncio.Task[Verdict]] = {}
        self.hits = 0
        """Rulings that needed no scan of their own; whoever uses a verdict counts it."""
        self.misses = 0

    def get(self, key: CacheKey) -> Verdict | None:
        verdict, until = self._verdicts.get(key, (None, math.inf))
        if verdict is None:
            return None
        if until < math.inf and time.time() >= until:
            del self._verdicts[key]
            return None
        self._verdicts.move_to_end(key)
        return verdict

    def put(self, key: CacheKey, verdict: Verdict) -> None:
        if verdict.unscanned or not self._capacity or not is_light(verdict):
            return
        self._verdicts[key] = verdict, good_until(verdict, time.time())
        self._verdicts.move_to_end(key)
        if len(self._verdicts) > self._capacity:
            self._verdicts.popitem(last=False)

    async def fly(
        self, key: CacheKey, scan: Callable[[], Coroutine[None, None, Verdict]]
    ) -> Verdict:
        """Return the verdict of the scan under way for `key`, or of a new one.

        `scan` is called at once, and only for a new one.  The scan belongs to nobody: a client
        that vanishes does not end it for the others.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.ensure_future(scan())
            self.misses += 1
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key))
        else:
            self.hits += 1
        return await asyncio.shield(flight)
