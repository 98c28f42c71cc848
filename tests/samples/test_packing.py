"""What is built by code is read by the tools that people have."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from samples import packing

FILES = {"a.txt": b"hello " * 30, "setup.exe": b"MZ" * 50}
Build = Callable[[Mapping[str, bytes]], bytes]
ARCHIVES: dict[str, Build] = {
    "a.cpio": packing.cpio_of,
    "a.a": packing.ar_of,
    "a.rpm": packing.rpm_of,
    "a.cab": packing.cab_of,
    "a.lzh": packing.lha_of,
    "a.xar": packing.xar_of,
    "a.iso": packing.iso_of,
}


@pytest.mark.parametrize("name, build", ARCHIVES.items(), ids=ARCHIVES)
def test_bsdtar_reads_it(tmp_path: Path, name: str, build: Build) -> None:
    path = tmp_path / name
    path.write_bytes(build(FILES))
    for member, data in FILES.items():
        read = subprocess.run(
            ["bsdtar", "-xOf", path, member], capture_output=True, check=True
        ).stdout
        assert read == data


def test_dpkg_reads_the_package(tmp_path: Path) -> None:
    path = tmp_path / "a.deb"
    path.write_bytes(packing.deb_of(FILES))
    listed = subprocess.run(["dpkg-deb", "-c", path], capture_output=True, check=True).stdout
    assert [line.split()[-1] for line in listed.splitlines()] == [b"a.txt", b"setup.exe"]


@pytest.mark.parametrize("build", [packing.cab_of, packing.iso_of, packing.lha_of])
def test_another_reader_agrees(tmp_path: Path, build: Build) -> None:
    path = tmp_path / "a"
    path.write_bytes(build(FILES))
    read = subprocess.run(
        ["7zz", "x", "-so", path, "setup.exe"], capture_output=True, check=True
    ).stdout
    assert read == FILES["setup.exe"]


def test_an_image_may_have_two_faces(tmp_path: Path) -> None:
    path = tmp_path / "a.iso"
    path.write_bytes(packing.iso_of(FILES, {"other.txt": b"other"}))
    for options, names in (("joliet", [b"other.txt"]), ("!joliet", [b"A.TXT", b"SETUP.EXE"])):
        listed = subprocess.run(
            ["bsdtar", "--options", options, "-tf", path], capture_output=True, check=True
        ).stdout
        assert listed.split() == [b".", *names]


@pytest.mark.parametrize("data", [b"x", b"hello" * 40, bytes(250), bytes(range(250))])
@pytest.mark.parametrize(
    "tool, pack",
    [
        (("lz4", "-dc"), packing.lz4_frame),
        (("gzip", "-dc"), packing.compress),
        (("bsdcat",), packing.lzip),
    ],
)
def test_streams(tool: tuple[str, ...], pack: Callable[[bytes], bytes], data: bytes) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    done = subprocess.run(tool, input=pack(data), capture_output=True, check=True)
    assert done.stdout == data


def test_long_runs(tmp_path: Path) -> None:
    data = bytes(9 * 1024 * 1024) + b"end"
    packed = packing.lz4_frame(data)
    assert len(packed) < len(data) // 4 + 4 * 1024 * 1024
    done = subprocess.run(["lz4", "-dc"], input=packed, capture_output=True, check=True)
    assert done.stdout == data


def test_what_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="longer"):
        packing.compress(bytes(251))
