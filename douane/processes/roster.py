"""The shifts of one front: who is on duty, who stands ready to take over, who is on the way home.

A rule set never changes in place.  Another one gets a zygote and workers of its own, which have
loaded and tested it before it takes over; what runs then ends under the one it began with.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from douane.settings import Settings
from icap_server.payload.channels import Channels
from scanners.hash_lists import read_allowed
from scanners.rules.manifest import ruleset_id
from scanners.worker.pool import ScanPool
from verdicts.policy import Policy
from verdicts.shift import Antivirus, Shift

log = structlog.get_logger()

AT_THE_DOOR = 2
"""Shifts that may be on the way home when another one is prepared: each is a set of processes."""


class NotPrepared(Exception):
    """The order does not fit what the front has ready; the text says how."""


@dataclass(frozen=True, slots=True)
class Crew:
    """All of a rule set that a front works with."""

    shift: Shift
    channels: Channels


def build_crew(settings: Settings, folder: Path, clamav: Antivirus, *, workers: int = 0) -> Crew:
    """Return the crew for a folder of rules, with idle workers; 0 of them: as many as set.

    Raises RuleFileError, ListMalformed.
    """
    observe = settings.policy.mode == "monitor"
    wanted = {"count": workers or settings.workers.count}
    pool = ScanPool(
        folder,
        settings.limits,
        settings.workers.model_copy(update=wanted),
        passwords=settings.passwords,
        secret=settings.password_key,
    )
    policy = Policy.read(folder / "policy.toml", observe=observe)
    seconds, allowed = settings.limits.scan_seconds, read_allowed(folder)
    shift = Shift(ruleset_id(folder), pool, clamav, policy, seconds, allowed=allowed)
    return Crew(shift, Channels.read(folder / "channels.toml"))


class Roster:
    """Belongs to one event loop."""

    def __init__(
        self, settings: Settings, clamav: Antivirus, first: Crew, change: Callable[[Crew], None]
    ) -> None:
        """`change` puts a crew to work; it is called between two transfers."""
        self._settings = settings
        self._clamav = clamav
        self._change = change
        self.on_duty = first
        self._ready: Crew | None = None
        self._preparing = asyncio.Lock()
        self._leaving: dict[asyncio.Task[None], Shift] = {}

    async def prepare(self, folder: Path, ruleset: str) -> None:
        """Have a crew ready to take over; one that was ready before goes home.

        Raises RuleFileError, ZygoteFailed or OSError if the rule set does not work, NotPrepared if
        the folder holds another one.
        """
        async with self._preparing:
            await self._send_ready_home()
            await self._prepare(folder, ruleset)

    async def _prepare(self, folder: Path, ruleset: str) -> None:
        while len(self._leaving) >= AT_THE_DOOR:
            await asyncio.wait(self._leaving, return_when=asyncio.FIRST_COMPLETED)
        crew = await asyncio.to_thread(build_crew, self._settings, folder, self._clamav)
        if crew.shift.ruleset != ruleset:
            raise NotPrepared(f"{folder} holds the rule set {crew.shift.ruleset}, not {ruleset}")
        try:
            await crew.shift.pool.start()
        except BaseException:
            await crew.shift.pool.stop()
            raise
        self._ready = crew

    def take_over(self, ruleset: str) -> None:
        """Put the prepared crew on duty, at once; the former goes home when its work is done.

        Raises NotPrepared if another rule set, or none, is ready.
        """
        if self.on_duty.shift.ruleset == ruleset:
            return
        crew = self._ready
        if crew is None or crew.shift.ruleset != ruleset:
            raise NotPrepared(f"the rule set {ruleset} is not ready here")
        former, self.on_duty, self._ready = self.on_duty, crew, None
        self._change(crew)
        self._send_home(former)
        log.info("rules.changed", ruleset=ruleset, former=former.shift.ruleset)

    async def discard(self) -> None:
        """Send home the crew that stands ready, or is being prepared, if there is one."""
        async with self._preparing:
            await self._send_ready_home()

    async def _send_ready_home(self) -> None:
        crew, self._ready = self._ready, None
        if crew is not None:
            await crew.shift.go_home()

    async def settle(self, seconds: float) -> int:
        """Wait until all former crews are gone; return how many are still at work then."""
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=seconds)
        return len(self._leaving)

    async def stop(self) -> None:
        """End all workers; what is still being scanned becomes a gap."""
        await self.discard()
        leaving = dict(self._leaving)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        for shift in (*leaving.values(), self.on_duty.shift):
            await shift.pool.stop()

    def _send_home(self, crew: Crew) -> None:
        task = asyncio.create_task(crew.shift.go_home())
        self._leaving[task] = crew.shift
        task.add_done_callback(self._leaving.pop)
