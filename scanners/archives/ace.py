"""ACE archives: names, sizes and flags of the headers, and the content of what is only stored.

Nothing free unpacks the rest in time: it is a gap, with its names judged.  (WinACE, technote.txt)
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason, Report

_MAIN, _FILE, _FILE_64 = 0, 1, 3
_HAS_DATA, _COMES_FROM, _GOES_ON, _LOCKED = 1, 0x1000, 0x2000, 0x4000
_WIDE = 4
"""Sizes have eight bytes, not four."""
_FIELDS = struct.Struct("<4x2IB5xH")
"""Attributes, checksum, method, length of the name."""
_FOLDER = 0x10
_MAX_32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    flags: int
    folder: bool
    stored: bool
    data: memoryview
    size: int
    checksum: int
    """CRC-32 without the inversion at its end."""


@dataclass(frozen=True, slots=True)
class AceContainer:
    """Lists ACE.  clamd does not open it."""

    kit: Kit
    name: str = "ace"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name != "ace":
            return Report()
        members = MemberList(content, self.name, self.kit, hidden=True)
        try:
            for entry in _entries(content.view, budget):
                members.spend(budget)
                _add(entry, members, budget)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()


def _entries(view: memoryview, budget: Budget) -> Iterator[Entry]:
    """Yield the files; ContentMalformed where a header is broken."""
    header, at = _header(view, 0)
    if header[0] != _MAIN:
        raise ContentMalformed("no main header")
    while at < len(view):
        budget.seconds_left()
        header, at = _header(view, at)
        kind, flags = header[0], int.from_bytes(header[1:3], "little")
        width = 8 if kind == _FILE_64 or flags & _WIDE else 4
        packed = int.from_bytes(header[3 : 3 + width], "little") if flags & _HAS_DATA else 0
        data = view[at : at + packed]
        if len(data) < packed:
            raise ContentMalformed("data reaches beyond the end of the file")
        at += packed
        if kind in (_FILE, _FILE_64):
            yield _entry(header, flags, width, data)


def _header(view: memoryview, at: int) -> tuple[bytes, int]:
    """Return the header here, from its type on, and where its data begins."""
    checksum, size = (int.from_bytes(view[i : i + 2], "little") for i in (at, at + 2))
    header = bytes(view[at + 4 : at + 4 + size])
    sound = (crc32(header) ^ _MAX_32) & 0xFFFF == checksum
    if size < 3 or len(header) < size or not sound:
        raise ContentMalformed("the checksum of a header is wrong")
    return header, at + 4 + size


def _entry(header: bytes, flags: int, width: int, data: memoryview) -> Entry:
    sizes = 3 + width
    size = int.from_bytes(header[sizes : sizes + width], "little")
    fields = header[sizes + width :]
    if len(fields) < _FIELDS.size:
        raise ContentMalformed("a header ends within a field")
    attributes, checksum, method, length = _FIELDS.unpack_from(fields)
    name = fields[_FIELDS.size : _FIELDS.size + length]
    return Entry(
        name=_text(name).replace("\\", "/"),
        flags=flags,
        folder=bool(attributes & _FOLDER),
        stored=method == 0,
        data=data,
        size=size,
        checksum=checksum,
    )


def _add(entry: Entry, members: MemberList, budget: Budget) -> None:
    """Add one file: its bytes if they lie there as they are, else its name and the gap."""
    path = members.path_of(entry.name)
    checksum = entry.checksum ^ _MAX_32
    whole = not entry.flags & (_COMES_FROM | _GOES_ON)
    if entry.folder and not entry.data:
        return
    if entry.flags & _LOCKED:
        members.encrypted(Code.ARCHIVE_ENCRYPTED, path)
        members.seal(entry.name, size=entry.size, checksum=checksum)
    elif entry.stored and whole:
        budget.spend_bytes(len(entry.data))
        if crc32(entry.data) != checksum or len(entry.data) != entry.size:
            members.gap(Reason.MALFORMED, path)
        members.add(entry.name, entry.data)
    else:
        members.gap(Reason.MALFORMED, path)
        members.seal(entry.name, size=entry.size, checksum=checksum)


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437", "replace")


_text(b"\xff")  # loads the code page now: a sandboxed worker can load nothing later
