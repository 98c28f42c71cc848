"""Parts of a document that is a ZIP, read before it is opened: those that matter together.

What is wrong with the archive, scanners/zip/container.py says; here what cannot be read is absent.
"""

import zlib
from dataclasses import dataclass, field

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.zip.directory import entries, find_directory
from scanners.zip.headers import Entry, local_header

PARTS = 5000
"""Entries of a directory that are looked at."""
SLACK = 512
"""Bytes of tables before the first ones that are packed."""
CEILING = 64 * 1024 * 1024
"""Bytes of one part."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The members of a document by name, as Office and LibreOffice find them."""

    view: memoryview
    entries: dict[str, Entry] = field(default_factory=dict)

    def within(self, *folders: str) -> list[str]:
        """Return the names of parts in these folders; case does not matter."""
        starts = tuple(folder.lower() for folder in folders)
        return [name for name in self.entries if name.lower().startswith(starts)]

    def begins(self, name: str, size: int) -> bytes:
        """Return the first bytes of a part, `size` at most: no more than a bargain to unpack."""
        packed = self._packed(name)[: size + SLACK]
        if self.entries[name].method == 0:
            return bytes(packed[:size])
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
        except zlib.error:
            return b""

    def read(self, name: str, budget: Budget) -> memoryview:
        """Return a part's bytes; empty if there are none to be had.  Raises ScannerError."""
        packed = self._packed(name)
        if not packed or self.entries[name].method == 0:
            return packed
        unpacked = inflate.unpack(inflate.raw_deflate, packed, budget, CEILING)
        if unpacked.failure is not None and not isinstance(unpacked.failure, ContentMalformed):
            raise unpacked.failure
        return unpacked.view

    def _packed(self, name: str) -> memoryview:
        """Return a part as it is stored; empty if it is encrypted, or packed in another way."""
        entry = self.entries.get(name)
        if entry is None or entry.encrypted or entry.method not in (0, 8):
            return memoryview(b"")
        try:
            start = local_header(self.view, entry.offset).data
        except ContentMalformed:
            return memoryview(b"")
        return self.view[start : start + entry.packed_size]


def read_parts(view: memoryview) -> Parts:
    """Return what the directory lists; nothing if it cannot be read."""
    parts = Parts(view)
    directory = find_directory(view)
    try:
        for count, entry in enumerate(entries(view, directory) if directory else ()):
            if count == PARTS:
                break
            parts.entries.setdefault(entry.name, entry)
    except ContentMalformed:
        pass
    return parts
