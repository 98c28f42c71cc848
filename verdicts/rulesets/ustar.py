"""Read the tar of a bundle: exactly what `pack` writes, so that there is nothing to disagree on.

No links, no devices, no folders, no extended headers, no sizes that are not octal.  Hostile input:
nothing is read before its bound was checked.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from scanners.rules.manifest import PATH
from verdicts.rulesets.records import SetMalformed

BLOCK = 512
RECORD = 20 * BLOCK
"""The end of an archive is filled up to a multiple of this."""
MAX_PACKED = 64 * 1024 * 1024
PIECE = 64 * 1024
MAGIC = b"ustar\x0000"
KINDS = {
    **dict.fromkeys(b"12", "a link"),
    **dict.fromkeys(b"346", "a device or pipe"),
    **{ord("5"): "a folder", ord("S"): "a sparse file"},
    **dict.fromkeys(b"xgLKXNA", "an extended header"),
}
_OCTAL = re.compile(rb"[0-7]{11}\0")
_CHECKSUM = re.compile(rb"([0-7]{6})\0 ")
_NAME = re.compile(rb"([^\0]*)\0*")


class BundleMalformed(SetMalformed):
    """What was handed in is no bundle as `douane rules pack` writes it."""


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    size: int


class Inflated:
    """The bytes within a gzip stream of one member."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(wbits=31)
        self._left = MAX_PACKED

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes, in pieces."""
        while size:
            piece = self._some(min(size, PIECE))
            if not piece:
                raise BundleMalformed("the bundle ends in the middle")
            size -= len(piece)
            yield piece

    def finish(self) -> None:
        """Raise BundleMalformed if anything but the filling of a record follows."""
        filling = RECORD
        while piece := self._some(PIECE):
            filling -= len(piece)
            if filling < 0 or piece.strip(b"\0"):
                raise BundleMalformed("something follows the last entry of the bundle")
        if self._inflate.unused_data or self._stream.read(1):
            raise BundleMalformed("something follows the bundle")

    def _some(self, most: int) -> bytes:
        """Return 1 to `most` bytes, or none at the end."""
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._packed()
            try:
                data = self._inflate.decompress(packed, most)
            except zlib.error as error:
                raise BundleMalformed(f"the bundle is no whole gzip file ({error})") from None
            if data:
                return data
            if not packed and not self._inflate.eof:
                raise BundleMalformed("the bundle is cut off")
        return b""

    def _packed(self) -> bytes:
        piece = self._stream.read(PIECE)
        self._left -= len(piece)
        if self._left < 0:
            raise BundleMalformed(f"a bundle has {MAX_PACKED} bytes at most")
        return piece


def entries(data: Inflated) -> Iterator[Entry]:
    """Yield the entries; the caller reads the `size` bytes of each before it takes the next."""
    while any(block := b"".join(data.pieces(BLOCK))):
        entry = _entry(block)
        yield entry
        if any(b"".join(data.pieces(-entry.size % BLOCK))):
            raise BundleMalformed(f"{entry.path}: something stands behind its content")
    if any(b"".join(data.pieces(BLOCK))):
        raise BundleMalformed("something follows the last entry of the bundle")
    data.finish()


def _entry(block: bytes) -> Entry:
    checksum = _CHECKSUM.fullmatch(block, 148, 156)
    if checksum is None or int(checksum[1], 8) != sum(block[:148] + b" " * 8 + block[156:]):
        raise BundleMalformed("this is no tar archive, or a damaged one")
    name, prefix = _text(block[:100]), _text(block[345:500])
    path = f"{prefix}/{name}" if prefix else name
    told = f"entry {path[:200]!a}"
    if block[156] != ord("0"):
        kind = KINDS.get(block[156], "of an unknown kind")
        raise BundleMalformed(f"{told} is {kind}; a bundle holds regular files only")
    if block[257:265] != MAGIC or not _OCTAL.fullmatch(block, 124, 136) or any(block[157:257]):
        raise BundleMalformed(f"{told} is not as `douane rules pack` writes it")
    if not PATH.fullmatch(path):
        raise BundleMalformed(f"{told} has a path that no file of a rule set has")
    return Entry(path, int(block[124:135], 8))


def _text(field: bytes) -> str:
    found = _NAME.fullmatch(field)
    if found is None:
        raise BundleMalformed(f"an entry has a name behind its name: {field[:100]!a}")
    return found[1].decode("utf-8", "backslashreplace")
