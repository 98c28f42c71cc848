"""Volumes of UDF as mkudffs makes them, of every revision and medium; damaged ones end."""

import struct
import subprocess
from pathlib import Path

import pytest

from scanners.disk_images.disk import FlatDisk
from scanners.disk_images.udf_volume import Volume, open_volume
from scanners.errors import ContentMalformed
from tests.scanners.disk_images.udf_images import BLOCK, Entry, udf_image


def _mkudffs(tmp_path: Path, *options: str) -> FlatDisk:
    image = tmp_path / "a.udf"
    with image.open("wb") as stream:
        stream.truncate(12 * 1024 * 1024)
    subprocess.run(["/usr/sbin/mkudffs", *options, image], check=True, capture_output=True)
    return FlatDisk(memoryview(image.read_bytes()))


@pytest.mark.parametrize("revision", ["0x0102", "0x0150", "0x0200", "0x0201"])
@pytest.mark.parametrize("medium", ["hd", "dvd"])
def test_volumes_of_a_real_tool(tmp_path: Path, revision: str, medium: str) -> None:
    volume = open_volume(_mkudffs(tmp_path, f"--media-type={medium}", f"--udfrev={revision}"))
    root = volume.extents(volume.root, volume.root_partition)
    assert root.kind == 4


@pytest.mark.parametrize("size", [512, 1024, 2048, 4096])
def test_blocks_of_every_size(tmp_path: Path, size: int) -> None:
    assert open_volume(_mkudffs(tmp_path, f"--blocksize={size}")).block == size


def test_sparable_partitions_and_virtual_ones(tmp_path: Path) -> None:
    sparable = _mkudffs(tmp_path, "--media-type=cdrw", "--udfrev=0x0201")
    assert open_volume(sparable).maps == [0]
    with pytest.raises(ContentMalformed):
        open_volume(_mkudffs(tmp_path, "--media-type=cdr", "--udfrev=0x0201"))


def test_places_outside_every_partition_are_malformed() -> None:
    volume = open_volume(FlatDisk(memoryview(udf_image(Entry("a", b"a")))))
    with pytest.raises(ContentMalformed):
        volume.extents(0, 7)
    with pytest.raises(ContentMalformed):
        volume.extents(1 << 31, 0)
    volume = Volume(FlatDisk(memoryview(b"")), metadata={0: ((0, 512),)})
    with pytest.raises(ContentMalformed):
        volume.offset(9, 0)


def test_a_chain_of_places_that_bites_its_tail_ends() -> None:
    data = bytearray(udf_image(Entry("a", b"x" * 600, chained=True)))
    further = (300 + 200 + 600 // BLOCK + 1) * BLOCK
    (used,) = struct.unpack_from("<I", data, further + 20)
    struct.pack_into("<II", data, further + 24 + used - 8, BLOCK | 3 << 30, 202)
    volume = open_volume(FlatDisk(memoryview(data)))
    assert len(volume.extents(2, 0).runs) <= 2000


@pytest.mark.parametrize("size", [0, 100, 256 * 512, 256 * 2048 + 10])
def test_no_anchor(size: int) -> None:
    with pytest.raises(ContentMalformed):
        open_volume(FlatDisk(memoryview(bytes(size))))
