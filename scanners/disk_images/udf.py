"""UDF 1.02 to 2.60: the files of a disc or disk.  (ECMA-167; OSTA UDF)

Not read: virtual partitions, which grow by appending to write-once discs.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanners.budget import Budget
from scanners.disk_images.disk import Disk, DiskFile, content_of
from scanners.disk_images.udf_volume import Extents, Volume, open_volume
from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

MAX_FOLDERS = 20_000
MAX_FOLDER_BYTES = 16 * 1024 * 1024
LOST = 1
"""Size of a file whose entry cannot be read: some bytes, and none are there."""
HIDDEN, FOLDER, DELETED, PARENT = 1, 2, 4, 8
NAME_ENTRY = (257).to_bytes(2, "little")
FOLDER_FILE = 4


_Named = tuple[str, int, int, int]
"""Name, flags, block and partition of what a folder lists."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    path: str
    block: int
    partition: int


def is_udf(disk: Disk) -> bool:
    """Say whether the marks of UDF stand where every reader looks for them (ECMA-167 2/8.4)."""
    for size in (2048, 4096):
        for number in range(16):
            mark = bytes(disk.read(32768 + number * size + 1, 5))
            if mark in (b"NSR02", b"NSR03"):
                return True
            if mark not in (b"BEA01", b"CD001", b"BOOT2", b"CDW02"):
                break
    return False


def files(disk: Disk, budget: Budget) -> Iterator[DiskFile]:
    """Yield all files that are not deleted; raise ScannerErrors.

    A folder that cannot be read to its end is told when all the others have been.
    """
    volume = open_volume(disk)
    waiting = [_Waiting("", volume.root, volume.root_partition)]
    seen: set[tuple[int, int]] = set()
    failed: ScannerError | None = None
    while waiting:
        here = waiting.pop()
        if (here.block, here.partition) in seen:
            continue
        seen.add((here.block, here.partition))
        if len(seen) > MAX_FOLDERS:
            raise TooManyMembers("more folders than a disc has")
        budget.seconds_left()
        try:
            for name, flags, block, partition in _folder(volume, here, budget):
                if flags & (DELETED | PARENT):
                    continue
                try:
                    inner = volume.extents(block, partition)
                except ContentMalformed:
                    yield DiskFile(here.path + name, LOST)
                    continue
                if flags & FOLDER or inner.kind == FOLDER_FILE:
                    waiting.append(_Waiting(f"{here.path}{name}/", block, partition))
                else:
                    yield _file(here.path + name, inner, hidden=bool(flags & HIDDEN))
        except (ContentMalformed, TooManyMembers) as error:
            failed = error
    if failed is not None:
        raise failed


def _file(path: str, extents: Extents, *, hidden: bool) -> DiskFile:
    return DiskFile(path, extents.size, extents.runs, extents.inline, hidden)


def _folder(volume: Volume, here: _Waiting, budget: Budget) -> Iterator[_Named]:
    """Yield what a folder lists, as far as it can be read; raise if that is not all."""
    extents = volume.extents(here.block, here.partition)
    file = _file(here.path, extents, hidden=False)
    if file.size > MAX_FOLDER_BYTES:
        file = replace(file, size=MAX_FOLDER_BYTES)
    data, whole = content_of(volume.disk, file, budget)
    yield from _names(bytes(data))
    if extents.size > MAX_FOLDER_BYTES:
        raise TooManyMembers("a folder larger than any")
    if not whole:
        raise ContentMalformed("a folder that ends in the middle")


def _names(data: bytes) -> Iterator[_Named]:
    """Read the entries of a folder (ECMA-167 4/14.4)."""
    at = 0
    while at < len(data):
        if data[at : at + 2] != NAME_ENTRY or at + 38 > len(data):
            if any(data[at:]):
                raise ContentMalformed("an entry of a folder that is none")
            return
        flags, length = data[at + 18], data[at + 19]
        block, partition = struct.unpack_from("<IH", data, at + 24)
        (extra,) = struct.unpack_from("<H", data, at + 36)
        start = at + 38 + extra
        yield _text(data[start : start + length]), flags, block, partition
        at = start + length + -(38 + extra + length) % 4


def _text(raw: bytes) -> str:
    """Undo OSTA compressed Unicode: its first byte says how wide a character is (UDF 2.1.1)."""
    if raw[:1] in (b"\x10", b"\xff"):
        return raw[1:].decode("utf-16-be", "replace")
    return raw[1:].decode("latin-1")
