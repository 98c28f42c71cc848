"""The staged rule set on live traffic: the fronts try it, and a clamd of its own if need be."""

from pathlib import Path

import structlog

from douane.child import CannotStart, Child, NotReady
from douane.clamav import AUTO, DATABASE_SECONDS, NICENESS, OFF
from douane.processes.duty import OrderFailed
from douane.rulesets.fronts import ORDER_SECONDS, PREPARE_SECONDS, Fronts
from douane.settings import Settings
from scanners.clamav.daemon import ClamdUnusable, EmbeddedClamd
from scanners.clamav.signatures import has_signatures
from verdicts.rulesets.orders import OrderRefused

log = structlog.get_logger()

MOST_NICE = 10
"""Behind the workers and the clamd of the traffic."""


class ShadowPost:
    """The supervisor's side: what sits in the shadow is the same in all fronts."""

    def __init__(self, settings: Settings, fronts: Fronts) -> None:
        self._settings = settings
        self._fronts = fronts
        self._clamd: Child | None = None
        self._ruleset = ""
        self._folder = Path()
        self._socket = ""

    async def start(self, folder: Path, ruleset: str, active: Path) -> None:
        """Have every front try the set; OrderRefused if one cannot load it."""
        await self.stop()
        try:
            self._socket = await self._start_clamd(folder, active)
            self._folder, self._ruleset = folder, ruleset
            await self.follow()
        except (OrderFailed, NotReady) as error:
            await self.stop()
            raise OrderRefused(f"rule set {ruleset} cannot be tried: {error}") from error

    async def follow(self) -> None:
        """Have fronts that started since then try it, too; OrderFailed if one cannot."""
        if self._ruleset:
            await self._fronts.order(
                "shadow",
                PREPARE_SECONDS,
                folder=str(self._folder),
                ruleset=self._ruleset,
                clamav_socket=self._socket,
            )

    async def stop(self) -> None:
        """Safe to repeat."""
        if self._ruleset:
            self._ruleset = ""
            await self._fronts.each("end_shadow", ORDER_SECONDS)
        clamd, self._clamd, self._socket = self._clamd, None, ""
        if clamd is not None:
            await clamd.stop()

    async def _start_clamd(self, folder: Path, active: Path) -> str:
        """Return what fronts ask about the set's own signatures, see ShadowSeat.begin()."""
        staged = folder / "clamav"
        if self._settings.clamav.socket != AUTO or _same(staged, active / "clamav"):
            return ""
        if not has_signatures(staged):
            return OFF
        clamd = EmbeddedClamd(
            self._settings.state.directory / "shadow",
            staged,
            Path("/nonexistent"),  # the official database is asked by the other clamd
            self._settings.limits,
        )

        def command() -> tuple[str, ...]:
            try:
                clamd.refresh()
                return ("nice", "-n", str(NICENESS + MOST_NICE), *clamd.command())
            except ClamdUnusable as error:
                raise CannotStart(str(error)) from error

        async def probe() -> None:
            await clamd.wait_ready(DATABASE_SECONDS)

        self._clamd = Child("clamd-shadow", command, probe=probe, silent=True)
        self._clamd.start()
        await self._clamd.wait_ready(DATABASE_SECONDS)
        return str(clamd.socket)


def _same(one: Path, other: Path) -> bool:
    """Return whether two folders of signatures hold the same."""
    return _contents(one) == _contents(other)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
