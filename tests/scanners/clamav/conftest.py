"""A real clamd on a tiny database of its own, started the way the product starts it."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanners.clamav.daemon import EmbeddedClamd, find_binary
from scanners.settings import Limits

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
        self.process = subprocess.Popen(self.own.command(), stdout=subprocess.DEVNULL)
        asyncio.run(self.own.wait_ready(20))

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
    folder = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))  # noqa: S108
    yield folder
    shutil.rmtree(folder)


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
