"""One job, in this process: content and budget in, report and sealed memfds out."""

import errno
import fcntl
import os
import socket
import time
from collections import Counter
from collections.abc import Callable

import pytest

from scanners.budget import Budget
from scanners.model import Content, Examination, Extracted, Reason, Source, Unscanned
from scanners.worker.messages import Job, decode_greeting, encode_job
from scanners.worker.packets import receive_packet, send_packet
from scanners.worker.reports import WorkerReport, decode_report
from scanners.worker.worker import Examiner, examine_job, seal_memfd, serve

Count = Callable[[], Counter[str]]


def job(size: int) -> Job:
    return Job(
        9,
        size,
        "n",
        "text/plain",
        (("charset", "x"),),
        ("gzip",),
        5.0,
        4_000_000,
        10,
        3,
        ("m",),
        ("a/b",),
        "u.v",
        ("hint",),
        0.125,
        "0a" * 32,
    )


def run(examiner: Examiner, data: bytes = b"content") -> tuple[WorkerReport, list[int]]:
    report, children = examine_job(job(len(data)), seal_memfd(memoryview(data)), examiner)
    return decode_report(report, len(children)), children


def test_the_examiner_sees_the_job(open_descriptors: Count) -> None:
    seen: list[tuple[bytes, Content, Budget]] = []

    def examiner(content: Content, budget: Budget) -> Examination:
        seen.append((bytes(content.view), content, budget))
        return Examination(unscanned=(Unscanned("s", Reason.PARTIAL),))

    before = open_descriptors()
    report, children = run(examiner)
    ((data, content, budget),) = seen
    assert data == b"content"
    assert (content.name, content.declared_type, content.codings) == ("n", "text/plain", ("gzip",))
    assert content.parameters == (("charset", "x"),)
    assert (content.other_names, content.other_types) == (("m",), ("a/b",))
    assert (content.url_name, content.sha256) == ("u.v", "0a" * 32)
    assert [(bytes(clue.view), clue.source) for clue in content.clues] == [(b"hint", Source.URL)]
    assert budget.guess_seconds == 0.125
    assert (budget.bytes_left, budget.members_left, budget.depth) == (4_000_000, 10, 3)
    assert 0 < budget.deadline - time.monotonic() <= 5
    assert (report.job, children) == (9, [])
    assert report.memory_bytes > 1_000_000
    assert report.examination.unscanned == (Unscanned("s", Reason.PARTIAL),)
    del seen[:], content
    assert not open_descriptors() - before


def test_the_bytes_cannot_be_changed() -> None:
    def examiner(content: Content, budget: Budget) -> Examination:
        content.view[0] = 1
        return Examination()

    report, _ = run(examiner)
    assert report.examination.unscanned == (Unscanned("worker", Reason.CRASHED),)


def test_children_are_sealed_and_hold_the_bytes() -> None:
    def examiner(content: Content, budget: Budget) -> Examination:
        parts = (content.view[3:], memoryview(b""), memoryview(bytes(3_000_000)))
        return Examination(extracted=tuple(Extracted(part, ("x",)) for part in parts))

    report, children = run(examiner)
    assert len(report.child_paths) == 3
    assert [os.fstat(child).st_size for child in children] == [4, 0, 3_000_000]
    assert os.pread(children[0], 9, 0) == b"tent"
    for child in children:
        assert fcntl.fcntl(child, fcntl.F_GET_SEALS) & fcntl.F_SEAL_WRITE
        os.close(child)


def test_children_beyond_the_budget_are_gaps(open_descriptors: Count) -> None:
    """They are shared memory, which no limit of the kernel bounds in all."""
    before = open_descriptors()
    report, children = run(
        lambda content, budget: Examination(
            extracted=3 * (Extracted(memoryview(bytes(1_500_000)), ("x",)),)
        )
    )
    assert [os.fstat(child).st_size for child in children] == [1_500_000] * 2
    assert report.examination.unscanned == (Unscanned("worker", Reason.TOO_LARGE, ("x",)),)
    for child in children:
        os.close(child)
    assert not open_descriptors() - before


def test_a_child_that_clamd_will_not_see_leaves_nothing_unlocked() -> None:
    """What clamd said of the whole file may be about just that child."""
    opened = frozenset({"zip"})
    for size, unlocked in ((1_500_000, opened), (5_000_000, frozenset[str]())):
        children = (Extracted(memoryview(bytes(size)), ("x",)),)
        found = Examination(extracted=children, unlocked=opened)
        report, descriptors = run(lambda content, budget, found=found: found)  # type: ignore[misc]
        assert report.examination.unlocked == unlocked
        for descriptor in descriptors:
            os.close(descriptor)


@pytest.mark.parametrize(
    "error, reason", [(MemoryError(), Reason.TOO_LARGE), (KeyError("bug"), Reason.CRASHED)]
)
def test_an_exception_is_a_reason(
    error: Exception, reason: Reason, open_descriptors: Count
) -> None:
    def examiner(content: Content, budget: Budget) -> Examination:
        raise error

    before = open_descriptors()
    report, children = run(examiner)
    assert report.examination == Examination(unscanned=(Unscanned("worker", reason),))
    assert children == []
    error.__traceback__ = None
    assert not open_descriptors() - before


def test_a_child_that_cannot_be_made_closes_the_others(
    monkeypatch: pytest.MonkeyPatch, open_descriptors: Count
) -> None:
    real = os.memfd_create
    made = 0

    def full_after_two(name: str, flags: int = 0) -> int:
        nonlocal made
        made += 1
        if made > 3:  # the body is the first
            raise OSError(errno.EMFILE, "Too many open files")
        return real(name, flags)

    monkeypatch.setattr(os, "memfd_create", full_after_two)
    before = open_descriptors()
    report, children = run(
        lambda content, budget: Examination(extracted=5 * (Extracted(memoryview(b"x"), ()),))
    )
    assert report.examination.unscanned == (Unscanned("worker", Reason.CRASHED),)
    assert children == []
    assert not open_descriptors() - before


def test_the_loop_greets_answers_and_ends_with_its_socket(
    monkeypatch: pytest.MonkeyPatch, open_descriptors: Count
) -> None:
    monkeypatch.setattr("scanners.worker.worker.limit_processor_time", lambda _: None)
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far:
        body = seal_memfd(memoryview(b"abc"))
        for _ in range(2):
            send_packet(near, encode_job(job(3)), [body])
        os.close(body)
        near.shutdown(socket.SHUT_WR)
        before = open_descriptors()
        serve(far, lambda content, budget: Examination(), ("landlock",))
        packets = [receive_packet(near, 10_000, 1) for _ in range(3)]
        assert not open_descriptors() - before
    assert packets[0] is not None
    assert decode_greeting(packets[0].data)[1] == ("landlock",)
    assert all(p is not None and decode_report(p.data, 0).job == 9 for p in packets[1:])
