"""inspect(): the one call between the door and the bench.

cache -> scan pool and clamd side by side -> conclude -> policy -> ledger

Whatever fails on the way becomes an `Unscanned`; an exception is never a pass.
"""

import asyncio
import math
import os
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from scanners.clamav.engine import Clamav
from scanners.clamav.reports import without_opened
from scanners.model import Level, Reason, Report, Unscanned
from scanners.passwords.hints import masked
from scanners.worker.pool import Child, JobRequest, PoolAnswer, ScanPool
from verdicts.cache import CacheKey, VerdictCache, cache_key
from verdicts.conclude import as_fragment, conclude
from verdicts.model import Action, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.policy import Policy
from verdicts.spool import Spool

log = structlog.get_logger()

MAX_CHILDREN_AT_ONCE = 8
"""Children of one transfer that clamd sees at a time: one file cannot take all its slots."""


Begun = Callable[[], bool]
"""Stop a trickle, and say whether it let bytes pass: a block is then recorded as a cut."""


def not_begun() -> bool:
    """Return False, for a transfer of which nothing leaves before its ruling."""
    return False


class Ledger(Protocol):
    """Where records go: the ledger process, or nowhere for `douane scan`."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None: ...

    def record_now(self, record: VerdictRecord) -> bool:
        """Take a record that need not be durable, if that needs no waiting."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The engines that look at content."""

    pool: ScanPool
    clamav: Clamav
    ruleset: str
    scan_seconds: float


