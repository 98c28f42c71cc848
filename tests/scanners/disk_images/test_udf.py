"""UDF as genisoimage writes it and as 7-Zip reads it; every way to say where a file is."""

import os
import random
import struct
import subprocess
import time
from pathlib import Path

import pytest

from scanners.budget import Budget
from scanners.disk_images import udf
from scanners.disk_images.disk import FlatDisk, content_of
from scanners.errors import ContentMalformed, DeadlinePassed, ScannerError, TooManyMembers
from tests.scanners.disk_images.udf_images import INLINE, LONG, SHORT, Entry, udf_image

NOISE = os.urandom(1000)
ENTRIES = (
    Entry("a.txt", b"hello", INLINE),
    Entry("b.bin", NOISE[:600]),
    Entry("é.bin", NOISE, LONG),
    Entry("€.exe", NOISE, SHORT, extended=True),
    Entry("inside.bin", b"x" * 90, INLINE, extended=True),
    Entry("empty", b""),
)
ODD = (
    Entry("hole.bin", NOISE[:600], hole=1024),
    Entry("chain.bin", NOISE, chained=True),
    Entry("long chain.bin", NOISE, LONG, extended=True, chained=True),
)


def _budget(seconds: float = 20) -> Budget:
    return Budget(time.monotonic() + seconds, 1 << 30, 1000, 8)


def _read(data: bytes) -> dict[str, bytes]:
    disk = FlatDisk(memoryview(data))
    assert udf.is_udf(disk)
    found = {}
    for file in udf.files(disk, _budget()):
        view, whole = content_of(disk, file, _budget())
        assert whole
        found[file.path] = bytes(view)
    return found


def _wanted(entries: tuple[Entry, ...]) -> dict[str, bytes]:
    return {entry.name: bytes(entry.hole) + entry.data for entry in entries}


def test_every_way_to_say_where_a_file_is() -> None:
    assert _read(udf_image(*ENTRIES, *ODD)) == _wanted((*ENTRIES, *ODD))


def test_seven_zip_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.udf").write_bytes(udf_image(*ENTRIES))
    # it extracts all, and complains of descriptors that only writers of discs need
    command = ["7zz", "x", f"{tmp_path}/a.udf", f"-o{tmp_path}/out"]
    subprocess.run(command, check=False, capture_output=True)
    extracted = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert extracted == _wanted(ENTRIES)


def test_a_metadata_partition() -> None:
    entries = tuple(entry for entry in (*ENTRIES, *ODD) if entry.form in (LONG, INLINE))
    assert _read(udf_image(*entries, metadata=True)) == _wanted(entries)


def test_deleted_and_hidden_files() -> None:
    data = udf_image(Entry("a", b"a", flags=4), Entry("b", b"b", flags=1), Entry("c", b"c"))
    files = list(udf.files(FlatDisk(memoryview(data)), _budget()))
    assert [(file.path, file.hidden) for file in files] == [("b", True), ("c", False)]


def test_a_disc_of_a_real_tool(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "a name é.txt").write_bytes(b"hello")
    (folder / "sub" / "deep" / "b.bin").write_bytes(NOISE * 9)
    subprocess.run(["genisoimage", "-quiet", "-udf", "-input-charset", "utf-8", "-o",
                    tmp_path / "a.iso", folder], check=True)  # fmt: skip
    data = (tmp_path / "a.iso").read_bytes()
    assert _read(data) == {"a name é.txt": b"hello", "sub/deep/b.bin": NOISE * 9}


def test_an_entry_that_cannot_be_read_is_a_file_of_which_nothing_is_there() -> None:
    data = bytearray(udf_image(Entry("a", b"a"), Entry("b", b"b")))
    block = (300 + 2) * 512
    data[block : block + 512] = bytes(512)
    disk = FlatDisk(memoryview(data))
    lost, other = udf.files(disk, _budget())
    assert (lost.path, content_of(disk, lost, _budget())[1]) == ("a", False)
    assert other.path == "b"


PLACES = (300 + 40) * 512
"""Where the folder of a built image lists its files."""
FOLDER = (300 + 1) * 512
"""Where the entry of the folder itself stands."""


def _names(data: bytearray, error: type[ScannerError]) -> list[str]:
    found: list[str] = []
    with pytest.raises(error):
        found.extend(file.path for file in udf.files(FlatDisk(memoryview(data)), _budget()))
    return found


def test_an_entry_of_a_folder_that_is_none_is_told() -> None:
    data = bytearray(udf_image(Entry("a", b"a"), Entry("b", b"b")))
    second = data.index(b"\x08b", PLACES) - 38
    data[second] = 0
    assert _names(data, ContentMalformed) == ["a"]
    data[PLACES] = 0
    assert _names(data, ContentMalformed) == []


def test_zeros_behind_the_last_entry_are_none() -> None:
    data = bytearray(udf_image(Entry("a", b"a"), Entry("b", b"b")))
    second = data.index(b"\x08b", PLACES) - 38
    data[second : second + 40] = bytes(40)
    assert [file.path for file in udf.files(FlatDisk(memoryview(data)), _budget())] == ["a"]


def test_a_folder_of_which_a_part_is_missing_is_told() -> None:
    data = bytearray(udf_image(Entry("a", b"a")))
    (size,) = struct.unpack_from("<Q", data, FOLDER + 56)
    struct.pack_into("<Q", data, FOLDER + 56, size + 1)
    assert _names(data, ContentMalformed) == ["a"]
    struct.pack_into("<Q", data, FOLDER + 56, udf.MAX_FOLDER_BYTES + 1)
    assert _names(data, TooManyMembers) == ["a"]


def test_a_file_inside_its_entry_is_as_long_as_it_says() -> None:
    data = bytearray(udf_image(Entry("a", b"hello", INLINE)))
    struct.pack_into("<Q", data, (300 + 2) * 512 + 56, 6)
    disk = FlatDisk(memoryview(data))
    (file,) = udf.files(disk, _budget())
    view, whole = content_of(disk, file, _budget())
    assert (bytes(view), whole) == (b"hello", False)


@pytest.mark.parametrize("data", [b"", bytes(50_000), bytes(32768) + b"\0CD001\1".ljust(2048)])
def test_what_is_no_udf(data: bytes) -> None:
    assert not udf.is_udf(FlatDisk(memoryview(data)))


def test_damaged_volumes_raise_nothing_else() -> None:
    source = random.Random(5)  # noqa: S311
    whole = udf_image(*ENTRIES, *ODD)
    telling = [*range(51_200, 53_248), *range(131_072, 131_584), *range(153_600, 176_000)]
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(source.randrange(1, 9)):
            data[source.choice(telling)] = source.randrange(256)
        disk = FlatDisk(memoryview(data))
        try:
            for file in udf.files(disk, _budget()):
                content_of(disk, file, Budget(time.monotonic() + 9, 1 << 24, 9, 8))
        except ScannerError:
            continue


def test_the_clock_is_looked_at() -> None:
    with pytest.raises(DeadlinePassed):
        list(udf.files(FlatDisk(memoryview(udf_image())), _budget(seconds=-1)))
