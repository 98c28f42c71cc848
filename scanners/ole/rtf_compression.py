"""Compressed RTF, as mail programs keep the text of a message ([MS-OXRTFCP])."""

import struct
from collections.abc import Iterator

from scanners.errors import ContentMalformed

COMPRESSED, STORED = 0x75465A4C, 0x414C454D
WINDOW = 4096
PIECE = 64 * 1024
START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)  # fmt: skip
"""What the dictionary holds before the first byte (§2.1.2.1)."""


def compressed_rtf(view: memoryview) -> Iterator[bytes]:
    """Yield the text in pieces; a decoder as scanners/inflate.py wants them."""
    if len(view) < 16:
        raise ContentMalformed("no compressed text")
    size, _, kind, _ = struct.unpack_from("<4I", view)
    data = bytes(view[16 : 4 + size])
    if kind == STORED:
        yield data
    elif kind == COMPRESSED:
        yield from _unpacked(data)
    else:
        raise ContentMalformed("no compressed text")


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Undo tokens in groups of eight behind a byte of flags (§2.2)."""
    dictionary = _Dictionary()
    at = 0
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                dictionary.put(data[at : at + 1])
                at += 1
                continue
            if at + 2 > len(data):
                break
            start, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 0xF) + 2
            at += 2
            if start == dictionary.here:  # the mark of the end
                yield dictionary.taken()
                return
            for step in range(start, start + length):
                dictionary.put(dictionary.window[step % WINDOW : step % WINDOW + 1])
        if len(dictionary.out) >= PIECE:
            yield dictionary.taken()
    yield dictionary.taken()


class _Dictionary:
    """The last bytes written, and those not yet taken."""

    def __init__(self) -> None:
        self.window = bytearray(START.ljust(WINDOW, b"\0"))
        self.here = len(START)
        self.out = bytearray()

    def put(self, byte: bytes | bytearray) -> None:
        if byte:
            self.window[self.here] = byte[0]
            self.here = (self.here + 1) % WINDOW
            self.out += byte

    def taken(self) -> bytes:
        taken = bytes(self.out)
        self.out.clear()
        return taken
