"""What a reader finds that walks from local header to local header: members in no directory.

One pass over the bytes it is given, forward only: each byte is looked at a fixed number of times.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.zip.directory import END, find_all
from scanners.zip.headers import (
    CENTRAL,
    CENTRAL_SIZE,
    DESCRIPTOR,
    LOCAL,
    Descriptor,
    LocalHeader,
    believable,
    descriptors,
)

END64, LOCATOR = b"PK\x06\x06", b"PK\x06\x07"
_RECORD = re.compile(b"PK(?:\x03\x04|\x01\x02|\x05\x06|\x06\x06|\x06\x07|\x07\x08)")
_NEXT = re.compile(b"PK(?:\x03\x04|\x01\x02|\x07\x08)")
_SIZES = {END: 22, END64: 56, LOCATOR: 20, DESCRIPTOR: 16}


@dataclass(frozen=True, slots=True)
class Loose:
    """A member as its own header states it."""

    local: LocalHeader
    start: int
    """Of the header."""
    end: int
    """Of the packed data; beyond the file if it is cut."""
    behind: int
    """Where a reader looks for the next member."""
    checksum: int | None
    """None if neither header nor descriptor says."""
    size: int | None

    @property
    def packed_size(self) -> int:
        return self.end - self.local.data


@dataclass(frozen=True, slots=True)
class Leftover:
    """start <= offset < end holds neither members nor records of an archive."""

    start: int
    end: int


def walk(view: memoryview, start: int, end: int, budget: Budget) -> Iterator[Loose | Leftover]:
    """Yield the members whose headers stand in start <= offset < end, and the rest, in order.

    A member may end behind `end`.
    """
    end = min(end, len(view))
    at = left = start
    while at < end and (mark := _RECORD.search(view, at, end)):
        budget.seconds_left()
        member = None
        if mark[0] == LOCAL:
            local = believable(view, mark.start())
            member = bounds(view, local, mark.start(), budget) if local else None
            behind = _behind_member(view, member) if member else None
        else:
            behind = _record_end(view, mark.start(), mark[0])
        if behind is None:
            at = mark.start() + 1
            continue
        if mark.start() > left:
            yield Leftover(left, mark.start())
        if member:
            yield member
        at = left = behind
    if left < end:
        yield Leftover(left, end)


def _behind_member(view: memoryview, member: Loose) -> int:
    """Return where to look on; a member that is cut may be none, and hides nothing."""
    return member.behind if member.end <= len(view) else member.local.data


def _record_end(view: memoryview, at: int, signature: bytes) -> int | None:
    """Return where the record at `at` ends; None if it does not fit into the file.

    A local header within it is one: then the record is none.
    """
    size = _SIZES.get(signature, CENTRAL_SIZE)
    if at + size > len(view):
        return None
    if signature == CENTRAL:
        size += sum(struct.unpack_from("<3H", view, at + 28))
    end = min(at + size, len(view))
    return next(find_all(view, LOCAL, at + 4, end), end)


def bounds(view: memoryview, local: LocalHeader, start: int, budget: Budget) -> Loose:
    """Return what a streaming reader takes for the data of the member whose header is at `start`.

    If the header leaves that to a descriptor: up to the first that counts the bytes so far, or to
    the next header.
    """
    if not local.deferred or local.packed_size:
        end = local.data + local.packed_size
        checksum = local.checksum if local.checksum or not local.deferred else None
        size = local.size if local.size or not local.deferred else None
        behind = _behind(view, end) if local.deferred else end
        return Loose(local, start, end, max(behind, local.data), checksum, size)
    at = local.data
    while mark := _NEXT.search(view, at):
        budget.seconds_left()
        at = mark.start()
        is_header = mark[0] != DESCRIPTOR
        for told in _told(view, local.data, at, is_header=is_header):
            end, found = told
            return Loose(local, start, end, found.end, found.checksum, found.size)
        if is_header:
            return Loose(local, start, at, at, None, None)
        at += 1
    return Loose(local, start, len(view), len(view), None, None)


def _behind(view: memoryview, end: int) -> int:
    """Return where the next header would stand if a descriptor stands at `end`."""
    return end + 16 if bytes(view[end : end + 4]) == DESCRIPTOR else end


def _told(
    view: memoryview, data: int, at: int, *, is_header: bool
) -> Iterator[tuple[int, Descriptor]]:
    """Yield (end of the data, descriptor) for those at `at`, or in front of a header at `at`."""
    if not is_header:
        yield from ((at, found) for found in descriptors(view, at, at - data))
        return
    for size in (12, 20):
        if at - size >= data:
            told = descriptors(view, at - size, at - size - data)
            yield from ((at - size, found) for found in told if found.end == at)
