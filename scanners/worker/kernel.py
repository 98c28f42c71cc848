"""The few system calls that Python does not offer, through the C library of the process."""

import ctypes
import os
import signal

_libc = ctypes.CDLL(None, use_errno=True)

Argument = ctypes.c_int | ctypes.c_uint32 | ctypes.c_size_t | ctypes.c_char_p

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process (prctl(2)); raise OSError if the kernel refuses."""
    arguments = (ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    if _libc.prctl(ctypes.c_int(option), *arguments) != 0:
        raise _last_error()


def syscall(number: int, *arguments: Argument) -> int:
    """Call the kernel by number and return what it returns, >= 0; raise OSError otherwise."""
    answer = int(_libc.syscall(ctypes.c_long(number), *arguments))
    if answer < 0:
        raise _last_error()
    return answer


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` (a pid, our parent) ends.

    Setting a new user clears it (prctl(2)), so it comes after that.  The parent may have died
    before the call: then its pid is no longer our parent's.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
