"""VBA projects ([MS-OVBA]): the directory, modules, and the compression of both."""

import struct
from collections.abc import Mapping

from samples.compound_tree import Tree

CHUNK = 4096
COMPILED = b"\x01\x16\x01\0" + bytes(60)
"""Stands for the cache before a module's source, of no version of Office: it is never run."""


def compressed(data: bytes) -> bytes:
    """Return a compressed container (§2.4.1): the longest copies that greedy search finds."""
    out = b"\x01"
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        tokens = _chunk(piece)
        if len(tokens) > CHUNK:  # a chunk that copies nothing is kept as it is
            out += struct.pack("<H", 0x3FFF) + piece.ljust(CHUNK, b"\0")
            continue
        out += struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    return out


def _chunk(data: bytes) -> bytes:
    out, at = b"", 0
    while at < len(data):
        flags, group = 0, b""
        for bit in range(8):
            if at >= len(data):
                break
            offset, length = _match(data, at)
            if length >= 3:
                bits = max(4, (at - 1).bit_length())
                group += struct.pack("<H", (offset - 1) << (16 - bits) | (length - 3))
                flags |= 1 << bit
                at += length
            else:
                group += data[at : at + 1]
                at += 1
        out += bytes([flags]) + group
    return out


def _match(data: bytes, at: int) -> tuple[int, int]:
    """Return offset and length of the longest earlier text that goes on as the one at `at`."""
    longest = (0xFFFF >> max(4, (at - 1).bit_length())) + 3 if at else 0
    best = (0, 0)
    for length in range(3, min(longest, len(data) - at) + 1):
        found = data.rfind(data[at : at + length], 0, at + length - 1)
        if found < 0:
            break
        best = (at - found, length)
    return best


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HI", kind, len(data)) + data


def _directory(modules: Mapping[str, str], offset: int) -> bytes:
    """Return the records of a project's directory (§2.3.4.2), uncompressed."""
    out = _record(0x01, struct.pack("<I", 1)) + _record(0x03, struct.pack("<H", 1252))
    out += _record(0x04, b"VBAProject")
    out += struct.pack("<HIIH", 0x09, 4, 0x61A5C3E1, 10)  # the size leaves out two bytes
    out += _record(0x0F, struct.pack("<H", len(modules)))
    for name in modules:
        narrow, wide = name.encode("latin-1"), name.encode("utf-16-le")
        out += _record(0x19, narrow) + _record(0x47, wide)
        out += _record(0x1A, narrow) + _record(0x32, wide)
        out += _record(0x31, struct.pack("<I", offset))
        out += _record(0x22 if name.startswith("This") else 0x21, b"") + _record(0x2B, b"")
    return out + _record(0x10, b"")


def vba_storage(modules: Mapping[str, str], *, compiled: bytes = COMPILED) -> Tree:
    """Return the storage of a project: name of each module -> its source.

    `compiled` stands before the source of every module.
    """
    streams: dict[str, bytes] = {
        "dir": compressed(_directory(modules, len(compiled))),
        "_VBA_PROJECT": b"\xcc\x61\xff\xff\0\0\0",
    }
    for name, source in modules.items():
        text = f'Attribute VB_Name = "{name}"\r\n' + source.replace("\n", "\r\n")
        streams[name] = compiled + compressed(text.encode("latin-1"))
    return {"VBA": streams, "PROJECT": b'ID="{00000000-0000-0000-0000-000000000000}"\r\n'}
