"""What file systems lie on: bytes by offset, whole or in blocks, and the files found there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from scanners.budget import Budget

PIECE = 1024 * 1024
"""Bytes that are copied between two looks at the budget."""

Run = tuple[int, int]
"""Offset and length of one piece of a file on its disk."""


class Disk(Protocol):
    """A disk, or a part of one."""

    @property
    def size(self) -> int:
        """Bytes it says it has; not all of them need be there."""

    def read(self, offset: int, length: int) -> memoryview:
        """Return the bytes; fewer at the end of the disk, or of what is there of it."""

    def stored(self, offset: int, length: int) -> Iterator[Run]:
        """Yield the pieces of a stretch that bytes are kept of; between them are zeros."""


@dataclass(frozen=True, slots=True)
class FlatDisk:
    """One that lies in its file as it is."""

    view: memoryview

    @property
    def size(self) -> int:
        return len(self.view)

    def read(self, offset: int, length: int) -> memoryview:
        return self.view[offset : offset + length] if offset >= 0 < length else self.view[:0]

    def stored(self, offset: int, length: int) -> Iterator[Run]:
        length = min(length, self.size - offset)
        if length > 0:
            yield offset, length


@dataclass(frozen=True, slots=True)
class Part:
    """A partition."""

    disk: Disk
    start: int
    length: int
    """As the table says: what is behind the end of the disk is not there."""
    spare: bool = False
    """The table says that it holds no files."""

    @property
    def size(self) -> int:
        return max(0, min(self.length, self.disk.size - self.start))

    def read(self, offset: int, length: int) -> memoryview:
        length = min(length, self.length - offset)
        return self.disk.read(self.start + offset, max(length, 0) if offset >= 0 else 0)

    def stored(self, offset: int, length: int) -> Iterator[Run]:
        length = min(length, self.size - offset)
        for start, size in self.disk.stored(self.start + offset, length):
            yield start - self.start, size


@dataclass(frozen=True, slots=True)
class DiskFile:
    """One file of a file system."""

    path: str
    """With slashes between folders.  Untrusted."""
    size: int
    runs: tuple[Run, ...] = ()
    """In order.  An offset of -1: zeros that no place holds."""
    inline: memoryview | None = None
    """Its bytes, if they stand in the directory."""
    hidden: bool = False
    """Explorer does not show it."""


def is_blank(disk: Disk, budget: Budget) -> bool:
    """Say whether nothing was ever written to the disk: all of it is there, and zero."""
    for offset, length in disk.stored(0, disk.size):
        for at in range(offset, offset + length, PIECE):
            budget.seconds_left()
            wanted = min(PIECE, offset + length - at)
            if bytes(disk.read(at, wanted)).count(0) != wanted:
                return False
    return True


def _is_flat(disk: Disk) -> bool:
    while isinstance(disk, Part):
        disk = disk.disk
    return isinstance(disk, FlatDisk)


def content_of(disk: Disk, file: DiskFile, budget: Budget) -> tuple[memoryview, bool]:
    """Return the bytes of a file, and whether all are there; files may share bytes: all count."""
    if file.inline is not None:
        return file.inline[: file.size], file.size <= len(file.inline)
    if len(file.runs) == 1 and file.runs[0][0] >= 0 and _is_flat(disk):
        offset, length = file.runs[0]
        view = disk.read(offset, min(length, file.size))
        budget.spend_bytes(len(view))
        return view, len(view) == file.size
    data = bytearray()
    for offset, length in file.runs:
        end = offset + min(length, file.size - len(data))
        for at in range(offset, end, PIECE):
            budget.seconds_left()
            wanted = min(PIECE, end - at)
            budget.spend_bytes(wanted)
            data += disk.read(at, wanted) if offset >= 0 else bytes(wanted)
    return memoryview(data).toreadonly(), len(data) == file.size
