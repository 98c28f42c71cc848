"""Compound files ([MS-CFB]): the format of MSI packages and of old Office documents."""

import struct
from collections.abc import Mapping

SECTOR = 512
FREE, END, FAT_SECTOR, NO_STREAM = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
CUTOFF = 4096  # a shorter stream would have to live in the mini stream, which we do without

MSI_CLASS = bytes.fromhex("84100c0000000000c000000000000046")
WORD_CLASS = bytes.fromhex("0609020000000000c000000000000046")


def _entry(
    name: str, kind: int, start: int, size: int, *, right: int, child: int, clsid: bytes
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        text, len(text), kind, 1, NO_STREAM, right, child, clsid, 0, 0, 0, start, size,
    )  # fmt: skip


def ole(streams: Mapping[str, bytes] | None = None, *, clsid: bytes = bytes(16)) -> bytes:
    """Return a compound file with these streams under a root of that class.

    Streams are padded with zeros to 4,096 bytes.  At most about 120 sectors in all.
    """
    ordered = sorted((streams or {}).items(), key=lambda item: (len(item[0]), item[0].upper()))
    names = [name for name, _ in ordered]
    bodies = [
        body.ljust(max(CUTOFF, len(body) + -len(body) % SECTOR), b"\0") for _, body in ordered
    ]
    directory_sectors = (1 + len(names) + 3) // 4
    fat = [FAT_SECTOR, *range(2, directory_sectors + 1), END]
    starts = []
    for body in bodies:
        first, count = len(fat), len(body) // SECTOR
        starts.append(first)
        fat += [*range(first + 1, first + count), END]
    if len(fat) > SECTOR // 4:
        raise ValueError("the streams need more than one sector of allocation table")
    entries = [
        _entry(
            "Root Entry", 5, END, 0, right=NO_STREAM, child=1 if names else NO_STREAM, clsid=clsid
        )
    ]
    for number, (name, start, body) in enumerate(zip(names, starts, bodies), 1):
        right = number + 1 if number < len(names) else NO_STREAM
        entries.append(
            _entry(name, 2, start, len(body), right=right, child=NO_STREAM, clsid=bytes(16))
        )
    directory = b"".join(entries)
    while len(directory) % SECTOR:
        directory += _entry("", 0, 0, 0, right=NO_STREAM, child=NO_STREAM, clsid=bytes(16))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, CUTOFF, END, 0, END, 0, 0,
    )  # fmt: skip
    header += struct.pack("<108I", *[FREE] * 108)
    table = struct.pack("<128I", *fat, *[FREE] * (128 - len(fat)))
    return header + table + directory + b"".join(bodies)


def _summary(properties: Mapping[int, str]) -> bytes:
    """Return a SummaryInformation stream with these texts.  ([MS-OLEPS] §2.20)"""
    table, values = b"", b""
    for number, text in properties.items():
        encoded = text.encode() + b"\0"
        encoded += bytes(-len(encoded) % 4)
        table += struct.pack("<II", number, 8 + 8 * len(properties) + len(values))
        values += struct.pack("<II", 30, len(encoded)) + encoded
    format_id = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    section = struct.pack("<II", 8 + len(table) + len(values), len(properties)) + table + values
    return struct.pack("<HHI16xI16sI", 0xFFFE, 0, 0x20006, 1, format_id, 48) + section


def msi() -> bytes:
    """Return an installer package without tables: nothing can be installed from it."""
    summary = _summary({2: "Installation Database", 18: "Windows Installer"})
    return ole({"\x05SummaryInformation": summary}, clsid=MSI_CLASS)


def word() -> bytes:
    """Return an old Word document, empty."""
    return ole({"WordDocument": b"\xec\xa5\xc1\0"}, clsid=WORD_CLASS)
