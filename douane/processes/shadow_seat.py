"""Where the staged rule set sits in a front: beside the inspection, with one worker of its own."""

from pathlib import Path

from douane.processes.roster import NotPrepared, build_crew
from douane.settings import Settings
from scanners.clamav.engine import Clamav
from verdicts.inspect import Inspection
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.shadow import BothClamavs, Shadow
from verdicts.shadow_status import ShadowStatus
from verdicts.shift import Antivirus

OFF = "off"


class ShadowSeat:
    """Holds one staged set, or none."""

    def __init__(self, settings: Settings, clamav: Clamav, inspection: Inspection) -> None:
        self._settings = settings
        self._clamav = clamav
        self._inspection = inspection
        self._shadow: Shadow | None = None
        self._staged_clamav: Clamav | None = None
        self._sits = ("", "")
        """Rule set and socket, once it works."""

    @property
    def status(self) -> ShadowStatus | None:
        return None if self._shadow is None else self._shadow.status

    async def begin(self, folder: Path, ruleset: str, clamav_socket: str) -> None:
        """Try a staged set from now on, in place of one that sits here.

        `clamav_socket`: of a clamd with the set's own signatures; empty if the service's has
        them, "off" if there are none.  Raises what building a crew raises, and NotPrepared.
        """
        if self._sits == (ruleset, clamav_socket):
            return
        await self.end()
        engine: Antivirus = self._clamav
        if clamav_socket == OFF:
            engine = BothClamavs(self._clamav, None)
        elif clamav_socket:
            self._staged_clamav = Clamav(self._settings.clamav, clamav_socket)
            self._staged_clamav.start()
            engine = BothClamavs(self._clamav, self._staged_clamav)
        try:
            crew = build_crew(self._settings, folder, engine, workers=1)
            if crew.shift.ruleset != ruleset:
                raise NotPrepared(f"{folder} holds {crew.shift.ruleset}, not {ruleset}")
            self._shadow = Shadow(crew.shift)
            await crew.shift.pool.start()
        except BaseException:
            await self.end()
            raise
        self._inspection.bystanders.append(self._shadow)
        self._sits = (ruleset, clamav_socket)

    async def end(self) -> None:
        """Stop trying; safe to repeat."""
        self._sits = ("", "")
        shadow, self._shadow = self._shadow, None
        clamav, self._staged_clamav = self._staged_clamav, None
        if shadow is not None:
            if shadow in self._inspection.bystanders:
                self._inspection.bystanders.remove(shadow)
            await shadow.stop()
        if clamav is not None:
            await clamav.stop()

    def fetch(self) -> list[NewEvent]:
        """Return what the staged set would have ruled otherwise since the last call."""
        return self._shadow.fetch() if self._shadow is not None else []
