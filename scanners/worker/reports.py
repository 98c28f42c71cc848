"""A worker's report: Examination -> bytes within bounds, and back with suspicion.

The worker may be in an attacker's hands.  The front believes only what has exactly the right
shape, and what it believes is bounded: the worst a lying worker can do is lie about its own file.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Extracted,
    Family,
    FileType,
    Reason,
    TypeNode,
    Unscanned,
)
from scanners.worker.messages import MalformedReport

KiB = 1024
REPORT_BYTES = 160 * KiB
"""The shares below and some; a socket takes 208 KiB as one message (net.core.wmem_default)."""
CHILDREN = 64
"""Descriptors in one message; the kernel's own bound is 253 (SCM_MAX_FD)."""
PATHS_TEXT = 24 * KiB
ITEMS = 256
NODES = 1024
WORD, NAME, DETAIL = 100, 255, 1000
PATH_PARTS, PATH_TEXT = 64, 1000
TREE_DEPTH = 64
"""Whoever reads the tree may recurse."""
KINDS = len(Code) * len(DetectionLevel)
"""Items that stand for others, at most; more than there are reasons."""
LARGEST_NUMBER = 2**53

E = TypeVar("E", bound=StrEnum)
_WORST_FIRST = (DetectionLevel.MALICIOUS, DetectionLevel.SUSPICIOUS, DetectionLevel.INFO)
_CUT = "…"


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
    detections, kept = _fitting(map(_detection_parts, ranked), ITEMS, 48 * KiB)
    dropped = ranked[kept:]
    gaps = examination.unscanned
    if any(found.level is not DetectionLevel.INFO for found in dropped):
        gaps = (Unscanned("worker", Reason.TOO_MANY), *gaps)
    for (code, level), count in Counter((d.code, d.level) for d in dropped).items():
        rest = Detection(
            code, "worker", "more", level, (), f"{count} more of this kind were found."
        )
        detections.append(json.dumps(_detection_parts(rest)))
    unscanned, kept = _fitting(map(_unscanned_parts, gaps), ITEMS, 32 * KiB)
    for reason, count in Counter(part.reason for part in gaps[kept:]).items():
        more = Unscanned("worker", reason, (f"{_CUT} and {count} more",))
        unscanned.append(json.dumps(_unscanned_parts(more)))
    paths = [json.dumps(_clip_path(child.path)) for child in children]
    parts = (_encode_types(examination.types), detections, unscanned, paths)
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
    job, memory_bytes, types, detections, unscanned, paths = _parts(value, 6)
    children = _list(paths, CHILDREN)
    if len(children) != descriptors:
        raise MalformedReport("a report names each descriptor once")
    return WorkerReport(
        _number(job),
        _number(memory_bytes),
        Examination(
            _read_types(_list(types, NODES + 1)),
            tuple(_read_detection(item) for item in _list(detections, ITEMS + KINDS)),
            tuple(_read_unscanned(item) for item in _list(unscanned, ITEMS + KINDS)),
        ),
        tuple(_read_path(path) for path in children),
    )


def _encode_types(root: TypeNode | None) -> list[str]:
    """Flatten the tree, upper levels first: [index of the parent, type, mime, family, name]."""
    if root is None:
        return []
    flat = [(0, 0, root)]
    for index, (_, depth, node) in enumerate(flat):  # grows while we walk: breadth first
        flat.extend((index, depth + 1, child) for child in node.children)
    shown = [(parent, node) for parent, depth, node in flat if depth < TREE_DEPTH]
    encoded, kept = _fitting((_node_parts(*pair) for pair in shown), NODES, 40 * KiB)
    if kept < len(flat):
        rest = TypeNode(UNKNOWN_TYPE, f"{_CUT} and {len(flat) - kept} more")
        encoded.append(json.dumps(_node_parts(0, rest)))
    return encoded


def _fitting(items: Iterable[list[object]], most: int, room: int) -> tuple[list[str], int]:
    """Return the first items as JSON, as many as fit in count and bytes, and their number."""
    encoded: list[str] = []
    for item in items:
        text = json.dumps(item)
        room -= len(text) + 1
        if room < 0 or len(encoded) == most:
            break
        encoded.append(text)
    return encoded, len(encoded)


def _detection_parts(found: Detection) -> list[object]:
    return [
        found.code,
        _clip(found.scanner, WORD),
        _clip(found.name, NAME),
        found.level,
        _clip_path(found.path),
        _clip(found.detail, DETAIL),
    ]


def _unscanned_parts(part: Unscanned) -> list[object]:
    return [_clip(part.scanner, WORD), part.reason, _clip_path(part.path)]


def _node_parts(parent: int, node: TypeNode) -> list[object]:
    file_type = node.file_type
    texts = (_clip(file_type.name, WORD), _clip(file_type.mime, NAME))
    return [parent, *texts, file_type.family, _clip(node.name, NAME)]


def _clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + _CUT


def _clip_path(path: tuple[str, ...]) -> list[object]:
    """Keep the outermost containers and as much of each name as all of them leave it."""
    if len(path) > PATH_PARTS:
        path = (*path[: PATH_PARTS - 1], _CUT)
    longest = NAME if sum(map(len, path)) <= PATH_TEXT else min(NAME, PATH_TEXT // len(path))
    return [_clip(part, longest) for part in path]


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise MalformedReport(f"a list of at most {most} entries was due")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise MalformedReport("a number was due")
    return value


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedReport(f"a text of at most {longest} characters was due")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _member(kind: type[E], value: object) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise MalformedReport(f"{kind.__name__} has no such member") from None


def _read_path(value: object) -> tuple[str, ...]:
    path = tuple(_text(part, NAME) for part in _list(value, PATH_PARTS))
    if sum(map(len, path)) > PATH_TEXT:
        raise MalformedReport("a path is too long")
    return path


def _read_detection(value: object) -> Detection:
    code, scanner, name, level, path, detail = _parts(value, 6)
    return Detection(
        _member(Code, code),
        _text(scanner, WORD),
        _text(name, NAME),
        _member(DetectionLevel, level),
        _read_path(path),
        _text(detail, DETAIL),
    )


def _read_unscanned(value: object) -> Unscanned:
    scanner, reason, path = _parts(value, 3)
    return Unscanned(_text(scanner, WORD), _member(Reason, reason), _read_path(path))


def _read_types(flat: list[object]) -> TypeNode | None:
    """Join the flat list to a tree again; a parent stands before its children."""
    rows = [_parts(item, 5) for item in flat]
    parents = [_number(row[0]) for row in rows]
    depths: list[int] = []
    for index, parent in enumerate(parents):
        if parent >= max(index, 1):
            raise MalformedReport("a member stands before its container")
        depths.append(depths[parent] + 1 if index else 0)
    if max(depths, default=0) >= TREE_DEPTH:
        raise MalformedReport("the tree is too deep")
    children: list[list[TypeNode]] = [[] for _ in rows]
    node = None
    for index in range(len(rows) - 1, -1, -1):
        _, name, mime, family, node_name = rows[index]
        file_type = FileType(_text(name, WORD), _text(mime, NAME), _member(Family, family))
        inside = tuple(reversed(children[index]))
        node = TypeNode(file_type, _text(node_name, NAME), inside)
        children[parents[index]].append(node)
    return node


def _parts(value: object, count: int) -> list[object]:
    parts = _list(value, count)
    if len(parts) != count:
        raise MalformedReport(f"{count} entries were due")
    return parts
