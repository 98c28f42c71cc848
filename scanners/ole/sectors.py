"""Sectors of a compound file: the allocation table, and the chains of sectors that it makes."""

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

NO_SECTOR = 0xFFFFFFFA
"""This and all above it are marks ([MS-CFB] §2.1)."""
IN_HEADER = 109
"""Sectors of the allocation table that the header itself lists (§2.2)."""


@dataclass(frozen=True, slots=True)
class Sectors:
    """Equal pieces of a view, and which of them follows which."""

    view: memoryview
    size: int
    first: int
    """Offset of sector 0."""
    table: "array[int]"

    def chain(self, start: int, size: int) -> memoryview:
        """Return up to `size` bytes from sector `start` on, fewer if the chain breaks off.

        Sectors that follow one another are not copied.  A circle ends at `size`.
        """
        found, joined = memoryview(b""), bytearray()
        number = start
        while size > 0 and number < NO_SECTOR:
            begin, run = self.first + number * self.size, self.size
            following = self._next(number)
            while following == number + 1 and run < size:
                number, run = following, run + self.size
                following = self._next(number)
            piece = self.view[begin : begin + min(run, size)]
            if not piece:
                break
            if found and not joined:
                joined += found
            found = piece
            if joined:
                joined += piece
            size -= len(piece)
            number = following
        return memoryview(joined).toreadonly() if joined else found

    def _next(self, number: int) -> int:
        return self.table[number] if number < len(self.table) else NO_SECTOR


def allocation_table(view: memoryview, sector: int) -> "array[int]":
    """Return the next sector of every sector: as many as the file has, no more (§2.3, 2.5)."""
    wanted = len(view) // sector
    table = array("I")
    for number in _table_sectors(view, sector):
        start = (number + 1) * sector
        listed = numbers(view[start : start + sector])
        table.extend(listed)
        table.extend([NO_SECTOR] * (sector // 4 - len(listed)))  # the others keep their places
        if len(table) >= wanted:
            break
    return table


def _table_sectors(view: memoryview, sector: int) -> Iterator[int]:
    """Yield the sectors that hold the allocation table: those in the header, then the list's."""
    yield from struct.unpack_from(f"<{IN_HEADER}I", view, 76)
    (following,) = struct.unpack_from("<I", view, 68)
    for _ in range(len(view) // sector):
        start = (following + 1) * sector
        if following >= NO_SECTOR or start + sector > len(view):
            return
        *listed, following = numbers(view[start : start + sector])
        yield from listed


def numbers(view: memoryview) -> "array[int]":
    """Return the 32-bit numbers of a view, little-endian; bytes that make no whole one are lost."""
    found = array("I")
    found.frombytes(view[: len(view) // 4 * 4])
    if sys.byteorder == "big":
        found.byteswap()
    return found
