"""Where two ZIP readers could see different members: the structure check behind archive.ambiguous.

Readers differ on concatenated archives, on headers that contradict the directory, and on members
that the directory does not list ("My ZIP isn't your ZIP", USENIX Security 2025).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scanners.budget import Budget
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
    """Where a member lies, header and data, and what its two headers disagree on."""

    start: int
    end: int
    contradictions: tuple[str, ...]


def place(entry: Entry, local: LocalHeader) -> Placed:
    """Hold a member's local header against its entry in the directory."""
    differs = {
        "name": entry.raw_name != local.raw_name,
        "method": entry.method != local.method,
        "encryption": entry.encrypted != local.encrypted,
    }
    words = tuple(word for word, differ in differs.items() if differ)
    return Placed(entry.offset, local.data + entry.packed_size, words)


def ambiguities(
    view: memoryview, directory: Directory, members: list[Placed], budget: Budget, *, pure: bool
) -> Iterator[tuple[str, str]]:
    """Yield (word, sentence) for each way in which readers could disagree on this archive.

    `members` is the whole directory.  `pure`: the file starts as an archive; what stands in front
    of an archive in a program or an image is that file's own affair, several archives included.
    """
    for word in {word for member in members for word in member.contradictions}:
        yield word, f"the directory and a member's own header disagree on its {word}"
    pairs = list(pairwise(sorted(members, key=lambda member: member.start)))
    if any(after.start < before.end for before, after in pairs):
        yield "overlap", "members lie over one another"
    first = min((member.start for member in members), default=directory.start)
    last = max((member.end for member in members), default=first)
    if last > directory.start:
        yield "overlap", "a member lies over the directory"
    outside = [(directory.end, len(view))]
    gaps = [(before.end, after.start) for before, after in pairs]
    gaps.append((last, directory.start))
    if pure:
        outside.append((0, first))
        gaps.append((0, first))
    if any(_has_archive(view, directory, budget, *region) for region in outside):
        yield "concatenated", "a second archive stands in the same file"
    if any(_has_member(view, budget, *region) for region in gaps):
        yield "unlisted", "a member that the directory does not list"


def _has_archive(
    view: memoryview, directory: Directory, budget: Budget, start: int, end: int
) -> bool:
    """Return whether the end record of another, not empty directory stands in start <= x < end."""
    for at in find_all(view, END, start, end):
        budget.seconds_left()  # a file may hold nothing but signatures
        other = directory_at(view, at)
        if other is not None and other.count and other.start != directory.start:
            return True
    return False


def _has_member(view: memoryview, budget: Budget, start: int, end: int) -> bool:
    """Return whether a local header with a name stands in start <= x < end.

    The signature alone is four bytes that chance may write: version, method and name are asked too.
    """
    for at in find_all(view, LOCAL, start, end):
        budget.seconds_left()
        head = bytes(view[at : at + 30])
        plausible = len(head) == 30 and head[4] <= 63 and head[5] == 0 and head[9] == 0
        if plausible and 0 < int.from_bytes(head[26:28], "little") <= 1024:
            return True
    return False