class Inspection:
    """Everything one front needs to judge transfers."""

    def __init__(
        self,
        bench: Bench,
        policy: Policy,
        cache: VerdictCache,
        ledger: Ledger,
        generation: Callable[[], str],
    ) -> None:
        """`generation` returns the ISTag in force: verdicts are kept only as long as it is."""
        self._bench = bench
        self._generation = generation
        self.policy = policy
        self.cache = cache
        self._ledger = ledger
        self._noting: set[asyncio.Future[None]] = set()
        """Records that nobody waits for."""

    async def inspect(
        self, transfer: Transfer, spool: Spool, begun: Begun = not_begun
    ) -> VerdictRecord:
        """Judge a whole body.  The spool stays the caller's and is only read."""
        started = time.monotonic()
        try:
            verdict, cached = await self._find_verdict(transfer, spool, started)
        except Exception:
            log.exception("inspect.crashed", transfer_id=transfer.id)
            verdict, cached = _unscanned_verdict(Unscanned("inspect", Reason.CRASHED)), False
        if transfer.partial:
            verdict = as_fragment(verdict)
        ruling = _settle(self.policy.decide(verdict, transfer, spool.size), begun)
        return await self._keep(_record(transfer, ruling, spool, started, cached=cached))

    def foresee(self, transfer: Transfer, reason: Reason, size: int) -> Action:
        """Return what would be done about a transfer that is not scanned, without recording it."""
        verdict = _unscanned_verdict(Unscanned("front", reason))
        return self.policy.decide(verdict, transfer, size).action

    def recall(self, transfer: Transfer, spool: Spool) -> VerdictRecord | None:
        """Judge a whole body by a remembered verdict, without waiting; None: ask inspect().

        Only what is allowed: a block has to be on disk before the client hears of it.
        """
        if transfer.partial:
            return None
        started = time.monotonic()
        verdict = self.cache.get(cache_key(transfer, spool.sha256, self._generation()))
        if verdict is None:
            return None
        ruling = self.policy.decide(verdict, transfer, spool.size)
        record = _record(transfer, ruling, spool, started, cached=True)
        if ruling.action is not Action.ALLOW or not self._ledger.record_now(record):
            return None
        self.cache.hits += 1
        return record

    async def rule_stream(
        self, transfer: Transfer, spool: Spool, begun: Begun = not_begun
    ) -> VerdictRecord:
        """Judge an endless response by its name, its type and the bytes of it that are there."""
        verdict = Verdict(Level.UNKNOWN)
        if spool.size:
            try:
                verdict = await self._scan(
                    transfer, spool.descriptor(), spool.size, time.monotonic()
                )
            except Exception:
                log.exception("inspect.crashed", transfer_id=transfer.id)
                verdict = _unscanned_verdict(Unscanned("inspect", Reason.CRASHED))
        verdict = _with_gap(verdict, Unscanned("front", Reason.STREAMING))
        ruling = _settle(self.policy.decide(verdict, transfer, math.inf), begun)
        return await self.keep_unread(transfer, ruling, spool.size)

    async def rule_unscanned(
        self, transfer: Transfer, reason: Reason, size: int, begun: Begun = not_begun
    ) -> VerdictRecord:
        """Judge a transfer of which nothing will be scanned."""
        verdict = _unscanned_verdict(Unscanned("front", reason))
        ruling = _settle(self.policy.decide(verdict, transfer, size), begun)
        return await self.keep_unread(transfer, ruling, size)

    def note_torn(self, transfer: Transfer, size: int) -> None:
        """Record a body that will never be whole, and of which a trickle has let bytes pass.

        It is judged as a part of a file: a cut if the policy blocks such a part.
        """
        verdict = _unscanned_verdict(Unscanned("front", Reason.PARTIAL))
        ruling = _settle(self.policy.decide(verdict, transfer, size), lambda: True)
        record = _record_unread(transfer, ruling, size)
        if not self._ledger.record_now(record):
            task = asyncio.ensure_future(self._ledger.record(record, durable=False))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def keep_unread(self, transfer: Transfer, ruling: Ruling, size: int) -> VerdictRecord:
        """Record a ruling that was made without reading the body to its end."""
        return await self._keep(_record_unread(transfer, ruling, size))

    async def _find_verdict(
        self, transfer: Transfer, spool: Spool, started: float
    ) -> tuple[Verdict, bool]:
        if not spool.size:  # nothing to look at; a name alone is no file
            return Verdict(Level.CLEAN, ruleset=self._bench.ruleset), False
        key = cache_key(transfer, spool.sha256, self._generation())
        if (known := self.cache.get(key)) is not None:
            self.cache.hits += 1
            return known, True
        joined = True

        def scan() -> Coroutine[None, None, Verdict]:
            nonlocal joined
            joined = False
            # The flight outlives a client that vanishes, and its spool: it has its own descriptor.
            descriptor = os.dup(spool.descriptor())
            return self._scan_and_remember(key, transfer, descriptor, spool.size, started)

        return await self.cache.fly(key, scan), joined

    async def _scan_and_remember(
        self, key: CacheKey, transfer: Transfer, descriptor: int, size: int, started: float
    ) -> Verdict:
        try:
            verdict = await self._scan(transfer, descriptor, size, started)
        finally:
            os.close(descriptor)
        if self._generation() == key.generation:  # else nobody knows which one was asked
            self.cache.put(key, verdict)
        return verdict

    async def _scan(
        self, transfer: Transfer, descriptor: int, size: int, started: float
    ) -> Verdict:
        bench = self._bench
        deadline = started + bench.scan_seconds
        job = JobRequest(
            size=size,
            name=transfer.file_name,
            declared_type=transfer.declared_type,
            parameters=transfer.parameters,
            codings=transfer.codings,
            other_names=transfer.stated_names,
            other_types=transfer.other_types,
            url_name=transfer.url_name,
            hints=transfer.hints,
        )
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(bench.clamav.scan(descriptor, size, deadline))
            with await bench.pool.scan(descriptor, job, deadline) as answer:
                children = await self._scan_children(answer, deadline)
                whole = without_opened(await asked, answer.examination.unlocked)
                reports = [whole, *children]
        version = bench.clamav.state.version
        return conclude(reports, answer.examination, ruleset=bench.ruleset, clamav=version)

    async def _scan_children(self, answer: PoolAnswer, deadline: float) -> list[Report]:
        """Ask clamd about what the worker decoded and clamd cannot reach by itself.

        On return or failure no question is left that could still use a child's descriptor.
        """
        turn = asyncio.Semaphore(MAX_CHILDREN_AT_ONCE)

        async def ask(child: Child) -> Report:
            size = os.fstat(child.descriptor).st_size
            async with turn:
                said = await self._bench.clamav.scan(child.descriptor, size, deadline, child.path)
            return without_opened(said, child.unlocked)

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(child)) for child in answer.children]
        return [task.result() for task in asked]

    async def _keep(self, record: VerdictRecord) -> VerdictRecord:
        """A block or hold is on disk before the client hears of it."""
        durable = record.ruling.action is not Action.ALLOW
        await self._ledger.record(record, durable=durable)
        return record


def _settle(ruling: Ruling, begun: Begun) -> Ruling:
    if ruling.action is not Action.ALLOW and begun():
        return replace(ruling, action=Action.CUT)
    return ruling


def _record(
    transfer: Transfer, ruling: Ruling, spool: Spool, started: float, *, cached: bool
) -> VerdictRecord:
    scan_ms = round((time.monotonic() - started) * 1000, 3)
    kept = _without_hints(transfer)
    return VerdictRecord(kept, ruling, spool.size, spool.sha256, scan_ms, cached)


def _record_unread(transfer: Transfer, ruling: Ruling, size: int) -> VerdictRecord:
    return VerdictRecord(_without_hints(transfer), ruling, size, "", 0.0, cached=False)


def _without_hints(transfer: Transfer) -> Transfer:
    """Return what may be stored and shown: no password, the URL's own included."""
    if not transfer.hints:
        return transfer
    return replace(transfer, url=masked(transfer.url), hints=())


def _unscanned_verdict(gap: Unscanned) -> Verdict:
    return Verdict(Level.UNKNOWN, unscanned=(gap,))


def _with_gap(verdict: Verdict, gap: Unscanned) -> Verdict:
    return replace(
        verdict,
        level=max(verdict.level, Level.UNKNOWN),
        unscanned=(*verdict.unscanned, gap),
    )
