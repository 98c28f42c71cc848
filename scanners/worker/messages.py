"""What goes between front, zygote and workers, but for reports: jobs, greetings, orders, notices.

front --order--> zygote --notice--> front        front --job--> worker --greeting, report--> front
"""

import json
import struct
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from enum import IntEnum
from pathlib import Path

from scanners.settings import Limits, WorkerSettings
from scanners.worker.sandbox import PROTECTIONS

JOB_BYTES = 128 * 1024
"""Names and parameters come from HTTP heads, which the door bounds; far below the 208 KiB that a
socket takes as one message by default (net.core.wmem_default)."""
CONTROL_BYTES = 4096
MARGIN_SHARE, MARGIN_SECONDS = 0.1, 1.0
"""The scanners get a little less time than the worker, so that they end with what they have."""


class MalformedReport(Exception):
    """A worker sent what no sound worker sends: it is treated as crashed."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What to tell the scanners about a file besides its bytes; all texts are untrusted."""

    size: int
    name: str = ""
    declared_type: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    codings: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    other_types: tuple[str, ...] = ()
    url_name: str = ""
    hints: tuple[str, ...] = field(default=(), repr=False)
    """What the heads of the transfer call a password."""
    sha256: str = ""
    """64 lower-case hex digits; empty if the file was not seen whole."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to examine; its descriptor travels in the same message."""

    id: int
    """Counts up within a pool; the report must carry it."""
    size: int
    """Bytes of the file."""
    name: str
    declared_type: str
    parameters: tuple[tuple[str, str], ...]
    codings: tuple[str, ...]
    seconds: float
    """Time left for the scanners.  The pool kills the worker a little later."""
    unpacked_bytes: int
    members: int
    depth: int
    other_names: tuple[str, ...] = ()
    other_types: tuple[str, ...] = ()
    url_name: str = ""
    hints: tuple[str, ...] = field(default=(), repr=False)
    guess_seconds: float = 0.0
    """For trying passwords; 0: none is tried."""
    sha256: str = ""


def make_job(
    number: int, request: JobRequest, seconds: float, limits: Limits, guess_seconds: float
) -> Job:
    """Return the job for a worker that will be killed after `seconds`."""
    return Job(
        number,
        request.size,
        request.name,
        request.declared_type,
        request.parameters,
        request.codings,
        seconds - min(seconds * MARGIN_SHARE, MARGIN_SECONDS),
        limits.unpacked_bytes,
        limits.members,
        limits.depth,
        request.other_names,
        request.other_types,
        request.url_name,
        request.hints,
        guess_seconds,
        request.sha256,
    )


def encode_job(job: Job) -> bytes:
    """Return the bytes of a job, lone surrogates of names included.  May exceed JOB_BYTES."""
    return json.dumps(
        (
            job.id,
            job.size,
            job.name,
            job.declared_type,
            job.parameters,
            job.codings,
            job.seconds,
            job.unpacked_bytes,
            job.members,
            job.depth,
            job.other_names,
            job.other_types,
            job.url_name,
            job.hints,
            job.guess_seconds,
            job.sha256,
        )
    ).encode("ascii")


def decode_job(data: bytes) -> Job:
    """Read a job in the worker, which trusts the front."""
    number, size, name, media, parameters, codings, *rest = json.loads(data)
    seconds, unpacked_bytes, most_members, depth, names, types, url_name, hints, *rest = rest
    guess_seconds, sha256 = rest
    pairs = tuple((key, value) for key, value in parameters)
    return Job(
        number,
        size,
        name,
        media,
        pairs,
        tuple(codings),
        seconds,
        unpacked_bytes,
        most_members,
        depth,
        tuple(names),
        tuple(types),
        url_name,
        tuple(hints),
        guess_seconds,
        sha256,
    )


def encode_greeting(memory_bytes: int, missing: tuple[str, ...]) -> bytes:
    """Return a worker's first message: its memory, and the protections its sandbox lacks."""
    return json.dumps((memory_bytes, missing)).encode("ascii")


def decode_greeting(data: bytes) -> tuple[int, tuple[str, ...]]:
    """Raise MalformedReport unless it is a number and a list of names of protections."""
    try:
        memory_bytes, missing = json.loads(data)
        if type(memory_bytes) is int and set(missing) <= set(PROTECTIONS):
            return memory_bytes, tuple(missing)
    except (ValueError, TypeError, RecursionError):
        pass
    raise MalformedReport("a greeting is a number and a list of protections")


@dataclass(frozen=True, slots=True)
class Setup:
    """How the front starts a zygote: the one argument of its command line."""

    control: int
    """Inherited descriptor of the zygote's end of the control socket."""
    front: int
    """Pid of the front, whose end is the zygote's."""
    rules: Path
    limits: Limits
    settings: WorkerSettings
    examiner: str
    """`module:function`; called with the folder of rules and a secret it returns an Examiner."""
    audit: bool
    """Workers die at whatever the sandbox would refuse and at every lazy import (for tests)."""
    secret: Path | None = None
    """File with the key for marks of passwords: read before the sandbox closes, never sent."""


def encode_setup(setup: Setup) -> str:
    fields = {one.name: getattr(setup, one.name) for one in dataclass_fields(Setup)}
    sections = {"limits": setup.limits.model_dump(), "settings": setup.settings.model_dump()}
    paths = {"rules": str(setup.rules), "secret": setup.secret and str(setup.secret)}
    return json.dumps({**fields, **sections, **paths})


def decode_setup(text: str) -> Setup:
    fields = json.loads(text)
    fields["limits"] = Limits.model_validate(fields["limits"])
    fields["settings"] = WorkerSettings.model_validate(fields["settings"])
    fields["secret"] = fields["secret"] and Path(fields["secret"])
    return Setup(**{**fields, "rules": Path(fields["rules"])})


class Order(IntEnum):
    """What the front wants of the zygote."""

    FORK = 1  # with the worker's end of a socketpair
    KILL = 2


class Notice(IntEnum):
    """What the zygote tells the front."""

    READY = 1
    FAILED = 2  # text: why it cannot start; it then ends
    STARTED = 3  # number: pid
    DIED = 4  # number: exit code, or minus the signal


@dataclass(frozen=True, slots=True)
class Control:
    """One message of the control socket.  Both ends are ours and trust one another."""

    kind: int
    token: int = 0
    """Which worker; given by the front, never used twice."""
    number: int = 0
    text: str = ""


_CONTROL = struct.Struct("!BQq")


def encode_control(message: Control) -> bytes:
    text = message.text.encode("utf-8", "replace")[: CONTROL_BYTES - _CONTROL.size]
    return _CONTROL.pack(message.kind, message.token, message.number) + text


def decode_control(data: bytes) -> Control:
    text = data[_CONTROL.size :].decode("utf-8", "replace")
    kind, token, number = _CONTROL.unpack_from(data)
    return Control(kind, token, number, text)
