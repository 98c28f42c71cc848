"""Partitions are found in tables of every kind; tables that lie end."""

import struct
import time

from samples.disk_images import fat12, mbr
from scanners.budget import Budget
from scanners.disk_images.disk import FlatDisk
from scanners.disk_images.partitions import MAX_LOGICAL, partitions

BASIC = bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7")
RESERVED = bytes.fromhex("16e3c9e35c0bb84d817df92df00215ae")
VOLUME = fat12({"a": b"x"})


def _places(data: bytes) -> list[tuple[int, int]]:
    budget = Budget(time.monotonic() + 20, 1 << 20, 10, 8)
    disk = FlatDisk(memoryview(data))
    return [(part.start, part.length) for part in partitions(disk, budget)]


def test_no_table_is_one_volume() -> None:
    assert _places(VOLUME) == [(0, len(VOLUME))]
    assert _places(b"short") == [(0, 5)]
    ntfs = (b"\xeb\x52\x90NTFS    ".ljust(510, b"\1") + b"\x55\xaa").ljust(4096, b"\0")
    assert _places(ntfs) == [(0, 4096)]


def test_primary_partitions() -> None:
    size = len(VOLUME)
    assert _places(mbr(VOLUME, VOLUME)) == [(512, size), (512 + size, size)]
    assert _places(mbr(VOLUME, kind=0x82)) == []


def _table(*entries: tuple[int, int, int]) -> bytes:
    packed = b"".join(struct.pack("<4xB3xII", *entry) for entry in entries)
    return bytes(446) + packed.ljust(64, b"\0") + b"\x55\xaa"


def test_logical_partitions_and_chains_that_never_end() -> None:
    disk = _table((7, 1, 2), (5, 10, 50)).ljust(5120, b"\0")
    disk += _table((6, 2, 3), (5, 10, 5)).ljust(5120, b"\0")
    disk += _table((6, 4, 1)).ljust(5120, b"\0")
    assert _places(disk) == [(512, 1024), (6144, 1536), (12288, 512)]
    loop = _table((0x0F, 1, 9)) + _table((6, 1, 1), (5, 0xFFFFFFFF, 1))
    assert _places(loop) == [(1024, 512)]
    endless = _table((5, 1, 9)) + b"".join(_table((6, 1, 1), (5, n, 1)) for n in range(1, 400))
    assert len(_places(endless)) == MAX_LOGICAL


def _gpt(sector: int, *entries: tuple[bytes, int, int], count: int = 8, size: int = 128) -> bytes:
    table = b"".join(
        kind + bytes(16) + struct.pack("<QQ", first, last) + bytes(size - 48)
        for kind, first, last in entries
    )
    header = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, count, size)
    protective = _table((0xEE, 1, 99)).ljust(sector, b"\0")
    return protective + header.ljust(sector, b"\0") + table.ljust(4096, b"\0")


def test_gpt_with_sectors_of_both_sizes() -> None:
    for sector in (512, 4096):
        disk = _gpt(sector, (RESERVED, 3, 4), (BASIC, 10, 19), (bytes(16), 1, 2), (BASIC, 9, 5))
        assert _places(disk) == [(10 * sector, 10 * sector)]


def test_gpt_that_lies() -> None:
    assert _places(_gpt(512, (BASIC, 1, 2), size=64)) == []
    assert len(_places(_gpt(512, (BASIC, 1, 2), count=0xFFFFFFFF))) == 1
    assert _places(_gpt(512, (BASIC, 1 << 62, (1 << 63) - 1))) == [(1 << 71, 1 << 71)]
    cut = _gpt(512, (BASIC, 1, 2))[: 512 + 80]
    assert _places(cut) == []
