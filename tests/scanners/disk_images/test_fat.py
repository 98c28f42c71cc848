"""FAT as mkfs.fat and mcopy write it, of every width; damaged volumes never run wild."""

import os
import random
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest

from samples.disk_images import fat12
from scanners.budget import Budget
from scanners.disk_images import fat
from scanners.disk_images.disk import DiskFile, FlatDisk, content_of
from scanners.errors import ContentMalformed, DeadlinePassed, ScannerError

CONTENTS = {
    "readme.txt": b"Plain text.\n",
    "SHORT.TXT": b"x" * 600,
    "A long name of a file, é.tar.gz": os.urandom(70_000),
    "empty": b"",
    "sub/deep/er/b.bin": os.urandom(5_000),
    "sub/c.bin": b"c",
}


def _budget(seconds: float = 20) -> Budget:
    return Budget(time.monotonic() + seconds, 1 << 30, 1000, 8)


def _read(data: bytes) -> dict[str, bytes]:
    disk = FlatDisk(memoryview(data))
    found = {}
    for file in fat.files(disk, _budget()):
        view, whole = content_of(disk, file, _budget())
        assert whole
        found[file.path] = bytes(view)
    return found


def _fill(image: Path, folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    names = sorted({folder / name.split("/")[0] for name in files})
    subprocess.run(["mcopy", "-s", "-i", image, *names, "::/"], check=True, env=os.environ | {
        "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"})  # fmt: skip


@pytest.mark.parametrize(
    "options", [["-F12"], ["-F16", "-s4"], ["-F32", "-s1"], ["-F16", "-S1024"], ["-F12", "-f1"]]
)
def test_volumes_of_real_tools(options: list[str], tmp_path: Path) -> None:
    image, folder = tmp_path / "a.img", tmp_path / "files"
    size = {"-F12": "2000", "-F16": "40000", "-F32": "70000"}[options[0]]
    subprocess.run(["/usr/sbin/mkfs.fat", *options, "-C", image, size], check=True,
                   capture_output=True)  # fmt: skip
    _fill(image, folder, CONTENTS)
    assert _read(image.read_bytes()) == CONTENTS


def test_deleted_files_and_labels_are_not_shown(tmp_path: Path) -> None:
    image, folder = tmp_path / "a.img", tmp_path / "files"
    subprocess.run(["/usr/sbin/mkfs.fat", "-n", "LABEL", "-C", image, "1440"], check=True,
                   capture_output=True)  # fmt: skip
    _fill(image, folder, CONTENTS)
    subprocess.run(["mdel", "-i", image, "::/readme.txt"], check=True)
    assert set(_read(image.read_bytes())) == set(CONTENTS) - {"readme.txt"}


def test_a_file_in_pieces(tmp_path: Path) -> None:
    image, folder = tmp_path / "a.img", tmp_path / "files"
    subprocess.run(["/usr/sbin/mkfs.fat", "-C", image, "1440"], check=True, capture_output=True)
    _fill(image, folder, {f"f{number:02}": b"x" * 2000 for number in range(40)})
    for number in range(0, 40, 2):
        subprocess.run(["mdel", "-i", image, f"::/f{number:02}"], check=True)
    shutil.rmtree(folder)
    large = os.urandom(30_000)
    _fill(image, folder, {"large": large})
    subprocess.run(["mdel", "-i", image, "::/f01"], check=True)
    listed = list(fat.files(FlatDisk(memoryview(image.read_bytes())), _budget()))
    assert _read(image.read_bytes())["large"] == large
    assert {file.path for file in listed} >= {"large", "f39"}


def test_hidden_files_say_so() -> None:
    data = fat12({"a.txt": b"x", "b.txt": b"y"}, hidden=frozenset({"b.txt"}))
    files = fat.files(FlatDisk(memoryview(data)), _budget())
    assert [(file.path, file.hidden) for file in files] == [("a.txt", False), ("b.txt", True)]


def test_the_specimen_s_builder_is_no_fiction(tmp_path: Path) -> None:
    files = {"a name that is long.txt": b"x" * 900, "b": b"", "c": b"y"}
    (tmp_path / "a.img").write_bytes(fat12(files))
    subprocess.run(["7zz", "x", tmp_path / "a.img", f"-o{tmp_path}/out"], check=True,
                   capture_output=True)  # fmt: skip
    extracted = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert extracted == files == _read(fat12(files))


@pytest.mark.parametrize("data", [b"", bytes(512), os.urandom(512), b"\xeb\x3c\x90" + bytes(600)])
def test_what_is_no_fat(data: bytes) -> None:
    disk = FlatDisk(memoryview(data))
    assert not fat.is_fat(disk)
    with pytest.raises(ContentMalformed):
        list(fat.files(disk, _budget()))


def _fields(data: bytes | bytearray, **values: int) -> FlatDisk:
    """Change numbers in the boot sector."""
    changed = bytearray(data)
    places = {"roots": (17, "<H"), "few": (19, "<H"), "table": (22, "<H"), "many": (32, "<I"),
              "wide_table": (36, "<I"), "root": (44, "<I")}  # fmt: skip
    for name, value in values.items():
        struct.pack_into(places[name][1], changed, places[name][0], value)
    return FlatDisk(memoryview(changed))


@pytest.mark.parametrize("many", [0x7FFFFFFF, 0xFFFFFF00])
def test_more_sectors_than_there_are_make_no_fat32(many: int, tmp_path: Path) -> None:
    image = tmp_path / "a.img"
    subprocess.run(["/usr/sbin/mkfs.fat", "-F16", "-C", image, "16384"], check=True,
                   capture_output=True)  # fmt: skip
    _fill(image, tmp_path / "files", CONTENTS)
    disk = _fields(image.read_bytes(), few=0, many=many)
    assert _read(bytes(disk.view)) == CONTENTS


@pytest.mark.parametrize(
    "changes",
    [{"roots": 0}, {"table": 0, "wide_table": 9}, {"table": 0, "wide_table": 9, "root": 1}],
)
def test_a_root_that_cannot_be_reached_is_malformed(changes: dict[str, int]) -> None:
    with pytest.raises(ContentMalformed):
        list(fat.files(_fields(fat12({"a": b"x"}), **changes), _budget()))


def test_a_folder_whose_chain_leads_nowhere_is_told_behind_the_others() -> None:
    data = bytearray(fat12({"a": bytes(512), "b": b"x"}))
    data[512 * 2 + 32 + 11] = 0x10
    start = 512 * 2 + 64 * 32
    data[start : start + 512] = (b"DELETED BIN".ljust(32, b"\0")).replace(b"D", b"\xe5", 1) * 16
    found = fat.files(FlatDisk(memoryview(data)), _budget())
    assert next(found).path == "b"
    assert list(found) == []  # full to its end, and ended as it should
    data[512 + 3 : 512 + 5] = b"\x00\xf0"  # 2 → 0
    found = fat.files(FlatDisk(memoryview(data)), _budget())
    assert next(found).path == "b"
    with pytest.raises(ContentMalformed):
        next(found)


def test_a_folder_whose_long_name_is_a_dot_is_read() -> None:
    inner = fat12({"inner": b"x"})[512 * 2 : 512 * 3]
    data = bytearray(fat12({".": inner}))
    data[512 * 2 + 32 + 11] = 0x10
    (file,) = fat.files(FlatDisk(memoryview(data)), _budget())
    assert file.path == "./inner"


def test_a_circle_costs_no_more_than_the_disk_has() -> None:
    data = bytearray(fat12({"a": b"x" * 1500}))
    struct.pack_into("<HH", data, 512 + 4, 4, 0)
    struct.pack_into("<H", data, 512 + 8, 2)  # 2 → 4 → 2
    struct.pack_into("<I", data, 512 * 2 + 32 + 28, 0xFFFFFFFF)
    disk = _fields(data, few=0, many=0x00FFFFFF)  # by which the table is one of 16 bits
    for budget, most in ((_budget(), disk.size), (Budget(time.monotonic() + 20, 1000, 9, 8), 1024)):
        (file,) = fat.files(disk, budget)
        assert file.size == 0xFFFFFFFF
        assert 1024 <= sum(length for _, length in file.runs) <= most


def test_a_chain_that_bites_its_tail_ends() -> None:
    data = bytearray(fat12({"a": b"x" * 1500}))
    data[512 + 3 : 512 + 9] = b"\x02\x20\x00\x02\x20\x00"  # 2 → 2, 3 → 2 …
    (file,) = fat.files(FlatDisk(memoryview(data)), _budget())
    assert sum(length for _, length in file.runs) <= 2048


def test_a_folder_that_holds_itself_is_read_once() -> None:
    data = bytearray(fat12({"a": bytes(512)}))
    root = 512 * (1 + 1)
    data[root + 32 + 11] = 0x10
    start = root + 64 * 32
    data[start : start + 32] = data[root + 32 : root + 64]
    assert list(fat.files(FlatDisk(memoryview(data)), _budget())) == []


def test_damaged_volumes_raise_nothing_else() -> None:
    source = random.Random(7)  # noqa: S311
    whole = fat12({f"file number {number}.bin": bytes(700) for number in range(9)})
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(source.randrange(1, 9)):
            data[source.randrange(3000)] = source.randrange(256)
        disk = FlatDisk(memoryview(data))
        try:
            files: list[DiskFile] = list(fat.files(disk, _budget()))
        except ScannerError:
            continue
        assert all(offset >= 0 for file in files for offset, _ in file.runs)


def test_the_clock_is_looked_at() -> None:
    with pytest.raises(DeadlinePassed):
        list(fat.files(FlatDisk(memoryview(fat12({"a": b"x"}))), _budget(seconds=-1)))
