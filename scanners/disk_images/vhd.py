"""Virtual hard disks (.vhd): fixed and dynamic.  (Microsoft, Virtual Hard Disk Image Format 1.0)"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.disk_images.disk import Disk, FlatDisk, Run
from scanners.errors import ContentMalformed

FOOTER = 512
COOKIE, SPARSE_COOKIE = b"conectix", b"cxsparse"
FIXED, DYNAMIC = 2, 3
ABSENT = 0xFFFFFFFF
MAX_BLOCK = 256 * 1024 * 1024
MAX_DISK = 1 << 44
"""Bytes; the format itself ends at 2 TiB."""


@dataclass(frozen=True, slots=True)
class BlockDisk:
    """A disk of which only the blocks in use are stored."""

    view: memoryview
    table: memoryview
    block: int
    """Bytes of a block, without the map of sectors before it."""
    map_size: int
    size: int

    def read(self, offset: int, length: int) -> memoryview:
        """Return a copy; blocks that are not in use are zeros.  The caller bounds `length`."""
        length = min(length, self.size - offset)
        data = bytearray()
        while len(data) < length and offset >= 0:
            number, inner = divmod(offset + len(data), self.block)
            wanted = min(self.block - inner, length - len(data))
            piece = self._piece(number, inner, wanted)
            data += piece
            if len(piece) < wanted:  # the file is cut off
                break
        return memoryview(data).toreadonly()

    def stored(self, offset: int, length: int) -> Iterator[Run]:
        end = min(offset + length, self.size)
        last = min(-(-end // self.block), len(self.table) // 4)
        for number in range(offset // self.block, last):
            if self._sector(number) != ABSENT:
                start = max(offset, number * self.block)
                yield start, min(end, (number + 1) * self.block) - start

    def _sector(self, number: int) -> int:
        return int.from_bytes(self.table[4 * number : 4 * number + 4] or b"\xff" * 4, "big")

    def _piece(self, number: int, inner: int, wanted: int) -> bytes:
        sector = self._sector(number)
        if sector == ABSENT:
            return bytes(wanted)
        start = sector * 512 + self.map_size + inner
        return bytes(self.view[start : start + wanted])


def open_vhd(view: memoryview) -> tuple[Disk, bool]:
    """Return the disk in a .vhd, all that is stored of it, and whether it states its size rightly.

    ContentMalformed if it makes no sense, or is half of one.
    """
    footer = bytes(view[-FOOTER:])
    if not footer.startswith(COOKIE):
        footer = bytes(view[:FOOTER])
    try:
        at, size, kind = _footer(footer)
        if kind == FIXED:
            stored = view[: len(view) - FOOTER]
            return FlatDisk(stored), size == len(stored)
        if kind != DYNAMIC:
            raise ContentMalformed("a disk that needs another file")
        header = bytes(view[at : at + 1024])
        (table,) = struct.unpack_from(">Q", header, 16)
        entries, block = struct.unpack_from(">II", header, 28)
    except struct.error as error:
        raise ContentMalformed("a virtual disk without a header") from error
    if not header.startswith(SPARSE_COOKIE) or not 512 <= block <= MAX_BLOCK or block % 512:
        raise ContentMalformed("a virtual disk without a table of blocks")
    map_size = -(-(block // 512) // (8 * 512)) * 512
    blocks = view[table : table + 4 * entries]
    used = -(-len(bytes(blocks).rstrip(b"\xff")) // 4)  # blocks up to the last that is there
    whole = len(blocks) == 4 * entries and (used - 1) * block < size <= MAX_DISK
    size = max(min(size, MAX_DISK), 0 if whole else used * block)
    return BlockDisk(view, blocks, block, map_size, size), whole


def _footer(footer: bytes) -> tuple[int, int, int]:
    """Return offset of the header of a dynamic disk, size, and kind."""
    if not footer.startswith(COOKIE):
        raise ContentMalformed("a virtual disk without its mark")
    (at,) = struct.unpack_from(">Q", footer, 16)
    (size,) = struct.unpack_from(">Q", footer, 48)
    (kind,) = struct.unpack_from(">I", footer, 60)
    return at, size, kind
