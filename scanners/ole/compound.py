"""Compound files ([MS-CFB]) read as hostile bytes: the tree of storages, and streams one by one.

Pure.  Memory and time grow with the size of the file only, whatever its tables claim; a stream is
never longer than the file.  What a broken table leaves readable is read, as Windows does.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from scanners.errors import ContentMalformed
from scanners.ole.directory import SIGNATURE
from scanners.ole.sectors import Sectors, allocation_table, numbers

CUTOFF = 4096
"""A shorter stream lives in the mini stream, in sectors of 64 bytes (§2.2 demands both numbers)."""
MINI_SECTOR = 64
MAX_ENTRIES = 65_536
"""Directory entries looked at; the largest installers have some ten thousand."""
MAX_DEPTH = 32
"""Names in a path: messages lie in messages, but not often."""

_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")


class Kind(IntEnum):
    STORAGE = 1
    STREAM = 2
    ROOT = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One storage or stream of the directory (§2.6.1)."""

    number: int
    parent: int
    """Number of the storage it lies in: 0 for the root, and for what no storage lists."""
    kind: Kind
    name: str
    start: int
    size: int
    """Bytes, as the directory states it."""
    class_id: bytes


@dataclass(slots=True)
class Compound:
    """An opened file.  Entries stand in the order of the tree, parents first."""

    sectors: Sectors
    entries: dict[int, Entry] = field(default_factory=dict)
    """By number; the root is 0."""
    truncated: bool = False
    """There are more entries than are looked at."""
    mini_sectors: Sectors | None = None
    """Of short streams; they lie in the root's own stream."""
    _inside: dict[int, list[Entry]] = field(default_factory=dict)
    _named: dict[tuple[int, str], Entry] = field(default_factory=dict)

    def streams(self) -> Iterator[Entry]:
        return (entry for entry in self.entries.values() if entry.kind is Kind.STREAM)

    def storages(self) -> Iterator[Entry]:
        """Yield the root and all storages."""
        return (entry for entry in self.entries.values() if entry.kind is not Kind.STREAM)

    def inside(self, storage: int) -> list[Entry]:
        """Return what lies directly in the storage of that number; several may share a name."""
        return self._inside.get(storage, [])

    def find(self, storage: int, name: str) -> Entry | None:
        """Return the first entry of a storage that bears this name; case does not matter."""
        return self._named.get((storage, name.upper()))

    def path(self, entry: Entry) -> tuple[str, ...]:
        """Return the names from below the root to the entry, the last MAX_DEPTH of them."""
        names = [entry.name]
        while entry.parent and len(names) < MAX_DEPTH:
            entry = self.entries[entry.parent]
            names.append(entry.name)
        return tuple(reversed(names))

    def read(self, entry: Entry, limit: int | None = None) -> memoryview:
        """Return the bytes of a stream, fewer than stated if its chain breaks off.

        A stream that lies in one piece is not copied.
        """
        size = min(entry.size, len(self.sectors.view), limit or entry.size)
        if self.mini_sectors and entry.size < CUTOFF:
            return self.mini_sectors.chain(entry.start, size)
        return self.sectors.chain(entry.start, size)

    def add(self, entry: Entry) -> None:
        self.entries[entry.number] = entry
        if entry.kind is not Kind.ROOT:
            self._inside.setdefault(entry.parent, []).append(entry)
            self._named.setdefault((entry.parent, entry.name.upper()), entry)


def open_compound(view: memoryview) -> Compound:
    """Return the file's tree; raise ContentMalformed if it is none, or has no root."""
    if len(view) < 512 or bytes(view[:8]) != SIGNATURE:
        raise ContentMalformed("no compound file")
    shift, mini_shift = struct.unpack_from("<2H", view, 30)
    first, _, cutoff, first_mini = struct.unpack_from("<4I", view, 48)
    if shift not in (9, 12) or mini_shift != 6 or cutoff != CUTOFF:
        raise ContentMalformed("sizes that no compound file has")
    sector = 1 << shift
    sectors = Sectors(view, sector, sector, allocation_table(view, sector))
    compound = Compound(sectors)
    enough = min(len(view), (MAX_ENTRIES + 1) * 128)
    _read_tree(compound, sectors.chain(first, enough), wide=shift == 12)
    short = compound.read(compound.entries[0])
    enough = len(short) // (MINI_SECTOR // 4) + 4
    table = numbers(sectors.chain(first_mini, enough))
    compound.mini_sectors = Sectors(short, MINI_SECTOR, 0, table)
    return compound


def _read_tree(compound: Compound, raw: memoryview, *, wide: bool) -> None:
    """Add the root, all that it leads to, and then what nothing leads to but is there (§2.6.4)."""
    count = min(len(raw) // 128, MAX_ENTRIES)
    compound.truncated = len(raw) // 128 > MAX_ENTRIES
    if not count:
        raise ContentMalformed("no directory")
    seen = bytearray(count)
    waiting = [(0, 0), *((number, 0) for number in range(1, count))]
    waiting.reverse()
    while waiting:
        number, parent = waiting.pop()
        if number >= count or seen[number]:
            continue
        seen[number] = 1
        entry, left, right, child = _entry(raw, number, parent, wide=wide)
        if entry is None:
            continue
        compound.add(entry)
        waiting += [(right, parent), (left, parent)]
        if entry.kind is not Kind.STREAM:
            waiting.append((child, number))


def _entry(
    raw: memoryview, number: int, parent: int, *, wide: bool
) -> tuple[Entry | None, int, int, int]:
    """Return the entry, None for an unused one, and the numbers it points to."""
    name, length, kind, _, left, right, child, class_id, *_, start, size = _ENTRY.unpack_from(
        raw, number * 128
    )
    if number == 0:
        kind = Kind.ROOT
    elif kind not in (Kind.STORAGE, Kind.STREAM):
        return None, left, right, child
    text = name[: max(0, length - 2)] if length <= 64 else name
    title = text.decode("utf-16-le", "replace").partition("\0")[0]
    if not wide:
        size &= 0xFFFFFFFF  # the upper half may be rubbish in version 3 (§2.6.1)
    return Entry(number, parent, Kind(kind), title, start, size, class_id), left, right, child
