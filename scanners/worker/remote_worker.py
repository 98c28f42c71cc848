"""One scan worker as the front sees it: give it a job, check what it answers, notice its end."""

import asyncio
import fcntl
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from scanners.model import Examination, Reason, Unscanned
from scanners.worker.messages import MalformedReport, decode_greeting
from scanners.worker.packets import Packet, PacketCut, close_all, receive_packet, send_packet
from scanners.worker.reports import CHILDREN, REPORT_BYTES, decode_report
from scanners.worker.worker import SEALS

START_SECONDS = 20.0
"""From the order to the greeting; a fork and a sandbox take 4-16 ms (design §2)."""


class Cause(StrEnum):
    """Why a worker ended.  The first three are counted in the status."""

    CRASHED = "crashed"  # died, or sent what no sound worker sends
    TIMED_OUT = "timed_out"
    RECYCLED = "recycled"
    NEVER_STARTED = "never_started"
    STOPPED = "stopped"


REASONS = {Cause.TIMED_OUT: Reason.TIMED_OUT, Cause.STOPPED: Reason.ENGINE_DOWN}
"""What a job becomes whose worker ended; CRASHED for every other cause."""


@dataclass(frozen=True, slots=True)
class Child:
    """A file found inside, for clamd."""

    descriptor: int
    """A memfd sealed against every change."""
    path: tuple[str, ...]
    unlocked: frozenset[str] = frozenset()
    """As in Extracted."""


@dataclass(slots=True)
class PoolAnswer:
    """What a scan found; a context manager that closes the descriptors of the children."""

    examination: Examination
    """`extracted` is empty: see `children`."""
    children: tuple[Child, ...] = ()

    def close(self) -> None:
        """Close the descriptors; safe to call again."""
        children, self.children = self.children, ()
        close_all(child.descriptor for child in children)

    def __enter__(self) -> "PoolAnswer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def gap(reason: Reason) -> PoolAnswer:
    """Return the answer of a scan that could not be made."""
    return PoolAnswer(Examination(unscanned=(Unscanned("worker", reason),)))


class RemoteWorker:
    """Calls `on_free` when it can take a job, `on_ended` once when it never will again."""

    def __init__(
        self,
        token: int,
        link: socket.socket,
        children_bytes: int,
        on_free: Callable[["RemoteWorker"], None],
        on_ended: Callable[["RemoteWorker", Cause], None],
    ) -> None:
        self.token = token
        self.pid = 0
        """0 until the zygote tells."""
        self.missing: tuple[str, ...] | None = None
        """Protections its sandbox lacks; None until it greets."""
        self.jobs = 0
        self.growth_bytes = 0
        """Most memory it had resident, beyond what it had at its greeting."""
        self.alive = True
        self._link = link
        self._children_bytes = children_bytes
        self._on_free = on_free
        self._on_ended = on_ended
        self._loop = asyncio.get_running_loop()
        self._job = 0
        self._answer: asyncio.Future[PoolAnswer] | None = None
        self._first_memory = 0
        self._loop.add_reader(link.fileno(), self._on_readable)
        self._timer = self._loop.call_later(START_SECONDS, self.end, Cause.NEVER_STARTED)

    def ask(
        self, job: int, message: bytes, descriptor: int, seconds: float
    ) -> "asyncio.Future[PoolAnswer]":
        """Send a job; the future never fails, and is late by no more than the event loop is.

        Raise OSError if the worker died idle and nobody noticed yet: the job was not begun.
        """
        send_packet(self._link, message, (descriptor,))
        self._job = job
        self._answer = self._loop.create_future()
        self._timer = self._loop.call_later(seconds, self.end, Cause.TIMED_OUT)
        return self._answer

    def end(self, cause: Cause) -> None:
        """Take no more answers from it.  Whoever waits for one learns the reason."""
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._link.fileno())
        self._link.close()
        self._timer.cancel()
        if self._answer is not None:
            self._settle(gap(REASONS.get(cause, Reason.CRASHED)))
        self._on_ended(self, cause)

    def _on_readable(self) -> None:
        try:
            packet = receive_packet(self._link, REPORT_BYTES, CHILDREN)
        except BlockingIOError:
            return
        except (OSError, PacketCut):
            packet = None
        if packet is None:
            self.end(Cause.CRASHED if self.missing is not None else Cause.NEVER_STARTED)
            return
        try:
            self._take(packet)
        except MalformedReport:
            close_all(packet.descriptors)
            self.end(Cause.CRASHED)
        else:
            self._on_free(self)

    def _take(self, packet: Packet) -> None:
        if self.missing is None:
            if packet.descriptors:
                raise MalformedReport("a greeting has no descriptors")
            self._first_memory, self.missing = decode_greeting(packet.data)
            self._timer.cancel()
            return
        report = decode_report(packet.data, len(packet.descriptors))
        if self._answer is None or report.job != self._job:
            raise MalformedReport("nobody asked for this report")
        self._check_children(packet.descriptors)
        self.jobs += 1
        self.growth_bytes = report.memory_bytes - self._first_memory
        each = zip(packet.descriptors, report.child_paths, report.child_unlocked, strict=True)
        self._timer.cancel()
        self._settle(PoolAnswer(report.examination, tuple(Child(*one) for one in each)))

    def _check_children(self, descriptors: tuple[int, ...]) -> None:
        """Only sealed memfds, together within the budget, may reach clamd."""
        try:
            sealed = all(fcntl.fcntl(d, fcntl.F_GET_SEALS) & SEALS == SEALS for d in descriptors)
        except OSError:  # no memfd at all
            sealed = False
        if not sealed or sum(os.fstat(d).st_size for d in descriptors) > self._children_bytes:
            raise MalformedReport("children are sealed memfds within the budget")

    def _settle(self, answer: PoolAnswer) -> None:
        future, self._answer = self._answer, None
        if future is None or future.done():  # whoever asked was cancelled in the meantime
            answer.close()
        else:
            future.set_result(answer)
