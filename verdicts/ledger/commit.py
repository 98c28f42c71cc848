"""Group commit: records of all fronts gather while the last group is written."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from verdicts.ledger.audit_changes import AddAudit
from verdicts.ledger.audit_trail import AuditTrail
from verdicts.ledger.changes import apply
from verdicts.ledger.entry import BadRecord, Entry, decode
from verdicts.ledger.questions import Audited, Change
from verdicts.ledger.settings import DEFAULT_EVENTS, EventSettings
from verdicts.ledger.store import Writer

WAIT_SECONDS = 0.7
"""The longest an allowed record waits for company: it has to be on disk within a second."""
PAUSE_SECONDS = 0.004
"""Between the starts of two groups; else a record that somebody waits for goes at once."""
GROUP_RECORDS = 2000
"""Half the cost of 350 a group: what scatters over an index shares its pages."""
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
BAD_DATA = (DataError, IntegrityError, OverflowError, UnicodeError)
"""What a database raises for one bad row; everything else is the database's own trouble."""
T = TypeVar("T")
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


@dataclass(frozen=True, slots=True)
class Outcome:
    new: Sequence[Entry]
    refused: frozenset[bytes]


class GroupCommit:
    """Owns the writer and the one thread it runs in.  Nothing is given up: it is tried again."""

    def __init__(
        self,
        url: str,
        committed: Callable[[Outcome], None],
        events: EventSettings = DEFAULT_EVENTS,
    ) -> None:
        self.writable = False
        """The last attempt succeeded."""
        self.failures = 0
        self.queued = 0
        self.queued_bytes = 0
        self._url = url
        self._committed = committed
        self._events = events
        self._thread = ThreadPoolExecutor(1, "ledger-writer")
        self._writer: Writer | None = None
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
        self._stopping.set()
        self._some.set()
        self._urgent.set()

    async def open(self) -> None:
        """Open the database, however long that takes; return at once when stopping."""
        await self._persist(self._opened)

    async def run(self) -> None:
        """Commit groups until stopped and nothing waits; a failure then ends it early."""
        while group := await self._gather():
            outcome = await self._persist(lambda group=group: self._store(group))  # type: ignore[misc]
            if outcome is None:
                break  # nobody was told: the fronts send these again to the next ledger
            self._settle(group, outcome)
        await self.in_thread(self._close)
        self._thread.shutdown()

    async def change(self, change: Change | AddAudit | Audited, trail: AuditTrail) -> bool:
        """Return whether something changed; raise what the database raises."""
        return await self.in_thread(lambda: apply(self._opened().connection(), change, trail))

    async def in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def _gather(self) -> list[Arrival]:
        """Wait for a group; return an empty one at the end."""
        await self._some.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await self._urgent.wait()
        await asyncio.sleep(self._next_start - time.monotonic())
        self._next_start = time.monotonic() + PAUSE_SECONDS
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_RECORDS))]
        if not self._waiting and not self._stopping.is_set():
            self._some.clear()
            self._urgent.clear()
        return group

    async def _persist(self, call: Callable[[], T]) -> T | None:
        """Try until it succeeds, with growing pauses; None if it cannot before the stop."""
        for pause in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
            try:
                done = await self.in_thread(call)
            except Exception:
                self.writable = False
                self.failures += 1
                log.exception("ledger.database_failed", queued=self.queued)
                await self.in_thread(self._close)
            else:
                self.writable = True
                return done
            if self._stopping.is_set():
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
        return None

    def _settle(self, group: Sequence[Arrival], outcome: Outcome) -> None:
        self.queued -= len(group)
        self.queued_bytes -= sum(len(arrival.payload) for arrival in group)
        self._committed(outcome)
        senders: dict[Sender, tuple[list[bytes], list[bytes]]] = {}
        for arrival in group:
            ids = senders.setdefault(arrival.sender, ([], []))
            ids[arrival.id in outcome.refused].append(arrival.id)
        for sender, (stored, refused) in senders.items():
            sender.settle(stored, refused)

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(self._url, self._events)
        return self._writer

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _store(self, group: Sequence[Arrival]) -> Outcome:
        """Runs in the thread."""
        entries: list[Entry] = []
        refused: set[bytes] = set()
        for arrival in group:
            try:
                entries.append(decode(arrival.id, arrival.payload))
            except BadRecord as error:
                refused.add(arrival.id)
                transfer = arrival.id.hex()
                log.exception("ledger.record_refused", transfer=transfer, reason=str(error))
        new = self._write(entries, refused)
        return Outcome(new, frozenset(refused))

    def _write(self, entries: Sequence[Entry], refused: set[bytes]) -> list[Entry]:
        """Write all; if the database finds fault with one of them, write the others."""
        writer = self._opened()
        try:
            return writer.write(entries)
        except BAD_DATA:
            if len(entries) == 1:
                refused.add(entries[0].verdict.id)
                log.exception("ledger.record_refused", record=repr(entries[0]))
                return []
        return [new for entry in entries for new in self._write([entry], refused)]
