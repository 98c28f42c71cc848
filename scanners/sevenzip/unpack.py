"""What comes out of one folder of a 7z archive, by libarchive; AES is undone before.

What comes out is believed only if its checksum holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zlib import crc32

from scanners.archives import libarchive
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.inflate import WINDOW
from scanners.members import FREE_BYTES, RATIO
from scanners.model import Reason
from scanners.sevenzip.keys import Keys, read_lock
from scanners.sevenzip.rebuild import rebuild, without_encryption
from scanners.sevenzip.records import AES, Part, Streams

FORMAT = ("7zip",)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of one folder for one file, and why no more of it, if so."""

    view: memoryview
    reason: Reason | None = None
    bomb: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """An archive and what opens it."""

    view: memoryview
    budget: Budget
    keys: Keys = field(default_factory=Keys)


def unpack(source: Source, streams: Streams, number: int, password: str) -> Iterator[Unpacked]:
    """Yield what comes out of a folder for each of its files, in order, none left out.

    ContentMalformed or ContentTooLarge if nothing can.
    """
    folder, parts = streams.folders[number], streams.parts[number]
    if folder.memory > WINDOW:
        raise ContentTooLarge("a dictionary larger than an unpacker may keep")
    packed = _packed(source, streams, number, password)
    plain = without_encryption(folder)
    archive = memoryview(rebuild(plain, packed, [part.size for part in parts]))
    most = ceiling(sum(map(len, packed)))
    entries = libarchive.members(archive, FORMAT, source.budget)
    for part in parts:
        try:
            out = take(next(entries), source.budget, most)
        except (ContentMalformed, StopIteration):
            out = Unpacked(memoryview(b""), Reason.MALFORMED)
        yield verified(part, out, locked=folder.encrypted)


def take(entry: libarchive.Member, budget: Budget, most: int) -> Unpacked:
    """Return the bytes of an entry of libarchive's; those of a link are its target."""
    if entry.link:
        return Unpacked(memoryview(entry.link.encode("utf-8", "surrogateescape")))
    data = entry.read(budget, most)
    reason = data.failure.reason if data.failure is not None else None
    return Unpacked(data.view, reason, data.bomb)


def verified(part: Part, unpacked: Unpacked, *, locked: bool) -> Unpacked:
    """Return the same, with a reason if these are not the bytes that were packed.

    What was encrypted counts as not opened then, and nothing of it is left: this folder may have a
    password of its own, and a wrong one gives noise, which says nothing.
    """
    if unpacked.reason is None and holds(part, unpacked.view, locked=locked):
        return unpacked
    if locked and unpacked.reason in (None, Reason.MALFORMED):
        return Unpacked(memoryview(b""), Reason.ENCRYPTED)
    return replace(unpacked, reason=unpacked.reason or Reason.MALFORMED)


def holds(part: Part, data: memoryview, *, locked: bool) -> bool:
    if len(data) != part.size:
        return False
    return not locked if part.checksum is None else crc32(data) == part.checksum


def ceiling(packed: int) -> int:
    return max(FREE_BYTES, RATIO * packed)


def _packed(source: Source, streams: Streams, number: int, password: str) -> list[memoryview]:
    """Return the packed streams of a folder, decrypted: that counts as unpacked."""
    folder, view = streams.folders[number], source.view
    locks = dict.fromkeys(folder.packed, (b"", 0))
    first_input = first_output = 0
    for coder in folder.coders:
        if coder.method == AES:
            locks[first_input] = coder.properties, folder.sizes[first_output]
        first_input += coder.inputs
        first_output += coder.outputs
    found: list[memoryview] = []
    for name, (at, size) in zip(folder.packed, streams.packed[number]):
        data = view[at : at + size]
        if len(data) < size:
            raise ContentMalformed("packed data reaches beyond the end of the file")
        source.budget.spend_bytes(size)
        properties, decrypted = locks[name]
        if properties:
            lock = read_lock(properties)
            data = memoryview(source.keys.decrypt(lock, password, data, decrypted))
        found.append(data)
    return found
