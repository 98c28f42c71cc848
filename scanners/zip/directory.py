"""The central directory of a ZIP archive, read as hostile bytes (APPNOTE 6.3.10 §4.3).

Pure: bytes in, records out.  What it lists is what most readers show; where readers could differ,
scanners/zip/structure.py says so.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.errors import ContentMalformed
from scanners.zip.headers import CENTRAL, CENTRAL_SIZE, Entry, central_header

END = b"PK\x05\x06"
SIGNATURE = b"PK\x05\x05"
"""Of the whole directory, behind its entries (§4.3.13)."""
TAIL = 22 + 0xFFFF
"""The end record and the longest comment behind it."""

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies.  Offsets count from the start of the view."""

    start: int
    end: int
    """Also the offset of the (ZIP64) end record."""
    count: int
    size: int
    """Bytes; as the end record states it, which may be untrue, as `count` may."""
    shift: int
    """Added to every offset in the archive: the length of what was put before it."""
    comment: int
    """Where the end record's comment begins: the end of all that is the archive's own."""
    tail: int
    """End of that comment."""
    agreed: bool = True
    """All end records, of 32 and of 64 bits, say the same."""

    @property
    def empty(self) -> bool:
        return self.start == self.end


def find_directory(view: memoryview) -> Directory | None:
    """Return the directory that ends the file, else the last one that is believable, if any is."""
    found: Directory | None = None
    for directory in directories(view):
        if directory.tail == len(view):
            return directory
        found = found or directory
    return found


def directories(view: memoryview) -> Iterator[Directory]:
    """Yield the believable directories whose end record readers would find, last first."""
    base = max(0, len(view) - TAIL)
    tail = bytes(view[base:])
    at = tail.rfind(END)
    while at >= 0:
        directory = directory_at(view, base + at)
        if directory is not None:
            yield directory
        at = tail.rfind(END, 0, at)


@dataclass(frozen=True, slots=True)
class _EndRecord:
    at: int
    count: int
    size: int
    offset: int

    def starts(self) -> tuple[int, int]:
        """Return where readers look for the directory: some trust its size, some its offset."""
        return self.at - self.size, self.offset

    def agrees(self, wide: "_EndRecord") -> bool:
        """Say whether this record of 32 bits, where it says something, says what that one does."""
        return (
            self.count in (wide.count, 0xFFFF)
            and self.size in (wide.size, 0xFFFFFFFF)
            and self.offset in (wide.offset, 0xFFFFFFFF)
        )


def directory_at(view: memoryview, at: int) -> Directory | None:
    """Return the directory that the end record at `at` speaks of, if it can be there.

    It is there if one of its records leads to an entry; what is wrong with the records beyond
    that, readers overlook in different ways.
    """
    if at + _END.size > len(view):
        return None
    _, _, _, _, count, size, offset, comment = _END.unpack_from(view, at)
    own_end = at + _END.size
    tail = min(own_end + comment, len(view))
    short = _EndRecord(at, count, size, offset)
    long = _zip64(view, at)
    agreed = all(short.agrees(record) and record.agrees(long[0]) for record in long)
    records = [*long, short]
    for record in records:
        for start in record.starts():
            inside = 0 <= start <= record.at - CENTRAL_SIZE
            if inside and bytes(view[start : start + 4]) == CENTRAL:
                shift, ends = start - record.offset, (own_end, tail)
                return Directory(start, record.at, record.count, record.size, shift, *ends, agreed)
    last = records[0]
    if last.count or last.size or last.offset > last.at:
        return None
    return Directory(last.at, last.at, 0, 0, last.at - last.offset, own_end, tail, agreed)


def _zip64(view: memoryview, at: int) -> list[_EndRecord]:
    """Return the ZIP64 records before the end record at `at`: readers look in two places."""
    locator = at - 20
    if locator < _END64.size or bytes(view[locator : locator + 4]) != b"PK\x06\x07":
        return []
    before = locator - _END64.size
    stated = int.from_bytes(view[locator + 8 : locator + 16], "little")
    return [
        _EndRecord(record, *_END64.unpack_from(view, record)[7:10])
        for record in dict.fromkeys((before, stated))
        if 0 <= record <= before and bytes(view[record : record + 4]) == b"PK\x06\x06"
    ]


def entries(view: memoryview, directory: Directory) -> Iterator[Entry]:
    """Yield the members in directory order; raise ContentMalformed where the list breaks off.

    All are listed that stand there: some readers count entries, some bytes.  If the two differ,
    ContentMalformed follows the last one.
    """
    at, listed = directory.start, 0
    while at + CENTRAL_SIZE <= directory.end and bytes(view[at : at + 4]) == CENTRAL:
        entry = central_header(view, at, directory.shift)
        yield entry
        at, listed = entry.end, listed + 1
    if at != directory.end and not _is_signature(view, at, directory.end):
        raise ContentMalformed("the central directory breaks off")
    if directory.start + directory.size != directory.end:
        raise ContentMalformed("the central directory is not as long as its end record says")
    if (listed - directory.count) % 0x10000:  # writers without ZIP64 count modulo 65,536
        raise ContentMalformed("the central directory has not as many entries as it says")


def _is_signature(view: memoryview, at: int, end: int) -> bool:
    size = int.from_bytes(view[at + 4 : at + 6], "little")
    return bytes(view[at : at + 4]) == SIGNATURE and at + 6 + size == end


def find_all(view: memoryview, signature: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the offsets of `signature` in start <= offset < end, copying nothing."""
    for match in re.finditer(re.escape(signature), view[start:end]):
        yield start + match.start()
