"""Presentations of PowerPoint 97 to 2003 ([MS-PPT]): storages packed into their records."""

import struct
from collections.abc import Iterator

from scanners.budget import Budget

STORAGE = 0x1011
"""ExOleObjStg, and the VBA project in the same dress (§2.10.34)."""
COMPRESSED = 1
"""Instance of a record whose data is a size and a zlib stream."""
CONTAINER = 0xF
RECORDS = 4096
"""Records between two looks at the clock."""

_HEAD = struct.Struct("<HHI")


def packed_storages(stream: memoryview, budget: Budget) -> Iterator[tuple[memoryview, bool]]:
    """Yield the storages in the stream "PowerPoint Document", and whether each is compressed."""
    at = count = 0
    while at + 8 <= len(stream):
        version, kind, size = _HEAD.unpack_from(stream, at)
        at += 8
        count += 1
        if count % RECORDS == 0:
            budget.seconds_left()
        if version & 0xF == CONTAINER:
            continue  # its records follow
        if kind == STORAGE:
            compressed = version >> 4 == COMPRESSED
            yield stream[at + (4 if compressed else 0) : at + size], compressed
        at += size
