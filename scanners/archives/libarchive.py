"""A narrow binding over libarchive: members of an archive in memory, read in bounded pieces.

    for member in members(content.view, ("rar", "rar5"), budget, passphrase="x"):
        data = member.read(budget, ceiling)     # or not: the next turn skips what was not read

libarchive-c finds and loads the library.  Its own functions log what a hostile archive says and
raise at every warning, so the few that are needed are declared here once more.
"""

import ctypes
import locale
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from stat import S_IFMT

from libarchive.ffi import libarchive as library

from scanners.archives.memory import address
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, EngineDown, ScannerError

with suppress(locale.Error):  # in the locale "C" names of cabinets and images come out as NULL
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")

OK, EOF, RETRY, WARN = 0, 1, -10, -20
"""Below WARN: the member or the archive cannot be read on.  (archive.h)"""
MOST_RETRIES = 100

_pointer, _text, _size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_out = ctypes.POINTER(_pointer)


def _declare(name: str, result: object, *arguments: object) -> Callable[..., int]:
    function = library["archive_" + name]  # a fresh one: attributes would be shared
    function.restype, function.argtypes = result, arguments
    return function  # type: ignore[no-any-return]


def _string(name: str) -> Callable[[object], bytes | None]:
    return _declare(name, _text, _pointer)  # type: ignore[return-value]


_new = _declare("read_new", _pointer)
_free = _declare("read_free", ctypes.c_int, _pointer)
_open = _declare("read_open_memory", ctypes.c_int, _pointer, _pointer, _size)
_set_options = _declare("read_set_options", ctypes.c_int, _pointer, _text)
_add_passphrase = _declare("read_add_passphrase", ctypes.c_int, _pointer, _text)
_next_header = _declare("read_next_header", ctypes.c_int, _pointer, _out)
_next_block = _declare(
    "read_data_block",
    ctypes.c_int,
    _pointer,
    _out,
    ctypes.POINTER(_size),
    ctypes.POINTER(ctypes.c_int64),
)
_error = _string("error_string")
_path, _path_utf_8 = _string("entry_pathname"), _string("entry_pathname_utf8")
_soft, _soft_utf_8 = _string("entry_symlink"), _string("entry_symlink_utf8")
_hard, _hard_utf_8 = _string("entry_hardlink"), _string("entry_hardlink_utf8")
_mode = _declare("entry_filetype", ctypes.c_uint, _pointer)
_length = _declare("entry_size", ctypes.c_int64, _pointer)
_length_is_set = _declare("entry_size_is_set", ctypes.c_int, _pointer)
_number = _declare("entry_ino64", ctypes.c_int64, _pointer)
_is_encrypted = _declare("entry_is_encrypted", ctypes.c_int, _pointer)


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

        To be called at most once, before the next member is asked for: ValueError otherwise.
        """
        if self._reading.member != self._index:
            raise ValueError("this member can no longer be read")
        self._reading.member = -1
        data = _Collected(self._reading.view)
        failure: ScannerError | None = None
        try:
            for offset, size, position, pointer in _blocks(self._reading):
                budget.seconds_left()
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
        if offset + size > len(self.copied):
            self.copied.extend(bytes(offset + size - len(self.copied)))
        self.copied[offset : offset + size] = ctypes.string_at(pointer, size) if size else b""
        self.length = len(self.copied)

    def as_view(self) -> memoryview:
        if self.copied is not None:
            return memoryview(self.copied).toreadonly()
        return self.source[self.start : self.start + self.length]


def _blocks(reading: _Reading) -> Iterator[tuple[int, int, int | None, int]]:
    """Yield (offset in the member, size, position in the archive or None, address), to the end.

    The last, of no size, stands where the member ends: behind a hole, if it ends with one.
    """
    pointer, size, offset = _pointer(), _size(), ctypes.c_int64()
    code = OK
    while code != EOF:
        code = _next_block(
            reading.handle, ctypes.byref(pointer), ctypes.byref(size), ctypes.byref(offset)
        )
        if code < WARN or offset.value < 0:
            raise ContentMalformed(_said(reading.handle))
        start = (pointer.value or 0) - reading.base
        inside = 0 <= start <= len(reading.view) - size.value
        count = 0 if code == EOF else size.value
        yield offset.value, count, start if inside and count else None, pointer.value or 0


def members(
    view: memoryview,
    formats: tuple[str, ...],
    budget: Budget,
    *,
    filters: tuple[str, ...] = (),
    options: str = "",
    passphrase: str | None = None,
) -> Generator[Member, None, None]:
    """Yield the members in the order of the archive; ContentMalformed where it cannot go on.

    `formats` and `filters` are libarchive's names ("tar", "zstd"); no others are tried, and none
    that would start a program.  `options` as archive_read_set_options(3) has them.  The handle
    lives as long as the iterator.  Counts no members: the caller does.
    """
    with address(view) as base:
        handle = _new()
        try:
            _prepare(handle, formats, filters, options, passphrase)
            if _open(handle, base, len(view)) < WARN:
                raise ContentMalformed(_said(handle))
            yield from _walk(_Reading(handle, view, base), budget)
        finally:
            _free(handle)


def _walk(reading: _Reading, budget: Budget) -> Iterator[Member]:
    entry = _pointer()
    retries = index = 0
    while True:
        budget.seconds_left()
        code = _next_header(reading.handle, ctypes.byref(entry))
        if code == EOF:
            return
        if code == RETRY and (retries := retries + 1) < MOST_RETRIES:
            continue
        if code < WARN or code == RETRY:
            raise ContentMalformed(_said(reading.handle))
        index += 1
        reading.member = index
        yield _member(entry, reading, index)


def _member(entry: ctypes.c_void_p, reading: _Reading, index: int) -> Member:
    hard = _decode(_hard(entry) or _hard_utf_8(entry))
    kind = Kind.HARD_LINK if hard else _kind(S_IFMT(_mode(entry)))
    return Member(
        name=_decode(_path(entry) or _path_utf_8(entry)) or f"unnamed {index}",
        kind=kind,
        link=hard or _decode(_soft(entry) or _soft_utf_8(entry)),
        size=_length(entry) if _length_is_set(entry) else None,
        encrypted=bool(_is_encrypted(entry)),
        number=_number(entry),
        _reading=reading,
        _index=index,
    )


def _kind(mode: int) -> Kind:
    if mode in (Kind.FILE.value, Kind.FOLDER.value, Kind.LINK.value):
        return Kind(mode)
    return Kind.DEVICE if mode else Kind.FILE


def _decode(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "surrogateescape")


@cache
def _support(kind: str, name: str) -> Callable[..., int]:
    return _declare(f"read_support_{kind}_{name}", ctypes.c_int, _pointer)


def _prepare(
    handle: int,
    formats: tuple[str, ...],
    filters: tuple[str, ...],
    options: str,
    passphrase: str | None,
) -> None:
    """Enable what is wanted.  A warning means that an external program would be started."""
    for kind, names in (("format", formats), ("filter", filters)):
        for name in names:
            if _support(kind, name)(handle) != OK:
                raise EngineDown(f"libarchive was built without {name}")
    if options and _set_options(handle, options.encode()) < OK:
        raise EngineDown(_said(handle))
    if passphrase:
        _add_passphrase(handle, passphrase.encode("utf-8", "surrogateescape"))


def _said(handle: int) -> str:
    return (_error(handle) or b"").decode("ascii", "replace")
