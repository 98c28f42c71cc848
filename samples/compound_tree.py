"""Compound files with storages within storages and short streams, as documents have them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, TABLE, LIST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
IN_HEADER = 109

Tree = Mapping[str, "bytes | Tree"]


@dataclass(slots=True)
class _Writer:
    """Sectors and short sectors as they are filled, and the entries that point to them."""

    sector: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)
    mini: bytearray = field(default_factory=bytearray)
    mini_table: list[int] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)

    def put(self, body: bytes) -> int:
        """Write sectors; return the first one's number."""
        return _append(body, self.data, self.table, self.sector)

    def add(self, tree: Tree) -> int:
        """Write what lies in a storage; return the number of its first entry."""
        ordered = sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper()))
        numbers = range(len(self.entries), len(self.entries) + len(ordered))
        self.entries += [b""] * len(ordered)
        for number, (name, inside) in zip(numbers, ordered, strict=True):
            right = number + 1 if number + 1 < numbers.stop else FREE
            if isinstance(inside, bytes):
                short = len(inside) < CUTOFF
                start = (
                    _append(inside, self.mini, self.mini_table, MINI) if short else self.put(inside)
                )
                self.entries[number] = _entry(name, 2, start, len(inside), right=right)
            else:
                child = self.add(inside)
                self.entries[number] = _entry(name, 1, 0, 0, right=right, child=child)
        return numbers.start if ordered else FREE


def compound(tree: Tree, *, class_id: bytes = bytes(16), wide: bool = False) -> bytes:
    """Return a compound file ([MS-CFB]); `wide`: version 4, with sectors of 4,096 bytes."""
    writer = _Writer(4096 if wide else SECTOR)
    writer.entries.append(b"")
    child = writer.add(tree)
    mini_start = writer.put(bytes(writer.mini))
    mini_table = writer.put(struct.pack(f"<{len(writer.mini_table)}I", *writer.mini_table))
    writer.entries[0] = _entry(
        "Root Entry", 5, mini_start, len(writer.mini), child=child, class_id=class_id
    )
    directory = b"".join(writer.entries)
    unused = _entry("", 0, 0, 0)
    directory += unused * (-len(directory) % writer.sector // 128)
    first = writer.put(directory)
    return _header(writer, first, mini_table) + bytes(writer.data)


def _append(body: bytes, data: bytearray, table: list[int], size: int) -> int:
    if not body:
        return END
    first, count = len(table), -(-len(body) // size)
    table += [*range(first + 1, first + count), END]
    data += body + bytes(-len(body) % size)
    return first


def _entry(
    name: str,
    kind: int,
    start: int,
    size: int,
    *,
    right: int = FREE,
    child: int = FREE,
    class_id: bytes = bytes(16),
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0" if kind else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        text, len(text), kind, 1, FREE, right, child, class_id, 0, 0, 0, start, size,
    )  # fmt: skip


def _header(writer: _Writer, directory: int, mini_table: int) -> bytes:
    """Return the header; the allocation table goes behind all sectors, its list into the header."""
    per_sector = writer.sector // 4
    used, count = len(writer.table), 1
    while count * per_sector < used + count:
        count += 1
    if count > IN_HEADER:
        raise ValueError("too large for the list in the header")
    own = [used + number for number in range(count)]
    table = [*writer.table, *[TABLE] * count]
    table += [FREE] * (count * per_sector - len(table))
    writer.data += struct.pack(f"<{len(table)}I", *table)
    wide = writer.sector == 4096
    minis = -(-len(writer.mini_table) * 4 // writer.sector)
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 4 if wide else 3, 0xFFFE, 12 if wide else 9, 6,
        0, count, directory, 0, CUTOFF, mini_table, minis, END, 0, own[0],
    )  # fmt: skip
    header += struct.pack(f"<{IN_HEADER - 1}I", *own[1:], *[FREE] * (IN_HEADER - count))
    return header.ljust(writer.sector, b"\0")
