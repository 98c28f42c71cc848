"""Virtual disks: what is stored and what is not, as 7-Zip reads it; hostile headers end."""

import os
import struct
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.disk_images import dynamic_vhd, fat12, fixed_vhd, mbr
from scanners.budget import Budget
from scanners.disk_images.disk import FlatDisk, Part, is_blank
from scanners.disk_images.vhd import open_vhd
from scanners.errors import ContentMalformed

DISK = mbr(fat12({"a.bin": os.urandom(5000)}))


def test_a_fixed_disk_is_the_file_without_its_footer() -> None:
    disk, _ = open_vhd(memoryview(fixed_vhd(DISK)))
    assert isinstance(disk, FlatDisk)
    assert bytes(disk.view) == DISK


@pytest.mark.parametrize("block", [512, 4096, 2 * 1024 * 1024])
def test_a_dynamic_disk(block: int) -> None:
    sparse = DISK + bytes(3 * block) + b"end"
    disk, _ = open_vhd(memoryview(dynamic_vhd(sparse, block, size=len(sparse) + 9 * block)))
    assert bytes(disk.read(0, len(sparse))) == sparse
    assert disk.size == len(sparse) + 9 * block
    assert bytes(disk.read(len(sparse), 100)) == bytes(100)
    assert len(disk.read(disk.size - 5, 100)) == 5


@pytest.mark.parametrize("pack", [fixed_vhd, dynamic_vhd])
def test_seven_zip_sees_the_same(pack: "object", tmp_path: Path) -> None:
    assert callable(pack)
    path = tmp_path / "a.vhd"
    path.write_bytes(pack(DISK))
    listed = subprocess.run(["7zz", "l", "-ba", path], capture_output=True, check=True, text=True)
    assert listed.stdout.split()[-1] == "a.bin"


def test_a_footer_in_front_is_enough() -> None:
    whole = dynamic_vhd(DISK)
    cut, _ = open_vhd(memoryview(whole[:-512]))
    assert bytes(cut.read(0, len(DISK))) == DISK


def _changed(at: int, form: str, value: int, data: bytes = dynamic_vhd(DISK)) -> bytes:
    changed = bytearray(data)
    for place in (at, len(changed) - 512 + at) if at < 512 else (at,):
        struct.pack_into(form, changed, place, value)
    return bytes(changed)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"conectix",
        bytes(1024),
        _changed(60, ">I", 4),  # differencing
        _changed(16, ">Q", 1 << 63),
        _changed(512, ">Q", 0),
        _changed(512 + 32, ">I", 0),
        _changed(512 + 32, ">I", 513),
        _changed(512 + 32, ">I", 1 << 31),
    ],
)
def test_what_makes_no_sense_is_malformed(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        open_vhd(memoryview(data))


FULL = DISK + b"x" * 512


def _stating(data: bytes, size: int) -> memoryview:
    footer = bytearray(data[-512:])
    struct.pack_into(">Q", footer, 48, size)
    return memoryview(data[:-512] + footer)


@pytest.mark.parametrize("size", [0, 512, len(FULL) - 1, len(FULL) + 1, 1 << 62])
def test_a_fixed_disk_that_states_another_size_hides_nothing(size: int) -> None:
    disk, whole = open_vhd(_stating(fixed_vhd(FULL), size))
    assert (whole, bytes(disk.read(0, disk.size))) == (False, FULL)
    assert open_vhd(_stating(fixed_vhd(FULL), len(FULL)))[1]


@pytest.mark.parametrize("size", [0, 512, len(FULL) - 512])
def test_a_dynamic_disk_that_states_less_than_it_holds_hides_nothing(size: int) -> None:
    disk, whole = open_vhd(_stating(dynamic_vhd(FULL, 512), size))
    assert (whole, bytes(disk.read(0, disk.size))) == (False, FULL)
    assert open_vhd(_stating(dynamic_vhd(FULL, 512), len(FULL) - 1))[1]


def test_a_table_that_is_cut_off_is_told() -> None:
    data = dynamic_vhd(DISK)
    assert open_vhd(memoryview(_changed(512 + 28, ">I", 1 << 30, data)))[1] is False


def test_blocks_that_are_cut_off_are_not_zeros() -> None:
    data = bytearray(dynamic_vhd(b"x" * 512 + b"y" * 512, 512))
    (table,) = struct.unpack_from(">Q", data, 512 + 16)
    struct.pack_into(">I", data, table + 4, len(data) // 512)
    disk, _ = open_vhd(memoryview(data))
    assert bytes(disk.read(0, 1024)) == b"x" * 512
    assert not is_blank(Part(disk, 512, 512), Budget(time.monotonic() + 9, 1 << 20, 9, 8))


def test_only_blocks_that_are_there_are_stored() -> None:
    disk, _ = open_vhd(memoryview(dynamic_vhd(bytes(4096) + b"x" * 512 + bytes(9000), 512)))
    assert list(disk.stored(0, disk.size)) == [(4096, 512)]
    assert list(disk.stored(4100, 50)) == [(4100, 50)]
    assert list(disk.stored(0, 4096)) == []


@given(st.integers(0, 1600), st.binary(min_size=1, max_size=8))
def test_changed_headers_raise_nothing_else(at: int, change: bytes) -> None:
    data = bytearray(dynamic_vhd(DISK, 4096))
    data[at : at + len(change)] = change
    del data[-512:]
    try:
        disk, _ = open_vhd(memoryview(data))
    except ContentMalformed:
        return
    assert len(disk.read(1000, 5000)) <= 5000
