"""A real clamd on a tiny database of its own, started the way the product starts it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvloop

from scanners.clamav.daemon import EmbeddedClamd, find_binary
from scanners.errors import EngineDown
from scanners.settings import Limits


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Descriptors and sockets behave by loop: every test runs on both."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


EICAR_HALVES = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
MARKER = b"douane-marker-of-the-clamav-tests"


@dataclass(slots=True)
class RunningClamd:
    """A clamd of this test: kill it, start it again, change what it knows."""

    own: EmbeddedClamd
    rules: Path
    extra: str
    """Lines appended to the clamd.conf that the product would write."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return str(self.own.socket)

    def start(self) -> None:
        self.own.refresh()
        configuration = self.own.socket.parent.parent / "clamd.conf"
        configuration.write_text(replace_settings(self.own.configuration(), self.extra))
        output = configuration.with_name("output")
        with output.open("wb") as log:
            self.process = subprocess.Popen(self.own.command(), stdout=log, stderr=log)
        try:
            asyncio.run(self.own.wait_ready(20))
        except EngineDown:
            pytest.fail(f"clamd (exit status {self.process.poll()}): {output.read_text()}")

    def pause(self) -> None:
        """What is asked from now on stays unanswered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End clamd without any warning, and wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
            self.process = None


def replace_settings(configuration: str, extra: str) -> str:
    """clamd refuses a setting that is given twice: the extra lines win."""
    names = {line.split()[0] for line in extra.splitlines()}
    kept = [line for line in configuration.splitlines() if line.split()[0] not in names]
    return "\n".join([*kept, extra, ""])


@pytest.fixture
def eicar() -> bytes:
    return b"".join(EICAR_HALVES)


@pytest.fixture
def marker() -> bytes:
    """Harmless bytes that the database of these tests knows as Test.Marker."""
    return MARKER


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a Unix socket (107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago: clamd cannot be told to choose one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start_clamd(short_folder: Path) -> Iterator[Callable[..., RunningClamd]]:
    """start_clamd(extra="AlertEncrypted no") returns a RunningClamd; it is stopped at the end."""
    if find_binary() is None:
        pytest.fail("clamd is not installed: make setup")
    started: list[RunningClamd] = []

    def start(extra: str = "", limits: Limits | None = None) -> RunningClamd:
        rules = short_folder / f"rules{len(started)}"
        rules.mkdir()
        eicar = b"".join(EICAR_HALVES).hex()
        (rules / "test.ndb").write_text(f"Test.Eicar:0:0:{eicar}\nTest.Marker:0:*:{MARKER.hex()}\n")
        own = EmbeddedClamd(
            short_folder / f"s{len(started)}", rules, short_folder / "none", limits or Limits()
        )
        clamd = RunningClamd(own, rules, extra)
        started.append(clamd)
        clamd.start()
        return clamd

    yield start
    for clamd in started:
        clamd.kill()


@pytest.fixture
def clamd(start_clamd: Callable[..., RunningClamd]) -> RunningClamd:
    return start_clamd()


class ScriptedClamd:
    """A clamd for faults that a real one will not produce on demand.

    `script(clamd, connection number)` runs in a thread for each connection, in turn.
    """

    def __init__(self, path: Path, script: "Script") -> None:
        self.path = path
        self.descriptors = 0
        """How many arrived, over all connections."""
        self.failures: list[BaseException] = []
        self.connections = 0
        self._script = script
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._kept: list[socket.socket] = []
        self._peer: socket.socket | None = None
        self._read = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def expect(self, *commands: bytes) -> None:
        """Read exactly these commands; FILDES counts with its extra byte."""
        wanted = b"".join(commands)
        assert self.take(len(wanted)) == wanted

    def take(self, size: int) -> bytes:
        """Read that many bytes, and any descriptors with them."""
        while len(self._read) < size:
            assert self._peer is not None
            data, found, _, _ = socket.recv_fds(self._peer, 4096, 16)
            if not data:
                raise EOFError(f"the client left after {self._read!r}")
            self._read += data
            self.descriptors += len(found)
            for descriptor in found:
                os.close(descriptor)
        taken, self._read = self._read[:size], self._read[size:]
        return taken

    def keep(self) -> None:
        """Leave this connection open and silent while the next ones are served."""
        assert self._peer is not None
        self._kept.append(self._peer.dup())

    def say(self, *messages: bytes) -> None:
        assert self._peer is not None
        self._peer.sendall(b"".join(messages))

    def open_session(self) -> None:
        """Answer what every link begins with: version and both probes."""
        self.expect(b"zIDSESSION\0", b"zVERSION\0")
        self.say(b"1: ClamAV 1.4.6\0")
        self.expect(FILDES)
        self.say(b"2: fd[9]: Heuristics.Encrypted.Zip FOUND\0")
        self.expect(FILDES)
        self.say(b"3: fd[9]: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0")

    def wait_for_the_end(self) -> None:
        assert self._peer is not None
        while self._peer.recv(4096):
            pass

    def stop(self) -> None:
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        for kept in self._kept:
            kept.close()
        if self.failures:
            raise self.failures[0]

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with peer:
                self._peer, self._read = peer, b""
                peer.settimeout(20)
                try:
                    self._script(self, self.connections)
                except (EOFError, OSError):
                    continue
                except BaseException as failure:
                    self.failures.append(failure)
                    return


Script = Callable[[ScriptedClamd, int], None]
FILDES = b"zFILDES\0\0"


@pytest.fixture
def scripted_clamd(short_folder: Path) -> Iterator[Callable[[Script], ScriptedClamd]]:
    started: list[ScriptedClamd] = []

    def start(script: Script) -> ScriptedClamd:
        started.append(ScriptedClamd(short_folder / "scripted", script))
        return started[-1]

    yield start
    for clamd in started:
        clamd.stop()
