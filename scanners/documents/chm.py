"""Compiled help (.chm): the names of what it holds; files stored as they are become children.

Most members are packed by LZX, which clamd unpacks and nothing here does: only their names are
judged.  Compiled help is a program in any case (rules/types.toml).  (Format: russotto.net/chm)
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.attachments import attach
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason, Report
from scanners.names import extension, readings

DIRECTORY = b"ITSP"
MAX_CHUNKS = 65_536
MAX_CHUNK = 1024 * 1024
NONE = 0xFFFFFFFF
STORED = 0
"""Number of the section whose files are not packed."""
MOST_NAMED = 16
"""Names of programs that are told."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    section: int
    offset: int
    """In its section."""
    size: int


@dataclass(frozen=True, slots=True)
class ChmScanner:
    kit: Kit
    name: str = "chm"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.file_type.name != "chm" or content.codings:
            return Report()
        members = MemberList(content, self.name, self.kit)
        try:
            base = _content_offset(content.view)
            named = 0
            for entry in entries(content.view, budget):
                if entry.section == STORED and entry.size:
                    start = base + entry.offset
                    attach(members, entry.name, content.view[start : start + entry.size], budget)
                elif named < MOST_NAMED and self._runs(entry.name):
                    named += 1
                    said = f"compiled help holds {entry.name[:100]}"
                    members.detect(Code.EMBEDDED_EXECUTABLE, "name", said, content.path)
        except struct.error:
            members.gap(Reason.MALFORMED, content.path)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()

    def _runs(self, name: str) -> bool:
        """Scripts are parts of pages here; programs are not."""
        lasts = {extension(reading) for reading in readings(name)}
        return bool(lasts & (self.kit.table.runnable - {"js", "chm", "url"}))


def entries(view: memoryview, budget: Budget) -> Iterator[Entry]:
    """Yield the files that somebody put in, in order; raise ScannerErrors and struct.error."""
    (start,) = struct.unpack_from("<Q", view, 0x48)
    head = bytes(view[start : start + 0x54])
    length, chunk, first, count = struct.unpack_from("<I4xI12xI8xI", head, 8)
    if not head.startswith(DIRECTORY) or not 32 <= chunk <= MAX_CHUNK or count > MAX_CHUNKS:
        raise ContentMalformed("compiled help without a directory")
    number = first
    for _ in range(count):
        budget.seconds_left()
        at = start + length + number * chunk
        data = bytes(view[at : at + chunk])
        if not data.startswith(b"PMGL"):
            return
        free, number = struct.unpack_from("<I8xI", data, 4)
        yield from _listed(data[20 : max(20, len(data) - free)])
        if number == NONE:
            return


def _listed(data: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(data):
        length, at = _number(data, at)
        raw, at = data[at : at + length], at + length
        section, at = _number(data, at)
        offset, at = _number(data, at)
        size, at = _number(data, at)
        name = raw.decode("utf-8", "replace")
        if name.startswith("/") and not name.startswith(("/#", "/$")) and not name.endswith("/"):
            yield Entry(name.lstrip("/"), section, offset, size)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, the highest first; ten bytes at most."""
    value = 0
    for byte in data[at : at + 10]:
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    raise ContentMalformed("a number without an end")


def _content_offset(view: memoryview) -> int:
    """Return where the sections begin: version 2 does not say, they follow the directory."""
    (version,) = struct.unpack_from("<I", view, 4)
    if version >= 3:
        return int(struct.unpack_from("<Q", view, 0x58)[0])
    start, length = struct.unpack_from("<QQ", view, 0x48)
    return int(start + length)
