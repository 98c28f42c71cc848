"""What file systems lie on: bytes by offset, whole or in blocks, and the files found there."""

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


@dataclass(frozen=True, slots=True)
class FlatDisk:
    """One that lies in its file as it is."""

    view: memoryview

    @property
    def size(self) -> int:
        return len(self.view)

    def read(self, offset: int, length: int) -> memoryview:
        return self.view[offset : offset + length] if offset >= 0 < length else self.view[:0]


@dataclass(frozen=True, slots=True)
class Part:
    """A partition."""

    disk: Disk
    start: int
    length: int

    @property
    def size(self) -> int:
        return self.length

    def read(self, offset: int, length: int) -> memoryview:
        length = min(length, self.length - offset)
        return self.disk.read(self.start + offset, max(length, 0) if offset >= 0 else 0)


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
