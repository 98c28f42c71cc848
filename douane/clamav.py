"""Which clamd the service uses: an own one, a configured one, or none; and what to say about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from douane.child import Child
from douane.settings import Settings
from scanners.clamav.address import parse_address
from scanners.clamav.daemon import EmbeddedClamd, find_binary
from scanners.clamav.management import Management
from scanners.errors import EngineDown

log = structlog.get_logger()

AUTO, OFF = "auto", "off"
STALE = timedelta(days=7)
"""The official database is published daily; a week without one means freshclam does not run."""


class ClamavDaemon:
    """What the supervisor and `douane doctor` know of clamd."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.embedded: EmbeddedClamd | None = None
        self.socket = settings.clamav.socket
        """As scanners.clamav.engine takes it: a path, host:port, or "off"."""
        if self.socket == AUTO:
            self.embedded = EmbeddedClamd(
                settings.state.directory,
                settings.rules.directory / "clamav",
                Path(settings.clamav.official_database),
                settings.limits,
                scans_at_once=settings.icap.front_count * settings.clamav.in_flight,
            )
            self.socket = str(self.embedded.socket)

    def child(self) -> Child | None:
        """Return our own clamd to start, None if another is configured or none can be started."""
        if self.embedded is None or find_binary() is None:
            return None
        self.embedded.refresh()
        return Child("clamd", self.embedded.command(), tells_ready=False, silent=True)

    async def wait_ready(self, seconds: float) -> None:
        if self.embedded is not None:
            await self.embedded.wait_ready(seconds)

    def look(self) -> str:
        """Follow changed signature files, and return what clamd says of itself; "" if nothing.

        Blocks: call it in a thread.
        """
        if self.socket == OFF:
            return "off"
        management = Management(parse_address(self.socket))
        try:
            if self.embedded is not None and self.embedded.refresh():
                management.reload()
                log.info("clamav.reloading")
            return management.version()
        except (EngineDown, OSError) as error:
            log.warning("clamav.away", reason=str(error))
            return ""

    def warnings(self) -> list[str]:
        """Return what an operator should know at start, one sentence each."""
        if self.socket == OFF:
            return ["ClamAV is switched off by [clamav] socket."]
        if self.embedded is None:
            return []
        if find_binary() is None:
            return [
                "there is no clamd, so every file counts as not scanned and is blocked: "
                'install the package clamav-daemon, or set [clamav] socket = "off".'
            ]
        database = self.embedded.official_database()
        folder = self._settings.clamav.official_database
        if database is None:
            return [
                f"no official ClamAV database in {folder}: only Douane's own signatures are "
                "used. Run freshclam."
            ]
        if datetime.now(UTC) - database.built_at > STALE:
            return [
                f"the official ClamAV database {database.name} is of "
                f"{database.built_at:%Y-%m-%d}: is freshclam running?"
            ]
        return []
