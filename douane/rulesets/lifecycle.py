"""How a rule set comes to work and leaves again: check, stage, activate, roll back.

Nothing here changes what is in force before all that has to work by the new set said that it
can: the check, then every front with a zygote that found each rule's own specimen, then clamd with
its signatures beside those of before.  Then all fronts change, and then, once, the ISTag.  What
is left of the former set goes when nobody scans by it any more.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from douane.clamav import ClamavDaemon, SignaturesNotLoaded
from douane.ruleset_check import check_ruleset
from douane.rulesets.fronts import Fronts, NotLoaded
from scanners.rules.goodware import FEW_FIX, default_folders
from scanners.rules.records import Problem
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import RulesetError, Status, StoredSet
from verdicts.rulesets.store import Store

log = structlog.get_logger()

Say = Callable[[str], None]
CHECKED = {Status.CHECKED, Status.STAGED, Status.RETIRED, Status.ACTIVE}


class _GivenUp(Exception):
    """Nobody waits for the proof any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who wants something done, and why."""

    actor: str
    why: str
    say: Say


class Told(Protocol):
    """The supervisor, as far as it has to know of another rule set."""

    async def rules_changed(self, folder: Path) -> None:
        """All fronts work by the set in the folder."""

    def rules_settled(self) -> None:
        """Nobody scans by a former set any more, and clamd has none of its signatures."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What has to follow when another rule set takes over."""

    fronts: Fronts
    clamav: ClamavDaemon
    told: Told
    scan_seconds: float


