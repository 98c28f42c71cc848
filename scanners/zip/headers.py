"""The headers of one ZIP member, read as hostile bytes (APPNOTE 6.3.10 §4.3).  Pure.

Two stand in the archive: one in the central directory, one in front of the data.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from scanners.errors import ContentMalformed
from scanners.zip.extra import Aes, disputed, read_extra, widened

CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
DESCRIPTOR = b"PK\x07\x08"
CENTRAL_SIZE = 46
"""Bytes of an entry without its name, extra fields and comment."""
LOCAL_SIZE = 30

_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_DESCRIPTOR, _DESCRIPTOR64 = struct.Struct("<3I"), struct.Struct("<I2Q")
_ENCRYPTED, _DEFERRED, _STRONG, _UNICODE, _MASKED = 0x1, 0x8, 0x40, 0x800, 0x2000
MOST_METHOD = 99


@dataclass(frozen=True, slots=True)
class Header:
    """What both headers of a member state.  All of it is untrusted."""

    raw_name: bytes
    name: str
    other_names: tuple[str, ...]
    """What its extra fields call it."""
    flags: int
    time: int
    """As stored; readers check passwords by its high byte."""
    method: int
    """Of compression, also if it is encrypted."""
    checksum: int
    packed_size: int
    size: int
    aes: Aes | None
    strong: bool
    """Encrypted in PKWARE's own way, which no free reader knows (§7)."""
    disputed: bool
    """Readers differ on its ZIP64 numbers."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.other_names)

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED)

    @property
    def deferred(self) -> bool:
        """A descriptor behind the data states checksum and sizes; the local header may say 0."""
        return bool(self.flags & _DEFERRED)

    @property
    def masked(self) -> bool:
        """The directory is encrypted, and the local header shows neither name nor numbers."""
        return bool(self.flags & _MASKED)


@dataclass(frozen=True, slots=True)
class Entry(Header):
    """One member as the central directory states it."""

    offset: int
    """Of its local header, from the start of the view; negative if it would stand before it."""
    end: int
    """Of the entry."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") and self.size == 0 and self.packed_size <= 2


@dataclass(frozen=True, slots=True)
class LocalHeader(Header):
    """One member as the header in front of its data states it: all that a streaming reader has."""

    data: int
    """Offset of the first byte of the member's data."""

    @property
    def nameless(self) -> bool:
        """Neither name nor data: filling."""
        stated = self.packed_size or self.size or self.checksum
        return not (self.raw_name or stated or self.deferred)


def central_header(view: memoryview, at: int, shift: int) -> Entry:
    """Return the entry at `at`; the caller checked the signature.

    `shift` is added to its offset: the length of what was put before the archive.
    """
    fields = _CENTRAL.unpack_from(view, at)
    flags, method, time, _, *numbers = fields[3:10]
    name_size, extra_size, comment_size, offset = *fields[10:13], fields[16]
    checksum, packed_size, size = numbers
    start = at + CENTRAL_SIZE
    raw_name = bytes(view[start : start + name_size])
    start += name_size
    extra = read_extra(bytes(view[start : start + extra_size]))
    values = [size, packed_size, offset]
    size, packed_size, offset = widened(values, extra)
    return Entry(
        raw_name=raw_name,
        name=_text(raw_name, flags),
        other_names=extra.names,
        flags=flags,
        time=time,
        method=extra.aes.method if extra.aes and flags & _ENCRYPTED else method,
        checksum=checksum,
        packed_size=packed_size,
        size=size,
        aes=extra.aes,
        strong=bool(flags & _STRONG) or extra.strong,
        disputed=disputed(values, extra),
        offset=offset + shift,
        end=start + extra_size + comment_size,
    )


def local_header(view: memoryview, offset: int) -> LocalHeader:
    """Return the header in front of a member's data; raise ContentMalformed if none is there."""
    if not 0 <= offset <= len(view) - LOCAL_SIZE or bytes(view[offset : offset + 4]) != LOCAL:
        raise ContentMalformed("no local header where the directory says")
    fields = _LOCAL.unpack_from(view, offset)
    flags, method, time, _, checksum, packed_size, size, name_size, extra_size = fields[2:]
    name_end = offset + LOCAL_SIZE + name_size
    data = name_end + extra_size
    if data > len(view):
        raise ContentMalformed("a local header reaches beyond the archive")
    raw_name = bytes(view[offset + LOCAL_SIZE : name_end])
    extra = read_extra(bytes(view[name_end:data]))
    values = [size, packed_size]
    size, packed_size = widened(values, extra)
    return LocalHeader(
        raw_name=raw_name,
        name=_text(raw_name, flags),
        other_names=extra.names,
        flags=flags,
        time=time,
        method=extra.aes.method if extra.aes and flags & _ENCRYPTED else method,
        checksum=checksum,
        packed_size=packed_size,
        size=size,
        aes=extra.aes,
        strong=bool(flags & _STRONG) or extra.strong,
        disputed=disputed(values, extra),
        data=data,
    )


def believable(view: memoryview, at: int) -> LocalHeader | None:
    """Return the header at `at` if it is one: four bytes of signature are written by chance, too.

    Method and name are asked as well; a header without a name is filling.
    """
    head = bytes(view[at : at + LOCAL_SIZE])
    if len(head) < LOCAL_SIZE or head[8] > MOST_METHOD or head[9] or head[26:28] == b"\0\0":
        return None
    if LOCAL in head[4:]:
        return None
    try:
        return local_header(view, at)
    except ContentMalformed:
        return None


def descriptor_end(view: memoryview, entry: Header, at: int, *, signed: bool) -> int | None:
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


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What stands behind a member whose header does not say how long it is."""

    checksum: int
    size: int
    end: int


def descriptors(view: memoryview, at: int, packed_size: int) -> Iterator[Descriptor]:
    """Yield the readings of what stands at `at` that give a member this packed size.

    Wide first: the wide one has, read as a narrow one, that packed size as well, and no size.
    """
    start = at + 4 if bytes(view[at : at + 4]) == DESCRIPTOR else at
    for layout in (_DESCRIPTOR64, _DESCRIPTOR):
        if start + layout.size <= len(view):
            checksum, packed, size = layout.unpack_from(view, start)
            if packed == packed_size:
                yield Descriptor(checksum, size, start + layout.size)


def _text(raw_name: bytes, flags: int) -> str:
    """UTF-8 if flagged or valid (common tools set no flag), else the format's own code page."""
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return raw_name.decode("utf-8" if flags & _UNICODE else "cp437", "replace")


_text(b"\xff", 0)  # loads the code page now: a sandboxed worker can load nothing later
