"""Members of an archive in memory, by libarchive, read in bounded pieces.

    for member in members(content.view, ("rar", "rar5"), budget, passphrase="x"):
        data = member.read(budget, ceiling)     # or not: the next turn skips what was not read

Nothing is ever written, no format is tried that was not named, no program is started.
"""

import ctypes
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from stat import S_IFMT

from scanners.archives import binding as c
from scanners.archives.memory import address
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, EngineDown, ScannerError

MOST_RETRIES = 100
NO_MEMBER = -1


class Warned(ContentMalformed):
    """A member was read to its end, but libarchive warned: of a method that it does not know, a
    part that it left out, a checksum, a size.  With nothing that was read, too."""


class Kind(Enum):
    FILE = 0o100000
    FOLDER = 0o040000
    LINK = 0o120000
    HARD_LINK = -1
    """One more name of another member; may carry the bytes of both."""
    DEVICE = -2
    """Devices, pipes, sockets: names without content."""


@dataclass(slots=True)
class Data:
    """What came out of one member, and why no more of it, if so."""

    view: memoryview
    """A part of the archive's own view where the member is stored as it is."""
    failure: ScannerError | None = None
    bomb: bool = False
    """The ceiling was passed."""
    place: int | None = None
    """Where in the archive it is stored as it is; None if it is not, or is empty."""


@dataclass(slots=True)
class _Reading:
    """An open archive, and which member it stands at: a member can be read only while it does."""

    handle: int
    view: memoryview
    base: int
    member: int = 0
    broken: bool = False
    """libarchive gave up; asked again, its reader of cabinets reads where nothing is."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive.  All of it is untrusted."""

    name: str
    """Bytes that are no UTF-8 are lone surrogates; never empty."""
    kind: Kind
    link: str
    """Where a link leads; empty for others."""
    size: int | None
    """As declared; None if it is not."""
    encrypted: bool
    number: int
    """Inode; in ISO images the place of the content, in others as the archive says."""
    _reading: _Reading = field(repr=False)
    _index: int

    def read(self, budget: Budget, ceiling: int) -> Data:
        """Return its bytes, up to `ceiling`, holes as zeros; failures keep what came before them.

        To be called at most once, before the next member is asked for and while the generator
        that yielded it is kept: ValueError otherwise.
        """
        if self._reading.member != self._index:
            raise ValueError("this member can no longer be read")
        self._reading.member = NO_MEMBER
        data = _Collected(self._reading.view)
        failure: ScannerError | None = None
        try:
            for offset, size, position, pointer in _blocks(self._reading):
                budget.seconds_left()
                if size == 0 and offset != self.size:
                    continue  # a hole at the end reaches to the end; xar counts all members here
                grows = max(0, offset + size - data.length)
                if data.length + grows > ceiling:
                    data.bomb = True
                    raise ContentTooLarge("unpacks to more than its size explains")
                budget.spend_bytes(max(grows, size))
                data.put(offset, size, position, pointer)
        except ScannerError as error:
            failure = error
        place = data.start if data.copied is None and data.length else None
        return Data(data.as_view(), failure, data.bomb, place)


@dataclass(slots=True)
class _Collected:
    """The bytes of one member: a slice of the archive as long as they lie there in one piece."""

    source: memoryview
    start: int = 0
    length: int = 0
    copied: bytearray | None = None
    bomb: bool = False

    def put(self, offset: int, size: int, position: int | None, pointer: int) -> None:
        if size == 0 and offset <= self.length:
            return
        follows = self.length == 0 or position == self.start + self.length
        if self.copied is None and position is not None and offset == self.length and follows:
            self.start = position - self.length
            self.length += size
            return
        if self.copied is None:
            self.copied = bytearray(self.source[self.start : self.start + self.length])
        if offset > len(self.copied):
            self.copied += bytes(offset - len(self.copied))
        self.copied[offset : offset + size] = ctypes.string_at(pointer, size) if size else b""
        self.length = len(self.copied)

    def as_view(self) -> memoryview:
        if self.copied is not None:
            return memoryview(self.copied).toreadonly()
        return self.source[self.start : self.start + self.length]


def _blocks(reading: _Reading) -> Iterator[tuple[int, int, int | None, int]]:
    """Yield (offset in the member, size, position in the archive or None, address), to the end.

    The last, of no size, stands where the member ends: behind a hole, if it ends with one.
    Then raises Warned, if it is to be.
    """
    pointer, size, offset = c.pointer(), c.count(), ctypes.c_int64()
    code, warned = c.OK, ""
    while code != c.EOF:
        size.value = 0
        code = c.next_block(
            reading.handle, ctypes.byref(pointer), ctypes.byref(size), ctypes.byref(offset)
        )
        if code not in (c.OK, c.WARN, c.EOF) or offset.value < 0:
            reading.broken = code == c.FATAL
            raise ContentMalformed(_said(reading.handle))
        if code == c.WARN:
            warned = warned or _said(reading.handle) or "a part of it was left out"
        start = (pointer.value or 0) - reading.base
        inside = 0 <= start <= len(reading.view) - size.value
        count = 0 if code == c.EOF else size.value
        yield offset.value, count, start if inside and count else None, pointer.value or 0
    if warned:
        raise Warned(warned)


