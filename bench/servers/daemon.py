"""A child process that serves: start it, wait until it is ready, stop it by its pid."""

import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

POLL_SECONDS = 0.02


class NotReady(Exception):
    """The server ended, or did not become ready in time; the message holds the end of its log."""


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until `condition()`; raise NotReady after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


def free_port() -> int:
    """Return a loopback port that was free a moment ago; whoever loses the race tries another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """One server process.  Standard output and error go to `log`, which is kept over restarts."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        ready: Callable[[], bool],
        *,
        environment: Mapping[str, str] | None = None,
        ready_seconds: float = 60,
        stop_seconds: float = 20,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(word) for word in command]
        self._ready = ready
        self._ready_seconds = ready_seconds
        self._stop_seconds = stop_seconds
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise NotReady(f"{self.name} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Return when the server is ready, else raise NotReady with the end of its log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
            )
        try:
            wait_until(self._ready_or_ended, self._ready_seconds, self.name)
            if not self.running:
                raise NotReady(f"{self.name}: ended with status {self._process.returncode}")
        except NotReady as not_ready:
            self.stop()
            raise NotReady(f"{not_ready}\n{self.log_end()}") from None

    def _ready_or_ended(self) -> bool:
        return not self.running or self._ready()

    def stop(self) -> int | None:
        """Ask the process to end, in the end kill it; return its status, None if none ran."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.terminate()
        try:
            return process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def kill(self) -> None:
        """Kill the process without a word; `start` starts it again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def log_end(self, size: int = 4000) -> str:
        """Return the last `size` bytes of the log, none if `size` is 0."""
        return self.log.read_bytes()[-size:].decode(errors="replace") if size else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
