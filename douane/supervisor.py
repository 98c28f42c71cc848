"""`douane serve`: starts clamd, the ledger, the fronts and the API, and replaces what dies.

Sees no client byte.  It owns the listening sockets, so that a port stays open while a process
behind it is replaced, and the ISTag, so that all fronts change it at the same moment.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import structlog

from douane import __version__
from douane.child import Child, NotReady
from douane.clamav import DATABASE_SECONDS, ClamavDaemon
from douane.descriptors import shortage
from douane.ledger_place import ledger_place
from douane.listeners import address_text, open_listeners
from douane.rulesets.digest import rules_digest
from douane.rulesets.service import RulesService
from douane.settings import Settings
from douane.state import lock_state
from icap_server.istag import Board, compute_istag
from icap_server.tally import Tally
from icap_server.tls import certificate_expiry, make_context
from icap_server.users import read_users
from scanners.secret import SECRET_FILE, ensure_secret
from verdicts.ledger.access.keys import ADMIN_KEY_FILE, ensure_admin_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.age.pseudonyms import PRIVACY_KEY_FILE
from verdicts.ledger.questions import LedgerFailed, LogUnavailable
from verdicts.model import utc_now

log = structlog.get_logger()

READY_SECONDS = 60.0
VERSION_SECONDS = 5.0
LEDGER_PAUSE_SECONDS = 1.0
"""Answers wait for their records: what is not acknowledged within five seconds is late."""
FRONT_MARGIN_SECONDS = 25.0
"""What a front needs to stop beyond the time for running requests: workers, the last records."""

Say = Callable[[str], None]


class Supervisor:
    """One running service."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._stop = asyncio.Event()
        self._board_fd = Board.create()
        self._board = Board(self._board_fd)
        self._settings_fd = -1
        self._tally_fd = Tally.create(settings.icap.front_count)
        self._children: list[Child] = []
        self._listeners: list[socket.socket] = []
        self._clamav = ClamavDaemon(_working(settings))
        self._clamav_version = ""
        self._rules = RulesService(settings, self._clamav, self)
        self._rules_digest = ""
        self._epoch = 0

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; a second one gives running requests no more time.

        Raises NotReady if a part does not come up, OSError if state or port belong to others.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        self._check_door()
        lock = lock_state(self._settings)
        for name in (SECRET_FILE, PRIVACY_KEY_FILE):
            ensure_secret(self._settings.state.directory, name)
        self._settings_fd = _share_settings(_working(self._settings))
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            for task in (serving, stopping):
                task.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)
            await self._stop_all()
            for descriptor in (lock, self._settings_fd, self._board_fd, self._tally_fd):
                os.close(descriptor)

    async def _serve(self) -> None:
        """Start everything, then follow clamd's database for ever."""
        settings = self._settings
        rules = await self._rules.begin(self._say)
        self._rules_digest = rules_digest(settings, settings.active_rules)
        icap = self._listen(settings.icap.listen, settings.icap.front_count)
        icaps = self._listen(settings.icaps.listen, settings.icap.front_count)
        api = self._listen(settings.api.listen, 1)[0]
        self._write_istag()
        await self._start_clamd()
        await self._start(icap, icaps, api)
        await self._rules.open(rules, self._say)
        self._announce(icap[0], icaps[0] if icaps else None, api)
        while True:
            await asyncio.sleep(VERSION_SECONDS)
            async with self._rules.turn.taken():
                await self._look_at_clamav()
                try:
                    await self._rules.follow()
                except Exception:  # whatever it is, the service goes on
                    log.exception("rules.follow_failed")

    def _check_door(self) -> None:
        """Say now what every front would say: CertificateUnusable, UsersUnusable."""
        if self._settings.icaps.listen:
            make_context(self._settings.icaps)
            certificate_expiry(self._settings.icaps)
        if self._settings.access.basic_users:
            read_users(Path(self._settings.access.basic_users))

    def _listen(self, address: str, count: int) -> list[socket.socket]:
        """Return `count` listeners; none for an empty address."""
        listeners = open_listeners(address, count) if address else []
        self._listeners += listeners
        return listeners

    async def _start_clamd(self) -> None:
        """Without clamd the service runs as well: every file is a gap, until clamd comes."""
        clamd = self._clamav.child()
        if clamd is not None:
            self._say("starting clamd …")
            try:
                await self._launch(clamd, DATABASE_SECONDS)
            except NotReady as error:
                self._say(f"warning: {error}. Until it runs, files count as not scanned.")
        await self._look_at_clamav()

    async def _start(
        self, icap: list[socket.socket], icaps: list[socket.socket], api: socket.socket
    ) -> None:
        settings, fd = self._settings, self._settings_fd
        self._say("starting the ledger …")
        await self._launch(
            Child.of_ours("ledger", "ledger", fd, longest_pause=LEDGER_PAUSE_SECONDS)
        )
        await self._ensure_admin_key(ledger_place(settings))
        self._say(f"starting {len(icap)} fronts and their scan workers …")
        doors = zip_longest(icap, icaps)
        fronts = [self._front(index, plain, secure) for index, (plain, secure) in enumerate(doors)]
        await asyncio.gather(*(self._launch(front) for front in fronts))
        self._say("starting the API …")
        listen = ("--listen-fd", str(api.fileno()))
        await self._launch(Child.of_ours("api", "api", fd, *listen, descriptors=(api.fileno(),)))
        if settings.sinks:
            self._say(f"starting the courier of {len(settings.sinks)} sinks …")
            await self._launch(Child.of_ours("courier", "courier", fd))

    async def _ensure_admin_key(self, place: LedgerPlace) -> None:
        """Without a database the service runs as well, once there was a first start with one."""
        try:
            await asyncio.to_thread(ensure_admin_key, place, utc_now())
        except (LedgerFailed, LogUnavailable) as error:
            if not (place.state / ADMIN_KEY_FILE).exists():
                raise NotReady("the database cannot be used; the ledger's log says why") from error
            self._say("warning: the database cannot be used. Until it can, verdicts wait for it.")

    def _front(self, index: int, plain: socket.socket, secure: socket.socket | None) -> Child:
        doors = [("--listen-fd", plain.fileno())]
        if secure is not None:
            doors.append(("--secure-fd", secure.fileno()))
        shared = [("--board-fd", self._board_fd), ("--tally-fd", self._tally_fd), *doors]
        return Child.of_ours(
            "front",
            f"front-{index}",
            self._settings_fd,
            *("--index", str(index)),
            *(word for name, descriptor in shared for word in (name, str(descriptor))),
            *("--clamav-socket", self._clamav.socket),
            descriptors=[descriptor for _, descriptor in shared],
            stop_seconds=self._settings.icap.stop_seconds + FRONT_MARGIN_SECONDS,
        )

    async def _launch(self, child: Child, seconds: float = READY_SECONDS) -> None:
        self._children.append(child)
        child.start()
        await child.wait_ready(seconds)

    def _announce(
        self, plain: socket.socket, secure: socket.socket | None, rest: socket.socket
    ) -> None:
        key = self._settings.state.directory / "admin.key"
        icap, api = address_text(plain), address_text(rest)
        addresses = {"icap": icap, "api": api, "admin_key_file": str(key)}
        if secure is not None:
            addresses["icaps"] = address_text(secure)
        target = self._settings.addresses_file
        partial = target.with_suffix(".new")
        partial.write_text(json.dumps(addresses, indent=1) + "\n")
        partial.replace(target)
        for line in (*self._clamav.warnings(), shortage(self._settings)):
            if line:
                self._say(f"warning: {line}")
        self._say("")
        self._say(f"Douane {__version__} is serving.")
        self._say(f"  ICAP       icap://{icap}/reqmod and icap://{icap}/respmod")
        if secure is not None:
            self._say(f"  ICAPS      icaps://{addresses['icaps']}/reqmod and …/respmod")
        self._say(f"  REST       http://{api}/v1")
        self._say(f"  dashboard  http://{api}/")
        self._say(f"  admin key  {key}")
        self._say("Try:")
        bearer = f'"Authorization: Bearer $(cat {key})"'
        self._say(f"  curl -H {bearer} http://{api}/v1/stats/summary")

    async def rules_changed(self, folder: Path) -> None:
        """Every front works by another rule set: the ISTag changes, once."""
        self._rules_digest = await asyncio.to_thread(rules_digest, self._settings, folder)
        self._write_istag()

    def rules_settled(self) -> None:
        """Nothing of the former rule set is left: what was found with its help counts no more."""
        self._epoch += 1
        self._board.write(self._board.istag(), self._epoch)

    async def _look_at_clamav(self) -> None:
        try:
            version = await asyncio.to_thread(self._clamav.look)
        except Exception:  # whatever clamd or its files do, the service goes on
            log.exception("clamav.look_failed")
            return
        if version:  # while down, what it said last counts
            self._clamav_version = version
            self._write_istag()

    def _write_istag(self) -> None:
        istag = compute_istag(self._rules_digest, __version__, self._clamav_version)
        if istag != self._board.istag():
            self._epoch += 1
            self._board.write(istag, self._epoch)

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():
            for child in self._children:
                child.kill()
        self._stop.set()

    async def _stop_all(self) -> None:
        """The doors first, so that the ledger still takes what they have; clamd last."""
        self._settings.addresses_file.unlink(missing_ok=True)
        for listener in self._listeners:  # who connects from now on is refused, not kept waiting
            listener.close()
        await self._rules.close()
        if self._children:
            self._say("stopping; Ctrl-C again ends running requests at once")
        doors = [child for child in self._children if child.name.startswith(("front", "api"))]
        await asyncio.gather(*(child.stop() for child in doors))
        for child in reversed(self._children):
            await child.stop()


def _working(settings: Settings) -> Settings:
    """Return the settings for all processes: they work by the active rule set, not by the folder.

    A front that is replaced must not come back with rules that somebody edits meanwhile.
    """
    rules = settings.rules.model_copy(update={"directory": settings.active_rules})
    return settings.model_copy(update={"rules": rules})


def _share_settings(settings: Settings) -> int:
    """Return a descriptor of the effective settings: every process reads the same ones."""
    descriptor = os.memfd_create("settings", os.MFD_CLOEXEC)
    os.write(descriptor, settings.model_dump_json().encode())
    return descriptor
