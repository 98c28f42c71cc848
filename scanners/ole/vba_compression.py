"""Decompression of VBA source and project directories ([MS-OVBA] §2.4.1)."""

import struct
from collections.abc import Iterator

from scanners.errors import ContentMalformed

CONTAINER = 0x01
CHUNK = 4096
"""Bytes that one chunk decompresses to at most."""
CEILING = 4 * 1024 * 1024
"""Bytes of one module; the editor of VBA takes 65,534 lines, and nobody writes a tenth of them."""

_SIGNATURE = 0b011


def ovba(view: memoryview) -> Iterator[bytes]:
    """Yield the chunks of a compressed container; a decoder as scanners/inflate.py wants them."""
    if not view or view[0] != CONTAINER:
        raise ContentMalformed("no compressed container")
    at = 1
    while at + 2 < len(view):
        (head,) = struct.unpack_from("<H", view, at)
        if head >> 12 & 7 != _SIGNATURE:
            if at > 1 and not any(view[at : at + 16]):
                return  # padding
            raise ContentMalformed("no compressed chunk")
        end = at + (head & 0x0FFF) + 3
        data = bytes(view[at + 2 : end])
        yield _chunk(data) if head >> 15 else data
        at = end


def _chunk(data: bytes) -> bytes:
    """Undo one compressed chunk (§2.4.1.3.2): groups of eight tokens behind a byte of flags."""
    out = bytearray()
    at = 0
    while at < len(data):
        flags = data[at]
        at += 1
        if not flags:
            out += data[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= len(data):
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            _copy(out, data[at : at + 2])
            at += 2
            if len(out) > CHUNK:
                raise ContentMalformed("a chunk larger than chunks are")
    if len(out) > CHUNK:
        raise ContentMalformed("a chunk larger than chunks are")
    return bytes(out)


def _copy(out: bytearray, token: bytes) -> None:
    """Repeat what stands earlier; how many bits say where grows with the chunk (§2.4.1.3.19)."""
    if len(token) < 2:
        raise ContentMalformed("a token breaks off")
    bits = max(4, (len(out) - 1).bit_length())
    (number,) = struct.unpack("<H", token)
    offset = (number >> (16 - bits)) + 1
    length = (number & (0xFFFF >> bits)) + 3
    if offset > len(out):
        raise ContentMalformed("a token points before the chunk")
    start = len(out) - offset
    piece = out[start : start + length]
    while len(piece) < length:
        piece += piece[: length - len(piece)]
    out += piece
