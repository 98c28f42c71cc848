"""Where two ZIP readers could see different members: the structure check behind archive.ambiguous.

Readers differ on concatenated archives, on headers that contradict the directory, and on members
that the directory does not list ("My ZIP isn't your ZIP", USENIX Security 2025).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scanners.zip_directory import (
    END,
    LOCAL,
    Directory,
    Entry,
    LocalHeader,
    directory_at,
    find_all,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A member and where its bytes lie."""

    entry: Entry
    local: LocalHeader

    @property
    def end(self) -> int:
        return self.local.data + self.entry.packed_size


def ambiguities(
    view: memoryview, directory: Directory, members: list[Placed], *, pure: bool
) -> Iterator[tuple[str, str]]:
    """Yield (word, sentence) for each way in which readers could disagree on this archive.

    `members` is the whole directory.  `pure`: the file starts as an archive; what stands in front
    of an archive in a program or an image is that file's own affair, several archives included.
    """
    for member in members:
        yield from _contradictions(member)
    members = sorted(members, key=lambda member: member.entry.offset)
    pairs = list(pairwise(members))
    if any(after.entry.offset < before.end for before, after in pairs):
        yield "overlap", "members lie over one another"
    first = members[0].entry.offset if members else directory.start
    last = members[-1].end if members else first
    if last > directory.start:
        yield "overlap", "a member lies over the directory"
    if _has_archive(view, directory, directory.end, len(view)):
        yield "concatenated", "a second archive stands in the same file"
    gaps = [(before.end, after.entry.offset) for before, after in pairs]
    gaps.append((last, directory.start))
    if pure:
        gaps.append((0, first))
        if _has_archive(view, directory, 0, first):
            yield "concatenated", "a second archive stands in the same file"
    if any(_has_member(view, start, end) for start, end in gaps if start < end):
        yield "unlisted", "a member that the directory does not list"


def _contradictions(member: Placed) -> Iterator[tuple[str, str]]:
    entry, local = member.entry, member.local
    if entry.raw_name != local.raw_name:
        yield "name", "a member has two names"
    if entry.method != local.method:
        yield "method", "a member has two compression methods"
    if entry.encrypted != local.encrypted:
        yield "encryption", "a member is encrypted and is not"


def _has_archive(view: memoryview, directory: Directory, start: int, end: int) -> bool:
    """Return whether the end record of another, not empty directory stands in start <= x < end."""
    found = (directory_at(view, at) for at in find_all(view, END, start, end))
    return any(other and other.count and other.start != directory.start for other in found)


def _has_member(view: memoryview, start: int, end: int) -> bool:
    """Return whether a local header with a name stands in start <= x < end.

    The signature alone is four bytes that chance may write: version, method and name are asked too.
    """
    for at in find_all(view, LOCAL, start, end):
        head = bytes(view[at : at + 30])
        plausible = len(head) == 30 and head[4] <= 63 and head[5] == 0 and head[9] == 0
        if plausible and 0 < int.from_bytes(head[26:28], "little") <= 1024:
            return True
    return False
