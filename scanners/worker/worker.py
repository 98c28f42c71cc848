"""The loop inside the sandbox: a job and a descriptor in, a report and child memfds out."""

import fcntl
import mmap
import os
import resource
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from scanners.budget import Budget
from scanners.company import clues_of_hints
from scanners.model import Content, Examination, Extracted, Reason, Unscanned
from scanners.worker.bundles import bundle
from scanners.worker.messages import JOB_BYTES, Job, decode_job, encode_greeting
from scanners.worker.packets import close_all, receive_packet, send_packet
from scanners.worker.reports import CHILDREN, choose_children, encode_report
from scanners.worker.sandbox import limit_processor_time

Examiner = Callable[[Content, Budget], Examination]
"""What a worker does with a content: the walk over the bench."""

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
"""A child is final: whoever reads it later reads what was examined."""
LAZY_EVENTS = frozenset({"import", "open", "ctypes.dlopen"})


def serve(link: socket.socket, examiner: Examiner, missing: tuple[str, ...]) -> None:
    """Greet, then answer jobs until the front closes the socket."""
    send_packet(link, encode_greeting(_memory(), missing))
    while (packet := receive_packet(link, JOB_BYTES, 1)) is not None:
        job = decode_job(packet.data)
        limit_processor_time(job.seconds)
        report, children = examine_job(job, packet.descriptors[0], examiner)
        try:
            send_packet(link, report, children)
        finally:
            close_all(children)


def examine_job(job: Job, descriptor: int, examiner: Examiner) -> tuple[bytes, list[int]]:
    """Return the report and the memfds it names; close `descriptor`.  A bug is a reason, too."""
    children: list[int] = []
    sendable: tuple[Extracted, ...] = ()
    try:
        with _mapped(descriptor, job.size) as view:
            examination = examiner(_content(job, view), _budget(job))
            extracted = bundle(examination.extracted, CHILDREN)
            sendable, gaps = choose_children(extracted, job.unpacked_bytes)
            children += (seal_memfd(child.view) for child in sendable)
        examination = Examination(
            examination.types,
            examination.detections,
            (*gaps, *examination.unscanned),
            unlocked=frozenset() if gaps else examination.unlocked,
            seconds=examination.seconds,
        )
    except Exception as error:
        close_all(children)
        children, sendable = [], ()
        reason = Reason.TOO_LARGE if isinstance(error, MemoryError) else Reason.CRASHED
        examination = Examination(unscanned=(Unscanned("worker", reason),))
        traceback.print_exc()
    return encode_report(job.id, _memory(), examination, sendable), children


def seal_memfd(view: memoryview) -> int:
    """Return a memfd with these bytes that nobody can change any more."""
    descriptor = os.memfd_create("member", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        rest = view.cast("B")
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def end_at_lazy_events() -> None:
    """Have this process die if Python imports a module or opens a file (for tests).

    An exception could be swallowed by the library that caused it; the end of the process cannot.
    """

    def end(event: str, arguments: tuple[object, ...]) -> None:
        if event in LAZY_EVENTS:
            os.write(2, f"audit: {event} {arguments!r}\n".encode("utf-8", "replace"))
            os._exit(1)

    sys.addaudithook(end)


def _memory() -> int:
    """Bytes resident at most so far, mapped files included; counted anew from the fork."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _content(job: Job, view: memoryview) -> Content:
    return Content(
        view,
        job.name,
        job.declared_type,
        job.parameters,
        job.codings,
        other_names=job.other_names,
        other_types=job.other_types,
        url_name=job.url_name,
        clues=clues_of_hints(job.hints),
        sha256=job.sha256,
    )


def _budget(job: Job) -> Budget:
    deadline = time.monotonic() + job.seconds
    return Budget(deadline, job.unpacked_bytes, job.members, job.depth, job.guess_seconds)


@contextmanager
def _mapped(descriptor: int, size: int) -> Iterator[memoryview]:
    """Map the file read-only, and close the descriptor.

    Private: a memfd sealed against writing refuses a shared map before Linux 6.7.
    """
    try:
        mapping = mmap.mmap(descriptor, size, mmap.MAP_PRIVATE, mmap.PROT_READ) if size else None
    finally:
        os.close(descriptor)
    if mapping is None:  # mmap takes no empty file
        yield memoryview(b"")
        return
    view = memoryview(mapping)
    try:
        yield view
    finally:
        with suppress(BufferError):  # parts of it live on in `extracted`, and the map with them
            view.release()
            mapping.close()
