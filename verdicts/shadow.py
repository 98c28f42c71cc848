"""The staged rule set: it judges copies of what the active one has judged, and decides nothing.

It sees only what was scanned, not what was remembered, and is skipped when it cannot keep up.
"""

import asyncio
import os
import time
from dataclasses import replace

import structlog

from scanners.clamav.engine import EngineState
from scanners.clamav.signatures import is_ours
from scanners.model import DetectionLevel, Reason, Report
from verdicts.conclude import as_fragment
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.model import Action, Ruling, Transfer, VerdictRecord, utc_now
from verdicts.record import microseconds
from verdicts.shadow_status import ShadowStatus
from verdicts.shift import Antivirus, Shift
from verdicts.spool import Spool

log = structlog.get_logger()

AT_ONCE = 4
"""Copies that it works on: each holds the memory of a body."""
LISTED = 500
"""Differences kept until somebody fetches them."""
NAMES = 20
TEXT = 256
ITS_OWN_TROUBLE = {Reason.ENGINE_DOWN, Reason.TIMED_OUT, Reason.CRASHED}
"""Gaps that say nothing about the rule set: it has one worker and what time is left."""


class Shadow:
    """A bystander of the inspection.  Belongs to one event loop."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self._status = ShadowStatus(shift.ruleset)
        self._events: list[NewEvent] = []
        self._running: set[asyncio.Task[None]] = set()

    @property
    def status(self) -> ShadowStatus:
        return self._status

    def fetch(self) -> list[NewEvent]:
        """Return the differences since the last call."""
        events, self._events = self._events, []
        return events

    def see(self, transfer: Transfer, spool: Spool, record: VerdictRecord) -> None:
        """Take a copy, if there is time for it."""
        if len(self._running) >= AT_ONCE:
            self._count(skipped=1)
            return
        try:
            descriptor = os.dup(spool.descriptor())
        except OSError:
            self._count(skipped=1)
            return
        task = asyncio.create_task(self._compare(transfer, descriptor, spool.size, record))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End what runs; the shift goes home."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.shift.go_home()

    async def _compare(
        self, transfer: Transfer, descriptor: int, size: int, record: VerdictRecord
    ) -> None:
        try:
            with self.shift.at_work() as shift:
                verdict = await shift.scan(
                    transfer, descriptor, size, time.monotonic(), sha256=record.sha256
                )
        except Exception:
            log.exception("shadow.crashed", ruleset=self.shift.ruleset)
            self._count(failed=1)
            return
        finally:
            os.close(descriptor)
        if any(gap.reason in ITS_OWN_TROUBLE for gap in verdict.unscanned):
            self._count(failed=1)
            return
        if transfer.partial:
            verdict = as_fragment(verdict)
        self._note(record, shift.policy.decide(verdict, transfer, size))

    def _note(self, record: VerdictRecord, ruling: Ruling) -> None:
        stops, would_stop = _stops(record.ruling), _stops(ruling)
        self._count(
            compared=1, would_block=would_stop and not stops, would_pass=stops and not would_stop
        )
        if stops == would_stop:
            return
        if len(self._events) >= LISTED:
            self._count(unlisted=1)
            return
        self._events.append(_event(record, ruling))

    def _count(self, **more: int) -> None:
        now = {name: getattr(self._status, name) + number for name, number in more.items()}
        self._status = replace(self._status, **now)


class BothClamavs:
    """The clamd of the service, and beside it one that has only the staged set's signatures.

    Of what the first finds by rules of ours nothing counts.  It names one signature a file, so one
    of ours may hide one of the official database: such a file counts as passed here.
    """

    def __init__(self, live: Antivirus, staged: Antivirus | None) -> None:
        """`staged` is None if the staged set has no signatures at all."""
        self._live = live
        self._staged = staged

    @property
    def state(self) -> EngineState:
        return self._live.state

    async def scan(
        self, descriptor: int, size: int, deadline: float, path: tuple[str, ...] = ()
    ) -> Report:
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(engine.scan(descriptor, size, deadline, path))
                for engine in (self._live, self._staged)
                if engine is not None
            ]
        first, *second = (task.result() for task in asked)
        others = (found for found in first.detections if not is_ours(found.name))
        detections = dict.fromkeys((*others, *(d for one in second for d in one.detections)))
        gaps = dict.fromkeys((*first.unscanned, *(gap for one in second for gap in one.unscanned)))
        return replace(first, detections=tuple(detections), unscanned=tuple(gaps))


def _stops(ruling: Ruling) -> bool:
    """Return whether the policy wants it stopped, even if it only observes."""
    return ruling.wanted is not Action.ALLOW


def _event(record: VerdictRecord, ruling: Ruling) -> NewEvent:
    known = {found.name for found in record.ruling.verdict.detections}
    found = ruling.verdict.detections
    names = [one.name for one in found if one.level is not DetectionLevel.INFO]
    data: dict[str, object] = {
        "action": record.ruling.wanted.value,
        "would": ruling.wanted.value,
        "clause": ruling.clause[:TEXT],
        "names": [name[:TEXT] for name in dict.fromkeys(names) if name not in known][:NAMES],
        "unscanned": sorted({gap.reason.value for gap in ruling.verdict.unscanned}),
        "file_name": record.transfer.file_name[:TEXT],
        "channel": record.transfer.channel[:TEXT],
        "sha256": record.sha256,
    }
    now, ruleset = microseconds(utc_now()), ruling.verdict.ruleset
    return NewEvent(now, "shadow", ruleset, record.transfer.id, data)
