"""Partitions of a disk: MBR with its logical ones, GPT, or a file system without any."""

import struct
from collections.abc import Iterator

from scanners.budget import Budget
from scanners.disk_images.disk import Disk, Part

SECTORS = (512, 4096)
MAX_LOGICAL = 128
MAX_ENTRIES = 1024
"""Entries of a GPT; Windows makes 128."""
PROTECTIVE = 0xEE
EXTENDED = frozenset({0x05, 0x0F, 0x85})
NO_FILES = frozenset({0x00, 0x82})
"""Unused, swap."""
NO_FILES_GPT = frozenset(
    bytes.fromhex(kind)
    for kind in (
        "00000000000000000000000000000000",  # unused
        "16e3c9e35c0bb84d817df92df00215ae",  # reserved by Microsoft
        "4861682149646f6e744e656564454649",  # BIOS boot
        "6dfd5706aba4c44384e50933c84b4f4f",  # swap
    )
)
_SIGNATURE = b"\x55\xaa"


def partitions(disk: Disk, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a disk that may hold files; the whole disk if it has no table."""
    head = bytes(disk.read(0, 512))
    if head[510:512] != _SIGNATURE or _is_volume(head):
        yield Part(disk, 0, disk.size)
        return
    entries = [_entry(head, number) for number in range(4)]
    if any(kind == PROTECTIVE for kind, _, _ in entries):
        for sector in SECTORS:
            if bytes(disk.read(sector, 8)) == b"EFI PART":
                yield from _gpt(disk, sector, budget)
                return
    for kind, first, count in entries:
        if kind in EXTENDED:
            yield from _logical(disk, first, budget)
        elif kind not in NO_FILES and count:
            yield Part(disk, first * 512, count * 512)


def _is_volume(head: bytes) -> bool:
    """Say whether the first sector is that of a file system, which ends with the same mark."""
    jumps = head[0] == 0xE9 or (head[0] == 0xEB and head[2] == 0x90)
    (size,) = struct.unpack_from("<H", head, 11)
    named = head[3:11] in (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-")
    return jumps and (named or (size in (512, 1024, 2048, 4096) and head[16] in (1, 2)))


def _entry(sector: bytes, number: int) -> tuple[int, int, int]:
    """Return type, first sector and count of one entry."""
    at = 446 + 16 * number
    first, count = struct.unpack_from("<II", sector, at + 8)
    return sector[at + 4], first, count


def _logical(disk: Disk, base: int, budget: Budget) -> Iterator[Part]:
    """Follow the chain of tables in an extended partition."""
    table = base
    for _ in range(MAX_LOGICAL):
        budget.seconds_left()
        sector = bytes(disk.read(table * 512, 512))
        if sector[510:512] != _SIGNATURE:
            return
        kind, first, count = _entry(sector, 0)
        if kind not in NO_FILES and count:
            yield Part(disk, (table + first) * 512, count * 512)
        kind, following, _ = _entry(sector, 1)
        if kind not in EXTENDED or not following:
            return
        table = base + following


def _gpt(disk: Disk, sector: int, budget: Budget) -> Iterator[Part]:
    """UEFI 2.10 §5.3."""
    header = bytes(disk.read(sector, 92))
    if len(header) < 92:
        return
    table, count, size = struct.unpack_from("<QII", header, 72)
    if size < 128:
        return
    for number in range(min(count, MAX_ENTRIES)):
        budget.seconds_left()
        entry = bytes(disk.read(table * sector + number * size, 48))
        if len(entry) < 48:
            return
        first, last = struct.unpack_from("<QQ", entry, 32)
        if entry[:16] not in NO_FILES_GPT and last >= first:
            yield Part(disk, first * sector, (last - first + 1) * sector)
