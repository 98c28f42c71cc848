"""The headers of a Windows program, read as hostile bytes (Microsoft PE/COFF specification).

Pure: bytes in, records out.  What the headers say is believed only as far as the file reaches.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SECTIONS = 96
"""What the loader of Windows XP takes; later ones take more, and no linker writes so many."""
MAX_DIRECTORIES = 16
MAX_TYPES = 64
MAX_NAMES = 256
"""Entries looked at in a folder of resources: types at the top, names of raw data below."""
MAX_EXPORTS = 64 * 1024
"""Bytes of the export table looked at."""
RAW_DATA = 10
"""The resource type of data that only the program itself understands (RT_RCDATA)."""

_EXPORTS, _RESOURCES, _CERTIFICATES, _CLR = 0, 2, 4, 14
_COFF = struct.Struct("<4sHHIIIHH")
_SECTION = struct.Struct("<8sIIII16x")
_LOADER_ALIGNMENT = 0x200
"""The loader rounds the offset of a section's data down to it."""


@dataclass(frozen=True, slots=True)
class Section:
    name: bytes
    address: int
    """In memory, from the base of the image."""
    start: int
    end: int
    """Of its data in the file: start <= offset < end; both within the file."""


@dataclass(frozen=True, slots=True)
class PeImage:
    """What the headers tell, as far as it is there."""

    bits: int
    """32 or 64."""
    library: bool
    subsystem: int
    """1 native, 2 windows, 3 console, 10–13 EFI; others are rare."""
    sections: tuple[Section, ...]
    directories: tuple[tuple[int, int], ...]
    """(address, size) of export table, imports, resources …; at most 16."""
    end: int
    """Offset behind the last byte that belongs to the image; what follows is overlay."""

    @property
    def managed(self) -> bool:
        """Its code is that of .NET."""
        return self._directory(_CLR) != (0, 0)

    def _directory(self, number: int) -> tuple[int, int]:
        return self.directories[number] if number < len(self.directories) else (0, 0)

    def offset_of(self, address: int) -> int | None:
        """Return where in the file the byte at an address of the image comes from."""
        for section in self.sections:
            if 0 <= address - section.address < section.end - section.start:
                return section.start + address - section.address
        return None

    def exports(self, view: memoryview, name: bytes) -> bool:
        """Say whether the library offers a function of that name."""
        address, size = self._directory(_EXPORTS)
        start = self.offset_of(address) if address else None
        if start is None:
            return False
        table = bytes(view[start : start + min(size, MAX_EXPORTS)])
        return b"\0" + name + b"\0" in table

    def resources(self, view: memoryview) -> frozenset[str]:
        """Return the types of its resources in capitals, and the names of raw data: "10/SCRIPT"."""
        address, _ = self._directory(_RESOURCES)
        base = self.offset_of(address) if address else None
        if base is None:
            return frozenset()
        found: set[str] = set()
        for kind, below in _folder(view, base, 0, MAX_TYPES):
            found.add(kind)
            if kind == str(RAW_DATA) and below is not None:
                found.update(f"{kind}/{name}" for name, _ in _folder(view, base, below, MAX_NAMES))
        return frozenset(found)


def read_pe(view: memoryview) -> PeImage | None:
    """Return what the headers say; None if it is no PE, or breaks off within its headers."""
    try:
        return _read(view)
    except struct.error:
        return None


def end_of_image(view: memoryview) -> int | None:
    """Return the offset where the overlay of a PE starts, <= len(view); None: not a whole PE.

    A certificate or a table of symbols directly behind the sections is a part of the image; a
    certificate that stands behind an overlay is not.
    """
    image = read_pe(view)
    return image.end if image else None


def _read(view: memoryview) -> PeImage | None:
    if bytes(view[:2]) != b"MZ":
        return None
    (at,) = struct.unpack_from("<I", view, 60)
    signature, _, count, _, symbols, symbol_count, size, flags = _COFF.unpack_from(view, at)
    if signature != b"PE\0\0":
        return None
    optional = at + _COFF.size
    (magic,) = struct.unpack_from("<H", view, optional)
    if magic not in (0x10B, 0x20B):
        return None
    wide = magic == 0x20B
    (headers,) = struct.unpack_from("<I", view, optional + 60)
    (subsystem,) = struct.unpack_from("<H", view, optional + 68)
    tables = optional + (112 if wide else 96)
    (stated,) = struct.unpack_from("<I", view, tables - 4)
    directories = tuple(
        struct.unpack_from("<II", view, tables + 8 * number)
        for number in range(min(stated, MAX_DIRECTORIES))
    )
    sections = tuple(_sections(view, optional + size, min(count, MAX_SECTIONS)))
    end = max([tables, min(headers, len(view)), *(section.end for section in sections)])
    end = _after_symbols(view, symbols, symbol_count, end)
    if len(directories) > _CERTIFICATES:
        start, length = directories[_CERTIFICATES]  # an offset in the file, unlike the others
        if length and end <= start <= end + 8:
            end = min(start + length, len(view))
    return PeImage(
        bits=64 if wide else 32,
        library=bool(flags & 0x2000),
        subsystem=subsystem,
        sections=sections,
        directories=directories,
        end=end,
    )


def _sections(view: memoryview, at: int, count: int) -> Iterator[Section]:
    for number in range(count):
        name, _, address, size, start = _SECTION.unpack_from(view, at + number * _SECTION.size)
        start = min(start // _LOADER_ALIGNMENT * _LOADER_ALIGNMENT, len(view))
        end = min(start + size, len(view)) if start else start
        yield Section(name.rstrip(b"\0"), address, start, end)


def _after_symbols(view: memoryview, at: int, count: int, end: int) -> int:
    """Return the end of a table of symbols that directly follows, else `end` (§5.6, §5.7)."""
    texts = at + 18 * count
    if at != end or not count or texts + 4 > len(view):
        return end
    size = int.from_bytes(view[texts : texts + 4], "little")
    return min(texts + max(size, 4), len(view))


def _folder(view: memoryview, base: int, at: int, limit: int) -> Iterator[tuple[str, int | None]]:
    """Yield name and, of a folder, offset from `base`; numbers as decimal text (§6.9)."""
    if base + at + 16 > len(view):
        return
    named, numbered = struct.unpack_from("<HH", view, base + at + 12)
    for number in range(min(named + numbered, limit)):
        entry = base + at + 16 + 8 * number
        if entry + 8 > len(view):
            return
        name, offset = struct.unpack_from("<II", view, entry)
        below = offset & 0x7FFFFFFF if offset >> 31 else None
        yield (_text(view, base + (name & 0x7FFFFFFF)) if name >> 31 else str(name)), below


def _text(view: memoryview, at: int) -> str:
    length = min(int.from_bytes(view[at : at + 2], "little"), 64)
    return bytes(view[at + 2 : at + 2 + 2 * length]).decode("utf-16-le", "replace").upper()
