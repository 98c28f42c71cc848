"""Builds UDF volumes of any shape (ECMA-167), which no tool on Linux does without mounting."""

import struct
from binascii import crc_hqx
from dataclasses import dataclass

BLOCK = 512
PARTITION = 300
"""Block at which the partition begins."""
SHORT, LONG, INLINE = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the root."""

    name: str
    data: bytes
    form: int = SHORT
    extended: bool = False
    """An extended file entry, as UDF 2 has them."""
    flags: int = 0
    hole: int = 0
    """Zeros before the data that no block holds."""
    chained: bool = False
    """The places stand in a further block."""


def udf_image(*entries: Entry, metadata: bool = False) -> bytes:
    """Return a volume; with `metadata`, folders and entries lie in a partition of their own.

    Files have to be INLINE or LONG then: short places lead into the partition of the entry.
    """
    blocks: dict[int, bytes] = {}
    base = 8 if metadata else 0  # where block 0 of the metadata lies in the partition
    next_entry, next_data = 2, 200
    names = b""
    for entry in entries:
        at, next_entry = next_entry, next_entry + 1
        pieces = [entry.data[i : i + BLOCK] for i in range(0, len(entry.data), BLOCK)]
        for number, piece in enumerate(pieces):
            blocks[next_data + number] = piece
        blocks[base + at] = _file(entry, at, next_data, blocks)
        next_data += len(pieces) + 2
        names += _name(entry, at, 1 if metadata else 0)
    root = Entry("", _name(Entry("", b"", flags=10), 1, 0) + names)
    blocks[base + 40], blocks[base + 41] = root.data[:BLOCK], root.data[BLOCK:]
    blocks[base + 1] = _file(root, 1, 40, blocks, kind=4)
    blocks[base] = _tagged(256, 0, bytes(384) + _long(BLOCK, 1, 1 if metadata else 0) + bytes(96))
    if metadata:
        places = struct.pack("<II", 64 * BLOCK, base)
        blocks[6] = _entry(250, 64 * BLOCK, SHORT, places, 6, extended=True)
    return _volume(blocks, metadata=metadata)


def _volume(blocks: dict[int, bytes], *, metadata: bool) -> bytes:
    image = bytearray(1400 * BLOCK)
    for number, mark in enumerate((b"BEA01", b"NSR03", b"TEA01")):
        image[32768 + 2048 * number : 32768 + 2048 * number + 7] = b"\0" + mark + b"\1"
    maps = struct.pack("<BBHH", 1, 6, 1, 0)
    if metadata:
        head = struct.pack("<BB2xB23s8xHH", 2, 64, 0, b"*UDF Metadata Partition", 1, 0)
        maps += (head + struct.pack("<III", 6, 7, 0xFFFFFFFF)).ljust(64, b"\0")
    logical = struct.pack("<I64s128sI32s", 2, b"\0OSTA Compressed Unicode", b"\x08D", BLOCK,
                          b"\0*OSTA UDF Compliant\0\0\0\0\x50\2")  # fmt: skip
    logical += _long(BLOCK, 0, 1 if metadata else 0) + struct.pack("<II", len(maps), 1 + metadata)
    logical += bytes(32 + 128 + 8) + maps
    partition = struct.pack("<IHH32s128sIII", 3, 1, 0, b"\2+NSR03", b"", 1, PARTITION, 1000)
    sequence = [(1, bytes(496)), (5, partition.ljust(496, b"\0")), (6, logical), (8, bytes(496))]
    for number, (tag, body) in enumerate(sequence):
        _put(image, 100 + number, _tagged(tag, 100 + number, body))
    _put(image, 256, _tagged(2, 256, struct.pack("<IIII", 16 * BLOCK, 100, 0, 0) + bytes(480)))
    for number, data in blocks.items():
        _put(image, PARTITION + number, data)
    return bytes(image)


def _put(image: bytearray, number: int, data: bytes) -> None:
    image[number * BLOCK : number * BLOCK + len(data)] = data


def _tagged(tag: int, location: int, body: bytes) -> bytes:
    head = struct.pack("<HHBBHHHI", tag, 3, 0, 0, 0, crc_hqx(body, 0), len(body), location)
    return head[:4] + bytes([sum(head) & 0xFF]) + head[5:] + body


def _long(length: int, block: int, partition: int) -> bytes:
    return struct.pack("<IIH6x", length, block, partition)


def _name(entry: Entry, at: int, partition: int) -> bytes:
    wide = any(ord(letter) > 255 for letter in entry.name)
    coded = entry.name.encode("utf-16-be" if wide else "latin-1")
    text = (b"\x10" if wide else b"\x08") + coded if entry.name else b""
    body = struct.pack("<HBB", 1, entry.flags, len(text)) + _long(BLOCK, at, partition)
    body += struct.pack("<H", 0) + text
    return _tagged(257, at, body.ljust(-(-(16 + len(body)) // 4) * 4 - 16, b"\0"))


def _file(
    entry: Entry, at: int, data_at: int, blocks: dict[int, bytes], *, kind: int = 5
) -> bytes:  # fmt: skip
    size = entry.hole + len(entry.data)
    if entry.form == INLINE:
        return _entry(kind, size, INLINE, entry.data, at, extended=entry.extended)
    places: list[tuple[int, int]] = []
    if entry.hole:
        places.append((entry.hole | 2 << 30, 0))
    half = min(len(entry.data), BLOCK)
    places += [(half, data_at), (len(entry.data) - half, data_at + 1)]
    packed = b"".join(_place(entry.form, *place) for place in places if place[0])
    if entry.chained:
        further = data_at + len(entry.data) // BLOCK + 1
        blocks[further] = _tagged(258, further, struct.pack("<II", 0, len(packed)) + packed)
        packed = _place(entry.form, BLOCK | 3 << 30, further)
    return _entry(kind, size, entry.form, packed, at, extended=entry.extended)


def _place(form: int, length: int, block: int) -> bytes:
    return struct.pack("<II", length, block) if form == SHORT else _long(length, block, 0)


def _entry(
    kind: int, size: int, form: int, places: bytes, at: int, *, extended: bool
) -> bytes:  # fmt: skip
    icb = struct.pack("<IHHHBB6sH", 0, 4, 0, 1, 0, kind, bytes(6), form)
    middle = struct.pack("<IIIHBBIQ", 0, 0, 0x7FFF, 1, 0, 0, 0, size)
    if extended:
        rest = struct.pack("<QQ", size, -(-size // BLOCK)) + bytes(48 + 4 + 4 + 16 + 16 + 32 + 8)
    else:
        rest = struct.pack("<Q", -(-size // BLOCK)) + bytes(36 + 4 + 16 + 32 + 8)
    body = icb + middle + rest + struct.pack("<II", 0, len(places)) + places
    return _tagged(266 if extended else 261, at, body)
