"""Where two ZIP readers could see different members: the structure check behind archive.ambiguous.

Readers differ on concatenated archives, on headers that contradict the directory, and on members
that the directory does not list ("My ZIP isn't your ZIP", USENIX Security 2025).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scanners.budget import Budget
from scanners.names import extension, readings
from scanners.zip.directory import (
    CENTRAL,
    DESCRIPTOR,
    END,
    Directory,
    Entry,
    LocalHeader,
    descriptor_end,
    directory_at,
    find_all,
)
from scanners.zip.gaps import has_member, is_filling


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a member lies, header to descriptor, and what its records disagree on."""

    start: int
    end: int
    contradictions: tuple[str, ...]


def place(view: memoryview, entry: Entry, local: LocalHeader, budget: Budget) -> Placed:
    """Hold what a streaming reader sees of a member against its entry in the directory."""
    listed = (entry.checksum, entry.packed_size, entry.size)
    stated = (local.checksum, local.packed_size, local.size)
    end = local.data + entry.packed_size
    differs = {
        "name": entry.raw_name != local.raw_name
        or any(_contradicts(entry.name, other) for other in (*entry.other_names, *local.names)),
        "method": entry.method != local.method,
        "encryption": entry.encrypted != local.encrypted,
    }
    if local.deferred:
        differs["size"] = any(here not in (0, there) for here, there in zip(stated, listed))
        described = descriptor_end(view, entry, end, signed=entry.method == 0)
        differs["descriptor"] = described is None or (
            entry.method == 0 and _ends_early(view, local.data, end, budget)
        )
        end = described or end
    else:
        differs["checksum"] = stated[0] != listed[0]
        differs["size"] = stated[1:] != listed[1:]
    words = tuple(word for word, differ in differs.items() if differ)
    return Placed(entry.offset, end, words)


def _contradicts(name: str, other: str) -> bool:
    """Return whether a second name is more than the first in another code page.

    Where that had no letter for it, writers put another or an escape: then extensions count.
    """
    if name.isascii() and other.isascii():
        return name != other
    first, second = (extension(readings(either)[0]) for either in (name, other))
    return first != second and first.isascii() and second.isascii()


def _ends_early(view: memoryview, start: int, end: int, budget: Budget) -> bool:
    """Return whether a streaming reader would end stored data before the directory does.

    Only the descriptor tells it where such data ends: the first that counts the bytes so far.
    """
    for at in find_all(view, DESCRIPTOR, start, end):
        budget.seconds_left()
        numbers = bytes(view[at + 8 : at + 16])
        count = (at - start).to_bytes(8, "little")
        if numbers == count or numbers[:4] == count[:4]:
            return True
    return False


def ambiguities(
    view: memoryview, directory: Directory, members: list[Placed], budget: Budget, *, pure: bool
) -> Iterator[tuple[str, str]]:
    """Yield (word, sentence) for each way in which readers could disagree on this archive.

    `members` is the whole directory.  `pure`: the file starts as an archive; what stands in front
    of an archive in a program or an image is that file's own affair, several archives included.
    """
    if not directory.agreed:
        yield "end", "the end records of 32 and of 64 bits disagree"
    if _is_elsewhere(view, directory):
        yield "elsewhere", "the end record leads to two directories"
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
    for start, end in gaps:
        if has_member(view, budget, start, end):
            yield "unlisted", "a member that the directory does not list"
        elif not is_filling(view, budget, start, end):
            yield "hidden", "bytes between the members that belong to none of them"


def _has_archive(
    view: memoryview, directory: Directory, budget: Budget, start: int, end: int
) -> bool:
    """Return whether the end record of another, not empty directory stands in start <= x < end."""
    for at in find_all(view, END, start, end):
        budget.seconds_left()  # a file may hold nothing but signatures
        other = directory_at(view, at)
        if other is not None and not other.empty and other.start != directory.start:
            return True
    return False


def _is_elsewhere(view: memoryview, directory: Directory) -> bool:
    """Return whether a reader that takes the end record's offset as it is finds other members.

    What was put before an honest archive shifts its directory behind that offset, onto no entry.
    """
    offset = directory.start - directory.shift
    shifted = directory.shift > 0 and bytes(view[offset : offset + 4]) == CENTRAL
    return directory.shift < 0 or shifted
