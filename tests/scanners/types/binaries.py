"""Builders of what the sorts of programs and disk images differ in; nothing of it can run."""

import struct
import zlib
from collections.abc import Mapping

from samples import builders

SECTOR = 512


def pe_with(
    *,
    wide: bool = False,
    dll: bool = False,
    subsystem: int = 2,
    sections: Mapping[bytes, bytes] | None = None,
    directories: Mapping[int, tuple[int, int]] | None = None,
) -> bytes:
    """Return a PE whose n-th section lies at n · 1000h in memory; its data is padded to 512."""
    bodies = sections or {b".text": b"\xc3"}
    optional = bytearray(240 if wide else 224)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<IIHH", optional, 56, 0x10000, SECTOR * 2, 0, 0)
    struct.pack_into("<H", optional, 68, subsystem)
    struct.pack_into("<I", optional, 108 if wide else 92, 16)
    for number, pair in (directories or {}).items():
        struct.pack_into("<II", optional, (112 if wide else 96) + 8 * number, *pair)
    flags = 0x2102 if dll else 0x0102
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, len(bodies), 0, 0, 0, len(optional), flags)
    table, data, start = b"", b"", 2 * SECTOR
    for number, (name, content) in enumerate(bodies.items(), 1):
        body = content + bytes(-len(content) % SECTOR)
        table += struct.pack(
            "<8sIIII16x", name, len(body), number * 0x1000, len(body), start + len(data)
        )
        data += body
    head = struct.pack("<2s58xI", b"MZ", 0x80).ljust(0x80, b"\0") + coff + bytes(optional) + table
    return head.ljust(start, b"\0") + data


def exporting(name: bytes) -> bytes:
    """Return a library that offers one function."""
    table = bytes(40) + b"a.dll\0" + name + b"\0"
    directory = {0: (0x1000, len(table))}
    return pe_with(dll=True, sections={b".edata": table}, directories=directory)


def managed() -> bytes:
    return pe_with(dll=True, subsystem=3, wide=True, directories={14: (0x1000, 72)})


def with_resource(kind: int | str, name: int | str) -> bytes:
    """Return a program with one resource of a type and name."""

    def word(value: int | str, at: int) -> tuple[int, bytes]:
        if isinstance(value, int):
            return value, b""
        return 0x80000000 | at, struct.pack("<H", len(value)) + value.encode("utf-16-le")

    def folder(value: int, named: bool, below: int) -> bytes:
        return struct.pack("<12xHHII", named, not named, value, below)

    first, first_text = word(kind, 72)
    second, second_text = word(name, 72 + len(first_text))
    tree = folder(first, isinstance(kind, str), 0x80000000 | 24)
    tree += folder(second, isinstance(name, str), 0x80000000 | 48)
    tree += folder(1033, False, 200) + first_text + second_text
    directories = {2: (0x1000, len(tree))}
    return pe_with(sections={b".rsrc": tree}, directories=directories)


def elf(kind: int, *, wide: bool = True, big: bool = False, interpreter: bool = False) -> bytes:
    """Return the header of an ELF file of that type, with one segment if it wants a loader."""
    order = ">" if big else "<"
    identity = b"\x7fELF" + bytes((2 if wide else 1, 2 if big else 1, 1)) + bytes(9)
    layout = order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    size = 64 if wide else 52
    header = struct.pack(
        layout, kind, 62, 1, 0, size, 0, 0, size, 56 if wide else 32, int(interpreter), 64, 0, 0
    )
    return identity + header + struct.pack(order + "I", 3 if interpreter else 1) + bytes(60)


def kernel_module() -> bytes:
    """Return an object file whose only section names those of a module."""
    names = b"\0.modinfo\0.text\0"
    header = struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, 64, 0, 64, 0, 0, 64, 1, 0)
    section = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 128, len(names), 0, 0, 1, 0)
    return b"\x7fELF\2\1\1" + bytes(9) + header + section + names


def macho(kind: int, *, wide: bool = True, big: bool = False) -> bytes:
    magic = 0xFEEDFACF if wide else 0xFEEDFACE
    return struct.pack((">" if big else "<") + "4I", magic, 7, 3, kind) + bytes(32)


def arj() -> bytes:
    """Return an empty archive of ARJ: its main header and the end."""
    header = struct.pack("<7B", 30, 11, 1, 0, 0, 0, 2) + bytes(23) + b"a.arj\0\0"
    checked = struct.pack("<I", zlib.crc32(header)) + b"\0\0"
    return struct.pack("<HH", 0xEA60, len(header)) + header + checked + b"\x60\xea\0\0"


def lha(level: int) -> bytes:
    """Return the header of one empty member."""
    body = b"-lh0-" + bytes(12) + b"\x20" + bytes((level,)) + b"\1a" + bytes(2)
    if level >= 2:
        return struct.pack("<H", 26) + body + b"M\0\0"
    return bytes((len(body), sum(body) & 0xFF)) + body + b"\0"


def binary_cpio(*, big: bool = False) -> bytes:
    order = ">" if big else "<"
    head = struct.pack(order + "13H", 0o070707, 0, 1, 0o100644, 0, 0, 1, 0, 0, 0, 6, 0, 0)
    return head + b"a.txt\0" + b"text\n\n"


def fat_image(**changed: int) -> bytes:
    """Return the first sectors of a floppy disk; a change is byte "at12" = 34."""
    sector = bytearray(SECTOR)
    sector[0:11] = b"\xeb\x3c\x90MSDOS5.0"
    struct.pack_into("<HBHBHHBH", sector, 11, 512, 1, 1, 2, 224, 2880, 0xF0, 9)
    sector[510:512] = b"\x55\xaa"
    for at, value in changed.items():
        sector[int(at.removeprefix("at"))] = value
    return bytes(sector) + bytes(4 * SECTOR)


def partitioned(*, status: int = 0x80, kind: int = 7, first: int = 2048) -> bytes:
    entry = struct.pack("<B3xB3xII", status, kind, first, 20480)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa" + bytes(4 * SECTOR)


def fixed_vhd() -> bytes:
    return fat_image() + b"conectix".ljust(SECTOR, b"\0")


def dmg(data: bytes = b"x" * 600) -> bytes:
    return data + b"koly\0\0\0\4\0\0\2\0".ljust(SECTOR, b"\0")


def office(part: str, stated: str, *more: str) -> bytes:
    """Return an Office file with a main part of that content type."""
    types = f'<?xml version="1.0"?><Types><Override ContentType="{stated}"/></Types>'
    members = {"[Content_Types].xml": types.encode(), part: b"<a/>"}
    return builders.zip_of({**members, **dict.fromkeys(more, b"")})
