"""The steps of the sandbox: all taken here, each one reported where it cannot be."""

import os
import resource
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from scanners.settings import Limits, MiB, WorkerSettings
from scanners.worker import kernel, landlock, sandbox, seccomp

Count = Callable[[], Counter[str]]

LIMITS = Limits(file_bytes=20 * MiB, unpacked_bytes=30 * MiB)


def plan(user: str = "nobody") -> sandbox.Plan:
    return sandbox.make_plan(LIMITS, WorkerSettings(user=user))


def test_the_plan_follows_the_limits() -> None:
    assert plan().memory_bytes == 50 * MiB + sandbox.HEADROOM_BYTES
    assert plan().file_bytes == 30 * MiB


def test_this_machine_has_the_whole_sandbox_and_the_probe_leaves_no_trace(
    open_descriptors: Count,
) -> None:
    opened = open_descriptors()
    before = (os.getuid(), resource.getrlimit(resource.RLIMIT_AS))
    assert sandbox.probe(plan()) == ()
    assert sandbox.probe() == ()
    assert (os.getuid(), resource.getrlimit(resource.RLIMIT_AS)) == before
    assert not open_descriptors() - opened


def refuse(*_: object) -> None:
    raise OSError(38, "Function not implemented")


def test_what_is_missing_is_named_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "deny_everything", refuse)
    assert sandbox.probe(plan()) == ("landlock",)
    monkeypatch.setattr(seccomp, "library", refuse)
    assert sandbox.probe(plan()) == ("landlock", "seccomp")
    monkeypatch.setattr(kernel, "prctl", refuse)
    assert sandbox.probe(plan()) == (
        "parent_death",
        "no_new_privileges",
        "not_dumpable",
        "landlock",
        "seccomp",
    )
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert "limits" in sandbox.probe(plan())


def test_a_probe_that_dies_has_no_protection_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "deny_everything", lambda: os._exit(9))
    assert sandbox.probe(plan()) == sandbox.PROTECTIONS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_an_unknown_user_is_reported() -> None:
    assert sandbox.probe(plan("no-such-user")) == ("user",)


def test_the_kernel_ends_a_job_that_burns_its_processor_time() -> None:
    child = os.fork()
    if child == 0:
        sandbox.limit_processor_time(-2)  # what was used so far, rounded down
        while True:
            pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGXCPU
