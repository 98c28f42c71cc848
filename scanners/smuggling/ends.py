"""Where a picture, a sound, a film or a PDF ends, as its viewers see it: the rest is overlay."""

import re
import struct
from collections.abc import Callable

from scanners.budget import Budget
from scanners.smuggling.programs import program_at
from scanners.smuggling.sightings import Sighting

LOOK = 64 * 1024
"""Blocks parsed between two looks at the clock."""
MAX_MARKERS = 64 * 1024
"""Of a JPEG; the most that honest ones have is some hundred."""
TAIL = 64 * 1024
"""Bytes at the end of a PDF in which its last mark is sought, first."""
PE_WIDE, CERTIFICATE = 0x20B, 4
"""Magic of 64-bit programs; number of the table that tells where the certificate is."""

_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # no stuffed zero, no restart
_START, _END = 0xD8, 0xD9
_PDF_END = re.compile(rb"%%EOF[ \t]*(?:\r\n?|\n)?")


def end_of(view: memoryview, type_name: str, budget: Budget) -> int | None:
    """Return the offset behind the last byte of the file, <= len(view).

    None: the type is not known here, or the file is damaged and ends nowhere.
    """
    find = _ENDS.get(type_name)
    if find is None:
        return None
    try:
        return find(view, budget)
    except (struct.error, IndexError):
        return None


def _png(view: memoryview, budget: Budget) -> int | None:
    at, count = 8, 0
    while at + 12 <= len(view):
        (length,) = struct.unpack_from(">I", view, at)
        last = bytes(view[at + 4 : at + 8]) == b"IEND"
        at += 12 + length
        if last:
            return at if at <= len(view) else None
        count += 1
        if count % LOOK == 0:
            budget.seconds_left()
    return None


def _jpeg(view: memoryview, budget: Budget) -> int | None:
    """Segments have lengths; after a scan's header its data ends at the next marker (T.81 §B.1)."""
    at = 2
    for _ in range(MAX_MARKERS):
        match = _MARKER.search(view, at)
        if match is None:
            break
        marker, at = match[1][0], match.end()
        if marker == _END:
            return at
        if marker not in (0x01, _START):
            (length,) = struct.unpack_from(">H", view, at)
            at += max(length, 2)
    return None


def _gif(view: memoryview, budget: Budget) -> int | None:
    at = 13 + _colours(view[10])
    while True:
        kind = view[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x2C:
            at = _sub_blocks(view, at + 11 + _colours(view[at + 9]), budget)
        elif kind == 0x21:
            at = _sub_blocks(view, at + 2, budget)
        else:
            return None


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _sub_blocks(view: memoryview, at: int, budget: Budget) -> int:
    count = 0
    while size := view[at]:
        at += size + 1
        count += 1
        if count % LOOK == 0:
            budget.seconds_left()
    return at + 1


def _bmp(view: memoryview, budget: Budget) -> int | None:
    (size,) = struct.unpack_from("<I", view, 2)
    return size if 26 <= size <= len(view) else None


def _riff(view: memoryview, budget: Budget) -> int | None:
    """Films of more than a gigabyte are several RIFF chunks in a row ("AVIX")."""
    at, count = 0, 0
    while bytes(view[at : at + 4]) == b"RIFF":
        (size,) = struct.unpack_from("<I", view, at + 4)
        at += 8 + size + size % 2
        count += 1
        if count % LOOK == 0:
            budget.seconds_left()
    return at if 0 < at <= len(view) else None


def _boxes(view: memoryview, budget: Budget) -> int | None:
    """ISO/IEC 14496-12 §4.2; a box of size 0 goes on to the end of the file."""
    at, count = 0, 0
    while at + 8 <= len(view):
        size, kind = struct.unpack_from(">I4s", view, at)
        if not kind.replace(b"\xa9", b"x").isalnum() and not kind.strip(b" -_").isalnum():
            break
        if size == 1:
            (size,) = struct.unpack_from(">Q", view, at + 8)
        if size == 0:
            return len(view)
        if size < 8 or at + size > len(view):
            break
        at += size
        count += 1
        if count % LOOK == 0:
            budget.seconds_left()
    return at or None


def _pdf(view: memoryview, budget: Budget) -> int | None:
    base = max(0, len(view) - TAIL)
    if not (ends := list(_PDF_END.finditer(view[base:]))) and base:
        base = 0
        ends = list(_PDF_END.finditer(view))
    return base + ends[-1].end() if ends else None


def _pe(view: memoryview, budget: Budget) -> int | None:
    """A certificate behind the sections, which signs them, belongs to the program."""
    (at,) = struct.unpack_from("<I", view, 60)
    found = program_at(view, Sighting("pe", at))
    if found is None or found.start > 0:
        return None
    (magic,) = struct.unpack_from("<H", view, at + 24)
    tables = at + 24 + (112 if magic == PE_WIDE else 96)
    start, size = struct.unpack_from("<II", view, tables + 8 * CERTIFICATE)
    signed = size > 0 and found.end <= start <= found.end + 8
    return min(start + size, len(view)) if signed else found.end


_ENDS: dict[str, Callable[[memoryview, Budget], int | None]] = {
    "png": _png, "jpeg": _jpeg, "gif": _gif, "bmp": _bmp, "wav": _riff, "avi": _riff,
    "webp": _riff, "mp4": _boxes, "m4a": _boxes, "heif": _boxes, "pdf": _pdf,
    "pe": _pe,
}  # fmt: skip
