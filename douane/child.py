"""One child process: started, watched, started again with growing pauses, stopped."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0
"""A child that ran this long starts again after the first pause, however often it ended before."""
HOPELESS = 3
"""Ends in a row after which nobody waits any longer for the child; it is still started again."""
READY = b"ready\n"


class NotReady(Exception):
    """A child did not come up; the text says which and what to look at."""


class CannotStart(Exception):
    """There is nothing to start now; the text says what is missing.  It is tried again."""


@dataclass(slots=True)
class Child:
    """A process that has to run.  Belongs to one event loop.

    Without `probe` it gets a pipe, `--ready-fd N`, on which it says "ready" once it serves.
    """

    name: str
    command: Callable[[], Sequence[str]]
    """Asked before every start; may raise CannotStart or OSError."""
    descriptors: Sequence[int] = ()
    """Inherited by the child."""
    probe: Callable[[], Awaitable[object]] | None = None
    """Returns once a child that knows no ready pipe serves; may raise anything if it does not."""
    silent: bool = False
    """Its standard output is thrown away: it keeps a log of its own."""
    stop_seconds: float = 20.0
    """Time to end by itself when told to stop."""
    longest_pause: float = LONGEST_PAUSE
    """Before it starts again, however often it ended."""
    starts: int = 0
    ready: bool = False
    _ends: int = 0
    _outcome: str = ""
    """How it ended last."""
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    """It is ready, or hopeless."""
    _process: asyncio.subprocess.Process | None = None
    _watch: asyncio.Task[None] | None = None

    @staticmethod
    def of_ours(
        module: str,
        name: str,
        settings_fd: int,
        *arguments: str,
        descriptors: Sequence[int] = (),
        stop_seconds: float = 20.0,
        longest_pause: float = LONGEST_PAUSE,
    ) -> "Child":
        """Return a child that runs `python -m douane.processes.MODULE`."""
        command = (
            *(sys.executable, "-m", f"douane.processes.{module}"),
            *("--settings-fd", str(settings_fd)),
            *("--supervisor-pid", str(os.getpid())),
            *arguments,
        )
        return Child(
            name,
            lambda: command,
            (settings_fd, *descriptors),
            stop_seconds=stop_seconds,
            longest_pause=longest_pause,
        )

    @property
    def pid(self) -> int:
        """Process id, 0 while it is not running."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else 0

    def start(self) -> None:
        self._watch = asyncio.create_task(self._keep_running(), name=self.name)

    async def wait_ready(self, seconds: float) -> None:
        """Wait until the child serves; raise NotReady if it does not in time, or keeps ending."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        if self.ready:
            return
        if self._settled.is_set():
            raise NotReady(f"{self.name} does not start: {self._outcome}")
        raise NotReady(f"{self.name} is not ready after {seconds:g} s; the log says why")

    async def stop(self) -> None:
        """End the child for good: SIGTERM, and SIGKILL if that does not help.  Safe to repeat."""
        if self._watch is None:
            return
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.stop_seconds)
        except TimeoutError:
            log.warning("child.killed", child=self.name)
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """Give the child no more time to end by itself."""
        self.stop_seconds = 0
        if self.pid and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _keep_running(self) -> None:
        pause = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(pause)
            began = loop.time()
            try:
                self._outcome = f"it ended with status {await self._run_once()}"
            except (CannotStart, OSError) as error:
                self._outcome = str(error)
            if loop.time() - began > STEADY_SECONDS:
                self._ends, pause = 0, 0.0
            self._note_end()
            pause = min(max(pause * 2, FIRST_PAUSE), self.longest_pause)
            reason = self._outcome
            log.warning("child.ended", child=self.name, reason=reason, again_in_seconds=pause)

    def _note_end(self) -> None:
        self.ready = False
        self._ends += 1
        if self._ends >= HOPELESS:
            self._settled.set()
        else:
            self._settled.clear()

    def _note_ready(self) -> None:
        self.ready = True
        self._settled.set()

    async def _run_once(self) -> int:
        """Return the exit status, negative for a signal."""
        if self.probe is None:
            return await self._run_with_pipe()
        process = await self._spawn(())
        probing = asyncio.create_task(self._ask(self.probe))
        try:
            return await process.wait()
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)

    async def _ask(self, probe: Callable[[], Awaitable[object]]) -> None:
        await probe()
        self._note_ready()

    async def _run_with_pipe(self) -> int:
        loop = asyncio.get_running_loop()
        reader, writer = os.pipe()

        def hear() -> None:
            loop.remove_reader(reader)  # it says one word or, ending, none
            if os.read(reader, len(READY)) == READY:
                self._note_ready()

        loop.add_reader(reader, hear)
        try:
            try:
                process = await self._spawn(("--ready-fd", str(writer)), writer)
            finally:
                os.close(writer)
            return await process.wait()
        finally:
            loop.remove_reader(reader)
            os.close(reader)

    async def _spawn(
        self, arguments: Sequence[str], *descriptors: int
    ) -> asyncio.subprocess.Process:
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            *self.command(),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL if self.silent else None,
            pass_fds=(*self.descriptors, *descriptors),
        )
        return self._process
