"""Where two ZIP readers could see different members: the structure check behind archive.ambiguous.

Readers differ on concatenated archives, on headers that contradict the directory, and on members
that the directory does not list ("My ZIP isn't your ZIP", USENIX Security 2025).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.names import extension, readings
from scanners.zip.directory import END, Directory, directory_at, find_all
from scanners.zip.headers import CENTRAL, DESCRIPTOR, Entry, LocalHeader, descriptor_end
from scanners.zip.methods import STORED

OTHERS = 8
"""Further directories that are followed; more of them are a gap."""
Region = tuple[int, int]
"""start <= offset < end; not more than nothing if end <= start."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a member lies, header to descriptor, and what its records disagree on."""

    start: int
    end: int
    contradictions: frozenset[str]
    untold: Region | None = None
    """Stored data of which only the descriptor tells a streaming reader where they end."""


def place(view: memoryview, entry: Entry, local: LocalHeader) -> Placed:
    """Hold what a streaming reader sees of a member against its entry in the directory."""
    listed = (entry.checksum, entry.packed_size, entry.size)
    stated = (local.checksum, local.packed_size, local.size)
    end = local.data + entry.packed_size
    untold = (local.data, end) if local.deferred and entry.method == STORED else None
    differs = {
        "name": entry.raw_name != local.raw_name
        or any(_contradicts(entry.name, other) for other in (*entry.other_names, *local.names)),
        "method": (entry.method, entry.aes) != (local.method, local.aes),
        "encryption": entry.encrypted != local.encrypted or entry.strong != local.strong,
        "size": entry.disputed or local.disputed,
    }
    if local.deferred:
        unstated = (0, local.time << 16)  # Info-ZIP's checksum of what it encrypts to a pipe
        differs["checksum"] = stated[0] not in (*unstated[: 1 + local.encrypted], listed[0])
        sizes = zip(stated[1:], listed[1:])
        differs["size"] |= any(here not in (0, there) for here, there in sizes)
        described = descriptor_end(view, entry, end, signed=entry.method == STORED)
        differs["descriptor"] = described is None
        end = described or end
    else:
        differs["checksum"] = stated[0] != listed[0]
        differs["size"] |= stated[1:] != listed[1:]
    words = frozenset(word for word, differ in differs.items() if differ)
    return Placed(entry.offset, end, words, untold)


def _contradicts(name: str, other: str) -> bool:
    """Return whether a second name is more than the first in another code page.

    Where that had no letter for it, writers put another or an escape: then extensions count.
    """
    if name.isascii() and other.isascii():
        return name != other
    first, second = (extension(readings(either)[0]) for either in (name, other))
    return first != second and first.isascii() and second.isascii()


def ends_early(view: memoryview, member: Placed, budget: Budget) -> bool:
    """Return whether a streaming reader would end stored data before the directory does.

    Only the descriptor tells it where such data ends: the first that counts the bytes so far.  For
    members that do not overlap: each byte is looked at once.
    """
    start, end = member.untold or (0, 0)
    for at in find_all(view, DESCRIPTOR, start, end):
        budget.seconds_left()
        numbers = bytes(view[at + 8 : at + 16])
        count = (at - start).to_bytes(8, "little")
        if numbers == count or numbers[:4] == count[:4]:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Layout:
    """What of the file belongs to the archive that its directory lists, and what does not."""

    between: tuple[Region, ...]
    """Of the listed members, and behind their list: filling, in honest archives."""
    before: Region
    behind: Region
    comment: Region
    overlapping: bool


def merged(regions: Iterable[Region]) -> list[Region]:
    """Return the same bytes in regions that do not overlap, in order."""
    found: list[Region] = []
    for start, end in sorted(regions):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def lay_out(view: memoryview, directory: Directory, list_end: int, members: list[Placed]) -> Layout:
    """Return the layout; `members` is the whole directory, whose entries end at `list_end`."""
    ordered = sorted(members, key=lambda member: member.start)
    first = min((member.start for member in ordered), default=directory.start)
    reached, between, overlapping = first, [], False
    for member in ordered:
        overlapping |= member.start < reached
        between.append((reached, member.start))
        reached = max(reached, member.end)
    between += [(reached, directory.start), (list_end, directory.end)]
    return Layout(
        between=tuple(region for region in between if region[0] < region[1]),
        before=(0, first),
        behind=(directory.tail, len(view)),
        comment=(directory.comment, directory.tail),
        overlapping=overlapping or reached > directory.start,
    )


def contradictions(
    view: memoryview, directory: Directory, members: Iterable[Placed], layout: Layout
) -> Iterator[tuple[str, str]]:
    """Yield (word, sentence) for each way in which the archive's records say two things."""
    if not directory.agreed:
        yield "end", "the end records of 32 and of 64 bits disagree"
    if _is_elsewhere(view, directory):
        yield "elsewhere", "the end record leads to two directories"
    for word in sorted({word for member in members for word in member.contradictions}):
        yield word, f"the directory and a member's own header disagree on its {word}"
    if layout.overlapping:
        yield "overlap", "members lie over one another, or over the directory"


def other_directories(
    view: memoryview, directory: Directory, regions: Iterable[Region], budget: Budget
) -> Iterator[Directory]:
    """Yield the further directories, none of them empty, whose end records stand in `regions`."""
    starts = {directory.start}
    for start, end in regions:
        for at in find_all(view, END, start, end):
            budget.seconds_left()  # a file may hold nothing but signatures
            other = directory_at(view, at)
            if other is not None and not other.empty and other.start not in starts:
                starts.add(other.start)
                yield other


def _is_elsewhere(view: memoryview, directory: Directory) -> bool:
    """Return whether a reader that takes the end record's offset as it is finds other members.

    What was put before an honest archive shifts its directory behind that offset, onto no entry.
    """
    offset = directory.start - directory.shift
    shifted = directory.shift > 0 and bytes(view[offset : offset + 4]) == CENTRAL
    return directory.shift < 0 or shifted
