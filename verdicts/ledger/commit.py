"""Group commit: records of all fronts gather while the last group is written."""

import asyncio
import time
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from verdicts.ledger.intake import Outcome
from verdicts.ledger.keeping import Keeper

WAIT_SECONDS = 0.7
"""The longest an allowed record waits for company: it has to be on disk within a second."""
PAUSE_SECONDS = 0.004
"""Between the starts of two groups; else a record that somebody waits for goes at once."""
GROUP_RECORDS = 2000
"""Half the cost of 350 a group: what scatters over an index shares its pages."""
log = structlog.get_logger()


class Sender(Protocol):
    """Where records come from."""

    def settle(self, stored: Sequence[bytes], refused: Sequence[bytes]) -> None:
        """Called in the event loop: these ids are on disk, those never will be."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it came in."""

    id: bytes
    payload: bytes
    sender: Sender


class GroupCommit:
    """Gathers what comes in, has it kept, and tells the senders."""

    def __init__(self, keeper: Keeper, settled: Callable[[], None]) -> None:
        """`settled` is called after each group, when there is room for more."""
        self.queued = 0
        self.queued_bytes = 0
        self._keeper = keeper
        self._settled = settled
        self._waiting: deque[Arrival] = deque()
        self._next_start = 0.0
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._stopping = asyncio.Event()

    def add(self, arrival: Arrival, *, urgent: bool) -> None:
        self._waiting.append(arrival)
        self.queued += 1
        self.queued_bytes += len(arrival.payload)
        self._some.set()
        if urgent or len(self._waiting) >= GROUP_RECORDS:
            self._urgent.set()

    def stop(self) -> None:
        """Let `run` write what waits and return."""
        self._keeper.stop()
        self._stopping.set()
        self._some.set()
        self._urgent.set()

    async def run(self) -> None:
        """Commit groups until stopped and nothing waits; a failure then ends it early."""
        while group := await self._gather():
            outcome = await self._keeper.keep([(one.id, one.payload) for one in group])
            if outcome is None:  # nobody was told: fronts that live send these again
                log.error("ledger.records_not_kept", records=self.queued)
                break
            self._settle(group, outcome)

    async def _gather(self) -> list[Arrival]:
        """Wait for a group; return an empty one at the end."""
        await self._some.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await self._urgent.wait()
        await sleep(self._next_start - time.monotonic())
        self._next_start = time.monotonic() + PAUSE_SECONDS
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_RECORDS))]
        if not self._waiting and not self._stopping.is_set():
            self._some.clear()
            self._urgent.clear()
        return group

    def _settle(self, group: Sequence[Arrival], outcome: Outcome) -> None:
        self.queued -= len(group)
        self.queued_bytes -= sum(len(arrival.payload) for arrival in group)
        self._settled()
        senders: dict[Sender, tuple[list[bytes], list[bytes]]] = {}
        for arrival in group:
            ids = senders.setdefault(arrival.sender, ([], []))
            ids[arrival.id in outcome.refused].append(arrival.id)
        for sender, (stored, refused) in senders.items():
            sender.settle(stored, refused)
