"""Which clamd the service uses: an own one, a configured one, or none; and what to say about it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from douane.child import CannotStart, Child
from douane.settings import Settings
from scanners.clamav.address import parse_address
from scanners.clamav.daemon import ClamdUnusable, EmbeddedClamd, find_binary
from scanners.clamav.management import Management
from scanners.errors import EngineDown

log = structlog.get_logger()

AUTO, OFF = "auto", "off"
STALE = timedelta(days=7)
"""The official database is published daily; a week without one means freshclam does not run."""
NICENESS = 5
"""Of our own clamd: when processors are short, fronts go first, as with the scan workers."""
DATABASE_SECONDS = 180.0
"""clamd takes half a minute to load the official database."""
RELOAD_SECONDS = 60.0
"""A clamd that still detects by the signatures of before will not load the new ones any more."""
NOT_LOADED_FIX = "A signature file may be broken: run `douane rules check`."


LOADED_PAUSE = 0.05


class SignaturesNotLoaded(Exception):
    """clamd keeps the signatures of before; the text says what to do."""


class ClamavDaemon:
    """What the supervisor and `douane doctor` know of clamd."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._fault = ""
        """What was wrong at the last look: said once, not every few seconds."""
        self._reload_due = False
        self._unloaded = ("", 0.0)
        """The generation that clamd has not loaded, and since when (monotonic clock)."""
        self._warned = ""
        """The generation that was said not to load: said once."""
        self._rules = settings.rules.directory / "clamav"
        self._formers: tuple[Path, ...] = ()
        self.embedded: EmbeddedClamd | None = None
        self.socket = settings.clamav.socket
        """As scanners.clamav.engine takes it: a path, host:port, or "off"."""
        if self.socket == AUTO:
            self.embedded = EmbeddedClamd(
                settings.state.directory,
                self._rules,
                Path(settings.clamav.official_database),
                settings.limits,
                scans_at_once=settings.icap.front_count * settings.clamav.in_flight,
            )
            self.socket = str(self.embedded.socket)

    def child(self) -> Child | None:
        """Return our own clamd to keep running; None if another one is configured, or none."""
        embedded = self.embedded
        if embedded is None:
            return None

        def command() -> Sequence[str]:
            try:
                embedded.refresh()
                return ("nice", "-n", str(NICENESS), *embedded.command())
            except ClamdUnusable as error:
                raise CannotStart(str(error)) from error

        async def probe() -> None:
            await embedded.wait_ready(DATABASE_SECONDS)

        return Child("clamd", command, probe=probe, silent=True)

    def look(self) -> str:
        """Follow changed signature files; return what clamd scans with, "" if nobody can say now.

        Blocks: call it in a thread.
        """
        if self.socket == OFF:
            return OFF
        fault = ""
        try:
            management = Management(parse_address(self.socket))
            if self.embedded is None:
                return management.version()
            return self._follow(self.embedded, management)
        except (EngineDown, ClamdUnusable, OSError) as error:
            fault = str(error)
            return ""
        finally:
            if fault and fault != self._fault:
                log.warning("clamav.away", reason=fault)
            self._fault = fault

    def _follow(self, embedded: EmbeddedClamd, management: Management) -> str:
        self._reload_due = embedded.refresh() or self._reload_due
        if self._reload_due:
            management.reload()
            self._reload_due = False
            log.info("clamav.reloading", signatures=embedded.generation)
        version = management.version()
        if management.has_loaded(embedded.generation):
            self._unloaded, self._warned = ("", 0.0), ""
            return f"{version}/{embedded.official_generation}"
        self._note_unloaded(embedded.generation)
        return ""

    def _note_unloaded(self, generation: str) -> None:
        """Warn of signatures that do not load: a clamd that cannot read them keeps the old ones."""
        now = time.monotonic()
        if self._unloaded[0] != generation:
            self._unloaded = (generation, now)
        elif generation != self._warned and now - self._unloaded[1] >= RELOAD_SECONDS:
            self._warned = generation
            log.warning("clamav.not_loaded", signatures=generation, fix=NOT_LOADED_FIX)

    def adopt(self, rules_clamav: Path) -> None:
        """Have our own clamd load the signatures of another rule set; return when it has.

        Those of the sets before stay beside them until forget_formers(): whoever still scans by
        such a set must not miss one.  While clamd is away there is nothing to wait for: it starts
        with both.  Blocks: call it in a thread, and nothing else beside it.  Raises
        SignaturesNotLoaded, and clamd then has what it had.
        """
        embedded, rules = self.embedded, self._rules.resolve()
        if embedded is None or rules_clamav == rules:
            return
        if embedded.could_start(rules) and not embedded.could_start(rules_clamav):
            raise SignaturesNotLoaded(embedded.no_signature)
        before = self._formers
        formers = tuple(each for each in (*before, rules) if each != rules_clamav)
        self._rules, self._formers = rules_clamav, formers
        try:
            embedded.use_rules(rules_clamav, formers)
            self._refresh(embedded)
        except (SignaturesNotLoaded, OSError) as error:
            self._rules, self._formers = rules, before
            embedded.use_rules(rules, before)
            self._reload_due = True
            raise SignaturesNotLoaded(str(error)) from error

    def forget_formers(self) -> None:
        """Have clamd drop the signatures of former sets, by which nobody scans any more.  Blocks.

        Whatever goes wrong is tried again by look().
        """
        if self.embedded is None or not self._formers:
            return
        self._formers = ()
        self.embedded.use_rules(self._rules)
        try:
            self._refresh(self.embedded)
        except (SignaturesNotLoaded, OSError) as error:
            log.warning("clamav.formers_kept", reason=str(error))
            self._reload_due = True

    def _refresh(self, embedded: EmbeddedClamd) -> None:
        try:
            if embedded.refresh():
                self._reload_due = True
                self._load(embedded)
        except EngineDown as error:  # when it starts, it loads what the folder holds then
            log.warning("clamav.away", reason=str(error))

    def _load(self, embedded: EmbeddedClamd) -> None:
        management = Management(parse_address(self.socket))
        management.reload()
        official = embedded.official_database() is not None
        until = time.monotonic() + (DATABASE_SECONDS if official else RELOAD_SECONDS)
        while not management.has_loaded(embedded.generation):
            if time.monotonic() > until:
                raise SignaturesNotLoaded(
                    f"clamd did not load the signatures of rules/clamav. {NOT_LOADED_FIX}"
                )
            time.sleep(LOADED_PAUSE)
        self._reload_due = False

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
