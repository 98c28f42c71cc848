"""The zygote: imports everything, builds and warms the bench once, then only forks workers.

`python -m scanners.worker.zygote SETUP`, started by the front with one end of the control socket.
Single-threaded, and outside the sandbox: it reads nothing but our own specimens and the front's
orders, never a client's byte.
"""

import faulthandler
import gc
import importlib
import logging
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from scanners.secret import read_secret
from scanners.worker import kernel, sandbox, seccomp
from scanners.worker.messages import (
    CONTROL_BYTES,
    Control,
    Notice,
    Order,
    Setup,
    decode_control,
    decode_setup,
    encode_control,
)
from scanners.worker.packets import close_all, receive_packet, send_packet
from scanners.worker.self_test import SelfTestFailed, self_test
from scanners.worker.warm import warm_up
from scanners.worker.worker import Examiner, end_at_lazy_events, serve

NICENESS = 5
"""Of the workers: when processors are short, fronts go first.  Under full load on two processors an
OPTIONS then waits 15 ms instead of 60 (p95), and more is scanned, as the workers never run dry."""
SHOWN = 5
"""Names of specimens in a complaint."""


class Zygote:
    """Forks and kills workers as the front orders, and tells it of their deaths."""

    def __init__(self, control: socket.socket, setup: Setup, examiner: Examiner) -> None:
        self._control = control
        self._setup = setup
        self._examiner = examiner
        refusal = seccomp.Refusal.KILL if setup.audit else seccomp.Refusal.EPERM
        self._plan = sandbox.make_plan(setup.limits, setup.settings, refusal)
        self._pids: dict[int, int] = {}
        """By token; a pid stays here until it is reaped, so that it cannot be somebody else's."""
        self._waking, self._woken = socket.socketpair()
        self._waking.setblocking(False)
        self._woken.setblocking(False)

    def run(self) -> None:
        """Obey until the front closes the control socket; leave no worker behind."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking.fileno())
        events = select.poll()
        events.register(self._control, select.POLLIN)
        events.register(self._woken, select.POLLIN)
        try:
            self._tell(Control(Notice.READY))
            while True:
                ready = {descriptor for descriptor, _ in events.poll()}
                if self._woken.fileno() in ready:
                    self._woken.recv(CONTROL_BYTES)
                    self._reap()
                if self._control.fileno() in ready and not self._obey():
                    return
        except ConnectionError:  # the front died with words of ours unread
            return
        finally:
            for token in self._pids:
                self._kill(token)
            for pid in self._pids.values():
                os.waitpid(pid, 0)

    def _obey(self) -> bool:
        """Carry out one order; return False when the front is gone."""
        packet = receive_packet(self._control, CONTROL_BYTES, 1)
        if packet is None:
            return False
        order = decode_control(packet.data)
        if order.kind == Order.FORK:
            self._fork(order.token, packet.descriptors[0])
        elif order.kind == Order.KILL:
            self._kill(order.token)
        close_all(packet.descriptors)  # a socket that we hold would not end with its worker
        if order.kind == Order.FORK:
            self._tell(Control(Notice.STARTED, order.token, self._pids[order.token]))
        return True

    def _fork(self, token: int, descriptor: int) -> None:
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._become_worker(descriptor, zygote)
                status = 0
            except OSError:  # the front closed the socket in the middle of something
                pass
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        self._pids[token] = pid

    def _become_worker(self, descriptor: int, zygote: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for inherited in (self._control, self._waking, self._woken):
            inherited.close()
        link = socket.socket(fileno=descriptor)
        missing = sandbox.enter(self._plan, zygote)
        if self._setup.audit:
            end_at_lazy_events()
        serve(link, self._examiner, missing)

    def _kill(self, token: int) -> None:
        if token in self._pids:  # it may have died by itself in the meantime
            os.kill(self._pids[token], signal.SIGKILL)

    def _reap(self) -> None:
        for token, pid in list(self._pids.items()):
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped:
                del self._pids[token]
                self._tell(Control(Notice.DIED, token, os.waitstatus_to_exitcode(status)))

    def _tell(self, notice: Control) -> None:
        send_packet(self._control, encode_control(notice))


def load_examiner(setup: Setup) -> Examiner:
    """Build, warm and try the examiner that `setup` names; raise what keeps it from working."""
    module, _, function = setup.examiner.partition(":")
    build: Callable[[Path, bytes], Examiner] = getattr(importlib.import_module(module), function)
    examiner = build(setup.rules, read_secret(setup.secret))
    if crashed := warm_up(examiner, setup.limits):
        raise SelfTestFailed(
            f"scanners crash over {', '.join(crashed[:SHOWN])}; the log says where"
        )
    plan = sandbox.make_plan(setup.limits, setup.settings)
    self_test(examiner, setup.rules, setup.limits, plan)
    return examiner


def main(arguments: list[str]) -> int:
    setup = decode_setup(arguments[0])
    kernel.die_with_parent(setup.front)
    for ignored in (signal.SIGINT, signal.SIGTERM):  # a terminal or systemd tells the whole group;
        signal.signal(ignored, signal.SIG_IGN)  # the front drains first and then closes the socket
    faulthandler.enable()
    logging.basicConfig(format="scan worker %(process)d: %(message)s")
    control = socket.socket(fileno=setup.control)
    try:
        examiner = load_examiner(setup)
    except Exception as error:
        traceback.print_exc()
        failed = Control(Notice.FAILED, text=f"{type(error).__name__}: {error}")
        send_packet(control, encode_control(failed))
        return 1
    os.nice(NICENESS)
    gc.collect()
    gc.freeze()  # the collector of a worker then leaves these pages shared
    Zygote(control, setup, examiner).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
