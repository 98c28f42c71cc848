"""Partitions of a disk: MBR with its logical ones, GPT, both, or a file system without any."""

import struct
from collections.abc import Iterator

from scanners.budget import Budget
from scanners.disk_images.disk import Disk, Part
from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

SECTORS = (512, 4096)
MAX_LOGICAL = 128
MAX_ENTRIES = 1024
"""Entries of a GPT; Windows makes 128."""
PROTECTIVE = 0xEE
GPT_MARK = b"EFI PART"
EXTENDED = frozenset({0x05, 0x0F, 0x85})
UNUSED = 0x00
SPARE = frozenset({0x82})
"""Swap."""
UNUSED_GPT = bytes(16)
SPARE_GPT = frozenset(
    bytes.fromhex(kind)
    for kind in (
        "16e3c9e35c0bb84d817df92df00215ae",  # reserved by Microsoft
        "4861682149646f6e744e656564454649",  # BIOS boot
        "6dfd5706aba4c44384e50933c84b4f4f",  # swap
    )
)
_SIGNATURE = b"\x55\xaa"


def partitions(disk: Disk, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a disk that may hold files; the whole disk if it has no table.

    Systems differ in which table they go by, so all are read, and equal parts told once.  A table
    that cannot be read to its end raises its ScannerError when the others have been read.
    """
    head = bytes(disk.read(0, 512))
    if head[510:512] != _SIGNATURE or _is_volume(head):
        yield Part(disk, 0, disk.size)
        return
    gpts = list(_gpts(disk, head, budget))
    tables = [_primary(disk, head, budget, guarded=bool(gpts)), *gpts]
    seen: set[tuple[int, int]] = set()
    failed: ScannerError | None = None
    for table in tables:
        try:
            for part in table:
                if (part.start, part.length) not in seen:
                    seen.add((part.start, part.length))
                    yield part
        except (ContentMalformed, TooManyMembers) as error:
            failed = error
    if failed is not None:
        raise failed


def _primary(disk: Disk, head: bytes, budget: Budget, *, guarded: bool) -> Iterator[Part]:
    """Yield what the MBR lists, but for the entry that guards the tables of UEFI."""
    extended: list[int] = []
    for kind, first, count in _entries(head):
        if kind in EXTENDED:
            extended.append(first)
        elif count and not (guarded and kind == PROTECTIVE):
            yield Part(disk, first * 512, count * 512, kind in SPARE)
    for first in extended:
        yield from _logical(disk, first, budget)


def _is_volume(head: bytes) -> bool:
    """Say whether the first sector is that of a file system, which ends with the same mark."""
    jumps = head[0] == 0xE9 or (head[0] == 0xEB and head[2] == 0x90)
    (size,) = struct.unpack_from("<H", head, 11)
    named = head[3:11] in (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-")
    return jumps and (named or (size in (512, 1024, 2048, 4096) and head[16] in (1, 2)))


def _entries(sector: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, first sector and count of each entry in use."""
    for at in range(446, 510, 16):
        first, count = struct.unpack_from("<II", sector, at + 8)
        if sector[at + 4] != UNUSED:
            yield sector[at + 4], first, count


def _logical(disk: Disk, base: int, budget: Budget) -> Iterator[Part]:
    """Follow the chain of tables in an extended partition."""
    table = base
    for _ in range(MAX_LOGICAL):
        budget.seconds_left()
        sector = bytes(disk.read(table * 512, 512))
        if sector[510:512] != _SIGNATURE:
            raise ContentMalformed("a table of partitions that is none")
        following = 0
        for kind, first, count in _entries(sector):
            if kind in EXTENDED:
                following = following or first
            elif count:
                yield Part(disk, (table + first) * 512, count * 512, kind in SPARE)
        if not following:
            return
        table = base + following
    raise TooManyMembers("more partitions than a disk has")


def _gpts(disk: Disk, head: bytes, budget: Budget) -> Iterator[Iterator[Part]]:
    """Yield the tables of UEFI that an MBR stands in for: the first, and its copy at the end."""
    if any(kind == PROTECTIVE for kind, _, _ in _entries(head)):
        for sector in SECTORS:
            for place in (sector, disk.size - sector):
                if bytes(disk.read(place, 8)) == GPT_MARK:
                    yield _gpt(disk, place, sector, budget)


def _gpt(disk: Disk, place: int, sector: int, budget: Budget) -> Iterator[Part]:
    """UEFI 2.10 §5.3."""
    header = bytes(disk.read(place, 92))
    if len(header) < 92:
        raise ContentMalformed("half a header of partitions")
    table, count, size = struct.unpack_from("<QII", header, 72)
    if size < 128:
        raise ContentMalformed("entries of partitions that cannot be")
    for number in range(min(count, MAX_ENTRIES)):
        budget.seconds_left()
        entry = bytes(disk.read(table * sector + number * size, 48))
        if len(entry) < 48:
            raise ContentMalformed("a table of partitions that ends in the middle")
        first, last = struct.unpack_from("<QQ", entry, 32)
        if entry[:16] != UNUSED_GPT and last >= first:
            length = (last - first + 1) * sector
            yield Part(disk, first * sector, length, entry[:16] in SPARE_GPT)
    if count > MAX_ENTRIES:
        raise TooManyMembers("more partitions than a disk has")
