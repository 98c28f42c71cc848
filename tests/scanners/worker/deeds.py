"""An examiner for tests: it does what the name of the file says, from inside a real worker."""

import ctypes
import fcntl
import importlib
import mmap
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from scanners.budget import Budget
from scanners.model import (
    Code,
    Content,
    Detection,
    DetectionLevel,
    Examination,
    Extracted,
    Reason,
    Unscanned,
)
from scanners.worker import landlock, seccomp
from scanners.worker.worker import Examiner

PTRACE_ATTACH = 16
F_SETOWN = 8
_libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: int) -> str:
    if _libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "allowed"


def fork() -> str:
    if os.fork() == 0:
        os._exit(0)
    return "allowed"


def new_executable_memory() -> str:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    return "allowed"


def signal_owner() -> str:
    descriptor = os.memfd_create("x")
    try:
        fcntl.fcntl(descriptor, F_SETOWN, os.getppid())
    finally:
        os.close(descriptor)
    return "allowed"


def write_beyond_limit() -> str:
    descriptor = os.memfd_create("x")
    try:
        os.ftruncate(descriptor, 1 << 40)
    finally:
        os.close(descriptor)
    return "allowed"


REFUSED: dict[str, Callable[[], object]] = {
    "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "open_python": lambda: Path("/etc/passwd").read_bytes(),
    "create": lambda: os.open("/tmp/douane-worker-was-here", os.O_CREAT | os.O_WRONLY),  # noqa: S108
    "stat": lambda: os.stat("/etc/passwd"),
    "list": lambda: os.listdir("/"),
    "unlink": lambda: os.unlink("/tmp/nothing-there"),  # noqa: S108
    "socket_inet": lambda: socket.socket(socket.AF_INET),
    "socket_unix": lambda: socket.socket(socket.AF_UNIX),
    "socketpair": socket.socketpair,
    "fork": fork,
    "vfork": lambda: call(58),
    "clone3": lambda: call(435, 0, 0),
    "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    "kill": lambda: os.kill(os.getppid(), 0),
    "kill_self": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "tgkill": lambda: call(234, os.getppid(), os.getppid(), 0),
    "pidfd": lambda: os.pidfd_open(os.getppid()),
    "ptrace": lambda: call(101, PTRACE_ATTACH, os.getppid(), 0, 0),
    "read_other_memory": lambda: call(310, os.getppid(), 0, 0, 0, 0, 0),
    "setuid": lambda: os.setuid(0),
    "other_limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    "executable_memory": new_executable_memory,
    "signal_owner": signal_owner,
    "write_beyond_limit": write_beyond_limit,
    "io_uring": lambda: call(425, 8, 0),
    "mount": lambda: call(165, 0, 0, 0, 0, 0),
    "bpf": lambda: call(321, 0, 0, 0),
    "dump_again": lambda: call(157, 4, 1),
}


def attempt(name: str) -> str:
    try:
        REFUSED[name]()
    except (OSError, ValueError) as error:  # resource.setrlimit turns EPERM into a ValueError
        return f"refused: {error}"
    return "allowed"


def say(*words: str) -> Examination:
    return Examination(
        detections=tuple(
            Detection(Code.SIGNATURE_YARA, "deeds", word, DetectionLevel.INFO) for word in words
        )
    )


def spin(budget: Budget) -> Examination:
    while True:
        pass


def sleep(budget: Budget) -> Examination:
    time.sleep(3600)
    return say("woke")


def hog(budget: Budget) -> Examination:
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


def lazy_import(budget: Budget) -> Examination:
    try:
        importlib.import_module("antigravity")
    except ImportError:
        return say("swallowed")
    return say("imported")


def fileless_import(budget: Budget) -> Examination:
    return say(__import__("xxsubtype").__name__)  # built in: opens no file


DEEDS: dict[str, Callable[[Budget], Examination]] = {
    "spin": spin,
    "sleep": sleep,
    "hog": hog,
    "lazy_import": lazy_import,
    "fileless_import": fileless_import,
    "segfault": lambda _: say(ctypes.string_at(8).decode()),
    "exit": lambda _: os._exit(0),
    "bug": lambda _: say(str(1 // 0)),
    "late": lambda budget: say(f"{budget.seconds_left():.3f}"),
}


def examine(content: Content, budget: Budget) -> Examination:
    kind, _, what = content.name.partition(":")
    if kind == "attempt":
        return say(attempt(what))
    if kind == "do":
        return DEEDS[what](budget)
    if kind == "read":
        return say(bytes(content.view[:200]).decode("latin-1"), str(len(content.view)))
    if kind == "spell":
        return say(ascii(content.name))
    if kind == "split":
        size = int(what)
        parts = (content.view[i : i + size] for i in range(0, len(content.view), size))
        found = tuple(Extracted(part, (f"part {i}",)) for i, part in enumerate(parts))
        return Examination(unscanned=(Unscanned("deeds", Reason.PARTIAL),), extracted=found)
    return Examination()


def build(rules: Path, secret: bytes) -> Examiner:
    return examine


def build_without_landlock(rules: Path, secret: bytes) -> Examiner:
    def unknown() -> None:
        raise OSError(38, "Function not implemented")

    landlock.deny_everything = unknown
    return examine


def build_without_seccomp(rules: Path, secret: bytes) -> Examiner:
    def unknown(refusal: seccomp.Refusal) -> None:
        raise OSError(22, "Invalid argument")

    seccomp.allow_only_scanning = unknown
    return examine


def build_stillborn(rules: Path, secret: bytes) -> Examiner:
    def end(refusal: seccomp.Refusal) -> None:
        os._exit(3)

    seccomp.allow_only_scanning = end
    return examine


def build_nothing(rules: Path, secret: bytes) -> Examiner:
    raise ValueError("these rules do not compile")