class Lifecycle:
    """One call at a time: the caller has the turn.  But for prove(), which changes nothing."""

    def __init__(
        self,
        store: Store,
        parts: Parts,
        active_link: Path,
        *,
        must_be_signed: bool,
        honest_files: tuple[Path, ...] = (),
    ):
        """`active_link` points to the set that a front loads when it starts."""
        self._store = store
        self._parts = parts
        self._link = active_link
        self._must_be_signed = must_be_signed
        self._shown = ""
        """The set of which the ISTag tells."""
        self._honest_files = honest_files or default_folders()

    async def check(self, one: StoredSet, step: Step) -> StoredSet:
        """Return the set as checked; raise OrderRefused with every problem, and it is refused.

        A set that was checked before is not checked again.
        """
        self.demand_signature(one)
        if one.status in CHECKED:
            return one
        step.say(f"checking {one.id} …")
        found = await asyncio.to_thread(check_ruleset, self._store.folder(one.id))
        if found.problems:
            await self._refuse(one, step, str(found.problems[0]))
            raise _problems(one, found.problems)
        step.say(f"checked: {len(found.tests)} rule tests passed")
        return await asyncio.to_thread(
            self._store.mark, one.id, Status.CHECKED, actor=step.actor, why=step.why
        )

    async def prove(self, one: StoredSet, step: Step) -> None:
        """Hold the set against honest files and measure what it costs; takes minutes.

        Changes nothing, so that nobody has to wait for it.  Raises OrderRefused with every
        problem; the set is as checked as before.
        """
        given_up = threading.Event()

        def progress(said: str) -> None:
            if given_up.is_set():
                raise _GivenUp
            step.say(said)

        folder = self._store.folder(one.id)
        try:
            found = await asyncio.to_thread(
                check_ruleset, folder, goodware=self._honest_files, progress=progress
            )
        except asyncio.CancelledError:  # the service stops, and does not wait for the thread long
            given_up.set()
            raise
        for problem in found.problems:
            if problem.fix == FEW_FIX:  # the machine's fault
                step.say(f"warning: {problem}")
        grave = tuple(each for each in found.problems if each.fix != FEW_FIX)
        if grave:
            raise _problems(one, grave)

    async def activate(self, one: StoredSet, step: Step, *, rolled_back: bool = False) -> StoredSet:
        """Return the set as it is active.  Raises OrderRefused, and nothing has changed then."""
        former = self._store.active
        if former is not None and former.id == one.id:
            step.say(f"{one.id} is active already")
            return one
        one = await self.check(one, step)
        await asyncio.to_thread(self._store.verify, one.id)
        folder = self._store.folder(one.id)
        try:
            await self._load(folder, one.id, step)
        except (NotLoaded, SignaturesNotLoaded) as error:
            await self._parts.fronts.discard()
            await self._refuse(one, step, str(error))
            raise OrderRefused(f"rule set {one.id} does not load: {error}") from error
        try:
            self.point_to(folder)
            marked = await asyncio.to_thread(
                self._store.mark,
                one.id,
                Status.ACTIVE,
                actor=step.actor,
                why=step.why,
                rolled_back=rolled_back,
            )
        except OSError as error:
            await self._undo(former)
            raise OrderRefused(
                f"the state cannot be written ({error}): make room on its disk; nothing changed"
            ) from error
        except RulesetError:
            await self._undo(former)
            raise
        for fault in await self._parts.fronts.take_over(folder, one.id):
            step.say(f"warning: {fault}; it takes the set when it starts again")
        await self._show(marked)
        step.say(f"{one.id} is active")
        return marked

    async def settle(self) -> None:
        """Wait until nobody scans by a former set; changes nothing."""
        await self._parts.fronts.settle(self._parts.scan_seconds)

    async def forget_formers(self) -> None:
        """Let clamd drop what only former sets had; after settle()."""
        await asyncio.to_thread(self._parts.clamav.forget_formers)
        self._parts.told.rules_settled()

    def begin_with(self, one: StoredSet) -> None:
        """Have everything start by this set."""
        self.point_to(self._store.folder(one.id))
        self._shown = one.id

    async def follow(self) -> None:
        """Finish what is unfinished of the active set, whatever led to it."""
        active = self._store.active
        if active is None:
            return
        folder = self._store.folder(active.id)
        if self._link.resolve() != folder.resolve():
            self.point_to(folder)
        states = await self._parts.fronts.on_duty()
        if any(ruleset != active.id for ruleset in states.values()):
            log.warning("rules.front_behind", active=active.id, fronts=states)
            await self._parts.fronts.take_over(folder, active.id)
        if self._shown != active.id:
            await self._show(active)

    async def _show(self, active: StoredSet) -> None:
        """Let the ISTag tell of the set; what fails here is tried again by follow()."""
        try:
            await self._parts.told.rules_changed(self._store.folder(active.id))
            self._shown = active.id
        except Exception:
            log.exception("rules.not_shown", ruleset=active.id)

    def point_to(self, folder: Path) -> None:
        """Say which set a front loads that starts from now on."""
        fresh = self._link.with_name(f".{self._link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(folder.absolute())
        fresh.replace(self._link)

    def demand_signature(self, one: StoredSet) -> None:
        """Raise OrderRefused if the set has to be signed and is not."""
        if self._must_be_signed and not self._store.signer(one.id):
            raise OrderRefused(
                f"rule set {one.id} is not signed, and [rules] require_signature demands it; "
                "make it with `douane rules pack DIR --key FILE`"
            )

    async def _load(self, folder: Path, ruleset: str, step: Step) -> None:
        """Load the set everywhere beside the former one; raise NotLoaded or SignaturesNotLoaded.

        clamd has both sets' signatures from here on until nobody scans by the former: a file that
        one of two sets finds by YARA and the other by ClamAV is found at any moment.
        """
        step.say("loading it in every front …")
        await self._parts.fronts.prepare(folder, ruleset)
        step.say("loading its ClamAV signatures …")
        await asyncio.to_thread(self._parts.clamav.adopt, (folder / "clamav").absolute())

    async def _undo(self, former: StoredSet | None) -> None:
        await self._parts.fronts.discard()
        if former is not None:
            folder = self._store.folder(former.id)
            with suppress(OSError):  # follow() does it again
                self.point_to(folder)
            await asyncio.to_thread(self._parts.clamav.adopt, (folder / "clamav").absolute())

    async def _refuse(self, one: StoredSet, step: Step, why: str) -> None:
        """Note why the set cannot be used; one that was active once is good, whatever failed."""
        log.warning("rules.refused", ruleset=one.id, reason=why)
        if one.status not in (Status.ACTIVE, Status.RETIRED):
            await asyncio.to_thread(
                self._store.mark, one.id, Status.REFUSED, actor=step.actor, why=why
            )


def _problems(one: StoredSet, found: tuple[Problem, ...]) -> OrderRefused:
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    return OrderRefused(f"rule set {one.id} has {count}", found)
