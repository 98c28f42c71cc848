"""The front's scan workers: give each file to a free one, in order, and survive whatever it does.

A fault of a scan is never an exception here: it is a gap in the answer (`Unscanned`).
"""

import asyncio
import logging
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scanners.model import Reason
from scanners.settings import Limits, PasswordSettings, WorkerSettings
from scanners.worker.messages import (
    JOB_BYTES,
    Control,
    JobRequest,
    Notice,
    Setup,
    encode_job,
    make_job,
)
from scanners.worker.remote_worker import Cause, Child, PoolAnswer, RemoteWorker, gap
from scanners.worker.zygote_link import ZygoteFailed, ZygoteLink

log = logging.getLogger(__name__)

__all__ = ["Child", "JobRequest", "PoolAnswer", "PoolStatus", "ScanPool", "ZygoteFailed"]

SHIPPED_EXAMINER = "scanners.worker.shipped:build_examiner"
SHIPPED_PASSWORDS = PasswordSettings()
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before something that does not start is started again; doubled each time."""


@dataclass(frozen=True, slots=True)
class PoolStatus:
    alive: int
    """Workers that can take jobs or have one."""
    wanted: int
    missing: tuple[str, ...]
    """Protections the sandbox of some worker lacks (sandbox.PROTECTIONS); empty: it is whole."""
    queue: int
    restarts: dict[str, int]
    """Since the start, by cause: crashed, timed_out, recycled."""
    pids: tuple[int, ...]


class ScanPool:
    """Scan workers under one zygote.  Belongs to one event loop."""

    def __init__(
        self,
        rules: Path,
        limits: Limits,
        settings: WorkerSettings,
        *,
        passwords: PasswordSettings = SHIPPED_PASSWORDS,
        secret: Path | None = None,
        audit: bool = False,
        examiner: str = SHIPPED_EXAMINER,
    ) -> None:
        """`secret`, `audit` and `examiner`: see `messages.Setup`."""
        self._setup = Setup(0, 0, rules, limits, settings, examiner, audit, secret)
        self._limits = limits
        self._guess_seconds = passwords.guess_seconds
        self._settings = settings
        self._zygote: ZygoteLink | None = None
        """None while there is none that could fork."""
        self._keeper: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._greeted = asyncio.Event()
        self._workers: dict[int, RemoteWorker] = {}
        self._idle: list[RemoteWorker] = []
        self._waiting: deque[asyncio.Future[RemoteWorker | None]] = deque()
        self._tokens = 0
        self._jobs = 0
        self._failed_starts = 0
        self._restarts: Counter[Cause] = Counter()
        self._running = False

    async def start(self) -> None:
        """Return when the workers can take jobs; ZygoteFailed or OSError if none ever will."""
        self._running = True
        try:
            await self._start_zygote()
        except BaseException:
            self._running = False
            raise
        self._keeper = asyncio.create_task(self._keep_zygote())
        with suppress(TimeoutError):  # scans then wait as they do for a busy worker
            await asyncio.wait_for(self._greeted.wait(), LONGEST_PAUSE)

    async def stop(self) -> None:
        """End all processes; scans under way or waiting become engine_down."""
        self._running = False
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for worker in list(self._workers.values()):
            worker.end(Cause.STOPPED)
        for ticket in self._waiting:
            if not ticket.done():
                ticket.set_result(None)
        if self._zygote is not None:
            await self._zygote.stop()
            self._zygote = None

    async def scan(self, descriptor: int, request: JobRequest, deadline: float) -> PoolAnswer:
        """Examine a file by `deadline` (monotonic clock); close the answer to close its children.

        `descriptor` must be one that the worker cannot write through and nobody truncates: a
        sealed memfd, or a file opened read-only; it stays the caller's.  Never raises for a fault
        of the scan.
        """
        if request.size > self._limits.file_bytes:  # more than a worker has address space for
            return gap(Reason.TOO_LARGE)
        while (seconds := deadline - time.monotonic()) > 0:
            worker = await self._hire(seconds)
            if isinstance(worker, Reason):
                return gap(worker)
            seconds = deadline - time.monotonic()
            self._jobs += 1
            message = encode_job(
                make_job(self._jobs, request, seconds, self._limits, self._guess_seconds)
            )
            if len(message) > JOB_BYTES or seconds <= 0:
                self._free(worker)
                return gap(Reason.TIMED_OUT if seconds <= 0 else Reason.TOO_LARGE)
            if not worker.alive:
                continue
            try:
                answer = worker.ask(self._jobs, message, descriptor, seconds)
            except OSError:  # it died idle: the next one may have the job
                worker.end(Cause.CRASHED)
                continue
            return await _kept(answer)
        return gap(Reason.TIMED_OUT)

    def status(self) -> PoolStatus:
        workers = [worker for worker in self._workers.values() if worker.missing is not None]
        return PoolStatus(
            alive=len(workers),
            wanted=self._settings.count,
            missing=tuple(sorted({name for w in workers for name in w.missing or ()})),
            queue=sum(not ticket.done() for ticket in self._waiting),
            restarts={
                cause.value: self._restarts[cause]
                for cause in (Cause.CRASHED, Cause.TIMED_OUT, Cause.RECYCLED)
            },
            pids=tuple(worker.pid for worker in workers if worker.pid),
        )

    async def _hire(self, seconds: float) -> RemoteWorker | Reason:
        """Return a free worker, in the order of asking, or the reason why there is none."""
        if not self._running:
            return Reason.ENGINE_DOWN
        if self._idle:
            return self._idle.pop()
        if len(self._waiting) >= self._settings.queue:
            return Reason.ENGINE_DOWN
        loop = asyncio.get_running_loop()
        ticket: asyncio.Future[RemoteWorker | None] = loop.create_future()
        self._waiting.append(ticket)
        timer = loop.call_later(seconds, _give_up, ticket)
        try:
            worker = await ticket
        except asyncio.CancelledError:
            if ticket.cancelled():
                self._leave_queue(ticket)
            elif (given := ticket.result()) is not None:  # cancelled after it was given one
                self._free(given)
            raise
        finally:
            timer.cancel()
        if worker is not None:
            return worker
        self._leave_queue(ticket)
        busy = self._running and any(w.missing is not None for w in self._workers.values())
        return Reason.TIMED_OUT if busy else Reason.ENGINE_DOWN

    def _leave_queue(self, ticket: "asyncio.Future[RemoteWorker | None]") -> None:
        with suppress(ValueError):  # a worker that came free passed over it and took it out
            self._waiting.remove(ticket)

    def _free(self, worker: RemoteWorker) -> None:
        """Give a worker to whoever waits longest; replace it first if it served long enough."""
        self._failed_starts = 0
        if not self._greeted.is_set() and self.status().alive == self._settings.count:
            self._greeted.set()
        if not worker.alive:
            return
        settings = self._settings
        if (
            worker.jobs >= settings.jobs_before_recycling
            or worker.growth_bytes > settings.memory_growth_bytes
        ):
            worker.end(Cause.RECYCLED)
            return
        while self._waiting:
            ticket = self._waiting.popleft()
            if not ticket.done():
                ticket.set_result(worker)
                return
        self._idle.append(worker)

    def _ended(self, worker: RemoteWorker, cause: Cause) -> None:
        del self._workers[worker.token]
        if worker in self._idle:
            self._idle.remove(worker)
        self._restarts[cause] += 1
        if self._zygote is None or not self._running:
            return
        self._zygote.kill(worker.token)
        if cause is not Cause.NEVER_STARTED:
            self._hire_workers()
            return
        pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2**self._failed_starts)
        self._failed_starts = min(self._failed_starts + 1, 10)
        asyncio.get_running_loop().call_later(pause, self._hire_workers)

    def _hire_workers(self) -> None:
        while (
            self._running and self._zygote is not None and len(self._workers) < self._settings.count
        ):
            self._tokens += 1
            try:
                link = self._zygote.fork(self._tokens)
            except OSError as error:  # no descriptor left: perhaps there is one later
                log.warning("no socket for a worker, trying again: %s", error)
                asyncio.get_running_loop().call_later(LONGEST_PAUSE, self._hire_workers)
                return
            self._workers[self._tokens] = RemoteWorker(
                self._tokens,
                link,
                self._limits.unpacked_bytes,
                self._free,
                self._ended,
            )

    async def _start_zygote(self) -> None:
        zygote = ZygoteLink(self._setup, self._on_notice, self._on_lost)
        await zygote.ready()
        self._zygote = zygote
        self._hire_workers()

    async def _keep_zygote(self) -> None:
        """Start a new zygote whenever the old one is lost.  Its workers ended with it."""
        pause = SHORTEST_PAUSE
        while True:
            await self._lost.wait()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                self._lost.clear()
                await self._start_zygote()
                pause = SHORTEST_PAUSE
            except Exception as error:  # whatever it is: without the keeper no worker ever returns
                log.warning("no zygote, trying again: %s: %s", type(error).__name__, error)
                if self._zygote is not None:
                    self._zygote.abandon()  # its end is told to us as a loss
            if self._zygote is None:
                self._lost.set()

    def _on_notice(self, notice: Control) -> None:
        worker = self._workers.get(notice.token)
        if worker is None:
            return
        if notice.kind == Notice.STARTED:
            worker.pid = notice.number
        elif notice.kind == Notice.DIED:  # its socket tells us first, unless somebody else holds it
            worker.end(Cause.CRASHED)

    def _on_lost(self) -> None:
        self._zygote = None
        for worker in list(self._workers.values()):
            worker.end(Cause.CRASHED)
        self._lost.set()


async def _kept(answer: "asyncio.Future[PoolAnswer]") -> PoolAnswer:
    """Await an answer; one that arrives while we are being cancelled is closed, not leaked."""
    try:
        return await answer
    except asyncio.CancelledError:
        if answer.done() and not answer.cancelled():
            answer.result().close()
        raise


def _give_up(ticket: "asyncio.Future[RemoteWorker | None]") -> None:
    if not ticket.done():
        ticket.set_result(None)
