"""tar: what other readers would see of it, by header blocks and by what stands behind the end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.archives.libarchive import Kind, Member, Progress
from scanners.archives.reading import Reading
from scanners.archives.trailing import add_trailing
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.model import Code, Reason

BLOCK = 512
SHORT_NAME = 99
"""Characters from which on writers cut a name that stands whole before the header."""
MOST_ARCHIVES = 16
"""tar archives behind one another in one file."""
MOST_EXTENSIONS = 16
"""Headers that belong to one member: long names, attributes."""
_RECORDS, _NAME = re.compile(rb"[0-9]+ [^=\n]+="), re.compile(rb"[^\0-\x1f]*\0*\Z")
_ACCESS = re.compile(rb"[0-7]+\0[^\0-\x09\x0b-\x1f]*\0*\Z")
EXTENSIONS = dict(zip(b"xgXLKNA", (_RECORDS,) * 3 + (_NAME,) * 3 + (_ACCESS,), strict=True))
"""Kinds of headers that say more of the next one, or of all, and how it begins: pax, Solaris, GNU.
(tar(5))  To a reader that does not know one, what stands behind it is a file."""
FILE = b"0\0"
MARK = b"ustar"
_OCTAL = re.compile(rb"[0-7]*")
_PAYLOAD = re.compile(rb"[^\0]")


@dataclass(frozen=True, slots=True)
class Header:
    """The fixed fields of one header block, as readers see them that know no extensions."""

    name: str
    size: int
    kind: int


def read_tar(reading: Reading) -> None:
    """Add the members of an archive, and of those behind its end, where many readers stop.

    A concatenation is rare, but `tar --ignore-zeros`, busybox and those who resume at any block
    that is a header read on.
    """
    view, found = reading.found.content.view, reading.found
    if read_header(view, 0) is None and find_header(view, -BLOCK, reading.budget) is None:
        if bytes(view[257:262]) == MARK:
            raise ContentMalformed("no header is whole")
        return  # libmagic takes some other files for the tar of 1979, which has no mark
    at = 0
    for _ in range(MOST_ARCHIVES):
        progress, broken = Progress(), False
        try:
            _read_one(reading, view[at:], progress, hidden=at > 0)
        except ContentMalformed:
            found.gap(Reason.MALFORMED, found.content.path)
            broken = True
        end = at + progress.position
        again = find_header(view, end, reading.budget)
        if again is None:
            if not broken:
                add_trailing(found, end, reading.budget)
            return
        said = "members behind the end of the archive, or behind bytes that are none"
        found.detect(Code.ARCHIVE_AMBIGUOUS, "behind", said, found.content.path)
        at = again
    found.gap(Reason.TOO_MANY, found.content.path)


def _read_one(reading: Reading, view: memoryview, progress: Progress, *, hidden: bool) -> None:
    for member in reading.members(view, progress=progress):
        header = own_header(view, progress.position)
        others = tuple(_other_names(header, member))
        _add_skipped(reading, view, progress.position)
        data = reading.add(member, others, hidden=hidden)
        whole = data.failure is None and (data.place is not None or not data.view)
        if header and _is_file(header, member) and whole and header.size != len(data.view):
            said = "the header states another size than the attributes before it"
            path = reading.found.path_of(member.name)
            reading.found.detect(Code.ARCHIVE_AMBIGUOUS, "size", said, path)


def _is_file(header: Header, member: Member) -> bool:
    return header.kind in FILE and member.kind is Kind.FILE


def _other_names(header: Header | None, member: Member) -> Iterator[str]:
    """Yield what readers see that do not know the extension with the long name."""
    if header is None or header.name == member.name:
        return
    if len(header.name) < SHORT_NAME or not member.name.startswith(header.name):
        yield header.name


def _add_skipped(reading: Reading, view: memoryview, at: int) -> None:
    """Add what stands behind the extensions here and is none: a file to some readers."""
    for _ in range(MOST_EXTENSIONS):
        header = read_header(view, at)
        if header is None or header.kind not in EXTENSIONS:
            return
        body = view[at + BLOCK : at + BLOCK + header.size]
        if body and not EXTENSIONS[header.kind].match(body):
            reading.found.spend(reading.budget)
            reading.found.hidden = True
            reading.found.add(header.name, body)
        at += BLOCK + (header.size + BLOCK - 1) // BLOCK * BLOCK


def own_header(view: memoryview, at: int) -> Header | None:
    """Return the header block of the member whose headers begin at `at`; None if it is cut."""
    for _ in range(MOST_EXTENSIONS):
        header = read_header(view, at)
        if header is None or header.kind not in EXTENSIONS:
            return header
        at += BLOCK + (header.size + BLOCK - 1) // BLOCK * BLOCK
    return None


def read_header(view: memoryview, at: int) -> Header | None:
    """Return the header block at `at`; None if its checksum says that it is none."""
    block = bytes(view[at : at + BLOCK])
    if len(block) < BLOCK:
        return None
    size, checksum = _number(block[124:136]), _number(block[148:156])
    blanked = block[:148] + b" " * 8 + block[156:]
    signed = sum(blanked) - 256 * sum(byte > 0x7F for byte in blanked)  # as some old ones count
    if size is None or checksum not in (sum(blanked), signed):
        return None
    name = block[:100].partition(b"\0")[0]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    return Header(name.decode("utf-8", "surrogateescape"), size, block[156])


def _number(field: bytes) -> int | None:
    """Octal digits, or a binary number behind a set bit; None if it is neither."""
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b"\0 ")
    return int(digits or b"0", 8) if _OCTAL.fullmatch(digits) else None


def find_header(view: memoryview, at: int, budget: Budget) -> int | None:
    """Return where the first header with ustar's mark stands behind the block at `at`, if any."""
    payload = _PAYLOAD.search(view, at + BLOCK)
    start = payload.start() // BLOCK * BLOCK if payload else len(view)
    for block in range(start, len(view) - BLOCK + 1, BLOCK):
        if block // BLOCK % 4096 == 0:
            budget.seconds_left()
        if bytes(view[block + 257 : block + 262]) == MARK and read_header(view, block):
            return block
    return None
