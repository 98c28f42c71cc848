"""The front's end of a zygote: start it, order forks and kills, hear its notices."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

from scanners.worker.messages import (
    CONTROL_BYTES,
    Control,
    Notice,
    Order,
    Setup,
    decode_control,
    encode_control,
    encode_setup,
)
from scanners.worker.packets import PacketCut, receive_packet, send_packet

STOP_SECONDS = 5.0


class ZygoteFailed(Exception):
    """The zygote cannot start: rules that do not compile, a missing library …  Says why."""


class ZygoteLink:
    """One zygote process; `on_lost` is called once if it ends after it was ready."""

    def __init__(
        self, setup: Setup, on_notice: Callable[[Control], None], on_lost: Callable[[], None]
    ) -> None:
        """Start the process; raise OSError if that is impossible."""
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _spawn(replace(setup, control=theirs.fileno(), front=os.getpid()))
        self._control.setblocking(False)
        self._loop.add_reader(self._control.fileno(), self._on_readable)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Return when the bench is warm; raise ZygoteFailed if it never will be."""
        try:
            await self._ready
        except asyncio.CancelledError:
            self._end()
            raise

    def fork(self, token: int) -> socket.socket:
        """Order a worker and return our end of its socket, which ends at once if that fails."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._order(Control(Order.FORK, token), theirs.fileno())
        ours.setblocking(False)
        return ours

    def kill(self, token: int) -> None:
        """Order the death of a worker; one that is dead already is no error."""
        self._order(Control(Order.KILL, token))

    def abandon(self) -> None:
        """End a zygote that does not do its work; the kernel ends its workers with it."""
        self._process.kill()

    async def stop(self) -> None:
        """Let the zygote end its workers and itself; insist after a few seconds."""
        if self._control.fileno() < 0:
            return
        self._close()
        try:
            await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.abandon()
            await asyncio.to_thread(self._process.wait)

    def _order(self, order: Control, *descriptors: int) -> None:
        try:
            send_packet(self._control, encode_control(order), descriptors)
        except OSError:  # dead, stopped, or so slow that its socket is full
            self.abandon()

    def _on_readable(self) -> None:
        try:
            packet = receive_packet(self._control, CONTROL_BYTES, 0)
        except BlockingIOError:
            return
        except (OSError, PacketCut):
            packet = None
        if packet is None:
            self._end()
            return
        notice = decode_control(packet.data)
        if notice.kind == Notice.READY and not self._ready.done():
            self._ready.set_result(None)
        elif notice.kind == Notice.FAILED:
            self._end(notice.text)
        else:
            self._on_notice(notice)

    def _end(self, why: str = "the zygote ended before it was ready") -> None:
        self._close()
        self.abandon()
        self._process.wait()  # killed: a matter of milliseconds
        if not self._ready.done():
            self._ready.set_exception(ZygoteFailed(why))
        elif not self._ready.cancelled() and self._ready.exception() is None:
            self._on_lost()

    def _close(self) -> None:
        self._loop.remove_reader(self._control.fileno())
        self._control.close()


def _spawn(setup: Setup) -> subprocess.Popen[bytes]:
    """Start the zygote in our process group, with none of our environment: it may hold secrets."""
    search_path = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-P", "-m", "scanners.worker.zygote", encode_setup(setup)]
    return subprocess.Popen(  # noqa: S603 our own interpreter and module
        command,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": search_path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # `douane scan --json` owns ours
        pass_fds=(setup.control,),
    )
