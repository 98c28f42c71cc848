"""What ISO 9660 lists, as xorriso writes it; damaged lists never run wild."""

import random
import subprocess
import time
from pathlib import Path

import pytest

from samples.disk_images import iso9660
from scanners.budget import Budget
from scanners.disk_images.disk import DiskFile
from scanners.disk_images.iso import trees
from scanners.errors import DeadlinePassed, ScannerError


def _budget(seconds: float = 20) -> Budget:
    return Budget(time.monotonic() + seconds, 1 << 20, 10, 8)


def _trees(data: bytes) -> list[list[DiskFile]]:
    return list(trees(memoryview(data), _budget()))


def test_plain_and_joliet_trees_lead_to_the_same_places(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "a long name é.txt").write_bytes(b"hello")
    (folder / "sub" / "b.bin").write_bytes(bytes(5000))
    image = tmp_path / "a.iso"
    subprocess.run(["xorriso", "-as", "mkisofs", "-J", "-o", image, folder], check=True,
                   capture_output=True)  # fmt: skip
    plain, joliet = _trees(image.read_bytes())
    assert {file.path for file in joliet} == {"a long name é.txt", "sub/b.bin"}
    assert {(file.runs, file.size) for file in plain} == {(f.runs, f.size) for f in joliet}
    data = image.read_bytes()
    (text,) = (file for file in joliet if file.size == 5)
    assert data[text.runs[0][0] :][:5] == b"hello"


def test_a_file_in_several_extents_and_hidden_ones() -> None:
    data = bytearray(iso9660({"A.TXT;1": b"a", "B.TXT;1": b"b", "C": b"c"}))
    first = data.index(b"A.TXT;1") - 33
    data[first + 25] |= 0x81
    ((whole, other),) = _trees(bytes(data))
    assert (whole.path, whole.size, len(whole.runs)) == ("B.TXT", 2, 2)
    assert other.path == "C"
    ((hidden,),) = _trees(iso9660({"A": b"a"}, hidden=frozenset({"A"})))
    assert hidden.hidden


def test_a_folder_that_holds_itself_is_read_once() -> None:
    data = bytearray(iso9660({"LOOP": b"a"}))
    record = data.index(b"LOOP") - 33
    data[record + 2 : record + 6] = b"\x13\0\0\0"
    data[record + 25] = 2
    assert _trees(bytes(data)) == [[]]


@pytest.mark.parametrize("data", [b"", bytes(40_000), iso9660({"A": b"a"})[:33_000]])
def test_what_has_no_descriptors(data: bytes) -> None:
    assert _trees(data) == []


def test_damaged_images_raise_nothing_else() -> None:
    source = random.Random(3)  # noqa: S311
    whole = iso9660({f"FILE{number}.BIN": bytes(700) for number in range(9)})
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(source.randrange(1, 9)):
            data[source.randrange(32_768, 42_000)] = source.randrange(256)
        try:
            list(trees(memoryview(data), _budget()))
        except ScannerError:
            continue


def test_the_clock_is_looked_at() -> None:
    with pytest.raises(DeadlinePassed):
        list(trees(memoryview(iso9660({"A": b"a"})), _budget(seconds=-1)))
