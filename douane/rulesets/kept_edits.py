"""Keeps what was edited over REST when another rule set comes, or says what goes."""

import asyncio
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from douane.rulesets.lifecycle import Lifecycle, Step
from verdicts.rulesets.edits import EditsUnreadable, Merge, made_again, merge_active, shown
from verdicts.rulesets.handover import bring_changed
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import StoredSet, UnknownRuleset
from verdicts.rulesets.store import Store

DROP = "or drop the edits: `--drop-edits`, over REST `drop_edits=true`"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The set to go on with, and what became of the edits."""

    one: StoredSet
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    former: str | None = None
    """The set that was active before, if the order was to change that."""

    def told(self) -> dict[str, object]:
        """Return it for answers and for the audit."""
        named = {"kept_edits": self.kept, "dropped_edits": self.dropped}
        edits = {name: list(lines) for name, lines in named.items() if lines}
        return {**asdict(self.one), "former": self.former, **edits}


async def as_it_is(one: StoredSet, _: Step) -> Outcome:
    """Return an edit itself: it has all that was edited before."""
    return Outcome(one)


class KeptEdits:
    """Nobody loses a block, or has one back, without being told."""

    def __init__(self, store: Store, top: Path, lifecycle: Lifecycle) -> None:
        self._store = store
        self._top = top
        self._lifecycle = lifecycle

    async def keep(self, one: StoredSet, step: Step, *, drop: bool = False) -> Outcome:
        """Return the set with the edits of the active one that it has not; it is checked.

        Raises OrderRefused if it says otherwise of the same, unless they are to be dropped.
        """
        active = self._store.active
        if active is not None and active.id == one.id:
            return Outcome(one)
        one = await self._lifecycle.check(one, step)
        try:
            found = await asyncio.to_thread(self._merge, one)
        except (EditsUnreadable, UnknownRuleset, OSError) as error:
            if drop:
                return self._drop(one, [f"all, whatever they were ({error})"], step)
            raise OrderRefused(
                f"nobody can say what of the edits over REST would be lost ({error}): mend that, "
                f"{DROP}"
            ) from error
        if drop:
            return self._drop(one, shown((*found.missing, *found.disputed)), step)
        if found.disputed:
            raise OrderRefused(
                f"it says otherwise than what was edited over REST: "
                f"{'; '.join(shown(found.disputed))}. Write into it what is to count and begin "
                f"it with the text that is active now (`GET /v1/policy`, `GET /v1/blocklist`), "
                f"{DROP}"
            )
        if not found.missing:
            return Outcome(one)
        kept = shown(found.missing)
        for line in kept:
            step.say(f"kept, as it was edited over REST: {line}")
        merged = await asyncio.to_thread(self._made, one, found, step)
        return Outcome(await self._lifecycle.check(merged, step), tuple(kept))

    async def lost(self, one: StoredSet, step: Step) -> Outcome:
        """Say what a roll-back to the set takes back."""
        try:
            found = await asyncio.to_thread(self._merge, one)
        except (EditsUnreadable, UnknownRuleset, OSError) as error:
            return self._drop(one, [f"all, whatever they were ({error})"], step)
        return self._drop(one, shown((*found.missing, *found.disputed)), step)

    def _merge(self, one: StoredSet) -> Merge:
        return merge_active(self._store, self._store.folder(one.id))

    def _made(self, one: StoredSet, found: Merge, step: Step) -> StoredSet:
        folder = self._store.folder(one.id)
        brought = bring_changed(self._top, folder, made_again(found.missing, folder))
        try:
            origin = f"{one.id} and what was edited over REST"
            made = self._store.take_in(brought, author=step.actor, note=step.why, origin=origin)
            return self._store.rebase(made.id, one.base or one.id)
        finally:
            shutil.rmtree(brought, ignore_errors=True)

    def _drop(self, one: StoredSet, lines: list[str], step: Step) -> Outcome:
        for line in lines:
            step.say(f"dropped, though edited over REST: {line}")
        return Outcome(one, dropped=tuple(lines))
