"""The central directory of a ZIP archive, read as hostile bytes (APPNOTE 6.3.10 §4.3).

Pure: bytes in, records out.  What it lists is what most readers show; where readers could differ,
scanners/zip/structure.py says so.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from scanners.errors import ContentMalformed
from scanners.zip.extra import unicode_names, wide

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
    size: int
    """Bytes; as the end record states it, which may be untrue, as `count` may."""
    shift: int
    """Added to every offset in the archive: the length of what was put before it."""
    tail: int
    """End of the end record's comment."""
    agreed: bool = True
    """All end records, of 32 and of 64 bits, say the same."""

    @property
    def empty(self) -> bool:
        return self.start == self.end


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
    """Of its local header, from the start of the view; negative if it would stand before it."""
    other_names: tuple[str, ...] = ()
    """What its extra fields call it."""

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
    names: tuple[str, ...]
    """Its own name and those of its extra fields."""


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
    tail = min(at + _END.size + comment, len(view))
    short = _EndRecord(at, count, size, offset)
    long = _zip64(view, at)
    agreed = all(short.agrees(record) and record.agrees(long[0]) for record in long)
    records = [*long, short]
    for record in records:
        for start in record.starts():
            if (
                0 <= start <= record.at - _CENTRAL.size
                and bytes(view[start : start + 4]) == CENTRAL
            ):
                shift = start - record.offset
                return Directory(start, record.at, record.count, record.size, shift, tail, agreed)
    last = records[0]
    if last.count or last.size or last.offset > last.at:
        return None
    return Directory(last.at, last.at, 0, 0, last.at - last.offset, tail, agreed)


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
    while at + _CENTRAL.size <= directory.end and bytes(view[at : at + 4]) == CENTRAL:
        fields = _CENTRAL.unpack_from(view, at)
        flags, method, checksum, packed, size = fields[3], fields[4], *fields[7:10]
        name_size, extra_size, comment_size, offset = *fields[10:13], fields[16]
        name_end = at + _CENTRAL.size + name_size
        raw_name = bytes(view[at + _CENTRAL.size : name_end])
        extra = bytes(view[name_end : name_end + extra_size])
        size, packed, offset = wide(extra, [size, packed, offset])
        yield Entry(
            raw_name=raw_name,
            name=_text(raw_name, flags),
            method=method,
            encrypted=bool(flags & _ENCRYPTED),
            checksum=checksum,
            packed_size=packed,
            size=size,
            offset=offset + directory.shift,
            other_names=unicode_names(extra),
        )
        at = name_end + extra_size + comment_size
        listed += 1
    if at != directory.end and not _is_signature(view, at, directory.end):
        raise ContentMalformed("the central directory breaks off")
    if directory.start + directory.size != directory.end:
        raise ContentMalformed("the central directory is not as long as its end record says")
    if (listed - directory.count) % 0x10000:  # writers without ZIP64 count modulo 65,536
        raise ContentMalformed("the central directory has not as many entries as it says")


def _is_signature(view: memoryview, at: int, end: int) -> bool:
    size = int.from_bytes(view[at + 4 : at + 6], "little")
    return bytes(view[at : at + 4]) == SIGNATURE and at + 6 + size == end


def local_header(view: memoryview, offset: int) -> LocalHeader:
    """Return the header in front of a member's data; raise ContentMalformed if none is there."""
    if not 0 <= offset <= len(view) - _LOCAL.size or bytes(view[offset : offset + 4]) != LOCAL:
        raise ContentMalformed("no local header where the directory says")
    fields = _LOCAL.unpack_from(view, offset)
    flags, method, checksum, packed, size, name_size, extra_size = *fields[2:4], *fields[6:11]
    name_end = offset + _LOCAL.size + name_size
    data = name_end + extra_size
    raw_name, extra = bytes(view[offset + _LOCAL.size : name_end]), bytes(view[name_end:data])
    size, packed = wide(extra, [size, packed])
    return LocalHeader(
        raw_name=raw_name,
        method=method,
        encrypted=bool(flags & _ENCRYPTED),
        deferred=bool(flags & _DEFERRED),
        checksum=checksum,
        packed_size=packed,
        size=size,
        data=data,
        names=(_text(raw_name, fields[2]), *unicode_names(extra)),
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
