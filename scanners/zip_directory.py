"""The central directory of a ZIP archive, read as hostile bytes (APPNOTE 6.3.10 §4.3).

Pure: bytes in, records out.  What it lists is what most readers show; where readers could differ,
scanners/zip_structure.py says so.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from scanners.errors import ContentMalformed

END = b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
DESCRIPTOR = b"PK\x07\x08"
SIGNATURE = b"PK\x05\x05"
"""Of the whole directory, behind its entries (§4.3.13)."""
TAIL = 22 + 0xFFFF
"""The end record and the longest comment behind it."""

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_DESCRIPTOR, _DESCRIPTOR64 = struct.Struct("<3I"), struct.Struct("<I2Q")
_UNICODE = 0x800
_ENCRYPTED = 0x1
_DEFERRED = 0x8


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies.  Offsets count from the start of the view."""

    start: int
    end: int
    """Also the offset of the (ZIP64) end record."""
    count: int
    shift: int
    """Added to every offset in the archive: the length of what was put before it."""
    tail: int
    """End of the end record's comment."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member as the central directory states it."""

    raw_name: bytes
    name: str
    method: int
    encrypted: bool
    checksum: int
    packed_size: int
    size: int
    offset: int
    """Of its local header, from the start of the view."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") and self.size == 0 and self.packed_size <= 2


@dataclass(frozen=True, slots=True)
class LocalHeader:
    """One member as the header in front of its data states it: all that a streaming reader has."""

    raw_name: bytes
    method: int
    encrypted: bool
    deferred: bool
    """A descriptor behind the data states checksum and sizes (§4.3.9); here they may be 0."""
    checksum: int
    packed_size: int
    size: int
    data: int
    """Offset of the first byte of the member's data."""


def find_directory(view: memoryview) -> Directory | None:
    """Return the directory that ends the file; None if no end record in it is believable."""
    base = max(0, len(view) - TAIL)
    tail = bytes(view[base:])
    found: Directory | None = None
    at = tail.rfind(END)
    while at >= 0:
        directory = directory_at(view, base + at)
        if directory is not None and directory.tail == len(view):
            return directory
        found = found or directory
        at = tail.rfind(END, 0, at)
    return found


def directory_at(view: memoryview, at: int) -> Directory | None:
    """Return the directory that the end record at `at` speaks of, if it can be there."""
    if at + _END.size > len(view):
        return None
    _, _, _, _, count, size, offset, comment = _END.unpack_from(view, at)
    end = at
    if 0xFFFF in (count,) or 0xFFFFFFFF in (size, offset):
        end, count, size, offset = _zip64(view, at) or (at, count, size, offset)
    start = end - size
    shift = start - offset
    if start < 0 or shift < 0 or count * _CENTRAL.size > size:
        return None
    if count and bytes(view[start : start + 4]) != CENTRAL:
        return None
    return Directory(start, end, count, shift, min(at + _END.size + comment, len(view)))


def _zip64(view: memoryview, at: int) -> tuple[int, int, int, int] | None:
    """Return (end, count, size, offset) of the ZIP64 record before the end record at `at`."""
    locator = at - 20
    if locator < _END64.size or bytes(view[locator : locator + 4]) != b"PK\x06\x07":
        return None
    for record in (
        locator - _END64.size,
        int.from_bytes(view[locator + 8 : locator + 16], "little"),
    ):
        if (
            0 <= record <= locator - _END64.size
            and bytes(view[record : record + 4]) == b"PK\x06\x06"
        ):
            _, _, _, _, _, _, _, count, size, offset = _END64.unpack_from(view, record)
            return record, count, size, offset
    return None


def entries(view: memoryview, directory: Directory) -> Iterator[Entry]:
    """Yield the members in directory order; raise ContentMalformed where the list breaks off."""
    at = directory.start
    for _ in range(directory.count):
        if at + _CENTRAL.size > directory.end or bytes(view[at : at + 4]) != CENTRAL:
            raise ContentMalformed("the central directory breaks off")
        fields = _CENTRAL.unpack_from(view, at)
        flags, method, checksum, packed, size = fields[3], fields[4], *fields[7:10]
        name_size, extra_size, comment_size, offset = *fields[10:13], fields[16]
        name_end = at + _CENTRAL.size + name_size
        raw_name = bytes(view[at + _CENTRAL.size : name_end])
        if 0xFFFFFFFF in (packed, size, offset):
            extra = bytes(view[name_end : name_end + extra_size])
            size, packed, offset = _wide(extra, [size, packed, offset])
        yield Entry(
            raw_name=raw_name,
            name=_text(raw_name, flags),
            method=method,
            encrypted=bool(flags & _ENCRYPTED),
            checksum=checksum,
            packed_size=packed,
            size=size,
            offset=offset + directory.shift,
        )
        at = name_end + extra_size + comment_size
    if at != directory.end and bytes(view[at : at + 4]) != SIGNATURE:
        raise ContentMalformed("the central directory is not as long as its end record says")


def _wide(extra: bytes, values: list[int]) -> list[int]:
    """Replace each 0xFFFFFFFF by the next number of the ZIP64 extra field (§4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            numbers = iter(
                struct.unpack_from("<Q", extra, start)[0]
                for start in range(at + 4, min(at + 4 + size, len(extra)) - 7, 8)
            )
            return [next(numbers, v) if v == 0xFFFFFFFF else v for v in values]
        at += 4 + size
    return values


def local_header(view: memoryview, offset: int) -> LocalHeader:
    """Return the header in front of a member's data; raise ContentMalformed if none is there."""
    if offset + _LOCAL.size > len(view) or bytes(view[offset : offset + 4]) != LOCAL:
        raise ContentMalformed("no local header where the directory says")
    fields = _LOCAL.unpack_from(view, offset)
    flags, method, checksum, packed, size, name_size, extra_size = *fields[2:4], *fields[6:11]
    name_end = offset + _LOCAL.size + name_size
    data = name_end + extra_size
    if 0xFFFFFFFF in (packed, size):
        size, packed = _wide(bytes(view[name_end:data]), [size, packed])
    return LocalHeader(
        raw_name=bytes(view[offset + _LOCAL.size : name_end]),
        method=method,
        encrypted=bool(flags & _ENCRYPTED),
        deferred=bool(flags & _DEFERRED),
        checksum=checksum,
        packed_size=packed,
        size=size,
        data=data,
    )


def descriptor_end(view: memoryview, entry: Entry, at: int, *, signed: bool) -> int | None:
    """Return where the descriptor of this member ends if one stands at `at`, else None.

    Writers put 4 or 8 bytes a size, with or without ZIP64; its signature is optional (§4.3.9.3).
    """
    numbers = (entry.checksum, entry.packed_size, entry.size)
    starts = (DESCRIPTOR,) if signed else (DESCRIPTOR, b"")
    for start, layout in product(starts, (_DESCRIPTOR, _DESCRIPTOR64)):
        if layout is _DESCRIPTOR and max(numbers) > 0xFFFFFFFF:
            continue
        record = start + layout.pack(*numbers)
        if bytes(view[at : at + len(record)]) == record:
            return at + len(record)
    return None


def find_all(view: memoryview, signature: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the offsets of `signature` in start <= offset < end, copying nothing."""
    for match in re.finditer(re.escape(signature), view[start:end]):
        yield start + match.start()


def _text(raw_name: bytes, flags: int) -> str:
    """UTF-8 if flagged or valid (common tools set no flag), else the format's own code page."""
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return raw_name.decode("utf-8" if flags & _UNICODE else "cp437", "replace")


_text(b"\xff", 0)  # loads the code page now: a sandboxed worker can load nothing later
