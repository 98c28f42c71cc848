"""UDF 1.02 to 2.60: the files of a disc or disk.  (ECMA-167; OSTA UDF)

Not read: virtual partitions, which grow by appending to write-once discs.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.disk_images.disk import Disk, DiskFile, content_of
from scanners.disk_images.udf_volume import Extents, open_volume
from scanners.errors import ContentMalformed, TooManyMembers

MAX_FOLDERS = 20_000
MAX_FOLDER_BYTES = 16 * 1024 * 1024
LOST = 1
"""Size of a file whose entry cannot be read: some bytes, and none are there."""
HIDDEN, FOLDER, DELETED, PARENT = 1, 2, 4, 8
NAME_ENTRY = 257
FOLDER_FILE = 4


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
    """Yield all files that are not deleted; raise ScannerErrors."""
    volume = open_volume(disk)
    waiting = [_Waiting("", volume.root, volume.root_partition)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        here = waiting.pop()
        if (here.block, here.partition) in seen:
            continue
        seen.add((here.block, here.partition))
        if len(seen) > MAX_FOLDERS:
            raise TooManyMembers("more folders than a disc has")
        budget.seconds_left()
        folder = volume.extents(here.block, here.partition)
        size = min(folder.size, MAX_FOLDER_BYTES)
        data, _ = content_of(disk, _file(here.path, folder, size), budget)
        for name, flags, block, partition in _names(bytes(data)):
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
                file = _file(here.path + name, inner, inner.size)
                yield DiskFile(file.path, file.size, file.runs, file.inline, bool(flags & HIDDEN))


def _file(path: str, extents: Extents, size: int) -> DiskFile:
    return DiskFile(path, size, extents.runs, extents.inline)


def _names(data: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, flags, block and partition of each entry of a folder (ECMA-167 4/14.4)."""
    at = 0
    while at + 38 <= len(data):
        (tag,) = struct.unpack_from("<H", data, at)
        if tag != NAME_ENTRY:
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
