"""A worker's report: Examination -> bytes within bounds, and back with suspicion.

The worker may be in an attacker's hands.  The front believes only what has exactly the right
shape, and what it believes is bounded: the worst a lying worker can do is lie about its own file.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Extracted,
    Reason,
    Unscanned,
    WorkSeconds,
)
from scanners.worker.messages import MalformedReport
from scanners.worker.rows import (
    CUT,
    clip,
    fitting,
    read_list,
    read_member,
    read_number,
    read_parts,
    read_text,
)
from scanners.worker.type_rows import encode_types, read_types

KiB = 1024
REPORT_BYTES = 160 * KiB
"""The shares below and some; a socket takes 208 KiB as one message (net.core.wmem_default)."""
CHILDREN = 64
"""Descriptors in one message; the kernel's own bound is 253 (SCM_MAX_FD)."""
PATHS_TEXT = 24 * KiB
ITEMS = 256
WORD, NAME, DETAIL = 100, 255, 1000
PATH_PARTS, PATH_TEXT = 64, 1000
SCANNERS = 16
"""Names of scanners that opened something in one content."""
KINDS = len(Code) * len(DetectionLevel)
"""Items that stand for others, at most; more than there are reasons."""
MILLION = 1_000_000
LONGEST_SECONDS = 86_400
_WORST_FIRST = (DetectionLevel.MALICIOUS, DetectionLevel.SUSPICIOUS, DetectionLevel.INFO)


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What the front knows after it checked a report."""

    job: int
    memory_bytes: int
    """Most memory that the worker had resident at a time, as it says."""
    examination: Examination
    """Without views: `extracted` is empty."""
    child_paths: tuple[tuple[str, ...], ...]
    """One a descriptor, in their order."""
    child_unlocked: tuple[frozenset[str], ...] = ()
    """As in Extracted; one a descriptor."""


def choose_children(
    extracted: Sequence[Extracted], room: int
) -> tuple[tuple[Extracted, ...], tuple[Unscanned, ...]]:
    """Return those that one message can carry, `room` bytes in all at most, and the others as gaps.

    Each becomes shared memory that only these bounds limit.  Leaves go first.  A wrapper, which
    holds the same bytes once more (a form that was decoded and taken apart), goes along if it
    fits, for its headers and shortest parts, which YARA saw as well; without it nothing else is
    lost, and an honest form of 300 MiB under gzip is no gap.  The walk gives no wrapper at all
    whose bytes clamd sees anyway: forms within forms would multiply them by their depth.
    """
    chosen: list[Extracted] = []
    gaps: list[Unscanned] = []
    text = PATHS_TEXT
    for child in sorted(extracted, key=lambda child: child.wrapper):
        size, length = child.view.nbytes, len(json.dumps(_clip_path(child.path))) + 1
        if len(chosen) < CHILDREN and length <= text and size <= room:
            chosen.append(child)
            text -= length
            room -= size
        elif not child.wrapper:
            reason = Reason.TOO_LARGE if size > room else Reason.TOO_MANY
            gaps.append(Unscanned("worker", reason, child.path))
    return tuple(chosen), tuple(gaps)


def encode_report(
    job: int, memory_bytes: int, examination: Examination, children: Sequence[Extracted]
) -> bytes:
    """Return at most REPORT_BYTES; what does not fit is counted, worst detections kept.

    One more item a code and level, or a reason, stands for those left out, so that policy still
    sees each.  A left out detection above info is also a gap: Unscanned(too_many).
    """
    ranked = sorted(examination.detections, key=lambda d: _WORST_FIRST.index(d.level))
    detections, kept = fitting(map(_detection_parts, ranked), ITEMS, 48 * KiB)
    dropped = ranked[kept:]
    types, whole = encode_types(examination.types)
    gaps = examination.unscanned
    if not whole or any(found.level is not DetectionLevel.INFO for found in dropped):
        gaps = (Unscanned("worker", Reason.TOO_MANY), *gaps)
    for (code, level), count in Counter((d.code, d.level) for d in dropped).items():
        rest = Detection(
            code, "worker", "more", level, (), f"{count} more of this kind were found."
        )
        detections.append(json.dumps(_detection_parts(rest)))
    unscanned, kept = fitting(map(_unscanned_parts, gaps), ITEMS, 32 * KiB)
    for reason, count in Counter(part.reason for part in gaps[kept:]).items():
        more = Unscanned("worker", reason, (f"{CUT} and {count} more",))
        unscanned.append(json.dumps(_unscanned_parts(more)))
    paths = [json.dumps(_clip_path(child.path)) for child in children]
    opened = (examination.unlocked, *(child.unlocked for child in children))
    unlocked = [json.dumps(_words(names)) for names in opened]
    seconds = list(map(str, _microseconds(examination.seconds)))
    parts = (types, detections, unscanned, paths, unlocked, seconds)
    lists = ",".join(f"[{','.join(part)}]" for part in parts)
    return f"[{job},{memory_bytes},{lists}]".encode("ascii")


def decode_report(data: bytes, descriptors: int) -> WorkerReport:
    """Return what a report says; raise MalformedReport if anything about it is not as agreed.

    Lone surrogates in texts become U+FFFD, so that every text can be stored as UTF-8.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise MalformedReport("a report is JSON") from None
    job, memory_bytes, types, detections, unscanned, paths, *rest = read_parts(value, 8)
    children = read_list(paths, CHILDREN)
    if len(children) != descriptors:
        raise MalformedReport("a report names each descriptor once")
    unlocked, seconds = rest
    whole, *each = map(_read_words, read_parts(unlocked, 1 + descriptors))
    return WorkerReport(
        read_number(job),
        read_number(memory_bytes),
        Examination(
            read_types(types),
            tuple(_read_detection(item) for item in read_list(detections, ITEMS + KINDS)),
            tuple(_read_unscanned(item) for item in read_list(unscanned, ITEMS + KINDS)),
            unlocked=whole,
            seconds=_read_seconds(read_list(seconds, 3)),
        ),
        tuple(_read_path(path) for path in children),
        tuple(each),
    )


