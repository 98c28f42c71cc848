"""The system calls a scan worker may make, as a seccomp filter; every other one is refused.

An allow-list: reading what it was handed, memory, memfds for what it unpacked, its own socket,
clocks, locks.  No file can be opened, no socket made, no program or process started, nobody
signalled or traced.
"""

import ctypes
import errno
import functools
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from fcntl import F_ADD_SEALS, F_DUPFD_CLOEXEC, F_GET_SEALS, F_GETFD, F_GETFL, F_SETFD
from resource import RLIMIT_CPU

ALWAYS = {
    "what it was handed, and memfds": (
        "read readv pread64 write writev lseek fstat close ftruncate memfd_create"
    ),
    "its own socket; no other can be made": "sendmsg recvmsg",
    "memory, none of it executable (see guarded())": "munmap mremap madvise brk",
    "clocks and chance": (
        "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time getrandom"
    ),
    "threads and their locks": ("futex sched_yield set_robust_list rseq sched_getaffinity gettid"),
    "how signals are taken; none can be sent": (
        "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall"
    ),
    "what am I, what did I use": (
        "getpid getppid getuid geteuid getgid getegid getrusage sysinfo uname"
    ),
    "the end": "exit exit_group",
}

CLONE_THREAD = 0x00010000
AT_EMPTY_PATH = 0x1000
LOWER_HALF = 0xFFFFFFFF
"""ints are passed in 64-bit registers whose upper half the kernel ignores, and so must we."""


class Refusal(IntEnum):
    """What happens to a call that is not on the list."""

    EPERM = 0x00050000 | errno.EPERM  # Python raises PermissionError and the scan goes on
    KILL = 0x80000000  # for tests: nothing that a library tries can go unseen


ALLOW = 0x7FFF0000
NO_SUCH_CALL = 0x00050000 | errno.ENOSYS
MASKED_EQUAL = 7
UNKNOWN_NAME = -1


@dataclass(frozen=True, slots=True)
class Argument:
    """A condition on one argument of a call: `argument & mask == value`."""

    index: int
    mask: int
    value: int


class _Compare(ctypes.Structure):
    """`struct scmp_arg_cmp` of libseccomp."""

    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


def guarded() -> Iterator[tuple[str, tuple[Argument, ...]]]:
    """Yield calls that are allowed only with certain arguments."""
    for call in ("mmap", "mprotect"):  # no new executable memory
        yield call, (Argument(2, mmap.PROT_EXEC, 0),)
    # glibc's fstat(); F_SETOWN and F_SETSIG would let it signal others
    yield "newfstatat", (Argument(3, AT_EMPTY_PATH, AT_EMPTY_PATH),)
    for command in (F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_ADD_SEALS, F_GET_SEALS):
        yield "fcntl", (Argument(1, LOWER_HALF, command),)
    yield "prlimit64", (Argument(0, LOWER_HALF, 0), Argument(1, LOWER_HALF, RLIMIT_CPU))
    yield "clone", (Argument(0, CLONE_THREAD, CLONE_THREAD),)


@functools.cache
def library() -> ctypes.CDLL:
    """Load libseccomp once, before the sandbox closes; raise OSError if it is not installed."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_init.argtypes = [ctypes.c_uint32]
    seccomp.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    seccomp.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Compare),
    ]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    seccomp.seccomp_release.argtypes = [ctypes.c_void_p]
    return seccomp


def allow_only_scanning(refusal: Refusal) -> None:
    """Install the filter for good; raise OSError where library or kernel cannot."""
    seccomp = library()
    rules = seccomp.seccomp_init(refusal)
    if not rules:
        raise OSError(errno.ENOMEM, "libseccomp made no filter")
    try:
        for names in ALWAYS.values():
            for name in names.split():
                _add(rules, ALLOW, name, ())
        for name, arguments in guarded():
            _add(rules, ALLOW, name, arguments)
        _add(rules, NO_SUCH_CALL, "clone3", ())  # glibc then falls back to clone, which we can read
        _check(seccomp.seccomp_load(rules))
    finally:
        seccomp.seccomp_release(rules)


def _add(rules: int, action: int, name: str, arguments: tuple[Argument, ...]) -> None:
    number = library().seccomp_syscall_resolve_name(name.encode())
    if number == UNKNOWN_NAME:
        return  # another architecture, or a libseccomp older than the call
    compares = (_Compare * len(arguments))(
        *(_Compare(a.index, MASKED_EQUAL, a.mask, a.value) for a in arguments)
    )
    _check(library().seccomp_rule_add_array(rules, action, number, len(arguments), compares))


def _check(answer: int) -> None:
    if answer < 0:
        raise OSError(-answer, "libseccomp refused")
