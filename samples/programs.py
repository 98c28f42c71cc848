"""Inert programs: valid headers, no behaviour.  The entry point of each is a single `ret`."""

import struct
from collections.abc import Iterable

ALIGNMENT = 512
PE_OFFSET = 0x80
DOS_MESSAGE = b"This program cannot be run in DOS mode.\r\r\n$"
# push cs; pop ds; mov dx, 0Eh; mov ah, 9; int 21h; mov ax, 4C01h; int 21h: prints and ends.
DOS_STUB = bytes.fromhex("0e1fba0e00b409cd21b8014ccd21") + DOS_MESSAGE
RETURN = b"\xc3"


def wide(text: str) -> bytes:
    """Return the text as UTF-16LE, the way Visual Basic and .NET keep their literals."""
    return text.encode("utf-16-le")


def _padded(data: bytes, multiple: int) -> bytes:
    return data + bytes(-len(data) % multiple)


def pe(strings: Iterable[bytes] = (), *, dll: bool = False, size: int = 0) -> bytes:
    """Return a valid, empty 32-bit PE whose only section holds `ret` and then the strings.

    It is at least `size` bytes long, always a multiple of 512.  (Microsoft PE/COFF specification)
    """
    section = RETURN + b"\0" * 15 + b"\0".join([*strings, b""])
    section = _padded(section.ljust(size - ALIGNMENT, b"\0"), ALIGNMENT)
    in_memory = len(_padded(section, 0x1000))
    dos = struct.pack("<2s58xI", b"MZ", PE_OFFSET) + DOS_STUB
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x14C, 1, 0, 0, 0, 224, 0x2102 if dll else 0x0102)
    optional = struct.pack(
        "<HBBIIIIII", 0x10B, 14, 0, len(section), 0, 0, 0x1000, 0x1000, 0x1000 + in_memory
    )
    optional += struct.pack("<III", 0x400000, 0x1000, ALIGNMENT)  # base, alignments
    optional += struct.pack("<HHHHHHI", 4, 0, 0, 0, 4, 0, 0)  # versions: NT 4
    optional += struct.pack("<IIIHH", 0x1000 + in_memory, ALIGNMENT, 0, 2, 0)  # sizes, GUI
    optional += struct.pack("<IIIIII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += bytes(16 * 8)  # no directories: it imports nothing
    text = struct.pack(
        "<8sIIIIIIHHI",
        b".text",
        len(section),
        0x1000,
        len(section),
        ALIGNMENT,
        0,
        0,
        0,
        0,
        0x60000020,
    )
    headers = dos.ljust(PE_OFFSET, b"\0") + coff + optional + text
    return headers.ljust(ALIGNMENT, b"\0") + section


def elf(strings: Iterable[bytes] = (), *, shared: bool = False) -> bytes:
    """Return a 64-bit x86 ELF with one loadable segment.  (System V ABI)"""
    body = RETURN + b"\0" * 7 + b"\0".join([*strings, b""])
    size = 64 + 56 + len(body)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    base = 0 if shared else 0x400000
    header = identity + struct.pack(
        "<HHIQQQIHHHHHH", 3 if shared else 2, 62, 1, base + 120, 64, size, 0, 64, 56, 1, 64, 1, 0
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return header + segment + body + bytes(64)  # one null section, as ClamAV wants


def macho(strings: Iterable[bytes] = ()) -> bytes:
    """Return a 64-bit x86 Mach-O executable with one empty load command.  (Apple loader.h)"""
    body = b"\0".join([*strings, b""])
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x01000007, 3, 2, 1, 24, 1, 0)
    uuid = struct.pack("<II16s", 0x1B, 24, bytes(16))
    return header + uuid + body


def fat_macho() -> bytes:
    """Return a universal binary of one architecture; it shares its magic with Java classes."""
    slice_ = macho()
    header = struct.pack(">IIIIIII", 0xCAFEBABE, 1, 0x01000007, 3, 4096, len(slice_), 12)
    return header.ljust(4096, b"\0") + slice_


def java_class() -> bytes:
    """Return an empty class `Inert extends Object`, version 52.  (JVM specification §4)"""

    def name(text: bytes) -> bytes:
        return b"\x01" + struct.pack(">H", len(text)) + text

    pool = [name(b"Inert"), b"\x07\x00\x01", name(b"java/lang/Object"), b"\x07\x00\x03"]
    header = struct.pack(">IHHH", 0xCAFEBABE, 0, 52, len(pool) + 1)
    return header + b"".join(pool) + struct.pack(">HHHHHHH", 0x21, 2, 4, 0, 0, 0, 0)


def lnk(target: str = "notes.txt", arguments: str = "") -> bytes:
    """Return a shortcut to a relative path, with arguments if given.  ([MS-SHLLINK] §2.1, §2.4)"""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value)) + wide(value)

    flags = 0x08 | 0x80 | (0x20 if arguments else 0)  # relative path, Unicode, arguments
    class_id = bytes.fromhex("0114020000000000c000000000000046")
    header = struct.pack("<I16sI", 0x4C, class_id, flags).ljust(60, b"\0") + struct.pack("<I", 1)
    return header.ljust(0x4C, b"\0") + text(target) + (text(arguments) if arguments else b"")


def script(interpreter: str = "/bin/sh") -> bytes:
    """Return a script that only names its interpreter and a comment."""
    return f"#!{interpreter}\n# inert specimen: does nothing\n".encode()
