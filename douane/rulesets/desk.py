"""Takes orders about rule sets, one at a time, and keeps watch over what is in force."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import structlog

from douane.rulesets.kept_edits import KeptEdits, Outcome, as_it_is
from douane.rulesets.lifecycle import Lifecycle, Say, Step
from douane.rulesets.shadow import ShadowPost
from douane.rulesets.turn import Turn
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.questions import LedgerAway, LedgerFailed
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.handover import handed_over
from verdicts.rulesets.orders import Order, OrderRefused
from verdicts.rulesets.records import RulesetError, Status, StoredSet
from verdicts.rulesets.store import Store

Keep = Callable[[StoredSet, Step], Awaitable[Outcome]]
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
        self._edits = KeptEdits(store, top, lifecycle)
        self.turn = Turn()
        """Taken by whoever changes, or looks after, what is in force."""
        self.activated = asyncio.Event()
        """Set whenever another set has become active; who waits for it clears it."""
        self._changes = 0
        self._settling: set[asyncio.Task[None]] = set()

    async def carry_out(self, order: Order, say: Say) -> dict[str, object]:
        """Return what the order came to; raise RulesetError.  Orders may come side by side."""
        step = Step(order.actor, order.note, say)
        if order.action == "state":
            return self._state()
        if order.action == "stage":
            return (await self._stage(order, step)).told()
        async with self.turn.taken(say):
            match order.action:
                case "check":
                    one = await self._lifecycle.check(await self._meant(order, step), step)
                    outcome = Outcome(one)
                case "unstage":
                    outcome = Outcome(await self._unstage(step))
                case "activate":
                    outcome = await self._ordered(order, step)
                case "rollback":
                    former, lost = self._former(order), self._edits.lost
                    outcome = await self._activate(former, step, lost, rolled_back=True)
        return outcome.told()

    async def activate_folder(self, folder: Path, step: Step) -> dict[str, object]:
        """Take in the folder of the settings and activate it; raises RulesetError."""
        async with self.turn.taken():
            one = await self._take_in(folder, step, str(folder))
            one = await asyncio.to_thread(self._store.rebase, one.id, "")
            return (await self._activate(one, step, self._edits.keep)).told()

    async def started_with(self, one: StoredSet, step: Step) -> None:
        """Tell that the service has started with another set than it ended with."""
        await self._tell(one, step, "activated")
        self.activated.set()

    async def close(self) -> None:
        """Let nobody begin any more, and wait for no former set."""
        self.turn.close()
        for task in tuple(self._settling):
            task.cancel()
        await asyncio.gather(*self._settling, return_exceptions=True)

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
        if not order.ruleset and self._store.previous is None:
            raise OrderRefused("no rule set was active before this one")
        return self._store.former(order.ruleset)  # refused before anything is loaded

    async def _stage(self, order: Order, step: Step) -> Outcome:
        """Check in full, which takes minutes in which others may activate what they need."""
        async with self.turn.taken(step.say):
            meant = await self._meant(order, step)
            outcome = await self._edits.keep(meant, step, drop=order.drop_edits)
        one = outcome.one
        if one.status is Status.ACTIVE:
            raise OrderRefused(f"rule set {one.id} is active: there is nothing to try")
        await self._lifecycle.prove(one, step)
        async with self.turn.taken(step.say):
            one = self._store.find(one.id)
            if one.status is Status.ACTIVE:
                raise OrderRefused(f"rule set {one.id} was activated meanwhile")
            step.say("starting it in the shadow of the active one …")
            try:
                await self._sit(one)
                one = await asyncio.to_thread(
                    self._store.mark, one.id, Status.STAGED, actor=step.actor, why=step.why
                )
            except (RulesetError, OSError):
                await self.follow_staged()
                raise
            await self._tell(one, step, "staged")
        return replace(outcome, one=one)

    async def follow_staged(self) -> None:
        """Have the set that is staged, or none, sit in the shadow; what fails is logged."""
        try:
            if staged := self._store.staged:
                await self._sit(staged)
            else:
                await self._shadow.stop()
        except (RulesetError, OSError) as error:
            log.warning("rules.shadow_empty", reason=str(error))

    async def _sit(self, one: StoredSet) -> None:
        active = self._store.find("active")
        await self._shadow.start(self._store.folder(one.id), one.id, self._store.folder(active.id))

    async def _unstage(self, step: Step) -> StoredSet:
        staged = self._store.find("staged")
        await self._shadow.stop()
        one = await asyncio.to_thread(
            self._store.mark, staged.id, Status.CHECKED, actor=step.actor, why=step.why
        )
        await self._tell(one, step, "unstaged")
        return one

    async def _ordered(self, order: Order, step: Step) -> Outcome:
        """Activate what an order means; an edit of the active set, or another set."""
        active, base = self._store.active, ""
        keep: Keep = partial(self._edits.keep, drop=order.drop_edits)
        if order.edited:
            if active is None or active.id != order.edited:
                raise OrderRefused("another rule set has become active meanwhile; try again")
            base, keep = active.base or active.id, as_it_is
        one = await self._meant(order, step)
        if order.folder:  # who hands in what was edited over REST has taken it over
            one = await asyncio.to_thread(self._store.rebase, one.id, base)
        return await self._activate(one, step, keep)

    async def _activate(
        self, one: StoredSet, step: Step, keep: Keep, *, rolled_back: bool = False
    ) -> Outcome:
        """Activate what `keep` makes of the set: it says what becomes of edits over REST."""
        former, staged = self._store.active, self._store.staged
        try:
            outcome = await keep(one, step)
            marked = await self._lifecycle.activate(outcome.one, step, rolled_back=rolled_back)
        except OrderRefused as error:
            if staged is not None and self._store.staged is None:
                await self._shadow.stop()
            await self._tell(one, step, "refused", reason=str(error))
            raise
        outcome = replace(outcome, one=marked, former=former.id if former else None)
        if staged is not None and staged.id == one.id != marked.id:
            step = replace(step, why=f"{marked.id} is active, which is this with the edits")
            await self._unstage(step)
        if former is not None and former.id == marked.id:
            return outcome
        self._settle_later()
        if staged is not None:  # it is the active one now, or is tried beside another one
            await self.follow_staged()
        action = "rolled back" if rolled_back else "activated"
        await self._tell(marked, step, action, former=former.id if former else "")
        self.activated.set()
        try:
            await asyncio.to_thread(self._store.prune)
        except OSError as error:
            log.warning("rules.not_pruned", reason=str(error))
        return outcome

    def _settle_later(self) -> None:
        self._changes += 1
        task = asyncio.create_task(self._settle())
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self) -> None:
        """Drop what is left of former sets, once; others may change what is in force meanwhile."""
        seen = self._changes
        try:
            await self._lifecycle.settle()
            async with self.turn.taken():
                if seen == self._changes:  # else the change that came does it for both
                    await self._lifecycle.forget_formers()
        except OrderRefused:  # the service stops
            pass
        except Exception:
            log.exception("rules.not_settled")

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
