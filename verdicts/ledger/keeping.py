"""Where records are safe: the database, and the journal while the database is away.

The order is kept: as long as anything waits in the journal, what comes is put behind it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from verdicts.ledger.intake import Arriving, Outcome, readable, store
from verdicts.ledger.journal import Batch, Journal, Kept
from verdicts.ledger.settings import EventSettings
from verdicts.ledger.store import Writer
from verdicts.ledger.trouble import Trouble

RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0)
PATIENCE_SECONDS = 3.0
"""A commit that takes longer is not waited for, if there is a journal: answers depend on it, and
a record that is in both places is dropped by its id."""
BATCH_RECORDS = 2000
T = TypeVar("T")
log = structlog.get_logger()


class Keeper:
    """Owns the writer, the journal, and one thread for each.  Nothing is given up."""

    def __init__(
        self,
        url: str,
        events: EventSettings,
        stored: Callable[[Outcome], None],
        journal: Journal | None = None,
        arriving: Arriving | None = None,
    ) -> None:
        """`stored` is told of what went into the database, whenever that was."""
        self.writable = False
        """Records go into the database at once."""
        self.failures = 0
        self.journal = journal
        self._url = url
        self._events = events
        self._stored = stored
        self._arriving = arriving
        self._database = ThreadPoolExecutor(1, "ledger-writer")
        self._disk = ThreadPoolExecutor(1, "ledger-journal")
        self._writer: Writer | None = None
        self._turn = asyncio.Lock()
        """Who appends to the journal, or finds it empty."""
        self._held = False
        """A group waits: whether the database is well, its commit tells."""
        self._away = Trouble("ledger.database_away")
        self._unkept = Trouble("ledger.journal_failed")
        self._mending: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def keeping(self) -> bool:
        """Whether records are durable soon after they came, wherever that is."""
        return self.writable or (self._has_journal and not self._unkept.lasts)

    @property
    def journal_fault(self) -> str:
        """What is wrong with the journal, as far as is known: it is used in need only."""
        if self.journal is None:
            return ""
        if self._unkept.lasts:
            return f"Nothing more goes into it: {self._unkept.reason}."
        if self.journal.lost_bytes:
            return f"{self.journal.lost_bytes} bytes of it were damaged on disk, and are lost."
        if self.journal.is_open and not (self.journal.reserved or self.journal.records):
            return "The disk has no room to reserve for it."
        return ""

    async def open(self) -> None:
        """Return once records can be kept, however long that takes, or when stopping."""
        await self._take_journal()
        if not await self._mended():
            self._begin_mending()
        while not (self.keeping or self._stopping.is_set()):
            await self._rest(RETRY_SECONDS[0])

    async def keep(self, records: Sequence[Kept]) -> Outcome | None:
        """Keep them, durable on return; None if that is not possible before the stop."""
        self._held = True
        try:
            for pause in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
                outcome = await self._keep(records)
                if outcome is not None or self._stopping.is_set():
                    return outcome
                await self._rest(pause)
        finally:
            self._held = False
        return None

    async def use(self, call: Callable[[Connection], T]) -> T:
        """Call it with the writer's connection; raise what it raises."""
        try:
            return await self._in(self._database, lambda: call(self._opened().connection()))
        except ValueError:  # not the database's: the caller's data
            raise
        except Exception:
            await self._in(self._database, self._close)  # the next one gets a new connection
            raise

    def stop(self) -> None:
        """Let `keep` give up what can be kept nowhere."""
        self._stopping.set()

    async def close(self) -> None:
        """Let go of everything; what waits in the journal is for the next ledger."""
        self._stopping.set()
        if self._mending is not None:
            await self._mending
        await self._in(self._database, self._close)
        if self.journal is not None:
            if self.journal.records:
                log.warning("ledger.journal_left", records=self.journal.records)
            await self._in(self._disk, self.journal.close)
        self._database.shutdown()
        self._disk.shutdown()

    @property
    def _has_journal(self) -> bool:
        """Whether one is at hand that takes more."""
        return self.journal is not None and self.journal.is_open and self.journal.most_bytes > 0

    async def _keep(self, records: Sequence[Kept]) -> Outcome | None:
        if self.writable:
            outcome = await self._attempt(records, PATIENCE_SECONDS if self._has_journal else None)
            if outcome is not None:
                return outcome
        async with self._turn:
            if self.writable:  # mended while we waited for our turn: the order is kept there
                return None
            self._begin_mending()
            if self.journal is None or not self._has_journal:
                return None
            try:
                refused = await self._in(self._disk, partial(_append, self.journal, records))
            except OSError as error:
                self._unkept.say(error, records=self.journal.records, bytes=self.journal.size)
                return None
        self._unkept.end()
        outcome = Outcome((), refused)
        self._stored(outcome)
        return outcome

    def _begin_mending(self) -> None:
        if self._mending is None or self._mending.done():
            self._mending = asyncio.create_task(self._mend_all())

    async def _mend_all(self) -> None:
        for pause in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
            await self._rest(pause)
            if self._stopping.is_set() or await self._mended():
                return

    async def _mended(self) -> bool:
        try:
            return await self._mend()
        except Exception as error:  # the journal's disk; whatever it is, it is tried again
            self._unkept.say(error)
            return False

    async def _mend(self) -> bool:
        """Store what waits in the journal; return whether all is well now."""
        if self.journal is not None and not self.journal.is_open:
            await self._take_journal()
        try:
            await self._in(self._database, lambda: self._opened().connection())
        except Exception as error:
            await self._fail(error)
            return False
        while not self._stopping.is_set():
            if (batch := await self._oldest()) is not None:
                if await self._attempt(batch.records) is None:
                    return False
                await self._forget(batch)
                continue
            async with self._turn:
                if await self._oldest() is not None:
                    continue
                if self.journal is not None and self.journal.is_open:
                    if self.journal.size or self._unkept.lasts:
                        await self._in(self._disk, self.journal.clear)
                    self._unkept.end()
                self.writable = True
                if not self._held:
                    self._away.end()
                return self.journal is None or self.journal.is_open
        return False

    async def _attempt(
        self, records: Sequence[Kept], patience: float | None = None
    ) -> Outcome | None:
        """Store them in the database; None if it fails, or takes too long: then it goes on."""
        storing = asyncio.ensure_future(self._in(self._database, partial(self._store, records)))
        done, _ = await asyncio.wait({storing}, timeout=patience)
        if not done:
            storing.add_done_callback(self._late)
            await self._fail(TimeoutError(f"no commit within {patience:g} s"))
            return None
        if (error := storing.exception()) is not None:
            await self._fail(error)
            return None
        outcome = storing.result()
        self._away.end(journal_records=self.journal.records if self.journal else 0)
        self._stored(outcome)
        return outcome

    def _late(self, storing: asyncio.Future[Outcome]) -> None:
        """Its records are in the journal as well, and are dropped from there."""
        if not storing.cancelled() and storing.exception() is None:
            self._stored(storing.result())

    async def _fail(self, error: BaseException) -> None:
        self.writable = False
        self.failures += 1
        self._away.say(error, journal_records=self.journal.records if self.journal else 0)
        if not isinstance(error, TimeoutError):  # else the thread still waits for the server
            await self._in(self._database, self._close)

    async def _take_journal(self) -> None:
        if self.journal is None:
            return
        try:
            await self._in(self._disk, self.journal.open)
        except OSError as error:
            self._unkept.say(error)
        else:
            self._unkept.end()
            self.writable = self.writable and not self.journal.records

    async def _oldest(self) -> Batch | None:
        """Return what waits longest; None if nothing does, or nothing of it can be read."""
        if self.journal is None or not self.journal.is_open:
            return None
        batch = await self._in(self._disk, partial(self.journal.oldest, BATCH_RECORDS))
        return batch if batch.records else None

    async def _forget(self, batch: Batch) -> None:
        if self.journal is not None:
            await self._in(self._disk, partial(self.journal.forget, batch))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _in(self, thread: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, call)

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = Writer(self._url, self._events)
        return self._writer

    def _store(self, records: Sequence[Kept]) -> Outcome:
        return store(self._opened(), records, self._arriving)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _append(journal: Journal, records: Sequence[Kept]) -> frozenset[bytes]:
    """Put the records into the journal but for those that are none; return their ids."""
    _, refused = readable(records)
    kept = [record for record in records if record[0] not in refused]
    if kept:
        journal.append(kept)
    return frozenset(refused)
