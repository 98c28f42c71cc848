"""inspect(): the one call between the door and the bench.

cache -> shift: scan pool and clamd side by side -> conclude -> policy -> ledger

Whatever fails on the way becomes an `Unscanned`; an exception is never a pass.
"""

import asyncio
import math
import os
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog

from scanners.model import Level, Reason, Unscanned
from scanners.passwords.hints import masked
from verdicts.cache import CacheKey, VerdictCache, cache_key
from verdicts.conclude import as_fragment
from verdicts.ledger.pending import Unrecorded
from verdicts.model import Action, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.policy import Policy
from verdicts.shift import Shift
from verdicts.spool import Spool
from verdicts.stages import Stage, StageTimes

log = structlog.get_logger()

Begun = Callable[[], bool]
"""Stop a trickle, and say whether it let bytes pass: a block is then recorded as a cut."""


def not_begun() -> bool:
    """Return False, for a transfer of which nothing leaves before its ruling."""
    return False


class Ledger(Protocol):
    """Where records go: the ledger process, or nowhere for `douane scan`."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        """Raise Unrecorded if nothing may pass without a record, and it cannot be kept."""

    def record_now(self, record: VerdictRecord) -> bool:
        """Take a record that need not be durable, if that needs no waiting."""


class Bystander(Protocol):
    """Who looks on, for later or for another rule set, and changes nothing."""

    def see(self, transfer: Transfer, spool: Spool, record: VerdictRecord) -> None:
        """Called once a file was scanned and ruled; neither waits nor raises."""


class Inspection:
    """Everything one front needs to judge transfers."""

    def __init__(
        self, shift: Shift, cache: VerdictCache, ledger: Ledger, generation: Callable[[], str]
    ) -> None:
        """`generation` returns what is in force: verdicts count only as long as it is the same."""
        self.stages = StageTimes()
        self._shift = shift
        shift.stages = self.stages
        self._generation = generation
        self.cache = cache
        self._ledger = ledger
        self._noting: set[asyncio.Future[None]] = set()
        """Records that nobody waits for."""
        self.bystanders: list[Bystander] = []

    @property
    def policy(self) -> Policy:
        """Of the shift on duty."""
        return self._shift.policy

    def take_over(self, shift: Shift) -> Shift:
        """Put a shift on duty, from the next transfer on; return the one that may go home."""
        shift.stages = self.stages
        former, self._shift = self._shift, shift
        return former

    async def inspect(
        self,
        transfer: Transfer,
        spool: Spool,
        begun: Begun = not_begun,
        *,
        recorded: bool = True,
    ) -> VerdictRecord:
        """Judge a whole body.  The spool stays the caller's and is only read.

        Not `recorded`: nobody transfers it, somebody only wants to know.
        """
        started = time.monotonic()
        with self._shift.at_work() as shift:
            try:
                verdict, cached = await self._find_verdict(shift, transfer, spool, started)
            except Exception:
                log.exception("inspect.crashed", transfer_id=transfer.id)
                gap = Unscanned("inspect", Reason.CRASHED)
                verdict, cached = _unscanned_verdict(shift, gap), False
            if transfer.partial:
                verdict = as_fragment(verdict)
            with self.stages.measure(Stage.POLICY):
                ruling = _settle(shift.policy.decide(verdict, transfer, spool.size), begun)
            record = _record(transfer, ruling, spool, started, cached=cached)
            if not recorded:
                return record
            if not cached and spool.size:
                for bystander in self.bystanders:
                    bystander.see(transfer, spool, record)
            return await self._keep(record)

    def foresee(self, transfer: Transfer, reason: Reason, size: int) -> Action:
        """Return what would be done about a transfer that is not scanned, without recording it."""
        verdict = _unscanned_verdict(self._shift, Unscanned("front", reason))
        return self.policy.decide(verdict, transfer, size).action

    def recall(self, transfer: Transfer, spool: Spool) -> VerdictRecord | None:
        """Judge a whole body by a remembered verdict, without waiting; None: ask inspect().

        Only what is allowed: a block has to be on disk before the client hears of it.
        """
        if transfer.partial:
            return None
        started = time.monotonic()
        verdict = self.cache.get(cache_key(transfer, spool.sha256, self._epoch(self._shift)))
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
        with self._shift.at_work() as shift:
            verdict = Verdict(Level.UNKNOWN, ruleset=shift.ruleset)
            if spool.size:
                try:
                    descriptor, now = spool.descriptor(), time.monotonic()
                    verdict = await shift.scan(transfer, descriptor, spool.size, now)
                except Exception:
                    log.exception("inspect.crashed", transfer_id=transfer.id)
                    verdict = _unscanned_verdict(shift, Unscanned("inspect", Reason.CRASHED))
            verdict = _with_gap(verdict, Unscanned("front", Reason.STREAMING))
            ruling = _settle(shift.policy.decide(verdict, transfer, math.inf), begun)
        return await self.keep_unread(transfer, ruling, spool.size)

    async def rule_unscanned(
        self, transfer: Transfer, reason: Reason, size: int, begun: Begun = not_begun
    ) -> VerdictRecord:
        """Judge a transfer of which nothing will be scanned."""
        verdict = _unscanned_verdict(self._shift, Unscanned("front", reason))
        ruling = _settle(self.policy.decide(verdict, transfer, size), begun)
        return await self.keep_unread(transfer, ruling, size)

    def note_torn(self, transfer: Transfer, size: int) -> None:
        """Record a body that will never be whole, and of which a trickle has let bytes pass.

        It is judged as a part of a file: a cut if the policy blocks such a part.
        """
        verdict = _unscanned_verdict(self._shift, Unscanned("front", Reason.PARTIAL))
        ruling = _settle(self.policy.decide(verdict, transfer, size), lambda: True)
        record = _record_unread(transfer, ruling, size)
        if not self._ledger.record_now(record):
            task = asyncio.ensure_future(self._note(record))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _note(self, record: VerdictRecord) -> None:
        with suppress(Unrecorded):  # there is no answer any more that could be refused
            await self._ledger.record(record, durable=False)

    async def keep_unread(self, transfer: Transfer, ruling: Ruling, size: int) -> VerdictRecord:
        """Record a ruling that was made without reading the body to its end."""
        if not ruling.verdict.ruleset:  # an early one, by the policy alone
            verdict = replace(ruling.verdict, ruleset=self._shift.ruleset)
            ruling = replace(ruling, verdict=verdict)
        return await self._keep(_record_unread(transfer, ruling, size))

    async def _find_verdict(
        self, shift: Shift, transfer: Transfer, spool: Spool, started: float
    ) -> tuple[Verdict, bool]:
        if not spool.size:  # nothing to look at; a name alone is no file
            return Verdict(Level.CLEAN, ruleset=shift.ruleset), False
        key = cache_key(transfer, spool.sha256, self._epoch(shift))
        if (known := self.cache.get(key)) is not None:
            self.cache.hits += 1
            return known, True
        joined = True

        def scan() -> Coroutine[None, None, Verdict]:
            nonlocal joined
            joined = False
            # The flight outlives a client that vanishes, and its spool: it has its own descriptor.
            descriptor = os.dup(spool.descriptor())
            scanning = partial(shift.scan, transfer, descriptor, spool.size, started, spool.sha256)
            return self._remember(shift, key, descriptor, scanning)

        return await self.cache.fly(key, scan), joined

    async def _remember(
        self,
        shift: Shift,
        key: CacheKey,
        descriptor: int,
        scan: Callable[[], Coroutine[None, None, Verdict]],
    ) -> Verdict:
        try:
            with shift.at_work():
                verdict = await scan()
        finally:
            os.close(descriptor)
        if self._epoch(shift) == key.generation:  # else nobody knows which one was asked
            self.cache.put(key, verdict)
        return verdict

    def _epoch(self, shift: Shift) -> str:
        """Return what has to be the same for a verdict to count again.

        The generation changes when the last front has changed shifts, and ours may have by then.
        """
        return f"{self._generation()} {shift.ruleset}"

    async def _keep(self, record: VerdictRecord) -> VerdictRecord:
        """A block or hold is on disk before the client hears of it."""
        durable = record.ruling.action is not Action.ALLOW
        with self.stages.measure(Stage.LOG):
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


def _unscanned_verdict(shift: Shift, gap: Unscanned) -> Verdict:
    return Verdict(Level.UNKNOWN, unscanned=(gap,), ruleset=shift.ruleset)


def _with_gap(verdict: Verdict, gap: Unscanned) -> Verdict:
    return replace(
        verdict,
        level=max(verdict.level, Level.UNKNOWN),
        unscanned=(*verdict.unscanned, gap),
    )
