"""Archives made anew: other readers take them, and find what was put in."""

import subprocess
from pathlib import Path

import pytest

from samples.rar_archives import RarFile, rar4, rar5
from scanners.budget import Budget
from scanners.rar import rar4 as reader4
from scanners.rar import rar5 as reader5
from scanners.rar.keys import Derived
from scanners.rar.rebuild import rebuild
from tests.scanners.rar.packer import packed4, packed5

TEXT = bytes(range(256)) * 20
FILES_5 = [
    RarFile("x", TEXT, packed=packed5(TEXT)),
    RarFile("y", TEXT[:9], packed=packed5(TEXT[:9])),
]
FILES_4 = [
    RarFile("x", TEXT, packed=packed4(TEXT)),
    RarFile("y", TEXT[:9], packed=packed4(TEXT[:9])),
]


@pytest.mark.parametrize("padding", [0, 15])
@pytest.mark.parametrize("version", [4, 5])
def test_unar_and_libarchive_read_it(tmp_path: Path, version: int, padding: int) -> None:
    data = rar5(FILES_5) if version == 5 else rar4(FILES_4)
    read = reader5.read if version == 5 else reader4.read
    members = read(memoryview(data), 0, Budget(1e12, 1, 9, 1), Derived()).members
    ready = [(m, data[m.start : m.start + m.packed] + bytes(padding)) for m in members]
    path = tmp_path / "new.rar"
    path.write_bytes(rebuild(version, ready))
    tested = subprocess.run(["lsar", "-t", path], capture_output=True, text=True, check=False)
    assert " 0 failed" in tested.stdout
    for number, expected in enumerate((TEXT, TEXT[:9])):
        command = ["bsdtar", "-xOf", str(path), str(number)]
        assert subprocess.run(command, capture_output=True, check=True).stdout == expected


@pytest.mark.parametrize("version", [4, 5])
def test_of_nothing(tmp_path: Path, version: int) -> None:
    path = tmp_path / "new.rar"
    path.write_bytes(rebuild(version, []))
    assert subprocess.run(["bsdtar", "-tf", path], capture_output=True, check=True).stdout == b""


def test_packed_data_of_any_bytes() -> None:
    member = reader5.read(memoryview(rar5(FILES_5)), 0, Budget(1e12, 1, 9, 1), Derived()).members[0]
    for data in (b"", b"\0", b"\xff" * 9, bytes(99)):
        assert rebuild(5, [(member, data)]).startswith(b"Rar!")
