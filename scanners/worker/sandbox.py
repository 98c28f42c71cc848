"""Close the sandbox around a process, step by step; what the machine lacks is named, not fatal."""

import os
import pwd
import resource
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scanners.settings import Limits, MiB, WorkerSettings
from scanners.worker import kernel, landlock, seccomp

HEADROOM_BYTES = 165 * MiB
"""What libmagic, YARA and the unpackers need on top of file and tree.

Measured beyond what came out: 22 MiB and the dictionary for LZMA (xz, 7z, ZIP) and zstd, 128 MiB of
which are the most that any of them may ask for (`inflate.WINDOW`); 72 for PPMd; 32 for AES in ZIP.
"""
DESCRIPTORS = 1024
"""A worker needs 64 children and few more.  But it is also the bound on the descriptors that all
processes of its user have under way in sockets (unix(7), ETOOMANYREFS): room for other workers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sandbox allows; the same for all workers of a pool."""

    user: str
    memory_bytes: int
    """Address space beyond what the process has when it enters."""
    file_bytes: int
    """Largest memfd it may write."""
    refusal: seccomp.Refusal = seccomp.Refusal.EPERM


def make_plan(
    limits: Limits, settings: WorkerSettings, refusal: seccomp.Refusal = seccomp.Refusal.EPERM
) -> Plan:
    return Plan(
        user=settings.user,
        memory_bytes=limits.file_bytes + limits.unpacked_bytes + HEADROOM_BYTES,
        file_bytes=limits.unpacked_bytes,
        refusal=refusal,
    )


def enter(plan: Plan, parent: int) -> tuple[str, ...]:
    """Close the sandbox for good; return the names of the protections that could not be had.

    `parent` is the pid whose end must be ours too.  The order matters: a new user clears the
    death signal, Landlock and seccomp want no_new_privs, and seccomp refuses all the others.
    """
    with suppress(OSError):
        seccomp.library()  # while files can be opened; if it is missing its own step fails
    return tuple(name for name, step in STEPS if not _taken(step, plan, parent))


def probe(plan: Plan | None = None) -> tuple[str, ...]:
    """Return what `enter` would (the default plan if none), tried in a child that then ends.

    Forks: call it while this process has one thread.
    """
    plan = plan or make_plan(Limits(), WorkerSettings())
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, ",".join(enter(plan, parent)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading, encoding="ascii") as answer:
        missing = answer.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return PROTECTIONS
    return tuple(missing.split(",")) if missing else ()


def limit_processor_time(seconds: float) -> None:
    """Let the kernel end this process (SIGXCPU) after that much more processor time.

    A backstop behind the wall-clock deadline of the pool: it works even if the front hangs.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(hard, soft), hard))


def _taken(step: Callable[[Plan, int], None], plan: Plan, parent: int) -> bool:
    try:
        step(plan, parent)
    except (OSError, ValueError, LookupError):  # the kernel or setrlimit refuse; no such user
        return False
    return True


def _change_user(name: str) -> None:
    """Only root can; a front that runs as another user shares it with its workers."""
    if os.geteuid() != 0:
        return
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)


def _set_limits(plan: Plan) -> None:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    for limit, wanted in (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + plan.memory_bytes),
        (resource.RLIMIT_FSIZE, plan.file_bytes),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_NPROC, 0),  # no scanner starts threads; does not bind root
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        value = _at_most(hard, wanted)
        resource.setrlimit(limit, (value, value))


def _at_most(hard: int, wanted: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


STEPS: tuple[tuple[str, Callable[[Plan, int], None]], ...] = (
    ("user", lambda plan, _: _change_user(plan.user)),
    ("parent_death", lambda _, parent: kernel.die_with_parent(parent)),
    ("limits", lambda plan, _: _set_limits(plan)),
    ("no_new_privileges", lambda _, __: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)),
    ("not_dumpable", lambda _, __: kernel.prctl(kernel.PR_SET_DUMPABLE, 0)),
    ("landlock", lambda _, __: landlock.deny_everything()),
    ("seccomp", lambda plan, _: seccomp.allow_only_scanning(plan.refusal)),
)
PROTECTIONS = tuple(name for name, _ in STEPS)
