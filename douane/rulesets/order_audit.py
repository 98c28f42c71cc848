"""The one place that writes into the audit what became of an order about rule sets.

Whoever gave it, over REST, by `douane rules`, by saving a file that is watched: the row is written
by who carried it out, and so says what happened.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import structlog

from verdicts.ledger.access.audit_changes import AddAudit, AuditRow, audit_row
from verdicts.ledger.access.keys import COMMAND_LINE
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_change
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.orders import CARRIED_OUT, Order
from verdicts.rulesets.records import RulesetError, StoredSet

WAITING = 1000
"""Rows kept while the ledger is away; the log has those beyond."""
TOLD = ("status", "kept_edits", "dropped_edits")
Done = dict[str, object]
log = structlog.get_logger()


class OrderAudit:
    """Belongs to one event loop."""

    def __init__(self, ledger: Path, active: Callable[[], StoredSet | None]) -> None:
        self._ledger = ledger
        self._active = active
        self._waiting: deque[AuditRow] = deque()
        self._writing = asyncio.Lock()

    async def carried_out(self, order: Order, work: Callable[[], Awaitable[Done]]) -> Done:
        """Return what the work came to, and `audited`: that no row of it waits for the ledger.

        An order that was refused, or failed, has a row as well, and raises what the work raises.
        """
        active: object = self._active_id()
        try:
            done = await work()
        except RulesetError as error:
            await self._write(_row(order, active, ".refused", {"reason": str(error)}))
            raise
        except BaseException as error:  # also when the service stops meanwhile
            after: Done = {"reason": type(error).__name__, "active": self._active_id()}
            await asyncio.shield(self._write(_row(order, active, ".failed", after)))
            raise
        active = done.get("former") or active  # others may have had their turn before this
        if order.action == "activate" and done["id"] == active:  # nothing was changed
            return {**done, "audited": True}
        told: Done = {name: done[name] for name in TOLD if name in done}
        row = _row(order, active, "", {"ruleset": done["id"], **told})
        return {**done, "audited": await self._write(row)}

    async def catch_up(self) -> None:
        """Write what waits for the ledger."""
        if self._waiting:
            await self._flush()

    def _active_id(self) -> str | None:
        active = self._active()
        return active.id if active else None

    async def _write(self, row: AuditRow) -> bool:
        if len(self._waiting) >= WAITING:
            log.error("audit.row_lost", **asdict(self._waiting.popleft()))
        self._waiting.append(row)
        written = await self._flush()
        if not written:
            log.error("audit.row_waits", **asdict(row))
        return written

    async def _flush(self) -> bool:
        """Return whether none waits any more; they are written in order."""
        async with self._writing:
            while self._waiting:
                row = self._waiting[0]
                try:
                    await asyncio.to_thread(ask_change, self._ledger, AddAudit(row))
                except (LedgerAway, LedgerFailed):
                    return False
                if self._waiting and self._waiting[0] is row:
                    self._waiting.popleft()
        return True


def _row(order: Order, active: object, outcome: str, after: Done) -> AuditRow:
    given = order.row or _local_row(order)
    said = json.loads(given.after or "{}")
    about, before = given.about, json.loads(given.before or "null")
    if not about:  # it is about a set, not about an edit
        about, before = str(after.get("ruleset") or order.ruleset), {"active": active}
    return audit_row(
        microseconds(utc_now()),
        given.actor,
        f"{given.action}{outcome}",
        about,
        before=before,
        after={**(said if isinstance(said, dict) else {}), **after},
        credential=given.credential,
        address=given.address,
        request=given.request,
    )


def _local_row(order: Order) -> AuditRow:
    """Return the row of an order without one: somebody on this machine, or the service itself."""
    after: Done = {"note": order.note}
    actor, credential = order.actor, ""
    if order.uid >= 0:
        after["said_to_be"] = order.actor
        actor, credential = COMMAND_LINE, f"uid {order.uid}"
    now, action = microseconds(utc_now()), CARRIED_OUT[order.action]
    return audit_row(now, actor, action, "", after=after, credential=credential)
