"""What the connections of the ledger share: the group commit, the metrics, the last statuses."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from verdicts.ledger.access.audit_changes import AddAudit
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.age.erasure_changes import EraseVerdicts
from verdicts.ledger.changes import apply
from verdicts.ledger.commit import GroupCommit
from verdicts.ledger.counters import Counters
from verdicts.ledger.event_log.deliveries import Delivery, read_deliveries
from verdicts.ledger.event_log.sink_changes import MoveSink, OpenSink
from verdicts.ledger.frames import BadFrame
from verdicts.ledger.intake import Arriving, Outcome
from verdicts.ledger.journal import Journal
from verdicts.ledger.keeping import Keeper
from verdicts.ledger.metrics import exposition
from verdicts.ledger.questions import (
    Answer,
    AskMetrics,
    AskState,
    Audited,
    Change,
    Done,
    MetricsText,
    Question,
)
from verdicts.ledger.settings import DEFAULT_EVENTS, EventSettings
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

FRONTS = 256
DELIVERIES_SECONDS = 1.0
LINGER_STEP_SECONDS = 0.02
STORED_SECONDS = 0.1
"""Between two looks at what waits in the journal."""
log = structlog.get_logger()


class Peer(Protocol):
    """A connection, as far as the desk needs it."""

    def resume(self) -> None:
        """Read on, if there is room for records."""

    def close(self) -> None:
        """Say what is still to be said, then close."""


class Desk:
    """What the connections share."""

    def __init__(
        self,
        database_url: str,
        trail: AuditTrail,
        events: EventSettings = DEFAULT_EVENTS,
        journal: Journal | None = None,
        arriving: Arriving | None = None,
    ) -> None:
        self.keeper = Keeper(database_url, events, self._count, journal, arriving)
        self.commit = GroupCommit(self.keeper, self.read_all)
        self.connections: set[Peer] = set()
        self._trail = trail
        self._counters = Counters()
        self._fronts: dict[int, tuple[FrontStatus, float]] = {}
        self._sinks: set[str] = set()
        """Those at work: somebody spoke of them since we started."""

    async def write(self, ready: Callable[[], None]) -> None:
        """Return after the stop, once what has come is safe.

        `ready` is called when records can be kept: in the database or in the journal.
        """
        await self.keeper.open()
        if self.keeper.keeping:
            ready()
        await self.commit.run()
        await self.keeper.close()

    def read_all(self) -> None:
        """Read every connection now that may be read."""
        for connection in self.connections:
            connection.resume()

    async def linger(self, seconds: float) -> None:
        """Wait until all connections are closed, but no longer than that.

        When the supervisor was killed, all its children are told to stop at the same moment; what
        the fronts still answer has to be recorded.
        """
        deadline = time.monotonic() + seconds
        while self.connections and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(LINGER_STEP_SECONDS)

    async def read_out(self) -> None:
        """Return when nothing more lies in the sockets."""
        self.read_all()
        queued = -1
        while queued != self.commit.queued:
            queued = self.commit.queued
            await asyncio.sleep(0)  # the event loop reads once

    def close(self) -> None:
        for connection in tuple(self.connections):
            connection.close()

    def report(self, status: FrontStatus) -> None:
        if not 0 <= status.front < FRONTS:
            raise BadFrame("no such front")
        self._fronts[status.front] = (status, time.monotonic())

    async def answer(self, question: Question) -> Answer:
        match question:
            case AskMetrics():
                deliveries = await self._deliveries()
                return MetricsText(exposition(self._counters, self.state(), deliveries))
            case AskState():
                return self.state()
            case change:
                if isinstance(change, OpenSink | MoveSink):
                    self._sinks.add(change.name)
                return Done(await self.change(change))

    async def change(self, change: Change | AddAudit | Audited) -> bool:
        """Return whether something changed; raise what the database raises."""
        changed = await self.keeper.use(lambda connection: apply(connection, change, self._trail))
        journal = self.keeper.journal
        if isinstance(change, EraseVerdicts) and journal and journal.records:
            await asyncio.sleep(STORED_SECONDS)
            return True  # some of those may be the user's: whoever asks is to ask again
        return changed

    async def _deliveries(self) -> tuple[Delivery, ...]:
        """Return nothing while the database does not answer at once: the rest must be seen then."""
        if not (self._sinks and self.keeper.writable):
            return ()
        try:
            async with asyncio.timeout(DELIVERIES_SECONDS):
                return await self.keeper.use(lambda one: read_deliveries(one, self._sinks))
        except Exception as error:
            log.warning("metrics.deliveries_unknown", reason=type(error).__name__)
            return ()

    def state(self) -> LedgerState:
        now = time.monotonic()
        fronts = [SeenFront(status, now - at) for _, (status, at) in sorted(self._fronts.items())]
        keeper, journal = self.keeper, self.keeper.journal
        return LedgerState(
            keeper.writable,
            keeper.failures,
            self.commit.queued,
            tuple(fronts),
            keeping=keeper.keeping,
            journal_records=journal.records if journal else 0,
            journal_bytes=journal.size if journal else 0,
            journal_most_bytes=journal.most_bytes if journal else 0,
            journal_fault=keeper.journal_fault,
            journal_lost_bytes=journal.lost_bytes if journal else 0,
            lost=sum(seen.status.records_lost for seen in fronts),
        )

    def _count(self, outcome: Outcome) -> None:
        self._counters.count(outcome.new, len(outcome.refused))
