"""Disk images: builders of FAT, UDF, ISO 9660, partition tables and virtual disks."""

import struct
from collections.abc import Mapping

from samples.programs import pe
from samples.shortcuts import Link, shortcut
from samples.specimen import Specimen

SECTOR = 512
DISC = 2048


def fat12(files: Mapping[str, bytes], *, hidden: frozenset[str] = frozenset()) -> bytes:
    """Return a small FAT12 volume with files in its root.  (Microsoft FAT specification 1.03)

    Names that are no 8.3 names get a long one.  Files in `hidden` bear that attribute.
    """
    clusters = 4 + sum(-(-len(data) // SECTOR) for data in files.values())
    per_table = -(-(clusters + 2) * 3 // 2 // SECTOR)
    boot = struct.pack(
        "<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"DOUANE  ", SECTOR, 1, 1, 1, 64,
        1 + per_table + 4 + clusters, 0xF8, per_table, 1, 1, 0, 0,
    ).ljust(510, b"\0") + b"\x55\xaa"  # fmt: skip
    table, root, body, first = [0xFF8, 0xFFF], b"", b"", 2
    for number, (name, data) in enumerate(files.items()):
        count = -(-len(data) // SECTOR)
        table += [*range(first + 1, first + count), 0xFFF][:count]
        attributes = 0x22 if name in hidden else 0x20
        root += _long_name(name, number) + struct.pack(
            "<11sB8xH4xHI", b"F%06d~BIN" % number, attributes, 0, first if count else 0, len(data)
        )
        body += data.ljust(count * SECTOR, b"\0")
        first += count
    packed = b""
    for even, odd in zip(table[::2], [*table[1::2], 0], strict=False):
        packed += (even | odd << 12).to_bytes(3, "little")
    packed = packed.ljust(per_table * SECTOR, b"\0")
    return boot + packed + root.ljust(64 * 32, b"\0") + body.ljust(clusters * SECTOR, b"\0")


def _long_name(name: str, number: int) -> bytes:
    """Return the entries of a long name, last part first, as they stand on a disk."""
    checksum = 0
    for byte in b"F%06d~BIN" % number:
        checksum = ((checksum >> 1 | checksum << 7) + byte) & 0xFF
    coded = (name + "\0").encode("utf-16-le")
    coded += b"\xff" * (-len(coded) % 26)
    parts = [coded[at : at + 26] for at in range(0, len(coded), 26)]
    entries = b""
    for index in range(len(parts), 0, -1):
        part = parts[index - 1]
        order = index | (0x40 if index == len(parts) else 0)
        head = struct.pack("<B10sBBB", order, part[:10], 0x0F, 0, checksum)
        entries += head + part[10:22] + bytes(2) + part[22:26]
    return entries


def mbr(*volumes: bytes, kind: int = 0x0C) -> bytes:
    """Return a disk with up to four primary partitions."""
    table, body, at = b"", b"", 1
    for volume in volumes:
        count = -(-len(volume) // SECTOR)
        table += struct.pack("<B3sB3sII", 0, bytes(3), kind, bytes(3), at, count)
        body += volume.ljust(count * SECTOR, b"\0")
        at += count
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa" + body


def fixed_vhd(disk: bytes) -> bytes:
    return disk + _vhd_footer(len(disk), 0xFFFFFFFFFFFFFFFF, 2)


def dynamic_vhd(disk: bytes, block: int = 2 * 1024 * 1024, size: int = 0) -> bytes:
    """Return a disk of which only blocks that are not empty are stored, in reverse order."""
    size = max(size, len(disk))
    count = -(-size // block)
    table_at = SECTOR + 1024
    table_size = -(-4 * count // SECTOR) * SECTOR
    bitmap = -(-(block // SECTOR) // (8 * SECTOR)) * SECTOR
    blocks = [disk[at : at + block].ljust(block, b"\0") for at in range(0, len(disk), block)]
    table, body = [0xFFFFFFFF] * count, b""
    for number in reversed(range(len(blocks))):
        if any(blocks[number]):
            table[number] = (table_at + table_size + len(body)) // SECTOR
            body += b"\xff" * bitmap + blocks[number]
    header = struct.pack(">8sQQIII", b"cxsparse", (1 << 64) - 1, table_at, 0x10000, count, block)
    footer = _vhd_footer(size, SECTOR, 3)
    packed = struct.pack(f">{count}I", *table).ljust(table_size, b"\xff")
    return footer + header.ljust(1024, b"\0") + packed + body + footer


def _vhd_footer(size: int, header: int, kind: int) -> bytes:
    fields = struct.pack(">8sIIQI4sI4sQQHBBI", b"conectix", 2, 0x10000, header, 0, b"dou ", 0x10000,
                         b"Wi2k", size, size, size // SECTOR // 68, 4, 17, kind)  # fmt: skip
    footer = fields.ljust(SECTOR, b"\0")
    checksum = ~sum(footer) & 0xFFFFFFFF
    return footer[:64] + struct.pack(">I", checksum) + footer[68:]


def iso9660(files: Mapping[str, bytes], *, hidden: frozenset[str] = frozenset()) -> bytes:
    """Return an image with one plain tree and files in its root.  (ECMA-119)"""
    data_at, records, body = 20, b"", b""
    for name, data in files.items():
        at = data_at + len(body) // DISC
        records += _record(name.encode(), at, len(data), 1 if name in hidden else 0)
        body += data.ljust(-(-len(data) // DISC) * DISC, b"\0")
    root = _record(b"\0", 19, DISC, 2) + _record(b"\1", 19, DISC, 2) + records
    last = data_at + len(body) // DISC
    head = struct.pack("<B5sBx32s32s8x", 1, b"CD001", 1, b"".ljust(32), b"DOUANE".ljust(32))
    head += _both("I", last) + bytes(32) + _both("H", 1) + _both("H", 1) + _both("H", DISC)
    head += _both("I", 10) + struct.pack("<I4x", 18) + struct.pack(">I4x", 18)
    descriptor = (head + _record(b"\0", 19, DISC, 2)).ljust(881, b" ") + b"\1"
    terminator = b"\xffCD001\1"
    path_table = struct.pack("<BBIH", 1, 0, 19, 1)
    blocks = [descriptor, terminator, path_table, root]
    image = bytes(16 * DISC) + b"".join(block.ljust(DISC, b"\0") for block in blocks) + body
    return image.ljust(24 * DISC, b"\0")  # libarchive recognises no shorter one


def _record(name: bytes, at: int, size: int, flags: int) -> bytes:
    length = 33 + len(name) + (len(name) + 1) % 2
    fields = struct.pack("<BB", length, 0) + _both("I", at) + _both("I", size) + bytes(7)
    fields += struct.pack("<BBB", flags, 0, 0) + _both("H", 1) + bytes([len(name)]) + name
    return fields.ljust(length, b"\0")


def _both(form: str, number: int) -> bytes:
    """Return a number in both byte orders, as ISO 9660 has them."""
    return struct.pack("<" + form, number) + struct.pack(">" + form, number)


def disk_image_specimens() -> tuple[Specimen, ...]:
    run = shortcut(Link(relative_path="..\\Windows\\System32\\cmd.exe"))
    honest = {"SETUP.EXE": pe(), "DATA1.CAB": b"MSCF", "MANUAL.PDF": b"%PDF-1.4\n", "A.DLL": pe()}
    only, both = ("container.disk_image",), ("container.disk_image", "container.shortcut")
    program = {"Invoice 2026.exe": pe(), "readme.txt": b"Open it."}
    return (
        Specimen("invoice.iso", iso9660({"INVOICE.EXE": pe()}), expected=only,
                 about="A disc that holds one program."),
        Specimen("papers.img", fat12({"Papers.lnk": run, "x.dat": bytes(600)},
                                     hidden=frozenset({"x.dat"})), expected=both,
                 about="A disk that shows one shortcut."),
        Specimen("invoice.vhd", fixed_vhd(mbr(fat12(program))), expected=only,
                 about="A virtual disk with one program."),
        Specimen("driver.iso", iso9660(honest), about="A disc of a driver."),
        Specimen("photos.img", fat12({"a.jpg": b"\xff\xd8\xff\xe0", "b.txt": b"Holidays."}),
                 about="A card of a camera."),
    )  # fmt: skip
