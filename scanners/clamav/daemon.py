"""Our own clamd: its configuration, its folders, and how to start it.  The supervisor runs it."""

import asyncio
import os
import pwd
import shutil
import time
from pathlib import Path

from scanners.clamav.address import Address, dial
from scanners.clamav.database import DatabaseAge, newest_database
from scanners.clamav.signatures import SignatureFolder, has_signatures
from scanners.errors import EngineDown
from scanners.settings import Limits, MiB

USER = "clamav"
"""Created by Debian's package; clamd gives up root for it."""
LARGEST_FILE_BYTES = 2047 * MiB
"""libclamav scans nothing larger than 2 GiB - 1, whatever is set."""
LONGEST_SOCKET_PATH = 107
"""Bytes of sun_path in unix(7), without the final NUL."""
POLL_SECONDS = 0.05


class ClamdUnusable(EngineDown):
    """clamd cannot be started; the message says what is missing, for a person."""


def find_binary() -> Path | None:
    """Return the clamd program, which Debian keeps off the path of ordinary users."""
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    found = shutil.which("clamd", path=places)
    return Path(found) if found else None


class EmbeddedClamd:
    """Everything about our own clamd but its process.

    clamd runs in `<state>/clamd` and knows only relative paths, so that its user needs no way
    through the folders above, which may be private.
    """

    def __init__(
        self,
        state: Path,
        rules_clamav: Path,
        official: Path,
        limits: Limits,
        *,
        scans_at_once: int = 256,
    ) -> None:
        """`scans_at_once` is fronts times scans in flight of each."""
        self._folder = state.absolute() / "clamd"
        self._official = official
        self._limits = limits
        self._scans_at_once = scans_at_once
        self._signatures = SignatureFolder(self._folder / "db", rules_clamav, official)
        self._root = os.geteuid() == 0
        self.socket = self._folder / "run" / "clamd.sock"
        """Only its folder's owner and root reach it."""

    def refresh(self) -> bool:
        """Write folders and configuration; return whether a running clamd must RELOAD.

        Raises ClamdUnusable if there is nothing to start clamd on, OSError if it cannot write.
        """
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise ClamdUnusable(f"the path of a Unix socket is too long: {self.socket}")
        if not self._signatures.sources():
            raise ClamdUnusable(self.no_signature)
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in ("run", "tmp"):
            self._give(self._folder / name)
        _write(self._folder / "clamd.conf", self.configuration().encode())
        return self._signatures.refresh()

    def use_rules(self, rules_clamav: Path, formers: tuple[Path, ...] = ()) -> None:
        """Take the signatures of another rule set, from the next refresh() on.

        Beside those of `formers`, folders of sets by which somebody scans yet.
        """
        self._signatures.use(rules_clamav, formers)

    def could_start(self, rules_clamav: Path) -> bool:
        """Return whether clamd would find any signature with these rules alone."""
        return has_signatures(rules_clamav) or has_signatures(self._official)

    @property
    def no_signature(self) -> str:
        """What to say of rules with which clamd could not start."""
        return (
            "clamd needs at least one signature: there is none in the rules and no official"
            f" database in {self._official} (freshclam gets it)"
        )

    @property
    def generation(self) -> str:
        """What the folder of signatures held at the last refresh(), as 16 hex digits."""
        return self._signatures.generation

    @property
    def official_generation(self) -> str:
        """The same of the official database alone: it does not change with rules."""
        return self._signatures.official_generation

    def written_generation(self) -> str:
        """What the folder of signatures holds, whoever wrote it; empty if nobody did."""
        return self._signatures.written_generation()

    def command(self) -> list[str]:
        """Return the command that runs clamd in the foreground, logging to its output.

        It ends when its parent does, however that ends.  The kernel forgets this wish when a
        process changes its user, so root is given up before it and not by clamd.
        Call it before every start: it clears away what a killed clamd left unpacked.
        """
        binary = find_binary()
        if binary is None:
            raise ClamdUnusable("there is no clamd: install the package clamav-daemon")
        for path in (self._folder / "tmp").iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        become = [f"--reuid={USER}", f"--regid={USER}", "--init-groups"] if self._root else []
        return [
            *("env", f"--chdir={self._folder}"),
            *("setpriv", *become, "--pdeathsig=TERM"),
            *(str(binary), "--config-file=clamd.conf"),
        ]

    async def wait_ready(self, timeout_seconds: float) -> None:
        """Return once clamd answers; raise EngineDown if it does not in time."""
        until = time.monotonic() + timeout_seconds
        while time.monotonic() < until:
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    if await _answers(Address(path=str(self.socket))):
                        return
            except OSError:  # TimeoutError is one
                pass
            await asyncio.sleep(POLL_SECONDS)
        raise EngineDown(f"our own clamd was not ready within {timeout_seconds:g} s")

    def official_database(self) -> DatabaseAge | None:
        """Return the newest of the official database files; None: there is none."""
        return newest_database(self._official)

    def configuration(self) -> str:
        """Return clamd.conf.  Its limits lie above ours, its time below our deadline."""
        limits = self._limits
        file_bytes = min(limits.file_bytes + MiB, LARGEST_FILE_BYTES)
        threads = min(32, max(4, 2 * (os.cpu_count() or 1)))
        lines = [
            "# Written by Douane at every start: changes are lost.",
            "Foreground yes",
            "LogFile /proc/self/cwd/run/clamd.log",  # has to be absolute
            "LogFileMaxSize 10M",
            "LogTime yes",
            "LocalSocket run/clamd.sock",
            "LocalSocketMode 600",
            "DatabaseDirectory db",
            "TemporaryDirectory tmp",
            # Without these two clamd says OK to what it did not look at.
            "AlertExceedsMax yes",
            "AlertEncrypted yes",
            # A damaged picture or program is not a malicious one.
            "AlertBrokenExecutables no",
            "AlertBrokenMedia no",
            f"MaxFileSize {file_bytes}",
            f"StreamMaxLength {file_bytes}",
            f"MaxScanSize {limits.file_bytes + limits.unpacked_bytes + MiB}",
            f"MaxFiles {max(10_000, 2 * limits.members)}",
            # A step of ours can be several of clamd's (a mail, its part, its decoded text).
            f"MaxRecursion {min(100, max(17, 2 * limits.depth + 1))}",
            f"MaxScanTime {int(limits.scan_seconds * 800)}",
            # More than processors: a few slow files must not keep all others waiting.
            f"MaxThreads {threads}",
            f"MaxQueue {max(100, 2 * threads, self._scans_at_once)}",
            "CommandReadTimeout 30",
            "ReadTimeout 60",
            "IdleTimeout 60",
            # Twice the memory for the seconds of a reload; but without it no file is scanned
            # meanwhile, and what is not scanned is blocked.
            "ConcurrentDatabaseReload yes",
            # The folder changes only when the supervisor says so, which then sends RELOAD.
            "SelfCheck 0",
        ]
        if self._root:
            lines.append(f"User {USER}")
        return "\n".join(lines) + "\n"

    def _give(self, folder: Path) -> None:
        """Make an empty folder that clamd may write to, and nobody else but us."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._root:
            try:
                owner = pwd.getpwnam(USER)
            except KeyError:
                raise ClamdUnusable(
                    f"there is no user {USER!r} for clamd to become: install clamav-daemon"
                ) from None
            os.chown(folder, owner.pw_uid, owner.pw_gid)


def _write(path: Path, text: bytes) -> None:
    """Replace a file at once if it holds something else: a starting clamd may be reading it."""
    if path.is_file() and path.read_bytes() == text:
        return
    fresh = path.with_name(f".{path.name}")
    fresh.write_bytes(text)
    fresh.chmod(0o644)
    os.replace(fresh, path)


async def _answers(address: Address) -> bool:
    sock = await dial(address)
    loop = asyncio.get_running_loop()
    with sock:
        await loop.sock_sendall(sock, b"zPING\0")
        return await loop.sock_recv(sock, 16) == b"PONG\0"
