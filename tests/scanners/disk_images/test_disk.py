"""Bytes of files are put together within the budget, whatever disk they lie on."""

import time

import pytest

from scanners.budget import Budget
from scanners.disk_images.disk import PIECE, Disk, DiskFile, FlatDisk, Part, content_of, is_blank
from scanners.disk_images.vhd import BlockDisk
from scanners.errors import ContentTooLarge, DeadlinePassed

DATA = bytes(range(256)) * 16
FLAT = FlatDisk(memoryview(DATA))
BLOCKS = BlockDisk(memoryview(DATA), memoryview(b"\0\0\0\0\0\0\0\1"), 512, 0, 1024)


def _budget(size: int = 1 << 20, seconds: float = 20) -> Budget:
    return Budget(time.monotonic() + seconds, size, 10, 8)


def test_reads_end_where_the_disk_ends() -> None:
    part = Part(FLAT, 256, 512)
    assert bytes(part.read(0, 4)) == DATA[:4]
    assert len(part.read(500, 100)) == 12
    for disk in (FLAT, part, BLOCKS):
        for offset, length in ((-1, 5), (0, -5), (5000, 5), (0, 0)):
            assert len(disk.read(offset, length)) == 0
    assert (FLAT.size, part.size, BLOCKS.size) == (4096, 512, 1024)


def test_a_part_is_no_larger_than_what_is_there_of_it() -> None:
    assert Part(FLAT, 4000, 1 << 70).size == 96
    assert Part(FLAT, 9000, 10).size == 0
    assert list(Part(FLAT, 4000, 1 << 70).stored(90, 1 << 70)) == [(90, 6)]


def test_a_blank_disk_has_no_byte_anywhere() -> None:
    for at in (0, 65_536, PIECE, 2 * PIECE + 1):
        data = bytearray(2 * PIECE + 9)
        assert is_blank(FlatDisk(memoryview(data)), _budget())
        data[at] = 1
        assert not is_blank(FlatDisk(memoryview(data)), _budget())
        assert is_blank(Part(FlatDisk(memoryview(data)), at + 1, 1 << 70), _budget())
    assert is_blank(BlockDisk(memoryview(b""), memoryview(b""), 512, 0, 1 << 62), _budget())
    assert not is_blank(BLOCKS, _budget())


@pytest.mark.parametrize(
    "disk, file, data, whole",
    [
        (FLAT, DiskFile("a", 4, ((2, 8),)), DATA[2:6], True),
        (Part(FLAT, 16, 99), DiskFile("a", 4, ((2, 4),)), DATA[18:22], True),
        (FLAT, DiskFile("a", 6, ((2, 4), (100, 4))), DATA[2:6] + DATA[100:102], True),
        (FLAT, DiskFile("a", 4, ((-1, 2), (5, 2))), b"\0\0\5\6", True),
        (FLAT, DiskFile("a", 4, ((-1, 4),)), bytes(4), True),
        (FLAT, DiskFile("a", 9, ((2, 4),)), DATA[2:6], False),
        (FLAT, DiskFile("a", 9, ((4092, 9),)), DATA[4092:], False),
        (FLAT, DiskFile("a", 9), b"", False),
        (FLAT, DiskFile("a", 0), b"", True),
        (FLAT, DiskFile("a", 2, inline=memoryview(b"abc")), b"ab", True),
        (FLAT, DiskFile("a", 4, inline=memoryview(b"abc")), b"abc", False),
        (BLOCKS, DiskFile("a", 4, ((510, 4),)), DATA[510:514], True),
        (Part(BLOCKS, 8, 99), DiskFile("a", 2, ((2, 4),)), DATA[10:12], True),
    ],
)
def test_contents(disk: Disk, file: DiskFile, data: bytes, whole: bool) -> None:
    view, all_there = content_of(disk, file, _budget())
    assert (bytes(view), all_there) == (data, whole)


@pytest.mark.parametrize(
    "disk, runs",
    [(FLAT, ((0, 4096),)), (FLAT, ((0, 50), (0, 4096))), (FLAT, ((-1, 1 << 40),)),
     (Part(BLOCKS, 0, 1 << 40), ((0, 1 << 40),))],
)  # fmt: skip
def test_every_byte_counts(disk: Disk, runs: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ContentTooLarge):
        content_of(disk, DiskFile("a", 1 << 40, runs), _budget(size=100))


def test_the_clock_is_looked_at() -> None:
    with pytest.raises(DeadlinePassed):
        content_of(FLAT, DiskFile("a", 9, ((-1, 9),)), _budget(seconds=-1))
