"""Takes orders about rule sets, one at a time, and keeps watch over what is in force."""

import asyncio
import shutil
from dataclasses import asdict
from pathlib import Path

import structlog

from douane.rulesets.lifecycle import Lifecycle, Say, Step
from douane.rulesets.shadow import ShadowPost
from douane.rulesets.turn import Turn
from verdicts.ledger.new_events import NewEvent, ask_add_events
from verdicts.ledger.questions import LedgerAway, LedgerFailed
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.handover import handed_over
from verdicts.rulesets.orders import Order, OrderRefused
from verdicts.rulesets.records import Status, StoredSet
from verdicts.rulesets.store import Store

log = structlog.get_logger()


class RulesDesk:
    """Carries out what `douane rules` and the API order."""

    def __init__(
        self, store: Store, top: Path, lifecycle: Lifecycle, shadow: ShadowPost, ledger: Path
    ) -> None:
        """`top` is the folder of the store, below which orders may put rule sets."""
        self._store = store
        self._top = top
        self._lifecycle = lifecycle
        self._shadow = shadow
        self._ledger = ledger
        self.turn = Turn()
        """Taken by whoever changes, or looks after, what is in force."""
        self.activated = asyncio.Event()
        """Set whenever another set has become active; who waits for it clears it."""

    async def carry_out(self, order: Order, say: Say) -> dict[str, object]:
        """Return what the order came to; raise RulesetError.  Orders may come side by side."""
        step = Step(order.actor, order.note, say)
        if order.action == "state":
            return self._state()
        if order.action == "stage":
            return asdict(await self._stage(order, step))
        async with self.turn.taken(say):
            match order.action:
                case "check":
                    one = await self._lifecycle.check(await self._meant(order, step), step)
                case "unstage":
                    one = await self._unstage(step)
                case "activate":
                    one = await self._activate(await self._meant(order, step), step)
                case "rollback":
                    one = await self._activate(self._former(order), step, rolled_back=True)
        return asdict(one)

    async def activate_folder(self, folder: Path, step: Step) -> None:
        """Take in the folder of the settings and activate it; raises RulesetError."""
        async with self.turn.taken():
            await self._activate(await self._take_in(folder, step, str(folder)), step)

    async def _meant(self, order: Order, step: Step) -> StoredSet:
        if order.ruleset:
            return self._store.find(order.ruleset)
        folder = handed_over(self._top, order.folder)
        try:
            return await self._take_in(folder, step, "handed in")
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _take_in(self, folder: Path, step: Step, origin: str) -> StoredSet:
        return await asyncio.to_thread(
            self._store.take_in, folder, author=step.actor, note=step.why, origin=origin
        )

    def _former(self, order: Order) -> StoredSet:
        if order.ruleset:
            return self._store.find(order.ruleset)
        if (previous := self._store.previous) is None:
            raise OrderRefused("no rule set was active before this one")
        return previous

    async def _stage(self, order: Order, step: Step) -> StoredSet:
        """Check in full, which takes minutes in which others may activate what they need."""
        async with self.turn.taken(step.say):
            one = await self._lifecycle.check(await self._meant(order, step), step)
        if one.status is Status.ACTIVE:
            raise OrderRefused(f"rule set {one.id} is active: there is nothing to try")
        await self._lifecycle.prove(one, step)
        async with self.turn.taken(step.say):
            step.say("starting it in the shadow of the active one …")
            active = self._store.find("active")
            await self._shadow.start(
                self._store.folder(one.id), one.id, self._store.folder(active.id)
            )
            one = await asyncio.to_thread(
                self._store.mark, one.id, Status.STAGED, actor=step.actor, why=step.why
            )
            await self._tell(one, step, "staged")
        return one

    async def _unstage(self, step: Step) -> StoredSet:
        staged = self._store.find("staged")
        await self._shadow.stop()
        one = await asyncio.to_thread(
            self._store.mark, staged.id, Status.CHECKED, actor=step.actor, why=step.why
        )
        await self._tell(one, step, "unstaged")
        return one

    async def _activate(
        self, one: StoredSet, step: Step, *, rolled_back: bool = False
    ) -> StoredSet:
        former, staged = self._store.active, self._store.staged
        try:
            marked = await self._lifecycle.activate(one, step, rolled_back=rolled_back)
        except OrderRefused as error:
            await self._tell(one, step, "refused", reason=str(error))
            raise
        if former is not None and former.id == marked.id:
            return marked
        if staged is not None and staged.id == marked.id:
            await self._shadow.stop()
        await self._tell(
            marked,
            step,
            "rolled back" if rolled_back else "activated",
            former=former.id if former else "",
        )
        self.activated.set()
        await asyncio.to_thread(self._store.prune)
        return marked

    def _state(self) -> dict[str, object]:
        active, staged = self._store.active, self._store.staged
        return {
            "active": active and active.id,
            "staged": staged and staged.id,
            "sets": [asdict(one) for one in self._store.all()],
        }

    async def _tell(self, one: StoredSet, step: Step, action: str, **more: str) -> None:
        """Write it into the log of events; a ledger that is away does not stop a rule set."""
        data: dict[str, object] = {"action": action, "actor": step.actor, "why": step.why, **more}
        event = NewEvent(microseconds(utc_now()), "ruleset", one.id, "", data)
        try:
            await asyncio.to_thread(ask_add_events, self._ledger, [event])
        except (LedgerAway, LedgerFailed, ValueError) as error:
            log.warning("rules.event_lost", action=action, ruleset=one.id, reason=str(error))