@dataclass(slots=True)
class Progress:
    """How far into the archive the reading of it came."""

    position: int = 0
    """Of the last header that was looked for: that of a member, or what stands behind them all.
    Filters undone."""
    reached: int = 0
    """Up to where the archive was read so far."""


def members(
    view: memoryview,
    formats: tuple[str, ...],
    budget: Budget,
    *,
    filters: tuple[str, ...] = (),
    options: str = "",
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> Generator[Member, None, None]:
    """Yield the members in the order of the archive; ContentMalformed where it cannot go on.

    `formats` and `filters` are libarchive's names ("tar", "zstd"), `options` as
    archive_read_set_options(3) has them.  The handle lives as long as the generator: use it up or
    close it.  Counts no members: the caller does.
    """
    with _opened(view, formats, filters, options, passphrase) as reading:
        yield from _walk(reading, budget, progress or Progress())


def decode(view: memoryview, filter_name: str) -> Generator[bytes, None, None]:
    """Yield what one filter makes of the bytes, in pieces; ContentMalformed where it breaks."""
    with _opened(view, ("raw", "empty"), (filter_name,), "", None) as reading:
        entry = c.pointer()
        code = c.next_header(reading.handle, ctypes.byref(entry))
        if code < c.WARN or c.filter_count(reading.handle) < 2:  # the last is no filter
            raise ContentMalformed(_said(reading.handle))
        if code != c.EOF:
            for _, size, _, pointer in _blocks(reading):
                yield ctypes.string_at(pointer, size) if size else b""


@contextmanager
def _opened(
    view: memoryview,
    formats: tuple[str, ...],
    filters: tuple[str, ...],
    options: str,
    passphrase: str | None,
) -> Iterator[_Reading]:
    with address(view) as base:
        handle = c.new()
        reading = _Reading(handle, view, base)
        try:
            for kind, names in (("format", formats), ("filter", filters)):
                for name in names:
                    if c.support(kind, name)(handle) != c.OK:  # it would start a program
                        raise EngineDown(f"libarchive was built without {name}")
            if options and c.set_options(handle, options.encode()) < c.OK:
                raise EngineDown(_said(handle))
            if passphrase:
                c.add_passphrase(handle, passphrase.encode("utf-8", "surrogateescape"))
            if c.open_memory(handle, base, len(view)) < c.WARN:
                raise ContentMalformed(_said(handle))
            yield reading
        finally:
            reading.member = NO_MEMBER
            c.free(handle)


def _walk(reading: _Reading, budget: Budget, progress: Progress) -> Generator[Member, None, None]:
    entry = c.pointer()
    retries = index = 0
    while True:
        budget.seconds_left()
        if reading.broken:
            raise ContentMalformed("nothing can be read behind a member")
        code = c.next_header(reading.handle, ctypes.byref(entry))
        progress.position = c.position(reading.handle)
        progress.reached = c.filter_bytes(reading.handle, 0)
        if code == c.EOF and retries:
            raise ContentMalformed("headers that are none were skipped")
        if code == c.EOF:
            return
        if code == c.RETRY and (retries := retries + 1) < MOST_RETRIES:
            continue
        if code < c.WARN or code == c.RETRY:
            raise ContentMalformed(_said(reading.handle))
        index += 1
        reading.member = index
        yield _member(entry, reading, index)


def _member(entry: ctypes.c_void_p, reading: _Reading, index: int) -> Member:
    hard = _decode(c.hard(entry) or c.hard_utf_8(entry))
    kind = Kind.HARD_LINK if hard else _kind(S_IFMT(c.mode(entry)))
    return Member(
        name=_decode(c.path(entry) or c.path_utf_8(entry)) or f"unnamed {index}",
        kind=kind,
        link=hard or _decode(c.soft(entry) or c.soft_utf_8(entry)),
        size=c.length(entry) if c.length_is_set(entry) else None,
        encrypted=bool(c.is_encrypted(entry)),
        number=c.number(entry),
        _reading=reading,
        _index=index,
    )


def _kind(mode: int) -> Kind:
    if mode in (Kind.FILE.value, Kind.FOLDER.value, Kind.LINK.value):
        return Kind(mode)
    return Kind.DEVICE if mode else Kind.FILE


def _decode(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "surrogateescape")


def _said(handle: int) -> str:
    return (c.error(handle) or b"").decode("ascii", "replace")
