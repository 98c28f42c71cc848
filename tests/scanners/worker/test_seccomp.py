"""The seccomp filter: which calls are on the list, and what befalls the others."""

import os
import signal
from collections.abc import Callable

import pytest

from scanners.worker import seccomp


def outcome(deed: Callable[[], object], refusal: seccomp.Refusal) -> str:
    """Run a deed behind the filter, in a child; say what became of it."""
    seccomp.library()
    child = os.fork()
    if child == 0:
        status = 3
        try:
            seccomp.allow_only_scanning(refusal)
            deed()
            status = 0
        except PermissionError:
            status = 1
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "done", 1: "refused", -signal.SIGSYS: "killed"}.get(code, str(code))


def test_what_scanning_needs_is_allowed() -> None:
    def deed() -> None:
        descriptor = os.memfd_create("x", os.MFD_ALLOW_SEALING)
        os.write(descriptor, bytearray(1 << 20))
        os.fstat(descriptor)
        os.close(descriptor)

    assert outcome(deed, seccomp.Refusal.KILL) == "done"


@pytest.mark.parametrize(
    "deed",
    [
        lambda: os.open("/", os.O_RDONLY),
        lambda: os.stat("/"),
        lambda: os.kill(os.getpid(), 0),
        os.pipe,
    ],
)
def test_everything_else_is_refused(deed: Callable[[], object]) -> None:
    assert outcome(deed, seccomp.Refusal.EPERM) == "refused"
    assert outcome(deed, seccomp.Refusal.KILL) == "killed"


def test_the_list_lets_nobody_out() -> None:
    listed = {name for names in seccomp.ALWAYS.values() for name in names.split()}
    guarded = {name for name, arguments in seccomp.guarded() if arguments}
    assert not listed & guarded  # an unconditional rule would undo the condition
    ways_out = (
        "open openat openat2 creat socket socketpair connect bind accept fork vfork execve "
        "execveat kill tkill tgkill ptrace process_vm_readv pidfd_open pidfd_getfd "
        "io_uring_setup bpf mount unshare setns keyctl userfaultfd prctl seccomp ioctl"
    )
    assert not (listed | guarded) & set(ways_out.split())
    assert dict(seccomp.guarded())["clone"][0].mask == seccomp.CLONE_THREAD
