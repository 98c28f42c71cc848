"""`douane serve`: starts clamd, the ledger, the fronts and the API, and replaces what dies.

Sees no client byte.  It owns the listening sockets, so that a port stays open while a process
behind it is replaced, and the ISTag, so that all fronts change it at the same moment.
"""

import asyncio
import fcntl
import json
import os
import signal
import socket
from collections.abc import Callable

import structlog

from douane import __version__
from douane.child import Child
from douane.clamav import ClamavDaemon
from douane.settings import Settings
from icap_server.istag import Board, compute_istag
from scanners.ruleset import ruleset_id
from verdicts.ledger.keys import LedgerPlace, ensure_admin_key
from verdicts.model import utc_now
from verdicts.policy import Policy

log = structlog.get_logger()

READY_SECONDS = 60.0
DATABASE_READY_SECONDS = 180.0
"""clamd takes half a minute to load the official database."""
VERSION_SECONDS = 5.0

Say = Callable[[str], None]


class StateInUse(OSError):
    """The state directory has an owner; the text says what to do."""


class Supervisor:
    """One running service."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._stop = asyncio.Event()
        board_fd = Board.create()
        self._board_fd = board_fd
        self._board = Board(board_fd)
        self._settings_fd = _share_settings(settings)
        self._clamav = ClamavDaemon(settings)
        self._children: list[Child] = []
        observe = settings.policy.mode == "monitor"
        self._digests = (
            Policy.read(settings.rules.directory / "policy.toml", observe=observe).digest,
            ruleset_id(settings.rules.directory),
            __version__,
        )
        self._clamav_version = ""

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.  Raises NotReady if a part does not come up."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        lock = lock_state(self._settings)
        icap = _listeners(self._settings.icap.listen, self._settings.icap.front_count)
        api = _listeners(self._settings.api.listen, 1)[0]
        self._write_istag()
        try:
            await self._start(icap, api)
            self._announce(_address(icap[0]), _address(api))
            await self._watch_clamav()
        finally:
            await self._stop_all()
            os.close(lock)

    async def _start(self, icap: list[socket.socket], api: socket.socket) -> None:
        settings, fd = self._settings, self._settings_fd
        clamd = self._clamav.child()
        if clamd is not None:
            self._say("starting clamd …")
            await self._launch(clamd)
            await self._clamav.wait_ready(DATABASE_READY_SECONDS)
        await self._look_at_clamav()
        self._say("starting the ledger …")
        await self._launch(Child.of_ours("ledger", "ledger", fd))
        place = LedgerPlace(settings.database.url, settings.ledger_socket)
        await asyncio.to_thread(ensure_admin_key, settings.state.directory, place, utc_now())
        self._say(f"starting {len(icap)} fronts and their scan workers …")
        fronts = [self._front(index, listener) for index, listener in enumerate(icap)]
        await asyncio.gather(*(self._launch(front) for front in fronts))
        self._say("starting the API …")
        await self._launch(
            Child.of_ours(
                "api", "api", fd, "--listen-fd", str(api.fileno()), descriptors=(api.fileno(),)
            )
        )

    def _front(self, index: int, listener: socket.socket) -> Child:
        return Child.of_ours(
            "front",
            f"front-{index}",
            self._settings_fd,
            "--index",
            str(index),
            "--listen-fd",
            str(listener.fileno()),
            "--board-fd",
            str(self._board_fd),
            "--clamav-socket",
            self._clamav.socket,
            descriptors=(listener.fileno(), self._board_fd),
        )

    async def _launch(self, child: Child) -> None:
        self._children.append(child)
        child.start()
        if child.tells_ready:
            await child.wait_ready(READY_SECONDS)

    def _announce(self, icap: str, api: str) -> None:
        state = self._settings.state.directory
        addresses = {
            "icap": icap,
            "api": api,
            "admin_key_file": str(state / "admin.key"),
            "pids": {child.name: child.pid for child in self._children},
        }
        target = self._settings.run_directory / "addresses.json"
        target.with_suffix(".new").write_text(json.dumps(addresses, indent=1) + "\n")
        target.with_suffix(".new").replace(target)
        for line in self._clamav.warnings():
            self._say(f"warning: {line}")
        self._say("")
        self._say(f"Douane {__version__} is serving.")
        self._say(f"  ICAP       icap://{icap}/reqmod and icap://{icap}/respmod")
        self._say(f"  REST       http://{api}/v1")
        self._say(f"  admin key  {state / 'admin.key'}")
        self._say("Try:")
        self._say(
            f'  curl -H "Authorization: Bearer $(cat {state / "admin.key"})" '
            f"http://{api}/v1/stats/summary"
        )

    async def _watch_clamav(self) -> None:
        """Until we have to stop: follow the database, and change the ISTag when it changes."""
        while not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), VERSION_SECONDS)
            except TimeoutError:
                await self._look_at_clamav()

    async def _look_at_clamav(self) -> None:
        version = await asyncio.to_thread(self._clamav.look)
        if version and version != self._clamav_version:  # while down, what it said last counts
            self._clamav_version = version
            self._write_istag()

    def _write_istag(self) -> None:
        self._board.write(compute_istag(*self._digests, self._clamav_version))

    async def _stop_all(self) -> None:
        """Fronts first, so that the ledger still takes what they have; clamd last."""
        (self._settings.run_directory / "addresses.json").unlink(missing_ok=True)
        fronts = [child for child in self._children if child.name.startswith("front")]
        await asyncio.gather(*(child.stop() for child in fronts))
        for child in reversed(self._children):
            await child.stop()


def make_state(settings: Settings) -> None:
    """Create the folders that hold state, readable by nobody else."""
    state = settings.state.directory
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (settings.run_directory, settings.spool_directory):
        folder.mkdir(mode=0o700, exist_ok=True)


def lock_state(settings: Settings) -> int:
    """Make the state ours alone; return the descriptor that keeps it so.

    Raises StateInUse: two services on one state would take each other's sockets away.
    """
    make_state(settings)
    descriptor = os.open(settings.run_directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StateInUse(
            f"another `douane serve` uses {settings.state.directory}; stop it, or set "
            "[state] directory to another folder"
        ) from None
    return descriptor


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of "host:port" or "[v6]:port"."""
    host, _, port = address.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def _listeners(address: str, count: int) -> list[socket.socket]:
    """Return `count` sockets bound to one address; the kernel spreads connections over them."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sockets: list[socket.socket] = []
    for _ in range(count):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if count > 1:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from error
        port = listener.getsockname()[1]
        sockets.append(listener)
    return sockets


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _share_settings(settings: Settings) -> int:
    """Return a descriptor of the effective settings: every process reads the same ones."""
    descriptor = os.memfd_create("settings", os.MFD_CLOEXEC)
    os.write(descriptor, settings.model_dump_json().encode())
    return descriptor

