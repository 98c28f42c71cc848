"""The bytes of RAR members: stored ones as they lie there, packed ones by libarchive.

What comes out is believed only if its checksum holds.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from scanners.archives import libarchive
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.members import FREE_BYTES, RATIO
from scanners.model import Reason
from scanners.rar.blake2sp import blake2sp
from scanners.rar.rebuild import rebuild
from scanners.rar.records import Archive, Member

LARGEST_WINDOW = 64 * 1024 * 1024
"""Bytes of dictionary, which a packed member makes the unpacker allocate; libarchive's own bound.
RAR takes 32 MiB unless it is told otherwise."""
FORMATS = {4: ("rar",), 5: ("rar5",)}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of one member, and why no more of it, if so."""

    view: memoryview
    reason: Reason | None = None
    bomb: bool = False


def nothing(reason: Reason) -> Unpacked:
    return Unpacked(memoryview(b""), reason)


@dataclass(frozen=True, slots=True)
class Listed:
    """What libarchive says of one member."""

    name: str
    unpacked: Unpacked | None
    """None: not asked for."""


def stored(member: Member, view: memoryview, budget: Budget, password: str) -> Unpacked:
    """Return the bytes of a stored member, decrypted if it is encrypted."""
    data = packed_data(member, view, budget, password)
    size = len(data) if member.size is None or not member.whole else member.size
    if member.keys is None:
        budget.spend_bytes(len(data))
    return verified(member, Unpacked(memoryview(data)[:size]), password)


def packed_data(
    member: Member, view: memoryview, budget: Budget, password: str
) -> bytes | memoryview:
    """Return what lies in the archive, decrypted: that counts as unpacked."""
    data = view[member.start : member.start + member.packed]
    if member.keys is None:
        return data
    budget.spend_bytes(len(data))
    return member.keys.decrypt(password, data)


def verified(member: Member, unpacked: Unpacked, password: str) -> Unpacked:
    """Return the same, with a reason if these are not the bytes that were packed.

    A wrong password gives noise: without a checksum nothing says that it was right.
    """
    if unpacked.reason is not None or holds(member, unpacked.view, password):
        return unpacked
    noise = member.keys is not None and member.whole
    view = memoryview(b"") if noise else unpacked.view
    return Unpacked(view, Reason.MALFORMED, unpacked.bomb)


def holds(member: Member, data: memoryview, password: str) -> bool:
    if not member.whole or (member.size is not None and len(data) != member.size):
        return False
    keys = member.keys
    if member.digest is not None:
        digest = blake2sp(data)
        return (keys.digest(password, digest) if keys else digest) == member.digest
    if member.checksum is not None:
        checksum = crc32(data)
        return (keys.checksum(password, checksum) if keys else checksum) == member.checksum
    return keys is None


def listed(view: memoryview, archive: Archive, budget: Budget) -> Iterator[Listed]:
    """Yield what libarchive lists of an archive as it is, with the bytes of plain packed members.

    Its members are the archive's own one by one, unless it sees others; ContentMalformed where it
    gives up.
    """
    own = [member for member in archive.members if not member.stream]
    compressed = 0
    for number, entry in enumerate(
        libarchive.members(view[archive.start :], FORMATS[archive.version], budget)
    ):
        member = own[number] if number < len(own) else None
        compressed += member.packed if member else len(view)
        wanted = member is None or (is_packed(member) and member.keys is None)
        out = _read(entry, budget, ceiling(compressed)) if wanted else None
        yield Listed(entry.name, verified(member, out, "") if member and out else out)


@dataclass(frozen=True, slots=True)
class Ready:
    """A packed member whose data is at hand, decrypted."""

    member: Member
    data: bytes | memoryview
    password: str


def rebuilt(version: int, members: Sequence[Ready], budget: Budget) -> Iterator[Unpacked]:
    """Yield what comes out of each, in order, none left out."""
    compressed = 0
    archive = memoryview(rebuild(version, ((ready.member, ready.data) for ready in members)))
    entries = libarchive.members(archive, FORMATS[version], budget)
    for ready in members:
        compressed += len(ready.data)
        try:
            out = _read(next(entries), budget, ceiling(compressed))
        except (ContentMalformed, StopIteration):
            out = nothing(Reason.MALFORMED)
        yield verified(ready.member, out, ready.password)


def unlocked(
    archive: Archive,
    view: memoryview,
    passwords: Mapping[int, str],
    done: Container[int],
    budget: Budget,
    *,
    everything: bool,
) -> dict[int, Unpacked]:
    """Return what comes out of packed members that libarchive could not list, or not read.

    That is: encrypted ones whose password is in `passwords`, by number, and alternate streams;
    `everything` if the headers were encrypted.  In a solid archive those between them come along.
    """
    can = {
        number: member
        for number, member in enumerate(archive.members)
        if is_packed(member)
        and member.window <= LARGEST_WINDOW
        and (member.keys is None or number in passwords)
    }
    wanted = {
        number: member
        for number, member in can.items()
        if number not in done and (everything or member.keys or member.stream)
    }
    if not wanted:
        return {}
    if any(member.solid for member in can.values()):
        wanted = can
    ready = []
    for number, member in wanted.items():
        password = passwords.get(number, "")
        ready.append(Ready(member, packed_data(member, view, budget, password), password))
    return dict(zip(wanted, rebuilt(archive.version, ready, budget)))


def is_packed(member: Member) -> bool:
    return not (member.stored or member.folder or member.link) and member.whole


def ceiling(compressed: int) -> int:
    return max(FREE_BYTES, RATIO * compressed)


def _read(entry: libarchive.Member, budget: Budget, most: int) -> Unpacked:
    data = entry.read(budget, most)
    reason = data.failure.reason if data.failure is not None else None
    return Unpacked(data.view, reason, data.bomb)
