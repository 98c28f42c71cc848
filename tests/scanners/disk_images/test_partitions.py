"""Partitions are found in tables of every kind; tables that lie end."""

import struct
import time

from samples.disk_images import fat12, mbr
from scanners.budget import Budget
from scanners.disk_images.disk import FlatDisk
from scanners.disk_images.partitions import MAX_ENTRIES, MAX_LOGICAL, partitions
from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

BASIC = bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7")
RESERVED = bytes.fromhex("16e3c9e35c0bb84d817df92df00215ae")
VOLUME = fat12({"a": b"x"})


def _places(data: bytes, error: type[ScannerError] | None = None) -> list[tuple[int, int]]:
    """Return where the parts are; `error` must be raised behind the last, if any is named."""
    parts = partitions(FlatDisk(memoryview(data)), Budget(time.monotonic() + 20, 1 << 20, 10, 8))
    places: list[tuple[int, int]] = []
    try:
        places.extend((part.start, part.length) for part in parts)
    except ScannerError as raised:
        assert type(raised) is error
        return places
    assert error is None
    return places


def test_no_table_is_one_volume() -> None:
    assert _places(VOLUME) == [(0, len(VOLUME))]
    assert _places(b"short") == [(0, 5)]
    ntfs = (b"\xeb\x52\x90NTFS    ".ljust(510, b"\1") + b"\x55\xaa").ljust(4096, b"\0")
    assert _places(ntfs) == [(0, 4096)]


def test_primary_partitions() -> None:
    size = len(VOLUME)
    assert _places(mbr(VOLUME, VOLUME)) == [(512, size), (512 + size, size)]


def test_parts_for_swap_say_so() -> None:
    disk = FlatDisk(memoryview(mbr(VOLUME, kind=0x82)))
    (part,) = partitions(disk, Budget(time.monotonic() + 20, 1 << 20, 10, 8))
    assert (part.start, part.spare) == (512, True)


def _table(*entries: tuple[int, int, int]) -> bytes:
    packed = b"".join(struct.pack("<4xB3xII", *entry) for entry in entries)
    return bytes(446) + packed.ljust(64, b"\0") + b"\x55\xaa"


def test_logical_partitions_and_chains_that_never_end() -> None:
    disk = _table((7, 1, 2), (5, 10, 50)).ljust(5120, b"\0")
    disk += _table((6, 2, 3), (5, 10, 5)).ljust(5120, b"\0")
    disk += _table((6, 4, 1)).ljust(5120, b"\0")
    assert _places(disk) == [(512, 1024), (6144, 1536), (12288, 512)]
    loop = _table((0x0F, 1, 9)) + _table((6, 1, 1), (5, 0xFFFFFFFF, 1))
    assert _places(loop, ContentMalformed) == [(1024, 512)]
    endless = _table((5, 1, 9)) + b"".join(_table((6, 1, 1), (5, n, 1)) for n in range(1, 400))
    assert len(_places(endless, TooManyMembers)) == MAX_LOGICAL


def test_every_entry_of_a_logical_table_counts() -> None:
    disk = _table((5, 1, 50)) + _table((5, 3, 9), (6, 1, 1), (0, 1, 1), (6, 2, 1))
    disk = disk.ljust(2048, b"\0") + _table((6, 1, 2))
    assert _places(disk) == [(1024, 512), (1536, 512), (2560, 1024)]


def _gpt(
    sector: int,
    *entries: tuple[bytes, int, int],
    count: int = 8,
    size: int = 128,
    beside: tuple[tuple[int, int, int], ...] = (),
) -> bytes:
    table = b"".join(
        kind + bytes(16) + struct.pack("<QQ", first, last) + bytes(size - 48)
        for kind, first, last in entries
    )
    header = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, count, size)
    protective = _table((0xEE, 1, 99), *beside).ljust(sector, b"\0")
    return protective + header.ljust(sector, b"\0") + table.ljust(4096, b"\0")


def test_gpt_with_sectors_of_both_sizes() -> None:
    for sector in (512, 4096):
        disk = _gpt(sector, (RESERVED, 3, 4), (BASIC, 10, 19), (bytes(16), 1, 2), (BASIC, 9, 5))
        assert _places(disk) == [(3 * sector, 2 * sector), (10 * sector, 10 * sector)]


def test_both_tables_of_a_hybrid_disk() -> None:
    disk = _gpt(512, (BASIC, 10, 19), beside=((6, 10, 10), (6, 30, 5)))
    assert _places(disk) == [(5120, 5120), (15360, 2560)]
    broken = _gpt(512, (BASIC, 10, 19), size=64, beside=((6, 30, 5), (5, 9, 1)))
    assert _places(broken, ContentMalformed) == [(15360, 2560)]


def test_the_copy_at_the_end_is_read_too() -> None:
    for sector in (512, 4096):
        disk = bytearray(_gpt(sector, (BASIC, 10, 19)) + bytes(8 * sector))
        disk[-sector:] = disk[sector : 2 * sector]
        assert _places(bytes(disk)) == [(10 * sector, 10 * sector)]
        disk[sector : sector + 8] = b"no table"
        assert _places(bytes(disk)) == [(10 * sector, 10 * sector)]


def test_gpt_that_lies() -> None:
    assert _places(_gpt(512, (BASIC, 1, 2), size=64), ContentMalformed) == []
    assert len(_places(_gpt(512, (BASIC, 1, 2), count=0xFFFFFFFF), ContentMalformed)) == 1
    many = _gpt(512, *[(BASIC, number, number) for number in range(2000)], count=2000)
    assert len(_places(many, TooManyMembers)) == MAX_ENTRIES
    assert _places(_gpt(512, (BASIC, 1 << 62, (1 << 63) - 1))) == [(1 << 71, 1 << 71)]
    cut = _gpt(512, (BASIC, 1, 2))[: 512 + 80]
    assert _places(cut, ContentMalformed) == []
