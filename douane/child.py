"""One child process: started, watched, started again with growing pauses, stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0
"""A child that ran this long starts again without a pause."""
TERM_SECONDS = 45.0
"""Longer than a front takes to let running requests end."""


class NotReady(Exception):
    """A child did not come up; the text says which and what to look at."""


@dataclass(slots=True)
class Child:
    """A process of ours.  It says "ready" on a pipe when it serves, if it has one."""

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    """Inherited by the child."""
    tells_ready: bool = True
    silent: bool = False
    """Its standard output is thrown away: it keeps a log of its own."""
    starts: int = 0
    _process: asyncio.subprocess.Process | None = None
    _watch: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    @staticmethod
    def of_ours(
        module: str, name: str, settings_fd: int, *arguments: str, descriptors: Sequence[int] = ()
    ) -> "Child":
        """Return a child that runs `python -m douane.processes.MODULE`."""
        command = (
            sys.executable,
            "-m",
            f"douane.processes.{module}",
            "--settings-fd",
            str(settings_fd),
            *arguments,
        )
        return Child(name, command, (settings_fd, *descriptors))

    @property
    def pid(self) -> int:
        """Process id, 0 while it is not running."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else 0

    def start(self) -> None:
        self._watch = asyncio.create_task(self._keep_running(), name=self.name)

    async def wait_ready(self, seconds: float) -> None:
        """Wait until the child serves; raise NotReady if it does not in time."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except TimeoutError:
            raise NotReady(
                f"{self.name} did not start within {seconds:.0f} s; its log lines above say why"
            ) from None

    async def stop(self) -> None:
        """End the child for good: SIGTERM, and SIGKILL if that does not help."""
        if self._watch is None:
            return
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), TERM_SECONDS)
        except TimeoutError:
            log.warning("child.killed", child=self.name)
            process.kill()
            await process.wait()

    async def _keep_running(self) -> None:
        pause = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(pause)
            began = loop.time()
            status = await self._run_once()
            self._ready.clear()
            steady = loop.time() - began > STEADY_SECONDS
            pause = FIRST_PAUSE if steady else min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            log.warning("child.exited", child=self.name, status=status, again_in_seconds=pause)

    async def _run_once(self) -> int:
        reader, writer = os.pipe()
        extra = ("--ready-fd", str(writer)) if self.tells_ready else ()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                *extra,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL if self.silent else None,
                pass_fds=(*self.descriptors, *((writer,) if self.tells_ready else ())),
            )
        finally:
            os.close(writer)
        self.starts += 1
        listening = asyncio.create_task(self._hear_ready(reader))
        try:
            return await self._process.wait()
        finally:
            listening.cancel()

    async def _hear_ready(self, reader: int) -> None:
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader()
        pipe = os.fdopen(reader, "rb", 0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
        try:
            if await stream.readline() == b"ready\n":
                self._ready.set()
        finally:
            transport.close()
