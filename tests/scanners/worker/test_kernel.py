"""System calls by number: answers come back, refusals are OSErrors."""

import ctypes
import errno
import os
import signal

import pytest

from scanners.worker import kernel

NO_SUCH_CALL = 5000


def test_a_refusal_is_an_os_error() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOSYS)):
        kernel.syscall(NO_SUCH_CALL, ctypes.c_int(0))
    with pytest.raises(OSError, match="Invalid argument"):
        kernel.prctl(NO_SUCH_CALL, 1)


def test_a_process_whose_parent_is_gone_already_ends() -> None:
    stranger = 1 if os.getpid() != 1 else 2
    child = os.fork()
    if child == 0:
        kernel.die_with_parent(stranger)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_process_ends_with_its_parent() -> None:
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        heir, me = os.fork(), os.getpid()
        if heir == 0:
            kernel.die_with_parent(os.getppid())
            os.write(writing, b"ready")
            signal.pause()
            os._exit(0)
        os.close(writing)
        os.read(reading, 5)
        os.kill(me, signal.SIGKILL)
    os.close(writing)
    os.waitpid(parent, 0)
    assert os.read(reading, 9) == b""  # the end: nobody holds the other side any more
    os.close(reading)
