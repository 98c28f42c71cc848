"""The zygote's own promises: it ignores the terminal, and ends with the front."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scanners.settings import Limits, WorkerSettings
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
from scanners.worker.packets import receive_packet, send_packet
from scanners.worker.zygote import NICENESS

HERE = Path(__file__).parent


def setup(control: int, front: int) -> str:
    rules, limits, settings = Path("no rules"), Limits(), WorkerSettings()
    return encode_setup(Setup(control, front, rules, limits, settings, "deeds:build", audit=False))


def hear(control: socket.socket) -> Control:
    packet = receive_packet(control, CONTROL_BYTES, 0)
    assert packet is not None
    return decode_control(packet.data)


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)])}


def test_it_forks_ignores_the_terminal_and_ends_with_the_control_socket(
    environment: dict[str, str],
) -> None:
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.settimeout(20)
    near.settimeout(20)
    command = [sys.executable, "-m", "scanners.worker.zygote"]
    with (
        control,
        near,
        subprocess.Popen(
            [*command, setup(theirs.fileno(), os.getpid())],
            pass_fds=[theirs.fileno()],
            env=environment,
        ) as process,
    ):
        theirs.close()
        assert hear(control).kind == Notice.READY
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        send_packet(control, encode_control(Control(Order.FORK, 3)), [far.fileno()])
        far.close()
        started = hear(control)
        assert (started.kind, started.token) == (Notice.STARTED, 3)
        niceness = os.getpriority(os.PRIO_PROCESS, started.number)
        assert niceness == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, "fronts go first"
        assert receive_packet(near, 4096, 0) is not None
        control.close()
        assert process.wait(20) == 0
        assert receive_packet(near, 4096, 0) is None
        assert not Path(f"/proc/{started.number}").exists()


def test_it_does_not_outlive_a_front_that_was_killed(environment: dict[str, str]) -> None:
    """Whoever holds the control socket besides the front: the kernel ends the zygote."""
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.settimeout(20)
    front = os.fork()
    if front == 0:
        command = [sys.executable, "-m", "scanners.worker.zygote"]
        subprocess.Popen(
            [*command, setup(theirs.fileno(), os.getpid())],
            pass_fds=[theirs.fileno()],
            env=environment,
        )
        signal.pause()
        os._exit(0)
    theirs.close()
    with control:
        assert hear(control).kind == Notice.READY
        os.kill(front, signal.SIGKILL)
        os.waitpid(front, 0)
        assert receive_packet(control, CONTROL_BYTES, 0) is None