def _detection_parts(found: Detection) -> list[object]:
    return [
        found.code,
        clip(found.scanner, WORD),
        clip(found.name, NAME),
        found.level,
        _clip_path(found.path),
        clip(found.detail, DETAIL),
    ]


def _unscanned_parts(part: Unscanned) -> list[object]:
    return [clip(part.scanner, WORD), part.reason, _clip_path(part.path)]


def _clip_path(path: tuple[str, ...]) -> list[object]:
    """Keep the outermost containers and as much of each name as all of them leave it."""
    if len(path) > PATH_PARTS:
        path = (*path[: PATH_PARTS - 1], CUT)
    longest = NAME if sum(map(len, path)) <= PATH_TEXT else min(NAME, PATH_TEXT // len(path))
    return [clip(part, longest) for part in path]


def _words(names: frozenset[str]) -> list[str]:
    return [clip(name, WORD) for name in sorted(names)[:SCANNERS]]


def _read_words(value: object) -> frozenset[str]:
    return frozenset(read_text(name, WORD) for name in read_list(value, SCANNERS))


def _microseconds(seconds: WorkSeconds | None) -> list[int]:
    if seconds is None:
        return []
    return [round(one * MILLION) for one in (seconds.file_type, seconds.yara, seconds.others)]


def _read_seconds(value: list[object]) -> WorkSeconds | None:
    """A worker may lie about its time, but no more than a day: it is only counted."""
    if not value:
        return None
    each = [read_number(one) / MILLION for one in read_parts(value, 3)]
    if max(each) > LONGEST_SECONDS:
        raise MalformedReport("no file takes so long")
    return WorkSeconds(*each)


def _read_path(value: object) -> tuple[str, ...]:
    path = tuple(read_text(part, NAME) for part in read_list(value, PATH_PARTS))
    if sum(map(len, path)) > PATH_TEXT:
        raise MalformedReport("a path is too long")
    return path


def _read_detection(value: object) -> Detection:
    code, scanner, name, level, path, detail = read_parts(value, 6)
    if code == Code.HASH_ALLOWED:
        raise MalformedReport("what is allowed by its hash is not for a worker to say")
    return Detection(
        read_member(Code, code),
        read_text(scanner, WORD),
        read_text(name, NAME),
        read_member(DetectionLevel, level),
        _read_path(path),
        read_text(detail, DETAIL),
    )


def _read_unscanned(value: object) -> Unscanned:
    scanner, reason, path = read_parts(value, 3)
    return Unscanned(read_text(scanner, WORD), read_member(Reason, reason), _read_path(path))
