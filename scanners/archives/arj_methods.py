"""The compression methods of ARJ.

1 to 3 are LHA's -lh7- bit by bit, which libarchive reads; 4 is a code of its own, without tables.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.archives.libarchive import Data, members
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, ScannerError
from scanners.inflate import PIECE

STORED, FASTEST = 0, 4
LIKE_LHA = range(1, 4)
SHORTEST_MATCH = 3
DICTIONARY = 26624
_NAME = b"a"
_MAX_32 = 0xFFFFFFFF


def lha_members(packed: memoryview, size: int, budget: Budget, ceiling: int) -> Data:
    """Return what methods 1 to 3 packed, by way of an LHA archive of one member.

    Its header is one of the oldest, without the checksum, which ARJ takes in another way.
    """
    fields = struct.pack("<5s3I2B", b"-lh7-", len(packed) & _MAX_32, size, 0, 0x20, 0)
    head = fields + bytes([len(_NAME)]) + _NAME
    archive = bytes([len(head), sum(head) & 0xFF]) + head + packed + b"\0"
    for member in members(memoryview(archive), ("lha",), budget):
        return member.read(budget, ceiling)
    raise ContentMalformed("not as methods 1 to 3 pack")


def fastest(packed: memoryview, size: int, budget: Budget, ceiling: int) -> Data:
    """Return what method 4 packed, as far as it could be read."""
    out = bytearray()
    failure: ScannerError | None = None
    bomb, counted = False, 0
    try:
        for _ in _steps(_Bits(packed), out, size):
            budget.seconds_left()
            budget.spend_bytes(len(out) - counted)
            counted = len(out)
            if counted > ceiling:
                bomb = True
                raise ContentTooLarge("unpacks to more than its size explains")
    except ScannerError as error:
        failure = error
    return Data(memoryview(out).toreadonly(), failure, bomb)


@dataclass(slots=True)
class _Bits:
    """Highest bit of each byte first."""

    view: memoryview
    at: int = 0
    held: int = 0
    count: int = 0

    def take(self, count: int) -> int:
        while self.count < count:
            if self.at >= len(self.view):
                raise ContentMalformed("packed data ends too soon")
            self.held = self.held << 8 | self.view[self.at]
            self.at += 1
            self.count += 8
        self.count -= count
        value = self.held >> self.count
        self.held &= (1 << self.count) - 1
        return value

    def graded(self, narrowest: int, widest: int) -> int:
        """Ones say how much wider than the narrowest the number is; each adds what came before."""
        width, base = narrowest, 0
        while width < widest and self.take(1):
            base += 1 << width
            width += 1
        return base + self.take(width)


def _steps(bits: _Bits, out: bytearray, size: int) -> Iterator[None]:
    """Unpack into `out`; yields about each PIECE, so that somebody may look at the budget."""
    paused = 0
    while len(out) < size:
        length = bits.graded(0, 7)
        if length == 0:
            out.append(bits.take(8))
        else:
            distance = bits.graded(9, 13) + 1
            if not distance <= min(len(out), DICTIONARY):
                raise ContentMalformed("a match before the start")
            start, length = len(out) - distance, length + SHORTEST_MATCH - 1
            run = out[start : start + length]
            out += (run * (length // len(run) + 1))[:length]
        if len(out) - paused > PIECE:
            paused = len(out)
            yield
    yield
