"""ARJ archives: a chain of headers, each with a file behind it.

technote.txt of ARJ; names, sizes and methods are readable even where the content is garbled.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from scanners.archives.arj_methods import FASTEST, LIKE_LHA, STORED, fastest, lha_members
from scanners.archives.libarchive import Data
from scanners.archives.trailing import add_trailing
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Code, Content, Reason, Report

MARK = b"\x60\xea"
LARGEST_HEADER = 2600
_FIXED = struct.Struct("<4xBBB5x3I")
"""Flags, method and type of file; sizes packed and unpacked; CRC-32."""
_GARBLED, _GOES_ON, _CONTINUES = 1, 4, 8
EMPTY = frozenset({3, 4, 5})
"""Folders, labels, chapters.  Some readers write the bytes that lie behind one to a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    flags: int
    method: int
    kind: int
    packed: memoryview
    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class ArjContainer:
    """Opens ARJ.  clamd 1.4.6 does, too (tests/scanners/archives/test_arj.py)."""

    kit: Kit
    name: str = "arj"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name != "arj":
            return Report()
        members = MemberList(content, self.name, self.kit)
        try:
            chain = _Chain(content.view)
            for entry in chain.entries():
                members.spend(budget)
                if entry.packed or entry.kind not in EMPTY:
                    _add(entry, members, budget)
            add_trailing(members, chain.at, budget)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()


class _Chain:
    """Headers from the main one on; `at` stands behind the last that was read."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self.at = 0

    def entries(self) -> Iterator[Entry]:
        """Yield the files; ContentMalformed where the chain breaks off."""
        if self._header() is None:
            raise ContentMalformed("no main header")
        while (header := self._header()) is not None:
            first = header[0]
            flags, method, kind, packed, size, checksum = _FIXED.unpack_from(header)
            name = header[first:].partition(b"\0")[0]
            data = self._view[self.at : self.at + packed]
            self.at += packed
            if self.at > len(self._view):
                raise ContentMalformed("data reaches beyond the end of the file")
            yield Entry(_text(name), flags, method, kind, data, size, checksum)

    def _header(self) -> bytes | None:
        """Return the header here, without mark and checksum; None for the one that ends all."""
        start = self.at + 4
        size = int.from_bytes(self._view[self.at + 2 : start], "little")
        if bytes(self._view[self.at : self.at + 2]) != MARK or size > LARGEST_HEADER:
            raise ContentMalformed("no header where one should be")
        self.at = start
        if size == 0:
            return None
        header = bytes(self._view[start : start + size])
        self.at = start + size + 4
        stated = int.from_bytes(self._view[start + size : self.at], "little")
        cut = len(header) < max(size, _FIXED.size) or header[0] < _FIXED.size
        if cut or crc32(header) != stated:
            raise ContentMalformed("the checksum of a header is wrong")
        while more := int.from_bytes(self._view[self.at : self.at + 2], "little"):
            self.at += 2 + more + 4  # an extended header and its checksum
        self.at += 2
        return header


def _add(entry: Entry, members: MemberList, budget: Budget) -> None:
    """Add one file with its bytes, or its name and the gap."""
    path = members.path_of(entry.name)
    if entry.flags & _GARBLED:
        members.encrypted(Code.ARCHIVE_ENCRYPTED, path)
        members.seal(entry.name, size=entry.size, checksum=entry.checksum)
        return
    try:
        data = _unpack(entry, budget)
    except ContentMalformed:
        members.gap(Reason.MALFORMED, path)
        members.seal(entry.name, size=entry.size, checksum=entry.checksum)
        return
    members.came_out(len(data.view), path, bomb=data.bomb)
    if data.failure is not None:
        members.gap(data.failure.reason, path)
    elif crc32(data.view) != entry.checksum or len(data.view) != entry.size:
        members.gap(Reason.MALFORMED, path)
    elif entry.flags & (_GOES_ON | _CONTINUES):
        members.gap(Reason.MALFORMED, path)  # the rest is in another volume
    members.add(entry.name, data.view)


def _unpack(entry: Entry, budget: Budget) -> Data:
    ceiling = max(FREE_BYTES, RATIO * len(entry.packed))
    if entry.method == STORED:
        budget.spend_bytes(len(entry.packed))
        return Data(entry.packed)
    if entry.method in LIKE_LHA:
        return lha_members(entry.packed, entry.size, budget, ceiling)
    if entry.method == FASTEST:
        return fastest(entry.packed, entry.size, budget, ceiling)
    raise ContentMalformed("a method that ARJ does not have")


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437", "replace")


_text(b"\xff")  # loads the code page now: a sandboxed worker can load nothing later
