"""7z archives by code are 7z to 7-Zip, passwords included."""

import subprocess
from pathlib import Path

import pytest

from samples.sevenzip_archives import COPY, SevenZipFile, numbers, sevenzip

TEXT = b"Plain text.\n" * 99
FILES = [
    SevenZipFile("a.txt", TEXT),
    SevenZipFile("d/ü", TEXT, method=COPY),
    SevenZipFile("c", b""),
]


@pytest.mark.parametrize(
    "values, coded",
    [
        ((0, 127), b"\0\x7f"),
        ((128,), b"\x80\x80"),
        ((0x3FFF,), b"\xbf\xff"),
        ((2**32,), b"\xf1\0\0\0\0"),
        ((2**64 - 1,), b"\xff" * 9),
    ],
)
def test_numbers(values: tuple[int, ...], coded: bytes) -> None:
    assert numbers(*values) == coded


@pytest.mark.parametrize("password", ["", "infected"])
@pytest.mark.parametrize("opened_by", ["", "infected"])
@pytest.mark.parametrize("packed", [True, False])
def test_7_zip_reads_it(tmp_path: Path, password: str, opened_by: str, packed: bool) -> None:
    files = [*FILES, SevenZipFile("locked", TEXT, password)]
    path = tmp_path / "a.7z"
    path.write_bytes(sevenzip(files, opened_by=opened_by, packed=packed))
    command = ["7zz", "x", "-pinfected", f"-o{tmp_path}", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    for file in files:
        assert (tmp_path / file.name).read_bytes() == file.data


def test_7_zip_refuses_another_password(tmp_path: Path) -> None:
    path = tmp_path / "a.7z"
    path.write_bytes(sevenzip([SevenZipFile("a", TEXT, "other")]))
    command = ["7zz", "t", "-pinfected", str(path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
