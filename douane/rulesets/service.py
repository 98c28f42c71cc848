"""All that the supervisor does about rule sets: which one to start with, and how another comes."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from douane.clamav import ClamavDaemon
from douane.processes.duty import OrderFailed
from douane.rulesets.desk import RulesDesk
from douane.rulesets.digest import rules_digest
from douane.rulesets.fronts import Fronts
from douane.rulesets.kept_edits import KeptEdits, Outcome
from douane.rulesets.lifecycle import Lifecycle, Parts, Say, Step, Told
from douane.rulesets.order_audit import OrderAudit
from douane.rulesets.retrospect import look_back_always
from douane.rulesets.shadow import ShadowPost
from douane.rulesets.turn import Turn
from douane.rulesets.watch import Look, look_at, watch
from douane.settings import Settings
from scanners.rules.manifest import ruleset_id
from verdicts.rulesets.handover import sweep
from verdicts.rulesets.order_socket import OrderSocket
from verdicts.rulesets.orders import SOCKET, Order
from verdicts.rulesets.records import RulesetError, SetTampered, Status, StoredSet
from verdicts.rulesets.signature import read_trusted
from verdicts.rulesets.store import Store

log = structlog.get_logger()

ACTOR = "start"
STARTED = "the service started with it"
FOLDER = "folder"
"""Remembers the id of the folder of rules as it was when the active set last changed."""


class RulesService:
    """Belongs to the supervisor's event loop."""

    def __init__(self, settings: Settings, clamav: ClamavDaemon, told: Told) -> None:
        """`told` hears when all fronts work by another set, and when the former one is gone."""
        self._settings = settings
        self._top = settings.rulesets_directory
        self._store = Store(self._top, read_trusted(settings.rules.trusted_keys))
        fronts = Fronts(settings.run_directory, settings.icap.front_count)
        parts = Parts(fronts, clamav, told, settings.limits.scan_seconds)
        self._lifecycle = Lifecycle(
            self._store,
            parts,
            settings.active_rules,
            must_be_signed=settings.rules.require_signature,
            honest_files=settings.rules.honest_files,
        )
        self._shadow = ShadowPost(settings, fronts)
        self._desk = RulesDesk(
            self._store, self._top, self._lifecycle, self._shadow, settings.ledger_socket
        )
        self._socket = OrderSocket(settings.run_directory / SOCKET, self._carry_out)
        self._audit = OrderAudit(settings.ledger_socket, lambda: self._store.active)
        self._edits = KeptEdits(self._store, self._top, self._lifecycle)
        self._tasks: list[asyncio.Task[None]] = []
        self._look: Look = ()
        """The folder of rules as begin() saw it."""
        self._adopted = ""
        """Its id, if begin() took it."""
        self._taken: Outcome | None = None
        """What begin() made of the folder, if somebody had changed it."""

    @property
    def turn(self) -> Turn:
        """Taken while anything is changed; who looks after clamd takes it as well."""
        return self._desk.turn

    async def begin(self, say: Say) -> StoredSet:
        """Return the set to start with, and let the fronts find it.

        That is the active one, unless somebody has changed the folder of rules since then: then
        that one, if it is right.  Raises RulesetError if there is none that works.
        """
        await asyncio.to_thread(sweep, self._top)
        folder, active = self._settings.rules.directory, self._store.active
        self._look = await asyncio.to_thread(look_at, folder)
        source = await asyncio.to_thread(ruleset_id, folder)
        if active is None:
            rules_digest(self._settings, folder)  # what is wrong is then said of the folder
            one = await self._take_in(folder)
            self._lifecycle.demand_signature(one)
            self._adopted = one.id
        elif source in (active.id, self._last_folder()):
            one = await self._whole(active, folder, say)
            self._adopted = source if source == one.id else ""
        else:
            one = await self._changed(folder, active, say)
        self._lifecycle.begin_with(one)
        return one

    async def open(self, one: StoredSet, say: Say) -> None:
        """Take orders; called when all fronts work by the set of begin()."""
        if one.status is Status.UNCHECKED:
            why = "every front loaded and tested it"
            one = await asyncio.to_thread(
                self._store.mark, one.id, Status.CHECKED, actor=ACTOR, why=why
            )
        if one.status is not Status.ACTIVE:
            order, step = Order("activate", ACTOR, note=STARTED), Step(ACTOR, STARTED, say)
            await self._audit.carried_out(order, partial(self._begun, one, step))
        if self._adopted:
            self._note_folder(self._adopted)
        await self._socket.start()
        looking_back = look_back_always(self._settings, self._store, self._desk)
        self._tasks.append(asyncio.create_task(looking_back))
        if self._settings.rules.watch:
            watching = watch(self._settings.rules.directory, self._look, self._activate_folder)
            self._tasks.append(asyncio.create_task(watching))
        await self._desk.follow_staged()
        try:
            await asyncio.to_thread(self._store.prune)
        except OSError as error:
            say(f"warning: old rule sets cannot be removed: {error}")

    async def follow(self) -> None:
        """Have fronts that were replaced meanwhile do as the others; the caller has the turn."""
        await self._audit.catch_up()
        await self._lifecycle.follow()
        try:
            await self._shadow.follow()
        except OrderFailed as error:
            log.warning("rules.shadow_behind", reason=str(error))

    async def close(self) -> None:
        await self._desk.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.stop()
        await self._shadow.stop()
        await self._audit.catch_up()

    async def _carry_out(self, order: Order, say: Say) -> dict[str, object]:
        work = partial(self._desk.carry_out, order, say)
        if order.action == "state":
            return await work()
        if order.action not in ("activate", "rollback"):
            return await self._audit.carried_out(order, work)
        folder = await asyncio.to_thread(_id_of, self._settings.rules.directory)
        done = await self._audit.carried_out(order, work)
        if folder:
            self._note_folder(folder)
        return done

    async def _activate_folder(self, step: Step) -> None:
        folder = self._settings.rules.directory
        source = await asyncio.to_thread(_id_of, folder)
        work = partial(self._desk.activate_folder, folder, step)
        await self._audit.carried_out(Order("activate", step.actor, note=step.why), work)
        self._note_folder(source)

    async def _begun(self, one: StoredSet, step: Step) -> dict[str, object]:
        one = await asyncio.to_thread(self._store.mark, one.id, Status.ACTIVE, actor=step.actor)
        await self._desk.started_with(one, step)
        return replace(self._taken or Outcome(one), one=one).told()

    async def _whole(self, active: StoredSet, folder: Path, say: Say) -> StoredSet:
        """Return the active set; if its files were changed, the folder's, if that is right."""
        try:
            await asyncio.to_thread(self._store.verify, active.id)
        except SetTampered as error:
            lost = " What was edited over REST is not in them." if active.base else ""
            say(f"warning: {error}. The rules of {folder} are used.{lost}")
            one = await self._take_in(folder)
            if one.id == active.id:  # whole again
                return one
            return await self._lifecycle.check(one, Step(ACTOR, "", say))
        return active

    async def _changed(self, folder: Path, active: StoredSet, say: Say) -> StoredSet:
        """Return the set of the changed folder; the active one, with a warning, if it is wrong."""
        try:
            one = await self._take_in(folder)
            step = Step(ACTOR, f"{folder} was changed", say)
            self._taken = await self._edits.keep(one, step)
        except RulesetError as error:
            say(
                f"warning: {folder} was changed and cannot be used: {error}. The last good rule "
                f"set {active.id} is active; `douane rules check` says what is wrong."
            )
            return await self._whole(active, folder, say)
        self._adopted = one.id
        return self._taken.one

    async def _take_in(self, folder: Path) -> StoredSet:
        return await asyncio.to_thread(
            self._store.take_in, folder, author=ACTOR, note="", origin=str(folder)
        )

    def _last_folder(self) -> str:
        try:
            return (self._top / FOLDER).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _note_folder(self, ruleset: str) -> None:
        """Note the folder as it was when the active set changed: a roll-back outlives a start."""
        try:
            (self._top / FOLDER).write_text(f"{ruleset}\n", "ascii")
        except OSError as error:  # the next start looks at it anew
            log.warning("rules.folder_not_noted", reason=str(error))


def _id_of(folder: Path) -> str:
    """Return the id of the folder of rules; empty while it cannot be read."""
    try:
        return ruleset_id(folder)
    except OSError:
        return ""
